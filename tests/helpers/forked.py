"""Forked child processes that wait until the test ends them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def fork_waiting() -> tuple[int, int]:
    """Fork a child that ends when the returned write end of a pipe is closed.

    Returns:
        The process id of the child, and the file descriptor of the write end.
    """
    reading, writing = os.pipe()
    ready, started = os.pipe()
    if not (pid := os.fork()):
        try:
            os.close(writing)
            os.write(started, b".")
            os.read(reading, 1)
        finally:
            os._exit(0)
    os.close(reading)
    os.close(started)
    # The child has run its fork hooks then, which close inherited handles.
    os.read(ready, 1)
    os.close(ready)
    return pid, writing


def end(pid: int, writing: int) -> None:
    """End a child of `fork_waiting`; it must still be alive."""
    alive = os.waitpid(pid, os.WNOHANG) == (0, 0)
    os.close(writing)
    if alive:
        os.waitpid(pid, 0)
    assert alive


@contextmanager
def living_child() -> Iterator[None]:
    """Run a forked child for the duration of the block."""
    child = fork_waiting()
    try:
        yield
    finally:
        end(*child)
