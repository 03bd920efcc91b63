"""Record values, molecules, line reading and exceptions shared by all formats."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from orionclient.emulator import _strictjson

Record = dict[str, Any]
# Called once for every pass over the records; yields each with its id, for error messages.
Records = Callable[[], Iterable[tuple[int, Record]]]

TITLE = "Title"
MOLECULE = "Molecule"
SDF, SMILES = "sdf", "smiles"

# The white space of all formats. `str.strip` removes more, such as U+00A0 and U+0085, which belong to the data here.
BLANKS = " \t"
# Limit for the memory of one line and of one record, in bytes or characters.
MAX_RECORD = 16 * 1024 * 1024
MAX_NAME = 255
# Old programs and instruments end a file with Ctrl-Z or fill it up with NULs; between and after them, lines may be blank.
_PADDING = b"\0\x1a \t\r\n"
_MAX_PADDING_LINES = 1000


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


class LineError(MalformedError):
    """A line that cannot be read in any format; the message does not have the record."""


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


def format_cell(record: Record, name: str) -> str:
    """Format a field as a cell of a table, which is empty for structures and if the field is missing."""
    value = record.get(name)
    return "" if value is None or is_molecule(value, SDF) else format_scalar(value)


def pick_molecule(record: Record, form: str, fields: list[str] | None) -> str | None:
    """Return the field with the molecule for a format of one structure per record: selected fields first, then `Molecule`."""
    names = [*(fields or ()), MOLECULE, *record]
    return next((name for name in names if is_molecule(record.get(name), form)), None)


def read_lines(file: LineReader, *, keep_ends: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the line numbers and lines of a file, without line endings, byte order mark and padding at the end of the file."""
    padding: list[tuple[int, bytes]] = []
    for line, data in _read_lines(file):
        may_be_padding = (padding or b"\0" in data or b"\x1a" in data) and len(padding) < _MAX_PADDING_LINES
        if may_be_padding and not data.strip(_PADDING):
            padding.append((line, data))
            continue
        if padding:
            # Other lines follow, so these are data.
            for held, content in padding:
                yield held, _decode(held, content, keep_ends=keep_ends)
            padding.clear()
        yield line, _decode(line, data, keep_ends=keep_ends)


def _read_lines(file: LineReader) -> Iterator[tuple[int, bytes]]:
    line = 0
    while True:
        line += 1
        try:
            data = file.readline(MAX_RECORD + 2)
            if line == 1 and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                file = _Utf16Reader(file, data)
                data = file.readline(MAX_RECORD + 2)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise LineError(line, "The gzip data is damaged or truncated from here on.") from None
        except UnicodeDecodeError as error:
            raise LineError(line, f"The line is not valid UTF-16: {error.reason}.") from None
        if not data.endswith(b"\n"):
            data = data.rstrip(b"\0\x1a")
        if not data:
            return
        if len(data) > MAX_RECORD and len(data.rstrip(b"\r\n")) > MAX_RECORD:
            raise LineError(line, f"The line has more than {MAX_RECORD} bytes.")
        yield line, data


class _Utf16Reader:
    """The lines of a UTF-16 file as UTF-8.

    Args:
        file: The file.
        start: What was read from it already.
    """

    def __init__(self, file: LineReader, start: bytes) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-16")()
        self._decoded = self._decoder.decode(start)

    def readline(self, size: int) -> bytes:
        while "\n" not in self._decoded and len(self._decoded) < size:
            data = self._file.readline(size)
            self._decoded += self._decoder.decode(data, final=not data)
            if not data:
                break
        line, end, rest = self._decoded[:size].partition("\n")
        self._decoded = rest + self._decoded[size:]
        return (line + end).encode()


def _decode(line: int, data: bytes, *, keep_ends: bool) -> str:
    if line == 1:
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        decoded = data.decode()
    except UnicodeDecodeError as error:
        reason = f"{error.reason} at byte {error.start + 1}"
        raise LineError(line, f"The line is not valid UTF-8: {reason}; save the file as UTF-8.") from None
    # Some programs on Windows write CR CR LF.
    return decoded if keep_ends else decoded.removesuffix("\n").rstrip("\r")
