"""The job engine: runs queued jobs in the order of their creation, with a limited number at once.

Decisions (assumed, since nothing is published):

- The state of a job is only in the database. A worker claims the oldest queued job in a transaction that marks it as running and
  creates its token; another transaction completes the job and deletes the token. So a crash loses no job and starts none twice: the
  next start of the server fails the jobs that were running, with a reason, and runs the queued ones.
- The running jobs have at most the CPUs of the local Orion together. A job that needs more than are free waits, and so do those after it.
- A job runs in its own folder. The folder contains its parameters in `parameters.json`; the job may write `progress` (a number from
  0 to 1) and `reason` (a line that is used if the job fails). The end of the output of the job is its log.
- An error in a job fails that job with a reason, but never stops the worker.
"""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient.emulator import _strictjson
from orionclient.emulator._jobs.hardware import (
    CpuPool,
    HardwareError,
    check_machine,
    describe_hardware,
    load_hardware,
)
from orionclient.emulator._jobs.heartbeat import Heartbeat
from orionclient.emulator._jobs.logs import LogReader, LogWriter, delete_log
from orionclient.emulator._jobs.processes import Bounds, Process, build_environment, describe_exit
from orionclient.emulator._store import costs
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from orionclient.emulator._jobs.hardware import Machine
    from orionclient.emulator._store.credentials import Credentials
    from orionclient.emulator._store.store import Store

_LOG = logging.getLogger("orionclient.emulator")

_MAX_REASON = 2000
# Delay between attempts to write to a database that cannot be written.
_RETRY_SECONDS = 1.0

STOPPED_REASON = "the local Orion stopped while the job ran"
_CANCEL, _CLOSE = "cancel", "close"


class JobEnd(NamedTuple):
    """How a job ended."""

    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class _JobRun:
    """A job that a worker has claimed."""

    job: sqlite3.Row
    token: str
    process: Process


def end_job(
    db: sqlite3.Connection, job: int, ending: JobEnd, *, seconds: float = 0.0, progress: float | None = None
) -> None:
    """Mark a job as complete, delete its token and charge its organization."""
    ((stored,),) = db.execute("SELECT hardware FROM jobs WHERE id = ?", (job,))
    hardware = costs.read_hardware(load_hardware(stored))
    cost = costs.compute_cost(seconds, hardware)
    db.execute(
        "UPDATE jobs SET state = 'complete', outcome = ?, reason = ?, finished = ?, run_time = ?, cost = ?,"
        " progress = coalesce(?, progress) WHERE id = ?",
        (*ending, now(db), seconds, str(cost), progress, job),
    )
    db.execute("DELETE FROM tokens WHERE job = ?", (job,))
    costs.record_charge(db, job, hardware)


def build_cancelled_end(username: str) -> JobEnd:
    """Return the end of a job that a user cancelled."""
    return JobEnd("cancelled", f"cancelled by {username}")


class JobEngine:
    """Runs the jobs of a stack, and other programs that must not outlive the server.

    Args:
        store: The database.
        credentials: Creates the tokens of the jobs.
        folder: The folder of the stack.
        max_running: Maximum number of jobs that run at once; with 0, jobs stay queued.
        machine: The hardware that jobs can use.
        describe: The command that prints the floes of a package; the package's folder is appended to it.
        log_limit: Maximum size of the log of a job in bytes.
    """

    def __init__(
        self,
        store: Store,
        credentials: Credentials,
        folder: Path,
        max_running: int,
        *,
        machine: Machine,
        describe: Sequence[str] | None,
        log_limit: int,
    ) -> None:
        self._store = store
        self._credentials = credentials
        self._folder = folder / "jobs"
        self._max_running = max_running
        self._log_limit = log_limit
        self.machine: Machine = machine
        self._cpus = CpuPool(machine.cpus)
        # Whether a job waits for CPUs that other jobs have.
        self._is_short = False
        self.packages: Path = folder / "packages"
        for each in (self._folder, self.packages):
            each.mkdir(mode=0o700, exist_ok=True)
        self.describe: Sequence[str] | None = describe
        self.heartbeat: Heartbeat = Heartbeat(folder / "run-times.json")
        self._url = ""
        self._changed = threading.Condition()
        self._wakes = 0
        self._workers: list[threading.Thread] = []
        self._processes: dict[str, Process] = {}
        self._closing = threading.Event()

    def start(self, url: str) -> None:
        """Start running queued jobs; `url` is the base URL of the server, for the jobs."""
        self._url = url
        with self._store.read_transaction() as db:
            waiting = db.execute(
                "SELECT count(*) FROM (SELECT 1 FROM jobs WHERE state = 'queued' LIMIT ?)", (self._max_running,)
            )
            for _ in range(waiting.fetchone()[0]):
                self.wake()

    def wake(self) -> None:
        """Notify the workers of a new job in the queue.

        Call it after writing the job; its transaction may still be open, because workers read the queue in a later write transaction.
        """
        with self._changed:
            self._wakes += 1
            if len(self._workers) < self._max_running and not self._closing.is_set():
                name = f"local-orion job {len(self._workers) + 1}"
                worker = threading.Thread(target=self._work, name=name, daemon=True)
                self._workers.append(worker)
                worker.start()
            self._changed.notify_all()

    def cancel(self, job: int) -> None:
        """Stop a running job; no effect on a job that has ended."""
        with self._changed:
            process = self._processes.get(_job_key(job))
        if process is not None:
            process.stop(_CANCEL)

    def close(self) -> None:
        """Stop the running jobs and wait for their end; no more jobs are started. Calling it again has no effect."""
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
            processes, workers = list(self._processes.values()), list(self._workers)
        for process in processes:
            process.stop(_CLOSE)
        for worker in workers:
            worker.join()
        self.heartbeat.close()

    @property
    def is_closing(self) -> bool:
        """Whether the server is stopping."""
        return self._closing.is_set()

    @contextmanager
    def process(self, key: str) -> Iterator[Process]:
        """Register a program that is stopped with the server."""
        process = self._register(key)
        try:
            yield process
        finally:
            self._unregister(key)

    def _register(self, key: str) -> Process:
        process = Process()
        with self._changed:
            self._processes[key] = process
            if self._closing.is_set():
                process.stop(_CLOSE)
        return process

    def _unregister(self, key: str) -> None:
        with self._changed:
            self._processes.pop(key, None)
            self._cpus.release(key)
            if self._is_short:
                self._is_short = False
                self._wakes += 1
                self._changed.notify_all()

    def _take_cpus(self, key: str, hardware: Mapping[str, Any]) -> bool:
        with self._changed:
            has_taken = self._cpus.take(key, hardware["cpu_count"])
            self._is_short |= not has_taken
        return has_taken

    # ------------------------------------------------------------ the folder of a job

    def read_progress(self, job: int) -> float:
        """Return the progress of a job from 0 to 1; 0 if the job reports no valid value."""
        try:
            value = float(_read_job(self._folder / str(job) / "progress", 100))
        except (OSError, ValueError):
            return 0.0
        return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0

    def open_log(self, job: int, offset: int) -> LogReader:
        """Open the log of a job from an offset on; it is empty if the job has not started."""
        return LogReader(self._folder / str(job), offset)

    def delete_log(self, job: int) -> None:
        """Delete the log of a complete job."""
        delete_log(self._folder / str(job))

    def remove_folder(self, job: int) -> None:
        """Remove the folder of a job; files that cannot be removed now are removed at the next start."""
        shutil.rmtree(self._folder / str(job), ignore_errors=True)

    def sweep(self, jobs: set[int]) -> None:
        """Remove the folders of all jobs except these."""
        names = {str(job) for job in jobs}
        for path in self._folder.glob("*"):
            if path.name not in names:
                shutil.rmtree(path, ignore_errors=True)

    # ------------------------------------------------------------ the workers

    def _work(self) -> None:
        is_failing = False
        while not self._closing.is_set():
            with self._changed:
                wakes = self._wakes
            try:
                run = self._claim_next()
            except Exception:  # noqa: BLE001 - for example a full disk; the queue continues when there is space again
                if not is_failing:
                    _LOG.exception("cannot claim the next job; retrying every %g s", _RETRY_SECONDS)
                is_failing = True
                self._closing.wait(_RETRY_SECONDS)
                continue
            is_failing = False
            if run is not None:
                self._execute(run)
                continue
            with self._changed:
                while self._wakes == wakes and not self._closing.is_set():
                    self._changed.wait()

    def _count_running(self) -> int:
        with self._changed:
            return sum(key.startswith(_job_key("")) for key in self._processes)

    def _claim_next(self) -> _JobRun | None:
        """Mark the oldest queued job as running and return it.

        None if the queue is empty, the scaling group has its maximum of running jobs, or too few CPUs are free for the job.
        """
        query = (
            "SELECT * FROM jobs WHERE state = 'queued' AND ? < (SELECT max_instances FROM scaling_groups WHERE name = 'jobs')"
            " ORDER BY id LIMIT 1"
        )
        key = ""
        try:
            with self._store.write_transaction() as db:
                # Jobs are registered and claimed in write transactions only, so the count is exact.
                job = db.execute(query, (self._count_running(),)).fetchone()
                if job is None or not self._take_cpus(_job_key(job["id"]), load_hardware(job["hardware"])):
                    return None
                # Registered before the commit, so that a running job can always be cancelled.
                key = _job_key(job["id"])
                _, token = self._credentials.create_token(db, job["owner"], f"Job {job['id']}", job["id"])
                db.execute("UPDATE jobs SET state = 'running', started = ? WHERE id = ?", (now(db), job["id"]))
                return _JobRun(job, token, self._register(key))
        except BaseException:
            self._unregister(key)
            raise

    def _execute(self, run: _JobRun) -> None:
        job = run.job["id"]
        begin = self.heartbeat.add(job)
        try:
            ending = self._run(run)
        except Exception as error:  # noqa: BLE001 - must not stop the worker
            _LOG.exception("job %s failed", job)
            ending = JobEnd("failed", f"the job could not be run: {error}"[:_MAX_REASON])
        seconds = time.monotonic() - begin
        progress = 1.0 if ending.outcome == "succeeded" else self.read_progress(job)
        is_failing = False
        while (problem := self._record_end(run, ending, seconds, progress)) is not None:
            if not is_failing:
                _LOG.error(
                    "cannot record the end of job %s; retrying every %g s", job, _RETRY_SECONDS, exc_info=problem
                )
            is_failing = True
            # The job stays marked as running; if the server stops before the disk has space again, the next start ends the job.
            if self._closing.wait(_RETRY_SECONDS):
                break
        self.heartbeat.remove(job)
        self._unregister(_job_key(job))

    def _record_end(self, run: _JobRun, ending: JobEnd, seconds: float, progress: float) -> Exception | None:
        """Record the end of a job; returns the error if that failed."""
        job = run.job["id"]
        try:
            with self._store.write_transaction() as db:
                if run.process.stop_reason == _CANCEL:
                    ending = build_cancelled_end(
                        db.execute("SELECT cancelled_by FROM jobs WHERE id = ?", (job,)).fetchone()[0]
                    )
                elif run.process.stop_reason == _CLOSE:
                    ending = JobEnd("failed", STOPPED_REASON)
                end_job(db, job, ending, seconds=seconds, progress=progress)
        except Exception as error:  # noqa: BLE001 - the caller retries
            return error
        return None

    def _run(self, run: _JobRun) -> JobEnd:
        job, folder = run.job, self._folder / str(run.job["id"])
        with self._store.read_transaction() as db:
            floe = db.execute(
                "SELECT name, argv, specification FROM workfloes WHERE id = ?", (job["workfloe"],)
            ).fetchone()
        if floe["argv"] is None:
            return JobEnd("failed", f"the floe {floe['name']!r} is no longer available")
        hardware = load_hardware(job["hardware"])
        try:
            check_machine(hardware, self.machine)
        except HardwareError as error:
            return JobEnd("failed", str(error))
        cpus = self._cpus.get(_job_key(job["id"]))
        variables = {
            "ORION_JOB_ID": str(job["id"]),
            "ORION_URL": self._url,
            "ORION_TOKEN": run.token,
            "ORION_PROJECT": str(job["project"]),
            **describe_hardware(hardware, cpus, _strictjson.loads(floe["specification"])),
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "parameters.json").write_text(job["parameters"], encoding="utf-8")
            with closing(LogWriter(folder, self._log_limit)) as log:
                argv = [*_strictjson.loads(floe["argv"]), str(folder.absolute())]
                code = run.process.run(
                    argv,
                    folder,
                    build_environment(**variables),
                    _drop_on_error(log.write, job["id"]),
                    bounds=Bounds(cpus, hardware["memory_mb"]),
                )
        except (OSError, ValueError) as error:
            return JobEnd("failed", f"the floe could not be started: {error}"[:_MAX_REASON])
        if code == 0:
            return JobEnd("succeeded", "")
        return JobEnd("failed", self._read_reason(folder) or describe_exit("the floe", code or 0))

    def _read_reason(self, folder: Path) -> str:
        try:
            return " ".join(_read_job(folder / "reason", 4 * _MAX_REASON).split())[:_MAX_REASON]
        except OSError:
            return ""


def _drop_on_error(write: Callable[[bytes], object], job: int) -> Callable[[bytes], None]:
    """Wrap a function that writes output: what cannot be written is dropped, because the program would wait otherwise."""
    is_failing = False

    def write_or_drop(data: bytes) -> None:
        nonlocal is_failing
        try:
            write(data)
        except (OSError, ValueError):  # a full disk, or a process that survived the job
            if not is_failing:
                _LOG.exception("cannot write the log of job %s", job)
            is_failing = True

    return write_or_drop


def _job_key(job: int | str) -> str:
    return f"job {job}"


def _read_job(path: Path, most: int) -> str:
    """Read the start of a file, with invalid UTF-8 replaced."""
    with path.open("rb") as file:
        return file.read(most).decode(errors="replace")
