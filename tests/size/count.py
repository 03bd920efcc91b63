"""Counts lines of code by package and compares them with `size.toml`, where figures may only fall.

Run by `nox -s size` and `nox -s lint`; --write stores the figures. The exit code is 1 if a figure grew.
Blank lines, comments and docstrings do not count.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
import tokenize
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIZE = Path(__file__).with_name("size.toml")
#: Packages and modules beside the client proper.
BESIDE = {"cli", "emulator", "examples", "floes", "local", "testing"}
_NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def count_lines(source: str) -> int:
    """Count the lines of code of a module."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            docstrings.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings)


def measure(root: Path, operations: int) -> dict[str, int]:
    """Count the lines of every package, of the client proper, and of the client proper per operation of the contract."""
    package, found = root / "orionclient", Counter[str]()
    for path in package.rglob("*.py"):
        place = path.relative_to(package).parts
        name = path.stem if path.stem in BESIDE else "modules"
        found[place[0] if len(place) > 1 else name] += count_lines(path.read_bytes().decode())
    client = sum(lines for name, lines in found.items() if name not in BESIDE)
    return {**dict(sorted(found.items())), "client": client, "per_operation": round(client / operations)}


def find_growth(found: dict[str, int], stored: dict[str, int]) -> list[str]:
    """Describe the figures that are larger than the stored ones."""
    return [
        f"orionclient: {name} has {lines} lines of code, and tests/size/size.toml allows {stored.get(name, 0)}; remove some, or run: "
        "nox -s size -- --write"
        for name, lines in found.items()
        if lines > stored.get(name, 0)
    ]


def main(arguments: list[str], root: Path = ROOT, size: Path = SIZE) -> int:
    """Compare or store the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="store the figures")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(root / "generated"))
    from orion_api.operations import OPERATIONS

    found = measure(root, len(OPERATIONS))
    if options.write:
        head = "# Lines of code, compared by `nox -s size`; `client` is orionclient without cli, emulator, examples, floes and testing.\n"
        size.write_bytes((head + "".join(f"{name} = {lines}\n" for name, lines in found.items())).encode())
    stored = tomllib.loads(size.read_bytes().decode())
    growth = find_growth(found, stored)
    print("\n".join(growth or [f"{name}: {lines} of {stored[name]}" for name, lines in found.items()]))
    return bool(growth)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
