"""Tests of fault injection: every step on the wire, the report, and scripts in Python and over HTTP."""

from __future__ import annotations

import gzip
import inspect
import json
import re
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

import orionclient.emulator.faults
from orionclient.emulator import Server
from orionclient.emulator.faults import (
    Step,
    broken_json,
    close,
    close_after,
    cut,
    digest,
    drip,
    garbage,
    gzip_cut,
    headers,
    hints,
    html,
    length,
    missing_next,
    next_link,
    null_field,
    pass_,
    redirect,
    remove,
    reset,
    reset_after,
    resize,
    set_field,
    stall,
    status,
    strip,
    unasked_range,
)  # fmt: skip
from orionclient.emulator.faults._steps import _ALIASES, _FAULTS, parse
from orionclient.local import LocalOrion

ROOT = Path(__file__).parents[2]
DATASETS = "/api/v1/storage/datasets/"
FILES = "/api/v3/storage/files/"
CONTENT = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("faulty"), seed="demo", faults=True) as running:
        yield running


@pytest.fixture
def faults(stack):
    stack.faults.clear()
    yield stack.faults
    stack.faults.clear()


@pytest.fixture(scope="module")
def _dataset(stack, connect):
    return connect(stack).post(DATASETS, json={"name": "x"}).json()


@pytest.fixture
def ada(stack, connect, faults):
    return connect(stack)


@pytest.fixture
def dataset(_dataset, faults):
    return f"{DATASETS}{_dataset['id']}/"


@pytest.fixture(scope="module")
def content(stack, connect):
    ada = connect(stack)
    number = ada.post(FILES, json={"name": "content"}).json()["id"]
    ada.put(f"{FILES}{number}/upload", content=CONTENT)
    return f"{FILES}{number}/download"


class Wire:
    """One connection, looked at byte by byte."""

    def __init__(self, server, timeout=120.0):
        self.port = int(server.url.rsplit(":", 1)[1])
        self.token = server.issue_token("ada")
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, method, path, body=b"", *, length=None, **headers):
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Authorization: Token {self.token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body or length is not None:
            lines.append(f"Content-Length: {len(body) if length is None else length}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self

    def read(self):
        """Everything until the end, and how that came."""
        self.got = bytearray()
        try:
            while chunk := self.socket.recv(65536):
                self.got += chunk
        except ConnectionResetError:
            return bytes(self.got), "reset"
        return bytes(self.got), "closed"


@pytest.fixture
def wire(stack, faults):
    opened = []

    def make(timeout=120.0):
        opened.append(Wire(stack, timeout))
        return opened[-1]

    yield make
    for each in opened:
        each.socket.close()


def body_of(data):
    return data.partition(b"\r\n\r\n")[2]


# ---------------------------------------------------------------- responses instead of the real one


def test_statuses_come_one_after_the_other_and_then_the_real_response(ada, faults, dataset):
    script = faults.script("get_dataset", [503, 404, status(599), "pass"])
    assert [ada.get(dataset).status_code for _ in range(5)] == [503, 404, 599, 200, 200]
    assert (script.total, script.consumed, script.remaining) == (4, 4, [])
    assert faults.consumed
    faults.assert_consumed()
    assert [seen.ran for seen in faults.requests("get_dataset")] == [False, False, False, True, True]


def test_the_connection_stays_open_after_a_status(stack, faults, dataset, connect):
    faults.script("get_dataset", [503])
    with httpx.Client(base_url=stack.url, verify=False, headers=connect(stack).headers) as one:
        connections = set()
        for _ in range(3):
            with one.stream("GET", dataset) as response:
                connections.add(response.extensions["network_stream"].get_extra_info("client_addr"))
                response.read()
    assert len(connections) == 1


@pytest.mark.parametrize("code", [200, 201, 204, 304, 404, 429, 460, 503, 520])
def test_a_status_with_headers_and_a_body(ada, faults, dataset, code):
    faults.script(
        "get_dataset", status(code, headers={"Retry-After": 7, "X-Content-Type-Options": None}, json={"a": 1})
    )
    response = ada.get(dataset)
    assert response.status_code == code
    assert response.headers["Retry-After"] == "7"
    assert "X-Content-Type-Options" not in response.headers
    assert response.content == (b"" if code in {204, 304} else b'{"a":1}')


def test_a_status_as_orion_writes_it(ada, faults, dataset, rejected):
    faults.script("get_dataset", [429, status(429, text="slow down")])
    response = ada.get(dataset, headers={"X-Request-Id": "r-1"})
    assert response == rejected(429, "fault", "429")
    assert response.headers["X-Request-Id"] == "r-1"
    assert ada.get(dataset).text == "slow down"


@pytest.mark.parametrize("code", [101, 150, 600, 700, 999])
def test_statuses_without_a_standard_phrase(wire, faults, dataset, code):
    faults.script("get_dataset", status(code))
    data, end = wire().ask("GET", dataset).read()
    assert data.startswith(f"HTTP/1.1 {code} ".encode())
    assert end == "closed"


def test_a_status_after_a_part_of_the_body(ada, faults, dataset, wire, monkeypatch):
    faults.script("upload_dataset_content", [status(413, read=1000)] * 3)
    response = ada.put(f"{dataset}upload?format=smi", content=b"CCO x\n" * 100_000)
    assert response.status_code == 413
    (seen,) = faults.requests("upload_dataset_content")
    assert 1000 <= seen.received < 600_000
    assert not seen.ran
    # The response waits for a client that sends all it has.
    response = ada.put(f"{dataset}upload?format=smi", content=b"CCO x\n" * 5_000_000)
    assert response.status_code == 413
    # A client that waits for the response before it sends the rest gets it at once, not after the time to linger.
    monkeypatch.setattr("orionclient.emulator._http.wire._LINGER", 3600.0)
    connection = wire().ask("PUT", f"{dataset}upload?format=smi", b"x" * 1000, length=10_000_000)
    assert connection.socket.recv(65536).startswith(b"HTTP/1.1 413 ")
    connection.socket.close()


def test_a_page_of_html(ada, faults, dataset):
    faults.script("get_dataset", [html(), html(502, text="<p>bad gateway</p>")])
    response = ada.get(dataset)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert response.text.startswith("<!doctype html>")
    assert "X-Orion-Features" not in response.headers
    response = ada.get(dataset)
    assert (response.status_code, response.text) == (502, "<p>bad gateway</p>")


def test_redirects(ada, faults, dataset, stack):
    faults.script("list_datasets", [redirect("https://elsewhere.example/x", code=307), redirect("self")])
    response = ada.get(f"{DATASETS}?limit=3")
    assert (response.status_code, response.headers["Location"]) == (307, "https://elsewhere.example/x")
    response = ada.get(f"{DATASETS}?limit=3")
    assert (response.status_code, response.headers["Location"]) == (302, f"{stack.url}{DATASETS}?limit=3")


@pytest.mark.parametrize(("step", "end"), [(reset(), "reset"), (close(), "closed")])
def test_no_response(wire, faults, dataset, step, end):
    faults.script("update_dataset", [step])
    response = wire().ask("PATCH", dataset, b'{"name": "changed"}', Content_Type="application/json").read()
    assert response == (b"", end)
    (seen,) = faults.requests("update_dataset")
    assert (seen.ran, seen.status, seen.received, seen.step) == (False, None, 19, step.name)


@pytest.mark.parametrize(("step", "end"), [(reset(read=10), "reset"), (close(read=10), "closed")])
def test_no_response_in_the_middle_of_the_body(wire, faults, dataset, step, end):
    faults.script("upload_dataset_content", [step])
    assert wire().ask("PUT", f"{dataset}upload?format=smi", b"x" * 10, length=1000).read() == (b"", end)
    (seen,) = faults.requests()
    assert (seen.received, seen.ran) == (10, False)


def test_a_reset_at_the_head(wire, faults, dataset):
    faults.script("upload_dataset_content", reset(read=0))
    assert wire().ask("PUT", f"{dataset}upload?format=smi", length=1000).read() == (b"", "reset")


@pytest.mark.parametrize(
    ("step", "end"), [(reset_after(), "reset"), (close_after(), "closed"), ("reset_after", "reset")]
)
def test_the_response_is_lost_and_the_operation_done(wire, ada, faults, step, end):
    before = ada.get(DATASETS).json()["count"]
    faults.script("create_dataset", [step])
    assert wire().ask("POST", DATASETS, b'{"name": "lost"}', Content_Type="application/json").read() == (b"", end)
    assert ada.get(DATASETS).json()["count"] == before + 1
    assert faults.effects("create_dataset") == 1
    assert faults.report().applied[0].step == {"step": end.removesuffix("d"), "applied": True}


@pytest.mark.parametrize("step", [status(504, applied=True), html(502, applied=True)])
def test_another_response_after_the_operation_was_done(ada, faults, step):
    before = ada.get(DATASETS).json()["count"]
    faults.script("create_dataset", [step])
    assert ada.post(DATASETS, json={"name": "done"}).status_code == step.values["code"]
    assert ada.get(DATASETS).json()["count"] == before + 1
    (seen,) = faults.requests("create_dataset")
    assert (seen.ran, seen.status) == (True, step.values["code"])


def test_an_operation_that_is_rejected_has_no_effect(ada, faults):
    faults.script("create_dataset", status(504, applied=True))
    assert ada.post(DATASETS, json={"nme": "x"}).status_code == 504
    assert faults.effects() == 0


def test_garbage(wire, faults, dataset):
    faults.script("get_dataset", [garbage(), garbage("SSH-2.0-x\r\n")])
    data, end = wire().ask("GET", dataset).read()
    assert b"HTTP/1.1" not in data
    assert data
    assert end == "closed"
    assert wire().ask("GET", dataset).read() == (b"SSH-2.0-x\r\n", "closed")


# ---------------------------------------------------------------- the real response, late or in part


def test_a_stall_before_the_response(ada, faults, dataset):
    faults.script("get_dataset", stall(0.15))
    start = time.monotonic()
    assert ada.get(dataset).status_code == 200
    assert time.monotonic() - start >= 0.15


def test_a_client_that_times_out_during_a_stall_changes_nothing(ada, faults):
    before = ada.get(DATASETS).json()["count"]
    faults.script("create_dataset", [stall(60), stall(60, applied=True)])
    for _ in range(2):
        with pytest.raises(httpx.ReadTimeout):
            ada.post(DATASETS, json={"name": "x"}, timeout=2)
    assert [seen.ran for seen in faults.requests("create_dataset")] == [False, True]
    assert ada.get(DATASETS).json()["count"] == before + 1


def test_a_stall_inside_the_response(faults, content, wire):
    faults.script("download_file", stall(60, sent=100))
    connection = wire(timeout=2).ask("GET", content)
    with pytest.raises(TimeoutError):
        connection.read()
    assert body_of(bytes(connection.got)) == CONTENT[:100]


@pytest.mark.parametrize("sent", [0, 1, 5000, len(CONTENT)])
def test_a_stall_inside_the_response_that_ends(ada, faults, content, sent):
    faults.script("download_file", stall(0.01, sent=sent))
    assert ada.get(content).content == CONTENT


def test_a_stall_inside_the_request(ada, faults, dataset):
    faults.script("upload_dataset_content", [stall(0.1, read=100_000), stall(0.1, read=100_000)])
    assert ada.put(f"{dataset}upload?format=smi", content=b"CCO x\n" * 50_000).json()["count"] == 50_000
    assert ada.put(f"{dataset}upload?format=smi", content=b"CCO x\n").json()["count"] == 1
    assert [each.applied for each in faults.report().applied] == [True, False]
    with pytest.raises(AssertionError, match=r"not applied.*shorter than 100000 bytes"):
        faults.assert_consumed()


def test_a_drip(faults, dataset, wire, ada):
    real = ada.get(dataset).content
    faults.script("get_dataset", [drip(0.002), drip(0.3, size=7, head=True), drip(60)])
    data, end = wire().ask("GET", dataset).read()
    assert (body_of(data), end) == (real, "closed")
    assert wire().ask("GET", dataset).socket.recv(65536) == b"HTTP/1."
    with pytest.raises(httpx.ReadTimeout):
        ada.get(dataset, timeout=2)


def test_a_drip_arrives_in_chunks(faults, content, wire):
    faults.script("download_file", drip(0.01, size=1000))
    start = time.monotonic()
    data, _ = wire().ask("GET", content).read()
    assert body_of(data) == CONTENT
    assert time.monotonic() - start >= 0.1


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("sent", [0, 1, 100, len(CONTENT) - 1])
def test_a_cut(faults, content, wire, how, sent):
    faults.script("download_file", cut(sent, how=how))
    data, end = wire().ask("GET", content).read()
    assert f"content-length: {len(CONTENT)}\r\n".encode() in data
    assert body_of(data) == CONTENT[:sent]
    assert end == {"reset": "reset", "close": "closed"}[how]


@pytest.mark.parametrize(
    "step", [reset(read=10), stall(0.3, applied=True), stall(0.3), drip(60), drip(0.01, head=True)]
)
def test_clients_that_go_away_leave_nothing_behind(stack, faults, dataset, wire, ada, step):
    faults.script("upload_dataset_content", step)
    connection = wire().ask("PUT", f"{dataset}upload?format=smi", b"CCO x\n" * 10)
    while not faults.report().applied:
        time.sleep(0.005)
    connection.socket.close()
    assert ada.get(dataset).status_code == 200
    deadline = time.monotonic() + 120
    while len(stack._require()._server.server_state.tasks) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not stack._require()._server.server_state.tasks


def test_a_slow_reader_gets_its_part_of_a_large_response(ada, faults, wire):
    number = ada.post(FILES, json={"name": "slow"}).json()["id"]
    large = b"0123456789abcdef" * (1024 * 1024)
    ada.put(f"{FILES}{number}/upload", content=large)
    faults.script("download_file", cut(15_000_000))
    connection = wire().ask("GET", f"{FILES}{number}/download")
    time.sleep(0.2)
    data, end = connection.read()
    assert (body_of(data) == large[:15_000_000], end) == (True, "reset")


def test_a_cut_of_a_large_response_holds_nothing_back(ada, faults, wire):
    number = ada.post(FILES, json={"name": "large"}).json()["id"]
    large = b"0123456789abcdef" * (512 * 1024)
    ada.put(f"{FILES}{number}/upload", content=large)
    faults.script("download_file", cut(5_000_000))
    data, end = wire().ask("GET", f"{FILES}{number}/download").read()
    assert body_of(data) == large[:5_000_000]
    assert end == "reset"


def test_cuts_with_other_framings(faults, content, wire, ada):
    faults.script(
        "download_file", [cut(10, how="close", framing=framing) for framing in ("chunked", "close", "length")]
    )
    data, _ = wire().ask("GET", content).read()
    assert b"transfer-encoding: chunked" in data
    assert b"content-length" not in data
    assert body_of(data) == b"a\r\n" + CONTENT[:10] + b"\r\n"
    data, _ = wire().ask("GET", content).read()
    assert b"content-length" not in data
    assert b"chunked" not in data
    assert body_of(data) == CONTENT[:10]
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete|without sending complete"):
        ada.get(content)


def test_a_chunked_response_is_cut_where_it_ends(ada, faults, dataset):
    ada.put(f"{dataset}upload?format=smi", content=b"CCO x\n" * 10)
    faults.script("list_records", [cut(20, how="close"), cut(10_000_000, how="close")])
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked"):
            ada.get(f"{dataset}records/")
    faults.assert_consumed()


@pytest.mark.parametrize("step", [cut(20_000), cut(len(CONTENT), framing="close"), length(-20_000)])
def test_a_cut_behind_the_end_is_none(ada, faults, content, step):
    faults.script("download_file", step)
    assert ada.get(content).content == CONTENT
    (applied,) = faults.report().applied
    assert (applied.applied, applied.status, applied.reason) == (False, 200, "the body has only 10240 bytes")


def test_wrong_lengths(ada, faults, content, wire):
    faults.script("download_file", [length(5), length(-5), length(-5)])
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        ada.get(content)
    assert ada.get(content).content == CONTENT[:-5]
    data, _ = wire().ask("GET", content).read()
    assert body_of(data) == CONTENT


@pytest.mark.parametrize("step", [length(5), cut(1, framing="length")])
def test_length_needs_a_content_length(ada, faults, dataset, step):
    faults.script("list_records", step)
    assert ada.get(f"{dataset}records/").status_code == 200
    assert not faults.report().applied[0].applied


def test_early_hints(wire, ada, faults, dataset):
    faults.script("get_dataset", [hints(), hints(3)])
    assert ada.get(dataset).json()["name"] == "x"
    data, _ = wire().ask("GET", dataset, Connection="close").read()
    assert data.count(b"HTTP/1.1 103 Early Hints\r\n") == 3
    assert data.count(b"HTTP/1.1 200 OK\r\n") == 1


def test_other_headers(wire, ada, faults, content):
    faults.script(
        "download_file",
        [
            headers({"ETag": '"other"', "Repr-Digest": None}),
            headers({"Content-Length": [5, 6], "X-Long": "x" * 100_000}),
        ],
    )
    response = ada.get(content)
    assert (response.headers["ETag"], response.content) == ('"other"', CONTENT)
    assert "Repr-Digest" not in response.headers
    data, _ = wire().ask("GET", content).read()
    assert b"content-length: 5\r\ncontent-length: 6\r\n" in data
    assert b"x" * 100_000 in data


def test_a_wrong_digest(ada, faults, content):
    right = ada.get(content)
    faults.script("download_file", digest())
    wrong = ada.get(content)
    assert wrong.content == right.content
    assert wrong.headers["Repr-Digest"] != right.headers["Repr-Digest"]


def test_headers_of_the_request_that_the_server_does_not_know(ada, faults, dataset):
    faults.script("get_dataset", [strip("Authorization"), strip("Range")])
    assert ada.get(dataset).status_code == 401
    assert ada.get(dataset).status_code == 200
    assert [each.applied for each in faults.report().applied] == [True, False]


# ---------------------------------------------------------------- the real response, rewritten


def test_broken_json(ada, faults, dataset):
    faults.script("get_dataset", broken_json())
    response = ada.get(dataset)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.content.startswith(b'{"id":')
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_gzip_body_that_is_cut_or_wrong(wire, faults, dataset):
    faults.script("get_dataset", [gzip_cut(), gzip_cut("crc")])
    data, _ = wire().ask("GET", dataset, Connection="close").read()
    assert b"content-encoding: gzip" in data.lower()
    assert f"content-length: {len(body_of(data))}\r\n".encode() in data.lower()
    with pytest.raises(EOFError):
        gzip.decompress(body_of(data))
    data, _ = wire().ask("GET", dataset, Connection="close").read()
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        gzip.decompress(body_of(data))


def test_fields_that_are_new_wrong_or_gone(ada, faults, dataset):
    real = ada.get(dataset).json()
    faults.script(
        "get_dataset", [set_field("surprise", {"a": [1]}), set_field("count"), remove("name"), remove("nothing")]
    )
    responses = [ada.get(dataset).json() for _ in range(4)]
    without = {name: value for name, value in real.items() if name != "name"}
    assert responses == [{**real, "surprise": {"a": [1]}}, {**real, "count": None}, without, real]
    assert [each.applied for each in faults.report().applied] == [True, True, True, False]


def test_fields_inside_lists(ada, faults, dataset):
    ada.post(DATASETS, json={"name": "second"})
    faults.script(
        "list_datasets",
        [set_field("results.*.name", "all"), set_field("results.1.name", "one"), remove("results.*.id")],
    )
    pages = [ada.get(DATASETS).json()["results"] for _ in range(3)]
    assert {item["name"] for item in pages[0]} == {"all"}
    assert [item["name"] == "one" for item in pages[1][:3]] == [False, True, *[False] * (len(pages[1][:3]) - 2)]
    assert not any("id" in item for item in pages[2])


@pytest.mark.parametrize(
    "field", ["results.99.name", "results.x.name", "results.*", "nothing.inside", "count.inside", "results.*.a.b"]
)
def test_a_place_that_is_not_there(ada, faults, dataset, field):
    faults.script("list_datasets", set_field(field, 1))
    real, response = ada.get(DATASETS).content, ada.get(DATASETS).content
    assert real == response
    assert faults.report().applied[0].reason == "the real response has no such field"


def test_next_links(ada, faults, dataset, stack):
    faults.script("list_datasets", [next_link(), next_link("http://elsewhere.example/")])
    assert ada.get(f"{DATASETS}?limit=1").json()["next"] == f"{stack.url}{DATASETS}?limit=1"
    assert ada.get(DATASETS).json()["next"] == "http://elsewhere.example/"
    faults.script("get_dataset", next_link())
    assert "next" not in ada.get(dataset).json()
    assert not faults.report().applied[-1].applied


def test_a_page_without_next(ada, faults, dataset):
    ada.post(DATASETS, json={"name": "second"})
    faults.script("list_datasets", [missing_next(), missing_next()])
    page = ada.get(f"{DATASETS}?limit=1").json()
    assert "next" not in page
    assert page["count"] > len(page["results"]) == 1
    assert ada.get(f"{DATASETS}?limit=1000").json()["next"] is None
    assert [(each.applied, each.reason) for each in faults.report().applied] == [
        (True, ""),
        (False, "there is no next page"),
    ]


def test_null_in_a_field_that_is_there(ada, faults, dataset):
    real = ada.get(dataset).json()
    faults.script("get_dataset", [null_field("name"), null_field("nothing")])
    assert [ada.get(dataset).json() for _ in range(2)] == [{**real, "name": None}, real]
    faults.script("list_datasets", [null_field("results.*.name")])
    assert {each["name"] for each in ada.get(DATASETS).json()["results"]} == {None}
    assert [each.applied for each in faults.report().applied] == [True, False, True]


@pytest.mark.parametrize(
    ("step", "chunk", "message"),
    [
        (unasked_range(), CONTENT[: -(-len(CONTENT) // 2)], f"bytes 0-{-(-len(CONTENT) // 2) - 1}/{len(CONTENT)}"),
        (unasked_range(3, 2), CONTENT[3:5], f"bytes 3-4/{len(CONTENT)}"),
        (unasked_range(3, 10**9), CONTENT[3:], f"bytes 3-{len(CONTENT) - 1}/{len(CONTENT)}"),
    ],
    ids=["half", "two bytes", "rest"],
)
def test_an_unrequested_206(ada, faults, content, step, chunk, message):
    faults.script("download_file", step)
    response = ada.get(content)
    assert (response.status_code, response.content, response.headers["Content-Range"]) == (206, chunk, message)
    assert response.headers["Content-Length"] == str(len(chunk))
    assert "Repr-Digest" not in response.headers
    assert faults.requests("download_file")[-1].status == 206
    faults.assert_consumed()


def test_a_requested_206_is_not_rewritten(ada, faults, content):
    faults.script("download_file", [unasked_range(), unasked_range(10**9)])
    assert ada.get(content, headers={"Range": "bytes=1-2"}).content == CONTENT[1:3]
    assert ada.get(content).content == CONTENT
    assert [each.reason for each in faults.report().applied] == [
        "the request has a Range header",
        f"the body has only {len(CONTENT)} bytes",
    ]


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("by", [-1, -len(CONTENT), 7])
def test_content_of_another_size(ada, faults, content, framing, by):
    faults.script("download_file", resize(by, framing))
    response = ada.get(content)
    assert response.content == (CONTENT + bytes(7))[: len(CONTENT) + by]
    assert response.headers.get("Content-Length") == (str(len(response.content)) if framing == "length" else None)
    assert (response.headers.get("Transfer-Encoding") == "chunked") == (framing == "chunked")
    assert "Repr-Digest" not in response.headers
    faults.assert_consumed()
    assert ada.get(content).content == CONTENT


def test_content_that_cannot_be_resized_is_the_real_one(ada, faults, content):
    faults.script("download_file", [resize(-len(CONTENT) - 1, "close"), resize(1, "close")])
    response = ada.get(content)
    assert (response.content, response.headers["Content-Length"]) == (CONTENT, str(len(CONTENT)))
    assert ada.get(content, headers={"Range": "bytes=1-2"}).content == CONTENT[1:3]
    assert [each.reason for each in faults.report().applied] == [
        f"the body has only {len(CONTENT)} bytes",
        "the real response is a byte range",
    ]


@pytest.mark.parametrize("code", range(300, 309))
@pytest.mark.parametrize("url", ["self", None])
def test_a_redirect_stores_nothing(ada, faults, content, code, url):
    faults.script("upload_file_content", redirect(url, code=code))
    response = ada.put(
        content.replace("download", "upload"), content=b"other", headers={"Content-Type": "application/octet-stream"}
    )
    assert response.status_code == code
    assert ("Location" in response.headers) == (url is not None)
    assert faults.effects("upload_file_content") == 0
    faults.assert_consumed()
    assert ada.get(content).content == CONTENT


def test_rejections_and_downloads_are_not_rewritten(ada, faults, content):
    faults.script("get_dataset", broken_json())
    assert ada.get(f"{DATASETS}999/").json()["code"] == "not_found"
    faults.script("download_file", broken_json())
    assert ada.get(content).content == CONTENT
    assert [each.reason for each in faults.report().applied] == [
        "the real response has status 404",
        "the real response is not application/json",
    ]


def test_a_response_above_the_limit_is_not_rewritten(ada, faults, content, monkeypatch):
    monkeypatch.setattr("orionclient.emulator.faults._rewriting._MAX_BUFFERED", 1000)
    faults.script("download_file", gzip_cut())
    assert ada.get(content).content == CONTENT
    assert faults.report().applied[0].reason == "the response is too large"


# ---------------------------------------------------------------- which request takes which step


def test_the_closest_script_comes_first(ada, faults, dataset):
    faults.script("*", [500])
    faults.script(f"GET {DATASETS}*", [501])
    faults.script("get_dataset", [502])
    faults.script("get_dataset", [503])
    assert [ada.get(dataset).status_code for _ in range(5)] == [502, 503, 501, 500, 200]
    faults.script("* /api/v1/users/*", [504], times=2)
    assert ada.get(dataset).status_code == 200
    assert [ada.get("/api/v1/users/me/").status_code for _ in range(3)] == [504, 504, 200]


def test_requests_without_an_operation(ada, faults):
    faults.script("*", [503])
    assert [ada.get("/nowhere").status_code for _ in range(2)] == [503, 404]
    assert [(seen.operation, seen.status) for seen in faults.requests()] == [
        ("GET /nowhere", 503),
        ("GET /nowhere", 404),
    ]


def test_fixed_paths_are_no_ids(ada, faults):
    faults.script("get_user", [503])
    assert ada.get("/api/v1/users/me/").status_code == 200
    assert ada.get("/api/v1/users/1/").status_code == 503


def test_every_operation_of_the_contract_is_found(stack, faults, connect):
    ada = connect(stack)
    for operation in stack._require().stack.operations:
        path = operation.path
        for parameter in operation.parameters_in("path"):
            path = path.replace(f"{{{parameter.name}}}", "7")
        faults.script(operation.id, [599])
        assert ada.request(operation.method, path).status_code == 599, operation.id
    assert faults.consumed


def test_the_request_log(ada, faults):
    ada.post(
        DATASETS,
        json={"name": "recorded"},
        headers={"X-Request-Id": "r-7", "Idempotency-Key": "k" * 300, "X-Attempt": "2"},
    )
    (seen,) = faults.requests("create_dataset")
    assert (seen.method, seen.path, seen.request_id, seen.attempt) == ("POST", DATASETS, "r-7", "2")
    assert seen.idempotency_key == "k" * 200
    assert seen.status == 400
    assert seen.step is None
    assert stack_token(ada) not in repr(faults.requests())


def stack_token(client):
    return client.headers["Authorization"].removeprefix("Token ")


def test_requests_with_another_host_take_no_step(ada, faults, dataset, rejected):
    faults.script("*", [503])
    assert ada.get(dataset, headers={"Host": "evil.example"}) == rejected(400, "wrong_host")
    assert not faults.consumed
    assert faults.requests() == []


def test_unconsumed_steps(ada, faults, dataset):
    script = faults.script("get_dataset", [503, reset()])
    ada.get(dataset)
    assert (script.consumed, script.remaining, faults.consumed) == (1, [reset()], False)
    assert repr(script) == "Script('get_dataset', 1 of 2 steps consumed)"
    with pytest.raises(AssertionError, match=r"get_dataset: not consumed: \{'step': 'reset'\}"):
        faults.assert_consumed()
    faults.clear()
    faults.assert_consumed()
    faults.script("get_dataset", [503] * 20 + [reset()])
    with pytest.raises(AssertionError, match="^21 fault steps had no effect") as caught:
        faults.assert_consumed()
    assert str(caught.value).count("'status'") == 1
    assert "(20 times); get_dataset: not consumed: {'step': 'reset'}" in str(caught.value)


def test_the_report(ada, faults, dataset):
    faults.script("get_dataset", [503, remove("nothing"), reset()])
    ada.get(dataset)
    ada.get(dataset)
    assert faults.report().as_json() == {
        "consumed": False,
        "scripts": [{"operation": "get_dataset", "total": 3, "consumed": 2, "left": [{"step": "reset"}]}],
        "applied": [
            {"operation": "get_dataset", "step": {"step": "status", "code": 503}, "applied": True, "status": 503},
            {"operation": "get_dataset", "step": {"step": "remove", "field": "nothing"}, "applied": False, "status": 200,
             "reason": "the real response has no such field"},
        ],
    }  # fmt: skip


def test_the_memory_of_the_record_is_bounded(faults):
    assert faults._requests.maxlen == faults._applied.maxlen == 10_000
    for _ in range(1000):
        faults.script("*", [503])
    with pytest.raises(ValueError, match="clear the existing ones first"):
        faults.script("*", [503])


def test_eight_threads_take_every_step_once(stack, faults, dataset):
    script = faults.script("get_dataset", [503, 500, 404, 429] * 50)
    headers = {"Authorization": f"Token {stack.issue_token('ada')}"}

    def work(_):
        with httpx.Client(base_url=stack.url, headers=headers, verify=False, timeout=120) as client:
            return [client.get(dataset).status_code for _ in range(30)]

    with ThreadPoolExecutor(8) as pool:
        found = [code for codes in pool.map(work, range(8)) for code in codes]
    assert {code: found.count(code) for code in set(found)} == {503: 50, 500: 50, 404: 50, 429: 50, 200: 40}
    assert script.consumed == 200
    assert faults.effects("get_dataset") == 40


def test_scripts_may_be_added_while_requests_run(stack, faults, dataset):
    headers = {"Authorization": f"Token {stack.issue_token('ada')}"}

    def work(_):
        with httpx.Client(base_url=stack.url, headers=headers, verify=False, timeout=120) as client:
            for _ in range(20):
                faults.script("get_dataset", [503])
                client.get(dataset)
                faults.report()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(faults.report().applied) == 160
    faults.assert_consumed()


def test_faults_outlive_a_restart(tmp_path, connect):
    server = Server(tmp_path, seed="demo")
    server.faults.script("get_current_user", [503, 503])
    for _ in range(2):
        with server:
            assert connect(server).get("/api/v1/users/me/").status_code == 503
    server.faults.assert_consumed()


def test_a_stall_does_not_keep_the_server_from_stopping(tmp_path):
    with Server(tmp_path, seed="demo") as server:
        server.faults.script("*", stall(3600))
        connection = Wire(server).ask("GET", "/api/v1/users/me/")
        while not server.faults.requests():
            time.sleep(0.01)
        start = time.monotonic()
    assert time.monotonic() - start < 120
    connection.socket.close()


def test_an_error_of_a_fault_action_is_logged(ada, faults, dataset, monkeypatch, caplog):
    monkeypatch.setattr("orionclient.emulator.faults.encode_head", lambda *_: 1 / 0)
    faults.script("get_dataset", hints())
    assert ada.get(dataset).status_code == 500
    assert "failed" in caplog.text


# ---------------------------------------------------------------- unknown steps and operations


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("explode", "unknown step 'explode'; known: broken_json, .*reset_after"),
        (99, "code of step status must be a status from 100 to 999, not 99"),
        (1000, "100 to 999"),
        (200, 'status 200 needs a body; use "pass"'),
        (True, "is not a valid step"),
        (None, "is not a valid step"),
        (1.5, "is not a valid step"),
        ({"step": 5}, "is not a valid step"),
        ({"stall": 5}, "is not a valid step"),
        ("stall", "step stall requires the parameter seconds: seconds from 0 to 86400"),
        ("stall;seconds=-1", "must be seconds"),
        ("stall;seconds=NaN", "must be seconds"),
        ("stall;seconds", "has no value"),
        ("stall;seconds=1;read=1;sent=1", "mutually exclusive"),
        ("reset;after=5", "unknown parameter after of step reset; known: read, applied"),
        ("pass;x=1", "known: none"),
        ("reset;read=5;applied=true", "mutually exclusive"),
        ("reset;applied=1", "must be true or false"),
        ({"step": "reset_after", "applied": False, "read": 3}, "mutually exclusive"),
        ("cut;how=burn", "how of step cut must be one of reset, close"),
        ("cut;sent=-1", "a number of bytes"),
        ("length;by=0", "other than 0"),
        ("drip;seconds=1;size=0", "from 1 to 1000000"),
        ("hints;times=-1", "from 1 to 1000000"),
        ("resize", "step resize requires the parameter by"),
        ("resize;by=0", "other than 0"),
        ("resize;by=1;framing=real", "one of length, chunked, close"),
        ("unasked_range;start=-1", "a number of bytes"),
        ("unasked_range;size=0", "size of step unasked_range must be at least 1, not 0"),
        ("null_field", "step null_field requires the parameter field"),
        ("redirect;url=x;code=200", "300 to 399"),
        ({"step": "redirect", "url": "a\r\nb"}, "one line"),
        ({"step": "status", "code": 503, "headers": {"X": "a\r\nb"}}, "header names and values"),
        ({"step": "status", "code": 503, "headers": {"X Y": "a"}}, "header names and values"),
        ({"step": "status", "code": 503, "json": 1, "text": "x"}, "json and text are mutually exclusive"),
        ({"step": "strip", "headers": []}, "list of header names"),
        ({"step": "set_field", "field": ""}, "dotted name of a field"),
        ({"step": "set_field", "field": "x", "value": {1}}, "must be a JSON value"),
        ('{"step": "reset"', "the step is not valid JSON"),
        (Step("explode"), "unknown step"),
    ],
)
def test_steps_that_are_rejected(faults, step, words):
    with pytest.raises(ValueError, match=words):
        faults.script("get_dataset", [503, step])
    assert faults.report().scripts == ()


@pytest.mark.parametrize(
    ("form", "step"),
    [
        ("503", status(503)),
        (503, status(503)),
        (" stall ; seconds=5 ; applied=true", stall(5, applied=True)),
        ("cut;sent=5;how=close", cut(5, how="close")),
        ("html;code=502;text=hello", html(502, text="hello")),
        ('{"step": "stall", "seconds": 0.5}', stall(0.5)),
        ({"step": "reset", "applied": True}, reset_after()),
        ("reset_after", reset_after()),
        ("close_after", close_after()),
        ("pass", pass_()),
        (reset(read=5), reset(read=5)),
    ],
)
def test_the_forms_of_a_step(form, step):
    assert parse(form) == step
    assert parse(step.as_json()) == step
    assert parse(json.loads(json.dumps(step.as_json()))) == step


DOCUMENTED = re.findall(
    r"^\| `(\w+)(\(.*?\))` \| .+ \| `([^`]+)` \|$", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.MULTILINE
)


def test_every_fault_is_documented_with_its_parameters():
    assert sorted(name.rstrip("_") for name, _, _ in DOCUMENTED) == sorted({*_FAULTS, *_ALIASES})
    for name, parameters, _ in DOCUMENTED:
        build = getattr(orionclient.emulator.faults, name)
        assert re.findall(r"(?<=[(, *])\w+(?=[,)=])", parameters) == list(inspect.signature(build).parameters), name
        assert inspect.getdoc(build), name


@pytest.mark.parametrize(("name", "example"), [(name.rstrip("_"), example) for name, _, example in DOCUMENTED])
def test_every_documented_example_is_injected(wire, ada, faults, name, example):
    for each in ("first", "second"):
        ada.post(DATASETS, json={"name": each})
    faults.clear()
    assert example.partition(";")[0] == name
    wire().ask("GET", f"{DATASETS}?limit=1", Accept="*/*", Connection="close", X_Orion_Fault=example).read()
    (applied,) = faults.report().applied
    assert applied.step == parse(example).as_json()
    faults.assert_consumed()


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("get_datasets", "unknown operation 'get_datasets'; .*get_dataset,"),
        ("", "unknown operation"),
        ("FETCH /x", "unknown operation"),
        ("GET x", "unknown operation"),
    ],
)
def test_unknown_operations(faults, operation, words):
    with pytest.raises(ValueError, match=words):
        faults.script(operation, [503])


@pytest.mark.parametrize(
    ("steps", "times"), [([], 1), ([503], 0), ([503], True), ([503], 1.5), ([503], 10_001), (None, 1)]
)
def test_how_many_steps(faults, steps, times):
    with pytest.raises(ValueError, match="times must be|1 to 10000 steps|is not a valid step"):
        faults.script("get_dataset", steps, times)


# ---------------------------------------------------------------- over HTTP


def test_scripts_over_http(ada, faults, dataset):
    script = {"operation": "get_dataset", "steps": [503, "reset_after", {"step": "stall", "seconds": 0.01}], "times": 2}
    response = ada.post("/_faults", json=[script, {"operation": "*", "steps": ["html;code=502"]}])
    assert response.status_code == 201
    assert [(each["operation"], each["total"]) for each in response.json()["scripts"]] == [("get_dataset", 6), ("*", 1)]
    assert ada.get(dataset).status_code == 503
    with pytest.raises(httpx.ReadError):
        ada.get(dataset)
    report = ada.get("/_faults").json()
    assert report["scripts"][0]["left"][0] == {"step": "stall", "seconds": 0.01}
    assert [each["applied"] for each in report["applied"]] == [True, True]
    assert [(each["operation"], each["ran"], each["status"]) for each in report["requests"]] == [
        ("get_dataset", False, 503),
        ("get_dataset", True, None),
    ]
    assert ada.delete("/_faults").status_code == 204
    assert ada.get("/_faults").json() == {"consumed": True, "scripts": [], "applied": [], "requests": []}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"operation": "x", "steps": [503]}', "unknown operation"),
        (b'{"operation": "*", "steps": ["explode"]}', "unknown step"),
        (b'{"operation": "*", "steps": [503], "more": 1}', "a script is an object like"),
        (b'{"operation": "*"}', "a script is an object like"),
        (b'{"operation": 5, "steps": [503]}', "operation must be a string"),
        (b'{"operation": "*", "steps": "503"}', "steps a list"),
        (b"[503]", "a script is an object like"),
        (b"{", "JSON"),
        (b"\xff", "utf-8"),
    ],
)
def test_scripts_that_are_rejected_over_http(ada, faults, rejected, body, words):
    good = b'{"operation": "*", "steps": [500]}'
    responses = [ada.post("/_faults", content=body), ada.post("/_faults", content=b"[%b, %b]" % (good, body))]
    assert responses[0] == rejected(400, "bad_body", words)
    assert responses[1].status_code == 400
    assert faults.report().scripts == ()


def test_faults_over_http_need_a_token_a_host_and_a_known_method(ada, connect, stack, faults, rejected):
    assert connect(stack, None).get("/_faults") == rejected(401, "not_authenticated")
    assert ada.get("/_faults", headers={"Host": "evil.example"}) == rejected(400, "wrong_host")
    response = ada.put("/_faults", json={})
    assert response == rejected(405, "method_not_allowed")
    assert response.headers["Allow"] == "DELETE, GET, POST"


def test_a_fault_in_a_header(ada, faults, dataset, rejected, connect, stack):
    assert ada.get(dataset, headers={"X-Orion-Fault": "503"}).status_code == 503
    assert ada.get(dataset, headers={"X-Orion-Fault": '{"step": "remove", "field": "id"}'}).json().get("id") is None
    with pytest.raises(httpx.RemoteProtocolError):
        ada.get(dataset, headers={"X-Orion-Fault": "cut;sent=5;how=close"})
    assert ada.get(dataset, headers={"X-Orion-Fault": "explode"}) == rejected(400, "bad_parameter", "unknown step")
    anonymous = connect(stack, None)
    assert anonymous.get(dataset, headers={"X-Orion-Fault": "503"}) == rejected(401, "not_authenticated")
    assert [each.step["step"] for each in faults.report().applied] == ["status", "remove", "cut"]
    # A header does not take a step of a script.
    script = faults.script("get_dataset", [500])
    assert ada.get(dataset, headers={"X-Orion-Fault": "503"}).status_code == 503
    assert script.consumed == 0


def test_faults_over_http_are_off_by_default(server, ada, connect, rejected):
    other = connect(server)
    assert other.get("/_faults") == rejected(404, "not_found")
    assert other.post("/_faults", json={}) == rejected(404, "not_found")
    assert other.get("/api/v1/users/me/", headers={"X-Orion-Fault": "503"}) == rejected(400, "faults_off")


# ---------------------------------------------------------------- LocalOrion


def test_the_local_orion_has_them():
    with LocalOrion(seed="demo") as orion:
        orion.faults.script("get_current_user", [reset(), 503])
        assert orion.session().get_user_profile().username == "ada"
        orion.faults.assert_consumed()
        assert [seen.attempt for seen in orion.faults.requests("get_current_user")] == ["1", "2", "3"]
        assert httpx.get(f"{orion.url}/_faults").status_code == 404


def test_another_process_can_ask_for_faults():
    with LocalOrion(seed="demo", faults=True) as orion:
        code = (
            "import json, os, urllib.request as u\n"
            "def ask(path, data=None):\n"
            "    request = u.Request(os.environ['ORION_URL'] + path, data)\n"
            "    request.add_header('Authorization', 'Token ' + os.environ['ORION_TOKEN'])\n"
            "    return u.urlopen(request, timeout=120).read()\n"
            "ask('/_faults', json.dumps({'operation': 'get_current_user', 'steps': ['html;code=503']}).encode())\n"
            "try: ask('/api/v1/users/me/')\n"
            "except u.HTTPError as error: print(error.code); error.close()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env={**orion.environ}, capture_output=True, text=True, timeout=300, check=True
        )
        assert done.stdout == "503\n"
        orion.faults.assert_consumed()


def test_a_reset_is_a_real_one(wire, faults, dataset):
    # The peer of a reset gets ECONNRESET for a write too; after a peaceful end the first write still succeeds.
    faults.script("get_dataset", reset())
    connection = wire().ask("GET", dataset)
    assert connection.read() == (b"", "reset")
    info = connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)
    assert struct.unpack("B", info[:1]) == (7,)  # TCP_CLOSE, without FIN_WAIT or CLOSE_WAIT
