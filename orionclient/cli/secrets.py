"""`ocli secrets`: values come from standard input or a hidden question, never from the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from orionclient.cli import contract_options
from orionclient.cli.commands import Command
from orionclient.cli.completion_types import IdOf
from orionclient.cli.confirmation import dry_run, planned
from orionclient.cli.resource_commands import made
from orionclient.cli.state import current
from orionclient.types import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli.resource_commands import Kind


def commands(kind: Kind) -> list[Command]:
    """Make the commands that only secrets have.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [_create(kind), _update(kind)]


def _value() -> str:
    stdin = sys.stdin
    if stdin.isatty():
        return str(click.prompt("Value", hide_input=True, err=True))
    return stdin.read().removesuffix("\n")


def _create(kind: Kind) -> Command:
    def run(name: str, description: str | None, project: int | None, tags: Sequence[str], dry_run: bool) -> None:
        state = current()
        if dry_run:
            planned(state, "create", [f"secret {name!r}"])
            return
        made(
            state,
            kind,
            Secret.create(state.session, name, _value(), project, description=description, tags=tags or None),
        )

    return Command(
        "create",
        params=[
            click.Argument(["name"]),
            click.Option(["--description"], help="Free text."),
            click.Option(
                ["--project"], type=IdOf("project"), help="Project to put it in; that of the profile without it."
            ),
            click.Option(["--tag", "tags"], multiple=True, help="Tag to give it; may be repeated."),
            dry_run(),
        ],
        callback=run,
        help="Keep a value, which is read from standard input; on a terminal it is asked for.",
        shape="SecretInfo",
        example="ocli secrets create 'warehouse password' < password.txt",
    )


def _update(kind: Kind) -> Command:
    def run(number: int, value: bool, dry_run: bool, **values: object) -> None:
        state = current()
        changes = contract_options.given(values)
        if not changes and not value:
            raise click.UsageError("nothing to change was given")
        if dry_run:
            planned(state, "update", [f"secret {number}"])
            return
        secret = Secret(session=state.session, id=number)
        if value:
            secret.set_value(_value())
        if changes:
            state.session.update_resource(secret, changes)
        state.out.one(secret.to_dict(), sentence=f"Updated secret {number}")

    fields = [each for each in contract_options.fields_of("update_secret") if each.name != "value"]
    return Command(
        "update",
        params=[
            *kind.ids(),
            *fields,
            click.Option(["--value"], is_flag=True, help="Read another value from standard input."),
            dry_run(),
        ],
        callback=run,
        help="Change a secret.",
        shape="SecretInfo",
        example="ocli secrets update 1 --value < password.txt",
    )
