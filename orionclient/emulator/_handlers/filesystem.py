"""Handlers for the virtual file system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

from orionclient.emulator._http.call import Handler
from orionclient.emulator._problems import ProblemError

if TYPE_CHECKING:
    from orionclient.emulator._http.call import Call


def _reject(call: Call) -> Never:
    raise ProblemError(503, f'"{call.operation.id}" is not available yet.', "unavailable")


HANDLERS = {
    name: Handler(_reject) for name in ("list_entries", "get_entry", "copy_entries", "move_entries", "remove_entries")
}
