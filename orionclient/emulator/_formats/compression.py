"""Gzip compression for any format: decompression up to a size limit, and streaming compression."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO


class ContentTooLargeError(ValueError):
    """A compressed file that is too large when decompressed."""


class DecompressedStream:
    """The lines of a gzip file.

    Args:
        file: The compressed file.
        limit: Maximum number of bytes to decompress.
    """

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = gzip.GzipFile(fileobj=file)
        self._limit = limit
        self._count = 0

    def readline(self, size: int) -> bytes:
        """Read a line of at most `size` bytes."""
        line = self._file.readline(min(size, self._limit - self._count + 1))
        self._count += len(line)
        if self._count > self._limit:
            raise ContentTooLargeError(f"The file has more than {self._limit} bytes when decompressed.")
        return line


def compress(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Compress chunks to one gzip file without a timestamp, so that the same content gives the same bytes."""
    compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        yield compressor.compress(chunk)
    yield compressor.flush()
