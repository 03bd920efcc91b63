"""Helpers for scripts: back-off with jitter, temporary paths and job tags."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

from orionclient._runtime.cancellation import wait
from orionclient._runtime.clock import CLOCK
from orionclient._runtime.plain import to_plain
from orionclient._runtime.temporary import Temporary

__all__ = ["Backoff", "TemporaryPath", "job_tag"]


def job_tag() -> str | None:
    """Return the tag that links outputs to the current job, as Orion's own floes set it (observed).

    Returns:
        ``Job <id>``; None outside a job. `tags=` ignores None, so the same code works in both places.

    Example:
        >>> from orionclient.utils import job_tag
        >>> job_tag() is None
        True
    """
    job = os.environ.get("ORION_JOB_ID", "").strip()
    return f"Job {job}" if job else None


class Backoff:
    """Exponential back-off with decorrelated jitter.

    Each wait is drawn between `base` and three times the previous wait, at most `cap` (documented defaults: ten waits from 0.1 s
    take about 192 s).

    Args:
        cap: Maximum wait in seconds.
        base: Minimum wait in seconds.
        backoff_dict: HTTP status -> (base, cap) in seconds for waits after that status.

    Example:
        >>> from orionclient.utils import Backoff
        >>> backoff = Backoff(cap=0.01, base=0.001)
        >>> backoff.sleep()
    """

    def __init__(
        self,
        cap: float = 90.0,
        base: float = 0.1,
        backoff_dict: Mapping[int, tuple[float, float]] | None = None,
    ) -> None:
        self.cap: float = to_plain(cap)
        self.base: float = to_plain(base)
        self.backoff_dict: dict[int, tuple[float, float]] = dict(backoff_dict or {})
        self._last: dict[int | None, float] = {}

    def next_wait(self, status: int | None = None) -> float:
        """Draw the next wait without waiting.

        Args:
            status: HTTP status that caused the wait; None if none.

        Returns:
            Seconds.
        """
        key = status if status in self.backoff_dict else None
        base, cap = self.backoff_dict[status] if key is not None and status is not None else (self.base, self.cap)
        wait = min(cap, CLOCK.uniform(base, max(base, self._last.get(key, base) * 3)))
        self._last[key] = wait
        return wait

    def sleep(self, status: int | None = None) -> None:
        """Wait, longer with each call on average.

        Args:
            status: HTTP status that caused the wait; None if none.
        """
        wait(self.next_wait(status))


class TemporaryPath(Temporary):
    """Path of a temporary file, which is removed on exit.

    As a context manager it returns the path as a str. Otherwise use the attribute `path`; the file is removed with the object.

    Args:
        suffix: End of the file's name, for example ``.sdf``; path separators in it are replaced, so that any name can be passed.
        prefix: Start of the file's name.
        dir: Folder to create it in. Defaults to the system's folder for temporary files.

    Attributes:
        path: The path; the file exists and is empty.

    Example:
        >>> from orionclient.utils import TemporaryPath
        >>> with TemporaryPath(suffix=".sdf") as path:
        ...     path.endswith(".sdf")
        True
    """

    def __init__(self, suffix: str | None = None, prefix: str | None = None, dir: str | None = None) -> None:  # noqa: A002 - tempfile's name
        safe = suffix and "".join("_" if character in "/\\\0" else character for character in suffix)
        handle, path = tempfile.mkstemp(safe, prefix, dir)
        os.close(handle)
        super().__init__(path)

    def __fspath__(self) -> str:
        return self.path
