"""Exceptions of the generated client. No message contains a response body or a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .types import Operation


class OrionApiError(Exception):
    """Base class of all exceptions of this package."""


class UnexpectedStatus(OrionApiError):
    """The status of the response is not a documented success.

    Attributes:
        status_code: Status code of the response.
        content: Body of the response.
        headers: Headers of the response.
        operation: The requested operation.
    """

    def __init__(
        self, status_code: int, content: bytes, headers: Mapping[str, str], operation: Operation | None = None
    ) -> None:
        super().__init__(status_code, content, headers, operation)
        self.status_code = status_code
        self.content = content
        self.headers = headers
        self.operation = operation

    def __str__(self) -> str:
        return f"{_format_operation(self.operation)}: the server responded {self.status_code}{_format_detail(self.content)}"


class UnexpectedBody(OrionApiError):
    """The body of the response does not match the contract.

    Attributes:
        operation: The requested operation; None if a model was parsed without a response.
        reason: What does not match, with model and field.
        status_code: Status code of the response, if known.
        content: Body of the response.
        headers: Headers of the response.
    """

    def __init__(
        self,
        operation: Operation | None,
        reason: str,
        status_code: int | None = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(operation, reason, status_code, content, headers)
        self.operation = operation
        self.reason = reason
        self.status_code = status_code
        self.content = content
        self.headers: Mapping[str, str] = {} if headers is None else headers

    def __str__(self) -> str:
        status = "" if self.status_code is None else f" (status {self.status_code})"
        return f"{_format_operation(self.operation)}: {self.reason}{status}"


class RequestFailed(OrionApiError, ConnectionError):
    """No response was received, or the connection was lost; `__cause__` is the error of the HTTP library."""


class RequestTimeout(RequestFailed, TimeoutError):
    """Connecting, sending or receiving timed out."""


def _format_operation(operation: Operation | None) -> str:
    return "data" if operation is None else f"{operation.id} ({operation.method} {operation.route})"


def _format_detail(content: bytes) -> str:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    detail = data.get("detail") if isinstance(data, dict) else None
    return f": {' '.join(detail.split())[:500]}" if isinstance(detail, str) else ""
