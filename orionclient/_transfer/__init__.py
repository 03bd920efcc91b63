"""Content on its way: upload sources, plans of parts, byte-range downloads, digests and progress; loaded when used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orionclient._runtime.lazy import attach

if TYPE_CHECKING:
    from orionclient._transfer import content as content
    from orionclient._transfer import downloads as downloads
    from orionclient._transfer import many as many
    from orionclient._transfer import progress as progress
    from orionclient._transfer import sources as sources
else:
    __getattr__, __dir__, __all__ = attach(__name__, ["content", "downloads", "many", "progress", "sources"])
