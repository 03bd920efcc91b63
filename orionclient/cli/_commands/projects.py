"""`ocli projects leave`: end the own membership of a project."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orionclient.cli._core.command_kind import describe, fetch_details
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import get_state
from orionclient.types import Project

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind


def build_commands(kind: CommandKind) -> list[Command]:
    """Create the commands that only projects have.

    Args:
        kind: The kind of resource.

    Returns:
        The commands.
    """
    return [_leave(kind)]


def _leave(kind: CommandKind) -> Command:
    def run(resource_id: int, yes: bool, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "leave", [f"project {resource_id}"])
            return
        project = Project(session=state.session, id=resource_id)
        # The name has to be read before access to it ends.
        shown = describe("project", fetch_details(state, project) if yes or sys.stdin.isatty() else {"id": resource_id})
        confirm(f"Leave {shown}?", sure=yes)
        project.leave()
        state.out.print_item({"id": resource_id, "left": True}, sentence=f"Left {shown}")

    return Command(
        "leave",
        params=[*kind.id_arguments(), yes_option(), dry_run_option()],
        callback=run,
        help="Leave a project: end your membership. Its owner can make you a member again.",
        shape=object_of(id="integer", left={"const": True}),
        example="ocli projects leave 5 --yes",
    )
