"""Idempotency keys: a retry with the same key gets the stored response, and the operation is executed only once.

The key is stored in the transaction of the operation, so that there is never one without the other, also if the process dies.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orionclient.emulator._jobs.work import BackgroundWork
from orionclient.emulator._problems import ProblemError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from orionclient.emulator._http.call import Call, Result
    from orionclient.emulator._store.store import Database, StoreConnection

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
FEATURES_HEADER = "X-Orion-Features"
FEATURES = ("idempotency-keys",)

RETENTION_SECONDS = 24 * 3600

_KeyName = tuple[int, str, str]


class IdempotencyKeys:
    """The keys of a stack.

    Args:
        store: The database.
        clock: Seconds since 1970.
    """

    def __init__(self, store: Database, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._running: set[_KeyName] = set()
        self._lock = threading.Lock()
        with store.write_transaction() as db:
            self._sweep(db)

    def has_response(self, call: Call, key: str) -> bool:
        """Return whether a response is stored under the key."""
        with self._store.read_transaction() as db:
            return self._find(db, _key_name(call, key)) is not None

    def run(self, handler: Callable[[Call], Result], call: Call, key: str) -> tuple[Result, bool]:
        """Execute the call, unless a response is stored under the key.

        Returns:
            The response, and whether it is the stored one.

        Raises:
            ProblemError: 409 while the first call with the key is running, 422 if the key was used for another request.
        """
        name = _key_name(call, key)
        with self._claim(name):
            with self._store.read_transaction() as db:
                row = self._find(db, name)
            if row is not None:
                if row["request"] != _request_digest(call):
                    raise ProblemError(
                        422,
                        "This Idempotency-Key was already used for a different request; use a new key.",
                        "idempotency_key_reused",
                    )
                return json.loads(row["response"]), True
            work, slow = _DeferredWork(), _DeferredWork()
            with ExitStack() as transaction:
                shared = _SharedTransactionStore(self._store, transaction)
                deferred = replace(call.stack, store=shared, work=work, slow=slow)
                response = handler(replace(call, stack=deferred))
                with shared.write_transaction() as db:
                    self._record(db, name, _request_digest(call), response)
            # Background work starts after the transaction and must not use its connection.
            for later, real in ((work, call.stack.work), (slow, call.stack.slow)):
                for function, arguments in later.submitted:
                    real.submit(function, *(call.stack if each is deferred else each for each in arguments))
            return response, False

    @contextmanager
    def _claim(self, name: _KeyName) -> Iterator[None]:
        with self._lock:
            if name in self._running:
                raise ProblemError(
                    409,
                    "The first request with this Idempotency-Key is still running; retry later.",
                    "idempotency_key_in_use",
                    headers={"Retry-After": "1"},
                )
            self._running.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(name)

    def _find(self, db: sqlite3.Connection, name: _KeyName) -> sqlite3.Row | None:
        query = "SELECT request, response FROM idempotency_keys WHERE user = ? AND operation = ? AND key = ?"
        row: sqlite3.Row | None = db.execute(query, name).fetchone()
        return row

    def _record(self, db: sqlite3.Connection, name: _KeyName, digest: bytes, response: Result) -> None:
        if not isinstance(response, dict):
            raise TypeError(f"{name[1]} accepts idempotency keys, so its response must be JSON")
        self._sweep(db)
        db.execute(
            "INSERT INTO idempotency_keys (user, operation, key, request, response, created) VALUES (?, ?, ?, ?, ?, ?)",
            (*name, digest, json.dumps(response), self._clock()),
        )

    def _sweep(self, db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM idempotency_keys WHERE created < ?", (self._clock() - RETENTION_SECONDS,))


class _DeferredWork(BackgroundWork):
    """Collects submitted work instead of running it."""

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    def submit(self, function: Callable[..., None], *args: Any) -> None:
        self.submitted.append((function, args))


class _SharedTransactionStore:
    """A store whose first write transaction stays open until `transaction` ends, so that later writes join it."""

    def __init__(self, store: Database, transaction: ExitStack) -> None:
        self._store = store
        self._transaction = transaction
        self._db: StoreConnection | None = None

    @contextmanager
    def write_transaction(self) -> Iterator[StoreConnection]:
        """Use the shared write transaction; an exception that leaves the outer block rolls everything back."""
        if self._db is None:
            self._db = self._transaction.enter_context(self._store.write_transaction())
        yield self._db

    @contextmanager
    def read_transaction(self) -> Iterator[StoreConnection]:
        """Read from the write transaction if it has started, otherwise from a snapshot."""
        if self._db is not None:
            yield self._db
            return
        with self._store.read_transaction() as db:
            yield db


def _key_name(call: Call, key: str) -> _KeyName:
    return call.caller.id, call.operation.id, key


def _request_digest(call: Call) -> bytes:
    """Digest what identifies a request: path, query and body."""
    parts = [call.route, call.pairs, call.body, call.upload.digest.hex() if call.upload else None]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
