"""Run a program and end all of its processes, also those that left its session; `Process` runs this file as a script on Linux.

The script is the subreaper of the program, so it becomes the parent of every descendant whose own parent ends. It ends the descendants
when the program ends, and after a grace period when it receives SIGTERM or when the server ends, which closes the pipe on standard input.
It gives them some of the CPUs, and kills them if they use more memory together than they can have.
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
# Shortest time between two measurements of memory. They take at most this share of the time of a CPU.
_MEASURE_SECONDS, _MEASURE_SHARE = 0.1, 0.01
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


def exceeds_memory(most: float) -> bool:
    """Return whether the descendants of this process use more memory together than `most` bytes."""
    descendants = find_descendants()
    # Pages that processes share count once for each in the first sum, which is cheap, and once in all in the second.
    return sum(map(_read_resident, descendants)) > most and sum(map(_read_proportional, descendants)) > most


def _read_resident(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError), open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123 - as above
        return int(file.read().split()[1]) * resource.getpagesize()
    return 0


def _read_proportional(pid: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123 - as above
        for line in file:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    # Another user's process, or a kernel without this file.
    return _read_resident(pid)


def _watch(memory_mb: float, exceeded: threading.Event) -> None:
    """Wait for the end of the server or for too much memory, and kill the program then."""
    poller = select.poll()
    poller.register(0, 0)
    pause = _MEASURE_SECONDS if memory_mb else None
    while not poller.poll(pause and pause * 1000):
        begin = time.thread_time()
        if exceeds_memory(memory_mb * 1024**2):
            exceeded.set()
            break
        pause = max(_MEASURE_SECONDS, (time.thread_time() - begin) / _MEASURE_SHARE)
    else:
        # The program reads the same pipe, and may end by itself.
        time.sleep(_ORPHAN_SECONDS)
    # The handler runs in the main thread.
    os.kill(os.getpid(), signal.SIGALRM)


def supervise(argv: list[str], grace_seconds: float, cpus: list[int], memory_mb: float) -> int:
    """Run a program and end all of its processes. If it uses too much memory, the file `reason` in the working directory says so.

    Args:
        argv: The command.
        grace_seconds: Seconds between SIGTERM and SIGKILL.
        cpus: The CPUs that it can use; empty for all.
        memory_mb: The memory that it can use, in MiB; 0 for no limit.

    Returns:
        Its exit code; for a process that was killed by a signal, the negated signal.
    """

    def stop(*_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, grace_seconds)
        signal_descendants(signal.SIGTERM)

    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGALRM, lambda *_: signal_descendants(signal.SIGKILL))
    signal.signal(signal.SIGTERM, stop)
    if cpus:
        with contextlib.suppress(OSError):  # CPUs that have been taken from this process meanwhile
            os.sched_setaffinity(0, cpus)
    try:
        program = subprocess.Popen(argv, start_new_session=True)  # noqa: S603 - as above  # nosec B603
    except OSError as error:
        sys.stderr.write(f"the program could not be started: {error}\n")
        return NOT_STARTED
    exceeded = threading.Event()
    threading.Thread(target=_watch, args=(memory_mb, exceeded), daemon=True).start()
    status = None
    while status is None:
        # Orphans are reaped too.
        pid, ended = os.waitpid(-1, 0)
        status = ended if pid == program.pid else None
    program.returncode = os.waitstatus_to_exitcode(status)
    _kill_all()
    if exceeded.is_set():
        program.returncode = -signal.SIGKILL
        # Written last, when no process is left that could write another one.
        with contextlib.suppress(OSError), open("reason", "w", encoding="utf-8") as file:  # noqa: PTH123 - as above
            file.write(f"used more than {memory_mb:.10g} MiB of memory")
    return program.returncode


def main(arguments: list[str]) -> None:
    """Run a program and exit as it does: with its exit code, or by its signal.

    Args:
        arguments: Seconds between SIGTERM and SIGKILL, the CPUs, the memory in MiB (see `supervise`), and the command.
    """
    grace_seconds, cpus, memory_mb, *argv = arguments
    code = supervise(argv, float(grace_seconds), [int(cpu) for cpu in cpus.split(",") if cpu], float(memory_mb))
    sys.stdout.flush()
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError, ValueError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(max(code, 0))


if __name__ == "__main__":
    main(sys.argv[1:])
