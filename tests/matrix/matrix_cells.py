"""The fault matrix as data: its cells, and the runs that each of them needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "matrix.json").read_text())
FAULTS: list[dict[str, Any]] = DATA["faults"]
COLUMNS = list(DATA["operations"])
# What a row may say of its cells without asking for less of them: how the fault comes about, and what has to come of it.
_PLAIN = {
    "id", "what", "time", "scripts", "proxy", "how", "beyond", "error", "waits", "asked", "attempts", "more", "policy", "warm", "seconds",
    "total", "large", "redirects", "by_key", "known", "on_access", "raw_error",
}  # fmt: skip
_REASONS = {"note", "raw", "by_verb", "raw_letter", "raw_note", "verbs"}
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
    """One fault, met once: steps of the local Orion, a toxic, or something that the test has to do itself.

    `error` names the published class of the error, where one has to come. `waits` has the bounds of the wait after each step in seconds,
    `asked` the `Range` header and the status of every request of a download; both are None where nothing is said of them.
    """

    kind: str
    what: Any
    error: str = ""
    waits: list[tuple[float, float]] | None = None
    requests: list[list[Any]] | None = None

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
CASES = {f"{cell.name}-{way}": (cell, way) for cell in CELLS for way in cell.ways}


def waiver_of(cell: Cell) -> list[str]:
    """The reasons why less is asked of a cell, or something else, than the table does."""
    given, row = cell.given, next(row for row in FAULTS if row["id"] == cell.fault)
    reasons = [given[name] for name in ("raw_note", "note") if name in given]
    reasons += [given["raw"]] if "by_verb" in given else []
    reasons += [given["verbs"][cell.column]] if cell.column in given.get("verbs", {}) else []
    # What only the tests read has its reason in the note, and so has a time that holds for this column alone.
    words = set(given) - _PLAIN - _REASONS
    words |= {name for name in ("seconds", "total") if given.get(name) != row.get(name)}
    return reasons if "note" in given or not words else [*reasons, f"without a reason: {', '.join(sorted(words))}"]


def not_run(ran: list[str], requests: list[str], folder: Path, keyword: str = "") -> list[str]:
    """The cells that were left out of a run, with their ways; none where somebody chose among them.

    `asked` are the files and folders that pytest was asked to run, as seen from `folder`, and `keyword` what was asked for by -k.
    """
    places = [(folder / each).resolve() for each in requests]
    home = Path(__file__).with_name("test_matrix.py").resolve()
    if keyword or any("::" in each for each in requests) or not any(home.is_relative_to(place) for place in places):
        return []
    return sorted(set(CASES) - set(ran))


def runs_of(cell: Cell, way: str = "verb") -> list[Run]:
    """The ways in which the fault of a cell comes about."""
    given = cell.given
    scripts = [*given.get("scripts", ()), *(given.get("by_verb", ()) if way != "raw_async" else ())]
    runs = [Run("script", json.loads(json.dumps(script).replace("LARGE", _LARGE))) for script in scripts]
    runs += [Run("toxic", toxic) for toxic in given.get("proxy", ())]
    runs += [Run("beyond", given["beyond"])] if "beyond" in given else []
    runs += [Run("how", how) for how in given.get("how", ())]
    errors = given.get("error", "")
    if way == "raw_async":
        errors = given.get("raw_error", errors)
    requests, waits = given.get("asked", [None]), given.get("waits", ())
    # The last that is said holds for the runs after it, too; of waits only what is scripted.
    return [
        run._replace(
            error=errors if isinstance(errors, str) else errors[number],
            requests=requests[min(number, len(requests) - 1)],
            waits=waits[number] if number < len(waits) else None,
        )
        for number, run in enumerate(runs)
    ]
