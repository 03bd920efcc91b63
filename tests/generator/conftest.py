"""Fixtures: our output and the stock output for a small contract, and a server for their requests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from generator_paths import FIXTURE, ROOT
from generator_server import Server
from generator_subjects import Ours, Stock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOOLS = ("openapi_python_client", "datamodel_code_generator", "ruff", "openapi_spec_validator", "yaml")


@pytest.fixture(scope="session")
def tools_python() -> str:
    """Interpreter of the environment with the pinned tools."""
    named = os.environ.get("ORION_GENERATOR_PYTHON")
    if named:
        return named
    if all(find_spec(tool) for tool in TOOLS):
        return sys.executable
    pytest.fail(
        "set ORION_GENERATOR_PYTHON to the interpreter of an environment with generator/requirements.txt, "
        "or run: nox -s generator",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def run(tools_python: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python in the environment of the tools."""

    def run(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [tools_python, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of the small contract; tests that change it copy it first."""
    folder = tmp_path_factory.mktemp("contract")
    shutil.copyfile(FIXTURE, folder / "common.yaml")
    return folder


@pytest.fixture(scope="session")
def generated(run: Any, contract: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of our output."""
    output = tmp_path_factory.mktemp("ours") / "fixture_ours"
    done = run("-m", "generator", "generate", "--contract", contract, "--output", output)
    assert done.returncode == 0, done.stderr
    return output


@pytest.fixture(scope="session")
def stock_generated(run: Any, contract: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of the output of openapi-python-client with its stock templates."""
    work = tmp_path_factory.mktemp("stock")
    # The stock generator does not support open states, so it gets enumerations.
    script = "import json, sys, pathlib, generator.merge, generator.adapter as a; "
    script += "print(json.dumps(a.prepare_contract(generator.merge.merge(pathlib.Path(sys.argv[1])).document)))"
    done = run("-c", script, contract)
    assert done.returncode == 0, done.stderr
    (work / "contract.json").write_text(done.stdout)
    (work / "config.json").write_text(json.dumps({"post_hooks": []}))
    arguments = ["--path", "contract.json", "--config", "config.json", "--meta", "none"]
    done = run("-m", "openapi_python_client", "generate", *arguments, "--output-path", "fixture_stock", cwd=work)
    assert done.returncode == 0, done.stderr
    return work / "fixture_stock"


@pytest.fixture(scope="session")
def ours(generated: Path) -> Ours:
    """Our output as a test subject."""
    sys.path.insert(0, str(generated.parent))
    return Ours(import_module(generated.name).__name__)


@pytest.fixture(scope="session")
def stock(stock_generated: Path) -> Stock:
    """The stock output as a test subject."""
    sys.path.insert(0, str(stock_generated.parent))
    return Stock(import_module(stock_generated.name).__name__)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def other_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()
