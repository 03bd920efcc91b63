"""`ocli cost`: export the costs of the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.cli._commands.report_export import build_cost_export_command
from orionclient.cli._core.commands import CommandGroup
from orionclient.cli._core.root import GROUPS

if TYPE_CHECKING:
    import click


def group(name: str) -> click.Group:
    """Create the group.

    Args:
        name: Name of the group.

    Returns:
        The group.
    """
    return CommandGroup(name, [build_cost_export_command()], help=GROUPS[name][1])
