"""API versions: listed, requested only to explain an error, and never delaying a successful call."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file

from orionclient._runtime.clock import CLOCK
from orionclient.exceptions import (
    AuthorizationRequired,
    BadResponse,
    InvalidAPIVersion,
    NotFoundResponse,
    OrionServiceError,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File

FILE = {"id": 1, "name": "x", "state": "ready", "project": 1, "owner": 1, "created": "", "size": 3}
OLD = ScriptedResponse(data={"versions": {"files": [1, 2], "datasets": [1]}, "server": "old"})


def test_versions_of_the_local_orion(session: OrionSession) -> None:
    assert session.orion_versions["files"] == (3,)
    assert session.orion_versions["collections"] == (1,)
    reported = OrionSession(session.config, orion_versions=session.orion_versions)
    assert list(reported.list_resources(File)) == []
    assert reported.get_user_profile().username == "ada"


def test_a_successful_call_requests_no_versions(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    scripted.session().get_resource(File, 1)
    assert scripted.version_requests == 0


WAYS = {
    "get": lambda session: session.get_resource(File, 1),
    "list": lambda session: session.list_resources(File).first(),
    "download": lambda session: list(File(id=1, session=session).download()),
    "raw": lambda session: get_file.sync(1, client=session.raw),
}


@pytest.mark.parametrize("status", [404, 405, 410, 501])
@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_path_unknown_to_the_stack(scripted: Scripted, way: str, status: int) -> None:
    scripted.then(ScriptedResponse(status, {"detail": "no such page"}))
    scripted.versions = OLD
    session = scripted.session()
    for _ in range(3):
        with pytest.raises(InvalidAPIVersion) as caught:
            WAYS[way](session)
        text = str(caught.value)
        assert "needs version 3 of the API 'files'" in text
        assert "offers version 1, 2" in text
        assert caught.value.request_id in text
        assert caught.value.response.status_code == status
        assert type(pickle.loads(pickle.dumps(caught.value))) is InvalidAPIVersion
        assert str(pickle.loads(pickle.dumps(caught.value))) == text
    assert scripted.version_requests == 1


def test_an_event_loop_uses_only_cached_versions(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(404))
    scripted.versions = OLD
    session = scripted.session()
    with pytest.raises(NotFoundResponse):
        asyncio.run(get_file.asyncio(1, client=session.raw_async))
    assert scripted.version_requests == 0
    with pytest.raises(InvalidAPIVersion):
        session.get_resource(File, 1)
    with pytest.raises(InvalidAPIVersion):
        asyncio.run(get_file.asyncio(1, client=session.raw_async))


def raw_async(session: OrionSession) -> object:
    return asyncio.run(get_file.asyncio(1, client=session.raw_async))


def raw_async_pooled(session: OrionSession) -> object:
    async def work() -> object:
        async with session.raw_async as client:
            return await get_file.asyncio(1, client=client)

    return asyncio.run(work())


LONG_LIVED = {**WAYS, "raw_async": raw_async, "raw_async_pooled": raw_async_pooled}
NEW = ScriptedResponse(data={"versions": {"files": [3], "datasets": [1]}, "server": "new"})


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("way", LONG_LIVED)
def test_cached_versions_are_requested_again_after_a_minute(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: str, status: int
) -> None:
    scripted.then(ScriptedResponse(status, {"detail": "no such page"}))
    session = scripted.session()
    passed = 0.0
    monotonic = CLOCK.monotonic
    monkeypatch.setattr(CLOCK, "monotonic", lambda: monotonic() + passed)

    def call(seconds: float) -> type[BaseException]:
        nonlocal passed
        passed = seconds
        with pytest.raises(BadResponse) as caught:
            LONG_LIVED[way](session)
        return caught.type

    scripted.versions = OLD
    with pytest.raises(InvalidAPIVersion):
        session.get_resource(File, 1)
    # The stack is updated: within the minute the versions are not requested again, however many requests fail.
    scripted.versions = NEW
    for seconds in (0.0, 20.0, 30.0):
        assert call(seconds) is InvalidAPIVersion
    assert scripted.version_requests == 1
    for seconds in (70.0, 71.0, 100.0):
        assert call(seconds) is not InvalidAPIVersion
    assert scripted.version_requests == 2
    # It is reset to the old versions.
    scripted.versions = OLD
    for seconds in (140.0, 150.0):
        assert call(seconds) is InvalidAPIVersion
    assert scripted.version_requests == 3
    # Versions that cannot be requested are unknown, and requested at most once a minute, too.
    scripted.versions = ScriptedResponse(503)
    for seconds in (210.0, 215.0, 220.0):
        assert call(seconds) is not InvalidAPIVersion
    assert scripted.version_requests == 4
    scripted.versions = OLD
    assert call(300.0) is InvalidAPIVersion
    assert scripted.version_requests == 5


@pytest.mark.parametrize("way", LONG_LIVED)
def test_outdated_versions_are_not_requested_without_need(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    scripted.then(ScriptedResponse(404))
    scripted.versions = OLD
    session = scripted.session()
    with pytest.raises(InvalidAPIVersion):
        session.get_resource(File, 1)
    monotonic = CLOCK.monotonic
    monkeypatch.setattr(CLOCK, "monotonic", lambda: monotonic() + 1000)
    scripted.responses = [ScriptedResponse(403, {"detail": "not yours"})]
    with pytest.raises(AuthorizationRequired):
        LONG_LIVED[way](session)
    assert scripted.version_requests == 1


@pytest.mark.parametrize(
    "versions",
    [
        ScriptedResponse(404),
        ScriptedResponse(500),
        ScriptedResponse(data={"versions": {"files": [3]}}),
        ScriptedResponse(data={"versions": {}}),
        ScriptedResponse(data={"versions": "none"}),
        ScriptedResponse(data={"versions": {"files": "three"}}),
        ScriptedResponse(raw=b"<html>"),
    ],
)
def test_a_missing_resource_stays_missing(scripted: Scripted, versions: ScriptedResponse) -> None:
    scripted.then(ScriptedResponse(404, {"detail": "no file 1"}))
    scripted.versions = versions
    with pytest.raises(NotFoundResponse, match="no file 1"):
        scripted.session().get_resource(File, 1)
    assert scripted.version_requests == 1


def test_other_errors_request_no_versions(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(500))
    scripted.versions = OLD
    with pytest.raises(OrionServiceError):
        scripted.session().get_resource(File, 1)
    assert scripted.version_requests == 0


@pytest.mark.parametrize("known", [{"files": [1, 2]}, {"versions": {"files": (2, 1)}}, {"files": ["1", 2]}])
def test_a_known_missing_version_is_not_tried(scripted: Scripted, known: Any) -> None:
    session = OrionSession(scripted.config(), orion_versions=known)
    for again in (session, pickle.loads(pickle.dumps(session))):
        again.config = scripted.config()
        with pytest.raises(InvalidAPIVersion, match="needs version 3 .*'files'.* offers version 1, 2") as caught:
            again.get_resource(File, 1)
        assert isinstance(caught.value, BadResponse)
        assert caught.value.response is None
        with pytest.raises(InvalidAPIVersion, match="needs version 1 of the API 'datasets'.* offers no version of it"):
            again.get_resource(Dataset, 1)
    assert scripted.requests == []
    assert session.orion_versions == {"files": (1, 2)}


@pytest.mark.parametrize("wrong", [[3], "3", {"files": "three"}, {"files": None}, {"files": [float("inf")]}])
def test_no_versions(wrong: Any) -> None:
    with pytest.raises(ValidationError, match="orion_versions"):
        OrionSession(orion_versions=wrong)


def test_a_missing_resource_of_the_local_orion(orion: LocalOrion) -> None:
    session = OrionSession(orion.config(), requests_session=get_session(retry_dict={}))
    for _ in range(2):
        with pytest.raises(NotFoundResponse, match="The file 7 does not exist"):
            session.get_resource(File, 7)
    assert len(orion.faults.requests("get_api_versions")) == 1


def test_a_stack_without_the_versions_endpoint(scripted: Scripted) -> None:
    with pytest.raises(NotFoundResponse, match="get_api_versions"):
        _ = scripted.session().orion_versions
    assert scripted.version_requests == 1
