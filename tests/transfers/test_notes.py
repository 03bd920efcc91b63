"""What is remembered of an unfinished upload is for the same account, project and content only, and is looked at before it is trusted."""

from __future__ import annotations

import json
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import Stack, digest_of

from orionclient.exceptions import OrionError
from orionclient.session import OrionSession
from orionclient.transfer import progress
from orionclient.types import File, Project, Shard, ShardCollection

CONTENT = random.Random(30).randbytes(2 << 20)

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="notes need locks of POSIX"),
    pytest.mark.usefixtures("small_plans"),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "big.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(autouse=True)
def report_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quick machine would be done before it tells for the first time."""
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", 0.0)


def interrupted(upload: Callable[..., Any]) -> None:
    """Begin an upload."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upload(progress=interrupt)


def unfinished(session: OrionSession) -> list[int]:
    return [file.id for file in session.list_resources(File, {"state": "uploading"})]


def test_the_same_call_goes_on(simple: Stack, source: Path) -> None:
    session = simple.session()
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = unfinished(session)
    # The project of the session, named or not, is the same one.
    file = File.upload(session, "big", source, session.config.project)
    assert file.id == started
    assert simple.digest(file) == digest_of(source)


def test_a_checkpoint_is_private_and_holds_an_id_only(simple: Stack, source: Path, own_home: Path) -> None:
    session = simple.session()
    before = os.umask(0)
    try:
        interrupted(lambda **more: File.upload(session, "big", source, **more))
    finally:
        os.umask(before)
    (checkpoint,) = (own_home / ".orion" / "uploads").iterdir()
    assert stat.S_IMODE(checkpoint.stat().st_mode) == 0o600
    assert stat.S_IMODE(checkpoint.parent.stat().st_mode) == 0o700
    assert json.loads(checkpoint.read_text()) == {"id": unfinished(session)[0]}


def test_another_project_of_the_session(simple: Stack, source: Path) -> None:
    session = simple.session()
    other = next(each.id for each in session.list_resources(Project) if each.id != session.config.project)
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = unfinished(session)
    file = File.upload(OrionSession(simple.orion.config(project=other)), "big", source)
    assert (file.project, file.id != started) == (other, True)
    assert simple.digest(file) == digest_of(source)


@pytest.mark.parametrize("named", [True, False], ids=["user", "token"])
def test_another_user_of_the_same_home(simple: Stack, source: Path, named: bool) -> None:
    settings: dict[str, Any] = {"project": None, **({} if named else {"username": ""})}
    ada = OrionSession(simple.orion.config(**settings))
    grace = OrionSession(simple.orion.config("grace", **settings))
    interrupted(lambda **more: File.upload(ada, "big", source, **more))
    (started,) = unfinished(ada)
    file = File.upload(grace, "big", source)
    assert file.owner != ada.get_resource(File, started).owner
    # Nothing was forgotten of the first one.
    assert File.upload(ada, "big", source).id == started


def test_a_note_of_what_may_not_be_read(simple: Stack, source: Path) -> None:
    # Both profiles say the same name, or the file was given away since.
    ada = OrionSession(simple.orion.config(username="us", project=None))
    grace = OrionSession(simple.orion.config("grace", username="us", project=None))
    interrupted(lambda **more: File.upload(ada, "big", source, **more))
    (started,) = unfinished(ada)
    with pytest.raises(OrionError):
        grace.get_resource(File, started)
    file = File.upload(grace, "big", source)
    assert (file.state, file.id != started) == ("ready", True)


@pytest.mark.parametrize("now", [b"v2" * 1000, CONTENT[:-1] + b"\0"], ids=["other size", "other digest"])
def test_another_content_got_there_first(simple: Stack, source: Path, now: bytes) -> None:
    session = simple.session()
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = unfinished(session)
    assert File.upload(session, "big", now, if_exists="replace").id == started
    file = File.upload(session, "big", source)
    assert file.id != started
    assert simple.digest(file) == digest_of(source)


def test_only_the_last_moment_was_missing(simple: Stack, source: Path) -> None:
    session = simple.session()
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = unfinished(session)
    File.upload(session, "big", CONTENT, if_exists="replace")
    before = len(simple.orion.faults.requests("create_file"))
    assert File.upload(session, "big", source).id == started
    assert len(simple.orion.faults.requests("create_file")) == before


def test_a_shard_that_got_another_content(simple: Stack, source: Path) -> None:
    session = simple.session()
    collection = session.get_resource(ShardCollection, simple.collection)
    interrupted(lambda **more: Shard.create(collection, "s", file=source, **more))
    (started,) = collection.list_shards()
    started.upload_file(b"other")
    started.close()
    shard = Shard.create(collection, "s", file=source)
    assert shard.id != started.id
    assert simple.digest(shard) == digest_of(source)
