"""Pickled and copied errors and responses contain neither the token nor the body of the server."""

from __future__ import annotations

import copy
import json
import multiprocessing
import pickle
import traceback
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from helpers import canary
from helpers.canary import CANARY, contains_token
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import (
    InvalidAPIVersion,
    NotEnoughDiskError,
    OrionConnectionError,
    OrionError,
    OrionTimeout,
)
from orionclient.types import File, Secret

WORDS = f"the token {CANARY} may not read this"
# This token is in the body with JSON escapes, which a plain search does not match.
ESCAPED = json.dumps({"detail": WORDS, CANARY: [WORDS]}).replace("/", "\\/").replace("+", "\\u002b").encode()
BODIES: dict[str, dict[str, Any]] = {
    "words": {"data": {"detail": WORDS}},
    "names": {"data": {CANARY: [WORDS, {CANARY: WORDS}]}},
    "escapes": {"raw": ESCAPED},
    "utf-16": {"raw": json.dumps({"detail": WORDS}).encode("utf-16")},
    "page": {"raw": f"<html><title>{WORDS}</title>{WORDS}".encode(), "headers": {"Content-Type": "text/html"}},
    "header": {"data": {"detail": "no"}, "headers": {"X-Echo": CANARY, "Location": f"/x?token={CANARY}"}},
}
STATUSES = (400, 401, 403, 404, 409, 429, 500, 503)


def received(response: Any) -> str:
    """Return the response of the server, including the decoded body."""
    data = None if response.content[:1] == b"<" else response.json()
    return f"{response.text}{data}{dict(response.headers)}{response.url}{vars(response)}"


def all_strings(error: Any) -> str:
    """Return every string of an error, and its pickled form."""
    response = getattr(error, "response", None)
    parts = [str(error), repr(error), repr(vars(error)), repr(error.args), pickle.dumps(error).decode("latin-1")]
    return "\n".join([*parts, received(response) if response else "", *traceback.format_exception(error)])


@pytest.mark.parametrize("body", sorted(BODIES))
@pytest.mark.parametrize("status", STATUSES)
def test_no_copy_of_an_error_has_the_token(scripted: Scripted, status: int, body: str) -> None:
    scripted.then(ScriptedResponse(status, **BODIES[body]))
    with pytest.raises(OrionError) as raised:
        scripted.session().get_resource(File, 7)
    error = raised.value
    error.add_note(WORDS)
    # The original error still has the response of the server.
    assert contains_token(received(error.response))
    for make in (lambda: pickle.loads(pickle.dumps(error)), lambda: copy.deepcopy(error), lambda: copy.copy(error)):
        twin = make()
        assert type(twin) is type(error)
        assert (twin.request_id, twin.attempts) == (error.request_id, 1)
        assert twin.response.status_code == status
        assert not contains_token(all_strings(twin))
        # Also after another round trip.
        assert not contains_token(all_strings(pickle.loads(pickle.dumps(twin))))
    if body != "utf-16":
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("status", [200, 400])
def test_no_copy_of_a_response_has_the_token(scripted: Scripted, status: int) -> None:
    # Not a file, even if the status claims it.
    scripted.then(ScriptedResponse(status, raw=b"[%b]" % ESCAPED, headers={"X-Echo": CANARY}))
    with pytest.raises(OrionError) as raised:
        scripted.session().get_resource(File, 7)
    response: Any = raised.value.response  # type: ignore[attr-defined]
    assert response.json()[0]["detail"] == WORDS
    for twin in (pickle.loads(pickle.dumps(response)), copy.deepcopy(response), copy.copy(response)):
        assert not contains_token(received(twin))
        assert twin.headers["x-echo"] == "***"
        assert not contains_token(str(twin.error()))


def test_an_error_of_a_worker_shows_no_token(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", CANARY)
    scripted.then(ScriptedResponse(400, {"detail": WORDS}))
    session = scripted.session()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        error: Any = pool.submit(session.get_resource, File, 1).exception(60)
    assert len(scripted.requests) == 1
    assert scripted.requests[0].headers["Authorization"] == f"Token {CANARY}"
    assert "the token *** may not read this" in str(error)
    assert not contains_token(all_strings(error))


def test_the_value_of_a_secret_is_not_pickled(scripted: Scripted) -> None:
    value = f"value+{CANARY[::-1]}"
    canary.CANARIES.add(value)
    try:
        scripted.then(ScriptedResponse(400, {"value": [f"{value} is too short"]}))
        with pytest.raises(OrionError) as raised:
            Secret.create(scripted.session(), "key", value)
        assert not contains_token(all_strings(pickle.loads(pickle.dumps(raised.value))))
    finally:
        canary.CANARIES.discard(value)


@pytest.mark.parametrize("kind", [OrionError, OrionConnectionError, OrionTimeout, NotEnoughDiskError])
def test_other_errors_are_pickled_unchanged(kind: type[OrionError]) -> None:
    error: Any = kind(28, "no space", "x") if kind is NotEnoughDiskError else kind("no space")
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), twin.args, str(twin)) == (kind, error.args, str(error))
    assert getattr(twin, "filename", None) == getattr(error, "filename", None)


def test_the_error_of_versions_travels() -> None:
    twin = pickle.loads(pickle.dumps(InvalidAPIVersion(None).with_problem("this needs version 3")))
    assert (type(twin), str(twin), twin.response) == (InvalidAPIVersion, "this needs version 3", None)
