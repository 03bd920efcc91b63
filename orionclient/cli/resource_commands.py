"""The commands that are the same for all kinds of resources, made of what a kind declares."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

from orionclient.cli import contract_options
from orionclient.cli.commands import Command
from orionclient.cli.completion_types import ResourceIdType
from orionclient.cli.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli.state import State, get_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from orionclient._resource import Resource


@frozen(kw_only=True)
class CommandKind:
    """A kind of resource as the command line shows it.

    Attributes:
        kind: Its class.
        group: Its group.
        noun: What a person calls it.
        columns: Columns of its table, in order.
        created: What is said when one was made.
        arguments: Fields of creating that are arguments although they may be left out.
        without: Commands that it does not have.
        examples: Command -> what stands after it in its example, where it is another than `ID`.
    """

    kind: type[Resource]
    group: str
    noun: str
    columns: Sequence[str]
    created: str = ""
    arguments: Sequence[str] = ()
    without: Sequence[str] = ()
    examples: Mapping[str, str] = field(factory=dict)

    @property
    def schema(self) -> str:
        """Name of its schema in the contract."""
        return self.kind.declaration.schema

    def template(self, values: dict[str, Any]) -> Any:
        """Take out of the values what it belongs to.

        Args:
            values: Those of the command.

        Returns:
            An instance that carries it.
        """
        parent = self.kind.declaration.parent
        return self.kind(**{parent: values.pop(parent)}) if parent else self.kind()

    def parents(self) -> list[click.Parameter]:
        """Make the argument for what it belongs to.

        Returns:
            The argument, or nothing.
        """
        parent = self.kind.declaration.parent
        return [click.Argument([parent], type=ResourceIdType(parent))] if parent else []

    def ids(self, *, several: bool = False) -> list[click.Parameter]:
        """Make the arguments that name one or several.

        Args:
            several: True for several.

        Returns:
            The arguments.
        """
        argument = click.Argument(
            ["ids" if several else "number"],
            metavar="ID..." if several else "ID",
            nargs=-1 if several else 1,
            required=True,
            type=ResourceIdType(self.kind.declaration.name),
        )
        return [*self.parents(), argument]

    def example(self, verb: str) -> str:
        """Write the example of a command.

        Args:
            verb: Its name.

        Returns:
            A call.
        """
        return f"ocli {self.group} {verb} {self.examples.get(verb, '1')}".rstrip()


def each_id(items: Iterable[Any], act: Callable[[Any], Any]) -> tuple[list[Any], BaseException | None]:
    """Do the same to several things; one failure does not keep it from the others.

    Args:
        items: The things.
        act: What to do.

    Returns:
        What it returned for those that went well, and the first error.
    """
    done, first = [], None
    for item in items:
        try:
            done.append(act(item))
        except Exception as error:  # noqa: BLE001 - raised when the others are done
            first = first or error
    return done, first


def commands(kind: CommandKind) -> list[Command]:
    """Make the commands that a kind declares.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    from orionclient.cli import sharing  # noqa: PLC0415 - it knows kinds too

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
            functools.partial(_describe_change, verb="open", done="Opened"),
        ),
        (
            "close",
            callable(getattr(kind.kind, "close", None)),
            functools.partial(_describe_change, verb="close", done="Closed"),
        ),
        ("tag", declared.taggable, functools.partial(sharing.tag, verb="tag")),
        ("untag", declared.taggable, functools.partial(sharing.tag, verb="untag")),
        ("share", declared.sharable, functools.partial(sharing.share, verb="share")),
        ("unshare", declared.sharable, functools.partial(sharing.share, verb="unshare")),
        ("shares", declared.sharable, sharing.shares),
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
        state.out.rows(
            (each.to_dict() for each in found), kind.columns, key="id" if "id" in kind.kind.fields() else "path"
        )

    options = contract_options.get_filters(_operation(kind.kind.declaration.list))
    more: list[click.Parameter] = [
        click.Option(["--limit"], type=click.IntRange(0), help="Largest number; all without it.")
    ]
    if {"name", "title"} & {each.name for each in options}:
        more.append(
            click.Option(["--exact"], is_flag=True, help="Only those whose name or title is the given one exactly.")
        )
    return Command(
        "list",
        params=[*kind.parents(), *options, *more],
        callback=run,
        help=f"List {kind.noun}s.",
        shape=f"[{kind.schema}]",
        example=f"ocli {kind.group} list {kind.examples.get('list', '--limit 10')}".rstrip(),
    )


def _show(kind: CommandKind) -> Command:
    def run(number: int, **values: Any) -> None:
        state = get_state()
        state.out.one(state.session.get_resource(kind.template(values), number).to_dict())

    return Command(
        "show",
        params=kind.ids(),
        callback=run,
        help=f"Show everything about one {kind.noun}.",
        shape=kind.schema,
        example=kind.example("show"),
    )


def report_created(state: State, kind: CommandKind, resource: Resource, **more: Any) -> None:
    """Print what was made.

    Args:
        state: The options.
        kind: Its kind.
        resource: What was made.
        **more: Fields that it does not hold itself.
    """
    data = {**resource.to_dict(), **more}
    words = kind.created if kind.created.startswith("Created") else f"Created {kind.noun} with id"
    state.out.one(data, sentence=f"{words} {data.get('id')}")


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
        params=[*kind.parents(), *contract_options.get_fields(operation, kind.arguments), dry_run_option()],
        callback=run,
        help=f"Create a {kind.noun}.",
        shape=kind.schema,
        example=kind.example("create"),
    )


def _update(kind: CommandKind) -> Command:
    operation = _operation(kind.kind.declaration.update)

    def run(number: int, dry_run: bool, **values: Any) -> None:
        state = get_state()
        template = kind.template(values)
        changes = contract_options.drop_omitted(values)
        if not changes:
            raise click.UsageError("nothing to change was given")
        if dry_run:
            print_plan(state, "update", [f"{kind.noun} {number}: {', '.join(sorted(changes))}"])
            return
        resource = template._make_handle(number)
        state.session.update_resource(resource, changes)
        state.out.one(resource.to_dict(), sentence=f"Updated {kind.noun} {number}")

    return Command(
        "update",
        params=[*kind.ids(), *contract_options.get_fields(operation), dry_run_option()],
        callback=run,
        help=f"Change a {kind.noun}.",
        shape=kind.schema,
        example=kind.example("update"),
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
        names = [f"{kind.noun} {number}" for number in ids]
        if dry_run:
            print_plan(state, "delete", names)
            return
        what = names[0] if len(names) == 1 else f"{len(names)} {kind.noun}s ({', '.join(map(str, ids))})"
        confirm(f"Delete {what}?", sure=yes)

        def delete(number: int) -> int:
            state.session.delete_resource(template._make_handle(number), immediate=immediate)
            return number

        done, first = each_id(ids, delete)
        state.out.done(
            [{"id": number, "deleted": True} for number in done], [f"Deleted {kind.noun} {number}" for number in done]
        )
        if first is not None:
            raise first

    trash = [click.Option(["--immediate"], is_flag=True, help="Remove for good, not to the trash.")]
    return Command(
        "delete",
        params=[
            *kind.ids(several=True),
            *(trash if kind.kind.declaration.trash else []),
            yes_option(),
            dry_run_option(),
        ],
        callback=run,
        help=f"Delete {kind.noun}s.",
        shape=DELETED_TEMPLATE,
        example=kind.example("delete"),
    )


def _wait(kind: CommandKind) -> Command:
    def run(number: int, deadline: float, **values: Any) -> None:
        state = get_state()
        resource = state.session.get_resource(kind.template(values), number)
        resource.wait(timeout=deadline)
        state.out.one(
            resource.to_dict(), sentence=f"{kind.noun.capitalize()} {number} is {resource.to_dict().get('state')}"
        )

    return Command(
        "wait",
        params=[*kind.ids(), deadline_option()],
        callback=run,
        help=f"Wait until a {kind.noun} is ready.",
        shape=kind.schema,
        example=kind.example("wait"),
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
        help="Seconds to wait at most; then the exit code is 8.",
    )


def _describe_change(kind: CommandKind, *, verb: str, done: str) -> Command:
    def run(number: int, dry_run: bool, **values: Any) -> None:
        state = get_state()
        template = kind.template(values)
        if dry_run:
            print_plan(state, verb, [f"{kind.noun} {number}"])
            return
        resource = template._make_handle(number)
        resource.session = state.session
        getattr(resource, verb)()
        state.out.one(resource.to_dict(), sentence=f"{done} {kind.noun} {number}")

    return Command(
        verb,
        params=[*kind.ids(), dry_run_option()],
        callback=run,
        help=f"{verb.capitalize()} a {kind.noun}.",
        shape=kind.schema,
        example=kind.example(verb),
    )
