"""The table as a text, and the place in the documentation where it stands."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Final

from rows import LIMITS, OURS, Figures, Row

BEGIN: Final = "<!-- transfers: written by nox -s transfers -- --write -->"
END: Final = "<!-- transfers: end -->"
_HEADS: Final = (
    "| row | work | reach | orionclient | reached | the others, wall by the same measure | the limit |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)
_FIGURE_HEADS: Final = (
    "| row | subject | wall s | CPU s | memory above after-import, MiB | memory of the process, MiB | connections |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
)
_BETWEEN: Final = "Medians of the same runs, each subject in a process of its own:"
_HEADING: Final = "## Transfers"


def line(row: Row, results: dict[str, list[Figures]], failed: dict[str, str]) -> tuple[str, bool]:
    """The line of a row, and whether everything was reached.

    Args:
        row: The row.
        results: The figures of each subject, round by round.
        failed: What went wrong with those that have none.

    Returns:
        A line of the first table, and the judgement.
    """
    values = [(goal, goal.value(results)) for goal in row.goals]
    missed = [goal for goal, value in values if value is None or not goal.reached(value)]
    message = (_labelled(goal.subject, OURS) + _named(goal.figure, goal.message(value)) for goal, value in values)
    own = "; ".join(message)
    if OURS in failed:
        own = f"failed: {failed[OURS]}"
    others = {entry.label: _ratio(row, results, entry.label) for entry in row.entries if entry.label in results}
    others |= {label: f"failed: {why}" for label, why in failed.items()}
    others.pop(OURS, None)
    limits = [f"{label} {others.pop(label)}" for label in LIMITS if label in others]
    peers = [f"{label} {text}" for label, text in others.items()]
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


def _named(figure: str, text: str) -> str:
    return f"memory {text}" if figure in {"memory", "process"} else text


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
    """A line for each subject of a row."""
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
    """The lines by their rows; rows that are not measured anew keep the lines that they have."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys
        self._lines: dict[str, str] = {}
        self._figures: dict[str, list[str]] = {}

    def add(self, row: Row, results: dict[str, list[Figures]], failed: dict[str, str]) -> tuple[str, bool]:
        """Take a row; its line, and whether everything was reached."""
        text, reached = line(row, results, failed)
        self._lines[row.key], self._figures[row.key] = text, figures(row, results)
        return text, reached

    def keep(self, text: str) -> None:
        """Take the lines of rows that are not there yet from a text that was written before."""
        kept: dict[str, list[str]] = {}
        for found in text.splitlines():
            key = found.removeprefix("| ").partition(" | ")[0]
            if found.startswith("| ") and key in self._keys and key not in self._lines:
                kept.setdefault(key, []).append(found)
        for key, (first, *rest) in kept.items():
            self._lines[key], self._figures[key] = first, rest

    def text(self) -> str:
        """Both tables."""
        keys = [key for key in self._keys if key in self._lines]
        lines = [self._lines[key] for key in keys]
        single = [each for key in keys for each in self._figures[key]]
        return "\n".join([_HEADS, *lines, "", _BETWEEN, "", _FIGURE_HEADS, *single])

    def write(self, path: Path) -> None:
        """Put the tables between the two comments of a document; into a section of its own at the end where it has none."""
        whole = path.read_text("utf-8")
        if BEGIN not in whole:
            whole = f"{whole.rstrip()}\n\n{_HEADING}\n\n{BEGIN}\n{END}\n"
        before, _, rest = whole.partition(BEGIN)
        old, _, after = rest.partition(END)
        self.keep(old)
        path.write_text(f"{before}{BEGIN}\n\n{self.text()}\n\n{END}{after}", "utf-8")
