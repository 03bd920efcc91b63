"""Tests of the local Orion on a full or failing disk: a documented error, the old content, and no leftovers."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import httpx
import pytest
from helpers.canary import allow_token, register_token

from orionclient.emulator._store import blobs

FILES, UPLOADS = "/api/v3/storage/files/", "/api/v3/storage/uploads/"
LIMIT = 3_000_000
# The maximum file size simulates the disk space; the database and its log are smaller.
SCRIPT = """
import pathlib, resource, sys
from orionclient.emulator import Server
server = Server(pathlib.Path(sys.argv[1]), seed="demo").start()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
print(server.url, server.issue_token("ada"), flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def small(tmp_path):
    """A client of a server whose disk is almost full."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "stack"), str(LIMIT)]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        with allow_token("a separate server process passes its token to the test"):
            url, token = process.stdout.readline().split()
        register_token(token)
        with httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, timeout=120) as client:
            yield client
        process.stdin.close()
        assert process.wait(20) == 0


def put(client, path, content):
    return client.put(path, content=content, headers={"Content-Type": "application/octet-stream"})


def held(folder):
    return sorted(path.stat().st_size for path in (folder / "blobs").rglob("*") if path.is_file())


@pytest.mark.skipif(os.name == "nt", reason="no such limit")
def test_a_full_disk(small, rejected, tmp_path):
    made = f"{FILES}{small.post(FILES, json={'name': 'x'}).json()['id']}/"
    assert put(small, f"{made}upload", b"old").status_code == 200
    for size in (LIMIT + 1, 3 * LIMIT):
        assert put(small, f"{made}upload", bytes(size)) == rejected(507, "out_of_space", "out of disk space")
        assert small.get(f"{made}download").content == b"old"
        assert held(tmp_path / "stack") == [3]
    body = {"resource_type": "file", "resource_id": int(made.split("/")[-2]), "size": 2 * LIMIT, "part_size": LIMIT}
    assert small.post(UPLOADS, json=body) == rejected(507, "out_of_space")
    assert small.get(UPLOADS).json()["count"] == 0
    # Content that fits is still accepted.
    assert put(small, f"{made}upload", bytes(LIMIT)).status_code == 200
    assert small.get(f"{made}download").content == bytes(LIMIT)
    assert held(tmp_path / "stack") == [LIMIT]


@pytest.mark.parametrize(
    ("code", "status", "word"),
    [(errno.ENOSPC, 507, "out_of_space"), (errno.EDQUOT, 507, "out_of_space"), (errno.EIO, 500, "server_error")],
)
@pytest.mark.parametrize("place", ["write", "complete"])
def test_a_disk_that_fails(fresh, connect, rejected, monkeypatch, code, status, word, place):
    ada = connect(fresh)
    made = f"{FILES}{ada.post(FILES, json={'name': 'x'}).json()['id']}/"
    put(ada, f"{made}upload", b"old").raise_for_status()

    def fail(*_, **__):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(blobs.StagedBlob, place, fail)
        assert put(ada, f"{made}upload", b"new") == rejected(status, word)
    assert ada.get(f"{made}download").content == b"old"
    assert held(fresh.folder) == [3]
    assert put(ada, f"{made}upload", b"new").status_code == 200
