"""Upload: content on its way to a file or a shard in parts."""

from __future__ import annotations

import datetime as dt
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
from orionclient._resource import Declaration, Field, Resource, boolean, identifier, integer, optional, string
from orionclient.exceptions import BadResponse, CallInfo, OrionConnectionError, OrionError
from orionclient.transfer.digests import announced
from orionclient.transfer.plans import part_size
from orionclient.transfer.progress import Meter
from orionclient.transfer.uploads import send_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from orionclient._resource import SessionLike
    from orionclient.transfer.progress import Progress
    from orionclient.transfer.sources import Opened, Slice

# Answers of a stack that takes content in one piece only.
_UNKNOWN: Final = frozenset({404, 405, 410, 501})
_FIND_SECONDS: Final = 10.0
_TARGETS_AT_ONCE: Final = 50
# An address that ends within so many seconds is not used any more.
_MARGIN: Final = 30.0
# How often content is sent of which the server has another digest.
_SENDINGS: Final = 5


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
    source: Opened,
    whole: Callable[[BinaryIO, str], dict[str, Any]],
    progress: Callable[[Progress], object] | None,
    *,
    fresh: bool = False,
) -> dict[str, Any]:
    """Send content to a file or shard: in one request, or in parts where it is large and the stack takes parts.

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
        OrionError: The server refused, or no good answer came.
    """
    meter = Meter(source.name or resource._title(), source.size, progress)
    calls, get = resource._bound()._calls, resource.declaration.get
    if part_size(source.size) is not None and get is not None:
        parts = _Parts(resource, fresh=fresh)
        try:
            send_parts(source, parts, meter)
        except BadResponse as error:
            if not parts.refused or error.response.status_code not in _UNKNOWN:
                raise
        else:
            meter.finish()
            return calls.json(get, resource._ids())
    found: dict[str, Any] = {}
    for left in reversed(range(_SENDINGS)):
        found = whole(source.slice(meter=meter), source.content_digest)  # type: ignore[arg-type]
        source.check_unchanged()
        if _arrived(found, source.content_digest):
            break
        if left == 0:
            wrong = OrionConnectionError("the content did not arrive whole: the server has another digest of it")
            raise wrong.during(CallInfo(f"content of {resource._title()}", attempts=_SENDINGS))
        meter.back(meter.bytes)
    meter.finish()
    return found


class _Parts:
    """The requests of an upload in parts to one resource."""

    def __init__(self, resource: Resource, *, fresh: bool) -> None:
        self._session: SessionLike = resource._bound()
        self._calls = self._session._calls
        self._fresh = fresh
        self._what: dict[str, Any] = {"resource_type": resource.declaration.name, "resource_id": resource._id()}
        self._place: dict[str, Any] = {}
        if resource.declaration.parent:
            self._place = {resource.declaration.parent: next(iter(resource._parent_ids().values()))}
        self._targets: dict[int, tuple[str, float]] = {}
        self._lock = threading.Lock()
        # Whether the stack would not begin an upload in parts.
        self.refused = False

    def find(self, size: int) -> Mapping[str, Any] | None:
        if self._fresh:
            return None
        query = {**self._what, "state": "open"}
        try:
            listed = self._calls.json(list_uploads, {}, query=query, timeout=_FIND_SECONDS).get("results", ())
        except OrionError:
            # It is only worth a new beginning, which will tell what is wrong.
            return None
        return next((upload for upload in listed if upload["size"] == size), None)

    def create(self, size: int, each: int) -> Mapping[str, Any]:
        try:
            return self._calls.json(
                create_upload, {}, body={**self._what, **self._place, "size": size, "part_size": each}
            )
        except BadResponse:
            self.refused = True
            raise

    def digests(self, upload: Mapping[str, Any]) -> Mapping[int, str]:
        listed = self._calls.items(list_parts, {"upload_id": upload["id"]})
        return {part["number"]: part["sha256"] for part in listed}

    def put(self, upload: Mapping[str, Any], number: int, part: Slice, digest: str) -> str | None:
        if not upload["presigned"]:
            request = upload_part.build(upload["id"], number, body=part, content_digest=digest)
            return str(self._calls.call(upload_part, request)["sha256"])
        headers = {"Content-Type": "application/octet-stream", "Content-Digest": digest}
        for again in (True, False):
            answer = self._calls.put_elsewhere(
                self._target(upload, number), part, headers, f"part {number} of upload {upload['id']}"
            )  # fmt: skip
            if answer.status_code != 403 or not again:
                break
            # Its time is over.
            part.seek(0)
            with self._lock:
                self._targets.clear()
        answer.raise_for_status()
        return None

    def _target(self, upload: Mapping[str, Any], number: int) -> str:
        with self._lock:
            url, until = self._targets.get(number, ("", 0.0))
            if not url or until < CLOCK.time() + _MARGIN:
                count = -(-upload["size"] // upload["part_size"])
                wanted = list(range(number, min(number + _TARGETS_AT_ONCE, count + 1)))
                found = self._calls.json(obtain_upload_targets, {"upload_id": upload["id"]}, body={"numbers": wanted})
                for target in found["targets"]:
                    self._targets[target["number"]] = (target["url"], _seconds(target.get("expires")))
                url = self._targets[number][0]
            return url

    def complete(self, upload: Mapping[str, Any], size: int, digest: str) -> None:
        self._calls.json(complete_upload, {"upload_id": upload["id"]}, body={"size": size, "digest": digest})

    def abort(self, upload: Mapping[str, Any]) -> None:
        self._calls.json(delete_upload, {"upload_id": upload["id"]}, timeout=_FIND_SECONDS)


def _arrived(found: Mapping[str, Any], digest: str) -> bool:
    """Whether the server has what was sent, as far as it says."""
    sha256 = found.get("sha256")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        return True
    sent = announced({"content-digest": digest})
    return sent is None or sent.algorithm != "sha-256" or sent.value.hex() == sha256


def _seconds(expires: object) -> float:
    try:
        return dt.datetime.fromisoformat(str(expires)).timestamp()
    except ValueError:
        return 0.0
