"""Upload many shards concurrently, skipping files whose shard exists and removing duplicates."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from orion_api.api.collections import get_collection

from orionclient._transfer import bulk
from orionclient._transfer.many import (
    TransferItem,
    TransferResult,
    check_regular_file,
    report_done,
    sha256_of,
    transfer_all,
)
from orionclient.exceptions import OrionError, ValidationError
from orionclient.types.shards import Shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from orionclient._transfer.bulk import ProgressRelay, Result
    from orionclient._transfer.progress import Progress
    from orionclient.types.collections import ShardCollection

# Ids and SHA-256 digests of the shards with one name and size.
ExistingShard = tuple[tuple[int, bytes], ...]


@frozen
class ShardUploadTask:
    """Uploads one file as a shard, unless an equal shard exists.

    Attributes:
        collection: The collection.
        metadata: Metadata of each created shard.
        base: Working directory that relative paths are resolved against, also in other processes.
        relay: Receives the progress; None in another process.
    """

    collection: ShardCollection
    metadata: Mapping[str, Any] | None
    base: Path
    relay: ProgressRelay | None = None

    def __call__(self, item: TransferItem) -> TransferResult[Shard]:
        """Upload one file.

        Args:
            item: The file.

        Returns:
            The ready shard, and whether it existed.

        Raises:
            ValidationError: It is not a regular file, or too large.
            OSError: The file cannot be read.
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
        for shard_id, existing in item.existing:
            if existing == digest:
                known = {
                    "id": shard_id, "id_str": str(shard_id), "name": item.name, "size": path.stat().st_size, "sha256": digest.hex(),
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
    """Upload files as shards, see `ShardCollection.upload`.

    Args:
        collection: The collection.
        items: The files.
        metadata: Metadata of each created shard.
        compare: False uploads all files without comparing them with existing shards.
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
    session = collection._require_session()
    existing: dict[int, ExistingShard] = {}
    count = 0
    if compare:
        collection._replace(session._calls.request_json(get_collection, collection._ids()))
        if collection.state != "open":
            raise ValidationError(
                f"{collection._title()} is {collection.state!r}, not 'open'; collection.ensure_open() waits until it can be opened, and"
                " opens it"
            )
        existing, count = _index(collection)
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
            # The result of another process has its own collection and session.
            shard = Shard(collection=collection)._new_instance(shard.to_dict(), session)
            report_done(relay, item.name, shard.size)
        return bulk.Result(item.path, shard, skipped=done.skipped)

    def finalize(results: list[Result[Path, Shard]]) -> list[Result[Path, Shard]]:
        existing.clear()
        replacements: dict[int, Shard] = {}
        # The uploads succeeded; a failure to remove duplicates is not a failed upload.
        with contextlib.suppress(OrionError):
            _drop_duplicates(collection, created, count, replacements)
        return [
            evolve(result, value=replacements.get(result.value.id, result.value)) if result.value else result
            for result in results
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
    """Index the ready shards by name and size, and count all shards."""
    existing: dict[int, ExistingShard] = {}
    count = 0
    for shard in collection.list_shards():
        count += 1
        # A shard that is not ready may still be deleted by the process that uploads it.
        # A shard with invalid fields cannot be compared.
        with contextlib.suppress(OrionError, ValueError):
            if shard.sha256 and shard.state == "ready":
                key = _hash_key(shard.name, shard.size)
                existing[key] = (*existing.get(key, ()), (shard.id, bytes.fromhex(shard.sha256)))
    return existing, count


def _compare_with_existing(items: Iterable[TransferItem], existing: dict[int, ExistingShard]) -> Iterator[TransferItem]:
    for item in items:
        candidates: ExistingShard = ()
        if not item.force:
            # An unreadable file fails on its own when it is uploaded.
            with contextlib.suppress(OSError):
                candidates = existing.get(_hash_key(item.name, item.path.stat().st_size), ())
        yield evolve(item, existing=candidates)


def _hash_key(*values: object) -> int:
    return int.from_bytes(hashlib.blake2b(repr(values).encode(errors="replace"), digest_size=8).digest())


def _drop_duplicates(
    collection: ShardCollection, created: set[int], count_before: int, replacements: dict[int, Shard]
) -> None:
    """Delete shards created here of which another process created an equal older one."""
    session = collection._require_session()
    if not created:
        return
    collection._replace(session._calls.request_json(get_collection, collection._ids()))
    if collection.shard_count <= count_before + len(created):
        return
    oldest: dict[int, int] = {}
    for shard in collection.list_shards(state="ready"):
        first = oldest.setdefault(_hash_key(shard.name, shard.size, shard.sha256), shard.id)
        if first != shard.id and shard.id in created:
            session.delete_resource(shard)
            replacements[shard.id] = Shard(collection=collection)._new_instance(
                {**shard.to_dict(), "id": first, "id_str": str(first)}, session
            )
