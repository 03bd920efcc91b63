"""Operations of `shares`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import list_shares as list_shares
    from . import share_resource as share_resource
    from . import unshare_resource as unshare_resource
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "list_shares",
            "share_resource",
            "unshare_resource",
        ],
    )
