"""Operations of `trash`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import restore_resource as restore_resource
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "restore_resource",
        ],
    )
