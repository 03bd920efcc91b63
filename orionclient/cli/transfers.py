"""`upload` and `download` of files, datasets and shards: many paths and folders at once."""

from __future__ import annotations

import os
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import evolve, frozen

from orionclient._stopping import pool, result_of
from orionclient.cli import contracted
from orionclient.cli.asking import dry_run, planned
from orionclient.cli.commands import Command
from orionclient.cli.completing import IdOf
from orionclient.cli.progress import watching
from orionclient.cli.state import current
from orionclient.helpers.filenames import UniqueFilenames
from orionclient.transfer.names import prepared
from orionclient.transfer.plans import part_size
from orionclient.types import Dataset, Shard, ShardCollection
from orionclient.types._many import regular, walked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from orionclient.cli.derived import Kind
    from orionclient.cli.progress import Watch
    from orionclient.cli.state import State
    from orionclient.transfer.progress import Progress

#: How to go on with what was interrupted.
AGAIN: Final = "run the same command again to go on from there"
_FORMATS: Final = ("sdf", "smi", "csv", "json", "binary")
_ENDINGS: Final = (
    ".sdf",
    ".sd",
    ".mol",
    ".smi",
    ".smiles",
    ".ism",
    ".csv",
    ".json",
    ".jsonl",
    ".ndjson",
    ".oedb",
    ".bin",
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
_EXAMPLES: Final = {
    "files": ("drugs.sdf", "1 -o copy.sdf"),
    "datasets": ("drugs.sdf", "1 -o copy.csv"),
    "shards": ("1 drugs.sdf", "1 1 -o frame.bin"),
}


def commands(kind: Kind) -> list[Command]:
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


@frozen
class Sent:
    """Something to upload.

    Attributes:
        source: Its path; None for standard input.
        name: Display name.
        found: Whether it was found in a folder; what is named there may be a pipe.
    """

    source: Path | None
    name: str
    found: bool = False


def _found(paths: Sequence[str], name: str | None) -> Iterator[Sent]:
    for given in paths:
        path = Path(given)
        if given == "-":
            yield Sent(None, name or "stdin")
        elif path.is_dir():
            # A folder's own name stays part of the names, so that two folders do not mix.
            top = path.resolve().name
            for each, called in walked(path, f"{top}/"):
                yield Sent(each, called, found=True)
        else:
            yield Sent(path, name or path.name)


def _upload(kind: Kind) -> Command:
    def run(paths: Sequence[str], name: str | None, jobs: int, dry_run: bool, **values: Any) -> None:
        state = current()
        if name is not None and len(paths) > 1:
            raise click.UsageError("--name is for one path")
        found = list(_found(paths, name))
        if not found:
            raise click.UsageError(f"there is no file in {', '.join(paths)}")
        if dry_run:
            planned(state, "upload", [f"{each.source or '-'} as {kind.noun} {each.name}" for each in found])
            return
        if kind.kind is Shard:
            collection = state.shard_session.get_resource(ShardCollection, values.pop("collection"))
            act = partial(_send_shard, collection, values)
        else:
            act = partial(_send, state, kind, values)
        with watching(state) as watch:
            state.again = _again_uploading(kind, found, values)
            _print(
                state,
                watch,
                _moved(found, partial(act, watch), jobs, watch),
                lambda item: f"{kind.created or f'Uploaded {kind.noun} with id'} {item['id']}",
            )
            state.again = ""

    options: list[click.Parameter] = [click.Option(["--name"], help="Display name; the name of the file without it.")]
    if kind.kind is Shard:
        options.append(
            click.Option(["--metadata"], type=contracted.JsonText(), help="JSON object to keep with it, or @FILE.")
        )
    else:
        options += [
            click.Option(
                ["--project"], type=IdOf("project"), help="Project to put it in; that of the profile without it."
            ),
            click.Option(["--path", "folder_path"], help="Folder to put it in, which is made where it is missing."),
            click.Option(["--description"], help="Free text."),
            click.Option(["--tag", "tags"], multiple=True, help="Tag to give it; may be repeated."),
            click.Option(
                ["--if-exists"],
                type=click.Choice(["skip", "replace", "error"]),
                help="What to do where the name is there.",
            ),
        ]
    if kind.kind is Dataset:
        options.append(
            click.Option(["--as", "format"], type=click.Choice(_FORMATS), help="Format; told by the ending without it.")
        )
    return Command(
        "upload",
        params=[
            *kind.parents(),
            click.Argument(["paths"], nargs=-1, required=True, metavar="PATH..."),
            *options,
            jobs_option(),
            dry_run(),
        ],
        callback=run,
        help=f"Upload {kind.noun}s: files, folders with all in them, or - for standard input. Run it again to go on after a break.",
        shape=f"[{kind.schema}]",
        example=f"ocli {kind.group} upload {_EXAMPLES[kind.group][0]}",
    )


def _source(each: Sent) -> Any:
    if each.found and each.source is not None:
        regular(each.source)
    return each.source if each.source is not None else sys.stdin.buffer


def _again_uploading(kind: Kind, found: Sequence[Sent], values: dict[str, Any]) -> str:
    """Tell how to go on with uploads; only those that go in parts can be, and what is done is not to be done twice."""
    in_parts = [each for each in found if each.source and part_size(each.source.stat().st_size)]
    if kind.kind is Dataset or not in_parts:
        return ""
    if len(found) == 1 or values.get("if_exists"):
        return AGAIN
    if kind.kind is Shard:
        return "run the same command again, without what is done, to go on from there"
    return "run the same command again with --if-exists skip to go on from there"


def _told(watch: Watch, item: str) -> Callable[[Progress], object]:
    return lambda progress: watch(evolve(progress, item=item))


def _send(state: State, kind: Kind, values: dict[str, Any], watch: Watch, each: Sent) -> dict[str, Any]:
    more = {} if kind.kind is Dataset else {"progress": _told(watch, each.name)}
    source = _source(each)
    if each.source is None and kind.kind is Dataset:
        source = source.read()
    upload: Any = kind.kind.upload  # type: ignore[attr-defined]
    found: dict[str, Any] = upload(state.session, each.name, source, **values, **more).to_dict()
    return found


def _send_shard(collection: Any, values: dict[str, Any], watch: Watch, each: Sent) -> dict[str, Any]:
    shard = Shard.create(
        collection, each.name, values["metadata"], file=_source(each), progress=_told(watch, each.name)
    )
    return shard.to_dict()


def _moved(items: Sequence[Any], act: Callable[[Any], Any], jobs: int, watch: Watch) -> Iterator[Any]:
    """Move several things at a time; results come in order, the first failure when the others are done."""
    if len(items) == 1 or jobs == 1:
        first: Exception | None = None
        for item in items:
            try:
                yield act(item)
            except Exception as error:  # noqa: BLE001 - raised when the others are done
                first = first or error
    else:
        first = None
        stopped = threading.Event()
        with pool(jobs, "ocli", stopped) as threads:
            futures = [threads.submit(act, item) for item in items]
            try:
                for future in futures:
                    try:
                        yield result_of(future)
                    except Exception as error:  # noqa: BLE001 - raised when the others are done
                        first = first or error
            except BaseException:
                # Also those that wait for a server that stands still.
                stopped.set()
                watch.stop()
                for future in futures:
                    future.cancel()
                raise
    if first is not None:
        raise first


def _print(
    state: State, watch: Watch, results: Iterable[dict[str, Any]], sentence: Callable[[dict[str, Any]], str]
) -> None:
    """Print results as they come where form and bars allow it; what went well is printed although something else failed."""
    if state.form in {"table", "ids", "jsonl"} and not watch.has_bars:
        for item in results:
            state.out.done([item], [sentence(item)])
        return
    kept: list[dict[str, Any]] = []
    try:
        kept.extend(results)
    finally:
        watch.clear()
        if sys.exc_info()[0] is None or kept:
            state.out.done(kept, [sentence(item) for item in kept])


def _download(kind: Kind) -> Command:
    def run(
        ids: Sequence[int], output: str | None, force: bool, jobs: int, as_format: str | None = None, **values: Any
    ) -> None:
        state = current()
        session = state.shard_session if kind.kind is Shard else state.session
        template = kind.template(values)
        if output == "-":
            if len(ids) > 1 or state.form != "table":
                raise click.UsageError("-o - prints the content of one, and nothing else")
            _printed(session.get_resource(template, ids[0]), as_format)
            return
        chosen = _Targets(kind, output, many=len(ids) > 1, force=force, ending=as_format)

        def fetch(watch: Watch, resource: Any) -> dict[str, Any]:
            path = chosen.path_of(resource)
            if kind.kind is Dataset:
                resource.download_to_file(path, format=as_format)
            else:
                resource.download_to_file(path, progress=_told(watch, path.name))
            return {"id": resource.id, "path": str(path), "size": path.stat().st_size}

        resources = [session.get_resource(template, number) for number in ids]
        with watching(state) as watch:
            # The server makes a dataset's file anew each time.
            state.again = "" if kind.kind is Dataset else AGAIN
            _print(
                state,
                watch,
                _moved(resources, partial(fetch, watch), jobs, watch),
                lambda item: f"Downloaded {kind.noun} {item['id']} to {item['path']}",
            )
            state.again = ""

    options: list[click.Parameter] = [
        click.Option(["-o", "--output"], metavar="PATH", help="File or folder to write to, or - for standard output."),
        click.Option(["--force"], is_flag=True, help="Replace a file that is there and was not named."),
        jobs_option(),
    ]
    if kind.kind is Dataset:
        options.append(
            click.Option(
                ["--as", "as_format"],
                type=click.Choice(_FORMATS),
                help="Format; told by the ending of the path without it.",
            )
        )
    return Command(
        "download",
        params=[*kind.ids(several=True), *options],
        callback=run,
        help=f"Download {kind.noun}s, whole or not at all. Run it again to go on after a break.",
        shape=DOWNLOADED,
        example=f"ocli {kind.group} download {_EXAMPLES[kind.group][1]}",
    )


def _printed(resource: Any, as_format: str | None) -> None:
    out = sys.stdout.buffer
    if isinstance(resource, Dataset):
        out.write(resource.download(format=as_format or "json"))
    else:
        for chunk in resource.download():
            out.write(chunk)
    out.flush()


class _Targets:
    """Where downloads go."""

    def __init__(self, kind: Kind, output: str | None, *, many: bool, force: bool, ending: str | None) -> None:
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
        if self._kind.kind is Dataset and (self._ending or not name.lower().endswith(_ENDINGS)):
            name = f"{name.removesuffix(Path(name).suffix) if name.lower().endswith(_ENDINGS) else name}.{_ending(self._ending)}"
        with self._lock:
            name = self._names.add(name)
        path = prepared(self._folder, name)
        if path.exists() and not self._force:
            raise FileExistsError(f"{path} is there already; --force replaces it, and -o names another path")
        return path


def _ending(as_format: str | None) -> str:
    return {"binary": "oedb", None: "json"}.get(as_format, str(as_format))
