"""`ocli billing`: show the account balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.state import get_state

if TYPE_CHECKING:
    import click


def group(name: str) -> click.Group:
    """Create the group.

    Args:
        name: Name of the group.

    Returns:
        The group.
    """

    def run() -> None:
        state = get_state()
        state.out.print_item(state.session.get_current_balance().to_dict(), key="amount")

    balance = Command(
        "balance",
        callback=run,
        help="Show the balance of your organization.",
        shape="BalanceInfo",
        example="ocli billing balance",
    )
    return CommandGroup(name, [balance], help=GROUPS[name][1])
