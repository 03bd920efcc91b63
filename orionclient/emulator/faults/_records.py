"""Records of requests and of the fault steps that they consumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Send


@dataclass(slots=True)
class RecordedRequest:
    """A request that reached the server.

    Args:
        operation: Operation of the contract; method and path if there is none.
        method: The HTTP method.
        path: The path.
        request_id: The received `X-Request-Id` header.
        idempotency_key: The received `Idempotency-Key` header.
        attempt: The received `X-Attempt` header: the number of the client's attempt.
        received: Number of bytes of the request body that were read so far.
        ran: Whether the operation was executed.
        replayed: Whether the response was stored under the idempotency key, so the operation was not executed again.
        status: Status of the response; None if none was sent.
        step: Name of the fault step that was applied, if any.
    """

    operation: str
    method: str
    path: str
    request_id: str | None = None
    idempotency_key: str | None = None
    attempt: str | None = None
    received: int = 0
    ran: bool = False
    replayed: bool = False
    status: int | None = None
    step: str | None = None


@dataclass(slots=True)
class AppliedFault:
    """A fault step that was consumed by a request.

    Args:
        operation: As in `RecordedRequest`.
        step: The step, as JSON.
        applied: Whether the fault was injected; False if the step is not applicable, for example a JSON field of a download.
        status: Status of the response; None if none was sent.
        reason: Why the step was not applied.
    """

    operation: str
    step: dict[str, Any]
    applied: bool = False
    status: int | None = None
    reason: str = "the request ended before the step was applied"


class RequestRecorder:
    """Records the body size and the status of a request while passing its messages on.

    Args:
        receive: Receives from the client; available as `raw_receive`, without recording.
        send: Sends to the client.
        record: The record.
    """

    def __init__(self, receive: Receive, send: Send, record: RecordedRequest) -> None:
        self.raw_receive = receive
        self._send = send
        self.record = record
        self.ended: bool = False

    async def receive(self) -> Message:
        """Receive a message from the client and count the bytes of the body."""
        message = await self.raw_receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self.ended = True
        self.record.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        """Send a message to the client and record the status."""
        if message["type"] == "http.response.start":
            self.record.status = message["status"]
        await self._send(message)
