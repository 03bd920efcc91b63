"""`ocli tags`: the tags of any resource, by its kind and id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orionclient.cli.commands import Command, CommandGroup
from orionclient.cli.confirmation import dry_run_option, print_plan
from orionclient.cli.root import GROUPS
from orionclient.cli.state import get_state
from orionclient.types import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient._resource import Resource


def group(name: str) -> click.Group:
    """Make the group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    return CommandGroup(name, [_list(), _describe_change("add"), _describe_change("remove")], help=GROUPS[name][1])


def _resource_arguments() -> list[click.Parameter]:
    kinds = sorted(name for name, kind in KINDS.items() if kind.declaration.taggable)
    return [
        click.Argument(["kind"], type=click.Choice(kinds)),
        click.Argument(["number"], metavar="ID", type=click.INT),
    ]


def _make_handle(kind: str, number: int) -> Resource:
    return KINDS[kind](id=number)


def _list() -> Command:
    def run(kind: str, number: int) -> None:
        state = get_state()
        state.out.rows(state.session.list_tags(_make_handle(kind, number)), ("name", "project"), key="name")

    return Command(
        "list",
        params=_resource_arguments(),
        callback=run,
        help="List the tags of a resource.",
        shape="[TagInfo]",
        example="ocli tags list file 1",
    )


def _describe_change(verb: str) -> Command:
    def run(kind: str, number: int, tags: Sequence[str], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, verb, [f"{', '.join(tags)}: {kind} {number}"])
            return
        resource = _make_handle(kind, number)
        (state.session.tag_resource if verb == "add" else state.session.untag_resource)(resource, *tags)
        if state.form == "table":
            state.out.write(f"{'Tagged' if verb == 'add' else 'Untagged'} {kind} {number}")
        else:
            state.out.rows(state.session.list_tags(resource), ("name", "project"), key="name")

    return Command(
        verb,
        params=[
            *_resource_arguments(),
            click.Argument(["tags"], nargs=-1, required=True, metavar="TAG..."),
            dry_run_option(),
        ],
        callback=run,
        help=f"{'Give tags to' if verb == 'add' else 'Take tags off'} a resource; --json prints those that it has then.",
        shape="[TagInfo]",
        example=f"ocli tags {verb} dataset 1 actives",
    )
