"""A child of this process that does nothing, and lives until the test is done with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def fork_waiting() -> tuple[int, int]:
    """Fork a child which ends when the second of the numbers, the end of a pipe, is closed."""
    reading, writing = os.pipe()
    if not (pid := os.fork()):
        try:
            os.close(writing)
            os.read(reading, 1)
        finally:
            os._exit(0)
    os.close(reading)
    return pid, writing


def end(pid: int, writing: int) -> None:
    """Let a child of `fork_waiting` end; it must still have been there."""
    alive = os.waitpid(pid, os.WNOHANG) == (0, 0)
    os.close(writing)
    if alive:
        os.waitpid(pid, 0)
    assert alive


@contextmanager
def living_child() -> Iterator[None]:
    """A forked child that lives as long as the block."""
    child = fork_waiting()
    try:
        yield
    finally:
        end(*child)
