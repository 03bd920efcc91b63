"""Handlers for jobs, which the engine in `orionclient.emulator._jobs.jobs` runs.

The rules are assumptions, except that `complete` is the final state of every job and that `reason` is empty on success:

- A job belongs to its project: all members can see, cancel and delete it. It acts as the user who created it.
- Cancelling a complete job has no effect. Only a complete job can be deleted.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._handlers import resources, workfloes
from orionclient.emulator._http.call import Call, ContentResult, Handler, ResourceKind, Services
from orionclient.emulator._jobs import jobs
from orionclient.emulator._jobs.specifications import ParametersError, check_parameters
from orionclient.emulator._problems import ProblemError

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
    }


def _purge(call: Call, db: sqlite3.Connection, row: sqlite3.Row) -> Callable[[], None]:  # noqa: ARG001 - the signature of ResourceKind.purge
    if row["state"] != "complete":
        detail = f"The job {row['id']} is {row['state']}; only a complete job can be deleted. Cancel it first."
        raise ProblemError(409, detail, "job_not_complete")
    return partial(call.stack.engine.remove_folder, row["id"])


KIND = JOBS = ResourceKind("job", "jobs", "job_id", _show, _purge, taggable=True)


def _add_progress(call: Call, shown: dict[str, Any]) -> dict[str, Any]:
    """Add the reported progress, the run time so far and its cost to a running job."""
    if shown["state"] != "running":
        return shown
    seconds = (datetime.fromisoformat(call.stack.now()) - datetime.fromisoformat(shown["started"])).total_seconds()
    run_time, progress = max(seconds, 0.0), call.stack.engine.read_progress(shown["id"])
    return {**shown, "progress": progress, "run_time": run_time, "cost": str(jobs.compute_cost(run_time))}


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
    parameters = call.body.get("parameters", {})
    with call.stack.store.read_transaction() as db:
        floe = workfloes.find(call, db, call.body["workfloe"])
        ((currency,),) = db.execute("SELECT currency FROM organizations WHERE id = ?", (call.caller.organization,))
    if floe["state"] != "ready":
        detail = f"The floe {floe['id']} ({floe['name']}) is {floe['state']}; only a ready floe can be run."
        raise ProblemError(409, detail, "floe_not_ready")
    try:
        check_parameters(_strictjson.loads(floe["specification"]), parameters)
    except ParametersError as error:
        raise ProblemError(422, str(error), "bad_job_parameters", errors=error.faults) from None
    made = resources.create(
        call,
        JOBS,
        workfloe=floe["id"],
        parameters=_strictjson.dumps(parameters),
        system_parameters=_strictjson.dumps(call.body.get("system_parameters", {})),
        currency=currency,
    )
    call.stack.engine.wake()
    return made


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
    if row["state"] == "running":
        call.stack.engine.cancel(row["id"])
    return _add_progress(call, shown)


def download_job_logs(call: Call) -> ContentResult:
    """Return the log of a job so far."""
    with call.stack.store.read_transaction() as db:
        row = resources.find_named(call, db, JOBS, reading=True)
    log = call.stack.engine.open_log(row["id"], call.query["offset"])
    return ContentResult(log.chunks(), log.close, {"Content-Length": str(log.size), LOG_OFFSET_HEADER: str(log.end)})


def resume(stack: Services) -> None:
    """End the jobs that were running when the last server stopped; queued jobs stay queued."""
    with stack.store.write_transaction() as db:
        for row in db.execute("SELECT id, cancelled_by FROM jobs WHERE state = 'running'").fetchall():
            who = row["cancelled_by"]
            # The run time is unknown, so the job is not charged.
            ending = jobs.build_cancelled_end(who) if who else jobs.JobEnd("failed", jobs.STOPPED_REASON)
            jobs.end_job(db, row["id"], ending, progress=stack.engine.read_progress(row["id"]))
        known = {row["id"] for row in db.execute("SELECT id FROM jobs")}
    stack.engine.sweep(known)


HANDLERS = {
    "list_jobs": Handler(list_jobs),
    "create_job": Handler(create_job),
    "get_job": Handler(get_job),
    "cancel_job": Handler(cancel_job),
    "delete_job": Handler(lambda call: resources.delete(call, JOBS)),
    "download_job_logs": Handler(download_job_logs),
}
