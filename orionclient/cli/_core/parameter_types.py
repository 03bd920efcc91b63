"""Types of parameters, and completion of their values, which prints no errors."""

from __future__ import annotations

import math
import os
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from orionclient._runtime.user_files import expand_home
from orionclient.cli._core.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orionclient._resources.resource import Resource
    from orionclient.cli._core.state import State
    from orionclient.session import OrionSession

    # Generic for type checkers since click 8.5, and not at run time before.
    ParameterType = click.ParamType[Any]
    StringChoice = click.Choice[str]
else:
    ParameterType = click.ParamType
    StringChoice = click.Choice

_SECONDS: Final = 0.5
_MAX_ITEMS: Final = 50
_MAX_TAGGED: Final = 20


def complete_within(function: Callable[[], Iterable[Any]], seconds: float = _SECONDS) -> list[Any]:
    """Run a function with a timeout.

    Args:
        function: The function.
        seconds: The timeout in seconds.

    Returns:
        What the function returned, or yielded until it failed or timed out.
    """
    found: list[Any] = []

    def run() -> None:
        # An error message would end up in the command line that is being typed.
        try:
            found.extend(function())
        except BaseException:  # noqa: BLE001
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return list(found)


def complete_profiles(_context: object, _parameter: object, incomplete: str) -> list[str]:
    """Complete the name of a profile.

    Args:
        incomplete: Start of the name.

    Returns:
        The matching names.
    """
    from orionclient.config import read_profiles  # noqa: PLC0415

    return complete_within(lambda: [name for name in read_profiles() if name.startswith(incomplete)])


class Choice(StringChoice):
    """A value out of a list. An unknown value is reported with the closest known ones."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check a value."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"unknown value {value!r}. {suggest(str(value), map(str, self.choices), 'values')}", param, ctx)


class FloatRange(click.FloatRange):
    """A number in a range. NaN is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Check a value."""
        found: float = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value} is not a number", param, ctx)
        return found


class ItemPath(NamedTuple):
    """The absolute path of an item in place of its id; `find_items` finds the id before the command runs.

    Attributes:
        path: The path.
        kind: Name of the kind of resource on the wire that the command takes.
    """

    path: str
    kind: str

    def __str__(self) -> str:
        return self.path

    def find(self, session: OrionSession) -> int | None:
        """Find the id."""
        entry = session.fs.info(self.path)
        if entry.type != self.kind:
            raise click.UsageError(f"{self.path} is a {entry.type}, but a {self.kind} is expected")
        return entry.id


class UserName(NamedTuple):
    """The name of a user in place of the id; `find_items` finds the id.

    Attributes:
        name: The name.
        given: The parameter that it was given to, for messages.
    """

    name: str
    given: str

    def __str__(self) -> str:
        return self.name

    def find(self, session: OrionSession) -> int:
        """Find the id."""
        from orionclient.types import User  # noqa: PLC0415

        found = session.list_resources(User, {"username": self.name}).first()
        if found is None:
            raise click.BadParameter(f"there is no user {self.name!r}", param_hint=self.given)
        return found.id


def find_items(context: click.Context) -> None:
    """Replace paths and user names in the parameters of a command by ids, with one request for each.

    Args:
        context: The context of the command.

    Raises:
        UsageError: An item is of another kind than the command takes, or a user does not exist.
        OrionError: A path was not found, is ambiguous, or the request failed.
        TransferErrors: Several were given, and some of them failed.
    """
    found = [each for value in context.params.values() for each in _find_names(value)]
    if not found:
        return
    from orionclient.cli._core.batch import apply_to_each  # noqa: PLC0415 - for names only
    from orionclient.cli._core.state import State  # noqa: PLC0415

    session, ids = State.from_context(context).session, dict[Any, int | None]()

    def find(each: ItemPath | UserName) -> None:
        ids[each] = each.find(session)

    apply_to_each(dict.fromkeys(found), find, lambda _: None, name_of=str)
    for name, value in context.params.items():
        if isinstance(value, ItemPath | UserName):
            context.params[name] = ids[value]
        elif isinstance(value, tuple):
            context.params[name] = tuple(
                ids.get(each, each) if isinstance(each, ItemPath | UserName) else each for each in value
            )


def _find_names(value: Any) -> list[ItemPath | UserName]:
    # A name is a tuple, too.
    values = value if type(value) is tuple else (value,)
    return [each for each in values if isinstance(each, ItemPath | UserName)]


class ResourceIdType(ParameterType):
    """The id of a resource; or the address or the absolute path of an item. Completed with the ids of existing resources.

    Args:
        kind: Name of the kind of resource on the wire. If None, the argument `kind` has it.
    """

    name = "id"

    def __init__(self, kind: str | None) -> None:
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | ItemPath:
        """Convert an id or an address; `find_items` converts a path."""
        digits = str(value)
        if "://" in digits or digits.startswith("/"):
            return self._convert_location(digits, param, ctx)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            most = " of at most 20 digits" if len(digits) > 20 else ""
            self.fail(f"{digits!r} is not a valid id; ids are integers{most}", param, ctx)
        return int(digits)

    def _convert_location(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int | ItemPath:
        from orionclient._resources.addresses import ITEM_TYPES, check_absolute_path, parse_address  # noqa: PLC0415
        from orionclient.exceptions import ValidationError  # noqa: PLC0415

        kind = self._get_kind(ctx)
        try:
            if "://" in value:
                return parse_address(value, kind)[1]
            if kind in ITEM_TYPES:
                return ItemPath(check_absolute_path(value), kind)
            reason = f"{value!r} is not a valid id; a {kind} has no path"
        except ValidationError as error:
            reason = str(error)
        return self.fail(reason, param, ctx)

    def _get_kind(self, context: click.Context | None) -> str:
        return self.kind or (context.params["kind"] if context is not None else "")

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Complete an id with the newest resources, and show their names; or a path."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        if incomplete.startswith("/"):
            return LocationType().shell_complete(ctx, param, incomplete)
        return complete_within(
            lambda: [
                CompletionItem(identifier, help=name)
                for identifier, name in self._list_resources(ctx)
                if identifier.startswith(incomplete)
            ]
        )

    def _list_resources(self, ctx: click.Context) -> list[tuple[str, str]]:
        from orionclient.cli._core.output import escape_control_characters  # noqa: PLC0415
        from orionclient.types import KINDS  # noqa: PLC0415

        state, kind = get_completion_state(ctx), KINDS[self._get_kind(ctx)]
        template = kind
        if parent := kind.declaration.parent:
            template = kind(**{parent: ctx.params[parent]})  # type: ignore[assignment]
        found = []
        for each in state.session.list_resources(template, limit=_MAX_ITEMS):
            data = each.to_dict()
            found.append(
                (
                    str(data["id"]),
                    escape_control_characters(str(data.get("name") or data.get("title") or data.get("username") or "")),
                )
            )
        return found


class _InvalidLocation(click.BadParameter):
    """A location that is not valid. The hint says what to give instead, for an id and for a local path."""

    def __init__(
        self, value: str, message: str, context: click.Context | None, parameter: click.Parameter | None
    ) -> None:
        super().__init__(message, context, parameter)
        self.hint = ""
        if value.isdigit():
            self.hint = f"an item is named by its address, for example file://{value} or dataset://{value}"
        elif os.path.exists(value):  # noqa: PTH110 - too long a path is none
            self.hint = "a local file is uploaded with: ocli files upload, or ocli datasets upload"


class LocationType(ParameterType):
    """An absolute path in Orion, or the address of an item. Paths are completed with the entries of their folders.

    Args:
        addresses: False accepts only paths.
    """

    name = "path"

    def __init__(self, *, addresses: bool = True) -> None:
        self._addresses = addresses

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check a path or an address."""
        from orionclient._resources.addresses import check_absolute_path, check_location  # noqa: PLC0415
        from orionclient.exceptions import ValidationError  # noqa: PLC0415

        try:
            return (check_location if self._addresses else check_absolute_path)(str(value))
        except ValidationError as error:
            raise _InvalidLocation(str(value), str(error), ctx, param) from None

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete a root, or the last name of a path."""
        from orionclient._resources.addresses import is_absolute  # noqa: PLC0415

        listing = self._list_entries if is_absolute(incomplete.rpartition("/")[0]) else self._list_roots
        return complete_within(lambda: listing(ctx, incomplete))

    def _list_roots(self, ctx: click.Context, incomplete: str) -> Iterator[Any]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        from orionclient.types import Project, Workspace  # noqa: PLC0415

        def list_all() -> Iterator[str]:
            session = get_completion_state(ctx).session
            yield "/organization/"
            username = session.get_user_profile().username
            for project in session.list_resources(Project, limit=_MAX_ITEMS):
                yield from (f"/project/{project.id}/team/", f"/project/{project.id}/user/{username}/")
            for workspace in session.list_resources(Workspace, limit=_MAX_ITEMS):
                yield f"/project/{workspace.project}/workspace/{workspace.id}/"

        yield from (CompletionItem(root) for root in list_all() if root.startswith(incomplete))

    def _list_entries(self, ctx: click.Context, incomplete: str) -> Iterator[Any]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        from orionclient.cli._core.output import escape_control_characters  # noqa: PLC0415

        folder, _, start = incomplete.rpartition("/")
        filters = {"name": start} if start else {}
        for entry in get_completion_state(ctx).session.fs.ls(folder, limit=_MAX_ITEMS, **filters):
            if entry.name.startswith(start):
                end = "/" if entry.type == "folder" else ""
                yield CompletionItem(f"{folder}/{escape_control_characters(entry.name)}{end}", help=entry.address)


def get_completion_state(context: click.Context) -> State:
    """Set the state of the call to one attempt within the time of a completion.

    Args:
        context: The context.

    Returns:
        The state.
    """
    from orionclient.cli._core.state import State  # noqa: PLC0415

    state = State.from_context(context)
    state.timeout, state.max_retries = _SECONDS, 0
    return state


class UserType(ResourceIdType):
    """The id or the user name of a user. Digits are an id."""

    def __init__(self) -> None:
        super().__init__("user")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert an id; `find_items` converts a name."""
        if not str(value) or str(value).isdigit():
            return super().convert(value, param, ctx)
        return UserName(str(value), param.get_error_hint(ctx) if param is not None and ctx is not None else "")


class PathType(ParameterType):
    """A local path, which the shell completes. ``~`` is expanded in an option, since shells do not do so in ``--option=~/file``."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Expand the home directory in an option."""
        if not isinstance(param, click.Option):
            return value
        try:
            return expand_home(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Let the shell complete the path."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        return [CompletionItem(incomplete, type="file")]


class KnownValueType(ParameterType):
    """A string; known values are completed, and others are accepted.

    Args:
        known: The known values.
    """

    name = "text"

    def __init__(self, known: Iterable[str]) -> None:
        self._known = tuple(known)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete a known value."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        return [CompletionItem(value) for value in self._known if value.startswith(incomplete)]


class OrderType(Choice):
    """A field to order by, with ``-`` before it for descending order.

    Args:
        names: The fields.
    """

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__([*names])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check the field."""
        name = str(value).removeprefix("-")
        return str(value).removesuffix(name) + str(super().convert(name, param, ctx))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Complete the field."""
        found = super().shell_complete(ctx, param, incomplete.removeprefix("-"))
        for item in found:
            item.value = f"{'-' * incomplete.startswith('-')}{item.value}"
        return found


class TagType(ParameterType):
    """A tag. Completed with the tags of the resource named before it, else with those of the first resources of the kind.

    Args:
        kind: Name of the kind of resource on the wire. If None, the argument `kind` has it.
    """

    name = "text"

    def __init__(self, kind: str | None = None) -> None:
        self._kind = kind

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete a tag."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        tags = complete_within(lambda: self._find_tags(ctx))
        return [CompletionItem(tag) for tag in sorted({*tags}) if tag.startswith(incomplete)]

    def _find_tags(self, context: click.Context) -> Iterator[str]:
        from orionclient.cli._core.output import escape_control_characters  # noqa: PLC0415
        from orionclient.types import KINDS  # noqa: PLC0415

        state, kind = get_completion_state(context), KINDS[self._kind or context.params["kind"]]
        resource_id = context.params.get("resource_id")
        resources: Iterable[Resource] = [kind(id=resource_id)] if resource_id is not None else ()
        if resource_id is None:
            resources = state.session.list_resources(kind, limit=_MAX_TAGGED)
        for resource in resources:
            for tag in state.session.list_tags(resource):
                yield escape_control_characters(str(tag["name"]))


def project_option(description: str = "Id of the project. Defaults to the profile's project.") -> click.Option:
    """Make the option --project.

    Args:
        description: Its help.

    Returns:
        The option.
    """
    return click.Option(["--project"], type=ResourceIdType("project"), help=description)
