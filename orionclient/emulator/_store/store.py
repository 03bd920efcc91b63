"""The SQLite database of a stack in WAL mode: one writer at a time, readers on snapshots."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, cast

from orionclient.emulator._store.checks import build_folder_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

SCHEMA_VERSION = 5
_MAX_COUNTS = 64
# How long a transaction waits for another process that locks the database.
_BUSY_SECONDS = 30.0

# The tables that all kinds of resources need; each handler module defines the tables of its kind.
# AUTOINCREMENT prevents the reuse of ids of purged rows.
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
    archived INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    deleted TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX projects_in_trash ON projects (owner, id) WHERE deleted <> '';
CREATE VIEW members AS
SELECT s.target AS user, s.resource AS project FROM shares s JOIN projects p ON p.id = s.resource
WHERE s.kind = 'project' AND s.target_type = 'user' AND p.deleted = ''
UNION ALL
SELECT g.user, s.resource FROM group_members g JOIN shares s ON s.target = g.group_id JOIN projects p ON p.id = s.resource
WHERE s.kind = 'project' AND s.target_type = 'group' AND p.deleted = '';

-- `made`: created by create_token or for a job, not issued for the password.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user INTEGER NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE,
    made INTEGER NOT NULL DEFAULT 0,
    job INTEGER,
    description TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL
) STRICT;
CREATE INDEX tokens_of_user ON tokens (user, id);
CREATE INDEX tokens_of_job ON tokens (job) WHERE job IS NOT NULL;
"""


Clock = Callable[[], datetime]


def read_system_clock() -> datetime:
    """Return the time of the system in UTC."""
    return datetime.now(UTC)


def format_time(moment: datetime) -> str:
    """Return a time in the contract's format: ISO 8601 in UTC with microseconds and Z. Its order is that of the times."""
    # strftime pads the year on some systems only.
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def now(db: sqlite3.Connection) -> str:
    """Return the time of the store's clock in the contract's format."""
    return format_time(cast("StoreConnection", db).clock())


def _execute(db: sqlite3.Connection, text: str) -> None:
    for statement in text.split(";\n"):
        db.execute(statement)


def _create(path: Path) -> None:
    """Create a database with the common tables under another name, so that a crash leaves no database without them."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    with closing(sqlite3.connect(temporary)) as db:
        db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
    temporary.replace(path)


class StoreConnection(sqlite3.Connection):
    """A connection that caches counts until the data changes, because every page of a listing has the total count."""

    clock: Clock = staticmethod(read_system_clock)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._counts: dict[tuple[Any, ...], int] = {}
        self._counted_at: tuple[int, int] = (0, 0)

    def count(self, query: str, values: Sequence[Any]) -> int:
        """Return the count that a query selects, in the current transaction."""
        # `data_version` changes with visible commits of other connections, `total_changes` with changes of this one.
        at = (self.execute("PRAGMA data_version").fetchone()[0], self.total_changes)
        if at != self._counted_at or len(self._counts) >= _MAX_COUNTS:
            self.clear_counts()
        self._counted_at = at
        key = (query, *values)
        if key not in self._counts:
            self._counts[key] = self.execute(query, values).fetchone()[0]
        return self._counts[key]

    def clear_counts(self) -> None:
        """Drop the cached counts, after a rollback."""
        self._counts.clear()


class Database(Protocol):
    """The database access of a handler."""

    def read_transaction(self) -> AbstractContextManager[StoreConnection]:
        """Open a read transaction: one snapshot of the database until the block ends."""
        ...

    def write_transaction(self) -> AbstractContextManager[StoreConnection]:
        """Open the only write transaction; an exception rolls it back."""
        ...


class Store:
    """The open database of one folder.

    Thread-safe. Connections are pooled, so that closing the store closes all of them, whichever thread opened them.

    Args:
        path: The file.
        tables: SQL that creates missing tables and indexes, one string per kind of resource.
        durable: Whether to flush to disk. If False, data survives the end of the process but not a power failure. Defaults to
            True.
        creating: Whether a missing file is created. Defaults to True.
        clock: Returns the current time, for `now`. Defaults to the time of the system.

    Raises:
        FolderError: The file is not a database of this version of the local Orion.
    """

    def __init__(
        self,
        path: Path,
        tables: Iterable[str] = (),
        *,
        durable: bool = True,
        creating: bool = True,
        clock: Clock = read_system_clock,
    ) -> None:
        if sqlite3.sqlite_version_info < (3, 37):  # pragma: no cover - every Python 3.11 build has a newer one
            raise RuntimeError(f"the local Orion requires SQLite 3.37 or newer, found {sqlite3.sqlite_version}")
        self._path = path
        self._tables = tables
        self._durable = durable
        self._clock = clock
        self._idle: list[StoreConnection] = []
        self._pool_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._closed = False
        try:
            if creating and not path.exists():
                _create(path)
            # The database contains the values of secrets, so only the owner may read it. SQLite gives its other files the same mode.
            for each in (path, *path.parent.glob(f"{path.name}-*")):
                each.chmod(0o600)
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        with self._check_out() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                raise build_folder_error(self._path, "is not the database of a local Orion")
            if version != SCHEMA_VERSION:
                raise build_folder_error(
                    self._path,
                    f"has schema version {version}, but this version of the package supports only {SCHEMA_VERSION}",
                    f"install {'a newer' if version > SCHEMA_VERSION else 'an older'} version",
                )
            db.execute("PRAGMA journal_mode = WAL")
        with self.write_transaction() as db:
            # Runs at every start, so that an existing folder gets the tables of new kinds.
            for text in self._tables:
                _execute(db, text)

    @contextmanager
    def read_transaction(self) -> Iterator[StoreConnection]:
        """Open a read transaction: one snapshot of the database until the block ends."""
        with self._check_out() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    @contextmanager
    def write_transaction(self) -> Iterator[StoreConnection]:
        """Open the only write transaction; an exception rolls it back."""
        # The lock queues the writers of this process, because SQLite's own busy timeout is not fair and could expire.
        with self._write_lock, self._check_out() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                db.clear_counts()
                raise

    @contextmanager
    def _check_out(self) -> Iterator[StoreConnection]:
        with self._pool_lock:
            if self._closed:
                raise RuntimeError("the store is closed")
            db = self._idle.pop() if self._idle else None
        if db is None:
            db = self._connect()
        try:
            yield db
        finally:
            self._check_in(db)

    def _check_in(self, db: StoreConnection) -> None:
        with self._pool_lock:
            if not self._closed:
                self._idle.append(db)
                return
        db.close()

    def _connect(self) -> StoreConnection:
        # The mode prevents that a file which was deleted meanwhile is created again, empty.
        db = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=StoreConnection,
        )
        db.row_factory = sqlite3.Row
        db.clock = self._clock
        db.execute("PRAGMA foreign_keys = ON")
        # With NORMAL, a power failure may undo the last commits. Old blobs are removed after a commit, so an undone commit would
        # leave rows that name removed blobs.
        db.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'OFF'}")
        return db

    def close(self) -> None:
        """Close all idle connections; connections in use are closed when their block ends."""
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()
