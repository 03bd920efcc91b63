"""Handlers for login, the current user and the API versions."""

from __future__ import annotations

import re
from typing import Any

from orionclient.emulator._handlers.users import show_user
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.idempotency import FEATURES

_VERSION = re.compile(r"/api/v([0-9]+)/")


def obtain_token(call: Call) -> dict[str, Any]:
    """Return the token of a user for the password."""
    return {"token": call.stack.credentials.exchange_password(call.body["username"], call.body["password"])}


def get_current_user(call: Call) -> dict[str, Any]:
    """Return the caller."""
    with call.stack.store.read_transaction() as db:
        return show_user(db.execute("SELECT * FROM users WHERE id = ?", (call.caller.id,)).fetchone())


def get_api_versions(call: Call) -> dict[str, Any]:
    """Return the API versions of each kind of resource, from the paths of the contract."""
    versions: dict[str, set[int]] = {}
    for operation in call.stack.operations:
        if match := _VERSION.match(operation.path):
            versions.setdefault(operation.tag, set()).add(int(match[1]))
    return {
        "versions": {kind: sorted(numbers) for kind, numbers in sorted(versions.items())},
        "server": f"local-orion {call.stack.version}",
        "features": list(FEATURES),
    }


HANDLERS = {
    "obtain_token": Handler(obtain_token),
    "get_current_user": Handler(get_current_user),
    "get_api_versions": Handler(get_api_versions),
}
