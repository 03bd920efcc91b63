"""Shared types of the generated code: requests, bodies, responses and the protocols of what sends them."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, Literal, Protocol, Self, TypeAlias, TypeVar

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from .errors import UnexpectedBody, UnexpectedStatus

JsonObject: TypeAlias = dict[str, Any]
Payload: TypeAlias = bytes | BinaryIO | Iterable[bytes]
AsyncPayload: TypeAlias = Payload | AsyncIterable[bytes]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Unset:
    """Type of UNSET, which stands for "not given" where None has a meaning of its own."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        # There is one UNSET; copies and pickles are the same object, so that `is UNSET` holds.
        return "UNSET"


UNSET: Unset = Unset()


def _readonly(headers: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(headers))


@frozen(kw_only=True)
class Operation:
    """One operation of the contract.

    Attributes:
        id: The operationId, which is the name of the module as well.
        method: HTTP method in capitals.
        route: Path with placeholders.
        retry: When it may be retried: `read`, `write` (retryable), `create` (only what surely was not applied), `keyed`.
        paging: How a list goes on: `link`, `stream` or None for what is no list.
        largest_page: Largest `limit` of a page; None where a list has no pages or takes no limit.
        offset: Whether a page can be asked for by `offset`, a number of items to leave out.
        stream: Direction in which raw bytes go, or None.
        auth: Whether the token is sent.
        success: The documented statuses of a response that is no error.
        evidence: How the operation is known: `documented`, `listed`, `observed` or `assumed`.
        tag: Name of the kind of resource.
        version: The N of `/api/vN/`, None where the path has none.
    """

    id: str
    method: str
    route: str
    retry: Literal["read", "write", "create", "keyed"]
    paging: str | None = None
    largest_page: int | None = None
    offset: bool = False
    stream: Literal["upload", "download"] | None = None
    auth: bool = True
    success: tuple[int, ...] = (200,)
    evidence: str = "assumed"
    tag: str = ""
    version: int | None = None


@frozen
class Json:
    """A body of JSON data; `repr` leaves the data out, which may hold a password."""

    value: Any = field(repr=False)

    @property
    def media_type(self) -> str:
        """Always application/json."""
        return "application/json"


@frozen
class Content:
    """A body of raw bytes; a file is sent from where it stands.

    Attributes:
        payload: Bytes, a file opened in binary mode, or an iterable of bytes.
        media_type: Value of Content-Type.
        length: Number of bytes of an iterable, where known; bytes and seekable files are measured.
    """

    payload: AsyncPayload = field(repr=False)
    media_type: str = "application/octet-stream"
    length: int | None = None


@frozen
class File:
    """A file inside a multipart form, sent from where it stands."""

    payload: bytes | BinaryIO = field(repr=False)
    file_name: str | None = None
    mime_type: str | None = None


@frozen
class Multipart:
    """A multipart form. The boundary is drawn at random when it is sent, so no content can foresee it."""

    fields: tuple[tuple[str, str | File], ...] = field(repr=False)


@frozen
class Request:
    """A request that is ready to be sent, without the token.

    Attributes:
        operation: What is asked for.
        path: The path, quoted.
        query: Names and values, not quoted.
        body: The body, if any.
        headers: Further headers.
        url: A link to follow in place of path and query, for example that of the next page.
    """

    operation: Operation
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Json | Content | Multipart | None = field(default=None, hash=False)
    headers: Mapping[str, str] = field(factory=dict, converter=_readonly, hash=False)
    url: str | None = None

    @property
    def method(self) -> str:
        """HTTP method of the operation."""
        return self.operation.method

    @property
    def route(self) -> str:
        """Path of the operation with placeholders."""
        return self.operation.route

    def with_query(self, params: Mapping[str, Any]) -> Request:
        """Return a copy with further query parameters."""
        return evolve(self, query=self.query + encode_query(params))


@frozen
class Response(Generic[T]):
    """A response that was read whole.

    Attributes:
        status_code: Any number the server sent.
        content: The bytes of the body.
        headers: The headers; lookup does not distinguish upper and lower case.
        parsed: The model, or None when the status is no success or the response has no body.
    """

    status_code: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    parsed: T | None = None


class RawResponse(Protocol):
    """An open response; whoever receives it closes it. Lookup in `headers` does not distinguish upper and lower case."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def read(self) -> bytes: ...
    def iter_bytes(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class AsyncRawResponse(Protocol):
    """An open response of an asynchronous sender; whoever receives it closes it."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    async def aread(self) -> bytes: ...
    def aiter_bytes(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class Sender(Protocol):
    """What `client=` takes. `send` returns the open response whatever its status; `error` chooses what to
    raise for a response that is no good: it gets what was found and the response, and returns the exception."""

    def send(self, request: Request) -> RawResponse: ...
    def error(self, error: UnexpectedStatus | UnexpectedBody, response: Any) -> Exception: ...


class AsyncSender(Protocol):
    """What `client=` of the asynchronous functions takes."""

    async def asend(self, request: Request) -> AsyncRawResponse: ...
    def error(self, error: UnexpectedStatus | UnexpectedBody, response: Any) -> Exception: ...


def encode_query(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a query: None and UNSET are left out, lists retry their key."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        for item in value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
            if item is not None and item is not UNSET:
                pairs.append((name, encode_text(item)))
    return tuple(pairs)


def encode_text(value: Any) -> str:
    """Return a scalar as the text that stands for it in a query, a header or a form."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return str(value)
