"""Provide `upload` and `download` of files, datasets and shards."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click
from attrs import frozen

from orionclient import types
from orionclient._resources.creating import project_id
from orionclient._transfer.many import Send, TransferItem, TransferResult, list_files, transfer_all
from orionclient._transfer.names import UniqueNames, check_path, prepare_path
from orionclient._transfer.part_files import PartFile, disk_space_errors
from orionclient._transfer.plans import part_size
from orionclient.cli._core import contract_options
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.inputs import claim_stdin
from orionclient.cli._core.json_array import JsonArrayWriter
from orionclient.cli._core.parameter_types import Choice, PathType, project_option
from orionclient.cli._core.progress import format_size, show_progress
from orionclient.cli._core.shapes import list_of
from orionclient.cli._core.state import get_state
from orionclient.exceptions import TransferErrors
from orionclient.helpers.filenames import UniqueFilenames
from orionclient.types import Dataset, Shard, ShardCollection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import RawIOBase
    from typing import BinaryIO

    from orionclient._transfer.bulk import Result
    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.progress import ProgressDisplay
    from orionclient.cli._core.state import State

#: How to resume an interrupted transfer.
RERUN_ADVICE: Final = "run the same command again to resume from there"
_FORMATS: Final = ("sdf", "smi", "csv", "json", "binary")
# A dataset whose name ends so is downloaded under that name, any other as JSON lines.
_EXTENSIONS: Final = (
    *(".sdf", ".sd", ".mol", ".smi", ".smiles", ".ism", ".csv", ".json", ".jsonl", ".ndjson", ".oedb", ".bin"),
    *(".oeb", ".oez", ".mol2", ".pdb", ".mae", ".cif"),
)

#: What --json prints of downloads.
DOWNLOADED: Final = list_of(id="integer", path="string", size="integer")
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
_EXAMPLES: Final = {
    "files": ("drugs.sdf", "1 -o copy.sdf"),
    "datasets": ("drugs.sdf", "1 -o copy.csv"),
    "shards": ("1 drugs.sdf", "1 1 -o frame.bin"),
}


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the commands of a kind that has content.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [_upload(kind), _download(kind)]


def jobs_option() -> click.Option:
    """Make the option --jobs.

    Returns:
        The option.
    """
    return click.Option(
        ["-j", "--jobs"], type=click.IntRange(1), default=4, show_default=True, help="Number of concurrent transfers."
    )


def _format_option(variable: str, default: str) -> click.Option:
    return click.Option(
        ["--as", variable],
        metavar="FORMAT",
        shell_complete=lambda _context, _parameter, start: [each for each in _FORMATS if each.startswith(start)],
        help=f"Format: {', '.join(_FORMATS)} or another that the server supports; with .gz for gzip. Defaults to {default}.",
    )


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
        check_path(values.get("folder_path"))
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
    else:
        options += [
            project_option(),
            click.Option(["--path", "folder_path"], help="Folder in the project to upload to; created if missing."),
            click.Option(["--description"], help="Description."),
            click.Option(["--tag", "tags"], multiple=True, help="Tag to add. Can be given several times."),
            click.Option(
                ["--if-exists"],
                type=Choice(["skip", "replace", "error"]),
                help="What to do if the name exists already.",
            ),
        ]
    if kind.kind is Dataset:
        options.append(_format_option("format", "the extension of the file, or to binary if it has none"))
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
        example=f"ocli {kind.group} upload {_EXAMPLES[kind.group][0]}",
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
        collection = state.shard_session.get_resource(ShardCollection, values.pop("collection"))
        act = partial(collection._upload_items, found, values["metadata"], compare=not single)
    else:
        send: Any = types.datasets.DatasetSend if kind.kind is Dataset else types.files.FileSend
        project, folder_path, if_exists = (values.pop(name) for name in ("project", "folder_path", "if_exists"))
        task = send(state.session, project_id(state.session, project), folder_path, if_exists, values)
        act = partial(transfer_all, task, found)
    with show_progress(state) as watch, _print_results(state, watch, "uploaded", summary=not single) as report:

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
        with _first_error(single=single):
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


@contextmanager
def _first_error(*, single: bool) -> Iterator[None]:
    """Raise the error of a single transfer itself."""
    try:
        yield
    except TransferErrors as error:
        if single and error.failed:
            raise error.failed[0].error from None
        raise


class Tally:
    """Counts results for a summary.

    Args:
        verb: The verb in the past tense, for example ``"uploaded"``.
    """

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._done = self._skipped = self._failed = self._bytes = 0

    def add(self, result: Result[Any, Any], count: int) -> None:
        """Count a result.

        Args:
            result: The result.
            count: Bytes of its content.
        """
        if result.error is not None:
            self._failed += 1
        elif result.skipped:
            self._skipped += 1
        else:
            self._done += 1
            self._bytes += count

    @property
    def is_empty(self) -> bool:
        """True if no transfer succeeded."""
        return not self._done and not self._skipped

    def __str__(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        # 63 MB rather than 63.0 MB.
        moved = format_size(self._bytes).replace(".0 ", " ")
        return f"{self._done} {self._verb}, {self._skipped} skipped{failed}, {moved}"


@contextmanager
def _print_results(
    state: State, watch: ProgressDisplay, verb: str, *, summary: bool
) -> Iterator[Callable[[Result[Any, Any], dict[str, Any], str, int], None]]:
    """Print each result when it is complete, or all at the end where the form or progress bars require it, and a summary.

    Args:
        state: The options.
        watch: The progress display, which is cleared before results are printed at the end.
        verb: The verb of the summary in the past tense.
        summary: True prints a summary in the form `table`.

    Yields:
        A function that takes a result, its fields, its message and its size in bytes.
    """
    streams = state.form in {"table", "ids", "jsonl"} and not watch.has_bars
    pending: list[tuple[dict[str, Any], str]] = []
    tally = Tally(verb)

    def report(result: Result[Any, Any], item: dict[str, Any], sentence: str, count: int) -> None:
        tally.add(result, count)
        if result.error is not None:
            return
        if streams:
            state.out.print_results([item], [sentence])
        else:
            pending.append((item, sentence))

    whole = False
    try:
        yield report
        whole = True
    finally:
        watch.clear()
        if not streams and (whole or pending):
            state.out.print_results([item for item, _ in pending], [sentence for _, sentence in pending])
        if summary and state.form == "table" and not tally.is_empty:
            state.out.write(str(tally))


@frozen
class _DownloadSend(Send[Any, Path]):
    """Downloads a resource to its target."""

    targets: _Targets

    def __call__(self, item: TransferItem[Any]) -> TransferResult[Path]:
        item.source.session.refresh_resource(item.source)
        path = self.targets.path_of(item.source)
        if isinstance(item.source, Dataset):
            _download_dataset(item.source, path, self.targets.ending)
        else:
            item.source.download_to_file(path, progress=self.relay.for_item(path.name) if self.relay else None)
        return TransferResult(path, skipped=False, size=None)


def _download(kind: CommandKind) -> Command:
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
        chosen = _Targets(kind, output, many=len(ids) > 1, force=force, ending=as_format)

        template.session = session
        resources = [TransferItem(template._make_handle(each), "") for each in ids]
        with show_progress(state) as watch, _print_results(state, watch, "downloaded", summary=False) as report:

            def each(result: Result[Any, Path]) -> None:
                item: dict[str, Any] = {}
                if result.value is not None:
                    path = result.value
                    item = {"id": result.item.id, "path": str(path), "size": path.stat().st_size}
                sentence = f"Downloaded {describe(kind.noun, result.item.to_dict())} to {result.value}"
                report(result, item, sentence, item.get("size", 0))

            # The server renders a dataset's file again for each request, so that there is nothing to resume.
            state.resume_advice = "" if kind.kind is Dataset else RERUN_ADVICE
            with _first_error(single=len(ids) == 1):
                transfer_all(
                    _DownloadSend(chosen), resources, workers=min(jobs, len(ids)), progress=watch, on_result=each
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
    if kind.kind is Dataset:
        options.append(_format_option("as_format", "the extension of the path"))
    return Command(
        "download",
        params=[*kind.id_arguments(several=True), *options],
        callback=run,
        help=f"Download {kind.plural}. An interrupted download leaves no incomplete file. "
        + (
            "The server renders the file for each download."
            if kind.kind is Dataset
            else "Run the command again to resume it."
        ),
        shape=DOWNLOADED,
        example=f"ocli {kind.group} download {_EXAMPLES[kind.group][1]}",
    )


def _download_dataset(dataset: Dataset, path: Path, as_format: str | None) -> None:
    """Download a dataset; a path that ends in `.json` gets a JSON array in place of JSON lines."""
    is_special = path.exists() and not path.is_file()
    if path.suffix.lower() != ".json" or (as_format or "json") != "json" or is_special:
        dataset.download_to_file(path, format=as_format)
        return
    part = PartFile(path.resolve())
    try:
        part.truncate()
        with (
            disk_space_errors(path),
            io.BufferedWriter(cast("RawIOBase", part.open_at(0))) as stream,
            JsonArrayWriter(stream, path.name) as array,
        ):
            dataset.download_to_file(cast("BinaryIO", array), format="json")
        part.commit(durable=False)
    finally:
        part.close()


def _print_downloaded(resource: Any, as_format: str | None) -> None:
    out = sys.stdout.buffer
    if isinstance(resource, Dataset):
        out.write(resource.download(format=as_format or "json"))
    else:
        for chunk in resource.download():
            out.write(chunk)
    out.flush()


class _Targets:
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
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._fixed and self._output is not None:
            return self._output
        name = str(resource.to_dict().get("name") or f"{self._kind.noun}-{resource.id}")
        if self._kind.kind is Dataset:
            name = _with_extension(name, self.ending)
        with self._lock:
            name = self._names.add(name)
        path = prepare_path(self._folder, name)
        if path.exists() and not self._force:
            raise FileExistsError(f"{path} exists already; replace it with --force or choose another path with -o")
        return path


def _with_extension(name: str, as_format: str | None) -> str:
    """Give the name of a dataset the extension of a format; without a format, a known extension stays."""
    bare = name.lower().removesuffix(".gz")
    extension = next((each for each in _EXTENSIONS if bare.endswith(each)), "")
    if extension and as_format is None:
        return name
    stem = name[: len(bare) - len(extension)] if extension else name
    return f"{stem}.{'oedb' if as_format == 'binary' else as_format or 'jsonl'}"
