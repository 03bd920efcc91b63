"""Checkpoints of uploads: valid only for the same account, project and content, and checked before use."""

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

from orionclient._transfer import progress
from orionclient.exceptions import OrionError
from orionclient.session import OrionSession
from orionclient.types import File, Project, Shard, ShardCollection

CONTENT = random.Random(30).randbytes(2 << 20)

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="notes need locks of POSIX"),
    pytest.mark.usefixtures("small_sizes"),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "big.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(autouse=True)
def report_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report progress for every chunk, so that a fast machine reports before the end."""
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", 0.0)


def interrupted(upload: Callable[..., Any]) -> None:
    """Start an upload and interrupt it."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upload(progress=interrupt)


def checkpoints(session: OrionSession) -> list[int]:
    return [file.id for file in session.list_resources(File, {"state": "uploading"})]


def test_the_same_call_resumes(simple: Stack, source: Path) -> None:
    session = simple.session()
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = checkpoints(session)
    # The project of the session is the same, whether it is set explicitly or not.
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
    assert json.loads(checkpoint.read_text()) == {"id": checkpoints(session)[0]}


def test_another_project_of_the_session(simple: Stack, source: Path) -> None:
    session = simple.session()
    other = next(each.id for each in session.list_resources(Project) if each.id != session.config.project)
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = checkpoints(session)
    file = File.upload(OrionSession(simple.orion.config(project=other)), "big", source)
    assert (file.project, file.id != started) == (other, True)
    assert simple.digest(file) == digest_of(source)


@pytest.mark.parametrize("named", [True, False], ids=["user", "token"])
def test_another_user_with_the_same_home(simple: Stack, source: Path, named: bool) -> None:
    settings: dict[str, Any] = {"project": None, **({} if named else {"username": ""})}
    ada = OrionSession(simple.orion.config(**settings))
    grace = OrionSession(simple.orion.config("grace", **settings))
    interrupted(lambda **more: File.upload(ada, "big", source, **more))
    (started,) = checkpoints(ada)
    file = File.upload(grace, "big", source)
    assert file.owner != ada.get_resource(File, started).owner
    # The checkpoint of the first user is unchanged.
    assert File.upload(ada, "big", source).id == started


def test_a_checkpoint_of_a_forbidden_file(simple: Stack, source: Path) -> None:
    # Two profiles have the same user name, or the file was transferred to another owner.
    ada = OrionSession(simple.orion.config(username="us", project=None))
    grace = OrionSession(simple.orion.config("grace", username="us", project=None))
    interrupted(lambda **more: File.upload(ada, "big", source, **more))
    (started,) = checkpoints(ada)
    with pytest.raises(OrionError):
        grace.get_resource(File, started)
    file = File.upload(grace, "big", source)
    assert (file.state, file.id != started) == ("ready", True)


@pytest.mark.parametrize("now", [b"v2" * 1000, CONTENT[:-1] + b"\0"], ids=["other size", "other digest"])
def test_a_file_that_got_other_content(simple: Stack, source: Path, now: bytes) -> None:
    session = simple.session()
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = checkpoints(session)
    assert File.upload(session, "big", now, if_exists="replace").id == started
    file = File.upload(session, "big", source)
    assert file.id != started
    assert simple.digest(file) == digest_of(source)


def test_an_upload_interrupted_after_its_completion(simple: Stack, source: Path) -> None:
    session = simple.session()
    interrupted(lambda **more: File.upload(session, "big", source, **more))
    (started,) = checkpoints(session)
    File.upload(session, "big", CONTENT, if_exists="replace")
    before = len(simple.orion.faults.requests("create_file"))
    assert File.upload(session, "big", source).id == started
    assert len(simple.orion.faults.requests("create_file")) == before


def test_a_shard_that_got_other_content(simple: Stack, source: Path) -> None:
    session = simple.session()
    collection = session.get_resource(ShardCollection, simple.collection)
    interrupted(lambda **more: Shard.create(collection, "s", file=source, **more))
    (started,) = collection.list_shards()
    started.upload_file(b"other")
    started.close()
    shard = Shard.create(collection, "s", file=source)
    assert shard.id != started.id
    assert simple.digest(shard) == digest_of(source)
