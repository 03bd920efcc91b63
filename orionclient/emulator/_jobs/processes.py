"""Subprocesses of the local Orion: each runs in its own session and is ended with all its descendants.

On Linux a supervisor runs the program (see `supervisor`), so that processes which left its session are ended too. Elsewhere only the
process group of the program is signalled: SIGTERM, and SIGKILL after a grace period. If the server dies, the pipe to the program's
standard input closes; the program should exit then, and the supervisor kills it after a grace period.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess  # running programs is what this is for  # nosec B404
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from orionclient._runtime.locks import WAIT_FOR_FORKS, close_in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# How long a program may take to exit after SIGTERM.
GRACE_SECONDS = 2.0
_CHUNK_SIZE = 65536
# How long to wait for the output of a process that survived, for example of another user.
_DRAIN_SECONDS = 5.0
_HAS_SUPERVISOR = sys.platform == "linux" and bool(sys.executable) and Path("/proc/self/stat").exists()
_SUPERVISOR = [sys.executable, "-I", "-S", str(Path(__file__).with_name("supervisor.py")), str(GRACE_SECONDS)]


class Bounds(NamedTuple):
    """What a program and its descendants can use, enforced on Linux: CPUs (empty for all), and memory in MiB (0 for no limit)."""

    cpus: Sequence[int] = ()
    memory_mb: float = 0.0


_UNBOUNDED = Bounds()
# The supervisor sends SIGKILL itself; it is killed only if it fails to.
_KILL_SECONDS = GRACE_SECONDS + (10.0 if _HAS_SUPERVISOR else 0.0)


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
        output: Callable[[bytes], object],
        errors: Callable[[bytes], object] | None = None,
        *,
        bounds: Bounds = _UNBOUNDED,
    ) -> int | None:
        """Run the program in this thread until it and its descendants end.

        Args:
            argv: The command.
            folder: The working directory.
            environ: The environment variables.
            output: Called in another thread with each chunk of standard output.
            errors: Called with each chunk of standard error. Defaults to `output`.
            bounds: What it can use. A program that uses more memory is killed, and the file `reason` in the folder says so.

        Returns:
            The exit code, negative for a signal; None if the program was stopped before it started.

        Raises:
            OSError, ValueError: The program cannot be started.
        """
        if _HAS_SUPERVISOR:
            _check_executable(argv[0], folder, dict(environ).get("PATH"))
        with self._lock, WAIT_FOR_FORKS:
            if self.stop_reason:
                return None
            self._popen = popen = subprocess.Popen(  # noqa: S603 - running programs is what this is for  # nosec B603
                [*_build_supervisor(bounds), *argv] if _HAS_SUPERVISOR else list(argv),
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if errors is None else subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
            for pipe in (popen.stdin, popen.stdout, popen.stderr):
                if pipe is not None:
                    # Otherwise a forked child of the server would hold the other end of the pipe and keep the program running.
                    close_in_child(pipe)
        readers = [
            _start_reader(pipe, write)
            for pipe, write in ((popen.stdout, output), (popen.stderr, errors))
            if pipe is not None and write is not None
        ]
        try:
            _wait_for_end(popen)
        finally:
            with self._lock:
                # The process is not reaped yet, so its id cannot belong to another process.
                self._has_ended = True
                self._signal(popen, signal.SIGKILL)
                if self._timer is not None:
                    self._timer.cancel()
            code = popen.wait()
            if popen.stdin is not None:
                popen.stdin.close()
            for reader in readers:
                reader.join(_DRAIN_SECONDS)
        return code

    def stop(self, why: str) -> None:
        """Stop the program and its descendants: SIGTERM, then SIGKILL after a grace period. Only the first reason is stored."""
        with self._lock:
            if self.stop_reason or self._has_ended:
                return
            self.stop_reason = why
            if self._popen is not None:
                self._signal(self._popen, signal.SIGTERM)
                self._timer = threading.Timer(_KILL_SECONDS, self._kill, (self._popen,))
                self._timer.daemon = True
                self._timer.start()

    def _kill(self, popen: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if not self._has_ended:
                self._signal(popen, signal.SIGKILL)

    def _signal(self, popen: subprocess.Popen[bytes], signum: int) -> None:
        if os.name == "nt":  # pragma: no cover - Windows has no such process groups
            popen.kill()
            return
        try:
            os.killpg(popen.pid, signum)
        except (ProcessLookupError, PermissionError):
            return  # no process is left; macOS raises the latter


def _build_supervisor(bounds: Bounds) -> list[str]:
    return [*_SUPERVISOR, ",".join(map(str, bounds.cpus)), str(bounds.memory_mb)]


def _check_executable(program: str, folder: Path, search_path: str | None) -> None:
    """Raise the error that starting the program would raise, because the supervisor starts it later."""
    if shutil.which(str(folder / program) if os.sep in program else program, path=search_path) is None:
        raise FileNotFoundError(errno.ENOENT, "not found, or not executable", program)


def _start_reader(pipe: IO[bytes], write: Callable[[bytes], object]) -> threading.Thread:
    def read() -> None:
        with pipe:
            while chunk := os.read(pipe.fileno(), _CHUNK_SIZE):
                write(chunk)

    reader = threading.Thread(target=read, name="local-orion output", daemon=True)
    reader.start()
    return reader


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
