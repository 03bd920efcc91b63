"""Provides the same interface to our output and to the stock output, so that one test covers both."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "a-very-secret-token"


class Ours:
    """Output of our templates."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.errors = self.module("errors").OrionApiError

    def module(self, name: str) -> Any:
        return import_module(f"{self.package}.{name}")

    def operation(self, name: str, tag: str = "things") -> Any:
        return self.module(f"api.{tag}.{name}")

    @contextmanager
    def client(self, url: str, token: str = TOKEN, **settings: Any) -> Iterator[Any]:
        with self.module("client").AuthenticatedClient(base_url=url, token=token, **settings) as client:
            yield client

    def page(self, data: dict[str, Any]) -> Any:
        return self.module("models.thing_page").ThingPage.from_dict(data)

    def thing(self, data: dict[str, Any]) -> Any:
        return self.module("models.thing_info").ThingInfo.from_dict(data)

    def state(self, value: str) -> Any:
        return self.module("models.thing_state").ThingState(value)

    def send_content(self, client: Any, file: BinaryIO) -> None:
        self.operation("upload_thing_content").sync_detailed(1, client=client, body=file)

    def send_content_async(self, url: str, file: BinaryIO) -> None:
        async def send() -> None:
            async with self.module("client").AuthenticatedClient(url, TOKEN) as client:
                await self.operation("upload_thing_content").asyncio_detailed(1, client=client, body=file)

        asyncio.run(send())

    def download(self, client: Any) -> Iterator[bytes]:
        with self.operation("download_thing").sync(1, client=client) as response:
            yield from response.iter_bytes()

    def follow(self, client: Any, url: str) -> None:
        types = self.module("types")
        with client.send(types.Request(self.operation("list_things").OPERATION, "/", url=url)) as response:
            response.read()

    def get_connections(self, client: Any) -> Any:
        return client._connections.get_client()

    def get_timeout(self, client: Any) -> Any:
        return client.timeout

    def with_timeout(self, client: Any, seconds: float) -> Any:
        return client.with_timeout(seconds)


class Stock(Ours):
    """Output of the stock templates of openapi-python-client."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.errors = self.module("errors").UnexpectedStatus

    @contextmanager
    def client(self, url: str, token: str = TOKEN, **settings: Any) -> Iterator[Any]:
        # Not used as a context manager, which would open the connections eagerly and hide the race of opening them lazily.
        client = self.module("client").AuthenticatedClient(
            base_url=url, token=token, prefix="Token", raise_on_unexpected_status=True, **settings
        )
        try:
            yield client
        finally:
            client.get_httpx_client().close()

    def send_content(self, client: Any, file: BinaryIO) -> None:
        body = self.module("types").File(payload=file)
        self.operation("upload_thing_content").sync_detailed(1, client=client, body=body)

    def send_content_async(self, url: str, file: BinaryIO) -> None:
        async def send() -> None:
            body = self.module("types").File(payload=file)
            async with self.module("client").AuthenticatedClient(base_url=url, token=TOKEN) as client:
                await self.operation("upload_thing_content").asyncio_detailed(1, client=client, body=body)

        asyncio.run(send())

    def download(self, client: Any) -> Iterator[bytes]:
        yield self.operation("download_thing").sync(1, client=client).payload.read()

    def follow(self, client: Any, url: str) -> None:
        client.get_httpx_client().get(url)

    def get_connections(self, client: Any) -> Any:
        return client.get_httpx_client()

    def get_timeout(self, client: Any) -> Any:
        return client.get_httpx_client().timeout

    def with_timeout(self, client: Any, seconds: float) -> Any:
        import httpx

        return client.with_timeout(httpx.Timeout(seconds))
