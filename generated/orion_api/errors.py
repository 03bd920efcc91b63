"""What the generated code raises. No message holds a body or a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .types import Operation


class OrionApiError(Exception):
    """Base of every error of this package."""


class UnexpectedStatus(OrionApiError):
    """The server responded with a status that is no documented success.

    Attributes:
        status_code: Any number the server sent.
        content: The body as it came.
        headers: The headers of the response.
        operation: What was asked for.
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
        return f"{_name(self.operation)}: the server responded {self.status_code}{_detail(self.content)}"


class UnexpectedBody(OrionApiError):
    """The body of a response is not what the contract says.

    Attributes:
        operation: What was asked for, None where a model was read by itself.
        reason: What is wrong; names the model and the field.
        status_code: Status of the response, where known.
        content: The body as it came.
        headers: The headers of the response.
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
        return f"{_name(self.operation)}: {self.reason}{status}"


class RequestFailed(OrionApiError, ConnectionError):
    """No response came, or it broke off; `__cause__` is the error of the HTTP library."""


class RequestTimeout(RequestFailed, TimeoutError):
    """The server did not connect, take or send a byte within the time-out."""


def _name(operation: Operation | None) -> str:
    return "data" if operation is None else f"{operation.id} ({operation.method} {operation.route})"


def _detail(content: bytes) -> str:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    detail = data.get("detail") if isinstance(data, dict) else None
    return f": {' '.join(detail.split())[:500]}" if isinstance(detail, str) else ""
