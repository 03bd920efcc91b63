"""Read the small files and the standard input that a call of `ocli` names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click

from orionclient._runtime.user_files import decode_utf8, expand_home
from orionclient.cli._core.state import get_state


def claim_stdin(source: str) -> BinaryIO:
    """Return standard input for the only parameter of this call that reads it.

    Args:
        source: How the parameter names standard input, for the message, for example ``--metadata @-``.

    Returns:
        The binary stream.

    Raises:
        click.UsageError: Another parameter reads it already. It has one content, which can be read once.
    """
    state = get_state()
    if state.stdin_source:
        raise click.UsageError(f"standard input is given twice: by {state.stdin_source} and by {source}")
    state.stdin_source = source
    return sys.stdin.buffer


def read_parameter_file(path: str, source: str) -> str:
    """Read a small UTF-8 file, with or without a byte order mark.

    Args:
        path: The file; ``-`` for standard input. ``~`` is expanded, since no shell does so after ``@``.
        source: How the parameter names the file, for messages.

    Returns:
        The content.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not UTF-8, or the home directory is unknown.
    """
    if path == "-":
        return decode_utf8(claim_stdin(source).read())
    return decode_utf8(Path(expand_home(path)).read_bytes())
