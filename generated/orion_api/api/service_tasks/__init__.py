"""Operations of `service_tasks`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import create_service_task as create_service_task
    from . import delete_service_task as delete_service_task
    from . import download_service_task_logs as download_service_task_logs
    from . import get_service_task as get_service_task
    from . import list_service_tasks as list_service_tasks
    from . import update_service_task as update_service_task
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "create_service_task",
            "delete_service_task",
            "download_service_task_logs",
            "get_service_task",
            "list_service_tasks",
            "update_service_task",
        ],
    )
