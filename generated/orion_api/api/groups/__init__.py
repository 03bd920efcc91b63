"""Operations of `groups`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_group as get_group
    from . import list_groups as list_groups
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_group",
            "list_groups",
        ],
    )
