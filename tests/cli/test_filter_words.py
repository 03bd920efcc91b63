"""Filters as words KEY=VALUE behind the commands that list: values, types, completion and errors."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from cli.conftest import Call
from cli.test_completion import complete
from cli.test_examples import planted as planted_world
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.cli._core.contract_options import list_parameters
from orionclient.cli._core.filter_words import FilteredCommand, _get_key
from orionclient.cli._core.reference import iter_commands
from orionclient.cli._core.root import ocli
from orionclient.local import LocalOrion
from orionclient.types import (
    KINDS,
    Dataset,
    File,
    MolsearchDatabase,
    MolsearchQuery,
    Project,
    Shard,
    ShardCollection,
    WorkFloeSpec,
)

LISTS = {path.removeprefix("ocli "): each for path, each in iter_commands(ocli) if isinstance(each, FilteredCommand)}


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> LocalOrion:
    session = stack.session()
    for name, tags in (("one", ["a"]), ("two", ["a", "b"]), ("three", ["b"])):
        session.tag_resource(File.upload(session, name, b"CNS"), *tags)
    session.delete_resource(Dataset.create(session, "old"))
    Dataset.create(session, "new")
    collection = ShardCollection.create(session, "frames")
    for name in ("first", "second"):
        Shard.create(collection, name)
    return stack


def names(call: Call, *words: str, on: LocalOrion | None = None) -> list[str]:
    done = call("--json", *words, on=on)
    assert (done.exit_code, done.stderr) == (0, "")
    return [str(each["name"]) for each in json.loads(done.stdout)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["files", "list", "name=one"], ["one"]),
        (["files", "list", "tags=a"], ["one", "two"]),
        (["files", "list", "tags=a,b"], ["two"]),
        (["files", "list", "tag=b", "limit=1"], ["two"]),
        (["files", "list", "offset=1", "limit=1"], ["two"]),
        (["files", "list", "--limit", "1", "tags=b"], ["two"]),
        (["files", "list", "exact=true", "name=o"], []),
        (["files", "list", "owner=ada", "name=one"], ["one"]),
        (["files", "list", "--owner", "grace"], []),
        (["datasets", "list", "deleted=true"], ["old"]),
        (["datasets", "list", "deleted=false"], ["new"]),
        (["datasets", "list"], ["new"]),
        (["collections", "list-shards", "1", "name=sec"], ["second"]),
        (["shards", "list", "1", "limit=1"], ["first"]),
    ],
    ids=" ".join,
)  # fmt: skip
def test_words_filter(words: list[str], expected: list[str], call: Call, planted: LocalOrion) -> None:
    assert names(call, *words, on=planted) == expected


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with Scripted() as server:
        monkeypatch.setenv("ORION_URL", server.url)
        monkeypatch.setenv("ORION_TOKEN", "token")
        yield server


def find_arguments(path: str) -> list[str]:
    """Return the arguments of the example of a command that lists."""
    command = LISTS[path]
    required = [each for each in command.params if isinstance(each, click.Argument) and each.required]
    return command.example.split()[len(path.split()) + 1 :][: len(required)]


def find_value(option: click.Option) -> str:
    """Return a valid value of a filter, the last one that is known."""
    kind: Any = option.type
    if isinstance(kind, click.Choice):
        return str(kind.choices[-1])
    return {"boolean": "true", "integer": "7", "integer range": "7", "id": "7", "time": "2026-01-01"}.get(
        kind.name, "x"
    )


@pytest.mark.parametrize("path", LISTS)
def test_a_word_and_an_option_send_the_same(path: str, call: Call, scripted: Scripted) -> None:
    command = LISTS[path]
    # Without results, the state of a search is requested, too.
    search = {"id": 1, "state": "SUCCESS"}
    scripted.responses = [ScriptedResponse(data={"count": 0, "next": None, "results": [], **search})]
    arguments = find_arguments(path)
    keys = set()
    for option in command._filters.values():
        flag, value = max(option.opts, key=len), find_value(option)
        given = [flag] if option.is_flag else [flag, value]
        key = flag[2:].replace("-", "_")
        targets = []
        needed = ["--name", "x"] if key == "exact" else []
        for words in (given, [f"{key}={value}"]):
            sent = len(scripted.requests)
            done = call(*path.split(), *arguments, *needed, *words)
            assert (done.exit_code, done.stderr) == (0, ""), (words, done.stderr)
            targets.append(scripted.requests[sent].path)
        assert targets[0] == targets[1]
        keys.add(key)
    kind = next(each for each in command.params if hasattr(each.type, "_filters"))
    assert kind.nargs == -1
    assert "limit" in keys


# Filter -> field of an item, of several names the first that it has, and whether an item with this field is listed for a value.
FIELDS: dict[str, tuple[tuple[str, ...], Callable[[Any, Any], bool]]] = {
    **dict.fromkeys(("name", "name_icontains"), (("name",), lambda found, value: value.lower() in found.lower())),
    "name_contains": (("name",), lambda found, value: value in found),
    "title": (("title",), lambda found, value: value.lower() in found.lower()),
    "username": (("username",), lambda found, value: value.lower() in found.lower()),
    "states": (("state",), operator.eq),
    "types": (("search_type", "query_type"), operator.eq),
}
# Filters without a field of this name; other tests cover them.
WITHOUT_FIELD = {
    *("exact", "limit", "offset", "order_by", "since", "failed", "all"),
    *("tags", "tag_filters", "systag_filters", "tag_match", "path", "path_contains", "deleted", "expired", "job_type"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion with several resources of each kind."""
    for orion in planted_world(tmp_path_factory, "words"):
        session = orion.session()
        session.create_paths("/a", "/b")
        collection = ShardCollection.create(session, "searched")
        collection.close()
        collection.wait(timeout=60)
        MolsearchDatabase.create(session, "of a collection", collection=collection)
        MolsearchQuery.create_title_query(session=session, database_id=1, titles=["aspirin"], name="aspirin")
        yield orion


@pytest.mark.usefixtures("real_time")
# The tests of the file system list folders.
@pytest.mark.parametrize("path", sorted({*LISTS} - {"ls"}))
def test_words_have_the_effect_that_the_server_documents(path: str, call: Call, world: LocalOrion) -> None:
    command = LISTS[path]
    arguments = find_arguments(path)
    everything = ["all=true"] if "all" in command._filters else []

    def listed(*words: str) -> list[dict[str, Any]]:
        done = call("--json", *path.split(), *arguments, *words, on=world)
        assert (done.exit_code, done.stderr) == (0, ""), (words, done.stderr)
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    rows = listed(*everything)
    if path == "workfloes list":
        # Version, owner and project are those of the package.
        packages = {each["id"]: each for each in json.loads(call("--json", "packages", "list").stdout)}
        inherited = {row["id"]: packages.get(row["package"], {}) for row in rows}
        rows = [
            {**{name: inherited[row["id"]].get(name) for name in ("version", "owner", "project")}, **row}
            for row in rows
        ]
        for row in rows:
            details = json.loads(call("--json", "workfloes", "info", str(row["id"])).stdout)["specification"]
            row["classification"] = "/".join(*details.get("classification", [[]]))
    assert rows
    assert [*map(identify, listed(*everything, "limit=1"))] == [*map(identify, rows[:1])]
    assert [*map(identify, listed(*everything, "offset=1"))] == [*map(identify, rows[1:])]
    keys = {_get_key(option) for option in command._filters.values()} - WITHOUT_FIELD
    for key in keys:
        names, is_listed = FIELDS.get(key, ((key,), operator.eq))
        field = next(name for name in names if name in rows[0])
        value = next((row[field] for row in reversed(rows) if row.get(field) not in {None, ""}), None)
        assert value is not None, f"no item has a {field}"
        shown = json.dumps(value) if isinstance(value, bool) else value
        wanted = [identify(row) for row in rows if row.get(field) is not None and is_listed(row[field], value)]
        assert [*map(identify, listed(*everything, f"{key}={shown}"))] == wanted, key
        if key in {"states", "types"}:
            several = ",".join(sorted({str(row[field]) for row in rows}))
            assert [*map(identify, listed(f"{key}={several}"))] == [*map(identify, rows)]
    if "order_by" in command._filters:
        assert [*map(identify, listed("order_by=-id"))] == sorted(map(identify, rows), reverse=True)


def identify(row: dict[str, Any]) -> Any:
    names = ("id", "path", "record", "target_type")
    return next((row[name] for name in names if name in row), row.get("name")), row.get("target_id")


def test_every_filter_of_the_contract_is_a_word() -> None:
    operations = {
        kind.declaration.list.OPERATION.id: kind for kind in KINDS.values() if kind.declaration.list is not None
    }
    for operation in operations:
        wanted = {each["name"] for each in list_parameters(operation, "query")} - {"cursor"}
        found = [path for path, command in LISTS.items() if wanted <= {*command._filters}]
        assert found, (operation, wanted)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nme=x"], "unknown filter 'nme'. Did you mean 'name'"),
        (["xyzzy=x"], "unknown filter 'xyzzy'\nHint: the filters are "),
        (["hits"], "'hits' is not a filter of the form KEY=VALUE"),
        (["=x"], "unknown filter ''"),
        (["name="], "'name=' has an empty value"),
        (["tags=a,,b"], "'tags=a,,b' has an empty value"),
        (["limit=-1"], "'limit=-1': -1 is not in the range x>=0"),
        (["order_by=size"], "'order_by=size': unknown value 'size'"),
        (["order_by=--id"], "'order_by=--id': unknown value '-id'"),
        (["tag_match=fuzzy"], "'tag_match=fuzzy': unknown value 'fuzzy'"),
        (["limit=1.5"], "'limit=1.5': '1.5' is not a valid integer"),
        (["offset=-1"], "'offset=-1': -1 is not in the range x>=0"),
        (["project=1,2"], "'project=1,2': '1,2' is not a valid id"),
        (["project=file://1"], "'project=file://1': 'file://1' is the address of a file, but a project is expected"),
        (["deleted=maybe"], "'deleted=maybe': 'maybe' is not a valid boolean"),
        (["limit=1", "limit=2"], "the filter 'limit' is given twice"),
        (["tags=a", "tag=b"], "the filter 'tags' is given twice; give several values as tag=A,B"),
        (["--limit", "1", "limit=1"], "the filter 'limit' is given twice"),
        (["limit=1", "--limit", "1"], "the filter 'limit' is given twice"),
        (["x" * 5000 + "=1"], "unknown filter 'xxx"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)  # fmt: skip
def test_invalid_words_send_nothing(words: list[str], message: str, call: Call, scripted: Scripted) -> None:
    done = call("files", "list", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr.replace("invalid value for ", "")
    assert len(done.stderr.splitlines()) == 2
    assert scripted.requests == []


def test_other_names_of_groups_take_words(call: Call, planted: LocalOrion) -> None:
    assert names(call, "floes", "list", "name=echo", on=planted) == names(call, "workfloes", "list", "--name", "echo")


def test_offset_and_limit_apply_after_sorting(call: Call, planted: LocalOrion) -> None:
    for form in ("json", "table", "ids"):
        for words in (["offset=1", "limit=1"], ["--offset", "1", "--limit", "1"]):
            done = call("--format", form, "files", "list", "--sort=-name", *words, on=planted)
            (found,) = {"one", "two", "three"} & {*done.stdout.replace('"', " ").split()} or {done.stdout.strip()}
            assert found == ("3" if form == "ids" else "three")
    assert names(call, "files", "list", "order_by=-name", "offset=1") == ["three", "one"]
    assert names(call, "files", "list", "order_by=-name", "limit=1") == ["two"]


def test_an_order_replaces_that_of_jobs(call: Call, planted: LocalOrion) -> None:
    echo = planted.session().list_resources(WorkFloeSpec, {"title": "echo"}).one()
    for name in ("first", "second", "third"):
        echo.start(name, text="CNS")
    assert names(call, "jobs", "list", on=planted) == ["third", "second", "first"]
    assert names(call, "jobs", "list", "offset=1", "limit=1") == ["second"]
    assert names(call, "jobs", "list", "order_by=created", "limit=2") == ["first", "second"]
    assert names(call, "jobs", "list", "order_by=created", "offset=2") == ["third"]


def test_folders(call: Call, planted: LocalOrion) -> None:
    planted.session().create_paths("/a", "/b")
    other = Project.create(planted.session(), "Other")
    done = call("--json", "folders", "list", "limit=1", on=planted)
    assert [each["path"] for each in json.loads(done.stdout)] == ["/a"]
    done = call("--json", "folders", "list", "limit=1", "--sort=-path")
    assert [each["path"] for each in json.loads(done.stdout)] == ["/b"]
    assert json.loads(call("--json", "folders", "list", f"project={other.id}").stdout) == []


def test_completion(own_home: Path, planted: LocalOrion) -> None:
    found = complete(own_home, "ocli files list na")
    assert [line.partition("\t")[0].partition(",")[2] for line in found if "name=" in line]
    assert not [line for line in complete(own_home, "ocli files list ") if "tag=" in line]
    assert complete(own_home, "ocli datasets list deleted=t") == ["plain,deleted=true"]
    assert complete(own_home, "ocli jobs list state=r") == ["plain,state=running"]
    assert complete(own_home, "ocli files list tags=a,", planted) == ["plain,tags=a,a", "plain,tags=a,b"]
    assert complete(own_home, "ocli files list nix=") == []
    assert complete(own_home, "ocli files list order_by=-n") == ["plain,order_by=-name"]
    assert complete(own_home, "ocli files list --order-by n") == ["plain,name"]
    assert any("first" in line for line in complete(own_home, "ocli collections info-shard 1 ", planted))
