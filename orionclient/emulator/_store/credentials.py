"""Authentication: passwords, API tokens and the user that a token belongs to.

Only SHA-256 hashes of tokens are stored. The token issued for a password is the HMAC of its row id with a secret that is stored in
a file next to the database, so the same token can be issued again as long as its row exists, and the database alone reveals none.
A token created on request is random and cannot be issued again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orionclient.emulator._problems import ProblemError, unauthorized
from orionclient.emulator._store.checks import build_folder_error
from orionclient.emulator._store.store import Store, now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

# Low cost on purpose: the passwords of a local stack protect nothing, but they are not stored in plain text either.
_COST = {"n": 2**11, "r": 8, "p": 1}

_MAX_ATTEMPTS = 20
_WINDOW = 60.0
_MAX_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated user of a request, and the job if the token is a job's."""

    id: int
    username: str
    organization: int
    default_project: int | None
    job: int | None = None


def hash_password(password: str) -> str:
    """Return a salted scrypt hash as a string."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def check_password(password: str, stored: str) -> bool:
    """Return whether the password matches the hash."""
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)


class Credentials:
    """Issues and verifies the tokens and passwords of a stack.

    Args:
        store: The database.
        secret: The secret of the stack, 32 bytes.
        clock: Returns monotonic seconds, for limiting failed logins.
    """

    def __init__(self, store: Store, secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()
        # Compared with if the username is unknown, so that the response takes as long as for a known one.
        self._anonymous = f"{'00' * 16}${'00' * 64}"

    def authenticate(self, token: str) -> Caller:
        """Return the user of a token.

        Raises:
            ProblemError: 401, the token is not valid.
        """
        digest = _hash(token)
        with self._store.read_transaction() as db:
            row = db.execute(
                # Resources created by a job go to the job's project.
                "SELECT t.hash, t.job, u.id, u.username, u.organization,"
                " coalesce((SELECT project FROM jobs WHERE jobs.id = t.job),"
                " (SELECT project FROM members WHERE user = u.id AND project = u.default_project)) AS default_project"
                " FROM tokens t JOIN users u ON u.id = t.user WHERE t.hash = ?",
                (digest,),
            ).fetchone()
        if row is None or not hmac.compare_digest(row["hash"], digest):
            raise unauthorized("The token is not valid.")
        return Caller(row["id"], row["username"], row["organization"], row["default_project"], row["job"])

    def exchange_password(self, username: str, password: str) -> str:
        """Return the token of a user for the password.

        Raises:
            ProblemError: 401 for a wrong username or password, 429 after too many failures.
        """
        self._check_attempts(username)
        with self._store.read_transaction() as db:
            row = db.execute("SELECT id, password FROM users WHERE username = ?", (username,)).fetchone()
        if not check_password(password, row["password"] if row else self._anonymous) or row is None:
            self._count_failure(username)
            raise unauthorized("The username or the password is wrong.")
        with self._lock:
            self._failures.pop(username, None)
        return self.get_password_token(row["id"])

    def get_password_token(self, user: int) -> str:
        """Return the token that a user gets for the password, created if missing. Every call returns the same token."""
        query = "SELECT id FROM tokens WHERE user = ? AND NOT made ORDER BY id LIMIT 1"
        with self._store.write_transaction() as db:
            row = db.execute(query, (user,)).fetchone()
            return self._derive_token(row["id"]) if row else self._create_password_token(db, user)

    def create_token(
        self, db: sqlite3.Connection, user: int, description: str, job: int | None = None
    ) -> tuple[int, str]:
        """Create another token of a user, or of a job of the user.

        Returns:
            The id and the value of the token; the value is not stored.
        """
        token = secrets.token_urlsafe(32)
        cursor = db.execute(
            "INSERT INTO tokens (user, hash, made, job, description, created) VALUES (?, ?, 1, ?, ?, ?)",
            (user, _hash(token), job, description, now(db)),
        )
        return cursor.lastrowid or 0, token

    def _create_password_token(self, db: sqlite3.Connection, user: int) -> str:
        # The hash depends on the row id, so the row is inserted first, with a hash that no token has.
        cursor = db.execute(
            "INSERT INTO tokens (user, hash, created) VALUES (?, ?, ?)", (user, secrets.token_bytes(33), now(db))
        )
        token = self._derive_token(cursor.lastrowid or 0)
        db.execute("UPDATE tokens SET hash = ? WHERE id = ?", (_hash(token), cursor.lastrowid))
        return token

    def _derive_token(self, row_id: int) -> str:
        digest = hmac.digest(self._secret, f"token {row_id}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def derive_key(self, purpose: str) -> bytes:
        """Return this stack's key for a purpose other than tokens. Every call returns the same key."""
        return hmac.digest(self._secret, f"key {purpose}".encode(), "sha256")

    def _recent(self, username: str) -> list[float]:
        horizon = self._clock() - _WINDOW
        return [moment for moment in self._failures.get(username, ()) if moment > horizon]

    def _check_attempts(self, username: str) -> None:
        with self._lock:
            recent = self._recent(username)
            if len(recent) < _MAX_ATTEMPTS:
                return
            wait = max(1, round(recent[0] + _WINDOW - self._clock() + 0.5))
        raise ProblemError(
            429,
            f"Too many failed logins for this user; retry in {wait} seconds.",
            "rate_limited",
            headers={"Retry-After": str(wait)},
        )

    def _count_failure(self, username: str) -> None:
        with self._lock:
            if len(self._failures) >= _MAX_NAMES:
                self._failures.clear()
            self._failures[username] = [*self._recent(username), self._clock()]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def read_secret(path: Path, *, creating: bool) -> bytes:
    """Read the secret of a stack.

    Args:
        path: The file.
        creating: Whether a missing file is created.

    Raises:
        FolderError: The file is missing, cannot be read, or is not a secret.
    """
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        if not creating:
            raise build_folder_error(path, "is missing, so the tokens of its users cannot be issued again") from None
        secret = secrets.token_bytes(32)
        _write_secret(path, secret)
    if len(secret) != 32:
        raise build_folder_error(path, f"is not a secret: it has {len(secret)} bytes, not 32")
    return secret


def _write_secret(path: Path, secret: bytes) -> None:
    # Written to a temporary file and moved, so that a crash never leaves half a secret; created with mode 0600 from the start.
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
