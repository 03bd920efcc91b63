"""Generated client of the Orion REST API.

Do not edit: change openapi/ or generator/ and run `nox -s generate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._lazy import attach

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .client import AuthenticatedClient as AuthenticatedClient
    from .client import Client as Client
    from .operations import OPERATIONS as OPERATIONS
else:
    # Imported on first use, so that importing one operation imports nothing else.
    __getattr__, __dir__, __all__ = attach(
        __name__, ["client:AuthenticatedClient", "client:Client", "operations:OPERATIONS"]
    )
