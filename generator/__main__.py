"""Command line of the generator: generate, check, lint or merge the contract, or list its evidence."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

try:
    from . import build, evidence
    from .merge import merge
    from .problems import ContractError
    from .tools import ToolError
except ModuleNotFoundError as error:
    sys.exit(f"module {error.name!r} not found; install generator/requirements.txt, or run: nox -s generate")

ROOT = Path(__file__).parent.parent
CONTRACT, EVIDENCE = ROOT / "openapi", ROOT / "docs" / "evidence.md"


def run(command: str, contract: Path, output: Path | None) -> list[str]:
    """Run a command; return what it found, one line each."""
    target = (output or ROOT / "generated" / "orion_api").expanduser()
    if command == "check":
        problems = build.check(contract, target)
        return [*problems, f"run: {build.COMMAND}"] if problems else []
    if command == "generate":
        build.generate(contract, target)
        if contract == CONTRACT:
            EVIDENCE.write_text(evidence.render_table(merge(contract)), encoding="utf-8")
    elif command == "lint":
        build.lint(contract)
    else:
        document = (
            json.dumps(merge(contract).document, indent=1, ensure_ascii=False) + "\n"
            if command == "merge"
            else evidence.render_table(build.lint(contract)[0])
        )
        if output:
            target.write_text(document, encoding="utf-8")
        else:
            sys.stdout.buffer.write(document.encode())
    return []


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 on success, 1 on failure."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("command", choices=("generate", "check", "lint", "merge", "evidence"))
    parser.add_argument(
        "--contract",
        type=Path,
        default=CONTRACT,
        help="directory of the YAML files of the contract (default: openapi, and generate writes docs/evidence.md)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="package to write or check (default: generated/orion_api); merge and evidence: file to write (default: stdout)",
    )
    options = parser.parse_args(arguments)
    try:
        problems = run(options.command, options.contract.expanduser(), options.output)
    except (ContractError, ToolError, build.OutputError) as error:
        problems = [str(error)]
    except (OSError, RuntimeError) as error:
        problems = [f"{options.command} failed: {error}"]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
