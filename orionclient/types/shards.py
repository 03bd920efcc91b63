"""Shard: one chunk of data of a collection."""

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

from orionclient._resource import (
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
from orionclient.exceptions import ValidationError
from orionclient.transfer.checkpoints import UploadCheckpoint
from orionclient.transfer.content import iter_verified
from orionclient.transfer.downloads import save
from orionclient.transfer.sources import Source, UploadSource, open_source
from orionclient.types._creating import delete_on_error
from orionclient.types._transfers import account_key, expected_content, find_resumable, object_name
from orionclient.types.collections import ShardCollection, check_metadata, require_open
from orionclient.types.uploads import send_content

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from orionclient._messages import Response
    from orionclient.transfer.progress import Progress

# Documented as 5 GB; the larger reading is taken, for a server that means the smaller one says so itself.
_MAX_BYTES: Final = 5 * 1024**3


class Shard(Resource):
    """One chunk of data of a collection.

    It is ``open`` when it is made, ``temporary`` once it has content, and ``ready`` after `close`. What is not ready when the collection
    closes is dropped. In a cube that runs alone close right after the upload; in a parallel one close downstream, for a work item that is
    retried may leave a duplicate (documented).

    As a template and as a handle it needs its collection: ``session.get_resource(Shard(collection=c), 7)`` and
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
        hidden={"id_str": "the same number as `id`, which is taken from it where it is there"},
    )

    id: Field[int] = Field(
        identifier,
        "Number of the shard; exceeds 2^53 in version-2 collections (documented), so hand it on as int or text.",
    )
    collection: Field[ShardCollection] = Parent(
        ShardCollection, "The collection that the shard belongs to; a handle with its id where it was not given."
    )
    name: Field[str] = Field(string, "Display name; may be empty.")
    state: Field[str] = Field(string, "`open`, `temporary` or `ready` (documented); others are possible.")
    size: Field[int] = Field(integer, "Length of the content in bytes; 0 before the upload (assumed).")
    metadata: Field[dict[str, Any]] = Field(json_object, "JSON object that the user chose (documented).")
    created: Field[str] = Field(string, "When the shard was made, ISO 8601 in UTC with microseconds (assumed).")
    sha256: Field[str | None] = Field(
        optional(string), "SHA-256 digest of the content in hexadecimal; None before the upload (assumed)."
    )

    def _replace(self, data: Mapping[str, Any]) -> None:
        # The text survives programs that read every number as a double.
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
            file: Path, bytes, a binary file or an iterable of bytes: uploaded and closed in the same step, and nothing stays behind if
                that fails. The same call goes on where a killed program stopped.
            session: The session; the collection's own without it.
            progress: Called with the `Progress` of the upload, at most every 0.1 s and at the end; what it raises ends it.

        Returns:
            The shard: open, or ready where `file` was given.

        Raises:
            ValidationError: The metadata or the file is too large; raised before any request, the text has the size.
            BadResponse: The collection is not open (409); the text names its state and the call that helps.
            OSError: The path cannot be read; nothing was sent.
            OrionError: The server rejected, or no good response came.
        """
        if file is None:
            return cls._created(collection, name, metadata, session)
        with open_source(file) as source:
            _check_size(source)
            template = cls(collection=collection, session=session)
            bound = template._require_session()
            where = (bound.config.url, account_key(bound), cls.declaration.name, name, template._parent_ids(), metadata)
            with UploadCheckpoint.of(source, *where) as note:
                shard = find_resumable(template, note, source)
                fresh = shard is None
                if shard is not None and shard.state == "ready":
                    # Only its last moment was missing.
                    note.clear()
                    return shard
                if shard is None:
                    shard = cls._created(collection, name, metadata, session)
                    note.write(shard.id)
                with delete_on_error(shard, note):
                    shard._send(source, progress, fresh=fresh)
                    shard.close()
        return shard

    @classmethod
    def _created(
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
        """Send the content, or replace it while the shard is not ready; what is large goes in parts.

        Args:
            filename: Path of the file, its bytes, a binary file that is sent from where it stands, or an iterable of bytes; at most 5 GB
                (documented), none at all is fine.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; what it raises ends the upload.

        Raises:
            ValidationError: It is larger (raised before any request, the text has the size), or changed while it was sent.
            BadResponse: The shard is ready already, or its collection is not open (409); the text says what helps.
            OSError: The path cannot be read; nothing was sent.
            OrionError: The server rejected, or no good response came.
        """
        with open_source(filename) as source:
            self._send(source, progress)

    def put_content(self, filename: Source) -> None:
        """Send the content and close the shard: what `session.create_resource(..., files=)` does.

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

        def whole(content: BinaryIO, digest: str) -> dict[str, Any]:
            request = upload_shard_content.build(
                ids["collection_id"], ids["shard_id"], body=content, content_digest=digest
            )
            return self._require_session()._calls.send_built(upload_shard_content, request)

        advice = "the content of a ready shard stays, Shard.create(...) makes another; "
        self._replace(require_open(lambda: send_content(self, source, whole, progress, fresh=fresh), advice))

    def close(self) -> None:
        """Declare the shard complete; harmless on a shard that is ready.

        Raises:
            BadResponse: It has no content, or its collection is not open (409).
            OrionError: The server rejected, or no good response came.
        """
        calls, ids = self._require_session()._calls, self._ids()
        advice = "shard.upload_file(...) gives a shard its content; "
        self._replace(require_open(lambda: calls.request_json(close_shard, ids), advice))

    def download(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Read the content in chunks; memory stays flat.

        Args:
            chunk_size: Largest chunk in bytes; as they come without it.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The content did not arrive whole, or is not that of the shard; raised after the last chunk.
            OrionError: The server rejected, or no good response came.
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
        """Write the content to a path, which holds the old file or the whole new one, never a part.

        What a broken or killed download leaves lies beside it as ``.NAME.part``; the next one resumes from there.

        Args:
            filename: The path; an existing file is replaced. A link is followed and stays: the file that it names is replaced, or made. A
                pipe or device is written to as it is. Or an open binary file, which holds a part if this raises.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; what it raises ends the download.
            durable: False leaves it to the system when the file is on the disk: faster for many small files.
            workers: Streams at once for 64 MiB and more, where the server sends chunks: more than one pays where each connection is
                slower than the network.

        Raises:
            NotEnoughDiskError: The disk has no room.
            OrionError: The server rejected, the content did not arrive whole, or it is not that of the shard.
            OSError: The path cannot be written, for example a folder or a pipe that nobody reads from; nothing was asked for.
        """
        ask = self._opener()
        save(
            ask, filename, what=object_name(self), callback=progress, durable=durable, workers=workers, expected=expected_content(self)
        )  # fmt: skip


def _check_size(source: UploadSource) -> None:
    if source.size > _MAX_BYTES:
        raise ValidationError(f"the content has {source.size} bytes; a shard holds at most {_MAX_BYTES}")
