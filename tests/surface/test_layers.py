"""The import contracts hold, and each detects an import that breaks it; imports for types only are counted apart."""

from __future__ import annotations

import ast
import functools
import os
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Copy the code, so that imports can be planted."""
    for name in ("orionclient", "generated", "generator"):
        # Only Python code, because other files are not part of the layers.
        skip = shutil.ignore_patterns("__pycache__", "*.json", "*.sdf", "*.csv", "*.jinja")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(package: Path) -> tuple[set[str], str]:
    """Return the ids of the broken contracts, and the output."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), str(package / "generated")]), "COLUMNS": "200"}
    command = [sys.executable, "-c", RUN, "--no-cache"]
    done = subprocess.run(command, cwd=package, env=env, capture_output=True, text=True, timeout=300, check=False)
    verdicts = {
        key: next(
            (line[len(name) :].split()[0] for line in done.stdout.splitlines() if line.startswith(f"{name} ")), None
        )
        for key, name in CONTRACTS.items()
    }
    assert set(verdicts.values()) <= {"KEPT", "BROKEN"}, done.stdout + done.stderr
    found = {key for key, verdict in verdicts.items() if verdict == "BROKEN"}
    assert done.returncode == bool(found), done.stdout + done.stderr
    return found, done.stdout


def test_the_code_keeps_all_contracts(package: Path) -> None:
    found, output = broken(package)
    assert found == set(), output


@pytest.mark.parametrize(
    ("place", "line", "contracts"),
    [
        ("orionclient/utils.py", "import orionclient.session", "layers cycles"),
        ("orionclient/_resources/resource.py", "from orionclient.types import files", "layers cycles"),
        ("orionclient/_transport/exchange.py", "import orionclient._requesting.calls", "layers cycles"),
        ("orionclient/session.py", "import orionclient.local", "layers cycles"),
        ("orionclient/session.py", "import orionclient.floes", "layers cycles"),
        ("orionclient/session.py", "import orionclient.emulator", "emulator"),
        ("orionclient/floes/_builtin.py", "import orionclient.local", "layers cycles"),
        ("orionclient/types/files.py", "import httpx", "http"),
        ("orionclient/types/files.py", "import h11", "http"),
        ("generated/orion_api/types.py", "import httpx", "http"),
        ("orionclient/links.py", "import orion_api.api.files", "operations"),
        ("orionclient/_transfer/content.py", "import orion_api._shared", "shared"),
        ("orionclient/config.py", "import orion_api._shared", "shared"),
        ("generated/orion_api/types.py", "import orionclient.utils", "generated"),
        ("orionclient/emulator/_http/app.py", "import orionclient.session", "layers emulator-contract"),
        ("orionclient/emulator/_http/app.py", "import orionclient.emulator._server", "emulator-layers cycles"),
        ("orionclient/emulator/_http/app.py", "import orion_api.models", "emulator-contract"),
        ("orionclient/types/files.py", "import orionclient.emulator", "emulator"),
        ("orionclient/session.py", "import orionclient.cli", "layers cycles"),
        ("orionclient/cli/_commands/local.py", "import orionclient.emulator", "emulator"),
        ("orionclient/cli/_core/output.py", "import orionclient.cli._commands.doctor", "cli-layers cycles"),
        ("orionclient/cli/_commands/doctor.py", "import httpx", "http"),
        ("generator/rules.py", "import orionclient.utils", "generator"),
        ("generator/rules.py", "import orion_api", "generator"),
    ],
)
def test_a_planted_import_breaks_its_contract(package: Path, place: str, line: str, contracts: str) -> None:
    target = package / place
    target.write_text(f"{target.read_text()}\n{line}\n")
    found, output = broken(package)
    assert found == set(contracts.split()), output
    assert place.removeprefix("generated/").removesuffix(".py").replace("/", ".") in output


def test_every_contract_has_a_planted_import() -> None:
    marker = test_a_planted_import_breaks_its_contract.pytestmark[0]
    assert {contract for case in marker.args[1] for contract in case[2].split()} == set(CONTRACTS)


# ---------------------------------------------------------------- cycles of modules, and imports for types only

# Numbers of today, which may only fall: imports upward under TYPE_CHECKING, and modules in cycles that need such imports.
UPWARD_FOR_TYPES = 1
IN_CYCLES_FOR_TYPES = 12


class Import(NamedTuple):
    """An import of one of our modules; of a package only if a name of its `__init__` is imported."""

    importer: str
    imported: str
    for_types: bool


MODULES = {
    ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__"): path
    for base, name in ((ROOT, "orionclient"), (ROOT / "generated", "orion_api"), (ROOT, "generator"))
    for path in (base / name).rglob("*.py")
}


@functools.cache
def read_module(importer: str, planted: str) -> list[Import]:
    """Read the imports of one module, also those inside functions; `planted` is code at its end."""
    path = MODULES[importer]
    tree = ast.parse(f"{path.read_bytes().decode()}\n{planted}\n")
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    for_types = {inner for block in blocks for node in block.body for inner in ast.walk(node)}
    package = importer.split(".") if path.name == "__init__.py" else importer.split(".")[:-1]
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            names = [name if (name := f"{base}.{alias.name}") in MODULES else base for alias in node.names]
        found += [Import(importer, name, node in for_types) for name in names if name in MODULES]
    return found


def read_imports(planted: tuple[str, str] | None = None, *, for_types: bool = True) -> list[Import]:
    """Read all imports between our modules.

    Args:
        planted: A module, and code that is added to it.
        for_types: Whether to include imports for types only. Defaults to True.
    """
    extra = dict([planted]) if planted else {}
    found = [each for module in MODULES for each in read_module(module, extra.get(module, ""))]
    return [each for each in found if for_types or not each.for_types]


def find_cycles(imports: list[Import]) -> set[frozenset[str]]:
    """Return the strongly connected components with more than one module."""
    targets: dict[str, set[str]] = {}
    for each in imports:
        targets.setdefault(each.importer, set()).add(each.imported)
    reached: dict[str, set[str]] = {}
    for module in targets:
        seen, left = set(), [module]
        while left:
            new = targets.get(left.pop(), set()) - seen
            seen |= new
            left += new
        reached[module] = seen
    return {
        frozenset(other for other in seen if module in reached.get(other, set()))
        for module, seen in reached.items()
        if module in seen
    }


def find_upward(imports: list[Import]) -> list[Import]:
    """Return the imports that the layers of the contracts forbid."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_bytes().decode())["tool"]["importlinter"]["contracts"]
    found = []
    for contract in contracts:
        for container in contract.get("containers", ()):
            level = {
                f"{container}.{name}": index
                for index, layer in enumerate(contract["layers"])
                for name in layer.split(" | ")
            }
            for each in imports:
                pair = [
                    ".".join(name.split(".")[: container.count(".") + 2]) for name in (each.importer, each.imported)
                ]
                above, below = (level.get(name) for name in pair)
                if above is not None and below is not None and pair[0] != pair[1] and above >= below:
                    found.append(each)
    return found


def test_no_modules_import_each_other_at_run_time() -> None:
    assert find_cycles(read_imports(for_types=False)) == set()


def test_nothing_imports_upward_at_run_time() -> None:
    assert find_upward(read_imports(for_types=False)) == []


def test_upward_imports_for_types_only_fall() -> None:
    upward = find_upward(read_imports())
    assert len(upward) <= UPWARD_FOR_TYPES, upward


def test_cycles_for_types_only_fall() -> None:
    cycles = find_cycles(read_imports())
    assert sum(map(len, cycles)) <= IN_CYCLES_FOR_TYPES, cycles


@pytest.mark.parametrize("for_types", [False, True])
@pytest.mark.parametrize(
    ("module", "line", "upward", "cycle"),
    [
        ("config", "import orionclient.session", True, "config session"),
        ("config", "class X:\n  def load(self):\n    from .session import OrionSession", True, "config session"),
        ("emulator._http.wire", "from .. import _server", True, "emulator._http.wire emulator._server"),
        ("emulator._store.blobs", "from . import parts", False, "emulator._store.blobs emulator._store.parts"),
        ("emulator._store.blobs", "import orionclient.emulator._store", False, ""),
        ("emulator._store.blobs", "from . import __doc__", False, ""),
        ("emulator._jobs", "from .jobs import JobEngine", False, ""),
    ],
)
def test_a_planted_import_is_found(module: str, line: str, upward: bool, cycle: str, for_types: bool) -> None:
    code = "if TYPE_CHECKING:\n" + textwrap.indent(line, "  ") if for_types else line
    before, after = (read_imports(planted, for_types=for_types) for planted in (None, (f"orionclient.{module}", code)))
    assert len(after) == len(before) + 1
    assert all(each.for_types == for_types for each in after if each not in before)
    assert bool(set(find_upward(after)) - set(find_upward(before))) == upward
    cycles = find_cycles(after) - find_cycles(before)
    assert bool(cycles) == bool(cycle)
    assert {f"orionclient.{name}" for name in cycle.split()} <= {name for each in cycles for name in each}
