"""Handlers for floes: those that the server was started with, and those of packages.

The rules are assumptions:

- A floe of the stack is available to all users, a floe of a package to those who can read the package. Floes are read-only.
- A floe of a package can be deleted by the members of its project, also after the package, if none of its jobs is queued or running. A
  floe of the stack cannot: the next start would add it again.
- Classifications are those of the specification. A package whose manifest has `"classify_floes": false` has none.
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
from orionclient.emulator._problems import ProblemError, forbidden
from orionclient.emulator._store import sharing
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from orionclient.emulator._jobs.specifications import FloeSpecification

# The floe of the latest job has the lowest value of `unused`.
_BY_USE = (
    "(SELECT workfloes.*, 1000000000000000 - coalesce((SELECT max(id) FROM jobs WHERE workfloe = workfloes.id), 0) AS unused"
    " FROM workfloes)"
)
# The name is the end of the path. A subquery selects the rows of `workfloes`.
_CLASSIFICATIONS = (
    "(SELECT path, substr(path, length(rtrim(path, replace(path, '/', ''))) + 1) AS name,"
    " length(path) - length(replace(path, '/', '')) + 1 AS depth, count(*) AS count"
    " FROM (SELECT json_each.value AS path FROM (SELECT classifications FROM workfloes {}) AS readable,"
    " json_each(readable.classifications)) GROUP BY path)"
)


def show(row: sqlite3.Row) -> dict[str, Any]:
    """Return a floe without its specification."""
    plain = ("id", "name", "title", "uuid", "state", "description", "package", "created")
    return {**{name: row[name] for name in plain}, "tags": _strictjson.loads(row["tags"]), "specification": {}}


def _show_details(row: sqlite3.Row) -> dict[str, Any]:
    return {**show(row), "specification": _strictjson.loads(row["specification"])}


def find(call: Call, db: sqlite3.Connection, workfloe_id: int) -> sqlite3.Row:
    """Return the row of a floe that the caller can use."""
    row = resources.find_row(db, "floe", "workfloes", workfloe_id, "deleted = ''")
    mine = row["project"] is None or resources.is_member(db, call.caller, row["project"])
    query = f"SELECT 1 FROM workfloes WHERE id = ? AND {resources.IN_PROJECT}"  # noqa: S608 - constants  # nosec B608
    readable = mine or (
        sharing.is_shared_with(db, "package", row["package"], call.caller.id)
        and db.execute(query, (workfloe_id,)).fetchone()
    )
    if not readable:
        raise forbidden(f"The floe {workfloe_id} belongs to a package that you cannot read.")
    return row


def _narrow_to_readable(call: Call, listing: ListQuery) -> None:
    shared, values = sharing.shared_with("package", call.caller.id)
    mine = "project IN (SELECT project FROM members WHERE user = ?)"
    listing.narrow("deleted = ''")
    listing.narrow(
        f"(project IS NULL OR {mine} OR ({resources.IN_PROJECT} AND package IN ({shared})))", call.caller.id, *values
    )


def list_workfloes(call: Call) -> dict[str, Any]:
    """Return a page of floes without their specifications."""
    query = call.query
    recent = query.get("order_by", "").endswith("recently_used")
    listing = ListQuery(_BY_USE if recent else "workfloes", columns={"recently_used": "unused"})
    _narrow_to_readable(call, listing)
    filters.narrow_by_name(listing, query)
    filters.narrow_by_tags(listing, query, "EXISTS (SELECT 1 FROM json_each(tags) WHERE {})", "value")
    if "states" in query:
        filters.narrow_to_values(listing, "state", query["states"])
    for name in ("state", "package", "project"):
        if name in query:
            listing.narrow(f"{name} = ?", query[name])
    if "classification" in query:
        path = query["classification"].strip("/")
        listing.narrow("EXISTS (SELECT 1 FROM json_each(classifications) WHERE value = ?)", path)
    if "uuid" in query:
        listing.narrow("lower(uuid) = lower(?)", query["uuid"])
    for name in ("version", "owner"):
        if name in query:
            listing.narrow(f"package IN (SELECT id FROM packages WHERE {name} = ?)", query[name])  # noqa: S608 - constants  # nosec B608
    with call.stack.store.read_transaction() as db:
        if "project" in query:
            resources.require_member(db, call.caller, query["project"])
        return build_page(call, db, listing, show)


def get_workfloe(call: Call) -> dict[str, Any]:
    """Return a floe with its specification."""
    with call.stack.store.read_transaction() as db:
        return _show_details(find(call, db, call.path["workfloe_id"]))


def delete_workfloe(call: Call) -> None:
    """Delete a floe of a package; its row remains, because its jobs reference it."""
    with call.stack.store.write_transaction() as db:
        row = find(call, db, call.path["workfloe_id"])
        if row["project"] is None:
            raise forbidden(f"The floe {row['id']} belongs to the stack and cannot be deleted.")
        resources.require_member(db, call.caller, row["project"], writing=True)
        query = "SELECT count(*) FROM jobs WHERE state <> 'complete' AND workfloe = ?"
        if busy := db.execute(query, (row["id"],)).fetchone()[0]:
            detail = f"The floe {row['id']} is in use: {busy} of its jobs are not complete."
            raise ProblemError(409, detail, "floe_in_use")
        db.execute(
            "UPDATE workfloes SET state = 'deprecated', argv = NULL, deleted = ? WHERE id = ?", (now(db), row["id"])
        )


def list_classifications(call: Call) -> dict[str, Any]:
    """Return a page of the classifications of the floes that the caller can read."""
    query = call.query
    readable = ListQuery("workfloes")
    _narrow_to_readable(call, readable)
    readable.narrow("state = 'ready'")
    table = _CLASSIFICATIONS.format(readable.where())
    listing = ListQuery(table, values=readable.values, key=("path",), key_types=(str,))
    filters.narrow_by_name(listing, query)
    if "path" in query:
        path = query["path"].strip("/")
        listing.narrow("(path = ? OR instr(path, ?) = 1)", path, f"{path}/")
    if "depth" in query:
        listing.narrow("depth = ?", query["depth"])
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, dict)


def _collect_classifications(specification: Mapping[str, Any], package: sqlite3.Row | None) -> Sequence[str]:
    """Return the paths of the classifications of a floe, and of those above them."""
    if package is not None and _strictjson.loads(package["specification"]).get("classify_floes") is False:
        return []
    paths = (
        "/".join(names[: end + 1]) for names in specification.get("classification", ()) for end in range(len(names))
    )
    return list(dict.fromkeys(paths))


def add_specifications(db: sqlite3.Connection, floe: FloeSpecification, package: sqlite3.Row | None = None) -> None:
    """Add a floe of the stack or of a package; a floe of the stack replaces the existing one with the same uuid."""
    specification = floe.specification
    values = {
        **{name: specification.get(name, "") for name in ("name", "title", "uuid", "description")},
        "tags": _strictjson.dumps(list(floe.tags)),
        "specification": _strictjson.dumps(specification),
        "argv": _strictjson.dumps(list(floe.argv)),
        "classifications": _strictjson.dumps(_collect_classifications(specification, package)),
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
    "delete_workfloe": Handler(delete_workfloe),
    "list_classifications": Handler(list_classifications),
}
