"""`ocli tokens`: create, show and update API tokens. The value of a token is shown only when it is created."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.resource_commands import report_created
from orionclient.cli._core.state import get_state
from orionclient.types import Token

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind


def build_commands(kind: CommandKind) -> list[Command]:
    """Create the commands that only tokens have.

    Args:
        kind: The kind of resource.

    Returns:
        The commands.
    """
    return [_create(kind), _info(kind), _update(kind)]


def _create(kind: CommandKind) -> Command:
    def run(description: str, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "create", [f"token {description!r}"])
            return
        token = Token.create(state.session, description)
        report_created(state, kind, token, token=token.value)
        if state.form == "table":
            state.out.write(escape_control_characters(token.value))

    return Command(
        "create",
        params=[click.Argument(["description"]), dry_run_option()],
        callback=run,
        help="Create a token. The value is shown only once.",
        shape="CreatedToken",
        example="ocli tokens create 'nightly run'",
    )


def _info(kind: CommandKind) -> Command:
    def run(resource_id: int | None) -> None:
        state = get_state()
        if resource_id is None:
            found = [each.to_dict() for each in state.session.list_resources(Token)]
        else:
            found = [state.session.get_resource(Token, resource_id).to_dict()]
        state.out.print_rows(found, kind.columns, published=kind.published)

    (argument,) = kind.id_arguments()
    argument.required = False
    return Command(
        "info",
        aliases=("show",),
        params=[argument],
        callback=run,
        help="Show a token, or all tokens if ID is omitted. The values are not shown.",
        shape="[TokenInfo]",
        example="ocli tokens info 1",
    )


def _update(kind: CommandKind) -> Command:
    def run(resource_id: int, description: str | None, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "update", [f"token {resource_id}"])
            return
        if description is None:
            description = click.prompt("Description", err=True)
        token = Token(session=state.session, id=resource_id)
        state.session.update_resource(token, {"description": description})
        state.out.print_item(token.to_dict(), sentence=f"Updated token {resource_id}")

    return Command(
        "update",
        params=[
            *kind.id_arguments(),
            click.Option(["--description"], help="Purpose of the token. Prompted for if omitted."),
            dry_run_option(),
        ],
        callback=run,
        help="Change the description of a token.",
        shape="TokenInfo",
        example="ocli tokens update 1 --description 'nightly run'",
    )
