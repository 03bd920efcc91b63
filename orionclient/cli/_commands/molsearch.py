"""Provide the special command of `ocli molsearch query`: list-results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient.cli._core.commands import Command
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import schema_columns, table_options
from orionclient.types import MolsearchQuery

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the special commands of searches.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """

    def run(resource_id: int) -> None:
        state = get_state()
        hits = MolsearchQuery(session=state.session, id=resource_id).hits()
        state.out.print_rows(hits, ("record", "title", "rank", "score", "dataset"), key="record")

    return [
        Command(
            "list-results",
            aliases=("hits",),
            params=[*kind.id_arguments(), *table_options(schema_columns("MolsearchHitInfo"))],
            callback=run,
            help="List the hits of a search. They are sorted by rank.",
            shape="[MolsearchHitInfo]",
            example="ocli molsearch query list-results 1",
        )
    ]
