"""Command line: python -m generator generate | check | lint | merge."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

try:
    from . import build
    from .merge import ContractError, merge
    from .tools import ToolError
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is missing here; install generator/requirements.txt, or run: nox -s generate")

ROOT = Path(__file__).parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 is well, 1 is not."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("command", choices=("generate", "check", "lint", "merge"))
    parser.add_argument("--contract", type=Path, default=ROOT / "openapi", help="folder of the contract's YAML files")
    parser.add_argument("--output", type=Path, help="the package to write or check; for merge the file to write")
    options = parser.parse_args(arguments)
    output: Path = options.output or ROOT / "generated" / "orion_api"
    problems: list[str] = []
    try:
        if options.command == "generate":
            build.generate(options.contract, output)
        elif options.command == "check":
            problems = build.check(options.contract, output)
            if problems:
                problems.append(f"run: {build.COMMAND}")
        elif options.command == "lint":
            build.lint(options.contract)
        else:
            text = json.dumps(merge(options.contract).document, indent=1, ensure_ascii=False) + "\n"
            if options.output:
                options.output.write_text(text, encoding="utf-8")
            else:
                sys.stdout.write(text)
    except (ContractError, ToolError) as error:
        problems = [str(error)]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
