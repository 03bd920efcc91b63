"""SMILES syntax validation without a chemistry toolkit, and the SMILES format: one SMILES and a title per line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orionclient.emulator._formats.records import (
    MOLECULE,
    SMILES,
    TITLE,
    ConversionError,
    MalformedError,
    Record,
    make_molecule,
    pick_molecule,
    read_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orionclient.emulator._formats.records import LineReader

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo"
    " Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl"
    " Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
    " b c n o p s se as te si *"
)
_ELEMENTS = frozenset(_SYMBOLS.split())

_TOKEN = re.compile(
    r"(?P<bracket>\[[^\[\]]*\])"
    r"|(?P<atom>Cl|Br|[BCNOPSFIbcnops*])"
    r"|(?P<ring>[0-9]|%[0-9]{2}|%\([0-9]{1,5}\))"
    r"|(?P<bond>[-=#$:/\\~])"
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


def read(file: LineReader) -> Iterator[Record]:
    """Yield the records of a SMILES file."""
    count = 0
    for number, line in read_lines(file):
        text, title = _split(line)
        if not text:
            continue
        count += 1
        try:
            check_smiles(text)
        except ValueError as error:
            raise MalformedError(number, f"Record {count}: {text[:60]!r} is not valid SMILES: {error}.") from None
        yield {TITLE: title, MOLECULE: make_molecule(SMILES, text)}


def _split(line: str) -> tuple[str, str]:
    text, title = [*line.split(maxsplit=1), "", ""][:2]
    return text, title.strip()


def write(records: Iterable[tuple[int, Record]], fields: list[str] | None) -> Iterator[bytes]:
    """Yield one line with SMILES and title per record; the format has no other fields."""
    for number, record in records:
        name = pick_molecule(record, SMILES, fields)
        if name is None:
            raise ConversionError(
                f"Record {number} has no SMILES; converting a structure needs a chemistry toolkit, which the local Orion lacks."
            )
        title = record.get(TITLE, "")
        title = title if isinstance(title, str) else ""
        if "\n" in title or "\r" in title:
            raise ConversionError(f"Record {number} has a title with a line break, which SMILES files do not support.")
        yield f"{record[name]['text']} {title}".rstrip(" ").encode() + b"\n"
