"""The recipe "Add a command" of CONTRIBUTING.md works: the new command runs, and the documentation lists it."""

from __future__ import annotations

from typing import Any

from helpers.project_copy import ProjectCopy, list_recipe_files

from orionclient.local import LocalOrion
from orionclient.types import Project

MODULE = '''
"""Provide the special commands of `ocli projects`."""

from __future__ import annotations

from orionclient.cli._core.command_kind import CommandKind, describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.state import get_state
from orionclient.types import Project


def build_commands(kind: CommandKind) -> list[Command]:
    """Create the commands that only projects have."""

    def run(resource_id: int) -> None:
        state = get_state()
        project = state.session.get_resource(Project, resource_id)
        project.archive()
        data = project.to_dict()
        state.out.print_item(data, sentence=f"Archived {describe(kind.noun, data)}")

    return [
        Command(
            "archive",
            params=kind.id_arguments(),
            callback=run,
            help="Archive a project.",
            shape=kind.schema,
            example=kind.format_example("archive"),
        )
    ]
'''


def test_a_new_command_is_two_files(orion: LocalOrion, tmp_path_factory: Any, monkeypatch: Any) -> None:
    project = ProjectCopy(tmp_path_factory.mktemp("command") / "project")
    (project.folder / "orionclient/cli/_commands/projects.py").write_bytes(MODULE.strip().encode() + b"\n")
    columns = '        columns=("id", "name", "owner", "created", "archived")'
    project.insert("orionclient/cli/_commands/kinds.py", columns, '        special="projects",')
    recipe = {path.replace("<group>", "projects") for path in list_recipe_files("Add a command")}
    assert project.changed() == recipe

    session = orion.session()
    made = Project.create(session, "June")
    monkeypatch.setenv("ORION_URL", orion.url)
    monkeypatch.setenv("ORION_TOKEN", orion.token)
    assert (
        project.python("-m", "orionclient.cli", "projects", "archive", made.id)
        == f"Archived project {made.id} 'June'\n"
    )
    session.refresh_resource(made)
    assert made.archived
    assert "### ocli projects archive\n" in project.python("-m", "orionclient.cli._core.reference")
