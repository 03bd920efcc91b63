"""Benchmark of listings with 200,000 items: memory and time of the iteration, and the first page compared with the last.

    python tests/benchmarks/listing.py [--count 200000] [--rounds 60]

The server, the client that iterates and the timer of pages are three processes. Rows are inserted into the server's database directly.
The benchmark prints figures and has no targets; docs/measurements.md has the results.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import File, ShardCollection

_CREATED: Final = "2026-06-01T00:00:00.000000Z"
_DIGEST: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_PATHS: Final = {"files": "/api/v3/storage/files/", "shards": "/api/v1/storage/collections/1/shards/"}
_MIB: Final = 1 << 20


def fill(folder: Path, count: int) -> None:
    """Create a stack with `count` files and one collection of `count` shards in project 1."""
    with LocalOrion(folder, seed="demo"):
        pass
    db = sqlite3.connect(folder / "orion.sqlite")
    with db:
        db.executemany(
            "INSERT INTO files (name, description, project, owner, created, state, size, sha256)"
            " VALUES (?, 'one of many', 1, 1, ?, 'ready', 0, ?)",
            ((f"file {number}", _CREATED, _DIGEST) for number in range(count)),
        )
        db.execute(
            "INSERT INTO collections (id, name, description, project, owner, created, state)"
            " VALUES (1, 'many', '', 1, 1, ?, 'ready')",
            (_CREATED,),
        )
        db.executemany(
            "INSERT INTO shards (id, collection, name, state, created, sha256, metadata)"
            " VALUES (?, 1, ?, 'ready', ?, ?, '{\"frames\":10}')",
            ((number + 1, f"shard {number}", _CREATED, _DIGEST) for number in range(count)),
        )
    db.close()


def serve(folder: Path) -> None:
    """Run the server until the standard input ends; the first line of the output is its URL and token."""
    with LocalOrion(folder) as orion:
        print(json.dumps({"url": orion.url, "token": orion.token}), flush=True)
        sys.stdin.read()


@contextmanager
def serving(folder: Path) -> Iterator[dict[str, str]]:
    """Run the server in a separate process."""
    command = [sys.executable, __file__, "--serve", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


def iterate(what: str, traced: bool) -> dict[str, float]:
    """List everything in this process; it must have done nothing else before."""
    session = OrionSession(SessionConfig(os.environ["ORION_URL"], os.environ["ORION_TOKEN"]))
    collection = session.get_resource(ShardCollection, 1)
    listing = collection.list_shards() if what == "shards" else session.list_resources(File)
    if traced:
        tracemalloc.start()
    # What importing and connecting needed is in it before.
    before = largest()
    start = time.perf_counter()
    number = sum(1 for _ in listing)
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1] if traced else 0
    return {"number": number, "seconds": seconds, "growth": largest() - before, "peak": peak}


def largest() -> float:
    """The largest resident size of this process so far, in bytes. (That of getrusage starts with the parent's.) Linux only."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def iterated(what: str, where: dict[str, str], *, traced: bool) -> dict[str, float]:
    """List all items in a separate process."""
    command = [sys.executable, __file__, "--iterate", what, *(["--traced"] if traced else [])]
    env = {**os.environ, "ORION_URL": where["url"], "ORION_TOKEN": where["token"]}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


class Pages:
    """Requests pages over one keep-alive connection."""

    def __init__(self, where: dict[str, str], path: str, limit: int) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(where["url"]).netloc)
        self._headers = {"Authorization": f"Token {where['token']}"}
        self.first: str = f"{path}?limit={limit}"

    def get(self, address: str) -> bytes:
        """Return the body of a page."""
        self._connection.request("GET", address, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise SystemExit(f"{response.status}: {body[:200]!r}")
        return body

    def last(self, limit: int) -> str:
        """Return the URL of the last full page."""
        found = address = self.first
        while True:
            page: dict[str, Any] = json.loads(self.get(address))
            if len(page["results"]) == limit:
                found = address
            if page["next"] is None:
                return found
            address = page["next"]

    def seconds(self, address: str) -> float:
        """Return the seconds of a request for a page."""
        start = time.perf_counter()
        self.get(address)
        return time.perf_counter() - start


def compare(where: dict[str, str], path: str, limit: int, rounds: int) -> tuple[float, float]:
    """Return the median seconds of the first and of the last page, requested alternately."""
    pages = Pages(where, path, limit)
    last = pages.last(limit)
    for address in (pages.first, last):
        pages.get(address)
    taken = [(pages.seconds(pages.first), pages.seconds(last)) for _ in range(rounds)]
    return statistics.median(first for first, _ in taken), statistics.median(end for _, end in taken)


def report(count: int, rounds: int) -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory(prefix="orion-") as name:
        folder = Path(name)
        fill(folder, count)
        with serving(folder) as where:
            for what, path in _PATHS.items():
                plain, traced = (iterated(what, where, traced=each) for each in (False, True))
                number, seconds = plain["number"], plain["seconds"]
                print(f"{what}: {number:,.0f} listed in {seconds:.1f} s, {number / seconds:,.0f} items/s")
                print(
                    f"  memory of the client: process + {plain['growth'] / _MIB:.1f} MiB, objects + {traced['peak'] / _MIB:.1f} MiB"
                )
                for limit in (100, 1000):
                    first, last = compare(where, path, limit, rounds)
                    print(
                        f"  pages of {limit}: first {first * 1e3:.1f} ms, last {last * 1e3:.1f} ms, ratio {last / first:.2f}"
                    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200_000, help="count of files, and of shards")
    parser.add_argument("--rounds", type=int, default=60, help="requests for each of the two pages")
    for own in ("--serve", "--iterate"):
        parser.add_argument(own, help=argparse.SUPPRESS)
    parser.add_argument("--traced", action="store_true", help=argparse.SUPPRESS)
    known = parser.parse_args()
    if known.serve:
        serve(Path(known.serve))
    elif known.iterate:
        print(json.dumps(iterate(known.iterate, known.traced)))
    else:
        report(known.count, known.rounds)


if __name__ == "__main__":
    main()
