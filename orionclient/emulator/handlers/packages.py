"""Packages: announced, uploaded and checked, then asked for their floes by a program of their own.

The rules are assumptions:

- The upload rejects what is no package; what cannot be described becomes `error` later, with a reason, and takes another archive.
- A package does not change once its floes are there. Sending the same archive again changes nothing.
- A package goes when no job of its floes waits or runs.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from orionclient.emulator import archives, resources, strictjson
from orionclient.emulator.call import Call, Handler, Services
from orionclient.emulator.handlers import workfloes
from orionclient.emulator.problems import ProblemError
from orionclient.emulator.processes import build_environment, describe_exit
from orionclient.emulator.resources import ResourceKind
from orionclient.emulator.specifications import FloeSpecification, SpecificationError, check_floe

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

_LOG = logging.getLogger("orionclient.emulator")

# Reading the floes of a package means importing what it needs.
_INSPECTION_SECONDS = 120.0
_MAX_OUTPUT = 16 * 1024 * 1024
_MAX_REASON = 2000

# `folder` is where the package is decompressed, below the folder with its number.
TABLES = resources.create_table_statement(
    "packages",
    "version TEXT NOT NULL DEFAULT ''",
    "state TEXT NOT NULL DEFAULT 'uploading'",
    "reason TEXT NOT NULL DEFAULT ''",
    "specification TEXT NOT NULL DEFAULT '{}'",
    "size INTEGER NOT NULL DEFAULT 0",
    "sha256 TEXT",
    "folder TEXT",
)

_FIELDS = ("id", "name", "version", "state", "reason", "size", "sha256", "created", "owner", "project")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {**{name: row[name] for name in _FIELDS}, "specification": strictjson.loads(row["specification"])}


def _purge(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:
    query = "SELECT count(*) FROM jobs WHERE state <> 'complete' AND workfloe IN (SELECT id FROM workfloes WHERE package = ?)"
    ((busy,),) = db.execute(query, (row["id"],))
    if busy:
        detail = f"The package {row['id']} is in use: {busy} of its jobs are not complete."
        raise ProblemError(409, detail, "package_in_use")
    workfloes.retire_specifications(db, row["id"])
    return partial(shutil.rmtree, call.stack.engine.packages / str(row["id"]), ignore_errors=True)


KIND = PACKAGES = ResourceKind("package", "packages", "package_id", _show, _purge, sharable=True)


def _find_target(call: Call, db: sqlite3.Connection, sha256: str | None = None) -> sqlite3.Row:
    """The package that the path names, if it takes an archive or has this one."""
    row = resources.find_named(call, db, PACKAGES)
    if row["state"] in {"uploading", "error"} or sha256 == row["sha256"]:
        return row
    detail = f"The package {row['id']} is {row['state']}; it takes no other archive. Make a new package."
    raise ProblemError(409, detail, "package_complete")


def _check_target(call: Call) -> None:
    with call.stack.store.reading() as db:
        resources.find_named(call, db, PACKAGES)


def upload_package_content(call: Call) -> dict[str, Any]:
    """Unpack the archive, and begin to read its floes."""
    engine, sha256 = call.stack.engine, call.content.digest.hex()
    with call.stack.store.reading() as db:
        row = _find_target(call, db, sha256)
    if _exists(row, sha256):
        return _show(row)
    name = uuid.uuid4().hex
    folder = engine.packages / str(row["id"]) / name
    try:
        manifest = archives.extract(call.content.path, folder)
    except archives.BadArchiveError as error:
        raise ProblemError(422, str(error), "bad_package") from None
    try:
        with call.stack.store.writing() as db:
            row = _find_target(call, db, sha256)
            repeated = _exists(row, sha256)
            if not repeated:
                db.execute(
                    "UPDATE packages SET state = 'processing', reason = '', name = ?, version = ?, specification = ?,"
                    " size = ?, sha256 = ?, folder = ? WHERE id = ?",
                    (
                        manifest["name"],
                        manifest["version"],
                        strictjson.dumps(manifest),
                        call.content.size,
                        sha256,
                        name,
                        row["id"],
                    ),
                )
            shown = _show(resources.find_named(call, db, PACKAGES))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    # Either another request was faster with the same archive, or what was there before is of no use.
    shutil.rmtree(folder if repeated else folder.with_name(row["folder"] or name + ".old"), ignore_errors=True)
    if not repeated:
        call.stack.slow.submit(_read_floes, call.stack, row["id"])
    return shown


def _exists(row: sqlite3.Row, sha256: str) -> bool:
    return row["sha256"] == sha256 and row["state"] in {"processing", "ready"}


class _UnreadablePackageError(Exception):
    """A package whose floes cannot be read; the message is the reason."""


def _read_floes(stack: Services, number: int) -> None:
    """Take up the floes of a package."""
    with stack.store.reading() as db:
        row = db.execute("SELECT * FROM packages WHERE id = ? AND state = 'processing'", (number,)).fetchone()
    if row is None:
        return
    floes: list[FloeSpecification] = []
    state, reason = "ready", ""
    try:
        floes = _describe(stack, stack.engine.packages / str(number) / row["folder"], number)
    except (_UnreadablePackageError, SpecificationError, OSError, ValueError) as error:
        state, reason = "error", str(error)[:_MAX_REASON]
    if stack.engine.closing:
        return  # it was cut off, perhaps; the next start reads it again
    with stack.store.writing() as db:
        same = "UPDATE packages SET state = ?, reason = ? WHERE id = ? AND state = 'processing' AND folder = ?"
        if db.execute(same, (state, reason, number, row["folder"])).rowcount:
            for floe in floes:
                workfloes.add_specifications(db, floe, row)


def _describe(stack: Services, folder: Path, number: int) -> list[FloeSpecification]:
    argv = stack.engine.describe
    if not argv:
        raise _UnreadablePackageError("this local Orion was started without a command that reads the floes of packages")
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        stack.engine.process(f"package {number}") as process,
    ):
        timer = threading.Timer(_INSPECTION_SECONDS, process.stop, ("time",))
        timer.daemon = True
        timer.start()
        try:
            code = process.run([*argv, str(folder.absolute())], folder, build_environment(), output, errors)
        finally:
            timer.cancel()
        if process.stopped == "time":
            raise _UnreadablePackageError(
                f"reading the floes of the package took more than {_INSPECTION_SECONDS:g} seconds"
            )
        if code != 0:
            raise _UnreadablePackageError(
                _last_line(errors) or describe_exit("the command that reads the floes", code or 0)
            )
        output.seek(0)
        text = output.read(_MAX_OUTPUT).decode()
    found = strictjson.loads(text)
    if not isinstance(found, list):
        raise _UnreadablePackageError("the command that reads the floes gave no list")
    return [check_floe(each) for each in found]


def _last_line(file: BinaryIO) -> str:
    end = file.seek(0, 2)
    file.seek(max(0, end - _MAX_REASON))
    lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")


def resume(stack: Services) -> None:
    """Remove what no package needs, and resume those that were not read to the end."""
    with stack.store.reading() as db:
        rows = db.execute("SELECT id, folder, state FROM packages").fetchall()
    kept = {(str(row["id"]), row["folder"]) for row in rows}
    for path in stack.engine.packages.glob("*/*"):
        if (path.parent.name, path.name) not in kept:
            shutil.rmtree(path, ignore_errors=True)
    for row in rows:
        if row["state"] == "processing":
            stack.slow.submit(_read_floes, stack, row["id"])


HANDLERS = {
    "list_packages": Handler(lambda call: resources.list_kind(call, PACKAGES, state=call.query.get("state"))),
    "create_package": Handler(lambda call: resources.create(call, PACKAGES)),
    "get_package": Handler(lambda call: resources.get(call, PACKAGES)),
    "delete_package": Handler(lambda call: resources.delete(call, PACKAGES)),
    "upload_package_content": Handler(upload_package_content, _check_target),
}
