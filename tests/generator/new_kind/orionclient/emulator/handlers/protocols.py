"""Request handlers of protocols, an example resource type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Handler, ResourceKind

if TYPE_CHECKING:
    import sqlite3

TABLES = resources.create_table_statement("protocols", "steps INTEGER NOT NULL")

_SHOWN = ("id", "name", "steps", "created", "owner", "project", "path", "deleted")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN}


def _steps(call: Any) -> dict[str, Any]:
    return {"steps": call.body["steps"]} if "steps" in call.body else {}


KIND = ResourceKind("protocol", "protocols", "protocol_id", _show, taggable=True, sharable=True, in_folders=True)

HANDLERS = {
    "list_protocols": Handler(lambda call: resources.list_kind(call, KIND, steps=call.query.get("steps"))),
    "create_protocol": Handler(lambda call: resources.create(call, KIND, **{"steps": 0, **_steps(call)})),
    "get_protocol": Handler(lambda call: resources.get(call, KIND)),
    "update_protocol": Handler(lambda call: resources.update(call, KIND, **_steps(call))),
    "delete_protocol": Handler(lambda call: resources.delete(call, KIND)),
}
