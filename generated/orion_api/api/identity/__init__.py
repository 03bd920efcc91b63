"""Operations of `identity`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_api_versions as get_api_versions
    from . import get_current_user as get_current_user
    from . import obtain_token as obtain_token
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_api_versions",
            "get_current_user",
            "obtain_token",
        ],
    )
