"""Operations of `service_specs`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import get_service_spec as get_service_spec
    from . import list_service_specs as list_service_specs
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "get_service_spec",
            "list_service_specs",
        ],
    )
