"""Tests of damaged data folders: one sentence before a start, a 500 that says so during a request, and nothing deleted."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from orionclient.emulator import FolderError, Server
from orionclient.emulator._store import checks, store
from orionclient.exceptions import LocalDataError, OrionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File

FILES = "/api/v3/storage/files/"
Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory, connect: Callable[..., httpx.Client]) -> Path:
    """The folder of a stopped server, with content in the database and beside it."""
    folder = tmp_path_factory.mktemp("intact") / "stack"
    with Server(folder, seed="demo") as server:
        ada = connect(server)
        create_file(ada, b"content")
        made = ada.post("/api/v1/storage/datasets/", json={"name": "big"}).json()
        lines = b"".join(b'{"n": %d, "title": "%s"}\n' % (n, b"x" * 500) for n in range(2000))
        path = f"/api/v1/storage/datasets/{made['id']}/records/"
        ada.post(path, content=lines, headers={"Content-Type": "application/x-ndjson"}).raise_for_status()
    return folder


@pytest.fixture
def folder(intact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(intact, tmp_path / "stack"))


def create_file(ada: httpx.Client, content: bytes) -> str:
    made = f"{FILES}{ada.post(FILES, json={'name': 'x'}).json()['id']}/"
    ada.put(f"{made}upload", content=content).raise_for_status()
    return made


def read_all(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder, without the lock and those that SQLite creates beside a database."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm")) and path.name != "lock.sqlite"
    }


def errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


def find_blob(folder: Path) -> Path:
    (path,) = folder.glob("blobs/*/*")
    return path


def change(offset: int, data: bytes, size: int | None = None) -> Damage:
    def apply(folder: Path) -> None:
        with (folder / "orion.sqlite").open("r+b") as file:
            file.seek(offset)
            file.write(data)
            if size is not None:
                file.truncate(size)

    return apply


def execute(statement: str) -> Damage:
    def apply(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "orion.sqlite", isolation_level=None)) as db:
            db.execute(statement)

    return apply


def replace_by_folder(name: str) -> Damage:
    def apply(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return apply


def replace_database(folder: Path) -> None:
    (folder / "orion.sqlite").unlink()
    execute("CREATE TABLE of_another_program (a)")(folder)


def replace_blobs(folder: Path) -> None:
    (folder / "blobs").rename(folder / "moved")
    (folder / "blobs").write_bytes(b"")


def write(name: str, content: bytes) -> Damage:
    return lambda folder: (folder / name).write_bytes(content)


def remove(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


DAMAGES: dict[str, tuple[Damage, str]] = {
    "header": (change(0, b"x" * 100), "orion.sqlite of the local Orion is damaged (file is not a database)"),
    "truncated": (change(0, b"", 20 * 4096), "orion.sqlite of the local Orion is damaged ("),
    "garbage": (change(8 * 4096, b"\xff" * 4096 * 3), "orion.sqlite of the local Orion is damaged ("),
    "empty": (write("orion.sqlite", b""), "orion.sqlite of the local Orion is empty; nothing"),
    "other content": (write("orion.sqlite", b"other" * 1000), "is damaged (file is not a database)"),
    "folder": (replace_by_folder("orion.sqlite"), "orion.sqlite of the local Orion is not a file"),
    "missing": (remove("orion.sqlite"), "orion.sqlite of the local Orion is missing, but the folder has content"),
    "another program": (replace_database, "orion.sqlite of the local Orion is not the database of"),
    "newer": (execute("PRAGMA user_version = 99"), "has schema version 99, but this version of the package supports"),
    "no table": (execute("DROP TABLE meta"), "orion.sqlite of the local Orion is damaged (no such table: meta)"),
    "missing secret": (remove("secret"), "secret of the local Orion is missing, so the tokens"),
    "empty secret": (write("secret", b""), "secret of the local Orion is not a secret: it has 0 bytes, not 32"),
    "secret folder": (replace_by_folder("secret"), "secret: Is a directory"),
    "blobs": (replace_blobs, "blobs: File exists"),
    "lock": (write("lock.sqlite", b"x" * 1000), "lock.sqlite of the local Orion is damaged (file is not a database)"),
    "lock folder": (replace_by_folder("lock.sqlite"), "lock.sqlite of the local Orion cannot be read or written"),
}


@pytest.mark.skipif(os.name == "nt", reason="other messages of the system")
@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_folder_is_one_sentence_and_unchanged(folder: Path, intact: Path, name: str) -> None:
    damage, words = DAMAGES[name]
    damage(folder)
    before, threads = read_all(folder), threading.active_count()
    for _ in range(2):
        # A failed start releases the folder, and the next one says the same.
        with pytest.raises(FolderError) as failed:
            Server(folder, seed="demo").start()
        message = str(failed.value)
        assert words in message
        assert str(folder) in message
        assert f"nothing in {folder} was deleted or overwritten" in message
        assert "\n" not in message
        with pytest.raises(LocalDataError) as typed:
            LocalOrion(folder, seed="demo").start()
        assert typed.value.args == (message,)
    assert read_all(folder) == before
    assert threading.active_count() == threads
    # With the files of a backup, everything is there again.
    shutil.rmtree(folder)
    shutil.copytree(intact, folder)
    with LocalOrion(folder) as orion:
        assert b"".join(orion.session().get_resource(File, 1).download()) == b"content"


def test_a_folder_that_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "file" / "stack"):
        with pytest.raises(FolderError, match=rf"cannot use {path}: "):
            Server(path).start()


def test_a_crash_before_the_database_is_created_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(32))
    (tmp_path / "orion.new").write_bytes(b"half")
    with Server(tmp_path, seed="demo") as server:
        assert server.identify("ada").project == 1
    assert not (tmp_path / "orion.new").exists()


def test_a_write_ahead_log_without_its_database_is_not_deleted(folder: Path) -> None:
    # SQLite removes the log of an empty database, although it may have all the data.
    (folder / "orion.sqlite-wal").write_bytes(b"log" * 1000)
    (folder / "orion.sqlite").write_bytes(b"")
    with pytest.raises(FolderError, match="empty"):
        Server(folder).start()
    assert (folder / "orion.sqlite-wal").read_bytes() == b"log" * 1000


def test_damage_that_is_found_by_a_request(
    folder: Path,
    connect: Callable[..., httpx.Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(checks, "_MAX_CHECKED", 0)
    with closing(sqlite3.connect(folder / "orion.sqlite")) as db:
        ((page,),) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'groups'").fetchall()
        ((size,),) = db.execute("PRAGMA page_size").fetchall()
    change((page - 1) * size, b"\xff" * size)(folder)
    with Server(folder) as server:
        ada = connect(server)
        response = ada.get("/api/v1/groups/")
        assert (response.status_code, response.json()["code"]) == (500, "damaged")
        assert "database is damaged or missing (database disk image is malformed)" in response.json()["detail"]
        assert "from a backup" in response.json()["detail"]
        assert ada.get(f"{FILES}1/download").content == b"content"
    (record,) = errors(caplog)
    assert "GET /api/v1/groups/: The server's database is damaged" in record.getMessage()
    assert record.exc_info is None


@pytest.mark.parametrize("storage", [False, True])
@pytest.mark.parametrize("content", [None, b"", b"cont", b"content and more"], ids=repr)
def test_content_that_is_missing_or_has_another_size(
    folder: Path, caplog: pytest.LogCaptureFixture, content: bytes | None, storage: bool
) -> None:
    with LocalOrion(folder, storage=storage) as orion:
        blob = find_blob(folder)
        blob.unlink()
        if content is not None:
            blob.write_bytes(content)
        session = OrionSession(orion.config(), requests_session=get_session(retry_dict={}))
        with pytest.raises(OrionError, match="The stored content of the file .*from a backup") as failed:
            b"".join(session.get_resource(File, 1).download())
    assert failed.value.response.json()["code"] == "damaged"  # type: ignore[attr-defined]
    assert {record.exc_info for record in errors(caplog)} == {None}


def test_other_content_of_the_same_size_is_rejected_by_the_client(folder: Path) -> None:
    find_blob(folder).write_bytes(b"CONTENT")
    with LocalOrion(folder) as orion, pytest.raises(OrionError, match="digest"):
        b"".join(orion.session().get_resource(File, 1).download())


def test_missing_folders_are_created_again(folder: Path, connect: Callable[..., httpx.Client]) -> None:
    for name in ("blobs", "jobs", "packages"):
        shutil.rmtree(folder / name)
    with Server(folder) as server:
        ada = connect(server)
        assert ada.get(f"{FILES}1/download").json()["code"] == "damaged"
        assert ada.get(f"{create_file(ada, b'new')}download").content == b"new"


def test_a_database_that_another_process_locks(
    folder: Path, connect: Callable[..., httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(folder / "orion.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(FolderError, match="orion.sqlite of the local Orion is locked by another process"):
            Server(folder).start()
        other.execute("ROLLBACK")
        with Server(folder) as server:
            ada = connect(server)
            other.execute("BEGIN IMMEDIATE")
            response = ada.post(FILES, json={"name": "x"})
            assert (response.status_code, response.json()["code"]) == (503, "locked")
            assert ada.get(f"{FILES}1/download").content == b"content"
            other.execute("ROLLBACK")
            assert ada.post(FILES, json={"name": "x"}).status_code == 201
