"""ShardCollection: named shards of data, written by many workers at once and then closed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from orion_api.api.collections import (
    close_collection,
    create_collection,
    delete_collection,
    get_collection,
    list_collections,
    open_collection,
    update_collection,
)
from orion_api.api.shards import list_shards

from orionclient._listing import Listing
from orionclient._polling import poll_intervals
from orionclient._resource import (
    Declaration,
    Field,
    Resource,
    SessionLike,
    identifier,
    integer,
    json_object,
    optional,
    string,
)
from orionclient._warnings import warn
from orionclient.exceptions import BadResponse, OrionError, ValidationError
from orionclient.types._creating import create_with_tags

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from orionclient.transfer.bulk import Paths, Result
    from orionclient.transfer.progress import Progress
    from orionclient.types.shards import Shard

# Documented as 256 kB of JSON; that it counts the bytes of compact UTF-8 text, 1024 to the kB, is assumed.
_MAX_METADATA_BYTES: Final = 256 * 1024
# From these no call leads back.
_LOCK_STATES: Final = frozenset({"error", "deleting"})


def check_metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Reject metadata that the server would reject, before anything is sent.

    Args:
        metadata: The metadata; None for none.

    Returns:
        The same as a dict.

    Raises:
        ValidationError: It is no mapping, cannot be written as JSON, or is larger than 256 kB; the text has the size.
    """
    if metadata is None:
        return None
    try:
        given = dict(metadata)
        size = len(json.dumps(given, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode())
    except (TypeError, ValueError) as error:
        raise ValidationError(f"metadata is a mapping that can be written as JSON: {error}") from None
    if size > _MAX_METADATA_BYTES:
        raise ValidationError(f"the metadata has {size} bytes as JSON; at most {_MAX_METADATA_BYTES} are allowed")
    return given


def require_open(send: Callable[[], dict[str, Any]], advice: str = "") -> dict[str, Any]:
    """Send what the state of a collection may forbid, and name the call that helps where it does.

    Args:
        send: Sends it.
        advice: What helps where the collection is not the reason.

    Returns:
        What it returned.

    Raises:
        BadResponse: The collection is not in the right state (409).
        OrionError: The server rejected, or no good response came.
    """
    try:
        return send()
    except BadResponse as error:
        if error.response.status_code == 409:
            error.with_hints(f"{advice}collection.ensure_open() waits until the collection can be opened, and opens it")
        raise


class ShardCollection(Resource):
    """Named shards of data, written by many workers at once and then closed.

    While the collection is ``open``, shards can be added and deleted. Closing it drops the shards that are not ready, takes a while
    (``processing``) and makes it ``ready``; it can be opened again. Other states are ``error`` and ``deleting``. At most 500,000 shards
    are advised (documented). Listing takes the filters ``name`` (contains), ``project``, ``tags``, ``path``, ``state`` and ``deleted``.

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
        name="collection",
        schema="CollectionInfo",
        id_name="collection_id",
        get=get_collection,
        list=list_collections,
        create=create_collection,
        update=update_collection,
        delete=delete_collection,
        trash=True,
        taggable=True,
        sharable=True,
        in_folders=True,
    )

    id: Field[int] = Field(identifier, "Number of the collection, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; need not be unique (documented), and may be empty.")
    state: Field[str] = Field(
        string, "`open`, `processing`, `ready`, `error` or `deleting` (observed); others are possible."
    )
    metadata: Field[dict[str, Any]] = Field(json_object, "JSON object that the user chose (documented).")
    version: Field[int] = Field(
        integer, "1 or 2; ids of the shards of a version-2 collection exceed 2^53 (documented)."
    )
    shard_count: Field[int] = Field(integer, "Number of its shards, those that are not ready included (assumed).")
    created: Field[str] = Field(string, "When the collection was made, ISO 8601 in UTC with microseconds (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that made the collection (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the collection belongs to (assumed).")
    description: Field[str] = Field(optional(string, ""), "Free text; may be empty (assumed).")
    path: Field[str | None] = Field(
        optional(string), "Path of the folder of the project; None where it lies in none (assumed)."
    )
    deleted: Field[str] = Field(
        optional(string, ""), "When the collection went to the trash; empty when it is not there (assumed)."
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
            name: Display name; None for none.
            metadata: JSON object of at most 256 kB.
            project: Project or its id; the session's own project without it.
            folder_path: Path of the folder to put it in, which is made where it is missing.
            description: Free text.
            tags: Its tags, for example ``[job_tag()]``; None among them is left out.
            version: 1 or 2; the server's choice without it.

        Returns:
            The collection.

        Raises:
            ValidationError: The metadata is too large or no JSON, or a tag is empty; raised before any request.
            OrionError: The server rejected, or no good response came.
        """
        return create_with_tags(
            cls, session, name, project, metadata=check_metadata(metadata), path=folder_path, description=description, tags=tags,
            version=version,
        )  # fmt: skip

    def list_shards(
        self, limit: int | None = None, offset: int = 0, *, state: str | Sequence[str] | None = None
    ) -> Listing[Shard]:
        """List the shards by id, one page after the other as they are needed.

        Args:
            limit: Largest number of shards.
            offset: Number of shards to leave out at the start.
            state: Only shards in this state, or in one of these.

        Returns:
            An iterator with `count()`, `first()` and `one()`.

        Raises:
            ValidationError: A number is none.
            OrionError: The server rejected, or no good response came.
        """
        from orionclient.types.shards import Shard  # noqa: PLC0415 - a shard knows its collection, not the other way round

        if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
            raise ValidationError(f"offset is a whole number, not {offset!r:.60}")
        filters = {"offset": offset or None, "state": [state] if isinstance(state, str) else state}
        given = {name: value for name, value in filters.items() if value is not None}
        return Listing(self._require_session(), list_shards, Shard(collection=self), given, limit=limit)

    def open(self) -> None:
        """Let shards be added and deleted again; harmless where that is so already.

        Raises:
            BadResponse: The collection is being processed or deleted, or is broken (409); `ensure_open` waits for the former.
            OrionError: The server rejected, or no good response came.
        """
        calls, ids = self._require_session()._calls, self._ids()
        self._replace(require_open(lambda: calls.request_json(open_collection, ids)))

    def close(self) -> None:
        """Declare the collection complete; harmless where that is so already. Shards that are not ready are dropped, with a warning.

        The state is ``processing`` afterwards and then ``ready``; `wait` waits for that.

        Raises:
            OrionError: The server rejected, or no good response came.
        """
        lost = self.list_shards(state=("open", "temporary")).count()
        if lost:
            warn(
                f"{lost} {'shard' if lost == 1 else 'shards'} of {self._title()} not closed: closing the collection drops them;"
                " call shard.close() after each upload",
            )
        self._replace(self._require_session()._calls.request_json(close_collection, self._ids()))

    def wait(
        self,
        state: str = "ready",
        timeout: float = 600,
        *,
        progress: Callable[[Self], object] | None = None,
    ) -> None:
        """Wait until the collection is in a state, looking less often as time passes (every 0.5 to 30 s, with jitter).

        Args:
            state: The state.
            timeout: Seconds to wait at most.
            progress: Called with the collection after every look.

        Raises:
            OrionTimeout: The time is over; the text has the last state.
            OrionError: The collection is in state ``error`` or ``deleting``, from which it will not come back.
            NotFoundResponse: The collection is gone.

        Example:
            >>> from orionclient.types import ShardCollection
            >>> collection = ShardCollection.create(session, "empty")
            >>> collection.close()
            >>> collection.wait("ready", timeout=60)
        """
        for _ in poll_intervals(
            self._refreshed, f"{self._title()} to become {state!r}", timeout, lambda: f"it is {self.state!r}"
        ):
            if progress is not None:
                progress(self)
            if self.state == state:
                return
            if self.state in _LOCK_STATES:
                raise OrionError(f"{self._title()} is {self.state!r} and will not become {state!r}")

    def ensure_open(self, timeout: float = 600) -> None:
        """Make sure that shards can be written, from whatever state: waits through ``processing`` and opens what is closed.

        Many workers may do it at once.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            OrionTimeout: The collection was not open in time; the text has the last state.
            OrionError: It is broken or being deleted.
            NotFoundResponse: It is gone.
        """
        calls, ids = self._require_session()._calls, self._ids()
        for _ in poll_intervals(
            self._refreshed, f"{self._title()} to become 'open'", timeout, lambda: f"it is {self.state!r}"
        ):
            if self.state == "ready":
                try:
                    self._replace(calls.request_json(open_collection, ids, timeout=timeout))
                except BadResponse as error:
                    # Somebody closed it meanwhile: it is looked at again.
                    if error.response.status_code != 409:
                        raise
            if self.state == "open":
                return
            if self.state in _LOCK_STATES:
                raise OrionError(f"{self._title()} is {self.state!r} and cannot be opened")

    @contextmanager
    def opened(self, timeout: float = 600, *, close: bool = False) -> Iterator[Self]:
        """Open the collection for a block of code, see `ensure_open`.

        It stays open at the end, since other workers may be writing still and closing drops what they have not finished.

        Args:
            timeout: Seconds to wait at most until it is open.
            close: True closes it at the end of the block, also after an error; for the only writer.

        Yields:
            The collection.

        Raises:
            OrionTimeout: The collection was not open in time.
            OrionError: It is broken or being deleted.

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
        each: Callable[[Result[Path, Shard]], object] | None = None,
        return_exceptions: bool = False,
    ) -> list[Result[Path, Shard]]:
        """Send files, each as one shard that is uploaded and closed; the collection has to be open, and stays open.

        It may be called again after a failure or a crash: a file whose shard is there, ready and with the same name, size and SHA-256
        digest, is not sent again (where the server tells no digests, all are). Two processes may send the same at the same time: both
        may move all bytes, and each removes at its end those of its own shards that are there from the other one with a lower id. Where
        one process ends before the other has closed its shard, two equal ones may stay. A process that is killed may leave shards that
        are not ready; closing the collection drops them.

        Args:
            paths: A folder or file, or any number of them, also from an iterator. Of a folder all files are sent in sorted order, named
                by their paths relative to it with ``/``, without its own name; other files are named by the last part of their path.
                Equal names get a number. Links to folders are not followed.
            workers: Number of files at a time; at most four times as many are looked ahead.
            progress: Called with the `Progress` of each file, one call at a time; if it raises, everything stops. With an executor of
                processes or machines it is called when a file is done.
            executor: Any `concurrent.futures.Executor`, of processes or machines too, which have to see the same files; threads without it.
            each: Called with each result in order; results of what went well are then not kept, which for very many saves memory.
            return_exceptions: True returns results that hold the errors; by default they are raised together when all is done.

        Returns:
            A `Result` for each file, in order: `item` is its path, `value` the shard, `error` None, `skipped` True if it was there
            already.

        Raises:
            TransferErrors: Some files failed; its `results` has all. The other files are there.
            ValidationError: A path is empty; of a folder or list raised before any request. Or the collection is not open.
            OrionError: The collection cannot be read.
            OSError: The folder is not there.

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
        from orionclient.types._many import list_named_files  # noqa: PLC0415 - as below
        from orionclient.types._many_shards import send_shards  # noqa: PLC0415 - it knows shards

        return send_shards(
            self,
            list_named_files(paths),
            workers=workers,
            progress=progress,
            executor=executor,
            each=each,
            return_exceptions=return_exceptions,
        )

    def download(
        self,
        folder: str | os.PathLike[str],
        workers: int = 8,
        progress: Callable[[Progress], object] | None = None,
        executor: Executor | None = None,
        durable: bool = False,
        *,
        each: Callable[[Result[Shard, Path]], object] | None = None,
        return_exceptions: bool = False,
    ) -> list[Result[Shard, Path]]:
        """Fetch all ready shards into a folder.

        Names are made safe and different, so that none leads out of the folder, through links in it neither; ``/`` in a name makes
        a folder. A shard that is there already, with the same size and SHA-256 digest, is not fetched again.

        Args:
            folder: The folder, which is made where it is missing.
            workers: Number of shards at a time; at most four times as many are looked ahead.
            progress: As for `upload`.
            executor: As for `upload`; its workers have to see the same folder.
            durable: True waits after each file until the disk has it, so that it also survives a power failure.
            each: As for `upload`.
            return_exceptions: As for `upload`.

        Returns:
            A `Result` for each shard, in order: `item` is the shard, `value` the path of the file, `error` None, `skipped` True if it was
            there already.

        Raises:
            TransferErrors: Some shards failed; its `results` has all. The other files are there, and none is there in part.
            ValidationError: The path of the folder is empty.
            OSError: The folder cannot be made.
            OrionError: The shards cannot be listed.

        Example:
            >>> from orionclient.types import Shard, ShardCollection
            >>> collection = ShardCollection.create(session, "frames")
            >>> for name in ("1.xyz", "../2.xyz"):
            ...     _ = Shard.create(collection, name, file=b"frame")
            >>> [result.value.name for result in collection.download("here")]
            ['1.xyz', '2.xyz']
        """
        from orionclient.types._many import download_all  # noqa: PLC0415 - it is needed here only

        return download_all(
            self.list_shards(state="ready"), folder, workers=workers, progress=progress, executor=executor, durable=durable, each=each,
            return_exceptions=return_exceptions,
        )  # fmt: skip

    def _refreshed(self, timeout: float) -> None:
        self._replace(self._require_session()._calls.request_json(get_collection, self._ids(), timeout=timeout))
