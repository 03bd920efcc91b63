"""Upload: content on its way to a file or a shard in parts."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import re
import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final

from orion_api.api.uploads import (
    complete_upload,
    create_upload,
    delete_upload,
    get_upload,
    list_parts,
    list_uploads,
    obtain_upload_targets,
    upload_part,
)

from orionclient._clock import CLOCK
from orionclient._resource import (
    Declaration,
    Field,
    Resource,
    boolean,
    identifier,
    integer,
    iter_objects,
    optional,
    read_field,
    resource_id,
    string,
)
from orionclient.exceptions import BadResponse, CallInfo, OrionConnectionError, OrionError
from orionclient.transfer.digests import announced_digest
from orionclient.transfer.plans import UploadPlan, is_part_size, part_size
from orionclient.transfer.progress import Meter
from orionclient.transfer.uploads import send_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from orionclient._resource import SessionLike
    from orionclient.transfer.progress import Progress
    from orionclient.transfer.sources import Slice, UploadSource

_log = logging.getLogger("orionclient")
# Responses of a stack that takes content in one chunk only.
_UNSUPPORTED: Final = frozenset({404, 405, 410, 501})
_FIND_SECONDS: Final = 10.0
_TARGET_BATCH: Final = 50
# An address that ends within so many seconds is not used any more.
_MARGIN: Final = 30.0
# How often content is sent of which the server has another digest.
_MAX_SENDS: Final = 5
_SHA256: Final = re.compile("[0-9a-fA-F]{64}")


class Upload(Resource):
    """Content on its way to a file or a shard in parts (that there is such a kind, with these fields, is assumed).

    `File.upload` and `Shard.upload_file` make and finish them by themselves. What a program left that was killed can be listed with the
    filters ``resource_type``, ``resource_id`` and ``state``, and deleted.

    Example:
        >>> from orionclient.types import Upload
        >>> [upload.received for upload in session.list_resources(Upload, {"state": "open"})]
        []
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="upload",
        schema="UploadInfo",
        id_name="upload_id",
        get=get_upload,
        list=list_uploads,
        create=create_upload,
        delete=delete_upload,
        linkable=False,
    )

    id: Field[int] = Field(identifier, "Number of the upload, unique in the stack (assumed).")
    resource_type: Field[str] = Field(string, "Kind of what it goes to: `file` or `shard` (assumed).")
    resource_id: Field[int] = Field(identifier, "Id of the file or shard that it goes to (assumed).")
    collection: Field[int | None] = Field(
        optional(identifier), "Id of the collection of the shard; None for a file (assumed)."
    )
    size: Field[int] = Field(integer, "Length of the whole content in bytes (assumed).")
    part_size: Field[int] = Field(integer, "Length of every part but the last in bytes (assumed).")
    state: Field[str] = Field(string, "`open` while it takes parts, then `complete` (assumed); others are possible.")
    presigned: Field[bool] = Field(boolean, "Whether parts go to addresses on the storage of the stack (assumed).")
    received: Field[int] = Field(integer, "Length of the parts that are there together in bytes (assumed).")
    created: Field[str] = Field(string, "When the upload was made, ISO 8601 in UTC with microseconds (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that made the upload (assumed).")


def send_content(
    resource: Resource,
    source: UploadSource,
    whole: Callable[[BinaryIO, str], dict[str, Any]],
    progress: Callable[[Progress], object] | None,
    *,
    fresh: bool = False,
) -> dict[str, Any]:
    """Send content to a file or shard: in one request, or in parts where it is large and the stack takes parts.

    Where a response of the parts protocol cannot be used, for example a part size of one byte, the content goes in one request.

    Args:
        resource: The file or shard.
        source: The content.
        whole: Sends it in one request, given the content and its digest.
        progress: Told of the progress; None for nobody.
        fresh: True where the resource was made just now, so that no earlier upload to it can be there.

    Returns:
        The resource on the wire.

    Raises:
        ValidationError: The source changed while it was sent.
        OrionError: The server rejected, or no good response came.
    """
    meter = Meter(source.name or resource._title(), source.size, progress)
    calls, get = resource._require_session()._calls, resource.declaration.get
    if part_size(source.size) is not None and get is not None:
        parts = _Parts(resource, fresh=fresh)
        try:
            send_parts(source, parts, meter)
        except BadResponse as error:
            status = error.response.status_code
            if status >= 300 and not (parts.rejected and status in _UNSUPPORTED):
                raise
            if status < 300:
                _log.warning("an upload in parts cannot be used, the content is sent in one request: %s", error)
            meter.back(meter.bytes)
        else:
            meter.finish()
            return calls.request_json(get, resource._ids())
    found: dict[str, Any] = {}
    for left in reversed(range(_MAX_SENDS)):
        found = whole(source.slice(meter=meter), source.content_digest)  # type: ignore[arg-type]
        source.check_unchanged()
        if _received_digest(found, source.content_digest):
            break
        if left == 0:
            wrong = OrionConnectionError("the content did not arrive whole: the server has another digest of it")
            raise wrong.with_call(CallInfo(f"content of {resource._title()}", attempts=_MAX_SENDS))
        meter.back(meter.bytes)
    meter.finish()
    return found


class _Parts:
    """The requests of an upload in parts to one resource."""

    def __init__(self, resource: Resource, *, fresh: bool) -> None:
        self._session: SessionLike = resource._require_session()
        self._calls = self._session._calls
        self._fresh = fresh
        self._what: dict[str, Any] = {"resource_type": resource.declaration.name, "resource_id": resource._id()}
        self._place: dict[str, Any] = {}
        if resource.declaration.parent:
            self._place = {resource.declaration.parent: next(iter(resource._parent_ids().values()))}
        self._targets: dict[int, tuple[str, float]] = {}
        self._lock = threading.Lock()
        # Whether the stack would not begin an upload in parts.
        self.rejected = False

    def find(self, size: int) -> UploadPlan | None:
        if self._fresh:
            return None
        query = {**self._what, "state": "open"}
        try:
            listed = self._calls.request_json(list_uploads, {}, query=query, timeout=_FIND_SECONDS).get("results")
        except OrionError:
            # It is only worth a new beginning, which will tell what is wrong.
            return None
        for upload in listed if isinstance(listed, list) else ():
            # An upload to something else, and one that cannot be used, are left alone.
            with contextlib.suppress(ValueError):
                if isinstance(upload, dict) and self._is_ours(upload):
                    return _read_plan(upload, size)
        return None

    def _is_ours(self, upload: Mapping[str, Any]) -> bool:
        own = {**self._what, "state": "open"}
        return all(str(upload.get(name)) == str(value) for name, value in own.items())

    def create(self, size: int, each: int) -> UploadPlan:
        made: dict[str, Any] = {}

        def check(upload: dict[str, Any]) -> None:
            made.update(upload)
            _read_plan(upload, size)

        body = {**self._what, **self._place, "size": size, "part_size": each}
        try:
            return _read_plan(self._calls.request_json(create_upload, {}, body=body, check=check), size)
        except BadResponse:
            self.rejected = True
            if made:
                # The first error is the one to tell.
                with contextlib.suppress(OrionError):
                    self._delete(resource_id(made["id"]))
            raise

    def digests(self, upload: UploadPlan) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for part in self._calls.iter_items(list_parts, {"upload_id": upload.id}):
            # A part whose digest is not known is sent again.
            with contextlib.suppress(ValueError):
                found[read_field(part, "number", int)] = _read_digest(part)
        return found

    def put(self, upload: UploadPlan, number: int, part: Slice, digest: str) -> str | None:
        if not upload.presigned:
            request = upload_part.build(upload.id, number, body=part, content_digest=digest)
            return _read_digest(self._calls.send_built(upload_part, request, check=_read_digest))
        headers = {"Content-Type": "application/octet-stream", "Content-Digest": digest}
        for again in (True, False):
            response = self._calls.put_presigned(
                self._target(upload, number), part, headers, f"part {number} of upload {upload.id}"
            )  # fmt: skip
            if response.status_code != 403 or not again:
                break
            # Its time is over.
            part.seek(0)
            with self._lock:
                self._targets.clear()
        response.raise_for_status()
        return None

    def _target(self, upload: UploadPlan, number: int) -> str:
        with self._lock:
            url, until = self._targets.get(number, ("", 0.0))
            if not url or until < CLOCK.time() + _MARGIN:
                count = -(-upload.size // upload.part_size)
                wanted = range(number, min(number + _TARGET_BATCH, count + 1))
                found = self._calls.request_json(
                    obtain_upload_targets, {"upload_id": upload.id}, body={"numbers": list(wanted)},
                    check=lambda data: _read_targets(data, wanted),
                )  # fmt: skip
                self._targets.update(_read_targets(found, wanted))
                url = self._targets[number][0]
            return url

    def complete(self, upload: UploadPlan, size: int, digest: str) -> None:
        body = {"size": size, "digest": digest}
        self._calls.request_json(complete_upload, {"upload_id": upload.id}, body=body, check=_check_complete)

    def abort(self, upload: UploadPlan) -> None:
        self._delete(upload.id)

    def _delete(self, number: int) -> None:
        self._calls.request_json(delete_upload, {"upload_id": number}, timeout=_FIND_SECONDS)


def _read_plan(upload: Mapping[str, Any], size: int) -> UploadPlan:
    each = read_field(upload, "part_size", int)
    if upload.get("size", size) != size:
        raise ValueError(f"the server sent {upload['size']!r:.60} for 'size', not {size}")
    if not is_part_size(size, each):
        raise ValueError(f"the server sent {each!r:.60} for 'part_size': from 1 MiB to 5 GiB and at most 10,000 parts")
    return UploadPlan(resource_id(upload.get("id")), size, each, read_field(upload, "presigned", bool))


def _read_digest(part: Mapping[str, Any]) -> str:
    sha256 = read_field(part, "sha256", str)
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"the server sent {sha256!r:.80} for 'sha256'")
    return sha256.lower()


def _read_targets(data: Mapping[str, Any], wanted: range) -> dict[int, tuple[str, float]]:
    """Read the presigned URLs of some parts, each with the time when it expires; the first one has to be there."""
    targets: dict[int, tuple[str, float]] = {}
    for target, within in iter_objects(read_field(data, "targets", list), "targets"):
        number, url = read_field(target, "number", int, within=within), read_field(target, "url", str, within=within)
        if url and number in wanted:
            targets[number] = (url, _seconds_left(target.get("expires")))
    if wanted[0] not in targets:
        raise ValueError(f"'targets' has no URL for part {wanted[0]}")
    return targets


def _check_complete(upload: Mapping[str, Any]) -> None:
    if read_field(upload, "state", str) == "open":
        raise ValueError("the server sent 'open' for 'state' of a completed upload")


def _received_digest(found: Mapping[str, Any], digest: str) -> bool:
    """Whether the server has what was sent, as far as it says."""
    sha256 = found.get("sha256")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        return True
    sent = announced_digest({"content-digest": digest})
    return sent is None or sent.algorithm != "sha-256" or sent.value.hex() == sha256


def _seconds_left(expires: object) -> float:
    """When a URL expires, in seconds since the epoch; 0 where that cannot be read, so that it is used once."""
    try:
        moment = dt.datetime.fromisoformat(str(expires))
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0
