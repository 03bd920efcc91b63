"""Transports of the caller, for example of httpx, in place of the connections of this package."""

from __future__ import annotations

import inspect
import os
import pickle  # nosec B403 - nothing is loaded
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable

    from orionclient._transport.connection import RawResponse
    from orionclient._transport.heads import HeaderList
    from orionclient._transport.request import PreparedRequest


class Transport(Protocol):
    """A transport for synchronous calls, for example `httpx.HTTPTransport`."""

    def handle_request(self, request: Any, /) -> Any:
        """Send a request of the HTTP library and return its response, without following redirects."""
        ...


class AsyncTransport(Protocol):
    """A transport for asynchronous calls, for example `httpx.AsyncHTTPTransport`."""

    async def handle_async_request(self, request: Any, /) -> Any:
        """Send a request of the HTTP library and return its response, without following redirects."""
        ...


class AsyncRawResponse(NamedTuple):
    """A response whose body has not been read yet."""

    status: int
    headers: HeaderList
    chunks: AsyncIterable[bytes]
    close: Callable[[], Awaitable[None]]


class TransportAdapter:
    """Sends requests with a transport of the caller.

    Args:
        transport: The transport. It stays open.

    Raises:
        ValidationError: It is not a transport, or it is a class.
    """

    def __init__(self, transport: Transport | AsyncTransport) -> None:
        name = transport.__name__ if isinstance(transport, type) else type(transport).__name__
        if isinstance(transport, type) and _METHODS & set(dir(transport)):
            raise ValidationError(f"transport must be an instance, not the class {name}; pass {name}()")
        if not any(callable(getattr(transport, method, None)) for method in _METHODS):
            raise ValidationError(
                "transport must have a method handle_request or handle_async_request, as httpx.HTTPTransport() and"
                f" httpx.AsyncHTTPTransport() have, but it is of type {name}"
            )
        self.transport = transport
        self._name = name
        self._process = os.getpid()

    def exchange(self, request: PreparedRequest, content: Iterable[bytes] | None) -> RawResponse:
        """Send a request and read the head of the response."""
        from orionclient._transport.connection import StreamReader  # noqa: PLC0415 - imports the HTTP library

        send = self._get_method("handle_request", "asynchronous", "session.raw_async")
        # A transport may keep the chunks, and the views of a file share one buffer.
        library, built = self._build(request, None if content is None else map(bytes, content))
        response = send(built)
        headers, chunks = self._read_head(library, response)
        return StreamReader(response.status_code, headers, chunks, response.close)

    async def exchange_async(
        self, request: PreparedRequest, content: AsyncIterator[bytes] | None, trace: Any
    ) -> AsyncRawResponse:
        """Send a request in an event loop and read the head of the response."""
        send = self._get_method("handle_async_request", "synchronous", "the methods of the session and session.raw")
        library, built = self._build(request, None if content is None else _acopy(content), trace=trace)
        response = await send(built)
        headers, chunks = self._read_head(library, response)
        if not hasattr(chunks, "__aiter__"):
            chunks = _aiter(chunks)
        return AsyncRawResponse(response.status_code, headers, chunks, response.aclose)

    def _get_method(self, method: str, kind: str, use: str) -> Any:
        if os.getpid() != self._process:
            raise ValidationError(
                f"the transport {self._name} belongs to the process before the fork; create the transport and its session"
                " in this process: get_session(transport=...)"
            )
        found = getattr(self.transport, method, None)
        if found is None:
            raise ValidationError(f"the transport {self._name} is {kind}: it has no method {method}; use it with {use}")
        return found

    def _build(self, request: PreparedRequest, content: Any, **extensions: Any) -> tuple[Any, Any]:
        """Build a request of the library that defines the class of the transport; return both."""
        from orionclient._transport.library import load_httpx  # noqa: PLC0415 - imports the HTTP library

        library = load_httpx(*(each.__module__.partition(".")[0] for each in inspect.getmro(type(self.transport))))
        try:
            return library, library.Request(
                request.method,
                request.url,
                headers=request.encode_headers(),
                content=content,
                extensions={"timeout": request.timeouts, **extensions},
            )
        except (library.InvalidURL, UnicodeEncodeError) as error:
            raise ValidationError(f"invalid URL: {error}") from None

    def _read_head(self, library: Any, response: Any) -> tuple[HeaderList, Any]:
        """Return the headers of a response of the library and the chunks of its body."""
        if not isinstance(response, library.Response):
            found = type(response).__name__
            raise ValidationError(f"the transport {self._name} must return a {library.__name__}.Response, not {found}")
        headers: HeaderList = response.headers.raw
        if not response.is_stream_consumed or isinstance(response.stream, library.ByteStream):
            return headers, response.stream
        # The transport has read the body, for example to log it, so it is decompressed already.
        decoded = [(name, value) for name, value in headers if name.lower() != b"content-encoding"]
        return decoded, [response.content]

    def __getstate__(self) -> dict[str, Any]:
        try:
            pickle.dumps(self.transport)
        except Exception as error:
            raise TypeError(
                f"cannot pickle a session with the transport {self._name}: {error}; create the transport and its session in the"
                " other process: get_session(transport=...)"
            ) from error
        return {"transport": self.transport}

    def __setstate__(self, state: dict[str, Any]) -> None:
        TransportAdapter.__init__(self, state["transport"])


_METHODS = {"handle_request", "handle_async_request"}


async def _acopy(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield bytes(chunk)


async def _aiter(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
