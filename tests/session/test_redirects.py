"""Redirects: 307 and 308 resend the request, without the token to another origin; every other redirect is an error."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api import AuthenticatedClient
from orion_api.api.files import get_file, update_file, upload_file_content
from orion_api.errors import UnexpectedStatus

from orionclient._requesting import retry_loop
from orionclient._runtime.clock import CLOCK
from orionclient.exceptions import BadResponse, InvalidCredentials, OrionConnectionError, OrionError
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File, Secret

CONTENT = b"0123456789" * 1000
FILE = {
    "id": 1,
    "name": "y",
    "state": "ready",
    "project": 1,
    "owner": 1,
    "created": "2020-01-01T00:00:00.000000Z",
    "size": 3,
}
SAME = [307, 308]
OTHERS = [300, 301, 302, 303, 304, 305, 306, 399]


def put_presigned(server: Scripted, _: Path) -> Any:
    response = server.session()._calls.put_presigned(f"{server.url}/key?signature=1", b"hello", {}, "part 1")
    assert response.ok is (response.status_code == 200)
    return response.raise_for_status()


SENDERS: dict[str, Callable[[Scripted, Path], Any]] = {
    "bytes": lambda server, _: get_session().upload_file(f"{server.url}/key?signature=1", b"hello"),
    "a path": lambda server, path: get_session().upload_file(f"{server.url}/key?signature=1", path),
    "a file": lambda server, _: get_session().upload_file(f"{server.url}/key?signature=1", io.BytesIO(b"hello")),
    "a presigned part": put_presigned,
    "a raw operation": lambda server, _: upload_file_content.sync(1, client=server.session().raw, body=b"hello"),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"hello")
    return path


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("status", SAME)
def test_content_follows_a_redirect_that_keeps_the_method(
    scripted: Scripted, source: Path, sender: str, status: int
) -> None:
    with Scripted(ScriptedResponse(data=FILE)) as storage:
        scripted.then(ScriptedResponse(status, headers={"Location": f"{storage.url}/final?signature=2"}))
        SENDERS[sender](scripted, source)
        (request,) = storage.requests
    assert (request.method, request.body, request.path) == ("PUT", b"hello", "/final?signature=2")
    assert "Authorization" not in request.headers
    assert request.headers["Content-Length"] == "5"


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("status", OTHERS)
def test_content_is_not_stored_if_the_method_would_change(
    scripted: Scripted, source: Path, sender: str, status: int
) -> None:
    with Scripted(ScriptedResponse(data=FILE)) as storage:
        scripted.then(ScriptedResponse(status, raw=b"", headers={"Location": f"{storage.url}/final"}))
        with pytest.raises(BadResponse, match=str(status)) as caught:
            SENDERS[sender](scripted, source)
        assert storage.requests == []
    assert [request.method for request in scripted.requests] == ["PUT"]
    assert "signature" not in str(caught.value)


@pytest.mark.parametrize("status", SAME)
def test_content_follows_a_redirect_without_the_token(scripted: Scripted, status: int) -> None:
    with Scripted(ScriptedResponse(raw=b"")) as storage:
        scripted.then(ScriptedResponse(status, raw=b"", headers={"Location": f"{storage.url}/moved?signature=2"}))
        http = get_session()
        http.headers["Authorization"] = "secret of the first address"
        response = http.upload_file(f"{scripted.url}/bucket/x", io.BytesIO(CONTENT), headers={"Content-MD5": "md5"})
        assert (response.status_code, response.url) == (200, f"{storage.url}/moved?signature=2")
        headers = {"Content-Digest": "digest"}
        # Also at the origin of the profile: a presigned address gets no token.
        calls = scripted.session()._calls
        assert calls.put_presigned(f"{scripted.url}/bucket/x", CONTENT, headers, "part 1").ok
    assert [(request.method, request.path, request.body) for request in storage.requests] == [
        ("PUT", "/moved?signature=2", CONTENT)
    ] * 2
    assert [storage.requests[0].headers["Content-MD5"], storage.requests[1].headers["Content-Digest"]] == [
        "md5",
        "digest",
    ]
    assert [request.headers.get("Authorization") for request in storage.requests] == [None, None]
    assert "Authorization" not in scripted.requests[1].headers


def test_a_presigned_request_redirected_to_the_stack_has_no_token(scripted: Scripted) -> None:
    with Scripted(ScriptedResponse(307, raw=b"", headers={"Location": f"{scripted.url}/content"})) as storage:
        scripted.then(ScriptedResponse(raw=b""))
        assert scripted.session()._calls.put_presigned(f"{storage.url}/x", CONTENT, {}, "part 1").ok
    assert [(request.path, request.body) for request in scripted.requests] == [("/content", CONTENT)]
    assert "Authorization" not in scripted.requests[0].headers


def by_session(session: OrionSession) -> str:
    file = File(id=1)
    session.update_resource(file, {"name": "y"})
    return file.name


def by_raw(session: OrionSession) -> str:
    return str(update_file.sync(1, body={"name": "y"}, client=session.raw).name)


def by_raw_async(session: OrionSession) -> str:
    async def work() -> str:
        return str((await update_file.asyncio(1, body={"name": "y"}, client=session.raw_async)).name)

    return asyncio.run(work())


WAYS = pytest.mark.parametrize("way", [by_session, by_raw, by_raw_async])


@WAYS
@pytest.mark.parametrize("status", SAME)
def test_a_call_follows_a_redirect_and_keeps_the_token_at_its_own_origin(
    scripted: Scripted, status: int, way: Any
) -> None:
    scripted.then(ScriptedResponse(status, raw=b"", headers={"Location": "/other/"}), ScriptedResponse(data=FILE))
    assert way(scripted.session()) == "y"
    assert [(request.method, request.body) for request in scripted.requests[:2]] == [("PATCH", b'{"name": "y"}')] * 2
    assert [request.headers["Authorization"] for request in scripted.requests[:2]] == [f"Token {CANARY}"] * 2
    assert [request.path for request in scripted.requests[:2]] == ["/api/v3/storage/files/1/", "/other/"]


@WAYS
def test_a_call_is_redirected_to_another_origin_without_the_token(scripted: Scripted, way: Any) -> None:
    with Scripted(ScriptedResponse(401, {"detail": "no token"})) as other:
        scripted.then(ScriptedResponse(307, raw=b"", headers={"Location": f"{other.url}/x"}))
        with pytest.raises(InvalidCredentials, match="no token"):
            way(scripted.session())
    assert [request.method for request in other.requests] == ["PATCH"]
    assert CANARY not in str(other.requests)


@WAYS
@pytest.mark.parametrize("status", [300, 301, 302, 303])
def test_an_error_names_where_a_call_was_redirected_to(scripted: Scripted, status: int, way: Any) -> None:
    scripted.then(
        ScriptedResponse(status, raw=b"page", headers={"Location": "https://user:word@sso.example.test/in?ticket=1"})
    )
    with pytest.raises(BadResponse, match="redirects to https://sso.example.test, which is not followed") as caught:
        way(scripted.session())
    assert not {"user", "word", "ticket"} & set(str(caught.value).replace("?", " ").replace("=", " ").split())
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(("location", "words"), [("http://[::1", "an invalid URL"), ("/x", "{url}")])
def test_the_location_may_be_unusable_or_relative(scripted: Scripted, location: str, words: str) -> None:
    scripted.then(ScriptedResponse(302, raw=b"", headers={"Location": location}))
    with pytest.raises(BadResponse) as caught:
        by_session(scripted.session())
    assert f"redirects to {words.replace('{url}', scripted.url)}, which" in str(caught.value)


def test_a_request_redirected_to_a_page_may_have_been_applied(scripted: Scripted) -> None:
    for status, unclear in ((301, False), (302, True), (303, True)):
        scripted.responses = [ScriptedResponse(status, raw=b"", headers={"Location": "/made"})]
        with pytest.raises(BadResponse) as caught:
            Dataset.create(scripted.session(), "x")
        assert caught.value.may_have_been_applied is unclear
    assert [request.method for request in scripted.requests] == ["POST"] * 3


@pytest.mark.parametrize("status", SAME)
@pytest.mark.parametrize("length", ["3", None])
def test_a_body_that_cannot_be_rewound_is_not_redirected(scripted: Scripted, status: int, length: str | None) -> None:
    scripted.then(ScriptedResponse(status, raw=b"", headers={"Location": "/elsewhere"}))
    headers = {"Content-Length": length} if length else {}
    response = get_session().put(f"{scripted.url}/x", data=iter([b"a", b"bc"]), headers=headers)
    assert (response.status_code, response.ok) == (status, False)
    with pytest.raises(BadResponse, match=f"{status} .*redirects to {scripted.url}, which is not followed"):
        response.raise_for_status()
    assert len(scripted.requests) == 1
    if length:
        assert scripted.requests[0].body == b"abc"


def test_at_most_five_redirects_are_followed(scripted: Scripted) -> None:
    again = ScriptedResponse(308, raw=b"", headers={"Location": "/again"})
    scripted.then(*[again] * 5, ScriptedResponse(raw=b""))
    assert get_session().upload_file(f"{scripted.url}/x", CONTENT).status_code == 200
    assert len(scripted.requests) == 6
    scripted.responses, scripted.requests = [again], []
    with pytest.raises(OrionConnectionError, match="more than 5 redirects") as caught:
        get_session().post(f"{scripted.url}/x", json=1)
    # No server applied it.
    assert (caught.value.attempts, caught.value.may_have_been_applied, len(scripted.requests)) == (1, False, 6)


@pytest.mark.parametrize("status", SAME)
def test_secrets_and_passwords_stay_at_the_origin(scripted: Scripted, status: int) -> None:
    with Scripted(ScriptedResponse(201, {"id": 1, "name": "x", "token": "t"})) as other:
        scripted.then(ScriptedResponse(status, raw=b"", headers={"Location": f"{other.url}/x?y=1"}))
        with pytest.raises(BadResponse, match=f"redirects to {other.url}, which is not followed"):
            Secret.create(scripted.session(), "name", "password")
        with pytest.raises(BadResponse, match=f"redirects to {other.url}, which is not followed"):
            scripted.session().retrieve_token("ada", "password")
    assert (len(scripted.requests), other.requests) == (2, [])


class _Slow(io.BytesIO):
    """A source that takes longer than the request timeout."""

    def readinto(self, buffer: Any) -> int:
        CLOCK.sleep(40.0)
        return super().readinto(buffer)


def test_a_redirected_upload_has_a_new_deadline(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(307, raw=b"", headers={"Location": "/moved"}), ScriptedResponse(raw=b""))
    response = get_session(request_timeout=60, retry_timeout=1000).put(
        f"{scripted.url}/x", data=_Slow(CONTENT), stream=True
    )
    with response:
        assert response.ok
    assert [request.body for request in scripted.requests] == [CONTENT] * 2


def test_a_conditional_read_gets_its_304(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(304, raw=b"", headers={"ETag": '"a"'}))
    for stream in (False, True):
        response = get_session().get(scripted.url, headers={"If-None-Match": '"a"'}, stream=stream)
        assert (response.status_code, response.ok, response.content) == (304, False, b"")
        with pytest.raises(BadResponse, match="304"):
            response.raise_for_status()
    assert len(scripted.requests) == 2


@pytest.mark.parametrize("status", [*SAME, *OTHERS])
def test_an_asynchronous_call_rejects_a_redirect_without_a_location(scripted: Scripted, status: int) -> None:
    scripted.then(ScriptedResponse(status))
    with pytest.raises(OrionError, match=str(status)):
        by_raw_async(scripted.session())


@pytest.mark.parametrize("status", OTHERS)
def test_a_redirect_is_not_content(scripted: Scripted, status: int, tmp_path: Path) -> None:
    scripted.then(ScriptedResponse(status, raw=b"content"))
    target = tmp_path / "file"
    with pytest.raises(OrionError, match=str(status)):
        File(id=1, session=scripted.session()).download_to_file(target)
    assert not target.exists()


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def test_a_creation_is_not_retried_at_an_origin_without_idempotency_keys(scripted: Scripted) -> None:
    retry_loop._KEYED_ORIGINS.clear()
    keys = {"X-Orion-Features": "idempotency-keys"}
    with Scripted(ScriptedResponse(write=_hang_up)) as other:
        scripted.then(
            ScriptedResponse(data=FILE, headers=keys),
            ScriptedResponse(307, raw=b"", headers={"Location": f"{other.url}/x"}),
        )
        session = scripted.session()
        session.get_resource(File, 1)
        with pytest.raises(OrionConnectionError) as caught:
            Dataset.create(session, "x")
    assert (len(other.requests), caught.value.may_have_been_applied) == (1, True)
    assert other.requests[0].headers["Idempotency-Key"]


@pytest.mark.parametrize("status", [300, 302, 303, 304, 307, 308])
def test_a_redirect_is_not_a_success_without_a_session(scripted: Scripted, status: int) -> None:
    scripted.then(ScriptedResponse(status, raw=b"", headers={"Location": "/elsewhere"}))
    client = AuthenticatedClient(base_url=scripted.url, token=CANARY)
    with pytest.raises(UnexpectedStatus, match=str(status)):
        upload_file_content.sync(1, body=CONTENT, client=client)
    with pytest.raises(UnexpectedStatus, match=str(status)):
        update_file.sync(1, body={"name": "y"}, client=client)
    client.close()
    assert len(scripted.requests) == 2


ENCODED = {
    "/a file.sdf": "/a%20file.sdf",
    "/blob?name=a file, b.sdf&sig=a%2bb%3D": "/blob?name=a%20file,%20b.sdf&sig=a%2bb%3D",
    "/gr\u00fcn/\u5206?q=\u00e9 ": "/gr%C3%BCn/%E5%88%86?q=%C3%A9",
    '/"<>|{}^`?x="<>|{}^`': "/%22%3C%3E%7C%7B%7D%5E%60?x=%22%3C%3E%7C%7B%7D%5E%60",
    "/100%/a%zz?50%": "/100%/a%zz?50%",
    "/x#a fragment": "/x",
    "a file": "/api/v3/storage/files/1/a%20file",
    "?a b": "/api/v3/storage/files/1/?a%20b",
}


def _location(url: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Respond with a Location in UTF-8, which `send_header` cannot send."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n".encode())

    return write


def get_by_session(session: OrionSession) -> str:
    return session.get_resource(File, 1).name


def get_by_raw_async(session: OrionSession) -> str:
    return str(asyncio.run(get_file.asyncio(1, client=session.raw_async)).name)


@pytest.mark.parametrize("way", [get_by_session, get_by_raw_async])
@pytest.mark.parametrize("location", ENCODED)
def test_a_location_is_percent_encoded(scripted: Scripted, location: str, way: Callable[[OrionSession], str]) -> None:
    scripted.then(ScriptedResponse(write=_location(location)), ScriptedResponse(data=FILE))
    assert way(scripted.session()) == "y"
    assert scripted.requests[1].path == ENCODED[location]


def test_a_percent_encoded_location_at_another_origin_gets_no_token(scripted: Scripted) -> None:
    with Scripted(ScriptedResponse(data=FILE)) as storage:
        scripted.then(ScriptedResponse(write=_location(f"{storage.url}/a b")))
        assert get_by_session(scripted.session()) == "y"
    assert [request.path for request in storage.requests] == ["/a%20b"]
    assert "Authorization" not in storage.requests[0].headers


INVALID = {
    "a blank in the host": "http://127.0.0.1 .example.test/x",
    "a backslash": "http://127.0.0.1\\@example.test/x",
    "a backslash in the path": "/a\\b",
    "a control character": "/a\x01b",
    "a user name": "http://ada@127.0.0.1/x",
    "an international host": "http://\u00e4.example.test/x",
    "more than the library accepts": "/" + "x" * 70_000,
    "a query longer than the library accepts": "/x?" + "x" * 70_000,
    "too long once encoded": "/" + " x" * 20_000,
}


@pytest.mark.parametrize("way", [get_by_session, get_by_raw_async, by_session, by_raw_async])
@pytest.mark.parametrize("location", INVALID)
def test_an_invalid_location_is_a_fault_of_the_server(
    scripted: Scripted, location: str, way: Callable[[OrionSession], str]
) -> None:
    status = 307 if way in {by_session, by_raw_async} else 302

    def write(handler: BaseHTTPRequestHandler) -> None:
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {INVALID[location]}\r\nContent-Length: 0\r\n\r\n"
        handler.wfile.write(head.encode())

    scripted.then(ScriptedResponse(write=write))
    with pytest.raises(OrionConnectionError, match="redirect not followed: the server sent an invalid URL") as caught:
        way(OrionSession(scripted.config()))
    assert (len(scripted.requests), caught.value.attempts, caught.value.may_have_been_applied) == (1, 1, False)
    assert len(str(caught.value)) < 1000


def test_a_url_of_the_caller_is_percent_encoded(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data=1))
    get_session().get(f"{scripted.url}/a file?b c={{}}", params={"d": "e f"})
    get_session().upload_file(f"{scripted.url}/a file", b"x")
    assert [request.path for request in scripted.requests] == ["/a%20file?b%20c=%7B%7D&d=e+f", "/a%20file"]


def test_links_of_the_server_are_percent_encoded(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"next": "?a b", "results": [FILE]}), ScriptedResponse(data={"results": []}))
    assert len(list(scripted.session().list_resources(File))) == 1
    assert scripted.requests[1].path == "/api/v3/storage/files/?a%20b"
    calls = scripted.session()._calls
    assert calls.put_presigned(f"{scripted.url}/a b?sig=a b", b"x", {}, "upload").ok
    assert scripted.requests[2].path == "/a%20b?sig=a%20b"


def test_too_long_links_are_faults_of_the_server(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"next": "/" + "x" * 70_000, "results": [FILE]}))
    with pytest.raises(BadResponse, match="the link to the next page was not followed: invalid URL: it is longer"):
        list(scripted.session().list_resources(File))
    with pytest.raises(OrionConnectionError, match="cannot use the presigned URL of the server: invalid URL"):
        scripted.session()._calls.put_presigned(f"{scripted.url}/{'x' * 70_000}", b"x", {}, "upload")
    assert len(scripted.requests) == 1
