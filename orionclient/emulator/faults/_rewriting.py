"""Buffering and rewriting of real responses for fault injection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import Message, Send

Rewrite = Callable[[bytes, MutableHeaders], bytes | None]

# Rewritten responses are buffered in memory; a larger response is passed through unchanged.
_MAX_BUFFERED = 64 * 1024 * 1024


class NotApplicableError(Exception):
    """The step is not applicable to the response; the message is the reason."""


class BufferedSend:
    """Buffers a real response and sends it rewritten.

    Args:
        send: Sends the response.
        on_applied: Called with the status before a rewritten response is sent.
        on_skipped: Called with the status and a reason before a response is passed through unchanged.
        rewrite: Returns the new body and may change the headers; returns None if the response lacks the field.
        media: The only media type to rewrite; empty for any.
        status: Status of the rewritten response. Defaults to the real status.
        output: Sends the rewritten response. Defaults to `send`.
    """

    def __init__(
        self,
        send: Send,
        on_applied: Callable[[int], None],
        on_skipped: Callable[[int, str], None],
        rewrite: Rewrite,
        media: str,
        *,
        status: int | None = None,
        output: Send | None = None,
    ) -> None:
        self._send = send
        self._on_applied = on_applied
        self._on_skipped = on_skipped
        self._rewrite = rewrite
        self._media = media
        self._status = status
        self._output = output or send
        self._start: Message = {}
        self._body = bytearray()
        self._passing = False

    async def send(self, message: Message) -> None:
        """Handle one message of the response."""
        if self._passing:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
            await self._check_start()
        else:
            self._body += message.get("body", b"")
            if len(self._body) > _MAX_BUFFERED:
                await self._pass_through("the response is too large", more=message.get("more_body", False))
            elif not message.get("more_body", False):
                await self._finish()

    async def _check_start(self) -> None:
        media = Headers(raw=self._start["headers"]).get("content-type", "").partition(";")[0]
        if not 200 <= self._start["status"] <= 299:
            await self._pass_through(f"the real response has status {self._start['status']}")
        elif self._media and media != self._media:
            await self._pass_through(f"the real response is not {self._media}")

    async def _pass_through(self, reason: str, *, more: bool | None = None) -> None:
        self._passing = True
        self._on_skipped(self._start["status"], reason)
        await self._send(self._start)
        if more is not None:
            body = {"type": "http.response.body", "body": bytes(self._body), "more_body": more}
            await self._send(body)

    async def _finish(self) -> None:
        headers = MutableHeaders(raw=list(self._start["headers"]))
        try:
            body = self._rewrite(bytes(self._body), headers)
        except NotApplicableError as error:
            await self._pass_through(str(error), more=False)
            return
        if body is None:
            await self._pass_through("the real response has no such field", more=False)
            return
        headers["Content-Length"] = str(len(body))
        status = self._status or self._start["status"]
        self._on_applied(status)
        await self._output({**self._start, "status": status, "headers": headers.raw})
        await self._output({"type": "http.response.body", "body": body})


def change_field(data: Any, path: list[str], change: Callable[[dict[str, Any], str], bool]) -> bool:
    """Change the nested fields of decoded JSON in place; returns whether any was changed.

    Args:
        data: Decoded JSON.
        path: Field names and item indexes; `*` is every item.
        change: Changes a field of an object; returns whether it did.
    """
    head, *rest = path
    if rest:
        changed = [change_field(child, rest, change) for child in _children(data, head)]
        return any(changed)
    return isinstance(data, dict) and change(data, head)


def _children(data: Any, name: str) -> list[Any]:
    if isinstance(data, dict):
        return [data[name]] if name in data else []
    if not isinstance(data, list):
        return []
    if name == "*":
        return data
    return data[int(name) :][:1] if name.isdecimal() else []
