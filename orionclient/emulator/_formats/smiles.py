"""SMILES syntax validation without a chemistry toolkit, and the SMILES format: SMILES, title and optional columns."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from orionclient.emulator._formats.records import (
    BLANKS,
    MOLECULE,
    SDF,
    SMILES,
    TITLE,
    ConversionError,
    MalformedError,
    Record,
    format_cell,
    is_molecule,
    make_molecule,
    pick_molecule,
    read_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator._formats.records import LineReader, Records

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo"
    " Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl"
    " Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
    " b c n o p s se as te si *"
)
_ELEMENTS = frozenset(_SYMBOLS.split())

_GAP = re.compile("[ \t]+")
_TOKEN = re.compile(
    r"(?P<bracket>\[[^\[\]]*\])"
    r"|(?P<atom>Cl|Br|[BCNOPSFIbcnops*])"
    r"|(?P<ring>[0-9]|%[0-9]{2}|%\([0-9]{1,5}\))"
    r"|(?P<bond>->|<-|[-=#$:/\\~])"
    r"|(?P<open>\()|(?P<close>\))|(?P<dot>\.)"
)
_BRACKET = re.compile(
    r"\[[0-9]{0,3}(?P<symbol>[A-Z][a-z]?|[a-z][a-z]?|\*)"
    r"(?:@(?:@|TH[12]|AL[12]|SP[123]|TB[0-9]{1,2}|OH[0-9]{1,2})?)?"
    r"(?:H[0-9]*)?(?:\++[0-9]*|-+[0-9]*)?(?::[0-9]+)?\]"
)


def check_smiles(text: str) -> None:
    """Validate the syntax of a SMILES string.

    Raises:
        ValueError: The SMILES is not valid; the message has the reason and the position.
    """
    state = _SmilesState()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"unexpected {text[position]!r} at character {position + 1}")
        state.take(match)
        position = match.end()
    state.finish()


class _SmilesState:
    """The parser state of one SMILES."""

    def __init__(self) -> None:
        self._atom = 0  # the atom that the next one is bonded to, 0 for none
        self._atoms = 0
        self._previous = "start"
        self._branches: list[int] = []
        self._rings: dict[int, int] = {}

    def take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup or ""
        if kind == "bracket":
            _check_bracket(match)
            kind = "atom"
        if kind == "atom":
            self._atoms += 1
            self._atom = self._atoms
        elif not self._allows(kind):
            raise ValueError(f"unexpected {match[0]!r} at character {match.start() + 1}")
        elif kind == "ring":
            self._close_ring(match)
        elif kind == "open":
            self._branches.append(self._atom)
        elif kind == "close":
            self._atom = self._branches.pop()
        self._previous = kind

    def _allows(self, kind: str) -> bool:
        previous = self._previous
        if kind == "ring":
            return previous in {"atom", "ring", "bond", "close"} and self._atom > 0
        if kind == "bond":
            return previous in {"atom", "ring", "open", "close"}
        if kind == "close":
            return bool(self._branches) and previous in {"atom", "ring", "close"}
        # A branch or a dot.
        return previous in {"atom", "ring", "close"} or (kind == "dot" and previous == "open")

    def _close_ring(self, match: re.Match[str]) -> None:
        number = int(re.sub(r"[^0-9]", "", match[0]))
        other = self._rings.pop(number, None)
        if other is None:
            self._rings[number] = self._atom
        elif other == self._atom:
            raise ValueError(f"ring {number} at character {match.start() + 1} closes on the atom that opened it")

    def finish(self) -> None:
        if self._branches:
            raise ValueError("a parenthesis is not closed")
        if self._rings:
            raise ValueError(f"ring {min(self._rings)} is not closed")
        if self._previous in {"start", "bond", "dot"}:
            raise ValueError("it has no atom" if self._previous == "start" else "it ends unexpectedly")


def _check_bracket(match: re.Match[str]) -> None:
    inner = _BRACKET.fullmatch(match[0])
    if inner is None or inner["symbol"] not in _ELEMENTS:
        raise ValueError(f"{match[0][:40]!r} at character {match.start() + 1} is not a valid atom")


def parse_smiles(smiles: str) -> Record:
    """Return the molecule of a cell or line, or raise a ValueError with the SMILES and the reason."""
    try:
        check_smiles(smiles)
    except ValueError as error:
        raise ValueError(f"{smiles[:60]!r} is not valid SMILES: {error}") from None
    return make_molecule(SMILES, smiles)


def read(file: LineReader) -> Iterator[Record]:
    """Yield the records of a SMILES file; a header is optional."""
    lines = (numbered for numbered in read_lines(file) if numbered[1].strip(BLANKS))
    first = next(lines, (1, ""))
    separator = "\t" if "\t" in first[1] else " "
    columns = _read_header(*first, separator)
    for count, (at, line) in enumerate(lines if columns or not first[1] else chain([first], lines), 1):
        try:
            smiles, title, *values = _split(line, separator, len(columns))
            molecule = parse_smiles(smiles)
        except ValueError as error:
            raise MalformedError(at, f"Record {count}: {error}.") from None
        yield {TITLE: title, MOLECULE: molecule, **dict(zip(columns[2:], values, strict=True))}


def _read_header(at: int, line: str, separator: str) -> list[str]:
    """Return the columns of a header as RDKit writes it (SMILES, name, optional others); none if the line is no header."""
    columns = line.strip(BLANKS).split(separator)
    if columns[0].lower() != SMILES:
        return []
    if {"", TITLE, MOLECULE}.intersection(columns[2:]) or len(set(columns)) < len(columns):
        raise MalformedError(at, f"The header {line[:100]!r} has an empty, duplicate or reserved column.")
    return columns


def _split(line: str, separator: str, count: int) -> list[str]:
    if "\r" in line:
        raise ValueError("the line contains a carriage return")
    if count < 3:
        # The title is the rest of the line.
        return [*_GAP.split(line.strip(BLANKS), maxsplit=1), ""][:2]
    values = line.split(separator)
    if len(values) != count:
        raise ValueError(f"the line has {len(values)} values, but the header has {count} columns")
    return values


def write(records: Records, fields: list[str] | None) -> Iterator[bytes]:
    """Yield one line with SMILES and title per record; if there are other fields, tab-separated columns after a header."""
    columns = _collect_columns(records(), fields)
    if columns:
        yield _format_row(["SMILES", TITLE, *columns])
    for number, record in records():
        name = pick_molecule(record, SMILES, fields)
        if name is None:
            raise ConversionError(
                f"Record {number} has no SMILES; converting a structure needs a chemistry toolkit, which the local Orion lacks."
            )
        cells = {column: format_cell(record, column) for column in [TITLE, *columns]}
        for column, cell in cells.items():
            if "\n" in cell or "\r" in cell or (columns and "\t" in cell):
                raise ConversionError(
                    f"Record {number} has a tab or line break in {column!r}, which SMILES files do not support."
                )
        row = [record[name]["text"], *cells.values()]
        yield _format_row(row) if columns else " ".join(row).rstrip(BLANKS).encode() + b"\n"


def _format_row(cells: list[str]) -> bytes:
    return "\t".join(cells).encode() + b"\n"


def _collect_columns(records: Iterable[tuple[int, Record]], fields: list[str] | None) -> list[str]:
    """Return the fields beside SMILES and title: the selected ones, or all that a header can name and that are no structures."""
    names: dict[str, None] = {}
    for _, record in records:
        if molecule := pick_molecule(record, SMILES, fields):
            names.update((name, None) for name in record if name != molecule and not is_molecule(record[name], SDF))
    selected = [
        name for name in (names if fields is None else dict.fromkeys(fields)) if name in names and name != TITLE
    ]
    for name in selected:
        if name == MOLECULE or name.upper() == "SMILES" or not name or any(each in name for each in "\t\r\n"):
            raise ConversionError(
                f"A header of SMILES files cannot name the field {name!r}; select the fields to write."
            )
    return selected
