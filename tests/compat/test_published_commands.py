"""Every published command of the original on a local Orion: its exit code, its effect and the shape of its --json.

`published.json` has one row for each command. Strings in braces are items that a test creates at first use, see `MAKERS`: `{file}` is the
id of a file, `{file.name}` its name. The effect of a command is shown by a second command (`run`), by a local file, or, if it only reads,
by its own output; each check is also made where it must fail: before the command, or with the items of another test.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shlex
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from cli.conftest import COMMAND, environment
from click.testing import CliRunner
from compat.published import PATH, ROWS, TABLE, format_claim, get_words
from helpers.canary import allow_token
from orion_api.operations import OPERATIONS

from orionclient.cli._core.root import ocli
from orionclient.examples import drugs
from orionclient.local import LocalOrion
from orionclient.types import (
    Dataset,
    File,
    Group,
    MolsearchDatabase,
    MolsearchQuery,
    Organization,
    Project,
    ScalingGroup,
    Secret,
    ServiceSpec,
    ServiceTask,
    Shard,
    ShardCollection,
    Token,
    User,
    WorkFloeJob,
    WorkFloePackage,
    WorkFloeSpec,
    Workspace,
)

# Group -> how many commands of it are published.
GROUPS = {
    "config": 6, "top level": 6, "workspaces": 6, "datasets": 11, "files": 10, "collections": 15, "secrets": 7, "projects": 8,
    "packages": 8, "workfloes": 5, "jobs": 14, "cost": 1, "molsearch db": 11, "molsearch query": 14, "tokens": 5, "users": 2,
    "scaling-groups": 2, "services spec": 5, "services task": 8,
}  # fmt: skip
SHAPES: dict[str, Any] = TABLE["shapes"]
TYPES: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: type(value) is int,
    "float": lambda value: type(value) in {int, float},
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "time": lambda value: (
        isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", value))
    ),
    "empty": lambda value: value in ("", []),
}
NIGHTLY = os.environ.get("ORION_NIGHTLY") == "1"
SERIAL = itertools.count(1)
PLACEHOLDER = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
# The first of them is aspirin.
MOLECULES = b"$$$$\n".join(drugs("sdf").read_bytes().split(b"$$$$\n")[:2]) + b"$$$$\n"


class World:
    """The items of a row, created at first use. Those of the other world are different ones."""

    def __init__(self, orion: LocalOrion, *, other: bool = False) -> None:
        self.orion, self.other = orion, other
        self.session = orion.session()
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = MAKERS[name](self)
        return self._made[name]

    def get_value(self, name: str, attribute: str | None) -> Any:
        """Return an attribute of an item; by default its id."""
        item = self[name]
        return item if isinstance(item, str) else getattr(item, attribute or "id")

    def fill(self, value: Any) -> Any:
        """Replace the placeholders of a value; one that is the whole string keeps its type."""
        if isinstance(value, dict):
            return {self.fill(key): self.fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        if not isinstance(value, str):
            return value
        if whole := PLACEHOLDER.fullmatch(value):
            return self.get_value(*whole.groups())
        return PLACEHOLDER.sub(lambda found: str(self.get_value(*found.groups())), value)


def new_name(*_: object) -> str:
    return f"item-{next(SERIAL)}"


def write_file(name: str, content: bytes) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(content)
    return name


def write_folder(world: World) -> str:
    folder = new_name()
    write_file(f"{folder}/first.txt", b"first")
    write_file(f"{folder}/second.txt", b"second")
    return folder


def write_package(world: World) -> str:
    folder = new_name()
    manifest = {"name": folder, "version": "1.0", "python_version": "3.11", "requirements": []}
    write_file(f"{folder}/manifest.json", json.dumps(manifest).encode())
    return folder


def upload_file(world: World, project: Project | None = None) -> File:
    name = f"{new_name()}.txt"
    return File.upload(world.session, name, f"content of {name}\nend".encode(), project)


def make_open_dataset(world: World) -> Dataset:
    dataset = Dataset.create(world.session, new_name())
    dataset.write({"Title": "aspirin"})
    dataset._flush()
    return dataset


def make_closed_collection(world: World) -> ShardCollection:
    collection = ShardCollection.create(world.session, new_name())
    collection.close()
    collection.wait(timeout=60)
    return collection


def make_shard(world: World) -> Shard:
    return Shard.create(world["collection"], new_name(), file=b"content of a shard")


def save_profile(world: World) -> str:
    profile = new_name()
    line = f"config profile --profile {profile} --url {world.orion.url} --username ada --with-token"
    assert call(world, line, stdin="a-token").code == 0
    return profile


def upload_package(world: World, folder: str = "") -> WorkFloePackage:
    done = call(world, f"--json packages upload {folder or write_package(world)}")
    return world.session.get_resource(WorkFloePackage, json.loads(done.out)[0]["id"])


def make_package_floe(world: World) -> WorkFloeSpec:
    folder = new_name()
    call(world, f"packages init {folder}")
    package = upload_package(world, folder)
    package.wait(timeout=300)
    return world.session.list_resources(WorkFloeSpec, {"package": package.id}).one()


def make_classification(world: World) -> str:
    folder, name = write_package(world), new_name()
    code = f"from orionclient.floes import floe\n@floe(classification=[[{name!r}, 'Posing']])\ndef pose() -> None:\n    pass\n"
    write_file(f"{folder}/floes/pose.py", code.encode())
    upload_package(world, folder).wait(timeout=300)
    return name


def find_floe(world: World, name: str) -> WorkFloeSpec:
    return world.session.list_resources(WorkFloeSpec, {"name": name}).one()


def start_job(world: World) -> WorkFloeJob:
    return WorkFloeJob.start(world.session, find_floe(world, "echo"), new_name(), {"promoted": {"choice": "second"}})


def complete_job(world: World) -> WorkFloeJob:
    job = start_job(world)
    job.wait(timeout=300)
    return job


def make_database(world: World) -> MolsearchDatabase:
    database = MolsearchDatabase.create(world.session, new_name(), world["dataset"])
    database.wait(timeout=60)
    return database


def make_smiles_database(world: World) -> MolsearchDatabase:
    """Create a database of ethanol with its own name as the title."""
    name = new_name()
    dataset = Dataset.upload(world.session, name, f"CCO {name}\n".encode(), format="smi")
    database = MolsearchDatabase.create(world.session, name, dataset)
    database.wait(timeout=60)
    return database


def make_query(world: World) -> MolsearchQuery:
    query = MolsearchQuery.create_title_query(
        name=new_name(), database_id=world["database"].id, titles=["aspirin"], session=world.session
    )
    query.wait(timeout=60)
    return query


def make_queued_query(world: World) -> MolsearchQuery:
    """Create a query that waits for a search which does not begin."""
    query = make_query(world)
    with world.orion.server._require().stack.store.write_transaction() as db:
        db.execute("UPDATE molsearch_queries SET state = 'QUEUED' WHERE id = ?", (query.id,))
    return query


def find_spec(world: World) -> ServiceSpec:
    return world.session.list_resources(ServiceSpec, {"name": "clock" if world.other else "echo"}).one()


def run_task(world: World) -> ServiceTask:
    for other in world.session.list_resources(ServiceTask, {"states": ["queued", "running"]}):
        other.stop()  # it may have the last instance
    task = ServiceTask.create(world.session, new_name(), world["service_spec"])
    task.wait(timeout=60)
    return task


MAKERS: dict[str, Callable[[World], Any]] = {
    "name": new_name,
    "local_file": lambda world: write_file(f"{new_name()}.txt", b"content"),
    "molecules": lambda world: write_file(f"{new_name()}.sdf", MOLECULES),
    "folder": write_folder,
    "package_folder": write_package,
    "url": lambda world: world.orion.url,
    "profile": save_profile,
    "config_file": lambda world: str(Path.home() / ".orion" / "config"),
    "me": lambda world: world.session.get_user_profile(),
    "grace": lambda world: world.session.list_resources(User, {"username": "ada" if world.other else "grace"}).one(),
    "group": lambda world: world.session.list_resources(
        Group, {"name": "Chemists" if world.other else "Mathematicians"}
    ).one(),
    "organization": lambda world: next(iter(world.session.list_resources(Organization))),
    "shared_project": lambda world: world.session.list_resources(Project, {"name": "Shared project"}).one(),
    "project": lambda world: world.session.create_resource(Project, {"name": new_name()}),
    "workspace": lambda world: world.session.create_resource(
        Workspace, {"name": new_name(), "project": world["shared_project"].id}
    ),
    "file": upload_file,
    "team": lambda world: f"/project/{world['project'].id}/team",
    "team_file": lambda world: upload_file(world, world["project"]),
    "dataset": lambda world: Dataset.upload(world.session, new_name(), MOLECULES, format="sdf"),
    "open_dataset": make_open_dataset,
    "collection": lambda world: ShardCollection.create(world.session, new_name()),
    "closed_collection": make_closed_collection,
    "shard": make_shard,
    "secret": lambda world: Secret.create(world.session, new_name(), "value of a secret"),
    "token": lambda world: Token.create(world.session, new_name()),
    "package": upload_package,
    "workfloe": lambda world: find_floe(world, "etl" if world.other else "echo"),
    "package_floe": make_package_floe,
    "classification": make_classification,
    "job": start_job,
    "complete_job": complete_job,
    "database": make_database,
    "smiles_database": make_smiles_database,
    "query": make_query,
    "queued_query": make_queued_query,
    "scaling_group": lambda world: world.session.list_resources(
        ScalingGroup, {"name": "jobs" if world.other else "services"}
    ).one(),
    "service_spec": find_spec,
    "service_task": lambda world: ServiceTask.create(world.session, new_name(), world["service_spec"]),
    "running_task": run_task,
}


class Outcome:
    """The end of a command."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


def call(world: World, line: str, user: str = "ada", stdin: str = "") -> Outcome:
    """Run `ocli` as a user in this process; with ORION_NIGHTLY=1 in a separate one."""
    config = world.orion.config(user)
    settings = {"ORION_URL": config.url, "ORION_TOKEN": config.token, "ORION_PROJECT": str(config.project)}
    words = shlex.split(line)
    # Commands of `config` are about profiles, not about what the environment configures.
    settings = {} if "config" in words else settings
    if NIGHTLY:
        env = environment(Path.home(), None, **settings)
        done = subprocess.run(
            [*COMMAND, *words], env=env, input=stdin, capture_output=True, encoding="utf-8", timeout=300, check=False
        )
        return Outcome(done.returncode, done.stdout, done.stderr)
    found = CliRunner(env=settings).invoke(ocli, words, prog_name="ocli", input=stdin)
    return Outcome(found.exit_code, found.stdout, found.stderr)


def check_shape(value: Any, shape: Any, where: str = "$") -> None:
    """Check a JSON value against a shape of the table."""
    if isinstance(shape, list):
        assert isinstance(value, list), where
        assert value, where
        for index, each in enumerate(value):
            check_shape(each, shape[0], f"{where}[{index}]")
    elif isinstance(shape, dict):
        assert isinstance(value, dict), where
        fields = {name.removesuffix("?"): each for name, each in shape.items()}
        missing = {name for name in shape if not name.endswith("?")} - {*value}
        assert (missing, {*value} - {*fields}) == (set(), set()), where
        for name, each in value.items():
            check_shape(each, fields[name], f"{where}.{name}")
    elif shape in SHAPES:
        check_shape(value, SHAPES[shape], where)
    else:
        assert any(TYPES[kind](value) for kind in shape.split("|")), f"{where}: {value!r} is not {shape}"


def contains(value: Any, expected: Any) -> bool:
    """Return whether an object has the expected fields, or a list such an element or exactly the expected ones."""
    if isinstance(value, list) and not isinstance(expected, list):
        return any(contains(each, expected) for each in value)
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(
            name in value and contains(value[name], expected[name]) for name in expected
        )
    return type(value) is type(expected) and bool(value == expected)


def check_effect(world: World, effect: dict[str, Any], out: str) -> None:
    """Check the effect of a command that wrote `out`."""
    if path := effect.get("file"):
        path = Path(world.fill(path))
        assert path.is_file()
        content = zipfile.Path(path, effect["member"]) if "member" in effect else path
        assert world.fill(effect["content"]) in content.read_bytes().decode()
        return
    if "run" in effect:
        done = call(world, f"--json {world.fill(effect['run'])}", effect.get("as", "ada"))
        assert done.code == effect.get("exit", 0), done.err
        out = done.out
    if "has" in effect:
        assert contains(json.loads(out), world.fill(effect["has"])), out
    if "lacks" in effect:
        assert not contains(json.loads(out), world.fill(effect["lacks"])), out


def check_effects(world: World, row: dict[str, Any], out: str) -> None:
    """Check all effects of a row."""
    for effect in row["effect"]:
        check_effect(world, effect, out)


def is_own_output(effect: dict[str, Any]) -> bool:
    return not {"run", "file"} & {*effect}


def is_rejected(world: World, effect: dict[str, Any], out: str) -> bool:
    """Return whether the check of an effect fails."""
    with contextlib.suppress(AssertionError):
        check_effect(world, effect, out)
        return False
    return True


def find_command(words: list[str]) -> click.Command | None:
    """Find the command of a name, hidden ones included."""
    command: click.Command | None = ocli
    for word in words:
        if not isinstance(command, click.Group):
            return None
        command = command.get_command(click.Context(command), word)
    return command


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion on which jobs stay queued."""
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo", durable=False, jobs=0) as running:
        yield running


@pytest.fixture(scope="module")
def working_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion that runs jobs."""
    with LocalOrion(tmp_path_factory.mktemp("working"), seed="demo", durable=False) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_time: None) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def name_row(row: dict[str, Any]) -> str:
    return " ".join(get_words(row))


@pytest.mark.parametrize("row", ROWS, ids=name_row)
def test_published_command(row: dict[str, Any], here: Path, request: pytest.FixtureRequest) -> None:
    orion: LocalOrion = request.getfixturevalue("working_stack" if row.get("runs_jobs") else "stack")
    world = World(orion)
    for line in row.get("setup", []):
        done = call(world, world.fill(line))
        assert done.code == 0, f"{line}: {done.err}"
    line, stdin = world.fill(row["run"]), world.fill(row.get("stdin", ""))
    for effect in row["effect"]:
        if not is_own_output(effect):
            assert is_rejected(world, effect, ""), f"{effect} is there before the command"
    sent = len(orion.faults.requests())
    new_token = name_row(row) == "tokens create"
    with allow_token("ocli tokens create prints the new token") if new_token else contextlib.nullcontext():
        done = call(world, f"--json {line}", row.get("as", "ada"), stdin)
        operations = {each.operation for each in orion.faults.requests()[sent:]}
        check_output(row, done)
    check_effects(world, row, done.out)
    for effect in filter(is_own_output, row["effect"]):
        assert is_rejected(World(orion, other=True), effect, done.out), f"{effect} does not depend on the items"
    unpublished = {each for each in operations if OPERATIONS[each].evidence not in {"documented", "observed"}}
    assert (row["status"] == "real") == (not unpublished) or row["status"] == "rejected", unpublished


def check_output(row: dict[str, Any], done: Outcome) -> None:
    """Check the exit code and the output, and that other output has another shape."""
    assert done.code == row["exit"], done.err
    if row["status"] == "rejected":
        assert row["why"] in " ".join(done.err.split())
        return
    assert row["warning"] in done.err if "warning" in row else not done.err
    shown = json.loads(done.out)
    check_shape(shown, row["json"])
    for broken in damage(shown):
        with pytest.raises(AssertionError):
            check_shape(broken, row["json"])


def damage(value: Any) -> Iterator[Any]:
    """Yield variants of a JSON value that do not have its shape."""
    yield from (None, [], {}, "", [None], {"unknown": 1})
    if isinstance(value, list):
        yield value[0]
        yield from ([each, *value[1:]] for each in damage_object(value[0]))
    else:
        yield [value]
        yield from damage_object(value)


def damage_object(value: dict[str, Any]) -> Iterator[Any]:
    for name in value:
        # Not a value of JSON.
        yield {**value, name: ...}
    yield {**value, "unknown": 1}


def test_the_table_has_every_published_command() -> None:
    assert len(ROWS) == 144
    assert Counter(row["group"] for row in ROWS) == GROUPS
    assert len({name_row(row) for row in ROWS}) == 144


@pytest.mark.parametrize("row", ROWS, ids=name_row)
def test_the_command_is_in_the_help(row: dict[str, Any]) -> None:
    command = find_command(get_words(row))
    assert command is not None
    assert command.name == get_words(row)[-1]
    assert command.hidden == (row["status"] == "rejected" and row.get("hidden", False))


@pytest.mark.parametrize("row", ROWS, ids=name_row)
def test_the_row_is_complete(row: dict[str, Any]) -> None:
    check_row(row)


def check_row(row: dict[str, Any]) -> None:
    """Check that a row has all that a test needs."""
    assert row["status"] in TABLE["meanings"]
    assert f"{row['run']} ".startswith(f"{name_row(row)} ")
    assert (row["exit"] == 0) == (row["status"] != "rejected")
    assert row["status"] == "real" or re.fullmatch(r"[A-Z].{15,}\.", row["why"])
    if row["status"] != "rejected":
        check_is_specific(row["json"])
        assert row["effect"]
    for effect in row["effect"]:
        check_is_an_effect(effect)


def check_is_an_effect(effect: dict[str, Any]) -> None:
    known = {"run", "as", "exit", "has", "lacks", "file", "member", "content"}
    assert {*effect} <= known
    assert {*effect} & {"has", "lacks", "content"} or effect.get("exit"), "nothing is checked"
    if is_own_output(effect):
        assert PLACEHOLDER.search(json.dumps(effect["has"]))
    for key in ("has", "lacks", "content"):
        assert effect.get(key, "something"), f"an empty {key} is everywhere"


def check_is_specific(shape: Any) -> None:
    """Check that a shape names the fields of an object, or of the objects in a list."""
    shape = shape[0] if isinstance(shape, list) else shape
    fields = SHAPES[shape] if isinstance(shape, str) and shape in SHAPES else shape
    assert isinstance(fields, dict)
    assert any(not name.endswith("?") for name in fields)
    for each in fields.values():
        if isinstance(each, dict | list):
            check_is_named(each)
        else:
            assert each in SHAPES or {*each.split("|")} <= {*TYPES}


def check_is_named(shape: Any) -> None:
    if isinstance(shape, list):
        assert len(shape) == 1
        assert shape[0] in {*TYPES, *SHAPES} or isinstance(shape[0], dict)
    else:
        assert shape


BAD_ROWS: dict[str, dict[str, Any]] = {
    "no effect": {"effect": []},
    "an effect that is always there": {"effect": [{"run": "files list"}]},
    "an empty has": {"effect": [{"run": "files list", "has": {}}]},
    "only lacks, in the own output": {"effect": [{"lacks": {"id": "{file}"}}]},
    "an output that every item has": {"effect": [{"has": {"state": "ready"}}]},
    "any object": {"json": {}},
    "any list": {"json": []},
    "a list of any object": {"json": [{}]},
    "a free-form object": {"json": "object"},
    "an unknown type": {"json": {"id": "any"}},
    "only optional fields": {"json": {"id?": "int"}},
    "no reason": {"why": ""},
    "another command": {"run": "files list"},
    "an error that is expected": {"exit": 6},
    "an unknown status": {"status": "done"},
}


@pytest.mark.parametrize("change", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_row_that_checks_nothing_is_rejected(change: dict[str, Any]) -> None:
    good = {
        "group": "files", "command": "info", "status": "modelled", "run": "files info {file}", "exit": 0,
        "effect": [{"has": {"id": "{file}"}}], "json": {"id": "int"}, "why": "Paths and fields are not published.",
    }  # fmt: skip
    check_row(good)
    with pytest.raises((AssertionError, KeyError, IndexError)):
        check_row({**good, **change})


def test_no_placeholder_and_no_shape_is_unused() -> None:
    used = PATH.read_bytes().decode()
    assert {name for name, _ in PLACEHOLDER.findall(used)} == {*MAKERS}
    assert [name for name in SHAPES if used.count(f'"{name}"') + used.count(f"{name}|") < 2] == []


def test_the_readme_has_the_claim() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_bytes().decode()
    assert format_claim() in readme, (
        "replace the sentence in README.md by the output of: python tests/compat/published.py"
    )
