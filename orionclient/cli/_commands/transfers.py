"""Provide `upload` and `download` of files, datasets and shards."""

from __future__ import annotations

import os
import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient import types
from orionclient._resources.creating import project_id
from orionclient._transfer.many import TransferItem, list_files, transfer_all
from orionclient._transfer.names import UniqueNames, check_folder_path, check_path
from orionclient._transfer.plans import part_size
from orionclient.cli._commands.downloads import build_download_command
from orionclient.cli._core import contract_options
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.inputs import claim_stdin
from orionclient.cli._core.parameter_types import Choice, PathType, project_option
from orionclient.cli._core.progress import show_progress
from orionclient.cli._core.state import get_state
from orionclient.cli._core.transfer_results import (
    RERUN_ADVICE,
    format_option,
    get_collection,
    jobs_option,
    raise_single_error,
    report_results,
)
from orionclient.types import Dataset, Shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from orionclient._transfer.bulk import Result
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.state import State

_UPLOAD_HELP: Final = (
    "Upload files or folders{target}. The files of a folder are named by their paths in it; - reads standard input. "
)
_RERUN_HELP: Final = (
    "Run the command again to resume: of a folder or several paths, files that exist already with the same content are skipped; a single "
    "file is always uploaded again."
)
_UPLOAD_HELPS: Final = {
    "files": _UPLOAD_HELP.format(target="") + _RERUN_HELP,
    "datasets": _UPLOAD_HELP.format(target=" as datasets")
    + "A dataset that exists already is uploaded again unless --if-exists is given.",
    "shards": _UPLOAD_HELP.format(target=" as shards") + _RERUN_HELP,
}
_EXAMPLES: Final = {"files": "drugs.sdf", "datasets": "drugs.sdf", "shards": "1 drugs.sdf"}


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the commands of a kind that has content.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [_upload(kind), build_download_command(kind)]


def _find_paths(paths: Sequence[str], name: str | None) -> Iterator[TransferItem[Path]]:
    names = UniqueNames()
    for given in paths:
        if given == "-":
            yield TransferItem(Path(given), name or names.add("stdin"), claim_stdin("-"), force=True)
            continue
        path = Path(check_path(given))
        # In contrast to those of pathlib, these functions raise no errors.
        if not os.path.isdir(path):  # noqa: PTH112
            # A pipe is read if its path was given; one found in a folder could block forever.
            is_special = os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113
            yield TransferItem(path, name or names.add(path.name), force=len(paths) == 1 or is_special)
            continue
        if name is not None:
            raise click.UsageError("--name cannot be combined with a folder; give the path of one file")
        try:
            for found, relative in list_files(path):
                yield TransferItem(found, names.add(relative))
        except OSError:
            # The folder cannot be read; its own upload reports that.
            yield TransferItem(path, names.add(path.name))


def _upload(kind: CommandKind) -> Command:
    def run(paths: Sequence[str], name: str | None, jobs: int, dry_run: bool, **values: Any) -> None:
        state = get_state()
        if name is not None and len(paths) > 1:
            raise click.UsageError("--name cannot be combined with several paths; give one path")
        found = list(_find_paths(paths, name))
        if not found:
            raise click.UsageError(f"no files found in {', '.join(paths)}")
        check_folder_path(values.get("folder_path"))
        if dry_run:
            print_plan(state, "upload", [f"{each.source} as {kind.noun} {each.name}" for each in found])
            return
        _send(state, kind, found, values, jobs=jobs, single=len(paths) == 1 and found[0].force)

    options: list[click.Parameter] = [click.Option(["--name"], help="Display name. Defaults to the name of the file.")]
    if kind.kind is Shard:
        options.append(
            click.Option(
                ["--metadata"],
                type=contract_options.JsonParameter(),
                help="Metadata of the shard: a JSON object, or @FILE.",
            )
        )
        replace = "; replace deletes the existing shard after the upload"
    else:
        options += [
            project_option(),
            click.Option(
                ["--path", "folder_path"], help="Folder to upload to, in the project or absolute; created if missing."
            ),
            click.Option(["--description"], help="Description."),
            click.Option(["--tag", "tags"], multiple=True, help="Tag to add. Can be given several times."),
        ]
        replace = ""
    options.append(
        click.Option(
            ["--if-exists"],
            type=Choice(["skip", "replace", "error"]),
            help=f"What to do if the name exists already{replace}.",
        )
    )
    if kind.kind is Dataset:
        options.append(format_option("format", "the extension of the file, or to binary if it has none"))
    return Command(
        "upload",
        params=[
            *kind.parent_arguments(),
            click.Argument(["paths"], nargs=-1, required=True, metavar="PATH...", type=PathType()),
            *options,
            jobs_option(),
            dry_run_option(),
        ],
        callback=run,
        help=_UPLOAD_HELPS[kind.group],
        shape=_build_upload_schema(kind),
        example=f"ocli {kind.group} upload {_EXAMPLES[kind.group]}",
    )


def _send(
    state: State,
    kind: CommandKind,
    found: Sequence[TransferItem[Path]],
    values: dict[str, Any],
    *,
    jobs: int,
    single: bool,
) -> None:
    act: Callable[..., object]
    if kind.kind is Shard:
        collection = get_collection(state, values["collection"])
        options = {name: values[name] for name in ("metadata", "if_exists")}
        act = partial(collection._upload_items, found, compare=not single, **options)
    else:
        send: Any = types.datasets.DatasetSend if kind.kind is Dataset else types.files.FileSend
        project, folder_path, if_exists = (values.pop(name) for name in ("project", "folder_path", "if_exists"))
        task = send(state.session, project_id(state.session, project, folder_path), folder_path, if_exists, values)
        act = partial(transfer_all, task, found)
    with show_progress(state) as watch, report_results(state, watch, "uploaded", summary=not single) as report:

        def each(result: Result[Path, Any]) -> None:
            if result.value is None:
                report(result, {}, "", 0)
                return
            item = {**result.value.to_dict(), "skipped": result.skipped}
            sentence = kind.format_message("upload", "Uploaded", item)
            if result.skipped:
                sentence = f"Skipped {describe(kind.noun, item)}: it exists already"
            # A dataset reports no size.
            report(result, item, sentence, item.get("size", _get_size(result.item)))

        state.resume_advice = _rerun_advice(kind, found, single=single)
        with raise_single_error(single=single):
            act(workers=min(jobs, len(found)), progress=watch, on_result=each)
        state.resume_advice = ""


def _build_upload_schema(kind: CommandKind) -> dict[str, Any]:
    """Build the schema of the JSON output of uploads."""
    schemas = contract_options.load_contract()["components"]["schemas"]
    skipped = {"type": "object", "required": ["skipped"], "properties": {"skipped": {"type": "boolean"}}}
    return {
        "type": "array",
        "items": {"allOf": [{"$ref": f"#/components/schemas/{kind.schema}"}, skipped]},
        "components": {"schemas": schemas},
    }


def _rerun_advice(kind: CommandKind, found: Sequence[TransferItem[Path]], *, single: bool) -> str:
    """Return how to resume uploads; empty if running the command again would upload everything again."""
    in_parts = any(part_size(_get_size(each.source)) for each in found)
    return RERUN_ADVICE if kind.kind is not Dataset and (in_parts or not single) else ""


def _get_size(path: Path) -> int:
    """Return the size of a file; 0 for anything else, and for a file that cannot be read or was deleted meanwhile."""
    try:
        found = path.stat()
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
