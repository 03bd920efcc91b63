"""The help of `ocli`: sections, descriptions that fit, pointers to the documentation, and aliases that it does not list."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from cli.conftest import Call

from orionclient.cli._core.reference import iter_commands
from orionclient.cli._core.root import LISTED, ocli

ROOT = Path(__file__).parents[2]
SECTIONS = ["Virtual file system", "Data", "Jobs", "Account", "Local Orion", "Other"]


def list_groups(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that call each group below a group."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield (*words, name)
            yield from list_groups(command, (*words, name))


def test_bare_ocli_prints_help_and_succeeds(call: Call) -> None:
    done = call()
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == call("--help").stdout


@pytest.mark.parametrize("words", [*list_groups(ocli), ("emulator",), ("floes",)], ids=" ".join)
def test_a_bare_group_prints_help_and_succeeds(words: tuple[str, ...], call: Call) -> None:
    done = call(*words)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == call(*words, "--help").stdout


@pytest.mark.parametrize("words", [(), ("files",), ("molsearch", "query")], ids=" ".join)
def test_a_missing_command_after_options_is_an_error_with_the_help(words: tuple[str, ...], call: Call) -> None:
    for options in (("--json",), ("--profile", "x")):
        done = call(*words, *options)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("Error: missing command\nHint: ")
        assert done.stderr.endswith(call(*words, "--help").stdout)


def test_each_command_and_group_is_listed_once_in_its_section(call: Call) -> None:
    shown = call().stdout
    assert [line[:-1] for line in re.findall(r"^[A-Z][\w ]+:$", shown, re.MULTILINE)] == [*SECTIONS, "Options"]
    for name, (_, description, section) in LISTED.items():
        (line,) = re.findall(rf"^  {name} +(.*)$", shown, re.MULTILINE)
        assert line == description
        assert shown.index(f"{section}:\n") < shown.index(line)
        assert section in SECTIONS


def test_descriptions_are_sentences_in_the_imperative() -> None:
    for name, (_, description, _) in LISTED.items():
        assert re.fullmatch(r"[A-Z][a-z]+ .*[^.]\.", description), name


def test_no_description_is_cut_at_80_columns(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for words in [(), *list_groups(ocli)]:
        shown = call(*words, "--help", terminal_width=80).stdout
        assert not re.findall(r"^  .*\.\.\.$", shown, re.MULTILINE), words


def test_help_refers_to_existing_documentation(call: Call) -> None:
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", (ROOT / "docs" / "cli.md").read_text("utf-8"), re.MULTILINE)
    }
    commands = [tuple(path.split()[1:]) for path, _ in iter_commands(ocli)]
    for words in [(), ("emulator",), *list_groups(ocli), *commands]:
        shown = " ".join(call(*words, "--help").stdout.split())
        places = re.findall(r"docs/\w+\.md(?:#[\w-]+)?", shown.rpartition("Documentation: ")[2])
        assert places, words
        for place in places:
            path, _, anchor = place.partition("#")
            assert (ROOT / path).exists(), (words, place)
            assert not anchor or anchor in anchors, (words, place)


def test_the_former_name_of_the_group_works_and_is_hidden(call: Call, tmp_path: Path) -> None:
    done = call("emulator", "status", "--folder", str(tmp_path))
    assert (done.exit_code, done.stderr) == (3, "")
    assert done.stdout == call("local", "status", "--folder", str(tmp_path)).stdout
    assert "emulator" not in call("--help").output
    with click.Context(ocli) as context:
        assert not [item.value for item in ocli.shell_complete(context, "em")]


def test_the_former_name_of_the_extra_is_an_alias() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["optional-dependencies"]["emulator"] == [f"{project['name']}[local]"]


@pytest.mark.parametrize("line", ["", "emulator sta", "local sta"])
def test_the_former_name_is_not_completed(line: str, own_home: Path, process: Callable[..., object]) -> None:
    words = f"ocli {line}"
    done = process(
        more={"_OCLI_COMPLETE": "fish_complete", "COMP_WORDS": words, "COMP_CWORD": words.rsplit(" ", maxsplit=1)[-1]}
    )
    assert done.stderr == ""  # type: ignore[attr-defined]
    found = done.stdout  # type: ignore[attr-defined]
    assert "emulator" not in found
    assert ("local" if not line else "status") in found
