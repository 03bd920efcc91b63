"""Provide the special command of `ocli services task`: logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.cli._core.log_commands import build_logs_command

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.commands import Command


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the special commands of service tasks.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [build_logs_command(kind, until="the task is stopped or has failed")]
