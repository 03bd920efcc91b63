"""SOCKS5 proxies: success, credentials, rejections, silence and invalid replies, with every way of sending."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.real_time import LATE
from helpers.scripted import Scripted, ScriptedResponse
from helpers.socks5 import Socks5Proxy
from orion_api.api.datasets import create_dataset
from orion_api.api.files import get_file

from orionclient._transport import exchange, proxies
from orionclient.config import SessionConfig
from orionclient.exceptions import OrionConnectionError, ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File

from connections_certificates import FILE, Secure, context_for, make  # isort: skip

HOST = "orion.example.test"


def by_session(session: OrionSession) -> str:
    return session.get_resource(File, 1).name


def by_raw(session: OrionSession) -> str:
    return str(get_file.sync(1, client=session.raw).name)


def by_raw_async(session: OrionSession) -> str:
    async def work() -> str:
        async with session.raw_async as client:
            return str((await get_file.asyncio(1, client=client)).name)

    return asyncio.run(work())


WAYS = pytest.mark.parametrize("way", [by_session, by_raw, by_raw_async])
Way = Callable[[OrionSession], str]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield
    exchange.close_connections()


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Resolve the test host to an address of no machine, and record the names."""
    names: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name == HOST:
            names.append(name)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", port))]
        return real(host, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return names


def _config(scripted: Scripted, **changes: Any) -> SessionConfig:
    url = scripted.url.replace("127.0.0.1", HOST)
    return SessionConfig(**{"url": url, "token": CANARY, "allow_http": True, **changes})


@WAYS
@pytest.mark.parametrize("source", ["profile", "all_proxy", "HTTP_PROXY"])
def test_the_proxy_resolves_names_of_socks5h(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, resolved: list[str], way: Way, source: str
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    with Socks5Proxy() as proxy:
        url = f"socks5h://{proxy.address}"
        if source != "profile":
            monkeypatch.setenv(source, url)
        session = OrionSession(_config(scripted, proxy=url if source == "profile" else None))
        assert [way(session), way(session)] == ["x", "x"]
        assert set(proxy.hosts) == {HOST}
        # Connections of an event loop end with it.
        assert proxy.connections == (2 if way is by_raw_async else 1)
        exchange.close_connections()
    assert resolved == []
    assert [request.path for request in scripted.requests] == ["/api/v3/storage/files/1/"] * 2


@WAYS
def test_this_machine_resolves_names_of_socks5(scripted: Scripted, resolved: list[str], way: Way) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    with Socks5Proxy() as proxy:
        assert way(OrionSession(_config(scripted, proxy=proxy.url))) == "x"
        exchange.close_connections()
    assert (proxy.hosts, resolved) == (["192.0.2.7"], [HOST])


@WAYS
def test_replies_that_drip(scripted: Scripted, way: Way) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    with Socks5Proxy(credentials=(b"me", b"x"), drip=True) as proxy:
        assert way(OrionSession(_config(scripted, proxy=f"socks5h://me:x@{proxy.address}"))) == "x"
        exchange.close_connections()
    assert proxy.hosts == [HOST]


@WAYS
def test_an_ipv6_address(scripted: Scripted, way: Way) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    with Socks5Proxy() as proxy:
        url = scripted.url.replace("127.0.0.1", "[2001:db8::7]")
        assert way(OrionSession(_config(scripted, url=url, proxy=proxy.url))) == "x"
        exchange.close_connections()
    assert proxy.hosts == ["2001:db8::7"]


@WAYS
def test_https_through_the_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    root = make("own root", ca=True)
    file = tmp_path / "root.pem"
    file.write_bytes(root.pem)
    with Secure(context_for(tmp_path, make("server", root, hosts=(HOST,)))) as server, Socks5Proxy() as proxy:
        monkeypatch.setenv("https_proxy", f"socks5h://{proxy.address}")
        config = SessionConfig(f"https://{HOST}:{server.port}", CANARY, ca_file=str(file))
        assert way(OrionSession(config)) == "x"
        with pytest.raises(OrionConnectionError, match="certificate of the server is not trusted"):
            way(OrionSession(SessionConfig(config.url, CANARY)))
        exchange.close_connections()
    assert (proxy.hosts, len(server.requests)) == ([HOST, HOST], 1)


@WAYS
def test_this_machine_is_connected_directly(scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    with Socks5Proxy() as proxy:
        monkeypatch.setenv("all_proxy", proxy.url)
        assert way(scripted.session()) == "x"
    assert proxy.connections == 0


@WAYS
@pytest.mark.parametrize(
    ("written", "user", "password"),
    [
        ("me:s3cret", b"me", b"s3cret"),
        ("me:a%23b%3F%40%2F%25:c", b"me", b"a#b?@/%:c"),
        ("mé:pä", "mé".encode(), "pä".encode()),
        ("me", b"me", b""),
    ],
)
def test_credentials(scripted: Scripted, way: Way, written: str, user: bytes, password: bytes) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    with Socks5Proxy(credentials=(user, password)) as proxy:
        assert way(OrionSession(_config(scripted, proxy=f"socks5h://{written}@{proxy.address}"))) == "x"
        exchange.close_connections()
    assert proxy.hosts == [HOST]


def create(session: OrionSession) -> None:
    Dataset.create(session, "x")


def create_raw_async(session: OrionSession) -> None:
    async def work() -> None:
        async with session.raw_async as client:
            await create_dataset.asyncio(body={"name": "x"}, client=client)

    asyncio.run(work())


CREATES = pytest.mark.parametrize("way", [create, create_raw_async])


@CREATES
@pytest.mark.parametrize(
    ("options", "user", "problem"),
    [
        ({"credentials": (b"me", b"other")}, "me:s3cret@", "SOCKS5 user name or password is wrong"),
        ({"credentials": (b"me", b"other")}, "", "SOCKS5 proxy requires a user name and password"),
        ({"script": b"\x05\x02"}, "", "SOCKS5 proxy requires a user name and password"),
        ({"script": b"\x05\xff"}, "me:s3cret@", "SOCKS5 proxy requires another authentication"),
        ({"code": 1}, "", "SOCKS5 general server failure"),
        ({"code": 2}, "", "SOCKS5 connection not allowed by ruleset"),
        ({"code": 4}, "", "SOCKS5 host unreachable"),
        ({"code": 5}, "", "SOCKS5 connection refused"),
        ({"code": 99}, "", "not valid SOCKS5"),
        ({"script": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, "", "not valid SOCKS5"),
        ({"script": b"\x05\x00\x04\x00\x00\x01\x7f\x00\x00\x01\x00\x00"}, "", "not valid SOCKS5"),
        ({"script": b"\x05\x00\x05\x00\x00\x07\x7f\x00\x00\x01\x00\x00"}, "", "not valid SOCKS5"),
        ({"script": b""}, "", "closed the connection during the SOCKS5 handshake"),
        ({"script": b"\x05"}, "", "closed the connection during the SOCKS5 handshake"),
    ],
)
def test_a_rejected_connection_applies_nothing(
    scripted: Scripted, skipped_waits: list[float], way: Any, options: dict[str, Any], user: str, problem: str
) -> None:
    with Socks5Proxy(**options) as proxy:
        session = OrionSession(_config(scripted, proxy=f"socks5h://{user}{proxy.address}"))
        with pytest.raises(OrionConnectionError, match=problem) as caught:
            way(session)
    assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, False)
    assert "the proxy rejected the connection" in str(caught.value)
    assert "s3cret" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert (proxy.connections, scripted.requests, skipped_waits) == (1, [], [])


@CREATES
@pytest.mark.usefixtures("real_time")
def test_a_silent_proxy_ends_at_the_deadline(scripted: Scripted, way: Any) -> None:
    with Socks5Proxy(silent=True) as proxy:
        config = _config(scripted, proxy=f"socks5h://{proxy.address}")
        session = OrionSession(config, requests_session=get_session(request_timeout=0.3, retry_timeout=0.3))
        start = time.monotonic()
        with pytest.raises(OrionConnectionError, match="cannot connect to the server") as caught:
            way(session)
        assert time.monotonic() - start < 0.3 + LATE
    assert (caught.value.may_have_been_applied, scripted.requests) == (False, [])


@CREATES
def test_no_proxy_listens(scripted: Scripted, way: Any) -> None:
    # No server listens on port 9 of this machine.
    session = OrionSession(
        _config(scripted, proxy="socks5h://127.0.0.1:9"), requests_session=get_session(retry_timeout=1)
    )
    with pytest.raises(OrionConnectionError, match="cannot connect to the server") as caught:
        way(session)
    assert not caught.value.may_have_been_applied


@WAYS
def test_an_unknown_host_of_socks5(scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    with Socks5Proxy() as proxy:
        monkeypatch.setattr(socket, "getaddrinfo", fail)
        session = OrionSession(
            _config(scripted, proxy=proxy.url), requests_session=get_session(retry_timeout=0.1, request_timeout=5)
        )
        with pytest.raises(OrionConnectionError, match="cannot connect to the server .*: .*Name or service not known"):
            way(session)
        monkeypatch.undo()
    assert proxy.connections == 0


@WAYS
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_without_the_extra(scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Way, scheme: str) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    proxies._parse_proxy.cache_clear()
    url = f"{scheme}://me:s3cret@127.0.0.1:9"
    monkeypatch.setenv("all_proxy", url)
    with pytest.raises(ValidationError) as caught:
        way(OrionSession(_config(scripted)))
    assert str(caught.value) == (
        "all_proxy of the environment is a SOCKS proxy (value hidden), which needs the extra socks:"
        " pip install 'orion-platform-client[socks]'"
    )
    assert "s3cret" not in f"{caught.value!r} {caught.value.__context__!r}"


@WAYS
def test_too_long_credentials(scripted: Scripted, way: Way) -> None:
    config = _config(scripted, proxy=f"socks5h://me:{'s3cret' * 50}@127.0.0.1:9")
    with pytest.raises(ValidationError, match="more than 255 bytes") as caught:
        way(OrionSession(config))
    assert "s3cret" not in str(caught.value)
