"""Names for files, made from names that somebody else chose: safe on Linux, macOS and Windows, and different within a folder."""

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
# Above these a name is no path any more but one long name: a path of many systems ends at 4,096 bytes, some at far less.
_MAX_COMPONENTS, _MAX_PATH_BYTES = 16, 1000
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
# Control, format (bidi marks, characters without width), surrogate and unassigned; line and paragraph separator. macOS rejects the
# unassigned ones, and format characters make a name look like another one.
_CONTROL_CHARACTERS: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
# Devices of Windows, with any extension too; the superscript digits count as digits there.
_RESERVED: Final = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(?:COM|LPT)[0-9\xb9\xb2\xb3])", re.IGNORECASE
)
_EXTENSION: Final = re.compile(r"(?:\.tar)?\.[^. ]{1,16}\Z", re.IGNORECASE)


def check_path(path: P) -> P:
    """Reject an empty path: it would mean the working folder, and is most often a variable that is not set.

    Args:
        path: What was given as a path; what is no path passes. ``Path("")`` passes too, for it cannot be told from ``Path(".")``.

    Returns:
        The same.

    Raises:
        ValidationError: It is empty.

    Example:
        >>> from orionclient.transfer.names import check_path
        >>> check_path("hits.sdf")
        'hits.sdf'
    """
    given: Any = path
    if isinstance(given, str | os.PathLike) and not os.fspath(given):
        raise ValidationError("the path is empty; name a file or folder ('.' is the working folder)")
    return path


def safe_filename(name: str, *, default: str = "unnamed") -> str:
    """Make a name that can be one file in a folder, whoever chose it and wherever it is stored.

    What no system may hold becomes ``_``: separators, the other characters that Windows rejects, control and bidi characters. Dots and
    blanks at the ends go, names of Windows devices and a leading ``-`` get a ``_``, and the name is cut, with its extension kept, to 255
    bytes of UTF-8 in the composed form (NFC). A safe name stays as it is. Two names may become the same one; see `UniqueFilenames`.

    Args:
        name: Any text, for example the name of a resource.
        default: What to use where nothing is left.

    Returns:
        The name, never empty.

    Example:
        >>> from orionclient.helpers.filenames import safe_filename
        >>> safe_filename("../../etc/passwd"), safe_filename("aux.txt"), safe_filename("IC50 < 5 nM?.csv"), safe_filename("..")
        ('_.._etc_passwd', '_aux.txt', 'IC50 _ 5 nM_.csv', 'unnamed')
    """
    return _make_safe(name) or _make_safe(default) or "unnamed"


class UniqueFilenames:
    """Safe names that differ within one folder or zip, also where neither case nor the form of accents counts.

    Args:
        taken: Names that are there already, for example those of `os.listdir`.

    Example:
        >>> from orionclient.helpers.filenames import UniqueFilenames
        >>> names = UniqueFilenames(taken=["hits.sdf"])
        >>> names.add("hits.sdf"), names.add("HITS.sdf"), names.add("misses.sdf")
        ('hits-2.sdf', 'HITS-3.sdf', 'misses.sdf')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {_compare_key(name) for name in taken}
        # How far it was counted for a name, so that many equal names need not be tried from the start each time.
        self._last: dict[str, int] = {}

    def add(self, name: str, *, default: str = "unnamed") -> str:
        """Make a name safe and different from all before.

        Args:
            name: Any text.
            default: What to use where nothing is left of it.

        Returns:
            The name; a number stands before its extension where the name itself is taken.
        """
        wanted = found = safe_filename(name, default=default)
        while _compare_key(found) in self._taken:
            self._last[_compare_key(wanted)] = number = self._last.get(_compare_key(wanted), 1) + 1
            found = _with_suffix(wanted, f"-{number}")
        self._taken.add(_compare_key(found))
        return found


class UniqueNames:
    """Names as they are, with a number where one came before; nothing is made safe."""

    def __init__(self) -> None:
        # Of 500,000 names a short digest is kept.
        self._taken: set[int] = set()
        self._last: dict[str, int] = {}

    def add(self, name: str) -> str:
        """Make a name different from all before.

        Args:
            name: Any text; what UTF-8 cannot hold is replaced.

        Returns:
            The name; a number stands before its extension where the name itself is taken.
        """
        wanted = found = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        while _hash_key(found) in self._taken:
            self._last[wanted] = number = self._last.get(wanted, 1) + 1
            found = _with_suffix(wanted, f"-{number}")
        self._taken.add(_hash_key(found))
        return found


class UniquePaths:
    """Safe relative paths that differ below one folder, made from names in which ``/`` parts folders from files."""

    def __init__(self) -> None:
        # As above, a short digest of each.
        self._files: set[int] = set()
        self._folders: dict[str, str] = {}
        self._last: dict[int, int] = {}

    def add(self, name: str, *, default: str = "unnamed") -> str:
        """Make a name safe and different from all before.

        Args:
            name: Any text.
            default: What to use where nothing is left of it.

        Returns:
            A relative path with ``/`` that never leads out of the folder it is joined to.
        """
        parts = [part for part in name.split("/") if part not in {"", "."}] or [default]
        if len(parts) > _MAX_COMPONENTS or len(name.encode(errors="replace")) > _MAX_PATH_BYTES:
            parts = [name]
        *above, last = parts
        folder = ""
        for part in above:
            folder = self._folder(f"{folder}{safe_filename(part, default='_')}")
        wanted = found = safe_filename(last, default=default if last == default else "_")
        while _hash_key(_compare_key(folder + found)) in self._files or _compare_key(folder + found) in self._folders:
            first = _hash_key(_compare_key(folder + wanted))
            self._last[first] = number = self._last.get(first, 1) + 1
            found = _with_suffix(wanted, f"-{number}")
        self._files.add(_hash_key(_compare_key(folder + found)))
        return folder + found

    def _folder(self, wanted: str) -> str:
        """A folder, with ``/`` at its end; another one where a file has its name."""
        found, number = wanted, 1
        while (known := self._folders.get(_compare_key(found))) is None and _hash_key(
            _compare_key(found)
        ) in self._files:
            number += 1
            found = f"{wanted}-{number}"
        return known or self._folders.setdefault(_compare_key(found), f"{found}/")


def prepare_path(folder: Path, relative: str) -> Path:
    """Make the folders above a file; nothing is written through a link.

    Args:
        folder: The folder that is not to be left; it is there.
        relative: A path that `UniquePaths` made.

    Returns:
        The path of the file.

    Raises:
        ValidationError: A link, or something that is no file, stands where the file or a folder is to be.
        OSError: A folder cannot be made.
    """
    path = folder
    *above, last = relative.split("/")
    for part in above:
        path /= part
        path.mkdir(exist_ok=True)
        if _is_link(path):
            raise ValidationError(f"{path} is a link; nothing is written through it")
    path /= last
    if _is_link(path):
        raise ValidationError(f"{path} is a link; nothing is written through it")
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise ValidationError(f"{path} is there and no file")
    return path


def _is_link(path: Path) -> bool:
    # Windows has a second kind of link to folders; Python 3.11 cannot tell it, but resolves it.
    if os.name == "nt" and path.is_dir():
        return path.is_symlink() or os.path.normcase(path.resolve()) != os.path.normcase(
            path.parent.resolve() / path.name
        )
    return path.is_symlink()


def _hash_key(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(errors="replace"), digest_size=8).digest())


def _make_safe(name: str) -> str:
    """Mend one thing after the other until nothing is left to mend; empty where nothing is left."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(
        "_" if character in _FORBIDDEN or unicodedata.category(character) in _CONTROL_CHARACTERS else character
        for character in name
    )
    while True:
        safe = _trim(_with_suffix(_trim(name), ""))
        if safe.startswith("-"):
            safe = f"_{safe[1:]}"
        if _RESERVED.fullmatch(safe.partition(".")[0].rstrip()):
            safe = f"_{safe}"
        if safe == name:
            return name
        name = safe


def _trim(name: str) -> str:
    start, end = 0, len(name)
    while start < end and (name[start] == "." or name[start].isspace()):
        start += 1
    while start < end and (name[end - 1] == "." or name[end - 1].isspace()):
        end -= 1
    return name[start:end]


def _with_suffix(name: str, mark: str) -> str:
    """Put a mark before the extension, and cut what stands before that until all of it fits."""
    found = _EXTENSION.search(name, 1)
    stem, extension = (name[: found.start()], found.group()) if found else (name, "")
    space = _MAX_BYTES - len((mark + extension).encode())
    return stem.encode()[:space].decode(errors="ignore") + mark + extension


def _compare_key(name: str) -> str:
    """What two names have in common that are one file for Windows or macOS; a few more fall together than there."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).upper().casefold())
