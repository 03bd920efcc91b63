"""Operations of `tags`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import add_tags as add_tags
    from . import list_tags as list_tags
    from . import remove_tags as remove_tags
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "add_tags",
            "list_tags",
            "remove_tags",
        ],
    )
