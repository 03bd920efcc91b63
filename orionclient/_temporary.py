"""Temporary files and folders that only the process which made them removes: a forked child that ends leaves them to its parent."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


def remove_at_end(owner: Any, path: str) -> weakref.finalize[[str, int], Any]:
    """Have a file or folder removed when its owner is gone, at the latest at the end of this process.

    Args:
        owner: Any object.
        path: The file or folder.

    Returns:
        What removes it earlier when it is called.
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
    """A folder for `with`, which gives its path, and removes it with all that it holds.

    Args:
        prefix: Start of its name.
        suffix: End of its name.
        parent: Folder to put it in; defaults to the system's folder for temporary files.
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
