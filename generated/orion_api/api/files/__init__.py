"""Operations of `files`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_file as create_file
    from . import delete_file as delete_file
    from . import download_file as download_file
    from . import get_file as get_file
    from . import list_files as list_files
    from . import update_file as update_file
    from . import upload_file_content as upload_file_content
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_file",
            "delete_file",
            "download_file",
            "get_file",
            "list_files",
            "update_file",
            "upload_file_content",
        ],
    )
