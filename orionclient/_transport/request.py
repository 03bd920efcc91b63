"""Requests and their bodies, from the retry loop to the wire."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import urlencode

from attrs import Factory, field, frozen
from orion_api._shared import iter_chunks, measure

from orionclient._transport.checks import parse_origin
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from orionclient._transport.heads import HeaderList
    from orionclient._transport.response import AsyncResponse, Response

Payload = bytes | BinaryIO | Iterable[bytes] | AsyncIterable[bytes]
_CONNECT_TIMEOUT: Final = 10.0
_DAY: Final = 86400.0
_DEFAULT_FIELDS: Final = {"accept": ("Accept", b"*/*"), "accept-encoding": ("Accept-Encoding", b"gzip, deflate")}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Methods that send "Content-Length: 0" without a body.
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
# Path and query that need no normalization: no dot segments, no characters to be percent-encoded.
_NORMALIZED: Final = re.compile(
    r"https?://[^/?#]+((?:/(?!\.)(?:[A-Za-z0-9_~!$&'()*+,;=:@.-]|%[0-9A-F]{2})*)+(?:\?(?:[A-Za-z0-9_~!$()*+,;=:@./?&-]|%[0-9A-F]{2})*)?)?"
)

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Longer URLs are left to the library, which has a limit.
_MAX_NORMALIZED: Final = 8000


def encode_form(fields: Mapping[Any, Any] | Iterable[tuple[str, Any]]) -> str:
    """Encode names and values as a query string or form.

    Args:
        fields: Name -> value; a list adds one pair per value.

    Returns:
        The encoded string, ASCII.

    Raises:
        ValidationError: A name or value contains a lone surrogate, which UTF-8 cannot encode.
    """
    pairs: Any = fields if isinstance(fields, Mapping) else list(fields)
    try:
        return urlencode(pairs, doseq=True)
    except UnicodeEncodeError:
        for name, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
            check_encodable(value, name)
            check_encodable(name)
        raise


def check_encodable(value: Any, field: object = "", *, redact: bool = False) -> None:
    """Check that UTF-8 can encode all strings of a JSON value; a file name in another encoding has lone surrogates in Python.

    Args:
        value: The value.
        field: Name of the value, for the message.
        redact: True leaves values out of the message.

    Raises:
        ValidationError: A string contains a lone surrogate; the message names it and its field.
    """
    if isinstance(value, Mapping):
        for name, each in value.items():
            check_encodable(name, f"a key of {field}" if field else "a key", redact=redact)
            check_encodable(each, f"{field}.{name}" if field else name, redact=redact)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            check_encodable(each, f"{field}[{index}]", redact=redact)
    elif isinstance(value, str) and _SURROGATE.search(value):
        shown = " ".join(filter(None, (str(field), "" if redact else repr(value[:60]))))
        error = ValidationError(f"cannot encode {shown} as UTF-8: it contains a lone surrogate")
        if field == "name":
            error = error.with_hints("choose a name in UTF-8: name= in Python, NAME or --name in ocli")
        raise error


class Body:
    """Body of a request, which can be replayed if its source is seekable.

    Args:
        payload: Bytes, a binary file (sent from its current position to its end) or an iterable of chunks; in an event loop also an
            asynchronous iterable.
        length: Length of an iterable in bytes. Optional.

    Attributes:
        length: Length in bytes; None if unknown.
        replayable: True if a retry can send the same bytes.
    """

    def __init__(self, payload: Payload, length: int | None = None) -> None:
        self._payload = payload
        self._start: int | None = None
        self._sent = False
        self.length = length
        if isinstance(payload, bytes):
            self.length = len(payload)
        elif hasattr(payload, "seek") and (measured := measure(payload)):
            self._start, self.length = measured
        self.replayable: bool = isinstance(payload, bytes) or self._start is not None

    async def aiter_chunks(self) -> AsyncIterator[bytes]:
        """Read the body like `iter_chunks`, in an event loop, also from an asynchronous source.

        Yields:
            The chunks.

        Raises:
            ValidationError: As for `iter_chunks`.
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
        """Read the body from its start in chunks of at most 512 KiB; the chunks of an iterable stay unchanged.

        Yields:
            The chunks.

        Raises:
            ValidationError: The source cannot be replayed, yields strings, or has changed its length.
        """
        if isinstance(self._payload, AsyncIterable):
            raise ValidationError("cannot send an asynchronous iterable with a synchronous call; use session.raw_async")
        self._mark_sent()
        count = 0
        if self._start is not None:
            self._payload.seek(self._start)  # type: ignore[union-attr]
        # One byte more than the length shows that a file has grown.
        for chunk in iter_chunks(self._payload, None if self.length is None else self.length + 1):
            count += self._check_chunk(chunk, count)
            yield chunk  # a memoryview, valid until the next chunk
        self._check_complete(count)

    def _mark_sent(self) -> None:
        if self._sent and not self.replayable:
            raise ValidationError("cannot send the body again: its source is not seekable")
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


@frozen(kw_only=True)
class PreparedRequest:
    """A request below the generated operations; the retry loop makes a copy for each attempt and redirect.

    Attributes:
        method: HTTP method.
        url: Absolute URL.
        action: Operation and target, for messages.
        operation: Id of the operation in the contract; empty if it has none. Rate limits are learned per operation, or else per method.
        retry_class: ``read``, ``write``, ``create`` or ``keyed``.
        headers: Headers of this request; in the copy of an attempt all headers, with the token if the URL has the origin of the profile.
        body: The body; None if none.
        timeout: Seconds for the attempt, or for every wait without progress if `stream` is true; set by the retry loop.
        stream: True for content of any size, in either direction.
        keep_open: True leaves a successful response open, so that its body can be streamed.
        is_incomplete: Checks whether the body of a successful response is truncated or damaged; such a response counts as lost. None
            accepts every body.
        authenticate: False never sends the token, for presigned URLs; the other settings of the profile still apply.
        confidential: True for a body that must not be redirected to another origin.
        is_foreign: True for a URL of the caller, which may be of any server: a redirect to another scheme is not followed, and a 404 is
            final, since Orion's replicas have no part in it.
        origin: Scheme, host and port of the URL.
    """

    method: str
    url: str
    action: str
    operation: str = ""
    retry_class: str = "read"
    headers: Mapping[str, str] = {}
    body: Body | None = None
    timeout: float = 0.0
    stream: bool = False
    keep_open: bool = False
    is_incomplete: Callable[[Response | AsyncResponse], bool] | None = None
    authenticate: bool = True
    confidential: bool = False
    is_foreign: bool = False
    origin: tuple[str, str, int] = field(
        init=False, eq=False, default=Factory(lambda self: parse_origin(self.url), takes_self=True)
    )

    def __repr__(self) -> str:
        # Headers and query contain the token and signatures.
        return f"PreparedRequest({self.method} {self.url.partition('?')[0]})"

    @property
    def target(self) -> bytes:
        """Path and query on the wire."""
        if len(self.url) <= _MAX_NORMALIZED and (found := _NORMALIZED.fullmatch(self.url)):
            return (found[1] or "/").encode("ascii")
        # Rare, so the library is loaded only then.
        from orionclient._transport.library import load_httpx  # noqa: PLC0415

        httpx = load_httpx()
        try:
            target: bytes = httpx.URL(self.url).raw_path
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise ValidationError(f"invalid URL: {error}") from None
        return target

    @property
    def timeouts(self) -> dict[str, float]:
        """Seconds for connecting and for every wait without progress, as the HTTP libraries name them; sockets accept no infinity."""
        left = min(self.timeout, _DAY)
        return {"connect": min(_CONNECT_TIMEOUT, left), "read": left, "write": left, "pool": left}

    def encode_headers(self) -> HeaderList:
        """Encode all headers for the wire, including `Host` and the framing of the body.

        Returns:
            Pairs of name and value.
        """
        scheme, host, port = self.origin
        netloc = f"[{host}]" if ":" in host else host
        if port != _DEFAULT_PORTS[scheme]:
            netloc = f"{netloc}:{port}"
        fields = {"host": ("Host", netloc.encode("ascii")), **_DEFAULT_FIELDS}
        for name, value in self.headers.items():
            fields[name.lower()] = (name, value.encode("ascii"))
        if self.body is None:
            if self.method in _BODY_METHODS:
                fields["content-length"] = ("Content-Length", b"0")
        elif self.body.length is not None:
            fields["content-length"] = ("Content-Length", str(self.body.length).encode())
        elif "content-length" not in fields:
            fields["transfer-encoding"] = ("Transfer-Encoding", b"chunked")
        return [(name.encode("ascii"), value) for name, value in fields.values()]
