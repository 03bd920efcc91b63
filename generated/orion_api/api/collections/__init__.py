"""Operations of `collections`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import close_collection as close_collection
    from . import create_collection as create_collection
    from . import delete_collection as delete_collection
    from . import get_collection as get_collection
    from . import list_collections as list_collections
    from . import open_collection as open_collection
    from . import update_collection as update_collection
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "close_collection",
            "create_collection",
            "delete_collection",
            "get_collection",
            "list_collections",
            "open_collection",
            "update_collection",
        ],
    )
