"""`ocli completion`: print scripts that complete commands, options and ids in shells."""

from __future__ import annotations

from typing import Final

import click

from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.root import GROUPS, ocli
from orionclient.cli._core.state import get_state

_SCRIPT: Final = {
    "type": "object",
    "required": ["shell", "script"],
    "properties": {"shell": {"type": "string"}, "script": {"type": "string"}},
}
_INSTRUCTIONS: Final = {
    "bash": 'add to ~/.bashrc: eval "$(ocli completion bash)"',
    "zsh": 'add to ~/.zshrc: eval "$(ocli completion zsh)"',
    "fish": "write to ~/.config/fish/completions/ocli.fish: ocli completion fish",
}


def group(name: str) -> click.Group:
    """Create the group.

    Args:
        name: Name of the group.

    Returns:
        The group.
    """
    return CommandGroup(name, [_script(shell) for shell in _INSTRUCTIONS], help=GROUPS[name][1])


def _script(shell: str) -> Command:
    def run() -> None:
        from click.shell_completion import BashComplete, get_completion_class  # noqa: PLC0415

        from orionclient.cli._core.shell_scripts import use_own_scripts  # noqa: PLC0415

        use_own_scripts()
        state = get_state()
        kind = get_completion_class(shell)
        if kind is None:
            raise click.UsageError(f"this version of click has no completion for {shell}")
        # Click queries the version of bash, which fails if bash is not installed. The script is the same for every version.
        completer = kind(ocli, {}, "ocli", "_OCLI_COMPLETE")
        is_bash = isinstance(completer, BashComplete)
        script = completer.source_template % completer.source_vars() if is_bash else completer.source()
        state.out.print_item(
            {"shell": shell, "script": script}, key="script"
        ) if state.form != "table" else state.out.write(script)

    return Command(
        shell,
        callback=run,
        help=f"Print the completion script for {shell}. To install, {_INSTRUCTIONS[shell]}",
        shape=_SCRIPT,
        example=f"ocli completion {shell}",
    )
