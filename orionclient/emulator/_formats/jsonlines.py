"""The JSON Lines format: one record per line, as an object of field names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._formats.molblock import check_block
from orionclient.emulator._formats.records import (
    BLANKS,
    SDF,
    LineError,
    Record,
    check_name,
    is_molecule,
    read_lines,
)
from orionclient.emulator._formats.smiles import check_smiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator._formats.records import LineReader


def read(file: LineReader) -> Iterator[Record]:
    """Yield the records of a file; blank lines are skipped."""
    for number, line in read_lines(file):
        if line.strip(BLANKS):
            yield parse(number, line)


def parse(number: int, line: str) -> Record:
    """Parse the record in a line."""
    try:
        record = _strictjson.loads(line)
        return check_record(record)
    except ValueError as error:
        raise LineError(number, f"The line is not a valid record: {error}.") from None


def check_record(record: Any) -> Record:
    """Validate a record and its molecules.

    Raises:
        ValueError: The record is not valid.
    """
    if not isinstance(record, dict):
        raise ValueError("a record must be a JSON object")  # noqa: TRY004 - an error in the data, not in the code
    for name, value in record.items():
        check_name(name)
        if not is_molecule(value):
            continue
        if not isinstance(value["text"], str):
            raise ValueError(f"the text of the molecule {name!r} is not a string")  # noqa: TRY004
        try:
            (check_block if value["format"] == SDF else check_smiles)(value["text"])
        except ValueError as error:
            raise ValueError(f"the molecule {name!r} is not valid {value['format']}: {error}") from None
    return record


def write(records: Iterable[tuple[int, Record]], fields: list[str] | None) -> Iterator[bytes]:
    """Yield the records, one line each."""
    for _, record in records:
        yield _strictjson.dumps(select(record, fields)).encode() + b"\n"


def select(record: Record, fields: list[str] | None) -> Record:
    """Return the selected fields in order; all fields if None."""
    return record if fields is None else {name: record[name] for name in fields if name in record}
