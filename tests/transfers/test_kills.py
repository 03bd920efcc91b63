"""Programs killed during a transfer: the target stays old or is complete, and the next run resumes.

`ORION_NIGHTLY=1` selects the long form.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from transfers_proxy import Proxy
from transfers_stack import FILES, Stack, eventually

from orionclient.types import File

# Kills of running uploads and downloads, in two ways each, and of moving a download into place: 20 of a target, 200
# nightly.
UPLOADS, DOWNLOADS, AT_THE_END = (50, 80, 40) if os.environ.get("ORION_NIGHTLY") else (5, 7, 6)
PARTS, WHOLE = 32 << 20, 6 << 20
CONTENT = random.Random(3).randbytes(PARTS)
MOST = 1.25
# Request heads, JSON, and the buffers of the transfer at the time of the kill.
SLACK = 512 << 10

pytestmark = [
    pytest.mark.timeout(1800 if os.environ.get("ORION_NIGHTLY") else 900),
    pytest.mark.skipif(os.name == "nt", reason="no SIGKILL on this system"),
]

# Steps of moving into place, and the content of the target if the program is killed there.
STEPS = {
    "before fsync": b"old",
    "after fsync": b"old",
    "before replace": b"old",
    "after replace": None,
    "before _sync_folder": None,
    "after _sync_folder": None,
}

CHILD = """
import os, pathlib, signal, sys
from orionclient.session import OrionSession
from orionclient._transfer import downloads, part_files, plans
from orionclient.types import File

# 16 parts or chunks, as a content of 128 MiB and more has them.
plans.MIN_PART_SIZE = 1 << 20
plans._SINGLE_REQUEST_SIZE = 16 << 20
downloads._RANGES_THRESHOLD = 16 << 20
way, path, file_id, step = sys.argv[1:]
def dies(place, name):
    original = getattr(place, name)
    def around(*args):
        if step == f"before {name}":
            os.kill(os.getpid(), signal.SIGKILL)
        original(*args)
        if step == f"after {name}":
            os.kill(os.getpid(), signal.SIGKILL)
    setattr(place, name, around)
commit = part_files.PartFile.commit
def moved(self, *, durable):
    # Only here: the journal is replaced too.
    for each in ((os, "fsync"), (pathlib.Path, "replace"), (part_files, "_sync_folder")):
        dies(*each)
    commit(self, durable=durable)
part_files.PartFile.commit = moved
session = OrionSession()
if way == "upload":
    made = File.upload(session, "x", path)
else:
    made = session.get_resource(File, int(file_id))
    made.download_to_file(path, workers=4 if way == "ranges" else 1)
print(made.id)
"""


class Run:
    """One program, with the proxy between it and the server."""

    def __init__(self, proxy: Proxy, stack: Stack, home: Path, *args: object, step: str = "") -> None:
        settings = {"ORION_URL": proxy.url, "ORION_TOKEN": stack.orion.token, "ORION_PROJECT": "1", "HOME": str(home)}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CHILD, *map(str, args), step],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **settings},
        )  # fmt: skip
        self._proxy = proxy
        self.out = self.err = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        self.out, self.err = self._process.communicate()
        self._proxy.wake()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._proxy.drop()
        self.end()

    def end(self) -> int:
        self._reader.join(120)
        code = self._process.wait(120)
        self._proxy.settle()
        return code


@pytest.fixture
def proxy(simple: Stack) -> Iterator[Proxy]:
    with Proxy(simple.orion.url) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def moment(way: str, size: int, index: int, of: int) -> int:
    """Return the byte at which the program is killed; spread over the transfer, with a random offset."""
    chance = random.Random(f"{way} {index} {random.random() if os.environ.get('ORION_NIGHTLY') else ''}")
    return round((index + chance.random()) / of * size)


@pytest.mark.parametrize("index", range(DOWNLOADS))
@pytest.mark.parametrize(("way", "size"), [("stream", PARTS), ("ranges", PARTS)])
def test_download(
    simple: Stack, proxy: Proxy, home: Path, tmp_path: Path, way: str, size: int, index: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    content = CONTENT[:size]
    made = File.upload(simple.session(), "x", content)
    folder = tmp_path / "folder"
    folder.mkdir()
    target = folder / "target"
    target.write_bytes(b"old")
    run = Run(proxy, simple, home, way, target, made.id)
    proxy.passed(moment(way, size, index, DOWNLOADS))
    run.kill()
    assert target.read_bytes() in {b"old", content}
    run = Run(proxy, simple, home, way, target, made.id)
    assert run.end() == 0, run.err
    assert target.read_bytes() == content
    assert os.listdir(folder) == ["target"]
    record_property(f"kills, {way}: bytes moved / size", proxy.down / size)
    assert proxy.down <= MOST * size + SLACK


@pytest.mark.parametrize("index", range(AT_THE_END))
def test_download_at_the_end(simple: Stack, proxy: Proxy, home: Path, tmp_path: Path, index: int) -> None:
    content = CONTENT[: PARTS // 2]
    step = list(STEPS)[index % len(STEPS)]
    # The daily run covers every step in one of two ways; the nightly run covers both.
    way = ("stream", "ranges")[(index + index // len(STEPS)) % 2]
    made = File.upload(simple.session(), "x", content)
    folder = tmp_path / "folder"
    folder.mkdir()
    target = folder / "target"
    target.write_bytes(b"old")
    run = Run(proxy, simple, home, way, target, made.id, step=step)
    assert run.end() == -signal.SIGKILL, run.err
    assert target.read_bytes() == (STEPS[step] or content)
    down = proxy.down
    run = Run(proxy, simple, home, way, target, made.id)
    assert run.end() == 0, run.err
    assert target.read_bytes() == content
    assert os.listdir(folder) == ["target"]
    # The part file was complete and is verified again; a target that is in place is downloaded like any other.
    assert (proxy.down - down < len(content)) == (STEPS[step] is not None)


@pytest.mark.parametrize("index", range(UPLOADS))
@pytest.mark.parametrize("size", [PARTS, WHOLE], ids=["parts", "whole"])
def test_upload(
    simple: Stack, proxy: Proxy, home: Path, tmp_path: Path, size: int, index: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    content = CONTENT[:size]
    path = tmp_path / "source"
    path.write_bytes(content)
    run = Run(proxy, simple, home, "upload", path, 0)
    # Not before the server created the file: a kill between that and the checkpoint leaves an empty file behind.
    proxy.passed(64 << 10)
    proxy.passed(moment(str(size), size, index, UPLOADS))
    run.kill()
    for file in simple.plain.get(FILES)["results"]:
        assert (file["state"], file["sha256"]) in {("uploading", None), ("ready", hashlib.sha256(content).hexdigest())}
    run = Run(proxy, simple, home, "upload", path, 0)
    assert run.end() == 0, run.err
    file = simple.plain.get(FILES)["results"][0]
    assert (file["id"], file["state"], file["size"]) == (int(run.out), "ready", size)
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    # Neither a second file nor an upload nor a checkpoint is left.
    eventually(lambda: sum(simple.held().values()) == 2)
    assert [each for each in home.rglob("*") if each.is_file()] == []
    record_property(f"kills, upload of {size >> 20} MiB: bytes moved / size", proxy.up / size)
    # The content of one request is sent again.
    assert proxy.up <= (MOST if size == PARTS else 2) * size + SLACK
