"""Imports a new package in a new process, and finds the part of the contract that makes a module fail."""

from __future__ import annotations

import json
import re
import subprocess  # runs this interpreter  # nosec B404
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .facts import iter_operations
from .names import make_class_name
from .tools import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .adapter import Api
    from .merge import Contract, Keys
    from .problems import Problem

SCRIPT = Path(__file__).with_name("importing.py")
# A class statement, or a TypedDict whose keys are not identifiers.
_CLASS = re.compile(r"(?:class )?(\w+)(?: = TypedDict)?\(")


def find_syntax_errors(contract: Contract, api: Api, output: Path) -> Iterator[Problem]:
    """Compile each module of a package."""
    for path in sorted(output.rglob("*.py")):
        try:
            compile(path.read_bytes(), path, "exec")
        except (SyntaxError, ValueError) as error:
            yield _make_problem(
                contract, api, path.relative_to(output), (path, getattr(error, "lineno", 1) or 1), str(error)
            )


def find_broken_modules(contract: Contract, api: Api, output: Path) -> Iterator[Problem]:
    """Import each module of a package in a new process, isolated from the settings of the user.

    Raises:
        ToolError: If the process ends without a result.
    """
    folder = output.parent.resolve()
    modules = [".".join(path.relative_to(output.parent).with_suffix("").parts) for path in sorted(output.rglob("*.py"))]
    names = [name.removesuffix(".__init__") for name in modules]
    warnings = ("-W", "error::UserWarning", "-W", "error::SyntaxWarning")
    done = subprocess.run(  # noqa: S603 - our own arguments  # nosec B603
        [sys.executable, "-I", "-B", *warnings, str(SCRIPT), str(folder), *names],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ToolError(f"importing {output.name} failed with exit code {done.returncode}: {done.stderr[-300:]}")
    for file, line, message in json.loads(done.stdout):
        module = Path(file).relative_to(folder / output.name)
        yield _make_problem(contract, api, module, (Path(file), line), message)


def _make_problem(contract: Contract, api: Api, module: Path, place: tuple[Path, int], message: str) -> Problem:
    lines = place[0].read_bytes().decode().splitlines()[: place[1]]
    keys = _find_keys(contract, api, module.parts, lines)
    where = f"the generated {module.as_posix()} cannot be imported: {message}"
    return contract.make_problem(keys, "IMPORT", where, "rename or simplify this part, or correct the template")


def _find_keys(contract: Contract, api: Api, parts: tuple[str, ...], lines: list[str]) -> Keys:
    """Find the schema or operation that a line of a module is generated from; empty if unknown."""
    stem = parts[-1].removesuffix(".py")
    schemas = contract.document.get("components", {}).get("schemas", {})
    made = {model.module: model.name for model in api.models} | {enum.module: enum.name for enum in api.enums}
    operations = {facts.id: facts.keys for facts in iter_operations(contract.document)}
    if parts[0] == "api" and stem in operations:
        return operations[stem]
    name = made.get(stem, "") if parts[0] == "models" else ""
    if parts[0] in {"contract", "inputs.py"}:
        names = [found[1] for each in lines if (found := _CLASS.match(each))]
        name = names[-1] if names else ""
        classes = {f"{make_class_name(each)}{end}": each for each in operations for end in ("Filters", "Query")}
        if name in classes:
            return operations[classes[name]]
    return ("components", "schemas", name) if name in schemas else ()
