"""Many shards sent at once: what is there already is not sent again, and of two that are equal one stays."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from orion_api.api.collections import get_collection

from orionclient.exceptions import OrionError, ValidationError
from orionclient.transfer import bulk
from orionclient.types._many import (
    TransferItem,
    TransferResult,
    check_regular_file,
    report_done,
    sha256_of,
    transfer_all,
)
from orionclient.types.shards import Shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from orionclient.transfer.bulk import ProgressRelay, Result
    from orionclient.transfer.progress import Progress
    from orionclient.types.collections import ShardCollection

# Id and SHA-256 digest of shards of one name and size.
ExistingShard = tuple[tuple[int, bytes], ...]


@frozen
class ShardUploadTask:
    """Sends one file as a shard, unless it is there.

    Attributes:
        collection: The collection.
        metadata: JSON object to keep with each that is made.
        base: Folder that relative paths start from, also in a process that stands elsewhere.
        watch: Watches the transfers; None in another process.
    """

    collection: ShardCollection
    metadata: Mapping[str, Any] | None
    base: Path
    watch: ProgressRelay | None = None

    def __call__(self, chunk: TransferItem) -> TransferResult[Shard]:
        """Send it.

        Args:
            chunk: The file.

        Returns:
            The shard, ready, and whether it was there.

        Raises:
            ValidationError: It is no file, or too large.
            OSError: It cannot be read.
            OrionError: The server rejected, or no good response came; nothing is left behind.
        """
        path = self.base / chunk.path
        if not chunk.anew:
            check_regular_file(path)
        found = self._found(chunk, path) if chunk.there else None
        if found is not None:
            report_done(self.watch, chunk.name, found.size)
            return TransferResult(found, skipped=True)
        progress = self.watch.named(chunk.name) if self.watch else None
        shard = Shard.create(
            self.collection, chunk.name, self.metadata, file=chunk.stream or path, progress=progress
        )  # fmt: skip
        return TransferResult(shard, skipped=False)

    def _found(self, chunk: TransferItem, path: Path) -> Shard | None:
        digest = bytes.fromhex(sha256_of(path))
        for number, there in chunk.there:
            if there == digest:
                known = {
                    "id": number, "id_str": str(number), "name": chunk.name, "size": path.stat().st_size, "sha256": digest.hex(),
                    "state": "ready",
                }  # fmt: skip
                return Shard(collection=self.collection)._new_instance(known, self.collection.session)
        return None


def send_shards(
    collection: ShardCollection,
    chunks: Iterable[TransferItem],
    *,
    metadata: Mapping[str, Any] | None = None,
    compare: bool = True,
    workers: int,
    progress: Callable[[Progress], object] | None,
    executor: Executor | None = None,
    each: Callable[[Result[Path, Shard]], object] | None,
    return_exceptions: bool = False,
) -> list[Result[Path, Shard]]:
    """Send files as shards, see `ShardCollection.upload`.

    Args:
        collection: The collection.
        chunks: The files.
        metadata: JSON object to keep with each that is made.
        compare: False makes all anew, without looking for what is there.
        workers: Number of files at a time.
        progress: Told how far each is.
        executor: Any executor; threads without it.
        each: Is given every result; only failures are kept then.
        return_exceptions: True returns results with errors.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: Something failed.
        ValidationError: The collection is not open.
    """
    session = collection._require_session()
    there: dict[int, ExistingShard] = {}
    number = 0
    if compare:
        collection._replace(session._calls.request_json(get_collection, collection._ids()))
        if collection.state != "open":
            raise ValidationError(
                f"{collection._title()} is {collection.state!r} and takes no shards; collection.ensure_open() waits until it can be opened,"
                " and opens it"
            )
        there, number = _index(collection)
    watch, local = bulk.ProgressRelay(progress), bulk.is_local(executor)
    own: set[int] = set()

    def shown(result: Result[TransferItem, TransferResult[Shard]]) -> Result[Path, Shard]:
        done, chunk = result.value, result.item
        if done is None:
            return bulk.Result(chunk.path, None, result.error)
        shard = done.value
        if compare and not done.skipped and not chunk.anew:
            own.add(shard.id)
        if not local:
            # It came back with a collection and a session of its own.
            shard = Shard(collection=collection)._new_instance(shard.to_dict(), session)
            report_done(watch, chunk.name, shard.size)
        return bulk.Result(chunk.path, shard, skipped=done.skipped)

    def after(results: list[Result[Path, Shard]]) -> list[Result[Path, Shard]]:
        there.clear()
        kept: dict[int, Shard] = {}
        # What is sent is sent; a second copy that cannot be removed is no reason to say otherwise.
        with contextlib.suppress(OrionError):
            _drop_duplicates(collection, own, number, kept)
        return [evolve(each, value=kept.get(each.value.id, each.value)) if each.value else each for each in results]

    return transfer_all(
        ShardUploadTask(collection, metadata, Path.cwd(), watch if local else None),
        _compare_with_existing(chunks, there),
        shown,
        workers=workers,
        executor=executor,
        watch=watch,
        each=each,
        return_exceptions=return_exceptions,
        after=after,
    )


def _index(collection: ShardCollection) -> tuple[dict[int, ExistingShard], int]:
    """What is ready by name and size, and the number of all shards."""
    there: dict[int, ExistingShard] = {}
    number = 0
    for shard in collection.list_shards():
        number += 1
        # What is not ready may be removed by who sends it.
        # A shard with a field that cannot be read is not known to have the content.
        with contextlib.suppress(OrionError, ValueError):
            if shard.sha256 and shard.state == "ready":
                key = _shorten(shard.name, shard.size)
                there[key] = (*there.get(key, ()), (shard.id, bytes.fromhex(shard.sha256)))
    return there, number


def _compare_with_existing(chunks: Iterable[TransferItem], there: dict[int, ExistingShard]) -> Iterator[TransferItem]:
    for chunk in chunks:
        candidates: ExistingShard = ()
        if not chunk.anew:
            # That it cannot be read is said for this file alone, by who opens it.
            with contextlib.suppress(OSError):
                candidates = there.get(_shorten(chunk.name, chunk.path.stat().st_size), ())
        yield evolve(chunk, there=candidates)


def _shorten(*parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(errors="replace"), digest_size=8).digest())


def _drop_duplicates(collection: ShardCollection, own: set[int], before: int, kept: dict[int, Shard]) -> None:
    """Delete what was made here and is there from another process too; of two equal ones the older stays."""
    session = collection._require_session()
    if not own:
        return
    collection._replace(session._calls.request_json(get_collection, collection._ids()))
    if collection.shard_count <= before + len(own):
        return
    oldest: dict[int, int] = {}
    for shard in collection.list_shards(state="ready"):
        first = oldest.setdefault(_shorten(shard.name, shard.size, shard.sha256), shard.id)
        if first != shard.id and shard.id in own:
            session.delete_resource(shard)
            kept[shard.id] = Shard(collection=collection)._new_instance(
                {**shard.to_dict(), "id": first, "id_str": str(first)}, session
            )
