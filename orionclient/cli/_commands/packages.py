"""`ocli packages`: create the skeleton of a floe package, upload an archive or folder, and show the environment and the inspection."""

from __future__ import annotations

import io
import json
import platform
import tarfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._runtime.user_files import decode_utf8
from orionclient._transfer.names import check_path
from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.parameter_types import PathType, project_option
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import get_state
from orionclient.exceptions import ValidationError
from orionclient.types import WorkFloePackage
from orionclient.types.packages import is_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli._core.command_kind import CommandKind

_MANIFEST: Final = "manifest.json"
_FLOE: Final = '''"""An example floe."""

from orionclient.floes import DatasetOut, floe
from orionclient.session import APISession
from orionclient.types import Dataset


@floe(title="Count up", tags=["example"], classification=[["Examples"]])
def count_up(limit: int = 10, dataset: DatasetOut = "numbers") -> None:
    """Write a sequence of integers to a dataset."""
    output = Dataset.create(APISession, dataset)
    for index in range(limit):
        output.write({"Title": str(index)})
    output.finalize()
'''
_TEST: Final = '''"""Test the floes on a local Orion; run it with: python -m pytest"""

from pathlib import Path

from orionclient.local import LocalOrion
from orionclient.types import Dataset, WorkFloeSpec

FLOES = Path(__file__).parents[1] / "floes"


def test_count_up(tmp_path: Path) -> None:
    with LocalOrion(tmp_path / "stack", seed="demo", floes=[FLOES / "count_up.py"]) as orion:
        floe = orion.session().list_resources(WorkFloeSpec, {"name": "count_up"}).one()
        job = floe.start("test", limit=3)
        job.wait(timeout=60)
        assert [record["Title"] for record in job.outputs(Dataset).one().records()] == ["0", "1", "2"]
'''
_README: Final = """# {name}

    ocli packages upload .
    ocli workfloes list name=count_up
    ocli jobs start ID 'my first job' --limit=5 --wait

`manifest.json` has the name and version of the package, and what it requires. Each function with `@floe` in the folder `floes` is a floe.
Test them on a local Orion with `python -m pytest`.
"""
_INIT: Final = object_of(name="string", path="string", files={"type": "array", "items": {"type": "string"}})
_DOCKERFILE: Final = object_of(dockerfile="string")


def build_commands(kind: CommandKind) -> list[Command]:
    """Create the commands that only packages have.

    Args:
        kind: The kind of resource.

    Returns:
        The commands.
    """
    return [_init(), _show_dockerfile(), _upload(kind), _show_environment(kind), _show_inspection(kind)]


def _init() -> Command:
    def run(folder: str, dry_run: bool) -> None:
        state = get_state()
        root = Path(check_path(folder))
        # Bytes of the folder's name that are not valid UTF-8 cannot be written to its files.
        name = root.resolve().name.encode(errors="replace").decode() or "floes"
        manifest = {
            "name": name,
            "version": "0.1.0",
            "uuid": str(uuid.uuid4()),
            "python_version": ".".join(platform.python_version_tuple()[:2]),
            "requirements": [],
            "conda_channels": [],
            "conda_dependencies": [],
            "build_requirements": {},
            "documentation_root": "docs",
            "classify_floes": True,
        }
        files = {
            _MANIFEST: json.dumps(manifest, indent=2) + "\n",
            "floes/count_up.py": _FLOE,
            "tests/test_count_up.py": _TEST,
            "docs/index.md": f"# {name}\n\nThe floe *Count up* writes a sequence of integers to a dataset.\n",
            "README.md": _README.format(name=name),
        }
        if dry_run:
            print_plan(state, "write", [str(root / each) for each in files])
            return
        for each in files:
            if (root / each).exists():
                raise FileExistsError(f"{root / each} already exists")
        for each, content in files.items():
            (root / each).parent.mkdir(parents=True, exist_ok=True)
            (root / each).write_text(content, "utf-8")
        state.out.print_item(
            {"name": name, "path": str(root), "files": sorted(files)},
            sentence=f"Created package {name} in {root}",
            key="path",
        )

    return Command(
        "init",
        params=[click.Argument(["folder"], default=".", metavar="[DIR]"), dry_run_option()],
        callback=run,
        help="Create the skeleton of a package, ready to upload.",
        shape=_INIT,
        example="ocli packages init my-floes",
    )


def _read_manifest(folder: str) -> dict[str, Any]:
    path = Path(check_path(folder)) / _MANIFEST
    try:
        found = json.loads(decode_utf8(path.read_bytes()))
    except ValueError as error:
        raise ValidationError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise ValidationError(f"{path} is not a JSON object")
    return found


def _show_dockerfile() -> Command:
    def run(folder: str) -> None:
        state = get_state()
        manifest = _read_manifest(folder)
        needed = manifest.get("requirements") or []
        lines = [
            f"FROM python:{manifest.get('python_version', '3.11')}-slim",
            "WORKDIR /package",
            "COPY . /package",
            f"RUN pip install --no-cache-dir {' '.join(json.dumps(str(each)) for each in ['orion-platform-client', *needed])}",
        ]
        dockerfile = "\n".join(lines)
        if state.form == "table":
            state.out.write(dockerfile)
        else:
            state.out.print_item({"dockerfile": dockerfile}, key="dockerfile")

    return Command(
        "show-dockerfile",
        params=[click.Argument(["folder"], default=".", metavar="[DIR]")],
        callback=run,
        help="Print a Dockerfile with the requirements of a package. The one of the original is not published.",
        shape=_DOCKERFILE,
        example="ocli packages show-dockerfile package",
    )


def _compress(folder: Path) -> io.BytesIO:
    """Compress a folder into a tar.gz archive, without hidden files and __pycache__."""
    compressed = io.BytesIO()
    with tarfile.open(fileobj=compressed, mode="w:gz") as archive:
        for path in sorted(folder.rglob("*")):
            names = path.relative_to(folder).parts
            if path.is_file() and not any(name.startswith(".") or name == "__pycache__" for name in names):
                archive.add(path, "/".join(names))
    compressed.seek(0)
    return compressed


def _omit_query(given: str) -> str:
    """Omit the query of a URL, which may grant access."""
    return given.partition("?")[0] if is_url(given) else given


def _upload(kind: CommandKind) -> Command:
    def run(paths: Sequence[str], project: int | None, dry_run: bool) -> None:
        state = get_state()
        for each in paths:
            check_path(each)
        if dry_run:
            print_plan(state, "upload", [_omit_query(each) for each in paths])
            return
        session = state.session

        def upload(given: str) -> dict[str, Any]:
            source: Any = given
            if not is_url(given) and Path(given).is_dir():
                source = _compress(Path(given))
            return WorkFloePackage.upload(session, source, project).to_dict()

        def report(done: list[dict[str, Any]]) -> None:
            state.out.print_results(done, [kind.format_message("upload", "Uploaded", each) for each in done])

        apply_to_each(paths, upload, report, name_of=_omit_query)

    return Command(
        "upload",
        params=[
            click.Argument(["paths"], nargs=-1, required=True, metavar="PATH|URL...", type=PathType()),
            project_option(),
            dry_run_option(),
        ],
        callback=run,
        help="Upload packages. Folders are compressed into archives. An http(s) URL is fetched first, without the token.",
        shape="[PackageInfo]",
        example="ocli packages upload package",
    )


def _show_environment(kind: CommandKind) -> Command:
    def run(resource_id: int) -> None:
        state = get_state()
        found = WorkFloePackage(session=state.session, id=resource_id).environment()
        state.out.print_item(_join_lists(found) if state.form == "table" else found)

    return Command(
        "environment",
        params=kind.id_arguments(),
        callback=run,
        help="Show what a package requires and what its floes run with.",
        shape="PackageEnvironment",
        example=kind.format_example("environment"),
    )


def _show_inspection(kind: CommandKind) -> Command:
    def run(resource_id: int) -> None:
        state = get_state()
        found = WorkFloePackage(session=state.session, id=resource_id).inspection()
        if state.form != "table":
            state.out.print_item(found)
            return
        log = found.pop("log")
        state.out.print_item(_join_lists({**found, "floes": [floe["name"] for floe in found["floes"]]}))
        for line in ["", *log.splitlines()] if log else ():
            state.out.write(escape_control_characters(line))

    return Command(
        "inspection",
        params=kind.id_arguments(),
        callback=run,
        help="Show the floes, errors and warnings of a package.",
        shape="PackageInspection",
        example=kind.format_example("inspection"),
    )


def _join_lists(item: dict[str, Any]) -> dict[str, Any]:
    return {name: ", ".join(value) if isinstance(value, list) else value for name, value in item.items()}
