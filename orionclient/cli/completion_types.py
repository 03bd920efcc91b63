"""Completion with what is really there: ids and profiles, within half a second, and in silence where that fails."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from orionclient.cli.commands import ParameterType

if TYPE_CHECKING:
    from collections.abc import Callable

    import click

_SECONDS: Final = 0.5
_MAX_ITEMS: Final = 50


def complete_within(function: Callable[[], list[Any]], seconds: float = _SECONDS) -> list[Any]:
    """Run a function for so long at most.

    Args:
        function: The function.
        seconds: The time.

    Returns:
        What it returned; nothing where it failed or was too slow.
    """
    found: list[Any] = []

    def run() -> None:
        # Whatever goes wrong, a half-typed command line must stay as it is.
        try:
            found.extend(function())
        except BaseException:  # noqa: BLE001
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return list(found)


def complete_profiles(incomplete: str) -> list[str]:
    """Name the profiles.

    Args:
        incomplete: How they begin.

    Returns:
        Their names.
    """
    from orionclient.config import read_profiles  # noqa: PLC0415

    return complete_within(lambda: [name for name in read_profiles() if name.startswith(incomplete)])


class ResourceIdType(ParameterType):
    """The id of a resource, completed with those that are there.

    Args:
        kind: Name of its kind on the wire.
    """

    name = "id"

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) <= 20):
            self.fail(f"{text!r} is no id; ids are whole numbers", param, ctx)
        return int(text)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Name the newest ids that begin so, with their names."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        return complete_within(
            lambda: [
                CompletionItem(number, help=name) for number, name in self._found(ctx) if number.startswith(incomplete)
            ]
        )

    def _found(self, ctx: click.Context) -> list[tuple[str, str]]:
        from orionclient.cli.output import escape_control_characters  # noqa: PLC0415
        from orionclient.cli.state import State  # noqa: PLC0415
        from orionclient.types import KINDS  # noqa: PLC0415

        state, kind = State.of(ctx), KINDS[self.kind]
        state.timeout, state.max_retries = _SECONDS, 0
        template = kind
        if parent := kind.declaration.parent:
            template = kind(**{parent: ctx.params[parent]})  # type: ignore[assignment]
        found = []
        for each in state.session.list_resources(template, limit=_MAX_ITEMS):
            data = each.to_dict()
            found.append(
                (
                    str(data["id"]),
                    escape_control_characters(str(data.get("name") or data.get("title") or data.get("username") or "")),
                )
            )
        return found
