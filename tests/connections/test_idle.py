"""Pooled connections that the server closes while they are idle, or just as a request is sent."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from connections_certificates import FILE
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.datasets import create_dataset, get_dataset
from orion_api.models import CreateDataset

from orionclient._transport import connection, exchange
from orionclient.exceptions import OrionConnectionError
from orionclient.session import OrionSession
from orionclient.types import Dataset

DATASET = {**FILE, "count": 0, "dirty": False, "description": "", "systemtags": [], "deleted": ""}


def good_then_closed(handler: BaseHTTPRequestHandler) -> None:
    """Respond with keep-alive, and close the connection."""
    body = json.dumps(DATASET).encode()
    handler.send_response_only(201 if handler.command == "POST" else 200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = True


@pytest.fixture(autouse=True)
def no_connections() -> None:
    """Drop idle connections of other tests."""
    exchange.close_connections()


_EXPIRED = connection.Connection.has_expired


def wait_for_close() -> None:
    """Wait until the close of the idle connection has been received."""
    end = time.monotonic() + 120
    while not all(
        _EXPIRED(each) for pool in exchange.REGISTRY._pools.values() for idle in pool._idle.values() for each in idle
    ):
        assert time.monotonic() < end
        time.sleep(0.005)


def silence(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection instead of responding."""
    handler.close_connection = True


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection instead of responding."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def read(session: OrionSession) -> object:
    return session.get_resource(Dataset, 1)


def create(session: OrionSession) -> object:
    return session.create_resource(Dataset, {"name": "x"})


@pytest.mark.parametrize("verb", [read, create])
def test_a_connection_closed_while_idle(
    scripted: Scripted, skipped_waits: list[float], verb: Callable[[OrionSession], object]
) -> None:
    scripted.then(ScriptedResponse(write=good_then_closed))
    session = scripted.session()
    for _ in range(5):
        verb(session)
        wait_for_close()
    assert len(scripted.requests) == 5
    assert skipped_waits == []


@pytest.mark.parametrize("verb", [read, create])
def test_an_asynchronous_connection_closed_while_idle(
    scripted: Scripted, skipped_waits: list[float], verb: Callable[[OrionSession], object]
) -> None:
    scripted.then(ScriptedResponse(write=good_then_closed))

    async def work() -> None:
        async with scripted.session().raw_async as client:
            for _ in range(5):
                if verb is read:
                    await get_dataset.asyncio(1, client=client)
                else:
                    await create_dataset.asyncio(client=client, body=CreateDataset(name="x"))
                # Many times as long as a close takes to arrive on this machine.
                await asyncio.sleep(0.5)

    asyncio.run(work())
    assert len(scripted.requests) == 5
    assert skipped_waits == []


@pytest.mark.parametrize("how", [silence, reset])
def test_a_connection_closed_as_the_request_arrives(
    scripted: Scripted, skipped_waits: list[float], how: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    scripted.then(ScriptedResponse(data=DATASET), ScriptedResponse(write=how), ScriptedResponse(data=DATASET))
    session = scripted.session()
    read(session)
    read(session)
    assert (len(scripted.requests), len(skipped_waits)) == (3, 1)
    scripted.responses = [ScriptedResponse(write=how), ScriptedResponse(data=DATASET)]
    with pytest.raises(OrionConnectionError, match="it may have been applied") as caught:
        create(session)
    assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, True)
    assert [request.method for request in scripted.requests[3:]] == ["POST"]


def test_a_connection_closed_between_the_check_and_the_request(
    scripted: Scripted, skipped_waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The check of the connection finds nothing, as if the server closed it right afterwards.
    monkeypatch.setattr(connection.Connection, "has_expired", lambda _: False)
    scripted.then(ScriptedResponse(write=good_then_closed))
    session = scripted.session()
    read(session)
    wait_for_close()
    read(session)
    assert (len(scripted.requests), len(skipped_waits)) == (2, 1)
    wait_for_close()
    with pytest.raises(OrionConnectionError) as caught:
        create(session)
    # The server never received the request, but the client cannot know that.
    assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, True)
    assert len(scripted.requests) == 2


def test_cookies_are_not_stored(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data=DATASET, headers={"Set-Cookie": "sessionid=of-ada; Path=/"}))
    read(scripted.session())
    read(scripted.session())

    async def work() -> None:
        async with scripted.session().raw_async as client:
            await get_dataset.asyncio(1, client=client)
            await get_dataset.asyncio(1, client=client)

    asyncio.run(work())
    assert [request.headers.get("Cookie") for request in scripted.requests] == [None] * 4


def test_the_library_logs_no_addresses(scripted: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    with Scripted(ScriptedResponse(raw=b"content")) as storage:
        scripted.then(ScriptedResponse(302, headers={"Location": f"{storage.url}/x?signature=s3cr3t"}))
        scripted.session().raw.send(get_dataset.build(1)).close()
        asyncio.run(_read_async(scripted.session()))
    assert storage.requests[0].path.endswith("s3cr3t")
    lines = [record for record in caplog.records if record.levelname != "DEBUG"]
    assert not any("s3cr3t" in record.getMessage() for record in lines)


async def _read_async(session: OrionSession) -> None:
    response = await session.raw_async.asend(get_dataset.build(1))
    await response.aclose()
