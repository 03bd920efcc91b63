"""Runs case scripts from outside the project, each in a new process, and prints their exit codes.

Run by `nox -s cases`; `ORION_CASES` is the directory. Scripts are the `*.py` files of that directory and of its subdirectories `wire`
and `outside` whose names do not start with `_`. A case passes if its script exits with 0 within its time limit.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (".", "wire", "outside")
LIMIT = 120.0
# Time limits in seconds of slow scripts, by prefix of the file name.
LIMITS = {"22_upload_": 600.0}
# Limit of the address space of a script in bytes, so that a leak cannot exhaust the memory of the machine.
MEMORY = 4 << 30
PASSED_VARIABLES = {"ORION_GENERATOR_PYTHON", "ORION_HTTP_LIBRARY"}
# Names that scripts use and that were changed since -> their names today.
RENAMED = {
    "orionclient.config import origin_of": "orionclient._transport.checks import parse_origin",
    "orionclient.emulator import molecules": "orionclient.emulator._formats import molecules",
    "molecules.read(path, form": "molecules.read(path, form, 1 << 30",
    "orionclient._messages": "orionclient._transport.request",
    "orionclient._pool": "orionclient._transport.pool",
    "orionclient._sender": "orionclient._requesting.retry_loop",
    "Outgoing": "PreparedRequest",
    "put_elsewhere": "put_presigned",
    "_calls._terms": "_calls._options",
    "origin_of": "parse_origin",
    # The name of an uploaded file does not include the name of the folder given (docs/decisions.md).
    '"folder/x", "folder/y': '"x", "y',
    "proxy_for": "find_proxy",
}


def find_scripts(folder: Path, names: list[str]) -> list[Path]:
    """List the scripts of the directory in order; with names, only those whose path or file name starts with one of them."""
    found = [path for each in FOLDERS for path in sorted((folder / each).glob("*.py")) if path.name[0] != "_"]
    if not found:
        raise SystemExit(f"{folder} contains no case scripts; set ORION_CASES to their directory")
    chosen = {name: [path for path in found if matches(path, folder, name)] for name in names}
    if unknown := [name for name in names if not chosen[name]]:
        raise SystemExit(f"no case in {folder} starts with {' or '.join(unknown)}")
    return [path for path in found if not names or any(path in each for each in chosen.values())]


def matches(script: Path, folder: Path, name: str) -> bool:
    """Return whether the relative path or the file name of a script starts with a name."""
    return any(each.startswith(name) for each in (script.relative_to(folder).as_posix(), script.name))


def build_environment(home: str) -> dict[str, str]:
    """Build the environment of a script: its own home directory, and no ORION_ variables of the caller."""
    passed = {
        name: value for name, value in os.environ.items() if not name.startswith("ORION_") or name in PASSED_VARIABLES
    }
    return {**passed, "HOME": home, "USERPROFILE": home, "ORION_CHECKOUT": str(ROOT)}


def run(script: Path) -> tuple[str, str]:
    """Run a script; return its exit code, or that it timed out, and its output."""
    limit = next((seconds for start, seconds in LIMITS.items() if script.name.startswith(start)), LIMIT)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        # The output goes to a file, because processes that a script leaves behind would keep a pipe open.
        process = subprocess.Popen(
            [sys.executable, "-B", str(script)],
            cwd=folder,
            env=build_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = str(process.wait(limit))
        except subprocess.TimeoutExpired:
            code = f"timed out after {limit:.0f} s"
        finally:
            kill(process)
        output.seek(0)
        return code, output.read().decode(errors="backslashreplace")


def copy_scripts(folder: Path, target: Path) -> None:
    """Copy the directory of the scripts, with the names of today."""
    shutil.copytree(folder, target)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, RENAMED))})\b")
    for path in target.rglob("*.py"):
        source = path.read_text("utf-8")
        path.write_text(pattern.sub(lambda match: RENAMED[match[0]], source), "utf-8")


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a script and all processes that it left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> int:
    """Run the selected cases; return 1 if one failed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "names", nargs="*", help="prefixes of paths or file names, such as wire, outside/21 or 22 (default: all)"
    )
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    chosen, failed = find_scripts(folder, arguments.names), 0
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as temporary:
        copied = Path(temporary) / folder.name
        copy_scripts(folder, copied)
        for script in chosen:
            name, start = script.relative_to(folder), time.monotonic()
            code, output = run(copied / name)
            print(f"{code:>4}  {name.as_posix()}  ({time.monotonic() - start:.1f} s)", flush=True)
            if code != "0":
                failed += 1
                print("".join(f"      {line}\n" for line in output.splitlines()[-20:]), end="", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} cases passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
