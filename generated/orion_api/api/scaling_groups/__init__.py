"""Operations of `scaling_groups`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_scaling_group as get_scaling_group
    from . import list_scaling_groups as list_scaling_groups
    from . import update_scaling_group as update_scaling_group
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_scaling_group",
            "list_scaling_groups",
            "update_scaling_group",
        ],
    )
