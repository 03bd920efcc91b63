"""`ocli packages`: a skeleton to begin with, the Dockerfile of an image, and uploading an archive or a folder."""

from __future__ import annotations

import io
import json
import platform
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli.commands import Command
from orionclient.cli.completion_types import ResourceIdType
from orionclient.cli.confirmation import dry_run_option, print_plan
from orionclient.cli.state import get_state
from orionclient.exceptions import ValidationError
from orionclient.transfer.names import check_path
from orionclient.types import WorkFloePackage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli.resource_commands import CommandKind

_MANIFEST: Final = "manifest.json"
_FLOE: Final = '''"""A first floe."""

from orionclient.floes import DatasetOut, floe
from orionclient.session import APISession
from orionclient.types import Dataset


@floe(title="Count up")
def count_up(limit: int = 10, dataset: DatasetOut = "numbers") -> None:
    """Write numbers into a dataset."""
    made = Dataset.create(APISession, dataset)
    for number in range(limit):
        made.write({"Title": str(number)})
    made.finalize()
'''
_INIT: Final = {
    "type": "object",
    "required": ["name", "path", "files"],
    "properties": {
        "name": {"type": "string"},
        "path": {"type": "string"},
        "files": {"type": "array", "items": {"type": "string"}},
    },
}
_DOCKERFILE: Final = {"type": "object", "required": ["dockerfile"], "properties": {"dockerfile": {"type": "string"}}}


def commands(kind: CommandKind) -> list[Command]:
    """Make the commands that only packages have.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [_init(), _show_dockerfile(), _upload(kind)]


def _init() -> Command:
    def run(folder: str, dry_run: bool) -> None:
        state = get_state()
        root = Path(check_path(folder))
        name = root.resolve().name
        minor = ".".join(platform.python_version_tuple()[:2])
        manifest = {"name": name, "version": "0.1.0", "python_version": minor, "requirements": []}
        files = {
            _MANIFEST: json.dumps(manifest, indent=2) + "\n",
            "floes/count_up.py": _FLOE,
            "README.md": f"# {name}\n\n    ocli packages upload .\n",
        }
        if dry_run:
            print_plan(state, "write", [str(root / each) for each in files])
            return
        for each in files:
            if (root / each).exists():
                raise FileExistsError(f"{root / each} is there already")
        for each, text in files.items():
            (root / each).parent.mkdir(parents=True, exist_ok=True)
            (root / each).write_text(text, "utf-8")
        state.out.one(
            {"name": name, "path": str(root), "files": sorted(files)},
            sentence=f"Created package {name} in {root}",
            key="path",
        )

    return Command(
        "init",
        params=[click.Argument(["folder"], default=".", metavar="[DIR]"), dry_run_option()],
        callback=run,
        help="Make the skeleton of a package, which can be uploaded as it is.",
        shape=_INIT,
        example="ocli packages init my-floes",
    )


def _build_manifest(folder: str) -> dict[str, Any]:
    path = Path(check_path(folder)) / _MANIFEST
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ValidationError(f"{path} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise ValidationError(f"{path} is no JSON object")
    return found


def _show_dockerfile() -> Command:
    def run(folder: str) -> None:
        state = get_state()
        manifest = _build_manifest(folder)
        needed = manifest.get("requirements") or []
        lines = [
            f"FROM python:{manifest.get('python_version', '3.11')}-slim",
            "WORKDIR /package",
            "COPY . /package",
            f"RUN pip install --no-cache-dir {' '.join(json.dumps(str(each)) for each in ['orion-platform-client', *needed])}",
        ]
        text = "\n".join(lines)
        if state.form == "table":
            state.out.write(text)
        else:
            state.out.one({"dockerfile": text}, key="dockerfile")

    return Command(
        "show-dockerfile",
        params=[click.Argument(["folder"], default=".", metavar="[DIR]")],
        callback=run,
        help="Print a Dockerfile that holds what a package needs (that of the original is not published).",
        shape=_DOCKERFILE,
        example="ocli packages show-dockerfile package",
    )


def _pack(folder: Path) -> io.BytesIO:
    """Pack a folder; hidden files and what Python leaves behind stay out."""
    compressed = io.BytesIO()
    with tarfile.open(fileobj=compressed, mode="w:gz") as archive:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
                archive.add(path, "/".join(parts))
    compressed.seek(0)
    return compressed


def _upload(kind: CommandKind) -> Command:
    def run(paths: Sequence[str], project: int | None, dry_run: bool) -> None:
        state = get_state()
        for given in paths:
            check_path(given)
        if dry_run:
            print_plan(state, "upload", paths)
            return
        done = []
        for given in paths:
            path = Path(given)
            source: Any = _pack(path) if path.is_dir() else path
            done.append(WorkFloePackage.upload(state.session, source, project).to_dict())
        state.out.done(done, [kind.message("upload", "Uploaded", each) for each in done])

    return Command(
        "upload",
        params=[
            click.Argument(["paths"], nargs=-1, required=True, metavar="PATH..."),
            click.Option(
                ["--project"],
                type=ResourceIdType("project"),
                help="Project to put it in; that of the profile without it.",
            ),
            dry_run_option(),
        ],
        callback=run,
        help="Upload packages: archives, or folders, which are compressed.",
        shape="[PackageInfo]",
        example="ocli packages upload package",
    )
