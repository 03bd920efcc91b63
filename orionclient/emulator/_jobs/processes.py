"""Subprocesses of the local Orion: each runs in its own session and is ended with all its children.

`Process.stop` signals the whole process group, with SIGTERM and after a grace period with SIGKILL. When the program ends by itself,
its remaining children are killed. If the server dies, the pipe to the program's standard input closes, and the program has to exit.
"""

from __future__ import annotations

import os
import signal
import subprocess  # running programs is what this is for  # nosec B404
import threading
from typing import TYPE_CHECKING

from orionclient._runtime.locks import WAIT_FOR_FORKS, close_in_child

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

# How long a program may take to exit after SIGTERM.
GRACE_SECONDS = 2.0


class Process:
    """A program that can be stopped at any time, also before it starts.

    Attributes:
        stop_reason: Why the program was stopped; empty if it was not stopped or had already ended.
    """

    def __init__(self) -> None:
        self.stop_reason: str = ""
        self._lock = threading.Lock()
        self._popen: subprocess.Popen[bytes] | None = None
        self._has_ended = False
        self._timer: threading.Timer | None = None

    def run(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        output: BinaryIO,
        errors: BinaryIO | None = None,
    ) -> int | None:
        """Run the program in this thread until it ends.

        Returns:
            The exit code, negative for a signal; None if the program was stopped before it started.

        Raises:
            OSError, ValueError: The program cannot be started.
        """
        with self._lock, WAIT_FOR_FORKS:
            if self.stop_reason:
                return None
            self._popen = popen = subprocess.Popen(  # noqa: S603 - running programs is what this is for  # nosec B603
                list(argv),
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT if errors is None else errors,
                start_new_session=True,
            )
            if popen.stdin is not None:
                # Otherwise a forked child of the server would hold the other end of the pipe and keep the program running.
                close_in_child(popen.stdin)
        try:
            _wait_for_end(popen)
        finally:
            with self._lock:
                # The process is not reaped yet, so its id cannot belong to another process.
                self._has_ended = True
                self._signal(popen, hard=True)
                if self._timer is not None:
                    self._timer.cancel()
            code = popen.wait()
            if popen.stdin is not None:
                popen.stdin.close()
        return code

    def stop(self, why: str) -> None:
        """Stop the program and its children: SIGTERM, then SIGKILL after a grace period. Only the first reason is stored."""
        with self._lock:
            if self.stop_reason or self._has_ended:
                return
            self.stop_reason = why
            if self._popen is not None:
                self._signal(self._popen)
                self._timer = threading.Timer(GRACE_SECONDS, self._kill, (self._popen,))
                self._timer.daemon = True
                self._timer.start()

    def _kill(self, popen: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if not self._has_ended:
                self._signal(popen, hard=True)

    def _signal(self, popen: subprocess.Popen[bytes], *, hard: bool = False) -> None:
        if os.name == "nt":  # pragma: no cover - Windows has no such process groups
            popen.kill()
            return
        try:
            os.killpg(popen.pid, signal.SIGKILL if hard else signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            return  # no process is left; macOS raises the latter


def _wait_for_end(popen: subprocess.Popen[bytes]) -> None:
    """Wait for the end without reaping, so that the process group id stays reserved."""
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
    else:  # pragma: no cover - macOS before Python 3.13, Windows
        popen.wait()


def build_environment(**variables: str) -> dict[str, str]:
    """Build the environment of a program: the server's without its `ORION_` settings, plus `variables`."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("ORION_")}
    # Unbuffered output appears in the log immediately.
    return {**inherited, "PYTHONUNBUFFERED": "1", **variables}


def describe_exit(what: str, code: int) -> str:
    """Describe a non-zero exit code."""
    if code >= 0:
        return f"{what} exited with code {code}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    return f"{what} was killed by signal {-code}{name}"
