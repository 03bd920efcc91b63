"""Responses and failures, independent of the HTTP library."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from attrs import frozen

from orionclient._runtime.plain import to_plain
from orionclient._transport.checks import is_success
from orionclient.exceptions import CallInfo, OrionConnectionError, OrionError, error_for, redact

if TYPE_CHECKING:
    from types import TracebackType

_BUFFER_SIZE: Final = 1 << 16
# Maximum size that is read of an error response.
_MAX_ERROR_BODY_SIZE: Final = 1 << 20
# Headers that have one value; some servers send the same value twice.
_SINGLE: Final = frozenset({"content-range", "content-type", "etag", "location", "retry-after"})


class Headers(Mapping[str, str]):
    """Headers of a response; names are case-insensitive, values of the same name are joined by a comma.

    Args:
        items: Pairs of name and value.

    Attributes:
        conflicts: Names in lower case of headers that have one value and were sent with several.
    """

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        self.conflicts: frozenset[str] = frozenset()
        for name, value in items:
            key = name.lower()
            earlier = self._items.get(key)
            if earlier is None:
                self._items[key] = (name, value)
            elif key not in _SINGLE or value != earlier[1]:
                self._items[key] = (name, f"{earlier[1]}, {value}")
                if key in _SINGLE:
                    self.conflicts |= {key}

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Headers({dict(self)})"


FailureKind = Literal["connect", "proxy", "tls", "timeout", "lost", "protocol", "redirect"]


@frozen
class Failure:
    """Failure of an attempt: there is no usable response.

    Attributes:
        kind: ``connect``: no connection, nothing was sent. ``proxy``: the proxy rejected the connection. ``tls``: the handshake failed, for
            example because the certificate is not trusted; nothing was sent. ``timeout``: no response within the timeout. ``lost``: the
            connection was lost. ``protocol``: the response is not valid HTTP. ``redirect``: a redirect that must not be followed.
        message: Error message.
        cause: Exception of the library; None if it may contain secrets.
        status: Status of the incomplete response; None if no response head was received.
    """

    kind: FailureKind
    message: str
    cause: BaseException | None = None
    status: int | None = None


class Response:
    """An HTTP response, with the attributes of a requests response.

    Args:
        status_code: HTTP status code, any integer.
        headers: Headers; names are case-insensitive.
        url: URL of the request.
        content: The body, if it was read already.
        stream: Iterator over the decompressed body, if it was not read.
        reader: Reads an uncompressed body into a buffer.
        raw_reader: Reads a compressed body into a buffer without decompressing it.
        close: Releases the connection.

    Attributes:
        status_code: HTTP status code, any integer.
        headers: Headers; names are case-insensitive.
        url: URL of the request.
        call: Details of the call, for example number of attempts and request id.
    """

    def __init__(
        self,
        status_code: int,
        headers: Mapping[str, str],
        url: str,
        *,
        content: bytes | None = None,
        stream: Iterator[bytes] | None = None,
        reader: Callable[[memoryview], int] | None = None,
        raw_reader: Callable[[memoryview], int] | None = None,
        close: Callable[[], None] | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers: Mapping[str, str] = headers
        self.url = url
        self.call: CallInfo | None = None
        self._content = content
        self._stream = stream
        self._reader = reader
        self._raw_reader = raw_reader
        self._is_copying = False
        self._close = close

    @property
    def ok(self) -> bool:
        """True for a status from 200 to 299; False for 304 and for a redirect that was not followed."""
        return is_success(self.status_code)

    @property
    def reason(self) -> str:
        """Reason phrase of the status; empty for an unknown status."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        if self._content is None:
            self._content = b"".join(self.iter_content() if self.ok else self._iter_error_body())
        return self._content

    def wrap_stream(self, wrap: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
        """Wrap the body stream of an open response, before it is read.

        Args:
            wrap: Takes the iterator of chunks and returns another.
        """
        if self._stream is not None:
            # Without this, `readinto` would read from the socket and bypass the wrapper.
            self._stream, self._reader = wrap(self._stream), None

    def disable_decompression(self) -> None:
        """Do not decompress the body of an open response, because its `Content-Encoding` is part of the stored content."""
        self.headers = Headers(
            (name, value) for name, value in self.headers.items() if name.lower() != "content-encoding"
        )
        if self._raw_reader is not None:
            self._reader, self._raw_reader = self._raw_reader, None
            self._stream = _iter_reader(self._reader)

    def _iter_error_body(self) -> Iterator[bytes]:
        count = 0
        chunks = self.iter_content()
        for chunk in chunks:
            yield chunk[: _MAX_ERROR_BODY_SIZE - count]
            count += len(chunk)
            if count >= _MAX_ERROR_BODY_SIZE:
                chunks.close()  # type: ignore[attr-defined]
                return

    @property
    def text(self) -> str:
        """The body decoded as UTF-8; invalid bytes are replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Decode the body as JSON.

        Returns:
            The decoded value.

        Raises:
            ValueError: The body is not JSON.
        """
        return json.loads(self.content)

    def iter_content(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Read the body in chunks; an open response is read once.

        Args:
            chunk_size: Maximum size of a chunk in bytes. If omitted, chunks are yielded as received.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The connection was lost, or the body was read already.
            OrionTimeout: No chunk was received within the timeout.
        """
        chunk_size = to_plain(chunk_size)
        if self._content is not None:
            size = chunk_size or max(1, len(self._content))
            yield from (self._content[start : start + size] for start in range(0, len(self._content), size))
            return
        if self._stream is None:
            raise OrionConnectionError("the body was read already or the response is closed")
        stream, self._stream = self._stream, None
        try:
            for chunk in stream:
                size = chunk_size or len(chunk) or 1
                yield from (chunk[start : start + size] for start in range(0, len(chunk), size))
        except OrionError as error:
            _attach_call(error, self.call)
            raise
        finally:
            self.close()

    def readinto(self, buffer: memoryview) -> int:
        """Read available bytes of the body into a buffer, at least one; an open response is read once.

        Args:
            buffer: Buffer to fill.

        Returns:
            Count of bytes; 0 at the end.

        Raises:
            OrionConnectionError: The connection was lost, or the body was read already.
            OrionTimeout: No byte was received within the timeout.
        """
        if self._reader is None:
            # `iter_content` takes the stream when its first chunk is read.
            self._reader, self._is_copying = _copying_reader(self.iter_content(len(buffer))), True
        elif not self._is_copying and self._stream is None and self._content is None:
            raise OrionConnectionError("the body was read already or the response is closed")
        return self._reader(buffer)

    def raise_for_status(self) -> None:
        """Raise an error for a status other than 200 to 299.

        Raises:
            OrionError: The status is not a success, which includes a redirect that was not followed.
        """
        if not self.ok:
            raise self.error()

    def error(self, message: str | None = None) -> Exception:
        """Create the error for this response.

        Args:
            message: Message to use instead of the server's.

        Returns:
            The error, not raised.
        """
        self.content  # noqa: B018 - reads the body before the connection is returned to the pool
        error = error_for(self, message)
        return error.with_call(self.call) if self.call else error

    def close(self) -> None:
        """Release the connection; the unread rest of the body is discarded."""
        self._stream = None
        close, self._close = self._close, None
        if close is not None:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"

    def redacted(self, secrets: Iterable[str]) -> Response:
        """Return a copy with redacted secrets, for pickling.

        Args:
            secrets: Values to redact in URL, headers and body.

        Returns:
            The copy, with the body read.
        """
        headers = Headers(redact(list(self.headers.items()), secrets))
        copy = Response(self.status_code, headers, redact(self.url, secrets), content=redact(self.content, secrets))
        copy.call = self.call
        return copy

    def __getstate__(self) -> dict[str, Any]:
        if self.call is not None and self.call.secrets:
            return self.redacted(self.call.secrets).__dict__
        return {
            **self.__dict__,
            "_content": self.content,
            "_stream": None,
            "_reader": None,
            "_raw_reader": None,
            "_close": None,
        }

    # The interface that the generated operations need.

    def read(self) -> bytes:
        """Read the whole body.

        Returns:
            The bytes.
        """
        return self.content

    def iter_bytes(self) -> Iterator[bytes]:
        """Read the body in chunks as received.

        Returns:
            An iterator of bytes.
        """
        return self.iter_content()


def _attach_call(error: OrionError, call: CallInfo | None) -> None:
    """Attach the call to an error that has none."""
    if error.call is None and call is not None:
        error.with_call(call)


def _iter_reader(readinto: Callable[[memoryview], int]) -> Iterator[bytes]:
    buffer = memoryview(bytearray(_BUFFER_SIZE))
    while count := readinto(buffer):
        yield bytes(buffer[:count])


def _copying_reader(chunks: Iterator[bytes]) -> Callable[[memoryview], int]:
    rest = b""

    def readinto(buffer: memoryview) -> int:
        nonlocal rest
        rest = rest or next((chunk for chunk in chunks if chunk), b"")
        count = min(len(buffer), len(rest))
        buffer[:count], rest = rest[:count], rest[count:]
        return count

    return readinto


class AsyncResponse:
    """An open response of an asynchronous call.

    Args:
        status_code: HTTP status code, any integer.
        headers: Headers; names are case-insensitive.
        url: URL of the request.
        stream: Iterator over the body.
        close: Releases the connection.
        content: The body, if it was read already.

    Attributes:
        status_code: HTTP status code, any integer.
        headers: Headers; names are case-insensitive.
        url: URL of the request.
        content: The body, if it was read already.
        call: Details of the call, for example number of attempts and request id.
    """

    def __init__(
        self,
        status_code: int,
        headers: Mapping[str, str],
        url: str,
        *,
        stream: AsyncIterator[bytes],
        close: Callable[[], Awaitable[None]],
        content: bytes | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.url = url
        self.content = content
        self.call: CallInfo | None = None
        self._stream: AsyncIterator[bytes] | None = stream
        self._close: Callable[[], Awaitable[None]] | None = close

    def wrap_stream(self, wrap: Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]) -> None:
        """Wrap the body stream of an open response, before it is read.

        Args:
            wrap: Takes the iterator of chunks and returns another.
        """
        if self._stream is not None:
            self._stream = wrap(self._stream)

    async def aread(self) -> bytes:
        """Read the whole body.

        Returns:
            The bytes.
        """
        chunks: list[bytes] = []
        async for chunk in self.aiter_bytes():
            chunks.append(chunk)
            if not is_success(self.status_code) and sum(map(len, chunks)) >= _MAX_ERROR_BODY_SIZE:
                await self.aclose()
                break
        return b"".join(chunks)

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Read the body in chunks as received, once.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The connection was lost, or the body was read already.
        """
        if self._stream is None:
            raise OrionConnectionError("the body was read already or the response is closed")
        stream, self._stream = self._stream, None
        try:
            async for chunk in stream:
                yield chunk
        except OrionError as error:
            _attach_call(error, self.call)
            raise
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Release the connection; the unread rest of the body is discarded."""
        self._stream = None
        close, self._close = self._close, None
        if close is not None:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def to_sync(self, content: bytes) -> Response:
        """Convert to a synchronous response, for errors.

        Args:
            content: The body that was read.

        Returns:
            The response.
        """
        response = Response(self.status_code, self.headers, self.url, content=content)
        response.call = self.call
        return response
