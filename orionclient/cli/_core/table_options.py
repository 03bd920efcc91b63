"""Provide the options --columns and --sort of commands that list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core.contract_options import load_contract
from orionclient.cli._core.parameter_types import ParameterType
from orionclient.cli._core.state import State
from orionclient.cli._core.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_SHOWN: Final = 40


class UnknownName(click.UsageError):
    """A command has no column or filter of that name.

    Args:
        noun: What has the name.
        name: The name.
        known: The known names.
        context: The context of the command.

    Attributes:
        hint: The known names, for the line after the error.
    """

    def __init__(self, noun: str, name: str, known: Sequence[str], context: click.Context | None) -> None:
        suggestion = suggest(name, known, f"{noun}s", listed=())
        super().__init__(". ".join(filter(None, (f"unknown {noun} {shorten(name)}", suggestion))), context)
        self.hint: str = f"the {noun}s are {', '.join(known)}"


def shorten(word: str) -> str:
    """Quote a word of the command line for a message.

    Args:
        word: The word.

    Returns:
        The word in quotes, shortened to 40 characters.
    """
    return repr(word if len(word) <= _MAX_SHOWN else word[: _MAX_SHOWN - 1] + "…")


def schema_columns(schema: str) -> list[str]:
    """List the fields of a schema of the contract.

    Args:
        schema: Its name.

    Returns:
        The names, in the order of the contract.
    """
    return list(load_contract()["components"]["schemas"][schema]["properties"])


def table_options(known: Sequence[str], *, default: str | None = None) -> list[click.Option]:
    """Make the options --columns and --sort.

    Args:
        known: Names of all columns.
        default: Column that the command sorts by if --sort is omitted. If None, rows stay in the order of the server.

    Returns:
        The options; `State.out` applies them.
    """
    names = ", ".join(known)
    return [
        click.Option(
            ["--columns"],
            type=_ColumnsType(known),
            callback=_store_columns,
            expose_value=False,
            help=f"Columns to show, separated by commas. Available: {names}.",
        ),
        click.Option(
            ["--sort"],
            type=_SortType(known),
            callback=_store_sort,
            expose_value=False,
            help="Column to sort by; -COLUMN sorts in descending order. All rows are fetched before the first is printed."
            f"{f' Defaults to {default}.' if default else ''}",
        ),
    ]


def _store_columns(context: click.Context, _parameter: click.Parameter, value: list[str] | None) -> None:
    state = State.from_context(context)
    state.has_columns = True
    if value is None:
        return
    if state.form == "ids" and not context.resilient_parsing:
        raise click.UsageError(
            "--columns cannot be combined with --format ids or --quiet, which print ids only", context
        )
    state.columns = value


def _store_sort(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        State.from_context(context).sort = value


class _ColumnType(ParameterType):
    """The name of a column."""

    name = "column"

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known

    def _check(self, name: str, ctx: click.Context | None) -> str:
        if name in self._known:
            return name
        raise UnknownName("column", name, self._known, ctx)

    def _complete(self, prefix: str, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        return [CompletionItem(prefix + name) for name in self._known if name.startswith(incomplete)]


class _ColumnsType(_ColumnType):
    """Names of columns, separated by commas."""

    name = "columns"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:  # noqa: ARG002 - click's signature
        """Split the names and check each; a name given twice counts once."""
        if not isinstance(value, str):
            return list(value)
        return list(dict.fromkeys(self._check(name.strip(), ctx) for name in value.split(",")))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete the last name."""
        before, comma, last = incomplete.rpartition(",")
        return self._complete(before + comma, last)


class _SortType(_ColumnType):
    """The name of a column, with ``-`` before it for descending order."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """Check the name."""
        name = str(value).removeprefix("-")
        return str(value).removesuffix(name) + self._check(name, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete the name."""
        name = incomplete.removeprefix("-")
        return self._complete(incomplete.removesuffix(name), name)
