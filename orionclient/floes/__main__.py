"""`python -m orionclient.floes`: the command that the local Orion uses to run and list floes."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from orionclient.floes import _loading
from orionclient.floes._inspecting import inspect_package
from orionclient.floes._running import exit_with_server, run


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Command line arguments. Defaults to those of this process.

    Returns:
        Exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m orionclient.floes", description="Run and describe floes.")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="run a floe with the parameters of a job")
    running.add_argument("--path", action="append", default=[], type=Path, help="folder to import modules from")
    running.add_argument("target", help="module:function or path.py:function")
    running.add_argument("folder", type=Path, help="folder of the job, with parameters.json")
    describing = commands.add_parser(
        "describe", help="print the floes of a file, or the inspection of an extracted package, as JSON"
    )
    describing.add_argument("place", type=Path, help="the file or the folder")
    given = parser.parse_args(arguments)
    if given.command == "describe":
        return _describe(given.place)
    for folder in given.path:
        _loading.add_path(folder)
    exit_with_server()
    return run(given.target, given.folder)


def _describe(place: Path) -> int:
    try:
        # Output of a file while it is loaded must not mix with the JSON.
        with contextlib.redirect_stdout(sys.stderr):
            found: Any = inspect_package(place) if place.is_dir() else _loading.read_file_floes(place)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any error of the user's file is reported
        sys.stderr.write(" ".join(f"{type(error).__name__}: {error}".split()) + "\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
