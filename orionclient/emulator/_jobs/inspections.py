"""Inspection of extracted packages: a separate program determines the floes and the environment of a package."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._jobs.processes import build_environment, describe_exit
from orionclient.emulator._jobs.specifications import FloeSpecification, SpecificationError, check_floe

if TYPE_CHECKING:
    from pathlib import Path

    from orionclient.emulator._jobs.jobs import JobEngine

# Determining the floes of a package imports all its dependencies, which can take long.
INSPECTION_SECONDS = 120.0
_MAX_OUTPUT = 16 * 1024 * 1024
_MAX_REASON = 2000
_MAX_LOG = 64 * 1024


@dataclass(slots=True)
class Inspection:
    """What was found in a package; a package with errors has no floes."""

    floes: list[FloeSpecification] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    environment: dict[str, Any] = field(default_factory=dict)
    log: str = ""

    @property
    def reason(self) -> str:
        """Why the package has no floes, in one sentence; empty if it has some."""
        more = f" (and {len(self.errors) - 1} more errors)" if len(self.errors) > 1 else ""
        return self.errors[0][: _MAX_REASON - len(more)] + more if self.errors else ""


class _InspectionError(Exception):
    """A package that cannot be inspected; the message is the reason."""


def inspect(engine: JobEngine, folder: Path, package_id: int) -> Inspection:
    """Run the program that inspects packages on an extracted package; the result has its errors."""
    found, log = Inspection(), bytearray()
    try:
        report = _run(engine, folder, package_id, log)
        found.errors, found.warnings = (_read_sentences(report, name) for name in ("errors", "warnings"))
        found.environment = dict(report.get("environment", {}))
        if not found.errors:
            found.floes = [check_floe(each) for each in report["floes"]]
    except (_InspectionError, SpecificationError, OSError, TypeError, ValueError) as error:
        found.errors = [str(error)]
    found.log = log.decode(errors="replace")
    return found


def _read_sentences(report: dict[str, Any], name: str) -> list[str]:
    return [str(each)[:_MAX_REASON] for each in report.get(name, [])]


def _run(engine: JobEngine, folder: Path, package_id: int, log: bytearray) -> dict[str, Any]:
    """Run the program, and return the JSON object that it prints; a list is one of floes."""
    argv = engine.describe
    if not argv:
        raise _InspectionError("this local Orion was started without a command to inspect packages")
    output = bytearray()

    def add_error(data: bytes) -> None:
        log.extend(data)
        del log[:-_MAX_LOG]

    with engine.process(f"package {package_id}") as process:
        timer = threading.Timer(INSPECTION_SECONDS, process.stop, ("time",))
        timer.daemon = True
        timer.start()

        def add_output(data: bytes) -> None:
            if len(output) <= _MAX_OUTPUT:
                output.extend(data)
            else:
                process.stop("output")

        try:
            code = process.run([*argv, str(folder.absolute())], folder, build_environment(), add_output, add_error)
        finally:
            timer.cancel()
    if process.stop_reason == "time":
        raise _InspectionError(f"inspecting the package took more than {INSPECTION_SECONDS:g} seconds")
    if process.stop_reason == "output":
        raise _InspectionError(f"the command that inspects packages printed more than {_MAX_OUTPUT} bytes")
    if code != 0:
        raise _InspectionError(_last_line(log) or describe_exit("the command that inspects packages", code or 0))
    found = _strictjson.loads(output.decode())
    report = {"floes": found} if isinstance(found, list) else found
    if not isinstance(report, dict) or "floes" not in report:
        raise _InspectionError("the command that inspects packages did not print a JSON list, or an object with floes")
    return report


def _last_line(output: bytearray) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
