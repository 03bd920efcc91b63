"""Build the commands that all kinds of resources share from their declarations."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

from orionclient.cli._core import contract_options
from orionclient.cli._core.commands import Command
from orionclient.cli._core.parameter_types import ResourceIdType
from orionclient.cli._core.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli._core.state import State, get_state
from orionclient.cli._core.table_options import schema_columns, table_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from orionclient._resources.resource import Resource


@frozen(kw_only=True)
class CommandKind:
    """How the command line presents a kind of resource.

    Attributes:
        kind: Its class.
        group: Name of its group of commands.
        noun: Its name in messages, in the singular.
        columns: Columns of its table, in order.
        published: Columns of the table that the original prints, in order. If given, tables in a pipe have these.
        messages: Command -> first words of its published message, which the id follows.
        arguments: Optional fields of the operation that creates it that are arguments, not options.
        without: Commands that it does not have.
        examples: Command -> its arguments in the example. Defaults to the id 1.
    """

    kind: type[Resource]
    group: str
    noun: str
    columns: Sequence[str]
    published: Sequence[str] = ()
    messages: Mapping[str, str] = field(factory=dict)
    arguments: Sequence[str] = ()
    without: Sequence[str] = ()
    examples: Mapping[str, str] = field(factory=dict)

    @property
    def schema(self) -> str:
        """Name of its schema in the contract."""
        return self.kind.declaration.schema

    @property
    def article(self) -> str:
        """Its noun with the indefinite article."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    @property
    def plural(self) -> str:
        """Its noun in the plural."""
        return f"{self.noun[:-1]}ies" if self.noun.endswith("y") else f"{self.noun}s"

    def format_message(self, verb: str, done: str, data: Mapping[str, Any], rest: str = "") -> str:
        """Write the message of a command: a published one with the id alone, any other with id and name.

        Args:
            verb: Name of the command.
            done: The verb in the past tense, for example ``"Deleted"``.
            data: The resource.
            rest: Added after the name.

        Returns:
            The message.
        """
        if verb in self.messages:
            return f"{self.messages[verb]} {data.get('id')}"
        return f"{done} {describe(self.noun, data)}{rest}"

    def template(self, values: dict[str, Any]) -> Any:
        """Remove the id of the parent from the values of a command.

        Args:
            values: The values.

        Returns:
            An instance that carries the id of the parent.
        """
        parent = self.kind.declaration.parent
        return self.kind(**{parent: values.pop(parent)}) if parent else self.kind()

    def parent_arguments(self) -> list[click.Parameter]:
        """Make the argument for the parent.

        Returns:
            The argument; empty for a kind without a parent.
        """
        parent = self.kind.declaration.parent
        return [click.Argument([parent], type=ResourceIdType(parent))] if parent else []

    def id_arguments(self, *, several: bool = False) -> list[click.Parameter]:
        """Make the arguments for one id or several.

        Args:
            several: True for several. Defaults to one.

        Returns:
            The arguments.
        """
        argument = click.Argument(
            ["ids" if several else "resource_id"],
            metavar="ID..." if several else "ID",
            nargs=-1 if several else 1,
            required=True,
            type=ResourceIdType(self.kind.declaration.name),
        )
        return [*self.parent_arguments(), argument]

    def format_example(self, verb: str) -> str:
        """Write the example of a command.

        Args:
            verb: Name of the command.

        Returns:
            The command line.
        """
        return f"ocli {self.group} {verb} {self.examples.get(verb, '1')}".rstrip()


def apply_to_each(items: Iterable[Any], act: Callable[[Any], Any]) -> tuple[list[Any], BaseException | None]:
    """Apply a function to several items, and continue with the next item after a failure.

    Args:
        items: The items.
        act: The function.

    Returns:
        The results of the calls that succeeded, and the first error.
    """
    done, first = [], None
    for item in items:
        try:
            done.append(act(item))
        except Exception as error:  # noqa: BLE001 - the caller raises it after the last item
            first = first or error
    return done, first


def describe(noun: str, data: Mapping[str, Any]) -> str:
    """Name a resource by kind, id and name.

    Args:
        noun: Its kind.
        data: Its fields; without a name, the id stands alone.

    Returns:
        For example ``"dataset 7 'hits'"``.
    """
    name = data.get("name")
    return f"{noun} {data.get('id')}{f' {name!r}' if isinstance(name, str) and name else ''}"


def fetch_details(state: State, resource: Any) -> dict[str, Any]:
    """Get the fields of a resource for a message, without a retry.

    Args:
        state: The options.
        resource: A handle of the resource.

    Returns:
        The fields; only the id if no message is printed, the kind has no names or the request fails.
    """
    from orionclient.exceptions import OrionError  # noqa: PLC0415

    known = {"id": resource.id}
    if state.form != "table" or "name" not in resource.fields():
        return known
    try:
        found: dict[str, Any] = state.lookup_session.get_resource(resource, resource.id).to_dict()
    except OrionError:
        return known
    return found


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the commands that a kind declares.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    from orionclient.cli._commands import sharing  # noqa: PLC0415 - it imports this module

    declared = kind.kind.declaration
    makers: list[tuple[str, Any, Callable[[CommandKind], Command]]] = [
        ("list", declared.list, _list),
        ("show", declared.get, _show),
        ("create", declared.create, _create),
        ("update", declared.update, _update),
        ("delete", declared.delete, _delete),
        ("wait", hasattr(kind.kind, "wait"), _wait),
        (
            "open",
            callable(getattr(kind.kind, "open", None)),
            functools.partial(_change_state, verb="open", done="Opened"),
        ),
        (
            "close",
            callable(getattr(kind.kind, "close", None)),
            functools.partial(_change_state, verb="close", done="Closed"),
        ),
        ("tag", declared.taggable, functools.partial(sharing.build_tag_command, verb="tag")),
        ("untag", declared.taggable, functools.partial(sharing.build_tag_command, verb="untag")),
        ("share", declared.sharable, functools.partial(sharing.build_share_command, verb="share")),
        ("unshare", declared.sharable, functools.partial(sharing.build_share_command, verb="unshare")),
        ("shares", declared.sharable, sharing.build_shares_command),
    ]
    return [make(kind) for verb, able, make in makers if able and verb not in kind.without]


def _operation(endpoint: Any) -> str:
    return str(endpoint.OPERATION.id)


def _list(kind: CommandKind) -> Command:
    def run(limit: int | None, exact: bool = False, **values: Any) -> None:
        state = get_state()
        template = kind.template(values)
        filters = contract_options.drop_omitted(values)
        found = state.session.list_resources(template, filters, limit=limit, exact=exact)
        state.out.print_rows(
            (each.to_dict() for each in found),
            kind.columns,
            key="id" if "id" in kind.kind.fields() else "path",
            published=kind.published,
        )

    options = contract_options.get_filters(_operation(kind.kind.declaration.list))
    more: list[click.Parameter] = [
        click.Option(["--limit"], type=click.IntRange(0), help="Maximum number of items. Defaults to all.")
    ]
    if {"name", "title"} & {each.name for each in options}:
        more.append(click.Option(["--exact"], is_flag=True, help="Match the name or title exactly, not in part."))
    more += table_options(schema_columns(kind.schema))
    return Command(
        "list",
        params=[*kind.parent_arguments(), *options, *more],
        callback=run,
        help=f"List {kind.plural}.",
        shape=f"[{kind.schema}]",
        example=f"ocli {kind.group} list {kind.examples.get('list', '--limit 10')}".rstrip(),
    )


def _show(kind: CommandKind) -> Command:
    def run(resource_id: int, **values: Any) -> None:
        state = get_state()
        state.out.print_item(state.session.get_resource(kind.template(values), resource_id).to_dict())

    return Command(
        "show",
        params=kind.id_arguments(),
        callback=run,
        help=f"Show {kind.article}.",
        shape=kind.schema,
        example=kind.format_example("show"),
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


def _create(kind: CommandKind) -> Command:
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


def _update(kind: CommandKind) -> Command:
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


DELETED_TEMPLATE: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "deleted"],
        "properties": {"id": {"type": "integer"}, "deleted": {"const": True}},
    },
}


def _delete(kind: CommandKind) -> Command:
    def run(ids: Sequence[int], yes: bool, dry_run: bool, immediate: bool = False, **values: Any) -> None:
        state = get_state()
        template = kind.template(values)
        if dry_run:
            print_plan(state, "delete", [f"{kind.noun} {each}" for each in ids])
            return
        found: dict[int, dict[str, Any]] = {}
        if len(ids) == 1 and not yes and sys.stdin.isatty():
            found[ids[0]] = fetch_details(state, template._make_handle(ids[0]))
        names = [describe(kind.noun, found.get(each, {"id": each})) for each in ids]
        what = names[0] if len(names) == 1 else f"{len(names)} {kind.plural} ({', '.join(map(str, ids))})"
        confirm(f"Delete {what}?", sure=yes)

        def delete(resource_id: int) -> dict[str, Any]:
            handle = template._make_handle(resource_id)
            # The name has to be read before the resource is gone.
            data = found.get(resource_id) or fetch_details(state, handle)
            state.session.delete_resource(handle, immediate=immediate)
            return data

        done, first = apply_to_each(ids, delete)
        state.out.print_results(
            [{"id": each["id"], "deleted": True} for each in done],
            [kind.format_message("delete", "Deleted", each) for each in done],
        )
        if first is not None:
            raise first

    trash = [click.Option(["--immediate"], is_flag=True, help="Delete for good instead of moving to the trash.")]
    return Command(
        "delete",
        params=[
            *kind.id_arguments(several=True),
            *(trash if kind.kind.declaration.trash else []),
            yes_option(),
            dry_run_option(),
        ],
        callback=run,
        help=f"Delete {kind.plural}.",
        shape=DELETED_TEMPLATE,
        example=kind.format_example("delete"),
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
        type=click.FloatRange(0),
        default=3600,
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
