"""Handlers for packages, whose floes a separate program determines after the upload.

The rules are assumptions:

- The upload rejects an archive that is not a valid package. An accepted one is `queued` until its floes are determined. A package whose
  floes cannot be determined gets the state `error` with a reason, and accepts another archive.
- Nothing is installed: floes run with the Python of the local Orion, and missing requirements are warnings of the inspection.
- A package with floes is immutable. Uploading the same archive again has no effect.
- A package can be deleted if none of its floes has a queued or running job.
"""

from __future__ import annotations

import shutil
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import resources, workfloes
from orionclient.emulator._http.call import Call, Handler, ResourceKind, Services
from orionclient.emulator._jobs import archives, inspections
from orionclient.emulator._problems import ProblemError
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

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
                    "UPDATE packages SET state = 'queued', reason = '', inspection = '{}', name = ?, version = ?, specification = ?,"
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
        call.stack.slow.submit(_inspect, call.stack, row["id"])
    return shown


def _has_archive(row: sqlite3.Row, sha256: str) -> bool:
    return row["sha256"] == sha256 and row["state"] in {"queued", "ready"}


def _inspect(stack: Services, package_id: int) -> None:
    """Determine and register the floes of a package."""
    with stack.store.read_transaction() as db:
        row = db.execute("SELECT * FROM packages WHERE id = ? AND state = 'queued'", (package_id,)).fetchone()
    if row is None:
        return
    found = inspections.inspect(stack.engine, stack.engine.packages / str(package_id) / row["folder"], package_id)
    if stack.engine.is_closing:
        return  # the program may have been stopped early; the next start runs it again
    with stack.store.write_transaction() as db:
        report = {
            "finished": now(db),
            "errors": found.errors,
            "warnings": found.warnings,
            "environment": found.environment,
            "log": found.log,
        }
        changed = db.execute(
            "UPDATE packages SET state = ?, reason = ?, inspection = ? WHERE id = ? AND state = 'queued' AND folder = ?",
            ("error" if found.errors else "ready", found.reason, _strictjson.dumps(report), package_id, row["folder"]),
        )
        if changed.rowcount:
            for floe in found.floes:
                workfloes.add_specifications(db, floe, row)


def get_package_inspection(call: Call) -> dict[str, Any]:
    """Return what was found in a package."""
    with call.stack.store.read_transaction() as db:
        row = resources.find_named(call, db, PACKAGES, reading=True)
        query = "SELECT * FROM workfloes WHERE package = ? AND deleted = '' ORDER BY id"
        floes = [workfloes.show(each) for each in db.execute(query, (row["id"],))]
    found = _strictjson.loads(row["inspection"])
    return {
        "id": row["id"],
        "state": row["state"],
        "finished": found.get("finished"),
        "floes": floes,
        # A package of an earlier version of the local Orion has only a reason.
        "errors": found.get("errors", [row["reason"]] if row["reason"] else []),
        "warnings": found.get("warnings", []),
        "log": found.get("log", ""),
    }


def get_package_environment(call: Call) -> dict[str, Any]:
    """Return what a package asks for and what its floes run with."""
    with call.stack.store.read_transaction() as db:
        row = resources.find_named(call, db, PACKAGES, reading=True)
    manifest = _strictjson.loads(row["specification"])
    used = _strictjson.loads(row["inspection"]).get("environment", {})
    requirements = manifest.get("requirements", [])
    build = manifest.get("build_requirements")
    return {
        "id": row["id"],
        "python_version": _read_string(manifest, "python_version"),
        # A string is the name of a file in the archive, which the inspection reads.
        "requirements": _list_strings(requirements if isinstance(requirements, list) else used.get("requirements")),
        "conda_dependencies": _list_strings(manifest.get("conda_dependencies")),
        "conda_channels": _list_strings(manifest.get("conda_channels")),
        "base_os": _read_string(manifest, "base_os"),
        "build_requirements": build if isinstance(build, dict) else {},
        "used_python_version": used.get("python_version"),
        "used_base_os": used.get("base_os"),
        "used_packages": _list_strings(used.get("packages")),
        "missing_requirements": _list_strings(used.get("missing")),
    }


def _read_string(manifest: Mapping[str, Any], name: str) -> str:
    value = manifest.get(name)
    return "" if value is None else str(value)


def _list_strings(values: Any) -> list[str]:
    """Return a list of strings; a value of the manifest may have any type."""
    given = values if isinstance(values, list) else [] if values is None else [values]
    return [str(each) for each in given]


def resume(stack: Services) -> None:
    """Remove unreferenced folders, and resume the inspection of packages in state `queued`."""
    with stack.store.read_transaction() as db:
        rows = db.execute("SELECT id, folder, state FROM packages").fetchall()
    referenced = {(str(row["id"]), row["folder"]) for row in rows}
    for path in stack.engine.packages.glob("*/*"):
        if (path.parent.name, path.name) not in referenced:
            shutil.rmtree(path, ignore_errors=True)
    for row in rows:
        if row["state"] == "queued":
            stack.slow.submit(_inspect, stack, row["id"])


def list_packages(call: Call) -> dict[str, Any]:
    """Return a page of packages."""
    return resources.list_kind(call, PACKAGES, state=call.query.get("state"), version=call.query.get("version"))


HANDLERS = {
    "list_packages": Handler(list_packages),
    "create_package": Handler(lambda call: resources.create(call, PACKAGES)),
    "get_package": Handler(lambda call: resources.get(call, PACKAGES)),
    "delete_package": Handler(lambda call: resources.delete(call, PACKAGES)),
    "get_package_environment": Handler(get_package_environment),
    "get_package_inspection": Handler(get_package_inspection),
    "upload_package_content": Handler(upload_package_content, _check_target),
}
