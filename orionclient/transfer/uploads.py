"""Content to a server in parts: several at once, each with its own digest, resumed by the next run, all or nothing."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from typing import TYPE_CHECKING, Final, Protocol

from orionclient._cancellation import cancellable_pool, wait_for_result
from orionclient.exceptions import BadResponse, OrionConnectionError, OrionError
from orionclient.transfer.digests import content_digest
from orionclient.transfer.plans import part_size, plan_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from orionclient.transfer.plans import UploadPlan
    from orionclient.transfer.progress import Meter
    from orionclient.transfer.sources import Slice, UploadSource

_WORKERS: Final = 4
# The content that the server put together is not what was sent.
_MISMATCH: Final = frozenset({409, 422})


class PartsClient(Protocol):
    """The requests of an upload in parts to one object."""

    def find(self, size: int) -> UploadPlan | None:
        """Look for an upload of this size that an earlier run began."""
        ...

    def create(self, size: int, each: int) -> UploadPlan:
        """Begin one."""
        ...

    def digests(self, upload: UploadPlan) -> Mapping[int, str]:
        """Ask which parts are there: number -> SHA-256 in hexadecimal."""
        ...

    def put(self, upload: UploadPlan, number: int, part: Slice, digest: str) -> str | None:
        """Send a part; gives the digest of what received, None where the server does not say."""
        ...

    def complete(self, upload: UploadPlan, size: int, digest: str) -> None:
        """Make the parts the content."""
        ...

    def abort(self, upload: UploadPlan) -> None:
        """Throw the parts away."""
        ...


def send_parts(source: UploadSource, client: PartsClient, meter: Meter) -> None:
    """Send content in parts.

    Args:
        source: The content, larger than what one request sends.
        to: The requests.
        meter: Counts what is sent.

    Raises:
        ValidationError: The source changed while it was sent; nothing is left of it on the server.
        OrionError: The request failed; nothing is left on the server.
    """
    found = client.find(source.size)
    if found is not None:
        try:
            _send(source, client, found, meter, known=client.digests)
        except BadResponse as error:
            if error.response.status_code not in _MISMATCH | {404}:
                raise
            # Somebody else resumes the same upload, or ended it.
            meter.rewind(meter.bytes)
        else:
            return
    _send(source, client, client.create(source.size, part_size(source.size) or source.size), meter)


def _send(
    source: UploadSource,
    client: PartsClient,
    upload: UploadPlan,
    meter: Meter,
    known: Callable[[UploadPlan], Mapping[int, str]] = lambda _: {},
) -> None:
    try:
        digests = _PartsUpload(source, client, upload, known(upload), meter).run()
        source.check_unchanged()
        client.complete(upload, source.size, hashlib.sha256(b"".join(digests)).hexdigest())
    except Exception:
        # An interrupt leaves the parts for the next run; an error leaves nothing. The first error is the one to tell.
        with contextlib.suppress(OrionError):
            client.abort(upload)
        raise


class _PartsUpload:
    def __init__(
        self, source: UploadSource, client: PartsClient, upload: UploadPlan, known: Mapping[int, str], meter: Meter
    ) -> None:
        self._source = source
        self._client = client
        self._upload = upload
        self._known = known
        self._meter = meter
        self._stopped = threading.Event()

    def run(self) -> list[bytes]:
        """Send what is missing; gives the digests of all parts in order."""
        parts = plan_parts(self._source.size, self._upload.part_size)
        with cancellable_pool(_WORKERS, "upload", self._stopped) as threads:
            futures: list[Future[bytes]] = []
            try:
                futures += [threads.submit(self._send_part, *part) for part in parts]
                return [wait_for_result(future) for future in futures]
            except BaseException:
                self._stopped.set()
                for future in futures:
                    future.cancel()
                raise

    def _send_part(self, number: int, start: int, length: int) -> bytes:
        header, digest, _ = content_digest(self._source.slice(start, length, stopped=self._stopped).chunks())
        if self._known.get(number) == digest.hex():
            self._meter.add(length, moved=False)
            return digest
        self._source.check_unchanged()
        part = self._source.slice(start, length, meter=self._meter, stopped=self._stopped)
        received = self._client.put(self._upload, number, part, header)
        if received is not None and received != digest.hex():
            raise OrionConnectionError(f"part {number} did not arrive whole: the server has another digest of it")
        return digest
