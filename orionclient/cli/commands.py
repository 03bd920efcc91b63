"""Commands and groups of ours: global options after the command too, an example in every help, groups that load when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli.state import FORMATS, MAX_RETRIES, PROFILE, TIMEOUT, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Generic for type checkers since click 8.5, and not at run time before.
if TYPE_CHECKING:
    ParameterType = click.ParamType[Any]
else:
    ParameterType = click.ParamType

_SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_REPEATED_OPTIONS: Final = "The global options (ocli --help) may also stand after the command."


def _store_option(name: str, value_of: Callable[[Any], Any] = lambda value: value) -> Callable[..., None]:
    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        source = context.get_parameter_source(str(parameter.name))
        if value is not None and source is not click.core.ParameterSource.DEFAULT:
            setattr(State.of(context), name, value_of(value))

    return keep


def common_options(*, hidden: bool) -> list[click.Option]:
    """Make the global options.

    Args:
        hidden: True for those that stand after a command.

    Returns:
        The options; what they say goes to the state.
    """
    none: dict[str, Any] = {"expose_value": False, "hidden": hidden, "is_eager": True}
    shown: dict[str, Any] = {**none, "show_default": True}
    return [
        click.Option(
            ["--timeout"],
            type=click.FloatRange(0, min_open=True),
            default=int(TIMEOUT),
            callback=_store_option("timeout"),
            help="Seconds for one request; raise it for slow links and big uploads.",
            **shown,
        ),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            callback=_store_option("format", lambda _: "json"),
            help="JSON instead of text.",
            **none,
        ),
        click.Option(
            ["--profile"],
            default=PROFILE,
            callback=_store_option("profile"),
            help="Profile to use.",
            shell_complete=_profiles,
            **shown,
        ),
        click.Option(
            ["--max-retries"],
            type=click.IntRange(0),
            default=MAX_RETRIES,
            callback=_store_option("max_retries"),
            help="Retries after a broken connection, a 404 or a passing fault of the server, with increasing back-off; the content of "
            "shards has its own.",
            **shown,
        ),
        click.Option(
            ["--format", "output_format"],
            type=click.Choice(FORMATS),
            callback=_store_option("format"),
            help="Form of the output.",
            **none,
        ),
        click.Option(
            ["-q", "--quiet"], is_flag=True, callback=_store_option("quiet"), help="Ids only, and no progress.", **none
        ),
        click.Option(
            ["--no-color"],
            is_flag=True,
            callback=_store_option("color", lambda _: False),
            help="No colour, as with NO_COLOR.",
            **none,
        ),
        click.Option(
            ["--debug"], is_flag=True, callback=_store_option("debug"), help="Show where an error came from.", **none
        ),
    ]


def _profiles(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from orionclient.cli.completion_types import complete_profiles  # noqa: PLC0415

    return complete_profiles(incomplete)


class Command(click.Command):
    """A command of `ocli`.

    Args:
        name: Its name.
        example: A call that works on a local Orion with the demo data; shown by --help and run by the tests.
        shape: What --json prints: name of a schema of the contract (in [brackets] for a list), or a schema.
        **settings: Those of click.

    Attributes:
        example: The call.
        shape: The shape.
    """

    def __init__(self, name: str, *, example: str, shape: str | Mapping[str, Any], **settings: Any) -> None:
        settings["context_settings"] = {**_SETTINGS, **settings.get("context_settings", {})}
        super().__init__(name, **settings)
        self.example = example
        self.shape = shape

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Add the global options, but those whose names the command uses itself."""
        own = super().get_params(ctx)
        taken = {name for parameter in own for name in (*parameter.opts, *parameter.secondary_opts)}
        return [*own, *(option for option in common_options(hidden=True) if not taken & {*option.opts})]

    def invoke(self, ctx: click.Context) -> Any:
        """Note which command runs, for hints."""
        State.of(ctx).command = ctx.command_path
        return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Show the example."""
        with formatter.section("Example"):
            formatter.write_text(self.example)
        formatter.write_paragraph()
        formatter.write_text(_REPEATED_OPTIONS)


class CommandGroup(click.Group):
    """A group of `ocli`: a kind of resource, or a tool.

    Args:
        name: Its name.
        commands: Its commands.
        **settings: Those of click.
    """

    def __init__(self, name: str, commands: Sequence[click.Command] = (), **settings: Any) -> None:
        settings.setdefault("context_settings", _SETTINGS)
        super().__init__(name, commands=list(commands), **settings)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Let the global options stand after the name of the group too."""
        return [*super().get_params(ctx), *common_options(hidden=True)]
