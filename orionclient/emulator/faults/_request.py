"""The fault actions: how each step of a fault script is applied to a request."""

from __future__ import annotations

import gzip
import json
import logging
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response

from orionclient.emulator._http.envelope import Envelope, problem_response
from orionclient.emulator._http.wire import RawBytesResponse, encode_head, encode_headers, get_wire
from orionclient.emulator._problems import ProblemError
from orionclient.emulator.faults._rewriting import BufferedSend, NotApplicableError, Rewrite, edit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from orionclient.emulator.faults import AppliedFault
    from orionclient.emulator.faults._middleware import RequestRecorder
    from orionclient.emulator.faults._steps import Step


_LOG = logging.getLogger("orionclient.emulator")

_HTML_PAGE = "<!doctype html><html><head><title>Service</title></head><body><h1>Please sign in</h1></body></html>"
_WRONG_DIGEST = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
_GARBAGE = "\x15\x03\x01 this is not HTTP\r\n\r\n"


class FaultAction:
    """Applies one fault step to one request.

    Args:
        app: The application with its envelope.
        port: The port of the server, for the envelopes of responses built here.
        scope: The request.
        recorder: The recorder of the request.
        entry: The report entry of the step.
    """

    def __init__(self, app: ASGIApp, port: int, scope: Scope, recorder: RequestRecorder, entry: AppliedFault) -> None:
        self._app = app
        self._port = port
        self._scope = scope
        self._recorder = recorder
        self._entry = entry
        self._wire = get_wire(scope)

    async def apply(self, step: Step) -> None:
        """Apply the step."""
        try:
            await getattr(self, f"_do_{step.name}")(**step.values)
        except Exception:
            _LOG.exception("fault step %s failed on %s", step.name, self._entry.operation)
            raise

    # -- the report entry, updated before the client receives anything

    def _record_applied(self, status: int | None = None) -> None:
        self._entry.applied, self._entry.status, self._entry.reason = True, status, ""
        self._recorder.record.status = status

    def _record_skipped(self, status: int, reason: str) -> None:
        self._entry.applied, self._entry.status, self._entry.reason = False, status, reason

    # -- shared parts of the actions

    async def _run_app(self, send: Send, receive: Receive | None = None) -> None:
        await self._app(self._scope, receive or self._recorder.receive, send)

    async def _consume_request(self, read: int | None, *, applied: bool) -> bool:
        """Read the request body or run the operation; returns whether the complete body was read."""
        if applied:
            await self._run_app(_discard_send)
            return True
        recorder = self._recorder
        while not recorder.ended and (read is None or recorder.record.received < read):
            await recorder.receive()
        return recorder.ended or (read is None)

    async def _send_enveloped(self, response: ASGIApp) -> None:
        await Envelope(response, self._port)(self._scope, _end_of_body, self._recorder.send)

    # -- responses instead of the real one

    async def _do_pass(self) -> None:
        await self._run_app(self._recording_send())

    async def _do_status(
        self,
        code: int,
        headers: Mapping[str, Any] | None,
        json: Any,
        text: str | None,
        read: int | None,
        *,
        applied: bool,
    ) -> None:
        complete = await self._consume_request(read, applied=applied)
        self._record_applied(code)
        response = _status_response(code, json, text)
        added = encode_headers(dict(headers or {}))
        named = {name.lower().encode() for name in headers or {}}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [pair for pair in message["headers"] if pair[0] not in named] + added
            await self._recorder.send(message)

        if complete and 200 <= code < 600 and _is_plain(added):
            await Envelope(response, self._port)(self._scope, _end_of_body, send)
            return
        pairs = [pair for pair in response.raw_headers if pair[0] not in named] + added
        await self._wire.write(encode_head(code, [*pairs, (b"connection", b"close")]) + bytes(response.body))
        await (self._wire.end("close") if complete else self._wire.end_early(self._recorder.raw_receive))

    async def _do_html(self, code: int, text: str | None, *, applied: bool) -> None:
        await self._consume_request(None, applied=applied)
        self._record_applied(code)
        page = Response(text or _HTML_PAGE, media_type="text/html")
        head = encode_head(code, [*page.raw_headers, (b"connection", b"close")])
        await self._wire.write(head + bytes(page.body))
        await self._wire.end("close")

    async def _do_redirect(self, url: str | None, code: int) -> None:
        await self._consume_request(None, applied=False)
        self._record_applied(code)
        headers = {} if url is None else {"Location": self._resolve_url(url)}
        await self._send_enveloped(Response(status_code=code, headers=headers))

    async def _do_reset(self, read: int | None, *, applied: bool) -> None:
        await self._consume_request(read, applied=applied)
        self._record_applied()
        await self._wire.end("reset")

    async def _do_close(self, read: int | None, *, applied: bool) -> None:
        await self._consume_request(read, applied=applied)
        self._record_applied()
        await self._wire.end("close")

    async def _do_garbage(self, text: str | None) -> None:
        await self._consume_request(None, applied=False)
        self._record_applied()
        await self._wire.write((text or _GARBAGE).encode())
        await self._wire.end("close")

    # -- the real response, delayed or truncated

    async def _do_stall(self, seconds: float, read: int | None, sent: int | None, *, applied: bool) -> None:
        if sent is not None:
            await self._stall_response(seconds, sent)
        elif applied:
            await self._stall_head(seconds)
        elif read is not None:
            await self._stall_reading(seconds, read)
        else:
            self._record_applied()
            if await self._wire.pause(seconds):
                await self._run_app(self._recording_send())

    def _recording_send(self) -> Send:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record_applied(message["status"])
            await self._recorder.send(message)

        return send

    async def _stall_head(self, seconds: float) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record_applied()
                if not await self._wire.pause(seconds):
                    return
                self._record_applied(message["status"])
            await self._recorder.send(message)

        await self._run_app(send)

    async def _stall_reading(self, seconds: float, read: int) -> None:
        waited = False

        async def receive() -> Message:
            nonlocal waited
            message = await self._recorder.receive()
            if not waited and self._recorder.record.received >= read:
                waited = True
                self._record_applied()
                await self._wire.pause(seconds)
            return message

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start" and waited:
                self._record_applied(message["status"])
            elif message["type"] == "http.response.start":
                self._record_skipped(message["status"], f"the body is shorter than {read} bytes")
            await self._recorder.send(message)

        await self._run_app(send, receive)

    async def _stall_response(self, seconds: float, sent: int) -> None:
        left: int | None = sent

        async def send(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                self._record_applied(message["status"])
                await self._recorder.send(message)
                return
            body = message.get("body", b"")
            if left is not None and len(body) >= left:
                if left:
                    await self._recorder.send({"type": "http.response.body", "body": body[:left], "more_body": True})
                message = {**message, "body": body[left:]}
                left = None
                await self._wire.pause(seconds)
            elif left is not None:
                left -= len(body)
            await self._recorder.send(message)

        await self._run_app(send)

    async def _send_raw(self, raw: RawBytesResponse, find_mismatch: Callable[[Headers], str]) -> None:
        """Send the real response directly to the connection, unless `find_mismatch` returns a reason why the step is not applicable."""
        bypassed = False

        async def send(message: Message) -> None:
            nonlocal bypassed
            if message["type"] == "http.response.start":
                reason = find_mismatch(Headers(raw=message["headers"]))
                if reason:
                    bypassed = True
                    self._record_skipped(message["status"], reason)
                else:
                    self._record_applied(message["status"])
            await (self._recorder.send(message) if bypassed else raw.send(message))

        await self._run_app(send)
        if not bypassed:
            await self._wire.lost.wait()

    async def _do_drip(self, seconds: float, size: int, *, head: bool) -> None:
        await self._send_raw(RawBytesResponse(self._wire, seconds=seconds, size=size, head=head), _accept_any)

    async def _do_cut(self, sent: int, how: str, framing: Any) -> None:
        def find_mismatch(headers: Headers) -> str:
            length = headers.get("content-length")
            if framing == "length" and length is None:
                return "the real response uses chunked transfer coding, so its length is unknown"
            if framing != "chunked" and length is not None and sent >= int(length):
                return f"the body has only {length} bytes"
            return ""

        await self._send_raw(RawBytesResponse(self._wire, limit=sent, how=how, framing=framing), find_mismatch)

    async def _do_length(self, by: int) -> None:
        def find_mismatch(headers: Headers) -> str:
            length = headers.get("content-length")
            if length is None:
                return "the real response has no Content-Length"
            return "" if int(length) + by >= 0 else f"the body has only {length} bytes"

        await self._send_raw(RawBytesResponse(self._wire, framing="length", by=by), find_mismatch)

    async def _do_headers(self, headers: Mapping[str, Any]) -> None:
        added = encode_headers(dict(headers))
        named = {name.lower().encode() for name in headers}
        raw = RawBytesResponse(self._wire, exact=True)

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record_applied(message["status"])
                remaining = [(name, value) for name, value in message["headers"] if name.lower() not in named]
                message = {**message, "headers": remaining + added}
            await raw.send(message)

        await self._run_app(send)
        await self._wire.lost.wait()

    async def _do_hints(self, times: int) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record_applied(message["status"])
                self._wire.write_soon(encode_head(103, [(b"link", b"</style.css>; rel=preload")]) * times)
            await self._recorder.send(message)

        await self._run_app(send)

    async def _do_digest(self) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record_applied(message["status"])
                headers = MutableHeaders(scope=message)
                headers["Repr-Digest"] = _WRONG_DIGEST
                headers["Content-Digest"] = _WRONG_DIGEST
            await self._recorder.send(message)

        await self._run_app(send)

    async def _do_strip(self, headers: list[str]) -> None:
        named = {name.lower().encode() for name in headers}
        before = self._scope["headers"]
        remaining = [(name, value) for name, value in before if name not in named]
        self._scope = {**self._scope, "headers": remaining}
        missing = len(remaining) == len(before)

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start" and missing:
                self._record_skipped(message["status"], "the request has no such header")
            elif message["type"] == "http.response.start":
                self._record_applied(message["status"])
            await self._recorder.send(message)

        await self._run_app(send)

    # -- the real response, rewritten

    async def _do_broken_json(self) -> None:
        await self._rewrite_json(lambda body, _: body[: len(body) // 2])

    async def _do_gzip_cut(self, how: str) -> None:
        def rewrite(body: bytes, headers: MutableHeaders) -> bytes:
            headers["Content-Encoding"] = "gzip"
            compressed = gzip.compress(body, mtime=0)
            if how == "cut":
                return compressed[: max(11, len(compressed) // 2)]
            return compressed[:-8] + bytes(byte ^ 0xFF for byte in compressed[-8:-4]) + compressed[-4:]

        await self._rewrite_response(rewrite, "")

    async def _do_set_field(self, field: str, value: Any) -> None:
        await self._rewrite_json(lambda body, _: edit(body, field, lambda: value))

    async def _do_remove(self, field: str) -> None:
        await self._rewrite_json(lambda body, _: edit(body, field, None))

    async def _do_null_field(self, field: str) -> None:
        await self._rewrite_json(lambda body, _: edit(body, field, lambda: None, existing=True))

    async def _do_missing_next(self) -> None:
        def rewrite(body: bytes, _: MutableHeaders) -> bytes:
            data = json.loads(body)
            if not isinstance(data, dict) or not data.get("next"):
                raise NotApplicableError("there is no next page")
            return json.dumps({name: value for name, value in data.items() if name != "next"}).encode()

        await self._rewrite_json(rewrite)

    async def _do_resize(self, by: int, framing: Any) -> None:
        raw = None if framing == "length" else RawBytesResponse(self._wire, framing=framing)

        def rewrite(body: bytes, headers: MutableHeaders) -> bytes:
            if "content-range" in headers:
                raise NotApplicableError("the real response is a byte range")
            if len(body) + by < 0:
                raise NotApplicableError(f"the body has only {len(body)} bytes")
            _drop_digests(headers)
            return body[: len(body) + by] + bytes(max(0, by))

        output = None if raw is None else raw.send
        await self._run_app(
            BufferedSend(
                self._recorder.send, self._record_applied, self._record_skipped, rewrite, "", output=output
            ).send
        )
        if raw is not None and self._entry.applied:
            await self._wire.lost.wait()

    async def _do_unasked_range(self, start: int, size: int | None) -> None:
        requested = "range" in Headers(scope=self._scope)

        def rewrite(body: bytes, headers: MutableHeaders) -> bytes:
            chunk = body[start : start + (-(-(len(body) - start) // 2) if size is None else size)]
            if requested:
                raise NotApplicableError("the request has a Range header")
            if not chunk or "content-range" in headers:
                raise NotApplicableError(f"the body has only {len(body)} bytes")
            _drop_digests(headers)
            headers["Content-Range"] = f"bytes {start}-{start + len(chunk) - 1}/{len(body)}"
            return chunk

        await self._run_app(
            BufferedSend(self._recorder.send, self._record_applied, self._record_skipped, rewrite, "", status=206).send
        )

    async def _do_next_link(self, url: str) -> None:
        def rewrite(body: bytes, _: MutableHeaders) -> bytes | None:
            data = json.loads(body)
            if not isinstance(data, dict) or "next" not in data:
                return None
            return json.dumps({**data, "next": self._resolve_url(url)}).encode()

        await self._rewrite_json(rewrite)

    async def _rewrite_json(self, rewrite: Rewrite) -> None:
        await self._rewrite_response(rewrite, "application/json")

    async def _rewrite_response(self, rewrite: Rewrite, media: str) -> None:
        buffered = BufferedSend(self._recorder.send, self._record_applied, self._record_skipped, rewrite, media)
        await self._run_app(buffered.send)

    def _resolve_url(self, url: str) -> str:
        if url != "self":
            return url
        query = self._scope["query_string"].decode("latin-1")
        host = Headers(scope=self._scope)["host"]
        return (
            f"{self._scope['scheme']}://{host}{self._scope['raw_path'].decode('latin-1')}{'?' + query if query else ''}"
        )


def problem_app(problem: ProblemError, port: int) -> ASGIApp:
    """Build an application that always sends the error response for a problem."""
    return Envelope(problem_response(problem), port)


def _status_response(code: int, data: Any, text: str | None) -> Response:
    if code < 200 or code in {204, 304}:
        return Response(status_code=code)
    if text is not None:
        return Response(text, code, media_type="text/plain")
    if data is not None:
        return JSONResponse(data, code)
    return problem_response(ProblemError(code, f"Injected fault of the local Orion: status {code}.", "fault"))


def _is_plain(added: list[tuple[bytes, bytes]]) -> bool:
    names = {name for name, _ in added}
    return not names & {b"content-length", b"transfer-encoding", b"connection"}


def _drop_digests(headers: MutableHeaders) -> None:
    for name in ("Repr-Digest", "Content-Digest"):
        if name in headers:
            del headers[name]


def _accept_any(_: Headers) -> str:
    return ""


async def _discard_send(message: Message) -> None:
    pass


async def _end_of_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
