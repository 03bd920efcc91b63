"""A lock that a forked child finds open, whoever held it in the parent."""

from __future__ import annotations

import os
import threading


class ForkLock:
    """A lock for `with`. The thread that holds it may not exist in a forked child, where it would then be held for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()

    def __enter__(self) -> None:
        if self._process != os.getpid():
            # The child has one thread only at this time, or nearly so.
            self.__init__()  # type: ignore[misc]
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
