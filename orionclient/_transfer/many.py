"""Transfer many items concurrently: find local files, skip what exists, transfer the rest and collect the results."""

from __future__ import annotations

import hashlib
import os
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, TypeVar

from attrs import evolve, field, frozen

from orionclient._transfer import bulk
from orionclient._transfer.names import UniqueNames, UniquePaths, check_path, prepare_path
from orionclient._transfer.progress import Progress
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from orionclient._transfer.bulk import ProgressRelay, Result

R = TypeVar("R")
S = TypeVar("S")
V = TypeVar("V")


@frozen
class TransferItem(Generic[S]):
    """A file to upload, or a resource to download.

    Attributes:
        source: Path of the file, or the resource.
        name: Its name on the server, or its path relative to the folder.
        stream: Content to upload in place of the file; None uploads the file.
        force: True always uploads; False uploads only a regular file whose content does not exist on the server.
        existing: Ids and SHA-256 digests of known resources with the same name and size.
    """

    source: S
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
        size: Its size in bytes, if known.
    """

    value: V
    skipped: bool
    size: int | None


@frozen(kw_only=True)
class Send(ABC, Generic[S, V]):
    """Transfers one item, also in another process: the task and its results can be pickled.

    Attributes:
        relay: Receives the progress; None in another process.
    """

    relay: ProgressRelay | None = None

    @abstractmethod
    def __call__(self, item: TransferItem[S]) -> TransferResult[V]:
        """Transfer one item."""

    def receive(self, value: V) -> V:
        """Convert the value of a transfer in another process, for example to use the session of this one."""
        return value

    def report(self, item: TransferItem[S], done: TransferResult[V]) -> TransferResult[V]:
        """Report an item as complete without a transfer in this process, and return its result."""
        if self.relay is not None:
            self.relay(Progress(item.name, done.size or 0, done.size, 0.0, done=True))
        return done

    def progress_of(self, item: TransferItem[S]) -> Callable[[Progress], None] | None:
        """Return the progress callback of an item."""
        return self.relay.for_item(item.name) if self.relay else None


@frozen(kw_only=True)
class UploadSend(Send[Path, V]):
    """Uploads one file, unless it exists with the same content; each resource type has its own subclass.

    Attributes:
        base: Working directory that relative paths are resolved against, also in other processes.
    """

    base: Path = field(factory=Path.cwd)

    def __call__(self, item: TransferItem[Path]) -> TransferResult[V]:
        """Upload one file.

        Args:
            item: The file.

        Returns:
            The ready resource, and whether it existed.

        Raises:
            ValidationError: It is not a regular file, or the resource type does not accept it.
            OSError: The file cannot be read.
            OrionError: The request failed; nothing is left on the server.
        """
        path = self.base / item.source
        if not item.force:
            check_regular_file(path)
        found = self.find(item, path)
        if found is not None:
            return self.report(item, make_result(found, skipped=True))
        return self.upload(item, item.stream or path)

    @abstractmethod
    def find(self, item: TransferItem[Path], path: Path) -> V | None:
        """Find the resource that makes the upload unnecessary."""

    @abstractmethod
    def upload(self, item: TransferItem[Path], content: Path | BinaryIO) -> TransferResult[V]:
        """Upload the content of an item."""


def make_result(resource: V, *, skipped: bool) -> TransferResult[V]:
    """Build the result of the upload of a resource."""
    data: dict[str, Any] = resource.to_dict()  # type: ignore[attr-defined]
    return TransferResult(resource, skipped=skipped, size=data.get("size"))


@frozen
class DownloadSend(Send[Any, Path]):
    """Downloads a file or shard into a folder, unless the complete file exists.

    Attributes:
        folder: The folder.
        durable: True calls fsync after each file.
    """

    folder: Path
    durable: bool

    def __call__(self, item: TransferItem[Any]) -> TransferResult[Path]:
        """Download one item.

        Args:
            item: The item.

        Returns:
            The path, and whether the file existed.

        Raises:
            ValidationError: The path is a symbolic link or not a regular file.
            OrionError: The request failed, or the content is truncated.
        """
        path, resource = prepare_path(self.folder, item.name), item.source
        # Fields that are not loaded are None.
        size, digest = getattr(resource, "size", None), getattr(resource, "sha256", None)
        if digest and path.exists() and path.stat().st_size == size and sha256_of(path) == digest.lower():
            return self.report(item, TransferResult(path, skipped=True, size=size))
        resource.download_to_file(path, progress=self.progress_of(item), durable=self.durable)
        return TransferResult(path, skipped=False, size=size)


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
        OSError: The path does not exist, or is a folder that cannot be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        if path.is_dir() and not path.is_symlink():
            os.scandir(path).close()
        raise ValidationError(
            f"{path} is not a file" + ("; links to folders are not followed" if path.is_dir() else "")
        )


def list_named_files(paths: Any) -> Iterator[TransferItem[Path]]:
    """List the files to upload.

    Args:
        paths: A folder or file, or an iterable of paths.

    Returns:
        The files, listed lazily. The files of a folder are listed recursively in sorted order and named by their path relative to the
        folder, with ``/``; other files are named by the last component of their path. Duplicate names get a numeric suffix.

    Raises:
        ValidationError: `paths` contains no paths, or an empty one.
        OSError: A given folder cannot be read, or a single path does not exist.
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
        Pairs of path and name: the prefix and the path relative to the folder, with ``/``. A subfolder that cannot be read is listed as if
        it were a file; its upload fails.

    Raises:
        OSError: The folder itself cannot be read.
    """
    with os.scandir(folder) as entries:
        found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in found:
        if is_folder:
            files = walk_files(folder / name, f"{prefix}{name}/")
            try:
                first = next(files, None)
            except OSError:
                first = folder / name, prefix + name
            if first is not None:
                yield first
            yield from files
        else:
            yield folder / name, prefix + name


def transfer_all(
    send: Send[S, V],
    items: Iterable[TransferItem[S]],
    *,
    workers: int,
    progress: Callable[[Progress], object] | None,
    executor: Executor | None = None,
    on_result: Callable[[Result[S, V]], object] | None,
    return_exceptions: bool = False,
    on_done: Callable[[TransferItem[S], TransferResult[V]], object] = lambda item, done: None,  # noqa: ARG005
    finalize: Callable[[list[Result[S, V]]], list[Result[S, V]]] | None = None,
) -> list[Result[S, V]]:
    """Run transfers concurrently and collect their results.

    Args:
        send: Transfers one item.
        items: The items.
        workers: Number of items transferred concurrently.
        progress: Called with the `Progress` of each item.
        executor: Any executor. Defaults to threads.
        on_result: Called with every result; only failures are then collected.
        return_exceptions: True returns failed results instead of raising.
        on_done: Called with each item that was transferred or skipped.
        finalize: Called with all results when the transfers are done; returns the final results.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed.
    """
    relay, local = bulk.ProgressRelay(progress), bulk.is_local(executor)
    relayed = evolve(send, relay=relay)
    task = relayed if local else send
    if workers == 1 and executor is None and not isinstance(workers, bool):
        results = bulk.run_in_turn(task, items)
    else:
        results = bulk.run(task, items, workers=workers, executor=executor, stop=relay.stop)

    def convert() -> Iterator[Result[S, V]]:
        try:
            for item, done, error in ((each.item, each.value, each.error) for each in results):
                if done is None:
                    yield bulk.Result(item.source, None, error)
                    continue
                on_done(item, done)
                value = done.value
                if not local:
                    value = send.receive(value)
                    relayed.report(item, done)
                yield bulk.Result(item.source, value, skipped=done.skipped)
        finally:
            results.close()  # type: ignore[attr-defined]

    return bulk.collect_results(
        convert(), relay=relay, on_result=on_result, finalize=finalize, return_exceptions=return_exceptions
    )


def download_all(
    resources: Iterable[R], folder: str | os.PathLike[str], *, durable: bool, **options: Any
) -> list[Result[R, Path]]:
    """Download files or shards into a folder.

    Args:
        resources: The files or shards.
        folder: The target folder. Created if missing.
        durable: True calls fsync after each file.
        **options: Options of `transfer_all`.

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
    send, names = DownloadSend(root.resolve(), durable), UniquePaths()
    # Names are assigned in the order of the listing, so that the next run assigns the same ones.
    items = (
        TransferItem(resource, names.add(getattr(resource, "name", None) or "", default=default_name(resource)))
        for resource in resources
    )
    return transfer_all(send, items, **options)


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
