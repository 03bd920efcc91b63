"""The handlers of the contract's operations: one module per kind of resource, one line per kind here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.emulator.handlers import (
    billing,
    datasets,
    files,
    folders,
    identity,
    organizations,
    projects,
    shares,
    tags,
    users,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orionclient.emulator.call import Handler

_KINDS = (
    identity,
    users,
    organizations,
    projects,
    files,
    datasets,
    tags,
    shares,
    folders,
    billing,
)

HANDLERS: Mapping[str, Handler] = {name: handler for kind in _KINDS for name, handler in kind.HANDLERS.items()}
