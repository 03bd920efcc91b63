"""Operations of `uploads`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import complete_upload as complete_upload
    from . import create_upload as create_upload
    from . import delete_upload as delete_upload
    from . import get_upload as get_upload
    from . import list_parts as list_parts
    from . import list_uploads as list_uploads
    from . import obtain_upload_targets as obtain_upload_targets
    from . import upload_part as upload_part
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "complete_upload",
            "create_upload",
            "delete_upload",
            "get_upload",
            "list_parts",
            "list_uploads",
            "obtain_upload_targets",
            "upload_part",
        ],
    )
