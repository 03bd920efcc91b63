"""Addresses from outside:

the token is sent only to the exact origin, and ambiguous forms are rejected before any request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from attrs import evolve
from connections_certificates import FILE, Secure, context_for, make
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import download_file, get_file

from orionclient._transport import exchange
from orionclient.config import SessionConfig, parse_origin, resolve
from orionclient.exceptions import BadResponse, InvalidCredentials, OrionConnectionError, OrionError, ValidationError
from orionclient.session import OrionSession, get_session
from orionclient.types import File


class Form(NamedTuple):
    """A form of an address, and the outcome in each place.

    ``token``: the server of the session gets the request with the token. ``bare``: a server gets the request without the token.
    ``rejected``: a typed error, and no request is sent. ``lost``: no server responds at that address.
    """

    template: str
    next: str
    location: str
    raw: str
    get: str
    profile: str


# {own} is the port of the session's own server at http://localhost:{own}, {other} that of another one.
FORMS = {
    "absolute": Form("http://localhost:{own}/x/", "token", "token", "token", "bare", "token"),
    "path alone": Form("/x/", "token", "token", "token", "rejected", "rejected"),
    "host alone": Form("//127.0.0.1:{other}/x/", "rejected", "bare", "bare", "rejected", "rejected"),
    "another name of the host": Form("http://127.0.0.1:{own}/x/", "rejected", "bare", "bare", "bare", "token"),
    "user name": Form("http://localhost:{own}@127.0.0.1:{other}/x/", *["rejected"] * 5),
    "port": Form("http://localhost:{other}/x/", "rejected", "bare", "bare", "bare", "token"),
    "port 0": Form("http://localhost:0/x/", *["rejected"] * 5),
    "scheme": Form("https://localhost:{other}/x/", "rejected", "lost", "lost", "lost", "lost"),
    "other letters": Form("http://127.0.0.\uff11:{other}/x/", *["rejected"] * 5),
    "trailing dot": Form("http://localhost.:{other}/x/", "rejected", *["bare or lost"] * 3, "rejected"),
    "upper case": Form("HTTP://LocalHost:{own}/x/", "token", "token", "token", "bare", "token"),
    "IPv6": Form("http://[::1]:{other}/x/", "rejected", "lost", "lost", "lost", "lost"),
    "backslash": Form("http://127.0.0.1:{other}\\@localhost:{own}/x/", *["rejected"] * 5),
    "tab": Form("http://local\thost:{other}/x/", "rejected", "bare", "bare", "rejected", "rejected"),
    "line break": Form("http://localhost:{other}/x/\n", "rejected", "bare", "bare", "rejected", "token"),
    "encoded": Form("http://%6cocalhost:{other}/x/", *["rejected"] * 5),
    "encoded slash": Form("http://localhost:{own}%2f@127.0.0.1:{other}/x/", *["rejected"] * 5),
    "no host": Form("http:///x/", "token", "token", "token", "rejected", "rejected"),
    "scheme without slashes": Form("http:localhost:{other}/x/", "token", "token", "token", "rejected", "rejected"),
    "another scheme": Form("ftp://localhost:{own}/x/", *["rejected"] * 5),
}


@pytest.fixture
def own() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server


@pytest.fixture
def other() -> Iterator[Scripted]:
    with Scripted(ScriptedResponse(data=FILE)) as server:
        yield server


def _url(form: Form, own: Scripted, other: Scripted) -> str:
    return form.template.format(own=own.url.rpartition(":")[2], other=other.url.rpartition(":")[2])


def _session(own: Scripted) -> OrionSession:
    return OrionSession(own.config(url=own.url.replace("127.0.0.1", "localhost")), requests_session=get_session({}))


def _outcome(own: Scripted, other: Scripted, before: int, send: Callable[[], object]) -> str:
    """Return the outcome of sending, from the requests of the servers and the kind of error."""
    error: OrionError | None = None
    try:
        send()
    except OrionError as raised:
        error = raised
    requests = own.requests[before:]
    tokens = [CANARY in str(dict(each.headers)) for each in requests]
    assert not any(CANARY in str(dict(each.headers)) for each in other.requests), "the token went to another server"
    if isinstance(error, OrionConnectionError) and "not followed" not in str(error):
        # A read is retried from its start; none of its attempts reached the other server.
        assert not other.requests
        return "lost"
    if requests or other.requests:
        assert error is None
        assert len(requests) + len(other.requests) == 1
        return "token" if tokens == [True] else "bare"
    assert isinstance(error, ValidationError | BadResponse | OrionConnectionError | InvalidCredentials)
    assert error.attempts <= 1
    return "rejected"


@pytest.mark.parametrize("name", FORMS)
def test_the_link_to_the_next_page(own: Scripted, other: Scripted, name: str) -> None:
    url = _url(FORMS[name], own, other)
    own.then(
        ScriptedResponse(data={"count": 2, "next": url, "results": [FILE]}),
        ScriptedResponse(data={"count": 2, "next": None, "results": [{**FILE, "id": 2}]}),
    )
    files = _session(own).list_resources(File)
    assert next(files).id == 1
    assert _outcome(own, other, 1, lambda: list(files)) in FORMS[name].next.split(" or ")


@pytest.mark.parametrize("name", FORMS)
def test_the_target_of_a_redirect(own: Scripted, other: Scripted, name: str) -> None:
    url = _url(FORMS[name], own, other).rstrip("\n")
    own.then(ScriptedResponse(302, headers={"Location": url.encode().decode("latin-1")}))
    if "lost" not in FORMS[name].location:
        own.then(ScriptedResponse(data=FILE))
    found = _outcome(own, other, 1, lambda: b"".join(File(id=1, session=_session(own)).download()))
    assert found in FORMS[name].location.split(" or ")


@pytest.mark.parametrize("operation", [get_file, download_file], ids=["get", "download"])
@pytest.mark.parametrize("name", FORMS)
def test_the_address_of_a_raw_request(own: Scripted, other: Scripted, name: str, operation: object) -> None:
    own.then(ScriptedResponse(data=FILE))
    request = evolve(operation.build(1), url=_url(FORMS[name], own, other))  # type: ignore[attr-defined]
    session = _session(own)

    def send() -> None:
        with session.raw.send(request) as response:
            assert response.content

    assert _outcome(own, other, 0, send) in FORMS[name].raw.split(" or ")


@pytest.mark.parametrize("name", FORMS)
def test_the_address_of_a_plain_request(own: Scripted, other: Scripted, name: str) -> None:
    own.then(ScriptedResponse(data=FILE))
    url = _url(FORMS[name], own, other)
    assert _outcome(own, other, 0, lambda: get_session({}).get(url)) in FORMS[name].get.split(" or ")


@pytest.mark.parametrize("name", FORMS)
def test_the_address_of_a_profile(own: Scripted, other: Scripted, name: str, own_home: Path) -> None:
    own.then(ScriptedResponse(data=FILE))
    url = _url(FORMS[name], own, other).replace("/x/", "")
    (own_home / ".orion").mkdir(mode=0o700)
    path = own_home / ".orion" / "config"
    path.write_text(f"[p]\nurl = {url}\ntoken = {CANARY}\n")
    path.chmod(0o600)
    servers = (other, own) if "{other}" in FORMS[name].template else (own, other)

    def send() -> None:
        config = resolve("p")
        assert OrionSession(config, requests_session=get_session({})).get_resource(File, 1).id == 1

    # The url of a profile is the origin that its token is for, whatever it is.
    assert _outcome(*servers, 0, send) in FORMS[name].profile.split(" or ")


def test_http_to_another_machine_must_be_allowed() -> None:
    for host in ("orion.example.com", "10.0.0.1", "localhost.example.com", "127.0.0.1.example.com", "localhost."):
        with pytest.raises(ValidationError, match="unencrypted"):
            SessionConfig(f"http://{host}", CANARY)
        assert SessionConfig(f"http://{host}", CANARY, allow_http=True).origin == ("http", host, 80)
    for host in ("localhost", "127.0.0.1", "127.9.9.9", "[::1]"):
        assert SessionConfig(f"http://{host}", CANARY).origin[0] == "http"


@pytest.mark.parametrize(
    "host",
    [
        "a" * 64,
        ".".join(["a" * 60] * 5),
        "a..b",
        ".a",
        "a b",
        "a%b",
        "a,b",
        "[::1%25lo]",
        "[fe80::1%lo]",
        "[::g]",
        "ä.de",
    ],
)
def test_invalid_hosts_are_rejected(host: str) -> None:
    with pytest.raises(ValidationError):
        parse_origin(f"https://{host}/")


def test_an_address_too_long_for_the_library(own: Scripted) -> None:
    with pytest.raises(ValidationError, match="invalid URL"):
        get_session().get(f"{own.url}/{'x' * 70_000}")
    assert own.requests == []


@pytest.fixture
def https(tmp_path: Path) -> Iterator[tuple[Secure, SessionConfig]]:
    root = make("root", ca=True)
    file = tmp_path / "root.pem"
    file.write_bytes(root.pem)
    with Secure(context_for(tmp_path, make("server", root, hosts=("127.0.0.1",)))) as server:
        yield server, SessionConfig(f"https://127.0.0.1:{server.port}", CANARY, ca_file=str(file))
    exchange.close_connections()


def test_a_redirect_from_https_to_http(https: tuple[Secure, SessionConfig], other: Scripted) -> None:
    server, config = https
    session = OrionSession(config, requests_session=get_session({}))
    server.head = f"HTTP/1.1 302 Found\r\nLocation: http://orion.example.com:{other.url.rpartition(':')[2]}/x/\r\n"
    with pytest.raises(OrionConnectionError, match="from https to unencrypted http"):
        b"".join(File(id=1, session=session).download())
    # No server listens on this machine, but the token is still dropped.
    server.head = f"HTTP/1.1 302 Found\r\nLocation: {other.url}/x/\r\n"
    assert b"".join(File(id=1, session=session).download())
    assert [CANARY in str(dict(each.headers)) for each in other.requests] == [False]
    server.head, server.data = None, {"count": 2, "next": config.url.replace("https", "http"), "results": [FILE]}
    with pytest.raises(BadResponse, match="leads to another host"):
        list(session.list_resources(File))
    assert len(other.requests) == 1
    assert [CANARY.encode() in each for each in server.requests] == [True] * 3
