"""Generated client of the Orion REST API.

Do not edit: change openapi/ or generator/ and run `nox -s generate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import AuthenticatedClient, Client
    from .operations import OPERATIONS

__all__ = ("OPERATIONS", "AuthenticatedClient", "Client")
__version__ = "0.1.0"


# Type checkers see the imports above, so that they report unknown names.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # Imported on first use, so that importing one operation imports nothing else.
        if name in {"AuthenticatedClient", "Client"}:
            from . import client

            return getattr(client, name)
        if name == "OPERATIONS":
            from .operations import OPERATIONS

            return OPERATIONS
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
