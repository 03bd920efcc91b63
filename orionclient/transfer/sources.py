"""Where the content of an upload comes from: a path, bytes, or an open binary file."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from attrs import frozen

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = 1 << 20


@frozen
class Opened:
    """A source that is ready to be sent.

    Attributes:
        stream: Seekable binary file, standing where the content starts.
        size: Length of the content in bytes.
        content_digest: SHA-256 digest of the content as a header value (RFC 9530).
    """

    stream: BinaryIO
    size: int
    content_digest: str


Source = str | os.PathLike[str] | bytes | BinaryIO | Opened


def name_of(source: Source) -> str:
    """Find the name of a source's file.

    Args:
        source: The source.

    Returns:
        The last part of its path; empty where it has none.
    """
    if isinstance(source, bytes):
        return ""
    named = getattr(source, "name", None) if hasattr(source, "read") else source
    return Path(os.fsdecode(named)).name if isinstance(named, str | os.PathLike) else ""


@contextmanager
def opened(source: Source) -> Iterator[Opened]:
    """Open a source and measure it: its size and digest are known before the first byte is sent.

    Args:
        source: A path, bytes, or a seekable binary file, which is sent from where it stands.

    Yields:
        The source.

    Raises:
        OSError: The path cannot be read.
        ValidationError: The source is nothing that holds bytes, or cannot be read twice.
    """
    if isinstance(source, Opened):
        yield source
    elif isinstance(source, bytes | bytearray | memoryview):
        yield _measured(io.BytesIO(source))
    elif isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as stream:
            yield _measured(stream)
    elif hasattr(source, "read"):
        if isinstance(source, io.TextIOBase):
            raise ValidationError("the file is open in text mode; open it with 'rb'")
        if not source.seekable():
            raise ValidationError(
                "the file cannot be read twice, so its digest cannot go ahead of it; pass a path, a file or bytes"
            )
        yield _measured(source)
    else:
        raise ValidationError(f"content comes from a path, bytes or a binary file, not from {type(source).__name__}")


def _measured(stream: BinaryIO) -> Opened:
    start = stream.tell()
    digest = hashlib.sha256()
    size = 0
    while block := stream.read(_BLOCK):
        digest.update(block)
        size += len(block)
    stream.seek(start)
    return Opened(stream, size, f"sha-256=:{base64.b64encode(digest.digest()).decode()}:")
