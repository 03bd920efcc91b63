"""Tables: their columns, order, times and widths, and what commands report that they changed."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pexpect
import pytest
from cli.conftest import COMMAND, Call, environment

from orionclient._runtime.clock import CLOCK
from orionclient.cli._commands.kinds import KINDS
from orionclient.cli._core import output
from orionclient.cli._core.output import display_width, format_age, format_table, order_columns, sort_rows
from orionclient.cli._core.reference import iter_commands
from orionclient.cli._core.root import ocli
from orionclient.examples import drugs
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Project, Shard, ShardCollection, User, WorkFloeSpec

WIDE = "数据" * 40
LONG = "long name " * 20
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


@pytest.fixture(scope="module")
def world(stack: LocalOrion) -> LocalOrion:
    session = stack.session()
    file = File.upload(session, "drugs.sdf", drugs("sdf"))
    File.upload(session, WIDE, b"CNS")
    File.upload(session, LONG, b"C" * 20)
    session.tag_resource(file, "old", "kept")
    session.share_resource(file, Project(id=3))
    session.share_resource(file, User(id=2))
    Dataset.upload(session, "hits", drugs("sdf"))
    Shard.create(ShardCollection.create(session, "frames"), "frame 1", file=b"frame")
    session.create_paths("/screens")
    job = session.list_resources(WorkFloeSpec, {"title": "echo"}).one().start(LONG.strip()[:100], text="CNS")
    job.wait(timeout=60)
    return stack


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes `ocli` in this process believe in a terminal of some width."""

    def use(width: int) -> None:
        monkeypatch.setattr(output, "_terminal_width", lambda: width)

    return use


def listing_commands() -> Iterator[tuple[str, click.Command]]:
    for path, command in iter_commands(ocli):
        if re.fullmatch("list(-.*)?", path.split()[-1]):
            yield path, command


LISTS = [
    "files list",
    "datasets list",
    "collections list",
    "collections list-shards 1",
    "workfloes list",
    "jobs list",
    "packages list",
    "secrets list",
    "projects list",
    "users list",
    "groups list",
    "organizations list",
    "tokens list",
    "uploads list",
    "molsearch db list",
    "molsearch query list",
    "scaling-groups list",
    "services spec list",
    "services task list",
    "folders list",
    "files list-shares 1",
    "files list-tags 1",
]


# ---------------------------------------------------------------- columns


def test_tables_begin_with_id_and_name() -> None:
    for kind in KINDS.values():
        first = [name for name in ("id", "name", "state", "owner", "created") if name in kind.kind.fields()]
        assert [name for name in kind.columns if name in first] == [name for name in first if name in kind.columns], (
            kind.group
        )
        assert list(kind.columns[: len([name for name in ("id", "name") if name in first])]) == [
            name for name in ("id", "name") if name in first
        ]
    assert order_columns({"size", "created", "name", "a", "id"}) == ["id", "name", "created", "a", "size"]


def test_every_list_has_columns_and_sort() -> None:
    found = dict(listing_commands())
    assert len(found) > 20
    for path, command in found.items():
        options = {name for parameter in command.params for name in parameter.opts}
        assert {"--columns", "--sort"} <= options, path


def test_owner_and_time_on_a_terminal_and_in_a_pipe(
    call: Call, world: LocalOrion, terminal: Any, real_time: None
) -> None:
    piped = call("collections", "list", on=world).stdout.splitlines()
    assert piped[0].split() == ["id", "name", "state", "owner", "created", "shard_count", "project"]
    assert re.fullmatch(rf" +1  frames  open     ada      {STAMP} +1 +1", piped[2])
    created = json.loads(call("collections", "list", "--json").stdout)[0]["created"]
    assert re.fullmatch(STAMP, created)
    terminal(100)
    shown = call("collections", "list", on=world).stdout.splitlines()
    assert re.fullmatch(r" +1  frames  open     ada      (now|\d+[sm] ago) +1 +1", shown[2])


def test_the_virtual_clock_decides_what_is_relative(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
    monkeypatch.setattr(CLOCK, "time", lambda: now)
    for created, age in {
        "2026-06-01T12:00:00.000000Z": "now",
        "2026-06-01T12:00:59Z": "now",
        "2026-06-01T12:01:00Z": "in 1m",
        "2026-06-01T11:59:59.000000Z": "1s ago",
        "2026-06-01T11:59:00Z": "1m ago",
        "2026-06-01T11:57:00+00:00": "3m ago",
        "2026-06-01T13:57:00+02:00": "3m ago",
        "2026-06-01T11:00:01": "59m ago",
        "2026-06-01T11:00:00Z": "1h ago",
        "2026-05-31T12:00:00Z": "1d ago",
        "2026-05-03T12:00:00Z": "29d ago",
        "2026-05-02T12:00:00Z": "1mo ago",
        "2018-04-18T23:58:37.393553Z": "8y ago",
        "yesterday": "yesterday",
        "": "",
    }.items():
        assert format_age(created) == age, created
    assert format_age(None) is None
    assert format_age(7) == 7


def test_owners_take_one_request(call: Call, world: LocalOrion) -> None:
    world.faults.clear()
    assert "ada" in call("jobs", "list", on=world).stdout
    assert [each.operation for each in world.faults.requests()] == ["list_jobs", "get_user"]
    world.faults.clear()
    assert "ada" not in call("jobs", "list", "--json").stdout
    assert "ada" not in call("jobs", "list", "--format", "csv").stdout
    assert "ada" in call("jobs", "list", "--columns", "name,owner").stdout
    assert "ada" not in call("jobs", "list", "--columns", "name,state").stdout
    assert [each.operation for each in world.faults.requests() if "user" in each.operation] == ["get_user"]


def test_several_owners_take_one_request_too() -> None:
    asked: list[set[int]] = []

    def find(ids: Any) -> dict[int, str]:
        asked.append(set(ids))
        return {1: "ada"}

    out = output.Output("table", find_owners=find)
    assert out._name_owners([{"owner": 1}, {"owner": 2}, {"owner": 1}, {"owner": None}, {"owner": "grace"}, {}]) == [
        {"owner": "ada"},
        {"owner": 2},
        {"owner": "ada"},
        {"owner": None},
        {"owner": "grace"},
        {},
    ]
    assert asked == [{1, 2}]


def test_names_of_several_owners_come_from_one_listing(world: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> None:
    from orionclient.cli._core.state import State

    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    world.faults.clear()
    state = State()
    assert state.find_owners({1, 2, 4711}) == {1: "ada", 2: "grace"}
    assert state.find_owners({1, 2})[2] == "grace"
    assert [each.operation for each in world.faults.requests()] == ["list_users"]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_owner_that_cannot_be_resolved_stays_an_id(status: int, call: Call, world: LocalOrion) -> None:
    world.faults.clear()
    world.faults.script("get_user", [status])
    done = call("collections", "list", on=world)
    assert (done.exit_code, done.stderr) == (0, "")
    assert re.search(r"open +1  ", done.stdout)
    assert len(world.faults.requests("get_user")) == 1
    world.faults.clear()


def test_show_begins_with_id_and_name(call: Call, world: LocalOrion, terminal: Any) -> None:
    lines = call("files", "info", "1", on=world).stdout.splitlines()
    assert [line.split()[0] for line in lines[:6]] == ["id", "name", "state", "owner", "created", "deleted"]
    assert re.fullmatch(r"owner +ada", lines[3])
    assert re.fullmatch(rf"created +{STAMP}", lines[4])
    digest = json.loads(call("files", "info", "1", "--json").stdout)["sha256"]
    assert any(line.endswith(digest) for line in lines)
    terminal(40)
    lines = call("files", "info", "3").stdout.splitlines()
    assert max(map(display_width, lines)) <= 40
    # Nothing is lost: long values are continued on lines of their own.
    text = " ".join(line[13:] for line in lines)
    assert LONG.strip() in " ".join(text.split())


# ---------------------------------------------------------------- --columns and --sort


def test_columns_of_each_form(call: Call, world: LocalOrion) -> None:
    words = ("files", "list", "--columns", "size,name", "--limit", "1")
    assert call(*words, on=world).stdout.splitlines()[0].split() == ["size", "name"]
    size = len(drugs("sdf").read_bytes())
    assert json.loads(call(*words, "--json").stdout) == [{"size": size, "name": "drugs.sdf"}]
    assert call(*words, "--format", "jsonl").stdout == f'{{"size": {size}, "name": "drugs.sdf"}}\n'
    assert list(csv.reader(io.StringIO(call(*words, "--format", "csv").stdout))) == [
        ["size", "name"],
        [str(size), "drugs.sdf"],
    ]
    # Fields that the table does not show, spaces, and a name given twice.
    wide = json.loads(call("files", "list", "--columns", "sha256, id,id", "--json").stdout)
    assert [list(each) for each in wide] == [["sha256", "id"]] * 3


@pytest.mark.parametrize("form", [["--format", "ids"], ["-q"]])
def test_columns_and_ids_exclude_each_other(form: list[str], call: Call, world: LocalOrion) -> None:
    world.faults.clear()
    for words in (["files", "list", *form, "--columns", "name"], [*form, "files", "list", "--columns", "name"]):
        done = call(*words, on=world)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("Error: --columns cannot be combined with --format ids or --quiet")
    assert world.faults.requests() == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--columns", "id,nmae"], "unknown column 'nmae'. Did you mean 'name'?"),
        (["--columns", "Name"], "unknown column 'Name'. Did you mean 'name'?"),
        (["--columns", "xyzzy"], "unknown column 'xyzzy'"),
        (["--columns", ""], "unknown column ''"),
        (["--columns", "id,"], "unknown column ''"),
        (["--columns", "x" * 500], "unknown column '" + "x" * 39 + "…'"),
        (["--columns", "\x1b[2J"], "unknown column '\\x1b[2J'"),
        (["--sort", "sze"], "unknown column 'sze'. Did you mean 'size'?"),
        (["--sort", "-sze"], "unknown column 'sze'. Did you mean 'size'?"),
        (["--sort", "-"], "unknown column ''"),
        (["--sort", "--size"], "unknown column '-size'. Did you mean 'size'?"),
    ],
    ids=lambda value: " ".join(value)[:20].encode("unicode_escape").decode() if isinstance(value, list) else "",
)
def test_an_unknown_column(words: list[str], line: str, call: Call, world: LocalOrion) -> None:
    world.faults.clear()
    done = call("files", "list", *words, on=world)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"Error: {line}",
        "Hint: the columns are id, name, state, size, created, owner, project, description, sha256, path, location, deleted",
    ]
    assert world.faults.requests() == []


def test_sort_of_each_form(call: Call, world: LocalOrion) -> None:
    for words in (["--sort", "size"], ["--sort=size"]):
        assert call("files", "list", *words, "-q", on=world).stdout == "2\n3\n1\n"
    for words in (["--sort", "-size"], ["--sort=-size"]):
        assert call("files", "list", *words, "-q").stdout == "1\n3\n2\n"
    assert [each["id"] for each in json.loads(call("files", "list", "--sort", "-created", "--json").stdout)] == [
        3,
        2,
        1,
    ]
    lines = call("files", "list", "--sort", "-size", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1, 3, 2]
    rows = csv.DictReader(io.StringIO(call("files", "list", "--sort", "name", "--format", "csv").stdout))
    assert [row["id"] for row in rows] == ["1", "3", "2"]
    # The published table, and one with a column to sort by that it does not show.
    assert [line.split()[1] for line in call("files", "list", "--sort", "-size").stdout.splitlines()[2:]] == [
        "1",
        "3",
        "2",
    ]
    table = call("files", "list", "--sort", "-size", "--columns", "id").stdout
    assert [line.strip() for line in table.splitlines()[2:]] == ["1", "3", "2"]
    # The limit applies after the sort: the two largest.
    assert call("files", "list", "--sort", "-size", "--limit", "2", "-q").stdout == "1\n3\n"


def test_sort_by_type() -> None:
    rows: list[dict[str, Any]] = [{"v": value} for value in (10, None, 9, 2.5, "", True)] + [{}]
    assert [row.get("v") for row in sort_rows(rows, "v")] == [True, 2.5, 9, 10, None, "", None]
    assert [row.get("v") for row in sort_rows(rows, "-v")] == [10, 9, 2.5, True, None, "", None]
    rows = [{"v": value} for value in ("b", "A", "a", "B", {"x": 1}, 3)]
    assert [row["v"] for row in sort_rows(rows, "v")] == [3, "A", "a", "B", "b", {"x": 1}]
    rows = [{"cost": value} for value in ("10.00", "9.5", None, "-1", "free")]
    assert [row["cost"] for row in sort_rows(rows, "cost")] == ["-1", "9.5", "10.00", "free", None]
    assert [row["cost"] for row in sort_rows(rows, "-cost")] == ["free", "10.00", "9.5", "-1", None]
    stable = [{"v": 1, "n": 1}, {"v": 0, "n": 2}, {"v": 1, "n": 3}]
    assert [row["n"] for row in sort_rows(stable, "v")] == [2, 1, 3]
    assert [row["n"] for row in sort_rows(stable, "-v")] == [1, 3, 2]


def test_a_table_is_sorted_by_the_names_of_owners(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": 1, "owner": 1}, {"id": 2, "owner": 2}]
    output.Output("table", sort="owner", find_owners=lambda _: {1: "grace", 2: "ada"}).print_rows(rows, ("id", "owner"))
    assert [line.split() for line in capsys.readouterr().out.splitlines()[2:]] == [["2", "ada"], ["1", "grace"]]


def test_other_lists_have_the_options_too(call: Call, world: LocalOrion) -> None:
    assert call("tags", "list", "file", "1", "--sort", "-name", "-q", on=world).stdout == "old\nkept\n"
    shares = json.loads(
        call("files", "list-shares", "1", "--columns", "target_type", "--sort", "target_id", "--json").stdout
    )
    assert shares == [{"target_type": "user"}, {"target_type": "project"}]
    assert call("folders", "list", "--columns", "path").stdout.splitlines()[2] == "/screens"


def test_columns_are_completed() -> None:
    command = dict(iter_commands(ocli))["ocli files list"]
    types = {parameter.opts[0]: parameter.type for parameter in command.params}
    with click.Context(ocli) as context:

        def complete(option: str, incomplete: str) -> list[str]:
            found = types[option].shell_complete(context, command.params[0], incomplete)
            return [item.value for item in found]

        assert complete("--columns", "na") == ["name"]
        assert complete("--columns", "id,s") == ["id,state", "id,size", "id,sha256"]
        assert complete("--sort", "-s") == ["-state", "-size", "-sha256"]
        assert complete("--sort", "cr") == ["created"]


# ---------------------------------------------------------------- widths


@pytest.mark.parametrize("width", [10, 20, 40, 60, 80, 100])
@pytest.mark.parametrize("words", LISTS)
def test_no_table_is_wider_than_the_terminal(
    words: str, width: int, call: Call, world: LocalOrion, terminal: Any
) -> None:
    terminal(width)
    done = call(*words.split(), on=world)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(display_width, lines)) <= width
    if width >= 40 and lines[0].split()[0] == "id":
        wanted = call(*words.split(), "-q").stdout.split()
        assert [line.split()[0] for line in lines[2 : 2 + len(wanted)]] == wanted


@pytest.mark.parametrize("words", LISTS)
def test_a_pipe_is_never_shortened(words: str, call: Call, world: LocalOrion) -> None:
    text = call(*words.split(), on=world).stdout
    assert "…" not in text
    assert "Not shown" not in text
    if words == "files list":
        assert WIDE in text
        assert LONG.rstrip() in text


def test_wide_characters_are_shortened_by_their_width() -> None:
    rows = [{"id": 1234567, "name": WIDE, "state": "ready"}, {"id": 2, "name": "e\u0301" * 50, "state": "ready"}]
    for width in range(32, 60):
        lines = format_table(rows, ["id", "name", "state"], width=width)
        assert width - 1 <= max(map(display_width, lines)) <= width
        assert lines[2].startswith("1234567  数")
        assert all(line.endswith(("…  ready", "…   ready")) for line in lines[2:])
        # The last column stands in one place, whatever is before it.
        assert len({display_width(line.removesuffix("ready")) for line in lines[2:]}) == 1
    assert display_width("👍\ufe0f\u200d\xad") == 3


def test_the_last_columns_are_left_out_and_named() -> None:
    rows = [{"id": 123456789, "name": "n" * 30, "state": "complete", "size": 12345, "project": 7}]
    lines = format_table(rows, ["id", "name", "state", "size", "project"], width=40, advice=" (choose with --columns)")
    assert lines == [
        "       id  name                 state",
        "---------  -------------------  --------",
        "123456789  nnnnnnnnnnnnnnnnnn…  complete",
        "",
        "Not shown: size, project (choose with -…",
    ]
    # An id that alone is wider than the terminal stays as it is.
    assert format_table(rows, ["id", "name"], width=5)[2] == "123456789"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
@pytest.mark.parametrize("width", [60, 80])
def test_a_real_terminal(width: int, world: LocalOrion, tmp_path: Path, own_home: Path) -> None:
    env = environment(own_home, world, TERM="xterm")
    env.pop("COLUMNS", None)

    def run(*words: str) -> list[str]:
        text, code = pexpect.run(
            subprocess.list2cmdline([*COMMAND, *words]),
            env=env,
            cwd=str(tmp_path),
            withexitstatus=True,
            dimensions=(40, width),
            timeout=120,
            encoding="utf-8",
        )
        assert code == 0, text
        return text.splitlines()

    for words in (["files", "list"], ["jobs", "list"], ["files", "info", "3"]):
        assert max(map(display_width, run(*words))) <= width
    lines = run("files", "list")
    assert lines[0].split() == ["id", "name", "state", "owner", "created", "size", "project"]
    assert re.fullmatch(r" 1  drugs\.sdf +ready  ada +(now|\d+[smh] ago) +\d+ +1", lines[2])
    jobs = run("jobs", "list")
    assert jobs[0].split()[:5] == ["id", "name", "state", "owner", "created"]
    assert jobs[-1].startswith("Not shown: ")


# ---------------------------------------------------------------- messages


def test_messages_name_id_and_name(call: Call, orion: LocalOrion) -> None:
    def run(*words: str) -> str:
        done = call(*words, on=orion)
        assert (done.exit_code, done.stderr) == (0, ""), done.output
        return done.stdout

    assert run("files", "create", "x.sdf") == "Created file 1 'x.sdf'\n"
    assert run("datasets", "create", "hits") == "Created dataset 1 'hits'\n"
    assert run("datasets", "update", "1", "--name", "it's") == 'Updated dataset 1 "it\'s"\n'
    assert run("datasets", "tag", "1", "a", "b c") == "Tagged dataset 1 \"it's\" with 'a', 'b c'\n"
    assert run("datasets", "untag", "1", "a") == "Untagged dataset 1 \"it's\": removed 'a'\n"
    assert run("tags", "add", "file", "1", "a") == "Tagged file 1 'x.sdf' with 'a'\n"
    assert run("tags", "remove", "file", "1", "a") == "Untagged file 1 'x.sdf': removed 'a'\n"
    assert (
        run("files", "share", "1", "--user", "2", "--project", "3") == "Shared file 1 'x.sdf' with user 2, project 3\n"
    )
    assert run("files", "unshare", "1", "--user", "2") == "Unshared file 1 'x.sdf' from user 2\n"
    assert run("folders", "move", "file", "1", "/screens") == "Moved file 1 'x.sdf' to /screens\n"
    assert run("collections", "create", "frames") == "Created collection 1 'frames'\n"
    assert run("shards", "create", "1", "a shard") == "Created shard 1 'a shard'\n"
    assert run("shards", "delete", "1", "1", "--yes") == "Deleted shard 1 'a shard'\n"
    assert run("files", "delete", "1", "--yes") == "Deleted file 1 'x.sdf'\n"
    # A name of the server moves no terminal.
    assert run("files", "create", "a\x1b[2J\nb") == "Created file 2 'a\\x1b[2J\\nb'\n"


def test_a_message_without_a_name(call: Call, orion: LocalOrion) -> None:
    File.upload(orion.session(), "x", b"CNS")
    orion.faults.script("get_file", [403])
    done = call("files", "delete", "1", "--yes", on=orion)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "Deleted file 1\n", "")
    # Other forms print no message, so that no name is asked for.
    orion.faults.clear()
    dataset = Dataset.create(orion.session(), "hits")
    assert json.loads(call("datasets", "delete", str(dataset.id), "--yes", "--json").stdout) == [
        {"id": dataset.id, "deleted": True}
    ]
    assert [each.operation for each in orion.faults.requests() if each.operation.startswith("get_")] == []


# ---------------------------------------------------------------- descriptions


def test_descriptions_are_not_cut_in_a_group(call: Call) -> None:
    groups = {path.rpartition(" ")[0] for path, _ in iter_commands(ocli)}
    for group in sorted(groups):
        shown = call(*group.split()[1:], "--help", terminal_width=80)
        commands = shown.stdout.partition("Commands:")[2]
        assert "..." not in commands, group
        assert not re.search(r"^ {10,}\S", commands, re.MULTILINE), f"a description of {group} is wrapped"


def test_uploads_that_can_be_resumed_are_listed(call: Call, stack: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> None:
    from orion_api.api.uploads import create_upload

    session = stack.session()
    file = File.upload(session, "x", b"CNS")
    body: Any = {"resource_type": "file", "resource_id": file.id, "size": 20 << 20, "part_size": 10 << 20}
    made = create_upload.sync(body=body, client=session.raw)
    open_id, words = str(made.id), ("uploads", "list", "-q")
    assert call(*words, on=stack).stdout.split() == [open_id]
    sent, listed = [], OrionSession.list_resources

    def record(self: OrionSession, resource: Any, filters: Any = None, **options: Any) -> Any:
        sent.append(filters)
        return listed(self, resource, filters, **options)

    monkeypatch.setattr(OrionSession, "list_resources", record)
    for more in ((), ("--all",), ("--state", "complete"), ("--all", "--state", "complete")):
        assert call(*words, *more).exit_code == 0
    assert sent == [{"state": "open"}, {}, {"state": "complete"}, {"state": "complete"}]
    assert call(*words, "--all").stdout.split() == [open_id]
    assert call(*words, "--state", "complete").stdout == ""
    session.delete_resource(file, immediate=True)


def test_the_configuration_is_shown_in_full(
    call: Call, terminal: Any, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    url = f"https://{'long.' * 20}example.com"
    monkeypatch.setenv("ORION_URL", url)
    monkeypatch.setenv("ORION_TOKEN", "token")
    terminal(40)
    shown = call("config", "info").stdout
    assert url in shown
    # A variable that is not set is not the origin of a setting.
    assert "$ORION_USERNAME" not in shown
    monkeypatch.setenv("ORION_USERNAME", "ada")
    assert "$ORION_USERNAME" in call("config", "info").stdout
    found = call("--max-retries", "0", "--timeout", "0.01", "doctor").stdout
    assert f"{url}, from the environment" in found.replace(" as ada", "")
