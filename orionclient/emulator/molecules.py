"""Reading and writing records in every format of the contract; the formats themselves are in `formats/`.

Decisions, where the formats leave a choice:

- Text is UTF-8 (a byte order mark is tolerated). A file of structures without records is refused, an empty `json` or
  `binary` file gives an empty dataset.
- SDF: two data items of one name, and data items called `Title` or `Molecule`, are refused, because a record could not
  tell them apart. A value line like `>50` is a value; one that reads as the head of a data item is refused.
- CSV: a column called `smiles` in any case is a molecule; an empty cell in it means none.
- Nothing computes a structure: SMILES to SDF and back are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from orionclient.emulator.formats import container, jsonlines, sdf, smiles, table
from orionclient.emulator.formats.records import ConversionError, MalformedError, Record

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ConversionError", "MalformedError", "Record", "Records", "read", "write"]

# Called once for every pass over the records; each comes with its id, for error messages.
Records = Callable[[], Iterable[tuple[int, Record]]]

_READERS: dict[str, Callable[[Path], Iterator[Record]]] = {
    "sdf": sdf.read,
    "smi": smiles.read,
    "csv": table.read,
    "json": jsonlines.read,
    "binary": container.read,
}
_OF_STRUCTURES = frozenset({"sdf", "smi", "csv"})


def read(path: Path, form: str) -> Iterator[Record]:
    """The records of a file, one after the other; memory stays flat.

    Raises:
        MalformedError: The file is not what its format says.
    """
    empty = True
    for record in _READERS[form](path):
        empty = False
        yield record
    if empty and form in _OF_STRUCTURES:
        raise MalformedError(1, "The file holds no records.")


def write(form: str, records: Records, fields: list[str] | None) -> Iterator[bytes]:
    """Records as the bytes of a file; `fields` chooses and orders them.

    Raises:
        ConversionError: The format cannot hold a record.
    """
    if form == "csv":
        return table.write(records, fields)
    writers = {"sdf": sdf.write, "smi": smiles.write, "json": jsonlines.write, "binary": container.write}
    return writers[form](records(), fields)
