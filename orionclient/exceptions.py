"""Exceptions of orionclient, and the mapping from a response of the server to its exception."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urljoin, urlsplit

from attrs import astuple, evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = [
    "AuthorizationRequired",
    "BadResponse",
    "DatasetDimensionsTooLargeError",
    "InvalidAPIVersion",
    "InvalidCredentials",
    "LocalDataError",
    "MultipleResultsFound",
    "NoResultFound",
    "NotEnoughDiskError",
    "NotFoundResponse",
    "NotLoaded",
    "OrionConnectionError",
    "OrionError",
    "OrionLinkError",
    "OrionServiceError",
    "OrionTimeout",
    "RateLimitedResponse",
    "TransferErrors",
    "ValidationError",
]

_MAX_MESSAGE = 500
_MAX_FAULTS = 100
_MAX_FIRST_LINE = 200
_MAX_SECOND_LINE = 600
_MAX_ACTION = 50
_MAX_DETAILS = 80
_REDIRECT_STATUSES = frozenset({300, 301, 302, 303, 307, 308})
# For use in a character class: control characters, bidirectional controls, line separators, and surrogates, which UTF-8 cannot encode.
UNSAFE = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"


class ResponseLike(Protocol):
    """The attributes of a response that an error message is made of."""

    @property
    def status_code(self) -> int:
        """HTTP status code; any integer that the server sent."""
        ...

    @property
    def reason(self) -> str:
        """Reason phrase of the status; empty for an unknown status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the response; names are case-insensitive."""
        ...

    @property
    def url(self) -> str:
        """URL of the request."""
        ...

    @property
    def content(self) -> bytes:
        """Body of the response."""
        ...


@frozen
class CallInfo:
    """Details of a call for error messages and logs.

    Attributes:
        action: The operation and its target, for example ``get_dataset GET /api/v1/storage/datasets/7/``.
        attempts: Number of attempts, failed connections included.
        elapsed: Seconds since the first attempt started.
        request_id: Identifier of the call (header `X-Request-Id`), the same for all attempts.
        may_have_been_applied: True if the server may have applied the request although no usable response was received.
        secrets: Values that are redacted in every message.
        maybe_applied_earlier: True if `may_have_been_applied` was already true for an attempt before the last one.
        applied: True if a response with a success status was received, but its body could not be read.
        note: Why the call was not retried; empty if there is no particular reason.
    """

    action: str
    attempts: int = 1
    elapsed: float = 0.0
    request_id: str = ""
    may_have_been_applied: bool = False
    secrets: tuple[str, ...] = ()
    maybe_applied_earlier: bool = False
    applied: bool = False
    note: str = ""

    def __repr__(self) -> str:
        return f"CallInfo({self.action!r}, attempts={self.attempts}, request_id={self.request_id!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return CallInfo, redact(astuple(evolve(self, secrets=())), self.secrets)


class OrionError(Exception):
    """Base class of all errors of this package.

    The first line of the message has at most 200 characters. A message that does not fit is complete in the second line, up to 600
    characters.

    Attributes:
        call: The call that failed; None if no request was involved.
        hints: Last lines of the message, which say what to do.
    """

    call: CallInfo | None = None
    hints: tuple[str, ...] = ()

    @property
    def _secrets(self) -> tuple[str, ...]:
        return self.call.secrets if self.call else ()

    def __reduce__(self) -> tuple[Any, ...]:
        # The secrets are not pickled, so they can no longer be redacted when the message is shown: redact them now.
        constructor, *state = tuple(super().__reduce__())
        return constructor, *redact(state, self._secrets)

    @property
    def attempts(self) -> int:
        """Number of attempts; 0 if no request was sent."""
        return self.call.attempts if self.call else 0

    @property
    def request_id(self) -> str:
        """Identifier of the call, as it appears in the server's log; empty if no request was sent."""
        return self.call.request_id if self.call else ""

    @property
    def may_have_been_applied(self) -> bool:
        """True if the server may have applied the request."""
        return self.call.may_have_been_applied if self.call else False

    def with_call(self, call: CallInfo) -> OrionError:
        """Attach the call that failed.

        Args:
            call: The call.

        Returns:
            This error.
        """
        self.call = call
        return self

    def with_hints(self, *hints: str) -> Self:
        """Add lines that say what to do.

        Args:
            *hints: The lines.

        Returns:
            This error.
        """
        self.hints = (*self.hints, *hints)
        return self

    def _message(self) -> str:
        return " ".join(str(arg) for arg in self.args if arg)

    def __str__(self) -> str:
        message = one_line(self._message(), secrets=self._secrets)
        first = self._format_line(message, _MAX_FIRST_LINE)
        complete = [] if message in first else [shorten(message, _MAX_SECOND_LINE)]
        return "\n".join([first, *complete, *(one_line(hint, secrets=self._secrets) for hint in self.hints)])

    def _complete_message(self) -> str:
        """Format the message as one line that is not shortened."""
        return self._format_line(one_line(self._message(), secrets=self._secrets), sys.maxsize)

    def _format_line(self, message: str, limit: int) -> str:
        """Format action, message and details of the call as one line; shorten them if it exceeds the limit."""
        call = self.call
        if call is None:
            return shorten(message, limit)
        details = [f"request {call.request_id}"] if call.request_id else []
        if call.attempts > 1:
            details.append(f"{call.attempts} attempts in {call.elapsed:.1f} s")
        if call.note:
            details.append(call.note)
        if call.may_have_been_applied:
            details.append("it was applied" if call.applied else "it may have been applied")
        suffix = one_line(f"({', '.join(details)})", secrets=call.secrets) if details else ""
        action = one_line(call.action, secrets=call.secrets)
        separators = 2 + bool(suffix)
        if len(action) + len(message) + len(suffix) + separators > limit:
            action = shorten(action, _MAX_ACTION)
            suffix = shorten(suffix, _MAX_DETAILS)
            message = shorten(message, limit - len(action) - len(suffix) - separators)
        return " ".join(filter(None, (f"{action}:", message, suffix)))


class BadResponse(OrionError):
    """The server rejected the request, or its response is not valid.

    Args:
        response: The response.
        custom_error_msg: Message to use instead of the server's.

    Attributes:
        response: The response.
    """

    def __init__(self, response: ResponseLike, custom_error_msg: str | None = None) -> None:
        super().__init__(response, custom_error_msg)
        self.response = response

    def _message(self) -> str:
        status = f"{self.response.status_code} {self.response.reason}".strip()
        message = self.args[1] or server_message(self.response, self._secrets)
        return f"{status}: {message}" if message else status


class AuthorizationRequired(BadResponse):
    """The user lacks the permission (403)."""


class NotFoundResponse(BadResponse, LookupError):
    """The resource does not exist, or it is in the trash (404)."""


class RateLimitedResponse(BadResponse):
    """Too many requests (429)."""


class OrionServiceError(BadResponse):
    """The server failed (5xx)."""


class InvalidAPIVersion(BadResponse):
    """The stack does not offer the API version that this client needs; the message names the needed and the offered versions.

    Attributes:
        response: The response; None if the session knew the offered versions and sent no request.
        problem: The needed and the offered versions.
    """

    problem: str = ""

    def __init__(self, response: ResponseLike | None) -> None:
        super().__init__(response)  # type: ignore[arg-type]

    def __reduce__(self) -> tuple[Any, ...]:
        constructor, arguments, *state = super().__reduce__()
        return constructor, arguments[:1], *state

    def with_problem(self, problem: str) -> InvalidAPIVersion:
        """Set the message.

        Args:
            problem: The needed and the offered versions, as a sentence.

        Returns:
            This error.
        """
        self.problem = problem
        return self

    def _message(self) -> str:
        return self.problem or super()._message()


class InvalidCredentials(OrionError):
    """The server rejected the token or password (401), or no credentials are configured.

    Attributes:
        response: The 401 response; None if no request was sent.
    """

    response: ResponseLike | None = None

    def _message(self) -> str:
        # The response is read when the message is shown, so that secrets which it quotes are redacted.
        if message := super()._message():
            return message
        return f"401 Unauthorized: {server_message(self.response, self._secrets)}" if self.response else ""


class OrionConnectionError(OrionError, ConnectionError):
    """The connection to the server failed or was lost."""


class OrionTimeout(OrionError, TimeoutError):
    """A request or a wait exceeded its timeout."""


class ValidationError(OrionError, ValueError):
    """A value was rejected before any request was sent."""


class OrionLinkError(OrionError, ValueError):
    """A resource link is malformed, or its resource type is unknown."""


class NotEnoughDiskError(OrionError, OSError):
    """Not enough free disk space for the file to be written."""


class LocalDataError(OrionError, OSError):
    """The data folder of a local Orion is damaged or in use, or cannot be read or written. Nothing in it was deleted or overwritten."""


class TransferErrors(OrionError):
    """At least one of several transfers failed; the others are complete.

    Args:
        message: The number of failures and the first error.
        results: A `Result` for each item, in order: `item`, `value` and `error`.

    Attributes:
        results: The results.
    """

    def __init__(self, message: str, results: Sequence[Any] = ()) -> None:
        super().__init__(message, results)
        self.results: list[Any] = list(results)

    @property
    def failed(self) -> list[Any]:
        """The results with an error."""
        return [result for result in self.results if result.error is not None]

    @property
    def exceptions(self) -> tuple[Exception, ...]:
        """The errors of all failures, in order, as those of an `ExceptionGroup`."""
        return tuple(result.error for result in self.failed)

    def _message(self) -> str:
        return str(self.args[0])


class DatasetDimensionsTooLargeError(OrionError, ValueError):
    """A dataset has too many records or columns for the operation."""


class NoResultFound(OrionError, LookupError):
    """`one()` found no matching resource. The request itself succeeded."""


class MultipleResultsFound(OrionError, LookupError):
    """`one()` found more than one matching resource."""


class NotLoaded(OrionError, AttributeError):
    """The last response of the server did not contain the field."""


_BY_STATUS: dict[int, type[BadResponse]] = {
    403: AuthorizationRequired,
    404: NotFoundResponse,
    429: RateLimitedResponse,
}


def error_for(response: ResponseLike, message: str | None = None) -> OrionError:
    """Create the error for a response without a success status.

    Args:
        response: The response.
        message: Message to use instead of the server's.

    Returns:
        The error, not raised.
    """
    status = response.status_code
    if status == 401:
        rejected = InvalidCredentials(message or "")
        rejected.response = response
        return rejected
    if 500 <= status < 600:
        return OrionServiceError(response, message)
    rejection = _BY_STATUS.get(status, BadResponse)(response, message)
    return rejection.with_hints(*_find_faults(response)) if status == 422 else rejection


def one_line(value: str, *, secrets: Iterable[str] = (), limit: int | None = None) -> str:
    """Make a string safe to print: one line, no control characters, secrets redacted.

    Args:
        value: The string, possibly from a server.
        secrets: Values to redact.
        limit: Maximum length in characters; longer strings end in an ellipsis. If omitted, unlimited.

    Returns:
        The string.
    """
    value = " ".join(re.sub(f"[{UNSAFE}]+", " ", redact(value, secrets)).split())
    return value if limit is None or len(value) <= limit else value[: limit - 1] + "…"


def shorten(value: str, limit: int) -> str:
    """Shorten a string in the middle: its start names the subject, and its end says what to do.

    Args:
        value: The string.
        limit: Maximum length in characters.

    Returns:
        The string, with an ellipsis in place of what was cut.
    """
    if len(value) <= limit:
        return value
    end = limit // 3
    return f"{value[: limit - end - 1]}…{value[len(value) - end :]}"


def redact(value: Any, secrets: Iterable[str]) -> Any:
    """Redact secrets in a value, for pickling.

    Args:
        value: Strings, bytes, responses, and lists, tuples and dicts of them; other values are returned unchanged.
        secrets: Values to redact.

    Returns:
        The redacted value; JSON is serialized again if it contains a secret with escapes.
    """
    secrets = [secret for secret in secrets if secret]
    if not secrets:
        return value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value
    if isinstance(value, bytes):
        return _redact_body(value, secrets)
    if isinstance(value, dict):
        return {redact(name, secrets): redact(each, secrets) for name, each in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(redact(each, secrets) for each in value)
    return value.redacted(secrets) if hasattr(value, "redacted") else value


def _redact_body(body: bytes, secrets: Iterable[str]) -> bytes:
    for secret in secrets:
        body = body.replace(secret.encode("utf-8", "surrogatepass"), b"***")
    try:
        data = json.loads(body)
        redacted = redact(data, secrets)
        return body if redacted == data else json.dumps(redacted).encode()
    except (ValueError, RecursionError):
        return body


def server_message(response: ResponseLike, secrets: Sequence[str] = ()) -> str:
    """Extract the error message from a response with a body of any kind.

    Args:
        response: The response.
        secrets: Values to redact. They are redacted before the message is shortened, since half a secret would not be found.

    Returns:
        The message, in one line.
    """
    if response.status_code in _REDIRECT_STATUSES and (target := response.headers.get("location")):
        return f"the server redirects to {_format_origin(response.url, target)}, which is not followed"
    body = redact(response.content, secrets)[:65536].decode("utf-8", "replace").strip()
    if not body:
        return "the response has no body"
    if "html" in response.headers.get("content-type", "").lower() or body[:1] == "<":
        title = re.search(r"<title[^>]*>([^<]*)</title>", body, re.IGNORECASE)
        named = f" titled {one_line(title.group(1), limit=80)!r}" if title and title.group(1).strip() else ""
        return f"the response is a web page{named}, not a response of Orion"
    try:
        message = _find_detail(json.loads(body))
    except (ValueError, RecursionError):
        message = body
    return one_line(message, limit=_MAX_MESSAGE)


def _format_origin(base: str, url: str) -> str:
    """Format scheme, host and port only, since path and query may grant access, as in a presigned URL."""
    try:
        parts = urlsplit(urljoin(base, url))
    except ValueError:
        return "an invalid URL"
    return one_line(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", limit=_MAX_MESSAGE)


def _find_faults(response: ResponseLike) -> Iterator[str]:
    """Find the faults that a response lists in addition to its message."""
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError):
        return
    listed = data.get("errors") if isinstance(data, dict) else None
    for each in listed[:_MAX_FAULTS] if isinstance(listed, list) else ():
        if isinstance(each, str):
            yield each[:_MAX_MESSAGE]


def _find_detail(data: Any) -> str:
    # Django REST Framework sends {"detail": message} or {field: [messages]}.
    if isinstance(data, dict):
        for key in ("detail", "message", "error"):
            if isinstance(data.get(key), str):
                return str(data[key])
        return "; ".join(f"{key}: {_find_detail(value)}" for key, value in data.items())
    if isinstance(data, list):
        return ", ".join(_find_detail(value) for value in data)
    return str(data)
