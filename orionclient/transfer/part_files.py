"""The part of a download that is kept beside its target: one writer at a time, resumed by the next run, moved into place when whole."""

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

from attrs import asdict, define, field

from orionclient._locks import CAN_LOCK_FILES, LockedFile, close_in_child
from orionclient.exceptions import NotEnoughDiskError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# What is less is fetched again sooner than it is worth a file that stays behind.
_MIN_KEPT_SIZE: Final = 1 << 20
_VERSION: Final = 1
# Downloads of the same at the same time whose parts the next run finds, beside the first.
_MAX_SIBLINGS: Final = 4
# A strong etag as it may stand in a header.
_STRONG_ETAG: Final = re.compile(r'"[!#-~\x80-\xff]*"')
_MAX_JOURNAL_SIZE: Final = 1 << 20


@define
class Journal:
    """What is known of a part: of which content it is, and which bytes of it are there.

    Attributes:
        what: Name of the object, independent of the address.
        etag: The mark of this content.
        size: Its size in bytes.
        done: Chunks that are there, as pairs of start and end; None where all that the file holds is there.
        digest: Its digest as the value of a header (RFC 9530); None where none was announced.
        version: Form of this record.
    """

    what: str
    etag: str
    size: int
    done: list[list[int]] | None = None
    digest: str | None = None
    version: int = field(default=_VERSION)


class PartFile:
    """A file beside the target that nobody else writes at the same time.

    Args:
        target: Where the content goes at the end.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self.path: Path = target.with_name(_part_name(target.name))
        self._shared = True
        self._handle: LockedFile | io.FileIO | None = _open_locked(self.path)
        if self._handle is None:
            # Another download of the same is under way; both are right, and the last one wins.
            self._shared = False
            self._handle = self._open_private()
        else:
            self._sweep()

    def _open_private(self) -> LockedFile | io.FileIO:
        shared = self.path
        # Where nothing can be locked, trying would leave an empty file of each name.
        for self.path in _sibling_paths(shared) if _supports_locks(shared.parent) else []:
            handle = _open_locked(self.path)
            if handle is not None:
                return handle
        self.path = shared.with_name(f"{shared.name}.{secrets.token_hex(4)}")
        file = io.FileIO(_open(self.path, os.O_EXCL), "r+")
        close_in_child(file)
        return file

    def _sweep(self) -> None:
        """Remove what others left that were killed; who is at work holds a lock."""
        for path in _sibling_paths(self.path):
            if os.path.lexists(path):
                handle = _open_locked(path)
                if handle is not None:
                    path.unlink(missing_ok=True)
                    handle.close()

    @property
    def _journal_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    def read_journal(self, what: str) -> Journal | None:
        """Find out what an earlier run left.

        Args:
            what: Name of the object.

        Returns:
            The record; None where there is nothing to resume.
        """
        if not self._shared:
            return None
        try:
            record = Journal(**json.loads(_read_journal_file(self._journal_path)))
            held = self.path.stat().st_size
            chunks = [(int(start), int(end)) for start, end in record.done or []]
            fits = all(0 <= start < end <= held for start, end in chunks) and 0 < held <= record.size
            usable = (record.version, record.what) == (_VERSION, what) and _STRONG_ETAG.fullmatch(
                record.etag
            ) is not None
            usable = usable and isinstance(record.digest, str | None)
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return record if usable and fits and isinstance(record.size, int) else None

    def write_journal(self, record: Journal) -> None:
        """Record what the part is, in one step.

        Args:
            record: The record.
        """
        if not self._shared:
            return
        temporary = self._journal_path.with_name(f"{self._journal_path.name}.new")
        try:
            # Never through a link that somebody else left.
            temporary.unlink(missing_ok=True)
            with os.fdopen(_open(temporary, os.O_EXCL), "w", encoding="utf-8") as stream:
                json.dump(asdict(record), stream)
            temporary.replace(self._journal_path)
        except BaseException as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            if not isinstance(error, OSError):
                raise
            # A download needs it only once it broke; what it told before may not hold any more.
            self._remove_journal()

    def _remove_journal(self) -> None:
        try:
            self._journal_path.unlink(missing_ok=True)
        except OSError:
            # A folder in its place tells nothing.
            if not self._journal_path.is_dir():
                raise

    def size(self) -> int:
        """Give the number of bytes that the file holds.

        Returns:
            The number.
        """
        return self.path.stat().st_size

    def truncate(self, size: int = 0) -> None:
        """Forget what the file holds.

        Args:
            size: Size of the file afterwards, all zeros.
        """
        self._remove_journal()
        with self.path.open("r+b") as stream:
            stream.truncate(0)
            stream.truncate(size)

    def open_at(self, position: int) -> IO[bytes]:
        """Open the file for one writer.

        Args:
            position: Where it starts.

        Returns:
            The open file, unbuffered.
        """
        stream: Any = self.path.open("r+b", buffering=0)
        stream.seek(position)
        return stream  # type: ignore[no-any-return]

    def commit(self, *, durable: bool) -> None:
        """Move the part into place.

        Args:
            durable: True brings it to the disk first, so that it survives the loss of power.
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

    def close(self, *, keep: bool) -> None:
        """End the writing.

        Args:
            keep: True leaves what is there for the next run, if it is worth it.
        """
        handle, self._handle = self._handle, None
        if handle is None or handle.closed:
            # The second is so in a forked child, where the file is still its parent's.
            return
        # An interrupt may come just after the move. What is under this name then may be the part of somebody else.
        held = os.fstat(handle.fileno())
        try:
            ours, gone = self.path.stat().st_ino == held.st_ino, False
        except FileNotFoundError:
            ours, gone = False, True
        worth = keep and self._shared and ours and self._journal_path.exists() and held.st_size >= _MIN_KEPT_SIZE
        if not worth and self._shared and (ours or gone):
            self._remove_journal()
        if not worth and ours:
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


def _open_locked(path: Path) -> LockedFile | None:
    if not CAN_LOCK_FILES:  # pragma: no cover - Windows
        return None
    while True:
        try:
            descriptor = _open(path, 0)
        except OSError as error:
            if error.errno not in {errno.ELOOP, errno.EACCES, errno.EISDIR, errno.ENXIO}:
                raise
            # A link, a folder, or somebody else's: nothing to write to.
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
        # Its writer moved it into place between the opening and the lock.
        handle.close()


def _read_journal_file(record: Path) -> str:
    # Non-blocking, for a pipe would wait for its other end.
    handle = os.open(record, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a file", str(record))
        return stream.read(_MAX_JOURNAL_SIZE).decode("utf-8")


def _open(path: Path, flags: int) -> int:
    # 0666 less the umask, as any file that a program makes for its user; non-blocking, for a pipe would wait for its other end.
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, os.O_RDWR | os.O_CREAT | flags | extra, 0o666)


def _part_name(name: str) -> str:
    if len(os.fsencode(name)) <= 200:
        return f".{name}.part"
    # Folders take names of 255 bytes.
    return f".{name[:50]}.{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}.part"


def _sibling_paths(shared: Path) -> list[Path]:
    # Few and known, so that looking for what was left is no search through the folder. No target's own part ends like this.
    return [shared.with_name(f"{shared.name}.{number}") for number in range(2, 2 + _MAX_SIBLINGS)]


@contextlib.contextmanager
def disk_space_errors(path: Path) -> Iterator[None]:
    """Say it plainly where the disk is full.

    Args:
        path: What is written.

    Yields:
        Nothing.

    Raises:
        NotEnoughDiskError: Not enough free disk space.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NotEnoughDiskError(f"{path} could not be written: no room on the disk") from error
        raise


def _sync_folder(folder: Path) -> None:
    # The rename itself has to survive a crash; not every system lets a folder be opened.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
