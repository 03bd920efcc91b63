"""Real responds to that are held back, changed and sent on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import Message, Send

Rewrite = Callable[[bytes, MutableHeaders], bytes | None]

# Responses that are rewritten are held in memory as a whole; a larger one is let through.
_MAX_BUFFERED = 64 * 1024 * 1024


class NotApplicableError(Exception):
    """The response has no place for the change; the text says why."""


class BufferedSend:
    """Holds a real response back until it is whole, and rewrites it.

    Args:
        send: Where the response goes.
        fit: Called with the status before a response that was rewritten.
        unfit: Called with the status and a reason before a response that is let through as it is.
        rewrite: Gives the new body, and may change the headers; None when the response has no place for the change.
        media: The only media type that is rewritten; empty for any.
        status: Status of the rewritten response; the real one if omitted.
        to: Where the rewritten response goes; to `send` if omitted.
    """

    def __init__(
        self,
        send: Send,
        fit: Callable[[int], None],
        unfit: Callable[[int, str], None],
        rewrite: Rewrite,
        media: str,
        *,
        status: int | None = None,
        to: Send | None = None,
    ) -> None:
        self._send = send
        self._fit = fit
        self._unfit = unfit
        self._rewrite = rewrite
        self._media = media
        self._status = status
        self._to = to or send
        self._start: Message = {}
        self._body = bytearray()
        self._through = False

    async def send(self, message: Message) -> None:
        """Take one message."""
        if self._through:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
            await self._judge_start()
        else:
            self._body += message.get("body", b"")
            if len(self._body) > _MAX_BUFFERED:
                await self._let_through("the response is too large", more=message.get("more_body", False))
            elif not message.get("more_body", False):
                await self._finish()

    async def _judge_start(self) -> None:
        media = Headers(raw=self._start["headers"]).get("content-type", "").partition(";")[0]
        if not 200 <= self._start["status"] <= 299:
            await self._let_through(f"the real response is {self._start['status']}")
        elif self._media and media != self._media:
            await self._let_through(f"the real response is no {self._media}")

    async def _let_through(self, reason: str, *, more: bool | None = None) -> None:
        self._through = True
        self._unfit(self._start["status"], reason)
        await self._send(self._start)
        if more is not None:
            body = {"type": "http.response.body", "body": bytes(self._body), "more_body": more}
            await self._send(body)

    async def _finish(self) -> None:
        headers = MutableHeaders(raw=list(self._start["headers"]))
        try:
            body = self._rewrite(bytes(self._body), headers)
        except NotApplicableError as error:
            await self._let_through(str(error), more=False)
            return
        if body is None:
            await self._let_through("the real response has no such field", more=False)
            return
        headers["Content-Length"] = str(len(body))
        status = self._status or self._start["status"]
        self._fit(status)
        await self._to({**self._start, "status": status, "headers": headers.raw})
        await self._to({"type": "http.response.body", "body": body})


def edit(body: bytes, field: str, value: Callable[[], Any] | None, *, there: bool = False) -> bytes | None:
    """JSON with a field set or, without a value, removed; None when there is no place for it."""
    data = json.loads(body)
    return json.dumps(data).encode() if set_at(data, field.split("."), value, there=there) else None


def set_at(data: Any, path: list[str], value: Callable[[], Any] | None, *, there: bool = False) -> bool:
    """Set (or, without a value, remove) what the path names; whether there was a place for it.

    Args:
        data: Decoded JSON, changed in place.
        path: Names of fields and numbers of items; `*` is every item.
        value: Gives the new value.
        there: True changes only fields that are there.
    """
    head, *rest = path
    if rest:
        changed = [set_at(child, rest, value, there=there) for child in _children(data, head)]
        return any(changed)
    if not isinstance(data, dict) or (there and head not in data):
        return False
    if value is None:
        return data.pop(head, data) is not data
    data[head] = value()
    return True


def _children(data: Any, name: str) -> list[Any]:
    if isinstance(data, dict):
        return [data[name]] if name in data else []
    if not isinstance(data, list):
        return []
    if name == "*":
        return data
    return data[int(name) :][:1] if name.isdecimal() else []
