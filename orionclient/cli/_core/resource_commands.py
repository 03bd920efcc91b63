"""Build the commands that all kinds of resources share from their declarations."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._resources.creating import is_absolute
from orionclient.cli._core import contract_options, sharing
from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.command_kind import CommandKind, describe, fetch_details
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli._core.filter_words import FilteredCommand, limit_option
from orionclient.cli._core.parameter_types import FloatRange
from orionclient.cli._core.shapes import list_of
from orionclient.cli._core.state import State, get_state
from orionclient.cli._core.table_options import schema_columns, table_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orionclient._resources.resource import Resource

#: Default of the time to wait for a resource, in seconds.
MAX_WAIT: Final = 3600

# Method that changes the state of a resource -> what it has done.
_STATE_CHANGES: Final = {
    "open": "Opened", "close": "Closed", "finalize": "Finalized", "load": "Loading", "unload": "Unloaded",
}  # fmt: skip


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the commands that a kind declares.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    declared = kind.kind.declaration
    makers: list[tuple[str, Any, Callable[[CommandKind], Command]]] = [
        ("list", declared.list, build_list_command),
        ("info", declared.get, _info),
        ("create", declared.create, build_create_command),
        ("update", declared.update, build_update_command),
        ("delete", declared.delete, _delete),
        ("restore", declared.trash, _restore),
        ("wait", hasattr(kind.kind, "wait"), _wait),
        *(
            (verb, callable(getattr(kind.kind, verb, None)), functools.partial(_change_state, verb=verb, done=done))
            for verb, done in _STATE_CHANGES.items()
        ),
        ("tag", declared.taggable, functools.partial(sharing.build_tag_command, verb="tag")),
        ("untag", declared.taggable, functools.partial(sharing.build_tag_command, verb="untag")),
        ("share", declared.sharable, functools.partial(sharing.build_share_command, verb="share")),
        ("unshare", declared.sharable, functools.partial(sharing.build_share_command, verb="unshare")),
        ("list-tags", declared.taggable, sharing.build_list_tags_command),
        ("list-shares", declared.lists_shares, sharing.build_list_shares_command),
    ]
    return [make(kind) for verb, able, make in makers if able and verb not in kind.without]


def _operation(endpoint: Any) -> str:
    return str(endpoint.OPERATION.id)


def build_list_command(
    kind: CommandKind,
    *,
    sort: str | None = None,
    more: Sequence[click.Option] = (),
    select: Callable[..., Callable[[dict[str, Any]], bool]] | None = None,
) -> Command:
    """Make the command that lists resources.

    Args:
        kind: The kind.
        sort: Column to sort by if --sort is omitted, with ``-`` before it in descending order. Defaults to the order of the server.
        more: Options whose filters the command applies itself.
        select: Returns the filter for the values of `more`, which are None if omitted.

    Returns:
        The command.
    """

    def run(limit: int | None, exact: bool = False, all_items: bool = False, **values: Any) -> None:
        state = get_state()
        if values.get("order_by") is None:
            state.sort = state.sort or sort
        selected = {str(option.name): values.pop(str(option.name)) for option in more}
        template = kind.template(values)
        filters = contract_options.drop_omitted(values)
        filters = filters if all_items else {**kind.only, **filters}
        # Rows that the server cannot sort or filter are cut after that.
        own = state.sort or any(value is not None for value in selected.values())
        offset = filters.pop("offset", 0)
        found = state.session.list_resources(
            template, filters, limit=None if own else limit, offset=None if own else offset, exact=exact
        )
        rows, keep = (each.to_dict() for each in found), select(**selected) if select else None
        state.out.print_rows(
            (row for row in rows if keep is None or keep(row)),
            kind.columns,
            key="id" if "id" in kind.kind.fields() else "path",
            published=kind.published,
            limit=limit,
            offset=offset if own else 0,
        )

    options = contract_options.get_filters(_operation(kind.kind.declaration.list), kind=kind.name, schema=kind.schema)
    filters = [*options, *more, limit_option()]
    if {"name", "title"} & {each.name for each in options}:
        filters.append(click.Option(["--exact"], is_flag=True, help="Match the name or title exactly, not in part."))
    if kind.only:
        which = " and ".join(f"{name} {value}" for name, value in kind.only.items())
        filters.append(
            click.Option(
                ["--all", "all_items"], is_flag=True, help=f"List all, not only those with {which}, the default."
            )
        )
    return FilteredCommand(
        "list",
        filters=filters,
        params=[*kind.parent_arguments(), *table_options(schema_columns(kind.schema), default=sort)],
        callback=run,
        help=f"List {kind.plural}.",
        shape=f"[{kind.schema}]",
        example=kind.format_example("list"),
    )


def _info(kind: CommandKind) -> Command:
    def run(resource_id: int, **values: Any) -> None:
        state = get_state()
        state.out.print_item(state.session.get_resource(kind.template(values), resource_id).to_dict())

    return Command(
        "info",
        aliases=("show",),
        params=kind.id_arguments(),
        callback=run,
        help=f"Show {kind.article}.",
        shape=kind.schema,
        example=kind.format_example("info"),
    )


def report_created(state: State, kind: CommandKind, resource: Resource, **more: Any) -> None:
    """Print a resource that was created.

    Args:
        state: The options.
        kind: Its kind.
        resource: The resource.
        **more: Fields in addition to its own.
    """
    data = {**resource.to_dict(), **more}
    state.out.print_item(data, sentence=kind.format_message("create", "Created", data))


def build_create_command(kind: CommandKind) -> Command:
    """Make the command that creates a resource.

    Args:
        kind: The kind.

    Returns:
        The command.
    """
    operation = _operation(kind.kind.declaration.create)

    def run(dry_run: bool, **values: Any) -> None:
        state = get_state()
        template = kind.template(values)
        body = contract_options.drop_omitted(values)
        if dry_run:
            print_plan(state, "create", [f"{kind.noun} {body.get('name', '')}".rstrip()])
            return
        if (
            "project" in contract_options.get_body_schema(operation)[0]
            and "project" not in body
            and not is_absolute(body.get("path"))
            and state.session.config.project
        ):
            body["project"] = state.session.config.project
        report_created(state, kind, state.session.create_resource(template, body))

    return Command(
        "create",
        params=[*kind.parent_arguments(), *contract_options.get_fields(operation, kind.arguments), dry_run_option()],
        callback=run,
        help=f"Create {kind.article}.",
        shape=kind.schema,
        example=kind.format_example("create"),
    )


def build_update_command(kind: CommandKind) -> Command:
    """Make the command that updates a resource.

    Args:
        kind: The kind.

    Returns:
        The command.
    """
    operation = _operation(kind.kind.declaration.update)

    def run(resource_id: int, dry_run: bool, **values: Any) -> None:
        state = get_state()
        template = kind.template(values)
        changes = contract_options.drop_omitted(values)
        if not changes:
            raise click.UsageError("nothing to update: give at least one option")
        if dry_run:
            print_plan(state, "update", [f"{kind.noun} {resource_id}: {', '.join(sorted(changes))}"])
            return
        resource = template._make_handle(resource_id)
        state.session.update_resource(resource, changes)
        data = resource.to_dict()
        state.out.print_item(data, sentence=kind.format_message("update", "Updated", data))

    return Command(
        "update",
        params=[*kind.id_arguments(), *contract_options.get_fields(operation), dry_run_option()],
        callback=run,
        help=f"Update {kind.article}.",
        shape=kind.schema,
        example=kind.format_example("update"),
    )


DELETED_TEMPLATE = list_of(id="integer", deleted={"const": True})


def _delete(kind: CommandKind) -> Command:
    operation = _operation(kind.kind.declaration.delete)

    def run(
        ids: Sequence[int], yes: bool, dry_run: bool, immediate: bool = False, ask: bool = kind.asks, **values: Any
    ) -> None:
        state = get_state()
        template = kind.template(values)
        if dry_run:
            print_plan(state, "delete", [f"{kind.noun} {each}" for each in ids])
            return
        found: dict[int, dict[str, Any]] = {}
        yes = yes or not ask
        if len(ids) == 1 and not yes and sys.stdin.isatty():
            found[ids[0]] = fetch_details(state, template._make_handle(ids[0]))
        names = [describe(kind.noun, found.get(each, {"id": each})) for each in ids]
        what = names[0] if len(names) == 1 else f"{len(names)} {kind.plural} ({', '.join(map(str, ids))})"
        confirm(f"Delete {what}?", sure=yes)

        session = state.session

        def delete(resource_id: int) -> dict[str, Any]:
            handle = template._make_handle(resource_id)
            # The name has to be read before the resource is gone.
            data = found.get(resource_id) or fetch_details(state, handle)
            session.delete_resource(handle, immediate=immediate)
            return data

        def report(done: list[dict[str, Any]]) -> None:
            state.out.print_results(
                [{"id": each["id"], "deleted": True} for each in done],
                [kind.format_message("delete", "Deleted", each) for each in done],
            )

        apply_to_each(ids, delete, report, name_of=lambda each: f"{kind.noun} {each}")

    can_purge = any(each["name"] == "immediate" for each in contract_options.list_parameters(operation, "query"))
    trash = [click.Option(["--immediate"], is_flag=True, help="Delete for good instead of moving to the trash.")]
    return Command(
        "delete",
        params=[
            *kind.id_arguments(several=True),
            *(trash if can_purge else []),
            *([] if kind.asks else [click.Option(["--ask"], is_flag=True, help="Ask for confirmation.")]),
            yes_option(),
            dry_run_option(),
        ],
        callback=run,
        help=f"Delete {kind.plural}.",
        shape=DELETED_TEMPLATE,
        example=kind.format_example("delete"),
    )


RESTORED_TEMPLATE = list_of(id="integer", restored={"const": True})


def _restore(kind: CommandKind) -> Command:
    def run(ids: Sequence[int], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "restore", [f"{kind.noun} {each}" for each in ids])
            return

        def restore(resource_id: int) -> dict[str, Any]:
            resource = kind.kind(id=resource_id)
            state.session.restore_resource(resource)
            return resource.to_dict()

        def report(done: list[dict[str, Any]]) -> None:
            state.out.print_results(
                [{"id": each["id"], "restored": True} for each in done],
                [kind.format_message("restore", "Restored", each) for each in done],
            )

        apply_to_each(ids, restore, report, name_of=lambda each: f"{kind.noun} {each}")

    return Command(
        "restore",
        params=[*kind.id_arguments(several=True), dry_run_option()],
        callback=run,
        help=f"Restore {kind.plural} from the trash. Items can stay there for 30 days. Not a command of the original.",
        shape=RESTORED_TEMPLATE,
        example=kind.format_example("restore"),
    )


def _wait(kind: CommandKind) -> Command:
    def run(resource_id: int, deadline: float, **values: Any) -> None:
        state = get_state()
        resource = state.session.get_resource(kind.template(values), resource_id)
        resource.wait(timeout=deadline)
        data = resource.to_dict()
        state.out.print_item(data, sentence=f"{describe(kind.noun.capitalize(), data)} is {data.get('state')}")

    return Command(
        "wait",
        params=[*kind.id_arguments(), deadline_option()],
        callback=run,
        help=f"Wait until {kind.article} is ready.",
        shape=kind.schema,
        example=kind.format_example("wait"),
    )


def deadline_option() -> click.Option:
    """Make the option --deadline.

    Returns:
        The option.
    """
    return click.Option(
        ["--deadline"],
        type=FloatRange(0),
        default=MAX_WAIT,
        show_default=True,
        help="Maximum wait in seconds; the exit code is 8 when it is exceeded.",
    )


def _change_state(kind: CommandKind, *, verb: str, done: str) -> Command:
    def run(resource_id: int, dry_run: bool, **values: Any) -> None:
        state = get_state()
        template = kind.template(values)
        if dry_run:
            print_plan(state, verb, [f"{kind.noun} {resource_id}"])
            return
        resource = template._make_handle(resource_id)
        resource.session = state.session
        if verb == "finalize":
            # A dataset that is complete is not finalized again.
            state.session.refresh_resource(resource)
        getattr(resource, verb)()
        data = resource.to_dict()
        state.out.print_item(data, sentence=kind.format_message(verb, done, data))

    return Command(
        verb,
        params=[*kind.id_arguments(), dry_run_option()],
        callback=run,
        help=f"{verb.capitalize()} {kind.article}.",
        shape=kind.schema,
        example=kind.format_example(verb),
    )
