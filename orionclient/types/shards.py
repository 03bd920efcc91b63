"""Shard: one object of a shard collection."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from attrs import evolve, frozen
from orion_api.api import shards as api

from orionclient._resources.content import Content
from orionclient._resources.convert import identifier, integer, json_object, optional, string
from orionclient._resources.json_values import check_metadata
from orionclient._resources.listing import Listing
from orionclient._resources.polling import refresh
from orionclient._resources.resource import Declaration, Field, Parent, SessionLike, resource_id
from orionclient._transfer.many import TransferItem, TransferResult, UploadSend, make_result, sha256_of
from orionclient._transfer.sources import Source, UploadSource, open_source
from orionclient.exceptions import OrionError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from orion_api.inputs import CreateShard, ListShardsFilters, UpdateShard

    from orionclient._transfer.bulk import Result
    from orionclient._transfer.progress import Progress
    from orionclient.types.collections import ShardCollection

__all__ = ["Shard"]

# Documented as 5 GB, read as GiB: a server with the smaller limit rejects the upload itself.
_MAX_BYTES: Final = 5 * 1024**3


class Shard(Content):
    """One object of a shard collection.

    It is ``open`` when created, ``temporary`` after the upload and ``ready`` after `close`. Closing the collection drops shards that are
    not ready. In a serial cube close the shard right after the upload; in a parallel cube close it downstream, since a retried work item
    may leave a duplicate (documented). Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``state`` and
    ``states``.

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
        "shard", api, parent="collection", hidden={"id_str": "the same id as `id`, which is read from it if present"}
    )

    @classmethod
    def _inputs(cls, filters: ListShardsFilters, create: CreateShard, update: UpdateShard) -> None: ...

    id: Field[int] = Field(
        identifier,
        "Id of the shard; exceeds 2^53 in version-2 collections (documented), so pass it as an int or a string.",
    )
    collection: Parent[ShardCollection] = Parent(
        "collection", "Collection of the shard; a handle with its id if it was not passed."
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
        template = cls(collection=collection, session=session)
        if file is None:
            return template._create_empty(name, metadata)
        with open_source(file) as source:
            _check_size(source)
            purpose = (name, template._parent_ids(), metadata)
            return template._upload_new(source, purpose, lambda: template._create_empty(name, metadata), progress)

    def _create_empty(self, name: str, metadata: Mapping[str, Any] | None) -> Self:
        with self.collection._add_advice():
            return self._create(name=name or None, metadata=check_metadata(metadata))

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

    def _send(
        self, source: UploadSource, progress: Callable[[Progress], object] | None = None, *, fresh: bool = False
    ) -> None:
        _check_size(source)
        self._ids()
        advice = "the content of a ready shard cannot be replaced, create another with Shard.create(...); "
        with self.collection._add_advice(advice):
            super()._send(source, progress, fresh=fresh)

    def _complete(self) -> None:
        self.close()

    def close(self) -> None:
        """Mark the shard complete. Has no effect on a ready shard.

        Raises:
            BadResponse: The shard has no content, or its collection is not open (409).
            OrionError: The request failed.
        """
        self._ids()
        with self.collection._add_advice("upload content with shard.upload_file(...); "):
            self._call(api.close_shard)


def _check_size(source: UploadSource) -> None:
    if source.size > _MAX_BYTES:
        raise ValidationError(f"the content has {source.size} bytes; the maximum size of a shard is {_MAX_BYTES} bytes")


@frozen
class ShardSend(UploadSend[Shard]):
    """Uploads one of many files as a shard, unless an equal shard exists.

    Attributes:
        collection: The collection.
        metadata: Metadata of each created shard.
        if_exists: What to do if a shard has the same name: ``skip``, ``error``, or ``replace``, which deletes it after the upload, since
            the content of a ready shard cannot be replaced. None does not check names.
    """

    collection: ShardCollection
    metadata: Mapping[str, Any] | None = None
    if_exists: str | None = None

    def find(self, item: TransferItem[Path], path: Path) -> Shard | None:
        """Find the shard of the same name that is to be skipped, or the equal one among those with the same name and size."""
        if self.if_exists == "skip":
            # An incomplete upload of another process must not count as existing.
            return self._list_named(item.name, state=["ready"]).first()
        digest = bytes.fromhex(sha256_of(path)) if item.existing else b""
        for shard_id, existing in item.existing:
            if existing == digest:
                known = {"name": item.name, "size": path.stat().st_size, "sha256": digest.hex(), "state": "ready"}
                return _known_shard(self.collection, shard_id, known)
        return None

    def upload(self, item: TransferItem[Path], content: Path | BinaryIO) -> TransferResult[Shard]:
        """Create the shard."""
        progress = self.progress_of(item)
        others = list(self._list_named(item.name)) if self.if_exists in {"replace", "error"} else []
        if others and self.if_exists == "error":
            raise ValidationError(
                f"{others[0]._title()} named {item.name!r:.100} already exists in {self.collection._title()}"
            )
        shard = Shard.create(self.collection, item.name, self.metadata, file=content, progress=progress)
        for other in others:
            self.collection._require_session().delete_resource(other)
        return make_result(shard, skipped=False)

    def _list_named(self, name: str, **filters: Any) -> Listing[Shard]:
        template, session = Shard(collection=self.collection), self.collection._require_session()
        return Listing(session, api.list_shards, template, {"name": name, **filters}, exact=True)

    def receive(self, value: Shard) -> Shard:
        """Use the collection and the session of this process."""
        return _known_shard(self.collection, value.id, value.to_dict())


def _known_shard(collection: ShardCollection, shard_id: int, data: Mapping[str, Any]) -> Shard:
    known = {**data, "id": shard_id, "id_str": str(shard_id)}
    return Shard(collection=collection)._new_instance(known, collection.session)


class ShardIndex:
    """The shards that a collection has before and after an upload of many files.

    Args:
        collection: The open collection.
    """

    def __init__(self, collection: ShardCollection) -> None:
        self._collection = collection
        self._existing: dict[int, tuple[tuple[int, bytes], ...]] = {}
        self._created: set[int] = set()
        self._count = 0
        for shard in collection.list_shards():
            self._count += 1
            # A shard that is not ready may still be deleted by the process that uploads it.
            # A shard with invalid fields cannot be compared.
            with contextlib.suppress(OrionError, ValueError):
                if shard.sha256 and shard.state == "ready":
                    key = _hash_key(shard.name, shard.size)
                    self._existing[key] = (*self._existing.get(key, ()), (shard.id, bytes.fromhex(shard.sha256)))

    def compare(self, items: Iterable[TransferItem[Path]]) -> Iterator[TransferItem[Path]]:
        """Add to each file the shards with the same name and size."""
        for item in items:
            existing: tuple[tuple[int, bytes], ...] = ()
            if not item.force:
                # An unreadable file fails on its own when it is uploaded.
                with contextlib.suppress(OSError):
                    existing = self._existing.get(_hash_key(item.name, item.source.stat().st_size), ())
            yield evolve(item, existing=existing)

    def add(self, item: TransferItem[Path], done: TransferResult[Shard]) -> None:
        """Remember a shard that was created here."""
        if not done.skipped and not item.force:
            self._created.add(done.value.id)

    def finalize(self, results: list[Result[Path, Shard]]) -> list[Result[Path, Shard]]:
        """Delete the shards created here of which another process created an equal older one, and return that in the result."""
        self._existing.clear()
        replacements: dict[int, Shard] = {}
        # The uploads succeeded; a failure to remove duplicates is not a failed upload.
        with contextlib.suppress(OrionError):
            self._drop_duplicates(replacements)
        return [
            evolve(result, value=replacements.get(result.value.id, result.value)) if result.value else result
            for result in results
        ]

    def _drop_duplicates(self, replacements: dict[int, Shard]) -> None:
        collection = self._collection
        if not self._created:
            return
        refresh(collection)
        if collection.shard_count <= self._count + len(self._created):
            return
        oldest: dict[int, int] = {}
        for shard in collection.list_shards(state="ready"):
            first = oldest.setdefault(_hash_key(shard.name, shard.size, shard.sha256), shard.id)
            if first != shard.id and shard.id in self._created:
                collection._require_session().delete_resource(shard)
                replacements[shard.id] = _known_shard(collection, first, shard.to_dict())


def _hash_key(*values: object) -> int:
    return int.from_bytes(hashlib.blake2b(repr(values).encode(errors="replace"), digest_size=8).digest())
