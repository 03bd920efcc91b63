"""A used session that is forked or sent to other processes gets the right responses, on connections of its own."""

from __future__ import annotations

import multiprocessing
import os
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import pytest_socket
from connections_certificates import context_for, make
from connections_server import Fast
from helpers.forked import living_child

from orionclient._runtime.locks import ForkLock
from orionclient.session import OrionSession, SessionConfig, get_session
from orionclient.types import File

CHILDREN, EACH = 4, 300
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


def send_requests(session: OrionSession, child: int) -> tuple[int, int, int]:
    """Send requests for ids of this process only; return the counts of right, wrong and lost responses."""
    right = wrong = lost = 0
    for file_id in range(child * 1000 + 1, child * 1000 + EACH + 1):
        try:
            file = session.get_resource(File, file_id)
        except Exception:  # noqa: BLE001 - any error means that the request is lost
            lost += 1
        else:
            good = (file.id, file.name) == (file_id, f"n{file_id}")
            right, wrong = right + good, wrong + (not good)
    return right, wrong, lost


@pytest.fixture
def used(fast: Fast, monkeypatch: pytest.MonkeyPatch) -> OrionSession:
    """Return a session with an open connection, which reloads its token after unpickling."""
    monkeypatch.setenv("ORION_URL", fast.url)
    monkeypatch.setenv("ORION_TOKEN", "token")
    session = OrionSession(SessionConfig(fast.url, "token", project=1))
    assert session.get_resource(File, 1).id == 1
    fast.reset()
    return session


def by_fork(session: OrionSession) -> list[tuple[int, int, int]]:
    pids = []
    results = []
    for child in range(1, CHILDREN + 1):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(writing, b"%d %d %d" % send_requests(session, child))
            finally:
                os._exit(0)
        os.close(writing)
        pids.append((pid, reading))
    results.append(send_requests(session, 9))
    for pid, reading in pids:
        with os.fdopen(reading, "rb") as stream:
            right, wrong, lost = map(int, stream.read().split())
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        results.append((right, wrong, lost))
    return results


def by_multiprocessing(method: str) -> Callable[[OrionSession], list[tuple[int, int, int]]]:
    def run(session: OrionSession) -> list[tuple[int, int, int]]:
        with ProcessPoolExecutor(CHILDREN, mp_context=multiprocessing.get_context(method)) as pool:
            waiting = [pool.submit(send_requests, session, child) for child in range(1, CHILDREN + 1)]
            return [send_requests(session, 9), *(each.result(60) for each in waiting)]

    return run


@pytest.mark.parametrize("way", ["os.fork", "fork", "forkserver", "spawn"])
def test_processes(
    fast: Fast,
    used: OrionSession,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    if way == "forkserver":
        # Python connects to its fork server by a Unix socket, which has no host to allow.
        monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)
    run = by_fork if way == "os.fork" else by_multiprocessing(way)
    started = time.perf_counter()
    results = [*run(used), send_requests(used, 10)]
    seconds, stats = time.perf_counter() - started, fast.stats()
    right, wrong, lost = (sum(column) for column in zip(*results, strict=True))
    record_property(
        "processes",
        f"{way}, {CHILDREN} children: right {right}, wrong {wrong}, lost {lost}, {stats['connections']} connections, {seconds:.1f} s",
    )
    assert results == [(EACH, 0, 0)] * (CHILDREN + 2)
    # The connection of the parent was counted before the reset; each worker opened at most one.
    assert 1 <= stats["connections"] <= CHILDREN + 1
    assert stats["requests"] == (CHILDREN + 2) * EACH


def test_a_fork_while_threads_send(fast: Fast, used: OrionSession) -> None:
    stopping = threading.Event()
    wrong: list[object] = []

    def work(thread: int) -> None:
        file_id = thread * 10_000
        while not stopping.is_set():
            file_id += 1
            file = used.get_resource(File, file_id)
            if (file.id, file.name) != (file_id, f"n{file_id}"):
                wrong.append(file_id)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(1, 9)]
    for thread in threads:
        thread.start()
    try:
        for child in range(20):
            pid = os.fork()
            if pid == 0:
                good = False
                try:
                    good = all(
                        used.get_resource(File, child * 100 + n).name == f"n{child * 100 + n}" for n in range(1, 6)
                    )
                finally:
                    os._exit(0 if good else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_child_prints_nothing_about_inherited_connections(fast: Fast) -> None:
    code = f"""
        import os, sys
        from orionclient.session import OrionSession, SessionConfig
        from orionclient.types import File

        session = OrionSession(SessionConfig({fast.url!r}, "token"))
        assert session.get_resource(File, 1).id == 1
        pid = os.fork()
        assert session.get_resource(File, 2).id == 2
        if pid:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert session.get_resource(File, 3).id == 3
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert fast.stats()["connections"] == 2


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_connection_in_use_closes_with_its_request_while_a_child_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secure: bool
) -> None:
    root = make("root", ca=True)
    context = context_for(tmp_path, make("server", root, hosts=("127.0.0.1",))) if secure else None
    (tmp_path / "root.pem").write_bytes(root.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    listening = socket.create_server(("127.0.0.1", 0))
    after: list[bytes] = []

    def serve() -> None:
        connection = listening.accept()[0]
        with connection if context is None else context.wrap_socket(connection, server_side=True) as stream:
            stream.settimeout(60)
            stream.recv(65536)
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegin")
            try:
                after.append(stream.recv(1))
            except (ConnectionError, ssl.SSLError):
                after.append(b"")

    server = threading.Thread(target=serve)
    server.start()
    with listening:
        url = f"http{'s' * secure}://127.0.0.1:{listening.getsockname()[1]}/"
        with get_session().get(url, stream=True) as response:
            assert next(response.iter_content()) == b"begin"
            with living_child():
                response.close()
                server.join(60)
    assert after == [b""]


def test_a_lock_held_by_another_thread_is_released_in_the_child() -> None:
    lock, held, done = ForkLock(), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(60)
    pid = os.fork()
    if pid == 0:
        with lock:
            os._exit(7)
    try:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    finally:
        done.set()
        holder.join()


def test_the_lock_of_a_child_is_replaced_before_it_has_threads() -> None:
    lock = ForkLock()
    inherited = lock._lock
    pid = os.fork()
    if pid == 0:
        first = lock._lock
        with lock:
            # If it were made at its first use, several threads could make their own lock and all enter.
            os._exit(7 if inherited is not first is lock._lock else 8)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert lock._lock is inherited
