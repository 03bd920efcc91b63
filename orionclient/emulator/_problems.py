"""`ProblemError` and its constructors: error responses with the contract's `Problem` body."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# The disk is full, the disk quota is exceeded, or the file is too large for the file system.
NO_SPACE: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})


class ProblemError(Exception):
    """An error response to a request.

    Args:
        status: HTTP status, one that the contract documents for the operation.
        detail: A human-readable sentence.
        code: A short machine-readable reason.
        line: Line of the uploaded text, counted from 1.
        headers: Additional response headers.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        code: str,
        *,
        line: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.line = line
        self.headers: dict[str, str] = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the response."""
        body: dict[str, Any] = {"detail": self.detail, "code": self.code}
        if self.line is not None:
            body["line"] = self.line
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


def not_found(detail: str) -> ProblemError:
    """Return a 404, which is final: there are no replicas that could know more."""
    return ProblemError(404, detail, "not_found", headers={"X-Orion-Replicas": "0"})


def conflict(detail: str) -> ProblemError:
    """Return a 409."""
    return ProblemError(409, detail, "conflict")


def too_large(limit: int) -> ProblemError:
    """Return a 413 that names the limit."""
    return ProblemError(413, f"The body is larger than the maximum of {limit} bytes.", "too_large")


def unprocessable(detail: str, line: int | None = None) -> ProblemError:
    """Return a 422 for content that was read but is not valid."""
    return ProblemError(422, detail, "unprocessable", line=line)


def from_exception(error: Exception) -> ProblemError:
    """Return a 507 if the server's disk is full, otherwise a 500 without internal details."""
    full = isinstance(error, OSError) and error.errno in NO_SPACE
    if full or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return ProblemError(507, "The server is out of disk space; nothing was stored.", "out_of_space")
    return ProblemError(500, "Internal server error; see the server's log.", "server_error")
