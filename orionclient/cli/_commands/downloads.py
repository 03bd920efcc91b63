"""Provide `download` of files, datasets, shards and exports."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click
from attrs import frozen

from orionclient._transfer.many import Send, TransferItem, TransferResult, transfer_all
from orionclient._transfer.names import check_path, prepare_path
from orionclient._transfer.part_files import PartFile, disk_space_errors
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.json_array import JsonArrayWriter
from orionclient.cli._core.parameter_types import PathType
from orionclient.cli._core.progress import show_progress
from orionclient.cli._core.state import get_state
from orionclient.cli._core.transfer_results import (
    DOWNLOADED,
    RERUN_ADVICE,
    format_option,
    jobs_option,
    raise_single_error,
    report_results,
)
from orionclient.helpers.filenames import UniqueFilenames
from orionclient.types import Dataset, MolsearchQuery, Shard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import RawIOBase
    from typing import BinaryIO

    from orionclient._transfer.bulk import Result
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.session import OrionSession

# A dataset or query whose name ends so is downloaded under that name, any other as JSON lines.
_EXTENSIONS: Final = (
    *(".sdf", ".sd", ".mol", ".smi", ".smiles", ".ism", ".csv", ".json", ".jsonl", ".ndjson", ".oedb", ".bin"),
    *(".oeb", ".oez", ".mol2", ".pdb", ".mae", ".cif"),
)
_EXAMPLES: Final = {
    "files": "1 -o copy.sdf",
    "datasets": "1 -o copy.csv",
    "shards": "1 1 -o frame.bin",
    "exports": "1 -o jobs.csv",
    "molsearch query": "1 -o hits.csv",
}
# Their files are rendered by the server for each download, in a format that the user chooses.
_RENDERED: Final = (Dataset, MolsearchQuery)


@frozen
class _DownloadSend(Send[Any, Path]):
    """Finds a resource, and downloads it to its target.

    Attributes:
        targets: Chooses the path.
        lookup: The session that finds the resource.
    """

    targets: Targets
    lookup: OrionSession

    def __call__(self, item: TransferItem[Any]) -> TransferResult[Path]:
        self.lookup.refresh_resource(item.source)
        path = self.targets.path_of(item.source)
        if isinstance(item.source, _RENDERED):
            _download_rendered(item.source, path, self.targets.ending)
        else:
            item.source.download_to_file(path, progress=self.relay.for_item(path.name) if self.relay else None)
        return TransferResult(path, skipped=False, size=None)


def build_download_command(kind: CommandKind) -> Command:
    """Make the command `download`.

    Args:
        kind: The kind.

    Returns:
        The command.
    """

    def run(
        ids: Sequence[int], output: str | None, force: bool, jobs: int, as_format: str | None = None, **values: Any
    ) -> None:
        state = get_state()
        check_path(output)
        session = state.shard_session if kind.kind is Shard else state.session
        template = kind.template(values)
        if output == "-":
            if len(ids) > 1 or state.form != "table":
                raise click.UsageError("-o - takes one id and no other output form")
            _print_downloaded(session.get_resource(template, ids[0]), as_format)
            return
        chosen = Targets(kind, output, many=len(ids) > 1, force=force, ending=as_format)

        template.session = session
        resources = [TransferItem(template._make_handle(each), "") for each in ids]
        with show_progress(state) as watch, report_results(state, watch, "downloaded", summary=False) as report:

            def each(result: Result[Any, Path]) -> None:
                item: dict[str, Any] = {}
                if result.value is not None:
                    path = result.value
                    item = {"id": result.item.id, "path": str(path), "size": path.stat().st_size}
                sentence = f"Downloaded {describe(kind.noun, result.item.to_dict())} to {result.value}"
                report(result, item, sentence, item.get("size", 0))

            # With a file that is rendered for each request, there is nothing to resume.
            state.resume_advice = "" if kind.kind in _RENDERED else RERUN_ADVICE
            with raise_single_error(single=len(ids) == 1):
                transfer_all(
                    _DownloadSend(chosen, state.session),
                    resources,
                    workers=min(jobs, len(ids)),
                    progress=watch,
                    on_result=each,
                )
            state.resume_advice = ""

    options: list[click.Parameter] = [
        click.Option(
            ["-o", "--output"],
            metavar="PATH",
            type=PathType(),
            help="File or folder to write to; - for standard output.",
        ),
        click.Option(
            ["--force"], is_flag=True, help="Replace existing files. A file given with --output is always replaced."
        ),
        jobs_option(),
    ]
    if kind.kind in _RENDERED:
        options.append(format_option("as_format", "the extension of the path"))
    what = "the hits of searches" if kind.kind is MolsearchQuery else kind.plural
    return Command(
        "download",
        params=[*kind.id_arguments(several=True), *options],
        callback=run,
        help=f"Download {what}. An interrupted download leaves no incomplete file. "
        + (
            "The server renders the file for each download."
            if kind.kind in _RENDERED
            else "Run the command again to resume it."
        ),
        shape=DOWNLOADED,
        example=f"{kind.command('download')} {_EXAMPLES[kind.group]}",
    )


def _download_rendered(resource: Dataset | MolsearchQuery, path: Path, as_format: str | None) -> None:
    """Download a dataset or hits; a path that ends in `.json` gets a JSON array in place of JSON lines."""
    is_special = path.exists() and not path.is_file()
    if path.suffix.lower() != ".json" or (as_format or "json") != "json" or is_special:
        resource.download_to_file(path, format=as_format)
        return
    partial_file = PartFile(path.resolve())
    try:
        partial_file.truncate()
        with (
            disk_space_errors(path),
            io.BufferedWriter(cast("RawIOBase", partial_file.open_at(0))) as stream,
            JsonArrayWriter(stream, path.name) as array,
        ):
            resource.download_to_file(cast("BinaryIO", array), format="json")
        partial_file.commit(durable=False)
    finally:
        partial_file.close()


def _print_downloaded(resource: Any, as_format: str | None) -> None:
    out = sys.stdout.buffer
    if isinstance(resource, _RENDERED):
        out.write(resource.download(format=as_format or "json"))
    else:
        for chunk in resource.download():
            out.write(chunk)
    out.flush()


class Targets:
    """Chooses the paths of downloads."""

    def __init__(self, kind: CommandKind, output: str | None, *, many: bool, force: bool, ending: str | None) -> None:
        self._kind = kind
        self._output = None if output is None else Path(output)
        self._folder = Path()
        self._fixed = False
        self._force = force
        self.ending = ending
        if output is not None:
            is_folder = many or output.endswith(("/", os.sep)) or Path(output).is_dir()
            self._folder, self._fixed = (Path(output), False) if is_folder else (Path(output).parent, True)
        self._names = UniqueFilenames()
        self._lock = threading.Lock()

    def path_of(self, resource: Any) -> Path:
        if self._folder.exists() and not self._folder.is_dir():
            raise NotADirectoryError(f"{self._folder} is not a folder; give one with -o")
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._fixed and self._output is not None:
            return self._output
        name = str(resource.to_dict().get("name") or f"{self._kind.noun}-{resource.id}")
        if self._kind.kind in _RENDERED:
            name = _with_extension(name, self.ending)
        with self._lock:
            name = self._names.add(name)
        path = prepare_path(self._folder, name)
        if path.exists() and not self._force:
            raise FileExistsError(f"{path} exists already; replace it with --force or choose another path with -o")
        return path


def _with_extension(name: str, as_format: str | None) -> str:
    """Give the name of a resource the extension of a format; without a format, a known extension stays."""
    bare = name.lower().removesuffix(".gz")
    extension = next((each for each in _EXTENSIONS if bare.endswith(each)), "")
    if extension and as_format is None:
        return name
    stem = name[: len(bare) - len(extension)] if extension else name
    return f"{stem}.{'oedb' if as_format == 'binary' else as_format or 'jsonl'}"
