"""Handlers for floes: those that the server was started with, and those of packages.

The rules are assumptions:

- A floe of the stack is available to all users, a floe of a package to those who can read the package. Floes are read-only.
- A floe of a package has the owner, the project and the version of its package; a floe of the stack has none of them.
- A floe of the stack is identified by its uuid, and becomes deprecated if a later start omits it. A floe of a package becomes
  deprecated when the package is deleted, because jobs still reference it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import filters, resources
from orionclient.emulator._http.call import Call, Handler, Services
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import forbidden
from orionclient.emulator._store import sharing
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from orionclient.emulator._jobs.specifications import FloeSpecification

# The floe of the latest job has the lowest value of `unused`.
_BY_USE = (
    "(SELECT workfloes.*, 1000000000000000 - coalesce((SELECT max(id) FROM jobs WHERE workfloe = workfloes.id), 0) AS unused"
    " FROM workfloes)"
)


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "name", "title", "uuid", "state", "description", "package", "created")
    return {**{name: row[name] for name in plain}, "tags": _strictjson.loads(row["tags"]), "specification": {}}


def _show_details(row: sqlite3.Row) -> dict[str, Any]:
    return {**_show(row), "specification": _strictjson.loads(row["specification"])}


def find(call: Call, db: sqlite3.Connection, workfloe_id: int) -> sqlite3.Row:
    """Return the row of a floe that the caller can use."""
    row = resources.find_row(db, "floe", "workfloes", workfloe_id)
    mine = row["project"] is None or resources.is_member(db, call.caller, row["project"])
    query = f"SELECT 1 FROM workfloes WHERE id = ? AND {resources.IN_PROJECT}"  # noqa: S608 - constants  # nosec B608
    readable = mine or (
        sharing.is_shared_with(db, "package", row["package"], call.caller.id)
        and db.execute(query, (workfloe_id,)).fetchone()
    )
    if not readable:
        raise forbidden(f"The floe {workfloe_id} belongs to a package that you cannot read.")
    return row


def list_workfloes(call: Call) -> dict[str, Any]:
    """Return a page of floes without their specifications."""
    query = call.query
    shared, values = sharing.shared_with("package", call.caller.id)
    recent = query.get("order_by", "").endswith("recently_used")
    listing = ListQuery(_BY_USE if recent else "workfloes", columns={"recently_used": "unused"})
    mine = "project IN (SELECT project FROM members WHERE user = ?)"
    listing.narrow(
        f"(project IS NULL OR {mine} OR ({resources.IN_PROJECT} AND package IN ({shared})))", call.caller.id, *values
    )
    filters.narrow_by_name(listing, query)
    filters.narrow_by_tags(listing, query, "EXISTS (SELECT 1 FROM json_each(tags) WHERE {})", "value")
    if "states" in query:
        filters.narrow_to_values(listing, "state", query["states"])
    for name in ("state", "package", "project"):
        if name in query:
            listing.narrow(f"{name} = ?", query[name])
    if "uuid" in query:
        listing.narrow("lower(uuid) = lower(?)", query["uuid"])
    for name in ("version", "owner"):
        if name in query:
            listing.narrow(f"package IN (SELECT id FROM packages WHERE {name} = ?)", query[name])  # noqa: S608 - constants  # nosec B608
    with call.stack.store.read_transaction() as db:
        if "project" in query:
            resources.require_member(db, call.caller, query["project"])
        return build_page(call, db, listing, _show)


def get_workfloe(call: Call) -> dict[str, Any]:
    """Return a floe with its specification."""
    with call.stack.store.read_transaction() as db:
        return _show_details(find(call, db, call.path["workfloe_id"]))


def add_specifications(db: sqlite3.Connection, floe: FloeSpecification, package: sqlite3.Row | None = None) -> None:
    """Add a floe of the stack or of a package; a floe of the stack replaces the existing one with the same uuid."""
    specification = floe.specification
    values = {
        **{name: specification.get(name, "") for name in ("name", "title", "uuid", "description")},
        "tags": _strictjson.dumps(list(floe.tags)),
        "specification": _strictjson.dumps(specification),
        "argv": _strictjson.dumps(list(floe.argv)),
    }
    changes = ", ".join(f"{name} = excluded.{name}" for name in values)
    whose = {
        "package": None if package is None else package["id"],
        "project": None if package is None else package["project"],
        "created": now(db),
    }
    everything = {**values, **whose}
    db.execute(
        f"INSERT INTO workfloes ({', '.join(everything)}) VALUES ({', '.join('?' * len(everything))})"  # noqa: S608 - constants  # nosec B608
        f" ON CONFLICT (uuid) WHERE package IS NULL DO UPDATE SET state = 'ready', {changes}",
        list(everything.values()),
    )


def retire_specifications(db: sqlite3.Connection, package: int) -> None:
    """Deprecate the floes of a package that is being deleted."""
    db.execute("UPDATE workfloes SET state = 'deprecated', argv = NULL WHERE package = ?", (package,))


def _replace(db: sqlite3.Connection, floes: Iterable[FloeSpecification]) -> None:
    db.execute("UPDATE workfloes SET state = 'deprecated', argv = NULL WHERE package IS NULL")
    for floe in floes:
        add_specifications(db, floe)


def resume(stack: Services) -> None:
    """Register the floes of this start and deprecate all others of the stack."""
    with stack.store.write_transaction() as db:
        _replace(db, stack.floes)


HANDLERS = {
    "list_workfloes": Handler(list_workfloes),
    "get_workfloe": Handler(get_workfloe),
}
