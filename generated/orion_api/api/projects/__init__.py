"""Operations of `projects`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_project as create_project
    from . import delete_project as delete_project
    from . import get_project as get_project
    from . import leave_project as leave_project
    from . import list_projects as list_projects
    from . import update_project as update_project
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_project",
            "delete_project",
            "get_project",
            "leave_project",
            "list_projects",
            "update_project",
        ],
    )
