"""The SDF format: molblocks are stored verbatim, data items become fields.

A file must end with the `$$$$` of its last record or with the `M  END` of a single molblock (a MOL file). Any other end is treated as
truncation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from orionclient.emulator._formats.molblock import LineCursor, check_molblock
from orionclient.emulator._formats.records import (
    BLANKS,
    MAX_RECORD,
    MOLECULE,
    SDF,
    TITLE,
    ConversionError,
    MalformedError,
    Record,
    check_name,
    format_scalar,
    is_molecule,
    make_molecule,
    pick_molecule,
    read_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator._formats.records import LineReader

_END = "M  END"
_DELIMITER = "$$$$"
_BREAKS = re.compile(r"[\r\n\0]")
# The name may contain angle brackets: it ends at the last one.
_HEADER = re.compile(r">[^<]*<(.*)>[^>]*")


def read(file: LineReader) -> Iterator[Record]:
    """Yield the records of an SD file."""
    reader = _Reader(read_lines(file))
    while record := reader.record():
        yield record


class _Reader:
    """Reads the records of an SD file line by line."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._number = 0  # number of the line read last
        self._count = 0
        self._title = ""
        self._size = 0

    def _next(self) -> str | None:
        self._number, line = next(self._lines, (self._number, None))
        if line is None:
            return None
        self._size += len(line) + 1
        if self._size > MAX_RECORD:
            self._fail(f"has more than {MAX_RECORD} characters")
        if "\r" in line or "\0" in line:
            self._fail("contains a carriage return or a NUL inside a line")
        return line

    def _fail(self, message: str, line: int | None = None) -> NoReturn:
        name = f"record {self._count} ({self._title[:60]})" if self._title else f"record {self._count}"
        raise MalformedError(line or self._number, f"{name[0].upper()}{name[1:]} {message}.")

    def record(self) -> Record | None:
        """Read the next record; returns None at the end of the file."""
        self._size = 0
        self._count += 1
        self._title = ""
        head = self._head()
        if head is None:
            return None
        self._title = head[0]
        first = self._number - len(head) + 1
        text = self._molblock(head, first)
        record: Record = {TITLE: self._title, MOLECULE: make_molecule(SDF, text)}
        self._data(record)
        return record

    def _head(self) -> list[str] | None:
        head: list[str] = []
        while len(head) < 4 and (line := self._next()) is not None:
            head.append(line)
        if any(line.strip(BLANKS) for line in head):
            return head
        # Only blank lines may follow the last record.
        while (line := self._next()) is not None:
            if line.strip(BLANKS):
                self._fail("starts with blank lines and then has other lines")
        return None

    def _molblock(self, head: list[str], first: int) -> str:
        lines = head
        if any(line.startswith(_DELIMITER) for line in head):
            self._fail("has no molblock", first)
        header = 0
        while lines[-1].rstrip(BLANKS) != _END:
            line = self._next()
            if line is None and not header:
                self._fail("is truncated: M  END is missing")
            if line is None or line.startswith(_DELIMITER):
                self._fail("has no M  END before its data items", header)
            # The label of an atom can have the form of such a header, too.
            if not header and _HEADER.fullmatch(line):
                header = self._number
            lines.append(line)
        try:
            check_molblock(LineCursor(lines))
        except MalformedError as error:
            self._fail(error.message, first + error.line - 1)
        return "\n".join([*lines[:-1], _END])

    def _data(self, record: Record) -> None:
        line = self._next()
        while line is not None:
            if line.startswith(_DELIMITER):
                return
            line = self._item(line, record) if line.strip(BLANKS) else self._next()
        if self._count > 1 or len(record) > 2:
            self._fail("is truncated: $$$$ is missing")

    def _item(self, header: str, record: Record) -> str | None:
        # Returns the line after the item.
        match = _HEADER.fullmatch(header)
        if match is None:
            self._fail(f"has the line {header[:60]!r} where a data item header like '> <NAME>' is expected")
        name = match[1]
        try:
            check_name(name)
        except ValueError as error:
            self._fail(str(error))
        if name in record:
            known = "is reserved for a field of every record" if name in {TITLE, MOLECULE} else "is a duplicate"
            self._fail(f"has a data item named {name!r}, which {known}")
        lines: list[str] = []
        follower = self._value(name, lines)
        record[name] = "\n".join(lines)
        return follower

    def _value(self, name: str, lines: list[str]) -> str | None:
        # An empty line ends the value; RDKit writes values with lines of blanks in them.
        while line := self._next():
            if line.startswith(_DELIMITER):
                while lines and not lines[-1].strip(BLANKS):
                    lines.pop()
                return line
            if line[0] == ">" and lines and not lines[-1].strip(BLANKS) and _HEADER.fullmatch(line):
                self._fail(f"has a line of blanks before {line[:60]!r}; only an empty line ends the data item {name!r}")
            lines.append(line)
        if line is None:
            self._fail(f"is truncated within the data item {name!r}")
        return self._next()


def write(records: Iterable[tuple[int, Record]], fields: list[str] | None) -> Iterator[bytes]:
    """Yield the records as SDF: the stored molblock with the record's title, and the other fields as data items.

    `fields` selects data items; the structure and the title are always written.
    """
    mark = "\ufeff"
    for number, record in records:
        try:
            written = _format_value(record, fields)
        except ConversionError as error:
            raise ConversionError(f"Record {number} cannot be written as SDF: {error}.") from None
        # A reader drops one byte order mark at the start of the file, but not that of the first title.
        yield (mark + written if written.startswith(mark) else written).encode()
        mark = ""


def _format_value(record: Record, fields: list[str] | None) -> str:
    structure = pick_molecule(record, SDF, fields)
    if structure is None:
        raise ConversionError(
            "it has no SDF structure, and converting SMILES needs a chemistry toolkit, which the local Orion lacks"
        )
    first, _, rest = str(record[structure]["text"]).removesuffix("\n").partition("\n")
    parts = [f"{_format_title(record, first)}\n{rest}\n"]
    names = [name for name in dict.fromkeys(record if fields is None else fields) if name not in {TITLE, structure}]
    parts.extend(_format_data_item(name, record[name]) for name in names if record.get(name) is not None)
    return "".join([*parts, f"{_DELIMITER}\n"])


def _format_title(record: Record, otherwise: str) -> str:
    value = record.get(TITLE)
    if value is None or is_molecule(value):
        return otherwise
    title = format_scalar(value)
    if _BREAKS.search(title) or title.startswith(_DELIMITER):
        raise ConversionError("its title contains a line break or starts with $$$$")
    return title


def _format_data_item(name: str, value: object) -> str:
    if is_molecule(value, SDF):
        raise ConversionError(f"it has a second structure, {name!r}; select the fields to write")
    if name == MOLECULE or _BREAKS.search(name):
        raise ConversionError(f"{name[:60]!r} is not a valid name of a data item")
    text = format_scalar(value)
    lines = text.split("\n") if text else []
    if any(_ends_data_item(before, line) for before, line in zip(["", *lines], lines, strict=False)):
        raise ConversionError(f"the value of {name[:60]!r} has a line that would end the data item")
    return "".join(f"{line}\n" for line in [f">  <{name}>", *lines, ""])


def _ends_data_item(before: str, line: str) -> bool:
    # After a line of blanks, a reader may take the header of a data item for the next one.
    after_blanks = before and not before.strip(BLANKS)
    is_broken = not line or "\r" in line or "\0" in line
    return is_broken or line.startswith(_DELIMITER) or bool(after_blanks and _HEADER.fullmatch(line))
