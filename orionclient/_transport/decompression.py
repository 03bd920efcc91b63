"""Decompression of response bodies in small chunks, with a limit against decompression bombs."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CHUNK_SIZE: Final = 64 * 1024
# Maximum compression ratio; ordinary content stays far below it. Small bodies are exempt.
_MAX_RATIO: Final = 200
_ALWAYS_ALLOWED: Final = 16 << 20
_ENCODINGS: Final = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class DecompressionError(Exception):
    """The body cannot be decompressed; the message gives the reason and quotes no content."""


class TooLargeError(DecompressionError):
    """The body exceeds the maximum size."""


class TruncatedBodyError(DecompressionError):
    """The compressed body is truncated or damaged."""


class Decompressor:
    """Decompresses one body.

    Args:
        encodings: Values of the `Content-Encoding` headers.

    Raises:
        DecompressionError: The encoding was not requested.
    """

    def __init__(self, encodings: Iterable[str]) -> None:
        named = [name.strip().lower() for value in encodings for name in value.split(",")]
        used = [name for name in named if name not in {"", "identity"}]
        # A body of a few bytes that is compressed twice can decompress to terabytes.
        if len(used) > 1 or not _ENCODINGS.keys() >= set(used):
            raise DecompressionError(f"unsupported Content-Encoding {', '.join(used)!r:.60}")
        self._form = _ENCODINGS[used[0]] if used else None
        self._decoder: Any = None if self._form is None else zlib.decompressobj(self._form)
        self._received = 0
        self._given = 0

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
                # Another compressed body follows, as the format allows.
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
