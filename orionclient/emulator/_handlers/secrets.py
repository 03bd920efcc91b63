"""Handlers for secrets; their values are write-only over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Call, Handler, ResourceKind

if TYPE_CHECKING:
    import sqlite3

_FIELDS = ("id", "name", "description", "project", "owner", "created", "changed")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in _FIELDS}


KIND = ResourceKind("secret", "secrets", "secret_id", _show, taggable=True, sharable=True)


def create_secret(call: Call) -> dict[str, Any]:
    """Create a secret from the body."""
    moment = call.stack.now()
    return resources.create(call, KIND, value=call.body["value"], created=moment, changed=moment)


def update_secret(call: Call) -> dict[str, Any]:
    """Set the fields in the body; any value in the body updates `changed`, even the current one."""
    columns = {"value": call.body["value"], "changed": call.stack.now()} if "value" in call.body else {}
    return resources.update(call, KIND, **columns)


HANDLERS = {
    "list_secrets": Handler(lambda call: resources.list_kind(call, KIND)),
    "create_secret": Handler(create_secret),
    "get_secret": Handler(lambda call: resources.get(call, KIND)),
    "update_secret": Handler(update_secret),
    "delete_secret": Handler(lambda call: resources.delete(call, KIND)),
}
