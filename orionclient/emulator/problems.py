"""Refusals: what a handler raises and how it looks on the wire (the contract's `Problem`)."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# A disk that is full, a quota that is used up, and the largest size that a file may have here.
NO_SPACE: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})


class ProblemError(Exception):
    """A request that is rejected.

    Args:
        status: HTTP status, one that the contract documents for the operation.
        detail: One sentence for a person.
        code: Short machine-readable reason.
        line: Line of an uploaded text, counted from 1.
        headers: Further headers of the response.
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
        """The JSON body of the response."""
        body: dict[str, Any] = {"detail": self.detail, "code": self.code}
        if self.line is not None:
            body["line"] = self.line
        return body


def bad_parameter(detail: str) -> ProblemError:
    """400 for a path, query or header parameter."""
    return ProblemError(400, detail, "bad_parameter")


def bad_body(detail: str) -> ProblemError:
    """400 for a request body."""
    return ProblemError(400, detail, "bad_body")


def unauthorized(detail: str) -> ProblemError:
    """401, with the challenge that HTTP asks for."""
    return ProblemError(401, detail, "not_authenticated", headers={"WWW-Authenticate": "Token"})


def forbidden(detail: str) -> ProblemError:
    """403."""
    return ProblemError(403, detail, "forbidden")


def not_found(detail: str) -> ProblemError:
    """404."""
    return ProblemError(404, detail, "not_found")


def conflict(detail: str) -> ProblemError:
    """409."""
    return ProblemError(409, detail, "conflict")


def too_large(limit: int) -> ProblemError:
    """413, naming the limit."""
    return ProblemError(413, f"The body is larger than {limit} bytes, the most that is accepted here.", "too_large")


def unprocessable(detail: str, line: int | None = None) -> ProblemError:
    """422 for content that was read and cannot be accepted."""
    return ProblemError(422, detail, "unprocessable", line=line)


def from_exception(error: Exception) -> ProblemError:
    """507 where the disk of the server is full; for everything else a 500, which says nothing about the inside."""
    full = isinstance(error, OSError) and error.errno in NO_SPACE
    if full or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return ProblemError(507, "The server has no room for this; nothing of it was kept.", "out_of_space")
    return ProblemError(500, "The server failed; its log says why.", "server_error")
