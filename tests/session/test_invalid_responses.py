"""Successful responses with invalid bodies: missing ids, other pages, and connections that break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.datasets import create_dataset
from orion_api.api.files import delete_file, download_file, get_file

from orionclient._requesting import pagination
from orionclient.emulator.faults import reset_after, set_field, status
from orionclient.exceptions import (
    AuthorizationRequired,
    BadResponse,
    NotFoundResponse,
    OrionConnectionError,
    OrionError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Folder, Shard, ShardCollection, WorkFloeJob

CONTRACT: dict[str, Any] = json.loads((files("orion_api") / "contract" / "openapi.json").read_text())
PAGE = ScriptedResponse(
    raw=b"<html><title>Please sign in</title></html>", headers={"Content-Type": "text/html; charset=utf-8"}
)


def test_a_captive_portal_page_is_rejected_as_content(scripted: Scripted, tmp_path: Path) -> None:
    scripted.then(PAGE)
    target = tmp_path / "x"
    with pytest.raises(BadResponse, match="web page titled 'Please sign in'"):
        File(id=1, session=scripted.session()).download_to_file(target)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mark", ["ETag", "Repr-Digest"])
def test_a_stored_html_page_is_content(scripted: Scripted, mark: str) -> None:
    scripted.then(PAGE._replace(headers={**PAGE.headers, mark: '"1"'}))
    assert b"".join(File(id=1, session=scripted.session()).download()) == PAGE.raw


def test_an_item_repeated_on_the_next_page_is_skipped(scripted: Scripted) -> None:
    pages = [
        {"results": [{"id": 1}, {"id": 2}], "next": "/two"},
        {"results": [{"id": 2}, {"id": 3}], "next": "/three"},
        {"results": [{"id": 4}], "next": None},
    ]
    scripted.then(*(ScriptedResponse(data=page) for page in pages))
    assert [each.id for each in scripted.session().list_resources(File)] == [1, 2, 3, 4]


@pytest.mark.parametrize("item", [{"name": "x"}, {"id": None}, {"id": "seven"}, {"id": 7.5}, {"id": True}, {"id": -1}])
def test_an_item_without_an_id_is_an_error(scripted: Scripted, item: dict[str, Any]) -> None:
    scripted.then(ScriptedResponse(data={"results": [{"id": 1}, item], "next": None}))
    listing = scripted.session().list_resources(File)
    assert next(listing).id == 1
    with pytest.raises(
        BadResponse,
        match=r"^list_files GET \S+: 200 OK: the (resource in the response has no id|id in the response must be an integer)",
    ) as caught:
        next(listing)
    assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, False)


@pytest.mark.parametrize("data", [{"id": "7"}, {"id": 9.0e18, "id_str": "7"}])
def test_an_id_may_be_a_string(scripted: Scripted, data: dict[str, Any]) -> None:
    scripted.then(ScriptedResponse(data={**data, "collection": 3}))
    assert scripted.session().get_resource(Shard(collection=ShardCollection(id=3)), 7).id == 7


def test_a_folder_needs_no_id(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"results": [{"path": "/x"}], "next": None}))
    assert [each.path for each in scripted.session().list_resources(Folder)] == ["/x"]


PARAMS = {"promoted": {"text": "CNS"}}
WITHOUT_ID = ["remove;field=id", 'set_field;field=id;value="seven"']
CREATIONS: dict[str, Callable[[OrionSession], object]] = {
    "verb": lambda session: Dataset.create(session, "x"),
    "raw": lambda session: create_dataset.sync(client=session.raw, body={"name": "x"}),
    "raw_async": lambda session: asyncio.run(create_dataset.asyncio(client=session.raw_async, body={"name": "x"})),
}
CHANGES: dict[str, tuple[str, Callable[[OrionSession, int, int], object]]] = {
    "create": ("create_dataset", lambda session, _, __: Dataset.create(session, "x")),
    "create_resource": ("create_dataset", lambda session, _, __: session.create_resource(Dataset, {"name": "x"})),
    "start": ("create_job", lambda session, floe, _: WorkFloeJob.start(session, floe, "x", PARAMS)),
    "update": ("update_file", lambda session, _, file: session.update_resource(File(id=file), {"name": "x"})),
    "upload": ("upload_file_content", lambda session, _, file: File(id=file, session=session).put_content(b"x")),
    "raw": ("create_dataset", lambda session, _, __: CREATIONS["raw"](session)),
    "raw_async": ("create_dataset", lambda session, _, __: CREATIONS["raw_async"](session)),
}


@pytest.mark.parametrize("step", WITHOUT_ID)
@pytest.mark.parametrize("change", CHANGES)
def test_a_write_whose_response_has_no_id_was_applied(
    orion: LocalOrion, session: OrionSession, plain: Plain, change: str, step: str
) -> None:
    operation, call = CHANGES[change]
    floe = plain.get("/api/v1/workfloes/?title=Echo")["results"][0]["id"]
    file = plain.request("POST", "/api/v3/storage/files/", {"name": "there"})[1]["id"]
    orion.faults.script(operation, [step])
    with pytest.raises(BadResponse, match=rf"^{operation} P.*\bid\b.*, it was applied\)$") as caught:
        call(session, floe, file)
    assert caught.value.may_have_been_applied
    assert (caught.value.attempts, bool(caught.value.request_id)) == (1, True)
    orion.faults.assert_consumed()
    assert orion.faults.effects(operation) == len(orion.faults.requests(operation)) == 1


@pytest.mark.parametrize("step", WITHOUT_ID)
def test_reading_a_resource_without_an_id_is_an_error(orion: LocalOrion, session: OrionSession, step: str) -> None:
    made = Dataset.create(session, "x")
    reads: list[Callable[[], object]] = [
        lambda: session.get_resource(Dataset, made.id),
        lambda: session.refresh_resource(made),
        lambda: session.refresh_resource_until(made, "name", "y", timeout=600),
    ]
    for read in reads:
        orion.faults.clear()
        orion.faults.script("get_dataset", [step])
        with pytest.raises(BadResponse, match=r"^get_dataset GET .*\bid\b.* \(request \w+\)$") as caught:
            read()
        assert (caught.value.attempts, caught.value.may_have_been_applied) == (1, False)
        assert len(orion.faults.requests("get_dataset")) == 1
    assert made.name == "x"


def _object_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the object that a response is, or of its items."""
    while "$ref" in schema:
        schema = CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    results = schema["properties"].get("results")
    return schema if results is None else _object_of(results["items"])


def test_every_resource_of_the_contract_is_known_to_have_an_id() -> None:
    without = set()
    for methods in CONTRACT["paths"].values():
        for found in methods.values():
            if not isinstance(found, dict) or "operationId" not in found:
                continue
            for code, response in found["responses"].items():
                content = response.get("content", {})
                if code[0] == "2" and "application/json" in content:
                    schema = _object_of(content["application/json"]["schema"])
                    if "id" not in schema.get("required", ()) or "null" in schema["properties"]["id"]["type"]:
                        without.add(found["operationId"])
                elif code[0] == "2" and not content:
                    # Where the contract promises no object, none is checked.
                    assert code == "204", found["operationId"]
    assert without == pagination._NO_ID


@pytest.mark.parametrize("times", [1, 4])
def test_content_that_was_stored_corrupt_is_sent_again(orion: LocalOrion, plain: Plain, times: int) -> None:
    orion.faults.script("upload_file_content", [set_field("sha256", "0" * 64)], times=times)
    file = File.upload(orion.session(), "x", b"content")
    orion.faults.assert_consumed()
    assert len(orion.faults.requests("upload_file_content")) == times + 1
    assert plain.request("GET", f"/api/v3/storage/files/{file.id}/download")[1] == b"content"


def test_corrupt_content_is_sent_again_only_a_few_times(orion: LocalOrion, plain: Plain) -> None:
    orion.faults.script("upload_file_content", [set_field("sha256", "0" * 64)], times=5)
    with pytest.raises(OrionConnectionError, match="a different digest") as caught:
        File.upload(orion.session(), "x", b"content")
    assert caught.value.attempts == 5
    orion.faults.assert_consumed()
    assert plain.get("/api/v3/storage/files/")["count"] == 0


def test_a_rejection_says_nothing_about_earlier_attempts(orion: LocalOrion, session: OrionSession) -> None:
    session.is_authenticated()
    orion.faults.script("create_dataset", [reset_after(), status(404)])
    with pytest.raises(NotFoundResponse, match="it may have been applied") as caught:
        Dataset.create(session, "x")
    assert caught.value.may_have_been_applied
    assert orion.faults.effects("create_dataset") == 1


@pytest.mark.parametrize("create", CREATIONS)
def test_a_creation_with_an_html_response_may_have_been_applied(
    orion: LocalOrion, session: OrionSession, create: str
) -> None:
    orion.faults.script("create_dataset", [{"step": "html", "applied": True}])
    with pytest.raises(BadResponse, match="web page.*, it may have been applied") as caught:
        CREATIONS[create](session)
    assert caught.value.may_have_been_applied
    assert orion.faults.effects("create_dataset") == 1


@pytest.mark.parametrize("create", CREATIONS)
@pytest.mark.parametrize("step", ["broken_json", "cut;sent=5", "cut;sent=5;how=close;framing=chunked", "gzip_cut"])
def test_a_creation_with_a_truncated_response_was_applied(
    orion: LocalOrion, session: OrionSession, create: str, step: str
) -> None:
    # Support for idempotency keys is learned even from a truncated response.
    orion.faults.script("create_dataset", [step], times=9)
    with pytest.raises(OrionError, match=r", it was applied\)$") as caught:
        CREATIONS[create](session)
    assert caught.value.may_have_been_applied
    assert orion.faults.effects("create_dataset") == 1


def test_an_applied_request_stays_applied_after_a_rejection(orion: LocalOrion, session: OrionSession) -> None:
    file = File.upload(session, "before", b"x")
    orion.faults.script("update_file", ["cut;sent=5", 403])
    with pytest.raises(AuthorizationRequired, match=r", it was applied\)$") as caught:
        session.update_resource(file, {"name": "after"})
    assert caught.value.attempts == 2
    assert orion.faults.effects("update_file") == 1


def test_a_truncated_read_was_not_applied(orion: LocalOrion, session: OrionSession) -> None:
    session.is_authenticated()
    orion.faults.script("list_datasets", ["cut;sent=5"], times=9)
    with pytest.raises(OrionConnectionError) as caught:
        list(session.list_resources(Dataset))
    assert "applied" not in str(caught.value)
    assert caught.value.call is not None
    assert (caught.value.may_have_been_applied, caught.value.call.applied) == (False, False)


def _nothing(status: int) -> ScriptedResponse:
    """Promise JSON and close the connection before its first byte."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" % status)
        handler.close_connection = True

    return ScriptedResponse(write=write)


def _by_session(session: OrionSession) -> str:
    return session.get_resource(File, 1).name


def _by_raw(session: OrionSession) -> str:
    return str(get_file.sync(1, client=session.raw).name)


def _by_raw_async(session: OrionSession) -> str:
    async def work() -> str:
        return str((await get_file.asyncio(1, client=session.raw_async)).name)

    return asyncio.run(work())


WAYS = pytest.mark.parametrize("way", [_by_session, _by_raw, _by_raw_async])
WHOLE = {
    "id": 1, "name": "x", "state": "ready", "project": 1, "owner": 1, "created": "2020-01-01T00:00:00.000000Z", "size": 3,
}  # fmt: skip


@WAYS
def test_json_cut_before_its_first_byte_is_requested_again(
    scripted: Scripted, way: Callable[[OrionSession], str]
) -> None:
    scripted.then(_nothing(200), ScriptedResponse(data=WHOLE))
    assert way(scripted.session()) == "x"
    assert len(scripted.requests) == 2


def test_a_204_has_no_body(scripted: Scripted) -> None:
    scripted.then(_nothing(204))
    assert scripted.session().raw.send(delete_file.build(1)).status_code == 204
    assert [request.method for request in scripted.requests] == ["DELETE"]


@WAYS
def test_an_empty_json_body_is_a_bad_response(scripted: Scripted, way: Callable[[OrionSession], str]) -> None:
    scripted.then(ScriptedResponse(raw=b""))
    with pytest.raises(BadResponse):
        way(scripted.session())
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("sent", ["utf-8", "latin-1"])
def test_non_ascii_headers_are_read_alike_by_all_drivers(scripted: Scripted, sent: str) -> None:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write("HTTP/1.1 200 OK\r\nX-Name: \u00e9t\u00e9\r\nContent-Length: 0\r\n\r\n".encode(sent))

    scripted.then(ScriptedResponse(write=write))
    session = scripted.session()
    with session._calls.send(download_file.build(1)) as response:
        assert response.headers["x-name"] == "\u00e9t\u00e9"

    async def work() -> str:
        response = await session._calls.send_async(download_file.build(1), None)
        await response.aclose()
        return response.headers["x-name"]

    assert asyncio.run(work()) == "\u00e9t\u00e9"
