"""A request that a fault is injected into: the building blocks of faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

from orionclient.emulator._http.envelope import Envelope
from orionclient.emulator._http.wire import WireAccess, get_wire
from orionclient.emulator.faults._rewriting import BufferedSend, NotApplicableError, change_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from orionclient.emulator._http.wire import RawBytesResponse
    from orionclient.emulator.faults._records import AppliedFault, RequestRecorder
    from orionclient.emulator.faults._rewriting import Rewrite


class FaultedRequest:
    """A request that a fault is injected into.

    The report entry is updated before the client receives anything.

    Args:
        app: The application with its envelope.
        port: The port of the server, for the envelopes of responses built by a fault.
        scope: The request.
        recorder: The recorder of the request.
        entry: The report entry of the step.

    Attributes:
        wire: The connection of the request.
    """

    def __init__(self, app: ASGIApp, port: int, scope: Scope, recorder: RequestRecorder, entry: AppliedFault) -> None:
        self._app = app
        self._port = port
        self.scope = scope
        self.recorder = recorder
        self.entry = entry
        self.wire: WireAccess = get_wire(scope)

    def record_applied(self, status: int | None = None) -> None:
        """Record that the fault is injected; `status` is that of the response."""
        self.entry.applied, self.entry.status, self.entry.reason = True, status, ""
        self.recorder.record.status = status

    def record_skipped(self, status: int, reason: str) -> None:
        """Record that the fault is not applicable."""
        self.entry.applied, self.entry.status, self.entry.reason = False, status, reason

    async def run_app(self, send: Send, receive: Receive | None = None) -> None:
        """Execute the operation; `send` receives its response."""
        await self._app(self.scope, receive or self.recorder.receive, send)

    async def consume(self, read: int | None = None, *, applied: bool = False) -> bool:
        """Read the request body or execute the operation; returns whether the complete body was read."""
        if applied:
            await self.run_app(_discard)
            return True
        recorder = self.recorder
        while not recorder.ended and (read is None or recorder.record.received < read):
            await recorder.receive()
        return recorder.ended or read is None

    async def respond(self, response: ASGIApp, send: Send | None = None) -> None:
        """Send a response other than the real one, with the headers of every response."""
        await Envelope(response, self._port)(self.scope, _end_of_body, send or self.recorder.send)

    async def send_real(
        self,
        edit_head: Callable[[Message], object] | None = None,
        *,
        send: Send | None = None,
        receive: Receive | None = None,
    ) -> None:
        """Execute the operation and send its response.

        Args:
            edit_head: Changes the first message of the response, or raises `NotApplicableError` to send the response unchanged.
            send: Sends the messages to the client. Defaults to the recorder.
            receive: Receives the request body. Defaults to the recorder.
        """
        output = send or self.recorder.send

        async def record_and_send(message: Message) -> None:
            nonlocal output
            if message["type"] == "http.response.start":
                self.record_applied(message["status"])
                try:
                    if edit_head is not None:
                        edit_head(message)
                except NotApplicableError as error:
                    self.record_skipped(message["status"], str(error))
                    output = self.recorder.send
            await output(message)

        await self.run_app(record_and_send, receive)

    async def send_raw(self, raw: RawBytesResponse, edit_head: Callable[[Message], object] | None = None) -> None:
        """Send the real response as raw bytes, which end the connection."""
        await self.send_real(edit_head, send=raw.send)
        await self._wait_for_end()

    async def rewrite(
        self,
        rewrite: Rewrite,
        *,
        media: str = "",
        status: int | None = None,
        raw: RawBytesResponse | None = None,
    ) -> None:
        """Send the real response with another body; the parameters are those of `BufferedSend`."""
        output = None if raw is None else raw.send
        buffered = BufferedSend(
            self.recorder.send, self.record_applied, self.record_skipped, rewrite, media, status=status, output=output
        )
        await self.run_app(buffered.send)
        if raw is not None:
            await self._wait_for_end()

    async def rewrite_json(self, change: Callable[[Any], bool]) -> None:
        """Send the real JSON with changes; `change` returns whether the JSON has the field to change."""

        def rewrite(body: bytes, _: MutableHeaders) -> bytes | None:
            data = json.loads(body)
            return json.dumps(data).encode() if change(data) else None

        await self.rewrite(rewrite, media="application/json")

    async def rewrite_field(self, field: str, change: Callable[[dict[str, Any], str], bool]) -> None:
        """Send the real JSON with a changed field; the parameters are those of `change_field`."""
        await self.rewrite_json(lambda data: change_field(data, field.split("."), change))

    async def _wait_for_end(self) -> None:
        if self.entry.applied:
            await self.wire.lost.wait()

    def resolve_url(self, url: str) -> str:
        """Return the URL, and for `self` that of the request."""
        if url != "self":
            return url
        query = self.scope["query_string"].decode("latin-1")
        path = f"{self.scope['raw_path'].decode('latin-1')}{'?' + query if query else ''}"
        return f"{self.scope['scheme']}://{Headers(scope=self.scope)['host']}{path}"


async def _discard(message: Message) -> None:
    pass


async def _end_of_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
