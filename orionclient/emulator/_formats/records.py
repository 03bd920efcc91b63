"""Record values, molecules, line reading and exceptions shared by all formats."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from orionclient.emulator import _strictjson

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]

TITLE = "Title"
MOLECULE = "Molecule"
SDF, SMILES = "sdf", "smiles"

# Limits for the memory of one line and one record, in bytes or characters.
MAX_LINE = 1024 * 1024
MAX_RECORD = 16 * 1024 * 1024
MAX_NAME = 255


class MalformedError(ValueError):
    """A file that is not valid in its format.

    Args:
        line: The line where reading failed, counted from 1.
        message: A sentence without the line number.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class ConversionError(ValueError):
    """A record that a format cannot represent."""


class LineReader(Protocol):
    """An open file or a decompressing stream."""

    def readline(self, size: int, /) -> bytes:
        """Read a line, or its first `size` bytes."""
        ...


def make_molecule(form: str, text: str) -> Record:
    """Return the field value of a molecule."""
    return {"format": form, "text": text}


def is_molecule(value: Any, form: str | None = None) -> bool:
    """Return whether a value is a molecule, in the given format if any."""
    return (
        isinstance(value, dict)
        and value.keys() == {"format", "text"}
        and value["format"] in (SDF, SMILES)  # a tuple: the value may be a list
        and (form is None or value["format"] == form)
    )


def check_name(name: str) -> None:
    """Reject field names that are empty or too long for a filter."""
    if not 1 <= len(name) <= MAX_NAME:
        raise ValueError(f"a field name must have 1 to {MAX_NAME} characters, not {len(name)}")


def format_scalar(value: Any) -> str:
    """Format a value other than an SDF structure: strings and SMILES unchanged, everything else as JSON."""
    if isinstance(value, str):
        return value
    if is_molecule(value, SMILES):
        return str(value["text"])
    return _strictjson.dumps(value)


def pick_molecule(record: Record, form: str, fields: list[str] | None) -> str | None:
    """Return the field with the molecule for a format of one structure per record: selected fields first, then `Molecule`."""
    names = [*(fields or ()), MOLECULE, *record]
    return next((name for name in names if is_molecule(record.get(name), form)), None)


def read_lines(file: LineReader, most: int = MAX_LINE) -> Iterator[tuple[int, str]]:
    """Yield the line numbers and lines of a file, without line endings and byte order mark."""
    number = 0
    while True:
        number += 1
        try:
            data = file.readline(most + 2)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise MalformedError(number, "The gzip data is damaged or truncated from here on.") from None
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
        raise MalformedError(
            number, f"The line is not valid UTF-8: {error.reason} at byte {error.start + 1}."
        ) from None
    return text.removesuffix("\n").removesuffix("\r")
