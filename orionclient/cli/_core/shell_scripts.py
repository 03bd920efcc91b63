"""Completion scripts of shells that insert values with blanks, commas and backslashes as they were meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from click.shell_completion import BashComplete, FishComplete, add_completion_class

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Bash inserts a value as it is, so that one with a blank would become two words. In quotes, it needs no backslashes.
_APPEND: Final = r"""
            if [[ ${COMP_WORDS[COMP_CWORD]} != [\"\']* ]]; then
                printf -v value '%%q' "$value"
                value=${value//\\,/,}
            fi
            [[ $value == *= ]] && compopt -o nospace 2>/dev/null
            COMPREPLY+=("$value")"""


class _Bash(BashComplete):
    source_template = BashComplete.source_template.replace("read type", "read -r type").replace(
        "            COMPREPLY+=($value)", _APPEND.lstrip("\n")
    )

    _key = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        # Bash passes --name=value, key=value and file://7 as three words, and completes the last one.
        words, incomplete = super().get_completion_args()
        found: list[str] = []
        for word in words:
            before = found[-1] if found else "-"
            if not before.startswith("-") and {"=", ":"} & {word, before[-1:]}:
                found[-1] += word
            elif word != "=":
                found.append(word)
        if found and not found[-1].startswith("-") and (incomplete == "=" or found[-1].endswith("=")):
            self._key = f"{found.pop().removesuffix('=')}="
            incomplete = self._key + incomplete.removeprefix("=")
        return found, incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        return f"{item.type},{str(item.value).removeprefix(self._key)}"


class _Fish(FishComplete):
    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


def use_own_scripts() -> None:
    """Let click use these scripts. For zsh, it uses its own."""
    add_completion_class(_Bash)
    add_completion_class(_Fish)
