"""Operations of `packages`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_package as create_package
    from . import delete_package as delete_package
    from . import get_package as get_package
    from . import get_package_environment as get_package_environment
    from . import get_package_inspection as get_package_inspection
    from . import list_packages as list_packages
    from . import upload_package_content as upload_package_content
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_package",
            "delete_package",
            "get_package",
            "get_package_environment",
            "get_package_inspection",
            "list_packages",
            "upload_package_content",
        ],
    )
