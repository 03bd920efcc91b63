"""Test every defect of the stock output that our templates fix.

Each test runs against our output, where it must pass, and against the stock output, where it must fail with the known defect.
"""

from __future__ import annotations

import copy
import hashlib
import inspect
import json
import pickle
import re
import subprocess
import sys
import threading
import tracemalloc
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from generator_server import ScriptedResponse, Server
from generator_subjects import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator_subjects import Ours

THING = {"id": 1, "state": "ready"}


def fixes(defect: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test against both outputs: it must pass for ours, and fail for the stock output with a message that matches `defect`."""

    def decorate(body: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("output", ["ours", "stock"])
        def test(output: str, request: pytest.FixtureRequest) -> None:
            names = list(inspect.signature(body).parameters)[1:]
            arguments = {name: request.getfixturevalue(name) for name in names}
            subject = request.getfixturevalue(output)
            if output == "ours":
                body(subject, **arguments)
                return
            with pytest.raises((Exception, pytest.fail.Exception)) as caught:
                body(subject, **arguments)
            assert re.search(defect, f"{type(caught.value).__name__}: {caught.value}")

        test.__name__ = body.__name__
        return test

    return decorate


@fixes("460 is not a valid HTTPStatus")
def test_an_unregistered_status_is_accepted(subject: Ours, server: Server) -> None:
    with subject.client(server.url) as client:
        for status in (460, 499, 520, 599):
            server.respond_json({"detail": "odd"}, status)
            with pytest.raises(subject.errors, match=str(status)):
                subject.operation("get_thing").sync(1, client=client)


@fixes("'odd' is not a valid ThingState")
def test_an_unknown_state_does_not_break_the_page(subject: Ours) -> None:
    page = subject.page({"next": None, "results": [THING, {"id": 2, "state": "odd"}]})
    assert [thing.state for thing in page.results] == ["ready", "odd"]


@fixes("'odd' is not a valid ThingState")
def test_an_unknown_state_behaves_like_a_known_one(subject: Ours) -> None:
    state = subject.state("odd")
    assert state == "odd" == str(state) == state.value
    assert state == subject.state("odd") != subject.state("other")
    assert hash(state) == hash("odd")
    assert pickle.loads(pickle.dumps(state)) == state
    assert copy.deepcopy(state) == state
    assert json.dumps(state) == '"odd"'


@fixes(r"assert \d+ < ")
def test_a_download_is_not_held_in_memory(subject: Ours, server: Server) -> None:
    block, count = bytes(1 << 20), 64
    headers = {"content-type": "application/octet-stream", "content-length": str(len(block) * count)}
    server.response = ScriptedResponse(200, (block for _ in range(count)), headers)
    digest = hashlib.sha256()
    with subject.client(server.url) as client:
        tracemalloc.start()
        try:
            for chunk in subject.download(client):
                digest.update(chunk)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert digest.hexdigest() == hashlib.sha256(block * count).hexdigest()
    assert peak < 16 << 20


@fixes("not in")
def test_repr_redacts_the_token(subject: Ours, server: Server) -> None:
    with subject.client(server.url) as client:
        assert TOKEN not in repr(client)


@fixes("'authorization' not in")
def test_the_token_is_sent_only_to_its_origin(subject: Ours, server: Server, other_server: Server) -> None:
    server.respond_json({})
    other_server.respond_json({})
    with subject.client(server.url) as client:
        subject.follow(client, f"{server.url}/api/v1/things/?cursor=2")
        subject.follow(client, f"{other_server.url}/api/v1/things/?cursor=2")
    assert server.requests[0].headers["authorization"] == f"Token {TOKEN}"
    assert "authorization" not in other_server.requests[0].headers


@fixes("JSONDecodeError")
def test_an_html_page_is_not_a_success(subject: Ours, server: Server) -> None:
    server.respond_html(200)
    with subject.client(server.url) as client, pytest.raises(subject.errors):
        subject.operation("get_thing").sync(1, client=client)


@fixes("JSONDecodeError")
def test_an_error_with_an_html_page_is_that_error(subject: Ours, server: Server) -> None:
    server.respond_html(404)
    with subject.client(server.url) as client, pytest.raises(subject.errors, match="404"):
        subject.operation("get_thing").sync(1, client=client)


@fixes("KeyError: 'state'")
def test_a_missing_field_is_named(subject: Ours) -> None:
    with pytest.raises(subject.errors, match=r"ThingPage.results: \[0\]: ThingInfo.state is missing"):
        subject.page({"next": None, "results": [{"id": 1}]})


@fixes("DID NOT RAISE")
def test_a_field_of_another_type_is_an_error(subject: Ours) -> None:
    with pytest.raises(subject.errors, match=r"ThingInfo.created is not a date"):
        subject.thing({**THING, "created": "yesterday"})


@fixes(r"assert \d == 1")
def test_threads_share_one_connection_pool(subject: Ours, server: Server) -> None:
    for _ in range(5):
        with subject.client(server.url) as client:
            start, found = threading.Barrier(8), []

            def take(client: Any = client, start: threading.Barrier = start, found: list[Any] = found) -> None:
                start.wait()
                found.append(subject.get_connections(client))

            threads = [threading.Thread(target=take) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            distinct = {id(connections) for connections in found}
            for connections in found:
                connections.close()
        assert len(distinct) == 1


@fixes(r"Timeout\(timeout=0.5\) ==")
def test_with_timeout_does_not_change_the_client(subject: Ours, server: Server) -> None:
    with subject.client(server.url) as client:
        connections, before = subject.get_connections(client), copy.copy(subject.get_timeout(client))
        other = subject.with_timeout(client, 0.5)
        assert subject.get_timeout(client) == before
        assert subject.get_connections(other) is connections


@fixes("Too little data for declared Content-Length")
def test_a_file_is_sent_from_its_position(subject: Ours, server: Server, tmp_path: Path) -> None:
    server.response = ScriptedResponse(204)
    (tmp_path / "file").write_bytes(b"0123456789")
    with subject.client(server.url) as client, (tmp_path / "file").open("rb") as file:
        for attempt in (3, 3, 7):
            file.seek(attempt)
            subject.send_content(client, file)
    assert [request.body for request in server.requests] == [b"3456789", b"3456789", b"789"]
    assert [request.headers["content-length"] for request in server.requests] == ["7", "7", "3"]


@fixes("RuntimeError")
def test_an_ordinary_file_can_be_sent_asynchronously(subject: Ours, server: Server, tmp_path: Path) -> None:
    server.response = ScriptedResponse(204)
    (tmp_path / "file").write_bytes(b"0123456789")
    with (tmp_path / "file").open("rb") as file:
        subject.send_content_async(server.url, file)
    assert server.requests[0].body == b"0123456789"
    assert server.requests[0].headers["content-length"] == "10"


@fixes("Header value must be str")
def test_a_header_accepts_a_uuid(subject: Ours, server: Server) -> None:
    server.respond_json(THING)
    key = uuid.uuid4()
    with subject.client(server.url) as client:
        subject.operation("get_thing").sync(1, client=client, x_key=key)
    assert server.requests[0].headers["x-key"] == str(key)


@fixes("Illegal header value b'Token a-very-secret-token")
def test_a_header_cannot_be_split_and_the_error_redacts_it(subject: Ours, server: Server) -> None:
    server.respond_json(THING)
    for character in ("\r", "\n", "\0"):
        with (
            subject.client(server.url, token=f"{TOKEN}{character}x: y") as client,
            pytest.raises(ValueError, match="Authorization") as caught,
        ):
            subject.operation("get_thing").sync(1, client=client)
        assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert not server.requests


@fixes("has no attribute 'value'")
def test_a_state_can_be_passed_as_a_string(subject: Ours, server: Server) -> None:
    server.respond_json({"next": None, "results": []})
    with subject.client(server.url) as client:
        subject.operation("list_things").sync(client=client, state="ready", tags=["a", "b"], deleted=True)
    assert server.requests[0].path == "/api/v1/things/?state=ready&tags=a&tags=b&deleted=true"


@fixes("has no attribute 'to_dict'")
def test_a_body_can_be_passed_as_a_dict(subject: Ours, server: Server) -> None:
    server.respond_json(THING, 201)
    with subject.client(server.url) as client:
        subject.operation("create_thing").sync(client=client, body={"name": "x"})
    assert json.loads(server.requests[0].body) == {"name": "x"}


@fixes("'httpx")
def test_importing_an_operation_loads_neither_the_http_library_nor_models(subject: Ours) -> None:
    script = f"import sys, {subject.package}.api.things.get_thing; print(*sys.modules)"
    folder = Path(subject.module("types").__file__).parents[1]
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {script}"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.split(".")[0] in {"httpx", "httpx2", "httpcore", "ssl"}]
    assert not [name for name in loaded if name.startswith(f"{subject.package}.models")]


@fixes("DID NOT RAISE")
def test_constructor_arguments_are_keyword_only(subject: Ours) -> None:
    # With positional arguments, reordering the properties of the contract would silently change calls.
    with pytest.raises(TypeError):
        subject.module("models.create_thing").CreateThing("x")


@fixes("not in")
def test_repr_redacts_a_password(subject: Ours) -> None:
    credentials = subject.module("models.credentials").Credentials(username="ann", password=TOKEN)
    assert "ann" in repr(credentials)
    assert TOKEN not in repr(credentials)


@fixes("assert False")
def test_the_package_is_typed(subject: Ours) -> None:
    assert (Path(subject.module("types").__file__).parent / "py.typed").exists()
