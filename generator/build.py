"""Generates the package from the contract and checks that it is up to date."""

from __future__ import annotations

import contextlib
import hashlib
import json
import keyword
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import adapter, imports, names, openapi, render, rules, shapes, tools
from .merge import Contract, merge
from .problems import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .adapter import Api
    from .problems import Problem

FINGERPRINT = "_generation.json"
COMMAND = "nox -s generate"
RUFF = ("--isolated", "--no-cache", "--target-version", "py311", "--line-length", "120")


class OutputError(Exception):
    """The package cannot be written to this directory."""


def lint(folder: Path) -> tuple[Contract, Api]:
    """Merge the contract, validate it against OpenAPI and the rules, and parse it.

    Raises:
        ContractError: If the contract violates OpenAPI or a rule.
        ToolError: If a tool is missing, or is another release.
    """
    contract = merge(folder)
    # In this order, because each step relies on what the one before has checked.
    _raise_if_any(openapi.find_invalid(contract))
    unnamed = names.check_identifiers(contract, adapter.make_identifier)
    _raise_if_any(
        [*rules.find_violations(contract), *(contract.make_problem(keys, "R14", *rest) for keys, *rest in unnamed)]
    )
    with _translate(contract):
        api = adapter.parse(contract.document)
    clashes = names.check_classes_and_parameters(contract, api)
    _raise_if_any(contract.make_problem(keys, "R14", *rest) for keys, *rest in clashes)
    return contract, api


def _raise_if_any(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise ContractError(found)


@contextlib.contextmanager
def _translate(contract: Contract) -> Iterator[None]:
    """Turn what a tool rejects into problems of the contract."""
    try:
        yield
    except tools.RejectedError as error:
        fix = "simplify or rename this part; openapi/README.md lists what is supported"
        raise ContractError(
            contract.make_problem(keys, "TOOL", message, fix) for keys, message in error.rejections
        ) from None


def build_fingerprint(document: dict[str, Any], pinned: dict[str, str]) -> dict[str, Any]:
    """Build the fingerprint of the inputs: the contract, this package and the versions of the tools."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*here.glob("*.py"), *(here / "templates").iterdir()], key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    merged = json.dumps(document, ensure_ascii=False)
    return {
        "contract": hashlib.sha256(merged.encode()).hexdigest(),
        "contract_version": document["info"]["version"],
        "generator": digest.hexdigest(),
        "tools": pinned,
    }


def write(contract: Contract, api: Api, output: Path, pinned: dict[str, str]) -> None:
    """Write the package, and import it; `output` must not exist.

    Raises:
        ContractError: If a tool rejects the contract, or a module of the package cannot be imported.
    """
    with _translate(contract):
        render.write(contract.document, api, output)
        with tempfile.TemporaryDirectory() as work:
            shapes.write(contract.document, output, Path(work))
    _raise_if_any(imports.find_syntax_errors(contract, api, output))
    format_code(output)
    fingerprint = json.dumps(build_fingerprint(contract.document, pinned), indent=1) + "\n"
    (output / FINGERPRINT).write_text(fingerprint, encoding="utf-8")
    _raise_if_any(imports.find_broken_modules(contract, api, output))


def format_code(folder: Path) -> None:
    """Remove unused imports and format the code."""
    tools.run("ruff", "check", ".", *RUFF, "--fix-only", "--select=F,I,UP,TC005", cwd=folder)
    tools.run("ruff", "format", ".", *RUFF, cwd=folder)


def generate(folder: Path, output: Path) -> None:
    """Write the package, replacing an existing one; on an error nothing is changed.

    Raises:
        OutputError: If `output` is not a name of a package, or exists and is not a generated package.
    """
    pinned = tools.read_pins()
    tools.reject_other_versions(pinned)
    output = resolve_output(output)
    contract, api = lint(folder)
    existing = next(parent for parent in output.parents if parent.exists())
    with tempfile.TemporaryDirectory(dir=existing, prefix=".generate-") as beside:
        fresh = Path(beside) / output.name
        write(contract, api, fresh, pinned)
        output.parent.mkdir(parents=True, exist_ok=True)
        if output.exists():
            output.rename(Path(beside) / f"{output.name}-old")
        fresh.rename(output)


def resolve_output(output: Path) -> Path:
    """Return the absolute path of a package, after symbolic links.

    Raises:
        OutputError: If it is not a name of a package, or exists and is not a generated package.
    """
    resolved = output.resolve()
    name = resolved.name
    if not name.isidentifier() or keyword.iskeyword(name) or name in sys.stdlib_module_names:
        raise OutputError(f"--output {output}: `{name}` is not a valid name of a package")
    if resolved.exists() and not resolved.is_dir():
        raise OutputError(f"--output {output}: it is a file, not a package")
    if resolved.exists() and any(resolved.iterdir()) and not (resolved / FINGERPRINT).is_file():
        message = f"it has no {FINGERPRINT}, so it is not a generated package and is not replaced"
        raise OutputError(f"--output {output}: {message}; use another directory")
    return resolved


def check(folder: Path, output: Path) -> list[str]:
    """Compare the package on disk with the output of `generate`; return the differences, one per line."""
    pinned = tools.read_pins()
    contract, api = lint(folder)
    changed = _list_changed(contract, output, pinned)
    if changed:
        return [f"{output.name} is out of date: {', '.join(changed)}"]
    tools.reject_other_versions(pinned)
    with tempfile.TemporaryDirectory() as beside:
        fresh = Path(beside) / output.name
        write(contract, api, fresh, pinned)
        return _list_differences(fresh, output)


def _list_changed(contract: Contract, output: Path, pinned: dict[str, str]) -> list[str]:
    try:
        old = json.loads((output / FINGERPRINT).read_text(encoding="utf-8"))
        before = dict(old.get("tools", {}))
    except (OSError, ValueError, AttributeError, TypeError):
        return [f"{FINGERPRINT} is missing or not valid JSON"]
    new = build_fingerprint(contract.document, pinned)
    messages = {"contract": "the contract changed", "generator": "the generator or a template changed"}
    changed = [message for key, message in messages.items() if old.get(key) != new[key]]
    changed += [
        f"{name} {before.get(name, 'none')} became {pinned.get(name, 'none')}"
        for name in sorted({*before, *pinned})
        if before.get(name) != pinned.get(name)
    ]
    return changed


def _list_differences(fresh: Path, output: Path) -> list[str]:
    def files(root: Path) -> dict[str, bytes]:
        found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}

    wanted, found = files(fresh), files(output)
    problems = []
    for name in sorted({*wanted, *found}):
        if name not in found:
            problems.append(f"{output.name}/{name} is missing")
        elif name not in wanted:
            problems.append(f"{output.name}/{name} is not generated; remove it")
        elif wanted[name] != found[name]:
            problems.append(f"{output.name}/{name} differs from the generated file")
    return problems
