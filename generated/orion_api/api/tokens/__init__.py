"""Operations of `tokens`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_token as create_token
    from . import delete_token as delete_token
    from . import get_token as get_token
    from . import list_tokens as list_tokens
    from . import update_token as update_token
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_token",
            "delete_token",
            "get_token",
            "list_tokens",
            "update_token",
        ],
    )
