"""Checks and runs the pinned tools."""

from __future__ import annotations

import json
import os
import subprocess  # runs the pinned tools  # nosec B404
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .merge import ContractError

PINS_FILE = Path(__file__).parent / "requirements.txt"


class ToolError(Exception):
    """A tool is missing, has another version, or failed."""


def read_pins(file: Path = PINS_FILE) -> dict[str, str]:
    """Read the pinned version of each tool from requirements.txt."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return dict(line.split("==", 1) for line in lines if line)


def reject_other_versions(pinned: dict[str, str]) -> None:
    """Raise ToolError if a tool is not installed in its pinned version."""
    for name, wanted in pinned.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "no version"
        if found != wanted:
            raise ToolError(
                f"generator/requirements.txt pins {name} {wanted}, but {found} is installed; run: nox -s generate"
            )


def run(module: str, *arguments: str, cwd: Path) -> None:
    """Run a tool in the environment of this interpreter.

    Raises:
        ToolError: If the tool fails; the message contains its output.
    """
    # Settings of the user must not reach the tools, because they would make the output depend on the machine.
    keep = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "PYTHONHASHSEED")
    environment = {name: value for name, value in os.environ.items() if name in keep}
    environment |= {"PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(  # noqa: S603 - our own arguments  # nosec B603
        [sys.executable, "-P", "-m", module, *arguments],  # -P: the directory contains a types.py
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        message = " ".join((done.stderr or done.stdout).split())
        raise ToolError(f"{module} failed: {message}")


def validate(document: dict[str, object], work: Path) -> None:
    """Validate a document against OpenAPI 3.1.

    Raises:
        ContractError: If the document is not valid.
    """
    source = work / "contract.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    try:
        run("openapi_spec_validator", "--schema", "3.1", source.name, cwd=work)
    except ToolError as error:
        raise ContractError(f"openapi/ is not valid OpenAPI 3.1: {error}") from None
