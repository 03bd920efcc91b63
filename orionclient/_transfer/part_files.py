"""Manage part files of downloads: locked, resumable through a journal, and moved to the target when complete."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import re
import secrets
import stat
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final

from attrs import asdict, define

from orionclient._runtime.locks import CAN_LOCK_FILES, LockedFile, close_in_child
from orionclient.exceptions import NotEnoughDiskError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Smaller part files are deleted: fetching the bytes again is cheaper than leaving a file behind.
_MIN_KEPT_SIZE: Final = 1 << 20
_VERSION: Final = 1
# Number of part files for concurrent downloads to the same target, besides the first.
_MAX_SIBLINGS: Final = 4
# A strong ETag that is valid in a header.
_STRONG_ETAG: Final = re.compile(r'"[!#-~\x80-\xff]*"')
_MAX_JOURNAL_SIZE: Final = 1 << 20


@define
class Journal:
    """Journal of a part file: the identity of the content and the received byte ranges.

    Attributes:
        what: Key of the resource, independent of the URL.
        etag: Strong ETag of the content.
        size: Size of the content in bytes.
        done: Received byte ranges, as pairs of start and end; None if the part file has no gaps.
        digest: Digest of the content as a header value (RFC 9530); None if none was announced.
        version: Version of the journal format.
    """

    what: str
    etag: str
    size: int
    done: list[list[int]] | None = None
    digest: str | None = None
    version: int = _VERSION


class PartFile:
    """A part file beside the target, locked against other writers.

    Args:
        target: Path of the complete file.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self.path: Path = target.with_name(_part_name(target.name))
        self._shared = True
        self._handle: LockedFile | io.FileIO | None = open_locked(self.path)
        if self._handle is None:
            # Another download to this target is running. Both are valid; the last one to finish wins.
            self._shared = False
            self._handle = self._open_private()
        else:
            self._delete_abandoned()

    def _open_private(self) -> LockedFile | io.FileIO:
        shared = self.path
        # Without lock support, each attempt would leave an empty file.
        for self.path in _sibling_paths(shared) if _supports_locks(shared.parent) else []:
            handle = open_locked(self.path)
            if handle is not None:
                return handle
        self.path = shared.with_name(f"{shared.name}.{secrets.token_hex(4)}")
        file = io.FileIO(_open(self.path, os.O_EXCL), "r+")
        close_in_child(file)
        return file

    def _delete_abandoned(self) -> None:
        """Delete part files of killed processes; running downloads hold a lock."""
        for path in _sibling_paths(self.path):
            if os.path.lexists(path):
                handle = open_locked(path)
                if handle is not None:
                    path.unlink(missing_ok=True)
                    handle.close()

    @property
    def _journal_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    def read_journal(self, what: str) -> Journal | None:
        """Read the journal of an earlier run.

        Args:
            what: Key of the resource.

        Returns:
            The journal; None if there is nothing to resume.
        """
        if not self._shared:
            return None
        try:
            journal = Journal(**json.loads(_read_journal_file(self._journal_path)))
            size = self.path.stat().st_size
            ranges = [(int(start), int(end)) for start, end in journal.done or []]
            fits = all(0 <= start < end <= size for start, end in ranges) and 0 < size <= journal.size
            usable = (journal.version, journal.what) == (_VERSION, what) and _STRONG_ETAG.fullmatch(
                journal.etag
            ) is not None
            usable = usable and isinstance(journal.digest, str | None)
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return journal if usable and fits and isinstance(journal.size, int) else None

    def write_journal(self, journal: Journal) -> None:
        """Write the journal atomically.

        Args:
            journal: The journal.
        """
        if not self._shared:
            return
        temporary = self._journal_path.with_name(f"{self._journal_path.name}.new")
        try:
            # Never write through a link that another user created.
            temporary.unlink(missing_ok=True)
            with os.fdopen(_open(temporary, os.O_EXCL), "w", encoding="utf-8") as stream:
                json.dump(asdict(journal), stream)
            temporary.replace(self._journal_path)
        except BaseException as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            if not isinstance(error, OSError):
                raise
            # The download continues without a journal; an older one may no longer be valid.
            self._remove_journal()

    def _remove_journal(self) -> None:
        try:
            self._journal_path.unlink(missing_ok=True)
        except OSError:
            # A folder with this name cannot be mistaken for a journal.
            if not self._journal_path.is_dir():
                raise

    def size(self) -> int:
        """Get the size of the part file.

        Returns:
            The size in bytes.
        """
        return self.path.stat().st_size

    def truncate(self) -> None:
        """Discard the content and the journal."""
        self._remove_journal()
        with self.path.open("r+b") as stream:
            stream.truncate(0)

    def open_at(self, position: int) -> IO[bytes]:
        """Open the file for writing at a position.

        Args:
            position: Position of the first byte to write.

        Returns:
            The open file, unbuffered.
        """
        stream: Any = self.path.open("r+b", buffering=0)
        stream.seek(position)
        return stream  # type: ignore[no-any-return]

    def commit(self, *, durable: bool) -> None:
        """Move the part file to the target.

        Args:
            durable: True calls fsync before and after, so that the file survives a power failure.
        """
        with self.path.open("r+b") as stream:
            if durable:
                os.fsync(stream.fileno())
        with contextlib.suppress(FileNotFoundError):
            self.path.chmod(self._target.stat().st_mode & 0o7777)
        self.path.replace(self._target)
        self._shared = False
        self._remove_journal()
        if durable:
            _sync_folder(self._target.parent)

    def close(self) -> None:
        """Release the part file. Unless it was moved to the target, it stays for the next run if it can be resumed and is large enough."""
        handle, self._handle = self._handle, None
        if handle is None or handle.closed:
            # In a forked child the handle is closed: the file belongs to the parent.
            return
        # After an interrupted commit, the path may already be the part file of another process.
        status = os.fstat(handle.fileno())
        try:
            is_ours, is_gone = self.path.stat().st_ino == status.st_ino, False
        except FileNotFoundError:
            is_ours, is_gone = False, True
        keep = self._shared and is_ours and self._journal_path.exists() and status.st_size >= _MIN_KEPT_SIZE
        if not keep and self._shared and (is_ours or is_gone):
            self._remove_journal()
        if not keep and is_ours:
            self.path.unlink(missing_ok=True)
        handle.close()


def _supports_locks(folder: Path) -> bool:
    if not CAN_LOCK_FILES:  # pragma: no cover - Windows
        return False
    try:
        with tempfile.TemporaryFile(dir=folder) as stream:
            LockedFile(os.dup(stream.fileno())).close()
    except OSError:
        return False
    return True


def open_locked(path: Path, mode: int = 0o666) -> LockedFile | None:
    """Open or create a file and lock it.

    Args:
        path: Path of the file.
        mode: File mode of a new file, minus the umask.

    Returns:
        The file; None if another process has locked it, or if it is a link, a folder or a file of another user.

    Raises:
        OSError: The file cannot be opened or created.
    """
    if not CAN_LOCK_FILES:  # pragma: no cover - Windows
        return None
    while True:
        try:
            descriptor = _open(path, 0, mode)
        except OSError as error:
            if error.errno not in {errno.ELOOP, errno.EACCES, errno.EISDIR, errno.ENXIO}:
                raise
            return None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1 or status.st_uid != os.geteuid():
            os.close(descriptor)
            return None
        try:
            handle = LockedFile(descriptor)
        except OSError:
            return None
        with contextlib.suppress(FileNotFoundError):
            if os.stat(path, follow_symlinks=False).st_ino == status.st_ino:  # noqa: PTH116 - not through a link
                return handle
        # Another process moved or deleted the file between opening and locking it.
        handle.close()


def _read_journal_file(path: Path) -> str:
    # Non-blocking, since opening a pipe would block.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a file", str(path))
        return stream.read(_MAX_JOURNAL_SIZE).decode("utf-8")


def _open(path: Path, flags: int, mode: int = 0o666) -> int:
    # Non-blocking, since opening a pipe would block.
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, os.O_RDWR | os.O_CREAT | flags | extra, mode)


def _part_name(name: str) -> str:
    if len(os.fsencode(name)) <= 200:
        return f".{name}.part"
    # File names are limited to 255 bytes.
    return f".{name[:50]}.{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}.part"


def _sibling_paths(shared: Path) -> list[Path]:
    # A few known names, so that finding abandoned part files needs no listing of the folder. No target's first part file ends like this.
    return [shared.with_name(f"{shared.name}.{number}") for number in range(2, 2 + _MAX_SIBLINGS)]


@contextlib.contextmanager
def disk_space_errors(path: Path) -> Iterator[None]:
    """Convert disk-full errors to `NotEnoughDiskError`.

    Args:
        path: The path being written.

    Yields:
        Nothing.

    Raises:
        NotEnoughDiskError: Not enough free disk space.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NotEnoughDiskError(f"cannot write {path}: not enough free disk space") from error
        raise


def _sync_folder(folder: Path) -> None:
    # The rename itself must survive a crash. Not every system can open a folder.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
