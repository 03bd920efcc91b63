"""Content that comes packed: taken apart as it comes, and an error where its end is missing, which the HTTP library does not tell."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Both forms of RFC 9110 that are asked for; zlib knows them by their first bytes.
ENCODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER: Final = 32 + zlib.MAX_WBITS
# So much is unpacked at once, however far a few bytes unfold.
_PIECE: Final = 1 << 20


class Unpacking:
    """Takes one packed content apart."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(_EITHER)
        self._began = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take what came.

        Args:
            data: The next bytes as they came.

        Yields:
            What they hold.

        Raises:
            zlib.error: They are damaged.
        """
        while data:
            if self._inner.eof:
                # One after the other is one content.
                self._inner = zlib.decompressobj(_EITHER)
            self._began = True
            piece = self._inner.decompress(data, _PIECE)
            data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            if piece:
                yield piece

    def end(self) -> None:
        """Say that nothing more comes.

        Raises:
            zlib.error: The end is missing.
        """
        if self._began and not self._inner.eof:
            raise zlib.error("the end is missing")
