"""Filters as words KEY=VALUE behind commands that list, in addition to options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from orionclient.cli._core.commands import Command
from orionclient.cli._core.parameter_types import ParameterType
from orionclient.cli._core.table_options import UnknownName, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORDS: Final = "filter_words"


class FilteredCommand(Command):
    """A command with filters, each of which is an option and a word ``KEY=VALUE``.

    A key is the name of an option with underscores, for example ``order_by`` for ``--order-by``. Values have the type of the option; those
    of an option that can be given several times are separated by commas. A filter is given once, either as a word or as an option.

    Args:
        name: Name of the command.
        filters: The options that are filters.
        params: The other parameters.
        **settings: Arguments of `Command`.
    """

    def __init__(
        self, name: str, *, filters: Sequence[click.Option], params: Sequence[click.Parameter] = (), **settings: Any
    ) -> None:
        self._filters = {
            flag[2:].replace("-", "_"): option for option in filters for flag in option.opts if flag.startswith("--")
        }
        arguments = [each for each in params if isinstance(each, click.Argument)]
        words = click.Argument([_WORDS], nargs=-1, metavar="[KEY=VALUE]...", type=_WordType(self._filters))
        others = [each for each in params if not isinstance(each, click.Argument)]
        super().__init__(name, params=[*arguments, words, *filters, *others], **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, and store the values of words as those of the options."""
        rest = super().parse_args(ctx, args)
        words = ctx.params.pop(_WORDS, None) or ()
        if not ctx.resilient_parsing:
            for word in words:
                self._store(ctx, word)
        return rest

    def _store(self, context: click.Context, word: str) -> None:
        key, equals, value = word.partition("=")
        option = self._filters.get(key)
        if not equals:
            raise click.UsageError(f"{shorten(word)} is not a filter of the form KEY=VALUE", context)
        if option is None:
            names = dict.fromkeys(_get_key(each) for each in self._filters.values())
            raise UnknownName("filter", key, list(names), context)
        name = str(option.name)
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            advice = f"; give several values as {key}=A,B" if option.multiple else ""
            raise click.UsageError(f"the filter {_get_key(option)!r} is given twice{advice}", context)
        context.set_parameter_source(name, ParameterSource.COMMANDLINE)
        values = value.split(",") if option.multiple else [value]
        if "" in values:
            raise click.UsageError(f"{shorten(word)} has an empty value", context)
        try:
            converted = [option.type.convert(each, option, context) for each in values]
        except click.BadParameter as error:
            raise click.BadParameter(error.message, context, param_hint=shorten(word)) from None
        context.params[name] = tuple(converted) if option.multiple else converted[0]


def limit_option() -> click.Option:
    """Make the option --limit.

    Returns:
        The option.
    """
    return click.Option(["--limit"], type=click.IntRange(0), help="List at most this many items. Defaults to all.")


def page_options() -> list[click.Option]:
    """Make the options --limit and --offset of a command that applies them itself.

    Returns:
        The options.
    """
    offset = click.Option(["--offset"], type=click.IntRange(0), default=0, help="Count of items to skip.")
    return [limit_option(), offset]


def _get_key(option: click.Option) -> str:
    """Return the key to list: the longest name of the option, for example `tags` of `--tag` and `--tags`."""
    return max(option.opts, key=len)[2:].replace("-", "_")


class _WordType(ParameterType):
    """A filter ``KEY=VALUE``."""

    name = "filter"

    def __init__(self, filters: Mapping[str, click.Option]) -> None:
        self._filters = filters

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete a key, or a value of a filter."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        key, equals, value = incomplete.partition("=")
        if not equals:
            keys = {_get_key(option): option for option in self._filters.values()}
            return [CompletionItem(f"{each}=", help=keys[each].help) for each in keys if each.startswith(key)]
        option = self._filters.get(key)
        if option is None:
            return []
        before, comma, last = value.rpartition(",") if option.multiple else ("", "", value)
        if option.is_flag:
            found = [CompletionItem(each) for each in ("true", "false") if each.startswith(last)]
        else:
            found = option.type.shell_complete(ctx, option, last)
        return [CompletionItem(f"{key}={before}{comma}{item.value}", help=item.help) for item in found]
