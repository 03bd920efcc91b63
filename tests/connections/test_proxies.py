"""Proxy settings: accepted forms, and invalid ones rejected without showing their credentials."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file

from orionclient._transport import exchange, proxies
from orionclient._transport.pool import Settings
from orionclient.config import SessionConfig
from orionclient.exceptions import ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.types import File

from connections_certificates import FILE, Secure, Tunnel, context_for, make  # isort: skip


def by_session(session: OrionSession) -> str:
    return session.get_resource(File, 1).name


def by_raw(session: OrionSession) -> str:
    return str(get_file.sync(1, client=session.raw).name)


def by_raw_async(session: OrionSession) -> str:
    async def work() -> str:
        return str((await get_file.asyncio(1, client=session.raw_async)).name)

    return asyncio.run(work())


WAYS = pytest.mark.parametrize("way", [by_session, by_raw, by_raw_async])


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _session(proxy: str | None = None, scheme: str = "http") -> OrionSession:
    config = SessionConfig(f"{scheme}://orion.invalid", CANARY, allow_http=True, proxy=proxy)
    return OrionSession(config, requests_session=get_session({}, 2, 2))


@WAYS
@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy"])
def test_a_proxy_without_a_scheme(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], str], variable: str
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    monkeypatch.setenv(variable, scripted.url.removeprefix("http://"))
    assert way(_session()) == "x"
    assert [request.path for request in scripted.requests] == ["http://orion.invalid/api/v3/storage/files/1/"]


@WAYS
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "proxy",
    ["socks4://me:secret@127.0.0.1:1", "socks5://me:secret@", "ftp://me:secret@127.0.0.1:1", "http://me:secret@127.0.0.1:99999",
     "http://me:secret@[::1", "http://me:secret@", "http://"],
)  # fmt: skip
def test_an_invalid_proxy_is_rejected(
    monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], str], scheme: str, proxy: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    with pytest.raises(ValidationError, match=f"{scheme}_proxy of the environment must be") as caught:
        way(_session(scheme=scheme))
    monkeypatch.delenv(f"{scheme}_proxy")
    with pytest.raises(
        ValidationError, match="setting proxy must be an http, https, socks5 or socks5h URL"
    ) as set_caught:
        way(_session(proxy, scheme))
    for error in (caught.value, set_caught.value):
        assert "secret" not in f"{error!r} {error} {error.__context__!r}"


HOST = "orion.example.test"


@pytest.fixture
def resolved_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve the test host to this machine."""
    real = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if name == HOST else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


WRITTEN = {
    "me:p%23a": b"me:p#a",
    "me:p%3Fa%2Fb%5C": b"me:p?a/b\\",
    "me:p%40a": b"me:p@a",
    "me:p:a": b"me:p:a",
    "me:100%": b"me:100%",
    "me:100%25": b"me:100%",
    "me:%20a%20": b"me: a ",
    "me:p\u00e4\u4e2d": "me:p\u00e4\u4e2d".encode(),
    "me:p%C3%A4": "me:p\u00e4".encode(),
    "me": b"me:",
    ":p": b":p",
}


@WAYS
@pytest.mark.parametrize("source", ["profile", "environment"])
@pytest.mark.parametrize("written", WRITTEN)
def test_credentials_of_a_proxy(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], str], source: str, written: str
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    proxy = scripted.url.replace("http://", f"http://{written}@")
    if source == "environment":
        monkeypatch.setenv("http_proxy", proxy)
    assert way(_session(proxy if source == "profile" else None)) == "x"
    (request,) = scripted.requests
    assert base64.b64decode(request.headers["Proxy-Authorization"].removeprefix("Basic ")) == WRITTEN[written]


@WAYS
def test_credentials_that_are_not_utf8(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], str]
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    monkeypatch.setitem(os.environb, b"http_proxy", scripted.url.encode().replace(b"http://", b"http://me:p\xe4@"))
    assert way(_session()) == "x"
    assert base64.b64decode(scripted.requests[0].headers["Proxy-Authorization"].removeprefix("Basic ")) == b"me:p\xe4"


@WAYS
@pytest.mark.parametrize("source", ["profile", "environment"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "written",
    ["me:1#secret", "me:1?secret", "me:1/secret", "me:1\\secret", "me:1@secret", "me:1 secret", "me:1\tsecret", "m#e:secret",
     "//me:secret"],
)  # fmt: skip
def test_ambiguous_credentials_are_rejected(
    scripted: Scripted,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    way: Callable[[OrionSession], str],
    source: str,
    scheme: str,
    written: str,
) -> None:
    proxy = scripted.url.replace("http://", f"http://{written}@")
    if source == "environment":
        monkeypatch.setenv(f"{scheme}_proxy", proxy)
    with pytest.raises(ValidationError, match="for example # as %23") as caught:
        way(_session(proxy if source == "profile" else None, scheme))
    error = caught.value
    assert "secret" not in f"{error!r} {error} {error.__context__!r} {caplog.messages}"
    assert scripted.requests == []


def test_no_settings_show_the_proxy() -> None:
    proxy = "http://me:secret@proxy.example.test:3128"
    settings = Settings.from_config(SessionConfig("https://orion.example.test", proxy=proxy))
    assert "secret" not in repr(settings)
    found = proxies.find_proxy(("https", HOST, 443), settings)
    assert found is not None
    assert (found.host, found.port, found.credentials) == ("proxy.example.test", 3128, (b"me", b"secret"))
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("url", "listed", "direct"),
    [
        ("https://a.example.test", "example.test", True),
        ("https://a.example.test", ".example.test", True),
        ("https://a.example.test", "*.example.test", True),
        ("https://example.test", ".example.test", True),
        ("https://a.example.test", "EXAMPLE.Test", True),
        ("https://a.example.test", "b.test,a.example.test", True),
        ("https://a.example.test", "b.test a.example.test", True),
        ("https://a.example.test", "\tb.test ,\n a.example.test ,", True),
        ("https://a.example.test", "xexample.test", False),
        ("https://axample.test", "xample.test", False),
        ("https://a.example.test", "a.example.test.other", False),
        ("https://a.example.test", "", False),
        ("https://a.example.test", ",", False),
        ("https://a.example.test", ".", False),
        ("https://a.example.test", "*.", False),
        ("https://a.example.test", "https://", False),
        # a dot at the end
        ("https://a.example.test.", "example.test", True),
        ("https://a.example.test", "example.test.", True),
        ("https://a.example.test.", "a.example.test.", True),
        # all hosts
        ("https://a.example.test", "*", True),
        ("https://a.example.test", " * ", True),
        ("https://a.example.test", "localhost,*", True),
        ("https://192.0.2.1", "*", True),
        ("https://a.example.test:8443", "*:8443", True),
        ("https://a.example.test:8443", "*:443", False),
        # ports
        ("https://a.example.test:8443", "a.example.test:8443", True),
        ("https://a.example.test:8443", "example.test:8443", True),
        ("https://a.example.test:8443", "a.example.test:443", False),
        ("https://a.example.test", "a.example.test:443", True),
        ("http://a.example.test", "a.example.test:80", True),
        ("http://a.example.test", "a.example.test:443", False),
        ("https://192.0.2.1:8443", "192.0.2.1:8443", True),
        ("https://192.0.2.1:8443", "192.0.2.1:1", False),
        ("https://a.example.test", "a.example.test:", False),
        ("https://a.example.test", "a.example.test:x", False),
        # schemes, as httpx reads them
        ("https://a.example.test", "https://a.example.test", True),
        ("https://a.example.test", "all://example.test", True),
        ("https://a.example.test", "http://a.example.test", False),
        ("https://a.example.test:8443", "https://a.example.test:8443", True),
        # networks and addresses
        ("https://192.0.2.1", "192.0.2.1", True),
        ("https://192.0.2.1", "192.0.2.0/24", True),
        ("https://192.0.2.1", "192.0.2.77/24", True),
        ("https://192.0.3.1", "192.0.2.0/24", False),
        ("https://192.0.2.1", "2.1", False),
        ("https://192.0.2.1", "192.0.2.0/33", False),
        ("https://192.0.2.1", "0.0.0.0/0", True),
        ("https://a.example.test", "0.0.0.0/0", False),
        ("https://[2001:db8::1]", "2001:db8::1", True),
        ("https://[2001:db8::1]", "2001:DB8:0::0:1", True),
        ("https://[2001:db8::1]", "[2001:db8::1]", True),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443", True),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]:443", False),
        ("https://[2001:db8::1]", "2001:db8::/32", True),
        ("https://[2001:db8::1]", "[2001:db8::]/32", True),
        ("https://[2001:db9::1]", "2001:db8::/32", False),
        ("https://[2001:db8::1]", "192.0.2.0/24,2001:db8::/32", True),
        ("https://192.0.2.1", "::/0", False),
        # international names
        ("https://xn--mnchen-3ya.example.test", "m\u00fcnchen.example.test", True),
        ("https://xn--mnchen-3ya.example.test", "M\u00dcNCHEN.example.test", True),
        ("https://a.xn--mnchen-3ya.test", ".m\u00fcnchen.test", True),
        ("https://xn--mnchen-3ya.example.test", "xn--mnchen-3ya.example.test", True),
        ("https://xn--mnchen-3ya.example.test", "munchen.example.test", False),
        ("https://a.example.test", "\u2603\u200d.test", False),
    ],
)
@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_forms_of_no_proxy(monkeypatch: pytest.MonkeyPatch, variable: str, url: str, listed: str, direct: bool) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.test:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.test:3128")
    monkeypatch.setenv(variable, listed)
    origin = SessionConfig(url, allow_http=True).origin
    assert (proxies.find_proxy(origin, Settings()) is None) is direct


def test_the_variable_in_lower_case_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://upper.example.test")
    monkeypatch.setenv("https_proxy", "http://lower.example.test")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "other.test")
    found = proxies.find_proxy(("https", HOST, 443), Settings())
    assert found is not None
    assert found.host == "lower.example.test"
    # An empty variable in lower case disables the other, as for curl.
    monkeypatch.setenv("https_proxy", "")
    assert proxies.find_proxy(("https", HOST, 443), Settings()) is None


@pytest.mark.parametrize("url", ["https://localhost", "https://127.0.0.1:8443", "https://[::1]"])
def test_this_machine_needs_no_entry(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.example.test")
    settings = Settings(proxy="http://proxy.example.test")
    assert proxies.find_proxy(SessionConfig(url).origin, settings) is None
    assert proxies.find_proxy(SessionConfig(url).origin, Settings()) is None


@WAYS
@pytest.mark.usefixtures("resolved_here")
@pytest.mark.parametrize("direct", [False, True])
def test_a_listed_server_is_connected_directly(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], str], direct: bool
) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    port = int(scripted.url.rpartition(":")[2])
    monkeypatch.setenv("http_proxy", scripted.url)
    monkeypatch.setenv("no_proxy", f"other.test, {HOST}:{port if direct else 1}")
    config = SessionConfig(f"http://{HOST}:{port}", CANARY, allow_http=True)
    assert way(OrionSession(config)) == "x"
    path = "/api/v3/storage/files/1/"
    assert [request.path for request in scripted.requests] == [path if direct else f"{config.url}{path}"]
    exchange.close_connections()


@WAYS
def test_credentials_of_a_tunnel(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], str]
) -> None:
    root = make("own root", ca=True)
    file = tmp_path / "root.pem"
    file.write_bytes(root.pem)
    with Secure(context_for(tmp_path, make("server", root, hosts=(HOST,)))) as server, Tunnel(server.port) as tunnel:
        monkeypatch.setenv("https_proxy", tunnel.url.replace("http://", "http://me:p%23a@"))
        config = SessionConfig(f"https://{HOST}:{server.port}", CANARY, ca_file=str(file))
        assert way(OrionSession(config)) == "x"
        exchange.close_connections()
    assert base64.b64encode(b"me:p#a") in tunnel.heads[0]
    assert base64.b64encode(b"me:p#a") not in server.requests[0]
