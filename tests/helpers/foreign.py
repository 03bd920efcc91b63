"""ORION_TEST_TRANSPORT=httpx: every session without a transport of its own gets one of httpx, and the known deviations are listed."""

from __future__ import annotations

import os
import ssl
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from orionclient._requesting.http_session import HttpSession
from orionclient._transport import exchange

NAME = os.environ.get("ORION_TEST_TRANSPORT", "")
DEVIATIONS = Path(__file__).with_name("foreign.toml")


class BothTransport(httpx.HTTPTransport):
    """`httpx.HTTPTransport`, and in an event loop `httpx.AsyncHTTPTransport`, with one connection per request.

    It pickles, unlike those of httpx: another process gets its own.
    """

    def __reduce__(self) -> tuple[Callable[[int], BothTransport], tuple[int]]:
        return get_transport, (os.getpid(),)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport = httpx.AsyncHTTPTransport(verify=CONTEXT)
        try:
            response = await transport.handle_async_request(request)
        except BaseException:
            await transport.aclose()
            raise
        response.stream = _Closing(response.stream, transport)
        return response


class _Closing(httpx.AsyncByteStream):
    """A stream that closes its transport at the end."""

    def __init__(self, inner: httpx.AsyncByteStream, transport: httpx.AsyncHTTPTransport) -> None:
        self._inner, self._transport = inner, transport

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
        await self._transport.aclose()


def install() -> None:
    """Give every session without a transport of its own the transport of this process."""
    original = HttpSession.__init__

    def with_transport(self: HttpSession, policy, transport=None) -> None:
        original(self, policy, TRANSPORT if transport is None else transport)

    HttpSession.__init__ = with_transport
    close = exchange.close_connections

    def close_all() -> None:
        close()
        TRANSPORT.close()

    exchange.close_connections = close_all


def trust(ca_file: Path) -> None:
    """Trust certificates, since `ca_file` of a profile does not apply to the transport."""
    CONTEXT.load_verify_locations(ca_file)


def get_transport(process: int) -> BothTransport:
    return TRANSPORT if TRANSPORT is not None and process == os.getpid() else BothTransport(verify=CONTEXT)


if NAME not in {"", "httpx"}:
    raise ValueError(f"ORION_TEST_TRANSPORT must be empty or 'httpx', not {NAME!r}")
CONTEXT = ssl.create_default_context()
TRANSPORT = BothTransport(verify=CONTEXT) if NAME else None


@pytest.fixture(autouse=True)
def closed_transport() -> Iterator[None]:
    """Close the connections of a test; the transport opens new ones for the next test."""
    yield
    if TRANSPORT is not None:
        TRANSPORT.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the listed deviations: each must fail, and each must exist. In a name, `*` stands for any characters.

    A test that does not apply, or would take minutes, is not run; its reason starts with "not run".
    """
    if TRANSPORT is None:
        return
    collected = {item.nodeid.partition("::")[0] for item in items}
    for name, reason in tomllib.loads(DEVIATIONS.read_text("utf-8")).items():
        start, _, end = name.partition("*")
        found = [item for item in items if item.nodeid.startswith(start) and item.nodeid.endswith(end)]
        for item in found:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True, run=not reason.startswith("not run")))
        if not found and name.partition("::")[0] in collected and not any("::" in each for each in config.args):
            raise pytest.UsageError(f"{DEVIATIONS.name} lists {name}, which does not exist")
