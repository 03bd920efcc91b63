"""Tests of request handling: routes, tokens, parameters, bodies and error responses."""

from __future__ import annotations

import dataclasses
import json
import logging
import socket

import httpx
import pytest
from orion_api import contract

from orionclient.emulator import Server
from orionclient.emulator._handlers import HANDLERS, resources
from orionclient.emulator._http import envelope
from orionclient.emulator._http.app import check_handlers
from orionclient.emulator._http.call import Limits
from orionclient.emulator._http.contract import read_operations
from orionclient.emulator._problems import ProblemError
from orionclient.emulator._store.credentials import Credentials

OPERATIONS = read_operations(contract.load())
ME = "/api/v1/users/me/"
FILES = "/api/v3/storage/files/"


def test_contract_and_handlers_must_fit():
    check_handlers(OPERATIONS, HANDLERS)
    some = dict(HANDLERS)
    handler = some.pop("get_file")
    with pytest.raises(LookupError, match="without a handler: get_file"):
        check_handlers(OPERATIONS, some)
    with pytest.raises(LookupError, match="without an operation in the contract: bake_cake"):
        check_handlers(OPERATIONS, {**HANDLERS, "bake_cake": handler})


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_asks_for_a_token_and_rejects_unknown_parameters(server, connect, rejected, operation):
    path = operation.path.replace("{resource_type}", "file")
    for parameter in operation.parameters_in("path"):
        path = path.replace(f"{{{parameter.name}}}", "1")
    anonymous = connect(server, None)
    if operation.needs_token:
        response = anonymous.request(operation.method, path)
        assert response == rejected(401, "not_authenticated")
        assert response.headers["WWW-Authenticate"] == "Token"
    caller = connect(server)
    assert caller.request(operation.method, path, params={"bogus": "1"}) == rejected(400, "bad_parameter", '"bogus"')


@pytest.mark.parametrize("form", ["Token {}", "Token:{}", "Token: {}", "token {}", "Token   {}"])
def test_forms_of_the_token(server, connect, form):
    header = form.format(server.issue_token("grace"))
    response = connect(server, None, Authorization=header).get(ME)
    assert (response.status_code, response.json()["username"]) == (200, "grace")


@pytest.mark.parametrize(
    "form", ["", "Token", "Token:", "{}", "Bearer {}", "Token {} {}", "Token x{}", "Token {}x", "Basic {}"]
)
def test_invalid_tokens(server, connect, rejected, form):
    header = form.format(*[server.issue_token("grace")] * 2)
    assert connect(server, None, Authorization=header).get(ME) == rejected(401, "not_authenticated")


def test_two_tokens_are_rejected(server, rejected):
    token = f"Token {server.issue_token()}"
    response = httpx.get(server.url + ME, headers=[("Authorization", token), ("Authorization", token)])
    assert response == rejected(401, "not_authenticated")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v1/users/me",
        "/api/v3/storage/files",
        "/api/v3/storage/files/1/download/",
        "/api/v1/storage/files/",
        "/%00",
        "/api/v1/users/1%2F/",
        "//api/v1/users/me/",
    ],
)
def test_unknown_paths(server, connect, rejected, path):
    assert connect(server).get(path) == rejected(404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", ME, "GET"),
        ("PUT", FILES, "GET, POST"),
        ("HEAD", FILES, "GET, POST"),
        ("OPTIONS", FILES, "GET, POST"),
        ("POST", FILES + "1/", "DELETE, GET, PATCH"),
        ("BREW", FILES + "1/download", "GET"),
    ],
)
def test_wrong_methods(server, connect, method, path, allow):
    response = connect(server).request(method, path)
    assert (response.status_code, response.headers["Allow"]) == (405, allow)
    if method != "HEAD":
        assert response.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limit=0", "from 1 to 1000"),
        ("limit=1001", "from 1 to 1000"),
        ("limit=", "integer"),
        ("limit=1.0", "integer"),
        ("limit=+1", "integer"),
        ("limit=01", "integer"),
        ("limit=1_0", "integer"),
        ("limit=%D9%A3", "integer"),
        ("limit=5&limit=5", "2 times"),
        ("deleted=True", "true or false"),
        ("deleted=1", "true or false"),
        ("deleted=", "true or false"),
        ("project=0", "integer"),
        ("project=9223372036854775808", "integer"),
        ("name=" + "x" * 256, "255 characters"),
        ("tags=", "1 to 255 characters"),
        ("&".join(["tags=x"] * 51), "0 to 50 values"),
        ("cursor=" + "x" * 2001, "characters"),
        ("cursor=x", '"cursor" is not valid; use the "next" link'),
        ("cursor=%F0%9F", "UTF-8"),
        ("name=%FF", "UTF-8"),
        ("bogus=1", "Known parameters: limit"),
        ("&".join(["name=x"] * 2001), "more than 2000"),
        ("na%6De=x&name=y", "2 times"),
        ("=", 'query parameter ""'),
    ],
)
def test_bad_query_parameters(server, connect, rejected, query, words):
    assert connect(server).get(f"{FILES}?{query}") == rejected(400, "bad_parameter", words)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.0", "+1", "01", "9223372036854775808", "1 ", "%20", "1e3"])
@pytest.mark.parametrize("path", ["/api/v3/storage/files/{}/", "/api/v1/storage/datasets/{}/", "/api/v1/users/{}/"])
def test_bad_path_parameters(server, connect, rejected, path, number):
    assert connect(server).get(path.format(number)) == rejected(400, "bad_parameter", "integer from 1")


@pytest.mark.parametrize(
    "cursor",
    [
        "W10",
        "bnVsbA",
        "WyJsaXN0X3VzZXJzIiwxXQ",
        "WyJsaXN0X2ZpbGVzIiwiYSJd",
        "WyJsaXN0X2ZpbGVzIiwxLDJd",
        "WyJsaXN0X2ZpbGVzIiwtMV0",
        "W1tdLDFd",
        "WyJsaXN0X2ZpbGVzIiwxMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF0",
        "____",
    ],
)
def test_made_up_cursors(server, connect, rejected, cursor):
    assert connect(server).get(FILES, params={"cursor": cursor}) == rejected(
        400, "bad_parameter", '"cursor" is not valid; use the "next" link'
    )


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is not valid"),
        (b"{", "is not valid"),
        (b"[]", "valid dictionary"),
        (b'"x"', "valid dictionary"),
        (b"null", ""),
        (b"{}", "name: Field required"),
        (b'{"name": ""}', "at least 1"),
        (b'{"name": "%s"}' % (b"x" * 256), "at most 255"),
        (b'{"name": 1}', "valid string"),
        (b'{"name": null}', "name"),
        (b'{"name": "x", "description": null}', "description"),
        (b'{"name": "x", "colour": "red"}', "colour: Extra"),
        (b'{"name": "x", "name": "y"}', "duplicate name"),
        (b'{"name": "x", "project": "1"}', "valid integer"),
        (b'{"name": "x", "project": true}', "valid integer"),
        (b'{"name": "x", "project": 1.5}', "valid integer"),
        (b'{"name": "x", "project": 0}', "greater than"),
        (b'{"name": "x", "project": 9223372036854775808}', "less than"),
        (b'{"name": NaN}', "NaN"),
        (b'{"name": 1e999}', "range"),
        (b'{"name": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b'{"name": ' + b"[" * 100000, "nested"),
        (b'{"name": %s}' % (b"1" * 2000), "digits"),
    ],
)
def test_bad_json_bodies(server, connect, rejected, body, words):
    assert connect(server).post(FILES, content=body, headers=JSON) == rejected(400, "bad_body", words)


@pytest.mark.parametrize("name", ["\0", "ä" * 255, "😀", "a/b\\..", " ", "$$$$", "\u202e"])
def test_unusual_names_are_stored(server, connect, name):
    ada = connect(server)
    created = ada.post(FILES, json={"name": name, "project": 1.0}).json()
    assert ada.get(f"{FILES}{created['id']}/").json()["name"] == name
    assert created["id"] in [
        item["id"] for item in ada.get(FILES, params={"name": name, "limit": 1000}).json()["results"]
    ]


@pytest.mark.parametrize(
    "media",
    [
        "text/plain",
        "application/octet-stream",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ],
)
def test_wrong_media_types(server, connect, rejected, media):
    response = connect(server).post(FILES, content=b'{"name": "x"}', headers={"Content-Type": media})
    assert response == rejected(400, "wrong_media_type", "application/json")


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"']
)
def test_right_media_types(server, connect, media):
    assert connect(server).post(FILES, content=b'{"name": "x"}', headers={"Content-Type": media}).status_code == 201


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "application/json; charset=latin-1"}, {**JSON, "Content-Encoding": "gzip"}]
)
def test_encoded_bodies_are_rejected(server, connect, rejected, headers):
    assert connect(server).post(FILES, content=b'{"name": "x"}', headers=headers) == rejected(400, "bad_body")


def test_a_body_where_none_is_taken(server, connect, rejected):
    ada = connect(server)
    assert ada.request("GET", ME, content=b"x") == rejected(400, "bad_body", "does not accept a body")
    assert ada.request("GET", ME, content=b"").status_code == 200


def test_large_json_bodies(server, connect, rejected):
    ada = connect(server)
    body = json.dumps({"name": "x", "description": "y" * 1024 * 1024}).encode()
    assert ada.post(FILES, content=body, headers=JSON) == rejected(413, "too_large")
    assert ada.post(FILES, content=iter([body[:1000], body[1000:]]), headers=JSON) == rejected(413, "too_large")
    assert ada.get(ME).status_code == 200


def test_request_ids(server, connect):
    ada = connect(server)
    assert ada.get(ME, headers={"X-Request-Id": "my-id.1_2"}).headers["X-Request-Id"] == "my-id.1_2"
    for bad in ("", "a b", "x" * 101, "ü"):
        made = ada.get(ME, headers={"X-Request-Id": bad.encode("latin-1")}).headers["X-Request-Id"]
        assert made not in {"", bad}
    assert ada.get("/nothing").headers["X-Request-Id"]
    assert ada.get(ME).headers["Cache-Control"] == "no-store"
    assert "access-control-allow-origin" not in ada.get(ME, headers={"Origin": "http://evil.example"}).headers


def test_an_unexpected_failure_is_a_500_and_the_server_lives(server, connect, rejected, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError("inside")

    ada = connect(server)
    with monkeypatch.context() as patch:
        patch.setattr(resources, "list_kind", fail)
        response = ada.get(FILES)
    assert response == rejected(500, "server_error")
    assert "inside" not in response.text
    assert any(
        record.levelno == logging.ERROR and response.headers["X-Request-Id"] in record.message
        for record in caplog.records
    )
    assert ada.get(FILES).status_code == 200


def test_every_rejection_has_a_documented_status():
    documented = {operation.id: operation.statuses for operation in OPERATIONS}
    for name, statuses in documented.items():
        assert 400 in statuses, name
    assert all(401 in operation.statuses for operation in OPERATIONS if operation.needs_token)
    assert all(413 in operation.statuses for operation in OPERATIONS if operation.body_media)


def test_the_rest_of_a_rejected_body_does_not_spoil_the_connection(server, connect, rejected):
    big = b"x" * (4 * 1024 * 1024)
    anonymous = connect(server, None)
    for _ in range(3):
        assert anonymous.put("/api/v3/storage/files/1/upload", content=big) == rejected(401, "not_authenticated")


def test_a_client_that_waits_to_be_asked_is_not_asked_for_a_rejected_body(server):
    port = int(server.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(
            f"PUT /api/v3/storage/files/1/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Expect: 100-continue\r\nContent-Length: 100000000\r\n\r\n".encode()
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 401 ")


def test_a_client_that_never_sends_its_body_gets_its_rejection(server, monkeypatch):
    monkeypatch.setattr(envelope, "_DRAIN_SECONDS", 0.1)
    port = int(server.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        head = f"PUT /api/v3/storage/files/1/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 1000\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 401 ")


def test_guessing_passwords_is_slowed_down(tmp_path, connect, rejected):
    seconds = [0.0]
    with Server(tmp_path, seed="demo") as server:
        stack = server._require().stack
        credentials = Credentials(stack.store, bytes(32), clock=lambda: seconds[0])
        token = credentials.exchange_password("ada", "ada-demo")
        for _ in range(20):
            with pytest.raises(ProblemError) as wrong:
                credentials.exchange_password("ada", "nonsense")
            assert wrong.value.status == 401
        with pytest.raises(ProblemError) as slowed:
            credentials.exchange_password("ada", "ada-demo")
        assert (slowed.value.status, slowed.value.headers) == (429, {"Retry-After": "60"})
        assert credentials.exchange_password("grace", "grace-demo") != token
        seconds[0] = 61
        assert credentials.exchange_password("ada", "ada-demo") == token


def test_limits_are_the_servers(tmp_path, connect, rejected):
    with Server(tmp_path, seed="demo", limits=Limits(json=100, upload=1000)) as server:
        ada = connect(server)
        assert ada.post(FILES, json={"name": "x" * 100}) == rejected(413, "too_large", "100 bytes")
        ada.post(FILES, json={"name": "x"})
        assert ada.put(f"{FILES}1/upload", content=b"x" * 1001) == rejected(413, "too_large", "1000 bytes")
        assert ada.put(f"{FILES}1/upload", content=iter([b"x" * 1001])) == rejected(413, "too_large", "1000 bytes")
        assert ada.get(f"{FILES}1/").json()["state"] == "uploading"
        assert ada.put(f"{FILES}1/upload", content=b"x" * 1000).status_code == 200
    assert dataclasses.asdict(Limits()) == {"json": 1024**2, "upload": 5 * 1024**3, "log": 10 * 1024**2}
