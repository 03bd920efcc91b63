"""What this machine remembers of an upload that is under way, so that the next run of the same program resumes it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Final, Self

from orionclient._locks import CAN_LOCK_FILES, LockedFile
from orionclient.config import get_config_path
from orionclient.transfer.plans import part_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orionclient.transfer.sources import UploadSource

# A small upload takes hardly longer than its note, and is hardly ever killed.
_MIN_SIZE: Final = 1 << 20
_MAX_AGE: Final = 30 * 24 * 3600


class UploadCheckpoint:
    """The note about one upload: which object was made for it.

    Attributes:
        resource_id: Id of the object that an earlier run made; None where there is none.
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
    def of(cls, source: UploadSource, *purpose: object) -> Iterator[Self]:
        """Open the note for a source and a purpose; nobody else has it meanwhile.

        Args:
            source: What is sent. Only what lies at a path and is not small is remembered.
            *purpose: Where it goes: all that makes it another upload.

        Yields:
            The note. It remembers nothing where another process sends the same right now.
        """
        path = None
        if source.path is not None and source.size >= _MIN_SIZE and CAN_LOCK_FILES:
            key = json.dumps([os.path.realpath(source.path), source.mark, *purpose], default=str)
            path = _folder() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
        handle = None if path is None else _open_locked(path)
        note = cls(handle, path, in_parts=part_size(source.size) is not None)
        try:
            yield note
        finally:
            if handle is not None:
                handle.close()

    @property
    def is_resumable(self) -> bool:
        """Whether the next run will know of this upload and has something to resume."""
        return self._open is not None and self._in_parts

    @property
    def _open(self) -> LockedFile | None:
        """The file; None where there is none, and in a forked child, where it is its parent's."""
        return None if self._handle is None or self._handle.closed else self._handle

    def write(self, resource_id: int) -> None:
        """Remember the object.

        Args:
            resource_id: Its id.
        """
        self.resource_id = resource_id
        if (handle := self._open) is not None:
            os.ftruncate(handle.fileno(), 0)
            os.pwrite(handle.fileno(), json.dumps({"id": resource_id}).encode(), 0)

    def clear(self) -> None:
        """Forget it: it is done, or given up."""
        if self._open is not None and self._path is not None:
            self._path.unlink(missing_ok=True)


def _folder() -> Path:
    return get_config_path().parent / "uploads"


def _open_locked(path: Path) -> LockedFile | None:
    if path.parts[0] == "~":
        # Nobody has a home here, and a folder of this name is none.
        return None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(path.parent)
        while True:
            handle = LockedFile(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            # Its owner may have finished between the opening and the lock.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_ino == os.fstat(handle.fileno()).st_ino:
                    return handle
            handle.close()
    except OSError:
        # A home that cannot be written to is no reason not to send.
        return None


def _sweep(folder: Path) -> None:
    limit = time.time() - _MAX_AGE
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
