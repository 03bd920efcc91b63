"""Files and shards for code that runs in a job and on a laptop alike, with no `if in_orion():` of its own.

In a job a file is kept in Orion, and what the code hands on is a link, which records can hold. Elsewhere the file stays where it is, and
what the code hands on is its path. `local_path` makes a path of either.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orionclient.exceptions import ValidationError
from orionclient.session import APISession, in_orion
from orionclient.transfer.names import check_path
from orionclient.types import File, Shard, ShardCollection
from orionclient.utils import TemporaryPath, job_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orionclient.session import OrionSession

__all__ = ["local_path", "start_collection", "store_file", "store_shard"]

#: What is handed on: a link in a job, a path elsewhere.
FileReference = dict[str, Any] | str


def store_file(
    path: str | os.PathLike[str], name: str, *, tags: Sequence[str] = (), session: OrionSession = APISession
) -> FileReference:
    """Keep a file: in a job in Orion, tagged with the job, elsewhere where it is.

    Args:
        path: The file.
        name: Display name in Orion.
        tags: More tags in Orion.
        session: The session.

    Returns:
        A link in a job; elsewhere the absolute path.

    Raises:
        OSError: There is no such file.
        OrionError: The request failed.

    Example:
        >>> from pathlib import Path
        >>> from orionclient.helpers.storage import store_file, local_path
        >>> written = Path("trajectory.xyz").write_text("frames")
        >>> kept = store_file("trajectory.xyz", "Trajectory of lig 1", tags=["Trajectory"])
        >>> with local_path(kept) as path:
        ...     Path(path).read_text()
        'frames'
    """
    if not in_orion():
        return _find_existing(path)
    return session.create_link(File.upload(session, name, path, tags=[job_tag(), *tags]))


def start_collection(
    name: str,
    metadata: Mapping[str, Any] | None = None,
    *,
    tags: Sequence[str] = (),
    session: OrionSession = APISession,
) -> int | None:
    """Make the collection that `store_shard` fills: in a job one in Orion, tagged with the job, elsewhere none.

    Args:
        name: Display name.
        metadata: JSON object of at most 256 kB.
        tags: More tags.
        session: The session.

    Returns:
        Its id in a job, to be handed on to the workers; elsewhere None.

    Raises:
        OrionError: The request failed.
    """
    if not in_orion():
        return None
    return ShardCollection.create(session, name, metadata, tags=[job_tag(), *tags]).id


def store_shard(
    path: str | os.PathLike[str],
    name: str,
    collection: ShardCollection | int | None,
    metadata: Mapping[str, Any] | None = None,
    *,
    session: OrionSession = APISession,
) -> FileReference:
    """Keep a file as a shard, uploaded and closed: in a job in Orion, elsewhere the file stays where it is.

    Args:
        path: The file.
        name: Display name of the shard.
        collection: The collection or its id, which may be closed: what `start_collection` gave.
        metadata: JSON object of at most 256 kB.
        session: The session.

    Returns:
        A link in a job; elsewhere the absolute path.

    Raises:
        ValidationError: There is no collection in a job.
        OSError: There is no such file.
        OrionError: The request failed.
    """
    if not in_orion():
        return _find_existing(path)
    if collection is None:
        raise ValidationError("a shard in a job needs a collection; start_collection(...) makes one")
    if not isinstance(collection, ShardCollection):
        collection = session.get_resource(ShardCollection, collection)
    collection.ensure_open()
    return session.create_link(Shard.create(collection, name, metadata, file=path, session=session))


@contextmanager
def local_path(kept: Any, *, session: OrionSession = APISession) -> Iterator[str]:
    """Give the path of a file, wherever it is kept; for the block of a `with`.

    Args:
        kept: What `store_file` or `store_shard` gave; or a path, a `File`, a `Shard`, a link, or the id of a file.
        session: The session that downloads.

    Yields:
        The path: the file's own, or that of a copy that is removed at the end of the block.

    Raises:
        ValidationError: It is none of these.
        OSError: There is no such file.
        OrionError: The request failed, or the content is truncated.
    """
    if isinstance(kept, os.PathLike) or (isinstance(kept, str) and not kept.isdigit()):
        yield _find_existing(kept)
        return
    if isinstance(kept, Mapping):
        kept = session.get_link(kept).get_resource()
    elif isinstance(kept, int | str):
        kept = session.get_resource(File, kept)
    if not isinstance(kept, File | Shard):
        raise ValidationError(
            f"a path, a File, a Shard, a link or the id of a file is needed, not {type(kept).__name__}"
        )
    # A handle has no name yet, and needs none.
    with TemporaryPath(suffix=f"-{kept.to_dict().get('name') or 'content'}"[-50:]) as path:
        kept.session = kept.session or session
        kept.download_to_file(path)
        yield path


def _find_existing(path: str | os.PathLike[str]) -> str:
    found = Path(check_path(path)).absolute()
    found.stat()
    return str(found)
