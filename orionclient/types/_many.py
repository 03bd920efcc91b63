"""What files and shards have in common where many are moved: which files there are, and downloads into a folder."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, TypeVar

from attrs import field, frozen

from orionclient.exceptions import NotLoaded, ValidationError
from orionclient.transfer import bulk
from orionclient.transfer.names import UniqueNames, UniquePaths, check_path, prepare_path
from orionclient.transfer.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from orionclient.transfer.bulk import ProgressRelay, Result
    from orionclient.types.files import File
    from orionclient.types.shards import Shard

R = TypeVar("R", bound="File | Shard")
I = TypeVar("I")  # noqa: E741 - an item
V = TypeVar("V")
W = TypeVar("W")


@frozen
class TransferItem:
    """A file to send.

    Attributes:
        path: The file.
        name: Its name on the server.
        stream: What is sent in place of the path; None sends the file.
        force: True sends it in any case, False only a regular file that is not there already.
        there: Id and SHA-256 digest of what is there with the same name and size, where that is known before.
    """

    path: Path
    name: str
    stream: BinaryIO | None = None
    force: bool = False
    existing: tuple[tuple[int, bytes], ...] = ()


@frozen
class TransferResult(Generic[V]):
    """What became of an item that did not fail.

    Attributes:
        value: What was made of it, or found.
        skipped: True where it was found.
    """

    value: V
    skipped: bool


def sha256_of(path: Path) -> str:
    """Compute the digest of a file.

    Args:
        path: The file.

    Returns:
        SHA-256 in hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_regular_file(path: Path) -> None:
    """Reject what is no file, for example a pipe, which would be waited for.

    Args:
        path: The path; a link to a file is one.

    Raises:
        ValidationError: It is no file.
        OSError: It is not there.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValidationError(f"{path} is no file" + ("; links to folders are not followed" if path.is_dir() else ""))


def list_named_files(paths: Any) -> Iterator[TransferItem]:
    """Find the files to send.

    Args:
        paths: A folder or file, or paths of folders and files, also from an iterator.

    Returns:
        The files, found as they are needed: of a folder all in sorted order, at any depth, named by their paths relative to it with
        ``/``; others named by their last part. Equal names get a number.

    Raises:
        ValidationError: These are no paths, or one is empty.
        OSError: A folder cannot be read, or a single path is not there.
    """
    if isinstance(paths, bytes) or (not isinstance(paths, str | os.PathLike) and not hasattr(paths, "__iter__")):
        raise ValidationError(f"pass a folder or paths, not {type(paths).__name__}")
    if isinstance(paths, str | os.PathLike):
        Path(check_path(paths)).stat()
        paths = [paths]
    elif isinstance(paths, list | tuple | set | frozenset):
        # What can be read twice is checked prefix anything is sent.
        for given in paths:
            check_path(given)
    names = UniqueNames()
    return (TransferItem(path, names.add(name)) for given in paths for path, name in list_files(given))


def list_files(given: str | os.PathLike[str]) -> Iterator[tuple[Path, str]]:
    """Find the files that a path stands for.

    Args:
        given: The path.

    Returns:
        The path and the name: for a folder those of all its files, relative to it, else the path itself and its last part.

    Raises:
        ValidationError: The path is empty.
        OSError: The folder cannot be read.
    """
    root = Path(check_path(given))
    return walk_files(root, "") if root.is_dir() else iter([(root, root.name)])


def walk_files(folder: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    """Find what a folder holds, at any depth and in sorted order; links to folders are not followed.

    Args:
        folder: The folder.
        prefix: What the names begin with.

    Yields:
        The path and the name: `before` and the path relative to the folder with ``/``.

    Raises:
        OSError: A folder cannot be read.
    """
    with os.scandir(folder) as entries:
        found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in found:
        if is_folder:
            yield from walk_files(folder / name, f"{prefix}{name}/")
        else:
            yield folder / name, prefix + name


def transfer_all(
    function: Callable[[I], V],
    items: Iterable[I],
    convert: Callable[[Result[I, V]], Result[Any, W]],
    *,
    workers: int,
    executor: Executor | None,
    relay: ProgressRelay,
    on_result: Callable[[Result[Any, W]], object] | None,
    return_exceptions: bool,
    finalize: Callable[[list[Result[Any, W]]], list[Result[Any, W]]] | None = None,
) -> list[Result[Any, W]]:
    """Run many transfers and tell of those that run elsewhere.

    Args:
        function: Moves one item.
        items: The items.
        convert: Makes of a result the one that the user sees.
        workers: Number of items transferred concurrently.
        executor: Any executor. Defaults to threads.
        relay: Watches the transfers.
        on_result: Called with every result; only failures are then collected.
        return_exceptions: True returns failed results instead of raising.
        after: What is still to be done when all of it is done.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed.
    """
    if workers == 1 and executor is None and not isinstance(workers, bool):
        results = bulk.run_in_turn(function, items)
    else:
        results = bulk.run(function, items, workers=workers, executor=executor, stop=relay.stop)
    seen = _relay_results(results, convert)
    return bulk.collect_results(
        seen, relay=relay, on_result=on_result, finalize=finalize, return_exceptions=return_exceptions
    )


def _relay_results(
    results: Iterator[Result[I, V]], convert: Callable[[Result[I, V]], Result[Any, W]]
) -> Iterator[Result[Any, W]]:
    try:
        for result in results:
            yield convert(result)
    finally:
        results.close()  # type: ignore[attr-defined]


@frozen
class DownloadItem:
    """Something to fetch.

    Attributes:
        resource: The file or shard.
        relative: Where to put it, below the folder.
    """

    resource: Any
    relative: str


@frozen
class DownloadTask:
    """Fetches one file or shard into a folder, unless it is there whole.

    Attributes:
        folder: The folder.
        durable: True waits for the disk.
        relay: Receives the progress; None in another process.
    """

    folder: Path
    durable: bool
    relay: ProgressRelay | None = field(default=None)

    def __call__(self, wanted: DownloadItem) -> TransferResult[Path]:
        """Fetch it.

        Args:
            wanted: What and where to.

        Returns:
            The path, and whether it was there.

        Raises:
            ValidationError: A link or something that is no file is in the way.
            OrionError: The request failed, or the content is truncated.
        """
        path = prepare_path(self.folder, wanted.relative)
        size, digest = _get_loaded(wanted.resource, "size"), _get_loaded(wanted.resource, "sha256")
        if digest and path.exists() and path.stat().st_size == size and sha256_of(path) == digest.lower():
            report_done(self.relay, wanted.relative, size)
            return TransferResult(path, skipped=True)
        progress = self.relay.for_item(wanted.relative) if self.relay else None
        wanted.resource.download_to_file(path, progress=progress, durable=self.durable)
        return TransferResult(path, skipped=False)


def report_done(relay: ProgressRelay | None, name: str, size: int | None) -> None:
    """Tell that something is there without having been moved here.

    Args:
        relay: Who is told, if anybody.
        name: Its name.
        size: Its size in bytes.
    """
    if relay is not None:
        relay(Progress(name, size or 0, size, 0.0, done=True))


def _get_loaded(resource: Any, name: str) -> Any:
    try:
        return getattr(resource, name)
    except NotLoaded:
        return None


def download_all(
    resources: Iterable[R],
    folder: str | os.PathLike[str],
    *,
    workers: int,
    progress: Callable[[Progress], object] | None,
    executor: Executor | None,
    durable: bool,
    on_result: Callable[[Result[R, Path]], object] | None,
    return_exceptions: bool,
) -> list[Result[R, Path]]:
    """Fetch files or shards into a folder.

    Args:
        resources: What to fetch.
        folder: The target folder. Created if missing.
        workers: Number of items transferred concurrently.
        progress: Called with the `Progress` of each item.
        executor: Any executor. Defaults to threads.
        durable: True waits for the disk after each.
        on_result: Called with every result; only failures are then collected.
        return_exceptions: True returns failed results instead of raising.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed.
        ValidationError: The path of the folder is empty.
        OSError: The folder cannot be made.
    """
    root = Path(check_path(folder))
    root.mkdir(parents=True, exist_ok=True)
    # A link that the user names is the folder, and another process may stand elsewhere.
    root = root.resolve()
    names, relay, local = UniquePaths(), bulk.ProgressRelay(progress), bulk.is_local(executor)
    # In the order of the listing, so that the next run gives the same names.
    wanted = (
        DownloadItem(each_one, names.add(_get_loaded(each_one, "name") or "", default=default_name(each_one)))
        for each_one in resources
    )

    def convert(result: Result[DownloadItem, TransferResult[Path]]) -> Result[R, Path]:
        done = result.value
        if done is None:
            return bulk.Result(result.item.resource, None, result.error)
        if not local:
            report_done(relay, result.item.relative, _get_loaded(result.item.resource, "size"))
        return bulk.Result(result.item.resource, done.value, skipped=done.skipped)

    return transfer_all(
        DownloadTask(root, durable, relay if local else None), wanted, convert, workers=workers, executor=executor, relay=relay,
        on_result=on_result, return_exceptions=return_exceptions,
    )  # fmt: skip


def default_name(resource: Any) -> str:
    """Make a name for what has none.

    Args:
        resource: The file or shard.

    Returns:
        For example ``shard-7``.

    Raises:
        ValidationError: It has no id, or cannot be fetched at all.
    """
    if getattr(getattr(resource, "declaration", None), "name", None) not in {"file", "shard"}:
        raise ValidationError(f"{type(resource).__name__} cannot be downloaded like a file; pass files")
    return f"{resource.declaration.name}-{resource._id()}"
