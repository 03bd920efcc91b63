"""Error responses and invalid bodies: a typed error with a one-line message, or a plain value."""

from __future__ import annotations

import asyncio
import copy
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import CANARY, contains_token
from helpers.real_time import LATE
from helpers.scripted import Scripted, ScriptedResponse, drip
from orion_api.api.datasets import create_dataset
from orion_api.api.files import delete_file, download_file, get_file, list_files, update_file, upload_file_content
from orion_api.api.jobs import create_job
from orion_api.api.tags import add_tags

from orionclient.exceptions import (
    AuthorizationRequired,
    BadResponse,
    InvalidCredentials,
    NotFoundResponse,
    OrionConnectionError,
    OrionError,
    OrionServiceError,
    OrionTimeout,
    RateLimitedResponse,
)
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, WorkFloeJob

FILE = {
    "id": 1,
    "name": "x",
    "state": "ready",
    "project": 1,
    "owner": 1,
    "created": "2020-01-01T00:00:00.000000Z",
    "size": 3,
}
PAGE = "<html><head><title>Sign in\n\x1b[31m</title></head><body>portal</body></html>"

WAYS: dict[str, Callable[[OrionSession], Any]] = {
    "session": lambda session: session.get_resource(File, 1),
    "raw": lambda session: get_file.sync(1, client=session.raw),
    "raw_async": lambda session: asyncio.run(get_file.asyncio(1, client=session.raw_async)),
}


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> Callable[[OrionSession], Any]:
    return WAYS[request.param]


ERRORS: dict[int, type[OrionError]] = {
    400: BadResponse,
    401: InvalidCredentials,
    403: AuthorizationRequired,
    404: NotFoundResponse,
    409: BadResponse,
    412: BadResponse,
    413: BadResponse,
    418: BadResponse,
    422: BadResponse,
    429: RateLimitedResponse,
    460: BadResponse,
    500: OrionServiceError,
    503: OrionServiceError,
    507: OrionServiceError,
    520: OrionServiceError,
    599: OrionServiceError,
    999: BadResponse,
}


@pytest.mark.parametrize(("status", "error"), ERRORS.items())
def test_every_status_has_its_error(scripted: Scripted, way: Any, status: int, error: type[OrionError]) -> None:
    scripted.then(ScriptedResponse(status, {"detail": f"no, {CANARY}\nat all"}))
    with pytest.raises(error) as caught:
        way(scripted.session())
    text = str(caught.value)
    assert type(caught.value) is error
    assert text.startswith(f"get_file GET /api/v3/storage/files/1/: {status}")
    assert "no, *** at all" in text
    assert "\n" not in text
    assert caught.value.request_id == scripted.requests[0].headers["X-Request-Id"]
    assert caught.value.request_id in text
    assert len(scripted.requests) == caught.value.attempts == 1
    assert not contains_token(repr(caught.value) + repr(vars(caught.value)))


# Operation -> how its messages start, the verb of the session, and the raw operation with its arguments.
VERBS: dict[str, tuple[str, Callable[[OrionSession, Path], Any], Any, tuple[Any, ...], dict[str, Any]]] = {
    "list": ("list_files GET", lambda session, _: list(session.list_resources(File)), list_files, (), {}),
    "create": (
        "create_dataset POST", lambda session, _: session.create_resource(Dataset, {"name": "x"}),
        create_dataset, (), {"body": {"name": "x"}},
    ),
    "update": (
        "update_file PATCH", lambda session, _: session.update_resource(File(id=1), {"name": "x"}),
        update_file, (1,), {"body": {"name": "x"}},
    ),
    "delete": ("delete_file DELETE", lambda session, _: session.delete_resource(File(id=1)), delete_file, (1,), {}),
    "tag": (
        "add_tags POST", lambda session, _: session.tag_resource(File(id=1), "x"),
        add_tags, ("file", 1), {"body": {"tags": ["x"]}},
    ),
    "start": (
        "create_job POST", lambda session, _: WorkFloeJob.start(session, 1, "x", {}),
        create_job, (), {"body": {"workfloe": 1, "name": "x", "parameters": {}}},
    ),
    "upload": (
        "upload_file_content PUT", lambda session, _: File(id=1, session=session).put_content(b"CNS"),
        upload_file_content, (1,), {"body": b"CNS"},
    ),
    "download": (
        "download_file GET", lambda session, folder: File(id=1, session=session).download_to_file(folder / "x"),
        download_file, (1,), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("by", ["session", "raw", "raw_async"])
@pytest.mark.parametrize("verb", VERBS)
def test_every_status_of_every_verb_has_its_error(scripted: Scripted, tmp_path: Path, verb: str, by: str) -> None:
    begins, call, raw, args, given = VERBS[verb]
    ways: dict[str, Callable[[OrionSession], Any]] = {
        "session": lambda session: call(session, tmp_path),
        "raw": lambda session: raw.sync(*args, client=session.raw, **given),
        "raw_async": lambda session: asyncio.run(raw.asyncio(*args, client=session.raw_async, **given)),
    }
    for count, (status, error) in enumerate(ERRORS.items(), 1):
        scripted.responses = [ScriptedResponse(status, {"detail": f"no, {CANARY}\nat all"})]
        with pytest.raises(OrionError) as caught:
            ways[by](scripted.session())
        text = str(caught.value)
        assert type(caught.value) is error
        assert text.startswith(begins)
        assert f": {status}" in text
        assert "no, *** at all" in text
        assert "\n" not in text
        assert caught.value.attempts == 1
        assert len(scripted.requests) == count
        assert caught.value.request_id == scripted.requests[-1].headers["X-Request-Id"]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("status", [200, 404, 502])
def test_an_html_error_page_is_reported_as_one(scripted: Scripted, way: Any, status: int) -> None:
    scripted.then(ScriptedResponse(status, raw=PAGE.encode(), headers={"Content-Type": "text/html; charset=utf-8"}))
    with pytest.raises(BadResponse, match=r"web page titled 'Sign in \[31m'") as caught:
        way(scripted.session())
    assert caught.value.response.status_code == status
    assert PAGE in caught.value.response.text


@pytest.mark.parametrize("raw", [b"{", b"null", b"[]", b"", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_body_is_a_bad_response(scripted: Scripted, way: Any, raw: bytes) -> None:
    scripted.then(ScriptedResponse(raw=raw))
    with pytest.raises(BadResponse, match=r"^get_file GET .*: 200 OK: ") as caught:
        way(scripted.session())
    assert "\n" not in str(caught.value)


def test_an_unknown_state_is_a_plain_value(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={**FILE, "state": "hibernating", "new_field": [1]}))
    file = scripted.session().get_resource(File, 1)
    assert file.state == "hibernating"
    assert file.to_dict()["new_field"] == [1]
    model = get_file.sync(1, client=scripted.session().raw)
    assert model.state == "hibernating"


def test_a_missing_field_of_a_raw_response_is_named(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"id": 1}))
    with pytest.raises(BadResponse, match=r"FileInfo.*name"):
        get_file.sync(1, client=scripted.session().raw)


def test_detailed_returns_any_status_without_raising(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(520, {"detail": "odd"}))
    response = get_file.sync_detailed(1, client=scripted.session().raw)
    assert (response.status_code, response.parsed) == (520, None)
    response = asyncio.run(get_file.asyncio_detailed(1, client=scripted.session().raw_async))
    assert (response.status_code, response.parsed) == (520, None)


@pytest.mark.parametrize(
    ("following", "reason"),
    [
        ("http://127.0.0.2:1/api/v3/storage/files/?cursor=x", "another host"),
        ("https://{host}/api/v3/storage/files/?cursor=x", "another host"),
        ("//evil.example/x", "another host"),
        ("http://user@{host}/x", "invalid URL"),
        ("http://{host}\\@evil.example/x", "invalid URL"),
        ("ftp://{host}/x", "invalid URL"),
        ("http://[::1", "invalid URL"),
        ("", None),
        ("/api/v3/storage/files/", "read already"),
        ("?", "read already"),
    ],
)
def test_a_next_link_stays_on_the_host_and_advances(scripted: Scripted, following: str, reason: str | None) -> None:
    link = following.replace("{host}", scripted.url.removeprefix("http://"))
    scripted.then(ScriptedResponse(data={"count": 1, "next": link, "results": [FILE]}))
    listing = scripted.session().list_resources(File)
    assert next(listing).id == 1
    if reason is None:
        assert list(listing) == []
    else:
        with pytest.raises(BadResponse, match=reason):
            list(listing)
    assert len(scripted.requests) == 1


def test_a_cycle_of_pages_is_an_error(scripted: Scripted) -> None:
    for cursor in "ab":
        scripted.then(ScriptedResponse(data={"count": 9, "next": f"?cursor={cursor}", "results": [FILE]}))
    scripted.then(ScriptedResponse(data={"count": 9, "next": "?cursor=a", "results": [FILE]}))
    with pytest.raises(BadResponse, match="read already"):
        list(scripted.session().list_resources(File))
    assert len(scripted.requests) == 3


@pytest.mark.parametrize("page", [{}, {"results": None, "next": None}, {"results": [3], "next": None}])
def test_an_invalid_page_is_an_error(scripted: Scripted, page: Any) -> None:
    scripted.then(ScriptedResponse(data=page))
    with pytest.raises(BadResponse):
        list(scripted.session().list_resources(File))


@pytest.mark.parametrize("name", sorted(WAYS))
def test_a_drip_ends_at_the_deadline(scripted: Scripted, name: str) -> None:
    scripted.then(drip(120, 0.2))
    started = time.monotonic()
    with pytest.raises(OrionTimeout, match="no response within the timeout"):
        WAYS[name](scripted.session(request_timeout=0.7, retry_timeout=0.7))
    assert time.monotonic() - started < 0.7 + LATE


def test_a_closed_port_is_a_connection_error(scripted: Scripted, way: Any) -> None:
    with Scripted(ScriptedResponse()) as gone:
        url = gone.url
    with pytest.raises(OrionConnectionError, match="cannot connect to the server") as caught:
        way(OrionSession(scripted.config(url=url)))
    assert caught.value.attempts == 5
    assert not caught.value.may_have_been_applied


def test_a_lost_response_is_retried_only_if_that_is_safe(scripted: Scripted) -> None:
    def hang_up(handler: Any) -> None:
        handler.close_connection = True

    scripted.then(ScriptedResponse(write=hang_up), ScriptedResponse(data=FILE))
    assert scripted.session().get_resource(File, 1).id == 1
    assert len(scripted.requests) == 2
    scripted.responses = [ScriptedResponse(write=hang_up), ScriptedResponse(201, data=FILE)]
    with pytest.raises(OrionConnectionError, match="may have been applied") as caught:
        scripted.session().create_resource(Dataset, {"name": "once"})
    assert caught.value.may_have_been_applied
    assert len(scripted.requests) == 3


def test_errors_survive_copy_and_pickle_without_the_token(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(404, {"detail": CANARY}))
    with pytest.raises(NotFoundResponse) as caught:
        scripted.session().get_resource(File, 1)
    error = caught.value
    for twin in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert isinstance(twin, NotFoundResponse)
        assert not contains_token(f"{twin} {vars(twin)} {twin.response.text} {vars(twin.response)}")
        assert twin.response.status_code == 404
        assert twin.attempts == 1


def test_an_unread_page_is_not_requested(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"count": 2, "next": "?cursor=b", "results": [FILE]}), ScriptedResponse(500))
    listing = scripted.session().list_resources(File)
    assert scripted.requests == []
    assert next(listing).id == 1
    assert len(scripted.requests) == 1


def test_raw_listing_through_the_session(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"count": 1, "next": None, "results": [FILE]}))
    page = list_files.sync(client=scripted.session().raw, tags=["a", "b"], deleted=True)
    assert page.results[0].name == "x"
    assert scripted.requests[0].path == "/api/v3/storage/files/?tags=a&tags=b&deleted=true"
