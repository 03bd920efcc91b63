"""Store files and shards with code that runs both in a job and on a laptop, without checking `in_orion()`.

In a job a file is uploaded to Orion and represented by a link, which records can contain. Elsewhere the file stays in place and is
represented by its path. `local_path` converts either to a path.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orionclient._runtime.plain import to_plain
from orionclient._transfer.names import check_path
from orionclient.exceptions import ValidationError
from orionclient.session import APISession, in_orion
from orionclient.types import File, Shard, ShardCollection
from orionclient.utils import TemporaryPath, job_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orionclient.session import OrionSession

__all__ = ["local_path", "start_collection", "store_file", "store_shard"]

#: Reference to a stored file: a link in a job, a path elsewhere.
FileReference = dict[str, Any] | str


def store_file(
    path: str | os.PathLike[str], name: str, *, tags: Sequence[str] = (), session: OrionSession = APISession
) -> FileReference:
    """Store a file: in a job, upload it to Orion with the tag of the job; elsewhere, leave it in place.

    Args:
        path: Path of the file.
        name: Display name in Orion.
        tags: Additional tags in Orion.
        session: The session.

    Returns:
        A link in a job, elsewhere the absolute path.

    Raises:
        OSError: The file does not exist.
        OrionError: The request failed.

    Example:
        >>> from pathlib import Path
        >>> from orionclient.helpers.storage import store_file, local_path
        >>> written = Path("trajectory.xyz").write_text("frames")
        >>> reference = store_file("trajectory.xyz", "Trajectory of lig 1", tags=["Trajectory"])
        >>> with local_path(reference) as path:
        ...     Path(path).read_text()
        'frames'
    """
    if not in_orion():
        return _resolve_existing(path)
    return session.create_link(File.upload(session, name, path, tags=[job_tag(), *tags]))


def start_collection(
    name: str,
    metadata: Mapping[str, Any] | None = None,
    *,
    tags: Sequence[str] = (),
    session: OrionSession = APISession,
) -> int | None:
    """Create the collection for `store_shard`: in a job, in Orion with the tag of the job; elsewhere none.

    Args:
        name: Display name.
        metadata: JSON object of at most 256 kB.
        tags: Additional tags.
        session: The session.

    Returns:
        In a job the id of the collection, to be passed to the workers; elsewhere None.

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
    """Store a file as a shard: in a job, upload and close a shard; elsewhere, leave the file in place.

    Args:
        path: Path of the file.
        name: Display name of the shard.
        collection: The collection or its id, as returned by `start_collection`; it may be closed.
        metadata: JSON object of at most 256 kB.
        session: The session.

    Returns:
        A link in a job, elsewhere the absolute path.

    Raises:
        ValidationError: No collection is given in a job.
        OSError: The file does not exist.
        OrionError: The request failed.
    """
    if not in_orion():
        return _resolve_existing(path)
    if collection is None:
        raise ValidationError("storing a shard in a job requires a collection; create one with start_collection(...)")
    if not isinstance(collection, ShardCollection):
        collection = session.get_resource(ShardCollection, collection)
    collection.ensure_open()
    return session.create_link(Shard.create(collection, name, metadata, file=path, session=session))


@contextmanager
def local_path(reference: Any, *, session: OrionSession = APISession) -> Iterator[str]:
    """Provide a stored file at a local path for a `with` block.

    Args:
        reference: Result of `store_file` or `store_shard`, or a path, a `File`, a `Shard`, a link or the id of a file.
        session: The session for the download.

    Yields:
        The path of the file itself, or of a copy that is deleted at the end of the block.

    Raises:
        ValidationError: The reference is of another type.
        OSError: The file does not exist.
        OrionError: The request failed, or the content is truncated.
    """
    reference = to_plain(reference)
    if isinstance(reference, os.PathLike) or (isinstance(reference, str) and not reference.isdigit()):
        yield _resolve_existing(reference)
        return
    if isinstance(reference, Mapping):
        reference = session.get_link(reference).get_resource()
    elif isinstance(reference, int | str):
        reference = session.get_resource(File, reference)
    if not isinstance(reference, File | Shard):
        raise ValidationError(
            f"the reference must be a path, a File, a Shard, a link or the id of a file, not {type(reference).__name__}"
        )
    # The name of a handle is not loaded, and not required.
    with TemporaryPath(suffix=f"-{reference.to_dict().get('name') or 'content'}"[-50:]) as path:
        reference.session = reference.session or session
        reference.download_to_file(path)
        yield path


def _resolve_existing(path: str | os.PathLike[str]) -> str:
    found = Path(check_path(path)).absolute()
    found.stat()
    return str(found)
