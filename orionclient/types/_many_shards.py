"""Many shards sent at once: what is existing already is not sent again, and of two that are equal one stays."""

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
    """Sends one file as a shard, unless it is existing.

    Attributes:
        collection: The collection.
        metadata: JSON object to keep with each that is made.
        base: Folder that relative paths start from, also in a process that stands elsewhere.
        relay: Receives the progress; None in another process.
    """

    collection: ShardCollection
    metadata: Mapping[str, Any] | None
    base: Path
    relay: ProgressRelay | None = None

    def __call__(self, item: TransferItem) -> TransferResult[Shard]:
        """Send it.

        Args:
            item: The file.

        Returns:
            The shard, ready, and whether it was existing.

        Raises:
            ValidationError: It is no file, or too large.
            OSError: It cannot be read.
            OrionError: The request failed; nothing is left on the server.
        """
        path = self.base / item.path
        if not item.force:
            check_regular_file(path)
        found = self._find_same(item, path) if item.existing else None
        if found is not None:
            report_done(self.relay, item.name, found.size)
            return TransferResult(found, skipped=True)
        progress = self.relay.for_item(item.name) if self.relay else None
        shard = Shard.create(
            self.collection, item.name, self.metadata, file=item.stream or path, progress=progress
        )  # fmt: skip
        return TransferResult(shard, skipped=False)

    def _find_same(self, item: TransferItem, path: Path) -> Shard | None:
        digest = bytes.fromhex(sha256_of(path))
        for number, existing in item.existing:
            if existing == digest:
                known = {
                    "id": number, "id_str": str(number), "name": item.name, "size": path.stat().st_size, "sha256": digest.hex(),
                    "state": "ready",
                }  # fmt: skip
                return Shard(collection=self.collection)._new_instance(known, self.collection.session)
        return None


def send_shards(
    collection: ShardCollection,
    items: Iterable[TransferItem],
    *,
    metadata: Mapping[str, Any] | None = None,
    compare: bool = True,
    workers: int,
    progress: Callable[[Progress], object] | None,
    executor: Executor | None = None,
    on_result: Callable[[Result[Path, Shard]], object] | None,
    return_exceptions: bool = False,
) -> list[Result[Path, Shard]]:
    """Send files as shards, see `ShardCollection.upload`.

    Args:
        collection: The collection.
        items: The files.
        metadata: JSON object to keep with each that is made.
        compare: False makes all force, without looking for what is existing.
        workers: Number of files transferred concurrently.
        progress: Called with the `Progress` of each item.
        executor: Any executor. Defaults to threads.
        on_result: Called with every result; only failures are then collected.
        return_exceptions: True returns failed results instead of raising.

    Returns:
        The results, in order.

    Raises:
        TransferErrors: An item failed.
        ValidationError: The collection is not open.
    """
    session = collection._bound()
    existing: dict[int, ExistingShard] = {}
    number = 0
    if compare:
        collection._replace(session._calls.json(get_collection, collection._ids()))
        if collection.state != "open":
            raise ValidationError(
                f"{collection._title()} is {collection.state!r} and takes no shards; collection.ensure_open() waits until it can be opened,"
                " and opens it"
            )
        existing, number = _index(collection)
    relay, local = bulk.ProgressRelay(progress), bulk.is_local(executor)
    created: set[int] = set()

    def convert(result: Result[TransferItem, TransferResult[Shard]]) -> Result[Path, Shard]:
        done, item = result.value, result.item
        if done is None:
            return bulk.Result(item.path, None, result.error)
        shard = done.value
        if compare and not done.skipped and not item.force:
            created.add(shard.id)
        if not local:
            # It came back with a collection and a session of its created.
            shard = Shard(collection=collection)._new_instance(shard.to_dict(), session)
            report_done(relay, item.name, shard.size)
        return bulk.Result(item.path, shard, skipped=done.skipped)

    def finalize(results: list[Result[Path, Shard]]) -> list[Result[Path, Shard]]:
        existing.clear()
        replacements: dict[int, Shard] = {}
        # What is sent is sent; a second copy that cannot be removed is no reason to say otherwise.
        with contextlib.suppress(OrionError):
            _drop_duplicates(collection, created, number, replacements)
        return [
            evolve(each, value=replacements.get(each.value.id, each.value)) if each.value else each for each in results
        ]

    return transfer_all(
        ShardUploadTask(collection, metadata, Path.cwd(), relay if local else None),
        _compare_with_existing(items, existing),
        convert,
        workers=workers,
        executor=executor,
        relay=relay,
        on_result=on_result,
        return_exceptions=return_exceptions,
        finalize=finalize,
    )


def _index(collection: ShardCollection) -> tuple[dict[int, ExistingShard], int]:
    """What is ready by name and size, and the number of all shards."""
    existing: dict[int, ExistingShard] = {}
    number = 0
    for shard in collection.list_shards():
        number += 1
        # What is not ready may be removed by who sends it.
        # A shard with a field that cannot be read is not known to have the content.
        with contextlib.suppress(OrionError, ValueError):
            if shard.sha256 and shard.state == "ready":
                key = _hash_key(shard.name, shard.size)
                existing[key] = (*existing.get(key, ()), (shard.id, bytes.fromhex(shard.sha256)))
    return existing, number


def _compare_with_existing(items: Iterable[TransferItem], existing: dict[int, ExistingShard]) -> Iterator[TransferItem]:
    for item in items:
        candidates: ExistingShard = ()
        if not item.force:
            # That it cannot be read is said for this file alone, by who opens it.
            with contextlib.suppress(OSError):
                candidates = existing.get(_hash_key(item.name, item.path.stat().st_size), ())
        yield evolve(item, existing=candidates)


def _hash_key(*parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(errors="replace"), digest_size=8).digest())


def _drop_duplicates(
    collection: ShardCollection, created: set[int], before: int, replacements: dict[int, Shard]
) -> None:
    """Delete what was made here and is existing from another process too; of two equal ones the older stays."""
    session = collection._bound()
    if not created:
        return
    collection._replace(session._calls.json(get_collection, collection._ids()))
    if collection.shard_count <= before + len(created):
        return
    oldest: dict[int, int] = {}
    for shard in collection.list_shards(state="ready"):
        first = oldest.setdefault(_hash_key(shard.name, shard.size, shard.sha256), shard.id)
        if first != shard.id and shard.id in created:
            session.delete_resource(shard)
            replacements[shard.id] = Shard(collection=collection)._new_instance(
                {**shard.to_dict(), "id": first, "id_str": str(first)}, session
            )
