"""How the command line presents a kind of resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import Factory, field, frozen

from orionclient.cli._core.parameter_types import ResourceIdType
from orionclient.types import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orionclient._resources.resource import Resource
    from orionclient.cli._core.state import State


_COLUMNS: Final = ("id", "name", "state", "owner", "created", "project")
_EXAMPLES: Final = {
    "list": "--limit 10",
    "create": "first",
    "update": "1 --name renamed",
    "delete": "3 --yes",
    "share": "1 --project 3",
    "unshare": "2 --project 3",
    "tag": "1 actives 'Job 4242'",
    "untag": "1 old",
}


@frozen
class CommandKind:
    """How the command line presents a kind of resource.

    Attributes:
        name: Its name on the wire.
        group: Name of its group of commands. Defaults to its noun in the plural.
        noun: Its name in messages, in the singular. Defaults to its name on the wire.
        columns: Columns of its table, in order. Defaults to those of id, name, state, owner, created and project that it has.
        published: Columns of the table that the original prints, in order. If given, tables in a pipe have these.
        messages: Command -> first words of its published message, which the id follows.
        arguments: Optional fields of the operation that creates it that are arguments, not options.
        without: Commands that it does not have.
        examples: Command -> its arguments in the example. Defaults to the id 1, or to what the command needs.
        only: Filters of `list` that apply unless --all or an option for the field is given.
        elsewhere: Command -> group and name under which another group publishes it; its own group has it as a hidden alias.
        aliases: Other names of the group, which are not listed.
        special: Module with its special commands, which replace shared commands of the same name.
        asks: True if `delete` asks for confirmation; if False, it asks with --ask only.
    """

    name: str
    noun: str = field(kw_only=True, default=Factory(lambda self: self.name, takes_self=True))
    group: str = field(kw_only=True, default=Factory(lambda self: self.plural, takes_self=True))
    _columns: Sequence[str] = field(kw_only=True, default=(), alias="columns")
    published: Sequence[str] = field(kw_only=True, default=())
    messages: Mapping[str, str] = field(kw_only=True, factory=dict)
    arguments: Sequence[str] = field(kw_only=True, default=())
    without: Sequence[str] = field(kw_only=True, default=())
    examples: Mapping[str, str] = field(kw_only=True, factory=dict)
    only: Mapping[str, str] = field(kw_only=True, factory=dict)
    elsewhere: Mapping[str, tuple[str, str]] = field(kw_only=True, factory=dict)
    aliases: Sequence[str] = field(kw_only=True, default=())
    special: str = field(kw_only=True, default="")
    asks: bool = field(kw_only=True, default=True)

    @property
    def kind(self) -> type[Resource]:
        """Its class."""
        return KINDS[self.name]

    @property
    def columns(self) -> Sequence[str]:
        """Columns of its table, in order."""
        return self._columns or [name for name in _COLUMNS if name in self.kind.fields()]

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
        return f"{self.noun[:-1]}ies" if re.search("[^aeiou]y$", self.noun) else f"{self.noun}s"

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

    def command(self, verb: str) -> str:
        """Write the published words of a command.

        Args:
            verb: Name of the command.

        Returns:
            The words, for example `ocli files list`.
        """
        return f"ocli {' '.join(self.elsewhere.get(verb, (self.group, verb)))}"

    def format_example(self, verb: str) -> str:
        """Write the example of a command.

        Args:
            verb: Name of the command.

        Returns:
            The command line.
        """
        return f"{self.command(verb)} { {**_EXAMPLES, **self.examples}.get(verb, '1') }".rstrip()


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
