"""`ocli secrets`: create and update secrets. Values are read from standard input or a hidden prompt, not from the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from orionclient.cli._core import contract_options
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.parameter_types import ResourceIdType
from orionclient.cli._core.resource_commands import report_created
from orionclient.cli._core.state import get_state
from orionclient.types import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli._core.command_kind import CommandKind


def build_commands(kind: CommandKind) -> list[Command]:
    """Create the commands that only secrets have.

    Args:
        kind: The kind of resource.

    Returns:
        The commands.
    """
    return [_create(kind), _update(kind)]


def _read_value() -> str:
    stdin = sys.stdin
    if stdin.isatty():
        return str(click.prompt("Value", hide_input=True, err=True))
    return stdin.read().removesuffix("\n")


def _create(kind: CommandKind) -> Command:
    def run(name: str, description: str | None, project: int | None, tags: Sequence[str], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "create", [f"secret {name!r}"])
            return
        report_created(
            state,
            kind,
            Secret.create(state.session, name, _read_value(), project, description=description, tags=tags or None),
        )

    return Command(
        "create",
        params=[
            click.Argument(["name"]),
            click.Option(["--description"], help="Description of the secret."),
            click.Option(
                ["--project"],
                type=ResourceIdType("project"),
                help="Id of the project. Defaults to the profile's project.",
            ),
            click.Option(["--tag", "tags"], multiple=True, help="Tag to add. Can be given several times."),
            dry_run_option(),
        ],
        callback=run,
        help="Create a secret. The value is read from standard input, or prompted for on a terminal.",
        shape="SecretInfo",
        example="ocli secrets create 'warehouse password' < password.txt",
    )


def _update(kind: CommandKind) -> Command:
    def run(resource_id: int, value: bool, dry_run: bool, **values: object) -> None:
        state = get_state()
        changes = contract_options.drop_omitted(values)
        if not changes and not value:
            raise click.UsageError("nothing to change: give at least one option")
        if dry_run:
            print_plan(state, "update", [f"secret {resource_id}"])
            return
        secret = Secret(session=state.session, id=resource_id)
        if value:
            secret.set_value(_read_value())
        if changes:
            state.session.update_resource(secret, {}, extra_body=changes)
        state.out.print_item(secret.to_dict(), sentence=f"Updated {describe('secret', secret.to_dict())}")

    fields = [each for each in contract_options.get_fields("update_secret") if each.name != "value"]
    return Command(
        "update",
        params=[
            *kind.id_arguments(),
            *fields,
            click.Option(["--value"], is_flag=True, help="Replace the value by one read from standard input."),
            dry_run_option(),
        ],
        callback=run,
        help="Change a secret.",
        shape="SecretInfo",
        example="ocli secrets update 1 --value < password.txt",
    )
