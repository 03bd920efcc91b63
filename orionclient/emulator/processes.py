"""Programs that the local Orion runs: each in a session of its own, ended with everything that it started.

Three things end a program before its time: `Process.stop` (a signal to the whole group, and a harder one after a while), the end of
the program itself (what it left running is killed), and the end of the server in whatever way: the program's standard input is a pipe
that the server holds open, and it is the program that has to end when it closes.
"""

from __future__ import annotations

import os
import signal
import subprocess  # running programs is what this is for  # nosec B404
import threading
from typing import TYPE_CHECKING

from orionclient._locks import WAIT_FOR_FORKS, close_in_child

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

# How long a program has to end in good order.
GRACE_SECONDS = 2.0


class Process:
    """A program that can be stopped at any time, also before it starts.

    Attributes:
        stopped: Why it was stopped, empty where it was not or had ended by itself before.
    """

    def __init__(self) -> None:
        self.stopped: str = ""
        self._lock = threading.Lock()
        self._popen: subprocess.Popen[bytes] | None = None
        self._over = False
        self._timer: threading.Timer | None = None

    def run(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        output: BinaryIO,
        errors: BinaryIO | None = None,
    ) -> int | None:
        """Run it to its end in this thread; gives the exit code (negative: the signal), or None where it was stopped before it began.

        Raises:
            OSError, ValueError: It cannot be started.
        """
        with self._lock, WAIT_FOR_FORKS:
            if self.stopped:
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
                # A forked child of the server that kept the other end would keep the program running.
                close_in_child(popen.stdin)
        try:
            _wait_for_end(popen)
        finally:
            with self._lock:
                # Until it is reaped below, nobody else can have its number.
                self._over = True
                self._signal(popen, hard=True)
                if self._timer is not None:
                    self._timer.cancel()
            code = popen.wait()
            if popen.stdin is not None:
                popen.stdin.close()
        return code

    def stop(self, why: str) -> None:
        """Ask it and all that it started to end, and make them after a while. Only the first reason counts."""
        with self._lock:
            if self.stopped or self._over:
                return
            self.stopped = why
            if self._popen is not None:
                self._signal(self._popen)
                self._timer = threading.Timer(GRACE_SECONDS, self._kill, (self._popen,))
                self._timer.daemon = True
                self._timer.start()

    def _kill(self, popen: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if not self._over:
                self._signal(popen, hard=True)

    def _signal(self, popen: subprocess.Popen[bytes], *, hard: bool = False) -> None:
        if os.name == "nt":  # pragma: no cover - Windows has no groups of this kind
            popen.kill()
            return
        try:
            os.killpg(popen.pid, signal.SIGKILL if hard else signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            return  # nobody is left; macOS says so by the latter


def _wait_for_end(popen: subprocess.Popen[bytes]) -> None:
    """Wait for the end without reaping, so that the number of the group stays taken."""
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
    else:  # pragma: no cover - macOS before Python 3.13, Windows
        popen.wait()


def build_environment(**variables: str) -> dict[str, str]:
    """The environment of a program: that of the server without its settings for Orion, and `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("ORION_")}
    # What is printed shows in the log at once.
    return {**kept, "PYTHONUNBUFFERED": "1", **variables}


def describe_exit(what: str, code: int) -> str:
    """An exit code that is not 0 in words."""
    if code >= 0:
        return f"{what} ended with exit code {code}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    return f"{what} was killed by signal {-code}{name}"
