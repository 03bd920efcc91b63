"""Say which resource of a command does not exist, and how to list the existing ones."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.state import State


def make_hint(state: State, profile: str) -> str:
    """Write the hint of an error 404.

    Args:
        state: The state of the call.
        profile: The option --profile with its value, if it was given.

    Returns:
        The hint; empty if the command names no resource that can be listed.
    """
    context = state.context
    kind = None if context is None else _find_kind(context)
    if kind is None or context is None:
        return ""
    parent = kind.kind.declaration.parent
    if not parent:
        return f"list the existing ones with: {_list_command(kind, profile)}" if kind.kind.declaration.list else ""
    parent_id = context.params.get(parent)
    exists = None if parent_id is None else _exists(state, parent, parent_id)
    if exists is None:
        return ""
    if exists:
        return f"{parent} {parent_id} exists; list its {kind.plural} with: {_list_command(kind, profile)} {parent_id}"
    owner = _get_kinds(context)[parent]
    return f"{parent} {parent_id} does not exist; list the existing ones with: {_list_command(owner, profile)}"


def _list_command(kind: CommandKind, profile: str) -> str:
    return kind.command("list").replace("ocli", f"ocli{profile}", 1)


def _get_kinds(context: click.Context) -> dict[str, CommandKind]:
    root: Any = context.find_root().command
    return {kind.name: kind for kind in root.load_kinds().values()} if hasattr(root, "load_kinds") else {}


def _find_kind(context: click.Context) -> CommandKind | None:
    """Find the kind of the resource that the arguments of a command name last, after those of its parents, or its options."""
    if isinstance(context.params.get("kind"), str):
        return _get_kinds(context).get(context.params["kind"])
    # The id of an argument is more likely to be wrong than that of an option.
    parameters = sorted(context.command.params, key=lambda each: isinstance(each, click.Argument))
    types = [each.type for each in parameters if context.params.get(str(each.name))]
    names = [kind for each in types if isinstance(kind := getattr(each, "kind", None), str)]
    return _get_kinds(context).get(names[-1]) if names else None


@functools.lru_cache(maxsize=8)
def _exists(state: State, kind: str, resource_id: int) -> bool | None:
    """Check whether a resource exists, without a retry; None if the request fails."""
    from orionclient.exceptions import NotFoundResponse, OrionError  # noqa: PLC0415
    from orionclient.types import KINDS  # noqa: PLC0415

    try:
        state.lookup_session.get_resource(KINDS[kind], resource_id)
    except NotFoundResponse:
        return False
    except OrionError:
        return None
    return True
