"""Temporary files and folders that only the process which created them removes, not its forked children."""

from __future__ import annotations

import os
import shutil
import weakref


class Temporary:
    """A temporary file or folder, which is removed with this object, at the latest at interpreter exit.

    As a context manager it returns the path, and removes it on exit.

    Args:
        path: Path of the file or folder, which exists.

    Attributes:
        path: The path.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._finalizer = weakref.finalize(self, _remove, path, os.getpid())

    def __enter__(self) -> str:
        return self.path

    def __exit__(self, *_: object) -> None:
        self._finalizer()


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
