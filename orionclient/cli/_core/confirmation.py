"""Provide confirmation prompts and the output of `--dry-run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from orionclient.cli._core.shapes import list_of
from orionclient.cli._core.streams import escape_unencodable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orionclient.cli._core.state import State

#: Schema of the JSON output of a dry run.
PLAN: Final = list_of(would="string")


def dry_run_option() -> click.Option:
    """Make the option --dry-run.

    Returns:
        The option.
    """
    return click.Option(["--dry-run"], is_flag=True, help="Print what would be done, without doing it.")


def yes_option() -> click.Option:
    """Make the option --yes.

    Returns:
        The option.
    """
    return click.Option(["-y", "--yes"], is_flag=True, help="Do not ask for confirmation.")


def confirm(question: str, *, sure: bool) -> None:
    """Ask for confirmation on the terminal.

    Args:
        question: The question.
        sure: True if --yes was given; then nothing is asked.

    Raises:
        UsageError: Standard input is not a terminal.
        Abort: The user did not confirm.
    """
    if sure:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Cannot ask for confirmation without a terminal: give --yes")
    click.confirm(escape_unencodable(question, sys.stderr), abort=True, err=True)


def print_plan(state: State, verb: str, what: Iterable[str]) -> None:
    """Print what would be done.

    Args:
        state: The options.
        verb: What would be done.
        what: The objects of the verb, one for each step.
    """
    steps = [f"{verb} {each}" for each in what]
    state.out.print_results([{"would": step} for step in steps], [f"Would {step}" for step in steps], key="would")
