"""The fault matrix as data: its cells, and the runs that each of them needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "matrix.json").read_text())
FAULTS: list[dict[str, Any]] = DATA["faults"]
COLUMNS = list(DATA["operations"])
_FAULTS = {"scripts", "by_verb", "proxy", "how"}
# The limit of a head is 100 KiB.
_LARGE = "x" * 150_000


class Cell(NamedTuple):
    """One fault at one operation.

    `column` is the letter of the operation, `letter` what has to come of it, and `given` the row with what is said of this column alone.
    """

    fault: str
    column: str
    letter: str
    given: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.fault}-{self.column}"

    @property
    def real(self) -> bool:
        """Whether it takes place in real time."""
        return bool(self.given["time"] == "real")

    @property
    def ways(self) -> list[str]:
        """By which ways of the client it is met: its verbs, its raw operations in an event loop, and its verbs under idempotency keys."""
        raw = [] if self.column in self.given.get("verbs", {}) else ["raw_async"]
        return ["verb", *raw, *(["keyed"] if self.letter == "A" else [])]

    def expected(self, way: str) -> str:
        """What has to come of it by one of the ways: under a key a creation is as good as what sets values."""
        if way == "keyed" and "by_key" in self.given:
            return str(self.given["by_key"])
        return str(self.given.get("raw_letter", self.letter)) if way == "raw_async" else self.letter


class Run(NamedTuple):
    """One fault, met once: steps of the local Orion, a toxic, or something that the test has to do itself."""

    kind: str
    what: Any

    def __str__(self) -> str:
        return f"{self.kind} {str(self.what)[:200]}"


def _cells() -> list[Cell]:
    cells = []
    for row in FAULTS:
        for column, letter in row["cells"].items():
            given = {name: value for name, value in row.items() if name not in {"cells", "columns"}}
            own = row.get("columns", {}).get(column, {})
            if _FAULTS & set(own):
                given = {name: value for name, value in given.items() if name not in _FAULTS}
            if column in "CJ" and "U" in row["cells"]:
                given["by_key"] = row["cells"]["U"]
            cells.append(Cell(row["id"], column, letter, {**given, **own}))
    return cells


CELLS = _cells()


def runs_of(cell: Cell, way: str = "verb") -> list[Run]:
    """The ways in which the fault of a cell comes about."""
    given = cell.given
    scripts = [*given.get("scripts", ()), *(given.get("by_verb", ()) if way != "raw_async" else ())]
    runs = [Run("script", json.loads(json.dumps(script).replace("LARGE", _LARGE))) for script in scripts]
    runs += [Run("toxic", toxic) for toxic in given.get("proxy", ())]
    runs += [Run("beyond", given["beyond"])] if "beyond" in given else []
    return runs + [Run("how", how) for how in given.get("how", ())]
