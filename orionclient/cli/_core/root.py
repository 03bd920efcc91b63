"""The command `ocli`: its global options, its groups, which are imported when they are used, and its exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from orionclient._version import __version__
from orionclient.cli._core import errors
from orionclient.cli._core.commands import CONTEXT_SETTINGS, SuggestingGroup, common_options
from orionclient.cli._core.streams import prepare_streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli._core.command_kind import CommandKind

_KINDS: Final = "orionclient.cli._commands.kinds"

_FILESYSTEM: Final = "orionclient.cli._commands.filesystem"
_FOLDERS: Final = "Virtual file system"

#: Command of the top level -> as for groups.
COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "ls": (_FILESYSTEM, "List a folder.", _FOLDERS),
    "mkdir": (_FILESYSTEM, "Create folders.", _FOLDERS),
    "cp": (_FILESYSTEM, "Copy items and folders on the server.", _FOLDERS),
    "mv": (_FILESYSTEM, "Move or rename items and folders.", _FOLDERS),
    "head": (_FILESYSTEM, "Print the first records, lines or shards of an item.", _FOLDERS),
    "rm": (_FILESYSTEM, "Move items to the trash, and remove folders.", _FOLDERS),
}
#: Group -> the module that provides it, its description, and the section of the help that lists it.
GROUPS: Final[dict[str, tuple[str, str, str]]] = {
    "collections": (_KINDS, "Manage collections of shards.", "Data"),
    "datasets": (_KINDS, "Manage datasets and their records.", "Data"),
    "files": (_KINDS, "Manage files.", "Data"),
    "folders": ("orionclient.cli._commands.folders", "Manage folders.", "Data"),
    "links": ("orionclient.cli._commands.links", "Create and resolve resource links.", "Data"),
    "molsearch": (_KINDS, "Manage molecule search databases and queries.", "Data"),
    "shards": (_KINDS, "Manage the shards of a collection.", "Data"),
    "tags": ("orionclient.cli._commands.tags", "Manage the tags of resources.", "Data"),
    "uploads": (_KINDS, "Manage unfinished multipart uploads.", "Data"),
    "jobs": (_KINDS, "Start and manage jobs.", "Jobs"),
    "packages": (_KINDS, "Manage floe packages.", "Jobs"),
    "scaling-groups": (_KINDS, "Manage the limits of jobs and services.", "Jobs"),
    "services": (_KINDS, "Manage services and their tasks.", "Jobs"),
    "workfloes": (_KINDS, "Manage floes.", "Jobs"),
    "billing": ("orionclient.cli._commands.billing", "Show the account balance.", "Account"),
    "cost": ("orionclient.cli._commands.cost", "Export the costs of your organization.", "Account"),
    "exports": (_KINDS, "Manage exported reports of jobs and costs.", "Account"),
    "groups": (_KINDS, "Show groups of users.", "Account"),
    "organizations": (_KINDS, "Show organizations.", "Account"),
    "projects": (_KINDS, "Manage projects.", "Account"),
    "secrets": (_KINDS, "Manage secrets.", "Account"),
    "tokens": (_KINDS, "Manage API tokens.", "Account"),
    "users": (_KINDS, "Show users.", "Account"),
    "workspaces": (_KINDS, "Manage workspaces and their users.", "Account"),
    "local": ("orionclient.cli._commands.local", "Manage a local Orion on this machine.", "Local Orion"),
    "api": ("orionclient.cli._commands.api", "Send a request for any operation of the API.", "Other"),
    "completion": ("orionclient.cli._commands.completion", "Print shell completion scripts.", "Other"),
    "config": ("orionclient.cli._commands.config", "Manage profiles and show the configuration.", "Other"),
    "doctor": ("orionclient.cli._commands.doctor", "Diagnose configuration and connection problems.", "Other"),
}
#: What the help of `ocli` lists.
LISTED: Final = {**COMMANDS, **GROUPS}
# Other names of groups, which help and completion do not list.
_ALIASES: Final = {"emulator": "local", "floes": "workfloes"}


class Root(SuggestingGroup):
    """The command `ocli`. It lists its commands and groups without importing them, and imports the one that is used."""

    canonical_names = _ALIASES

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the names of the commands and groups."""
        return list(LISTED)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command or a group."""
        if cmd_name not in LISTED:
            return None
        module = importlib.import_module(LISTED[cmd_name][0])
        found: click.Command = module.command(cmd_name) if cmd_name in COMMANDS else module.group(cmd_name)
        return found

    def load_kinds(self) -> dict[str, CommandKind]:
        """Import how the kinds of resources are presented."""
        found: dict[str, CommandKind] = importlib.import_module(_KINDS).KINDS
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands and groups, then the global options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the commands and groups by section, without importing them."""
        width = max(map(len, LISTED))
        for section in dict.fromkeys(section for _, _, section in LISTED.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (name.ljust(width), description)
                        for name, (_, description, its_section) in LISTED.items()
                        if its_section == section
                    ]
                )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete the names of the commands and groups without importing them."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        names = [
            CompletionItem(name, help=description)
            for name, (_, description, _) in LISTED.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run a command and exit with one of the documented exit codes.

        Args:
            args: The arguments after the program name. Defaults to those of the process.
            prog_name: Name of the program in messages. Defaults to ``ocli``.
            complete_var: Environment variable that requests completion. Defaults to ``_OCLI_COMPLETE``.
            **extra: Settings of the click context.

        Raises:
            SystemExit: Always.
        """
        extra.pop("standalone_mode", None)
        arguments = sys.argv[1:] if args is None else list(args)
        prog_name = prog_name or "ocli"
        complete_var = complete_var or "_OCLI_COMPLETE"
        prepare_streams()
        if instruction := os.environ.get(complete_var):
            from click.shell_completion import shell_complete  # noqa: PLC0415 - only for completion

            from orionclient.cli._core.shell_scripts import use_own_scripts  # noqa: PLC0415

            use_own_scripts()
            sys.exit(shell_complete(self, extra, prog_name, complete_var, instruction))
        sys.exit(errors.run(self, arguments, prog_name, extra))


def _show_version(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"ocli {__version__}")
        context.exit()


#: The root command.
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
            callback=_show_version,
        ),
    ],
    context_settings=CONTEXT_SETTINGS,
    help="Work with the Orion platform from the command line: ocli GROUP COMMAND.",
    epilog="Run 'ocli GROUP --help' for the commands of a group, and 'ocli GROUP COMMAND --help' for options and an example.\n\n"
    "Documentation: docs/cli.md (all commands, output formats, exit codes).",
)
