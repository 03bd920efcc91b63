"""What this machine remembers of an upload that is under way, so that the next run of the same program goes on with it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Final, Self

from orionclient.config import config_path
from orionclient.transfer.plans import part_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orionclient.transfer.sources import Opened

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

# A small upload takes hardly longer than its note, and is hardly ever killed.
_WORTH_A_NOTE: Final = 1 << 20
_FORGOTTEN_AFTER: Final = 30 * 24 * 3600


class Unfinished:
    """The note about one upload: which object was made for it.

    Attributes:
        resource_id: Id of the object that an earlier run made; None where there is none.
    """

    def __init__(self, handle: int | None, path: Path | None, *, in_parts: bool) -> None:
        self._handle = handle
        self._path = path
        self._in_parts = in_parts
        self.resource_id: int | None = None
        if handle is not None:
            with contextlib.suppress(ValueError, TypeError, AttributeError):
                found = json.loads(os.pread(handle, 1000, 0).decode("ascii", "replace") or "{}").get("id")
                self.resource_id = found if isinstance(found, int) else None

    @classmethod
    @contextlib.contextmanager
    def of(cls, source: Opened, *purpose: object) -> Iterator[Self]:
        """Open the note for a source and a purpose; nobody else has it meanwhile.

        Args:
            source: What is sent. Only what lies at a path and is not small is remembered.
            *purpose: Where it goes: all that makes it another upload.

        Yields:
            The note. It remembers nothing where another process sends the same right now.
        """
        path = None
        if source.path is not None and source.size >= _WORTH_A_NOTE and fcntl is not None:
            key = json.dumps([os.path.realpath(source.path), source.mark, *purpose], default=str)
            path = _folder() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
        handle = None if path is None else _locked(path)
        note = cls(handle, path, in_parts=part_size(source.size) is not None)
        try:
            yield note
        finally:
            if handle is not None:
                os.close(handle)

    @property
    def remembers(self) -> bool:
        """Whether the next run will know of this upload and has something to go on with."""
        return self._handle is not None and self._in_parts

    def write(self, resource_id: int) -> None:
        """Remember the object.

        Args:
            resource_id: Its id.
        """
        self.resource_id = resource_id
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, json.dumps({"id": resource_id}).encode(), 0)

    def clear(self) -> None:
        """Forget it: it is done, or given up."""
        if self._handle is not None and self._path is not None:
            self._path.unlink(missing_ok=True)


def _folder() -> Path:
    return config_path().parent / "uploads"


def _locked(path: Path) -> int | None:
    if fcntl is None:  # pragma: no cover - Windows
        return None
    if path.parts[0] == "~":
        # Nobody has a home here, and a folder of this name is none.
        return None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(path.parent)
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if path.stat().st_ino == os.fstat(handle).st_ino:
                    return handle
            except FileNotFoundError:
                # Its owner finished between the opening and the lock.
                pass
            except OSError:
                os.close(handle)
                return None
            os.close(handle)
    except OSError:
        # A home that cannot be written to is no reason not to send.
        return None


def _sweep(folder: Path) -> None:
    limit = time.time() - _FORGOTTEN_AFTER
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
