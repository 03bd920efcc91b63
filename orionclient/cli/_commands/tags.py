"""Provide `ocli tags`: list, add and remove the tags of any resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.filter_words import FilteredCommand, page_options
from orionclient.cli._core.parameter_types import Choice, ResourceIdType, TagType
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.sharing import list_tags, report_tags
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import schema_columns, table_options
from orionclient.types import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient._resources.resource import Resource


def group(name: str) -> click.Group:
    """Make the group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    return CommandGroup(name, [_list(), _change("add"), _change("remove")], help=GROUPS[name][1])


def _resource_arguments() -> list[click.Parameter]:
    kinds = sorted(name for name, kind in KINDS.items() if kind.declaration.taggable)
    return [
        click.Argument(["kind"], type=Choice(kinds)),
        click.Argument(["resource_id"], metavar="ID", type=ResourceIdType(None)),
    ]


def _make_handle(kind: str, resource_id: int) -> Resource:
    return KINDS[kind](id=resource_id)


def _list() -> Command:
    def run(kind: str, resource_id: int, limit: int | None, offset: int) -> None:
        list_tags(_make_handle(kind, resource_id), limit=limit, offset=offset)

    return FilteredCommand(
        "list",
        filters=page_options(),
        params=[*_resource_arguments(), *table_options(schema_columns("TagInfo"))],
        callback=run,
        help="List the tags of a resource.",
        shape="[TagInfo]",
        example="ocli tags list file 1",
    )


def _change(verb: str) -> Command:
    def run(kind: str, resource_id: int, tags: Sequence[str], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, verb, [f"{', '.join(tags)}: {kind} {resource_id}"])
            return
        resource = _make_handle(kind, resource_id)
        (state.session.tag_resource if verb == "add" else state.session.untag_resource)(resource, *tags)
        report_tags(state, kind, resource, tags, added=verb == "add")

    return Command(
        verb,
        params=[
            *_resource_arguments(),
            click.Argument(["tags"], nargs=-1, required=True, metavar="TAG...", type=TagType()),
            dry_run_option(),
        ],
        callback=run,
        help=f"{'Add tags to' if verb == 'add' else 'Remove tags from'} a resource. --json prints all its tags afterwards.",
        shape="[TagInfo]",
        example=f"ocli tags {verb} dataset 1 actives",
    )
