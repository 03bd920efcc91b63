"""Benchmark of `ocli --help`: its time compared with that of click alone and of the AWS CLI, in one interleaved run.

    python tests/benchmarks/command_line.py [--rounds 30] [--aws PATH]

Prints the median of each and their ratios. Targets: at most 1.6 times `python -c "import click"`, at most 0.4 times `aws --help`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time

# The commands use the module and not the installed script, so that no installation is needed.
CLICK = [sys.executable, "-c", "import click"]
OCLI = [sys.executable, "-c", "from orionclient.cli import main; main(['--help'])"]
GROUP = [sys.executable, "-c", "from orionclient.cli import main; main(['files', '--help'])"]


def once(command: list[str]) -> float:
    """Run a command and return its seconds."""
    began = time.perf_counter()
    subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        env={**os.environ, "PAGER": "cat", "AWS_PAGER": ""},
    )
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--aws", default=shutil.which("aws"), help="the program aws; left out where there is none")
    given = parser.parse_args()
    commands = {"import click": CLICK, "ocli --help": OCLI, "ocli files --help": GROUP}
    if given.aws:
        commands["aws --help"] = [given.aws, "--help"]
        # The help of awscli 1 is a manual page, which its own command prints.
        commands["aws help"] = [given.aws, "help"]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for name, command in commands.items():
        once(command)  # what was never run is compiled first
        _ = name
    for _round in range(given.rounds):
        for name, command in commands.items():
            times[name].append(once(command))
    median = {name: statistics.median(found) for name, found in times.items()}
    print("| command | median ms | fastest ms | ratio to import click |")
    print("| --- | --- | --- | --- |")
    for name, found in times.items():
        print(
            f"| {name} | {median[name] * 1000:.0f} | {min(found) * 1000:.0f} | {median[name] / median['import click']:.2f} |"
        )
    if given.aws:
        print(f"\nocli --help takes {median['ocli --help'] / median['aws --help']:.2f} times what aws --help takes")


if __name__ == "__main__":
    main()
