"""What files and shards share when their content moves: the name of an object, and what an earlier run left."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from orionclient.exceptions import AuthorizationRequired, NotFoundResponse
from orionclient.transfer.expected import Expected
from orionclient.types._waiters import refresh

if TYPE_CHECKING:
    from orionclient._resource import Resource, SessionLike
    from orionclient.transfer.checkpoints import UploadCheckpoint
    from orionclient.transfer.sources import UploadSource

    R = TypeVar("R", bound=Resource)

_POLL_SECONDS: Final = 10.0
_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")


def object_name(resource: Resource) -> str:
    """Name an object of a stack, whatever the address of its content is today.

    Args:
        resource: The object.

    Returns:
        A text that no other object has.
    """
    ids = "/".join(str(number) for number in resource._ids().values())
    return f"{resource._require_session().config.url} {resource.declaration.name} {ids}"


def expected_content(resource: Resource) -> Expected:
    """Read what a file or shard says of its content, without a request.

    Args:
        resource: The file or shard; of a handle nothing is known.

    Returns:
        What to compare the content with.
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
    """Name whose objects a session makes, without asking the server.

    Args:
        session: The session.

    Returns:
        The name of the user; a digest of the token where the name is not known.
    """
    config = session.config
    return config.username or hashlib.sha256(config.token.encode()).hexdigest()


def find_resumable(template: R, note: UploadCheckpoint, source: UploadSource) -> R | None:
    """Find what an earlier run made for a source.

    Args:
        template: An instance that carries what it belongs to.
        note: What is remembered of that run.
        source: What is sent.

    Returns:
        The object: ready with this very content, where only the last moment of that run was missing, or still to be filled. None where
        there is none, or it is somebody else's, or it got another content meanwhile.

    Raises:
        OrionError: The server rejected, or no good response came.
    """
    get = template.declaration.get
    if note.resource_id is None or get is None:
        return None
    found = template._make_handle(note.resource_id)
    calls = template._require_session()._calls
    try:
        found._replace(calls.request_json(get, found._ids(), timeout=_POLL_SECONDS))
    except (NotFoundResponse, AuthorizationRequired):
        return None
    filled: Any = found
    return found if filled.state != "ready" or _has_content(filled, source) else None


def _has_content(filled: Any, source: UploadSource) -> bool:
    if filled.size != source.size or not filled.sha256:
        return False
    digest = base64.b64decode(source.content_digest.removeprefix("sha-256=:").rstrip(":"))
    return bool(digest.hex() == filled.sha256.lower())
