"""Tests of migrations: saved folders of every version open with all they hold, and a migration is applied as a whole or not at all."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import saved_folders
from emulator_floes import JOBS, reach, start

from orionclient.emulator import FolderError, Server
from orionclient.emulator._store.migrations import MIGRATIONS, create_kind_table
from orionclient.emulator._store.store import Store

NEWEST = max(MIGRATIONS)
SAVED = {int(re.findall(r"\d+", path.name)[0]): path for path in saved_folders.SAVED.glob("*.tar.xz")}
# A time at which nothing in the trash of a saved folder is expired.
SAVING = datetime(2026, 12, 1, tzinfo=UTC)
FIRST, SECOND = "CREATE TABLE one (a TEXT);", "CREATE TABLE two (a TEXT); INSERT INTO two VALUES ('x');"


def read_schema(path: Path) -> tuple[int, set[tuple[str, ...]]]:
    """Return the version and the schema of a database; columns added by ALTER TABLE are formatted otherwise than others."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
        schema = {(*row[:3], re.sub(r"\s+", "", row[3] or "")) for row in rows}
        return db.execute("PRAGMA user_version").fetchone()[0], schema


def contains(found: Any, saved: Any) -> bool:
    """Return whether a response has everything of a saved one; it may have more fields."""
    if isinstance(saved, dict) and isinstance(found, dict):
        return all(name in found and contains(found[name], value) for name, value in saved.items())
    if isinstance(saved, list) and isinstance(found, list):
        return len(found) == len(saved) and all(map(contains, found, saved))
    return bool(found == saved)


@pytest.mark.parametrize(
    ("found", "saved", "wanted"),
    [({"a": 1, "b": 2}, {"a": 1}, True), ({"a": [{"b": 1}]}, {"a": [{}]}, True), ({}, {"a": None}, False), ([], [1], False)],
)  # fmt: skip
def test_what_contains(found: Any, saved: Any, wanted: bool) -> None:
    assert contains(found, saved) is wanted


def test_every_version_is_saved_before_the_next_one() -> None:
    assert set(MIGRATIONS) == set(range(min(MIGRATIONS), NEWEST + 1))
    assert set(SAVED) >= set(MIGRATIONS) - {NEWEST}


@pytest.mark.parametrize("version", sorted(SAVED))
def test_a_saved_folder_has_everything_and_works(version: int, tmp_path: Path) -> None:
    folder, responses = saved_folders.unpack(SAVED[version], tmp_path)
    assert read_schema(folder / "orion.sqlite")[0] == version
    # Twice, since the first start migrates.
    for _ in range(2):
        with Server(folder, seed="demo", floes=[saved_folders.FLOE], clock=lambda: SAVING) as server:
            found = saved_folders.ask(server)
            wrong = {name: found[name] for name, response in responses.items() if not contains(found[name], response)}
            assert wrong == {}
    with Server(tmp_path / "new", seed="demo"):
        pass
    assert read_schema(folder / "orion.sqlite") == read_schema(tmp_path / "new" / "orion.sqlite")
    with Server(folder, floes=[saved_folders.FLOE]) as server:
        use(server)


def use(server: Server) -> None:
    """Change and delete what a saved folder holds."""
    with saved_folders.connect(server, "ada") as ada:

        def send(method: str, path: str, **options: Any) -> Any:
            response = ada.request(method, path, **options)
            assert response.is_success, response.text
            return response.json() if response.content else None

        send("PUT", f"{saved_folders.FILES}1/upload", content=b"new content")
        assert ada.get(f"{saved_folders.FILES}1/download").content == b"new content"
        items = {
            "file": saved_folders.FILES,
            "dataset": saved_folders.DATASETS,
            "collection": saved_folders.COLLECTIONS,
        }
        assignments = [{"resource_type": name, "id": 1, "path": "/screens/july"} for name in items]
        send("POST", f"{saved_folders.FOLDERS}assignments/", json={"assignments": assignments})
        (upload,) = send("GET", saved_folders.UPLOADS)["results"]
        send("PUT", f"{saved_folders.UPLOADS}{upload['id']}/parts/1", content=bytes(5 * 1024**2))
        lines = b'{"title": "added"}\n'
        path = f"{saved_folders.DATASETS}1/records/"
        assert send("POST", path, content=lines, headers={"Content-Type": "application/x-ndjson"})["count"] == 4
        send("POST", f"{saved_folders.COLLECTIONS}1/close/")
        send("DELETE", "/api/v1/shares/file/1/?target_type=user&target_id=2")
        send("DELETE", "/api/v1/tags/file/1/?tag=red")
        job = start(ada, "print('again')")
        assert reach(ada, job)["outcome"] == "succeeded"
        send("DELETE", f"{JOBS}1/")
        for name, path in items.items():
            assert send("GET", path, params={"path": "/screens/july"})["results"][0]["id"] == 1, name
            made = send("POST", path, json={"name": "new", "path": "/screens/july"})
            assert made["id"] > 1
            send("DELETE", f"{path}1/")
            send("DELETE", f"{path}1/?immediate=true")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with the first of two versions."""
    Store(tmp_path / "x.sqlite", migrations={1: FIRST}).close()
    return tmp_path / "x.sqlite"


def test_packages_before_their_inspection_are_queued(tmp_path: Path) -> None:
    old = {version: script for version, script in MIGRATIONS.items() if version < 10}
    store = Store(tmp_path / "orion.sqlite", migrations=old)
    store.close()
    with sqlite3.connect(tmp_path / "orion.sqlite") as db:
        for state in ("uploading", "processing", "ready", "error"):
            db.execute(
                "INSERT INTO packages (name, description, project, owner, created, state) VALUES ('p', '', 1, 1, '', ?)",
                (state,),
            )
    db.close()
    store = Store(tmp_path / "orion.sqlite")
    with store.read_transaction() as read:
        found = [tuple(row) for row in read.execute("SELECT state, inspection FROM packages ORDER BY id")]
    store.close()
    assert found == [(state, "{}") for state in ("uploading", "queued", "ready", "error")]


def test_a_migration_is_applied_once(path: Path, tmp_path: Path) -> None:
    for _ in range(2):
        store = Store(path, migrations={1: FIRST.replace("TABLE", "TABLE IF NOT EXISTS"), 2: SECOND})
        with store.read_transaction() as db:
            assert [tuple(row) for row in db.execute("SELECT * FROM two")] == [("x",)]
        store.close()
    Store(tmp_path / "y.sqlite", migrations={2: SECOND, 1: FIRST}).close()
    assert read_schema(path) == read_schema(tmp_path / "y.sqlite")


def test_missing_tables_of_the_oldest_version_are_created(path: Path) -> None:
    first = FIRST.replace("TABLE", "TABLE IF NOT EXISTS") + "CREATE TABLE IF NOT EXISTS later (a TEXT);"
    Store(path, migrations={1: first, 2: SECOND}).close()
    assert {row[1] for row in read_schema(path)[1]} == {"one", "later", "two"}


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    before = read_schema(path)
    migrations = {1: "", 2: SECOND, 3: "CREATE TABLE three (a TEXT); INSERT INTO nowhere VALUES (1);"}
    with pytest.raises(sqlite3.OperationalError, match="no such table: nowhere"):
        Store(path, migrations=migrations)
    # The versions before it are complete.
    assert read_schema(path)[0] == 2
    assert {row[1] for row in read_schema(path)[1]} == {*(row[1] for row in before[1]), "two"}
    Store(path, migrations={**migrations, 3: "CREATE TABLE three (a TEXT);"}).close()
    assert read_schema(path)[0] == 3


CRASH = """
import os, sys
from pathlib import Path
from orionclient.emulator._store import store

class Connection(store.StoreConnection):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.create_function("crash", 0, lambda: os._exit(9))

store.StoreConnection = Connection
store.Store(Path(sys.argv[1]), migrations={1: "", 2: sys.argv[2]})
"""


@pytest.mark.parametrize("script", ["SELECT crash();" + SECOND, SECOND + "SELECT crash();"])
def test_a_crash_leaves_the_version_before(path: Path, script: str) -> None:
    before = read_schema(path)
    done = subprocess.run([sys.executable, "-c", CRASH, path, script], check=False)
    assert done.returncode == 9
    assert read_schema(path) == before
    Store(path, migrations={1: "", 2: SECOND}).close()
    assert read_schema(path)[0] == 2


@pytest.mark.parametrize(
    ("supported", "words"),
    [
        ((-1, 0), "supports only -1 to 0; .*install a newer version"),
        ((2, 3), "only 2 to 3; .*install an older version"),
    ],
)
def test_other_versions_are_rejected(path: Path, supported: tuple[int, ...], words: str) -> None:
    before = path.read_bytes()
    with pytest.raises(FolderError, match=f"has schema version 1, but this version of the package .*{words}"):
        Store(path, migrations=dict.fromkeys(supported, SECOND))
    assert path.read_bytes() == before


def test_the_table_of_a_new_kind_has_the_columns_of_the_others(tmp_path: Path) -> None:
    added = {**MIGRATIONS, NEWEST + 1: create_kind_table("widgets")}
    Store(tmp_path / "x.sqlite", migrations=added).close()
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as db:
        columns = {
            name: {tuple(row[1:]) for row in db.execute(f"PRAGMA table_xinfo({name})")}
            for name in ("widgets", "secrets")
        }
        indexes = {
            name: {
                row[0].replace(name, "")
                for row in db.execute("SELECT name FROM sqlite_master WHERE tbl_name = ?", (name,))
            }
            for name in ("widgets", "secrets")
        }
    # Without the two columns of secrets; the script of a kind and that of a migration must not differ.
    assert columns["widgets"] == {row for row in columns["secrets"] if row[0] not in {"value", "changed"}}
    assert indexes["widgets"] == indexes["secrets"]


def test_a_new_version_is_written_by_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_folders, "SAVED", tmp_path)
    assert saved_folders.save().name == f"version_{NEWEST}.tar.xz"
