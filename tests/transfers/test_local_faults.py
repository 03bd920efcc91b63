"""Local faults: full and failing disks, unusual folders and targets, and concurrent processes."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import Stack, eventually

from orionclient._runtime import locks
from orionclient._transfer import downloads, part_files, pipes
from orionclient._transfer.progress import Progress
from orionclient.emulator import faults as steps
from orionclient.exceptions import NotEnoughDiskError, OrionError
from orionclient.types import File

SIZE = 3 << 20
CONTENT = random.Random(9).randbytes(SIZE)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="faults of systems with POSIX")


@pytest.fixture
def made(simple: Stack) -> File:
    return File.upload(simple.session(), "x", CONTENT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "folder"
    path.mkdir()
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def requests(stack: Stack) -> int:
    return len(stack.orion.faults.requests("download_file"))


def in_background(act: Callable[[], Any]) -> Future[Any]:
    """Run a function in a daemon thread during the block, and raise its error at the end."""
    done: Future[Any] = Future()

    def run() -> None:
        try:
            done.set_result(act())
        except BaseException as error:  # noqa: BLE001 - raised at the end of the block
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done


# -- no space left


def test_less_disk_space_than_the_size(
    simple: Stack, made: File, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "target").write_bytes(b"old")
    usage = downloads.shutil.disk_usage(folder)
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _: usage._replace(free=SIZE - 1))
    # The server sends the first byte of the content only after five minutes, so that a request for it would fail the
    # test.
    simple.orion.faults.script("download_file", [steps.stall(300, sent=0)])
    reported: list[Progress] = []
    began = time.monotonic()
    with pytest.raises(NotEnoughDiskError, match=f"{SIZE} bytes"):
        made.download_to_file(folder / "target", progress=reported.append)
    assert time.monotonic() - began < 120
    assert (requests(simple), reported) == (1, [])
    assert (folder / "target").read_bytes() == b"old"
    assert names(folder) == ["target"]


def test_space_for_the_missing_bytes_is_enough(
    simple: Stack, made: File, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simple.orion.faults.script("download_file", [steps.cut(2 << 20)] + [steps.status(404)] * 20)
    with pytest.raises(OrionError):
        made.download_to_file(folder / "target")
    simple.clear_faults()
    there = (folder / ".target.part").stat().st_size
    assert 1 << 20 <= there < SIZE
    usage = downloads.shutil.disk_usage(folder)
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _: usage._replace(free=SIZE - there - 1))
    simple.orion.faults.script("download_file", [steps.stall(300, sent=0)])
    began = time.monotonic()
    with pytest.raises(NotEnoughDiskError, match=f"{SIZE} bytes"):
        made.download_to_file(folder / "target")
    assert time.monotonic() - began < 120
    # The existing part file stays, and the rest fits.
    assert (folder / ".target.part").stat().st_size == there
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _: usage._replace(free=SIZE - there))
    made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == CONTENT


# A limit of the file size stands for a disk that fills up: both end a write in its middle.
CHILD = """
import resource, signal, sys
from orionclient.exceptions import NotEnoughDiskError
from orionclient.session import OrionSession
from orionclient.types import File

file_id, limit, path, workers = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
session = OrionSession()
file = session.get_resource(File, file_id)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    file.download_to_file(path, workers=workers)
except NotEnoughDiskError as error:
    assert path in str(error), error
    print("no space")
"""


@pytest.mark.parametrize("limit", [0, 1, 100_000, SIZE // 2, SIZE - 1])
def test_the_disk_fills_up_during_the_download(simple: Stack, made: File, folder: Path, limit: int) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHILD, str(made.id), str(limit), str(target), "1"],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **simple.orion.environ},
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("no space\n", 0), done.stderr
    assert target.read_bytes() == b"old"
    assert set(names(folder)) <= {"target", ".target.part", ".target.part.json"}
    before = requests(simple)
    made.download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert names(folder) == ["target"]
    assert requests(simple) == before + 1


# -- a disk that fails


@pytest.mark.parametrize("durable", [True, False])
def test_fsync_fails(made: File, folder: Path, durable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "target").write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(part_files.os, "fsync", fail)
    if durable:
        with pytest.raises(OSError, match="Input/output error"):
            made.download_to_file(folder / "target")
        assert (folder / "target").read_bytes() == b"old"
    else:
        made.download_to_file(folder / "target", durable=False)
        assert (folder / "target").read_bytes() == CONTENT


@pytest.mark.parametrize("code", [errno.EIO, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_a_write_fails(made: File, folder: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "target").write_bytes(b"old")
    writer = part_files.PartFile.open_at

    class Failing:
        def __init__(self, stream: Any) -> None:
            self._stream = stream
            self._left = 3

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self._stream.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._stream, name)

        def write(self, data: Any) -> int:
            self._left -= 1
            if self._left < 0:
                raise OSError(code, os.strerror(code))
            # A short write, as on a nearly full disk.
            return int(self._stream.write(data[:1000]))

    monkeypatch.setattr(part_files.PartFile, "open_at", lambda self, position: Failing(writer(self, position)))
    with pytest.raises(NotEnoughDiskError if code in {errno.ENOSPC, errno.EDQUOT} else OSError):
        made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == b"old"
    monkeypatch.undo()
    made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_a_file_object_with_short_writes(made: File) -> None:
    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            super().__init__()
            self.got = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.got += data[:50_000]
            return min(len(data), 50_000)

    class Silent:
        def __init__(self) -> None:
            self.got = bytearray()

        def write(self, data: Any) -> None:
            self.got += data

    class Stuck(Slow):
        def write(self, data: Any) -> None:  # type: ignore[override]
            return None

    for target in (Slow(), Silent()):
        made.download_to_file(target)  # type: ignore[arg-type]
        assert target.got == CONTENT
    with pytest.raises(BlockingIOError):
        made.download_to_file(Stuck())  # type: ignore[arg-type]


# -- folders and targets


def test_a_missing_folder(simple: Stack, made: File, folder: Path) -> None:
    before = requests(simple)
    with pytest.raises(FileNotFoundError, match="missing"):
        made.download_to_file(folder / "missing" / "target")
    (folder / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        made.download_to_file(folder / "file" / "target")
    assert requests(simple) == before
    assert names(folder) == ["file"]


def test_a_read_only_folder(simple: Stack, made: File, folder: Path) -> None:
    before = requests(simple)
    folder.chmod(0o555)
    # Root can write everywhere, so a read-only folder needs a file system that rejects it.
    place = folder if os.geteuid() else Path("/sys")
    with pytest.raises(OSError, match="target"):
        made.download_to_file(place / "target")
    folder.chmod(0o755)
    assert requests(simple) == before
    assert names(folder) == []


def test_the_target_is_a_folder(simple: Stack, made: File, folder: Path) -> None:
    before = requests(simple)
    with pytest.raises(IsADirectoryError):
        made.download_to_file(folder)
    assert requests(simple) == before
    assert names(folder) == []
    assert names(folder.parent) == [folder.name]


def test_a_link_is_followed(made: File, folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "file").write_bytes(b"old")
    (folder / "target").symlink_to("real/file")
    made.download_to_file(folder / "target")
    assert (folder / "target").is_symlink()
    assert (folder / "real" / "file").read_bytes() == CONTENT
    assert (names(folder), names(folder / "real")) == (["real", "target"], ["file"])


def test_a_dangling_link(made: File, folder: Path) -> None:
    (folder / "target").symlink_to("missing")
    made.download_to_file(folder / "target")
    assert (folder / "missing").read_bytes() == CONTENT
    assert names(folder) == ["missing", "target"]


def test_a_cycle_of_links(simple: Stack, made: File, folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with pytest.raises(OSError, match="a|b"):
        made.download_to_file(folder / "a")
    assert names(folder) == ["a", "b"]


def test_a_link_to_a_folder(simple: Stack, made: File, folder: Path) -> None:
    before = requests(simple)
    (folder / "real").mkdir()
    (folder / "target").symlink_to("real")
    with pytest.raises(IsADirectoryError):
        made.download_to_file(folder / "target")
    assert requests(simple) == before
    assert (folder / "target").is_symlink()
    assert (names(folder), names(folder / "real")) == (["real", "target"], [])


def test_a_fifo(made: File, folder: Path) -> None:
    os.mkfifo(folder / "target")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((folder / "target").read_bytes()))
    reader.start()
    made.download_to_file(folder / "target")
    reader.join(30)
    assert got == [CONTENT]
    assert stat.S_ISFIFO((folder / "target").stat().st_mode)
    assert names(folder) == ["target"]


def test_a_link_to_a_fifo(made: File, folder: Path) -> None:
    os.mkfifo(folder / "real")
    (folder / "target").symlink_to("real")
    got = in_background((folder / "real").read_bytes)
    made.download_to_file(folder / "target")
    assert got.result(30) == CONTENT
    assert stat.S_ISFIFO((folder / "target").stat().st_mode)
    assert (folder / "target").is_symlink()
    assert names(folder) == ["real", "target"]


def test_a_fifo_without_a_reader(simple: Stack, made: File, folder: Path, impatient: None) -> None:
    before = requests(simple)
    os.mkfifo(folder / "target")
    with pytest.raises(OSError, match="the pipe has no reader.*target") as caught:
        made.download_to_file(folder / "target")
    assert caught.value.errno == errno.ENXIO
    assert requests(simple) == before
    assert stat.S_ISFIFO((folder / "target").stat().st_mode)
    assert names(folder) == ["target"]


def test_an_anonymous_pipe(made: File) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream:
        got = in_background(stream.read)
        try:
            made.download_to_file(f"/dev/fd/{writing}")
        finally:
            os.close(writing)
        assert got.result(30) == CONTENT


def test_a_device(made: File, folder: Path) -> None:
    null, full = Path("/dev/null"), Path("/dev/full")
    if not os.geteuid():
        # Root could replace the devices of the machine, so the test makes its own.
        null, full = folder / "null", folder / "full"
        for path, minor in ((null, 3), (full, 7)):
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, minor))
    made.download_to_file(null)
    assert stat.S_ISCHR(null.stat().st_mode)
    with pytest.raises(NotEnoughDiskError):
        made.download_to_file(full)
    assert stat.S_ISCHR(full.stat().st_mode)


def test_the_mode_of_the_old_file_stays(made: File, folder: Path) -> None:
    (folder / "target").write_bytes(b"old")
    (folder / "target").chmod(0o640)
    made.download_to_file(folder / "target")
    assert stat.S_IMODE((folder / "target").stat().st_mode) == 0o640


# -- sources that are not regular files


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait only briefly for the other end of a pipe."""
    monkeypatch.setattr(pipes, "_OPEN_SECONDS", 0.1)


def test_a_source_without_a_writer(simple: Stack, folder: Path, impatient: None) -> None:
    session = simple.session()
    simple.clear_faults()
    os.mkfifo(folder / "source")
    with pytest.raises(OSError, match="the pipe has no writer.*source") as caught:
        File.upload(session, "x", folder / "source")
    assert caught.value.errno == errno.ENXIO
    with pytest.raises(IsADirectoryError):
        File.upload(session, "x", folder)
    with pytest.raises(FileNotFoundError):
        File.upload(session, "x", folder / "missing")
    assert simple.orion.faults.requests() == []


@pytest.mark.parametrize("content", [b"", b"x", CONTENT])
def test_a_source_with_a_late_writer(
    simple: Stack, folder: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "_OPEN_SECONDS", 60)
    os.mkfifo(folder / "source")

    def write() -> None:
        time.sleep(0.2)
        with (folder / "source").open("wb") as stream:
            # A connected writer may send nothing for a while.
            time.sleep(0.2)
            stream.write(content)

    written = in_background(write)
    made = File.upload(simple.session(), "x", folder / "source")
    written.result(30)
    assert simple.digest(made) == hashlib.sha256(content).hexdigest()


def test_an_anonymous_source(simple: Stack) -> None:
    for content in (b"", b"content"):
        reading, writing = os.pipe()
        os.write(writing, content)
        os.close(writing)
        with os.fdopen(reading, "rb"):
            made = File.upload(simple.session(), "x", f"/dev/fd/{reading}")
        assert simple.digest(made) == hashlib.sha256(content).hexdigest()
    assert simple.digest(File.upload(simple.session(), "x", "/dev/null")) == hashlib.sha256(b"").hexdigest()


# -- concurrent processes


@pytest.mark.parametrize("workers", [1, 4])
def test_two_processes_download_to_one_target(simple: Stack, made: File, folder: Path, workers: int) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    simple.orion.faults.script("download_file", [steps.stall(0.3, sent=SIZE // 2)] * 2)
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CHILD, str(made.id), str(1 << 40), str(target), str(workers)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **simple.orion.environ},
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in running:
        out, error = process.communicate(timeout=120)
        assert (process.returncode, out, error) == (0, b"", b"")
    assert target.read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_threads_download_to_one_target(made: File, folder: Path) -> None:
    target = folder / "target"
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                made.download_to_file(target, durable=False)
                assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(CONTENT).digest()
        except BaseException as error:  # noqa: BLE001 - checked below
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert names(folder) == ["target"]


def test_a_killed_process_holds_no_lock(simple: Stack, made: File, folder: Path) -> None:
    target = folder / "target"
    simple.orion.faults.script("download_file", [steps.stall(60, sent=SIZE // 2)])
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(made.id), str(1 << 40), str(target), "1"],
        env={**os.environ, **simple.orion.environ},
    )
    journal = folder / ".target.part.json"
    try:
        eventually(journal.exists)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(120)
    made.download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_part_files_of_killed_processes_are_removed(simple: Stack, made: File, folder: Path) -> None:
    target = folder / "target"
    simple.orion.faults.script("download_file", [steps.stall(60, sent=SIZE // 2)] * 3)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(made.id), str(1 << 40), str(target), "1"],
            env={**os.environ, **simple.orion.environ},
        )
        for _ in range(3)
    ]
    parts = [".target.part", ".target.part.2", ".target.part.3"]
    try:
        eventually(lambda: {*parts} <= {*names(folder)}, 30)
    finally:
        for process in running:
            process.kill()
            process.wait(120)
    made.download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_part_files_in_use_stay(folder: Path) -> None:
    first, second = (part_files.PartFile(folder / "target") for _ in range(2))
    first.close()
    third = part_files.PartFile(folder / "target")
    assert names(folder) == [".target.part", ".target.part.2"]
    assert (third.path.name, second.path.name) == (".target.part", ".target.part.2")
    second.close()
    third.close()
    assert names(folder) == []


def test_a_folder_without_locks(made: File, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reject(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", reject)
    made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == CONTENT
    assert {*names(folder)} <= {"target", ".target.part"}


def test_the_folder_is_renamed_during_the_download(simple: Stack, made: File, folder: Path) -> None:
    def move(_: object) -> None:
        if folder.exists():
            folder.rename(folder.with_name("moved"))

    simple.orion.faults.script("download_file", [steps.cut(SIZE // 2)])
    with pytest.raises(OSError, match="target"):
        made.download_to_file(folder / "target", progress=move)
    assert not (folder / "target").exists()
