"""The handlers of the contract's operations: one module per kind of resource, found by being here.

A module has `HANDLERS`, operation -> handler, and where it needs them

- `KIND`: the `resources.Kind` whose members lie in projects, and can be tagged, shared and put into folders;
- `TABLES`: SQL that makes its tables where they are missing;
- `BLOBS`: a query for the names of the contents that it uses;
- `resume(stack)`: resumes at the start of a server what the last one left undone.
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
    """Take up what the last server on the folder left undone."""
    for space in _MODULES:
        if hasattr(space, "resume"):
            space.resume(stack)
