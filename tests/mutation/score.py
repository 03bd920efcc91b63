"""Runs mutmut over the pure rooms in a copy of the project, and tells the share of changes that a test noticed.

`nox -s mutation` runs it; `--write` puts the figures into docs/measurements.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "docs" / "measurements.md"
START, END = "<!-- mutations: written by tests/mutation/score.py --write -->", "<!-- mutations: end -->"
LEAST = 85.0
NOTICED = {"killed", "timeout", "segfault", "suspicious", "caught by type check"}


def mutmut(folder: Path, *arguments: str) -> str:
    """Run it in the copy."""
    # Where the copy lies comes first, so that what is installed is not what is changed.
    environ = {**os.environ, "PYTHONPATH": str(folder / "generated")}
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"mutmut {' '.join(arguments)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def module_of(mutant: str) -> str:
    """The file of a changed place, from a name like orionclient.transfer.plans.x_part_size__mutmut_3."""
    return mutant.rpartition(".")[0].replace(".", "/") + ".py"


def counted(results: str) -> dict[str, Counter[str]]:
    """Outcomes by file, from lines like `name: survived`."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for line in results.splitlines():
        name, colon, outcome = line.strip().rpartition(": ")
        if colon and "__mutmut_" in name:
            found[module_of(name)]["noticed" if outcome in NOTICED else outcome] += 1
    return found


def main() -> None:
    """Run, count, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/measurements.md")
    parser.add_argument("--children", default="2", help="processes at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        for name in ("orionclient", "generated", "tests", "openapi"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        mutmut(folder, "run", "--max-children", options.children)
        results = mutmut(folder, "results", "--all", "true")
    rows = ["| room | changes | noticed | score |", "| --- | --- | --- | --- |"]
    everything: Counter[str] = Counter()
    for space, outcomes in sorted(counted(results).items()):
        everything += outcomes
        rows.append(row(f"`{space}`", outcomes))
    rows.append(row("all", everything))
    print("\n".join(rows))
    if options.write:
        text = FIGURES.read_text("utf-8")
        before, _, rest = text.partition(START)
        _, found, after = rest.partition(END)
        if not found:
            raise SystemExit(f"{FIGURES} lacks the two comments to write between")
        FIGURES.write_text("\n".join([before + START, *rows, END]) + after, "utf-8")
    if score(everything) < LEAST:
        raise SystemExit(f"the score is {score(everything):.1f} %, and {LEAST} % are demanded")


def score(outcomes: Counter[str]) -> float:
    """Share of the changes that were noticed, in percent."""
    return 100 * outcomes["noticed"] / max(1, outcomes.total())


def row(what: str, outcomes: Counter[str]) -> str:
    """A line of the table."""
    return f"| {what} | {outcomes.total()} | {outcomes['noticed']} | {score(outcomes):.1f} % |"


if __name__ == "__main__":
    main()
