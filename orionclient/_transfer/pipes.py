"""Open pipes and devices with a timeout instead of blocking until the other end is opened."""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from typing import IO, TYPE_CHECKING, Any, Final

from orionclient._runtime.cancellation import raise_if_cancelled
from orionclient._runtime.locks import close_in_child

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The process at the other end may be just starting: timeout and poll interval in seconds.
_OPEN_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.01
_BLOCK: Final = 1 << 20
_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)


def open_for_writing(path: Path) -> IO[bytes]:
    """Open a pipe or a device.

    Args:
        path: Path of an existing pipe or device.

    Returns:
        The open file, unbuffered.

    Raises:
        OSError: The path cannot be written, or the pipe has no reader.
    """
    for _ in _poll_until_timeout():
        try:
            stream = open(path, "wb", buffering=0, opener=_open_nonblocking)  # noqa: SIM115 - closed by the caller
        except OSError as error:
            if error.errno != errno.ENXIO or not path.is_fifo():
                raise
        else:
            # A forked child that inherits the stream would keep the reader waiting for its end.
            close_in_child(stream)
            _make_blocking(stream)
            return stream
    raise OSError(errno.ENXIO, "the pipe has no reader", str(path))


def open_for_reading(path: Path) -> IO[bytes]:
    """Open a path of any kind.

    Args:
        path: The path.

    Returns:
        The open file, unbuffered.

    Raises:
        OSError: The path cannot be read.
    """
    if path.is_file():
        return path.open("rb", buffering=0)
    stream = open(path, "rb", buffering=0, opener=_open_nonblocking)  # noqa: SIM115 - closed by the caller
    close_in_child(stream)
    return stream


def read_all(stream: Any, path: Path) -> Iterator[bytes]:
    """Read a stream that `open_for_reading` opened to its end.

    Args:
        stream: The open pipe or device.
        path: Its path, for messages.

    Yields:
        The content in chunks, some of which may be empty.

    Raises:
        OSError: The stream cannot be read, or the pipe has no writer.
    """
    is_pipe = stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    for _ in _poll_until_timeout():
        chunk = stream.read(_BLOCK)
        # An end of file without a hang-up means that no writer has opened the pipe yet.
        if chunk != b"" or not is_pipe or _is_closed(stream):
            break
    else:
        raise OSError(errno.ENXIO, "the pipe has no writer", str(path))
    _make_blocking(stream)
    yield chunk or b""
    while chunk := stream.read(_BLOCK):
        yield chunk


def _open_nonblocking(name: str, flags: int) -> int:
    return os.open(name, flags | _NONBLOCK)


def _make_blocking(stream: IO[bytes]) -> None:
    if _NONBLOCK:
        os.set_blocking(stream.fileno(), True)


def _poll_until_timeout() -> Iterator[None]:
    end = time.monotonic() + _OPEN_SECONDS
    yield
    while time.monotonic() < end:
        raise_if_cancelled()
        time.sleep(_POLL_SECONDS)
        yield


def _is_closed(stream: Any) -> bool:
    waiting = select.poll()
    waiting.register(stream, select.POLLIN)
    return bool(waiting.poll(0))
