"""`ocli completion`: the scripts that make shells complete commands, options and ids."""

from __future__ import annotations

from typing import Final

import click

from orionclient.cli.commands import Command, CommandGroup
from orionclient.cli.root import GROUPS, ocli
from orionclient.cli.state import get_state

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
    """Make the group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    return CommandGroup(name, [_script(shell) for shell in _INSTRUCTIONS], help=GROUPS[name][1])


def _script(shell: str) -> Command:
    def run() -> None:
        from click.shell_completion import BashComplete, get_completion_class  # noqa: PLC0415

        state = get_state()
        kind = get_completion_class(shell)
        if kind is None:
            raise click.UsageError(f"click knows no completion for {shell}")
        # Asking bash for its version, as click does, fails where there is none; the script is the same for all that work.
        made = kind(ocli, {}, "ocli", "_OCLI_COMPLETE")
        script = made.source_template % made.source_vars() if isinstance(made, BashComplete) else made.source()
        state.out.one({"shell": shell, "script": script}, key="script") if state.form != "table" else state.out.write(
            script
        )

    return Command(
        shell,
        callback=run,
        help=f"Print the script for {shell}; {_INSTRUCTIONS[shell]}.",
        shape=_SCRIPT,
        example=f"ocli completion {shell}",
    )
