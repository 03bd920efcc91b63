"""`ocli`: the whole platform from the shell. Importing it loads nothing; `main` loads click, and each command what it needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `ocli`.

    Args:
        arguments: What stands after its name; those of the process without it.

    Raises:
        SystemExit: Always, with one of the documented exit codes.
    """
    try:
        from orionclient.cli.root import ocli  # noqa: PLC0415 - only who runs it pays for click
    except KeyboardInterrupt:
        sys.exit(130)
    ocli.main(None if arguments is None else list(arguments))
