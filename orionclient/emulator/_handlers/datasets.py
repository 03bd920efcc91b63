"""Handlers for datasets and their records.

Record ids count from 1 in each dataset and are never reused, so a link to a record never points to another one.
Uploading the file that is the current content again keeps the records and their ids.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._formats import molecules
from orionclient.emulator._handlers import resources
from orionclient.emulator._http.call import Call, ContentResult, Handler, ResourceKind
from orionclient.emulator._problems import ProblemError, not_found, unprocessable
from orionclient.emulator._store.access import locate_row
from orionclient.emulator._store.blobs import StagedBlob, digest_headers, read_chunks
from orionclient.emulator._store.selection import Selection, select

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from orionclient.emulator._store.store import Database

Record = molecules.Record

_CHUNK_SIZE = 256 * 1024
# A compressed file may decompress to this multiple of its size, and to this number of bytes in any case.
_MOST_RATIO, _FREE_GROWTH = 100, 256 * 1024 * 1024


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "name", "description", "created", "owner", "project", "path", "deleted")
    return {
        **{name: row[name] for name in plain},
        "location": locate_row(row),
        "count": row["next_record"] - row["first_record"],
        "dirty": bool(row["dirty"]),
        "systemtags": _strictjson.loads(row["systemtags"]),
    }


def _purge(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:  # noqa: ARG001 - the signature of ResourceKind.purge
    db.execute("DELETE FROM records WHERE dataset = ?", (row["id"],))
    return lambda: None


KIND = DATASETS = ResourceKind(
    "dataset", "datasets", "dataset_id", _show, _purge, taggable=True, sharable=True, in_folders=True, trash=True
)


def create_dataset(call: Call) -> dict[str, Any]:
    """Create a dataset, whose system tags are those of a job that creates it."""
    return resources.create(call, DATASETS, systemtags=_strictjson.dumps(resources.get_job_tags(call.caller)))


def create_filled_dataset(call: Call, records: list[tuple[int, str]]) -> dict[str, Any]:
    """Create a dataset with records, which are pairs of an id, counted from 1, and the record as JSON."""
    made = resources.create(call, DATASETS, systemtags=_strictjson.dumps(resources.get_job_tags(call.caller)))
    rows = ((made["id"], record_id, body) for record_id, body in records)
    with call.stack.store.write_transaction() as db:
        db.executemany("INSERT INTO records (dataset, id, body) VALUES (?, ?, ?)", rows)
        db.execute("UPDATE datasets SET next_record = first_record + ? WHERE id = ?", (len(records), made["id"]))
        return _show(resources.find(call, db, DATASETS, made["id"]))


def _check_target(call: Call) -> None:
    with call.stack.store.read_transaction() as db:
        resources.find_named(call, db, DATASETS)


def _check_upload(call: Call) -> None:
    _check_target(call)
    try:
        molecules.get_format(call.query["format"])
    except molecules.UnknownFormatError as error:
        raise _unknown_format_problem(error) from None


def _unknown_format_problem(error: molecules.UnknownFormatError) -> ProblemError:
    return ProblemError(422, str(error), "unknown_format")


def upload_dataset_content(call: Call) -> dict[str, Any]:
    """Replace the records of the dataset with those of the uploaded file."""
    form = call.query["format"]
    source = f"{form} {call.content.digest.hex()}"
    with _parse_records(call, form) as parsed, call.stack.store.write_transaction() as db:
        row = resources.find_named(call, db, DATASETS)
        if row["source"] != source:
            first = row["next_record"]
            db.execute("DELETE FROM records WHERE dataset = ?", (row["id"],))
            count = _insert(db, row["id"], first, parsed)
            db.execute(
                "UPDATE datasets SET first_record = ?, next_record = ?, source = ? WHERE id = ?",
                (first, first + count, source, row["id"]),
            )
        db.execute("UPDATE datasets SET dirty = 0 WHERE id = ?", (row["id"],))
        return _show(resources.find_named(call, db, DATASETS))


def add_records(call: Call) -> dict[str, Any]:
    """Append the records of the body; an empty body changes nothing."""
    with _parse_records(call, "json") as parsed, call.stack.store.write_transaction() as db:
        row = resources.find_named(call, db, DATASETS)
        count = _insert(db, row["id"], row["next_record"], parsed)
        if count:
            db.execute(
                "UPDATE datasets SET next_record = next_record + ?, dirty = 1, source = NULL WHERE id = ?",
                (count, row["id"]),
            )
        return _show(resources.find_named(call, db, DATASETS))


@contextmanager
def _parse_records(call: Call, form: str) -> Iterator[StagedBlob]:
    """Convert the records of the upload to JSON lines on disk, so that the database is not locked while they are parsed."""
    with call.stack.blobs.staged() as parsed:
        limit = min(call.stack.limits.upload, max(_FREE_GROWTH, _MOST_RATIO * call.content.size))
        try:
            for record in molecules.read(call.content.path, form, limit):
                parsed.write(_strictjson.dumps(record).encode() + b"\n")
                if molecules.get_format(form)[1] and parsed.size > 2 * limit:
                    raise _too_large_problem(f"The records of the file have more than {2 * limit} bytes.")
        except molecules.MalformedError as error:
            raise unprocessable(f"Line {error.line}: {error.message}", error.line) from None
        except molecules.ContentTooLargeError as error:
            raise _too_large_problem(str(error)) from None
        parsed.complete(durable=False)
        yield parsed


def _too_large_problem(detail: str) -> ProblemError:
    return ProblemError(413, detail, "too_large")


def _insert(db: sqlite3.Connection, dataset: int, first: int, parsed: StagedBlob) -> int:
    with parsed.path.open(encoding="utf-8", newline="\n") as lines:
        rows = ((dataset, record_id, line.removesuffix("\n")) for record_id, line in enumerate(lines, first))
        return max(db.executemany("INSERT INTO records (dataset, id, body) VALUES (?, ?, ?)", rows).rowcount, 0)


def finalize_dataset(call: Call) -> dict[str, Any]:
    """Mark the dataset as complete."""
    with call.stack.store.write_transaction() as db:
        row = resources.find_named(call, db, DATASETS)
        db.execute("UPDATE datasets SET dirty = 0 WHERE id = ?", (row["id"],))
        return _show(resources.find_named(call, db, DATASETS))


def get_record(call: Call) -> dict[str, Any]:
    """Return a record."""
    record_id = call.path["record_id"]
    with call.stack.store.read_transaction() as db:
        dataset = resources.find_named(call, db, DATASETS, reading=True)
        query = "SELECT body FROM records WHERE dataset = ? AND id = ?"
        row = db.execute(query, (dataset["id"], record_id)).fetchone()
    if row is None:
        raise not_found(f"The record {record_id} of dataset {dataset['id']} does not exist.")
    return {"id": record_id, "dataset": dataset["id"], "record": _strictjson.loads(row["body"])}


def list_records(call: Call) -> ContentResult:
    """Stream the selected records as JSON lines."""
    with call.stack.store.read_transaction() as db:
        dataset = resources.find_named(call, db, DATASETS, reading=True)
    selection = select(dataset, call.query)
    return ContentResult(_stream(call.stack.store, selection), lambda: None)


def _stream(store: Database, selection: Selection) -> Iterator[bytes]:
    # Every chunk uses a new snapshot, so that a slow client does not hold one for hours. Records are either added after the
    # selection or replaced as a whole, which aborts the stream.
    after = 0
    while True:
        chunk = bytearray()
        with store.read_transaction() as db:
            selection.check_unchanged(db)
            for row in selection.rows(db, after):
                after = row["id"]
                chunk += f'{{"id":{after},"dataset":{selection.dataset},"record":{row["body"]}}}\n'.encode()
                if len(chunk) > _CHUNK_SIZE:
                    break
        if not chunk:
            return
        yield bytes(chunk)


def download_dataset(call: Call) -> ContentResult:
    """Return the selected records as a file."""
    with call.stack.store.read_transaction() as db:
        selection = select(resources.find_named(call, db, DATASETS, reading=True), call.query)

        def records() -> Iterator[tuple[int, Record]]:
            return ((row["id"], _strictjson.loads(row["body"])) for row in selection.rows(db, 0))

        return render(call, records, call.query.get("fieldlist"))


def render(call: Call, records: molecules.Records, fields: list[str] | None = None) -> ContentResult:
    """Return records as a file, which is written to disk first, so that errors are reported before the first byte."""
    made = call.stack.blobs.stage()
    try:
        for chunk in molecules.write(call.query["format"], records, fields):
            made.write(chunk)
        made.complete(durable=False)
        content = made.path.open("rb")
    except molecules.ConversionError as error:
        made.discard()
        raise ProblemError(422, str(error), "not_convertible") from None
    except molecules.UnknownFormatError as error:
        made.discard()
        raise _unknown_format_problem(error) from None
    except BaseException:
        made.discard()
        raise

    def close() -> None:
        content.close()
        made.discard()

    return ContentResult(read_chunks(content), close, digest_headers(made.digest, made.size))


HANDLERS = {
    "list_datasets": Handler(lambda call: resources.list_kind(call, DATASETS)),
    "create_dataset": Handler(create_dataset),
    "get_dataset": Handler(lambda call: resources.get(call, DATASETS)),
    "update_dataset": Handler(lambda call: resources.update(call, DATASETS)),
    "delete_dataset": Handler(lambda call: resources.delete(call, DATASETS)),
    "upload_dataset_content": Handler(upload_dataset_content, _check_upload),
    "list_records": Handler(list_records),
    "add_records": Handler(add_records, _check_target),
    "get_record": Handler(get_record),
    "finalize_dataset": Handler(finalize_dataset),
    "download_dataset": Handler(download_dataset),
}
