"""Operations of `billing`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_current_balance as get_current_balance
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_current_balance",
        ],
    )
