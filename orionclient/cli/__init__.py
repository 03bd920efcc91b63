"""The command line `ocli`. Importing this package imports no click; each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `ocli`.

    Args:
        arguments: The arguments after the program name. Defaults to those of the process.

    Raises:
        SystemExit: Always, with one of the documented exit codes.
    """
    try:
        from orionclient.cli._core.root import ocli  # noqa: PLC0415 - importing the package does not import click
    except KeyboardInterrupt:
        sys.exit(130)
    ocli.main(None if arguments is None else list(arguments))
