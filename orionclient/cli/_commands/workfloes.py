"""Provide the special command of `ocli workfloes`: list-classifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.cli._core import contract_options
from orionclient.cli._core.filter_words import FilteredCommand, limit_option
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import schema_columns, table_options
from orionclient.types import WorkFloeSpec

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.commands import Command


def build_commands(kind: CommandKind) -> list[Command]:  # noqa: ARG001 - the interface of the special commands of a kind
    """Create the commands that only floes have.

    Args:
        kind: The kind of resource.

    Returns:
        The commands.
    """

    def run(limit: int | None, **values: Any) -> None:
        state = get_state()
        filters: Any = contract_options.drop_omitted(values)
        offset = filters.pop("offset", 0)
        found = WorkFloeSpec.list_classifications(state.session, filters)
        state.out.print_rows(found, ("name", "path", "depth", "count"), key="path", limit=limit, offset=offset)

    return [
        FilteredCommand(
            "list-classifications",
            filters=[*contract_options.get_filters("list_classifications"), limit_option()],
            params=table_options(schema_columns("ClassificationInfo")),
            callback=run,
            help="List the tree of classifications of the ready floes.",
            shape="[ClassificationInfo]",
            example="ocli workfloes list-classifications depth=1",
        )
    ]
