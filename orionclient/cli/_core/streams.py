"""Write to standard output and standard error in any encoding: what the encoding does not have is escaped."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, Final

import click

# Error handlers that always write something; the user may choose one of them with PYTHONIOENCODING.
_LENIENT: Final = frozenset({"backslashreplace", "ignore", "namereplace", "replace", "xmlcharrefreplace"})


class _ClosedInput(io.RawIOBase):
    """Standard input whose descriptor the caller closed, for example with `<&-`."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ARG002 - signature of io
        raise OSError("standard input is closed")


def prepare_streams() -> None:
    """Escape characters that the encoding of a stream does not have.

    What is written to a closed stream is discarded; reading a closed standard input is an error.
    """
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_ClosedInput()))
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # The descriptor was closed by the caller, for example with `>&-`.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open until the process exits
        elif isinstance(stream, io.TextIOWrapper) and stream.errors not in _LENIENT:
            stream.reconfigure(errors="backslashreplace")


def can_encode(string: str, stream: Any) -> bool:
    """Check whether the encoding of a stream has all characters of a string.

    Args:
        string: The string.
        stream: Standard output or standard error.

    Returns:
        True if it has.
    """
    try:
        string.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def escape_unencodable(string: str, stream: Any) -> str:
    """Escape the characters that the encoding of a stream does not have, as Python does in string literals.

    Args:
        string: The string.
        stream: Standard output or standard error. The error handler that the user chose for it, such as `replace`, applies.

    Returns:
        The string as it appears in the stream.
    """
    if can_encode(string, stream):
        return string
    encoding = getattr(stream, "encoding", None) or "utf-8"
    errors = getattr(stream, "errors", None)
    string = string.replace("…", "...")
    return string.encode(encoding, errors if errors in _LENIENT else "backslashreplace").decode(encoding)


def echo(string: str = "", *, err: bool = False, nl: bool = True, color: bool | None = None) -> None:
    """Print a string. In contrast to `click.echo`, UTF-8 is not written to a stream whose encoding is ASCII.

    Args:
        string: The string.
        err: True for standard error.
        nl: True adds a line break.
        color: True keeps colours, False removes them. If None, they remain on a terminal.
    """
    stream = sys.stderr if err else sys.stdout
    click.echo(escape_unencodable(string, stream), file=stream, nl=nl, color=color)
