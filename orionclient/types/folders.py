"""Folder: a folder of a project, and functions to create folders and move resources into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never

from orion_api.api.folders import assign_paths, create_paths, list_folders

from orionclient import types
from orionclient._resources.creating import project_id
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike, identifier, resource_id, string
from orionclient._transfer.names import check_path
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orion_api.inputs import ListFoldersFilters

_REQUIRED_KEYS: Final = ("resource_type", "id", "path")
_KEYS: Final = (*_REQUIRED_KEYS, "name")


class Folder(Resource):
    """A folder of a project. It has a path and no id: it can be listed, and created with `session.create_paths`.

    Listing takes the filter ``project``. All fields are assumed.

    Example:
        >>> from orionclient.types import Folder
        >>> session.create_paths("/screens/june")
        >>> [folder.path for folder in session.list_resources(Folder)]
        ['/screens', '/screens/june']
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="folder", schema="FolderInfo", id_name="path", list=list_folders, linkable=False
    )

    @classmethod
    def _inputs(cls, filters: ListFoldersFilters, create: Never, update: Never) -> None: ...

    path: Field[str] = Field(string, "Path from the root of the project.")
    project: Field[int] = Field(identifier, "Id of the project that the folder belongs to.")
    owner: Field[int] = Field(identifier, "Id of the user that created the folder.")
    created: Field[str] = Field(string, "When the folder was created, ISO 8601 in UTC.")

    def _title(self) -> str:
        return f"Folder {self._data.get('path', 'without path')}"


def create_folder_paths(session: SessionLike, paths: Sequence[str]) -> None:
    """Create folders in the session's project.

    Args:
        session: The session.
        paths: Paths of the folders.

    Raises:
        ValidationError: No path is given, or one is empty or not a string.
    """
    if not paths:
        raise ValidationError("no path given")
    body: dict[str, Any] = {"paths": [_check_string("path", check_path(path)) for path in paths]}
    project = project_id(session, None)
    session._calls.request_json(create_paths, {}, body=body if project is None else {**body, "project": project})


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
    session._calls.request_json(assign_paths, {}, body={"assignments": items})


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
    item = {
        "resource_type": _parse_resource_type(given["resource_type"]),
        "id": resource_id(given["id"]),
        "path": _check_string("path", check_path(given["path"])),
    }
    return item if given.get("name") is None else {**item, "name": _check_string("name", given["name"])}


def _parse_resource_type(given: Any) -> str:
    found = [name for name, kind in types.KINDS.items() if kind.declaration.in_folders]
    if isinstance(given, type) and issubclass(given, Resource) and hasattr(given, "declaration"):
        name = given.declaration.name
    else:
        name = given.lower() if isinstance(given, str) else repr(given)
    if name not in found:
        raise ValidationError(
            f"resource_type must be one of {', '.join(sorted(found))} or the class, not {given!r:.60}"
        )
    return name


def _check_string(what: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValidationError(f"{what} must be a non-empty string, not {value!r:.60}")
    return value
