"""A server that sends terminal escape sequences in every string and every name:

`ocli` prints them escaped, in every form of output.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.cli._commands.kinds import KINDS
from orionclient.cli._core import contract_options
from orionclient.cli._core.commands import Command
from orionclient.cli._core.output import Output, display_width, escape_control_characters, format_table
from orionclient.cli._core.reference import iter_commands
from orionclient.cli._core.root import ocli
from orionclient.cli._core.state import FORMATS
from orionclient.exceptions import one_line

TRICKS = (
    "\x1b[31mred\x1b]0;title\x07\x9b2J\r\nsecond\u2028third\u202etxt\u061c\u200e\u200f\u2066.exe\x00\x08\x7f\ud800 end"
)
# Control characters except line breaks, listed here and not taken from the code under test.
UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Commands that print content or a log unchanged by design, or wait for a state that is never reached.
_AS_IT_IS = ("download", "download-shards", "logs", "wait", "upload")
_SHOWING = re.compile("list(-.*)?|info(-.*)?|export-params")
_LOCAL = ("config", "completion", "local", "links", "packages init", "packages show-dockerfile", "doctor")


def example(schema: Any, depth: int = 0) -> Any:
    """Return a value that matches a schema, with escape sequences in every string, every name and unknown fields."""
    schema = contract_options.resolve_reference(schema)
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind in {"integer", "number"}:
        return 1
    if kind == "boolean":
        return True
    if kind == "array":
        return [example(schema.get("items", {}), depth + 1)] if depth < 5 else []
    if kind == "object" or "properties" in schema:
        known = {name: example(each, depth + 1) for name, each in schema.get("properties", {}).items()}
        # A value that is not a number is rejected before it is printed.
        known |= {"id_str": "1"} if "id_str" in known else {}
        return {**known, TRICKS: {TRICKS: [TRICKS]}} if depth < 5 else {TRICKS: TRICKS}
    return TRICKS


def response_for(schema: str) -> dict[str, Any]:
    """Return an item that is a page as well, so that it matches every response."""
    item = example({"$ref": f"#/components/schemas/{schema}"})
    return {**item, "count": 1, "next": None, "results": [item]}


COMMANDS = {
    path.removeprefix("ocli "): command
    for path, command in iter_commands(ocli)
    if isinstance(command, Command)
    and not path.removeprefix("ocli ").startswith(_LOCAL)
    and path.rpartition(" ")[2] not in _AS_IT_IS
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "password.txt").write_text("correct horse\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def requests(scripted: Scripted, monkeypatch: pytest.MonkeyPatch, *words: str, given: str | None = None) -> Result:
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", "t0ken-for-hostile")
    return CliRunner().invoke(ocli, list(words), prog_name="ocli", input=given)


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_no_command_prints_escape_sequences(
    scripted: Scripted, files: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    words = shlex.split(COMMANDS[path].example)[1:]
    given = (files / words[words.index("<") + 1]).read_text() if "<" in words else None
    words = words[: words.index("<")] if "<" in words else words
    if any("--deadline" in each.opts for each in COMMANDS[path].params):
        # The state never becomes final.
        words += ["--deadline", "0"]
    shape, group = COMMANDS[path].shape, path.rpartition(" ")[0]
    own = KINDS[group].schema if group in KINDS else "FileInfo"
    data = response_for(shape.strip("[]") if isinstance(shape, str) else own)
    shows = _SHOWING.fullmatch(path.rpartition(" ")[2])
    for form in FORMATS if shows else ("table",):
        scripted.responses = [ScriptedResponse(data=data)]
        done = requests(scripted, monkeypatch, "--format", form, *words, given=given)
        assert not UNSAFE.search(done.output), (form, done.output)
        if shows:
            assert done.exit_code == 0, done.output
            # The escaped form is printed somewhere; ids are integers.
            assert form == "ids" or "\\x1b[31m" in done.output or "\\u001b[31m" in done.output
    scripted.responses = [ScriptedResponse(400, {TRICKS: [TRICKS]})]
    done = requests(scripted, monkeypatch, *words, given=given)
    assert done.exit_code != 0
    assert not UNSAFE.search(done.output), done.output


def test_the_value_of_a_token_is_printed_escaped(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.responses = [
        ScriptedResponse(201, {"id": 1, "description": "x", "token": TRICKS, "value": TRICKS, "created": "now"})
    ]
    done = requests(scripted, monkeypatch, "tokens", "create", "x")
    assert done.exit_code == 0, done.output
    assert not UNSAFE.search(done.output)
    assert "\\x1b[31m" in done.output


def floe(**parameter: Any) -> dict[str, Any]:
    """Return a floe with one promoted parameter."""
    specification = {"cubes": [{"name": "cube", "parameters": [{"name": "p", "type": "string", **parameter}]}]}
    strings = dict.fromkeys(("name", "title", "description", "uuid", "state"), TRICKS)
    return {"id": 1, "created": "now", "package": 1, "specification": specification, **strings}


def test_the_parameters_of_a_floe_are_printed_escaped(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    strings = {"description": TRICKS, "title": TRICKS, "default": TRICKS, "choices": [TRICKS, "good"]}
    scripted.responses = [ScriptedResponse(data=floe(promoted_name="text", **strings))]
    done = requests(scripted, monkeypatch, "jobs", "start", "1", "--help")
    assert done.exit_code == 0, done.output
    assert not UNSAFE.search(done.output)
    assert "good]" in done.output
    for words in (["--text", "other"], ["--no-such"], []):
        done = requests(scripted, monkeypatch, "jobs", "start", "1", "a job", *words, "--dry-run")
        assert not UNSAFE.search(done.output)


@pytest.mark.parametrize("form", FORMATS)
def test_field_names_are_escaped_and_keep_their_columns(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    item = {TRICKS: "first", "数据": "second"}
    Output(form).print_item(item)
    Output(form).print_rows([item], list(item))
    Output(form).print_rows([], list(item))
    Output(form).print_results([item], ["done"])
    shown = capsys.readouterr().out
    assert not UNSAFE.search(shown)
    if form == "table":
        lines = shown.splitlines()
        places = {
            display_width(line[: line.index(word)]) for line, word in zip(lines, ("first", "second"), strict=False)
        }
        assert len(places) == 1
    heads = format_table([item], list(item))[:2]
    assert display_width(heads[0]) + 2 == display_width(heads[1])


def test_errors_and_tables_escape_the_same_characters() -> None:
    for letter in map(chr, [*range(0x3000), *range(0xD7F0, 0xE010)]):
        rejected = letter == "\n" or bool(UNSAFE.fullmatch(letter))
        assert (escape_control_characters(letter) != letter) is rejected, ascii(letter)
        assert (one_line(f"a{letter}b") == "a b") is (rejected or letter.isspace()), ascii(letter)


NAMES = [
    "in-file",
    "2nd",
    "class",
    "für",
    "a.b",
    "a_b",
    "a-b",
    "x y",
    "x=y",
    "x/y",
    "x;y",
    TRICKS,
    "--",
    "title",
    "value_1",
]
SETTABLE = ["in-file", "2nd", "class", "für", "a.b", "a_b", "a-b", "title", "value_1"]


def test_a_floe_with_any_promoted_names_can_be_started(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = [{"name": f"p{index}", "type": "string", "promoted_name": name} for index, name in enumerate(NAMES)]
    response = floe()
    response["specification"]["cubes"][0]["parameters"] = [*parameters, {"name": "n", "promoted_name": 7}]
    scripted.responses = [ScriptedResponse(data=response)]
    done = requests(scripted, monkeypatch, "jobs", "start", "1", "--help")
    assert done.exit_code == 0, done.output
    shown = " ".join(done.output.split())
    assert all(f"--{name}" in shown for name in SETTABLE)
    assert "Parameters whose names cannot be options: 'x y', 'x=y', 'x/y', 'x;y'," in shown
    assert not UNSAFE.search(done.output)
    given = [word for name in SETTABLE for word in (f"--{name}", f"value of {name}")]
    scripted.responses = [
        ScriptedResponse(data=response),
        ScriptedResponse(201, {"id": 5, "name": "a job", "state": "queued"}),
    ]
    done = requests(scripted, monkeypatch, "jobs", "start", "1", "a job", *given)
    assert done.exit_code == 0, done.output
    assert json.loads(scripted.requests[-1].body)["parameters"]["promoted"] == {
        name: f"value of {name}" for name in SETTABLE
    }
