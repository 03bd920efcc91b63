"""The CSV format: a header and one record per row; columns named `smiles` are molecules, all others strings.

Values are written unchanged. Spreadsheets treat a cell that starts with `=` as a formula; escaping it would corrupt the value for all
other programs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from orionclient.emulator._formats.records import (
    SDF,
    SMILES,
    MalformedError,
    Record,
    check_name,
    format_scalar,
    is_molecule,
    make_molecule,
    read_lines,
)
from orionclient.emulator._formats.smiles import check_smiles

if TYPE_CHECKING:
    from orionclient.emulator._formats.records import LineReader

Records = Callable[[], Iterable[tuple[int, Record]]]


def read(file: LineReader) -> Iterator[Record]:
    """Yield the records of a CSV file. An empty cell of a molecule column means that the record has no such molecule."""
    rows = _read_rows(file)
    line, header = next(rows, (1, []))
    _check_header(line, header)
    for count, (number, row) in enumerate(rows, 1):
        if len(row) != len(header):
            raise MalformedError(
                number, f"Record {count} has {len(row)} values, but the header has {len(header)} columns."
            )
        yield _make_record(number, count, header, row)


def _read_rows(file: LineReader) -> Iterator[tuple[int, list[str]]]:
    # The csv module needs the line endings, because a quoted value can span several lines.
    lines = (f"{text}\n" for _, text in read_lines(file))
    reader = csv.reader(lines, strict=True)
    start = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise MalformedError(
                max(reader.line_num, 1), f"The row that starts in line {start} is not valid CSV: {error}."
            ) from None
        if row:
            yield start, row
        start = reader.line_num + 1


def _check_header(line: int, header: list[str]) -> None:
    if not header:
        raise MalformedError(line, "The file has no header.")
    for name in header:
        try:
            check_name(name)
        except ValueError as error:
            raise MalformedError(line, f"The header is not valid: {error}.") from None
        if header.count(name) > 1:
            raise MalformedError(line, f"The header has a duplicate column {name!r}.")


def _make_record(line: int, count: int, header: list[str], row: list[str]) -> Record:
    record: Record = {}
    for name, value in zip(header, row, strict=True):
        if name.lower() != SMILES:
            record[name] = value
        elif text := value.strip():
            try:
                check_smiles(text)
            except ValueError as error:
                raise MalformedError(line, f"Record {count}: {text[:60]!r} is not valid SMILES: {error}.") from None
            record[name] = make_molecule(SMILES, text)
    return record


def write(records: Records, fields: list[str] | None) -> Iterator[bytes]:
    """Yield the records as CSV; without `fields`, all fields except SDF structures, in the order of first occurrence."""
    columns = list(dict.fromkeys(fields)) if fields is not None else _collect_columns(records())
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if columns:
        writer.writerow(columns)
    for _, record in records():
        if columns:
            writer.writerow([_format_cell(record, name) for name in columns])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _collect_columns(records: Iterable[tuple[int, Record]]) -> list[str]:
    names: dict[str, None] = {}
    for _, record in records:
        names.update((name, None) for name, value in record.items() if not is_molecule(value, SDF))
    return list(names)


def _format_cell(record: Record, name: str) -> str:
    value = record.get(name)
    return "" if value is None or is_molecule(value, SDF) else format_scalar(value)
