"""Forms of output, and escaping of strings from the server."""

from __future__ import annotations

import csv
import io
import json

import pytest
from cli.conftest import Call

from orionclient.cli._core.output import (
    Output,
    display_width,
    escape_control_characters,
    format_cell,
    format_table,
    to_json,
)
from orionclient.local import LocalOrion
from orionclient.types import File, Shard, ShardCollection

NASTY = "a\x1b]0;title\x07\x1b[2J\r\nb\x9b31m\u202eevil\u2028"


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> LocalOrion:
    session = stack.session()
    for name in ("drugs.sdf", 'b,c"d', "数据"):
        File.upload(session, name, b"CNS")
    return stack


def test_forms(call: Call, planted: LocalOrion) -> None:
    names = ["drugs.sdf", 'b,c"d', "数据"]
    assert call("files", "list", "-q", on=planted).stdout == "1\n2\n3\n"
    assert call("-q", "files", "list").stdout == "1\n2\n3\n"
    assert call("--format", "ids", "files", "list").stdout == "1\n2\n3\n"
    assert [each["name"] for each in json.loads(call("files", "list", "--json").stdout)] == names
    lines = call("files", "list", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == names
    rows = list(csv.DictReader(io.StringIO(call("--format=csv", "files", "list").stdout)))
    assert [row["name"] for row in rows] == names
    assert list(rows[0]) == ["id", "name", "state", "owner", "created", "size", "project"]
    assert call("files", "list", "--name", "no such").stdout.splitlines()[0].split() == sorted(rows[0])
    assert call("files", "list", "--name", "no such", "--json").stdout == "[]\n"
    assert call("files", "list", "--name", "no such", "--format", "csv").stdout == ",".join(rows[0]) + "\n"


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_nothing_moves_the_terminal(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    Output(form).print_rows([{"id": 1, "name": NASTY}], ["id", "name"])
    Output(form).print_item({"id": 1, "name": NASTY})
    Output(form).print_item({"id": 1, "name": NASTY}, sentence=f"Made {NASTY}")
    shown = capsys.readouterr().out
    assert not {character for character in shown if character in "\x1b\x07\x9b\r\u202e\u2028"}
    assert all(ord(character) >= 32 or character == "\n" for character in shown)


def test_json_is_unchanged() -> None:
    assert json.loads(to_json({"name": NASTY})) == {"name": NASTY}


def test_an_error_of_a_server_is_printed_escaped(call: Call, planted: LocalOrion) -> None:
    done = call("files", "info", "4711\x1b[2J", on=planted)
    assert done.exit_code == 2
    assert "\x1b" not in done.output


def test_cells() -> None:
    assert [format_cell(value) for value in (None, True, False, 3, 0.5, "x", {"a": 1}, [1])] == [
        "",
        "true",
        "false",
        "3",
        "0.5",
        "x",
        '{"a": 1}',
        "[1]",
    ]
    assert escape_control_characters("a\nb\t\udcff") == "a\\nb\\t\\udcff"
    assert (display_width("数据"), display_width("e\u0301"), display_width("abc")) == (4, 1, 3)


def test_wide_columns_are_truncated_on_a_terminal_only() -> None:
    rows = [{"id": 12345678, "name": "n" * 100, "state": "ready"}]
    wide = format_table(rows, ["id", "name", "state"])
    assert wide[2].endswith("n" * 100 + "  ready")
    cut = format_table(rows, ["id", "name", "state"], width=40)
    assert max(map(len, cut)) == 40
    assert cut[2].startswith("12345678  nnn")
    assert "…  ready" in cut[2]


def test_colour_only_on_a_terminal(call: Call, planted: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> None:
    call("files", "list", on=planted)
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b" not in call("files", "list").output
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b[32mready" in call("files", "list").stdout
    assert "\x1b" not in call("--no-color", "files", "list").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in call("files", "list").stdout


def test_global_options_before_or_after_the_command(call: Call, planted: LocalOrion) -> None:
    before = call("--json", "files", "info", "1", on=planted).stdout
    assert before == call("files", "--json", "show", "1").stdout == call("files", "info", "1", "--json").stdout
    assert call("floes", "list", "-q").stdout == call("workfloes", "list", "-q").stdout


def test_the_last_of_json_and_format_applies(call: Call, planted: LocalOrion) -> None:
    for words in (("--json", "--format", "ids"), ("--json", "--format", "json", "--format", "ids")):
        assert call(*words, "files", "list", on=planted).stdout == "1\n2\n3\n"
    assert call("--json", "files", "list", "--format", "ids").stdout == "1\n2\n3\n"
    for words in (("--format", "ids", "--json"), ("--format", "csv", "--json")):
        assert len(json.loads(call("files", *words, "list").stdout)) == 3
    assert len(json.loads(call("--format", "csv", "files", "list", "--json").stdout)) == 3


def test_retries_and_timeout_are_passed_to_requests(call: Call, planted: LocalOrion) -> None:
    for words, attempts in (([], 3), (["--max-retries", "0"], 1), (["--max-retries", "4"], 5)):
        planted.faults.clear()
        planted.faults.script("list_files", [503] * 20)
        assert call(*words, "files", "list", on=planted).exit_code == 7
        assert len(planted.faults.requests("list_files")) == attempts
    planted.faults.clear()


def test_the_content_of_shards_has_its_own_retries(call: Call, planted: LocalOrion) -> None:
    collection = ShardCollection.create(planted.session(), "frames")
    shard = Shard.create(collection, "1", file=b"CNS")
    planted.faults.script("download_shard", [503] * 3)
    done = call("--max-retries", "0", "shards", "download", str(collection.id), str(shard.id), "-o", "-", on=planted)
    assert (done.exit_code, done.stdout) == (0, "CNS")
    planted.faults.assert_consumed()
