"""The handlers of the contract's operations: one module per kind of resource, and what they share; all modules are loaded.

A module can define:

- `HANDLERS`: operation id -> handler;
- `KIND`: the `ResourceKind` of its resources, which belong to projects;
- `BLOBS`: a query for the names of the blobs that it uses;
- `resume(stack)`: resumes unfinished work of the last server at the start of a server.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orionclient.emulator._http.call import Handler, ResourceKind, Services

_MODULES = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]

HANDLERS: Mapping[str, Handler] = {
    name: handler for module in _MODULES for name, handler in getattr(module, "HANDLERS", {}).items()
}
KINDS: Mapping[str, ResourceKind] = {module.KIND.name: module.KIND for module in _MODULES if hasattr(module, "KIND")}
BLOBS: tuple[str, ...] = tuple(module.BLOBS for module in _MODULES if hasattr(module, "BLOBS"))


def resume(stack: Services) -> None:
    """Resume the unfinished work of the last server on the folder."""
    for module in _MODULES:
        if hasattr(module, "resume"):
            module.resume(stack)
