"""Ctrl-C and SIGTERM during `ocli` commands:

the exit code, one line if the transfer can be resumed, and the run that resumes it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from cli.conftest import COMMAND, environment

from orionclient.cli._core import errors
from orionclient.local import LocalOrion
from orionclient.types import Dataset, File, ShardCollection, WorkFloeSpec

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
    pytest.mark.parametrize(("sent", "word"), [(signal.SIGINT, "Interrupted"), (signal.SIGTERM, "Terminated")]),
]
MIB = 1 << 20
AGAIN = "run the same command again to resume from there\n"
SLOW = {"step": "drip", "seconds": 0.05, "size": 1 << 18}
# The parts of an upload of more than 16 MiB are 8 MiB.
LARGE = 17 * MIB


class Ocli:
    """Runs `ocli` in separate processes, in a folder."""

    def __init__(self, stack: LocalOrion, folder: Path, home: Path) -> None:
        self.stack, self.folder, self.home = stack, folder, home

    def start(self, *words: str) -> subprocess.Popen[str]:
        # Without progress output, except on standard output of commands that print ids.
        quiet = [] if "-" in words else ["-q"]
        return subprocess.Popen(
            [*COMMAND, *quiet, *words], env=environment(self.home, self.stack), cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def stopped(self, sent: int, under_way: Callable[[], Any], *words: str) -> str:
        """Send a signal as soon as a condition holds, and return the standard error."""
        process = self.start(*words)
        until(lambda: under_way() or process.poll() is not None)
        process.send_signal(sent)
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out) == (128 + sent, ""), err
        self.stack.faults.clear()
        return err

    def done(self, *words: str) -> list[str]:
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        return out.splitlines()


def until(good: Callable[[], Any]) -> None:
    end = time.monotonic() + 120
    while not good():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def ocli(stack: LocalOrion, tmp_path: Path, own_home: Path) -> Iterator[Ocli]:
    yield Ocli(stack, tmp_path, own_home)
    stack.faults.clear()


def part_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def holds(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size >= size


def test_a_download(ocli: Ocli, sent: int, word: str) -> None:
    content, target = os.urandom(6 * MIB), ocli.folder / "out"
    file_id = str(File.upload(ocli.stack.session(), "down", content).id)
    target.write_bytes(b"old")
    ocli.stack.faults.script("download_file", [SLOW])
    words = ("files", "download", file_id, "-o", "out")
    assert ocli.stopped(sent, lambda: holds(part_path(target), 2 * MIB), *words) == f"{word}: {AGAIN}"
    assert target.read_bytes() == b"old"
    started = part_path(target).stat().st_ino
    assert ocli.done(*words) == [file_id]
    assert target.read_bytes() == content
    # The run resumed the same part file.
    assert target.stat().st_ino == started
    assert os.listdir(ocli.folder) == ["out"]


def test_several_downloads_at_once(ocli: Ocli, sent: int, word: str) -> None:
    contents = {f"{sent} {index}": os.urandom(6 * MIB) for index in range(2)}
    ids = [str(File.upload(ocli.stack.session(), name, content).id) for name, content in contents.items()]
    ocli.stack.faults.script("download_file", [SLOW, SLOW])
    folder = ocli.folder / "here"
    words = ("files", "download", *ids, "-o", "here")
    parts = [part_path(folder / name) for name in contents]
    assert (
        ocli.stopped(sent, lambda: all(holds(path, 2 * MIB) for path in parts), *words) == f"{word}: {AGAIN}"
    )  # fmt: skip
    started = [path.stat().st_ino for path in parts]
    assert ocli.done(*words) == ids
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == contents
    assert [(folder / name).stat().st_ino for name in contents] == started


def received(stack: LocalOrion) -> list[int]:
    """Return the bytes of complete parts of the open uploads."""
    from orionclient.types import Upload

    return [upload.received for upload in stack.session().list_resources(Upload, {"state": "open"})]


def test_an_upload(ocli: Ocli, sent: int, word: str) -> None:
    name, session = f"up {sent}", ocli.stack.session()
    (ocli.folder / name).write_bytes(os.urandom(LARGE))
    # The first part gets a response; the others get none.
    ocli.stack.faults.script(
        "upload_part", ["pass", {"step": "stall", "seconds": 300}, {"step": "stall", "seconds": 300}]
    )
    words = ("files", "upload", name)
    assert ocli.stopped(sent, lambda: any(received(ocli.stack)), *words) == f"{word}: {AGAIN}"
    [started] = session.list_resources(File, {"name": name})
    assert started.state == "uploading"
    assert ocli.done(*words) == [str(started.id)]
    [file] = session.list_resources(File, {"name": name})
    assert b"".join(file.download()) == (ocli.folder / name).read_bytes()
    assert received(ocli.stack) == []
    assert list((ocli.home / ".orion" / "uploads").iterdir()) == []


def test_several_uploads_at_once(ocli: Ocli, sent: int, word: str) -> None:
    names, session = [f"{each} {sent}" for each in ("one", "two", "three")], ocli.stack.session()
    for name in names:
        (ocli.folder / name).write_bytes(os.urandom(LARGE))
    # Each upload stalls in turn and then continues, because threads end at their next chunk.
    ocli.stack.faults.script("upload_part", [{"step": "stall", "seconds": 2, "read": MIB}], times=20)
    words = ("files", "upload", *names, "--jobs", "2")
    err = ocli.stopped(sent, lambda: len(received(ocli.stack)) == 2, *words)
    assert err == f"{word}: {AGAIN}"
    started = {file.name: file.id for file in session.list_resources(File) if file.name in names}
    assert len(started) == 2
    done = dict(zip(names, map(int, ocli.done(*words)), strict=True))
    assert started.items() <= done.items()
    for name in names:
        [file] = session.list_resources(File, {"name": name})
        assert b"".join(file.download()) == (ocli.folder / name).read_bytes()
    assert received(ocli.stack) == []


def test_a_collection(ocli: Ocli, sent: int, word: str) -> None:
    (ocli.folder / "source").mkdir()
    contents = {f"{index}": os.urandom(6 * MIB) for index in range(2)}
    for name, content in contents.items():
        (ocli.folder / "source" / name).write_bytes(content)
    stall = {"step": "stall", "seconds": 300}
    ocli.stack.faults.script("upload_shard_content", ["pass", stall])
    session = ocli.stack.session()
    words = ("collections", "upload", "source", "--jobs", "1", "--name", f"c {sent}")
    err = ocli.stopped(sent, lambda: len(ocli.stack.faults.requests("upload_shard_content")) >= 2, *words)
    [collection] = session.list_resources(ShardCollection, {"name": f"c {sent}"})
    collection_id = str(collection.id)
    assert err == f"{word}: run the same command again with --into {collection_id} to resume from there\n"
    assert ocli.done("collections", "upload", "source", "--into", collection_id) == [collection_id]
    # Shards that the server was still receiving have no content, and closing drops them.
    shards = [(shard.name, b"".join(shard.download())) for shard in collection.list_shards() if shard.state == "ready"]
    assert sorted(shards) == sorted(contents.items())
    ocli.stack.faults.script("download_shard", [SLOW, SLOW])
    words = ("collections", "download", collection_id, "here")
    parts = [part_path(ocli.folder / "here" / name) for name in contents]
    assert ocli.stopped(sent, lambda: all(holds(path, 2 * MIB) for path in parts), *words) == f"{word}: {AGAIN}"
    ocli.done(*words)
    assert {path.name: path.read_bytes() for path in (ocli.folder / "here").iterdir()} == contents


@pytest.mark.parametrize("what", ["list", "small upload", "to standard output", "dataset"])
def test_nothing_is_printed_if_nothing_can_be_resumed(ocli: Ocli, sent: int, word: str, what: str) -> None:
    session, name = ocli.stack.session(), f"{what} {sent}"
    operation, words = {
        "list": ("list_files", ["files", "list"]),
        "small upload": ("upload_file_content", ["files", "upload", name]),
        "to standard output": ("download_file", ["files", "download", "{file}", "-o", "-"]),
        "dataset": ("download_dataset", ["datasets", "download", "{dataset}", "-o", "out.csv"]),
    }[what]
    (ocli.folder / name).write_bytes(b"x" * MIB)
    ids = {
        "{file}": lambda: File.upload(session, name, b"x"),
        "{dataset}": lambda: Dataset.upload(session, name, b"a\n1\n", format="csv"),
    }
    words = [str(ids[each]().id) if each in ids else each for each in words]
    ocli.stack.faults.clear()
    ocli.stack.faults.script(operation, [{"step": "stall", "seconds": 300}])
    before = len(ocli.stack.faults.requests(operation))
    assert ocli.stopped(sent, lambda: len(ocli.stack.faults.requests(operation)) > before, *words) == ""
    assert what != "small upload" or not list(session.list_resources(File, {"name": name}))
    assert not [path for path in ocli.folder.iterdir() if path.name != name]


@pytest.mark.usefixtures("real_time")
def test_a_wait(ocli: Ocli, sent: int, word: str) -> None:
    slow = ocli.stack.session().list_resources(WorkFloeSpec, {"title": "slow"}).one()
    job = slow.start("long", seconds=60.0, steps=600)
    requests = lambda: [each for each in ocli.stack.faults.requests("get_job") if f"/{job.id}/" in each.path]  # noqa: E731
    assert ocli.stopped(sent, lambda: len(requests()) >= 2, "jobs", "wait", str(job.id)) == ""
    # The job is not part of the call.
    ocli.stack.session().refresh_resource(job)
    assert job.state == "running"
    job.cancel()


def test_a_second_signal_ends_at_once(ocli: Ocli, sent: int, word: str) -> None:
    (ocli.folder / "one").write_bytes(b"x" * MIB)
    os.mkfifo(ocli.folder / "silent")
    ocli.stack.faults.script("upload_file_content", [{"step": "stall", "seconds": 300}])
    # Opened for reading and writing, so that neither end waits for the other.
    writer = os.open(ocli.folder / "silent", os.O_RDWR)
    try:
        os.write(writer, b"x")
        with ocli.start("--timeout", "300", "files", "upload", "silent", "one") as process:
            until(lambda: len(ocli.stack.faults.requests("upload_file_content")) >= 1)
            process.send_signal(sent)
            # The process waits for the thread that reads from a silent writer.
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(2)
            process.send_signal(sent)
            out, err = process.communicate(timeout=120)
    finally:
        os.close(writer)
    assert (process.returncode, out, err) == (128 + sent, "", "")


@pytest.fixture
def usual() -> Iterator[None]:
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def handler_in_a_call(sent: int) -> Any:
    seen: list[Any] = []
    assert errors.run(click.Command("ocli", callback=lambda: seen.append(signal.getsignal(sent))), [], "ocli", {}) == 0
    return seen[0]


def test_the_signal_handlers_of_the_caller_are_restored(sent: int, word: str, usual: None) -> None:
    own = signal.default_int_handler if sent == signal.SIGINT else signal.SIG_DFL
    signal.signal(sent, own)
    assert handler_in_a_call(sent) is not own
    assert signal.getsignal(sent) is own
    for other in (signal.SIG_IGN, lambda *_: None):
        signal.signal(sent, other)
        assert handler_in_a_call(sent) is other
        assert signal.getsignal(sent) is other


def test_no_handlers_are_installed_in_other_threads(sent: int, word: str, usual: None) -> None:
    own = signal.default_int_handler if sent == signal.SIGINT else signal.SIG_DFL
    signal.signal(sent, own)
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.append(handler_in_a_call(sent)))
    thread.start()
    thread.join()
    assert seen == [own]
