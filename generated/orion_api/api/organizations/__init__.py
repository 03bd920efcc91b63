"""Operations of `organizations`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_organization as get_organization
    from . import list_organizations as list_organizations
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_organization",
            "list_organizations",
        ],
    )
