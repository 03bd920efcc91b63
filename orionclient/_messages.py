"""What goes over the wire and what comes back, without any HTTP library: Body, Response, Failure."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, Self
from urllib.parse import urlencode

from attrs import frozen

from orionclient.exceptions import CallInfo, OrionConnectionError, OrionError, ValidationError, error_for, redact

if TYPE_CHECKING:
    from types import TracebackType

CHUNK_SIZE: Final = 1 << 19
_BUFFER_SIZE: Final = 1 << 16
# More of a rejection is not read; its words are at its start.
_MAX_ERROR_BODY_SIZE: Final = 1 << 20
Payload = bytes | BinaryIO | Iterable[bytes] | AsyncIterable[bytes]


def is_success(status: int) -> bool:
    """Tell whether a status is one of success; a redirect that was not followed is none.

    Args:
        status: Status of a response.

    Returns:
        True from 200 to 299.
    """
    return 200 <= status < 300


def encode_form(fields: Mapping[Any, Any] | Iterable[tuple[str, Any]]) -> str:
    """Encode names and values as a query or a form.

    Args:
        fields: Names with their values; a list retries its name.

    Returns:
        The text, ASCII.

    Raises:
        ValidationError: A name or value holds half of a surrogate pair, which has no UTF-8 form.
    """
    pairs: Any = fields if isinstance(fields, Mapping) else list(fields)
    try:
        return urlencode(pairs, doseq=True)
    except UnicodeEncodeError as error:
        raise ValidationError(f"{error.object!r:.60} cannot be sent: it holds half of a surrogate pair") from None


class Headers(Mapping[str, str]):
    """Headers of a response; names are looked up in any case, retried ones are joined by a comma.

    Args:
        items: Names with their values.
    """

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        for name, value in items:
            key = name.lower()
            self._items[key] = (name, f"{self._items[key][1]}, {value}" if key in self._items else value)

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Headers({dict(self)})"


class Body:
    """The body of a request, which can be sent again from where it started if its source allows.

    Args:
        payload: Bytes, a binary file (sent from where it stands to its end) or an iterable of chunks, in an
            event loop an asynchronous one too.
        length: Number of bytes; needed for an iterable only, and there optional.

    Attributes:
        length: Number of bytes; None where nobody knows.
        replayable: True where a second attempt sends the same bytes.
    """

    def __init__(self, payload: Payload, length: int | None = None) -> None:
        self._payload = payload
        self._start: int | None = None
        self._sent = False
        self.length = length
        if isinstance(payload, bytes):
            self.length = len(payload)
        elif isinstance(payload, io.IOBase) or hasattr(payload, "seek"):
            self._measure(payload)
        self.replayable = isinstance(payload, bytes) or self._start is not None

    def _measure(self, stream: Any) -> None:
        try:
            if stream.seekable():
                self._start = stream.tell()
                end = stream.seek(0, io.SEEK_END)
                stream.seek(self._start)
                self.length = max(0, end - self._start)
        except (OSError, AttributeError):
            self._start = None

    async def aiter_chunks(self) -> AsyncIterator[bytes]:
        """Read the body as `iter_chunks` does, in an event loop, where its source may be asynchronous.

        Yields:
            The chunks.

        Raises:
            ValidationError: As of `iter_chunks`.
        """
        if not isinstance(self._payload, AsyncIterable):
            for chunk in self.iter_chunks():
                yield chunk
            return
        count = 0
        self._mark_sent()
        async for chunk in self._payload:
            count += self._check_chunk(chunk, count)
            yield chunk
        self._check_complete(count)

    def iter_chunks(self) -> Iterator[bytes]:
        """Read the body from its start in chunks of at most 512 KiB; those of an iterable stay as they are.

        Yields:
            The chunks.

        Raises:
            ValidationError: The source cannot be read a second time, gives text, or is shorter or longer than it was.
        """
        if isinstance(self._payload, AsyncIterable):
            raise ValidationError("an asynchronous body goes through raw_async only")
        self._mark_sent()
        count = 0
        for chunk in self._iter_payload():
            count += self._check_chunk(chunk, count)
            yield chunk  # a view is good until the next
        self._check_complete(count)

    def _mark_sent(self) -> None:
        if self._sent and not self.replayable:
            raise ValidationError("this body was sent already and its source cannot be read again")
        self._sent = True

    def _check_chunk(self, chunk: bytes, count: int) -> int:
        if not isinstance(chunk, bytes | bytearray | memoryview):
            raise ValidationError(f"a body is made of bytes, not {type(chunk).__name__}; open files in binary mode")
        if self.length is not None and count + len(chunk) > self.length:
            raise ValidationError(f"the source grew while it was sent: more than {self.length} bytes")
        return len(chunk)

    def _check_complete(self, count: int) -> None:
        if self.length is not None and count < self.length:
            raise ValidationError(f"the source shrank while it was sent: {count} of {self.length} bytes")

    def _iter_payload(self) -> Iterator[bytes]:
        payload: Any = self._payload
        if isinstance(payload, bytes):
            # Large bytes in one chunk are copied over and over by the library's writer.
            for start in range(0, len(payload), CHUNK_SIZE):
                yield payload[start : start + CHUNK_SIZE]
        elif hasattr(payload, "read"):
            if self._start is not None:
                payload.seek(self._start)
            if isinstance(payload, io.RawIOBase | io.BufferedIOBase):
                # One buffer for all of it.
                buffer = memoryview(
                    bytearray(min(CHUNK_SIZE, CHUNK_SIZE if self.length is None else max(self.length, 1)))
                )
                while count := payload.readinto(buffer):
                    yield buffer[:count]  # type: ignore[misc]
                return
            while chunk := payload.read(CHUNK_SIZE):
                yield chunk
        else:
            yield from payload


FailureKind = Literal["connect", "proxy", "tls", "timeout", "lost", "protocol", "redirect"]


@frozen
class Failure:
    """An attempt without a response.

    Attributes:
        kind: ``connect``: nothing was sent. ``tls``: the handshake failed, for example because the certificate is not trusted; nothing
            was sent. ``timeout``: no response in time. ``lost``: the connection broke. ``protocol``: what came is no HTTP.
            ``redirect``: the server redirects to where the request must not go.
        text: What happened, for a person.
        cause: The error of the library.
        status: Status of the response that broke off; None where not even that came.
    """

    kind: FailureKind
    text: str
    cause: BaseException | None = None
    status: int | None = None


@frozen(kw_only=True)
class Attempt:
    """One request, ready to go.

    Attributes:
        method: HTTP method.
        url: Absolute address.
        headers: All headers, Authorization included where the origin is the profile's.
        body: The body; None for none.
        timeout: Seconds: of the whole attempt, or of every wait without progress where `stream` is true.
        stream: True where content of any size moves, in either direction.
        keep_open: True leaves the response open, for its content to be read chunk by chunk.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: Body | None = None
    timeout: float
    stream: bool = False
    keep_open: bool = False

    def __repr__(self) -> str:
        return f"Attempt({self.method} {self.url.partition('?')[0]})"


class Response:
    """A response, with the names that people know from other HTTP libraries.

    Args:
        status_code: Status, any number.
        headers: Headers, names in any case.
        url: Where the request went.
        content: The body, where it was read already.
        stream: Iterator over the body, where it was not.
        reader: Reads the body into a buffer, where it was not read and can be taken as it is.
        raw_reader: Reads a compressed body into a buffer as it comes, where `stream` decompresses it.
        close: What ends the connection's use.

    Attributes:
        status_code: Status, any number.
        headers: Headers, names in any case.
        url: Where the request went.
        call: What was attempted, how often, and the request's identifier.
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
        """True for a status from 200 to 299. A redirect that was not followed, or 304, is no success."""
        return is_success(self.status_code)

    @property
    def reason(self) -> str:
        """Name of the status; empty where it has none."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def content(self) -> bytes:
        """The body, whole."""
        if self._content is None:
            self._content = b"".join(self.iter_content() if self.ok else self._iter_error_body())
        return self._content

    def wrap_stream(self, wrap: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
        """Lead the body of an open response through something, before it is read.

        Args:
            wrap: Passes the chunks on.
        """
        if self._stream is not None:
            # A buffer filled from the socket would pass by.
            self._stream, self._reader = wrap(self._stream), None

    def disable_decompression(self) -> None:
        """Take the body of an open response as it comes: what its header Content-Encoding says belongs to the content."""
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
        """The body as UTF-8 text; bytes that are none are replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Decode the body as JSON.

        Returns:
            What it holds.

        Raises:
            ValueError: It is not JSON.
        """
        return json.loads(self.content)

    def iter_content(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Read the body in chunks; an open response is read once.

        Args:
            chunk_size: Largest chunk in bytes; as they come without it.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The connection broke, or the body was read already.
            OrionTimeout: No chunk came in time.
        """
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
        """Read what is there of the body into a buffer, at least a byte; an open response is read once.

        Args:
            buffer: Where it goes.

        Returns:
            Number of bytes; 0 at the end.

        Raises:
            OrionConnectionError: The connection broke, or the body was read already.
            OrionTimeout: Nothing came in time.
        """
        if self._reader is None:
            # It takes the stream with its first chunk.
            self._reader, self._is_copying = _copying_reader(self.iter_content(len(buffer))), True
        elif not self._is_copying and self._stream is None and self._content is None:
            raise OrionConnectionError("the body was read already or the response is closed")
        return self._reader(buffer)

    def raise_for_status(self) -> None:
        """Raise the error that fits a status other than 200 to 299.

        Raises:
            OrionError: The status is another one, that of a redirect which was not followed included.
        """
        if not self.ok:
            raise self.error()

    def error(self, message: str | None = None) -> Exception:
        """Make the error that fits this response.

        Args:
            message: Text to use instead of the server's words.

        Returns:
            The error, not raised.
        """
        self.content  # noqa: B018 - reads the body before the connection goes back to the pool
        error = error_for(self, message)
        return error.with_call(self.call) if self.call else error

    def close(self) -> None:
        """Give the connection back; what was not read is lost."""
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
        """Make the form of this response that may leave the process.

        Args:
            secrets: Values to blank out of its address, its headers and its body.

        Returns:
            The response, read whole.
        """
        headers = Headers(redact(list(self.headers.items()), secrets))
        twin = Response(self.status_code, headers, redact(self.url, secrets), content=redact(self.content, secrets))
        twin.call = self.call
        return twin

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

    # The names that the generated readers ask for.

    def read(self) -> bytes:
        """Read the body whole.

        Returns:
            The bytes.
        """
        return self.content

    def iter_bytes(self) -> Iterator[bytes]:
        """Read the body in chunks as they come.

        Returns:
            An iterator of bytes.
        """
        return self.iter_content()


def _attach_call(error: OrionError, call: CallInfo | None) -> None:
    """Add to an error what was attempted, where it does not say."""
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
        status_code: Status, any number.
        headers: Headers, names in any case.
        url: Where the request went.
        stream: Iterator over the body.
        close: What ends the connection's use.
        content: The body, where it was read already.

    Attributes:
        status_code: Status, any number.
        headers: Headers, names in any case.
        url: Where the request went.
        content: The body, where it was read already.
        call: What was attempted, how often, and the request's identifier.
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
        """Lead the body of an open response through something, before it is read.

        Args:
            wrap: Passes the chunks on.
        """
        if self._stream is not None:
            self._stream = wrap(self._stream)

    async def aread(self) -> bytes:
        """Read the body whole.

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
        """Read the body in chunks as they come, once.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The connection broke, or the body was read already.
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
        """Give the connection back; what was not read is lost."""
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
        """Make the plain form of this response, for errors.

        Args:
            content: The body that was read.

        Returns:
            The response.
        """
        response = Response(self.status_code, self.headers, self.url, content=content)
        response.call = self.call
        return response
