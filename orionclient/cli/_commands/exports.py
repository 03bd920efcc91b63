"""Provide the special command of `ocli exports`: download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.cli._commands.downloads import build_download_command

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.commands import Command


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the special commands of exports.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [build_download_command(kind)]
