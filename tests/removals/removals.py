"""Removes one safeguard at a time from a copy of the package and checks that its test fails.

Run `python tests/removals/removals.py`; `--write` updates the list in docs/measurements.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "docs" / "measurements.md"
START, END = "<!-- removals: written by tests/removals/removals.py --write -->", "<!-- removals: end -->"


class Removal(NamedTuple):
    """A safeguard to remove: the code in a file, its replacement, and the test that must then fail."""

    safeguard: str
    file: str
    code: str
    replacement: str
    test: str


REMOVALS = [
    Removal(
        "the origin check",
        "orionclient/_requesting/retry_loop.py",
        "if config is not None and config.token and origin == config.origin and request.authenticate:",
        "if config is not None and config.token and request.authenticate:",
        "tests/session/test_origin.py::test_a_redirect_to_another_origin_drops_the_token",
    ),
    Removal(
        "the fork hook",
        "orionclient/_transport/pool.py",
        "    os.register_at_fork(after_in_child=REGISTRY.reset_after_fork)\n",
        "    pass\n",
        "tests/session/test_http_session.py::test_a_forked_child_has_connections_of_its_own",
    ),
    Removal(
        "the body rewind",
        "orionclient/_transport/request.py",
        "            self._payload.seek(self._start)  # type: ignore[union-attr]\n",
        "            pass\n",
        "tests/session/test_content.py::test_a_retried_upload_sends_the_whole_body_again",
    ),
    Removal(
        "the deadline",
        "orionclient/_transport/sockets.py",
        "        if self.at is None:\n            return timeout\n",
        "        if True:\n            return timeout\n",
        "tests/session/test_bad_responses.py::test_a_drip_ends_at_the_deadline",
    ),
    Removal(
        "the fsync before the rename",
        "orionclient/_transfer/part_files.py",
        "            if durable:\n                os.fsync(stream.fileno())\n",
        "            pass\n",
        "tests/security/test_durability.py::test_a_download_is_synced_before_it_is_renamed",
    ),
    Removal(
        "the quota",
        "orionclient/_requesting/retry_loop.py",
        "        if not self._options.quota.acquire(cost):\n            return None\n",
        "",
        "tests/session/test_verbs.py::test_the_retry_quota_of_a_session_ends_its_retries",
    ),
    Removal(
        "the rate limiter",
        "orionclient/_requesting/retry_loop.py",
        "        yield Wait(seconds)\n",
        "        pass\n",
        "tests/session/test_verbs.py::test_one_429_throttles_all_sessions_of_the_process",
    ),
    Removal(
        "the digest check",
        "orionclient/_transfer/downloads.py",
        "        verify_digest(self._content, self._expected, size, self._algorithm, digest)\n",
        "",
        "tests/session/test_content.py::test_a_truncated_or_corrupt_download_leaves_the_old_file",
    ),
    Removal(
        "the comparison with the resource",
        "orionclient/_transfer/content.py",
        '    expected.check(size, digest if algorithm == "sha-256" else None)\n',
        "",
        "tests/transfers/test_expected.py::test_other_content_is_an_error",
    ),
    Removal(
        "the check of ranges that were not requested",
        "generated/orion_api/_shared.py",
        "    if not requested:\n",
        "    if not requested:\n        return None\n    if not requested:\n",
        "tests/session/test_raw_streams.py::test_an_unrequested_range_is_an_error",
    ),
]


def run(folder: Path, test: str) -> tuple[int, list[str]]:
    """Run a test in a copy; return the exit code and the names of the failed tests."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(folder / "generated")])}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--timeout",
        "60",
        test,
    ]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"{test} failed to run:\n{done.stdout}{done.stderr}")
    # Only names in the summary of pytest count.
    return done.returncode, re.findall(r"^FAILED (\S+::\w+)", done.stdout, re.MULTILINE)


def copy_project(folder: Path) -> None:
    """Copy the project, so that the copy is tested instead of the installed package."""
    for name in ("orionclient", "generated", "tests", "openapi", "generator"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def check_removal(folder: Path, removal: Removal) -> str:
    """Remove a safeguard, run its test and restore the file; return the name of the test."""
    path = folder / removal.file
    source = path.read_text("utf-8")
    if source.count(removal.code) != 1:
        raise SystemExit(
            f"{removal.safeguard}: found its code {source.count(removal.code)} times in {removal.file}, expected once"
        )
    code, _ = run(folder, removal.test)
    if code:
        raise SystemExit(f"{removal.safeguard}: {removal.test} fails before the removal")
    try:
        path.write_text(source.replace(removal.code, removal.replacement), "utf-8")
        code, failed = run(folder, removal.test)
    finally:
        path.write_text(source, "utf-8")
    name = removal.test.rpartition("::")[2]
    if not code or not any(each.endswith(f"::{name}") for each in failed):
        raise SystemExit(f"{removal.safeguard}: {removal.test} passes although it was removed from {removal.file}")
    return f"`{removal.test}`"


def main() -> None:
    """Check all removals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="update the list in docs/measurements.md")
    options = parser.parse_args()
    rows = ["| removed safeguard | file | failed test |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory).resolve()
        copy_project(folder)
        for removal in REMOVALS:
            rows.append(f"| {removal.safeguard} | `{removal.file}` | {check_removal(folder, removal)} |")
            print(rows[-1], flush=True)
    if options.write:
        content = FIGURES.read_text("utf-8")
        before, _, rest = content.partition(START)
        _, found, after = rest.partition(END)
        if not found:
            raise SystemExit(f"{FIGURES} does not contain the comments {START!r} and {END!r}")
        FIGURES.write_text("\n".join([before + START, *rows, END]) + after, "utf-8")
    print(f"{len(REMOVALS)} of {len(REMOVALS)} removals were detected")


if __name__ == "__main__":
    main()
