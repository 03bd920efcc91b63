"""Operations of `workfloes`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import delete_workfloe as delete_workfloe
    from . import get_workfloe as get_workfloe
    from . import list_classifications as list_classifications
    from . import list_workfloes as list_workfloes
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "delete_workfloe",
            "get_workfloe",
            "list_classifications",
            "list_workfloes",
        ],
    )
