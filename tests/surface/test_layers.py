"""The import contracts hold, and each of them detects an import that breaks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

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
