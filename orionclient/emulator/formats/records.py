"""Records and what every format needs: values, molecules, lines of a file, and the two ways to fail."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from orionclient.emulator import strictjson

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]

TITLE = "Title"
MOLECULE = "Molecule"
SDF, SMILES = "sdf", "smiles"

# Bounds of the memory that one line and one record can take.
MAX_LINE = 1024 * 1024
MAX_RECORD = 16 * 1024 * 1024
MAX_NAME = 255


class MalformedError(ValueError):
    """Text that is not what its format says.

    Args:
        line: Where reading failed, counted from 1.
        message: A sentence without the line number.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class ConversionError(ValueError):
    """A record that a format cannot hold; the message is a sentence."""


class LineReader(Protocol):
    """An open file, or what decompresses one."""

    def readline(self, size: int, /) -> bytes:
        """Read a line, or its first `size` bytes."""
        ...


def make_molecule(form: str, text: str) -> Record:
    """A molecule as a value of a field."""
    return {"format": form, "text": text}


def is_molecule(value: Any, form: str | None = None) -> bool:
    """Whether a value is a molecule (of one format)."""
    return (
        isinstance(value, dict)
        and value.keys() == {"format", "text"}
        and value["format"] in (SDF, SMILES)  # a tuple: the value may be a list
        and (form is None or value["format"] == form)
    )


def check_name(name: str) -> None:
    """Reject field names that no filter could name."""
    if not 1 <= len(name) <= MAX_NAME:
        raise ValueError(f"a field name has {len(name)} characters; 1 to {MAX_NAME} are allowed")


def format_scalar(value: Any) -> str:
    """A value that is no SDF structure as text: text as it is, SMILES as it is, everything else as JSON."""
    if isinstance(value, str):
        return value
    if is_molecule(value, SMILES):
        return str(value["text"])
    return strictjson.dumps(value)


def pick_molecule(record: Record, form: str, fields: list[str] | None) -> str | None:
    """Name of the field whose molecule a format of one structure a record takes: chosen fields first, then `Molecule`."""
    names = [*(fields or ()), MOLECULE, *record]
    return next((name for name in names if is_molecule(record.get(name), form)), None)


def read_lines(file: LineReader, most: int = MAX_LINE) -> Iterator[tuple[int, str]]:
    """The lines of a file with their numbers, without their endings. A byte order mark at the start is left out."""
    number = 0
    while True:
        number += 1
        try:
            data = file.readline(most + 2)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise MalformedError(number, "The file is not valid gzip from here on: it is damaged or was cut.") from None
        if not data:
            return
        if len(data) > most and len(data.rstrip(b"\r\n")) > most:
            raise MalformedError(number, f"The line has more than {most} bytes.")
        yield number, _decode(number, data)


def _decode(number: int, data: bytes) -> str:
    if number == 1:
        data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(number, f"The line is not UTF-8: {error.reason} at byte {error.start + 1}.") from None
    return text.removesuffix("\n").removesuffix("\r")
