"""JSON lines: one record a line, an object from field name to value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator import strictjson
from orionclient.emulator.formats.molblock import check_block
from orionclient.emulator.formats.records import (
    MAX_RECORD,
    SDF,
    MalformedError,
    Record,
    check_name,
    is_molecule,
    read_lines,
)
from orionclient.emulator.formats.smiles import check_smiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator.formats.records import LineReader


def read(file: LineReader) -> Iterator[Record]:
    """The records of a file; blank lines do not count."""
    for number, line in read_lines(file, MAX_RECORD):
        if line.strip(" \t\r"):
            yield parse(number, line)


def parse(number: int, line: str) -> Record:
    """The record in a line."""
    try:
        record = strictjson.loads(line)
        return check_record(record)
    except ValueError as error:
        raise MalformedError(number, f"The line is no record: {error}.") from None


def check_record(record: Any) -> Record:
    """Reject what is no record; molecules must be molecules.

    Raises:
        ValueError: The message is the end of a sentence.
    """
    if not isinstance(record, dict):
        raise ValueError("a record is a JSON object")  # noqa: TRY004 - a matter of the text, not of the code
    for name, value in record.items():
        check_name(name)
        if not is_molecule(value):
            continue
        if not isinstance(value["text"], str):
            raise ValueError(f"the molecule {name!r} has no text")  # noqa: TRY004
        try:
            (check_block if value["format"] == SDF else check_smiles)(value["text"])
        except ValueError as error:
            raise ValueError(f"the molecule {name!r} is no {value['format']}: {error}") from None
    return record


def write(records: Iterable[tuple[int, Record]], fields: list[str] | None) -> Iterator[bytes]:
    """One record a line."""
    for _, record in records:
        yield strictjson.dumps(select(record, fields)).encode() + b"\n"


def select(record: Record, fields: list[str] | None) -> Record:
    """The chosen fields in the chosen order; all without a choice."""
    return record if fields is None else {name: record[name] for name in fields if name in record}
