"""Redirects of requests that change something: 307 and 308 keep method and body, everything else from 300 on is an error."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import update_file, upload_file_content

from orionclient.exceptions import BadResponse, OrionError
from orionclient.session import get_session
from orionclient.types import File, Secret

KEPT = (307, 308)
OTHERS = (300, 301, 302, 303, 304, 305, 399)
STORED = {
    "id": 1,
    "name": "x",
    "state": "ready",
    "size": 5,
    "created": "2026-01-01T00:00:00Z",
    "owner": 1,
    "project": 1,
}


def put_presigned(server: Scripted) -> Any:
    return (
        server.session()
        ._calls.put_presigned(f"{server.url}/key?signature=1", b"hello", {}, "part 1")
        .raise_for_status()
    )


SENDERS: dict[str, Callable[[Scripted], Any]] = {
    "upload_file": lambda server: get_session().upload_file(f"{server.url}/key?signature=1", b"hello"),
    "a file": lambda server: get_session().upload_file(f"{server.url}/key?signature=1", io.BytesIO(b"hello")),
    "a presigned part": put_presigned,
    "a raw operation": lambda server: upload_file_content.sync(1, client=server.session().raw, body=b"hello"),
}


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("status", KEPT)
def test_content_follows_a_redirect_that_keeps_the_method(scripted: Scripted, sender: str, status: int) -> None:
    with Scripted(ScriptedResponse(data=STORED)) as storage:
        scripted.then(ScriptedResponse(status, headers={"Location": f"{storage.url}/final?signature=2"}))
        SENDERS[sender](scripted)
        (requests,) = storage.requests
    assert (requests.method, requests.body, requests.path) == ("PUT", b"hello", "/final?signature=2")
    assert "Authorization" not in requests.headers
    assert requests.headers["Content-Length"] == "5"


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("status", OTHERS)
def test_content_is_not_stored_where_the_method_would_change(scripted: Scripted, sender: str, status: int) -> None:
    with Scripted(ScriptedResponse(data=STORED)) as storage:
        scripted.then(ScriptedResponse(status, headers={"Location": f"{storage.url}/final"}))
        with pytest.raises(BadResponse, match=str(status)) as caught:
            SENDERS[sender](scripted)
        assert storage.requests == []
    assert "signature" not in str(caught.value)


def test_a_source_that_cannot_be_read_again_is_sent_once(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(307, headers={"Location": "/final"}))
    response = get_session().put(f"{scripted.url}/key", data=iter([b"he", b"llo"]))
    assert (response.status_code, response.ok, len(scripted.requests)) == (307, False, 1)
    with pytest.raises(BadResponse, match="which is not followed"):
        response.raise_for_status()


def test_an_api_call_keeps_its_token_on_its_own_origin(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(308, headers={"Location": "/elsewhere"}), ScriptedResponse(data=STORED))
    update_file.sync(1, client=scripted.session().raw, body={"name": "y"})
    assert [(requests.method, requests.path) for requests in scripted.requests] == [
        ("PATCH", "/api/v3/storage/files/1/"),
        ("PATCH", "/elsewhere"),
    ]
    assert {requests.headers["Authorization"] for requests in scripted.requests} == {f"Token {CANARY}"}
    assert scripted.requests[0].body == scripted.requests[1].body


@pytest.mark.parametrize("status", KEPT)
def test_the_body_of_an_api_call_goes_to_no_other_origin(scripted: Scripted, status: int) -> None:
    with Scripted(ScriptedResponse(data=STORED)) as other:
        scripted.then(ScriptedResponse(status, headers={"Location": f"{other.url}/taken?x=1"}))
        with pytest.raises(BadResponse, match=f"redirects to {other.url}, which is not followed"):
            Secret.create(scripted.session(), "password", "a value")
        assert other.requests == []


@pytest.mark.parametrize("status", [*KEPT, *OTHERS])
def test_an_asynchronous_call_takes_no_redirect_for_a_success(scripted: Scripted, status: int) -> None:
    scripted.then(ScriptedResponse(status))
    with pytest.raises(OrionError, match=str(status)):
        asyncio.run(update_file.asyncio(1, client=scripted.session().raw_async, body={"name": "y"}))


@pytest.mark.parametrize("status", OTHERS)
def test_a_redirect_is_no_content(scripted: Scripted, status: int, tmp_path: Any) -> None:
    scripted.then(ScriptedResponse(status, raw=b"content"))
    target = tmp_path / "file"
    with pytest.raises(OrionError, match=str(status)):
        File(id=1, session=scripted.session()).download_to_file(target)
    assert not target.exists()


def test_a_conditional_request_gets_its_304(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(304))
    response = get_session().get(scripted.url, headers={"If-None-Match": '"1"'})
    assert (response.status_code, response.ok, len(scripted.requests)) == (304, False, 1)
