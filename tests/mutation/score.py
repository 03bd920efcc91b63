"""Runs mutmut on the modules without I/O in a copy of the project and reports the share of detected mutants.

Run by `nox -s mutation`; `--write` updates the table in docs/measurements.md.
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
MIN_SCORE = 85.0
DETECTED = {"killed", "timeout", "segfault", "suspicious", "caught by type check"}


def mutmut(folder: Path, *arguments: str) -> str:
    """Run mutmut in a copy of the project."""
    # mutmut changes the copy, so the copy must take precedence over the installed package.
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


def get_module_path(mutant: str) -> str:
    """Return the path of the module of a mutant, such as orionclient._transfer.plans.x_part_size__mutmut_3."""
    return mutant.rpartition(".")[0].replace(".", "/") + ".py"


def count_outcomes(results: str) -> dict[str, Counter[str]]:
    """Count the outcomes by module from lines such as `name: survived`."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for line in results.splitlines():
        name, colon, outcome = line.strip().rpartition(": ")
        if colon and "__mutmut_" in name:
            found[get_module_path(name)]["detected" if outcome in DETECTED else outcome] += 1
    return found


def main() -> None:
    """Run mutmut and compare the score with the minimum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="update the table in docs/measurements.md")
    parser.add_argument("--children", default="2", help="number of processes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory).resolve()
        for name in ("orionclient", "generated", "tests", "openapi"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        mutmut(folder, "run", "--max-children", options.children)
        results = mutmut(folder, "results", "--all", "true")
    rows = ["| module | mutants | detected | score |", "| --- | --- | --- | --- |"]
    total: Counter[str] = Counter()
    for module, outcomes in sorted(count_outcomes(results).items()):
        total += outcomes
        rows.append(format_row(f"`{module}`", outcomes))
    rows.append(format_row("all", total))
    print("\n".join(rows))
    if options.write:
        content = FIGURES.read_text("utf-8")
        before, _, rest = content.partition(START)
        _, found, after = rest.partition(END)
        if not found:
            raise SystemExit(f"{FIGURES} does not contain the comments {START!r} and {END!r}")
        FIGURES.write_text("\n".join([before + START, *rows, END]) + after, "utf-8")
    if compute_score(total) < MIN_SCORE:
        raise SystemExit(f"the score is {compute_score(total):.1f} %, below the minimum of {MIN_SCORE} %")


def compute_score(outcomes: Counter[str]) -> float:
    """Return the share of detected mutants in percent."""
    return 100 * outcomes["detected"] / max(1, outcomes.total())


def format_row(name: str, outcomes: Counter[str]) -> str:
    """Format a row of the table."""
    return f"| {name} | {outcomes.total()} | {outcomes['detected']} | {compute_score(outcomes):.1f} % |"


if __name__ == "__main__":
    main()
