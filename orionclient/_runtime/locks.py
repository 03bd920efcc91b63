"""Fork-safe locks and handles: in a forked child thread locks are released, and files and sockets are closed."""

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
    """A lock as a context manager. A forked child gets a new one, since the thread that holds the lock does not exist in the child."""

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
        """Close the handle; closing it again does nothing."""
        ...


def close_in_child(handle: Closable) -> None:
    """Close the copy of a handle in forked children, where it would keep a connection, a port or a lock alive.

    The object is registered instead of its file descriptor, which may be reused after the handle is closed.

    Args:
        handle: A file or socket. It is registered by a weak reference.
    """
    _HANDLES.add(handle)


class LockedFile:
    """An open file with an exclusive advisory lock.

    A forked child shares the lock with its parent, so the child closes its copy, and the parent unlocks the file before it closes it.

    Args:
        descriptor: Descriptor of the file, open for writing. It is closed if the file cannot be locked.
        wait: True waits until the lock is free.

    Raises:
        OSError: The lock is held by another owner, or the file cannot be locked.
    """

    def __init__(self, descriptor: int, *, wait: bool = False) -> None:
        self._file = io.FileIO(descriptor, "r+")
        if fcntl is None:  # pragma: no cover - Windows
            self._file.close()
            raise OSError("file locks are not supported on this system")
        close_in_child(self._file)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BaseException:
            self._file.close()
            raise

    @property
    def closed(self) -> bool:
        """True after `close`, and in forked children."""
        return self._file.closed

    def fileno(self) -> int:
        """Return the file descriptor.

        Returns:
            The descriptor.

        Raises:
            ValueError: The file is closed.
        """
        return self._file.fileno()

    def close(self) -> None:
        """Unlock and close the file; does nothing if it is closed, and in a forked child."""
        if fcntl is not None and not self._file.closed:
            with contextlib.suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)
            self._file.close()

    def __del__(self) -> None:
        # KeyboardInterrupt may be raised before the caller has the object, or before `_file` is set.
        with contextlib.suppress(AttributeError):
            self.close()


class ListeningSocket(socket.socket):
    """A listening socket that forked children close, together with its accepted connections."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        close_in_child(self)

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept the next connection.

        Returns:
            The connection and the address of the client.
        """
        accepted, address = super().accept()
        close_in_child(accepted)
        return accepted, address


# Held by a thread from opening a handle until it is registered; `os.fork` waits for it.
WAIT_FOR_FORKS: Final = threading.RLock()
_LOCKS: Final[weakref.WeakSet[ForkLock]] = weakref.WeakSet()
_HANDLES: Final[weakref.WeakSet[Closable]] = weakref.WeakSet()


def _reset_in_child() -> None:
    for lock in list(_LOCKS):
        lock._lock = threading.Lock()
    for handle in list(_HANDLES):
        # A pipe without a reader is closed in spite of the error.
        with contextlib.suppress(OSError, ValueError):
            handle.close()


if hasattr(os, "register_at_fork"):
    # Runs before the child has threads, which could otherwise replace the locks concurrently.
    os.register_at_fork(after_in_child=_reset_in_child)
    os.register_at_fork(
        before=WAIT_FOR_FORKS.acquire, after_in_parent=WAIT_FOR_FORKS.release, after_in_child=WAIT_FOR_FORKS.release
    )
