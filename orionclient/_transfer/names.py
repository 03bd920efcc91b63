"""Build safe, unique file names for Linux, macOS and Windows from arbitrary names."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from typing import TYPE_CHECKING, Any, Final, TypeVar

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

P = TypeVar("P")
_MAX_BYTES: Final = 255
# A name above these limits becomes a single file name: paths are limited to 4,096 bytes on many systems, to less on some.
_MAX_COMPONENTS, _MAX_PATH_BYTES = 16, 1000
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
# Unicode categories: control, format (bidi marks, zero-width characters), surrogate, unassigned, line and paragraph separator. macOS
# rejects unassigned characters, and format characters can make a name look like another.
_CONTROL_CHARACTERS: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
# Dots and white space. Tabs and line separators are control characters.
_TRIMMED: Final = ". \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Windows device names, reserved with any extension too; superscript digits count as digits.
_RESERVED: Final = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(?:COM|LPT)[0-9\xb9\xb2\xb3])", re.IGNORECASE
)
_EXTENSION: Final = re.compile(r"(?:\.tar)?\.[^. ]{1,16}\Z", re.IGNORECASE)


def check_path(path: P) -> P:
    """Reject an empty path: it would mean the working directory, and is usually caused by an unset variable.

    Args:
        path: The path. Other values are not checked; ``Path("")`` is accepted, since it equals ``Path(".")``.

    Returns:
        The unchanged value.

    Raises:
        ValidationError: The path is empty.

    Example:
        >>> from orionclient._transfer.names import check_path
        >>> check_path("hits.sdf")
        'hits.sdf'
    """
    given: Any = path
    if isinstance(given, str | os.PathLike) and not os.fspath(given):
        raise ValidationError("the path is empty; pass a file or folder ('.' is the working directory)")
    return path


def check_folder_path(path: P) -> P:
    """Reject an empty path of a folder in Orion: it is usually caused by an unset variable.

    Args:
        path: The path. Other values are not checked.

    Returns:
        The unchanged value.

    Raises:
        ValidationError: The path is empty.
    """
    if isinstance(path, str) and not path:
        raise ValidationError("the path is empty; give the path of a folder in Orion, such as /hits, or omit it")
    return path


def safe_filename(name: str, *, default: str = "unnamed") -> str:
    """Convert an arbitrary name to a file name that is valid on Linux, macOS and Windows.

    Path separators, other characters that Windows rejects, control and bidi characters are replaced by ``_``. Leading and trailing dots
    and whitespace are removed, Windows device names and a leading ``-`` get a ``_``, and the name is truncated before its extension to 255
    bytes of UTF-8 in composed form (NFC). A safe name is unchanged. Different names may become equal; see `UniqueFilenames`.

    Args:
        name: Any string, for example the name of a resource.
        default: Name to use if nothing is left.

    Returns:
        The name, never empty.

    Example:
        >>> from orionclient.helpers.filenames import safe_filename
        >>> safe_filename("../../etc/passwd"), safe_filename("aux.txt"), safe_filename("IC50 < 5 nM?.csv"), safe_filename("..")
        ('_.._etc_passwd', '_aux.txt', 'IC50 _ 5 nM_.csv', 'unnamed')
    """
    return _make_safe(name) or _make_safe(default) or "unnamed"


class _UniqueStrings:
    """Strings that are made different from all earlier ones by a numeric suffix."""

    def __init__(self) -> None:
        # Short digests, to save memory with 500,000 names.
        self._taken: set[int] = set()
        # Last suffix used for each name, so that many equal names do not need a search from the start.
        self._last: dict[int, int] = {}

    def _add(self, wanted: str, folder: str = "") -> str:
        found, first = wanted, self._key(folder + wanted)
        while (key := self._key(folder + found)) in self._taken:
            self._last[first] = suffix = self._last.get(first, 1) + 1
            found = _with_suffix(wanted, f"-{suffix}")
        self._taken.add(key)
        return folder + found

    def _key(self, name: str) -> int:
        return _hash_key(_compare_key(name))


class UniqueFilenames(_UniqueStrings):
    """Builds safe file names that are unique within a folder or zip file, ignoring case and Unicode normalization.

    Args:
        taken: Existing names, for example of `os.listdir`.

    Example:
        >>> from orionclient.helpers.filenames import UniqueFilenames
        >>> names = UniqueFilenames(taken=["hits.sdf"])
        >>> names.add("hits.sdf"), names.add("HITS.sdf"), names.add("misses.sdf")
        ('hits-2.sdf', 'HITS-3.sdf', 'misses.sdf')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        super().__init__()
        self._taken.update(self._key(name) for name in taken)

    def add(self, name: str, *, default: str = "unnamed") -> str:
        """Convert a name to a safe name that is different from all earlier ones.

        Args:
            name: Any string.
            default: Name to use if nothing is left.

        Returns:
            The name, with a numeric suffix before the extension if the name is taken.
        """
        return self._add(safe_filename(name, default=default))


class UniqueNames(_UniqueStrings):
    """Makes names unique with numeric suffixes, without making them safe."""

    def add(self, name: str) -> str:
        """Make a name different from all earlier ones.

        Args:
            name: Any string; characters that cannot be encoded as UTF-8 are replaced.

        Returns:
            The name, with a numeric suffix before the extension if the name is taken.
        """
        return self._add(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))

    def _key(self, name: str) -> int:
        return _hash_key(name)


class UniquePaths(_UniqueStrings):
    """Builds safe, unique relative paths from names in which ``/`` separates folders and files."""

    def __init__(self) -> None:
        super().__init__()
        self._folders: dict[int, str] = {}

    def add(self, name: str, *, default: str = "unnamed") -> str:
        """Convert a name to a safe name that is different from all earlier ones.

        Args:
            name: Any string.
            default: Name to use if nothing is left.

        Returns:
            A relative path with ``/`` that never leads out of its base folder.
        """
        components = [component for component in name.split("/") if component not in {"", "."}] or [default]
        if len(components) > _MAX_COMPONENTS or len(name.encode(errors="replace")) > _MAX_PATH_BYTES:
            components = [name]
        *parents, last = components
        folder = ""
        for parent in parents:
            folder = self._folder(f"{folder}{safe_filename(parent, default='_')}")
        return self._add(safe_filename(last, default=default if last == default else "_"), folder)

    def _folder(self, wanted: str) -> str:
        """Find the folder for a name, with a trailing ``/``; its name gets a suffix if a file has the name."""
        found, suffix = wanted, 1
        while (key := self._key(found)) in self._taken and key not in self._folders:
            suffix += 1
            found = f"{wanted}-{suffix}"
        self._taken.add(key)
        return self._folders.setdefault(key, f"{found}/")


def prepare_path(folder: Path, relative: str) -> Path:
    """Create the parent folders of a file, without following symbolic links.

    Args:
        folder: The existing base folder.
        relative: A path built by `UniquePaths`.

    Returns:
        The path of the file.

    Raises:
        ValidationError: A component is a symbolic link, or the path exists and is not a regular file.
        OSError: A folder cannot be created.
    """
    path = folder
    *parents, last = relative.split("/")
    for parent in parents:
        path /= parent
        path.mkdir(exist_ok=True)
        if _is_link(path):
            raise ValidationError(f"{path} is a symbolic link, which is not followed; remove it")
    path /= last
    if _is_link(path):
        raise ValidationError(f"{path} is a symbolic link, which is not followed; remove it")
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise ValidationError(f"{path} exists and is not a file")
    return path


def _is_link(path: Path) -> bool:
    # Windows junctions are links too; Python 3.11 cannot detect them, but resolves them.
    if os.name == "nt" and path.is_dir():
        return path.is_symlink() or os.path.normcase(path.resolve()) != os.path.normcase(
            path.parent.resolve() / path.name
        )
    return path.is_symlink()


def _hash_key(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(errors="replace"), digest_size=8).digest())


def _make_safe(name: str) -> str:
    """Apply the rules until the name no longer changes; the result may be empty."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(
        "_" if character in _FORBIDDEN or unicodedata.category(character) in _CONTROL_CHARACTERS else character
        for character in name
    )
    while True:
        safe = _with_suffix(name.strip(_TRIMMED), "").strip(_TRIMMED)
        if safe.startswith("-"):
            safe = f"_{safe[1:]}"
        if _RESERVED.fullmatch(safe.partition(".")[0].rstrip()):
            safe = f"_{safe}"
        if safe == name:
            return name
        name = safe


def _with_suffix(name: str, suffix: str) -> str:
    """Insert a suffix before the extension, and truncate the stem to the maximum length."""
    found = _EXTENSION.search(name, 1)
    stem, extension = (name[: found.start()], found.group()) if found else (name, "")
    space = _MAX_BYTES - len((suffix + extension).encode())
    return stem.encode()[:space].decode(errors="ignore") + suffix + extension


def _compare_key(name: str) -> str:
    """Build a key that is equal for names that Windows or macOS treat as equal, and for a few more."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).upper().casefold())
