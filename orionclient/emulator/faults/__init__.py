"""Fault injection: the faults of the local Orion, each a function that builds a step of a fault script.

A fault is a coroutine function that injects it into a request; its other parameters are those of the step.
"""

import gzip
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Send

from orionclient.emulator._http.envelope import problem_response
from orionclient.emulator._http.wire import RawBytesResponse, encode_head, encode_headers
from orionclient.emulator._problems import ProblemError
from orionclient.emulator.faults._records import AppliedFault as AppliedFault
from orionclient.emulator.faults._records import RecordedRequest as RecordedRequest
from orionclient.emulator.faults._request import FaultedRequest
from orionclient.emulator.faults._rewriting import NotApplicableError
from orionclient.emulator.faults._scripts import FaultReport as FaultReport
from orionclient.emulator.faults._scripts import Faults as Faults
from orionclient.emulator.faults._scripts import Script as Script
from orionclient.emulator.faults._steps import (
    Code,
    Count,
    Difference,
    FieldName,
    HeaderMap,
    HeaderNames,
    Json,
    Line,
    PositiveSize,
    RedirectCode,
    Seconds,
    Size,
    alias,
    fault,
)
from orionclient.emulator.faults._steps import Step as Step

__all__ = ["AppliedFault", "FaultReport", "Faults", "RecordedRequest", "Script", "Step"]

_HTML_PAGE = "<!doctype html><html><head><title>Service</title></head><body><h1>Please sign in</h1></body></html>"
_WRONG_DIGEST = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
_GARBAGE = "\x15\x03\x01 this is not HTTP\r\n\r\n"
_FRAMING = {b"content-length", b"transfer-encoding", b"connection"}
_DIGESTS = ("Repr-Digest", "Content-Digest")

# -- responses instead of the real one


@fault()
async def pass_(request: FaultedRequest) -> None:
    """Send the real response."""
    await request.send_real()


@fault(("read", "applied"), ("json", "text"))
async def status(
    request: FaultedRequest,
    code: Code,
    *,
    headers: HeaderMap | None = None,
    json: Json = None,
    text: str | None = None,
    read: Size | None = None,
    applied: bool = False,
) -> None:
    """Send a response with this status.

    Args:
        code: The status, 100 to 999.
        headers: Additional headers, for example `Retry-After`; a value of None removes a default header.
        json: The body as JSON. If `json` and `text` are omitted, the body is a problem as Orion sends it.
        text: The body as plain text.
        read: Bytes of the request body to read before the response. If omitted, the whole body is read.
        applied: Whether to execute the operation first and discard its response. Defaults to False.
    """
    complete = await request.consume(read, applied=applied)
    request.record_applied(code)
    response = _build_response(code, json, text)
    given = headers or {}
    if complete and 200 <= code < 600 and not _FRAMING & {name for name, _ in encode_headers(given)}:

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                _replace_headers(message, given)
            await request.recorder.send(message)

        await request.respond(response, send)
        return
    head: Message = {"headers": response.raw_headers}
    _replace_headers(head, given)
    await request.wire.write(encode_head(code, [*head["headers"], (b"connection", b"close")]) + bytes(response.body))
    await (request.wire.end("close") if complete else request.wire.end_early(request.recorder.raw_receive))


@fault()
async def html(request: FaultedRequest, code: Code = 200, *, text: str | None = None, applied: bool = False) -> None:
    """Send an HTML page, like a captive portal or a load balancer."""
    await request.consume(applied=applied)
    request.record_applied(code)
    page = Response(text or _HTML_PAGE, media_type="text/html")
    await request.wire.write(encode_head(code, [*page.raw_headers, (b"connection", b"close")]) + bytes(page.body))
    await request.wire.end("close")


@fault()
async def redirect(request: FaultedRequest, url: Line | None = None, *, code: RedirectCode = 302) -> None:
    """Send a redirect without executing the operation.

    Args:
        url: The target; `self` is the URL of the request. If omitted, there is no `Location` header.
        code: The status, 300 to 399. Defaults to 302.
    """
    await request.consume()
    request.record_applied(code)
    headers = {} if url is None else {"Location": request.resolve_url(url)}
    await request.respond(Response(status_code=code, headers=headers))


@fault(("read", "applied"))
async def reset(request: FaultedRequest, *, read: Size | None = None, applied: bool = False) -> None:
    """Reset the connection (RST) before the response.

    Args:
        read: Bytes of the request body to read before the reset. If omitted, the whole body is read.
        applied: Whether to execute the operation first, so that only its response is lost. Defaults to False.
    """
    await _drop(request, "reset", read, applied=applied)


@fault(("read", "applied"))
async def close(request: FaultedRequest, *, read: Size | None = None, applied: bool = False) -> None:
    """Close the connection (FIN) without a response; parameters as for `reset`."""
    await _drop(request, "close", read, applied=applied)


@alias
def reset_after() -> Step:
    """Execute the operation, then reset the connection instead of sending the response."""
    return reset(applied=True)


@alias
def close_after() -> Step:
    """Execute the operation, then close the connection instead of sending the response."""
    return close(applied=True)


@fault()
async def garbage(request: FaultedRequest, text: str | None = None) -> None:
    """Send bytes that are not HTTP, then close the connection."""
    await request.consume()
    request.record_applied()
    await request.wire.write((text or _GARBAGE).encode())
    await request.wire.end("close")


# -- the real response, delayed or truncated


@fault(("read", "applied"), ("read", "sent"))
async def stall(
    request: FaultedRequest,
    seconds: Seconds,
    *,
    read: Size | None = None,
    sent: Size | None = None,
    applied: bool = False,
) -> None:
    """Wait, then send the real response.

    Args:
        seconds: How long to wait. If the client times out earlier, the operation is not executed unless `applied` or `sent` is
            given.
        read: Wait after this number of bytes of the request body.
        sent: Wait after the head and this number of bytes of the response body.
        applied: Whether to execute the operation before the wait. Defaults to False.
    """

    async def wait() -> bool:
        request.record_applied()
        return await request.wire.pause(seconds)

    async def send_late(message: Message) -> None:
        if message["type"] == "http.response.start":
            if not await wait():
                return
            request.record_applied(message["status"])
        await request.recorder.send(message)

    if sent is not None:
        await request.send_real(send=_stall_sending(request, seconds, sent))
    elif read is not None:
        await _stall_reading(request, wait, read)
    elif applied:
        await request.run_app(send_late)
    elif await wait():
        await request.send_real()


@fault()
async def drip(request: FaultedRequest, seconds: Seconds, *, size: Count = 1, head: bool = False) -> None:
    """Send the real response slowly.

    Args:
        seconds: Delay before each chunk.
        size: Chunk size in bytes. Defaults to 1.
        head: Whether to send the head slowly too. Defaults to False.
    """
    await request.send_raw(RawBytesResponse(request.wire, seconds=seconds, size=size, head=head))


@fault()
async def cut(
    request: FaultedRequest,
    sent: Size = 0,
    *,
    how: Literal["reset", "close"] = "reset",
    framing: Literal["real", "length", "chunked", "close"] = "real",
) -> None:
    """Truncate the body of the real response.

    Args:
        sent: Bytes of the body to send. Defaults to 0.
        how: How the connection ends. Defaults to `reset`.
        framing: How the response delimits its body: like the real response, by Content-Length, with chunked transfer coding, or
            by the end of the connection. Defaults to `real`.
    """

    def check(message: Message) -> None:
        known = Headers(raw=message["headers"]).get("content-length")
        if framing == "length" and known is None:
            raise NotApplicableError("the real response uses chunked transfer coding, so its length is unknown")
        if framing != "chunked" and known is not None and sent >= int(known):
            raise NotApplicableError(f"the body has only {known} bytes")

    await request.send_raw(RawBytesResponse(request.wire, limit=sent, how=how, framing=framing), check)


@fault()
async def length(request: FaultedRequest, by: Difference) -> None:
    """Send the real response with a wrong Content-Length.

    Args:
        by: Bytes added to the real length; negative for a length that is too small.
    """

    def check(message: Message) -> None:
        known = Headers(raw=message["headers"]).get("content-length")
        if known is None:
            raise NotApplicableError("the real response has no Content-Length")
        if int(known) + by < 0:
            raise NotApplicableError(f"the body has only {known} bytes")

    await request.send_raw(RawBytesResponse(request.wire, framing="length", by=by), check)


@fault()
async def digest(request: FaultedRequest) -> None:
    """Send the real response with wrong digest headers."""
    await request.send_real(
        lambda message: MutableHeaders(scope=message).update(dict.fromkeys(_DIGESTS, _WRONG_DIGEST))
    )


@fault()
async def headers(request: FaultedRequest, headers: HeaderMap) -> None:
    """Send the real response with changed headers; a value of None removes a header, a list sends it several times."""
    raw = RawBytesResponse(request.wire, exact=True)
    await request.send_raw(raw, lambda message: _replace_headers(message, headers))


@fault()
async def hints(request: FaultedRequest, times: Count = 1) -> None:
    """Send 103 Early Hints before the real response.

    Args:
        times: How many. Defaults to 1.
    """
    hint = encode_head(103, [(b"link", b"</style.css>; rel=preload")])
    await request.send_real(lambda _: request.wire.write_soon(hint * times))


@fault()
async def strip(request: FaultedRequest, *headers: HeaderNames) -> None:
    """Remove headers from the request, so that the response is that of a server that does not know them."""
    before = request.scope["headers"]
    named = {name.lower().encode() for name in headers}
    remaining = [(name, value) for name, value in before if name not in named]
    request.scope = {**request.scope, "headers": remaining}

    def check(_: Message) -> None:
        if len(remaining) == len(before):
            raise NotApplicableError("the request has no such header")

    await request.send_real(check)


# -- the real response, rewritten


@fault()
async def broken_json(request: FaultedRequest) -> None:
    """Send the first half of the real JSON as a complete response."""
    await request.rewrite(lambda body, _: body[: len(body) // 2], media="application/json")


@fault()
async def gzip_cut(request: FaultedRequest, how: Literal["cut", "crc"] = "cut") -> None:
    """Send the real response compressed with gzip, truncated or with a wrong checksum, as a complete response."""

    def rewrite(body: bytes, headers: MutableHeaders) -> bytes:
        headers["Content-Encoding"] = "gzip"
        compressed = gzip.compress(body, mtime=0)
        if how == "cut":
            return compressed[: max(11, len(compressed) // 2)]
        return compressed[:-8] + bytes(byte ^ 0xFF for byte in compressed[-8:-4]) + compressed[-4:]

    await request.rewrite(rewrite)


@fault()
async def set_field(request: FaultedRequest, field: FieldName, value: Json = None) -> None:
    """Set or add a field of the real JSON.

    Args:
        field: Name of the field. Dots separate nested names, `*` is every item of a list.
        value: The value. Defaults to null.
    """

    def change(parent: dict[str, Any], name: str) -> bool:
        parent[name] = value
        return True

    await request.rewrite_field(field, change)


@fault()
async def null_field(request: FaultedRequest, field: FieldName) -> None:
    """Set an existing field of the real JSON to null.

    Args:
        field: Name of the field. Dots separate nested names, `*` is every item of a list.
    """

    def change(parent: dict[str, Any], name: str) -> bool:
        if name not in parent:
            return False
        parent[name] = None
        return True

    await request.rewrite_field(field, change)


@fault()
async def remove(request: FaultedRequest, field: FieldName) -> None:
    """Remove a field of the real JSON.

    Args:
        field: Name of the field. Dots separate nested names, `*` is every item of a list.
    """
    await request.rewrite_field(field, lambda parent, name: parent.pop(name, parent) is not parent)


@fault()
async def missing_next(request: FaultedRequest) -> None:
    """Remove the `next` link of a page that has a next page."""

    def change(data: Any) -> bool:
        if not isinstance(data, dict) or not data.pop("next", None):
            raise NotApplicableError("there is no next page")
        return True

    await request.rewrite_json(change)


@fault()
async def next_link(request: FaultedRequest, url: Line = "self") -> None:
    """Set the `next` link of a page.

    Args:
        url: The link. Defaults to `self`, the URL of the request.
    """

    def change(data: Any) -> bool:
        if not isinstance(data, dict) or "next" not in data:
            return False
        data["next"] = request.resolve_url(url)
        return True

    await request.rewrite_json(change)


@fault()
async def resize(
    request: FaultedRequest, by: Difference, framing: Literal["length", "chunked", "close"] = "length"
) -> None:
    """Send the real response with a body of another size, as a complete response without digest headers.

    Args:
        by: Bytes to append (zeros) or, if negative, to remove at the end.
        framing: How the response delimits its body: by the new Content-Length, with chunked transfer coding, or by the end of
            the connection. Defaults to `length`.
    """

    def rewrite(body: bytes, headers: MutableHeaders) -> bytes:
        if "content-range" in headers:
            raise NotApplicableError("the real response is a byte range")
        if len(body) + by < 0:
            raise NotApplicableError(f"the body has only {len(body)} bytes")
        _drop_digests(headers)
        return body[: len(body) + by] + bytes(max(0, by))

    raw = None if framing == "length" else RawBytesResponse(request.wire, framing=framing)
    await request.rewrite(rewrite, raw=raw)


@fault()
async def unasked_range(request: FaultedRequest, start: Size = 0, size: PositiveSize | None = None) -> None:
    """Respond to a request without `Range` with a 206 and a byte range of the real content, without digest headers.

    Args:
        start: Position of the first byte. Defaults to 0.
        size: Number of bytes. Defaults to half of the bytes after `start`.
    """

    def rewrite(body: bytes, headers: MutableHeaders) -> bytes:
        chunk = body[start : start + (-(-(len(body) - start) // 2) if size is None else size)]
        if "range" in Headers(scope=request.scope):
            raise NotApplicableError("the request has a Range header")
        if not chunk or "content-range" in headers:
            raise NotApplicableError(f"the body has only {len(body)} bytes")
        _drop_digests(headers)
        headers["Content-Range"] = f"bytes {start}-{start + len(chunk) - 1}/{len(body)}"
        return chunk

    await request.rewrite(rewrite, status=206)


# -- shared by several faults


async def _drop(request: FaultedRequest, how: str, read: int | None, *, applied: bool) -> None:
    await request.consume(read, applied=applied)
    request.record_applied()
    await request.wire.end(how)


def _stall_sending(request: FaultedRequest, seconds: float, sent: int) -> Send:
    left: int | None = sent

    async def send(message: Message) -> None:
        nonlocal left
        body = message.get("body", b"")
        if message["type"] == "http.response.body" and left is not None:
            if len(body) >= left:
                await request.recorder.send({**message, "body": body[:left], "more_body": True})
                message = {**message, "body": body[left:]}
                left = None
                await request.wire.pause(seconds)
            else:
                left -= len(body)
        await request.recorder.send(message)

    return send


async def _stall_reading(request: FaultedRequest, wait: Callable[[], Awaitable[bool]], read: int) -> None:
    waited = False

    async def receive() -> Message:
        nonlocal waited
        message = await request.recorder.receive()
        if not waited and request.recorder.record.received >= read:
            waited = True
            await wait()
        return message

    def check(_: Message) -> None:
        if not waited:
            raise NotApplicableError(f"the body is shorter than {read} bytes")

    await request.send_real(check, receive=receive)


def _build_response(code: int, data: Any, text: str | None) -> Response:
    if code < 200 or code in {204, 304}:
        return Response(status_code=code)
    if text is not None:
        return Response(text, code, media_type="text/plain")
    if data is not None:
        return JSONResponse(data, code)
    return problem_response(ProblemError(code, f"Injected fault of the local Orion: status {code}.", "fault"))


def _replace_headers(message: Message, given: HeaderMap) -> None:
    named = {name.lower().encode() for name in given}
    remaining = [(name, value) for name, value in message["headers"] if name.lower() not in named]
    message["headers"] = remaining + encode_headers(given)


def _drop_digests(headers: MutableHeaders) -> None:
    for name in _DIGESTS:
        if name in headers:
            del headers[name]
