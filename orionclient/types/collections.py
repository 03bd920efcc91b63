"""ShardCollection: a collection of shards, written concurrently by many workers and then closed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from orion_api.api import collections as api
from orion_api.api import shards as shards_api

from orionclient import types
from orionclient._resources.convert import identifier, integer, json_object, optional, string
from orionclient._resources.creating import create_with_tags
from orionclient._resources.json_values import check_metadata
from orionclient._resources.listing import Listing
from orionclient._resources.polling import poll_states, refresh
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike
from orionclient._runtime.warnings import warn
from orionclient._transfer import many
from orionclient.exceptions import BadResponse, OrionError, ValidationError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from orion_api.inputs import CreateCollection, ListCollectionsFilters, UpdateCollection

    from orionclient._transfer.bulk import Paths, Result
    from orionclient._transfer.many import TransferItem
    from orionclient._transfer.progress import Progress
    from orionclient.types.shards import Shard

__all__ = ["ShardCollection"]

# States that a collection never leaves.
_FINAL_STATES: Final = frozenset({"error", "deleting"})


class ShardCollection(Resource):
    """A collection of shards, written concurrently by many workers and then closed.

    While the collection is ``open``, shards can be added and deleted. Closing it drops the shards that are not ready; the state is then
    ``processing`` and finally ``ready``. It can be opened again. Other states are ``error`` and ``deleting``. At most 500,000 shards are
    recommended (documented). Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``project``,
    ``owner``, ``tags``, ``tag_filters``, ``tag_match``, ``path``, ``path_contains``, ``state``, ``states``, ``deleted``
    and ``expired``.

    Example:
        >>> from orionclient.types import Shard, ShardCollection
        >>> collection = ShardCollection.create(session, "trajectories")
        >>> shard = Shard.create(collection, "first", file=b"frames")
        >>> collection.close()
        >>> collection.wait(timeout=60)
        >>> collection.state, [each.name for each in collection.list_shards()]
        ('ready', ['first'])
    """

    declaration: ClassVar[Declaration] = Declaration(
        "collection", api, trash=True, taggable=True, sharable=True, in_folders=True
    )

    @classmethod
    def _inputs(cls, filters: ListCollectionsFilters, create: CreateCollection, update: UpdateCollection) -> None: ...

    id: Field[int] = Field(identifier, "Id of the collection, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; need not be unique (documented), and may be empty.")
    state: Field[str] = Field(
        string, "`open`, `processing`, `ready`, `error` or `deleting` (observed); other states are possible."
    )
    metadata: Field[dict[str, Any]] = Field(json_object, "JSON object set by the user (documented).")
    version: Field[int] = Field(
        integer, "1 or 2; ids of the shards of a version-2 collection exceed 2^53 (documented)."
    )
    shard_count: Field[int] = Field(integer, "Number of shards, including those that are not ready (assumed).")
    created: Field[str] = Field(string, "When the collection was created, ISO 8601 in UTC with microseconds (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that created the collection (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the collection belongs to (assumed).")
    description: Field[str] = Field(optional(string, ""), "Description; may be empty (assumed).")
    path: Field[str | None] = Field(
        optional(string), "Path of the folder of the project; None if it is in no folder (assumed)."
    )
    location: Field[str] = Field(
        optional(string, ""), "Absolute path of the folder, for example ``/project/1/team/screens`` (assumed)."
    )
    deleted: Field[str] = Field(
        optional(string, ""), "When the collection was moved to the trash; empty if it is not in the trash (assumed)."
    )

    @classmethod
    def create(
        cls,
        session: SessionLike,
        name: str | None,
        metadata: Mapping[str, Any] | None = None,
        project: Any = None,
        folder_path: str | None = None,
        *,
        description: str | None = None,
        tags: Sequence[str | None] | None = None,
        version: int | None = None,
    ) -> Self:
        """Create an empty collection, open for shards.

        Args:
            session: The session.
            name: Display name; None for no name.
            metadata: JSON object of at most 256 kB.
            project: Project or its id. Defaults to the session's project.
            folder_path: Path of the folder in the project, or absolute as for `session.fs`. Created if missing.
            description: Description.
            tags: Its tags, for example ``[job_tag()]``; None entries are ignored.
            version: 1 or 2. Defaults to the server's choice.

        Returns:
            The collection.

        Raises:
            ValidationError: The metadata is too large or not JSON serializable, or a tag is empty; raised before any request.
            OrionError: The request failed.
        """
        return create_with_tags(
            cls, session, name, project, metadata=check_metadata(metadata), path=folder_path, description=description, tags=tags,
            version=version,
        )  # fmt: skip

    def list_shards(
        self, limit: int | None = None, offset: int = 0, *, state: str | Sequence[str] | None = None
    ) -> Listing[Shard]:
        """List the shards by id; pages are fetched lazily.

        Args:
            limit: Maximum number of shards.
            offset: Number of shards to skip.
            state: A state or list of states to filter by.

        Returns:
            An iterator with `count()`, `first()` and `one()`.

        Raises:
            ValidationError: `limit` or `offset` is not a non-negative integer.
            OrionError: The request failed.
        """
        filters = {} if state is None else {"state": [state] if isinstance(state, str) else state}
        session, template = self._require_session(), types.Shard(collection=self)
        return Listing(session, shards_api.list_shards, template, filters, limit=limit, offset=offset)

    def open(self) -> None:
        """Open the collection, so that shards can be added and deleted. Has no effect on an open collection.

        Raises:
            BadResponse: The collection is ``processing``, ``deleting`` or in ``error`` (409); `ensure_open` waits during the first.
            OrionError: The request failed.
        """
        with self._add_advice():
            self._call(api.open_collection)

    @staticmethod
    @contextmanager
    def _add_advice(advice: str = "") -> Iterator[None]:
        """Add advice to the error of a request that requires an open collection."""
        try:
            yield
        except BadResponse as error:
            if error.response.status_code == 409:
                error.with_hints(
                    f"{advice}collection.ensure_open() waits until the collection can be opened, and opens it"
                )
            raise

    def close(self) -> None:
        """Close the collection. Shards that are not ready are dropped, with a warning. Has no effect on a closed collection.

        The state is then ``processing`` and finally ``ready``; `wait` waits for that.

        Raises:
            OrionError: The request failed.
        """
        lost = self.list_shards(state=("open", "temporary")).count()
        if lost:
            warn(
                f"{lost} {'shard' if lost == 1 else 'shards'} of {self._title()} not closed: closing the collection drops them;"
                " call shard.close() after each upload",
            )
        self._call(api.close_collection)

    def wait(
        self,
        state: str = "ready",
        timeout: float = 600,
        *,
        progress: Callable[[Self], object] | None = None,
    ) -> None:
        """Wait until the collection is in the given state, polling every 0.5 to 30 s with back-off and jitter.

        Args:
            state: The state to wait for.
            timeout: Maximum time to wait in seconds.
            progress: Called with the collection after every poll.

        Raises:
            OrionTimeout: The timeout expired; the message has the last state.
            OrionError: The collection is in the final state ``error`` or ``deleting``.
            NotFoundResponse: The collection was deleted.

        Example:
            >>> from orionclient.types import ShardCollection
            >>> collection = ShardCollection.create(session, "empty")
            >>> collection.close()
            >>> collection.wait("ready", timeout=60)
        """
        for found in poll_states(self, state, timeout):
            if progress is not None:
                progress(self)
            if found == state:
                return
            if found in _FINAL_STATES:
                raise OrionError(f"{self._title()} is {found!r} and will not become {state!r}")

    def ensure_open(self, timeout: float = 600) -> None:
        """Make sure that the collection is open: wait while it is ``processing``, and open it if it is closed.

        Many workers may call this concurrently.

        Args:
            timeout: Maximum time to wait in seconds.

        Raises:
            OrionTimeout: The collection was not open before the timeout; the message has the last state.
            OrionError: The collection is in state ``error`` or ``deleting``.
            NotFoundResponse: The collection was deleted.
        """
        for _ in poll_states(self, "open", timeout):
            if self.state == "ready":
                try:
                    self._call(api.open_collection, timeout=timeout)
                except BadResponse as error:
                    # Another process closed it in the meantime: poll again.
                    if error.response.status_code != 409:
                        raise
            if self.state == "open":
                return
            if self.state in _FINAL_STATES:
                raise OrionError(f"{self._title()} is {self.state!r} and cannot be opened")

    @contextmanager
    def opened(self, timeout: float = 600, *, close: bool = False) -> Iterator[Self]:
        """Open the collection for a block of code, see `ensure_open`.

        It stays open at the end, since other workers may still be writing and closing drops their unfinished shards.

        Args:
            timeout: Maximum time to wait in seconds until the collection is open.
            close: True closes the collection at the end of the block, also after an error. Use it if there are no other writers.

        Yields:
            The collection.

        Raises:
            OrionTimeout: The collection was not open before the timeout.
            OrionError: The collection is in state ``error`` or ``deleting``.

        Example:
            >>> from orionclient.types import Shard, ShardCollection
            >>> collection = ShardCollection.create(session, "frames")
            >>> with collection.opened(close=True):
            ...     shard = Shard.create(collection, "1", file=b"...")
        """
        self.ensure_open(timeout)
        try:
            yield self
        finally:
            if close:
                self.close()

    def upload(
        self,
        paths: Paths,
        workers: int = 8,
        progress: Callable[[Progress], object] | None = None,
        executor: Executor | None = None,
        *,
        on_result: Callable[[Result[Path, Shard]], object] | None = None,
        return_exceptions: bool = False,
    ) -> list[Result[Path, Shard]]:
        """Upload files as shards and close each shard. The collection must be open, and stays open.

        The call can be retried after a failure or a crash: a file is skipped if a ready shard with the same name, size and SHA-256 digest
        exists (if the server reports no digests, all files are uploaded). If two processes upload the same files concurrently, each
        deletes at its end those of its shards of which the other process created an equal one with a lower id. If one process ends before
        the other has closed its shard, two equal shards may remain. A process that is killed may leave shards that are not ready; closing
        the collection drops them.

        Args:
            paths: A folder or file, or an iterable of them. The files of a folder are uploaded recursively in sorted order and named by
                their path relative to the folder, with ``/``; other files are named by the last component of their path. Duplicate names
                get a numeric suffix. Symbolic links to folders are not followed.
            workers: Number of concurrent uploads. At most four times as many files are read ahead.
            progress: Called with the `Progress` of each file, never concurrently. An exception that it raises cancels all uploads. With an
                executor of other processes or machines it is called once for each finished file.
            executor: Any `concurrent.futures.Executor`; workers in other processes or on other machines must have access to the same files.
                Defaults to threads.
            on_result: Called with each result in order. Successful results are then not collected, which saves memory for very many files.
            return_exceptions: True returns failed results instead of raising `TransferErrors` at the end.

        Returns:
            A `Result` for each file, in order: `item` is its path, `value` the shard, `error` None, `skipped` True if it existed.

        Raises:
            TransferErrors: Some uploads failed; `results` has all results. The other files were uploaded.
            ValidationError: A path is empty (for a folder or list raised before any request), or the collection is not open.
            OrionError: The collection could not be loaded.
            OSError: The folder does not exist.

        Example:
            >>> from pathlib import Path
            >>> from orionclient.types import ShardCollection
            >>> Path("frames/late").mkdir(parents=True)
            >>> for name in ("1.xyz", "2.xyz", "late/3.xyz"):
            ...     _ = Path("frames", name).write_text(name)
            >>> collection = ShardCollection.create(session, "frames")
            >>> [result.value.name for result in collection.upload("frames")]
            ['1.xyz', '2.xyz', 'late/3.xyz']
        """
        return self._upload_items(
            many.list_named_files(paths), workers=workers, progress=progress, executor=executor, on_result=on_result,
            return_exceptions=return_exceptions,
        )  # fmt: skip

    def _upload_items(
        self,
        items: Iterable[TransferItem[Path]],
        metadata: Mapping[str, Any] | None = None,
        *,
        compare: bool = True,
        if_exists: str | None = None,
        **options: Any,
    ) -> list[Result[Path, Shard]]:
        """Upload files as shards, unless equal shards exist."""
        send = types.shards.ShardSend(self, metadata, if_exists)
        if not compare or if_exists is not None:
            return many.transfer_all(send, items, **options)
        refresh(self)
        if self.state != "open":
            raise ValidationError(
                f"{self._title()} is {self.state!r}, not 'open'; collection.ensure_open() waits until it can be opened, and opens it"
            )
        index = types.shards.ShardIndex(self)
        return many.transfer_all(send, index.compare(items), on_done=index.add, finalize=index.finalize, **options)

    def download(
        self,
        folder: str | os.PathLike[str],
        workers: int = 8,
        progress: Callable[[Progress], object] | None = None,
        executor: Executor | None = None,
        durable: bool = False,
        *,
        on_result: Callable[[Result[Shard, Path]], object] | None = None,
        return_exceptions: bool = False,
    ) -> list[Result[Shard, Path]]:
        """Download all ready shards into a folder.

        Names are made safe and unique: no file is written outside of the folder, and no symbolic link in it is followed. A ``/`` in a name
        creates a folder. A shard is skipped if its file exists with the same size and SHA-256 digest.

        Args:
            folder: The target folder. Created if missing.
            workers: Number of concurrent downloads. At most four times as many shards are read ahead.
            progress: As for `upload`.
            executor: As for `upload`; its workers must have access to the same folder.
            durable: True calls fsync after each file, so that it survives a power failure.
            on_result: As for `upload`.
            return_exceptions: As for `upload`.

        Returns:
            A `Result` for each shard, in order: `item` is the shard, `value` the path of the file, `error` None, `skipped` True if it
            existed.

        Raises:
            TransferErrors: Some downloads failed; `results` has all results. The other files are complete, and there are no partial files.
            ValidationError: The folder path is empty.
            OSError: The folder cannot be created.
            OrionError: The shards could not be listed.

        Example:
            >>> from orionclient.types import Shard, ShardCollection
            >>> collection = ShardCollection.create(session, "frames")
            >>> for name in ("1.xyz", "../2.xyz"):
            ...     _ = Shard.create(collection, name, file=b"frame")
            >>> [result.value.name for result in collection.download("here")]
            ['1.xyz', '2.xyz']
        """
        return many.download_all(
            self.list_shards(state="ready"), folder, workers=workers, progress=progress, executor=executor, durable=durable,
            on_result=on_result, return_exceptions=return_exceptions,
        )  # fmt: skip
