"""Handlers for service tasks, which the engine in `orionclient.emulator._jobs.services` runs.

The rules are assumptions: a task belongs to its project, so all members can see, update and delete it. It can be shared read-only.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from orionclient.emulator._handlers import resources
from orionclient.emulator._handlers.jobs import LOG_OFFSET_HEADER
from orionclient.emulator._handlers.service_specs import SPECS
from orionclient.emulator._http.call import Call, ContentResult, Handler, ResourceKind, Services

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

_FIELDS = (
    *("id", "name", "description", "spec", "state", "desired_state", "reason", "url", "started"),
    *("owner", "project", "created"),
)


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in _FIELDS}


def _purge(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:  # noqa: ARG001 - the signature of ResourceKind.purge
    return partial(call.stack.services.remove, row["id"])


KIND = TASKS = ResourceKind("service_task", "service_tasks", "service_task_id", _show, _purge, sharable=True)


def create_service_task(call: Call) -> dict[str, Any]:
    """Create a queued task of a service that the caller can read."""
    with call.stack.store.read_transaction() as db:
        spec = resources.find(call, db, SPECS, call.body["spec"], reading=True)
    made = resources.create(call, TASKS, spec=spec["id"])
    call.stack.services.wake()
    return made


def update_service_task(call: Call) -> dict[str, Any]:
    """Set the fields in the body, and start or stop the task."""
    changes = dict(call.body)
    with call.stack.store.write_transaction() as db:
        task = resources.find_named(call, db, TASKS)
        # The engine stops a running program, and records its end.
        if changes.get("desired_state") == "stopped" and task["state"] != "running":
            changes |= {"state": "stopped", "reason": ""}
        if changes.get("desired_state") == "running" and task["state"] in {"stopped", "failed"}:
            changes |= {"state": "queued", "reason": ""}
        for column, value in changes.items():
            db.execute(f"UPDATE service_tasks SET {column} = ? WHERE id = ?", (value, task["id"]))  # noqa: S608 - names of the contract  # nosec B608
        shown = _show(resources.find_named(call, db, TASKS))
    call.stack.services.wake()
    return shown


def download_service_task_logs(call: Call) -> ContentResult:
    """Return the log of a task so far."""
    with call.stack.store.read_transaction() as db:
        row = resources.find_named(call, db, TASKS, reading=True)
    log = call.stack.services.open_log(row["id"], call.query["offset"])
    return ContentResult(log.chunks(), log.close, {"Content-Length": str(log.size), LOG_OFFSET_HEADER: str(log.end)})


def resume(stack: Services) -> None:
    """Run the tasks of the last server again."""
    stack.services.start()


HANDLERS = {
    "list_service_tasks": Handler(lambda call: resources.list_kind(call, TASKS, spec=call.query.get("spec"))),
    "create_service_task": Handler(create_service_task),
    "get_service_task": Handler(lambda call: resources.get(call, TASKS)),
    "update_service_task": Handler(update_service_task),
    "delete_service_task": Handler(lambda call: resources.delete(call, TASKS)),
    "download_service_task_logs": Handler(download_service_task_logs),
}
