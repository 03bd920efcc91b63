"""Pickling: resources of every kind work in another process, and the token is not part of the pickle."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import contains_token
from helpers.new_kinds import create_others

from orionclient.exceptions import InvalidCredentials
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import (
    KINDS,
    Dataset,
    Export,
    File,
    Group,
    MolsearchDatabase,
    MolsearchQuery,
    Organization,
    Resource,
    ScalingGroup,
    Secret,
    ServiceSpec,
    ServiceTask,
    Shard,
    ShardCollection,
    Token,
    Upload,
    WorkFloeJob,
    WorkFloePackage,
    WorkFloeSpec,
    Workspace,
)

pytestmark = pytest.mark.usefixtures("real_time")

# Runs in the other process, with only the environment and the pickled bytes.
WORK = """
    import base64, pickle, sys
    from orionclient.types import Dataset, File, Shard, ShardCollection

    for line in sys.stdin:
        each = pickle.loads(base64.b64decode(line))
        session = each.session
        session.refresh_resource(each)
        assert each.session is session
        done = [type(each).__name__, str(each.id)]
        if isinstance(each, File):
            done.append(b"".join(each.download()).decode())
        if isinstance(each, Dataset):
            done += [record["Title"] for record in each.records()]
        if isinstance(each, ShardCollection):
            each.ensure_open()
            Shard.create(each, "there", file=b"there")
            done += [shard.name for shard in each.list_shards()]
        if isinstance(each, Shard):
            session.refresh_resource(each.collection)
            assert each.collection.session is session and each.collection.name == "pickled"
            done += [b"".join(each.download()).decode(), str(each.collection.list_shards().count())]
        print(" ".join(done), flush=True)
"""


def elsewhere(things: list[Resource], environ: dict[str, str], home: Path) -> tuple[list[list[str]], str]:
    """Return what the other process did with each resource, and its error output."""
    lines = [base64.b64encode(pickle.dumps(each)).decode() for each in things]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ORION")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(WORK)],
        env={**inherited, "HOME": str(home), **environ},
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return [line.split() for line in done.stdout.splitlines()], done.stderr


def one_of_each(session: OrionSession) -> list[Resource]:
    dataset = Dataset.create(session, "pickled")
    dataset.write({"Title": "aspirin"})
    dataset.finalize()
    collection = ShardCollection.create(session, "pickled", {"a": {"b": 1}}, version=2)
    echo = session.list_resources(WorkFloeSpec, {"name": "echo"}).one()
    database = MolsearchDatabase.create(session, "pickled", dataset)
    database.wait(timeout=600)
    file = session.create_resource(File, {"name": "in parts"})
    upload = {"resource_type": "file", "resource_id": file.id, "size": 3, "part_size": 2}
    return [
        *create_others(session),
        session.get_user_profile(),
        session.get_resource(Organization, 1),
        session.get_resource(Group, 1),
        Workspace.create(session, "pickled"),
        session.get_current_project(),
        File.upload(session, "pickled", b"content"),
        dataset,
        session.create_resource(Upload, upload),
        Secret.create(session, "pickled", "value"),
        Token.create(session, "pickled"),
        session.get_resource(ScalingGroup, 1),
        session.get_resource(ServiceSpec, 1),
        ServiceTask.create(session, "pickled", 1),
        Export.create(session, "jobs_summary"),
        echo,
        WorkFloeJob.start(session, echo, "pickled"),
        database,
        MolsearchQuery.create_title_query(name="q", database_id=database.id, titles=["aspirin"], session=session),
        session.create_resource(WorkFloePackage, {"name": "pickled"}),
        Shard.create(collection, "here", file=b"here"),
        collection,
    ]


def test_every_kind_works_in_another_process(orion: LocalOrion, session: OrionSession, tmp_path: Path) -> None:
    things = one_of_each(session)
    assert {type(each) for each in things} == set(KINDS.values())
    found, complaints = elsewhere(things, orion.environ, tmp_path)
    assert complaints == ""
    assert [line[:2] for line in found] == [[type(each).__name__, str(each._id())] for each in things]
    by_kind = {line[0]: line[2:] for line in found}
    assert by_kind["File"] == ["content"]
    assert by_kind["Dataset"] == ["aspirin"]
    assert by_kind["Shard"] == ["here", "1"]
    assert by_kind["ShardCollection"] == ["here", "there"]


def test_nested_values_are_pickled(session: OrionSession) -> None:
    for each in one_of_each(session):
        twin = pickle.loads(pickle.dumps(each))
        assert type(twin) is type(each)
        assert twin == each
        assert twin.to_dict() == each.to_dict()
        # Only the value of the token is left out, and it is not shown here either.
        assert repr(twin) == repr(each).replace(", value='***'", "")
        assert hash(twin) == hash(each)
    shard, collection = one_of_each(session)[-2:]
    twin = pickle.loads(pickle.dumps(shard))
    assert (twin.id, twin.collection.metadata) == (shard._id(), {"a": {"b": 1}})
    assert twin.collection is twin.collection
    assert twin.collection.session is twin.session
    together = pickle.loads(pickle.dumps([collection, shard]))
    assert together[1].collection is together[0]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_token_is_not_pickled(orion: LocalOrion, session: OrionSession, protocol: int) -> None:
    made = Token.create(session, "pickled")
    token = made.value.encode()
    for each in [*one_of_each(session), made]:
        frozen = pickle.dumps(each, protocol)
        assert not contains_token(frozen.decode("latin-1"))
        assert orion.token.encode() not in frozen
        assert token not in frozen


def test_a_handle_can_be_pickled(orion: LocalOrion, session: OrionSession, tmp_path: Path) -> None:
    collection = ShardCollection.create(session, "pickled", version=2)
    shard = Shard.create(collection, file=b"content")
    things: list[Resource] = [
        Shard(collection=collection.id, id=shard.id, session=session),
        Shard(collection=ShardCollection(id=collection.id, session=session), id=str(shard.id)),
        Shard.from_msg({"id": shard.id, "collection": collection.id}, session),
        next(collection.list_shards()),
    ]
    found, complaints = elsewhere(things, orion.environ, tmp_path)
    assert complaints == ""
    assert found == [["Shard", str(shard.id), "content", "1"]] * 4
    nobodys = pickle.loads(pickle.dumps(Shard(collection=collection.id, id=shard.id)))
    assert (nobodys, nobodys.session) == (shard, None)


def test_without_credentials_in_the_environment(session: OrionSession, tmp_path: Path) -> None:
    file = File.upload(session, "pickled", b"content")
    found, complaints = elsewhere([file], {}, tmp_path)
    assert found == []
    assert InvalidCredentials.__name__ in complaints
    assert session.config.url in complaints


def name_user(thing: OrionSession | SessionConfig | None) -> str:
    """Run in a spawned process."""
    try:
        session = thing if isinstance(thing, OrionSession) else OrionSession(thing)
        return session.get_user_profile().username
    except InvalidCredentials as error:
        return str(error)


def test_a_spawned_process_has_the_environment_of_a_local_orion(
    orion: LocalOrion, session: OrionSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spawn(*things: OrionSession | SessionConfig | None) -> list[str]:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.map(name_user, things)

    # Without the variables, the errors of a session and of a configuration say how.
    for message in spawn(session, orion.config()):
        (hint,) = (line for line in message.splitlines() if "LocalOrion" in line)
        assert "os.environ.update(orion.environ)" in hint
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    assert spawn(session, None) == ["ada", "ada"]
    # A configuration is pickled without its token, and the hint says what to use instead.
    assert "OrionSession() here" in spawn(orion.config())[0]
    with pytest.raises(TypeError, match=r"pass orion\.environ to the other process"):
        pickle.dumps(orion)


def test_other_servers_have_no_hint_about_a_local_orion() -> None:
    config = SessionConfig("https://orion.example.com", "")
    for thing in (OrionSession(config), pickle.loads(pickle.dumps(OrionSession(config)))):
        message = name_user(thing)
        assert "token" in message
        assert "LocalOrion" not in message


def test_by_json(orion: LocalOrion, session: OrionSession) -> None:
    # Floes pass on values as JSON.
    shard = Shard.create(ShardCollection.create(session, "pickled", version=2), file=b"content")
    sent: dict[str, Any] = json.loads(json.dumps(shard.to_dict()))
    again = Shard.from_msg(sent, orion.session())
    assert (again, b"".join(again.download())) == (shard, b"content")
