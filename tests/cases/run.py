"""Runs case scripts that lie outside the project, each in a fresh process, and prints one line for each with its exit code.

`nox -s cases` runs it; `ORION_CASES` names the folder. Scripts are the `*.py` of that folder and of its folders `wire` and `outside`
whose names do not begin with `_`. A case is right if its script ends with 0 within its time limit.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (".", "wire", "outside")
LIMIT = 120.0
# Beginning of a file name -> seconds, for scripts that take longer.
LIMITS = {"22_upload_": 600.0}
# Bytes of address space for each script, so that one that grows without end does not take the machine's memory.
MEMORY = 4 << 30
KEPT = {"ORION_GENERATOR_PYTHON", "ORION_HTTP_LIBRARY"}


def scripts(folder: Path, names: list[str]) -> list[Path]:
    """Scripts of the folder, in order; with names only those whose path or file name begins with one of them."""
    found = [path for each in FOLDERS for path in sorted((folder / each).glob("*.py")) if path.name[0] != "_"]
    if not found:
        raise SystemExit(f"{folder} holds no case scripts: ORION_CASES has to name a folder that does")
    chosen = {name: [path for path in found if matches(path, folder, name)] for name in names}
    if unknown := [name for name in names if not chosen[name]]:
        raise SystemExit(f"no case in {folder} begins with {' or '.join(unknown)}")
    return [path for path in found if not names or any(path in each for each in chosen.values())]


def matches(script: Path, folder: Path, name: str) -> bool:
    """Whether the path below the folder, or the file name alone, begins with a name."""
    return any(each.startswith(name) for each in (script.relative_to(folder).as_posix(), script.name))


def environment(home: str) -> dict[str, str]:
    """Environment of a script: a home of its own, and no setting of the caller's profile."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORION_") or name in KEPT}
    return {**kept, "HOME": home, "USERPROFILE": home, "ORION_CHECKOUT": str(ROOT)}


def run(script: Path) -> tuple[str, str]:
    """Run one script; return its exit code, or that it exceeded its limit, and what it printed."""
    limit = next((seconds for start, seconds in LIMITS.items() if script.name.startswith(start)), LIMIT)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        # The output goes to a file: processes that a script leaves behind would keep a pipe open.
        process = subprocess.Popen(
            [sys.executable, "-B", str(script)],
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = str(process.wait(limit))
        except subprocess.TimeoutExpired:
            code = f"stopped after {limit:.0f} s"
        finally:
            end(process)
        output.seek(0)
        return code, output.read().decode(errors="backslashreplace")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a script and all processes that it left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> int:
    """Run the chosen cases; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "names", nargs="*", help="beginnings of paths or file names: wire, outside/21, 22 (default: all)"
    )
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    chosen, failed = scripts(folder, arguments.names), 0
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for script in chosen:
        start = time.monotonic()
        code, output = run(script)
        print(f"{code:>4}  {script.relative_to(folder).as_posix()}  ({time.monotonic() - start:.1f} s)", flush=True)
        if code != "0":
            failed += 1
            print("".join(f"      {line}\n" for line in output.splitlines()[-20:]), end="", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} cases are right")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
