"""Concurrent processes that write to one collection: each opens it, none blocks another, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from orionclient.local import LocalOrion
from orionclient.types import Shard, ShardCollection

WORKERS, EACH = 8, 50

# The work of a cube in a parallel group. It reports when it is ready, so that all start together.
WORK = f"""
    import sys
    from orionclient.session import OrionSession
    from orionclient.types import Shard, ShardCollection

    index, way, collection_id = sys.argv[1:]
    session = OrionSession()
    session.get_user_profile()
    print("ready", flush=True)
    sys.stdin.readline()
    collection = session.get_resource(ShardCollection, int(collection_id))
    print(collection.state, flush=True)

    def fill():
        for each in range({EACH}):
            name = f"{{index}}.{{each}}"
            shard = Shard.create(collection, name, {{"worker": int(index)}}, file=name.encode())
            assert shard.state == "ready"

    if way == "opened":
        with collection.opened(timeout=60):
            fill()
    else:
        collection.ensure_open(timeout=60)
        fill()
    print("done", flush=True)
"""


class Worker:
    """One worker process."""

    def __init__(self, index: int, collection: ShardCollection, environ: dict[str, str]) -> None:
        way = "opened" if index % 2 else "ensure_open"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ORION")}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(WORK), str(index), way, str(collection.id)],
            env={**inherited, **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == "ready\n", self.result()

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self) -> tuple[list[str], str, int]:
        out, err = self.process.communicate(timeout=90)
        return out.split(), err, self.process.returncode


@pytest.fixture
def slow(tmp_path: Path, real_time: None) -> Iterator[LocalOrion]:
    """Start a local Orion whose collections take a while to process."""
    with LocalOrion(tmp_path / "slow", seed="demo", processing=1.0) as running:
        yield running


def together(orion: LocalOrion, collection: ShardCollection) -> list[str]:
    """Let the workers fill the collection; return the state that each worker found."""
    workers = [Worker(index, collection, orion.environ) for index in range(WORKERS)]
    try:
        for worker in workers:
            worker.wait_until_ready()
        # Some start while it is processed; others find it ready or opened by another worker.
        collection.close()
        for index, worker in enumerate(workers):
            if index == WORKERS // 2:
                collection.wait("open", timeout=60)
            worker.begin()
        results = [worker.result() for worker in workers]
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.wait()
            for stream in (worker.process.stdin, worker.process.stdout, worker.process.stderr):
                if stream is not None:
                    stream.close()
    assert [(err, code) for _, err, code in results] == [("", 0)] * WORKERS
    assert [out[-1] for out, _, _ in results] == ["done"] * WORKERS
    return [out[0] for out, _, _ in results]


def test_eight_processes_fill_one_collection(slow: LocalOrion) -> None:
    session = slow.session()
    collection = ShardCollection.create(session, "parallel", version=2)
    before = Shard.create(collection, "before", file=b"before")
    states = together(slow, collection)
    assert "processing" in states
    assert "open" in states
    session.refresh_resource(collection)
    assert (collection.state, collection.shard_count) == ("open", WORKERS * EACH + 1)
    shards = list(collection.list_shards(state="ready"))
    assert len(shards) == WORKERS * EACH + 1
    assert shards[0] == before
    assert Counter(shard.metadata.get("worker") for shard in shards[1:]) == dict.fromkeys(range(WORKERS), EACH)
    assert len({shard.name for shard in shards}) == len({shard.id for shard in shards}) == len(shards)
    for shard in shards[:: EACH // 5]:
        assert b"".join(shard.download()) == shard.name.encode()
