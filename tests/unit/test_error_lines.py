"""The first line of an error message has at most 200 characters, however long URL, response body and names are."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path
from typing import Any

import pytest

from orionclient import exceptions
from orionclient._resources.listing import Listing
from orionclient._transport.response import Headers, Response
from orionclient.config import SessionConfig, resolve
from orionclient.exceptions import (
    BadResponse,
    CallInfo,
    InvalidAPIVersion,
    InvalidCredentials,
    OrionError,
    TransferErrors,
    ValidationError,
    error_for,
    shorten,
)
from orionclient.links import read_link
from orionclient.types import Dataset

LIMIT = 200
LONG = "caffeine_analogs_" * 60
URL = f"https://{'very-long-label.' * 12}orion.example.com/api/v1/storage/collections/1234567890/shards/9876543210/upload/"
CALL = CallInfo(
    f"upload_shard_content PUT {URL}{LONG}", 45, 12345.6, "0123456789abcdef", may_have_been_applied=True, applied=True
)
CLASSES = [kind for _, kind in inspect.getmembers(exceptions, inspect.isclass) if issubclass(kind, OrionError)]
BODIES = {
    "detail": f'{{"detail": "{LONG}"}}'.encode(),
    "fields": f'{{"{LONG}": ["{LONG}", "{LONG}"], "name": ["{LONG}"]}}'.encode(),
    "text": LONG.encode(),
    "page": f"<html><title>{LONG}</title>{LONG}</html>".encode(),
    "lines": "\r\n".join([LONG] * 20).encode(),
}


def check_first_line(error: Exception) -> str:
    first, *hints = str(error).split("\n")
    assert 0 < len(first) <= LIMIT, first
    assert first.isprintable()
    assert all(len(hint) <= 600 for hint in hints), hints
    return first


def respond(status: int, body: bytes, **headers: str) -> Response:
    return Response(status, Headers(headers.items()), URL, content=body)


def build(kind: type[OrionError], text: str) -> OrionError:
    if kind is InvalidAPIVersion:
        return InvalidAPIVersion(None).with_problem(text)
    if issubclass(kind, BadResponse):
        return kind(respond(400, b""), text)
    return kind(text)


@pytest.mark.parametrize("call", [None, CALL], ids=["alone", "with a call"])
@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_the_longest_of_every_class(kind: type[OrionError], call: CallInfo | None) -> None:
    error = build(kind, f"cannot upload {LONG}: {LONG}; call this_helps(...)")
    if call is not None:
        error.with_call(call)
    for each in (error, pickle.loads(pickle.dumps(error))):
        first = check_first_line(each)
        # What failed stands at the start, what to do at the end.
        assert "cannot upload caffeine" in first
        assert "this_helps(...)" in first
        assert call is None or first.startswith("upload_shard_content PUT https://")
        assert call is None or "request 0123456789abcdef, 45 attempts in 12345.6 s" in first


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 999])
def test_the_longest_responses(status: int, body: bytes) -> None:
    content_type = "text/html" if body.startswith(b"<") else "application/json"
    for headers in ({}, {"Location": URL + LONG}):
        error = error_for(respond(status, body, **{"Content-Type": content_type, **headers})).with_call(CALL)
        assert f": {status}" in check_first_line(error)


def test_a_message_that_fits_is_not_cut() -> None:
    action = "get_dataset GET /api/v1/storage/datasets/7/"
    details = "(request 0123456789abcdef)"
    for length in range(LIMIT - len(action) - len(details) - 20, LIMIT):
        text = "x" * (length - 5) + " done"
        error = OrionError(text).with_call(CallInfo(action, request_id="0123456789abcdef"))
        first = check_first_line(error)
        whole = f"{action}: {text} {details}"
        assert (first == whole) is (len(whole) <= LIMIT)
        assert first.endswith(f" done {details}")


def test_secrets_are_redacted_before_a_message_is_cut() -> None:
    for length in range(100, 200):
        secret = "s3cret" * 20
        error = OrionError("x" * length + secret + "y" * 200).with_call(CallInfo("get GET /", secrets=(secret,)))
        assert "s3cret" not in check_first_line(error)


def test_shorten() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcdefghij", 9) == "abcde…hij"
    assert [len(shorten("x" * 300, limit)) for limit in range(3, 200)] == list(range(3, 200))


@pytest.mark.parametrize(
    "call",
    [
        lambda: SessionConfig(url=f"http://{LONG[:200]}.example"),
        lambda: SessionConfig(url="https://x", project=LONG),
        lambda: SessionConfig(url="https://x", header_form=LONG),
        lambda: SessionConfig(url="https://x", token=LONG + "\n"),
        lambda: resolve(LONG, {"ORION_CONFIG": f"/{LONG}"}),
        lambda: resolve(None, {"ORION_CONFIG": f"/{LONG}"}),
        lambda: read_link({"link": "orion", "version": 1, "type": LONG}, None),  # type: ignore[arg-type]
        lambda: Dataset(id=LONG)._id(),
        lambda: Listing(None, None, Dataset(), {LONG: []}),  # type: ignore[arg-type]
        lambda: Dataset.from_msg({"id": 1, "name": [LONG]}).name,
    ],
)  # fmt: skip
def test_the_longest_names(call: Any) -> None:
    with pytest.raises(OrionError) as raised:
        call()
    check_first_line(raised.value)


def test_many_failed_transfers() -> None:
    first = OrionError(LONG).with_call(CALL)
    line = check_first_line(TransferErrors(f"3 of 9 transfers failed; the first, {LONG}: {first}"))
    assert line.startswith("3 of 9 transfers failed; the first, caffeine")


def test_the_first_error_without_configuration(tmp_path: Path) -> None:
    path = tmp_path / "config"
    with pytest.raises(InvalidCredentials) as raised:
        resolve(None, {"ORION_CONFIG": str(path)})
    lines = str(raised.value).split("\n")
    assert lines[0].startswith("ORION_URL is not set and there is no profile 'default' in ")
    assert lines[1:] == [
        "to connect to an Orion stack, run: ocli config profile",
        "to try a local Orion on this machine, run: ocli local start",
    ]
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_hints_cannot_hold_secrets_or_control_characters() -> None:
    error = ValidationError("no").with_hints("one\r\ntwo\x1b[31m", "a s3cret")
    error.with_call(CallInfo("get GET /", secrets=("s3cret",)))
    assert str(error) == "get GET /: no\none two [31m\na ***"
    assert "s3cret" not in str(pickle.loads(pickle.dumps(error)))
