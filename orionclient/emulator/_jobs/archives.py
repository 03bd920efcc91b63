"""Extraction of untrusted package archives.

Only folders and regular files are written, only below the target folder and only within the limits. A link is replaced by a copy of
the file in the archive that it points to, so that no link on disk points elsewhere. All other members are rejected.
"""

from __future__ import annotations

import gzip
import posixpath
import re
import shutil
import tarfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orionclient.emulator import _strictjson
from orionclient.emulator._problems import NO_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"
REQUIRED = ("name", "version", "python_version", "requirements")

_CHUNK_SIZE = 256 * 1024
# Bounds one read: the header of a member can declare extensions of any length, which `tarfile` reads at once.
_MAX_READ = 1024 * 1024
_MAX_PATH = 1000


class BadArchiveError(ValueError):
    """An archive that is not a valid package."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits for the content of an archive."""

    size: int = 1024**3
    members: int = 20_000


class _BoundedFile:
    """The decompressed bytes of an archive up to a limit, with the file methods that `tarfile` needs."""

    def __init__(self, file: gzip.GzipFile, most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MAX_READ:
            raise BadArchiveError("The archive has a member whose header is too long.")
        self._check(self._file.tell() + size)
        return self._file.read(size)

    def seek(self, position: int) -> int:
        self._check(position)
        return self._file.seek(position)

    def tell(self) -> int:
        return self._file.tell()

    def _check(self, position: int) -> None:
        if position > self._most:
            raise BadArchiveError("The archive is too large when decompressed.")


def extract(archive: Path, folder: Path, bounds: ArchiveLimits | None = None) -> Mapping[str, Any]:
    """Extract a package into a new folder, and return its manifest. If extraction fails, the folder is removed.

    If the package is inside a single top-level folder of the archive, as in source archives, the content of that folder is extracted.

    Raises:
        BadArchiveError: The archive is not a valid package.
        OSError: Writing to disk failed.
    """
    folder.mkdir(parents=True)
    try:
        with _rejecting(), gzip.open(archive, "rb") as extracted:
            _Extraction(folder, bounds or ArchiveLimits()).run(extracted)
        return _read_manifest(_strip_folder(folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _rejecting() -> Iterator[None]:
    """Convert the exceptions of a broken archive to `BadArchiveError`."""
    try:
        yield
    except BadArchiveError:
        raise
    except gzip.BadGzipFile:
        raise BadArchiveError(
            "The archive is not compressed with gzip, or it is damaged; upload a tar.gz archive."
        ) from None
    except (EOFError, zlib.error):
        raise BadArchiveError("The archive is truncated or damaged.") from None
    except (tarfile.TarError, ValueError, OverflowError, RecursionError):
        # RecursionError: `tarfile` reads headers that are followed by another header recursively.
        raise BadArchiveError("The archive is not a tar archive, or it is damaged; upload a tar.gz archive.") from None
    except OSError as error:
        # A full disk is not an error of the archive.
        if error.errno in NO_SPACE:
            raise
        raise BadArchiveError(f"The archive cannot be decompressed: {error.strerror}.") from None


class _Extraction:
    """The extraction of one archive into a folder."""

    def __init__(self, folder: Path, bounds: ArchiveLimits) -> None:
        self._folder = folder
        self._bounds = bounds
        self._size = 0
        self._links: dict[str, str] = {}

    def run(self, extracted: gzip.GzipFile) -> None:
        # Allows for the headers, of which a member can have several.
        most = self._bounds.size + self._bounds.members * 4096
        with tarfile.open(fileobj=_BoundedFile(extracted, most), mode="r:") as tar:  # type: ignore[call-overload]
            for count, member in enumerate(tar, 1):
                if count > self._bounds.members:
                    raise BadArchiveError(f"The archive has more than {self._bounds.members} members.")
                self._take(tar, member)
                # Otherwise `tarfile` holds all members in memory.
                tar.members.clear()
        self._follow_links()

    def _take(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        name = _is_inside(member.name, "", member.name)
        if member.isdir():
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        elif member.issym() or member.islnk():
            base = posixpath.dirname(name) if member.issym() else ""
            self._links[name] = _is_inside(member.linkname, base, member.name)
        elif member.isreg():
            self._count(member.size)
            source = tar.extractfile(member)
            if source is not None:
                self._write(name, source, member)
        else:
            raise BadArchiveError(f"The member {_quote(member.name)} is not a file, folder or link.")

    def _write(self, name: str, source: Any, member: tarfile.TarInfo) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._links.pop(name, None)
        left = member.size
        with path.open("wb") as file:
            while left and (chunk := source.read(min(left, _CHUNK_SIZE))):
                file.write(chunk)
                left -= len(chunk)
        if left:
            raise BadArchiveError("The archive is truncated or damaged.")
        if member.mode & 0o100:
            path.chmod(0o755)

    def _follow_links(self) -> None:
        # The target of a link is resolved first if it is a link itself; `seen` stops at cycles.
        while self._links:
            way = [next(iter(self._links))]
            seen = set(way)
            while way:
                name = way[-1]
                target = self._links[name]
                if target in self._links and target not in seen:
                    way.append(target)
                    seen.add(target)
                    continue
                self._copy(name, target)
                del self._links[way.pop()]

    def _copy(self, name: str, target: str) -> None:
        source, path = self._folder / target, self._folder / name
        if not source.is_file():
            raise BadArchiveError(
                f"The link {_quote(name)} points to {_quote(target)}, which is not a file of the archive."
            )
        self._count(source.stat().st_size)
        path.parent.mkdir(parents=True, exist_ok=True)
        if source != path:
            shutil.copy(source, path)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self._bounds.size:
            raise BadArchiveError(f"The archive has more than {self._bounds.size} bytes when decompressed.")


def _is_inside(path: str, base: str, member: str) -> str:
    """Normalize a path relative to the archive's root, rejecting any that escapes it on any operating system."""
    parts = path.split("/")
    whole = posixpath.normpath(posixpath.join(base, path))
    is_link = bool(base) or path != member
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or "\\" in path:
        raise BadArchiveError(f"The member {_quote(member)} has an absolute or non-POSIX path.")
    if whole.split("/")[0] == ".." or (".." in parts and not is_link):
        raise BadArchiveError(f"The member {_quote(member)} points outside the archive.")
    if not path or len(path) > _MAX_PATH or any(ord(letter) < 32 for letter in path):
        raise BadArchiveError(f"The member {_quote(member)} does not have a valid name.")
    return whole


def _quote(name: str) -> str:
    return repr(name[:200].encode("utf-8", "replace").decode())


def _strip_folder(folder: Path) -> Path:
    """If a folder contains only another folder, move the content of that one up."""
    found = list(folder.iterdir())
    if len(found) == 1 and found[0].is_dir():
        inner = folder.with_name(f"{folder.name}.inner")
        found[0].rename(inner)
        folder.rmdir()
        inner.rename(folder)
    return folder


def _read_manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise BadArchiveError(f"The archive has no {MANIFEST}.")
    if path.stat().st_size > _MAX_READ:
        raise BadArchiveError(f"The {MANIFEST} is larger than {_MAX_READ} bytes.")
    try:
        manifest = _strictjson.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadArchiveError(f"The {MANIFEST} is not valid UTF-8.") from None
    except ValueError as error:
        raise BadArchiveError(f"The {MANIFEST} is not valid: {error}.") from None
    if not isinstance(manifest, dict):
        raise BadArchiveError(f"The {MANIFEST} is not a JSON object.")
    if missing := [name for name in REQUIRED if name not in manifest]:
        raise BadArchiveError(f"The {MANIFEST} lacks the fields: {', '.join(missing)}.")
    for name in ("name", "version"):
        if not isinstance(manifest[name], str) or not 1 <= len(manifest[name]) <= 255:
            raise BadArchiveError(f"The {name} in the {MANIFEST} must be a string of 1 to 255 characters.")
    return manifest
