"""The engine of jobs: starts queued ones in the order in which they were made, a bounded number at once.

What is decided here, since nothing is published:

- The state of a job is in the database, nowhere else. A worker takes the oldest queued job in a transaction that makes it running and
  gives it a token; another transaction ends it and takes the token away. So a crash loses no job and starts none twice: what was
  running is ended by the next start of a server, with a reason, and what was queued runs then.
- A job runs in a folder of its own. It finds its parameters there in `parameters.json`, and may write `progress` (a number from 0 to 1)
  and `reason` (a line that counts where it fails); what it prints is its log.
- Whatever goes wrong with one job is the end of that job with a reason, not of the worker.
"""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from orionclient.emulator import strictjson
from orionclient.emulator.processes import Process, build_environment, describe_exit
from orionclient.emulator.store import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from orionclient.emulator.credentials import Credentials
    from orionclient.emulator.store import Store

_LOG = logging.getLogger("orionclient.emulator")

# In units of the currency; an hour on a small machine.
_COST_PER_SECOND = Decimal("0.36") / 3600
_MAX_REASON = 2000
# Between two tries to write into a database that cannot be written.
_RETRY_SECONDS = 1.0

STOPPED_REASON = "the local Orion stopped while the job ran"
_CANCEL, _CLOSE = "cancel", "close"


class JobEnd(NamedTuple):
    """How a job ended."""

    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class _JobRun:
    """A job that has left the queue."""

    job: sqlite3.Row
    token: str
    process: Process


def compute_cost(seconds: float) -> Decimal:
    """What so much time costs."""
    return (Decimal(repr(seconds)) * _COST_PER_SECOND).quantize(Decimal("0.0001"))


def end_job(
    db: sqlite3.Connection, job: int, ending: JobEnd, *, seconds: float = 0.0, progress: float | None = None
) -> None:
    """Make a job complete: its token goes, and its organization pays."""
    cost = compute_cost(seconds)
    db.execute(
        "UPDATE jobs SET state = 'complete', outcome = ?, reason = ?, finished = ?, run_time = ?, cost = ?,"
        " progress = coalesce(?, progress) WHERE id = ?",
        (*ending, now(), seconds, str(cost), progress, job),
    )
    db.execute("DELETE FROM tokens WHERE job = ?", (job,))
    if cost:
        query = (
            "SELECT id, balance FROM organizations"
            " WHERE id = (SELECT organization FROM users WHERE id = (SELECT owner FROM jobs WHERE id = ?))"
        )
        organization = db.execute(query, (job,)).fetchone()
        balance = str(Decimal(organization["balance"]) - cost)
        db.execute("UPDATE organizations SET balance = ? WHERE id = ?", (balance, organization["id"]))


def is_cancelled(username: str) -> JobEnd:
    """The end of a job that somebody did not want any more."""
    return JobEnd("cancelled", f"cancelled by {username}")


class JobEngine:
    """Runs the jobs of a stack, and other programs that must not outlive the server.

    Args:
        store: The database.
        credentials: Makes the tokens of the jobs.
        folder: The folder of the stack.
        pool: The most jobs at once; with 0 they stay in the queue.
        describe: The command that tells the floes of a package; its folder is added.
    """

    def __init__(
        self, store: Store, credentials: Credentials, folder: Path, pool: int, describe: Sequence[str] | None
    ) -> None:
        self._store = store
        self._credentials = credentials
        self._folder = folder / "jobs"
        self._pool = pool
        self.packages: Path = folder / "packages"
        for each in (self._folder, self.packages):
            each.mkdir(mode=0o700, exist_ok=True)
        self.describe: Sequence[str] | None = describe
        self._url = ""
        self._changed = threading.Condition()
        self._wakes = 0
        self._workers: list[threading.Thread] = []
        self._processes: dict[str, Process] = {}
        self._closing = threading.Event()

    def start(self, url: str) -> None:
        """Begin to run what is in the queue; jobs find the server at `url`."""
        self._url = url
        with self._store.reading() as db:
            waiting = db.execute(
                "SELECT count(*) FROM (SELECT 1 FROM jobs WHERE state = 'queued' LIMIT ?)", (self._pool,)
            )
            for _ in range(waiting.fetchone()[0]):
                self.wake()

    def wake(self) -> None:
        """There is a new job in the queue.

        Call it after writing the job, be the transaction still open: workers look in a write transaction, which comes after that one.
        """
        with self._changed:
            self._wakes += 1
            if len(self._workers) < self._pool and not self._closing.is_set():
                name = f"local-orion job {len(self._workers) + 1}"
                worker = threading.Thread(target=self._work, name=name, daemon=True)
                self._workers.append(worker)
                worker.start()
            self._changed.notify_all()

    def cancel(self, job: int) -> None:
        """End a running job; one that has ended is left as it is."""
        with self._changed:
            process = self._processes.get(_job_key(job))
        if process is not None:
            process.stop(_CANCEL)

    def close(self) -> None:
        """Start nothing any more, end what runs, and wait for it. Doing it again is harmless."""
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
            processes, workers = list(self._processes.values()), list(self._workers)
        for process in processes:
            process.stop(_CLOSE)
        for worker in workers:
            worker.join()

    @property
    def closing(self) -> bool:
        """Whether programs end because the server does."""
        return self._closing.is_set()

    @contextmanager
    def process(self, key: str) -> Iterator[Process]:
        """A program to run, which ends with the server."""
        process = self._register(key)
        try:
            yield process
        finally:
            self._forget(key)

    def _register(self, key: str) -> Process:
        process = Process()
        with self._changed:
            self._processes[key] = process
            if self._closing.is_set():
                process.stop(_CLOSE)
        return process

    def _forget(self, key: str) -> None:
        with self._changed:
            self._processes.pop(key, None)

    # ------------------------------------------------------------ the folder of a job

    def progress(self, job: int) -> float:
        """How much is done, as far as the job said something sensible."""
        try:
            value = float(_read_job(self._folder / str(job) / "progress", 100))
        except (OSError, ValueError):
            return 0.0
        return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0

    def open_log(self, job: int) -> BinaryIO | None:
        """The log of a job; None where it has not begun."""
        try:
            return (self._folder / str(job) / "log").open("rb")
        except FileNotFoundError:
            return None

    def remove_folder(self, job: int) -> None:
        """Remove what a job left on disk; what cannot be removed now goes at the next start."""
        shutil.rmtree(self._folder / str(job), ignore_errors=True)

    def sweep(self, jobs: set[int]) -> None:
        """Remove the folders of all jobs but these."""
        names = {str(job) for job in jobs}
        for path in self._folder.glob("*"):
            if path.name not in names:
                shutil.rmtree(path, ignore_errors=True)

    # ------------------------------------------------------------ the workers

    def _work(self) -> None:
        while not self._closing.is_set():
            with self._changed:
                seen = self._wakes
            try:
                run = self._take()
            except Exception:  # noqa: BLE001 - a full disk, for one; the queue goes on when there is room
                _LOG.exception("the queue of jobs cannot be read")
                self._closing.wait(_RETRY_SECONDS)
                continue
            if run is not None:
                self._carry_out(run)
                continue
            with self._changed:
                while self._wakes == seen and not self._closing.is_set():
                    self._changed.wait()

    def _take(self) -> _JobRun | None:
        """The oldest job of the queue, running now; None where there is none."""
        query = "SELECT * FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1"
        key = ""
        try:
            with self._store.writing() as db:
                job = db.execute(query).fetchone()
                if job is None:
                    return None
                _, token = self._credentials.make(db, job["owner"], f"Job {job['id']}", job["id"])
                db.execute("UPDATE jobs SET state = 'running', started = ? WHERE id = ?", (now(), job["id"]))
                # Before anybody can see that it runs, so that whoever wants to cancel it finds it.
                key = _job_key(job["id"])
                return _JobRun(job, token, self._register(key))
        except BaseException:
            self._forget(key)
            raise

    def _carry_out(self, run: _JobRun) -> None:
        job, begin = run.job["id"], time.monotonic()
        try:
            ending = self._run(run)
        except Exception as error:  # noqa: BLE001 - the next job must not suffer
            _LOG.exception("job %s failed", job)
            ending = JobEnd("failed", f"the job could not be run: {error}"[:_MAX_REASON])
        seconds = time.monotonic() - begin
        progress = 1.0 if ending.outcome == "succeeded" else self.progress(job)
        while not self._end(run, ending, seconds, progress):
            # It stays running; where the server ends before the disk has room again, the next start ends the job.
            if self._closing.wait(_RETRY_SECONDS):
                break
        self._forget(_job_key(job))

    def _end(self, run: _JobRun, ending: JobEnd, seconds: float, progress: float) -> bool:
        job = run.job["id"]
        try:
            with self._store.writing() as db:
                if run.process.stopped == _CANCEL:
                    ending = is_cancelled(
                        db.execute("SELECT cancelled_by FROM jobs WHERE id = ?", (job,)).fetchone()[0]
                    )
                elif run.process.stopped == _CLOSE:
                    ending = JobEnd("failed", STOPPED_REASON)
                end_job(db, job, ending, seconds=seconds, progress=progress)
        except Exception:  # noqa: BLE001 - tried again
            _LOG.exception("the end of job %s cannot be written", job)
            return False
        return True

    def _run(self, run: _JobRun) -> JobEnd:
        job, folder = run.job, self._folder / str(run.job["id"])
        with self._store.reading() as db:
            floe = db.execute("SELECT name, argv FROM workfloes WHERE id = ?", (job["workfloe"],)).fetchone()
        if floe["argv"] is None:
            return JobEnd("failed", f"the floe {floe['name']!r} is not there any more")
        variables = {
            "ORION_JOB_ID": str(job["id"]),
            "ORION_URL": self._url,
            "ORION_TOKEN": run.token,
            "ORION_PROJECT": str(job["project"]),
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "parameters.json").write_text(job["parameters"], encoding="utf-8")
            with (folder / "log").open("ab") as log:
                argv = [*strictjson.loads(floe["argv"]), str(folder.absolute())]
                code = run.process.run(argv, folder, build_environment(**variables), log)
        except (OSError, ValueError) as error:
            return JobEnd("failed", f"the floe could not be started: {error}"[:_MAX_REASON])
        if code == 0:
            return JobEnd("succeeded", "")
        return JobEnd("failed", self._reason(folder) or describe_exit("the floe", code or 0))

    def _reason(self, folder: Path) -> str:
        try:
            return " ".join(_read_job(folder / "reason", 4 * _MAX_REASON).split())[:_MAX_REASON]
        except OSError:
            return ""


def _job_key(job: int) -> str:
    return f"job {job}"


def _read_job(path: Path, most: int) -> str:
    """The beginning of a file as text, whatever its bytes are."""
    with path.open("rb") as file:
        return file.read(most).decode(errors="replace")
