"""The SQLite database of a stack in WAL mode: one writer at a time, readers on snapshots."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from orionclient.emulator._store.checks import build_folder_error
from orionclient.emulator._store.migrations import MIGRATIONS, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

_MAX_COUNTS = 64
# How long a transaction waits for another process that locks the database.
_BUSY_SECONDS = 30.0


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


def _create(path: Path, migrations: Mapping[int, str], *, durable: bool) -> None:
    """Create a database under another name, so that a crash leaves no database without its tables."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    with temporary.open("wb") as file:
        file.write(_build_database(tuple(migrations.items())))
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)


@cache
def _build_database(migrations: tuple[tuple[int, str], ...]) -> bytes:
    # All migrations take as long as everything else at the start of a server, and tests start many servers.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new"
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA synchronous = OFF")
            migrate(db, 0, dict(migrations))
        return path.read_bytes()


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
        durable: Whether to flush to disk. If False, data survives the end of the process but not a power failure. Defaults to
            True.
        creating: Whether a missing file is created. Defaults to True.
        clock: Returns the current time, for `now`. Defaults to the time of the system.
        migrations: The script of each schema version. Defaults to `MIGRATIONS`.

    Raises:
        FolderError: The file is not a database of this version of the local Orion.
    """

    def __init__(
        self,
        path: Path,
        *,
        durable: bool = True,
        creating: bool = True,
        clock: Clock = read_system_clock,
        migrations: Mapping[int, str] = MIGRATIONS,
    ) -> None:
        if sqlite3.sqlite_version_info < (3, 37):  # pragma: no cover - every Python 3.11 build has a newer one
            raise RuntimeError(f"the local Orion requires SQLite 3.37 or newer, found {sqlite3.sqlite_version}")
        self._path = path
        self._durable = durable
        self._clock = clock
        self._idle: list[StoreConnection] = []
        self._pool_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._closed = False
        try:
            if creating and not path.exists():
                _create(path, migrations, durable=durable)
            # The database contains the values of secrets, so only the owner may read it. SQLite gives its other files the same mode.
            for each in (path, *path.parent.glob(f"{path.name}-*")):
                each.chmod(0o600)
            self._prepare(migrations)
        except BaseException:
            self.close()
            raise

    def _prepare(self, migrations: Mapping[int, str]) -> None:
        oldest, newest = min(migrations), max(migrations)
        with self._check_out() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                raise build_folder_error(self._path, "is not the database of a local Orion")
            if not oldest <= version <= newest:
                raise build_folder_error(
                    self._path,
                    f"has schema version {version}, but this version of the package supports only {oldest} to {newest}",
                    f"install {'a newer' if version > newest else 'an older'} version",
                )
            db.execute("PRAGMA journal_mode = WAL")
            migrate(db, version, migrations)

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
