"""Upload content in one request or as a multipart upload."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import re
import threading
from typing import TYPE_CHECKING, Any, Final, cast

from orion_api.api import uploads as api

from orionclient._resources.convert import iter_objects, read_field
from orionclient._resources.resource import Resource, resource_id
from orionclient._runtime.cancellation import cancellable_pool, wait_for_result
from orionclient._runtime.clock import CLOCK
from orionclient._transfer.digests import announced_digest, content_digest
from orionclient._transfer.plans import UploadPlan, is_part_size, part_size, plan_parts
from orionclient._transfer.progress import Meter
from orionclient.exceptions import BadResponse, CallInfo, OrionConnectionError, OrionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orionclient._resources.resource import Endpoint
    from orionclient._transfer.progress import Progress
    from orionclient._transfer.sources import Slice, UploadSource

_log = logging.getLogger("orionclient")
# Responses of a stack that does not support multipart uploads.
_UNSUPPORTED: Final = frozenset({404, 405, 410, 501})
# Number of parts that are sent concurrently.
_WORKERS: Final = 4
# Responses to a completion whose content is not what was sent.
_MISMATCH: Final = frozenset({409, 422})
_FIND_SECONDS: Final = 10.0
_TARGET_BATCH: Final = 50
# A presigned URL that expires within this number of seconds is not used.
_MARGIN: Final = 30.0
# Maximum number of attempts while the server reports another digest.
_MAX_SENDS: Final = 5
_SHA256: Final = re.compile("[0-9a-fA-F]{64}")


def send_content(
    resource: Resource,
    source: UploadSource,
    progress: Callable[[Progress], object] | None,
    *,
    fresh: bool = False,
) -> dict[str, Any]:
    """Upload content to a file or shard: in one request, or as a multipart upload if it is large and the stack supports that.

    If a response of the multipart protocol is invalid, for example a part size of one byte, the content is sent in one request.

    Args:
        resource: The file or shard.
        source: The content.
        progress: Progress callback.
        fresh: True if the resource was just created, so that no earlier upload to it exists.

    Returns:
        The resource as a JSON object.

    Raises:
        ValidationError: The source changed during the upload.
        OrionError: The request failed.
    """
    meter = Meter(source.name or resource._title(), source.size, progress)
    get, upload = cast("Endpoint", resource.declaration.get), cast("Endpoint", resource.declaration.upload)
    if part_size(source.size) is not None:
        parts = _PartsRequests(resource, fresh=fresh)
        try:
            _send_parts(source, parts, meter)
        except BadResponse as error:
            status = error.response.status_code
            if status >= 300 and not (parts.rejected and status in _UNSUPPORTED):
                raise
            if status < 300:
                _log.warning("multipart upload failed, sending the content in one request: %s", error)
            meter.rewind(meter.bytes)
        else:
            meter.finish()
            return resource._request(get)
    attempts_left = _MAX_SENDS
    while True:
        body = source.slice(meter=meter)
        found = resource._request(upload, body=body, content_digest=source.content_digest)
        source.check_unchanged()
        if _digest_matches(found, source.content_digest):
            meter.finish()
            return found
        attempts_left -= 1
        if attempts_left == 0:
            mismatch = OrionConnectionError("corrupted upload: the server computed a different digest")
            raise mismatch.with_call(CallInfo(f"content of {resource._title()}", attempts=_MAX_SENDS))
        meter.rewind(meter.bytes)


def _send_parts(source: UploadSource, client: _PartsRequests, meter: Meter) -> None:
    """Send content as a multipart upload; after an error nothing is left on the server."""
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
    source: UploadSource, client: _PartsRequests, upload: UploadPlan, meter: Meter, *, resumed: bool = False
) -> None:
    try:
        digests = _send_missing(source, client, upload, meter, client.digests(upload) if resumed else {})
        source.check_unchanged()
        client.complete(upload, hashlib.sha256(b"".join(digests)).hexdigest())
    except Exception:
        # After an interrupt the parts stay for the next run; after an error they are discarded. The original error is raised.
        with contextlib.suppress(OrionError):
            client.delete(upload.id)
        raise


def _send_missing(
    source: UploadSource, client: _PartsRequests, upload: UploadPlan, meter: Meter, known: Mapping[int, str]
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


class _PartsRequests:
    """The requests of a multipart upload to one resource."""

    def __init__(self, resource: Resource, *, fresh: bool) -> None:
        self._calls = resource._require_session()._calls
        self._fresh = fresh
        self._resource: dict[str, Any] = {"resource_type": resource.declaration.name, "resource_id": resource._id()}
        self._parent: dict[str, Any] = {}
        if resource.declaration.parent:
            self._parent = {resource.declaration.parent: next(iter(resource._parent_ids().values()))}
        self._targets: dict[int, tuple[str, float]] = {}
        self._lock = threading.Lock()
        # Whether the stack rejected the creation of a multipart upload.
        self.rejected = False

    def find(self, size: int) -> UploadPlan | None:
        if self._fresh:
            return None
        query = {**self._resource, "state": "open"}
        try:
            listed = self._calls.request_json(api.list_uploads, {}, query=query, timeout=_FIND_SECONDS).get("results")
        except OrionError:
            # Start a new upload; if the server is unavailable, that request raises the error.
            return None
        for upload in listed if isinstance(listed, list) else ():
            # Uploads to other resources and invalid ones are ignored.
            with contextlib.suppress(ValueError):
                if isinstance(upload, dict) and all(str(upload.get(name)) == str(query[name]) for name in query):
                    return _read_plan(upload, size)
        return None

    def create(self, size: int, part_size: int) -> UploadPlan:
        created: dict[str, Any] = {}

        def check(upload: dict[str, Any]) -> None:
            created.update(upload)
            _read_plan(upload, size)

        body = {**self._resource, **self._parent, "size": size, "part_size": part_size}
        try:
            return _read_plan(self._calls.request_json(api.create_upload, {}, body=body, check=check), size)
        except BadResponse:
            self.rejected = True
            if created:
                # The original error is raised, not one of the cleanup.
                with contextlib.suppress(OrionError):
                    self.delete(resource_id(created["id"]))
            raise

    def digests(self, upload: UploadPlan) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for part in self._calls.iter_items(api.list_parts, {"upload_id": upload.id}):
            # A part without a valid digest is sent again.
            with contextlib.suppress(ValueError):
                found[read_field(part, "number", int)] = _read_digest(part)
        return found

    def put(self, upload: UploadPlan, number: int, part: Slice, digest: str) -> str | None:
        if not upload.presigned:
            ids = {"upload_id": upload.id, "number": number}
            return _read_digest(
                self._calls.request_json(api.upload_part, ids, check=_read_digest, body=part, content_digest=digest)
            )
        headers = {"Content-Type": "application/octet-stream", "Content-Digest": digest}
        for may_renew in (True, False):
            response = self._calls.put_presigned(
                self._target(upload, number), part, headers, f"part {number} of upload {upload.id}"
            )  # fmt: skip
            if response.status_code != 403 or not may_renew:
                break
            # The presigned URL has expired.
            part.seek(0)
            with self._lock:
                self._targets.clear()
        response.raise_for_status()
        return None

    def _target(self, upload: UploadPlan, number: int) -> str:
        with self._lock:
            url, expires = self._targets.get(number, ("", 0.0))
            if not url or expires < CLOCK.time() + _MARGIN:
                count = -(-upload.size // upload.part_size)
                wanted = range(number, min(number + _TARGET_BATCH, count + 1))
                found = self._calls.request_json(
                    api.obtain_upload_targets, {"upload_id": upload.id}, body={"numbers": list(wanted)},
                    check=lambda data: _read_targets(data, wanted),
                )  # fmt: skip
                self._targets.update(_read_targets(found, wanted))
                url = self._targets[number][0]
            return url

    def complete(self, upload: UploadPlan, digest: str) -> None:
        body = {"size": upload.size, "digest": digest}
        self._calls.request_json(api.complete_upload, {"upload_id": upload.id}, body=body, check=_check_complete)

    def delete(self, upload_id: int) -> None:
        self._calls.request_json(api.delete_upload, {"upload_id": upload_id}, timeout=_FIND_SECONDS)


def _read_plan(upload: Mapping[str, Any], size: int) -> UploadPlan:
    chosen = read_field(upload, "part_size", int)
    if upload.get("size", size) != size:
        raise ValueError(f"the server sent {upload['size']!r:.60} for 'size', not {size}")
    if not is_part_size(size, chosen):
        raise ValueError(
            f"the server sent {chosen!r:.60} for 'part_size'; valid are 1 MiB to 5 GiB and at most 10,000 parts"
        )
    return UploadPlan(resource_id(upload.get("id")), size, chosen, read_field(upload, "presigned", bool))


def _read_digest(part: Mapping[str, Any]) -> str:
    sha256 = read_field(part, "sha256", str)
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"the server sent {sha256!r:.80} for 'sha256'")
    return sha256.lower()


def _read_targets(data: Mapping[str, Any], wanted: range) -> dict[int, tuple[str, float]]:
    """Parse the presigned URLs of parts and their expiry times; the URL of the first requested part is required."""
    targets: dict[int, tuple[str, float]] = {}
    for target, within in iter_objects(read_field(data, "targets", list), "targets"):
        number, url = read_field(target, "number", int, within=within), read_field(target, "url", str, within=within)
        if url and number in wanted:
            targets[number] = (url, _parse_expiry(target.get("expires")))
    if wanted[0] not in targets:
        raise ValueError(f"'targets' has no URL for part {wanted[0]}")
    return targets


def _check_complete(upload: Mapping[str, Any]) -> None:
    if read_field(upload, "state", str) == "open":
        raise ValueError("the server sent 'open' for 'state' of a completed upload")


def _digest_matches(found: Mapping[str, Any], digest: str) -> bool:
    """Whether the digest in the response, if any, matches the content that was sent."""
    sha256 = found.get("sha256")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        return True
    sent = announced_digest({"content-digest": digest})
    return sent is None or sent.algorithm != "sha-256" or sent.value.hex() == sha256


def _parse_expiry(expires: object) -> float:
    """Parse the expiry time of a URL in seconds since the epoch; 0 if it is invalid, so that the URL is used once."""
    try:
        moment = dt.datetime.fromisoformat(str(expires))
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0
