"""Tests of the server: start, stop, restart and allowed hosts."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request

import httpx
import pytest
import uvicorn

from orionclient.emulator import Server


def test_starts_on_a_free_loopback_port_and_stops_without_a_trace(tmp_path):
    before = set(threading.enumerate())
    server = Server(tmp_path)
    with server as running:
        assert running is server
        assert running.url.startswith("http://127.0.0.1:")
        port = int(running.url.rsplit(":", 1)[1])
        with urllib.request.urlopen(f"{running.url}/api/versions/") as response:
            assert response.status == 200
    with pytest.raises(OSError, match=r"refused|reset"), socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    deadline = time.monotonic() + 120
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= before
    gc.collect()  # unclosed sockets and databases would warn here, and warnings are errors


def test_stop_is_harmless_twice_and_before_start(tmp_path):
    server = Server(tmp_path)
    server.stop()
    server.start()
    server.stop()
    server.stop()
    with pytest.raises(RuntimeError, match="is not running"):
        _ = server.url


def test_starting_twice_is_rejected(fresh):
    with pytest.raises(RuntimeError, match="is already running"):
        fresh.start()
    with pytest.raises(RuntimeError, match="is already running"):
        fresh.run()
    assert httpx.get(f"{fresh.url}/api/versions/").status_code == 200


def test_a_server_that_cannot_start_leaves_nothing_open(tmp_path, monkeypatch):
    async def fail(*_):
        raise SystemExit(3)

    with monkeypatch.context() as patch:
        patch.setattr(uvicorn.Server, "startup", fail)
        with pytest.raises(RuntimeError, match="failed to start") as error:
            Server(tmp_path).start()
        assert isinstance(error.value.__cause__, SystemExit)
    with Server(tmp_path):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_only_the_loopback_interface(tmp_path, host):
    with pytest.raises(ValueError, match="loopback"):
        Server(tmp_path, host=host)


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_other_names_of_the_loopback_interface(tmp_path, host):
    try:
        socket.getaddrinfo(host, 0)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.bind((host, 0))
    except OSError:
        pytest.skip(f"{host} is not there")
    with Server(tmp_path, host=host) as server:
        assert httpx.get(f"{server.url}/api/versions/").status_code == 200


def test_a_port_that_is_taken_leaves_nothing_open(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            Server(tmp_path, port=taken.getsockname()[1]).start()
    with Server(tmp_path):
        pass


def test_a_folder_serves_one_server_at_a_time(fresh):
    with pytest.raises(RuntimeError, match="in use by another local Orion"):
        Server(fresh.folder).start()


def test_a_named_port_can_be_used_again_at_once(tmp_path):
    with Server(tmp_path) as server:
        url = server.url
        assert httpx.get(f"{url}/api/versions/").status_code == 200
    with Server(tmp_path, port=int(url.rsplit(":", 1)[1])) as server:
        assert server.url == url


def test_a_restart_keeps_data_tokens_and_trash(tmp_path, connect, drugs):
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        token = server.issue_token("ada")
        ada.post("/api/v3/storage/files/", json={"name": "kept.txt"})
        ada.put("/api/v3/storage/files/1/upload", content=b"content")
        ada.post("/api/v1/storage/datasets/", json={"name": "drugs"})
        ada.put("/api/v1/storage/datasets/1/upload?format=sdf", content=drugs["sdf"])
        ada.post("/api/v1/tags/file/1/", json={"tags": ["kept"]})
        ada.post("/api/v3/storage/files/", json={"name": "binned"})
        ada.delete("/api/v3/storage/files/2/")
        ada.post("/api/v3/storage/files/", json={"name": "purged"})
        ada.delete("/api/v3/storage/files/3/?immediate=true")
        before = ada.get("/api/v1/storage/datasets/1/records/").text
    with Server(tmp_path) as server:
        assert server.issue_token("ada") == token
        ada = connect(server)
        assert ada.get("/api/v3/storage/files/1/download").content == b"content"
        assert ada.get("/api/v1/storage/datasets/1/records/").text == before
        assert ada.get("/api/v3/storage/files/?tags=kept").json()["count"] == 1
        assert [item["id"] for item in ada.get("/api/v3/storage/files/?deleted=true").json()["results"]] == [2]
        assert ada.post("/api/v3/storage/files/", json={"name": "new"}).json()["id"] == 4


def test_seeds(tmp_path, connect):
    with Server(tmp_path / "plain") as server:
        admin = connect(server, "admin")
        assert admin.get("/api/v1/users/me/").json()["id"] == 1
        assert [item["id"] for item in admin.get("/api/v1/projects/").json()["results"]] == [1]
        assert server.issue_token() == server.issue_token("admin")
        with pytest.raises(LookupError, match="user 'ada' does not exist"):
            server.issue_token("ada")
    with pytest.raises(ValueError, match="was seeded with"):
        Server(tmp_path / "plain", seed="demo").start()
    with pytest.raises(ValueError, match="unknown seed 'x'"):
        Server(tmp_path / "other", seed="x").start()


def test_tokens_and_passwords_are_not_stored_in_plain_text(fresh, connect):
    token = fresh.issue_token("ada")
    response = connect(fresh, None).post("/api/v1/auth/token/", json={"username": "ada", "password": "ada-demo"})
    assert response.json() == {"token": token}
    for path in fresh.folder.rglob("*"):
        if path.is_file():
            assert token.encode() not in path.read_bytes(), path
            assert b"ada-demo" not in path.read_bytes(), path
    assert stat.S_IMODE((fresh.folder / "secret").stat().st_mode) == 0o600


def test_what_a_crash_left_behind_is_swept(tmp_path, connect):
    with Server(tmp_path, seed="demo") as server:
        ada = connect(server)
        ada.post("/api/v3/storage/files/", json={"name": "kept"})
        ada.put("/api/v3/storage/files/1/upload", content=b"content")
        kept = {path.name for path in (tmp_path / "blobs" / "kept").iterdir()}
    (tmp_path / "blobs" / "kept" / "orphan").write_bytes(b"x")
    (tmp_path / "blobs" / "staging" / "half").write_bytes(b"x")
    with Server(tmp_path) as server:
        assert {path.name for path in (tmp_path / "blobs" / "kept").iterdir()} == kept
        assert not list((tmp_path / "blobs" / "staging").iterdir())
        assert connect(server).get("/api/v3/storage/files/1/download").content == b"content"


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil:{port}", "[::1]", ""]
)
def test_other_hosts_are_rejected(server, connect, rejected, host):
    port = server.url.rsplit(":", 1)[1]
    response = connect(server).get("/api/v1/users/me/", headers={"Host": host.format(port=port)})
    assert response == rejected(400, "wrong_host")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost", "[::1]"])
def test_hosts_of_this_machine_are_served(server, connect, host):
    port = server.url.rsplit(":", 1)[1]
    assert connect(server).get("/api/v1/users/me/", headers={"Host": f"{host}:{port}"}).status_code == 200


def test_foreground_server_stops_on_a_signal(tmp_path):
    code = (
        "import pathlib, sys, threading, time; from orionclient.emulator import Server\n"
        "server = Server(pathlib.Path(sys.argv[1]))\n"
        "def tell():\n"
        "    while True:\n"
        "        try: print(server.url, flush=True); return\n"
        "        except RuntimeError: time.sleep(0.01)\n"
        "threading.Thread(target=tell, daemon=True).start()\n"
        "try: server.run()\n"
        "except KeyboardInterrupt: pass\n"
        "print('stopped', flush=True)\n"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    environ = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/api/versions/", timeout=120).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=120)[0] == "stopped\n"


def test_stopping_does_not_wait_for_a_stalled_upload(tmp_path):
    with Server(tmp_path, seed="demo") as server:
        token, port = server.issue_token("ada"), int(server.url.rsplit(":", 1)[1])
        httpx.post(
            f"{server.url}/api/v3/storage/files/", json={"name": "x"}, headers={"Authorization": f"Token {token}"}
        )
        stalled = socket.create_connection(("127.0.0.1", port), timeout=120)
        stalled.sendall(
            f"PUT /api/v3/storage/files/1/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Token {token}\r\n"
            "Content-Length: 100\r\n\r\nabc".encode()
        )
        deadline = time.monotonic() + 120
        while not list((tmp_path / "blobs" / "staging").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
    stalled.close()
    assert not list((tmp_path / "blobs" / "staging").iterdir())


def test_a_client_that_does_not_read_is_disconnected(tmp_path):
    with Server(tmp_path, seed="demo") as server:
        token, port = server.issue_token("ada"), int(server.url.rsplit(":", 1)[1])
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Token {token}"}, timeout=120) as client:
            client.post("/api/v3/storage/files/", json={"name": "x"})
            # More than the socket buffers hold for a client that does not read.
            assert client.put("/api/v3/storage/files/1/upload", content=bytes(32 << 20)).status_code == 200
        lazy = socket.create_connection(("127.0.0.1", port), timeout=120)
        head = f"HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Token {token}\r\n\r\n"
        lazy.sendall(f"GET /api/v3/storage/files/1/download {head}".encode())
        assert lazy.recv(100).startswith(b"HTTP/1.1 200")
    gc.collect()  # an open socket of the server would warn here
    taken = 0
    with lazy, contextlib.suppress(ConnectionResetError):
        while chunk := lazy.recv(1 << 20):
            taken += len(chunk)
    assert taken < 32 << 20
