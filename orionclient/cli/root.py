"""`ocli` itself: the global options, the groups by name, and the end of a call."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from orionclient._version import __version__
from orionclient.cli.commands import _SETTINGS, common_options

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS: Final = "orionclient.cli.kinds"

#: Group -> module that makes it, and what it is for; a module is loaded when its group is used.
GROUPS: Final[dict[str, tuple[str, str]]] = {
    "api": ("orionclient.cli.api", "Send a raw operation by its id."),
    "billing": ("orionclient.cli.billing", "What is left to spend."),
    "collections": (_KINDS, "Named shards of data, written by many workers."),
    "completion": ("orionclient.cli.completion", "Completion for bash, zsh and fish."),
    "config": ("orionclient.cli.config", "Profiles: where Orion is, and who you are."),
    "datasets": (_KINDS, "Ordered records, most of them with a molecule."),
    "doctor": ("orionclient.cli.doctor", "Find out why it does not work."),
    "emulator": ("orionclient.cli.emulator", "A local Orion on this machine."),
    "files": (_KINDS, "Named bytes in a project."),
    "folders": ("orionclient.cli.folders", "Paths under which resources lie."),
    "groups": (_KINDS, "Users under one name, to share with."),
    "jobs": (_KINDS, "Runs of floes."),
    "links": ("orionclient.cli.links", "Small texts that lead back to a resource."),
    "molsearch": (_KINDS, "Search for molecules."),
    "organizations": (_KINDS, "Companies and institutes."),
    "packages": (_KINDS, "Floes of one's own, in an archive."),
    "projects": (_KINDS, "Rooms for the work of a team."),
    "secrets": (_KINDS, "Texts that a project needs and nobody can read."),
    "shards": (_KINDS, "Chunks of data of a collection."),
    "tags": ("orionclient.cli.tags", "Tags of any resource."),
    "tokens": (_KINDS, "What programs sign in with."),
    "uploads": (_KINDS, "Uploads in parts that are under way."),
    "users": (_KINDS, "People with an account."),
    "workfloes": (_KINDS, "Floes that jobs can be started of."),
}
_ALIASES: Final = {"floes": "workfloes"}


class Root(click.Group):
    """The command `ocli`; it knows its groups by name and loads the one that is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the groups."""
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Load a group."""
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in GROUPS:
            return None
        found: click.Command = importlib.import_module(GROUPS[name][0]).group(name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Name the groups without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in GROUPS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the groups where there is none of a name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if not ctx.resilient_parsing and args and not args[0].startswith("-"):
                text = error.format_message().partition(". ")[0].rstrip(".")
                raise click.UsageError(f"{text}. There are: {', '.join(GROUPS)}.", ctx) from None
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete the groups without loading them."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        names = [CompletionItem(name, help=text) for name, (_, text) in GROUPS.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run a call, and end with one of the documented exit codes.

        Args:
            args: What stands after the name; those of the process without it.
            prog_name: The name.
            complete_var: Variable of the environment that asks for completion.
            **extra: Settings of the context.

        Raises:
            SystemExit: Always.
        """
        from orionclient.cli import errors  # noqa: PLC0415

        extra.pop("standalone_mode", None)
        given = sys.argv[1:] if args is None else list(args)
        prog_name = prog_name or "ocli"
        self._main_shell_completion(extra, prog_name, complete_var or "_OCLI_COMPLETE")
        sys.exit(errors.run(self, given, prog_name, extra))


#: The command itself.
ocli: Root = Root(
    "ocli",
    params=[
        *common_options(hidden=False),
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            help="Show the version and exit.",
            callback=lambda ctx, _param, value: _version(ctx, value),
        ),
    ],
    context_settings=_SETTINGS,
    help="The Orion platform from the shell: ocli GROUP COMMAND.",
    epilog="ocli GROUP --help lists the commands of a group, and the help of each command has an example. Exit codes: docs/cli.md.",
)


def _version(context: click.Context, value: Any) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"ocli {__version__}")
        context.exit()
