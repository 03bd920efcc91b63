"""Operations of `jobs`, one module per operation, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from . import cancel_job as cancel_job
    from . import create_job as create_job
    from . import delete_job as delete_job
    from . import delete_job_logs as delete_job_logs
    from . import download_job_logs as download_job_logs
    from . import get_job as get_job
    from . import get_job_log_size as get_job_log_size
    from . import list_jobs as list_jobs
    from . import update_job as update_job
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        [
            "cancel_job",
            "create_job",
            "delete_job",
            "delete_job_logs",
            "download_job_logs",
            "get_job",
            "get_job_log_size",
            "list_jobs",
            "update_job",
        ],
    )
