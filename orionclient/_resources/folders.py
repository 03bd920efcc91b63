"""Create folders and move resources into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from orion_api.api import folders as api

from orionclient._resources.creating import project_id
from orionclient._resources.registry import KINDS
from orionclient._resources.resource import Resource, SessionLike, resource_id
from orionclient._transfer.names import check_folder_path
from orionclient.exceptions import BadResponse, ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

_REQUIRED_KEYS: Final = ("resource_type", "id", "path")
_KEYS: Final = (*_REQUIRED_KEYS, "name")


def create_folder_paths(session: SessionLike, paths: Sequence[str], *, parents: bool = True) -> None:
    """Create folders, those without an absolute path in the session's project.

    Args:
        session: The session.
        paths: Paths of the folders.
        parents: False rejects folders that exist, or whose parents are missing.

    Raises:
        ValidationError: No path is given, or one is empty or not a string.
    """
    if not paths:
        raise ValidationError("no path given")
    body: dict[str, Any] = {"paths": [_check_string("path", check_folder_path(path)) for path in paths]}
    project = project_id(session, None)
    if project is not None:
        body["project"] = project
    try:
        session._calls.request_json(api.create_paths, {}, body=body if parents else {**body, "parents": False})
    except BadResponse as error:
        if parents or error.response.status_code != 409 or error.call is None or not error.call.maybe_applied_earlier:
            raise
        # An earlier attempt, whose response was lost, has most likely created the folders. This accepts those that exist.
        session._calls.request_json(api.create_paths, {}, body=body)


def assign_folder_paths(session: SessionLike, assignments: Sequence[Mapping[str, Any]]) -> None:
    """Move resources into folders.

    Args:
        session: The session.
        assignments: Dicts with `resource_type`, `id`, `path` and optionally `name`.

    Raises:
        ValidationError: No assignment is given, or one has a missing, unknown or invalid value; the message names it.
    """
    if not assignments:
        raise ValidationError("no assignment given")
    items = [_parse_assignment(index, assignment) for index, assignment in enumerate(assignments, 1)]
    session._calls.request_json(api.assign_paths, {}, body={"assignments": items})


def _parse_assignment(index: int, given: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ValidationError(
            f"assignment {index} must be a dict with {', '.join(_REQUIRED_KEYS)}, not {type(given).__name__}"
        )
    missing = [name for name in _REQUIRED_KEYS if name not in given]
    unknown = sorted(str(name) for name in given if name not in _KEYS)
    if missing or unknown:
        problems = [
            f"{what} {', '.join(names)}" for what, names in (("lacks", missing), ("has unknown", unknown)) if names
        ]
        raise ValidationError(f"assignment {index} {' and '.join(problems)}; known keys are {', '.join(_KEYS)}")
    kind = _parse_resource_type(given["resource_type"])
    item = {
        "resource_type": kind,
        "id": resource_id(given["id"], kind=kind),
        "path": _check_string("path", check_folder_path(given["path"])),
    }
    return item if given.get("name") is None else {**item, "name": _check_string("name", given["name"])}


def _parse_resource_type(given: Any) -> str:
    if isinstance(given, type) and issubclass(given, Resource) and hasattr(given, "declaration"):
        name = given.declaration.name
    else:
        name = given.lower() if isinstance(given, str) else repr(given)
    if name not in KINDS or not KINDS[name].declaration.in_folders:
        known = sorted(name for name, kind in KINDS.items() if kind.declaration.in_folders)
        raise ValidationError(f"resource_type must be one of {', '.join(known)} or the class, not {given!r:.60}")
    return name


def _check_string(what: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValidationError(f"{what} must be a non-empty string, not {value!r:.60}")
    return value
