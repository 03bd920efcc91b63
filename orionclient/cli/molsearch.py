"""`ocli molsearch queries`: the hits of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.cli.commands import Command
from orionclient.cli.state import get_state
from orionclient.types import MolsearchQuery

if TYPE_CHECKING:
    from orionclient.cli.resource_commands import CommandKind


def commands(kind: CommandKind) -> list[Command]:
    """Make the commands that only searches have.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """

    def run(number: int) -> None:
        state = get_state()
        hits = MolsearchQuery(session=state.session, id=number).hits()
        state.out.rows(hits, ("dataset", "rank", "record", "score", "title"), key="record")

    return [
        Command(
            "hits",
            params=kind.ids(),
            callback=run,
            help="List what a search has found, the best first.",
            shape="[MolsearchHitInfo]",
            example="ocli molsearch queries hits 1",
        )
    ]
