"""Handlers for jobs, which the engine in `orionclient.emulator._jobs.jobs` runs.

The rules are assumptions, except that `complete` is the final state of every job and that `reason` is empty on success:

- A job belongs to its project: all members can see, rename, cancel and delete it. It acts as the user who created it.
- Cancelling a complete job has no effect. Only a complete job can be deleted, and so can its log alone. A job in any state can be renamed.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import resources, workfloes
from orionclient.emulator._http.call import Call, ContentResult, Handler, ResourceKind, Services
from orionclient.emulator._jobs import jobs
from orionclient.emulator._jobs.hardware import HardwareError, check_machine, load_hardware, resolve_hardware
from orionclient.emulator._jobs.specifications import ParametersError, check_parameters
from orionclient.emulator._problems import ProblemError
from orionclient.emulator._store import costs

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

# Offset of the end of the sent log.
LOG_OFFSET_HEADER = "X-Orion-Log-Offset"

# The type of a job.
_TYPE = "iif((SELECT package FROM workfloes WHERE workfloes.id = jobs.workfloe) IS NULL, 'stack', 'package')"


def _show(row: sqlite3.Row) -> dict[str, Any]:
    plain = ("id", "name", "state", "reason", "outcome", "progress", "workfloe", "created", "started", "finished")
    return {
        **{name: row[name] for name in (*plain, "run_time", "cost", "currency", "owner", "project")},
        **{name: _strictjson.loads(row[name]) for name in ("parameters", "system_parameters")},
        "hardware": load_hardware(row["hardware"]),
    }


def _require_complete(row: sqlite3.Row, what: str) -> None:
    if row["state"] != "complete":
        detail = f"The job {row['id']} is {row['state']}; only {what} can be deleted. Cancel it first."
        raise ProblemError(409, detail, "job_not_complete")


def _purge(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:
    _require_complete(row, "a complete job")
    costs.record_deletion(db, row["id"])
    return partial(call.stack.engine.remove_folder, row["id"])


KIND = JOBS = ResourceKind("job", "jobs", "job_id", _show, _purge, taggable=True)


def _add_progress(call: Call, shown: dict[str, Any]) -> dict[str, Any]:
    """Add the reported progress, the run time so far and its cost to a running job."""
    if shown["state"] != "running":
        return shown
    seconds = (datetime.fromisoformat(call.stack.now()) - datetime.fromisoformat(shown["started"])).total_seconds()
    run_time, progress = max(seconds, 0.0), call.stack.engine.read_progress(shown["id"])
    cost = costs.compute_cost(run_time, costs.read_hardware(shown["hardware"]))
    return {**shown, "progress": progress, "run_time": run_time, "cost": str(cost)}


def list_jobs(call: Call) -> dict[str, Any]:
    """Return a page of jobs."""
    exact = {"state": "state", "workfloe": "workfloe", _TYPE: "job_type"}
    listed = resources.list_kind(call, JOBS, **{column: call.query.get(name) for column, name in exact.items()})
    return {**listed, "results": [_add_progress(call, shown) for shown in listed["results"]]}


def get_job(call: Call) -> dict[str, Any]:
    """Return a job."""
    return _add_progress(call, resources.get(call, JOBS))


def create_job(call: Call) -> dict[str, Any]:
    """Create a queued job."""
    parameters, system_parameters = call.body.get("parameters", {}), call.body.get("system_parameters", {})
    with call.stack.store.read_transaction() as db:
        floe = workfloes.find(call, db, call.body["workfloe"])
        ((currency,),) = db.execute("SELECT currency FROM organizations WHERE id = ?", (call.caller.organization,))
    if floe["state"] != "ready":
        detail = f"The floe {floe['id']} ({floe['name']}) is {floe['state']}; only a ready floe can be run."
        raise ProblemError(409, detail, "floe_not_ready")
    specification = _strictjson.loads(floe["specification"])
    try:
        check_parameters(specification, parameters, system_parameters)
        hardware = resolve_hardware(specification, parameters, system_parameters, call.stack.engine.machine)
    except ParametersError as error:
        raise ProblemError(422, str(error), "bad_job_parameters", errors=error.faults) from None
    try:
        check_machine(hardware, call.stack.engine.machine)
    except HardwareError as error:
        raise ProblemError(422, str(error), "no_such_hardware") from None
    made = resources.create(
        call,
        JOBS,
        workfloe=floe["id"],
        parameters=_strictjson.dumps(parameters),
        system_parameters=_strictjson.dumps(system_parameters),
        hardware=_strictjson.dumps(hardware),
        currency=currency,
    )
    call.stack.engine.wake()
    return made


def update_job(call: Call) -> dict[str, Any]:
    """Rename a job."""
    return _add_progress(call, resources.update(call, JOBS))


def cancel_job(call: Call) -> dict[str, Any]:
    """Cancel a job: a queued job immediately, a running job asynchronously."""
    who = call.caller.username
    with call.stack.store.write_transaction() as db:
        row = resources.find_named(call, db, JOBS)
        if row["state"] == "queued":
            jobs.end_job(db, row["id"], jobs.build_cancelled_end(who))
        if row["state"] == "running":
            # Stored before the job is stopped, so that the job counts as cancelled however it ends. Only the first user is stored.
            query = "UPDATE jobs SET cancelled_by = ? WHERE id = ? AND cancelled_by = ''"
            db.execute(query, (who, row["id"]))
        shown = _show(resources.find_named(call, db, JOBS))
    if row["state"] == "queued":
        # The jobs after it may need fewer CPUs.
        call.stack.engine.wake()
    if row["state"] == "running":
        call.stack.engine.cancel(row["id"])
    return _add_progress(call, shown)


def download_job_logs(call: Call) -> ContentResult:
    """Return the log of a job so far."""
    with call.stack.store.read_transaction() as db:
        row = resources.find_named(call, db, JOBS, reading=True)
    log = call.stack.engine.open_log(row["id"], call.query["offset"])
    return ContentResult(log.chunks(), log.close, {"Content-Length": str(log.size), LOG_OFFSET_HEADER: str(log.end)})


def get_job_log_size(call: Call) -> dict[str, Any]:
    """Return how many bytes of the log of a job are stored, and how many it has written."""
    with call.stack.store.read_transaction() as db:
        row = resources.find_named(call, db, JOBS, reading=True)
    with closing(call.stack.engine.open_log(row["id"], 0)) as log:
        return {"size": log.stored, "written": log.end}


def delete_job_logs(call: Call) -> None:
    """Delete the log of a complete job."""
    with call.stack.store.read_transaction() as db:
        row = resources.find_named(call, db, JOBS)
    _require_complete(row, "the log of a complete job")
    call.stack.engine.delete_log(row["id"])


def resume(stack: Services) -> None:
    """End the jobs that were running when the last server stopped; queued jobs stay queued."""
    run_times = stack.engine.heartbeat.read()
    with stack.store.write_transaction() as db:
        for row in db.execute("SELECT id, cancelled_by FROM jobs WHERE state = 'running'").fetchall():
            who = row["cancelled_by"]
            ending = jobs.build_cancelled_end(who) if who else jobs.JobEnd("failed", jobs.STOPPED_REASON)
            # The job is charged for the run time that the last server knew, which is at most about a second too short.
            seconds = run_times.get(str(row["id"]), 0.0)
            jobs.end_job(db, row["id"], ending, seconds=seconds, progress=stack.engine.read_progress(row["id"]))
        known = {row["id"] for row in db.execute("SELECT id FROM jobs")}
    stack.engine.sweep(known)


HANDLERS = {
    "list_jobs": Handler(list_jobs),
    "create_job": Handler(create_job),
    "get_job": Handler(get_job),
    "update_job": Handler(update_job),
    "cancel_job": Handler(cancel_job),
    "delete_job": Handler(lambda call: resources.delete(call, JOBS)),
    "download_job_logs": Handler(download_job_logs),
    "get_job_log_size": Handler(get_job_log_size),
    "delete_job_logs": Handler(delete_job_logs),
}
