"""Operations of `shards`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import close_shard as close_shard
    from . import create_shard as create_shard
    from . import delete_shard as delete_shard
    from . import download_shard as download_shard
    from . import get_shard as get_shard
    from . import list_shards as list_shards
    from . import update_shard as update_shard
    from . import upload_shard_content as upload_shard_content
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "close_shard",
            "create_shard",
            "delete_shard",
            "download_shard",
            "get_shard",
            "list_shards",
            "update_shard",
            "upload_shard_content",
        ],
    )
