"""The run times of running jobs, written once a second, so that jobs which the end of the server interrupts are charged."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 1.0


class Heartbeat:
    """Writes the run times of the running jobs to a file.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._starts: dict[int, float] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def add(self, job: int) -> float:
        """Add a job that is starting; returns the monotonic time of its start."""
        begin = time.monotonic()
        with self._changed:
            self._starts[job] = begin
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="local-orion heartbeat", daemon=True)
                self._thread.start()
            self._changed.notify()
        return begin

    def remove(self, job: int) -> None:
        """Remove a job whose end is recorded."""
        with self._changed:
            del self._starts[job]

    def _run(self) -> None:
        while not self._closed.is_set():
            with self._changed:
                while not self._starts and not self._closed.is_set():
                    self._changed.wait()
                moment = time.monotonic()
                times = {str(job): moment - begin for job, begin in self._starts.items()}
            # On a full disk the last times that were written remain.
            with contextlib.suppress(OSError):
                temporary = self._path.with_suffix(".new")
                temporary.write_bytes(_strictjson.dumps(times).encode())
                temporary.replace(self._path)
            self._closed.wait(_SECONDS)

    def read(self) -> dict[str, float]:
        """Return the run times in seconds by id that the last server wrote; none if there are none or they are damaged."""
        try:
            found: Any = _strictjson.loads(self._path.read_bytes().decode())
            return {job: max(float(seconds), 0.0) for job, seconds in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def close(self) -> None:
        """Stop writing."""
        with self._changed:
            self._closed.set()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
