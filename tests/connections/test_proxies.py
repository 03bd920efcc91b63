"""Proxy settings: accepted forms, and invalid ones rejected without showing their credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file

from orionclient.config import SessionConfig
from orionclient.exceptions import ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.types import File

from connections_certificates import FILE  # isort: skip


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
    ["socks5://me:secret@127.0.0.1:1", "ftp://me:secret@127.0.0.1:1", "http://me:secret@127.0.0.1:99999",
     "http://me:secret@[::1", "http://me:secret@", "http://"],
)  # fmt: skip
def test_an_invalid_proxy_is_rejected(
    monkeypatch: pytest.MonkeyPatch, way: Callable[[OrionSession], str], scheme: str, proxy: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    with pytest.raises(ValidationError, match=f"{scheme}_proxy of the environment must be") as caught:
        way(_session(scheme=scheme))
    monkeypatch.delenv(f"{scheme}_proxy")
    with pytest.raises(ValidationError, match="setting proxy must be .* SOCKS needs transport=") as set_caught:
        way(_session(proxy, scheme))
    for error in (caught.value, set_caught.value):
        assert "secret" not in f"{error!r} {error} {error.__context__!r}"
