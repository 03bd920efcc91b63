"""Questions before something is lost, and what `--dry-run` says in place of doing it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orionclient.cli.state import State

#: What --json prints of a dry run.
PLAN: Final[dict[str, Any]] = {
    "type": "array",
    "items": {"type": "object", "required": ["would"], "properties": {"would": {"type": "string"}}},
}


def dry_run_option() -> click.Option:
    """Make the option --dry-run.

    Returns:
        The option.
    """
    return click.Option(["--dry-run"], is_flag=True, help="Say what would be done, and do nothing.")


def yes_option() -> click.Option:
    """Make the option --yes.

    Returns:
        The option.
    """
    return click.Option(["-y", "--yes"], is_flag=True, help="Do not ask.")


def confirm(question: str, *, sure: bool) -> None:
    """Ask, unless the response is there.

    Args:
        question: The question.
        sure: True where --yes was given.

    Raises:
        UsageError: Nobody can be asked.
        Abort: The response is no.
    """
    if sure:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody can be asked here: give --yes")
    click.confirm(question, abort=True, err=True)


def print_plan(state: State, verb: str, what: Iterable[str]) -> None:
    """Print what would be done.

    Args:
        state: The options.
        verb: What would be done.
        what: To what.
    """
    steps = [f"{verb} {each}" for each in what]
    state.out.done([{"would": step} for step in steps], [f"Would {step}" for step in steps], key="would")
