"""The recipe "Add a command" of CONTRIBUTING.md works: the new command runs, and the documentation lists it."""

from __future__ import annotations

from typing import Any

from helpers.project_copy import ProjectCopy, list_recipe_files
from orion_api.api.uploads import create_upload

from orionclient.local import LocalOrion
from orionclient.types import File

MODULE = '''
"""Provide the special commands of `ocli uploads`."""

from __future__ import annotations

from orionclient.cli._core.command_kind import CommandKind, describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.state import get_state
from orionclient.types import Upload


def build_commands(kind: CommandKind) -> list[Command]:
    """Create the commands that only uploads have."""

    def run(resource_id: int) -> None:
        state = get_state()
        data = state.session.get_resource(Upload, resource_id).to_dict()
        state.out.print_item(data, sentence=f"Size of {describe(kind.noun, data)}: {data['size']} bytes")

    return [
        Command(
            "size",
            params=kind.id_arguments(),
            callback=run,
            help="Print the size of an upload.",
            shape=kind.schema,
            example=kind.format_example("size"),
        )
    ]
'''


def test_a_new_command_is_two_files(orion: LocalOrion, tmp_path_factory: Any, monkeypatch: Any) -> None:
    project = ProjectCopy(tmp_path_factory.mktemp("command") / "project")
    (project.folder / "orionclient/cli/_commands/uploads.py").write_bytes(MODULE.strip().encode() + b"\n")
    project.insert(
        "orionclient/cli/_commands/kinds.py", "        # Those that can be resumed.", '        special="uploads",'
    )
    recipe = {path.replace("<group>", "uploads") for path in list_recipe_files("Add a command")}
    assert project.changed() == recipe

    session = orion.session()
    body = {"resource_type": "file", "resource_id": File.upload(session, "x", b"x").id, "size": 10, "part_size": 5}
    upload = create_upload.sync(client=session.raw, body=body)
    monkeypatch.setenv("ORION_URL", orion.url)
    monkeypatch.setenv("ORION_TOKEN", orion.token)
    shown = project.python("-m", "orionclient.cli", "uploads", "size", upload.id)
    assert shown == f"Size of upload {upload.id}: 10 bytes\n"
    assert "### ocli uploads size\n" in project.python("-m", "orionclient.cli._core.reference")
