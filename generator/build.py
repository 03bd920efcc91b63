"""Generates the package from the contract and checks that it is up to date."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from . import render, rules, shapes, tools
from .merge import Contract, ContractError, merge

FINGERPRINT = "_generation.json"
COMMAND = "nox -s generate"
RUFF = ("--isolated", "--no-cache", "--target-version", "py311", "--line-length", "120")


def lint(folder: Path) -> Contract:
    """Merge the contract and validate it against OpenAPI and the rules.

    Raises:
        ContractError: If the contract violates OpenAPI or a rule.
    """
    contract = merge(folder)
    # Validated first, because the rules rely on the structure of the document.
    with tempfile.TemporaryDirectory() as work:
        tools.validate(contract.document, Path(work))
    violations = rules.find_violations(contract)
    if violations:
        raise ContractError("\n".join(violations))
    return contract


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


def write(folder: Path, output: Path, pinned: dict[str, str]) -> None:
    """Write the package; `output` must not exist."""
    document = lint(folder).document
    render.write(document, output)
    with tempfile.TemporaryDirectory() as work:
        shapes.write(document, output, Path(work))
    format_code(output)
    fingerprint = json.dumps(build_fingerprint(document, pinned), indent=1) + "\n"
    (output / FINGERPRINT).write_text(fingerprint, encoding="utf-8")


def format_code(folder: Path) -> None:
    """Remove unused imports and format the code."""
    tools.run("ruff", "check", ".", *RUFF, "--fix-only", "--select=F,I,UP,TC005", cwd=folder)
    tools.run("ruff", "format", ".", *RUFF, cwd=folder)


def generate(folder: Path, output: Path) -> None:
    """Write the package, replacing an existing one."""
    pinned = tools.read_pins()
    tools.reject_other_versions(pinned)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".generate-") as beside:
        fresh = Path(beside) / output.name
        write(folder, fresh, pinned)
        if output.exists():
            output.rename(Path(beside) / "old")
        shutil.move(fresh, output)


def check(folder: Path, output: Path) -> list[str]:
    """Compare the package on disk with the output of `generate`; return the differences, one per line."""
    pinned = tools.read_pins()
    changed = _list_changed(folder, output, pinned)
    if changed:
        return [f"{output.name} is out of date: {', '.join(changed)}"]
    tools.reject_other_versions(pinned)
    with tempfile.TemporaryDirectory() as beside:
        fresh = Path(beside) / output.name
        write(folder, fresh, pinned)
        return _list_differences(fresh, output)


def _list_changed(folder: Path, output: Path, pinned: dict[str, str]) -> list[str]:
    try:
        old = json.loads((output / FINGERPRINT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [f"{FINGERPRINT} is missing or not valid JSON"]
    new = build_fingerprint(merge(folder).document, pinned)
    messages = {"contract": "the contract changed", "generator": "the generator or a template changed"}
    changed = [message for key, message in messages.items() if old.get(key) != new[key]]
    before = old.get("tools", {})
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
