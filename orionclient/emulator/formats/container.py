"""The `binary` format, our own (the original's holds OERecords, which only licensed toolkits read).

    ORIONREC1
    one record a line as JSON
    END <number of records> <SHA-256 of every byte before this line, in hexadecimal>

So a container that was cut or changed is known as such.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from orionclient.emulator.formats import jsonlines
from orionclient.emulator.formats.records import MAX_RECORD, MalformedError, Record, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator.formats.records import LineReader

_MAGIC = "ORIONREC1"


def read(file: LineReader) -> Iterator[Record]:
    """The records of a container; the last line is checked before the end."""
    digest = hashlib.sha256()
    count, ended, number = 0, False, 0
    for number, line in read_lines(file, MAX_RECORD):
        if ended:
            raise MalformedError(number, "The container goes on after its end.")
        if number == 1 and line != _MAGIC:
            raise MalformedError(1, f"The file is no container of records: it does not begin with {_MAGIC}.")
        if line.startswith("END "):
            if line != f"END {count} {digest.hexdigest()}":
                raise MalformedError(number, "The container was changed: its last line does not fit its records.")
            ended = True
            continue
        digest.update(line.encode() + b"\n")
        if number > 1:
            count += 1
            yield jsonlines.parse(number, line)
    if not ended:
        raise MalformedError(max(number, 1), "The container was cut: its last line is missing.")


def write(records: Iterable[tuple[int, Record]], fields: list[str] | None) -> Iterator[bytes]:
    """A container of the records."""
    start = f"{_MAGIC}\n".encode()
    digest = hashlib.sha256(start)
    yield start
    count = 0
    for line in jsonlines.write(records, fields):
        count += 1
        digest.update(line)
        yield line
    yield f"END {count} {digest.hexdigest()}\n".encode()
