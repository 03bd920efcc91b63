"""Temporary files and folders that only the process which created them removes, not its forked children."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


def remove_at_end(owner: Any, path: str) -> weakref.finalize[[str, int], Any]:
    """Remove a file or folder when its owner is garbage-collected, at the latest at interpreter exit.

    Args:
        owner: Any object.
        path: The file or folder.

    Returns:
        The finalizer; calling it removes the path immediately.
    """
    return weakref.finalize(owner, _remove, path, os.getpid())


def _remove(path: str, process: int) -> None:
    if os.getpid() != process:
        return
    if os.path.isdir(path):  # noqa: PTH112 - runs at interpreter exit, when pathlib may be gone
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        os.unlink(path)  # noqa: PTH108 - as above
    except FileNotFoundError:
        return


class TemporaryFolder:
    """A temporary folder as a context manager, which returns its path and removes the folder with its contents on exit.

    Args:
        prefix: Start of the folder's name.
        suffix: End of the folder's name.
        parent: Folder to create it in. Defaults to the system's folder for temporary files.
    """

    def __init__(self, prefix: str, suffix: str = "", parent: str | os.PathLike[str] | None = None) -> None:
        self._path = tempfile.mkdtemp(suffix, prefix, parent)
        self._finalizer = remove_at_end(self, self._path)

    def __enter__(self) -> str:
        return self._path

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._finalizer()
