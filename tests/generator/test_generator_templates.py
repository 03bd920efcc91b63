"""Every defect of the stock output that our templates mend.

Each test body judges our output, where it must hold, and the stock output, where it must fail: so a test that could
not fail would be noticed.
"""

from __future__ import annotations

import copy
import email.parser
import email.policy
import hashlib
import inspect
import io
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


def mended(defect: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run the body over both outputs: it holds for ours, and fails for the stock one with the words of its defect."""

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


@mended("'project'")
def test_a_file_cannot_end_its_own_part_of_a_form(subject: Ours, server: Server) -> None:
    server.answer = ScriptedResponse(204)
    evil = b'x\r\n--+++\r\nContent-Disposition: form-data; name="project"\r\n\r\n999\r\n--+++--\r\n'
    with subject.client(server.url) as client:
        subject.send_form(client, "hello", io.BytesIO(evil))
    [seen] = server.seen
    raw = b"Content-Type: " + seen.headers["content-type"].encode() + b"\r\n\r\n" + seen.body
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(raw)
    parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
    assert set(parts) == {"note", "file"}
    assert parts["note"].get_payload(decode=True) == b"hello"
    assert parts["file"].get_payload(decode=True) == evil


@mended("460 is not a valid HTTPStatus")
def test_a_status_outside_the_registry_is_only_a_number(subject: Ours, server: Server) -> None:
    with subject.client(server.url) as client:
        for status in (460, 499, 520, 599):
            server.json({"detail": "odd"}, status)
            with pytest.raises(subject.errors, match=str(status)):
                subject.operation("get_thing").sync(1, client=client)


@mended("'odd' is not a valid ThingState")
def test_an_unknown_state_does_not_spoil_the_page(subject: Ours) -> None:
    page = subject.page({"next": None, "results": [THING, {"id": 2, "state": "odd"}]})
    assert [thing.state for thing in page.results] == ["ready", "odd"]


@mended("'odd' is not a valid ThingState")
def test_an_unknown_state_is_a_value_like_any_other(subject: Ours) -> None:
    state = subject.state("odd")
    assert state == "odd" == str(state) == state.value
    assert state == subject.state("odd") != subject.state("other")
    assert hash(state) == hash("odd")
    assert pickle.loads(pickle.dumps(state)) == state
    assert copy.deepcopy(state) == state
    assert json.dumps(state) == '"odd"'


@mended(r"assert \d+ < ")
def test_a_download_is_not_held_in_memory(subject: Ours, server: Server) -> None:
    chunk, count = bytes(1 << 20), 64
    headers = {"content-type": "application/octet-stream", "content-length": str(len(chunk) * count)}
    server.answer = ScriptedResponse(200, (chunk for _ in range(count)), headers)
    digest = hashlib.sha256()
    with subject.client(server.url) as client:
        tracemalloc.start()
        try:
            for chunk in subject.download(client):
                digest.update(chunk)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert digest.hexdigest() == hashlib.sha256(chunk * count).hexdigest()
    assert peak < 16 << 20


@mended("not in")
def test_the_token_is_not_in_the_repr(subject: Ours, server: Server) -> None:
    with subject.client(server.url) as client:
        assert TOKEN not in repr(client)


@mended("'authorization' not in")
def test_the_token_stays_with_its_own_server(subject: Ours, server: Server, other_server: Server) -> None:
    server.json({})
    other_server.json({})
    with subject.client(server.url) as client:
        subject.follow(client, f"{server.url}/api/v1/things/?cursor=2")
        subject.follow(client, f"{other_server.url}/api/v1/things/?cursor=2")
    assert server.seen[0].headers["authorization"] == f"Token {TOKEN}"
    assert "authorization" not in other_server.seen[0].headers


@mended("JSONDecodeError")
def test_a_page_for_people_is_no_success(subject: Ours, server: Server) -> None:
    server.html(200)
    with subject.client(server.url) as client, pytest.raises(subject.errors):
        subject.operation("get_thing").sync(1, client=client)


@mended("JSONDecodeError")
def test_a_documented_error_with_a_page_for_people_is_that_error(subject: Ours, server: Server) -> None:
    server.html(404)
    with subject.client(server.url) as client, pytest.raises(subject.errors, match="404"):
        subject.operation("get_thing").sync(1, client=client)


@mended("KeyError: 'state'")
def test_a_missing_field_is_named(subject: Ours) -> None:
    with pytest.raises(subject.errors, match=r"ThingPage.results: \[0\]: ThingInfo.state is missing"):
        subject.page({"next": None, "results": [{"id": 1}]})


@mended("DID NOT RAISE")
def test_a_field_is_never_of_another_type_than_declared(subject: Ours) -> None:
    with pytest.raises(subject.errors, match=r"ThingInfo.created is no date"):
        subject.thing({**THING, "created": "yesterday"})


@mended(r"assert \d == 1")
def test_threads_share_one_set_of_connections(subject: Ours, server: Server) -> None:
    for _ in range(5):
        with subject.client(server.url) as client:
            start, found = threading.Barrier(8), []

            def take(client: Any = client, start: threading.Barrier = start, found: list[Any] = found) -> None:
                start.wait()
                found.append(subject.connections(client))

            threads = [threading.Thread(target=take) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            distinct = {id(connections) for connections in found}
            for connections in found:
                connections.close()
        assert len(distinct) == 1


@mended(r"Timeout\(timeout=0.5\) ==")
def test_another_timeout_leaves_the_client_as_it_is(subject: Ours, server: Server) -> None:
    with subject.client(server.url) as client:
        connections, before = subject.connections(client), copy.copy(subject.timeout_of(client))
        other = subject.with_timeout(client, 0.5)
        assert subject.timeout_of(client) == before
        assert subject.connections(other) is connections


@mended("Too little data for declared Content-Length")
def test_a_file_is_sent_from_where_it_stands(subject: Ours, server: Server, tmp_path: Path) -> None:
    server.answer = ScriptedResponse(204)
    (tmp_path / "file").write_bytes(b"0123456789")
    with subject.client(server.url) as client, (tmp_path / "file").open("rb") as file:
        for attempt in (3, 3, 7):
            file.seek(attempt)
            subject.send_content(client, file)
    assert [seen.body for seen in server.seen] == [b"3456789", b"3456789", b"789"]
    assert [seen.headers["content-length"] for seen in server.seen] == ["7", "7", "3"]


@mended("0123456789")
def test_a_file_in_a_form_is_sent_from_where_it_stands(subject: Ours, server: Server) -> None:
    server.answer = ScriptedResponse(204)
    file = io.BytesIO(b"0123456789")
    file.seek(3)
    with subject.client(server.url) as client:
        subject.send_form(client, "hello", file)
    assert b"\r\n\r\n3456789\r\n" in server.seen[0].body


@mended("RuntimeError")
def test_an_ordinary_file_can_be_sent_asynchronously(subject: Ours, server: Server, tmp_path: Path) -> None:
    server.answer = ScriptedResponse(204)
    (tmp_path / "file").write_bytes(b"0123456789")
    with (tmp_path / "file").open("rb") as file:
        subject.send_content_async(server.url, file)
    assert server.seen[0].body == b"0123456789"
    assert server.seen[0].headers["content-length"] == "10"


@mended("Header value must be str")
def test_a_header_takes_a_uuid(subject: Ours, server: Server) -> None:
    server.json(THING)
    key = uuid.uuid4()
    with subject.client(server.url) as client:
        subject.operation("get_thing").sync(1, client=client, x_key=key)
    assert server.seen[0].headers["x-key"] == str(key)


@mended("Illegal header value b'Token a-very-secret-token")
def test_a_header_cannot_be_split_and_the_error_keeps_its_value(subject: Ours, server: Server) -> None:
    server.json(THING)
    for sign in ("\r", "\n", "\0"):
        with (
            subject.client(server.url, token=f"{TOKEN}{sign}x: y") as client,
            pytest.raises(ValueError, match="Authorization") as caught,
        ):
            subject.operation("get_thing").sync(1, client=client)
        assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert not server.seen


@mended("has no attribute 'value'")
def test_a_state_may_be_given_as_text(subject: Ours, server: Server) -> None:
    server.json({"next": None, "results": []})
    with subject.client(server.url) as client:
        subject.operation("list_things").sync(client=client, state="ready", tags=["a", "b"], deleted=True)
    assert server.seen[0].path == "/api/v1/things/?state=ready&tags=a&tags=b&deleted=true"


@mended("has no attribute 'to_dict'")
def test_a_dict_may_be_given_as_body(subject: Ours, server: Server) -> None:
    server.json(THING, 201)
    with subject.client(server.url) as client:
        subject.operation("create_thing").sync(client=client, body={"name": "x"})
    assert json.loads(server.seen[0].body) == {"name": "x"}


@mended("'httpx")
def test_importing_an_operation_loads_neither_the_http_library_nor_models(subject: Ours) -> None:
    script = f"import sys, {subject.package}.api.things.get_thing; print(*sys.modules)"
    folder = Path(subject.module("types").__file__).parents[1]
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {script}"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.split(".")[0] in {"httpx", "httpx2", "httpcore", "ssl"}]
    assert not [name for name in loaded if name.startswith(f"{subject.package}.models")]


@mended("DID NOT RAISE")
def test_the_names_of_constructor_arguments_are_written(subject: Ours) -> None:
    # By position, a reordered property of the contract would change the meaning of a call without an error.
    with pytest.raises(TypeError):
        subject.module("models.create_thing").CreateThing("x")


@mended("not in")
def test_a_password_is_not_in_the_repr(subject: Ours) -> None:
    credentials = subject.module("models.credentials").Credentials(username="ann", password=TOKEN)
    assert "ann" in repr(credentials)
    assert TOKEN not in repr(credentials)


@mended("assert False")
def test_the_package_says_that_it_is_typed(subject: Ours) -> None:
    assert (Path(subject.module("types").__file__).parent / "py.typed").exists()
