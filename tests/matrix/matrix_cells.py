"""The data of the fault matrix: its cells, and the runs of each cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "matrix.json").read_text())
FAULTS: list[dict[str, Any]] = DATA["faults"]
COLUMNS = list(DATA["operations"])
# Keys that do not reduce the requirements of a cell: how the fault is caused, and the expected outcome.
_PLAIN = {
    "id", "what", "time", "scripts", "proxy", "how", "beyond", "error", "waits", "requests", "attempts", "more", "policy", "warm",
    "seconds", "total", "large", "redirects", "by_key", "known", "on_access", "raw_error",
}  # fmt: skip
_REASONS = {"note", "raw", "by_verb", "raw_letter", "raw_note", "verbs"}
_FAULTS = {"scripts", "by_verb", "proxy", "how"}
# More than the limit of a response head, 100 KiB.
_LARGE = "x" * 150_000


class Cell(NamedTuple):
    """One fault at one operation.

    `column` is the letter of the operation, `letter` the expected outcome, and `given` the row, with the overrides of this column.
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
        """Whether the cell runs in real time."""
        return bool(self.given["time"] == "real")

    @property
    def ways(self) -> list[str]:
        """The ways to call the client: verbs, raw operations in an event loop, and verbs with idempotency keys."""
        raw = [] if self.column in self.given.get("verbs", {}) else ["raw_async"]
        return ["verb", *raw, *(["keyed"] if self.letter == "A" else [])]

    def expected(self, way: str) -> str:
        """Return the expected outcome for a way to call: with a key, a creation behaves like an idempotent write."""
        if way == "keyed" and "by_key" in self.given:
            return str(self.given["by_key"])
        return str(self.given.get("raw_letter", self.letter)) if way == "raw_async" else self.letter


class Run(NamedTuple):
    """One fault in one run: steps of the local Orion, a toxic, or a fault that the test causes itself.

    `error` names the published class of the expected error. `waits` has the limits of the wait after each step in seconds, `requests` the
    `Range` header and the status of every request of a download; both are None if they are not asserted.
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


def list_waivers(cell: Cell) -> list[str]:
    """List the reasons why the assertions of a cell are weaker than the table, or differ from it."""
    given, row = cell.given, next(row for row in FAULTS if row["id"] == cell.fault)
    reasons = [given[name] for name in ("raw_note", "note") if name in given]
    reasons += [given["raw"]] if "by_verb" in given else []
    reasons += [given["verbs"][cell.column]] if cell.column in given.get("verbs", {}) else []
    # Keys that only the tests read need a note with the reason, and so do times of one column.
    keys = set(given) - _PLAIN - _REASONS
    keys |= {name for name in ("seconds", "total") if given.get(name) != row.get(name)}
    return reasons if "note" in given or not keys else [*reasons, f"without a reason: {', '.join(sorted(keys))}"]


def find_missing(ran: list[str], arguments: list[str], folder: Path, keyword: str = "") -> list[str]:
    """List the cells, with their ways, that are missing from a run; none if the user selected tests.

    `arguments` are the paths passed to pytest, relative to `folder`, and `keyword` is the argument of -k.
    """
    paths = [(folder / each).resolve() for each in arguments]
    home = Path(__file__).with_name("test_matrix.py").resolve()
    if keyword or any("::" in each for each in arguments) or not any(home.is_relative_to(path) for path in paths):
        return []
    return sorted(set(CASES) - set(ran))


def list_runs(cell: Cell, way: str = "verb") -> list[Run]:
    """List the runs of a cell, one for each way to cause its fault."""
    given = cell.given
    scripts = [*given.get("scripts", ()), *(given.get("by_verb", ()) if way != "raw_async" else ())]
    runs = [Run("script", json.loads(json.dumps(script).replace("LARGE", _LARGE))) for script in scripts]
    runs += [Run("toxic", toxic) for toxic in given.get("proxy", ())]
    runs += [Run("beyond", given["beyond"])] if "beyond" in given else []
    runs += [Run("how", how) for how in given.get("how", ())]
    errors = given.get("error", "")
    if way == "raw_async":
        errors = given.get("raw_error", errors)
    requests, waits = given.get("requests", [None]), given.get("waits", ())
    # The last entry applies to all later runs too; waits apply to their own run only.
    return [
        run._replace(
            error=errors if isinstance(errors, str) else errors[index],
            requests=requests[min(index, len(requests) - 1)],
            waits=waits[index] if index < len(waits) else None,
        )
        for index, run in enumerate(runs)
    ]
