"""Project: a room for the work of a team."""

from __future__ import annotations

from typing import ClassVar

from orion_api.api.projects import get_project, list_projects

from orionclient._resource import Declaration, Field, Resource, text


class Project(Resource):
    """A room for the work of a team; files, datasets and tags belong to one.

    Listing takes the filter ``name`` (contains). The paths and all fields but `id` are assumed.
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="project", schema="ProjectInfo", id_name="project_id", get=get_project, list=list_projects
    )

    id: Field[int] = Field(int, "Number of the project, unique in the stack (documented).")
    name: Field[str] = Field(text, "Name of the project.")
    description: Field[str] = Field(text, "What the project is for; may be empty.")
    owner: Field[int] = Field(int, "Id of the user that made the project.")
    organization: Field[int] = Field(int, "Id of the organization that the project belongs to.")
    created: Field[str] = Field(text, "When the project was made, ISO 8601 in UTC.")
