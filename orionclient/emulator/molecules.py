"""Reading and writing records in every format of the contract; the formats themselves are in `formats/`.

Decisions, where the formats leave a choice:

- Text is UTF-8 (a byte order mark is tolerated). A file of structures without records is rejected, an empty `json` or
  `binary` file gives an empty dataset.
- SDF: two data items of one name, and data items called `Title` or `Molecule`, are rejected, because a record could not
  tell them apart. A value line like `>50` is a value; one that reads as the head of a data item is rejected.
- CSV: a column called `smiles` in any case is a molecule; an empty cell in it means none.
- Nothing computes a structure: SMILES to SDF and back are rejected.
- A format goes by the usual endings of its files, in any case. `.gz` behind one is gzip of that format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from orionclient.emulator.formats import container, jsonlines, sdf, smiles, table
from orionclient.emulator.formats.compression import DecompressedStream, TooLargeError, compress
from orionclient.emulator.formats.records import ConversionError, LineReader, MalformedError, Record

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "ConversionError",
    "MalformedError",
    "Record",
    "Records",
    "TooLargeError",
    "UnknownFormatError",
    "get_format",
    "read",
    "write",
]

# Called once for every pass over the records; each comes with its id, for error messages.
Records = Callable[[], Iterable[tuple[int, Record]]]

_READERS: dict[str, Callable[[LineReader], Iterator[Record]]] = {
    "sdf": sdf.read,
    "smi": smiles.read,
    "csv": table.read,
    "json": jsonlines.read,
    "binary": container.read,
}
# Other endings of the same formats.
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
    """A format that cannot be read or written here; the message is a sentence that names those that can."""


def get_format(name: str) -> tuple[str, bool]:
    """The format that a name stands for, and whether it is compressed with gzip.

    Raises:
        UnknownFormatError: There is no such format here.
    """
    ending = name.lower()
    base = ending.removesuffix(".gz")
    form = _ALIASES.get(base, base)
    if form not in _READERS:
        known = ", ".join([*_READERS, *_ALIASES])
        raise UnknownFormatError(
            f"The format {name[:100]!r} is not known here; known are {known}, and each of them with .gz for gzip."
        )
    return form, base != ending


def read(path: Path, name: str, limit: int) -> Iterator[Record]:
    """The records of a file, one after the other; memory stays flat.

    Raises:
        MalformedError: The file is not what its format says.
        TooLargeError: It decompresses to more than `limit` bytes.
        UnknownFormatError: There is no such format here.
    """
    form, compressed = get_format(name)
    empty = True
    with path.open("rb") as file:
        for record in _READERS[form](DecompressedStream(file, limit) if compressed else file):
            empty = False
            yield record
    if empty and form in _STRUCTURE_FORMATS:
        raise MalformedError(1, "The file holds no records.")


def write(name: str, records: Records, fields: list[str] | None) -> Iterator[bytes]:
    """Records as the bytes of a file; `fields` chooses and orders them.

    Raises:
        ConversionError: The format cannot hold a record.
        UnknownFormatError: There is no such format here.
    """
    form, compressed = get_format(name)
    writers = {"sdf": sdf.write, "smi": smiles.write, "json": jsonlines.write, "binary": container.write}
    chunks = table.write(records, fields) if form == "csv" else writers[form](records(), fields)
    return compress(chunks) if compressed else chunks
