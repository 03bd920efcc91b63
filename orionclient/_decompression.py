"""Packed bodies of responses, decompressed in small chunks, so that a few bytes can fill neither the memory nor the disk."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CHUNK_SIZE: Final = 64 * 1024
# Text that packs better than this is made to do so; what is small may.
_MAX_RATIO: Final = 200
_ALWAYS_ALLOWED: Final = 16 << 20
_ENCODINGS: Final = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class DecompressionError(Exception):
    """A compressed body that is not decompressed; the text says why and quotes nothing."""


class TooLargeError(DecompressionError):
    """The body is larger than what is read at once."""


class TruncatedBodyError(DecompressionError):
    """A compressed body that ends too early or is damaged."""


class Decompressor:
    """Unpacks one body.

    Args:
        encodings: Values of the headers `Content-Encoding`.

    Raises:
        UnpackingError: It is compressed in a way that was not asked for.
    """

    def __init__(self, encodings: Iterable[str]) -> None:
        named = [name.strip().lower() for value in encodings for name in value.split(",")]
        used = [name for name in named if name not in {"", "identity"}]
        # Packed twice, a body of a few bytes decompresses to terabytes.
        if len(used) > 1 or not _ENCODINGS.keys() >= set(used):
            raise DecompressionError("the body is compressed in a way that was not asked for")
        self._form = _ENCODINGS[used[0]] if used else None
        self._decoder: Any = None if self._form is None else zlib.decompressobj(self._form)
        self._received = 0
        self._given = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Unpack what came.

        Args:
            chunk: The next bytes of the body.

        Yields:
            What is in them, at most 64 KiB at a time.

        Raises:
            CutError: The body is broken.
            UnpackingError: It decompresses to far more than any honest one.
        """
        if self._form is None:
            yield chunk
            return
        if self._form == zlib.MAX_WBITS and not self._received and chunk and (chunk[0] & 15 != 8):
            # Some servers leave out the head of the format.
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
                # Harm on the way, most likely: it may come whole the next time.
                raise TruncatedBodyError("the compressed body is broken") from None
            if not rest and not out:
                return
            rest = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail
            if out:
                yield self._counted(out)

    def _counted(self, out: bytes) -> bytes:
        self._given += len(out)
        if self._given > max(_ALWAYS_ALLOWED, self._received * _MAX_RATIO):
            raise DecompressionError(
                f"the compressed body is more than {_MAX_RATIO} times as large decompressed and is not read"
            )
        return out

    def finish(self) -> None:
        """Tell that the body has ended.

        Raises:
            CutError: It ended too early.
        """
        if self._received and not self._decoder.eof:
            raise TruncatedBodyError("the compressed body ends too early")
