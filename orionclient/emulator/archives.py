"""Archives of packages: read without trusting them.

Only folders and regular files are ever written, below the one folder, and never more than the bounds. A link becomes a copy of the file of
the archive that it leads to, so that nothing on the disk leads anywhere else. Everything else is rejected.
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

from orionclient.emulator import strictjson
from orionclient.emulator.problems import NO_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"
REQUIRED = ("name", "version", "python_version", "requirements")

_CHUNK_SIZE = 256 * 1024
# The head of a member can announce extensions of any length, which `tarfile` reads at once.
_MAX_CONCURRENT = 1024 * 1024
_MAX_PATH = 1000


class BadArchiveError(ValueError):
    """Something that is no package; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The most that an archive may hold."""

    size: int = 1024**3
    members: int = 20_000


class _BoundedFile:
    """The decompressed bytes of an archive, up to a bound; what `tarfile` needs of a file and no more."""

    def __init__(self, file: gzip.GzipFile, most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MAX_CONCURRENT:
            raise BadArchiveError("The archive has a member whose description is too long.")
        self._check(self._file.tell() + size)
        return self._file.read(size)

    def seek(self, position: int) -> int:
        self._check(position)
        return self._file.seek(position)

    def tell(self) -> int:
        return self._file.tell()

    def _check(self, position: int) -> None:
        if position > self._most:
            raise BadArchiveError("The archive is too large decompressed.")


def extract(archive: Path, folder: Path, bounds: ArchiveLimits | None = None) -> Mapping[str, Any]:
    """Unpack a package into a folder, which is made; gives its manifest. Where it fails, the folder is gone.

    The package may lie in one folder inside the archive, as in archives of sources; then that folder's content is decompressed.

    Raises:
        BadArchiveError: It is no package, or one that is rejected.
        OSError: The disk failed.
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
    """What comes of a broken archive, as one error."""
    try:
        yield
    except BadArchiveError:
        raise
    except gzip.BadGzipFile:
        raise BadArchiveError(
            "The archive is not compressed with gzip, or it is damaged; a tar.gz is needed."
        ) from None
    except (EOFError, zlib.error):
        raise BadArchiveError("The archive is cut off or damaged.") from None
    except (tarfile.TarError, ValueError, OverflowError, RecursionError):
        # `tarfile` reads heads that announce another head one inside the other.
        raise BadArchiveError("The archive is no tar archive, or it is damaged; a tar.gz is needed.") from None
    except OSError as error:
        # A full disk is no fault of the archive.
        if error.errno in NO_SPACE:
            raise
        raise BadArchiveError(f"The archive cannot be decompressed: {error.strerror}.") from None


class _Extraction:
    """One archive on its way into a folder."""

    def __init__(self, folder: Path, bounds: ArchiveLimits) -> None:
        self._folder = folder
        self._bounds = bounds
        self._size = 0
        self._links: dict[str, str] = {}

    def run(self, extracted: gzip.GzipFile) -> None:
        # Room for the heads, of which a member may have some.
        most = self._bounds.size + self._bounds.members * 4096
        with tarfile.open(fileobj=_BoundedFile(extracted, most), mode="r:") as tar:  # type: ignore[call-overload]
            for count, member in enumerate(tar, 1):
                if count > self._bounds.members:
                    raise BadArchiveError(f"The archive has more than {self._bounds.members} members.")
                self._take(tar, member)
                # `tarfile` remembers every one.
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
            raise BadArchiveError(f"The member {_quote(member.name)} is neither a file nor a folder nor a link.")

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
            raise BadArchiveError("The archive is cut off or damaged.")
        if member.mode & 0o100:
            path.chmod(0o755)

    def _follow_links(self) -> None:
        # A link to a link waits until that is a copy; each is looked at once, and one that leads back to itself is none to wait for.
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
                f"The link {_quote(name)} leads to {_quote(target)}, which is no file of the archive."
            )
        self._count(source.stat().st_size)
        path.parent.mkdir(parents=True, exist_ok=True)
        if source != path:
            shutil.copy(source, path)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self._bounds.size:
            raise BadArchiveError(f"The archive is too large decompressed; {self._bounds.size} bytes are accepted.")


def _is_inside(path: str, base: str, member: str) -> str:
    """A path of the archive from its root, or a rejection. Other systems' ways to leave a folder count too."""
    parts = path.split("/")
    whole = posixpath.normpath(posixpath.join(base, path))
    is_link = bool(base) or path != member
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or "\\" in path:
        raise BadArchiveError(f"The member {_quote(member)} has an absolute path or one of another system.")
    if whole.split("/")[0] == ".." or (".." in parts and not is_link):
        raise BadArchiveError(f"The member {_quote(member)} leads out of the archive.")
    if not path or len(path) > _MAX_PATH or any(ord(letter) < 32 for letter in path):
        raise BadArchiveError(f"The member {_quote(member)} has no usable name.")
    return whole


def _quote(name: str) -> str:
    return repr(name[:200].encode("utf-8", "replace").decode())


def _strip_folder(folder: Path) -> Path:
    """Where the only thing in a folder is another one, move the content of that up."""
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
    if path.stat().st_size > _MAX_CONCURRENT:
        raise BadArchiveError(f"The {MANIFEST} is larger than {_MAX_CONCURRENT} bytes.")
    try:
        manifest = strictjson.loads(path.read_bytes().decode())
    except UnicodeDecodeError:
        raise BadArchiveError(f"The {MANIFEST} is not UTF-8.") from None
    except ValueError as error:
        raise BadArchiveError(f"The {MANIFEST} cannot be read: {error}.") from None
    if not isinstance(manifest, dict):
        raise BadArchiveError(f"The {MANIFEST} is no JSON object.")
    if missing := [name for name in REQUIRED if name not in manifest]:
        raise BadArchiveError(f"The {MANIFEST} lacks: {', '.join(missing)}.")
    for name in ("name", "version"):
        if not isinstance(manifest[name], str) or not 1 <= len(manifest[name]) <= 255:
            raise BadArchiveError(f"The {name} in the {MANIFEST} must be a text of 1 to 255 characters.")
    return manifest
