"""Operations of `secrets`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_secret as create_secret
    from . import delete_secret as delete_secret
    from . import get_secret as get_secret
    from . import list_secrets as list_secrets
    from . import update_secret as update_secret
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_secret",
            "delete_secret",
            "get_secret",
            "list_secrets",
            "update_secret",
        ],
    )
