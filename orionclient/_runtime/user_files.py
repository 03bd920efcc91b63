"""Paths of settings and the encoding of small files that users write."""

from __future__ import annotations

import codecs
import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# UTF-32 is left out: its mark starts with that of UTF-16.
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def expand_home(path: str, environ: Mapping[str, str] | None = None) -> str:
    """Expand ``~`` and ``~user`` at the start of a path, since no shell does so in settings.

    Args:
        path: The path.
        environ: Environment variables. Defaults to those of the process.

    Returns:
        The path.

    Raises:
        ValueError: No home directory is known, so that the path would start with a folder named ``~``.
    """
    if not path.startswith("~"):
        return path
    environ = os.environ if environ is None else environ
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if home and path[1:2] in {"", "/", os.sep}:
        return home + path[1:]
    if path[1:2] in {"", "/"} and environ.get("HOME") == "" and os.name == "posix":
        # An empty variable would make the root folder the home directory.
        import pwd  # noqa: PLC0415 - not on Windows

        with contextlib.suppress(KeyError):
            return pwd.getpwuid(os.getuid()).pw_dir + path[1:]
        raise ValueError(f"no home directory is known for {path!r}; use an absolute path")
    found = os.path.expanduser(path)  # noqa: PTH111 - reports an unknown user by an unchanged path
    if found.startswith("~"):
        raise ValueError(f"no home directory is known for {path!r}; use an absolute path")
    return found


def decode_utf8(content: bytes) -> str:
    """Decode a small file as UTF-8, without the byte order mark that editors and shells of Windows write.

    Args:
        content: The bytes of the file.

    Returns:
        The string.

    Raises:
        ValueError: The file is not UTF-8; the message does not quote it.
    """
    if content.startswith(_UTF16_MARKS):
        raise ValueError("the file is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8") from None
