"""Children forked during a transfer: they hold no locks or pipes of the parent, and delete none of its files."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.forked import end, fork_waiting, living_child
from transfers_stack import Stack, digest_of

from orionclient._runtime.locks import LockedFile
from orionclient._transfer import progress
from orionclient.config import SessionConfig, get_config_path, read_profiles, save_profile
from orionclient.types import File
from orionclient.utils import TemporaryPath

CONTENT = random.Random(12).randbytes(2 << 20)

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system"),
    pytest.mark.usefixtures("small_sizes"),
]


@pytest.fixture(autouse=True)
def report_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report progress for every chunk, so that a fast machine reports before the end."""
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", 0.0)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def forked() -> Iterator[Callable[[progress.Progress], None]]:
    """Fork a child in the middle of a transfer, and interrupt the transfer of the parent."""
    children = []

    def fork_and_interrupt(state: progress.Progress) -> None:
        if state.bytes < len(CONTENT) // 4:
            return
        if not children:
            children.append(fork_waiting())
        raise KeyboardInterrupt

    yield fork_and_interrupt
    assert len(children) == 1
    end(*children[0])


@pytest.fixture
def with_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start a local Orion whose storage records its requests."""
    with Stack(tmp_path_factory.mktemp("storage"), storage=True) as running:
        yield running


def starts(stack: Stack) -> list[str]:
    """List whether each download started or resumed."""
    requests = [each.headers for each in stack.orion.storage.requests() if each.method == "GET"]
    return ["resumed" if each.get("range", "bytes=0-") != "bytes=0-" else "started" for each in requests]


def test_an_interrupted_download_is_resumed(
    with_storage: Stack, source: Path, tmp_path: Path, forked: Callable[[progress.Progress], None]
) -> None:
    file = File.upload(with_storage.session(), "x", source)
    with pytest.raises(KeyboardInterrupt):
        file.download_to_file(tmp_path / "target", progress=forked)
    file.download_to_file(tmp_path / "target")
    assert digest_of(tmp_path / "target") == digest_of(source)
    assert starts(with_storage) == ["started", "resumed"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]


def test_an_interrupted_upload_is_resumed(
    simple: Stack, source: Path, forked: Callable[[progress.Progress], None]
) -> None:
    session = simple.session()
    with pytest.raises(KeyboardInterrupt):
        File.upload(session, "x", source, progress=forked)
    (started,) = session.list_resources(File, {"state": "uploading"})
    assert File.upload(session, "x", source).id == started.id


KILLED = """
    import os, signal, sys
    from orionclient.session import OrionSession
    from orionclient._transfer import part_files, progress
    from orionclient.types import File

    progress._INTERVAL_SECONDS, part_files._MIN_KEPT_SIZE = 0.0, 1

    def fork(state):
        if state.bytes < 1 << 19:
            return
        if os.fork():
            os.kill(os.getpid(), signal.SIGKILL)
        print("child", flush=True)
        sys.stdin.read()
        os._exit(0)

    File(session=OrionSession(), id=int(sys.argv[1])).download_to_file(sys.argv[2], progress=fork)
"""


def test_a_child_does_not_hold_the_lock_of_a_parent_that_was_killed(
    with_storage: Stack, source: Path, tmp_path: Path
) -> None:
    file = File.upload(with_storage.session(), "x", source)
    target = tmp_path / "target"
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(file.id), str(target)]
    environ = {**os.environ, **with_storage.orion.environ}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "child\n"
        process.wait(60)
        file.download_to_file(target)
        assert process.stdin is not None
        process.stdin.close()
        assert process.stdout.read() == ""
    assert digest_of(target) == digest_of(source)
    assert starts(with_storage) == ["started", "resumed"]


def test_the_reader_of_a_pipe_sees_its_end(simple: Stack, source: Path, tmp_path: Path) -> None:
    file = File.upload(simple.session(), "x", source)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()), daemon=True)
    reader.start()
    children: list[tuple[int, int]] = []

    def fork(_: object) -> None:
        if not children:
            children.append(fork_waiting())

    file.download_to_file(pipe, progress=fork)
    reader.join(60)
    assert received == [CONTENT]
    end(*children[0])


def locked(path: Path) -> LockedFile:
    return LockedFile(os.open(path, os.O_RDWR | os.O_CREAT))


def test_a_child_neither_holds_nor_releases_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = locked(path)
    if not (pid := os.fork()):
        try:
            inherited = lock.closed
            lock.close()
            os._exit(7 if inherited else 8)
        finally:
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    with pytest.raises(BlockingIOError):
        locked(path)
    with living_child():
        lock.close()
        locked(path).close()
    lock.close()


def test_a_reused_descriptor_stays_open_in_the_child(tmp_path: Path) -> None:
    lock = locked(tmp_path / "lock")
    descriptor = lock.fileno()
    lock.close()
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    assert other == descriptor
    if not (pid := os.fork()):
        try:
            os.fstat(other)
            os._exit(7)
        finally:
            os._exit(9)
    os.close(other)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_profiles_can_be_saved_while_a_forked_child_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[tuple[int, int]] = []
    fsync = os.fsync

    def fork(handle: int) -> None:
        children.append(fork_waiting())
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fork)
        save_profile(SessionConfig("https://orion.example.test"), "first")
    path = get_config_path()
    try:
        # No process holds the lock, so none waits for it.
        locked(path.with_name(path.name + ".lock")).close()
    finally:
        end(*children[0])
    save_profile(SessionConfig("https://orion.example.test"), "second")
    assert set(read_profiles()) == {"first", "second"}


def test_a_child_does_not_delete_temporary_paths_of_its_parent() -> None:
    code = """
        import os, sys
        from orionclient.utils import TemporaryPath

        path = TemporaryPath()
        with TemporaryPath() as other:
            pid = os.fork()
            if not pid:
                sys.exit()
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert os.path.exists(path.path) and os.path.exists(other)
        assert not os.path.exists(other)
        print(path.path)
    """
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert not Path(done.stdout.strip()).exists()
    assert Path(TemporaryPath().path).parent == Path(done.stdout).parent
