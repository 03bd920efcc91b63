"""Helpers on top of the session: published shard and sweep helpers, storage, file names, progress bars and reports, loaded lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient._runtime.lazy import attach

if TYPE_CHECKING:
    from orionclient.helpers import collections as collections
    from orionclient.helpers import filenames as filenames
    from orionclient.helpers import parameterize as parameterize
    from orionclient.helpers import progress as progress
    from orionclient.helpers import reports as reports
    from orionclient.helpers import storage as storage
else:
    __getattr__, __dir__, __all__ = attach(
        __name__, ["collections", "filenames", "parameterize", "progress", "reports", "storage"]
    )
    # A star import must not replace the module of the standard library.
    __all__ = [name for name in __all__ if name != "collections"]
