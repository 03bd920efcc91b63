"""Run a program and end all of its processes, also those that left its session; `Process` runs this file as a script on Linux.

The script is the subreaper of the program, so it becomes the parent of every descendant whose own parent ends. It ends the descendants
when the program ends, and after a grace period when it receives SIGTERM or when the server ends, which closes the pipe on standard input.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess  # running programs is what this is for  # nosec B404
import sys
import threading
import time

#: Exit code if the program cannot be started.
NOT_STARTED = 126
_KILL_SECONDS = 5.0
# How long the program may take to exit after the server died.
_ORPHAN_SECONDS = 10.0
_POLL_SECONDS = 0.005
# From <linux/prctl.h>.
_SET_CHILD_SUBREAPER = 36


def _read_parent(pid: int) -> int:
    with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - the script starts faster without pathlib
        # The name of the program is in parentheses, and may contain parentheses and blanks.
        return int(file.read().rpartition(b")")[2].split()[1])


def find_descendants() -> set[int]:
    """Find the ids of all descendants of this process."""
    parents = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - as above
        if name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(name)] = _read_parent(int(name))
    found: set[int] = set()
    added = {os.getpid()}
    while added:
        added = {pid for pid, parent in parents.items() if parent in added}
        found |= added
    return found


def signal_descendants(signum: int) -> None:
    """Send a signal to all descendants of this process, and to no other process."""
    descendants = find_descendants()
    for pid in descendants:
        with contextlib.suppress(OSError):
            descriptor = os.pidfd_open(pid)
            try:
                # The descriptor denotes one process, even if its id is reused meanwhile.
                if _read_parent(pid) in descendants | {os.getpid()}:
                    signal.pidfd_send_signal(descriptor, signum)
            finally:
                os.close(descriptor)


def _kill_all() -> None:
    """Kill the descendants until none is left; a process of another user, which cannot be killed, does not delay this for ever."""
    for each in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    end = time.monotonic() + _KILL_SECONDS
    while time.monotonic() < end:
        signal_descendants(signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(_POLL_SECONDS)


def _watch_server() -> None:
    poller = select.poll()
    poller.register(0, 0)
    poller.poll()
    # The program reads the same pipe, and may end by itself.
    time.sleep(_ORPHAN_SECONDS)
    # The handler runs in the main thread.
    os.kill(os.getpid(), signal.SIGALRM)


def supervise(argv: list[str], grace_seconds: float) -> int:
    """Run a program and end all of its processes.

    Returns:
        Its exit code; for a process that was killed by a signal, the negated signal.
    """

    def stop(*_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, grace_seconds)
        signal_descendants(signal.SIGTERM)

    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGALRM, lambda *_: signal_descendants(signal.SIGKILL))
    signal.signal(signal.SIGTERM, stop)
    try:
        program = subprocess.Popen(argv, start_new_session=True)  # noqa: S603 - as above  # nosec B603
    except OSError as error:
        sys.stderr.write(f"the program could not be started: {error}\n")
        return NOT_STARTED
    threading.Thread(target=_watch_server, daemon=True).start()
    status = None
    while status is None:
        # Orphans are reaped too.
        pid, ended = os.waitpid(-1, 0)
        status = ended if pid == program.pid else None
    program.returncode = os.waitstatus_to_exitcode(status)
    _kill_all()
    return program.returncode


def main(arguments: list[str]) -> None:
    """Run a program and exit as it does: with its exit code, or by its signal.

    Args:
        arguments: Seconds between SIGTERM and SIGKILL, and the command.
    """
    code = supervise(arguments[1:], float(arguments[0]))
    sys.stdout.flush()
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError, ValueError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(max(code, 0))


if __name__ == "__main__":
    main(sys.argv[1:])
