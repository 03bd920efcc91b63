"""Provide the special commands of `ocli molsearch db`: create and update, with the published name of an option, and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orionclient.cli._core.log_commands import build_logs_command
from orionclient.cli._core.resource_commands import build_create_command, build_update_command

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.commands import Command

# The published name of the option for the name.
_NAME: Final = "--display-name"


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the special commands of databases.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    changing = [build_create_command(kind), build_update_command(kind)]
    for command in changing:
        for param in command.params:
            if param.name == "name":
                param.opts.insert(0, _NAME)
    return [*changing, build_logs_command(kind, until="the database is no longer being loaded")]
