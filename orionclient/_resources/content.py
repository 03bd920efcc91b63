"""Helpers for file and shard transfers: object keys, expected content and resumable uploads."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from orionclient._resources.waiters import refresh
from orionclient._transfer.expected import Expected
from orionclient.exceptions import AuthorizationRequired, NotFoundResponse

if TYPE_CHECKING:
    from orionclient._resources.resource import Resource, SessionLike
    from orionclient._transfer.checkpoints import UploadCheckpoint
    from orionclient._transfer.sources import UploadSource

    R = TypeVar("R", bound=Resource)

_POLL_SECONDS: Final = 10.0
_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")


def object_name(resource: Resource) -> str:
    """Build a key that identifies a resource independently of the URL of its content.

    Args:
        resource: The resource.

    Returns:
        A unique string.
    """
    ids = "/".join(str(value) for value in resource._ids().values())
    return f"{resource._require_session().config.url} {resource.declaration.name} {ids}"


def expected_content(resource: Resource) -> Expected:
    """Get the expected size and digest of a file or shard, without a request.

    Args:
        resource: The file or shard. The fields of a handle are unknown.

    Returns:
        The expected size and digest.
    """

    def read() -> Expected:
        size, digest = resource._data.get("size"), resource._data.get("sha256")
        known = isinstance(size, int) and not isinstance(size, bool)
        found = _SHA256.fullmatch(digest) if isinstance(digest, str) else None
        return Expected(size if known else None, bytes.fromhex(found[0]) if found else None)

    def reload() -> Expected:
        refresh(resource)
        return read()

    found = read()
    found.refresh = reload
    return found


def account_key(session: SessionLike) -> str:
    """Build a key that identifies the account of a session, without a request.

    Args:
        session: The session.

    Returns:
        The user name; a digest of the token if the name is unknown.
    """
    config = session.config
    return config.username or hashlib.sha256(config.token.encode()).hexdigest()


def find_resumable(template: R, checkpoint: UploadCheckpoint, source: UploadSource) -> R | None:
    """Find the resource that an interrupted run created for a source.

    Args:
        template: An instance with the session, and for shards the collection.
        checkpoint: Checkpoint of that run.
        source: The source of the upload.

    Returns:
        The resource, either ready with the same content or not yet uploaded completely. None if there is none, if it belongs to another
        account, or if it has other content.

    Raises:
        OrionError: The request failed.
    """
    get = template.declaration.get
    if checkpoint.resource_id is None or get is None:
        return None
    found = template._make_handle(checkpoint.resource_id)
    calls = template._require_session()._calls
    try:
        found._replace(calls.request_json(get, found._ids(), timeout=_POLL_SECONDS))
    except (NotFoundResponse, AuthorizationRequired):
        return None
    loaded: Any = found
    return found if loaded.state != "ready" or _has_content(loaded, source) else None


def _has_content(loaded: Any, source: UploadSource) -> bool:
    if loaded.size != source.size or not loaded.sha256:
        return False
    digest = base64.b64decode(source.content_digest.removeprefix("sha-256=:").rstrip(":"))
    return bool(digest.hex() == loaded.sha256.lower())
