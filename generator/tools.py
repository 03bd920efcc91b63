"""The pinned tools: are they the ones that are installed, and how they are run."""

from __future__ import annotations

import json
import os
import subprocess  # running programs is what this is for  # nosec B404
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .merge import ContractError

PINS_FILE = Path(__file__).parent / "requirements.txt"


class ToolError(Exception):
    """A tool is missing, has another version, or failed; the message is for a person."""


def read_pins(file: Path = PINS_FILE) -> dict[str, str]:
    """Name -> exact version, from requirements.txt."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return dict(line.split("==", 1) for line in lines if line)


def reject_other_versions(pinned: dict[str, str]) -> None:
    """Raise ToolError when a tool has another version than the pinned one."""
    for name, wanted in pinned.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found != wanted:
            raise ToolError(
                f"generator/requirements.txt pins {name} {wanted}, but {found} is installed; run: nox -s generate"
            )


def run(module: str, *arguments: str, cwd: Path) -> None:
    """Run a tool of this interpreter's environment; its words become the error when it fails or warns."""
    # Nobody's settings may reach the tools: they would change the output from one machine to the next.
    keep = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "PYTHONHASHSEED")
    environment = {name: value for name, value in os.environ.items() if name in keep}
    environment |= {"PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(  # noqa: S603 - our own arguments  # nosec B603
        [sys.executable, "-P", "-m", module, *arguments],  # -P: the folder holds a types.py
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        words = " ".join((done.stderr or done.stdout).split())
        raise ToolError(f"{module} failed: {words}")


def validate(document: dict[str, object], work: Path) -> None:
    """Reject a document that OpenAPI 3.1 itself does not allow."""
    source = work / "contract.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    try:
        run("openapi_spec_validator", "--schema", "3.1", source.name, cwd=work)
    except ToolError as error:
        raise ContractError(f"openapi/ is no valid OpenAPI 3.1: {error}") from None
