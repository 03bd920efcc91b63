"""Locks and handles that a forked child must not keep: locks of threads are open in it, files and sockets are closed."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import threading
import weakref
from typing import Any, Final, Protocol

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

CAN_LOCK_FILES: Final = fcntl is not None


class ForkLock:
    """A lock for `with`. The thread that holds it may not exist in a forked child, where it would then be held for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _LOCKS.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Closable(Protocol):
    """An open file or socket."""

    def close(self) -> Any:
        """Close it; closing it again does nothing."""
        ...


def close_in_child(handle: Closable) -> None:
    """Have a forked child close its copy of a handle, which would keep a connection, a port or a lock alive.

    The object is remembered and not its descriptor, whose number may have another meaning later; what was closed already stays closed.

    Args:
        handle: A file or socket. It is remembered as long as it lives.
    """
    _HANDLES.add(handle)


class LockedFile:
    """An open file that one process at a time can lock, advisory.

    A forked child shares the lock with its parent. So the child closes its copy, and the parent unlocks the file before it closes it.

    Args:
        descriptor: The open file, which can be written. It is closed if it cannot be locked.
        wait: True waits until the lock is free.

    Raises:
        OSError: Another process, or another part of this one, holds the lock, or the file cannot be locked.
    """

    def __init__(self, descriptor: int, *, wait: bool = False) -> None:
        self._file = io.FileIO(descriptor, "r+")
        if fcntl is None:  # pragma: no cover - Windows
            self._file.close()
            raise OSError("files cannot be locked on this system")
        close_in_child(self._file)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BaseException:
            self._file.close()
            raise

    @property
    def closed(self) -> bool:
        """True after `close`, and in a forked child of the process that locked the file."""
        return self._file.closed

    def fileno(self) -> int:
        """Give the descriptor.

        Returns:
            Its number.

        Raises:
            ValueError: The file is closed.
        """
        return self._file.fileno()

    def close(self) -> None:
        """Unlock and close the file; again does nothing, and in a forked child neither."""
        if fcntl is not None and not self._file.closed:
            with contextlib.suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)
            self._file.close()

    def __del__(self) -> None:
        # An interrupt may come before anybody has it, or before there is a file.
        with contextlib.suppress(AttributeError):
            self.close()


class ListeningSocket(socket.socket):
    """A socket to listen on, which a forked child closes, as it does every connection that was accepted."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        close_in_child(self)

    def accept(self) -> tuple[socket.socket, Any]:
        """Take the next connection.

        Returns:
            The connection, and where it comes from.
        """
        accepted, address = super().accept()
        close_in_child(accepted)
        return accepted, address


# Held by a thread that opens a handle until the handle is registered; forks of `os.fork` wait for it.
WAIT_FOR_FORKS: Final = threading.RLock()
_LOCKS: Final[weakref.WeakSet[ForkLock]] = weakref.WeakSet()
_HANDLES: Final[weakref.WeakSet[Closable]] = weakref.WeakSet()


def _reset_in_child() -> None:
    for lock in list(_LOCKS):
        lock._lock = threading.Lock()
    for handle in list(_HANDLES):
        # A pipe whose reader is gone is closed all the same.
        with contextlib.suppress(OSError, ValueError):
            handle.close()


if hasattr(os, "register_at_fork"):
    # Before the child has threads, which could otherwise each make the lock anew.
    os.register_at_fork(after_in_child=_reset_in_child)
    os.register_at_fork(
        before=WAIT_FOR_FORKS.acquire, after_in_parent=WAIT_FOR_FORKS.release, after_in_child=WAIT_FOR_FORKS.release
    )
