"""Published helpers for shards: deprecated thin wrappers, since every session retries by itself."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from orionclient._resources.creating import delete_on_error
from orionclient._runtime.warnings import warn
from orionclient._transfer.sources import open_source
from orionclient.types import Shard

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import BinaryIO

    from orionclient._transfer.sources import Source
    from orionclient.types import ShardCollection

__all__ = ["try_hard_to_create_shard", "try_hard_to_download_shard"]

_LOCK: Final = threading.Lock()
_WARNED: Final[set[str]] = set()


def _warn_deprecated(name: str, replacement: str) -> None:
    """Issue a DeprecationWarning on the first call of a function in this process, with the caller's line."""
    with _LOCK:
        if name in _WARNED:
            return
        _WARNED.add(name)
    warn(f"{name} is deprecated: use {replacement}, which the session retries", DeprecationWarning)


def try_hard_to_create_shard(
    collection: ShardCollection,
    filename: Source,
    name: str | None = "",
    metadata: Mapping[str, Any] | None = None,
    attempts: int = 3,  # noqa: ARG001 - published; see below
) -> Shard:
    """Create a shard and upload its content. Deprecated: use `Shard.create` with `file=`, or `Shard.create` and `shard.upload_file`.

    Issues a `DeprecationWarning` on the first call in a process.

    Args:
        collection: The open collection.
        filename: Path, bytes or seekable binary file (sent from its current position).
        name: Display name.
        metadata: JSON object of at most 256 kB (documented).
        attempts: Ignored: the number of attempts is set by the retry policy of the session, see `get_session`.

    Returns:
        The shard, not closed: call `shard.close()`, or it is dropped when the collection is closed.

    Raises:
        ValidationError: The metadata or the file is too large.
        AuthorizationRequired: The user has no write permission for the collection.
        BadResponse: The collection is not open (409).
        OSError: The path cannot be read; no request was sent.
        OrionError: The request failed; nothing is left on the server.

    Example:
        Replacement:

        >>> from orionclient.types import Shard, ShardCollection
        >>> collection = ShardCollection.create(session, "frames")
        >>> Shard.create(collection, "first", file=b"frames").state
        'ready'
    """
    _warn_deprecated("try_hard_to_create_shard", "Shard.create(collection, name, file=...) or shard.upload_file")
    with open_source(filename) as source:
        shard = Shard.create(collection, name or "", metadata)
        with delete_on_error(shard):
            shard.upload_file(source)
    return shard


def try_hard_to_download_shard(
    shard: Shard,
    filename: str | os.PathLike[str] | BinaryIO,
    attempts: int = 3,  # noqa: ARG001 - published; see below
) -> None:
    """Download the content of a shard to a path. Deprecated: use `shard.download_to_file`.

    Issues a `DeprecationWarning` on the first call in a process.

    Args:
        shard: The shard.
        filename: The path; an existing file is replaced atomically. Or an open binary file.
        attempts: Ignored: the number of attempts is set by the retry policy of the session, see `get_session`.

    Raises:
        NotEnoughDiskError: Not enough free disk space.
        OrionError: The request failed, or the content is truncated.

    Example:
        Replacement:

        >>> from orionclient.types import Shard, ShardCollection
        >>> shard = Shard.create(ShardCollection.create(session, "frames"), file=b"frames")
        >>> shard.download_to_file("first.bin")
    """
    _warn_deprecated("try_hard_to_download_shard", "shard.download_to_file")
    shard.download_to_file(filename)
