"""The CSV format: a header and one record per row; columns named `smiles` are molecules, all others strings.

The separator is that of a line `sep=;`, as Excel knows it, or the one in the header: comma, semicolon, tab or bar.

Values are written unchanged. Spreadsheets treat a cell that starts with `=` as a formula; escaping it would corrupt the value for all
other programs.
"""

from __future__ import annotations

import csv
import re
from itertools import chain
from typing import TYPE_CHECKING

from orionclient.emulator._formats.records import (
    BLANKS,
    MAX_RECORD,
    SDF,
    SMILES,
    MalformedError,
    Record,
    check_name,
    format_cell,
    is_molecule,
    read_lines,
)
from orionclient.emulator._formats.smiles import parse_smiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator._formats.records import LineReader, Records

_Line = tuple[int, str]

_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'sep=([^" \r\n])[\r\n]*', re.IGNORECASE)
# Cells in quotes: those with a separator of any program, and those that a reader would change at the start of a line or the end of a file.
_QUOTED = re.compile(rf'["\r\n\0\x1a{_SEPARATORS}]|^[ \ufeff]|^sep=', re.IGNORECASE)
# Messages of the csv module that say too little.
_REASONS = {"unexpected end of data": "a quote is not closed", "new-line": "a carriage return outside quotes"}


def read(file: LineReader) -> Iterator[Record]:
    """Yield the records of a CSV file. An empty cell of a molecule or unnamed column means that the record has no such field."""
    # The limit is one of the process; it is never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    rows = _read_rows(file)
    line, header = next(rows, (1, []))
    names = _name_columns(line, header)
    for count, (line, row) in enumerate(rows, 1):
        if len(row) != len(header):
            raise MalformedError(
                line, f"Record {count} has {len(row)} values, but the header has {len(header)} columns."
            )
        record: Record = {}
        for given, name, value in zip(header, names, row, strict=True):
            if not _is_smiles(given):
                if given or value:
                    record[name] = value
            elif content := value.strip(BLANKS):
                try:
                    record[name] = parse_smiles(content)
                except ValueError as error:
                    raise MalformedError(line, f"Record {count}: {error}.") from None
        yield record


def _read_rows(file: LineReader) -> Iterator[tuple[int, list[str]]]:
    lines = read_lines(file, keep_ends=True)
    separator = ""
    try:
        head = _take_row(lines)
        if head and (found := _SEPARATOR_LINE.fullmatch(head[-1][1])):
            separator, head = found[1], _take_row(lines)
    except MalformedError as error:
        raise MalformedError(error.line, f"The header is not valid: {error.message}") from None
    first = _take_row(lines)
    separator = separator or _detect_separator(head, first)
    line = head[0][0] - 1 if head else 0
    size = 0

    def limit_rows() -> Iterator[str]:
        nonlocal line, size
        for line, content in chain(head, first, lines):
            size += len(content)
            if size > MAX_RECORD:
                raise MalformedError(line, f"{_name_row(count)} has more than {MAX_RECORD} characters.")
            yield content

    # Some programs write a blank after each separator.
    outside = _remove_quoted(head)
    has_blanks = separator in outside and outside.count(separator) == outside.count(f"{separator} ")
    reader = csv.reader(limit_rows(), delimiter=separator, skipinitialspace=has_blanks, strict=True)
    count = 0
    while True:
        size, start = 0, line + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = next((better for words, better in _REASONS.items() if words in str(error)), str(error))
            raise MalformedError(
                line, f"{_name_row(count)}, which starts in line {start}, is not valid CSV: {reason}."
            ) from None
        if row:
            yield start, row
            count += 1


def _name_row(count: int) -> str:
    return f"Record {count}" if count else "The header"


def _take_row(lines: Iterator[_Line]) -> list[_Line]:
    """Return the next lines up to the end of a row that is not blank."""
    row: list[_Line] = []
    size = quotes = 0
    for line, content in lines:
        row.append((line, content))
        size += len(content)
        quotes += content.count('"')
        if (quotes % 2 == 0 and content.strip("\r\n")) or size > MAX_RECORD:
            break
    return row


def _remove_quoted(row: list[_Line]) -> str:
    return re.sub('"[^"]*"', '"', "".join(content for _, content in row))


def _detect_separator(head: list[_Line], first: list[_Line]) -> str:
    """Return the separator that the header has outside quotes; of several, the one that suits the header and the first row."""
    outside = _remove_quoted(head)
    found = [separator for separator in _SEPARATORS if separator in outside]
    if len(found) > 1:
        lines = [content for _, content in (*head, *first)]
        grades = {separator: _grade_separator(lines, separator) for separator in found}
        found = [separator for separator in found if grades[separator] == max(grades.values())]
    if len(found) > 1:
        known = " or ".join(map(repr, found))
        raise MalformedError(head[-1][0], f"The header may be separated by {known}; add the line 'sep=,' before it.")
    return found[0] if found else ","


def _grade_separator(lines: list[str], separator: str) -> int:
    """Return 0 if header and first row differ in length, 1 if they do not, 2 if there is also a column of molecules."""
    try:
        header, *rows = (row for row in csv.reader(lines, delimiter=separator, strict=True) if row)
    except csv.Error:
        return 0
    return int(all(len(row) == len(header) for row in rows)) * (1 + any(map(_is_smiles, header)))


def _is_smiles(column: str) -> bool:
    return column.strip(BLANKS).lower() == SMILES


def _name_columns(line: int, header: list[str]) -> list[str]:
    """Check the names of the columns; those without one are called as pandas does, for example `Unnamed: 0`."""
    if not any(header):
        raise MalformedError(line, "The file has no header.")
    names = list(header)
    for index, name in enumerate(header):
        if not name:
            names[index] = f"Unnamed: {index}"
            while names[index] in header:
                names[index] += ".1"
        elif header.count(name) > 1:
            raise MalformedError(line, f"The header has a duplicate column {name!r}.")
        try:
            check_name(names[index])
        except ValueError as error:
            raise MalformedError(line, f"The header is not valid: {error}.") from None
    return names


def write(records: Records, fields: list[str] | None) -> Iterator[bytes]:
    """Yield the records as CSV; without `fields`, all fields except SDF structures, in the order of first occurrence."""
    columns = list(dict.fromkeys(fields)) if fields is not None else _collect_columns(records())
    if columns:
        yield _format_row(columns)
        for _, record in records():
            yield _format_row([format_cell(record, name) for name in columns])


def _format_row(cells: list[str]) -> bytes:
    # The csv module leaves a carriage return without quotes.
    quoted = ['"{}"'.format(cell.replace('"', '""')) if _QUOTED.search(cell) else cell for cell in cells]
    return (",".join(quoted) or '""').encode() + b"\n"


def _collect_columns(records: Iterable[tuple[int, Record]]) -> list[str]:
    names: dict[str, None] = {}
    for _, record in records:
        names.update((name, None) for name, value in record.items() if not is_molecule(value, SDF))
    return list(names)
