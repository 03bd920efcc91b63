"""Functions that read and write records in the contract's formats, which are implemented in `formats/`.

Decisions where the formats leave a choice:

- Text is UTF-8, or UTF-16 with a byte order mark. The mark, and Ctrl-Z and NULs at the end of the file, are ignored. White space is
  blank and tab alone, and lines end in LF or CRLF. A structure file without records is rejected; an empty `json` or `binary` file gives
  an empty dataset.
- SDF: duplicate data items, and data items named `Title` or `Molecule`, are rejected, because a record cannot have two fields of one
  name. The name of a data item ends at the last `>`. Its value ends at an empty line, or at `$$$$`; any other line belongs to it, as in
  RDKit. Only a line of blanks before what looks like the next data item is rejected, because programs disagree about it.
- SMILES: the title is the rest of the line, without the blanks around it. A header is one that starts with the word SMILES; if it has
  more than two columns, the second is the title and the others are fields. One is written if the records have other fields.
- CSV: a column named `smiles` (case-insensitive) is a molecule; an empty cell in it means no molecule. A column without a name is called
  `Unnamed: 0`, counted from 0, as by pandas, and a record has no field for its empty cells.
- No structures are computed: converting between SMILES and SDF is rejected.
- A format is named by the usual extensions of its files (case-insensitive); a trailing `.gz` means gzip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.emulator._formats import container, jsonlines, sdf, smiles, table
from orionclient.emulator._formats.compression import ContentTooLargeError, DecompressedStream, compress
from orionclient.emulator._formats.records import (
    ConversionError,
    LineError,
    LineReader,
    MalformedError,
    Record,
    Records,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = [
    "ContentTooLargeError",
    "ConversionError",
    "MalformedError",
    "Record",
    "Records",
    "UnknownFormatError",
    "get_format",
    "read",
    "write",
]

_READERS: dict[str, Callable[[LineReader], Iterator[Record]]] = {
    "sdf": sdf.read,
    "smi": smiles.read,
    "csv": table.read,
    "json": jsonlines.read,
    "binary": container.read,
}
# Alternative extensions of the same formats.
_ALIASES = {
    "sd": "sdf",
    "mol": "sdf",
    "smiles": "smi",
    "ism": "smi",
    "jsonl": "json",
    "ndjson": "json",
    "oedb": "binary",
    "bin": "binary",
}
_STRUCTURE_FORMATS = frozenset({"sdf", "smi", "csv"})


class UnknownFormatError(ValueError):
    """An unknown format; the message names the known ones."""


def get_format(name: str) -> tuple[str, bool]:
    """Return the format of a file extension, and whether it is compressed with gzip.

    Raises:
        UnknownFormatError: The format is unknown.
    """
    extension = name.lower()
    base = extension.removesuffix(".gz")
    form = _ALIASES.get(base, base)
    if form not in _READERS:
        known = ", ".join([*_READERS, *_ALIASES])
        raise UnknownFormatError(
            f"Unknown format {name[:100]!r}; known formats are {known}, each also with .gz for gzip."
        )
    return form, base != extension


def read(path: Path, name: str, limit: int) -> Iterator[Record]:
    """Yield the records of a file, with constant memory use.

    Raises:
        MalformedError: The file is not valid in its format.
        ContentTooLargeError: The file decompresses to more than `limit` bytes.
        UnknownFormatError: The format is unknown.
    """
    form, compressed = get_format(name)
    count = 0
    with path.open("rb") as file:
        try:
            for record in _READERS[form](DecompressedStream(file, limit) if compressed else file):
                yield record
                count += 1
        except LineError as error:
            raise MalformedError(error.line, f"Record {count + 1}: {error.message}") from None
    if not count and form in _STRUCTURE_FORMATS:
        raise MalformedError(1, "The file has no records.")


def write(name: str, records: Records, fields: list[str] | None) -> Iterator[bytes]:
    """Yield the bytes of a file with the records.

    Args:
        name: The format.
        records: Returns the records; called once per pass.
        fields: Names of the fields to write, in order. If None, all fields.

    Raises:
        ConversionError: The format cannot represent a record.
        UnknownFormatError: The format is unknown.
    """
    form, compressed = get_format(name)
    tables = {"csv": table.write, "smi": smiles.write}
    writers = {"sdf": sdf.write, "json": jsonlines.write, "binary": container.write}
    chunks = tables[form](records, fields) if form in tables else writers[form](records(), fields)
    return compress(chunks) if compressed else chunks
