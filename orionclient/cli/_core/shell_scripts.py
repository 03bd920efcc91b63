"""Completion scripts of shells that insert values with blanks, commas and backslashes as they were meant."""

from __future__ import annotations

from typing import Final

from click.shell_completion import BashComplete, FishComplete, add_completion_class

# Bash inserts a value as it is, so that one with a blank would become two words. In quotes, it needs no backslashes.
_APPEND: Final = r"""
            if [[ ${COMP_WORDS[COMP_CWORD]} != [\"\']* ]]; then
                printf -v value '%%q' "$value"
                value=${value//\\,/,}
            fi
            COMPREPLY+=("$value")"""


class _Bash(BashComplete):
    source_template = BashComplete.source_template.replace("read type", "read -r type").replace(
        "            COMPREPLY+=($value)", _APPEND.lstrip("\n")
    )

    def get_completion_args(self) -> tuple[list[str], str]:
        # Bash passes --name=value as three words.
        words, incomplete = super().get_completion_args()
        pairs = zip(words, ["", *words], strict=False)
        return [each for each, before in pairs if each != "=" or not before.startswith("-")], incomplete


class _Fish(FishComplete):
    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


def use_own_scripts() -> None:
    """Let click use these scripts. For zsh, it uses its own."""
    add_completion_class(_Bash)
    add_completion_class(_Fish)
