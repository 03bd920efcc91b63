"""Base classes of the commands and groups of `ocli`, and the global options."""

from __future__ import annotations

import copy
import functools
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

import click

from orionclient.cli._core.parameter_types import Choice, FloatRange, complete_profiles, find_items
from orionclient.cli._core.state import FORMATS, MAX_RETRIES, PROFILE, TIMEOUT, State
from orionclient.cli._core.streams import echo
from orionclient.cli._core.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Settings of the context of every command.
CONTEXT_SETTINGS: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_DOCUMENTATION: Final = "docs/cli.md"
#: Group -> the guide that its help refers to.
_GUIDES: Final = {
    "jobs": "docs/floes.md",
    "local": "docs/faults.md",
    "packages": "docs/floes.md",
    "workfloes": "docs/floes.md",
}


def _check_profile_name(name: str) -> str:
    # Taken as omitted, an unset shell variable would select the default profile, or replace it.
    if not name:
        raise click.BadParameter("the name of the profile is empty", param_hint="'--profile'")
    return name


# Click finds the order in which options were given by their identity.
@functools.cache
def common_options(*, hidden: bool) -> Sequence[click.Option]:
    """Create the global options.

    Args:
        hidden: True for the ones accepted after a command, which its help does not list.

    Returns:
        The options. Their callbacks store the values in the `State`.
    """

    def option(
        *names: str, store: str, value_of: Callable[[Any], Any] = lambda value: value, **settings: Any
    ) -> click.Option:
        def callback(context: click.Context, parameter: click.Parameter, value: Any) -> None:
            source = context.get_parameter_source(str(parameter.name))
            if value is not None and source is not click.core.ParameterSource.DEFAULT:
                setattr(State.from_context(context), store, value_of(value))

        shown = "default" in settings
        return click.Option(
            names, expose_value=False, hidden=hidden, is_eager=True, show_default=shown, callback=callback, **settings
        )

    return [
        option(
            "--timeout",
            store="timeout",
            type=FloatRange(0, min_open=True),
            default=int(TIMEOUT),
            metavar="SECONDS",
            help="Timeout of a request. Raise it for slow connections and large uploads.",
        ),
        option(
            *("--json", "as_json"),
            store="format",
            value_of=lambda _: "json",
            is_flag=True,
            help="Print JSON. Short for --format json.",
        ),
        option(
            "--profile",
            store="profile",
            value_of=_check_profile_name,
            metavar="NAME",
            default=PROFILE,
            help="Name of the profile to use.",
            shell_complete=complete_profiles,
        ),
        option(
            "--max-retries",
            store="max_retries",
            type=click.IntRange(0),
            default=MAX_RETRIES,
            metavar="COUNT",
            help="Retries after a connection error, a 404 or a temporary server error, with exponential back-off. Transfers of shard "
            "content have their own retry policy.",
        ),
        option(
            *("--format", "output_format"),
            store="format",
            type=Choice(FORMATS),
            help="Output format. Defaults to table. Of --format and --json, the last one applies.",
        ),
        option("-q", "--quiet", store="quiet", is_flag=True, help="Print ids only, and no progress."),
        option(
            "--no-color",
            store="color",
            value_of=lambda _: False,
            is_flag=True,
            help="Disable colour, as NO_COLOR does.",
        ),
        option("--debug", store="debug", is_flag=True, help="Show the traceback of an error."),
    ]


class Command(click.Command):
    """A command of `ocli`.

    Args:
        name: Name of the command.
        example: A call that works on a local Orion with the demo data. The help shows it, and the tests run it.
        shape: What --json prints: the name of a schema of the contract (in [brackets] for a list), or a schema.
        aliases: Other names in its group, which work and are not listed.
        **settings: Arguments of `click.Command`.

    Attributes:
        example: The example.
        shape: The shape of the JSON output.
        aliases: The other names.
        published: Its words after `ocli` if it is the hidden alias of a command of another group, else empty.
    """

    published: str = ""

    def __init__(
        self, name: str, *, example: str, shape: str | Mapping[str, Any], aliases: Sequence[str] = (), **settings: Any
    ) -> None:
        settings["context_settings"] = {**CONTEXT_SETTINGS, **settings.get("context_settings", {})}
        super().__init__(name, **settings)
        self.example = example
        self.shape = shape
        self.aliases = aliases

    def place_in(self, group: str, name: str) -> tuple[Command, Command]:
        """Publish the command in another group.

        Args:
            group: The words of the group.
            name: The name of the command in it.

        Returns:
            The published command, and this command as its hidden alias.
        """
        published, alias = copy.copy(self), copy.copy(self)
        published.name = name
        published.aliases = ()
        alias.published = f"{group} {name}"
        return published, alias

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Add the global options, except those whose names the command uses itself."""
        own = super().get_params(ctx)
        taken = {name for parameter in own for name in (*parameter.opts, *parameter.secondary_opts)}
        return [*own, *(option for option in common_options(hidden=True) if not taken & {*option.opts})]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, and record the command of an error."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            # Click leaves it out for an option without its value.
            error.ctx = error.ctx or ctx
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Record which command runs, for the hints of errors, find the items given by path, and run it."""
        state = State.from_context(ctx)
        state.command, state.context = ctx.command_path, ctx
        find_items(ctx)
        return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example and where the documentation is."""
        with formatter.section("Example"):
            formatter.write_text(self.example)
        formatter.write_paragraph()
        formatter.write_text("The global options (ocli --help) may also follow the command.")
        words = ["ocli", *self.published.split()] if self.published else _list_names(ctx)
        formatter.write_text(f"Documentation: {_DOCUMENTATION}#{'-'.join(words)}")


class MissingCommand(click.UsageError):
    """Options were given, but no command. The help of the group follows the message."""


@click.pass_context
def _require_command(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        raise MissingCommand("missing command", context)


class SuggestingGroup(click.Group):
    """A group that prints its help when it is called without arguments, and suggests names for an unknown command.

    Help, completion, suggestions and documentation have the published names alone; the aliases work everywhere.

    Attributes:
        unknown_noun: What the message about an unknown name calls it.
        canonical_names: Alias of a command -> its published name.
    """

    unknown_noun: ClassVar[str] = "command"
    canonical_names: Mapping[str, str] = MappingProxyType({})

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(name, invoke_without_command=True, callback=_require_command, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Without any, print the help on standard output and exit with code 0."""
        if not args and not ctx.resilient_parsing:
            echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name or call by an alias; suggest the closest ones if it is unknown."""
        try:
            return super().resolve_command(
                ctx, [*(self.canonical_names.get(each, each) for each in args[:1]), *args[1:]]
            )
        except click.UsageError:
            if ctx.resilient_parsing or not args or args[0].startswith("-"):
                raise
            suggestion = suggest(
                args[0], self.list_commands(ctx), f"{self.unknown_noun}s", aliases=self.canonical_names
            )
            raise click.UsageError(f"unknown {self.unknown_noun} {args[0]!r}. {suggestion}".rstrip(), ctx) from None


class CommandGroup(SuggestingGroup):
    """A group of `ocli`: a kind of resource, or a tool.

    Args:
        name: Name of the group.
        commands: Its commands.
        hidden: Commands that other groups publish, as `Command.place_in` returns them.
        aliases: Other names of the group, which work and are not listed.
        **settings: Arguments of `click.Group`.

    Attributes:
        hidden_commands: Name -> hidden command.
        aliases: The other names.
    """

    def __init__(
        self,
        name: str,
        commands: Sequence[click.Command] = (),
        *,
        hidden: Sequence[Command] = (),
        aliases: Sequence[str] = (),
        **settings: Any,
    ) -> None:
        settings.setdefault("context_settings", CONTEXT_SETTINGS)
        super().__init__(name, commands=list(commands), **settings)
        self.aliases = aliases
        self.hidden_commands = {str(each.name): each for each in hidden}
        self.canonical_names = {
            alias: str(each.name)
            for each in (*commands, *hidden)
            if isinstance(each, Command | CommandGroup)
            for alias in each.aliases
        }

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a listed or hidden command by its name."""
        return super().get_command(ctx, cmd_name) or self.hidden_commands.get(cmd_name)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Accept the global options after the name of the group too."""
        return [*super().get_params(ctx), *common_options(hidden=True)]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write where the help of the commands and the documentation are."""
        anchor = "-".join(_list_names(ctx)[:2])
        places = [f"{_DOCUMENTATION}#{anchor}", *([_GUIDES[self.name]] if self.name in _GUIDES else [])]
        formatter.write_paragraph()
        formatter.write_text(f"Run '{ctx.command_path} COMMAND --help' for options and an example.")
        formatter.write_text(f"Documentation: {', '.join(places)}")


def _list_names(context: click.Context) -> list[str]:
    """List the canonical names from `ocli` to a group or command; the documentation has no aliases."""
    names = []
    while context.parent is not None:
        names.append(str(context.command.name))
        context = context.parent
    return ["ocli", *reversed(names)]
