"""Pipes and devices that a path names: opened without waiting for ever for somebody at their other end."""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from typing import IO, TYPE_CHECKING, Any, Final

from orionclient._cancellation import raise_if_cancelled
from orionclient._locks import close_in_child

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Who reads or writes may be just starting; seconds that it has for that, and those between two looks.
_OPEN_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.01
_BLOCK: Final = 1 << 20
_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)


def open_for_writing(path: Path) -> IO[bytes]:
    """Open a pipe or a device.

    Args:
        path: What exists and is neither file nor folder.

    Returns:
        It, unbuffered.

    Raises:
        OSError: It cannot be written, or nobody reads from the pipe.
    """
    for _ in _poll_until_timeout():
        try:
            stream = open(path, "wb", buffering=0, opener=_open_nonblocking)  # noqa: SIM115 - whoever asked closes it
        except OSError as error:
            if error.errno != errno.ENXIO or not path.is_fifo():
                raise
        else:
            # A child that is forked meanwhile would keep the reader waiting for the end.
            close_in_child(stream)
            _make_blocking(stream)
            return stream
    raise OSError(errno.ENXIO, "nobody reads from the pipe", str(path))


def open_for_reading(path: Path) -> IO[bytes]:
    """Open a path of any kind.

    Args:
        path: The path.

    Returns:
        It, unbuffered.

    Raises:
        OSError: It cannot be read.
    """
    if path.is_file():
        return path.open("rb", buffering=0)
    stream = open(path, "rb", buffering=0, opener=_open_nonblocking)  # noqa: SIM115 - whoever asked closes it
    close_in_child(stream)
    return stream


def read_all(stream: Any, path: Path) -> Iterator[bytes]:
    """Read what `opened_to_read` opened to its end.

    Args:
        stream: The open pipe or device.
        path: What it is called.

    Yields:
        Its content in chunks, some of which may be empty.

    Raises:
        OSError: It cannot be read, or nobody writes to the pipe.
    """
    is_pipe = stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    for _ in _poll_until_timeout():
        chunk = stream.read(_BLOCK)
        # An end that nobody made by leaving only says that nobody is there yet.
        if chunk != b"" or not is_pipe or _is_closed(stream):
            break
    else:
        raise OSError(errno.ENXIO, "nobody writes to the pipe", str(path))
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
