"""The database of a stack: SQLite in WAL mode, one writer at a time, readers on snapshots."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

SCHEMA_VERSION = 2

# AUTOINCREMENT: the id of something purged is never given to something else.
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    balance TEXT NOT NULL DEFAULT '0.00',
    currency TEXT NOT NULL DEFAULT 'USD',
    created TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    email TEXT NOT NULL DEFAULT '',
    first_name TEXT NOT NULL DEFAULT '',
    last_name TEXT NOT NULL DEFAULT '',
    organization INTEGER NOT NULL REFERENCES organizations (id),
    default_project INTEGER REFERENCES projects (id),
    cost_accounting INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL
) STRICT;
CREATE INDEX users_of_organization ON users (organization, id);

CREATE TABLE projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    owner INTEGER NOT NULL REFERENCES users (id),
    organization INTEGER NOT NULL REFERENCES organizations (id),
    created TEXT NOT NULL
) STRICT;

CREATE TABLE members (
    user INTEGER NOT NULL REFERENCES users (id),
    project INTEGER NOT NULL REFERENCES projects (id),
    PRIMARY KEY (user, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user INTEGER NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE,
    created TEXT NOT NULL
) STRICT;
CREATE INDEX tokens_of_user ON tokens (user, id);

CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    state TEXT NOT NULL DEFAULT 'uploading',
    size INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT,
    blob TEXT
) STRICT;
CREATE INDEX files_of_project ON files (project, id) WHERE deleted = '';
CREATE INDEX files_in_folder ON files (path, id) WHERE deleted = '';
CREATE INDEX files_in_trash ON files (project, id) WHERE deleted <> '';

CREATE TABLE datasets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT '',
    path TEXT,
    dirty INTEGER NOT NULL DEFAULT 0,
    first_record INTEGER NOT NULL DEFAULT 1,
    next_record INTEGER NOT NULL DEFAULT 1,
    source TEXT
) STRICT;
CREATE INDEX datasets_of_project ON datasets (project, id) WHERE deleted = '';
CREATE INDEX datasets_in_folder ON datasets (path, id) WHERE deleted = '';
CREATE INDEX datasets_in_trash ON datasets (project, id) WHERE deleted <> '';

-- The records of a dataset have the ids first_record <= id < next_record, without gaps.
CREATE TABLE records (
    dataset INTEGER NOT NULL REFERENCES datasets (id),
    id INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (dataset, id)
) STRICT;

CREATE TABLE tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    resource INTEGER NOT NULL,
    name TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES projects (id),
    created TEXT NOT NULL,
    UNIQUE (kind, resource, name, project)
) STRICT;
CREATE INDEX tags_by_name ON tags (kind, name, resource, project);

CREATE TABLE shares (
    kind TEXT NOT NULL,
    resource INTEGER NOT NULL,
    target_type TEXT NOT NULL,
    target INTEGER NOT NULL,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    PRIMARY KEY (kind, resource, target_type, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_by_target ON shares (kind, target_type, target, resource);

CREATE TABLE folders (
    project INTEGER NOT NULL REFERENCES projects (id),
    path TEXT NOT NULL,
    owner INTEGER NOT NULL REFERENCES users (id),
    created TEXT NOT NULL,
    PRIMARY KEY (project, path)
) STRICT, WITHOUT ROWID;
"""


def now() -> str:
    """The time as the contract writes it: ISO 8601 in UTC with microseconds and Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Database(Protocol):
    """What a handler may do with the database."""

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection that sees one state of the database until the block ends."""
        ...

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection inside the only write transaction; an exception undoes everything."""
        ...


class Store:
    """The database of one folder, open.

    Threads may share it. Connections are kept in a pool, so that closing the store closes every one of them whichever
    thread opened it.
    """

    def __init__(self, path: Path) -> None:
        if sqlite3.sqlite_version_info < (3, 37):  # pragma: no cover - every Python 3.11 build has a newer one
            raise RuntimeError(f"the local Orion needs SQLite 3.37 or newer, this is {sqlite3.sqlite_version}")
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._pool_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._closed = False
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        with self._borrowed() as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self.writing() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in _SCHEMA.split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise RuntimeError(
                    f"{self._path} has schema version {version}; this local Orion knows version {SCHEMA_VERSION} only"
                )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the database until the block ends."""
        with self._borrowed() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside the only write transaction; an exception undoes everything."""
        # The lock makes writers of this process queue up, so SQLite's own waiting (which is not fair) never runs out.
        with self._write_lock, self._borrowed() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with self._pool_lock:
            if self._closed:
                raise RuntimeError("the store is closed")
            db = self._idle.pop() if self._idle else None
        if db is None:
            db = self._connect()
        try:
            yield db
        finally:
            self._give_back(db)

    def _give_back(self, db: sqlite3.Connection) -> None:
        with self._pool_lock:
            if not self._closed:
                self._idle.append(db)
                return
        db.close()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        # With WAL this cannot damage the database; a power cut may cost the last commits, a crash of the process not.
        db.execute("PRAGMA synchronous = NORMAL")
        return db

    def close(self) -> None:
        """Close every connection; those in use close when their block ends."""
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()
