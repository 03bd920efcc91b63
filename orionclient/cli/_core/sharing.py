"""Build the commands for the tags and shares of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.command_kind import describe, fetch_details
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.filter_words import FilteredCommand, page_options
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.parameter_types import ResourceIdType, TagType, UserType, project_option
from orionclient.cli._core.state import get_state
from orionclient.cli._core.table_options import schema_columns, table_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient._resources.resource import Resource
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.state import State

_TAG_COLUMNS: Final = ("name", "created", "project")
_SHARE_COLUMNS: Final = ("target_type", "target_id", "owner", "created")


def build_tag_command(kind: CommandKind, *, verb: str) -> Command:
    """Make the command that adds or removes tags.

    Args:
        kind: The kind.
        verb: `tag` or `untag`.

    Returns:
        The command.
    """

    def run(resource_id: int, tags: Sequence[str], project: int | None, dry_run: bool) -> None:
        state = get_state()
        what = f"{kind.noun} {resource_id}: {', '.join(tags)}"
        if dry_run:
            print_plan(state, verb, [what])
            return
        resource = kind.kind(id=resource_id)
        act = state.session.tag_resource if verb == "tag" else state.session.untag_resource
        act(resource, *tags, project=project)
        report_tags(state, kind.noun, resource, tags, added=verb == "tag")

    return Command(
        verb,
        params=[
            *kind.id_arguments(),
            click.Argument(["tags"], nargs=-1, required=True, metavar="TAG...", type=TagType(kind.name)),
            project_option("Id of the project of the tags. Defaults to the resource's project."),
            dry_run_option(),
        ],
        callback=run,
        help=f"{'Add tags to' if verb == 'tag' else 'Remove tags from'} {kind.article}. --json prints all its tags afterwards.",
        shape="[TagInfo]",
        example=kind.format_example(verb),
    )


def build_list_tags_command(kind: CommandKind) -> Command:
    """Make the command that lists tags.

    Args:
        kind: The kind.

    Returns:
        The command.
    """

    def run(resource_id: int, limit: int | None, offset: int) -> None:
        list_tags(kind.kind(id=resource_id), limit=limit, offset=offset)

    return FilteredCommand(
        "list-tags",
        filters=page_options(),
        params=[*kind.id_arguments(), *table_options(schema_columns("TagInfo"))],
        callback=run,
        help=f"List the tags of {kind.article}.",
        shape="[TagInfo]",
        example=kind.format_example("list-tags"),
    )


def list_tags(resource: Resource, *, limit: int | None = None, offset: int = 0) -> None:
    """Print the tags of a resource.

    Args:
        resource: The resource.
        limit: Maximum number of tags. Defaults to all.
        offset: Count of tags to skip.
    """
    state = get_state()
    found = state.session.list_tags(resource)
    state.out.print_rows(found, _TAG_COLUMNS, key="name", limit=limit, offset=offset)


def report_tags(state: State, noun: str, resource: Resource, tags: Sequence[str], *, added: bool) -> None:
    """Print a message after tags were added or removed, or all tags of the resource in the other forms.

    Args:
        state: The options.
        noun: The kind of the resource.
        resource: The resource.
        tags: The tags.
        added: True if they were added, False if they were removed.
    """
    if state.form != "table":
        list_tags(resource)
        return
    what, names = describe(noun, fetch_details(state, resource)), ", ".join(map(repr, tags))
    message = f"Tagged {what} with {names}" if added else f"Untagged {what}: removed {names}"
    state.out.write(escape_control_characters(message))


def _list_shares_after(state: State, resource: Resource, verb: str) -> list[dict[str, Any]]:
    """List the shares of a resource after a command; none if it revoked the access of the user."""
    from orionclient.exceptions import AuthorizationRequired, NotFoundResponse  # noqa: PLC0415

    try:
        return list(state.session.list_shares(resource))
    except (AuthorizationRequired, NotFoundResponse):
        if verb == "share":
            raise
        return []


def build_share_command(kind: CommandKind, *, verb: str) -> Command:
    """Make the command that shares a resource or revokes shares.

    Args:
        kind: The kind.
        verb: `share` or `unshare`.

    Returns:
        The command.
    """
    names = kind.kind.declaration.share_targets

    def run(resource_id: int, dry_run: bool, **values: Any) -> None:
        from orionclient.types import KINDS  # noqa: PLC0415

        state = get_state()
        targets = [(name, each) for name in names for each in values[name]]
        if not targets:
            given = ", ".join(f"--{name} ID" for name in names)
            raise click.UsageError(f"give {'at least one of ' if len(names) > 1 else ''}{given}")
        done, preposition = ("Shared", "with") if verb == "share" else ("Unshared", "from")
        if dry_run:
            print_plan(
                state, verb, [f"{kind.noun} {resource_id} {preposition} {name} {each}" for name, each in targets]
            )
            return
        resource = kind.kind(id=resource_id)
        act: Any = state.session.share_resource if verb == "share" else state.session.unshare_resource

        def change(target: tuple[str, int]) -> str:
            name, target_id = target
            act(resource, KINDS[name](id=target_id))
            return name_of(target)

        def name_of(target: tuple[str, int]) -> str:
            return f"{target[0]} {target[1]}"

        def report(recipients: list[str]) -> None:
            if not recipients:
                return
            if state.form == "table":
                data = fetch_details(state, resource) if verb not in kind.messages else {"id": resource_id}
                message = kind.format_message(verb, done, data, f" {preposition} {', '.join(recipients)}")
                state.out.write(escape_control_characters(message))
            else:
                state.out.print_rows(_list_shares_after(state, resource, verb), _SHARE_COLUMNS, key="target_id")

        apply_to_each(targets, change, report, name_of=name_of)

    options = [
        click.Option(
            [f"--{name}"],
            type=UserType() if name == "user" else ResourceIdType(name),
            multiple=True,
            help=f"Id{' or user name' if name == 'user' else ''} of {'an' if name[0] == 'o' else 'a'} {name}. Can be given several times.",
        )
        for name in names
    ]
    return Command(
        verb,
        params=[*kind.id_arguments(), *options, dry_run_option()],
        callback=run,
        help=f"{'Share' if verb == 'share' else 'Revoke shares of'} {kind.article}. --json prints all its shares afterwards.",
        shape="[ShareInfo]",
        example=kind.format_example(verb),
    )


def build_list_shares_command(kind: CommandKind) -> Command:
    """Make the command that lists shares.

    Args:
        kind: The kind.

    Returns:
        The command.
    """

    def run(resource_id: int, limit: int | None, offset: int) -> None:
        state = get_state()
        found = state.session.list_shares(kind.kind(id=resource_id))
        state.out.print_rows(found, _SHARE_COLUMNS, key="target_id", limit=limit, offset=offset)

    return FilteredCommand(
        "list-shares",
        aliases=("shares",),
        filters=page_options(),
        params=[*kind.id_arguments(), *table_options(schema_columns("ShareInfo"))],
        callback=run,
        help=f"List the shares of {kind.article}.",
        shape="[ShareInfo]",
        example=kind.format_example("list-shares"),
    )
