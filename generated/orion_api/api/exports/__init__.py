"""Operations of `exports`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_export as create_export
    from . import delete_export as delete_export
    from . import download_export as download_export
    from . import get_export as get_export
    from . import list_exports as list_exports
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_export",
            "delete_export",
            "download_export",
            "get_export",
            "list_exports",
        ],
    )
