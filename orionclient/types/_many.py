"""What files and shards have in common where many are moved: which files there are, and downloads into a folder."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from orionclient.exceptions import NotLoaded, ValidationError
from orionclient.transfer import bulk
from orionclient.transfer.names import UniqueNames, UniquePaths, check_path, prepared
from orionclient.transfer.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from orionclient.transfer.bulk import Result, Watch
    from orionclient.types.files import File
    from orionclient.types.shards import Shard

R = TypeVar("R", bound="File | Shard")
I = TypeVar("I")  # noqa: E741 - an item
V = TypeVar("V")
W = TypeVar("W")


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


def regular(path: Path) -> None:
    """Refuse what is no file, for example a pipe, which would be waited for.

    Args:
        path: The path; a link to a file is one.

    Raises:
        ValidationError: It is no file.
        OSError: It is not there.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValidationError(f"{path} is no file" + ("; links to folders are not followed" if path.is_dir() else ""))


def named_files(paths: Any) -> Iterator[tuple[Path, str]]:
    """Find the files to send, one after the other.

    Args:
        paths: A folder, whose files are found in sorted order, at any depth; or paths of files and folders.

    Yields:
        The path and the name: for a folder the path relative to it with ``/``, else the last part; all different.

    Raises:
        ValidationError: That are no paths.
        OSError: A folder cannot be read, or a single path is not there.
    """
    names = UniqueNames()
    if isinstance(paths, bytes) or (not isinstance(paths, str | os.PathLike) and not hasattr(paths, "__iter__")):
        raise ValidationError(f"pass a folder or paths, not {type(paths).__name__}")
    if isinstance(paths, str | os.PathLike):
        root = Path(paths)
        root.stat()
        for path, name in walked(root, "") if root.is_dir() else [(root, root.name)]:
            yield path, names.add(name)
        return
    for given in paths:
        root = Path(given)
        for path, name in walked(root, f"{root.name}/") if root.is_dir() else [(root, root.name)]:
            yield path, names.add(name)


def walked(folder: Path, before: str) -> Iterator[tuple[Path, str]]:
    """Find what a folder holds, at any depth and in sorted order; links to folders are not followed.

    Args:
        folder: The folder.
        before: What the names begin with.

    Yields:
        The path and the name: `before` and the path relative to the folder with ``/``.

    Raises:
        OSError: A folder cannot be read.
    """
    with os.scandir(folder) as entries:
        found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in found:
        if is_folder:
            yield from walked(folder / name, f"{before}{name}/")
        else:
            yield folder / name, before + name


def moved(
    function: Callable[[I], V],
    items: Iterable[I],
    shown: Callable[[Result[I, V]], Result[Any, W]],
    *,
    workers: int,
    executor: Executor | None,
    watch: Watch,
    each: Callable[[Result[Any, W]], object] | None,
    return_exceptions: bool,
    after: Callable[[list[Result[Any, W]]], list[Result[Any, W]]] | None = None,
) -> list[Result[Any, W]]:
    """Run many transfers and tell of those that run elsewhere.

    Args:
        function: Moves one item.
        items: The items.
        shown: Makes of a result the one that the user sees.
        workers: Number of items at a time.
        executor: Any executor; threads without it.
        watch: Watches the transfers.
        each: Is given every result; only failures are kept then.
        return_exceptions: True returns results with errors.
        after: What is still to be done when all of it is done.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: Something failed.
    """
    results = bulk.run(function, items, workers=workers, executor=executor, stop=watch.stop)
    seen = _seen(results, shown)
    return bulk.gathered(seen, watch=watch, each=each, after=after, return_exceptions=return_exceptions)


def _seen(results: Iterator[Result[I, V]], shown: Callable[[Result[I, V]], Result[Any, W]]) -> Iterator[Result[Any, W]]:
    try:
        for result in results:
            yield shown(result)
    finally:
        results.close()  # type: ignore[attr-defined]


@frozen
class Wanted:
    """Something to fetch.

    Attributes:
        resource: The file or shard.
        relative: Where to put it, below the folder.
    """

    resource: Any
    relative: str


@frozen
class Fetch:
    """Fetches one file or shard into a folder, unless it is there whole.

    Attributes:
        folder: The folder.
        durable: True waits for the disk.
        watch: Watches the transfers; None in another process.
    """

    folder: Path
    durable: bool
    watch: Watch | None = field(default=None)

    def __call__(self, wanted: Wanted) -> Path:
        """Fetch it.

        Args:
            wanted: What and where to.

        Returns:
            The path.

        Raises:
            ValidationError: A link or something that is no file is in the way.
            OrionError: The server refused, or the content did not arrive whole.
        """
        path = prepared(self.folder, wanted.relative)
        size, digest = _known(wanted.resource, "size"), _known(wanted.resource, "sha256")
        if digest and path.exists() and path.stat().st_size == size and sha256_of(path) == digest.lower():
            tell(self.watch, wanted.relative, size)
            return path
        progress = self.watch.named(wanted.relative) if self.watch else None
        wanted.resource.download_to_file(path, progress=progress, durable=self.durable)
        return path


def tell(watch: Watch | None, name: str, size: int | None) -> None:
    """Tell that something is there without having been moved here.

    Args:
        watch: Who is told, if anybody.
        name: Its name.
        size: Its size in bytes.
    """
    if watch is not None:
        watch(Progress(name, size or 0, size, 0.0, done=True))


def _known(resource: Any, name: str) -> Any:
    try:
        return getattr(resource, name)
    except NotLoaded:
        return None


def fetched(
    resources: Iterable[R],
    folder: str | os.PathLike[str],
    *,
    workers: int,
    progress: Callable[[Progress], object] | None,
    executor: Executor | None,
    durable: bool,
    each: Callable[[Result[R, Path]], object] | None,
    return_exceptions: bool,
) -> list[Result[R, Path]]:
    """Fetch files or shards into a folder.

    Args:
        resources: What to fetch.
        folder: The folder, which is made where it is missing.
        workers: Number of items at a time.
        progress: Told how far each is.
        executor: Any executor; threads without it.
        durable: True waits for the disk after each.
        each: Is given every result; only failures are kept then.
        return_exceptions: True returns results with errors.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: Something failed.
        OSError: The folder cannot be made.
    """
    root = Path(check_path(folder))
    root.mkdir(parents=True, exist_ok=True)
    # A link that the user names is the folder, and another process may stand elsewhere.
    root = root.resolve()
    names, watch, local = UniquePaths(), bulk.Watch(progress), bulk.is_local(executor)
    # In the order of the listing, so that the next run gives the same names.
    wanted = (
        Wanted(each_one, names.add(_known(each_one, "name") or "", default=default_name(each_one)))
        for each_one in resources
    )

    def shown(result: Result[Wanted, Path]) -> Result[R, Path]:
        if result.error is None and not local:
            tell(watch, result.item.relative, _known(result.item.resource, "size"))
        return bulk.Result(result.item.resource, result.value, result.error)

    return moved(
        Fetch(root, durable, watch if local else None), wanted, shown, workers=workers, executor=executor, watch=watch,
        each=each, return_exceptions=return_exceptions,
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
