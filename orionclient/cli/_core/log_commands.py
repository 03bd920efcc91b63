"""Build the command that prints the log of a resource."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from orionclient.cli._core.commands import Command
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import get_state

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind


def build_logs_command(kind: CommandKind, *, until: str) -> Command:
    """Make the command that prints a log.

    Args:
        kind: The kind, whose class has a method `logs`.
        until: When the log ends, for the help, for example ``"the job is complete"``.

    Returns:
        The command.
    """

    def run(resource_id: int, follow: bool) -> None:
        state = get_state()
        resource: Any = kind.kind(session=state.session, id=resource_id)
        lines = resource.logs(follow=follow)
        if state.form == "json":
            state.out.print_item({kind.name: resource_id, "lines": list(lines)})
        elif state.form == "jsonl":
            state.out.print_rows(({"line": line} for line in lines), ("line",))
        else:
            # Control characters are escaped for a terminal; a pipe receives the log unchanged.
            safe = escape_control_characters if sys.stdout.isatty() else str
            for line in lines:
                state.out.write(safe(line))
                sys.stdout.flush()

    return Command(
        "logs",
        params=[
            *kind.id_arguments(),
            click.Option(["-f", "--follow"], is_flag=True, help=f"Print new lines until {until}."),
        ],
        callback=run,
        help=f"Print the log of {kind.article}.",
        shape=object_of(**{kind.name: "integer"}, lines={"type": "array", "items": {"type": "string"}}),
        example=kind.format_example("logs"),
    )
