"""Count the records of a dataset download while it is streamed."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, Protocol

from orionclient._resources.polling import refresh
from orionclient._transfer.expected import UnexpectedContentError
from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from orionclient._resources.resource import Resource
    from orionclient._transfer.content import Opener
    from orionclient._transport.response import Response

_MAGIC: Final = b"ORIONREC1\n"
_GZIP: Final = zlib.MAX_WBITS | 16
_BLOCK: Final = 1 << 20
# These formats may write a record with several conformers as several structures.
_MIN_RECORDS: Final = frozenset({"sdf", "smi"})


class ExpectedCount:
    """Expected number of records in a response, derived from the count of a dataset and the request's selection.

    Args:
        dataset: The dataset. If it is a handle without loaded fields, nothing is compared.
        offset: Number of records to skip. Defaults to 0.
        limit: Maximum number of records; None for all.
        record_ids: Ids of the selected records; None for all.
    """

    def __init__(
        self,
        dataset: Resource,
        *,
        offset: int | None = None,
        limit: int | None = None,
        record_ids: Sequence[int] | None = None,
    ) -> None:
        self._dataset, self._offset, self._limit = dataset, offset or 0, limit
        self._chosen = None if record_ids is None else len({int(record_id) for record_id in record_ids})
        self._initial = self._expected()
        self._refreshed = False

    def _expected(self) -> int | None:
        count = self._dataset._data.get("count") if self._chosen is None else self._chosen
        if not isinstance(count, int) or isinstance(count, bool):
            return None
        left = max(0, count - self._offset)
        return left if self._limit is None else min(left, self._limit)

    def check(self, found: int, *, at_least: bool = False) -> None:
        """Compare with the number of received records. On a mismatch, refresh the dataset once: records may have been added.

        Args:
            found: Number of records received.
            at_least: True also accepts more records than expected.

        Raises:
            UnexpectedContentError: The counts differ.
        """
        if self._initial is None or _is_within(found, self._initial, self._initial, at_least=at_least):
            return
        cause = None
        if not self._refreshed:
            self._refreshed = True
            try:
                refresh(self._dataset)
            except OrionError as error:
                cause = error
        now = self._expected()
        # While records are being added, any count between the two is valid.
        if now is None or _is_within(found, min(self._initial, now), max(self._initial, now), at_least=at_least):
            return
        message = f"incomplete content: received {found} records, {self._dataset._title()} has {now}"
        raise UnexpectedContentError(message) from cause

    def count_records(self, opener: Opener, format: str) -> Opener:  # noqa: A002 - as in `Dataset.download`
        """Wrap an opener so that the records of its body are counted and the count is checked at the end.

        Args:
            opener: Opens the response.
            format: Format of the body. If it is unknown, nothing is checked.

        Returns:
            The wrapped opener.
        """
        extension = format.lower()
        base = extension.removesuffix(".gz")
        known_format = _ALIASES.get(base, base)
        if known_format not in _COUNTERS:
            return opener

        def open_response(headers: Mapping[str, str]) -> Response:
            response = opener(headers)
            if response.status_code == 200:
                response.wrap_stream(self._count_stream(known_format, compressed=base != extension))
            return response

        return open_response

    def _count_stream(self, format: str, *, compressed: bool) -> Callable[[Iterator[bytes]], Iterator[bytes]]:  # noqa: A002
        def count_chunks(stream: Iterator[bytes]) -> Iterator[bytes]:
            counter = _COUNTERS[format]()
            if compressed:
                counter = _GzipCounter(counter)
            for chunk in stream:
                counter.update(chunk)
                yield chunk
            found = counter.finish()
            if found is not None:
                self.check(found, at_least=format in _MIN_RECORDS)

        return count_chunks


def _is_within(found: int, least: int, most: int, *, at_least: bool) -> bool:
    return least <= found and (at_least or found <= most)


class _Counter(Protocol):
    def update(self, chunk: bytes) -> None: ...

    def finish(self) -> int | None: ...


class _LineCounter:
    """Counts non-blank lines."""

    _count = 0
    # First non-blank byte of the current, unterminated line; empty if there is none.
    _line = b""

    def update(self, chunk: bytes) -> None:
        lines = chunk.split(b"\n")
        lines[0] = self._line + lines[0]
        self._line = lines.pop().lstrip()[:1]
        self._count += sum(map(bool, map(bytes.strip, lines)))

    def finish(self) -> int | None:
        return self._count + bool(self._line)


class _SdfCounter:
    """Counts the record terminators of an SD file."""

    _count, _tail = 0, b""

    def update(self, chunk: bytes) -> None:
        self._count += (self._tail + chunk).count(b"\n$$$$")
        self._tail = (self._tail + chunk[-4:])[-4:]

    def finish(self) -> int | None:
        return self._count


class _ContainerCounter(_LineCounter):
    """Counts the records of this client's own container format: all lines except the first and the last."""

    _start = b""

    def update(self, chunk: bytes) -> None:
        if len(self._start) < len(_MAGIC):
            self._start += chunk[: len(_MAGIC) - len(self._start)]
        if _MAGIC.startswith(self._start):
            super().update(chunk)

    def finish(self) -> int | None:
        # The record count of other containers is unknown.
        lines = super().finish()
        return max(0, lines - 2) if lines is not None and self._start == _MAGIC else None


class _CsvCounter:
    """Counts the rows of a CSV table except its header; a quoted line break does not end a row."""

    _rows, _quoted, _last = 0, False, b""

    def update(self, chunk: bytes) -> None:
        for index, segment in enumerate(chunk.split(b'"')):
            if index:
                self._quoted = not self._quoted
            if not self._quoted:
                self._rows += segment.count(b"\n")
        self._last = chunk[-1:] or self._last

    def finish(self) -> int | None:
        # An empty table has no header and no rows.
        return self._rows + (self._last != b"\n") - 1 if self._last else None


class _GzipCounter:
    """Counts the records of a gzip-compressed format in bounded memory; the count of a body that is not gzip is unknown."""

    def __init__(self, counter: _Counter) -> None:
        self._counter, self._gzip, self._is_gzip = counter, zlib.decompressobj(_GZIP), True

    def update(self, chunk: bytes) -> None:
        try:
            while chunk and self._is_gzip:
                self._counter.update(self._gzip.decompress(chunk, _BLOCK))
                chunk = self._gzip.unconsumed_tail
                if self._gzip.eof:
                    chunk, self._gzip = self._gzip.unused_data, zlib.decompressobj(_GZIP)
        except zlib.error:
            self._is_gzip = False

    def finish(self) -> int | None:
        if not self._is_gzip:
            return None
        self._counter.update(self._gzip.flush())
        return self._counter.finish()


# Alternative file extensions of the formats.
_ALIASES: Final = {
    "sd": "sdf", "mol": "sdf", "smiles": "smi", "ism": "smi", "jsonl": "json", "ndjson": "json", "oedb": "binary", "bin": "binary",
}  # fmt: skip
_COUNTERS: Final[Mapping[str, Callable[[], _Counter]]] = {
    "json": _LineCounter, "smi": _LineCounter, "sdf": _SdfCounter, "csv": _CsvCounter, "binary": _ContainerCounter,
}  # fmt: skip
