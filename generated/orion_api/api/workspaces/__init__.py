"""Operations of `workspaces`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_workspace as create_workspace
    from . import get_workspace as get_workspace
    from . import list_workspace_users as list_workspace_users
    from . import list_workspaces as list_workspaces
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_workspace",
            "get_workspace",
            "list_workspace_users",
            "list_workspaces",
        ],
    )
