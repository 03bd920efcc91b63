"""Transfer many files or shards: find local files, run transfers concurrently and download into a folder."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, TypeVar

from attrs import field, frozen

from orionclient._transfer import bulk
from orionclient._transfer.names import UniqueNames, UniquePaths, check_path, prepare_path
from orionclient._transfer.progress import Progress
from orionclient.exceptions import NotLoaded, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from orionclient._transfer.bulk import ProgressRelay, Result
    from orionclient.types.files import File
    from orionclient.types.shards import Shard

R = TypeVar("R", bound="File | Shard")
I = TypeVar("I")  # noqa: E741 - an item
V = TypeVar("V")
W = TypeVar("W")


@frozen
class TransferItem:
    """A file to upload.

    Attributes:
        path: Path of the file.
        name: Its name on the server.
        stream: Content to send in place of the file; None sends the file.
        force: True always uploads; False uploads only a regular file whose content does not exist on the server.
        existing: Ids and SHA-256 digests of known resources with the same name and size.
    """

    path: Path
    name: str
    stream: BinaryIO | None = None
    force: bool = False
    existing: tuple[tuple[int, bytes], ...] = ()


@frozen
class TransferResult(Generic[V]):
    """Result of a successful transfer.

    Attributes:
        value: The created or existing resource, or the path.
        skipped: True if it existed.
    """

    value: V
    skipped: bool


def sha256_of(path: Path) -> str:
    """Compute the SHA-256 digest of a file.

    Args:
        path: Path of the file.

    Returns:
        The digest in hexadecimal.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_regular_file(path: Path) -> None:
    """Require a regular file; reading a pipe, for example, would block.

    Args:
        path: The path; symbolic links are followed.

    Raises:
        ValidationError: The path is not a regular file.
        OSError: The path does not exist.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValidationError(
            f"{path} is not a file" + ("; links to folders are not followed" if path.is_dir() else "")
        )


def list_named_files(paths: Any) -> Iterator[TransferItem]:
    """List the files to upload.

    Args:
        paths: A folder or file, or an iterable of paths.

    Returns:
        The files, listed lazily. The files of a folder are listed recursively in sorted order and named by their path relative to the
        folder, with ``/``; other files are named by the last component of their path. Duplicate names get a numeric suffix.

    Raises:
        ValidationError: `paths` contains no paths, or an empty one.
        OSError: A folder cannot be read, or a single path does not exist.
    """
    if isinstance(paths, bytes) or (not isinstance(paths, str | os.PathLike) and not hasattr(paths, "__iter__")):
        raise ValidationError(f"pass a folder or paths, not {type(paths).__name__}")
    if isinstance(paths, str | os.PathLike):
        Path(check_path(paths)).stat()
        paths = [paths]
    elif isinstance(paths, list | tuple | set | frozenset):
        # A list can be iterated twice, so it is validated before any request.
        for given in paths:
            check_path(given)
    names = UniqueNames()
    return (TransferItem(path, names.add(name)) for given in paths for path, name in list_files(given))


def list_files(given: str | os.PathLike[str]) -> Iterator[tuple[Path, str]]:
    """List a file, or the files of a folder.

    Args:
        given: Path of a file or folder.

    Returns:
        Pairs of path and name: for a folder the files in it with their relative paths, else the path with its last component.

    Raises:
        ValidationError: The path is empty.
        OSError: The folder cannot be read.
    """
    root = Path(check_path(given))
    return walk_files(root, "") if root.is_dir() else iter([(root, root.name)])


def walk_files(folder: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    """List the files of a folder recursively in sorted order. Symbolic links to folders are not followed.

    Args:
        folder: The folder.
        prefix: Prefix of the names.

    Yields:
        Pairs of path and name: the prefix and the path relative to the folder, with ``/``.

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
    """Run transfers concurrently and collect their results.

    Args:
        function: Transfers one item.
        items: The items.
        convert: Converts a result to the public one.
        workers: Number of items transferred concurrently.
        executor: Any executor. Defaults to threads.
        relay: Passes on the progress of the transfers.
        on_result: Called with every result; only failures are then collected.
        return_exceptions: True returns failed results instead of raising.
        finalize: Called with all results when the transfers are done; returns the final results.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed.
    """
    if workers == 1 and executor is None and not isinstance(workers, bool):
        results = bulk.run_in_turn(function, items)
    else:
        results = bulk.run(function, items, workers=workers, executor=executor, stop=relay.stop)
    converted = _convert_results(results, convert)
    return bulk.collect_results(
        converted, relay=relay, on_result=on_result, finalize=finalize, return_exceptions=return_exceptions
    )


def _convert_results(
    results: Iterator[Result[I, V]], convert: Callable[[Result[I, V]], Result[Any, W]]
) -> Iterator[Result[Any, W]]:
    try:
        for result in results:
            yield convert(result)
    finally:
        results.close()  # type: ignore[attr-defined]


@frozen
class DownloadItem:
    """A resource to download.

    Attributes:
        resource: The file or shard.
        relative: Path of the file relative to the folder.
    """

    resource: Any
    relative: str


@frozen
class DownloadTask:
    """Downloads a file or shard into a folder, unless the complete file exists.

    Attributes:
        folder: The folder.
        durable: True calls fsync after each file.
        relay: Receives the progress; None in another process.
    """

    folder: Path
    durable: bool
    relay: ProgressRelay | None = field(default=None)

    def __call__(self, item: DownloadItem) -> TransferResult[Path]:
        """Download one item.

        Args:
            item: The item.

        Returns:
            The path, and whether the file existed.

        Raises:
            ValidationError: The path is a symbolic link or not a regular file.
            OrionError: The request failed, or the content is truncated.
        """
        path = prepare_path(self.folder, item.relative)
        size, digest = _get_loaded(item.resource, "size"), _get_loaded(item.resource, "sha256")
        if digest and path.exists() and path.stat().st_size == size and sha256_of(path) == digest.lower():
            report_done(self.relay, item.relative, size)
            return TransferResult(path, skipped=True)
        progress = self.relay.for_item(item.relative) if self.relay else None
        item.resource.download_to_file(path, progress=progress, durable=self.durable)
        return TransferResult(path, skipped=False)


def report_done(relay: ProgressRelay | None, name: str, size: int | None) -> None:
    """Report an item as complete without a transfer in this process.

    Args:
        relay: Receives the progress, if given.
        name: Name of the item.
        size: Size of the item in bytes.
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
    """Download files or shards into a folder.

    Args:
        resources: The files or shards.
        folder: The target folder. Created if missing.
        workers: Number of items transferred concurrently.
        progress: Called with the `Progress` of each item.
        executor: Any executor. Defaults to threads.
        durable: True calls fsync after each file.
        on_result: Called with every result; only failures are then collected.
        return_exceptions: True returns failed results instead of raising.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed.
        ValidationError: The folder path is empty.
        OSError: The folder cannot be created.
    """
    root = Path(check_path(folder))
    root.mkdir(parents=True, exist_ok=True)
    # Resolve links and relative paths here: workers in other processes may have another working directory.
    root = root.resolve()
    names, relay, local = UniquePaths(), bulk.ProgressRelay(progress), bulk.is_local(executor)
    # Names are assigned in the order of the listing, so that the next run assigns the same ones.
    items = (
        DownloadItem(resource, names.add(_get_loaded(resource, "name") or "", default=default_name(resource)))
        for resource in resources
    )

    def convert(result: Result[DownloadItem, TransferResult[Path]]) -> Result[R, Path]:
        done = result.value
        if done is None:
            return bulk.Result(result.item.resource, None, result.error)
        if not local:
            report_done(relay, result.item.relative, _get_loaded(result.item.resource, "size"))
        return bulk.Result(result.item.resource, done.value, skipped=done.skipped)

    return transfer_all(
        DownloadTask(root, durable, relay if local else None), items, convert, workers=workers, executor=executor, relay=relay,
        on_result=on_result, return_exceptions=return_exceptions,
    )  # fmt: skip


def default_name(resource: Any) -> str:
    """Build the file name for a resource without a name.

    Args:
        resource: The file or shard.

    Returns:
        For example ``shard-7``.

    Raises:
        ValidationError: The resource has no id or is not a file or shard.
    """
    if getattr(getattr(resource, "declaration", None), "name", None) not in {"file", "shard"}:
        raise ValidationError(f"{type(resource).__name__} cannot be downloaded as a file; pass File resources")
    return f"{resource.declaration.name}-{resource._id()}"
