"""A lock that a forked child finds open, whoever held it in the parent."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Final


class ForkLock:
    """A lock for `with`. The thread that holds it may not exist in a forked child, where it would then be held for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _LOCKS.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_LOCKS: Final[weakref.WeakSet[ForkLock]] = weakref.WeakSet()


def _open() -> None:
    for lock in list(_LOCKS):
        lock._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    # Before the child has threads, which could otherwise each make the lock anew.
    os.register_at_fork(after_in_child=_open)
