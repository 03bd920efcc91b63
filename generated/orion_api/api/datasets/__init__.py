"""Operations of `datasets`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import add_records as add_records
    from . import create_dataset as create_dataset
    from . import delete_dataset as delete_dataset
    from . import download_dataset as download_dataset
    from . import finalize_dataset as finalize_dataset
    from . import get_dataset as get_dataset
    from . import get_record as get_record
    from . import list_datasets as list_datasets
    from . import list_records as list_records
    from . import update_dataset as update_dataset
    from . import upload_dataset_content as upload_dataset_content
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "add_records",
            "create_dataset",
            "delete_dataset",
            "download_dataset",
            "finalize_dataset",
            "get_dataset",
            "get_record",
            "list_datasets",
            "list_records",
            "update_dataset",
            "upload_dataset_content",
        ],
    )
