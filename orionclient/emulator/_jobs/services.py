"""The service engine: runs the service tasks that should run, as many at once as their scaling group allows.

Decisions (assumed, since nothing is published):

- A task has a desired state. The engine starts and stops programs until each task is in its desired state: after a change of a task or of
  a scaling group, at the end of a program and at the start of the server.
- If a scaling group allows fewer tasks than should run, those that run already have precedence, then those with the lowest ids. The others
  are queued until an instance is free.
- A task that ends by itself has failed, and stays so until it is started again. A server stops its tasks when it stops, and the next start
  runs them again.
"""

from __future__ import annotations

import logging
import shutil
import sys
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orionclient.emulator._jobs.logs import LogReader, LogWriter
from orionclient.emulator._jobs.processes import Process, build_environment, describe_exit
from orionclient.emulator._jobs.work import BackgroundWork
from orionclient.emulator._store.store import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from orionclient.emulator._store.store import Store

_LOG = logging.getLogger("orionclient.emulator")

#: Name of a service -> its description.
SERVICES = {
    "echo": "Returns the method, path and body of each request as JSON.",
    "clock": "Returns the time in UTC as JSON.",
}
_STOP, _CLOSE = "stop", "close"
_MAX_REASON = 2000
# Delay between attempts to write to a database that cannot be written.
_RETRY_SECONDS = 1.0
_PROGRAM = [sys.executable, "-I", "-S", str(Path(__file__).with_name("service_programs.py"))]
_WANTED = (
    "SELECT service_tasks.id, service_specs.name, scaling_group, max_instances FROM service_tasks"
    " JOIN service_specs ON service_specs.id = spec JOIN scaling_groups ON scaling_groups.id = scaling_group"
    " WHERE desired_state = 'running' AND state <> 'failed' ORDER BY service_tasks.id"
)


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """A task whose program starts, runs or is being stopped."""

    task: int
    service: str
    group: int
    process: Process = field(default_factory=Process)


class ServiceEngine:
    """Runs the service tasks of a stack.

    Args:
        store: The database.
        folder: The folder of the stack.
        log_limit: Maximum size of the log of a task in bytes.
    """

    def __init__(self, store: Store, folder: Path, log_limit: int) -> None:
        self._store, self._folder, self._log_limit = store, folder / "services", log_limit
        self._work = BackgroundWork()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._runs: dict[int, _Run] = {}
        self._threads: set[threading.Thread] = set()

    def start(self) -> None:
        """Run the tasks of the last server again; it may have been killed while they ran."""
        with self._store.write_transaction() as db:
            db.execute("UPDATE service_tasks SET state = 'queued', url = '' WHERE state = 'running'")
            known = {str(row["id"]) for row in db.execute("SELECT id FROM service_tasks")}
        for path in self._folder.glob("*"):
            if path.name not in known:
                shutil.rmtree(path, ignore_errors=True)
        if known:
            self.wake()

    def wake(self) -> None:
        """Start and stop programs after a change, in the background.

        Call it after writing the change; its transaction may still be open, because the engine reads in a later write transaction.
        """
        self._work.submit(self._reconcile)

    def close(self) -> None:
        """Stop the programs and wait for their end; no more are started. Calling it again has no effect."""
        self._closing.set()
        self._work.close()
        with self._lock:
            runs, threads = list(self._runs.values()), list(self._threads)
        for run in runs:
            run.process.stop(_CLOSE)
        for thread in threads:
            thread.join()

    def open_log(self, task: int, offset: int) -> LogReader:
        """Open the log of a task from an offset on; it is empty if the task has not started."""
        return LogReader(self._folder / str(task), offset)

    def remove(self, task: int) -> None:
        """Stop a task that was deleted, and remove its folder."""
        with self._lock:
            run = self._runs.get(task)
            if run is None:
                shutil.rmtree(self._folder / str(task), ignore_errors=True)
        if run is not None:
            # The thread of the task removes the folder.
            run.process.stop(_STOP)
        # Before the deletion, the engine may have read that the task should run.
        self.wake()

    def _reconcile(self) -> None:
        with self._store.write_transaction() as db:
            wanted = db.execute(_WANTED).fetchall()
        with self._lock:
            wanted.sort(key=lambda row: (row["id"] not in self._runs, row["id"]))
            places: Counter[int] = Counter()
            chosen = {}
            for row in wanted:
                places[row["scaling_group"]] += 1
                if places[row["scaling_group"]] <= row["max_instances"]:
                    chosen[row["id"]] = row
            for task, run in self._runs.items():
                if task not in chosen:
                    run.process.stop(_STOP)
            # A program that is being stopped still has its place.
            running = Counter(run.group for run in self._runs.values())
            for task, row in chosen.items():
                if task not in self._runs and running[row["scaling_group"]] < row["max_instances"]:
                    running[row["scaling_group"]] += 1
                    self._start(_Run(task, row["name"], row["scaling_group"]))

    def _start(self, run: _Run) -> None:
        if self._closing.is_set():
            return
        thread = threading.Thread(target=self._execute, args=(run,), name=f"local-orion service task {run.task}")
        thread.daemon = True
        self._runs[run.task] = run
        self._threads.add(thread)
        thread.start()

    def _execute(self, run: _Run) -> None:
        try:
            reason = self._run(run)
        except Exception as error:  # noqa: BLE001 - recorded as the end of the task
            _LOG.exception("service task %s failed", run.task)
            reason = f"the service could not be run: {error}"[:_MAX_REASON]
        is_failing = False
        while (problem := self._record_end(run, reason)) is not None:
            if not is_failing:
                _LOG.error("cannot record the end of service task %s", run.task, exc_info=problem)
            is_failing = True
            # If the server stops before the disk has space again, the next start runs the task again.
            if self._closing.wait(_RETRY_SECONDS):
                break
        with self._lock:
            del self._runs[run.task]
            self._threads.discard(threading.current_thread())
        self.wake()

    def _record_end(self, run: _Run, reason: str) -> Exception | None:
        """Record the end of a task, or remove the folder of a deleted one; returns the error if that failed."""
        state = "'failed'"
        if run.process.stop_reason:
            state, reason = "iif(desired_state = 'running', 'queued', 'stopped')", ""
        query = f"UPDATE service_tasks SET url = '', state = {state}, reason = ? WHERE id = ?"  # noqa: S608 - constants  # nosec B608
        try:
            with self._store.write_transaction() as db:
                found = db.execute(query, (reason, run.task)).rowcount
            if not found:
                shutil.rmtree(self._folder / str(run.task), ignore_errors=True)
        except Exception as error:  # noqa: BLE001 - the caller retries
            return error
        return None

    def _run(self, run: _Run) -> str:
        """Run the program of a task; returns why it ended."""
        folder = self._folder / str(run.task)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "url").unlink(missing_ok=True)
        with closing(LogWriter(folder, self._log_limit)) as log:
            argv, write = [*_PROGRAM, run.service], self._build_writer(run, folder, log)
            code = run.process.run(argv, folder, build_environment(), write)
        return describe_exit("the service", code or 0)

    def _build_writer(self, run: _Run, folder: Path, log: LogWriter) -> Callable[[bytes], None]:
        is_running = is_failing = False

        def write(data: bytes) -> None:
            nonlocal is_running, is_failing
            try:
                log.write(data)
                if not is_running:
                    # A service prints something when its URL is in the file.
                    self._record_start(run.task, (folder / "url").read_bytes().decode())
                    is_running = True
            except Exception:  # noqa: BLE001 - for example a full disk; the output is dropped, because the program would wait otherwise
                if not is_failing:
                    _LOG.exception("cannot write the log of service task %s", run.task)
                is_failing = True

        return write

    def _record_start(self, task: int, url: str) -> None:
        with self._store.write_transaction() as db:
            db.execute(
                "UPDATE service_tasks SET state = 'running', url = ?, started = ? WHERE id = ? AND state = 'queued'",
                (url, now(db), task),
            )
