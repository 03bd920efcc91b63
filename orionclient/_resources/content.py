"""Content, downloadable: bases of the resource types whose content is uploaded and downloaded unchanged."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final, Self, cast

from orionclient._resources.creating import delete_on_error
from orionclient._resources.polling import refresh
from orionclient._resources.resource import Resource, SessionLike
from orionclient._resources.uploads import send_content
from orionclient._transfer.checkpoints import UploadCheckpoint
from orionclient._transfer.content import iter_verified
from orionclient._transfer.downloads import save
from orionclient._transfer.expected import Expected
from orionclient._transfer.sources import Source, UploadSource, open_source
from orionclient.exceptions import AuthorizationRequired, NotFoundResponse

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from orionclient._resources.resource import Endpoint
    from orionclient._transfer.progress import Progress
    from orionclient._transport.response import Response

_POLL_SECONDS: Final = 10.0
_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")


class Downloadable(Resource):
    """Base of resource types with content that can be downloaded."""

    def download(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Stream the content in chunks, in bounded memory.

        Args:
            chunk_size: Maximum size of a chunk in bytes. If omitted, chunks have the size in which they are received.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The content is truncated or is not that of the resource; raised after the last chunk.
            OrionError: The request failed.
        """
        yield from iter_verified(self._open_content(), chunk_size, expected=self._expected())

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
            workers: Number of concurrent byte-range requests for content of 64 MiB and more, if the server supports ranges. More than one
                helps if a single connection is slower than the network.

        Raises:
            NotEnoughDiskError: Not enough free disk space.
            OrionError: The request failed, or the content is truncated or is not that of the resource.
            OSError: The path cannot be written, for example a folder or a pipe without a reader; no request was sent.
        """
        save(
            self._open_content(), filename, what=object_name(self), callback=progress, durable=durable, workers=workers,
            expected=self._expected(),
        )  # fmt: skip

    def _open_content(self) -> Callable[[Mapping[str, str]], Response]:
        return self._opener(cast("Endpoint", self.declaration.download))

    def _expected(self) -> Expected:
        """Return the expected size and digest, without a request; those of a handle are unknown."""

        def read() -> Expected:
            size, digest = self._data.get("size"), self._data.get("sha256")
            known = isinstance(size, int) and not isinstance(size, bool)
            found = _SHA256.fullmatch(digest) if isinstance(digest, str) else None
            return Expected(size if known else None, bytes.fromhex(found[0]) if found else None)

        def reload() -> Expected:
            refresh(self)
            return read()

        expected = read()
        expected.refresh = reload
        return expected


class Content(Downloadable):
    """Base of resource types with content that can be uploaded and downloaded."""

    # Fields of every subclass.
    size: Any
    sha256: Any
    state: Any

    def put_content(self, filename: Source, *, progress: Callable[[Progress], object] | None = None) -> None:
        """Upload the content, as `session.create_resource(..., files=)` does: of a file it is replaced, a shard is also closed.

        Args:
            filename: Path, bytes, binary file (sent from its current position) or iterable of bytes.
            progress: Called with the `Progress` at most every 0.1 s and once at the end. An exception that it raises cancels the upload.

        Raises:
            OSError: The path cannot be read; no request was sent.
            ValidationError: The source changed during the upload.
            OrionError: The request failed.
        """
        with open_source(filename) as source:
            self._send(source, progress)
        self._complete()

    def _send(
        self, source: UploadSource, progress: Callable[[Progress], object] | None = None, *, fresh: bool = False
    ) -> None:
        self._replace(send_content(self, source, progress, fresh=fresh))

    def _complete(self) -> None:
        """Complete the resource after the upload."""

    def _upload_new(
        self,
        source: UploadSource,
        purpose: tuple[Any, ...],
        create: Callable[[], Self],
        progress: Callable[[Progress], object] | None,
    ) -> Self:
        """Create a resource and upload its content, or resume the upload of an interrupted run.

        Args:
            source: The content.
            purpose: Arguments of the upload; a run with the same ones resumes it.
            create: Creates the resource without content.
            progress: Progress callback.

        Returns:
            The resource, complete.
        """
        session = self._require_session()
        key = (session.config.url, account_key(session), self.declaration.name, *purpose)
        with UploadCheckpoint.open(source, *key) as checkpoint:
            resource = self._find_resumable(checkpoint, source)
            fresh = resource is None
            if resource is None:
                resource = create()
                checkpoint.write(int(resource._id()))
            elif resource.state == "ready":
                # The earlier run was interrupted after the upload was complete.
                checkpoint.clear()
                return resource
            with delete_on_error(resource, checkpoint):
                resource._send(source, progress, fresh=fresh)
                resource._complete()
        return resource

    def _find_resumable(self, checkpoint: UploadCheckpoint, source: UploadSource) -> Self | None:
        """Find the resource of an interrupted run, unless it belongs to another account or has other content."""
        if checkpoint.resource_id is None:
            return None
        found = self._make_handle(checkpoint.resource_id)
        try:
            refresh(found, _POLL_SECONDS)
        except (NotFoundResponse, AuthorizationRequired):
            return None
        return found if found.state != "ready" or _has_content(found, source) else None


def object_name(resource: Resource) -> str:
    """Build a key that identifies a resource independently of the URL of its content.

    Args:
        resource: The resource.

    Returns:
        A unique string.
    """
    ids = "/".join(str(value) for value in resource._ids().values())
    return f"{resource._require_session().config.url} {resource.declaration.name} {ids}"


def account_key(session: SessionLike) -> str:
    """Build a key that identifies the account of a session, without a request.

    Args:
        session: The session.

    Returns:
        The user name; a digest of the token if the name is unknown.
    """
    config = session.config
    return config.username or hashlib.sha256(config.token.encode()).hexdigest()


def _has_content(loaded: Content, source: UploadSource) -> bool:
    if loaded.size != source.size or not loaded.sha256:
        return False
    digest = base64.b64decode(source.content_digest.removeprefix("sha-256=:").rstrip(":"))
    return bool(digest.hex() == loaded.sha256.lower())
