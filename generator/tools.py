"""Checks and runs the pinned tools."""

from __future__ import annotations

import os
import re
import subprocess  # runs the pinned tools  # nosec B404
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PINS_FILE = Path(__file__).parent / "requirements.txt"


class ToolError(Exception):
    """A tool is missing, has another version, or failed."""


class RejectedError(ToolError):
    """A tool rejects parts of the contract.

    Attributes:
        rejections: Path of keys of each part, and the message of the tool.
    """

    def __init__(self, rejections: list[tuple[tuple[str, ...], str]]) -> None:
        super().__init__("\n".join(" ".join(message.split()) for _, message in rejections))
        self.rejections = rejections


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


def find_schema(document: dict[str, Any], message: str) -> tuple[str, ...]:
    """Return the path of the first schema that a message of a tool names; empty if it names none."""
    schemas = document.get("components", {}).get("schemas", {})
    name = next((word for word in re.findall(r"\w+", message) if word in schemas), None)
    return () if name is None else ("components", "schemas", name)


def run(module: str, *arguments: str, cwd: Path) -> str:
    """Run a tool in the environment of this interpreter, and return its output.

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
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        # Of a traceback, the last line is the message.
        message = " ".join(lines[-1:] if any(line.startswith("Traceback ") for line in lines) else lines)
        raise ToolError(f"{module} failed: {' '.join(message.split())}")
    return done.stdout
