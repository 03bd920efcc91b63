"""Other names of commands and groups: they work as the published ones do, and nothing lists them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cli.conftest import Call

from orionclient.cli._core.commands import Command, CommandGroup, SuggestingGroup
from orionclient.cli._core.reference import iter_commands
from orionclient.cli._core.root import ocli


def iter_aliases(group: SuggestingGroup, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the words of each alias of a command or group, and the words of the published one."""
    context = click.Context(group)
    for alias, name in group.canonical_names.items():
        command = group.get_command(context, name)
        published = command.published if isinstance(command, Command) and command.published else f"{path}{name}"
        yield f"{path}{alias}", published
    for name, hidden in group.hidden_commands.items() if isinstance(group, CommandGroup) else ():
        yield f"{path}{name}", hidden.published
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, SuggestingGroup):
            yield from iter_aliases(command, f"{path}{name} ")


ALIASES = dict(iter_aliases(ocli))
COMMANDS = {path.removeprefix("ocli "): command for path, command in iter_commands(ocli)}
# Each command of a group by the other name of the group as well.
RENAMED = {alias: published for alias, published in ALIASES.items() if published in COMMANDS} | {
    f"{alias}{path.removeprefix(published)}": path
    for alias, published in ALIASES.items()
    for path in COMMANDS
    if path.startswith(f"{published} ")
}


def find(words: str) -> tuple[click.Command, click.Context]:
    context = click.Context(ocli, info_name="ocli")
    command: click.Command = ocli
    rest = words.split()
    while rest:
        assert isinstance(command, click.Group)
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, click.Context(found, info_name=name, parent=context)
    return command, context


@pytest.mark.parametrize(("alias", "published"), RENAMED.items(), ids=RENAMED)
def test_an_alias_is_the_published_command(alias: str, published: str) -> None:
    (own, _), (other, _) = find(alias), find(published)
    assert isinstance(own, Command)
    assert isinstance(other, Command)
    assert own.callback is other.callback or own.callback.__code__ is other.callback.__code__  # type: ignore[union-attr]
    assert (own.shape, own.help, own.example) == (other.shape, other.help, other.example)
    assert [each.to_info_dict() for each in own.params] == [each.to_info_dict() for each in other.params]


def test_known_aliases() -> None:
    # Names that were in use before they were published under others.
    expected = {
        "files show": "files info",
        "secrets shares": "secrets list-shares",
        "jobs export": "jobs export-params",
        "shards list": "collections list-shards",
        "shards show": "collections info-shard",
        "shards download": "collections download-shards",
        "shards delete": "collections delete-shards",
        "molsearch databases": "molsearch db",
        "molsearch queries": "molsearch query",
        "molsearch query hits": "molsearch query list-results",
        "links show": "links info",
        "floes": "workfloes",
        "emulator": "local",
    }
    assert {alias: ALIASES.get(alias) for alias in expected} == expected
    assert not [path for path in COMMANDS if path.split()[-1] == "show"]


def test_help_and_completion_list_the_published_names_alone(call: Call) -> None:
    for alias, published in ALIASES.items():
        (group, _, name), (_, context) = alias.rpartition(" "), find(alias.rpartition(" ")[0])
        shown = call(*group.split(), "--help").stdout
        assert f"\n  {name} " not in shown, alias
        assert not [each.value for each in context.command.shell_complete(context, name) if each.value == name], alias
        help_of_alias = call(*alias.split(), "--help").stdout
        assert help_of_alias.partition("\n")[2] == call(*published.split(), "--help").stdout.partition("\n")[2]


def test_the_documentation_has_no_alias() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_bytes().decode()
    for alias in RENAMED:
        assert f"### ocli {alias}\n" not in page
