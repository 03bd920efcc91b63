"""The errors that orionclient raises, and the one table from a response of the server to its error."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

from attrs import fields, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "AuthorizationRequired",
    "BadResponse",
    "DatasetDimensionsTooLargeError",
    "InvalidAPIVersion",
    "InvalidCredentials",
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
_REDIRECT_STATUSES = frozenset({300, 301, 302, 303, 307, 308})
# Inside the brackets of a pattern: control characters, what turns the direction of a text or ends its line, and surrogates, which cannot
# be written.
UNSAFE = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"


class ResponseLike(Protocol):
    """What an error needs of a response: enough to say what the server said."""

    @property
    def status_code(self) -> int:
        """Status of the response, any number that the server sent."""
        ...

    @property
    def reason(self) -> str:
        """Name of the status; empty where it has none."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the response; names are looked up in any case."""
        ...

    @property
    def url(self) -> str:
        """Where the request went."""
        ...

    @property
    def content(self) -> bytes:
        """Body of the response."""
        ...


@frozen
class CallInfo:
    """What was attempted, for the text of an error.

    Attributes:
        action: The operation and its target, for example ``get_dataset GET /api/v1/storage/datasets/7/``.
        attempts: Number of requests that were sent or tried.
        elapsed: Seconds since the first of them started.
        request_id: Identifier of the call, the same for all attempts.
        may_have_been_applied: True where the server may have carried out what was asked, although no good response came.
        retried: True where that was so for an attempt before the last one.
        secrets: Values that must not appear in any text.
        applied: True where the server has said so: a response began with a good status, and what followed could not be read.
    """

    action: str
    attempts: int = 1
    elapsed: float = 0.0
    request_id: str = ""
    may_have_been_applied: bool = False
    secrets: tuple[str, ...] = ()
    repeated: bool = False
    applied: bool = False

    def __repr__(self) -> str:
        return f"CallInfo({self.action!r}, attempts={self.attempts}, request_id={self.request_id!r})"

    def __getstate__(self) -> dict[str, Any]:
        state = {name: getattr(self, name) for name in _CALL_FIELDS if name != "secrets"}
        return {**redact(state, self.secrets), "secrets": ()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)


_CALL_FIELDS = tuple(attribute.name for attribute in fields(CallInfo))


class OrionError(Exception):
    """Base of every error of this package.

    Attributes:
        call: What was attempted; None where no request was involved.
    """

    call: CallInfo | None = None

    @property
    def _secrets(self) -> tuple[str, ...]:
        return self.call.secrets if self.call else ()

    def __reduce__(self) -> tuple[Any, ...]:
        # The secrets stay behind, so what they are blanked out of when it is shown has to lose them before it travels.
        made, *parts = tuple(super().__reduce__())
        return made, *redact(parts, self._secrets)

    @property
    def attempts(self) -> int:
        """Number of requests that were sent or tried; 0 where none was."""
        return self.call.attempts if self.call else 0

    @property
    def request_id(self) -> str:
        """Identifier of the call, as the server's log has it; empty where no request was sent."""
        return self.call.request_id if self.call else ""

    @property
    def may_have_been_applied(self) -> bool:
        """True where the server may have carried out what was asked."""
        return self.call.may_have_been_applied if self.call else False

    def during(self, call: CallInfo) -> OrionError:
        """Say what was attempted.

        Args:
            call: The call that failed.

        Returns:
            This error.
        """
        self.call = call
        return self

    def _sentence(self) -> str:
        return " ".join(str(part) for part in self.args if part)

    def __str__(self) -> str:
        text = self._sentence()
        if self.call is None:
            return one_line(text)
        notes = [f"request {self.call.request_id}"] if self.call.request_id else []
        if self.call.attempts > 1:
            notes.append(f"{self.call.attempts} attempts in {self.call.elapsed:.1f} s")
        if self.call.may_have_been_applied:
            notes.append("it was applied" if self.call.applied else "it may have been applied")
        tail = f" ({', '.join(notes)})" if notes else ""
        return one_line(f"{self.call.action}: {text}{tail}", secrets=self.call.secrets)


class BadResponse(OrionError):
    """The server rejected the request, or responded something that is no response to it.

    Args:
        response: The response.
        custom_error_msg: Text to use instead of the server's words.

    Attributes:
        response: The response.
    """

    def __init__(self, response: ResponseLike, custom_error_msg: str | None = None) -> None:
        super().__init__(response, custom_error_msg)
        self.response = response
        self._advice = ""

    def advise(self, advice: str) -> None:
        """Add to the text what helps.

        Args:
            advice: The call that helps, in a few words.
        """
        self._advice = advice

    def _sentence(self) -> str:
        status = f"{self.response.status_code} {self.response.reason}".strip()
        words = self.args[1] or server_message(self.response, self._secrets)
        return f"{status}: {words.removesuffix('.')}; {self._advice}" if self._advice else f"{status}: {words}"


class AuthorizationRequired(BadResponse):
    """The user is known but may not do this (403)."""


class NotFoundResponse(BadResponse, LookupError):
    """There is no such resource, or it is in the trash (404)."""


class RateLimitedResponse(BadResponse):
    """Too many requests (429)."""


class OrionServiceError(BadResponse):
    """The server failed (5xx)."""


class InvalidAPIVersion(BadResponse):
    """The stack does not offer an API, or the version of it, that this client needs; the text names both.

    Attributes:
        response: The response; None where the session knew before it asked.
        problem: What is needed and what is offered.
    """

    problem: str = ""

    def __init__(self, response: ResponseLike | None) -> None:
        super().__init__(response)  # type: ignore[arg-type]

    def __reduce__(self) -> tuple[Any, ...]:
        made, arguments, *state = super().__reduce__()
        return made, arguments[:1], *state

    def about(self, problem: str) -> InvalidAPIVersion:
        """Say what is needed and what is offered.

        Args:
            problem: A sentence.

        Returns:
            This error.
        """
        self.problem = problem
        return self

    def _sentence(self) -> str:
        return self.problem or super()._sentence()


class InvalidCredentials(OrionError):
    """The token or the password was rejected (401), or no profile says where and who.

    Attributes:
        response: The response that rejected them; None where no request was sent.
    """

    response: ResponseLike | None = None

    def _sentence(self) -> str:
        # The words of the server are read when they are shown, so that what they quote passes the removal of secrets.
        if text := super()._sentence():
            return text
        return f"401 Unauthorized: {server_message(self.response, self._secrets)}" if self.response else ""


class OrionConnectionError(OrionError, ConnectionError):
    """The server could not be reached, or the connection broke."""


class OrionTimeout(OrionError, TimeoutError):
    """Something took longer than it was allowed to."""


class ValidationError(OrionError, ValueError):
    """A value was rejected before any request was sent."""


class OrionLinkError(OrionError, ValueError):
    """A link is damaged or leads nowhere that this client knows."""


class NotEnoughDiskError(OrionError, OSError):
    """The disk has no room for what would be written."""


class TransferErrors(OrionError):
    """Some of many transfers failed; those that did not are done.

    Args:
        text: How many failed, and the first error.
        results: A `Result` for each item, in order: `item`, `value` and `error`.

    Attributes:
        results: The results.
    """

    def __init__(self, text: str, results: Sequence[Any] = ()) -> None:
        super().__init__(text, results)
        self.results: list[Any] = list(results)

    @property
    def failed(self) -> list[Any]:
        """Those of the results that have an error."""
        return [result for result in self.results if result.error is not None]

    def _sentence(self) -> str:
        return str(self.args[0])


class DatasetDimensionsTooLargeError(OrionError, ValueError):
    """A dataset is too large for what was asked."""


class NoResultFound(OrionError, LookupError):
    """Exactly one resource was asked for and none fits. Not an error of the server: what it was asked, it responded."""


class MultipleResultsFound(OrionError, LookupError):
    """Exactly one resource was asked for and several fit."""


class NotLoaded(OrionError, AttributeError):
    """A field was not part of the last response of the server."""


_BY_STATUS: dict[int, type[BadResponse]] = {
    403: AuthorizationRequired,
    404: NotFoundResponse,
    429: RateLimitedResponse,
}


def error_for(response: ResponseLike, message: str | None = None) -> OrionError:
    """Choose the error for a response that is no success.

    Args:
        response: The response.
        message: Text to use instead of the server's words.

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
    return _BY_STATUS.get(status, BadResponse)(response, message)


def one_line(text: str, *, secrets: Iterable[str] = (), limit: int | None = None) -> str:
    """Make a text safe to print: one line, no control characters, no secrets.

    Args:
        text: Any text, also one that a server chose.
        secrets: Values to blank out.
        limit: Largest number of characters; None for all.

    Returns:
        The text.
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    text = " ".join(re.sub(f"[{UNSAFE}]+", " ", text).split())
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def redact(value: Any, secrets: Iterable[str]) -> Any:
    """Make the form of a value that may leave the process, without the secrets.

    Args:
        value: Text, bytes, lists, tuples and dicts of them, and responses; whatever else stays as it is.
        secrets: Values to blank out.

    Returns:
        The same without them; JSON is written anew where they stand in it with escapes.
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
        without = redact(data, secrets)
        return body if without == data else json.dumps(without).encode()
    except (ValueError, RecursionError):
        return body


def server_message(response: ResponseLike, secrets: Sequence[str] = ()) -> str:
    """Find the server's own words in a response, whatever its body is.

    Args:
        response: The response.
        secrets: Values to blank out. Here, and not in what is made of the words: half a secret at the end of a cut is not found.

    Returns:
        One line for a person.
    """
    if response.status_code in _REDIRECT_STATUSES and (target := response.headers.get("location")):
        return f"the server redirects to {_format_origin(response.url, target)}, which is not followed"
    body = redact(response.content, secrets)[:65536].decode("utf-8", "replace").strip()
    if not body:
        return "the response has no body"
    if "html" in response.headers.get("content-type", "").lower() or body[:1] == "<":
        title = re.search(r"<title[^>]*>([^<]*)</title>", body, re.IGNORECASE)
        named = f" titled {one_line(title.group(1), limit=80)!r}" if title and title.group(1).strip() else ""
        return f"the response is a web page{named}, not one of Orion's"
    try:
        words = _find_detail(json.loads(body))
    except (ValueError, RecursionError):
        words = body
    return one_line(words, limit=_MAX_MESSAGE)


def _format_origin(base: str, url: str) -> str:
    """Scheme, host and port: path and query may be a permission."""
    try:
        parts = urlsplit(urljoin(base, url))
    except ValueError:
        return "an address that cannot be used"
    return one_line(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", limit=_MAX_MESSAGE)


def _find_detail(data: Any) -> str:
    # Django REST Framework responses {"detail": text} or {field: [texts]}; both forms are read.
    if isinstance(data, dict):
        for key in ("detail", "message", "error"):
            if isinstance(data.get(key), str):
                return str(data[key])
        return "; ".join(f"{key}: {_find_detail(value)}" for key, value in data.items())
    if isinstance(data, list):
        return ", ".join(_find_detail(value) for value in data)
    return str(data)
