"""The recipe "Add a command" of CONTRIBUTING.md works: the new command runs, and the documentation lists it."""

from __future__ import annotations

from typing import Any

from helpers.project_copy import ProjectCopy, list_recipe_files

from orionclient.local import LocalOrion
from orionclient.types import WorkFloeSpec

MODULE = '''
"""Provide the special commands of `ocli workfloes`."""

from __future__ import annotations

from orionclient.cli._core.command_kind import CommandKind, describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.state import get_state
from orionclient.types import WorkFloeSpec


def build_commands(kind: CommandKind) -> list[Command]:
    """Create the commands that only floes have."""

    def run(resource_id: int) -> None:
        state = get_state()
        data = state.session.get_resource(WorkFloeSpec, resource_id).to_dict()
        state.out.print_item(data, sentence=f"Title of {describe(kind.noun, data)}: {data['title']}")

    return [
        Command(
            "title",
            params=kind.id_arguments(),
            callback=run,
            help="Print the title of a floe.",
            shape=kind.schema,
            example=kind.format_example("title"),
        )
    ]
'''


def test_a_new_command_is_two_files(orion: LocalOrion, tmp_path_factory: Any, monkeypatch: Any) -> None:
    project = ProjectCopy(tmp_path_factory.mktemp("command") / "project")
    (project.folder / "orionclient/cli/_commands/workfloes.py").write_bytes(MODULE.strip().encode() + b"\n")
    project.insert("orionclient/cli/_commands/kinds.py", '        noun="floe"', '        special="workfloes",')
    recipe = {path.replace("<group>", "workfloes") for path in list_recipe_files("Add a command")}
    assert project.changed() == recipe

    floe = orion.session().list_resources(WorkFloeSpec, {"title": "echo"}).one()
    monkeypatch.setenv("ORION_URL", orion.url)
    monkeypatch.setenv("ORION_TOKEN", orion.token)
    shown = project.python("-m", "orionclient.cli", "workfloes", "title", floe.id)
    assert shown == f"Title of floe {floe.id} '{floe.name}': {floe.title}\n"
    assert "### ocli workfloes title\n" in project.python("-m", "orionclient.cli._core.reference")
