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


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 on success, 1 on failure."""
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument("command", choices=("generate", "check", "lint", "merge", "evidence"))
    parser.add_argument(
        "--contract",
        type=Path,
        default=ROOT / "openapi",
        help="directory of the YAML files of the contract (default: openapi)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="package to write or check (default: generated/orion_api); merge and evidence: file to write (default: stdout)",
    )
    options = parser.parse_args(arguments)
    problems: list[str] = []
    try:
        options.contract = options.contract.expanduser()
        output: Path = (options.output or ROOT / "generated" / "orion_api").expanduser()
        if options.command == "generate":
            build.generate(options.contract, output)
        elif options.command == "check":
            problems = build.check(options.contract, output)
            if problems:
                problems.append(f"run: {build.COMMAND}")
        elif options.command == "lint":
            build.lint(options.contract)
        else:
            if options.command == "merge":
                document = json.dumps(merge(options.contract).document, indent=1, ensure_ascii=False) + "\n"
            else:
                document = evidence.render_table(build.lint(options.contract)[0])
            if options.output:
                output.write_text(document, encoding="utf-8")
            else:
                sys.stdout.buffer.write(document.encode())
    except (ContractError, ToolError, build.OutputError) as error:
        problems = [str(error)]
    except (OSError, RuntimeError) as error:
        problems = [f"{options.command} failed: {error}"]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
