"""Shared types of the generated client: requests, bodies, responses and sender protocols."""

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
    """Type of `UNSET`, the value of an omitted argument or field; None means null."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        # UNSET is a singleton: copies and pickles are the same object, so that `is UNSET` works.
        return "UNSET"


UNSET: Unset = Unset()


def _readonly(headers: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(headers))


@frozen(kw_only=True)
class Operation:
    """One operation of the contract.

    Attributes:
        id: The operationId; also the name of the module.
        method: HTTP method in upper case.
        route: Path template, for example `/api/v1/users/{user_id}/`.
        retry: Retry class: `read`, `write` (idempotent), `create` (retried only if certainly not executed) or `keyed`
            (retried with an idempotency key).
        paging: Pagination: `link`, `stream`, or None if the operation is not a listing.
        largest_page: Maximum of the parameter `limit`; None if the operation has no such parameter.
        offset: Whether the listing has the parameter `offset`.
        orders: Values of the parameter `order_by` of the listing, each also valid after a `-`.
        stream: Direction of a binary body, `upload` or `download`; None if there is none.
        auth: Whether the token is sent.
        success: Documented success statuses.
        evidence: How the operation is known: `documented`, `listed`, `observed` or `assumed`.
        tag: Resource type.
        version: The N of `/api/vN/`; None if the path has none.
    """

    id: str
    method: str
    route: str
    retry: Literal["read", "write", "create", "keyed"]
    paging: str | None = None
    largest_page: int | None = None
    offset: bool = False
    orders: tuple[str, ...] = ()
    stream: Literal["upload", "download"] | None = None
    auth: bool = True
    success: tuple[int, ...] = (200,)
    evidence: str = "assumed"
    tag: str = ""
    version: int | None = None


@frozen
class Json:
    """A JSON body. `repr` redacts the data, which may contain a password."""

    value: Any = field(repr=False)

    @property
    def media_type(self) -> str:
        """Always application/json."""
        return "application/json"


@frozen
class Content:
    """A binary body; a file is sent from its current position.

    Attributes:
        payload: Bytes, a file opened in binary mode, or an iterable of bytes.
        media_type: Value of Content-Type.
        length: Length of an iterable in bytes, if known; the length of bytes and seekable files is determined automatically.
    """

    payload: AsyncPayload = field(repr=False)
    media_type: str = "application/octet-stream"
    length: int | None = None


@frozen
class Request:
    """A prepared request, without the token.

    Attributes:
        operation: The operation.
        path: Percent-encoded path.
        query: Query parameters as pairs, not percent-encoded.
        body: Body of the request, if any.
        headers: Additional headers.
        url: URL that replaces path and query, for example the link to the next page.
    """

    operation: Operation
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Json | Content | None = field(default=None, hash=False)
    headers: Mapping[str, str] = field(factory=dict, converter=_readonly, hash=False)
    url: str | None = None

    @property
    def method(self) -> str:
        """HTTP method of the operation."""
        return self.operation.method

    @property
    def route(self) -> str:
        """Path template of the operation."""
        return self.operation.route

    def with_query(self, params: Mapping[str, Any]) -> Request:
        """Return a copy with additional query parameters."""
        return evolve(self, query=self.query + encode_query(params))


@frozen
class Response(Generic[T]):
    """A response whose body was read.

    Attributes:
        status_code: Status code.
        content: Body as bytes.
        headers: Headers, a case-insensitive mapping.
        parsed: The model; None if the status is not a success or the response has no body.
    """

    status_code: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    parsed: T | None = None


class RawResponse(Protocol):
    """An open response, to be closed by the caller. `headers` is case-insensitive."""

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
    """An open response of an asynchronous sender, to be closed by the caller."""

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
    """Protocol of the argument `client`.

    `send` returns the open response, whatever its status. `error` returns the exception to raise for a failed response.
    """

    def send(self, request: Request) -> RawResponse: ...
    def error(self, error: UnexpectedStatus | UnexpectedBody, response: Any) -> Exception: ...


class AsyncSender(Protocol):
    """Protocol of the argument `client` of asynchronous functions."""

    async def asend(self, request: Request) -> AsyncRawResponse: ...
    def error(self, error: UnexpectedStatus | UnexpectedBody, response: Any) -> Exception: ...


def encode_query(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Encode query parameters as pairs; None and UNSET are omitted, list items become repeated parameters."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        for item in value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
            if item is not None and item is not UNSET:
                pairs.append((name, encode_scalar(item)))
    return tuple(pairs)


def encode_scalar(value: Any) -> str:
    """Encode a scalar as a string for a query, header or form."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return str(value)
