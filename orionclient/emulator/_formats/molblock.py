"""Syntax validation of V2000 and V3000 molblocks, without chemistry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from orionclient.emulator._formats.records import BLANKS, MalformedError

_SYMBOL = re.compile(r"[A-Z][A-Za-z0-9#]{0,2}|\*")
_COORDINATE = re.compile(r" *[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+) *")
# The usual form of an atom line; matching the whole line takes a third of the time of checking each column.
_USUAL_ATOM = re.compile(r"(?:(?= *-?[0-9]+\.)[ 0-9-]{5}\.[0-9]{4}){3} [A-Z][a-z ] ")
_V30 = "M  V30 "
_VERSION = re.compile(r"V[0-9]{4}", re.IGNORECASE)
_PROPERTIES = ("M  ", "A  ", "V  ", "G  ", "S  ")


@dataclass
class LineCursor:
    """The lines of a molblock from its title to `M  END`, and the position of the next line to read."""

    lines: list[str]
    at: int = 0

    def next(self, missing: str) -> str:
        """Return the next line, which must be before `M  END`."""
        if self.at >= len(self.lines) - 1:
            self.at = len(self.lines)
            self.fail(f"ends too early: {missing} expected")
        self.at += 1
        return self.lines[self.at - 1]

    def more(self) -> bool:
        """Skip blank lines, and return whether other lines are left before `M  END`."""
        while self.at < len(self.lines) - 1 and not self.lines[self.at].strip(BLANKS):
            self.at += 1
        return self.at < len(self.lines) - 1

    def fail(self, message: str) -> NoReturn:
        """Reject the line that was read last."""
        raise MalformedError(max(self.at, 1), message)


def check_molblock(block: LineCursor) -> None:
    """Validate a molblock.

    Raises:
        MalformedError: The molblock is not valid; its line counts from the first of the block, its message continues "Record 1 (...)".
    """
    if block.lines[-1].rstrip(BLANKS) != "M  END" or len(block.lines) < 5:
        block.at = len(block.lines)
        block.fail("has no complete molblock")
    block.at = 3
    counts = block.next("the counts line")
    found = _VERSION.search(counts)
    # Old programs write no version.
    version = found[0].upper() if found else "" if counts.strip(" 0123456789") else "V2000"
    if version == "V2000":
        _check_v2000(block, counts)
    elif version == "V3000":
        _check_v3000(block)
    else:
        block.fail("has a counts line that is neither in V2000 nor in V3000")


def check_block(text: str) -> None:
    """Validate the text of a molblock.

    Raises:
        ValueError: The molblock is not valid.
    """
    lines = text.removesuffix("\n").split("\n")
    if "M  END" in {line.rstrip(BLANKS) for line in lines[:-1]} or any(line.startswith("$$$$") for line in lines):
        raise ValueError("it has text after M  END")
    if "\r" in text or "\0" in text:
        raise ValueError("it contains a carriage return or a NUL")
    try:
        check_molblock(LineCursor(lines))
    except MalformedError as error:
        raise ValueError(f"in line {error.line} it {error.message}") from None


def _read_column(line: str, start: int, end: int) -> int | None:
    text = line[start:end].strip(BLANKS)
    return int(text) if text.isascii() and text.isdigit() else None


def _check_v2000(block: LineCursor, counts: str) -> None:
    atoms, bonds = _read_column(counts, 0, 3), _read_column(counts, 3, 6)
    if atoms is None or bonds is None:
        block.fail("has a counts line without the numbers of atoms and bonds")
    for index in range(atoms):
        _check_atom(block, block.next(f"atom {index + 1} of {atoms}"))
    for index in range(bonds):
        _check_bond(block, block.next(f"bond {index + 1} of {bonds}"), atoms)
    # Atom lists (one line each) and stexts (two lines each) are obsolete; they are stored without validation.
    for _ in range((_read_column(counts, 6, 9) or 0) + 2 * (_read_column(counts, 15, 18) or 0)):
        block.next("an atom list or stext")
    _check_properties(block)


def _check_atom(block: LineCursor, line: str) -> None:
    if _USUAL_ATOM.match(line):
        return
    if not all(_COORDINATE.fullmatch(line[start : start + 10]) for start in (0, 10, 20)):
        block.fail("has an atom line without three coordinates")
    if not _SYMBOL.fullmatch(line[31:34].strip(BLANKS)):
        block.fail("has an atom line without an element")


def _check_bond(block: LineCursor, line: str, atoms: int) -> None:
    first, second, order = _read_column(line, 0, 3), _read_column(line, 3, 6), _read_column(line, 6, 9)
    if first is None or second is None or order is None:
        block.fail("has a bond line without two atoms and a type")
    if not (1 <= first <= atoms and 1 <= second <= atoms):
        block.fail(f"has a bond between the atoms {first} and {second}, but {atoms} atoms")
    if first == second:
        block.fail(f"has a bond of atom {first} with itself")
    if order > 10:
        block.fail(f"has a bond of the unknown type {order}")


def _check_properties(block: LineCursor) -> None:
    while block.more():
        line = block.next("a property")
        if not line.startswith(_PROPERTIES):
            block.fail("has more lines than its counts line says")
        if line.startswith(("A  ", "G  ")):
            block.next("the text of a property")
        elif line.startswith("S  SKP"):
            for _ in range(_read_column(line, 6, 9) or 0):
                block.next("a skipped line")


def _read_v30_line(block: LineCursor) -> list[str]:
    """Return the words of the next V3000 line; a trailing hyphen continues the line on the next one."""
    text = ""
    while True:
        line = block.next("M  V30 END CTAB")
        if not line.startswith(_V30):
            block.fail("has a line that does not begin with M  V30")
        text += line.removeprefix(_V30)
        if not line.endswith("-"):
            return re.findall(r"[^ \t]+", text)
        text = text.removesuffix("-")


def _check_v3000(block: LineCursor) -> None:
    if _read_v30_line(block) != ["BEGIN", "CTAB"]:
        block.fail("does not begin with M  V30 BEGIN CTAB")
    counts = _read_v30_line(block)
    if counts[:1] != ["COUNTS"] or len(counts) < 3 or not all(re.fullmatch("[0-9]{1,7}", word) for word in counts[1:3]):
        block.fail("has no M  V30 COUNTS line with the numbers of atoms and bonds")
    atoms = _check_v30_atoms(block, int(counts[1]))
    words = _read_v30_line(block)
    if words == ["BEGIN", "BOND"]:
        _check_v30_bonds(block, int(counts[2]), atoms)
        words = _read_v30_line(block)
    elif int(counts[2]):
        block.fail("has no M  V30 BEGIN BOND")
    _check_v30_rest(block, words)


def _check_v30_atoms(block: LineCursor, count: int) -> set[str]:
    if _read_v30_line(block) != ["BEGIN", "ATOM"]:
        block.fail("has no M  V30 BEGIN ATOM")
    atoms: set[str] = set()
    while (words := _read_v30_line(block)) != ["END", "ATOM"]:
        if len(words) < 6 or not words[0].isascii() or not words[0].isdigit() or words[0] in atoms:
            block.fail("has an atom line without a unique index, an element and three coordinates")
        atoms.add(words[0])
    if len(atoms) != count:
        block.fail(f"has {len(atoms)} atoms, but {count} by its COUNTS line")
    return atoms


def _check_v30_bonds(block: LineCursor, count: int, atoms: set[str]) -> None:
    bonds = 0
    while (words := _read_v30_line(block)) != ["END", "BOND"]:
        if len(words) < 4 or words[2] not in atoms or words[3] not in atoms or words[2] == words[3]:
            block.fail("has a bond line without two atoms of this molecule")
        bonds += 1
    if bonds != count:
        block.fail(f"has {bonds} bonds, but {count} by its COUNTS line")


def _check_v30_rest(block: LineCursor, words: list[str]) -> None:
    """Check the nesting of the blocks after the bonds (groups, collections); their content is not validated."""
    open_blocks = ["CTAB"]
    while True:
        if words[:1] == ["BEGIN"] and len(words) > 1:
            open_blocks.append(words[1])
        elif words[:1] == ["END"] and len(words) > 1 and open_blocks.pop() != words[1]:
            block.fail(f"has M  V30 END {words[1]} in the wrong place")
        if not open_blocks:
            break
        words = _read_v30_line(block)
    # Template atoms and R-groups follow outside the CTAB.
    while block.more():
        _read_v30_line(block)
