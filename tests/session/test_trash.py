"""The trash through the session: listing, restoring and expiring of items, with the clock of the local Orion moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from helpers.manual_clock import ManualClock

from orionclient.exceptions import BadResponse, NotFoundResponse, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Secret, Shard, ShardCollection, User, WorkFloeJob


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def session(clock: ManualClock) -> Iterator[OrionSession]:
    with LocalOrion(seed="demo", clock=clock) as orion:
        yield orion.session()


@pytest.mark.parametrize("kind", [File, Dataset, ShardCollection])
def test_restoring_and_expiring(session: OrionSession, clock: ManualClock, kind: Any) -> None:
    old, new = (session.create_resource(kind, {"name": name, "path": "/screens"}) for name in ("old", "new"))
    session.delete_resource(old)
    clock.move(days=31)
    session.delete_resource(new)
    trash = {"deleted": True, "path": "/screens"}
    assert list(session.list_resources(kind, trash)) == [new]
    assert list(session.list_resources(kind, {**trash, "expired": True})) == [old, new]
    handle = kind(id=new.id)
    session.restore_resource(handle)
    assert (handle.path, handle.deleted, handle.session) == ("/screens", "", session)
    session.restore_resource(handle)
    assert list(session.list_resources(kind)) == [new]
    with pytest.raises(BadResponse, match="409 .*more than 30 days ago"):
        session.restore_resource(old)
    with pytest.raises(NotFoundResponse):
        session.restore_resource(kind(id=99))


@pytest.mark.parametrize("resource", [Secret(id=1), User(id=1), WorkFloeJob(id=1), Shard(id=1, collection=1)])
def test_kinds_without_a_trash(session: OrionSession, resource: Any) -> None:
    with pytest.raises(ValidationError, match="has no trash"):
        session.restore_resource(resource)


def test_times_follow_the_clock(session: OrionSession) -> None:
    assert File.upload(session, "x", b"CNS").created == "2030-01-01T00:00:00.000000Z"
