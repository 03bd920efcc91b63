"""Operations of `users`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_user as get_user
    from . import list_users as list_users
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_user",
            "list_users",
        ],
    )
