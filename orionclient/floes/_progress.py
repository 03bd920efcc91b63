"""What a running floe tells the local Orion besides its log: how far it is, and why it failed."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Final

from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER: Final[list[Path]] = []


def progress(fraction: float) -> None:
    """Tell how far the job is; outside a job of the local Orion nothing happens.

    Args:
        fraction: From 0 to 1.

    Raises:
        ValidationError: It is no such number.

    Example:
        >>> from orionclient.floes import progress
        >>> progress(0.5)
    """
    if not isinstance(fraction, int | float) or math.isnan(fraction) or not 0 <= fraction <= 1:
        raise ValidationError(f"progress is a number from 0 to 1, not {fraction!r:.60}")
    write_job_file("progress", f"{fraction:.4f}")


def set_job_folder(folder: Path) -> None:
    """Say where the job that this process runs has its folder.

    Args:
        folder: The folder.
    """
    _FOLDER[:] = [folder]


def write_job_file(name: str, text: str) -> None:
    """Put a small file into the folder of the job, whole or not at all.

    Args:
        name: Its name.
        text: Its content.
    """
    for folder in _FOLDER:
        # The server reads at any moment.
        beside = folder / f".{name}.{os.getpid()}"
        beside.write_text(text, "utf-8")
        beside.replace(folder / name)
