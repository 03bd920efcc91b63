"""Ctrl-C and SIGTERM during transfers, few file descriptors, and clock changes:

nothing is lost, and no thread hangs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._runtime.clock import CLOCK
from orionclient.emulator.faults import stall
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File, Upload

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
MIB = 1 << 20
SIZE = 6 * MIB
EACH = 20
LONG = bool(os.environ.get("ORION_NIGHTLY"))
# Seconds from a signal to the end of one process, also with a stalled server, and of several at once. Without the
# signal a request would take 60 s; the daily run may share the machine.
SOON, CROWD = (3.0, 10.0) if LONG else (30.0, 30.0)
LUCK = random.Random(20)
POINTS = [LUCK.randrange(3 * MIB // 2, SIZE - MIB // 2) for _ in range(EACH)]
# One process imports everything once, because an interrupted import leaves a file open; each line of its input forks a
# child. The child sends itself the signal at a given point: when a count of bytes has been transferred, or before or
# after a step.
SCRIPT = """
import encodings.idna, json, os, pathlib, signal, socket, sys, threading, time, warnings
from orionclient._transport import exchange
from orionclient.session import OrionSession, get_session
from orionclient._transfer import checkpoints, downloads, part_files, plans, progress
from orionclient._resources import uploads as requests
from orionclient.types import File, files
plans._SINGLE_REQUEST_SIZE, plans.MIN_PART_SIZE, downloads._RANGES_THRESHOLD = 1 << 20, 1 << 19, 1 << 20

def reap(*_):
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        with open(f"{folder}/{pid}.new", "w") as stream:
            stream.write(f"{os.waitstatus_to_exitcode(status)} {time.monotonic()}")
        os.rename(f"{folder}/{pid}.new", f"{folder}/{pid}.code")

def strike():
    print("struck", time.monotonic(), flush=True)
    os.kill(os.getpid(), what["signal"])
    # The system chooses the thread that gets the signal; this one waits until then.
    time.sleep(0.05)

def counted():
    moved, lock = 0, threading.Lock()
    original = progress.Meter.add
    def add(self, count, *, moved=True):
        original(self, count, moved=moved)
        if moved:
            note(count)
    def note(count):
        nonlocal moved
        with lock:
            before, moved = moved, moved + count
        if what["point"] is not None and before < what["point"] <= moved:
            strike()
    progress.Meter.add = add
    return lambda: moved

def struck(when, step):
    place, _, name = step.rpartition(".")
    place = eval(place)
    # Several threads may reach a step at once; one of them sends the signal.
    original, chance = getattr(place, name), threading.Lock()
    def around(*args, **more):
        first = chance.acquire(blocking=False)
        if first and when == "before":
            strike()
        result = original(*args, **more)
        if first and when == "after":
            strike()
        return result
    setattr(place, name, around)

def run():
    moved = counted()
    if what["handled"]:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if what["step"]:
        struck(*what["step"].split())
    try:
        session = OrionSession(requests_session=get_session(request_timeout=60))
        print("started", time.monotonic(), flush=True)
        if what["kind"] == "many":
            session.upload_files(what["path"], workers=3)
        elif what["kind"] == "upload":
            print("id", File.upload(session, what["name"], what["path"]).id)
        else:
            File(session=session, id=what["id"]).download_to_file(what["path"], workers=what["workers"])
        # The end of the process is not tested.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    except BaseException as error:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        if isinstance(error, KeyboardInterrupt):
            sys.exit(130)
        raise
    finally:
        names = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
        print("moved", moved(), "threads", names, flush=True)

folder = sys.argv[1]
signal.signal(signal.SIGCHLD, reap)
signal.signal(signal.SIGINT, signal.default_int_handler)
while line := sys.stdin.readline():
    what = json.loads(line)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    if not (pid := os.fork()):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{folder}/{os.getpid()}.{name}", os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
        os.environ.update(what["environ"])
        run()
        sys.exit()
    print(pid, flush=True)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo", durable=False) as running:
        yield running


@pytest.fixture(scope="module")
def content() -> bytes:
    return random.Random(1).randbytes(SIZE)


@pytest.fixture(scope="module")
def stored(stack: LocalOrion, content: bytes) -> int:
    return File.upload(stack.session(), "down", content).id


class Child:
    """A run of the script in a process of its own."""

    def __init__(self, folder: Path, pid: int, stops: bool) -> None:
        self._folder, self.pid, self._stops = folder, pid, stops

    def _read(self, name: str) -> str:
        path = self._folder / f"{self.pid}.{name}"
        return path.read_text("utf-8") if path.exists() else ""

    def started(self) -> None:
        until(lambda: "started" in self._read("out"))

    def ended(self, within: float = SOON) -> tuple[int, list[str], str]:
        """Return exit code, output lines and errors; the process ends soon after the signal."""
        until(lambda: self._read("code"))
        code, over = self._read("code").split()
        lines = self._read("out").splitlines()
        if self._stops:
            [at] = [line for line in lines if line.startswith("struck")]
            assert float(over) - float(at.split()[1]) < within
        return int(code), [line for line in lines if not line.startswith(("struck", "started"))], self._read("err")


class Zygote:
    """Forks children that have imported everything already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SCRIPT, str(folder)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def child(self, stack: LocalOrion | Scripted, path: Path, **what: Any) -> Child:
        where = stack.environ if isinstance(stack, LocalOrion) else {"ORION_URL": stack.url, "ORION_TOKEN": CANARY}
        usual = {"kind": "download", "id": None, "point": None, "step": "", "signal": 0, "workers": 1, "handled": False}
        what = {**usual, **what, "path": str(path), "name": path.name, "environ": {**where, "HOME": os.environ["HOME"]}}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        stops = what["point"] is not None or bool(what["step"])
        return Child(self._folder, int(self._process.stdout.readline()), stops)

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    made = Zygote(tmp_path_factory.mktemp("children"))
    yield made
    made.close()


def until(good: Callable[[], Any]) -> None:
    end = time.monotonic() + 120
    while not good():
        assert time.monotonic() < end
        time.sleep(0.01)


WAYS = {
    "Ctrl-C": (signal.SIGINT, False, 130),
    "SIGTERM": (signal.SIGTERM, False, -signal.SIGTERM),
    "SIGTERM handled": (signal.SIGTERM, True, 143),
}
# : Steps of a download, and whether the target is in place after a signal there.
DOWNLOADING = {
    "before socket.create_connection": False,
    "before part_files.PartFile.read_journal": False,
    "before part_files.PartFile.write_journal": False,
    "after part_files.PartFile.write_journal": False,
    "before json.dump": False,
    "before downloads.FileHasher.finish": False,
    "after downloads.FileHasher.finish": False,
    "before part_files.PartFile.commit": False,
    "before os.fsync": False,
    "after os.fsync": False,
    "before part_files.PartFile._remove_journal": False,
    "before part_files._sync_folder": True,
    "after part_files._sync_folder": True,
}
UPLOADING = (
    "before socket.create_connection",
    "after files.open_source",
    "before checkpoints._open_locked",
    "after checkpoints._open_locked",
    "after checkpoints.UploadCheckpoint.write",
    "before requests._PartsRequests.create",
    "after requests._PartsRequests.create",
    "before requests.content_digest",
    "after requests.content_digest",
    "before requests._PartsRequests.put",
    "before requests._PartsRequests.complete",
    "after requests._PartsRequests.complete",
    "before checkpoints.UploadCheckpoint.clear",
)


def spread(ways: Iterable[str], points: Iterable[Any]) -> list[tuple[Any, str, int]]:
    """Combine points with signals and stream counts:

    every point with Ctrl-C and with SIGTERM; the daily run alternates the rest.
    """
    if LONG:
        return [(point, way, workers) for point in points for way in ways for workers in (1, 3)]
    terminated = ["SIGTERM", "SIGTERM handled"]
    return [
        (point, way, (1, 3)[(index + turn) // 2 % 2])
        for index, point in enumerate(points)
        for turn, way in enumerate(("Ctrl-C", terminated[index % 2]))
    ]


def at(point: Any) -> dict[str, Any]:
    return {"step": point} if isinstance(point, str) else {"point": point}


def check_part(folder: Path, code: int, *, anywhere: bool = False) -> None:
    """Check that the files beside the target can be resumed; with `anywhere` an empty part file may be left."""
    left = {path.name for path in folder.iterdir()} - {"out"}
    # A process that is killed may be in the middle of writing the journal.
    assert left - ({".out.part.json.new"} if code < 0 else set()) <= {".out.part", ".out.part.json"}
    if code > 0:
        assert left in ({".out.part", ".out.part.json"}, set(), {".out.part"} if anywhere else set())
    if ".out.part.json" in left and ".out.part" in left:
        record = json.loads((folder / ".out.part.json").read_text())
        assert record["size"] == SIZE
        assert (folder / ".out.part").stat().st_size <= SIZE


CASES = spread(WAYS, [*POINTS, *DOWNLOADING])


@pytest.mark.parametrize("start", range(0, len(CASES), 6))
def test_a_download_is_resumed(
    zygote: Zygote, stack: LocalOrion, stored: int, content: bytes, tmp_path: Path, start: int
) -> None:
    runs = []
    for point, way, workers in CASES[start : start + 6]:
        target = tmp_path / str(len(runs)) / "out"
        target.parent.mkdir()
        target.write_bytes(b"old")
        sent, handled, code = WAYS[way]
        first = zygote.child(stack, target, id=stored, signal=sent, handled=handled, workers=workers, **at(point))
        runs.append((point, way, workers, code, target, first))
    for point, way, workers, code, target, first in runs:
        where = f"{point} {way} {workers}"
        returned, lines, errors = first.ended(CROWD)
        assert (returned, errors) == (code, ""), where
        if code > 0:
            assert lines[-1].endswith("threads []"), where
        assert target.read_bytes() == (content if DOWNLOADING.get(point) else b"old"), where
        check_part(target.parent, code)
        if isinstance(point, int):
            assert {".out.part", ".out.part.json"} <= {path.name for path in target.parent.iterdir()}, where
    agains = [zygote.child(stack, target, id=stored, workers=workers) for _, _, workers, _, target, _ in runs]
    for (point, way, workers, _, target, _), again in zip(runs, agains, strict=True):
        where = f"{point} {way} {workers}"
        code, lines, errors = again.ended()
        assert (code, errors) == (0, ""), where
        assert target.read_bytes() == content, where
        assert [path.name for path in target.parent.iterdir()] == ["out"], where
        # The first run left bytes; with several streams the resumed amount depends on which ranges were complete.
        assert not isinstance(point, int) or workers > 1 or int(lines[-1].split()[1]) < SIZE - MIB, where


SENDING = list(dict.fromkeys((point, way) for point, way, _ in spread(WAYS, [*POINTS, *UPLOADING])))


def named(stack: LocalOrion, name: str) -> list[File]:
    return list(stack.session().list_resources(File, {"name": name}))


def checkpoint_names() -> list[str]:
    """List the checkpoints of uploads."""
    folder = Path(os.environ["HOME"]) / ".orion" / "uploads"
    return os.listdir(folder) if folder.exists() else []


def open_uploads(stack: LocalOrion) -> int:
    return stack.session().list_resources(Upload, {"state": "open"}).count()


@pytest.mark.parametrize("start", range(0, len(SENDING), 6))
def test_an_upload_is_resumed(
    zygote: Zygote, stack: LocalOrion, content: bytes, tmp_path: Path, start: int
) -> None:  # fmt: skip
    runs = []
    for point, way in SENDING[start : start + 6]:
        # Other content and another name each time, so that no run resumes another.
        own = content[:-8] + os.urandom(8)
        source = tmp_path / os.urandom(8).hex()
        source.write_bytes(own)
        sent, handled, code = WAYS[way]
        first = zygote.child(stack, source, kind="upload", signal=sent, handled=handled, **at(point))
        runs.append((point, way, code, source, own, first))
    started = []
    for point, way, code, source, _, first in runs:
        where = f"{point} {way}"
        returned, lines, errors = first.ended(CROWD)
        assert (returned, errors) == (code, ""), where
        if code > 0:
            assert lines[-1].endswith("threads []"), where
        started.append([file.id for file in named(stack, source.name)])
        assert len(started[-1]) == 1 or (isinstance(point, str) and not started[-1]), where
    agains = [zygote.child(stack, source, kind="upload") for *_, source, _, _ in runs]
    for (point, way, _, source, own, _), ids, again in zip(runs, started, agains, strict=True):
        where = f"{point} {way}"
        code, lines, errors = again.ended()
        assert (code, errors) == (0, ""), where
        # The started file was completed, and nothing exists twice.
        [file] = named(stack, source.name)
        assert file.id == int(lines[0].split()[1]), where
        assert ids in ([file.id], []), where
        assert (file.state, file.sha256) == ("ready", hashlib.sha256(own).hexdigest()), where
    assert open_uploads(stack) == 0
    assert checkpoint_names() == []


LEFT_TO_THE_COLLECTOR = re.compile(
    r"Exception ignored in: <.*>\n(Traceback .*\n(  .*\n)+)?ResourceWarning: unclosed .*\n"
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["download", "upload"])
@pytest.mark.parametrize("turn", range(20 if LONG else 1))
def test_signals_at_any_time(
    zygote: Zygote, stack: LocalOrion, stored: int, content: bytes, tmp_path: Path, way: str, kind: str, turn: int
) -> None:
    sent, handled, code = WAYS[way]
    for index in range(4):
        place = tmp_path / f"{index}"
        place.mkdir()
        path = place / ("out" if kind == "download" else os.urandom(8).hex())
        own = b"old" if kind == "download" else content[:-8] + os.urandom(8)
        path.write_bytes(own)
        child = zygote.child(stack, path, kind=kind, id=stored, handled=handled)
        child.started()
        time.sleep(LUCK.random() * 0.2)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, sent)
        returned, lines, errors = child.ended()
        # The transfer may have been done already.
        assert returned in {0, code}, errors
        # Between opening a socket or file and the first line that could close it, the garbage collector closes it.
        assert errors == "" or (returned > 0 and LEFT_TO_THE_COLLECTOR.fullmatch(errors)), lines
        if kind == "download":
            assert path.read_bytes() in {b"old", content}
            check_part(place, returned, anywhere=True)
        remembered = checkpoint_names()
        code_again, _, errors = zygote.child(stack, path, kind=kind, id=stored).ended()
        assert (code_again, errors) == (0, "")
        if kind == "download":
            assert path.read_bytes() == content
            assert os.listdir(place) == ["out"]
        else:
            # An end between creating a file and writing its checkpoint leaves an empty file.
            files = named(stack, path.name)
            whole = [file for file in files if file.state == "ready"]
            assert whole
            assert {file.sha256 for file in whole} == {hashlib.sha256(own).hexdigest()}
            # A finished upload with a checkpoint is not repeated; the signal may also arrive after the checkpoint was
            # cleared.
            assert len(whole) == 1 or (len(whole) == 2 and not remembered)
            assert len(whole) == 2 or returned != 0
            assert len(files) - len(whole) <= 1
            # Nor does the server notice the end while it creates an upload, which is deleted with its file.
            assert open_uploads(stack) <= (returned != 0)
            for file in files:
                stack.session().delete_resource(file, immediate=True)
            assert (open_uploads(stack), checkpoint_names()) == (0, [])


@pytest.mark.parametrize("workers", [1, 3])
def test_a_stalled_server_does_not_delay_the_end(
    zygote: Zygote, scripted: Scripted, tmp_path: Path, workers: int
) -> None:
    """Threads that wait for bytes or for a response head end with the process."""
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

    scripted.then(ScriptedResponse(write=write))
    try:
        child = zygote.child(
            scripted, tmp_path / "out", id=7, point=SIZE // 12 - 1, signal=signal.SIGINT, workers=workers
        )
        code, lines, errors = child.ended()
    finally:
        over.set()
    assert (code, errors) == (130, "")
    assert lines[-1].endswith("threads []")


@pytest.mark.parametrize("kind", ["upload", "many"])
def test_uploads_to_a_stalled_server(zygote: Zygote, stack: LocalOrion, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "sources"
    source.mkdir()
    paths = [source / os.urandom(8).hex() for _ in range(3 if kind == "many" else 1)]
    for path in paths:
        path.write_bytes(os.urandom(SIZE))
    sent = source if kind == "many" else paths[0]
    # Parts get late responses: all threads wait for a response head when the signal arrives.
    stack.faults.script("upload_part", [stall(30)], times=100)
    try:
        code, lines, errors = zygote.child(stack, sent, kind=kind, point=2 * MIB, signal=signal.SIGINT).ended()
    finally:
        stack.faults.clear()
    assert (code, errors) == (130, "")
    assert lines[-1].endswith("threads []")
    # The same call resumes: each file exists once, and nothing incomplete is left.
    code, _, errors = zygote.child(stack, sent, kind=kind).ended()
    assert (code, errors) == (0, "")
    for path in paths:
        (file,) = named(stack, path.name)
        assert file.state == "ready"
        assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert open_uploads(stack) == 0


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
folder, file_id, rounds = sys.argv[1], int(sys.argv[2]), []
for turn in range(6):
    files = list(session.list_resources(File))
    for _ in range(5):
        next(iter(session.list_resources(File)))
    for each in range(10):
        File(session=session, id=file_id).download_to_file(f"{folder}/{each}", workers=4)
        next(iter(File(session=session, id=file_id).download(1000)))
    rounds.append(opened())
assert rounds[-1] <= rounds[1], rounds
# Without a free descriptor calls fail with an error, and succeed once there are some again.
held = []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
def fetch():
    OrionSession().get_resource(File, file_id).download_to_file(f"{folder}/more")
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
File(session=session, id=file_id).download_to_file(f"{folder}/more")
print("left", sorted(name for name in os.listdir(folder) if "part" in name))
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_few_file_descriptors(stack: LocalOrion, stored: int, content: bytes, tmp_path: Path) -> None:
    environ = {**os.environ, **stack.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-W", "error", "-c", FEW, str(tmp_path), str(stored)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=90)
    # Without a free descriptor a connection waits until there is one.
    assert done.returncode == 0, done.stderr
    assert all("retrying in" in line for line in done.stderr.splitlines()), done.stderr
    assert done.stdout.splitlines()[-1] == "left []"
    assert "Too many open files" in done.stdout
    assert (tmp_path / "more").read_bytes() == content


@pytest.mark.parametrize("step", [3600.0, -3600.0])
def test_steps_of_the_wall_clock_change_no_wait(
    scripted: Scripted, step: float, monkeypatch: pytest.MonkeyPatch, skipped_waits: list[float]
) -> None:
    # The wall clock jumps at every reading; waits and deadlines are measured by the monotonic clock.
    readings = iter(range(1_000_000))
    start = time.time()
    monkeypatch.setattr(CLOCK, "time", lambda: start + step * (next(readings) % 2))
    monkeypatch.setattr(time, "time", lambda: start + step * (next(readings) % 2))
    scripted.then(
        *[ScriptedResponse(503, {"detail": "busy"}, {"Retry-After": "7"}) for _ in range(3)],
        ScriptedResponse(200, {"id": 1}),
    )
    session = OrionSession(scripted.config(), requests_session=get_session(request_timeout=5, retry_timeout=60))
    assert session.get_resource(File, 1).id == 1
    assert len(skipped_waits) == 3
    assert all(7 <= wait <= 7.7 for wait in skipped_waits)
    assert len(scripted.requests) == 4
