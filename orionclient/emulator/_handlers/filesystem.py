"""Handlers for the virtual file system."""

from __future__ import annotations

from typing import Never

from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._problems import not_found


def _missing(call: Call) -> Never:
    raise not_found(f"{call.operation.id} is not implemented yet.")


# Placeholder until the handlers of branch s5-store replace this file.
HANDLERS = {
    name: Handler(_missing) for name in ("list_entries", "get_entry", "copy_entries", "move_entries", "remove_entries")
}
