"""Operations of `filesystem`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import copy_entries as copy_entries
    from . import get_entry as get_entry
    from . import list_entries as list_entries
    from . import move_entries as move_entries
    from . import remove_entries as remove_entries
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "copy_entries",
            "get_entry",
            "list_entries",
            "move_entries",
            "remove_entries",
        ],
    )
