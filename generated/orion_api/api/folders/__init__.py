"""Operations of `folders`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import assign_paths as assign_paths
    from . import create_paths as create_paths
    from . import list_folders as list_folders
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "assign_paths",
            "create_paths",
            "list_folders",
        ],
    )
