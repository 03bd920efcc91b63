"""Provide the special command of `ocli workspaces`: list-users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.cli._core.filter_words import FilteredCommand, page_options
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import schema_columns, table_options
from orionclient.types import Workspace

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.commands import Command


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the special commands of workspaces.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """

    def run(resource_id: int, limit: int | None, offset: int) -> None:
        state = get_state()
        users = Workspace(session=state.session, id=resource_id).list_users()
        columns = ("id", "username", "created", "first_name", "last_name", "email")
        state.out.print_rows((user.to_dict() for user in users), columns, limit=limit, offset=offset)

    return [
        FilteredCommand(
            "list-users",
            filters=page_options(),
            params=[*kind.id_arguments(), *table_options(schema_columns("UserInfo"))],
            callback=run,
            help="List the users who can access a workspace.",
            shape="[UserInfo]",
            example="ocli workspaces list-users 1",
        )
    ]
