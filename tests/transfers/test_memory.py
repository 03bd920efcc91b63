"""Memory and connections of transfers, measured in a fresh process relative to the first request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import Stack

from orionclient._transport import exchange
from orionclient.emulator._http.wire import WireProtocol
from orionclient.session import OrionSession
from orionclient.types import File

MIB = 1 << 20
# The daily run moves less, but still many times what a transfer may take.
SIZE = (512 if os.environ.get("ORION_NIGHTLY") == "1" else 192) * MIB

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc"),
]

START = """
import json, os, re, sys, threading
from pathlib import Path
from orionclient.session import OrionSession
from orionclient.types import File, Shard, ShardCollection

def memory(name):
    return int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

session, numbers = OrionSession(), json.loads(sys.argv[1])
session.get_user_profile()
# The peak is counted from here.
Path("/proc/self/clear_refs").write_text("5")
before = memory("VmRSS")
"""
END = """
print(json.dumps({"peak": memory("VmHWM") - before, "threads": threading.active_count()}))
"""


def run(stack: Stack, folder: Path, code: str, *numbers: int) -> dict[str, Any]:
    """Run a program against the server, and return the figures that it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", START + code + END, json.dumps(numbers)],
        capture_output=True, text=True, check=False, timeout=800, cwd=folder,
        env={**os.environ, **stack.orion.environ, "HOME": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, File, Path]]:
    """Start a local Orion with a large sparse file, and return both."""
    folder = tmp_path_factory.mktemp("memory")
    path = folder / "large"
    with path.open("wb") as stream:
        stream.truncate(SIZE)
    with Stack(folder / "stack", storage=False) as stack:
        yield stack, File.upload(stack.session(), "large", path), path


CASES = {
    "upload": 'session.delete_resource(File.upload(session, "x", "large"))',
    "upload of a shard": 'session.delete_resource(Shard.create(ShardCollection.create(session, "x"), "x", file="large"))',
    "upload of a file": 'with open("large", "rb") as file: session.delete_resource(File.upload(session, "x", file))',
    "upload of an iterator": f'session.delete_resource(File.upload(session, "x", (bytes(1 << 20) for _ in range({SIZE // MIB}))))',
    "download": 'session.get_resource(File, numbers[0]).download_to_file("target")',
    "download in ranges": 'session.get_resource(File, numbers[0]).download_to_file("target", workers=4)',
    "download to a device": 'session.get_resource(File, numbers[0]).download_to_file("/dev/null")',
    "download as an iterator": f"assert sum(map(len, session.get_resource(File, numbers[0]).download())) == {SIZE}",
}


@pytest.mark.parametrize("name", CASES)
def test_one_transfer(
    stored: tuple[Stack, File, Path], name: str, record_property: Callable[[str, object], None]
) -> None:
    stack, made, path = stored
    found = run(stack, path.parent, CASES[name], made.id)
    (path.parent / "target").unlink(missing_ok=True)
    record_property(f"memory, {name} of {SIZE // MIB} MiB: MiB", found["peak"] / MIB)
    assert found["peak"] <= 16 * MIB
    # No thread outlives its transfer.
    assert found["threads"] == 1


def test_eight_downloads_at_once(
    stored: tuple[Stack, File, Path], record_property: Callable[[str, object], None]
) -> None:
    stack, _, path = stored
    small = path.with_name("small")
    with small.open("wb") as stream:
        stream.truncate(SIZE // 8)
    made = File.upload(stack.session(), "small", small)
    code = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    file = session.get_resource(File, numbers[0])
    list(pool.map(lambda index: file.download_to_file(f"target{index}"), range(8)))
"""
    found = run(stack, path.parent, code, made.id)
    targets = list(path.parent.glob("target*"))
    assert [target.stat().st_size for target in targets] == [SIZE // 8] * 8
    for target in targets:
        target.unlink()
    record_property("memory, 8 downloads at once: MiB", found["peak"] / MIB)
    assert found["peak"] <= 64 * MIB


def test_connections_of_32_workers(
    simple: Stack, new_session: OrionSession, record_property: Callable[[str, object], None]
) -> None:
    workers, each = 32, 10
    count = Connections(simple)
    lost: list[BaseException] = []

    def work(index: int) -> None:
        try:
            for turn in range(each):
                content = b"%d %d" % (index, turn)
                made = File.upload(new_session, "x", content)
                assert b"".join(made.download()) == content
        except BaseException as error:  # noqa: BLE001 - any error counts as lost
            lost.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(workers)]
    with count:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    record_property(f"connections of {workers} workers", float(count.made))
    assert lost == []
    assert simple.orion.faults.effects("download_file") == workers * each
    assert count.made <= 1.1 * workers


@pytest.fixture
def new_session(simple: Stack) -> OrionSession:
    exchange.close_connections()
    return simple.session()


class Connections:
    """Counts the connections that the local Orion accepts."""

    def __init__(self, stack: Stack) -> None:
        self.made = 0
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> None:
        made = WireProtocol.connection_made

        def count(protocol: Any, transport: Any) -> None:
            self.made += 1
            made(protocol, transport)

        self._patch.setattr(WireProtocol, "connection_made", count)

    def __exit__(self, *_: object) -> None:
        self._patch.undo()
