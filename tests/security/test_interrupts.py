"""Ctrl-C and SIGTERM in the middle of transfers, few file descriptors, and clocks that jump: nothing lost, nothing left hanging."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.scripted import Answer, Scripted

from orionclient._clock import CLOCK
from orionclient.emulator.faults import stall
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
MIB = 1 << 20
SIZE = 6 * MIB
EACH = 20 if os.environ.get("ORION_NIGHTLY") else 5
LUCK = random.Random(20)
POINTS = [LUCK.randrange(3 * MIB // 2, SIZE - MIB // 2) for _ in range(EACH)]
# The process of somebody else: it stops itself when so and so many bytes have moved, wherever its threads are then.
SCRIPT = """
import json, os, signal, sys, threading, time
from orionclient.session import OrionSession, get_session
from orionclient.transfer import downloads, plans, progress
from orionclient.types import File
plans._WHOLE, plans.SMALLEST_PART, downloads._WORTH_RANGES = 1 << 20, 1 << 19, 1 << 20
what = json.loads(sys.argv[1])
session = OrionSession(requests_session=get_session(request_timeout=60))
moved, lock = 0, threading.Lock()
original = progress.Meter.add
def add(self, count, *, moved=True):
    original(self, count, moved=moved)
    if moved:
        note(count)
def note(count):
    global moved
    with lock:
        before, moved = moved, moved + count
    if what["point"] is not None and before < what["point"] <= moved:
        print(time.monotonic(), flush=True)
        os.kill(os.getpid(), what["signal"])
progress.Meter.add = add
def terminated(*_):
    raise SystemExit(143)
if what["handled"]:
    signal.signal(signal.SIGTERM, terminated)
try:
    if what["kind"] == "many":
        session.upload_files(what["path"], workers=3)
    elif what["kind"] == "upload":
        print("id", File.upload(session, "up", what["path"]).id)
    else:
        File(session=session, id=what["id"]).download_to_file(what["path"], workers=what["workers"])
except KeyboardInterrupt:
    print("interrupted")
    sys.exit(130)
finally:
    print("moved", moved, "threads", [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()])
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo") as running:
        yield running


@pytest.fixture(scope="module")
def content() -> bytes:
    return random.Random(1).randbytes(SIZE)


@pytest.fixture(scope="module")
def stored(stack: LocalOrion, content: bytes) -> int:
    return File.upload(stack.session(), "down", content).id


class Child:
    """A run of the script in a process of its own."""

    def __init__(self, stack: LocalOrion | Scripted, path: Path, **what: Any) -> None:
        self.what = {"kind": "download", "id": None, "point": None, "signal": 0, "workers": 1, "handled": False}
        self.what.update(what, path=str(path))
        where = stack.environ if isinstance(stack, LocalOrion) else {"ORION_URL": stack.url, "ORION_TOKEN": CANARY}
        environ = {**os.environ, **where, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SCRIPT, json.dumps(self.what)],
            env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ended(self) -> tuple[int, list[str], str]:
        """Exit code, lines of output, errors; the end comes soon after the signal."""
        with self.process:
            out, err = self.process.communicate(timeout=60)
            over = time.monotonic()
        lines = out.splitlines()
        if self.what["point"] is not None:
            assert over - float(lines.pop(0)) < 3
        return self.process.returncode, lines, err


WAYS = {
    "Ctrl-C": (signal.SIGINT, False, 130),
    "SIGTERM": (signal.SIGTERM, False, -signal.SIGTERM),
    "SIGTERM handled": (signal.SIGTERM, True, 143),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("number", range(EACH))
def test_a_download_is_gone_on_with(
    stack: LocalOrion, stored: int, content: bytes, tmp_path: Path, way: str, workers: int, number: int
) -> None:
    sent, handled, code = WAYS[way]
    target = tmp_path / "out"
    target.write_bytes(b"old")
    first = Child(stack, target, id=stored, point=POINTS[number], signal=sent, handled=handled, workers=workers)
    returned, lines, errors = first.ended()
    assert (returned, errors) == (code, "")
    if code > 0:
        assert lines[-1].endswith("threads []")
    assert target.read_bytes() == b"old"
    left = {path.name for path in tmp_path.iterdir()}
    # What ends the process at once may do so in the middle of writing the record.
    assert left - ({".out.part.json.new"} if code < 0 else set()) == {".out.part", ".out.part.json", "out"}
    code, lines, errors = Child(stack, target, id=stored, workers=workers).ended()
    assert (code, errors) == (0, "")
    assert target.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    # Something was there already; how much of the pieces of several streams is known depends on which were whole.
    assert workers > 1 or int(lines[-1].split()[1]) < SIZE - MIB


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(EACH))
def test_an_upload_is_gone_on_with(
    stack: LocalOrion, content: bytes, tmp_path: Path, way: str, number: int
) -> None:  # fmt: skip
    sent, handled, code = WAYS[way]
    source = tmp_path / "source"
    # Another content each time, so that no run goes on with that of another test.
    own = content[:-8] + os.urandom(8)
    source.write_bytes(own)
    returned, lines, errors = Child(
        stack, source, kind="upload", point=POINTS[number], signal=sent, handled=handled
    ).ended()
    assert (returned, errors) == (code, "")
    if code > 0:
        assert lines[-1].endswith("threads []")
    session = stack.session()
    before = {file.id for file in session.list_resources(File) if file.state != "ready"}
    code, lines, errors = Child(stack, source, kind="upload").ended()
    assert (code, errors) == (0, "")
    made = int(lines[0].split()[1])
    assert made in before
    file = session.get_resource(File, made)
    assert (file.state, file.sha256) == ("ready", hashlib.sha256(own).hexdigest())
    assert not list((Path(os.environ["HOME"]) / ".orion" / "uploads").iterdir())


@pytest.mark.parametrize("workers", [1, 3])
def test_a_server_that_stands_still_holds_nobody(scripted: Scripted, tmp_path: Path, workers: int) -> None:
    """Threads that wait for bytes, or for the head of an answer, end with the rest."""
    over = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("Range"):
            over.wait(60)
            return
        handler.send_response_only(200)
        headers = {
            "Content-Length": str(SIZE),
            "ETag": '"x"',
            "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
        }
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(bytes(SIZE // 12 - 1))
        over.wait(60)

    scripted.then(Answer(write=write))
    try:
        child = Child(scripted, tmp_path / "out", id=7, point=SIZE // 12 - 1, signal=signal.SIGINT, workers=workers)
        code, lines, errors = child.ended()
    finally:
        over.set()
    assert (code, errors) == (130, "")
    assert lines[-1].endswith("threads []")


@pytest.mark.parametrize("kind", ["upload", "many"])
def test_uploads_to_a_server_that_stands_still(stack: LocalOrion, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "sources"
    source.mkdir()
    for number in range(3):
        (source / f"{number}").write_bytes(os.urandom(SIZE))
    # Parts are answered late: all threads wait for the head of an answer when the signal comes.
    stack.faults.script("upload_part", [stall(30)], times=100)
    try:
        child = Child(stack, source if kind == "many" else source / "0", kind=kind, point=2 * MIB, signal=signal.SIGINT)
        code, lines, errors = child.ended()
    finally:
        stack.faults.clear()
    assert (code, errors) == (130, "")
    assert lines[-1].endswith("threads []")


FEW = """
import gc, os, resource, sys
import warnings
from orionclient.session import OrionSession
from orionclient.types import File
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
session = OrionSession()
def opened():
    gc.collect()
    return len(os.listdir("/proc/self/fd"))
folder, number, rounds = sys.argv[1], int(sys.argv[2]), []
for turn in range(6):
    files = list(session.list_resources(File))
    for _ in range(5):
        next(iter(session.list_resources(File)))
    for each in range(10):
        File(session=session, id=number).download_to_file(f"{folder}/{each}", workers=4)
        next(iter(File(session=session, id=number).download(1000)))
    rounds.append(opened())
assert rounds[-1] <= rounds[1], rounds
# With none left it says so, and goes on when there are some again.
held = []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
def fetch():
    OrionSession().get_resource(File, number).download_to_file(f"{folder}/more")
def send():
    File.upload(session, "x", f"{folder}/0")
for action in (fetch, send):
    try:
        action()
    except OSError as error:
        assert "\\n" not in str(error) and str(error), error
        print(type(error).__name__, error)
    else:
        print("worked")
for handle in held:
    os.close(handle)
File(session=session, id=number).download_to_file(f"{folder}/more")
print("left", sorted(name for name in os.listdir(folder) if "part" in name))
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_few_file_descriptors(stack: LocalOrion, stored: int, content: bytes, tmp_path: Path) -> None:
    environ = {**os.environ, **stack.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-W", "error", "-c", FEW, str(tmp_path), str(stored)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=90)
    # With no descriptor left a connection waits until one is free.
    assert done.returncode == 0, done.stderr
    assert all("trying again" in line for line in done.stderr.splitlines()), done.stderr
    assert done.stdout.splitlines()[-1] == "left []"
    assert "Too many open files" in done.stdout
    assert (tmp_path / "more").read_bytes() == content


@pytest.mark.parametrize("step", [3600.0, -3600.0])
def test_steps_of_the_wall_clock_change_no_wait(
    scripted: Scripted, step: float, monkeypatch: pytest.MonkeyPatch, skipped_waits: list[float]
) -> None:
    # The clock on the wall jumps with every look at it; waits and deadlines are measured with the other one.
    looks = iter(range(1_000_000))
    start = time.time()
    monkeypatch.setattr(CLOCK, "time", lambda: start + step * (next(looks) % 2))
    monkeypatch.setattr(time, "time", lambda: start + step * (next(looks) % 2))
    scripted.then(*[Answer(503, {"detail": "busy"}, {"Retry-After": "7"}) for _ in range(3)], Answer(200, {"id": 1}))
    session = OrionSession(scripted.config(), requests_session=get_session(request_timeout=5, retry_timeout=60))
    assert session.get_resource(File, 1).id == 1
    assert len(skipped_waits) == 3
    assert all(7 <= wait <= 7.7 for wait in skipped_waits)
    assert len(scripted.asked) == 4
