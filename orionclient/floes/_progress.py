"""Report the progress and the failure reason of a running floe to the local Orion."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Final

from orionclient._runtime.plain import to_plain
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER: Final[list[Path]] = []


def progress(fraction: float) -> None:
    """Report the progress of the job. Has no effect outside of a job of the local Orion.

    Args:
        fraction: Progress from 0 to 1.

    Raises:
        ValidationError: `fraction` is not a number from 0 to 1.

    Example:
        >>> from orionclient.floes import progress
        >>> progress(0.5)
    """
    fraction = to_plain(fraction)
    if not isinstance(fraction, int | float) or math.isnan(fraction) or not 0 <= fraction <= 1:
        raise ValidationError(f"progress must be a number from 0 to 1, not {fraction!r:.60}")
    write_job_file("progress", f"{fraction:.4f}")


def set_job_folder(folder: Path) -> None:
    """Set the folder of the job that this process runs.

    Args:
        folder: The folder.
    """
    _FOLDER[:] = [folder]


def write_job_file(name: str, content: str) -> None:
    """Write a small file to the folder of the job atomically.

    Args:
        name: File name.
        content: Content of the file.
    """
    for folder in _FOLDER:
        # The server may read the file at any time.
        temporary = folder / f".{name}.{os.getpid()}"
        temporary.write_text(content, "utf-8")
        temporary.replace(folder / name)
