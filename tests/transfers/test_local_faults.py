"""Faults of this machine: a full disk, a disk that fails, folders and targets that are not what they should be, others at work."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import Stack, eventually

from orionclient.emulator import faults as steps
from orionclient.exceptions import NotEnoughDiskError, OrionError
from orionclient.transfer import downloads, partial
from orionclient.types import File

SIZE = 3 << 20
CONTENT = random.Random(9).randbytes(SIZE)
OTHER = random.Random(10).randbytes(SIZE)

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


def asked(stack: Stack) -> int:
    return len(stack.orion.faults.requests("download_file"))


# -- no room


def test_less_room_than_the_size(simple: Stack, made: File, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "target").write_bytes(b"old")
    usage = downloads.shutil.disk_usage(folder)
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _: usage._replace(free=SIZE - 1))
    with pytest.raises(NotEnoughDiskError, match=f"{SIZE} bytes"):
        made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == b"old"
    assert names(folder) == ["target"]


# The limit of the size of a file stands for a disk that fills up: both end a write in its middle.
CHILD = """
import resource, signal, sys
from orionclient.exceptions import NotEnoughDiskError
from orionclient.session import OrionSession
from orionclient.types import File

number, limit, path, workers = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
session = OrionSession()
file = session.get_resource(File, number)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    file.download_to_file(path, workers=workers)
except NotEnoughDiskError as error:
    assert path in str(error), error
    print("no room")
"""


@pytest.mark.parametrize("limit", [0, 1, 100_000, SIZE // 2, SIZE - 1])
def test_full_in_the_middle(simple: Stack, made: File, folder: Path, limit: int) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHILD, str(made.id), str(limit), str(target), "1"],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **simple.orion.environ},
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("no room\n", 0), done.stderr
    assert target.read_bytes() == b"old"
    assert set(names(folder)) <= {"target", ".target.part", ".target.part.json"}
    before = asked(simple)
    made.download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert names(folder) == ["target"]
    assert asked(simple) == before + 1


# -- a disk that fails


@pytest.mark.parametrize("durable", [True, False])
def test_bringing_it_to_the_disk_fails(
    made: File, folder: Path, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "target").write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(partial.os, "fsync", fail)
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
    writer = partial.Part.writer

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
            # Less than was given, as a nearly full disk does.
            return int(self._stream.write(data[:1000]))

    monkeypatch.setattr(partial.Part, "writer", lambda self, position: Failing(writer(self, position)))
    with pytest.raises(NotEnoughDiskError if code in {errno.ENOSPC, errno.EDQUOT} else OSError):
        made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == b"old"
    monkeypatch.undo()
    made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == CONTENT
    assert names(folder) == ["target"]


# -- folders and targets


def test_no_folder(simple: Stack, made: File, folder: Path) -> None:
    before = asked(simple)
    with pytest.raises(FileNotFoundError, match="missing"):
        made.download_to_file(folder / "missing" / "target")
    with pytest.raises(OSError, match="file/target|file"):
        (folder / "file").write_bytes(b"")
        made.download_to_file(folder / "file" / "target")
    assert asked(simple) == before
    assert names(folder) == ["file"]


@pytest.mark.skipif(os.name != "nt" and os.geteuid() != 0, reason="as root it is done by another user")
def test_a_folder_of_somebody_else(simple: Stack, made: File, folder: Path) -> None:
    before = asked(simple)
    folder.chmod(0o555)
    for parent in [folder, *folder.parents]:
        if not parent.stat().st_mode & 0o001:
            pytest.skip("another user does not get as far as the folder of the tests")
    os.seteuid(65534)
    try:
        with pytest.raises(PermissionError, match="target"):
            made.download_to_file(folder / "target")
    finally:
        os.seteuid(0)
    assert asked(simple) == before
    assert names(folder) == []


@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(simple: Stack, made: File, folder: Path) -> None:
    before = asked(simple)
    folder.chmod(0o555)
    with pytest.raises(PermissionError, match="target"):
        made.download_to_file(folder / "target")
    folder.chmod(0o755)
    assert asked(simple) == before
    assert names(folder) == []


def test_a_target_that_is_a_folder(simple: Stack, made: File, folder: Path) -> None:
    before = asked(simple)
    with pytest.raises(IsADirectoryError):
        made.download_to_file(folder)
    assert asked(simple) == before
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


def test_a_link_that_leads_nowhere(made: File, folder: Path) -> None:
    (folder / "target").symlink_to("missing")
    made.download_to_file(folder / "target")
    assert (folder / "missing").read_bytes() == CONTENT
    assert names(folder) == ["missing", "target"]


def test_links_in_a_circle(simple: Stack, made: File, folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with pytest.raises(OSError, match="a|b"):
        made.download_to_file(folder / "a")
    assert names(folder) == ["a", "b"]


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


def test_a_device(made: File) -> None:
    made.download_to_file("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(NotEnoughDiskError):
        made.download_to_file("/dev/full")


def test_the_mode_of_the_old_file_stays(made: File, folder: Path) -> None:
    (folder / "target").write_bytes(b"old")
    (folder / "target").chmod(0o640)
    made.download_to_file(folder / "target")
    assert stat.S_IMODE((folder / "target").stat().st_mode) == 0o640


# -- what others left


def journal(stack: Stack, made: File, **changes: Any) -> dict[str, Any]:
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    what = f"{stack.orion.url} file {made.id}"
    return {"what": what, "etag": etag, "size": SIZE, "done": None, "version": 1, **changes}


HALF = CONTENT[: SIZE // 2]
LEFT: dict[str, tuple[bytes, Callable[[Stack, File], str]]] = {
    "half": (HALF, lambda stack, made: json.dumps(journal(stack, made))),
    "whole": (CONTENT, lambda stack, made: json.dumps(journal(stack, made))),
    "half with a wrong byte": (b"\0" + HALF[1:], lambda stack, made: json.dumps(journal(stack, made))),
    "whole with a wrong byte": (CONTENT[:-1] + b"\0", lambda stack, made: json.dumps(journal(stack, made))),
    "zeros": (bytes(SIZE), lambda stack, made: json.dumps(journal(stack, made))),
    "longer than the content": (CONTENT + b"more", lambda stack, made: json.dumps(journal(stack, made))),
    "nothing": (b"", lambda stack, made: json.dumps(journal(stack, made))),
    "of another object": (OTHER[:SIZE], lambda stack, made: json.dumps(journal(stack, made, what="another"))),
    "of other content": (OTHER[: SIZE // 2], lambda stack, made: json.dumps(journal(stack, made, etag='"other"'))),
    "of another size": (HALF, lambda stack, made: json.dumps(journal(stack, made, size=SIZE + 1))),
    "of a smaller size": (HALF, lambda stack, made: json.dumps(journal(stack, made, size=SIZE - 1))),
    "of another version": (OTHER[: SIZE // 2], lambda stack, made: json.dumps(journal(stack, made, version=2))),
    "without a journal": (OTHER, lambda stack, made: ""),
    "half a journal": (OTHER, lambda stack, made: json.dumps(journal(stack, made))[:50]),
    "no JSON": (OTHER, lambda stack, made: "\0\xff garbage"),
    "JSON of something else": (OTHER, lambda stack, made: "[1, 2, 3]"),
    "JSON without fields": (OTHER, lambda stack, made: "{}"),
    "JSON of depth": (OTHER, lambda stack, made: "[" * 100_000),
    "pieces": (
        HALF[:1000] + bytes(SIZE - 2000) + CONTENT[-1000:],
        lambda stack, made: json.dumps(journal(stack, made, done=[[0, 1000], [SIZE - 1000, SIZE]])),
    ),
    "pieces that are not there": (
        bytes(SIZE),
        lambda stack, made: json.dumps(journal(stack, made, done=[[0, SIZE // 2], [SIZE // 2, SIZE]])),
    ),
    "pieces beyond the file": (
        HALF, lambda stack, made: json.dumps(journal(stack, made, done=[[SIZE // 2, SIZE]])),
    ),
    "pieces behind the end": (
        HALF, lambda stack, made: json.dumps(journal(stack, made, done=[[0, SIZE * 2]])),
    ),
    "pieces of text": (HALF, lambda stack, made: json.dumps(journal(stack, made, done=[["a", "b"]]))),
    "pieces of one number": (HALF, lambda stack, made: json.dumps(journal(stack, made, done=[[1]]))),
    "pieces that are a number": (HALF, lambda stack, made: json.dumps(journal(stack, made, done=7))),
    "a size of text": (HALF, lambda stack, made: json.dumps(journal(stack, made, size="many"))),
    "a size of a fraction": (HALF, lambda stack, made: json.dumps(journal(stack, made, size=float(SIZE)))),
    "a mark of several lines": (HALF, lambda stack, made: json.dumps(journal(stack, made, etag='"a"\r\nX-Evil: 1'))),
    "a mark that is a number": (HALF, lambda stack, made: json.dumps(journal(stack, made, etag=5))),
}  # fmt: skip


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("name", LEFT)
def test_a_part_that_was_left(
    simple: Stack, made: File, folder: Path, name: str, workers: int, small_plans: None
) -> None:
    part, record = LEFT[name]
    (folder / ".target.part").write_bytes(part)
    if text := record(simple, made):
        (folder / ".target.part.json").write_bytes(text.encode("latin-1"))
    made.download_to_file(folder / "target", workers=workers)
    assert (folder / "target").read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_a_half_is_gone_on_with(simple: Stack, made: File, folder: Path) -> None:
    (folder / ".target.part").write_bytes(HALF)
    (folder / ".target.part.json").write_text(json.dumps(journal(simple, made)))
    simple.orion.faults.script("download_file", [steps.status(403)])
    with pytest.raises(OrionError):
        made.download_to_file(folder / "target")
    # A refusal is no reason to throw away what is there.
    assert (folder / ".target.part").read_bytes() == HALF
    # What is announced to be cut after the missing half would break if more was asked for.
    simple.orion.faults.script("download_file", [steps.cut(SIZE - len(HALF) - 1), "pass"])
    made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == CONTENT


@pytest.mark.parametrize("kind", ["link", "link to nothing", "hard link", "folder", "fifo"])
@pytest.mark.parametrize("which", [".target.part", ".target.part.json"])
def test_a_part_that_is_no_file_of_ours(simple: Stack, made: File, folder: Path, kind: str, which: str) -> None:
    victim = folder.parent / "victim"
    victim.write_bytes(b"precious")
    place = folder / which
    if kind == "link":
        place.symlink_to(victim)
    elif kind == "link to nothing":
        place.symlink_to(folder.parent / "nothing")
    elif kind == "hard link":
        place.hardlink_to(victim)
    elif kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    try:
        made.download_to_file(folder / "target")
    except OSError:
        assert not (folder / "target").exists()
    else:
        assert (folder / "target").read_bytes() == CONTENT
    assert victim.read_bytes() == b"precious"
    assert not (folder.parent / "nothing").exists()
    assert set(names(folder)) <= {"target", which}


# -- others at work


@pytest.mark.parametrize("workers", [1, 4])
def test_two_processes_with_one_target(simple: Stack, made: File, folder: Path, workers: int) -> None:
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
        out, error = process.communicate(timeout=60)
        assert (process.returncode, out, error) == (0, b"", b"")
    assert target.read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_threads_with_one_target(made: File, folder: Path) -> None:
    target = folder / "target"
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                made.download_to_file(target, durable=False)
                assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(CONTENT).digest()
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert names(folder) == ["target"]


def test_a_process_that_was_killed_holds_nothing(simple: Stack, made: File, folder: Path) -> None:
    target = folder / "target"
    simple.orion.faults.script("download_file", [steps.stall(60, sent=SIZE // 2)])
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(made.id), str(1 << 40), str(target), "1"],
        env={**os.environ, **simple.orion.environ},
    )
    part = folder / ".target.part"
    try:
        eventually(lambda: part.exists() and part.stat().st_size == SIZE // 2)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    made.download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_the_folder_goes_away_meanwhile(simple: Stack, made: File, folder: Path) -> None:
    def move(_: object) -> None:
        if folder.exists():
            folder.rename(folder.with_name("moved"))

    simple.orion.faults.script("download_file", [steps.cut(SIZE // 2)])
    with pytest.raises(OSError, match="target"):
        made.download_to_file(folder / "target", progress=move)
    assert not (folder / "target").exists()
