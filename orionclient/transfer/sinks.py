"""Where the content of a download goes: a path, replaced whole or not at all, or an iterator; taken up again and checked."""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orionclient.exceptions import NotEnoughDiskError, OrionConnectionError, OrionError, OrionTimeout
from orionclient.utils import Backoff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from orionclient._messages import Response

_DIGEST: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):")
# How often a download that breaks is taken up again.
_REOPENINGS: Final = 5
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _announced_digest(response: Response) -> bytes | None:
    for header in ("repr-digest", "content-digest"):
        if found := _DIGEST.search(response.headers.get(header, "")):
            return base64.b64decode(found.group(1))
    return None


def _announced_size(response: Response) -> int | None:
    length = response.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and "content-encoding" not in response.headers else None


class _OtherContentError(OrionConnectionError):
    """What came is not what was announced, or not what came before; only starting anew can help."""


def checked(response: Response, chunk_size: int | None = None) -> Iterator[bytes]:
    """Pass content on and check it at the end; where the connection breaks, go on from the byte where it broke.

    Args:
        response: An open answer.
        chunk_size: Largest piece in bytes; as they come without it.

    Yields:
        The pieces.

    Raises:
        OrionConnectionError: The connection broke again and again, the content changed meanwhile, or it is not what was announced;
            the last is found out after the last piece.
    """
    expected, size, mark = _announced_digest(response), _announced_size(response), response.headers.get("etag")
    digest, count = hashlib.sha256(), 0
    backoff, left = Backoff(), _REOPENINGS
    while True:
        try:
            for piece in _from(response.iter_content(chunk_size), count):
                digest.update(piece)
                count += len(piece)
                yield piece
            if size is None or count == size:
                break
            broken: OrionError = OrionConnectionError(f"the content did not arrive whole: {count} of {size} bytes came")
        except (OrionConnectionError, OrionTimeout) as error:
            broken = error
        if response.reopen is None or left == 0:
            raise _said(broken, response)
        left -= 1
        backoff.sleep()
        response = response.reopen()
        if (_announced_digest(response), response.headers.get("etag")) != (expected, mark):
            response.close()
            raise _said(_OtherContentError("the content changed while it was read"), response)
        size = _announced_size(response)
    if expected is not None and digest.digest() != expected:
        raise _said(
            _OtherContentError("the content did not arrive whole: its SHA-256 digest is not the announced one"),
            response,
        )


def _from(pieces: Iterator[bytes], start: int) -> Iterator[bytes]:
    """Leave out what came before."""
    for piece in pieces:
        if start < len(piece):
            yield piece[start:]
        start = max(0, start - len(piece))


def _said(error: OrionError, response: Response) -> OrionError:
    return error.during(response.call) if response.call else error


def save(response: Response, target: str | os.PathLike[str] | BinaryIO, *, durable: bool = True) -> None:
    """Write content to a path; the path holds the old file or the whole new one, never a part.

    Args:
        response: An open answer; closed afterwards.
        target: The path; an existing file is replaced. Or an open binary file, which is written from where it stands.
        durable: False does not wait until the disk has it.

    Raises:
        NotEnoughDiskError: The disk has no room.
        OrionConnectionError: The content did not arrive whole.
        OSError: The path cannot be written.
    """
    if not isinstance(target, str | os.PathLike):
        with response:
            for piece in checked(response):
                target.write(piece)
        return
    # A link is followed, so that the file that it names is replaced and not the link.
    path = Path(os.path.realpath(target))
    with response:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "the target is a folder", str(path))
        if path.exists() and not path.is_file():
            # A device or a pipe cannot be replaced, only written to.
            with path.open("wb") as stream:
                for piece in checked(response):
                    stream.write(piece)
            return
        size = _announced_size(response)
        free = shutil.disk_usage(path.parent).free
        if size is not None and size > free:
            raise NotEnoughDiskError(f"{path} needs {size} bytes and {path.parent} has {free} left")
        part = path.with_name(f".{path.name[:50]}.{secrets.token_hex(4)}.part")
        try:
            _write_anew(response, part, durable=durable)
            with contextlib.suppress(FileNotFoundError):
                part.chmod(path.stat().st_mode & 0o7777)
            part.replace(path)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise NotEnoughDiskError(f"{path} could not be written: no room on the disk") from error
            raise
        finally:
            part.unlink(missing_ok=True)
        if durable:
            _sync_folder(path.parent)


def _write_anew(response: Response, part: Path, *, durable: bool) -> None:
    """Write the content, and start over where it turns out to be other content than announced."""
    for left in reversed(range(_REOPENINGS)):
        try:
            _write(response, part, durable=durable)
        except _OtherContentError:
            if response.reopen is None or left == 0:
                raise
            part.unlink()
            response = response.reopen()
        else:
            return


def _write(response: Response, part: Path, *, durable: bool) -> None:
    # 0666 less the umask, as any file that a program makes for its user.
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
    with os.fdopen(handle, "wb") as stream:
        for piece in checked(response):
            stream.write(piece)
        stream.flush()
        if durable:
            os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    # The rename itself has to survive a crash; not every system lets a folder be opened.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
