"""An asynchronous session needs only drivers: three verbs on the steps, requests and readers of the session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from orion_api.api.files import upload_file_content
from orion_api.errors import UnexpectedBody, UnexpectedStatus

from orionclient._requesting.calls import Calls
from orionclient._requesting.pagination import Paginator
from orionclient._resources.resource import Endpoint, Id, Resource
from orionclient.emulator.faults import status
from orionclient.exceptions import NotFoundResponse, OrionServiceError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File


class AsyncVerbs:
    """The code that an asynchronous session would add; it makes no decision."""

    def __init__(self, session: OrionSession) -> None:
        self._calls: Calls = session._calls
        self._session = session

    async def _json(self, endpoint: Endpoint, request: Any) -> tuple[dict[str, Any], Any]:
        raw = await self._calls.send_async(request, None)
        response = raw.to_sync(await raw.aread())
        try:
            return endpoint.check(response.status_code, response.headers, response.content), response
        except (UnexpectedStatus, UnexpectedBody) as error:
            raise self._calls.translate_error(error, response, ask=False) from None

    async def get_resource(self, kind: type[Resource], resource_id: Id) -> Resource:
        endpoint = kind.declaration.get
        assert endpoint is not None
        data, _ = await self._json(endpoint, endpoint.build(**kind(id=resource_id)._ids()))
        return kind.from_msg(data, self._session)

    async def list_resources(self, kind: type[Resource], filters: Mapping[str, Any]) -> AsyncIterator[Resource]:
        endpoint = kind.declaration.list
        assert endpoint is not None
        pages = Paginator(endpoint.build().with_query(filters), self._session.config.origin)
        while pages.request is not None:
            for item in pages.accept(*await self._json(endpoint, pages.request)):
                yield kind.from_msg(item, self._session)

    async def delete_resource(self, resource: Resource) -> bool:
        endpoint = resource.declaration.delete
        assert endpoint is not None
        await self._json(endpoint, endpoint.build(**resource._ids()))
        return True


def test_three_verbs(orion: LocalOrion) -> None:
    session = orion.session()
    made = [Dataset.create(session, f"set {index}") for index in range(5)]

    async def work() -> None:
        verbs = AsyncVerbs(session)
        assert await verbs.get_resource(Dataset, made[0].id) == made[0]
        assert [each async for each in verbs.list_resources(Dataset, {"limit": 2})] == made
        assert await verbs.delete_resource(made[0])
        orion.faults.script("get_dataset", [404] * 9)
        with pytest.raises(NotFoundResponse, match="9 attempts"):
            await verbs.get_resource(Dataset, made[0].id)

    asyncio.run(work())
    assert list(session.list_resources(Dataset)) == made[1:]


async def _bytes_body() -> AsyncIterator[bytes]:
    yield b"abc"
    yield b"def"


async def _string_body() -> AsyncIterator[Any]:
    yield "text"


def test_an_asynchronous_body(orion: LocalOrion) -> None:
    session = orion.session()
    file = File.upload(session, "x", b"before")
    asyncio.run(upload_file_content.asyncio(file.id, body=_bytes_body(), client=session.raw_async))
    assert b"".join(file.download()) == b"abcdef"
    # The source cannot be rewound, so it is sent once.
    orion.faults.script("upload_file_content", [status(503)], times=1)
    before = len(orion.faults.requests("upload_file_content"))
    with pytest.raises(OrionServiceError):
        asyncio.run(upload_file_content.asyncio(file.id, body=_bytes_body(), client=session.raw_async))
    assert len(orion.faults.requests("upload_file_content")) == before + 1
    with pytest.raises(ValidationError, match="made of bytes"):
        asyncio.run(upload_file_content.asyncio(file.id, body=_string_body(), client=session.raw_async))
    with pytest.raises(ValidationError, match="use session.raw_async"):
        upload_file_content.sync(file.id, body=_bytes_body(), client=session.raw)  # type: ignore[arg-type]
