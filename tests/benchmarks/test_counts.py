"""The figures of the benchmarks that are the same on any machine: counts of connections and lost items, memory of a long listing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).with_name("transfers")
Measure = Callable[..., dict[str, float]]


@pytest.fixture
def measure() -> Iterator[Measure]:
    """Runs a program of the benchmark in a fresh process, against its latency server with zero latency."""
    command = [sys.executable, str(FOLDER / "latency.py"), "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        paths = os.pathsep.join(path for path in sys.path if path)

        def run(program: str, **task: Any) -> dict[str, float]:
            given = json.dumps({"url": url, **task})
            done = subprocess.run(
                [sys.executable, "-W", "error", str(FOLDER / "subjects.py"), program, given],
                env={**os.environ, "PYTHONPATH": paths},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            with urllib.request.urlopen(url + "/_counts", timeout=120) as response:
                counts = json.load(response)
            return {**json.loads(done.stdout), **counts}

        yield run
        server.stdin.close()
        server.wait(120)


@pytest.mark.parametrize("workers", [32, 64])
def test_a_thousand_shards_need_a_connection_for_each_worker(measure: Measure, workers: int) -> None:
    reported = measure("shards", count=1000, size=4096, workers=workers)
    assert reported["connections"] <= 1.1 * workers
    assert (reported["lost"], reported["ready"], reported["bytes"], reported["rejected"]) == (0, 1000, 4_096_000, 0)
    # One request for the collection, and three for each shard.
    assert reported["requests"] == 3001


def test_a_listing_needs_a_request_for_a_thousand_items(measure: Measure) -> None:
    reported = measure("pages", count=20_000)
    assert (reported["items"], reported["lost"], reported["connections"]) == (20_000, 0, 1)
    # One request for the collection, and one for each page.
    assert reported["requests"] == 21


def test_half_a_million_shards_are_listed_in_little_memory(measure: Measure) -> None:
    reported = measure("listed", count=500_000, workers=8)
    assert (reported["items"], reported["lost"]) == (500_000, 0)
    assert reported["memory"] <= 100
