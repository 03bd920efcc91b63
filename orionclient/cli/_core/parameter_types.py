"""Types of parameters, and completion of their values, which prints no errors."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._runtime.user_files import expand_home
from orionclient.cli._core.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orionclient._resources.resource import Resource
    from orionclient.cli._core.state import State

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


class ResourceIdType(ParameterType):
    """The id of a resource. Completed with the ids of existing resources.

    Args:
        kind: Name of the kind of resource on the wire.
    """

    name = "id"

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Convert an id."""
        digits = str(value)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            most = " of at most 20 digits" if len(digits) > 20 else ""
            self.fail(f"{digits!r} is not a valid id; ids are integers{most}", param, ctx)
        return int(digits)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete an id with the newest resources, and show their names."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

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

        state, kind = get_completion_state(ctx), KINDS[self.kind]
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
