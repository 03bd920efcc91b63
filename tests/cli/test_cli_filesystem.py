"""`ocli ls`, `mkdir`, `cp`, `mv`, `head` and `rm`, and items by address and path in other commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from cli.conftest import Call
from helpers.scripted import Scripted

from orionclient.cli._core import parameter_types
from orionclient.cli._core.root import COMMANDS, ocli
from orionclient.local import LocalOrion
from orionclient.records import Record
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Shard, ShardCollection, Workspace

TEAM, OWN = "/project/1/team", "/project/1/user/ada"


@pytest.fixture
def session(stack: LocalOrion) -> OrionSession:
    return stack.session()


@pytest.fixture
def folder(session: OrionSession, request: pytest.FixtureRequest) -> str:
    """A folder of this test, since the stack is that of the module."""
    path = f"{TEAM}/{request.node.name}"[:200].replace("[", "-").replace("]", "")
    session.fs.mkdir(path)
    return path


@pytest.fixture
def ocli_on(call: Call, stack: LocalOrion) -> Callable[..., str]:
    """Call a command that succeeds, and return its output."""

    def run(*words: str, **settings: Any) -> str:
        done = call(*words, on=stack, **settings)
        assert (done.exit_code, done.stderr) == (0, ""), done.output
        return done.stdout

    return run


def put(session: OrionSession, path: str, content: bytes = b"CNS") -> File:
    folder, _, name = path.rpartition("/")
    return File.upload(session, name, content, folder_path=folder)


def names(session: OrionSession, folder: str) -> list[str]:
    return [entry.name for entry in session.fs.ls(folder)]


def test_ls(session: OrionSession, folder: str, ocli_on: Callable[..., str]) -> None:
    file = put(session, f"{folder}/hits.smi")
    session.fs.mkdir(f"{folder}/june")
    lines = [line.split() for line in ocli_on("ls", folder).splitlines()]
    assert lines[0] == ["id", "name", "type", "size", "count"]
    assert lines[2:] == [["june", "folder"], [str(file.id), "hits.smi", "file", "3"]]
    shown = json.loads(ocli_on("ls", folder, "--json"))
    assert [(each["type"], each["id"], each["address"]) for each in shown] == [
        ("folder", None, f"{folder}/june"),
        ("file", file.id, f"file://{file.id}"),
    ]
    assert ocli_on("ls", folder, "-q") == f"{folder}/june\nfile://{file.id}\n"
    long_form = ocli_on("ls", "-l", folder).splitlines()
    assert long_form[0].split() == [
        "id",
        "name",
        "type",
        "state",
        "owner",
        "created",
        "size",
        "count",
        "project",
        "path",
    ]
    assert long_form[-1].split()[3:5] == ["ready", "ada"]
    assert json.loads(ocli_on("ls", f"file://{file.id}", "--json"))[0]["path"] == f"{folder}/hits.smi"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["types=file"], ["a.smi", "b.sdf"]),
        (["types=file,dataset", "order_by=-name"], ["c", "b.sdf", "a.smi"]),
        (["name_contains=.s"], ["a.smi", "b.sdf"]),
        (["--type", "dataset"], ["c"]),
        (["limit=1", "types=file"], ["a.smi"]),
        (["--limit", "2", "--sort=-name"], ["d", "c"]),
        (["deleted=true"], ["gone"]),
        (["deleted=true", "expired=true"], ["gone"]),
        (["tags=good"], ["b.sdf"]),
        (["offset=3"], ["c"]),
    ],
)
def test_ls_filters(
    session: OrionSession, folder: str, ocli_on: Callable[..., str], words: list[str], wanted: list[str]
) -> None:
    put(session, f"{folder}/a.smi")
    session.tag_resource(put(session, f"{folder}/b.sdf"), "good")
    Dataset.create(session, "c", folder_path=folder)
    session.fs.mkdir(f"{folder}/d")
    session.fs.rm(put(session, f"{folder}/gone"))
    assert [each["name"] for each in json.loads(ocli_on("ls", folder, *words, "--json"))] == wanted


def test_mkdir(session: OrionSession, folder: str, call: Call, stack: LocalOrion, ocli_on: Callable[..., str]) -> None:
    assert (
        ocli_on("mkdir", f"{folder}/a", f"{folder}/a/b") == f"Created folder {folder}/a\nCreated folder {folder}/a/b\n"
    )
    assert ocli_on("mkdir", f"{folder}/x", "--dry-run") == f"Would create folder {folder}/x\n"
    done = call("mkdir", f"{folder}/x", f"{folder}/a", on=stack)
    assert (done.exit_code, done.stdout) == (6, "")
    assert f"{folder}/a" in done.stderr
    done = call("mkdir", f"{folder}/x/y", on=stack)
    assert (done.exit_code, done.stdout) == (5, "")
    assert names(session, folder) == ["a"]
    assert json.loads(ocli_on("mkdir", "-p", f"{folder}/x/y", f"{folder}/a", "--json")) == [
        {"path": f"{folder}/x/y"},
        {"path": f"{folder}/a"},
    ]
    assert names(session, folder) == ["a", "x"]


def test_cp_and_mv(
    session: OrionSession, folder: str, call: Call, stack: LocalOrion, ocli_on: Callable[..., str]
) -> None:
    file = put(session, f"{folder}/a/hits.smi")
    put(session, f"{folder}/a/misses.smi")
    done = call("cp", f"{folder}/a", f"{folder}/b", on=stack)
    assert (done.exit_code, done.stdout) == (6, "")
    assert ocli_on("cp", "-r", f"{folder}/a", f"{folder}/b") == f"Copied {folder}/a to {folder}/b\n"
    assert names(session, f"{folder}/b") == ["hits.smi", "misses.smi"]
    assert ocli_on("cp", f"file://{file.id}", folder, "--dry-run") == f"Would copy file://{file.id} to {folder}\n"
    assert names(session, folder) == ["a", "b"]
    (copy,) = json.loads(ocli_on("cp", f"file://{file.id}", folder, "--json"))
    assert (copy["path"], copy["address"]) == (f"{folder}/hits.smi", f"file://{copy['id']}")
    done = call("mv", f"file://{file.id}", f"{folder}/hits.smi", on=stack)
    assert (done.exit_code, done.stdout, done.stderr.count("Error: ")) == (6, "", 1)
    moved = ocli_on("mv", f"file://{file.id}", f"{folder}/hits.smi", "--force")
    assert moved == f"Moved file://{file.id} to {folder}/hits.smi\n"
    assert [each.id for each in session.fs.ls(folder, types="file")] == [file.id]
    assert ocli_on("mv", f"{folder}/a", f"{folder}/b/", "-q") == f"{folder}/b/a\n"
    assert names(session, f"{folder}/b") == ["a", "hits.smi", "misses.smi"]


def test_rm(session: OrionSession, folder: str, call: Call, stack: LocalOrion, ocli_on: Callable[..., str]) -> None:
    file = put(session, f"{folder}/a/hits.smi")
    done = call("rm", f"{folder}/a", "--yes", on=stack)
    assert (done.exit_code, done.stdout) == (6, "")
    planned = ocli_on("rm", "-r", f"{folder}/a", "--dry-run").splitlines()
    assert planned == [
        f"Would remove folder {folder}/a",
        f"Would remove file {folder}/a/hits.smi (file://{file.id})",
    ]
    assert {each["would"] for each in json.loads(ocli_on("rm", "-r", f"{folder}/a", "--dry-run", "--json"))} == {
        line.removeprefix("Would ") for line in planned
    }
    done = call("rm", "-r", f"{folder}/a", on=stack)
    assert done.exit_code == 2
    assert (
        f"remove {folder}/a with all content? Cannot ask for confirmation without a terminal: give --yes" in done.stderr
    )
    assert names(session, folder) == ["a"]
    assert ocli_on("rm", "-r", f"{folder}/a", "--yes").splitlines() == [
        line.replace("Would remove", "Removed") for line in planned
    ]
    assert names(session, folder) == []
    other = put(session, f"{folder}/x")
    assert json.loads(ocli_on("rm", f"file://{other.id}", "--yes", "--immediate", "--json"))[0]["id"] == other.id
    assert session.fs.ls(folder, deleted=True).count() == 0


def test_one_failure_of_several_sources_removes_nothing(
    session: OrionSession, folder: str, call: Call, stack: LocalOrion
) -> None:
    put(session, f"{folder}/a")
    done = call("rm", f"{folder}/a", f"{folder}/none", "--yes", on=stack)
    assert (done.exit_code, done.stdout) == (5, "")
    assert f"{folder}/none" in done.stderr
    assert names(session, folder) == ["a"]


def test_head(session: OrionSession, folder: str, call: Call, stack: LocalOrion, ocli_on: Callable[..., str]) -> None:
    put(session, f"{folder}/hits.smi", b"CCO one\nCNS two\n")
    dataset = Dataset.create(session, "records", folder_path=folder)
    for title in ("one", "two"):
        dataset.write(Record({"Title": title}))
    dataset.finalize()
    collection = ShardCollection.create(session, "frames", folder_path=folder)
    shards = [Shard.create(collection, name) for name in ("one", "two")]
    assert ocli_on("head", f"{folder}/hits.smi") == "CCO one\nCNS two\n"
    assert ocli_on("head", "-n", "1", f"{folder}/hits.smi") == "CCO one\n"
    assert ocli_on("head", "-c", "5", f"{folder}/hits.smi") == "CCO o"
    assert json.loads(ocli_on("head", f"{folder}/hits.smi", "--json")) == [{"line": "CCO one"}, {"line": "CNS two"}]
    assert ocli_on("head", f"dataset://{dataset.id}", "-n", "1") == '{"Title": "one"}\n'
    assert json.loads(ocli_on("head", f"{folder}/records", "--json")) == [{"Title": "one"}, {"Title": "two"}]
    assert ocli_on("head", f"{folder}/records", "--format", "csv").splitlines() == ["Title", "one", "two"]
    assert ocli_on("head", f"{folder}/records", "-q").split() == [str(each.record_id) for each in dataset.records()]
    assert [each["id"] for each in json.loads(ocli_on("head", f"{folder}/frames", "-n", "1", "--json"))] == [
        shards[0].id
    ]
    assert ocli_on("head", f"{folder}/frames", "-q").split() == [str(each.id) for each in shards]
    for words, message in (
        (["-c", "5", f"dataset://{dataset.id}"], "--bytes is for files, and"),
        (["-c", "5", "-n", "5", "file://1"], "-n cannot be combined with --bytes"),
        (["-n", "0", "file://1"], "0 is not in the range"),
    ):
        done = call("head", *words, on=stack)
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr
    done = call("head", folder, on=stack)
    assert (done.exit_code, done.stdout) == (6, "")
    assert "is a folder" in done.stderr


# ---------------------------------------------------------------- invalid input


@pytest.mark.parametrize("path", ["/screens", "/project/1", "screens", "", f"{TEAM}/../x", "job://7", "file://x"])
@pytest.mark.parametrize(
    "words",
    [["ls"], ["mkdir"], ["head"], ["rm", "--yes"], ["cp", "file://1"], ["mv", "file://1"], ["cp", "{}", TEAM], ["mv", "{}", TEAM]],
    ids=" ".join,
)  # fmt: skip
def test_invalid_paths_are_one_line_and_send_nothing(
    scripted: Scripted, call: Call, monkeypatch: pytest.MonkeyPatch, words: list[str], path: str
) -> None:
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", "token")
    given = [path if word == "{}" else word for word in words]
    done = call(*given, *([] if "{}" in words else [path]))
    assert (done.exit_code, done.stdout) == (2, "")
    error, hint = done.stderr.splitlines()
    assert error.startswith("Error: invalid value for '")
    assert hint.startswith("Hint: ")
    assert scripted.requests == []


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["cp", "{}/a", "{}/b"], 6, "give -r: Copy folders"),
        (["rm", "--yes", "{}/a"], 6, "give -r: Remove folders"),
        (["rm", "--dry-run", "{}/a"], 6, "give -r: Remove folders"),
        (["mkdir", "{}/none/b"], 5, "give -p: Create missing parents"),
        (["mkdir", "{}/a"], 6, "give -p: Create missing parents, and accept folders that exist"),
        (["cp", "{}/one", "{}/a"], 6, "give --force: "),
        (["mv", "{}/one", "{}/a/"], 6, "give --force: "),
        (["head", "{}/two"], 6, "give one of the addresses"),
        (["files", "info", "{}/two"], 6, "give one of the addresses"),
        (["mkdir", "/project/99/team/a"], 5, "see the expected values"),
        (["cp", "-r", "{}/a", "{}/a"], 6, "see the expected values"),
        (["mv", "7", "{}/a"], 2, "an item is named by its address"),
        (["cp", __file__, "{}/a"], 2, "a local file is uploaded with: ocli files upload"),
        (["cp", "none.sdf", "{}/a"], 2, "see the options"),
    ],
)
def test_hints_name_the_option_that_is_missing(
    session: OrionSession, folder: str, call: Call, stack: LocalOrion, words: list[str], code: int, hint: str
) -> None:
    for path in ("one", "two", "two", "a/one"):
        put(session, f"{folder}/{path}")
    done = call(*(word.replace("{}", folder) for word in words), on=stack)
    assert (done.exit_code, done.stdout) == (code, "")
    assert f"\nHint: {hint}" in done.stderr


def test_the_folder_of_another_user_does_not_exist(call: Call, stack: LocalOrion) -> None:
    for path in ("/project/3/user/grace", "/project/3/workspace/99", "/project/2/team"):
        done = call("ls", path, on=stack)
        assert (done.exit_code, done.stdout) == (5, "")
        assert len([line for line in done.stderr.splitlines() if line.startswith("Error: ")]) == 1


# ---------------------------------------------------------------- items by address and path


def test_commands_take_addresses_and_paths_of_items(
    session: OrionSession, folder: str, ocli_on: Callable[..., str]
) -> None:
    file = put(session, f"{folder}/hits.smi")
    collection = ShardCollection.create(session, "frames", folder_path=folder)
    Shard.create(collection, "frame")
    for given in (str(file.id), f"file://{file.id}", f"{folder}/hits.smi"):
        assert json.loads(ocli_on("files", "info", given, "--json"))["id"] == file.id
        assert ocli_on("files", "download", given, "-o", "-") == "CNS"
        assert json.loads(ocli_on("tags", "add", "file", given, "good", "--json"))[0]["name"] == "good"
        assert json.loads(ocli_on("links", "create", "file", given, "--json"))["id"] == file.id
    for given in (f"collection://{collection.id}", f"{folder}/frames"):
        assert len(json.loads(ocli_on("shards", "list", given, "--json"))) == 1
    dataset = Dataset.create(session, "records", folder_path=folder)
    for given in (str(dataset.id), f"dataset://{dataset.id}", f"{folder}/records"):
        created = ocli_on("molsearch", "db", "create", given, "--name", "records", "--json")
        assert json.loads(created)["dataset"] == dataset.id
    deleted = ocli_on("files", "delete", f"{folder}/hits.smi", "--yes", "--json")
    assert json.loads(deleted) == [{"id": file.id, "deleted": True}]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["files", "info", "dataset://7"], "'dataset://7' is the address of a dataset, but a file is expected"),
        (
            ["files", "delete", "7", "dataset://7", "--yes"],
            "'dataset://7' is the address of a dataset, but a file is expected",
        ),
        (["jobs", "info", "file://7"], "'file://7' is the address of a file, but a job is expected"),
        (["shards", "list", "file://7"], "'file://7' is the address of a file, but a collection is expected"),
        (["tags", "list", "dataset", "file://7"], "'file://7' is the address of a file, but a dataset is expected"),
        (["jobs", "info", TEAM], f"'{TEAM}' is not a valid id; a job has no path"),
        (["files", "info", "/hits"], "'/hits' is outside every root"),
        (["files", "info", "file://x"], "'file://x' is not a valid address; addresses are file://<id>"),
    ],
)
def test_an_item_of_another_kind_is_an_error_of_usage(call: Call, words: list[str], message: str) -> None:
    done = call(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_the_path_of_another_kind_is_an_error_of_usage(
    session: OrionSession, folder: str, call: Call, stack: LocalOrion
) -> None:
    file = put(session, f"{folder}/hits")
    done = call("datasets", "delete", f"{folder}/hits", "--yes", on=stack)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{folder}/hits is a file, but a dataset is expected" in done.stderr
    done = call("files", "delete", folder, "--yes", on=stack)
    assert f"{folder} is a folder, but a file is expected" in done.stderr
    done = call("files", "delete", f"{folder}/hits", f"{folder}/none", f"{folder}/neither", "--yes", on=stack)
    assert (done.exit_code, done.stdout) == (5, "")
    assert f"Failed: {folder}/none: " in done.stderr
    assert f"Failed: {folder}/neither: " in done.stderr
    assert session.fs.info(f"{folder}/hits").id == file.id


# ---------------------------------------------------------------- help and completion


def test_commands_of_the_top_level_are_listed_and_completed() -> None:
    with click.Context(ocli) as context:
        shown = {item.value: item.help for item in ocli.shell_complete(context, "m")}
    assert shown["mkdir"] == COMMANDS["mkdir"][1]
    assert {"mkdir", "mv", "molsearch"} <= {*shown}


@pytest.fixture(params=[parameter_types.LocationType(), parameter_types.ResourceIdType("file")])
def completed(
    request: pytest.FixtureRequest, stack: LocalOrion, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], set[str]]:
    """Complete the start of a path."""
    # A busy machine may need longer than a completion has.
    monkeypatch.setattr(parameter_types, "_SECONDS", 60)
    monkeypatch.setattr(parameter_types, "complete_within", lambda function: list(function()))
    for name, value in stack.environ.items():
        monkeypatch.setenv(name, value)

    def complete(start: str) -> set[str]:
        with click.Context(ocli) as context:
            return {item.value for item in request.param.shell_complete(context, click.Argument(["path"]), start)}

    return complete


def test_remote_paths_are_completed(session: OrionSession, folder: str, completed: Callable[[str], set[str]]) -> None:
    put(session, f"{folder}/hits.smi")
    session.fs.mkdir(f"{folder}/hills", f"{folder}/other")
    assert completed(f"{folder}/hi") == {f"{folder}/hills/", f"{folder}/hits.smi"}


def test_roots_are_completed(session: OrionSession, completed: Callable[[str], set[str]]) -> None:
    workspace = Workspace.create(session, "Kinases", project=3)
    assert completed("/o") == {"/organization/"}
    assert completed("/project/1") == {"/project/1/team/", "/project/1/user/ada/"}
    assert {"/project/3/user/ada/", f"/project/3/workspace/{workspace.id}/"} <= completed("/project/3/")
    assert completed("/project/2/") == set()
