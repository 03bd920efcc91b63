"""Provide `ocli links`: create links to resources and resolve them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._resources.resource import Resource
from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.contract_options import JsonParameter
from orionclient.cli._core.output import to_json
from orionclient.cli._core.parameter_types import Choice, ResourceIdType
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import get_state
from orionclient.links import link_to
from orionclient.types import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINK: Final = object_of(link={"const": "orion"}, type="string", id={})


def group(name: str) -> click.Group:
    """Make the group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    return CommandGroup(name, [_create(), _info()], help=GROUPS[name][1])


def _create() -> Command:
    def run(kind: str, resource_id: int, collection: int | None) -> None:
        state = get_state()
        found = KINDS[kind]
        parent = found.declaration.parent
        if parent and collection is None:
            raise click.UsageError(f"--collection is required for a {kind}")
        carried: dict[str, Any] = {parent: collection} if parent else {}
        link = link_to(found(id=resource_id, **carried))
        if state.form == "table":
            state.out.write(to_json(link, None))
        else:
            state.out.print_item(link)

    kinds = sorted(name for name, kind in KINDS.items() if kind.declaration.linkable)
    return Command(
        "create",
        params=[
            click.Argument(["kind"], type=Choice(kinds)),
            click.Argument(["resource_id"], metavar="ID", type=ResourceIdType(None)),
            click.Option(
                ["--collection"], type=ResourceIdType("collection"), help="Id of the collection; required for a shard."
            ),
        ],
        callback=run,
        help="Create a link to a resource. Prints one line of JSON; no request is sent.",
        shape=_LINK,
        example="ocli links create dataset 1",
    )


def _info() -> Command:
    def run(link: Mapping[str, Any]) -> None:
        state = get_state()
        found = state.session.get_link(link).get_resource()
        state.out.print_item(found.to_dict() if isinstance(found, Resource) else dict(found))

    return Command(
        "info",
        aliases=("show",),
        params=[click.Argument(["link"], type=JsonParameter())],
        callback=run,
        help="Show the resource of a link.",
        shape={"type": "object"},
        example="""ocli links info '{"link": "orion", "version": 1, "type": "dataset", "id": 1, "id_str": "1"}'""",
    )
