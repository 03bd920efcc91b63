"""Folder: a folder of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orion_api.api import folders as api

from orionclient._resources.convert import identifier, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from orion_api.inputs import ListFoldersFilters

__all__ = ["Folder"]


class Folder(Resource):
    """A folder of a project. It has a path and no id: it can be listed, and created with `session.create_paths`.

    Listing takes the filters ``project``, ``owner`` and ``path_contains``. All fields are assumed.

    Example:
        >>> from orionclient.types import Folder
        >>> session.create_paths("/screens/june")
        >>> [folder.path for folder in session.list_resources(Folder)]
        ['/screens', '/screens/june']
    """

    declaration: ClassVar[Declaration] = Declaration("folder", api, id_name="path", linkable=False)

    @classmethod
    def _inputs(cls, filters: ListFoldersFilters, create: Never, update: Never) -> None: ...

    path: Field[str] = Field(string, "Path from the root of the project.")
    project: Field[int] = Field(identifier, "Id of the project that the folder belongs to.")
    owner: Field[int] = Field(identifier, "Id of the user that created the folder.")
    created: Field[str] = Field(string, "When the folder was created, ISO 8601 in UTC.")

    def _title(self) -> str:
        return f"Folder {self._data.get('path', 'without path')}"
