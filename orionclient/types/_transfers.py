"""What files and shards share when their content moves: the name of an object, and what an earlier run left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from orionclient.exceptions import NotFoundResponse

if TYPE_CHECKING:
    from orionclient._resource import Resource
    from orionclient.transfer.unfinished import Unfinished

    R = TypeVar("R", bound=Resource)

_LOOK_SECONDS: Final = 10.0


def object_name(resource: Resource) -> str:
    """Name an object of a stack, whatever the address of its content is today.

    Args:
        resource: The object.

    Returns:
        A text that no other object has.
    """
    ids = "/".join(str(number) for number in resource._ids().values())
    return f"{resource._bound().config.url} {resource.declaration.name} {ids}"


def begun(template: R, note: Unfinished) -> R | None:
    """Find what an earlier run made and did not fill.

    Args:
        template: An instance that carries what it belongs to.
        note: What is remembered of that run.

    Returns:
        The object, filled or not; None where there is none.

    Raises:
        OrionError: The server refused, or no good answer came.
    """
    get = template.declaration.get
    if note.resource_id is None or get is None:
        return None
    found = template._handle(note.resource_id)
    calls = template._bound()._calls
    try:
        found._replace(calls.json(get, found._ids(), timeout=_LOOK_SECONDS))
    except NotFoundResponse:
        return None
    return found
