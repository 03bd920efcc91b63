"""Store local checkpoints of uploads, from which the next run of the same program resumes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Final, Self

from orionclient._runtime.locks import CAN_LOCK_FILES, LockedFile
from orionclient._transfer.part_files import open_locked
from orionclient._transfer.plans import part_size
from orionclient.config import get_config_path
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orionclient._transfer.sources import UploadSource

# A smaller upload takes hardly longer than writing its checkpoint.
_MIN_SIZE: Final = 1 << 20
_MAX_AGE: Final = 30 * 24 * 3600


class UploadCheckpoint:
    """Checkpoint of one upload: the id of the resource that was created for it.

    Attributes:
        resource_id: Id of the resource that an earlier run created; None if there is none.
    """

    def __init__(self, handle: LockedFile | None, path: Path | None, *, in_parts: bool) -> None:
        self._handle = handle
        self._path = path
        self._in_parts = in_parts
        self.resource_id: int | None = None
        if handle is not None:
            with contextlib.suppress(ValueError, TypeError, AttributeError):
                found = json.loads(os.pread(handle.fileno(), 1000, 0).decode("ascii", "replace") or "{}").get("id")
                self.resource_id = found if isinstance(found, int) else None

    @classmethod
    @contextlib.contextmanager
    def open(cls, source: UploadSource, *purpose: object) -> Iterator[Self]:
        """Open and lock the checkpoint for a source and a target.

        Args:
            source: The source of the upload. Only files of at least 1 MiB have checkpoints.
            *purpose: All values that distinguish uploads, such as the URL, account and name.

        Yields:
            The checkpoint. It is not stored if another process runs the same upload.
        """
        path = None
        if source.path is not None and source.size >= _MIN_SIZE and CAN_LOCK_FILES:
            key = json.dumps([os.path.realpath(source.path), source.fingerprint, *purpose], default=str)
            path = _find_path(hashlib.sha256(key.encode()).hexdigest()[:32])
        handle = None if path is None else _open_locked(path)
        checkpoint = cls(handle, path, in_parts=part_size(source.size) is not None)
        try:
            yield checkpoint
        finally:
            if handle is not None:
                handle.close()

    @property
    def is_resumable(self) -> bool:
        """Whether the next run can resume this upload."""
        return self._active_handle is not None and self._in_parts

    @property
    def _active_handle(self) -> LockedFile | None:
        """The locked file; None if there is none, or in a forked child, where it belongs to the parent."""
        return None if self._handle is None or self._handle.closed else self._handle

    def write(self, resource_id: int) -> None:
        """Store the id of the resource.

        Args:
            resource_id: Id of the resource.
        """
        self.resource_id = resource_id
        if (handle := self._active_handle) is not None:
            os.ftruncate(handle.fileno(), 0)
            os.pwrite(handle.fileno(), json.dumps({"id": resource_id}).encode(), 0)

    def clear(self) -> None:
        """Delete the checkpoint."""
        if self._active_handle is not None and self._path is not None:
            self._path.unlink(missing_ok=True)


def _find_path(name: str) -> Path | None:
    try:
        return get_config_path().parent / "uploads" / f"{name}.json"
    except ValidationError:
        # Without a home directory the upload runs without a checkpoint.
        return None


def _open_locked(path: Path) -> LockedFile | None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _delete_expired(path.parent)
        return open_locked(path, 0o600)
    except OSError:
        # Without a writable home folder the upload runs without a checkpoint.
        return None


def _delete_expired(folder: Path) -> None:
    limit = time.time() - _MAX_AGE
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
