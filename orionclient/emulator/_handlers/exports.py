"""Handlers for exports: reports that a background thread writes to a file.

The rules are assumptions:

- An export belongs to the user that created it; other users get a 404. It has what that user saw when it was written.
- The reports of the costs of an organization require the cost accounting capability, also when they are downloaded.
- An export that was not written when the server stopped is written at the next start.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import billing, contents, filters
from orionclient.emulator._handlers.resources import find_row
from orionclient.emulator._http.call import Call, ContentResult, Handler, Redirect, Services
from orionclient.emulator._http.paging import ListQuery, build_page
from orionclient.emulator._problems import ProblemError, conflict
from orionclient.emulator._store import reports
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

_LOG = logging.getLogger("orionclient.emulator")

BLOBS = "SELECT blob FROM exports WHERE blob IS NOT NULL"

_FILTERS = ("package_uuids", "workfloe_uuid", "job_ids")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "name", "report_type", "format", "state", "reason", "notified", "count", "size", "sha256", "created")
    return {
        **{name: row[name] for name in (*plain, "finished", "owner")},
        "parameters": _strictjson.loads(row["parameters"]),
        "notify": bool(row["notify"]),
    }


def _find(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    return find_row(db, "export", "exports", call.path["export_id"], "owner = ?", call.caller.id)


def _check_capability(db: sqlite3.Connection, user: int, report_type: str) -> None:
    if report_type != "jobs_summary":
        billing.require_cost_accounting(db, user)


def create_export(call: Call) -> dict[str, Any]:
    """Create an export, which a background thread writes."""
    body = {"format": "csv", "notify": False, **call.body}
    report_type = body.pop("report_type")
    given = [name for name in _FILTERS if name in body]
    if given and report_type != "jobs_summary":
        raise ProblemError(422, f"The report {report_type} has no filter {given[0]}.", "bad_filter")
    try:
        reports.parse_period(body.get("start_date"), body.get("end_date"))
    except ValueError as error:
        raise ProblemError(422, str(error), "bad_period") from None
    form, notify = body.pop("format"), body.pop("notify")
    with call.stack.store.write_transaction() as db:
        _check_capability(db, call.caller.id, report_type)
        values = (report_type, form, _strictjson.dumps(body), notify, call.caller.id, now(db))
        query = "INSERT INTO exports (name, report_type, format, parameters, notify, owner, created) VALUES ('', ?, ?, ?, ?, ?, ?)"
        export_id = db.execute(query, values).lastrowid
        db.execute("UPDATE exports SET name = report_type || '-' || id || '.' || format WHERE id = ?", (export_id,))
        shown = _show(find_row(db, "export", "exports", export_id or 0))
    call.stack.work.submit(_write, call.stack, export_id)
    return shown


def _write(stack: Services, export_id: int) -> None:
    """Write the report of an export."""
    with stack.store.read_transaction() as db:
        row = db.execute("SELECT * FROM exports WHERE id = ? AND state = 'processing'", (export_id,)).fetchone()
    if row is None:
        return
    with stack.blobs.staged() as staged:
        try:
            with stack.store.read_transaction() as db:
                count = reports.write_report(staged, row["report_type"], _list_rows(stack, db, row), row["format"])
            staged.complete()
            blob = stack.blobs.commit(staged)
        except OSError as error:
            _finish(stack, export_id, state="error", reason=f"the report could not be written: {error}")
            return
        values = {"state": "ready", "count": count, "size": staged.size, "sha256": staged.digest.hex(), "blob": blob}
        if not _finish(stack, export_id, **values):
            stack.blobs.remove(blob)


def _list_rows(stack: Services, db: sqlite3.Connection, row: sqlite3.Row) -> Iterator[reports.Row]:
    given = _strictjson.loads(row["parameters"])
    period = reports.parse_period(given.get("start_date"), given.get("end_date"))
    if row["report_type"] == "jobs_summary":
        return reports.list_jobs(db, row["owner"], period, given)
    ((organization,),) = db.execute("SELECT organization FROM users WHERE id = ?", (row["owner"],))
    if row["report_type"] == "spend_summary":
        return reports.list_spending(db, organization, period)
    return reports.list_storage(db, organization, period, stack.now())


def _finish(stack: Services, export_id: int, **columns: Any) -> bool:
    """Record the end of an export, and notify its owner if requested; returns False if it was deleted meanwhile."""
    with stack.store.write_transaction() as db:
        changes = ", ".join(f"{name} = ?" for name in columns)
        query = f"UPDATE exports SET finished = ?, notified = iif(notify AND ?, ?, NULL), {changes} WHERE id = ?"  # noqa: S608 - constants  # nosec B608
        moment, is_ready = now(db), columns["state"] == "ready"
        db.execute(query, (moment, is_ready, moment, *columns.values(), export_id))
        query = "SELECT name, notified, username FROM exports JOIN users ON users.id = owner WHERE exports.id = ?"
        row = db.execute(query, (export_id,)).fetchone()
    if row is not None and row["notified"]:
        _LOG.info("notification for %s: the export %s (%s) is ready", row["username"], export_id, row["name"])
    return row is not None


def list_exports(call: Call) -> dict[str, Any]:
    """Return a page of the caller's exports."""
    listing = ListQuery("exports")
    listing.narrow("owner = ?", call.caller.id)
    filters.narrow_by_name(listing, call.query)
    for name in ("report_type", "state"):
        if name in call.query:
            listing.narrow(f"{name} = ?", call.query[name])
    with call.stack.store.read_transaction() as db:
        return build_page(call, db, listing, _show)


def get_export(call: Call) -> dict[str, Any]:
    """Return an export of the caller."""
    with call.stack.store.read_transaction() as db:
        return _show(_find(call, db))


def delete_export(call: Call) -> None:
    """Delete an export of the caller with its content."""
    with call.stack.store.write_transaction() as db:
        row = _find(call, db)
        db.execute("DELETE FROM exports WHERE id = ?", (row["id"],))
    call.stack.blobs.remove(row["blob"])


def _find_content(call: Call, db: sqlite3.Connection) -> sqlite3.Row:
    row = _find(call, db)
    _check_capability(db, call.caller.id, row["report_type"])
    if row["state"] == "error":
        raise conflict(f"The export {row['id']} failed: {row['reason']}")
    return row


def download_export(call: Call) -> ContentResult | Redirect:
    """Return the report."""
    return contents.download(call, _find_content, "export", presigned=False)


def resume(stack: Services) -> None:
    """Write the exports that were not written when the last server stopped."""
    with stack.store.read_transaction() as db:
        for (export_id,) in db.execute("SELECT id FROM exports WHERE state = 'processing' ORDER BY id"):
            stack.work.submit(_write, stack, export_id)


HANDLERS = {
    "list_exports": Handler(list_exports),
    "create_export": Handler(create_export),
    "get_export": Handler(get_export),
    "delete_export": Handler(delete_export),
    "download_export": Handler(download_export),
}
