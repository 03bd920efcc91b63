"""Tests of the cached counts: valid for all pages of a listing until the data changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orionclient.emulator._store.store import Store, StoreConnection

TABLE = "CREATE TABLE things (name TEXT);"
COUNT = "SELECT count(*) FROM things WHERE name <> ?"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "x.sqlite", migrations={1: TABLE})
    yield opened
    opened.close()


def add(store: Store) -> None:
    with store.write_transaction() as db:
        db.execute("INSERT INTO things VALUES ('a')")


def counted(db: StoreConnection, excluded: str = "") -> tuple[int, int]:
    """The number, and how many queries it took to count."""
    queries: list[str] = []
    db.set_trace_callback(queries.append)
    number = db.count(COUNT, [excluded])
    db.set_trace_callback(None)
    return number, sum("things" in query for query in queries)


def test_the_same_is_counted_once(store: Store) -> None:
    add(store)
    with store.read_transaction() as db:
        assert [counted(db), counted(db), counted(db, "a"), counted(db)] == [(1, 1), (1, 0), (0, 1), (1, 0)]
    with store.read_transaction() as db:
        assert counted(db) == (1, 0)


def test_what_was_written_over_the_same_connection_counts(store: Store) -> None:
    for number in range(3):
        with store.read_transaction() as db:
            assert counted(db) == (number, 1)
        add(store)


def test_what_another_connection_wrote_counts_from_the_next_block_on(store: Store) -> None:
    for number in range(3):
        with store.read_transaction() as db:
            assert counted(db) == (number, 1)
            other = threading.Thread(target=add, args=(store,))
            other.start()
            other.join()
            # One block sees one state.
            assert db.execute(COUNT, [""]).fetchone()[0] == number
            assert counted(db) == (number, 0)


def test_what_was_undone_does_not_count(store: Store) -> None:
    def spoil() -> None:
        with store.write_transaction() as db:
            db.execute("INSERT INTO things VALUES ('b')")
            assert db.count(COUNT, [""]) == 1
            raise LookupError

    with pytest.raises(LookupError):
        spoil()
    with store.read_transaction() as db:
        assert counted(db) == (0, 1)


def test_the_cache_is_bounded(store: Store) -> None:
    with store.read_transaction() as db:
        for number in range(200):
            db.count(COUNT, [str(number)])
        assert len(db._counts) <= 64
