"""Errors of the local Orion: `ProblemError`, a response with the contract's `Problem` body, and `FolderError`, which prevents a start."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The disk is full, the disk quota is exceeded, or the file is too large for the file system.
NO_SPACE: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})


# Codes of SQLite for a file that has damaged pages, is no database, or was deleted.
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN})
_LOCKED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class FolderError(RuntimeError):
    """The data folder is damaged or in use, or it cannot be read or written. Nothing in it was deleted or overwritten."""


class ProblemError(Exception):
    """An error response to a request.

    Args:
        status: HTTP status, one that the contract documents for the operation.
        detail: A human-readable sentence.
        code: A short machine-readable reason.
        line: Line of the uploaded text, counted from 1.
        errors: All faults, if there are several.
        headers: Additional response headers.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        code: str,
        *,
        line: int | None = None,
        errors: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.line = line
        self.errors = errors
        self.headers: dict[str, str] = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the response."""
        body: dict[str, Any] = {"detail": self.detail, "code": self.code}
        if self.line is not None:
            body["line"] = self.line
        if len(self.errors) > 1:
            body["errors"] = [*self.errors]
        return body


def bad_parameter(detail: str) -> ProblemError:
    """Return a 400 for a path, query or header parameter."""
    return ProblemError(400, detail, "bad_parameter")


def bad_body(detail: str) -> ProblemError:
    """Return a 400 for a request body."""
    return ProblemError(400, detail, "bad_body")


def unauthorized(detail: str) -> ProblemError:
    """Return a 401 with the `WWW-Authenticate` challenge that HTTP requires."""
    return ProblemError(401, detail, "not_authenticated", headers={"WWW-Authenticate": "Token"})


def forbidden(detail: str) -> ProblemError:
    """Return a 403."""
    return ProblemError(403, detail, "forbidden")


def not_found(detail: str, code: str = "not_found") -> ProblemError:
    """Return a 404, which is final: there are no replicas that could know more."""
    return ProblemError(404, detail, code, headers={"X-Orion-Replicas": "0"})


def conflict(detail: str) -> ProblemError:
    """Return a 409."""
    return ProblemError(409, detail, "conflict")


def too_large(limit: int) -> ProblemError:
    """Return a 413 that names the limit."""
    return ProblemError(413, f"The body is larger than the maximum of {limit} bytes.", "too_large")


def unprocessable(detail: str, line: int | None = None) -> ProblemError:
    """Return a 422 for content that was read but is not valid."""
    return ProblemError(422, detail, "unprocessable", line=line)


def damaged(detail: str) -> ProblemError:
    """Return a 500 for stored data that is damaged or missing."""
    return ProblemError(500, f"{detail} Restore it from a backup, or use another folder.", "damaged")


def from_exception(error: Exception) -> ProblemError:
    """Return a 507 if the server's disk is full, a 503 if another process locks the database, otherwise a 500 without internal details."""
    code = get_sqlite_code(error)
    if code == sqlite3.SQLITE_FULL or (isinstance(error, OSError) and error.errno in NO_SPACE):
        return ProblemError(507, "The server is out of disk space; nothing was stored.", "out_of_space")
    if code in _LOCKED:
        return ProblemError(503, "Another process locks the server's database; retry later.", "locked")
    if code in _DAMAGED:
        return damaged(f"The server's database is damaged or missing ({error}).")
    return ProblemError(500, "Internal server error; see the server's log.", "server_error")


def get_sqlite_code(error: Exception) -> int | None:
    """Return the primary result code of an SQLite error; None for other errors."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def describe_database_error(error: sqlite3.Error) -> str:
    """Describe why a database cannot be used, as the end of a sentence."""
    code = get_sqlite_code(error)
    if code in _LOCKED:
        return "is locked by another process"
    if code == sqlite3.SQLITE_FULL:
        return "cannot be written, because the disk is full"
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return f"cannot be read or written ({error})"
    return f"is damaged ({error})"
