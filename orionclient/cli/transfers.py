"""`upload` and `download` of files, datasets and shards: many paths and folders at once."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli import contract_options
from orionclient.cli.commands import Command, ParameterType
from orionclient.cli.completion_types import ResourceIdType
from orionclient.cli.confirmation import dry_run_option, print_plan
from orionclient.cli.progress import format_size, show_progress
from orionclient.cli.state import get_state
from orionclient.exceptions import TransferErrors
from orionclient.helpers.filenames import UniqueFilenames
from orionclient.transfer import bulk
from orionclient.transfer.names import UniqueNames, check_path, prepare_path
from orionclient.transfer.plans import part_size
from orionclient.types import Dataset, Shard, ShardCollection
from orionclient.types._many import TransferItem, list_files, transfer_all
from orionclient.types._many_files import send_files
from orionclient.types._many_shards import send_shards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from orionclient.cli.progress import ProgressDisplay
    from orionclient.cli.resource_commands import CommandKind
    from orionclient.cli.state import State
    from orionclient.transfer.bulk import Result

#: How to resume what was interrupted.
RERUN_ADVICE: Final = "run the same command again to resume from there"
_FORMATS: Final = ("sdf", "smi", "csv", "json", "binary")
# A dataset with such a name is downloaded under it, any other as JSON.
_EXTENSIONS: Final = (
    *(".sdf", ".sd", ".mol", ".smi", ".smiles", ".ism", ".csv", ".json", ".jsonl", ".ndjson", ".oedb", ".bin"),
    *(".oeb", ".oez", ".mol2", ".pdb", ".mae", ".cif"),
)

#: What --json prints of downloads.
DOWNLOADED: Final[dict[str, Any]] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "path", "size"],
        "properties": {"id": {"type": "integer"}, "path": {"type": "string"}, "size": {"type": "integer"}},
    },
}
_RERUN_HELP: Final = "Run it again to go on after a break"
_COMPARISON_HELP: Final = "of a folder or several paths, what is there already with the same content is skipped"
_SOURCES: Final = "files, folders with all in them, or - for standard input"
_UPLOAD_HELP: Final = {
    "files": f"Upload files: {_SOURCES}. {_RERUN_HELP}: {_COMPARISON_HELP}; a single file is made anew.",
    "datasets": f"Upload datasets: {_SOURCES}. Each is made anew, unless --if-exists says otherwise.",
    "shards": f"Upload shards: {_SOURCES}. {_RERUN_HELP}: {_COMPARISON_HELP}; a single file is made anew.",
}
_EXAMPLES: Final = {
    "files": ("drugs.sdf", "1 -o copy.sdf"),
    "datasets": ("drugs.sdf", "1 -o copy.csv"),
    "shards": ("1 drugs.sdf", "1 1 -o frame.bin"),
}


def commands(kind: CommandKind) -> list[Command]:
    """Make the commands of a kind with content.

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
        ["-j", "--jobs"], type=click.IntRange(1), default=4, show_default=True, help="Number of transfers at a time."
    )


class _Format(ParameterType):
    """A format of datasets; which ones there are is the server's business."""

    name = "format"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Name the usual ones that begin so."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        return [CompletionItem(each) for each in _FORMATS if each.startswith(incomplete)]


def _format_option(variable: str, default: str) -> click.Option:
    text = f"Format: {', '.join(_FORMATS)}, or what else the server knows; with .gz for gzip. Defaults to {default}."
    return click.Option(["--as", variable], type=_Format(), help=text)


def _find_paths(paths: Sequence[str], name: str | None) -> Iterator[TransferItem]:
    names = UniqueNames()
    for given in paths:
        if given == "-":
            yield TransferItem(Path(given), names.add(name or "stdin"), sys.stdin.buffer, force=True)
            continue
        is_folder = Path(check_path(given)).is_dir()
        if is_folder and name is not None:
            raise click.UsageError("--name is for one file, not for a folder")
        for path, found in list_files(given):
            # A pipe that is named itself is meant; one in a folder would be waited for.
            force = not is_folder and (len(paths) == 1 or (path.exists() and not path.is_file()))
            yield TransferItem(path, names.add(found if is_folder else name or found), force=force)


def _upload(kind: CommandKind) -> Command:
    def run(paths: Sequence[str], name: str | None, jobs: int, dry_run: bool, **values: Any) -> None:
        state = get_state()
        if name is not None and len(paths) > 1:
            raise click.UsageError("--name is for one path")
        found = list(_find_paths(paths, name))
        if not found:
            raise click.UsageError(f"there is no file in {', '.join(paths)}")
        check_path(values.get("folder_path"))
        if dry_run:
            print_plan(state, "upload", [f"{each.path} as {kind.noun} {each.name}" for each in found])
            return
        _send(state, kind, found, values, jobs=jobs, single=len(paths) == 1 and found[0].force)

    options: list[click.Parameter] = [click.Option(["--name"], help="Display name; the name of the file without it.")]
    if kind.kind is Shard:
        options.append(
            click.Option(
                ["--metadata"], type=contract_options.JsonParameter(), help="JSON object to keep with it, or @FILE."
            )
        )
    else:
        options += [
            click.Option(
                ["--project"],
                type=ResourceIdType("project"),
                help="Project to put it in; that of the profile without it.",
            ),
            click.Option(["--path", "folder_path"], help="Folder to put it in, which is made where it is missing."),
            click.Option(["--description"], help="Free text."),
            click.Option(["--tag", "tags"], multiple=True, help="Tag to give it; may be retried."),
            click.Option(
                ["--if-exists"],
                type=click.Choice(["skip", "replace", "error"]),
                help="What to do where the name is there.",
            ),
        ]
    if kind.kind is Dataset:
        options.append(_format_option("format", "the extension of the file, and to binary if it has none"))
    return Command(
        "upload",
        params=[
            *kind.parents(),
            click.Argument(["paths"], nargs=-1, required=True, metavar="PATH..."),
            *options,
            jobs_option(),
            dry_run_option(),
        ],
        callback=run,
        help=_UPLOAD_HELP[kind.group],
        shape=_report_uploaded(kind),
        example=f"ocli {kind.group} upload {_EXAMPLES[kind.group][0]}",
    )


def _send(
    state: State, kind: CommandKind, found: Sequence[TransferItem], values: dict[str, Any], *, jobs: int, single: bool
) -> None:
    act: Callable[..., object]
    if kind.kind is Shard:
        collection = state.shard_session.get_resource(ShardCollection, values.pop("collection"))
        act = partial(send_shards, collection, found, metadata=values["metadata"], compare=not single)
    else:
        sent: Any = kind.kind
        settings = {name: values.pop(name) for name in ("project", "folder_path", "if_exists")}
        act = partial(send_files, sent, state.session, found, options=values, **settings)
    with show_progress(state) as watch, _print_results(state, watch, "uploaded", summary=not single) as reported:

        def each(result: Result[Path, Any]) -> None:
            if result.value is None:
                reported(result, {}, "", 0)
                return
            item = {**result.value.to_dict(), "skipped": result.skipped}
            sentence = f"{kind.created or f'Uploaded {kind.noun} with id'} {item['id']}"
            if result.skipped:
                sentence = f"Skipped {item['name']}: it is there already as {kind.noun} {item['id']}"
            # A dataset has no size of its own.
            count = item.get("size", result.item.stat().st_size if result.item.is_file() else 0)
            reported(result, item, sentence, count)

        state.again = _rerun_advice(kind, found, single=single)
        with _first_error(single=single):
            act(workers=min(jobs, len(found)), progress=watch, on_result=each)
        state.again = ""


def _report_uploaded(kind: CommandKind) -> dict[str, Any]:
    """The shape of what --json prints of uploads."""
    schemas = contract_options.load_contract()["components"]["schemas"]
    skipped = {"type": "object", "required": ["skipped"], "properties": {"skipped": {"type": "boolean"}}}
    return {
        "type": "array",
        "items": {"allOf": [{"$ref": f"#/components/schemas/{kind.schema}"}, skipped]},
        "components": {"schemas": schemas},
    }


def _rerun_advice(kind: CommandKind, found: Sequence[TransferItem], *, single: bool) -> str:
    """How to resume uploads: what is done is skipped, and what goes in parts is resumed."""
    in_parts = any(each.path.is_file() and part_size(each.path.stat().st_size) for each in found)
    return RERUN_ADVICE if kind.kind is not Dataset and (in_parts or not single) else ""


@contextmanager
def _first_error(*, single: bool) -> Iterator[None]:
    """Raise the error itself where one thing was asked for, or where several failed for different reasons the first."""
    try:
        yield
    except TransferErrors as error:
        failed = [result.error for result in error.results if result.error is not None]
        if failed and (single or len({type(each) for each in failed}) > 1):
            raise failed[0] from None
        raise


class Tally:
    """Counts results for a summary.

    Args:
        verb: What was done, for example ``uploaded``.
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
        """True if nothing went well."""
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
    """Print results as they come where form and bars allow it, and a summary for a person; what went well is printed in any case.

    Args:
        state: The options.
        watch: Takes its bars off the screen.
        verb: What was done, for the summary.
        summary: True prints one.

    Yields:
        A function that takes a result, its document, its sentence and its size in bytes.
    """
    streams = state.form in {"table", "ids", "jsonl"} and not watch.has_bars
    kept: list[tuple[dict[str, Any], str]] = []
    tally = Tally(verb)

    def reported(result: Result[Any, Any], item: dict[str, Any], sentence: str, count: int) -> None:
        tally.add(result, count)
        if result.error is not None:
            return
        if streams:
            state.out.done([item], [sentence])
        else:
            kept.append((item, sentence))

    whole = False
    try:
        yield reported
        whole = True
    finally:
        watch.clear()
        if not streams and (whole or kept):
            state.out.done([item for item, _ in kept], [sentence for _, sentence in kept])
        if summary and state.form == "table" and not tally.is_empty:
            state.out.write(str(tally))


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
                raise click.UsageError("-o - prints the content of one, and nothing else")
            _print_downloaded(session.get_resource(template, ids[0]), as_format)
            return
        chosen = _Targets(kind, output, many=len(ids) > 1, force=force, ending=as_format)

        def fetch(resource: Any) -> Path:
            path = chosen.path_of(resource)
            if kind.kind is Dataset:
                resource.download_to_file(path, format=as_format)
            else:
                resource.download_to_file(path, progress=relay.for_item(path.name))
            return path

        resources = [session.get_resource(template, number) for number in ids]
        with show_progress(state) as watch, _print_results(state, watch, "downloaded", summary=False) as reported:

            def each(result: Result[Any, Path]) -> None:
                item: dict[str, Any] = {}
                if result.value is not None:
                    path = result.value
                    item = {"id": result.item.id, "path": str(path), "size": path.stat().st_size}
                reported(
                    result, item, f"Downloaded {kind.noun} {result.item.id} to {result.value}", item.get("size", 0)
                )

            relay = bulk.ProgressRelay(watch)
            # The server generates the file of a dataset for each request.
            state.again = "" if kind.kind is Dataset else RERUN_ADVICE
            with _first_error(single=len(ids) == 1):
                transfer_all(
                    fetch, resources, lambda result: result, workers=min(jobs, len(ids)), executor=None, relay=relay,
                    on_result=each, return_exceptions=False,
                )  # fmt: skip
            state.again = ""

    options: list[click.Parameter] = [
        click.Option(["-o", "--output"], metavar="PATH", help="File or folder to write to, or - for standard output."),
        click.Option(["--force"], is_flag=True, help="Replace a file that is there and was not named."),
        jobs_option(),
    ]
    if kind.kind is Dataset:
        options.append(_format_option("as_format", "the extension of the path"))
    return Command(
        "download",
        params=[*kind.ids(several=True), *options],
        callback=run,
        help=f"Download {kind.noun}s, whole or not at all. Run it again to go on after a break.",
        shape=DOWNLOADED,
        example=f"ocli {kind.group} download {_EXAMPLES[kind.group][1]}",
    )


def _print_downloaded(resource: Any, as_format: str | None) -> None:
    out = sys.stdout.buffer
    if isinstance(resource, Dataset):
        out.write(resource.download(format=as_format or "json"))
    else:
        for chunk in resource.download():
            out.write(chunk)
    out.flush()


class _Targets:
    """Where downloads go."""

    def __init__(self, kind: CommandKind, output: str | None, *, many: bool, force: bool, ending: str | None) -> None:
        self._kind = kind
        self._output = None if output is None else Path(output)
        self._folder = Path()
        self._fixed = False
        self._force = force
        self._ending = ending
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
            name = _describe_names(name, self._ending)
        with self._lock:
            name = self._names.add(name)
        path = prepare_path(self._folder, name)
        if path.exists() and not self._force:
            raise FileExistsError(f"{path} is there already; --force replaces it, and -o names another path")
        return path


def _describe_names(name: str, as_format: str | None) -> str:
    """The name of a dataset with the extension of a format; without one a usual extension stays."""
    bare = name.lower().removesuffix(".gz")
    extension = next((each for each in _EXTENSIONS if bare.endswith(each)), "")
    if extension and as_format is None:
        return name
    stem = name[: len(bare) - len(extension)] if extension else name
    return f"{stem}.{'oedb' if as_format == 'binary' else as_format or 'json'}"
