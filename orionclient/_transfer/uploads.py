"""Perform multipart uploads: concurrent, verified by digests, resumable and atomic."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from typing import TYPE_CHECKING, Final, Protocol

from orionclient._runtime.cancellation import cancellable_pool, wait_for_result
from orionclient._transfer.digests import content_digest
from orionclient._transfer.plans import part_size, plan_parts
from orionclient.exceptions import BadResponse, OrionConnectionError, OrionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orionclient._transfer.plans import UploadPlan
    from orionclient._transfer.progress import Meter
    from orionclient._transfer.sources import Slice, UploadSource

_WORKERS: Final = 4
# Responses to a completion whose content is not what was sent.
_MISMATCH: Final = frozenset({409, 422})


class PartsClient(Protocol):
    """The requests of a multipart upload to one resource."""

    def find(self, size: int) -> UploadPlan | None:
        """Find an open upload of this size that an earlier run created."""
        ...

    def create(self, size: int, part_size: int) -> UploadPlan:
        """Create an upload."""
        ...

    def digests(self, upload: UploadPlan) -> Mapping[int, str]:
        """List the received parts: part number -> SHA-256 digest in hexadecimal."""
        ...

    def put(self, upload: UploadPlan, number: int, part: Slice, digest: str) -> str | None:
        """Send a part and return the digest that the server computed, or None if it reports none."""
        ...

    def complete(self, upload: UploadPlan, size: int, digest: str) -> None:
        """Complete the upload: the parts become the content."""
        ...

    def abort(self, upload: UploadPlan) -> None:
        """Abort the upload and discard its parts."""
        ...


def send_parts(source: UploadSource, client: PartsClient, meter: Meter) -> None:
    """Send content as a multipart upload.

    Args:
        source: The content, larger than the limit for a single request.
        client: Sends the requests.
        meter: Counts the sent bytes.

    Raises:
        ValidationError: The source changed during the upload; nothing is left on the server.
        OrionError: A request failed; nothing is left on the server.
    """
    found = client.find(source.size)
    if found is not None:
        try:
            _send(source, client, found, meter, resumed=True)
        except BadResponse as error:
            if error.response.status_code not in _MISMATCH | {404}:
                raise
            # Another process resumed or completed the same upload.
            meter.rewind(meter.bytes)
        else:
            return
    _send(source, client, client.create(source.size, part_size(source.size) or source.size), meter)


def _send(
    source: UploadSource, client: PartsClient, upload: UploadPlan, meter: Meter, *, resumed: bool = False
) -> None:
    try:
        digests = _send_missing(source, client, upload, meter, client.digests(upload) if resumed else {})
        source.check_unchanged()
        client.complete(upload, source.size, hashlib.sha256(b"".join(digests)).hexdigest())
    except Exception:
        # After an interrupt the parts stay for the next run; after an error they are discarded. The original error is raised.
        with contextlib.suppress(OrionError):
            client.abort(upload)
        raise


def _send_missing(
    source: UploadSource, client: PartsClient, upload: UploadPlan, meter: Meter, known: Mapping[int, str]
) -> list[bytes]:
    """Send the missing parts and return the digests of all parts in order."""
    stopped = threading.Event()

    def send_part(number: int, start: int, length: int) -> bytes:
        header, digest, _ = content_digest(source.slice(start, length, stopped=stopped).chunks())
        if known.get(number) == digest.hex():
            meter.add(length, moved=False)
            return digest
        source.check_unchanged()
        part = source.slice(start, length, meter=meter, stopped=stopped)
        received = client.put(upload, number, part, header)
        if received is not None and received != digest.hex():
            raise OrionConnectionError(f"part {number} was corrupted: the server computed a different digest")
        return digest

    with cancellable_pool(_WORKERS, "upload", stopped) as threads:
        futures = [threads.submit(send_part, *part) for part in plan_parts(source.size, upload.part_size)]
        return [wait_for_result(future) for future in futures]
