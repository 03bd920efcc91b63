"""Shard: one object of a shard collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from orion_api.api.shards import (
    close_shard,
    create_shard,
    delete_shard,
    download_shard,
    get_shard,
    list_shards,
    update_shard,
    upload_shard_content,
)

from orionclient._resources.content import account_key, expected_content, find_resumable, object_name
from orionclient._resources.creating import delete_on_error
from orionclient._resources.resource import (
    Declaration,
    Field,
    Parent,
    Resource,
    SessionLike,
    identifier,
    integer,
    json_object,
    optional,
    resource_id,
    string,
)
from orionclient._transfer.checkpoints import UploadCheckpoint
from orionclient._transfer.content import iter_verified
from orionclient._transfer.downloads import save
from orionclient._transfer.sources import Source, UploadSource, open_source
from orionclient.exceptions import ValidationError
from orionclient.types.collections import ShardCollection, check_metadata, require_open
from orionclient.types.uploads import send_content

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from orionclient._transfer.progress import Progress
    from orionclient._transport.response import Response

# Documented as 5 GB, read as GiB: a server with the smaller limit rejects the upload itself.
_MAX_BYTES: Final = 5 * 1024**3


class Shard(Resource):
    """One object of a shard collection.

    It is ``open`` when created, ``temporary`` after the upload and ``ready`` after `close`. Closing the collection drops shards that are
    not ready. In a serial cube close the shard right after the upload; in a parallel cube close it downstream, since a retried work item
    may leave a duplicate (documented).

    As a template or handle it needs its collection: ``session.get_resource(Shard(collection=c), 7)`` and
    ``session.delete_resource(Shard(collection=c, id=7))``.

    Example:
        >>> from orionclient.types import Shard, ShardCollection
        >>> collection = ShardCollection.create(session, "frames")
        >>> shard = Shard.create(collection, name="first", metadata={"frames": 10})
        >>> shard.upload_file(b"0123456789")
        >>> shard.close()
        >>> shard.state, shard.size, b"".join(shard.download())
        ('ready', 10, b'0123456789')
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="shard",
        schema="ShardInfo",
        id_name="shard_id",
        parent="collection",
        get=get_shard,
        list=list_shards,
        create=create_shard,
        update=update_shard,
        delete=delete_shard,
        upload=upload_shard_content,
        hidden={"id_str": "the same id as `id`, which is read from it if present"},
    )

    id: Field[int] = Field(
        identifier,
        "Id of the shard; exceeds 2^53 in version-2 collections (documented), so pass it as an int or a string.",
    )
    collection: Field[ShardCollection] = Parent(
        ShardCollection, "Collection of the shard; a handle with its id if it was not passed."
    )
    name: Field[str] = Field(string, "Display name; may be empty.")
    state: Field[str] = Field(string, "`open`, `temporary` or `ready` (documented); other states are possible.")
    size: Field[int] = Field(integer, "Length of the content in bytes; 0 before the upload (assumed).")
    metadata: Field[dict[str, Any]] = Field(json_object, "JSON object set by the user (documented).")
    created: Field[str] = Field(string, "When the shard was created, ISO 8601 in UTC with microseconds (assumed).")
    sha256: Field[str | None] = Field(
        optional(string), "SHA-256 digest of the content in hexadecimal; None before the upload (assumed)."
    )

    def _replace(self, data: Mapping[str, Any]) -> None:
        # The string is exact where a JSON parser reads integers as doubles.
        exact = {"id": resource_id(data["id_str"], "id_str")} if data.get("id_str") else {}
        super()._replace({**data, **exact})

    @classmethod
    def create(
        cls,
        collection: ShardCollection,
        name: str = "",
        metadata: Mapping[str, Any] | None = None,
        *,
        file: Source | None = None,
        session: SessionLike | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Self:
        """Create a shard in an open collection.

        Args:
            collection: The collection.
            name: Display name.
            metadata: JSON object of at most 256 kB (documented).
            file: Path, bytes, binary file or iterable of bytes. If given, it is uploaded and the shard closed; if that fails, the shard is
                deleted. Calling again after a crash resumes the upload.
            session: The session. Defaults to the session of the collection.
            progress: Called with the `Progress` at most every 0.1 s and once at the end. An exception that it raises cancels the upload.

        Returns:
            The shard: ready if `file` was given, else open.

        Raises:
            ValidationError: The metadata or the file is too large; raised before any request. The message has the size.
            BadResponse: The collection is not open (409); the message has its state and the call that opens it.
            OSError: The path cannot be read; no request was sent.
            OrionError: The request failed.
        """
        if file is None:
            return cls._create_empty(collection, name, metadata, session)
        with open_source(file) as source:
            _check_size(source)
            template = cls(collection=collection, session=session)
            bound = template._require_session()
            purpose = (
                bound.config.url,
                account_key(bound),
                cls.declaration.name,
                name,
                template._parent_ids(),
                metadata,
            )
            with UploadCheckpoint.open(source, *purpose) as checkpoint:
                shard = find_resumable(template, checkpoint, source)
                fresh = shard is None
                if shard is not None and shard.state == "ready":
                    # The earlier run was interrupted after the upload was complete.
                    checkpoint.clear()
                    return shard
                if shard is None:
                    shard = cls._create_empty(collection, name, metadata, session)
                    checkpoint.write(shard.id)
                with delete_on_error(shard, checkpoint):
                    shard._send(source, progress, fresh=fresh)
                    shard.close()
        return shard

    @classmethod
    def _create_empty(
        cls, collection: ShardCollection, name: str, metadata: Mapping[str, Any] | None, session: SessionLike | None
    ) -> Self:
        template = cls(collection=collection, session=session)
        body = {"name": name or None, "metadata": check_metadata(metadata)}
        given = {key: value for key, value in body.items() if value is not None}
        calls, ids = template._require_session()._calls, template._parent_ids()
        return template._new_instance(
            require_open(lambda: calls.request_json(create_shard, ids, body=given)), template.session
        )

    def upload_file(self, filename: Source, *, progress: Callable[[Progress], object] | None = None) -> None:
        """Upload the content, or replace it while the shard is not ready. Large content is sent as a multipart upload.

        Args:
            filename: Path, bytes, binary file (sent from its current position) or iterable of bytes. At most 5 GB (documented); may be
                empty.
            progress: Called with the `Progress` at most every 0.1 s and once at the end. An exception that it raises cancels the upload.

        Raises:
            ValidationError: The content is too large (raised before any request), or changed during the upload.
            BadResponse: The shard is already ready, or its collection is not open (409); the message says what to do.
            OSError: The path cannot be read; no request was sent.
            OrionError: The request failed.
        """
        with open_source(filename) as source:
            self._send(source, progress)

    def put_content(self, filename: Source) -> None:
        """Upload the content and close the shard, as `session.create_resource(..., files=)` does.

        Args:
            filename: As for `upload_file`.

        Raises:
            OrionError: As for `upload_file`.
        """
        self.upload_file(filename)
        self.close()

    def _send(
        self, source: UploadSource, progress: Callable[[Progress], object] | None = None, *, fresh: bool = False
    ) -> None:
        _check_size(source)
        ids = self._ids()

        def send_whole(content: BinaryIO, digest: str) -> dict[str, Any]:
            request = upload_shard_content.build(
                ids["collection_id"], ids["shard_id"], body=content, content_digest=digest
            )
            return self._require_session()._calls.send_built(upload_shard_content, request)

        advice = "the content of a ready shard cannot be replaced, create another with Shard.create(...); "
        self._replace(require_open(lambda: send_content(self, source, send_whole, progress, fresh=fresh), advice))

    def close(self) -> None:
        """Mark the shard complete. Has no effect on a ready shard.

        Raises:
            BadResponse: The shard has no content, or its collection is not open (409).
            OrionError: The request failed.
        """
        calls, ids = self._require_session()._calls, self._ids()
        advice = "upload content with shard.upload_file(...); "
        self._replace(require_open(lambda: calls.request_json(close_shard, ids), advice))

    def download(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Stream the content in chunks, in bounded memory.

        Args:
            chunk_size: Maximum size of a chunk in bytes. If omitted, chunks have the size in which they are received.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The content is truncated or is not that of the shard; raised after the last chunk.
            OrionError: The request failed.
        """
        yield from iter_verified(self._opener(), chunk_size, expected=expected_content(self))

    def _opener(self) -> Callable[[Mapping[str, str]], Response]:
        ids = self._ids()
        request = download_shard.build(ids["collection_id"], ids["shard_id"])
        return self._require_session()._calls.make_opener(download_shard, request)

    def download_to_file(
        self,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        progress: Callable[[Progress], object] | None = None,
        durable: bool = True,
        workers: int = 1,
    ) -> None:
        """Write the content to a path atomically: it holds either the old file or the complete new one.

        An interrupted download leaves ``.NAME.part`` beside it, from which the next download resumes.

        Args:
            filename: The path; an existing file is replaced. A symbolic link is followed, and its target replaced or created. A pipe or
                device is written to directly. Or an open binary file, which may hold partial content after an error.
            progress: Called with the `Progress` at most every 0.1 s and once at the end. An exception that it raises cancels the download.
            durable: False skips the fsync, which is faster for many small files.
            workers: Number of concurrent byte-range requests for shards of 64 MiB and more, if the server supports ranges. More than one
                helps if a single connection is slower than the network.

        Raises:
            NotEnoughDiskError: Not enough free disk space.
            OrionError: The request failed, or the content is truncated or is not that of the shard.
            OSError: The path cannot be written, for example a folder or a pipe without a reader; no request was sent.
        """
        opener = self._opener()
        save(
            opener, filename, what=object_name(self), callback=progress, durable=durable, workers=workers, expected=expected_content(self)
        )  # fmt: skip


def _check_size(source: UploadSource) -> None:
    if source.size > _MAX_BYTES:
        raise ValidationError(f"the content has {source.size} bytes; the maximum size of a shard is {_MAX_BYTES} bytes")
