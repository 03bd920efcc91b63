"""Tags and shares of a resource: the same for every kind that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli.commands import Command
from orionclient.cli.completion_types import ResourceIdType
from orionclient.cli.confirmation import dry_run_option, print_plan
from orionclient.cli.state import get_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli.resource_commands import CommandKind

_TARGETS: Final = ("user", "group", "project", "organization")
_MESSAGES: Final = {"tag": "Tagged", "untag": "Untagged", "share": "Shared", "unshare": "Unshared"}


def tag(kind: CommandKind, *, verb: str) -> Command:
    """Make the command that gives tags, or takes them off.

    Args:
        kind: The kind.
        verb: `tag` or `untag`.

    Returns:
        The command.
    """

    def run(number: int, tags: Sequence[str], project: int | None, dry_run: bool) -> None:
        state = get_state()
        what = f"{kind.noun} {number}: {', '.join(tags)}"
        if dry_run:
            print_plan(state, verb, [what])
            return
        resource = kind.kind(id=number)
        act = state.session.tag_resource if verb == "tag" else state.session.untag_resource
        act(resource, *tags, project=project)
        if state.form == "table":
            state.out.write(f"{_MESSAGES[verb]} {kind.noun} {number}")
        else:
            state.out.rows(state.session.list_tags(resource), ("name", "project"), key="name")

    return Command(
        verb,
        params=[
            *kind.ids(),
            click.Argument(["tags"], nargs=-1, required=True, metavar="TAG..."),
            click.Option(
                ["--project"],
                type=ResourceIdType("project"),
                help="Project that the tags belong to; the resource's own without it.",
            ),
            dry_run_option(),
        ],
        callback=run,
        help=f"{'Give tags to' if verb == 'tag' else 'Take tags off'} a {kind.noun}; --json prints those that it has then.",
        shape="[TagInfo]",
        example=kind.example(verb),
    )


def share(kind: CommandKind, *, verb: str) -> Command:
    """Make the command that shares, or takes shares back.

    Args:
        kind: The kind.
        verb: `share` or `unshare`.

    Returns:
        The command.
    """

    def run(number: int, dry_run: bool, **values: Any) -> None:
        from orionclient.types import KINDS  # noqa: PLC0415

        state = get_state()
        targets = [(name, each) for name in _TARGETS for each in values[name]]
        if not targets:
            raise click.UsageError(f"name whom to {verb} it with: {', '.join(f'--{name} ID' for name in _TARGETS)}")
        if dry_run:
            print_plan(state, verb, [f"{kind.noun} {number} with {name} {each}" for name, each in targets])
            return
        resource = kind.kind(id=number)
        act: Any = state.session.share_resource if verb == "share" else state.session.unshare_resource
        for name, each in targets:
            act(resource, KINDS[name](id=each))
        if state.form == "table":
            state.out.write(f"{_MESSAGES[verb]} {kind.noun} {number}")
        else:
            state.out.rows(state.session.list_shares(resource), ("target_id", "target_type"), key="target_id")

    options = [
        click.Option(
            [f"--{name}"],
            type=ResourceIdType(name),
            multiple=True,
            help=f"Id of {'an' if name[0] == 'o' else 'a'} {name}; may be retried.",
        )
        for name in _TARGETS
    ]
    return Command(
        verb,
        params=[*kind.ids(), *options, dry_run_option()],
        callback=run,
        help=f"{'Let others read' if verb == 'share' else 'Take back the shares of'} a {kind.noun}; --json prints all its shares then.",
        shape="[ShareInfo]",
        example=kind.example(verb),
    )


def shares(kind: CommandKind) -> Command:
    """Make the command that lists shares.

    Args:
        kind: The kind.

    Returns:
        The command.
    """

    def run(number: int) -> None:
        state = get_state()
        found = state.session.list_shares(kind.kind(id=number))
        state.out.rows(found, ("created", "owner", "target_id", "target_type"), key="target_id")

    return Command(
        "shares",
        params=kind.ids(),
        callback=run,
        help=f"List whom a {kind.noun} is shared with.",
        shape="[ShareInfo]",
        example=kind.example("shares"),
    )
