"""Handlers for packages, whose floes a separate program determines after the upload.

The rules are assumptions:

- The upload rejects an archive that is not a valid package. A package whose floes cannot be determined gets the state `error` with a
  reason, and accepts another archive.
- A package with floes is immutable. Uploading the same archive again has no effect.
- A package can be deleted if none of its floes has a queued or running job.
"""

from __future__ import annotations

import logging
import shutil
import threading
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import resources, workfloes
from orionclient.emulator._http.call import Call, Handler, ResourceKind, Services
from orionclient.emulator._jobs import archives
from orionclient.emulator._jobs.processes import build_environment, describe_exit
from orionclient.emulator._jobs.specifications import FloeSpecification, SpecificationError, check_floe
from orionclient.emulator._problems import ProblemError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

_LOG = logging.getLogger("orionclient.emulator")

# Determining the floes of a package imports all its dependencies, which can take long.
_INSPECTION_SECONDS = 120.0
_MAX_OUTPUT = 16 * 1024 * 1024
_MAX_REASON = 2000

_FIELDS = ("id", "name", "version", "state", "reason", "size", "sha256", "created", "owner", "project")


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {**{name: row[name] for name in _FIELDS}, "specification": _strictjson.loads(row["specification"])}


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
    """Return the package in the path if it accepts an archive or already has this one; 409 otherwise."""
    row = resources.find_named(call, db, PACKAGES)
    if row["state"] in {"uploading", "error"} or sha256 == row["sha256"]:
        return row
    detail = f"The package {row['id']} is {row['state']} and accepts no other archive; create a new package."
    raise ProblemError(409, detail, "package_complete")


def _check_target(call: Call) -> None:
    with call.stack.store.read_transaction() as db:
        resources.find_named(call, db, PACKAGES)


def upload_package_content(call: Call) -> dict[str, Any]:
    """Extract the archive, and start to determine its floes."""
    engine, sha256 = call.stack.engine, call.content.digest.hex()
    with call.stack.store.read_transaction() as db:
        row = _find_target(call, db, sha256)
    if _has_archive(row, sha256):
        return _show(row)
    name = uuid.uuid4().hex
    folder = engine.packages / str(row["id"]) / name
    try:
        manifest = archives.extract(call.content.path, folder)
    except archives.BadArchiveError as error:
        raise ProblemError(422, str(error), "bad_package") from None
    try:
        with call.stack.store.write_transaction() as db:
            row = _find_target(call, db, sha256)
            duplicate = _has_archive(row, sha256)
            if not duplicate:
                db.execute(
                    "UPDATE packages SET state = 'processing', reason = '', name = ?, version = ?, specification = ?,"
                    " size = ?, sha256 = ?, folder = ? WHERE id = ?",
                    (
                        manifest["name"],
                        manifest["version"],
                        _strictjson.dumps(manifest),
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
    # Removes this copy if another request has stored the same archive, and otherwise the previous archive.
    shutil.rmtree(folder if duplicate else folder.with_name(row["folder"] or name + ".old"), ignore_errors=True)
    if not duplicate:
        call.stack.slow.submit(_read_floes, call.stack, row["id"])
    return shown


def _has_archive(row: sqlite3.Row, sha256: str) -> bool:
    return row["sha256"] == sha256 and row["state"] in {"processing", "ready"}


class _UnreadablePackageError(Exception):
    """A package whose floes cannot be determined; the message is the reason."""


def _read_floes(stack: Services, package_id: int) -> None:
    """Determine and register the floes of a package."""
    with stack.store.read_transaction() as db:
        row = db.execute("SELECT * FROM packages WHERE id = ? AND state = 'processing'", (package_id,)).fetchone()
    if row is None:
        return
    floes: list[FloeSpecification] = []
    state, reason = "ready", ""
    try:
        floes = _describe(stack, stack.engine.packages / str(package_id) / row["folder"], package_id)
    except (_UnreadablePackageError, SpecificationError, OSError, ValueError) as error:
        state, reason = "error", str(error)[:_MAX_REASON]
    if stack.engine.is_closing:
        return  # the program may have been stopped early; the next start runs it again
    with stack.store.write_transaction() as db:
        same = "UPDATE packages SET state = ?, reason = ? WHERE id = ? AND state = 'processing' AND folder = ?"
        if db.execute(same, (state, reason, package_id, row["folder"])).rowcount:
            for floe in floes:
                workfloes.add_specifications(db, floe, row)


def _describe(stack: Services, folder: Path, package_id: int) -> list[FloeSpecification]:
    argv = stack.engine.describe
    if not argv:
        raise _UnreadablePackageError("this local Orion was started without a command to inspect packages")
    output, errors = bytearray(), bytearray()

    def add_error(data: bytes) -> None:
        errors.extend(data)
        del errors[:-_MAX_REASON]

    with stack.engine.process(f"package {package_id}") as process:
        timer = threading.Timer(_INSPECTION_SECONDS, process.stop, ("time",))
        timer.daemon = True
        timer.start()

        def add_output(data: bytes) -> None:
            if len(output) <= _MAX_OUTPUT:
                output.extend(data)
            else:
                process.stop("output")

        try:
            code = process.run([*argv, str(folder.absolute())], folder, build_environment(), add_output, add_error)
        finally:
            timer.cancel()
    if process.stop_reason == "time":
        raise _UnreadablePackageError(f"inspecting the package took more than {_INSPECTION_SECONDS:g} seconds")
    if process.stop_reason == "output":
        raise _UnreadablePackageError(f"the command that inspects packages printed more than {_MAX_OUTPUT} bytes")
    if code != 0:
        raise _UnreadablePackageError(
            _last_line(errors) or describe_exit("the command that inspects packages", code or 0)
        )
    found = _strictjson.loads(output.decode())
    if not isinstance(found, list):
        raise _UnreadablePackageError("the command that inspects packages did not print a JSON list")
    return [check_floe(each) for each in found]


def _last_line(output: bytearray) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")


def resume(stack: Services) -> None:
    """Remove unreferenced folders, and resume the inspection of packages in state `processing`."""
    with stack.store.read_transaction() as db:
        rows = db.execute("SELECT id, folder, state FROM packages").fetchall()
    referenced = {(str(row["id"]), row["folder"]) for row in rows}
    for path in stack.engine.packages.glob("*/*"):
        if (path.parent.name, path.name) not in referenced:
            shutil.rmtree(path, ignore_errors=True)
    for row in rows:
        if row["state"] == "processing":
            stack.slow.submit(_read_floes, stack, row["id"])


def list_packages(call: Call) -> dict[str, Any]:
    """Return a page of packages."""
    return resources.list_kind(call, PACKAGES, state=call.query.get("state"), version=call.query.get("version"))


HANDLERS = {
    "list_packages": Handler(list_packages),
    "create_package": Handler(lambda call: resources.create(call, PACKAGES)),
    "get_package": Handler(lambda call: resources.get(call, PACKAGES)),
    "delete_package": Handler(lambda call: resources.delete(call, PACKAGES)),
    "upload_package_content": Handler(upload_package_content, _check_target),
}
