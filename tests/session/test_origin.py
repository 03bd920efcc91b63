"""The token is sent only to the scheme, host and port of the profile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from attrs import evolve
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import download_file

from orionclient.config import parse_origin
from orionclient.exceptions import OrionConnectionError, ValidationError
from orionclient.session import OrionSession, SessionConfig, get_session
from orionclient.types import File

FILE = {"id": 1, "name": "x", "state": "ready"}


@pytest.mark.parametrize(
    ("form", "header"), [("space", f"Token {CANARY}"), ("colon", f"Token:{CANARY}")], ids=["space", "colon"]
)
def test_both_forms_of_the_header(scripted: Scripted, form: str, header: str) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    OrionSession(scripted.config(header_form=form)).get_resource(File, 1)
    assert scripted.requests[0].headers["Authorization"] == header


@pytest.mark.parametrize(
    "address",
    [
        "http://a b/",
        "http://host\\@evil/",
        "http://user@host/",
        "http://user:pass@host/",
        "//host/",
        "host/path",
        "file:///etc/passwd",
        "http://",
        "http://host:99999/",
        "http://ho\tst/",
        "http://host/\n",
        "http://[::1/",
    ],
)
def test_ambiguous_addresses_are_rejected(address: str) -> None:
    with pytest.raises(ValidationError):
        parse_origin(address)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("HTTP://Host/x", ("http", "host", 80)),
        ("https://host:443/", ("https", "host", 443)),
        ("https://host.:443/", ("https", "host.", 443)),
        ("http://[::1]:81/", ("http", "::1", 81)),
    ],
)
def test_origins(address: str, origin: tuple[str, str, int]) -> None:
    assert parse_origin(address) == origin


def test_a_redirect_to_another_origin_drops_the_token(scripted: Scripted) -> None:
    with Scripted(ScriptedResponse(raw=b"content")) as storage:
        scripted.then(ScriptedResponse(302, headers={"Location": f"{storage.url}/presigned?sig=1"}))
        assert _download(scripted) == b"content"
        assert "Authorization" in scripted.requests[0].headers
        assert "Authorization" not in storage.requests[0].headers
        assert storage.requests[0].path == "/presigned?sig=1"


def _download(scripted: Scripted) -> bytes:
    return b"".join(File(id=1, session=scripted.session()).download())


def test_a_redirect_on_the_same_origin_keeps_the_token(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(307, headers={"Location": "/elsewhere"}), ScriptedResponse(raw=b"content"))
    assert _download(scripted) == b"content"
    assert [request.headers.get("Authorization") for request in scripted.requests] == [f"Token {CANARY}"] * 2


def test_redirects_are_limited(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(302, headers={"Location": "/again"}))
    with pytest.raises(OrionConnectionError, match="more than 5 redirects"):
        _download(scripted)
    assert len(scripted.requests) == 6


@pytest.mark.parametrize("target", ["http://user@127.0.0.1/", "ftp://127.0.0.1/", "http://[::1"])
def test_a_redirect_to_an_unusable_address(scripted: Scripted, target: str) -> None:
    scripted.then(ScriptedResponse(302, headers={"Location": target}))
    with pytest.raises(OrionConnectionError, match="redirect not followed"):
        _download(scripted)
    assert len(scripted.requests) == 1


def test_writing_is_never_redirected(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(302, headers={"Location": "/elsewhere"}))
    with pytest.raises(Exception, match="302"):
        scripted.session().update_resource(File(id=1), {"name": "y"})
    assert [request.method for request in scripted.requests] == ["PATCH"]


def test_the_plain_http_session_has_no_token(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data=[1]))
    response = get_session().get(f"{scripted.url}/anything", params={"a": [1, 2]})
    assert (response.ok, response.status_code, response.reason, response.json()) == (True, 200, "OK", [1])
    assert scripted.requests[0].path == "/anything?a=1&a=2"
    assert "Authorization" not in scripted.requests[0].headers


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX-Evil: 1", "a\0b"])
@pytest.mark.parametrize("where", ["name", "value"])
def test_headers_with_line_breaks_are_rejected_without_showing_them(scripted: Scripted, value: str, where: str) -> None:
    headers = {value: "x"} if where == "name" else {"X-Own": value}
    with pytest.raises(ValidationError, match="value not shown") as caught:
        get_session().get(scripted.url, headers=headers)
    assert "Evil: 1" not in str(caught.value) or where == "name"
    assert scripted.requests == []


def test_only_digits_reach_the_path(scripted: Scripted) -> None:
    session = scripted.session()
    bad: list[Any] = ["../admin", "1/../2", "", " 1", "-1", "1.0", "٣", True, None, 1.5, -1, "1" * 30, b"1"]
    for value in bad:
        with pytest.raises(ValidationError):
            session.get_resource(File, value)
    assert scripted.requests == []
    scripted.then(ScriptedResponse(data=FILE))
    session.get_resource(File, "0017")
    assert scripted.requests[0].path == "/api/v3/storage/files/17/"


def test_a_requests_session_is_rejected_with_an_explanation() -> None:
    class Session:
        pass

    Session.__module__ = "requests.sessions"
    with pytest.raises(
        ValidationError, match=r"must be the result of orionclient.session.get_session\(\), not requests"
    ):
        OrionSession(requests_session=Session())  # type: ignore[arg-type]


def test_unencrypted_http_to_another_machine_is_rejected() -> None:
    with pytest.raises(ValidationError, match="would send the token unencrypted"):
        SessionConfig("http://orion.example.com", CANARY)
    assert SessionConfig("http://orion.example.com", CANARY, allow_http=True).origin == (
        "http",
        "orion.example.com",
        80,
    )


def test_the_stream_of_a_raw_download(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(raw=b"x" * 100_000))
    with download_file.sync(1, client=scripted.session().raw) as stream:
        assert sum(map(len, stream.iter_bytes())) == 100_000


@pytest.mark.parametrize(
    ("profile", "address", "problem"),
    [
        ("https://orion.invalid", "http://storage.invalid/x", "unencrypted http"),
        ("https://orion.invalid", "http://[::1", "invalid URL"),
        ("https://orion.invalid", "//user@storage.invalid/x", "invalid URL"),
        ("https://orion.invalid", "{storage}/x", None),
        ("http://127.0.0.1:1", "{storage}/x", None),
    ],
)
def test_content_is_never_sent_to_an_unencrypted_address_from_the_server(
    profile: str, address: str, problem: str | None
) -> None:
    with Scripted(ScriptedResponse(raw=b"")) as storage:
        calls = OrionSession(SessionConfig(profile, CANARY), requests_session=get_session({}, 1, 1))._calls
        url = address.replace("{storage}", storage.url)
        if problem is None:
            assert calls.put_presigned(url, b"content", {}, "part 1").ok
            assert [(requests.method, requests.body) for requests in storage.requests] == [("PUT", b"content")]
        else:
            with pytest.raises(OrionConnectionError, match=problem):
                calls.put_presigned(url, b"content", {}, "part 1")
            assert storage.requests == []


@pytest.mark.parametrize("address", ["http://other.invalid/x", "http://[::1"])
def test_raw_requests_reject_unencrypted_and_missing_addresses(address: str) -> None:
    session = OrionSession(SessionConfig("https://orion.invalid", CANARY), requests_session=get_session({}, 1, 1))
    request = evolve(download_file.build(1), url=address)
    with pytest.raises(ValidationError, match="invalid URL"):
        session.raw.send(request)
    with pytest.raises(ValidationError, match="invalid URL"):
        asyncio.run(session.raw_async.asend(request))
