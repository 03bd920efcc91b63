"""Test the behaviour of our output beyond the fixed defects."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from generator_server import ScriptedResponse, Server
from generator_subjects import TOKEN, Ours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

THING = {"id": 1, "state": "ready"}


def test_build_does_not_send_the_request(ours: Ours) -> None:
    request = ours.operation("get_thing").build("7", x_key="k")
    assert (request.method, request.path, request.route) == ("GET", "/api/v1/things/7/", "/api/v1/things/{thing_id}/")
    assert request.query == ()
    assert dict(request.headers) == {"X-Key": "k"}
    assert request.operation is ours.module("operations").OPERATIONS["get_thing"]


def test_the_index_has_the_metadata_of_the_contract(ours: Ours) -> None:
    operations = ours.module("operations").OPERATIONS
    assert list(operations)[:2] == ["list_things", "create_thing"]
    found = operations["download_thing"]
    assert (found.retry, found.paging, found.stream, found.auth) == ("read", None, "download", True)
    assert (found.success, found.evidence, found.tag, found.version) == ((200,), "assumed", "things", 1)
    assert operations["list_things"].paging == "link"
    assert operations["obtain_token"].auth is False


def test_a_request_is_immutable(ours: Ours) -> None:
    request = ours.operation("get_thing").build(7, x_key="k")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        request.path = "/"
    with pytest.raises(TypeError):
        request.headers["Authorization"] = "x"


def test_with_query_returns_a_copy(ours: Ours) -> None:
    request = ours.operation("list_things").build(state="ready")
    more = request.with_query({"cursor": None, "limit": 5, "tags": ["a", "b"], "deleted": False})
    assert request.query == (("state", "ready"),)
    assert more.query == (("state", "ready"), ("limit", "5"), ("tags", "a"), ("tags", "b"), ("deleted", "false"))


@pytest.mark.parametrize("given", ["", "..", "1/../2", "x", "1?a=b", True, -1, "²"])
def test_ids_in_a_path_must_be_integers(ours: Ours, given: Any) -> None:
    with pytest.raises(ValueError, match="thing_id"):
        ours.operation("get_thing").build(given)


def test_strings_in_a_path_are_encoded(ours: Ours) -> None:
    encode_segment = ours.module("_wire").encode_segment
    assert encode_segment("kind", "a/../b?c=d#e%2e") == "a%2F..%2Fb%3Fc%3Dd%23e%252e"
    for given in ("", ".", ".."):
        with pytest.raises(ValueError, match="kind"):
            encode_segment("kind", given)


def test_repr_redacts_bodies(ours: Ours) -> None:
    types = ours.module("types")
    for value in (types.Content(b"secret"), types.Json("secret")):
        assert "secret" not in repr(value)
    request = ours.operation("obtain_token", "identity").build(body={"username": "ann", "password": "secret"})
    assert "secret" not in repr(request)


def test_a_model_round_trips(ours: Ours) -> None:
    data = {**THING, "created": None, "data": {"a": [1]}, "parent": {"id": 2, "state": "odd"}, "new": "field"}
    thing = ours.thing(data)
    assert thing.parent.state == "odd"
    assert thing.data == {"a": [1]}
    assert thing.additional_properties == {"new": "field"}
    assert thing.to_dict() == data


def test_check_converts_nothing(ours: Ours) -> None:
    operation = ours.operation("get_thing")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert operation.check(200, headers, b'{"id": "odd"}') == {"id": "odd"}
    assert ours.operation("delete_thing").check(204, {}, b"") == {}
    errors = ours.module("errors")
    with pytest.raises(errors.UnexpectedStatus):
        operation.check(201, headers, b"{}")
    for content in (b"[]", b"{", b"\xff", b"null", b"[" * 100_000):
        with pytest.raises(errors.UnexpectedBody, match="get_thing"):
            operation.check(200, headers, content)


def test_an_error_is_one_line_with_the_detail_of_the_server(ours: Ours, server: Server) -> None:
    server.respond_json({"detail": "no such\nthing"}, 404)
    with ours.client(server.url) as client, pytest.raises(ours.module("errors").UnexpectedStatus) as caught:
        ours.operation("get_thing").sync(1, client=client)
    message = "get_thing (GET /api/v1/things/{thing_id}/): the server responded 404: no such thing"
    assert str(caught.value) == message
    assert (caught.value.status_code, caught.value.operation.id) == (404, "get_thing")


def test_a_detailed_response_raises_no_error(ours: Ours, server: Server) -> None:
    get, delete = ours.operation("get_thing"), ours.operation("delete_thing")
    with ours.client(server.url) as client:
        server.respond_json({"detail": "x"}, 503)
        response = get.sync_detailed(1, client=client)
        assert (response.status_code, response.parsed, response.headers["CONTENT-TYPE"]) == (
            503,
            None,
            "application/json",
        )
        server.respond_json(THING)
        assert get.sync_detailed(1, client=client).parsed.id == 1
        server.response = ScriptedResponse(204)
        assert delete.sync_detailed(1, client=client).parsed is None
        assert delete.sync(1, client=client) is None


def test_a_redirect_is_not_followed(ours: Ours, server: Server, other_server: Server) -> None:
    server.response = ScriptedResponse(302, b"", {"location": other_server.url})
    with ours.client(server.url) as client:
        assert ours.operation("get_thing").sync_detailed(1, client=client).status_code == 302
    assert not other_server.requests


@pytest.mark.parametrize("link", ["?cursor=2", "/api/v1/things/?cursor=2"])
def test_a_relative_link_is_followed_with_the_token(ours: Ours, server: Server, link: str) -> None:
    server.respond_json({})
    request = attrs.evolve(ours.operation("list_things").build(state="ready"), url=link)
    with ours.client(server.url) as client, client.send(request) as response:
        assert response.status_code == 200
    assert server.requests[0].path == "/api/v1/things/?cursor=2"
    assert server.requests[0].headers["authorization"] == f"Token {TOKEN}"


def test_credentials_in_a_link_are_not_sent(ours: Ours, server: Server, other_server: Server) -> None:
    other_server.respond_json({})
    with ours.client(server.url) as client:
        ours.follow(client, other_server.url.replace("http://", "http://user:password@"))
    assert "authorization" not in other_server.requests[0].headers


def test_an_operation_without_authentication_sends_no_token(ours: Ours, server: Server) -> None:
    server.respond_json({"token": "x"})
    body = {"username": "a", "password": "b"}
    with ours.client(server.url) as client:
        assert ours.operation("obtain_token", "identity").sync(client=client, body=body).token == "x"
    assert "authorization" not in server.requests[0].headers


def test_an_iterable_is_sent_with_its_length_if_known(ours: Ours, server: Server) -> None:
    server.response = ScriptedResponse(204)
    types, operation = ours.module("types"), ours.operation("upload_thing_content")
    with ours.client(server.url) as client:
        operation.sync(1, client=client, body=iter([b"ab", b"c"]))
        request = attrs.evolve(operation.build(1, body=b""), body=types.Content(iter([b"ab", b"c"]), length=3))
        client.send(request).close()
        operation.sync(1, client=client, body=b"abc")
    assert [request.body for request in server.requests] == [b"abc"] * 3
    assert [request.headers.get("content-length") for request in server.requests] == [None, "3", "3"]
    assert {request.headers["content-type"] for request in server.requests} == {"application/octet-stream"}


def test_a_growing_file_is_sent_with_its_initial_length(ours: Ours, server: Server) -> None:
    class Growing(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            position = self.tell()
            self.seek(0, os.SEEK_END)
            self.write(b"more")
            self.seek(position)
            return super().readinto(buffer)

    server.response = ScriptedResponse(204)
    with ours.client(server.url) as client:
        ours.operation("upload_thing_content").sync(1, client=client, body=Growing(b"abc"))
    assert server.requests[0].body == b"abc"


@pytest.mark.parametrize("body", ["abc", io.StringIO("abc")])
def test_a_string_body_is_rejected(ours: Ours, server: Server, body: Any) -> None:
    with ours.client(server.url) as client, pytest.raises(TypeError, match="bytes"):
        ours.operation("upload_thing_content").sync(1, client=client, body=body)


def test_asynchronous_operations(ours: Ours, server: Server) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"c"

    async def work() -> None:
        async with ours.module("client").AuthenticatedClient(server.url, TOKEN) as client:
            server.respond_json(THING)
            assert (await ours.operation("get_thing").asyncio(1, client=client)).state == "ready"
            detailed = await ours.operation("get_thing").asyncio_detailed(1, client=client)
            assert (detailed.status_code, detailed.parsed.id) == (200, 1)
            server.response = ScriptedResponse(204)
            await ours.operation("upload_thing_content").asyncio(1, client=client, body=chunks())
            assert await ours.operation("delete_thing").asyncio(1, client=client) is None
            server.response = ScriptedResponse(200, b"abc", {"content-type": "application/octet-stream"})
            async with await ours.operation("download_thing").asyncio(1, client=client) as response:
                assert b"".join([chunk async for chunk in response.aiter_bytes()]) == b"abc"
            server.respond_json({"detail": "x"}, 404)
            for name in ("get_thing", "download_thing"):
                with pytest.raises(ours.module("errors").UnexpectedStatus, match="404"):
                    await ours.operation(name).asyncio(1, client=client)

    asyncio.run(work())
    assert server.requests[2].body == b"abc"


def test_a_download_with_a_bad_status_is_an_error(ours: Ours, server: Server) -> None:
    server.respond_json({"detail": "gone"}, 404)
    with ours.client(server.url) as client:
        with pytest.raises(ours.module("errors").UnexpectedStatus, match="gone"):
            ours.operation("download_thing").sync(1, client=client)
        with ours.operation("download_thing").sync_detailed(1, client=client) as response:
            assert response.status_code == 404


def test_a_lost_connection_raises_request_failed(ours: Ours, server: Server) -> None:
    server.response = ScriptedResponse(
        200, iter([b"abc"]), {"content-type": "application/octet-stream", "content-length": "10"}
    )
    errors = ours.module("errors")
    with ours.client(server.url) as client:
        with (
            ours.operation("download_thing").sync(1, client=client) as response,
            pytest.raises(errors.RequestFailed, match="download_thing"),
        ):
            list(response.iter_bytes())
        server.close()
        with pytest.raises(ConnectionError, match="get_thing") as caught:
            ours.operation("get_thing").sync(1, client=client)
    assert isinstance(caught.value, errors.OrionApiError)


def test_with_timeout(ours: Ours, server: Server) -> None:
    def never() -> Any:
        yield b""
        released.wait(5)

    import threading

    released = threading.Event()
    server.response = ScriptedResponse(200, never(), {"content-type": "application/json", "content-length": "2"})
    try:
        with ours.client(server.url) as client, pytest.raises(TimeoutError, match="get_thing"):
            ours.operation("get_thing").sync(1, client=client.with_timeout(0.05))
    finally:
        released.set()


def test_a_child_process_opens_its_own_connections(ours: Ours, server: Server, monkeypatch: Any) -> None:
    with ours.client(server.url) as client:
        parents = ours.get_connections(client)
        monkeypatch.setattr(os, "getpid", lambda: -1)
        childs = ours.get_connections(client)
        assert childs is not parents
        childs.close()
        monkeypatch.undo()
        assert ours.get_connections(client) is parents


@pytest.mark.parametrize("url", ["orion.example", "ftp://x", "http://u:p@x", "https://x/?a=b", "https://"])
def test_an_invalid_base_url_is_rejected(ours: Ours, url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        ours.module("client").Client(url)


def test_an_unknown_http_library_is_rejected(generated: Path) -> None:
    script = f"from {generated.name} import _runtime; _runtime.load_http_library()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=generated.parent,
        env={**os.environ, "ORION_HTTP_LIBRARY": "requests"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ValueError: ORION_HTTP_LIBRARY must be 'httpx' or 'httpx2', not 'requests'" in done.stderr


def test_modules_are_imported_lazily(generated: Path) -> None:
    name = generated.name
    script = f"import sys, {name}, {name}.contract, {name}.inputs; {name}.contract.load(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=generated.parent, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"httpx", "pydantic", f"{name}.client", f"{name}.operations", f"{name}.models"}


def test_contract_models_need_the_extra(generated: Path) -> None:
    for module in ("models", "queries"):
        script = f"import sys; sys.modules['pydantic'] = None; import {generated.name}.contract.{module}"
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=generated.parent, capture_output=True, text=True, check=False
        )
        errors = [line for line in done.stderr.splitlines() if "Error: " in line]
        assert errors == ["ImportError: orion_api.contract needs pydantic: pip install 'orion-platform-client[local]'"]


def test_contract_models_are_strict(run: Any, generated: Path) -> None:
    script = f"""
import pydantic
from {generated.name}.contract.models import CreateThing, ThingInfo
from {generated.name}.contract.queries import ListThingsQuery
CreateThing.model_validate({{"name": "x"}})
ThingInfo.model_validate({{"id": 1, "state": "odd", "created": None, "parent": None, "more": 1}})
assert ListThingsQuery.model_validate({{"deleted": "true"}}).deleted is True
for model, bad in (
    (CreateThing, {{"name": "x", "other": 1}}), (CreateThing, {{"name": 1}}), (CreateThing, {{"name": ""}}),
    (CreateThing, {{"name": "x", "note": None}}), (CreateThing, {{}}), (ThingInfo, {{"id": "1", "state": "x"}}),
    (ListThingsQuery, {{"other": "1"}}),
):
    try:
        model.model_validate(bad)
    except pydantic.ValidationError:
        continue
    raise SystemExit(f"{{model.__name__}} accepts {{bad}}")
"""
    done = run("-c", script, cwd=generated.parent)
    assert done.returncode == 0, done.stderr


def test_an_unexpected_body_is_in_the_error(ours: Ours, server: Server) -> None:
    server.respond_json({"id": 1})
    errors = ours.module("errors")
    with ours.client(server.url) as client:
        for function in ("sync", "sync_detailed"):
            with pytest.raises(errors.UnexpectedBody) as caught:
                getattr(ours.operation("get_thing"), function)(1, client=client)
            assert str(caught.value).endswith("ThingInfo.state is missing (status 200)")
            assert caught.value.content == b'{"id": 1}'


def test_the_token_is_not_sent_to_an_http_link(ours: Ours, server: Server) -> None:
    # Same host and port, other scheme. The request is only built, not sent.
    runtime = ours.module("_runtime")
    request = attrs.evolve(ours.operation("list_things").build(), url="http://orion.example:443/x")
    with ours.client("https://orion.example") as client:
        for url, expected in ((None, True), ("https://ORION.example:443/x", True), (request.url, False)):
            target = attrs.evolve(request, url=url)
            sent = runtime._build_request(
                ours.get_connections(client), client.base_url, "Token x", 1.0, target, runtime._iter_chunks
            )
            assert ("authorization" in sent.headers) is expected
