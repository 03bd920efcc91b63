"""Tests of forks of a process with a running local Orion: the server and its folder belong to the parent."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from helpers.forked import living_child

from orionclient.local import LocalOrion
from orionclient.testing import FaultProxy

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


def connected(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), 30)
    client.sendall(b"GET /api/versions/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
    assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
    return client


def rest(client: socket.socket) -> bytes:
    """What comes until the other side hangs up."""
    chunks = b""
    while chunk := client.recv(65536):
        chunks += chunk
    return chunks


def test_a_stopped_server_is_gone_while_a_child_lives(tmp_path: Path) -> None:
    orion = LocalOrion(tmp_path, storage=True).start()
    port = int(orion.url.rpartition(":")[2])
    storage = int(orion.storage.url.rpartition(":")[2])
    # A name of another port in `Host` would be rejected.
    with connected(port) as client, living_child():
        orion.stop()
        # The connection ends, the port is closed, and everything can be reused.
        assert b"HTTP/1.1" not in rest(client)
        for each in (port, storage):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", each), 30)
        with LocalOrion(tmp_path, port=port) as again:
            assert again.session().get_user_profile().username == "admin"


def test_a_stopped_proxy_is_gone_while_a_child_lives() -> None:
    with (
        LocalOrion(proxied=True) as orion,
        FaultProxy(orion.url) as proxy,
        connected(proxy.port) as client,
        living_child(),
    ):
        proxy.disable()
        with pytest.raises(ConnectionResetError):
            rest(client)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", proxy.port), 30)
        proxy.enable()
        connected(proxy.port).close()


ENDS = """
    import os, sys
    from orionclient.local import LocalOrion
    from orionclient.testing import FaultProxy

    with LocalOrion(seed="demo", proxied=True) as orion, FaultProxy(orion.url) as proxy:
        session = orion.session()
        folder, pid = orion.folder, os.fork()
        if not pid:
            # It leaves the blocks, and what runs at the end of a process runs.
            sys.exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
        assert (folder / "orion.sqlite").exists()
        assert session.get_user_profile().username == "ada"
        assert LocalOrion.session(orion, "grace").get_user_profile().username == "grace"
    assert not folder.exists()
"""


def test_a_child_that_ends_stops_nothing() -> None:
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(ENDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


RUNS = """
    import os, signal, sys, threading
    from pathlib import Path
    from orionclient.emulator._jobs.processes import Process

    program = "import sys; print('started', flush=True); sys.stdin.read(); open('ended', 'w').close()"
    log = open("log", "wb", buffering=0)
    threading.Thread(target=Process().run, args=([sys.executable, "-c", program], Path(), os.environ, log.write)).start()
    while not Path("log").read_bytes():
        pass
    if os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
    print("child", flush=True)
    sys.stdin.read()
    os._exit(0)
"""


def test_a_job_notices_the_end_of_the_server_while_a_child_lives(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(RUNS)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "child\n"
        end = time.monotonic() + 60
        while not (tmp_path / "ended").exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        process.stdin.close()
        assert process.stdout.read() == ""
