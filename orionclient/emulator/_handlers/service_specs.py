"""Handlers for service specifications: the services of the local Orion, which each start of a server adds if they are missing.

The rules are assumptions: a specification belongs to the first user of the stack, who can share it. Who can read it, can run its tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import resources, scaling_groups
from orionclient.emulator._http.call import Handler, ResourceKind, Services
from orionclient.emulator._jobs.services import SERVICES
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

_FIELDS = ("id", "name", "description", "scaling_group", "owner", "project", "created")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in _FIELDS}


KIND = SPECS = ResourceKind("service_spec", "service_specs", "service_spec_id", _show, sharable=True)


def resume(stack: Services) -> None:
    """Add the missing services."""
    add = (
        "INSERT INTO service_specs (name, description, scaling_group, project, owner, created)"
        " SELECT ?, ?, ?, default_project, id, ? FROM (SELECT * FROM users ORDER BY id LIMIT 1)"
        " WHERE default_project IS NOT NULL AND NOT EXISTS (SELECT 1 FROM service_specs WHERE name = ?)"
    )
    with stack.store.write_transaction() as db:
        group = scaling_groups.add_missing(db)["services"]
        for name, description in SERVICES.items():
            db.execute(add, (name, description, group, now(db), name))


HANDLERS = {
    "list_service_specs": Handler(lambda call: resources.list_kind(call, KIND)),
    "get_service_spec": Handler(lambda call: resources.get(call, KIND)),
}
