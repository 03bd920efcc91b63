"""Renders the tables of the benchmark, and writes them to the documentation."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Final

from rows import LIMITS, OURS, Figures, Row

BEGIN: Final = "<!-- transfers: written by nox -s transfers -- --write -->"
END: Final = "<!-- transfers: end -->"
_HEADS: Final = (
    "| row | work | target | orionclient | reached | other clients, relative wall time | limit of the machine |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)
_FIGURE_HEADS: Final = (
    "| row | client | wall s | CPU s | memory above after-import, MiB | memory of the process, MiB | connections |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
)
_BETWEEN: Final = "Medians of the same runs, each client in a separate process:"
_HEADING: Final = "## Transfers"


def line(row: Row, results: dict[str, list[Figures]], failed: dict[str, str]) -> tuple[str, bool]:
    """Render a row, and return whether it reached its targets.

    Args:
        row: The row.
        results: The figures of each client, round by round.
        failed: The errors of failed clients.

    Returns:
        A line of the first table, and the verdict.
    """
    values = [(goal, goal.value(results)) for goal in row.goals]
    missed = [goal for goal, value in values if value is None or not goal.reached(value)]
    message = (_labelled(goal.subject, OURS) + _add_name(goal.figure, goal.message(value)) for goal, value in values)
    own = "; ".join(message)
    if OURS in failed:
        own = f"failed: {failed[OURS]}"
    others = {entry.label: _ratio(row, results, entry.label) for entry in row.entries if entry.label in results}
    others |= {label: f"failed: {why}" for label, why in failed.items()}
    others.pop(OURS, None)
    limits = [f"{label} {others.pop(label)}" for label in LIMITS if label in others]
    peers = [f"{label} {ratio}" for label, ratio in others.items()]
    cells = (
        row.key,
        row.work,
        row.reach,
        own,
        "no" if missed else "yes",
        ", ".join(peers) or "-",
        ", ".join(limits) or "-",
    )
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |", not missed


def _labelled(label: str, usual: str) -> str:
    return "" if label == usual else f"{label.removeprefix(usual).lstrip(', ')}: "


def _add_name(figure: str, value: str) -> str:
    return f"memory {value}" if figure in {"memory", "process"} else value


def _ratio(row: Row, results: dict[str, list[Figures]], label: str) -> str:
    base = results.get(row.base) if isinstance(row.base, str) else None
    if isinstance(row.base, str) and not base:
        return f"{_median(results[label], 'wall'):.2f} s"
    runs = results[label]
    if base:
        return f"{statistics.median(run['wall'] / one['wall'] for run, one in zip(runs, base, strict=False)):.2f}"
    assert isinstance(row.base, float)
    return f"{_median(runs, 'wall') / row.base:.2f}"


def _median(runs: list[Figures], figure: str) -> float:
    return statistics.median(run.get(figure, math.nan) for run in runs)


def figures(row: Row, results: dict[str, list[Figures]]) -> list[str]:
    """Render a line of the second table for each client of a row."""
    lines = []
    for entry in row.entries:
        if runs := results.get(entry.label):
            cells = [
                f"{_median(runs, 'wall'):.2f}",
                f"{_median(runs, 'cpu'):.2f}",
                f"{_median(runs, 'memory'):.1f}",
                f"{_median(runs, 'process'):.0f}",
                f"{_median(runs, 'connections'):.0f}",
            ]
            cells = ["-" if cell == "nan" else cell for cell in cells]
            lines.append(f"| {row.key} | {entry.label} | " + " | ".join(cells) + " |")
    return lines


class Table:
    """The lines of all rows; rows that are not measured again keep their old lines."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys
        self._lines: dict[str, str] = {}
        self._figures: dict[str, list[str]] = {}

    def add(self, row: Row, results: dict[str, list[Figures]], failed: dict[str, str]) -> tuple[str, bool]:
        """Add a row; return its line, and whether it reached its targets."""
        rendered, reached = line(row, results, failed)
        self._lines[row.key], self._figures[row.key] = rendered, figures(row, results)
        return rendered, reached

    def keep(self, section: str) -> None:
        """Add the lines of rows that are missing from an earlier section."""
        old: dict[str, list[str]] = {}
        for found in section.splitlines():
            key = found.removeprefix("| ").partition(" | ")[0]
            if found.startswith("| ") and key in self._keys and key not in self._lines:
                old.setdefault(key, []).append(found)
        for key, (first, *rest) in old.items():
            self._lines[key], self._figures[key] = first, rest

    def render(self) -> str:
        """Render both tables."""
        keys = [key for key in self._keys if key in self._lines]
        lines = [self._lines[key] for key in keys]
        single = [each for key in keys for each in self._figures[key]]
        return "\n".join([_HEADS, *lines, "", _BETWEEN, "", _FIGURE_HEADS, *single])

    def write(self, path: Path) -> None:
        """Write the tables between the two comments of a document; without them, into a new section at its end."""
        document = path.read_text("utf-8")
        if BEGIN not in document:
            document = f"{document.rstrip()}\n\n{_HEADING}\n\n{BEGIN}\n{END}\n"
        before, _, rest = document.partition(BEGIN)
        old, _, after = rest.partition(END)
        self.keep(old)
        path.write_text(f"{before}{BEGIN}\n\n{self.render()}\n\n{END}{after}", "utf-8")
