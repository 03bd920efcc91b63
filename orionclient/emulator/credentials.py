"""Who is calling: passwords, tokens and the caller that a token stands for.

Tokens are kept as SHA-256 hashes only. A token for a password is the HMAC of its row id under a secret that lies in a file beside
the database, so the same token can be handed out again as long as its row exists, and the database alone reveals none. A token that
was made on request is random: nobody can hand it out again.
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

from orionclient.emulator.problems import ProblemError, unauthorized
from orionclient.emulator.store import Store, now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

# Cheap on purpose: the passwords of a local stack protect nothing, but they are not kept readable either.
_COST = {"n": 2**11, "r": 8, "p": 1}

_MAX_ATTEMPTS = 20
_WINDOW = 60.0
_MAX_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """The user whose token came with a request, and where it is the token of a job, the job."""

    id: int
    username: str
    organization: int
    default_project: int | None
    job: int | None = None


def hash_password(password: str) -> str:
    """A salted scrypt hash as text."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def check_password(password: str, stored: str) -> bool:
    """Whether the password belongs to the hash."""
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)


class Credentials:
    """Tokens and passwords of a stack.

    Args:
        store: The database.
        secret_file: Where the secret lies; made when it does not exist.
        clock: Seconds that only grow, for the brake on guessing passwords.
    """

    def __init__(self, store: Store, secret_file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._secret = _read_secret(secret_file)
        self._clock = clock
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()
        # Compared with when the user name is unknown, so that a response takes as long as for a known one.
        self._anonymous = f"{'00' * 16}${'00' * 64}"

    def caller(self, token: str) -> Caller:
        """The user of a token, or 401."""
        digest = _hash(token)
        with self._store.reading() as db:
            row = db.execute(
                # What a job makes goes to its own project.
                "SELECT t.hash, t.job, u.id, u.username, u.organization,"
                " coalesce((SELECT project FROM jobs WHERE jobs.id = t.job), u.default_project) AS default_project"
                " FROM tokens t JOIN users u ON u.id = t.user WHERE t.hash = ?",
                (digest,),
            ).fetchone()
        if row is None or not hmac.compare_digest(row["hash"], digest):
            raise unauthorized("The token is not valid.")
        return Caller(row["id"], row["username"], row["organization"], row["default_project"], row["job"])

    def exchange(self, username: str, password: str) -> str:
        """The token of a user who knows the password; 401 or, after many wrong ones, 429."""
        self._reject_guessing(username)
        with self._store.reading() as db:
            row = db.execute("SELECT id, password FROM users WHERE username = ?", (username,)).fetchone()
        if not check_password(password, row["password"] if row else self._anonymous) or row is None:
            self._count_failure(username)
            raise unauthorized("The user name or the password is wrong.")
        with self._lock:
            self._failures.pop(username, None)
        return self.get_token(row["id"])

    def get_token(self, user: int) -> str:
        """The token for the password of a user, made when there is none; the same one every time."""
        query = "SELECT id FROM tokens WHERE user = ? AND NOT made ORDER BY id LIMIT 1"
        with self._store.writing() as db:
            row = db.execute(query, (user,)).fetchone()
            return self._derive(row["id"]) if row else self._create(db, user)

    def make(self, db: sqlite3.Connection, user: int, description: str, job: int | None = None) -> tuple[int, str]:
        """A further token of a user, or of a job of the user's: its id and its value, which is known nowhere else."""
        token = secrets.token_urlsafe(32)
        cursor = db.execute(
            "INSERT INTO tokens (user, hash, made, job, description, created) VALUES (?, ?, 1, ?, ?, ?)",
            (user, _hash(token), job, description, now()),
        )
        return cursor.lastrowid or 0, token

    def _create(self, db: sqlite3.Connection, user: int) -> str:
        # The hash depends on the row id, so the row comes first, with a hash that no token has.
        cursor = db.execute(
            "INSERT INTO tokens (user, hash, created) VALUES (?, ?, ?)", (user, secrets.token_bytes(33), now())
        )
        token = self._derive(cursor.lastrowid or 0)
        db.execute("UPDATE tokens SET hash = ? WHERE id = ?", (_hash(token), cursor.lastrowid))
        return token

    def _derive(self, row_id: int) -> str:
        digest = hmac.digest(self._secret, f"token {row_id}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def key_for(self, purpose: str) -> bytes:
        """A key of this stack for something else than tokens; the same one every time."""
        return hmac.digest(self._secret, f"key {purpose}".encode(), "sha256")

    def _recent(self, username: str) -> list[float]:
        horizon = self._clock() - _WINDOW
        return [moment for moment in self._failures.get(username, ()) if moment > horizon]

    def _reject_guessing(self, username: str) -> None:
        with self._lock:
            recent = self._recent(username)
            if len(recent) < _MAX_ATTEMPTS:
                return
            wait = max(1, round(recent[0] + _WINDOW - self._clock() + 0.5))
        raise ProblemError(
            429,
            "Too many wrong passwords for this user name; try again later.",
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


def _read_secret(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = secrets.token_bytes(32)
        _write_secret(path, secret)
    if len(secret) != 32:
        raise RuntimeError(f"{path} is not the secret of a local Orion")
    return secret


def _write_secret(path: Path, secret: bytes) -> None:
    # Beside and moved: a crash never leaves half a secret, and nobody else ever reads it.
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
