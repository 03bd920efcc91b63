"""`ocli projects`: deleting, leaving, sharing and restoring, and `restore` of items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cli.conftest import Call
from helpers.manual_clock import ManualClock

from orionclient.local import LocalOrion
from orionclient.types import File


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def orion(clock: ManualClock) -> Iterator[LocalOrion]:
    with LocalOrion(seed="demo", clock=clock) as orion:
        yield orion


@pytest.fixture
def as_grace(orion: LocalOrion, call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `ocli` with the token of grace."""

    def invoke(*arguments: str, **settings: Any) -> Any:
        for name, value in orion.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ORION_TOKEN", orion.server.issue_token("grace"))
        return call(*arguments, **settings)

    return invoke


def names(done: Any) -> list[str]:
    assert done.exit_code == 0, done.output
    return [each["name"] for each in json.loads(done.stdout)]


def test_delete_and_restore(orion: LocalOrion, call: Call) -> None:
    done = call("projects", "delete", "1", on=orion)
    assert done.exit_code == 2
    assert "delete project 1? Cannot ask for confirmation without a terminal: give --yes" in done.output
    assert json.loads(call("--json", "projects", "delete", "1", "--dry-run", on=orion).stdout) == [
        {"would": "delete project 1"}
    ]
    assert len(names(call("--json", "projects", "list", on=orion))) == 2
    assert call("projects", "delete", "1", "--yes", on=orion).stdout == 'Deleted project 1 "Ada\'s project"\n'
    assert names(call("--json", "projects", "list", on=orion)) == ["Shared project"]
    assert names(call("--json", "projects", "list", "deleted=true", on=orion)) == ["Ada's project"]
    assert call("projects", "info", "1", on=orion).exit_code == 5
    assert call("projects", "restore", "1", "--dry-run", on=orion).stdout == "Would restore project 1\n"
    assert names(call("--json", "projects", "list", on=orion)) == ["Shared project"]
    assert call("projects", "restore", "1", on=orion).stdout == 'Restored project 1 "Ada\'s project"\n'
    assert len(names(call("--json", "projects", "list", on=orion))) == 2


def test_only_the_owner_deletes(orion: LocalOrion, as_grace: Call) -> None:
    done = as_grace("projects", "delete", "3", "--yes")
    assert done.exit_code == 6
    assert "Only the owner can delete project 3" in done.output
    assert "unknown option" in as_grace("projects", "delete", "3", "--yes", "--immediate").output


def test_leave(orion: LocalOrion, call: Call, as_grace: Call) -> None:
    done = as_grace("projects", "leave", "3")
    assert done.exit_code == 2
    assert "leave project 3? Cannot ask for confirmation without a terminal: give --yes" in done.output
    assert as_grace("projects", "leave", "3", "--dry-run").stdout == "Would leave project 3\n"
    assert len(names(as_grace("--json", "projects", "list"))) == 2
    done = as_grace("projects", "leave", "3", "--yes")
    assert (done.exit_code, done.stdout) == (0, "Left project 3 'Shared project'\n")
    assert names(as_grace("--json", "projects", "list")) == ["Grace's project"]
    done = call("projects", "leave", "3", "--yes", on=orion)
    assert done.exit_code == 6
    assert "The owner cannot leave project 3" in done.output


def test_share_unshare_and_list_shares(orion: LocalOrion, call: Call, as_grace: Call) -> None:
    done = call("projects", "share", "1", "--user", "2", "--group", "2", on=orion)
    assert (done.exit_code, done.stdout) == (0, 'Shared project 1 "Ada\'s project" with user 2, group 2\n')
    shares = json.loads(as_grace("--json", "projects", "list-shares", "1").stdout)
    assert [(each["target_type"], each["target_id"]) for each in shares] == [("group", 2), ("user", 1), ("user", 2)]
    done = as_grace("projects", "unshare", "1", "--user", "1")
    assert "Only the owner can share project 1" in done.output
    shares = json.loads(call("--json", "projects", "unshare", "1", "--user", "2", on=orion).stdout)
    assert [(each["target_type"], each["target_id"]) for each in shares] == [("group", 2), ("user", 1)]
    assert as_grace("projects", "info", "1").exit_code == 6
    done = call("projects", "unshare", "1", "--user", "1", on=orion)
    assert done.exit_code == 6
    assert "The owner cannot be removed" in done.output


def test_restore_items_until_they_expire(orion: LocalOrion, call: Call, clock: ManualClock) -> None:
    session = orion.session()
    for name in ("a", "b", "c"):
        session.delete_resource(File.upload(session, name, b"CNS"))
    done = call("--json", "files", "restore", "1", "2", on=orion)
    assert json.loads(done.stdout) == [{"id": 1, "restored": True}, {"id": 2, "restored": True}]
    assert names(call("--json", "files", "list", on=orion)) == ["a", "b"]
    clock.move(days=31)
    assert names(call("--json", "files", "list", "deleted=true", on=orion)) == []
    assert names(call("--json", "files", "list", "deleted=true", "expired=true", on=orion)) == ["c"]
    done = call("files", "restore", "3", on=orion)
    assert done.exit_code == 6
    assert "more than 30 days ago" in done.output
    assert call("files", "restore", "9", on=orion).exit_code == 5
