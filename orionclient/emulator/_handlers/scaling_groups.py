"""Handlers for scaling groups: how many jobs and services run at once.

The rules are assumptions: each job and each service needs an instance, and a group has at most as many as its maximum. The local Orion
has one group for jobs and one for services, which each start of a server adds if they are missing. Only administrators can update them: the
first user of each seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import filters, resources
from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, forbidden
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3

_FIELDS = (
    "id",
    "name",
    "description",
    "organization",
    "min_instances",
    "max_instances",
    "running",
    "queued",
    "created",
)
# Name of a group -> its description and the maximum of its instances.
_GROUPS = {
    "jobs": ("Runs jobs, at most as many at once as the server was started with.", 1000),
    "services": ("Runs service tasks.", 4),
}
_LIMITS = ("min_instances", "max_instances")
# Groups with the counts of what runs and waits in them.
_COUNTED = """(
    SELECT scaling_groups.*, count(state) FILTER (WHERE state = 'running') AS running,
        count(state) FILTER (WHERE state = 'queued') AS queued
    FROM scaling_groups LEFT JOIN (
        SELECT scaling_group, service_tasks.state FROM service_tasks JOIN service_specs ON service_specs.id = spec
        UNION ALL
        SELECT scaling_groups.id, jobs.state FROM jobs JOIN scaling_groups ON scaling_groups.name = 'jobs'
            WHERE jobs.state IN ('queued', 'running')
    ) ON scaling_group = scaling_groups.id
    GROUP BY scaling_groups.id
)"""


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {**{name: row[name] for name in _FIELDS}, "instances": max(row["running"], row["min_instances"])}


def add_missing(db: sqlite3.Connection) -> dict[str, int]:
    """Add the missing groups; returns the ids of all by name."""
    for name, (description, most) in _GROUPS.items():
        db.execute(
            "INSERT INTO scaling_groups (name, description, organization, min_instances, max_instances, created)"
            " SELECT ?, ?, id, 0, ?, ? FROM (SELECT min(id) AS id FROM organizations)"
            " WHERE NOT EXISTS (SELECT 1 FROM scaling_groups WHERE name = ?)",
            (name, description, most, now(db), name),
        )
    return {row["name"]: row["id"] for row in db.execute("SELECT id, name FROM scaling_groups")}


def list_scaling_groups(call: Call) -> dict[str, Any]:
    """List the scaling groups of the caller's organization."""
    listing = ListQuery(_COUNTED, ["organization = ?"], [call.caller.organization])
    filters.narrow_by_name(listing, call.query)
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, _show)


def get_scaling_group(call: Call) -> dict[str, Any]:
    """Return a scaling group; 403 for those of other organizations."""
    with call.stack.store.read_transaction() as db:
        return _show(_find(call, db))


def _find(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    row = resources.find_row(db, "scaling group", _COUNTED, call.path["scaling_group_id"])
    if row["organization"] != call.caller.organization:
        raise forbidden(f"The scaling group {row['id']} belongs to another organization.")
    return row


def update_scaling_group(call: Call) -> dict[str, Any]:
    """Set limits, and start or stop what the new ones allow or forbid; running jobs are not stopped."""
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        if not db.execute("SELECT administrator FROM users WHERE id = ?", (call.caller.id,)).fetchone()[0]:
            raise forbidden("Only administrators can update scaling groups.")
        lowest, highest = limits = [call.body.get(name, row[name]) for name in _LIMITS]
        if lowest > highest:
            detail = f"The minimum of {lowest} instances is larger than the maximum of {highest}."
            raise ProblemError(422, detail, "bad_limits")
        query = "UPDATE scaling_groups SET min_instances = ?, max_instances = ? WHERE id = ?"
        db.execute(query, (*limits, row["id"]))
        shown = _show(_find(call, db))
    call.stack.services.wake()
    call.stack.engine.wake()
    return shown


HANDLERS = {
    "list_scaling_groups": Handler(list_scaling_groups),
    "get_scaling_group": Handler(get_scaling_group),
    "update_scaling_group": Handler(update_scaling_group),
}
