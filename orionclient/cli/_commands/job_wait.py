"""Wait for a job, and show its state and progress on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.streams import echo

if TYPE_CHECKING:
    from orionclient.cli._core.state import State
    from orionclient.types import WorkFloeJob


def wait_for_job(state: State, job: WorkFloeJob, deadline: float) -> None:
    """Wait until a job is complete, and print it.

    Args:
        state: The state of the call.
        job: The job.
        deadline: Maximum time to wait in seconds.
    """
    shown = _LogWriter(state)
    try:
        job.wait(timeout=deadline, on_progress=shown)
    finally:
        shown.end()
    state.out.print_item(job.to_dict(), sentence=f"{describe('Job', job.to_dict())} is {job.state}")


class _LogWriter:
    """Shows the state and progress of a job on a terminal."""

    def __init__(self, state: State) -> None:
        self._on = sys.stderr.isatty() and not state.quiet
        self._written = False

    def __call__(self, job: WorkFloeJob) -> None:
        if self._on:
            self._written = True
            share = job.to_dict().get("progress")
            percent = f" {share:.0%}" if isinstance(share, int | float) else ""
            echo(f"\r\x1b[Kjob {job.id} {escape_control_characters(job.state)}{percent}", err=True, nl=False)

    def end(self) -> None:
        if self._written:
            echo("\r\x1b[K", err=True, nl=False)
