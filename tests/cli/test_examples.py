"""The example in the help of every command runs with --json and prints one document of its documented shape.

With ORION_NIGHTLY=1 every example also runs without --json.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
import pytest
from cli.conftest import Call
from click.testing import CliRunner
from helpers.canary import allow_token
from helpers.new_kinds import create_others

from orionclient.cli._commands.packages import _compress
from orionclient.cli._core.commands import Command
from orionclient.cli._core.reference import iter_commands, make_schema
from orionclient.cli._core.root import ocli
from orionclient.examples import drugs
from orionclient.local import LocalOrion
from orionclient.types import (
    Dataset,
    Export,
    File,
    MolsearchDatabase,
    MolsearchQuery,
    Project,
    Secret,
    ServiceSpec,
    ServiceTask,
    Shard,
    ShardCollection,
    Token,
    User,
    WorkFloePackage,
    WorkFloeSpec,
    Workspace,
)

COMMANDS = {path: command for path, command in iter_commands(ocli) if isinstance(command, Command)}
# Its examples need a process that outlives them; test_local.py runs them.
HERE = sorted(path for path in COMMANDS if not path.startswith("ocli local "))
#: Path -> the message of the local Orion, which has no licensed program.
REJECTED = {"ocli molsearch query create fastrocs": "not supported by the local Orion"}
MANIFEST = {"name": "mine", "version": "1.0", "python_version": "3.11", "requirements": []}


def plant(orion: LocalOrion, folder: Path) -> None:  # noqa: C901 - one line for each kind
    """Create everything that the examples use, so that no example depends on the effects of another."""
    session = orion.session()
    for _ in range(5):
        file = File.upload(session, "drugs.sdf", drugs("sdf"))
        session.tag_resource(file, "old", "current")
    datasets = [Dataset.upload(session, "drugs", drugs("sdf")) for _ in range(3)]
    for dataset in datasets:
        session.tag_resource(dataset, "old", "current")
    collections = [ShardCollection.create(session, f"frames {index}", tags=["old", "current"]) for index in range(5)]
    for index in range(4):
        shard = Shard.create(collections[0], f"frame {index}")
        shard.upload_file(b"frame")
        if index != 2:
            shard.close()
    for collection in (collections[2], collections[4]):
        collection.close()
        collection.wait(timeout=60)
    # The skeleton of `packages init` can be uploaded unchanged.
    done = CliRunner().invoke(ocli, ["packages", "init", str(folder / "made")])
    assert done.exit_code == 0, done.output
    for _ in range(3):
        WorkFloePackage.upload(session, _compress(folder / "made")).wait(timeout=60)
    for _ in range(3):
        Secret.create(session, "password", "s3cret", tags=["old", "current"])
    for name in ("secret", "file", "dataset", "collection", "package"):
        for resource_id in (1, 2):
            session.share_resource(KIND[name](id=resource_id), Project(id=3))
            session.share_resource(KIND[name](id=resource_id), User(id=2))
    session.share_resource(Workspace.create(session, "Kinases", 3), User(id=2))
    session.share_resource(Project(id=1), User(id=2))
    for _ in range(3):
        Token.create(session, "for tests")
    # Titles of molfiles would have SMILES only with RDKit.
    searched = Dataset.upload(session, "drugs", drugs("smi"))
    databases = [MolsearchDatabase.create(session, "drugs", searched) for _ in range(2)]
    for database in databases:
        database.wait(timeout=60)
        session.share_resource(database, Project(id=3))
        session.share_resource(database, User(id=2))
    for _ in range(2):
        query = MolsearchQuery.create_title_query(session=session, database_id=databases[0].id, titles=["aspirin"])
        query.wait(timeout=60)
    session.share_resource(ServiceSpec(id=1), Project(id=3))
    session.share_resource(ServiceSpec(id=1), User(id=2))
    for _ in range(3):
        task = ServiceTask.create(session, "my echo", 1)
        task.wait(timeout=60)
        session.share_resource(task, Project(id=3))
        session.share_resource(task, User(id=2))
    echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
    for _ in range(3):
        job = echo.start("first try", text="CNS")
        session.tag_resource(job, "old", "current")
        job.wait(timeout=60)
    for _ in range(2):
        Export.create(session, "jobs_summary").wait(timeout=60)
    session.create_paths("/screens")
    Project.create(session, "to delete")
    grace = orion.session("grace")
    grace.share_resource(Project.create(grace, "to leave"), User(id=1))
    for _ in range(4):
        for made in create_others(session):
            session.tag_resource(made, "old", "current")
            session.share_resource(made, Project(id=3))
            session.share_resource(made, User(id=2))
    for number in (1, 2):
        body = {"resource_type": "file", "resource_id": number, "size": 10, "part_size": 5}
        session._calls.request_json(_create_upload(), {}, body=body)


def _create_upload() -> Any:
    from orion_api.api.uploads import create_upload

    return create_upload


KIND = {kind.declaration.name: kind for kind in (Secret, File, Dataset, ShardCollection, WorkFloePackage)}


def planted(factory: pytest.TempPathFactory, name: str) -> Iterator[LocalOrion]:
    folder = factory.mktemp(name)
    with LocalOrion(folder / "stack", seed="demo", durable=False) as orion:
        plant(orion, folder)
        yield orion


@pytest.fixture(scope="module")
def json_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start the local Orion of one form of output, because examples delete what they use."""
    yield from planted(tmp_path_factory, "json")


@pytest.fixture(scope="module")
def human_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    yield from planted(tmp_path_factory, "human")


@pytest.fixture
def folder(tmp_path: Path, own_home: Path) -> Path:
    """Write the files that the examples use."""
    (tmp_path / "drugs.sdf").write_bytes(drugs("sdf").read_bytes())
    (tmp_path / "password.txt").write_text("correct horse\n")
    (tmp_path / "token.txt").write_text("t0ken\n")
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "1.xyz").write_text("1")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "manifest.json").write_text(json.dumps(MANIFEST))
    (own_home / ".orion").mkdir(mode=0o700)
    profiles = own_home / ".orion" / "config"
    profiles.write_text("[default]\nurl = https://orion.example.com\n[old]\nurl = https://orion.example.com\n")
    profiles.chmod(0o600)
    return tmp_path


def split(example: str) -> tuple[list[str], str | None]:
    words = shlex.split(example)
    assert words[0] == "ocli"
    given = None
    if "<" in words:
        place = words.index("<")
        given, words = words[place + 1], words[:place]
    return words[1:], given


def standard_input(path: str, folder: Path, given: str | None) -> str | None:
    if given is not None:
        return (folder / given).read_text()
    return "a-token\n" if path == "ocli config profile" else None


def run_example(path: str, orion: LocalOrion, folder: Path, call: Call, *options: str) -> str:
    words, given = split(COMMANDS[path].example)
    with allow_token("ocli tokens create prints the new token") if path == "ocli tokens create" else nullcontext():
        done = call(*options, *words, on=orion, input=standard_input(path, folder, given))
    assert done.exit_code == 0, done.output
    assert done.stdout
    return done.stdout


@pytest.mark.usefixtures("real_time")
@pytest.mark.parametrize("path", HERE)
def test_the_example_runs_and_its_json_has_the_documented_shape(
    path: str, json_world: LocalOrion, folder: Path, call: Call
) -> None:
    import jsonschema

    if path in REJECTED:
        done = call("--json", *split(COMMANDS[path].example)[0], on=json_world)
        assert (done.exit_code, done.stdout) == (6, "")
        assert REJECTED[path] in done.stderr
        return
    output = run_example(path, json_world, folder, call, "--json")
    if path == "ocli config profile":
        output = output[output.index("{") :]
    document = json.loads(output)
    jsonschema.Draft202012Validator(make_schema(COMMANDS[path].shape)).validate(document)
    assert document != [], "the example finds nothing, so that the shape of an item was not looked at"


if os.environ.get("ORION_NIGHTLY") == "1":

    @pytest.mark.usefixtures("real_time")
    @pytest.mark.parametrize("path", [path for path in HERE if path not in REJECTED])
    def test_the_example_runs_in_human_form(path: str, human_world: LocalOrion, folder: Path, call: Call) -> None:
        run_example(path, human_world, folder, call)


def test_every_example_is_one_of_its_command() -> None:
    for path, command in COMMANDS.items():
        words = path.split()
        found = [word for word in shlex.split(command.example) if not word.startswith("--profile")]
        assert found[: len(words)] == words, (path, command.example)


def test_help_shows_the_example(call: Call) -> None:
    for path, command in COMMANDS.items():
        done = call(*path.split()[1:], "--help")
        assert done.exit_code == 0, path
        shown = " ".join(done.stdout.split())
        assert " ".join(command.example.split()) in shown, path


def test_every_command_is_registered() -> None:
    for path, command in iter_commands(ocli):
        assert isinstance(command, Command), path
        assert command.help, path
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, (path, parameter.name)


def test_commands_that_write_support_a_dry_run(json_world: LocalOrion, folder: Path, call: Call) -> None:
    seen = json_world.faults
    # The server plans for `ocli rm`, see test_cli_filesystem.py.
    for path in sorted({*HERE} - {"ocli rm"}):
        command = COMMANDS[path]
        if any("--dry-run" in parameter.opts for parameter in command.params):
            words, given = split(command.example)
            before = [each for each in seen.requests() if each.method != "GET"]
            done = call(*words, "--dry-run", on=json_world, input=standard_input(path, folder, given))
            assert done.exit_code == 0, (path, done.output)
            assert done.stdout.startswith("Would "), path
            assert (" from " in done.stdout) == path.endswith(" unshare"), (path, done.stdout)
            assert [each for each in seen.requests() if each.method != "GET"] == before, path
