"""Takes one safeguard at a time out of a copy of the package, and demands that the tests which are there for it fail.

`python tests/removals/removals.py` tells; `--write` puts the list into docs/measurements.md.
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
    """What is taken out: an exact text of a file, and what stands there instead; and the test that has to fail then."""

    what: str
    file: str
    text: str
    instead: str
    test: str


REMOVALS = [
    Removal(
        "the origin check",
        "orionclient/_retry_loop.py",
        "if config is not None and config.token and origin == config.origin and request.authenticate:",
        "if config is not None and config.token and request.authenticate:",
        "tests/session/test_origin.py::test_a_redirect_to_another_origin_goes_without_the_token",
    ),
    Removal(
        "the fork hook",
        "orionclient/_pool.py",
        "    os.register_at_fork(after_in_child=REGISTRY.reset_after_fork)\n",
        "    pass\n",
        "tests/session/test_http_session.py::test_a_forked_child_has_connections_of_its_own",
    ),
    Removal(
        "the body rewind",
        "orionclient/_messages.py",
        "                payload.seek(self._start)\n            if",
        "                pass\n            if",
        "tests/session/test_content.py::test_a_retried_upload_sends_all_of_it_again",
    ),
    Removal(
        "the deadline",
        "orionclient/_socket.py",
        "        if self.at is None:\n            return timeout\n",
        "        if True:\n            return timeout\n",
        "tests/session/test_bad_responses.py::test_a_drip_ends_at_the_deadline",
    ),
    Removal(
        "the fsync before the rename",
        "orionclient/transfer/part_files.py",
        "            if durable:\n                os.fsync(stream.fileno())\n",
        "            pass\n",
        "tests/security/test_promises.py::test_a_download_is_on_the_disk_before_it_takes_its_name",
    ),
    Removal(
        "the quota",
        "orionclient/_retry_loop.py",
        "        if not self._options.quota.acquire(cost):\n            return None\n",
        "",
        "tests/session/test_verbs.py::test_the_quota_of_a_session_ends_its_retries",
    ),
    Removal(
        "the rate limiter",
        "orionclient/_retry_loop.py",
        "        yield Wait(seconds)\n",
        "        pass\n",
        "tests/session/test_verbs.py::test_one_429_slows_all_sessions_of_the_process",
    ),
    Removal(
        "the digest check",
        "orionclient/transfer/downloads.py",
        "        verify_digest(self._content, self._expected, size, self._algorithm, digest)\n",
        "",
        "tests/session/test_content.py::test_a_short_or_wrong_download_leaves_the_old_file",
    ),
    Removal(
        "the comparison with the resource",
        "orionclient/transfer/content.py",
        '    expected.check(size, digest if algorithm == "sha-256" else None)\n',
        "",
        "tests/transfers/test_expected.py::test_another_content_is_an_error",
    ),
    Removal(
        "the check of ranges that were not requested",
        "orionclient/_ranges.py",
        '    if requested is None:\n        return "the 206 response has a byte range, but no range was requested"\n',
        "    if requested is None:\n        return None\n",
        "tests/session/test_raw_streams.py::test_a_part_that_nobody_asked_for_is_an_error",
    ),
]


def run(folder: Path, test: str) -> tuple[int, list[str]]:
    """Run one test in a copy; gives the exit code and the names of the cases that failed."""
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
        raise SystemExit(f"{test} cannot be run:\n{done.stdout}{done.stderr}")
    # Only a name that pytest wrote into its summary counts.
    return done.returncode, re.findall(r"^FAILED (\S+::\w+)", done.stdout, re.MULTILINE)


def copied(folder: Path) -> None:
    """Make the copy; what is installed elsewhere is not what is tested."""
    for name in ("orionclient", "generated", "tests", "openapi", "generator"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def tried(folder: Path, removal: Removal) -> str:
    """Take one thing out, run its test, and put it back; gives the name of the test."""
    path = folder / removal.file
    source = path.read_text("utf-8")
    if source.count(removal.text) != 1:
        raise SystemExit(
            f"{removal.what}: its text stands {source.count(removal.text)} times in {removal.file}, not once"
        )
    code, _ = run(folder, removal.test)
    if code:
        raise SystemExit(f"{removal.what}: {removal.test} fails although nothing was taken out")
    try:
        path.write_text(source.replace(removal.text, removal.instead), "utf-8")
        code, failed = run(folder, removal.test)
    finally:
        path.write_text(source, "utf-8")
    name = removal.test.rpartition("::")[2]
    if not code or not any(each.endswith(f"::{name}") for each in failed):
        raise SystemExit(f"{removal.what} was taken out of {removal.file}, and {removal.test} did not notice")
    return f"`{removal.test}`"


def main() -> None:
    """Try all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the list into docs/measurements.md")
    options = parser.parse_args()
    rows = ["| taken out | of | failed then |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        copied(folder)
        for removal in REMOVALS:
            rows.append(f"| {removal.what} | `{removal.file}` | {tried(folder, removal)} |")
            print(rows[-1], flush=True)
    if options.write:
        text = FIGURES.read_text("utf-8")
        before, _, rest = text.partition(START)
        _, found, after = rest.partition(END)
        if not found:
            raise SystemExit(f"{FIGURES} lacks the two comments to write between")
        FIGURES.write_text("\n".join([before + START, *rows, END]) + after, "utf-8")
    print(f"{len(REMOVALS)} of {len(REMOVALS)} removals were noticed")


if __name__ == "__main__":
    main()
