"""The rows of the reports of jobs and costs, and their files as CSV or JSON."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from orionclient.emulator import _strictjson
from orionclient.emulator._store.costs import MONTH_SECONDS, compute_storage_cost
from orionclient.emulator._store.store import format_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from orionclient.emulator._store.blobs import StagedBlob

Row = dict[str, Any]

# Report -> its columns.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "jobs_summary": (
        "job_id", "name", "outcome", "reason", "workfloe", "workfloe_uuid", "package", "package_uuid", "project_id", "project", "owner",
        "created", "started", "finished", "run_time", "cpu_count", "memory_mb", "cost", "currency", "deleted",
    ),
    "spend_summary": (
        "project_id", "project", "owner", "jobs", "succeeded", "failed", "cancelled", "run_time", "cost", "currency",
    ),
    "storage_use": (
        "project_id", "project", "owner", "type", "count", "bytes", "trash_count", "trash_bytes", "monthly_cost", "cost", "currency",
    ),
}  # fmt: skip
# A spreadsheet runs a string that begins so as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
# The content of the stack: its type, size, creation, trash, project and owner.
_CONTENTS: Final = """
SELECT 'file' AS type, size, created, deleted, project, owner FROM files WHERE blob IS NOT NULL
UNION ALL SELECT 'dataset', (SELECT coalesce(sum(length(CAST(body AS BLOB))), 0) FROM records WHERE dataset = datasets.id),
    created, deleted, project, owner FROM datasets
UNION ALL SELECT 'collection', shards.size, shards.created, collections.deleted, project, owner
    FROM shards JOIN collections ON collections.id = shards.collection WHERE blob IS NOT NULL
UNION ALL SELECT 'package', size, created, deleted, project, owner FROM packages WHERE sha256 IS NOT NULL
UNION ALL SELECT 'upload', (SELECT coalesce(sum(parts.size), 0) FROM parts WHERE upload = uploads.id), uploads.created, '',
    coalesce(files.project, collections.project), uploads.owner
    FROM uploads LEFT JOIN files ON files.id = uploads.file LEFT JOIN collections ON collections.id = uploads.collection
    WHERE uploads.blob IS NOT NULL
"""


class Period(NamedTuple):
    """A period in the contract's format of times: `start` is inclusive, `end` exclusive."""

    start: str
    end: str


def parse_period(start: str | None, end: str | None) -> Period:
    """Parse a period. Its start and end are ISO 8601 dates or times, UTC unless they have an offset; a date as the end includes that day.

    Raises:
        ValueError: One of them is not valid, or the end is before the start; the message says which.
    """
    (begin, _), (close, is_day) = _parse_moment(start, "start_date"), _parse_moment(end, "end_date")
    if begin is not None and close is not None and close < begin:
        raise ValueError(f"The end_date {end} is before the start_date {start}.")
    try:
        close = close + timedelta(days=1) if close is not None and is_day else close
    except OverflowError:
        close = None
    return Period("" if begin is None else format_time(begin), "9" if close is None else format_time(close))


def _parse_moment(given: str | None, name: str) -> tuple[datetime | None, bool]:
    """Parse an ISO 8601 date or time; returns whether it is a date, too."""
    if given is None:
        return None, False
    try:
        moment = datetime.fromisoformat(given)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"The {name} {given!r:.60} is not an ISO 8601 date or time, such as 2026-11-30 or 2026-11-30T12:00:00Z."
        ) from None
    try:
        date.fromisoformat(given)
    except ValueError:
        return moment, False
    return moment, True


def list_jobs(db: sqlite3.Connection, user: int, period: Period, filters: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the ended jobs of the user's projects, by id."""
    conditions = ["project IN (SELECT project FROM members WHERE user = ?)", "finished >= ?", "finished < ?"]
    values: list[Any] = [user, *period]
    if "workfloe_uuid" in filters:
        conditions.append("lower(workfloe_uuid) = lower(?)")
        values.append(filters["workfloe_uuid"])
    if "package_uuids" in filters:
        conditions.append("lower(package_uuid) IN (SELECT lower(value) FROM json_each(?))")
        values.append(_strictjson.dumps(filters["package_uuids"]))
    if "job_ids" in filters:
        conditions.append("job IN (SELECT value FROM json_each(?))")
        values.append(_strictjson.dumps(filters["job_ids"]))
    query = (
        "SELECT charges.*, charges.job AS job_id, project AS project_id, projects.name AS project_name, username"  # noqa: S608 - constants  # nosec B608
        " FROM charges JOIN projects ON projects.id = project JOIN users ON users.id = charges.owner"
        f" WHERE {' AND '.join(conditions)} ORDER BY job"
    )
    for row in db.execute(query, values):
        names = {"project": row["project_name"], "owner": row["username"]}
        yield {column: names[column] if column in names else row[column] for column in COLUMNS["jobs_summary"]}


def list_spending(db: sqlite3.Connection, organization: int, period: Period) -> Iterator[Row]:
    """Yield the cost of the ended jobs of an organization by project and owner."""
    query = (
        "SELECT project, projects.name, username, run_time, cost, currency, outcome"
        " FROM charges JOIN projects ON projects.id = project JOIN users ON users.id = charges.owner"
        " WHERE charges.organization = ? AND finished >= ? AND finished < ? ORDER BY project, username"
    )
    costs: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    seconds: dict[tuple[Any, ...], float] = defaultdict(float)
    outcomes: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for project, name, username, run_time, cost, currency, outcome in db.execute(
        query, (organization, period.start, period.end)
    ):
        key = (project, name, username, currency)
        costs[key] += Decimal(cost)
        seconds[key] += run_time
        outcomes[key][outcome] += 1
    for key, cost in costs.items():
        project, name, username, currency = key
        ended = outcomes[key]
        counts = (ended.total(), ended["succeeded"], ended["failed"], ended["cancelled"])
        row = (project, name, username, *counts, seconds[key], str(cost), currency)
        yield dict(zip(COLUMNS["spend_summary"], row, strict=True))


def list_storage(db: sqlite3.Connection, organization: int, period: Period, moment: str) -> Iterator[Row]:
    """Yield the size and the cost of the content of an organization by project, owner and type; `moment` is the current time."""
    end = min(period.end, moment)
    query = (
        "SELECT project, projects.name, username, type, count(*), sum(size), count(*) FILTER (WHERE trashed),"  # noqa: S608 - constants  # nosec B608
        " coalesce(sum(size) FILTER (WHERE trashed), 0), currency, sum(size * seconds)"
        " FROM (SELECT *, deleted <> '' AS trashed, max(0, julianday(?) - julianday(max(created, ?))) * 86400.0 AS seconds"
        f" FROM ({_CONTENTS}) WHERE created < ?) AS contents"
        " JOIN projects ON projects.id = project JOIN users ON users.id = contents.owner"
        " JOIN organizations ON organizations.id = projects.organization WHERE organizations.id = ?"
        " GROUP BY project, username, type ORDER BY project, username, type"
    )
    for *counts, currency, byte_seconds in db.execute(query, (end, period.start, period.end, organization)):
        costs = (compute_storage_cost(counts[5] * MONTH_SECONDS), compute_storage_cost(byte_seconds))
        yield dict(zip(COLUMNS["storage_use"], (*counts, *map(str, costs), currency), strict=True))


def write_report(staged: StagedBlob, report: str, rows: Iterable[Row], form: str) -> int:
    """Write rows as `csv` with a header, or as a `json` array of objects; returns their count."""
    return (_write_json if form == "json" else _write_csv)(staged, report, rows)


def _write_json(staged: StagedBlob, _report: str, rows: Iterable[Row]) -> int:
    count = 0
    for count, row in enumerate(rows, 1):
        staged.write(f"{'[' if count == 1 else ','}\n{_strictjson.dumps(row)}".encode())
    staged.write(b"\n]\n" if count else b"[]\n")
    return count


class _Utf8:
    """The file of a csv writer."""

    def __init__(self, staged: StagedBlob) -> None:
        self._staged = staged

    def write(self, line: str) -> None:
        self._staged.write(line.encode())


def _write_csv(staged: StagedBlob, report: str, rows: Iterable[Row]) -> int:
    writer, count = csv.writer(_Utf8(staged)), 0
    writer.writerow(COLUMNS[report])
    for count, row in enumerate(rows, 1):  # noqa: B007 - the count of rows
        writer.writerow([_defuse(value) for value in row.values()])
    return count


def _defuse(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
