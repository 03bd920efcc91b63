"""The `binary` format of the local Orion (the platform's contains OERecords, which only licensed toolkits can read).

    ORIONREC1
    one record per line as JSON
    END <number of records> <SHA-256 of every byte before this line, in hexadecimal>

The last line reveals a truncated or modified container.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from orionclient.emulator._formats import jsonlines
from orionclient.emulator._formats.records import MalformedError, Record, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator._formats.records import LineReader

_MAGIC = "ORIONREC1"


def read(file: LineReader) -> Iterator[Record]:
    """Yield the records of a container, then verify its last line."""
    digest = hashlib.sha256()
    count, ended, number = 0, False, 0
    for number, line in read_lines(file):
        if ended:
            raise MalformedError(number, "The container has data after its END line.")
        if number == 1 and line != _MAGIC:
            raise MalformedError(1, f"The file is not a record container: it does not start with {_MAGIC}.")
        if line.startswith("END "):
            if line != f"END {count} {digest.hexdigest()}":
                raise MalformedError(number, "The container was modified: its END line does not match its records.")
            ended = True
            continue
        digest.update(line.encode() + b"\n")
        if number > 1:
            count += 1
            yield jsonlines.parse(number, line)
    if not ended:
        raise MalformedError(max(number, 1), "The container is truncated: its END line is missing.")


def write(records: Iterable[tuple[int, Record]], fields: list[str] | None) -> Iterator[bytes]:
    """Yield the bytes of a container with the records."""
    start = f"{_MAGIC}\n".encode()
    digest = hashlib.sha256(start)
    yield start
    count = 0
    for line in jsonlines.write(records, fields):
        count += 1
        digest.update(line)
        yield line
    yield f"END {count} {digest.hexdigest()}\n".encode()
