"""Operations of `workfloes`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_workfloe as get_workfloe
    from . import list_workfloes as list_workfloes
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_workfloe",
            "list_workfloes",
        ],
    )
