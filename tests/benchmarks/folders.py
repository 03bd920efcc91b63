"""Benchmark of `ls`: a folder of 90 items among 200,000 items, compared with the same folder alone.

    python tests/benchmarks/folders.py [--count 200000] [--rounds 400]

The requests to both servers alternate in one run. The exit code is 1 if the ratio of the medians is above 1.2.
"""

from __future__ import annotations

import argparse
import http.client
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from orionclient.local import LocalOrion

_LIMIT: Final = 1.2
_FOLDER: Final = "/project/1/team/few"
_ROWS: Final = (
    "INSERT INTO {} (name, description, project, owner, created, path, deleted) VALUES (?, '', 1, 1, '2026', ?, ?)"
)


def fill(folder: Path, few: int, many: int) -> None:
    """Create a stack with a small folder, a large one whose files are partly in the trash, and 100 others."""
    with LocalOrion(folder, seed="demo") as orion:
        orion.session().create_paths("/few", "/many", *(f"/others/{index}" for index in range(80)))
    db = sqlite3.connect(folder / "orion.sqlite")
    with db:
        for table in ("files", "datasets", "collections"):
            rows = [(f"item {index}", "/few", "") for index in range(few // 3)]
            rows += [(f"item {index}", "/many", "2026" * (index % 2)) for index in range(many // 3)]
            db.executemany(_ROWS.format(table), rows)
    db.close()


def measure(orion: LocalOrion) -> float:
    """Return the time of one request in seconds."""
    connection = http.client.HTTPConnection(urlsplit(orion.url).netloc)
    start = time.perf_counter()
    connection.request(
        "GET", f"/api/v1/fs/entries/?path={_FOLDER}&limit=100", headers={"Authorization": f"Token {orion.token}"}
    )
    body = connection.getresponse().read()
    seconds = time.perf_counter() - start
    connection.close()
    if b'"count":90' not in body.replace(b" ", b""):
        raise SystemExit(f"the folder does not have 90 items: {body[:200]!r}")
    return seconds


def main() -> int:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200_000, help="items in the large stack")
    parser.add_argument("--rounds", type=int, default=400, help="requests to each server")
    options = parser.parse_args()
    with ExitStack() as stack:
        servers = []
        for many in (0, options.count):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            fill(folder, 90, many)
            servers.append(stack.enter_context(LocalOrion(folder)))
        times = [[measure(orion) for orion in servers] for _ in range(options.rounds)]
    alone, among = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = among / alone
    print(
        f"alone {alone * 1000:.2f} ms, among {options.count} items {among * 1000:.2f} ms, ratio {ratio:.2f} (limit {_LIMIT})"
    )
    return int(ratio > _LIMIT)


if __name__ == "__main__":
    sys.exit(main())
