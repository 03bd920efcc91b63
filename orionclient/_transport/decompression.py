"""Decompression of response bodies in small chunks, with a limit against decompression bombs."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from orion_api._shared import find_codings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CHUNK_SIZE: Final = 64 * 1024
# Maximum compression ratio; ordinary content stays far below it. Small bodies are exempt.
_MAX_RATIO: Final = 200
_ALWAYS_ALLOWED: Final = 16 << 20
_ENCODINGS: Final = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_GZIP_MAGIC: Final = b"\x1f\x8b"


class DecompressionError(Exception):
    """The body cannot be decompressed; the message gives the reason and quotes no content."""


class TooLargeError(DecompressionError):
    """The body exceeds the maximum size."""


class TruncatedBodyError(DecompressionError):
    """The compressed body is truncated or damaged."""


def is_permanent(error: BaseException) -> bool:
    """Return whether a body cannot be read again either, since its compression is not supported or it is too large.

    Args:
        error: Error of a body.
    """
    cause = error.__cause__
    return isinstance(cause, DecompressionError) and not isinstance(cause, TruncatedBodyError)


def is_supported(encodings: str) -> bool:
    """Return whether a body can be decompressed.

    Args:
        encodings: Value of the header `Content-Encoding`.
    """
    used = find_codings(encodings)
    # A body of a few bytes that is compressed twice can decompress to terabytes.
    return len(used) <= 1 and _ENCODINGS.keys() >= set(used)


class Decompressor:
    """Decompresses one body.

    Args:
        encodings: Values of the `Content-Encoding` headers.

    Raises:
        DecompressionError: The encoding was not requested.
    """

    def __init__(self, encodings: Iterable[str]) -> None:
        value = ",".join(encodings)
        used = find_codings(value)
        if not is_supported(value):
            raise DecompressionError(f"unsupported Content-Encoding {', '.join(used)!r:.60}")
        self._form = _ENCODINGS[used[0]] if used else None
        self._decoder: Any = None if self._form is None else zlib.decompressobj(self._form)
        self._received = 0
        self._given = 0
        self._has_surplus = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decompress a chunk.

        Args:
            chunk: The next compressed bytes of the body.

        Yields:
            Decompressed chunks of at most 64 KiB.

        Raises:
            TruncatedBodyError: The body is damaged.
            DecompressionError: The body exceeds the maximum compression ratio.
        """
        if self._form is None:
            yield chunk
            return
        if self._form == zlib.MAX_WBITS and not self._received and chunk and (chunk[0] & 15 != 8):
            # Some servers send raw deflate data without the zlib header.
            self._form = -zlib.MAX_WBITS
            self._decoder = zlib.decompressobj(self._form)
        self._received += len(chunk)
        rest = chunk
        while rest or not self._decoder.eof:
            if self._decoder.eof:
                # Only gzip allows another compressed body. As browsers do, anything else after the end is ignored.
                if self._form != _ENCODINGS["gzip"] or not rest.startswith(_GZIP_MAGIC[: len(rest)]):
                    self._has_surplus = True
                if self._has_surplus:
                    return
                self._decoder = zlib.decompressobj(self._form)
            try:
                out = self._decoder.decompress(rest, _CHUNK_SIZE)
            except zlib.error:
                # Most likely a transmission error, so the request is retried.
                raise TruncatedBodyError("the compressed body is damaged") from None
            if not rest and not out:
                return
            rest = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail
            if out:
                yield self._check_size(out)

    def _check_size(self, out: bytes) -> bytes:
        self._given += len(out)
        if self._given > max(_ALWAYS_ALLOWED, self._received * _MAX_RATIO):
            raise DecompressionError(
                f"decompression bomb: the body is more than {_MAX_RATIO} times as large when decompressed"
            )
        return out

    def finish(self) -> None:
        """Check that the body is complete.

        Raises:
            TruncatedBodyError: The body is truncated.
        """
        if self._received and not self._decoder.eof:
            raise TruncatedBodyError("the compressed body is truncated")
