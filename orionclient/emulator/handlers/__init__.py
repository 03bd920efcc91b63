"""The handlers of the contract's operations: one module per kind of resource; all modules of this package are loaded.

A module defines `HANDLERS` (operation id -> handler) and, if needed:

- `KIND`: the `ResourceKind` of its resources, which belong to projects;
- `TABLES`: SQL that creates its tables if missing;
- `BLOBS`: a query for the names of the blobs that it uses;
- `resume(stack)`: resumes unfinished work of the last server at the start of a server.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orionclient.emulator.call import Handler, Services
    from orionclient.emulator.resources import ResourceKind

_MODULES = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]

HANDLERS: Mapping[str, Handler] = {name: handler for space in _MODULES for name, handler in space.HANDLERS.items()}
KINDS: Mapping[str, ResourceKind] = {space.KIND.name: space.KIND for space in _MODULES if hasattr(space, "KIND")}
TABLES: tuple[str, ...] = tuple(space.TABLES for space in _MODULES if hasattr(space, "TABLES"))
BLOBS: tuple[str, ...] = tuple(space.BLOBS for space in _MODULES if hasattr(space, "BLOBS"))


def resume(stack: Services) -> None:
    """Resume the unfinished work of the last server on the folder."""
    for space in _MODULES:
        if hasattr(space, "resume"):
            space.resume(stack)
