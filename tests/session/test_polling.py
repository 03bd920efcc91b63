"""`refresh_resource_until`: polls at a constant interval, respects the timeout, and reports the last value."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.real_time import LATE
from helpers.scripted import Scripted, ScriptedResponse, drip

from orionclient._runtime.clock import CLOCK
from orionclient.exceptions import NotFoundResponse, OrionTimeout, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, MolsearchQuery, ShardCollection, User, WorkFloeJob


def states(*names: str) -> list[ScriptedResponse]:
    return [ScriptedResponse(data={"id": 7, "state": name}) for name in names]


def test_a_value_that_is_already_set_needs_one_poll(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("ready")
    file = File(id=7)
    assert scripted.session().refresh_resource_until(file, "state", "ready") is None  # type: ignore[func-returns-value]
    assert (file.state, len(scripted.requests), skipped_waits) == ("ready", 1, [])


def test_polls_until_the_value_is_set(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("uploading", "uploading", "uploading", "ready", "uploading")
    file, session = File(id=7), scripted.session()
    session.refresh_resource_until(file, "state", "ready")
    assert (file.state, file.session, len(scripted.requests)) == ("ready", session, 4)
    assert skipped_waits == [1, 1, 1]


def test_a_custom_interval(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("uploading", "uploading", "ready")
    scripted.session().refresh_resource_until(File(id=7), "state", "ready", 60, 0.25)
    assert skipped_waits == [0.25, 0.25]


def test_a_timeout_is_an_error(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("uploading")
    start = CLOCK.monotonic()
    with pytest.raises(OrionTimeout) as caught:
        scripted.session().refresh_resource_until(File(id=7), "state", "ready", timeout=2.5)
    assert str(caught.value) == "File 7: 'state' did not become 'ready' within 2.5 s; its last value is 'uploading'"
    assert isinstance(caught.value, TimeoutError)
    assert sum(skipped_waits) <= 2.5 <= CLOCK.monotonic() - start
    assert max(skipped_waits) == 1
    # One poll at the start and one after each wait; the last wait was shorter and followed by a poll.
    assert len(scripted.requests) == len(skipped_waits) + 1 >= 4
    assert 0 < skipped_waits[2] <= 0.5


def test_a_long_interval_is_limited_and_the_last_poll_counts(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("uploading", "ready")
    file = File(id=7)
    scripted.session().refresh_resource_until(file, "state", "ready", timeout=3, sleep_time=1000)
    assert file.state == "ready"
    assert sum(skipped_waits) <= 3


def test_a_timeout_of_0_is_one_poll(scripted: Scripted, skipped_waits: list[float]) -> None:
    scripted.responses = states("uploading")
    with pytest.raises(OrionTimeout, match="in 0 s"):
        scripted.session().refresh_resource_until(File(id=7), "state", "ready", timeout=0)
    assert (len(scripted.requests), skipped_waits) == (1, [])


def test_any_value_of_any_field(session: OrionSession, plain: Plain) -> None:
    made = Dataset.create(session, "old")
    plain.request("PATCH", f"/api/v1/storage/datasets/{made.id}/", {"name": "new"})
    session.refresh_resource_until(made, "name", "new")
    session.refresh_resource_until(made, "path", None)
    session.refresh_resource_until(made, "count", 0, timeout=0)
    with pytest.raises(
        OrionTimeout, match=f"Dataset {made.id}: 'count' did not become 5 within 3 s; its last value is 0"
    ):
        session.refresh_resource_until(made, "count", 5, timeout=3)


def test_properties_of_subclasses(session: OrionSession) -> None:
    class Assay(Dataset):
        """A dataset with a custom attribute."""

        @property
        def empty(self) -> bool:
            """Return whether there are no records."""
            return self.count == 0

    session.refresh_resource_until(Assay.create(session, "x"), "empty", until_value=True)


def test_a_field_that_is_missing_at_first(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(data={"id": 7}), ScriptedResponse(data={"id": 7, "state": "ready"})]
    scripted.session().refresh_resource_until(File(id=7), "state", "ready")
    scripted.responses = [ScriptedResponse(data={"id": 7})]
    with pytest.raises(OrionTimeout, match="its value is unknown"):
        scripted.session().refresh_resource_until(File(id=7), "state", "ready", timeout=1)


@pytest.mark.parametrize("attribute", ["colour", "", "to_dict", "_data", "session", None, 7])
def test_unknown_attributes_before_any_request(scripted: Scripted, attribute: Any) -> None:
    with pytest.raises(ValidationError, match=r"File has no field .*; it has id, name, state"):
        scripted.session().refresh_resource_until(File(id=7), attribute, "ready")
    assert scripted.requests == []


@pytest.mark.parametrize("times", [{"timeout": -1}, {"sleep_time": -0.1}, {"timeout": float("nan")}, {"timeout": "60"}])
def test_times_that_are_none(scripted: Scripted, times: Any) -> None:
    with pytest.raises(ValidationError, match="must be seconds"):
        scripted.session().refresh_resource_until(File(id=7), "state", "ready", **times)
    assert scripted.requests == []


def test_unsupported_kinds_are_rejected(scripted: Scripted) -> None:
    with pytest.raises(ValidationError, match="has no id"):
        scripted.session().refresh_resource_until(User(), "username", "ada")
    with pytest.raises(ValidationError, match="not a resource type"):
        scripted.session().refresh_resource_until(object(), "state", "ready")  # type: ignore[arg-type]
    assert scripted.requests == []


def test_a_deleted_resource(orion: LocalOrion, session: OrionSession, skipped_waits: list[float]) -> None:
    # As from a stack with replicas, where a 404 is not final.
    orion.faults.script("get_file", [404] * 9)
    with pytest.raises(NotFoundResponse):
        session.refresh_resource_until(File(id=99), "state", "ready", timeout=10)
    # Retries of a 404 stay within the timeout as well.
    assert 0 < sum(skipped_waits) <= 10


@pytest.mark.parametrize("timeout", [0, 0.5, 2, 10, 60])
@pytest.mark.parametrize(
    "wait",
    [
        lambda session, timeout: session.refresh_resource_until(File(id=99), "state", "ready", timeout=timeout),
        lambda session, timeout: WorkFloeJob(id=99, session=session).wait(timeout),
        lambda session, timeout: ShardCollection(id=99, session=session).wait(timeout=timeout),
        lambda session, timeout: ShardCollection(id=99, session=session).ensure_open(timeout),
        lambda session, timeout: MolsearchQuery(id=99, session=session).wait(timeout),
    ],
    ids=["refresh_resource_until", "job", "collection", "ensure_open", "query"],
)
def test_the_timeout_holds_for_a_missing_resource(
    scripted: Scripted, skipped_waits: list[float], wait: Callable[[OrionSession, float], None], timeout: float
) -> None:
    scripted.then(ScriptedResponse(404, {"detail": "no such resource"}))
    with pytest.raises(NotFoundResponse):
        wait(scripted.session(retry_dict=None), timeout)
    assert sum(skipped_waits) <= timeout
    assert len(scripted.requests) == len(skipped_waits) + 1
    assert (len(skipped_waits) > 0) == (timeout > 0)


def test_the_timeout_holds_for_a_resource_that_is_deleted_meanwhile(
    scripted: Scripted, skipped_waits: list[float]
) -> None:
    scripted.responses = [*states("uploading", "uploading"), ScriptedResponse(404, {"detail": "no such resource"})]
    with pytest.raises(NotFoundResponse):
        scripted.session(retry_dict=None).refresh_resource_until(File(id=7), "state", "ready", timeout=3)
    assert 2 <= sum(skipped_waits) <= 3


def test_a_server_that_hangs_ends_the_wait(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orionclient._resources.polling._LAST_POLL", 1.0)
    scripted.responses = [*states("uploading"), drip(120, 0.05)]
    start = time.monotonic()
    with pytest.raises(
        OrionTimeout,
        match=r"'state' did not become 'ready' within 2 s; its last value is 'uploading'; the last poll timed out",
    ):
        scripted.session().refresh_resource_until(File(id=7), "state", "ready", timeout=2.0, sleep_time=0.1)
    assert time.monotonic() - start < 3 + LATE
