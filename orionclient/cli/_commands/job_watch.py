"""Provide `ocli jobs watch`: a live screen on a terminal, elsewhere one line for each change."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._resources.polling import choose_interval, pause
from orionclient._runtime.clock import CLOCK
from orionclient._transfer.bulk import Result
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.output import escape_control_characters, format_table
from orionclient.cli._core.parameter_types import FloatRange, ResourceIdType, project_option
from orionclient.cli._core.state import get_state
from orionclient.cli._core.streams import echo
from orionclient.exceptions import NotFoundResponse, OrionError, OrionTimeout, TransferErrors
from orionclient.types import WorkFloeJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from orion_api.inputs import ListJobsFilters

    from orionclient.cli._core.command_kind import CommandKind
    from orionclient.cli._core.state import State
    from orionclient.session import OrionSession

_COMPLETE: Final = "complete"
# The states that a listing selects; a job in another state is polled by its id.
_OPEN_STATES: Final = ("running", "queued")
# Interval in which the screen shows the run time, and a new size of the terminal, in seconds.
_FRAME_SECONDS: Final = 0.5
_BAR_WIDTH: Final = 20
_MIN_WIDTH_OF_BARS: Final = 75
# Longer run times are invalid.
_MAX_SECONDS: Final = 1e10
_COLUMNS: Final = ("id", "name", "state", "progress", "run_time", "cost")
# Lines besides the jobs: the summary, an empty one, the heads, their dashes, and the count of jobs that do not fit.
_OTHER_LINES: Final = 5
# The alternate screen without a cursor, and the normal screen with it.
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


def build_watch_command(kind: CommandKind) -> Command:
    """Make the command `watch`.

    Args:
        kind: The kind.

    Returns:
        The command.
    """

    def run(ids: Sequence[int], project: int | None, deadline: float | None) -> None:
        state = get_state()
        if state.form == "json":
            # One document would be complete only at the end.
            state.format = "jsonl"
        watch = _JobWatch(state.session, ids, project)
        if state.form == "table" and not watch.jobs:
            state.out.write("No job is queued or running")
        state.resume_advice = f"the jobs continue; watch them with: ocli jobs watch {' '.join(map(str, watch.jobs))}"
        if state.form == "table" and sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and watch.jobs:
            with _open_screen(watch, colors=state.has_color(sys.stdout)) as screen:
                for _ in watch.follow(deadline, screen.wait):
                    screen.draw()
        else:
            _print_changes(state, kind, watch, deadline)
        state.resume_advice = ""
        watch.raise_failures()

    return Command(
        "watch",
        params=[
            click.Argument(["ids"], metavar="[ID]...", nargs=-1, type=ResourceIdType("job")),
            project_option(
                "Id of the project whose jobs are watched if no id is given. Defaults to the profile's project."
            ),
            click.Option(
                ["--deadline"],
                type=FloatRange(0),
                help="Maximum time to watch in seconds; the exit code is 8 when it is exceeded. Defaults to no limit.",
            ),
        ],
        callback=run,
        help="Watch jobs until all are complete. If no id is given, watch those that are queued or running now. On a terminal, one screen "
        "shows their states, progress, run times and cost. Elsewhere each change is a line, with --json a JSON object. Ctrl-C ends the "
        "command, not the jobs. If a job fails or is cancelled, the exit code is 1.",
        shape=kind.schema,
        example="ocli jobs watch 1",
    )


class _JobWatch:
    """Polls jobs until all are complete; the jobs of a page are polled by one request.

    Attributes:
        jobs: Id -> the job as of the last poll.
        polled: When it was polled, by the monotonic clock.
    """

    def __init__(self, session: OrionSession, ids: Sequence[int], project: int | None) -> None:
        self._session = session
        self._filters: ListJobsFilters = {"states": [*_OPEN_STATES]}
        self._errors: dict[int, OrionError] = {}
        self.jobs: dict[int, WorkFloeJob] = {}
        self.polled: float = CLOCK.monotonic()
        project = project or session.config.project
        if ids:
            self._poll([*dict.fromkeys(ids)])
        else:
            if project:
                self._filters["project"] = project
            self.jobs = self._list()

    def _list(self) -> dict[int, WorkFloeJob]:
        return {each.id: each for each in self._session.list_resources(WorkFloeJob, self._filters)}

    def _poll(self, ids: Sequence[int]) -> None:
        listed = self._list() if len(ids) > 1 else {}
        for each in ids:
            try:
                self.jobs[each] = listed.get(each) or self._session.get_resource(WorkFloeJob, each)
            except NotFoundResponse as error:
                if each not in self.jobs:
                    raise
                # The job was deleted meanwhile.
                self._errors[each] = error
                del self.jobs[each]
        self.polled = CLOCK.monotonic()

    def follow(self, deadline: float | None, wait: Callable[[float], object]) -> Iterator[None]:
        """Poll until all jobs are complete.

        Args:
            deadline: Maximum time in seconds. If None, unlimited.
            wait: Waits some seconds until the next poll.

        Yields:
            After each poll.

        Raises:
            OrionTimeout: The deadline was exceeded.
        """
        start = CLOCK.monotonic()
        while True:
            yield
            going = [each for each, job in self.jobs.items() if job.state != _COMPLETE]
            if not going:
                return
            waited = CLOCK.monotonic() - start
            left = float("inf") if deadline is None else deadline - waited
            if left <= 0:
                raise OrionTimeout(
                    f"watched for {deadline:g} s; jobs that are not complete: {', '.join(map(str, going))}"
                )
            wait(min(choose_interval(waited), left))
            self._poll(going)

    def raise_failures(self) -> None:
        """Raise the errors of the jobs that did not succeed.

        Raises:
            OrionError: The error of a single job.
            TransferErrors: Of several jobs, some did not succeed.
        """
        errors = {**self._errors, **{each: job._build_error() for each, job in self.jobs.items() if not job.succeeded}}
        count = len(self.jobs) + len(self._errors)
        if errors and count == 1:
            raise next(iter(errors.values()))
        if errors:
            failed: list[Result[str, Any]] = [Result(f"job {each}", None, errors[each]) for each in sorted(errors)]
            raise TransferErrors(f"{len(failed)} of {count} jobs did not succeed", failed)


def _get_state(job: WorkFloeJob) -> str:
    """Return the outcome of a complete job, otherwise the state."""
    return (job.to_dict().get("outcome") or job.state) if job.state == _COMPLETE else job.state


def _get_progress(job: WorkFloeJob) -> float | None:
    share = job.to_dict().get("progress")
    return share if isinstance(share, int | float) and 0 <= share <= 1 and job.state != "queued" else None


def _format_use(job: WorkFloeJob, passed: float) -> tuple[str, str]:
    """Format the run time and the cost of a job, `passed` seconds after a response."""
    fields = job.to_dict()
    seconds, cost = fields.get("run_time"), fields.get("cost")
    if job.state == "queued" or not isinstance(seconds, int | float) or not 0 <= seconds <= _MAX_SECONDS:
        return "", ""
    whole = int(seconds + (0 if job.state == _COMPLETE else passed))
    used = "" if cost is None else f"{cost} {fields.get('currency') or ''}".rstrip()
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}", used


def _print_changes(state: State, kind: CommandKind, watch: _JobWatch, deadline: float | None) -> None:
    changes = _iter_changes(watch, deadline)
    if state.form == "table":
        for job in changes:
            state.out.write(escape_control_characters(_describe_change(job)))
    else:
        rows = (job.to_dict() for job in changes if state.form != "ids" or job.state == _COMPLETE)
        state.out.print_rows(rows, kind.columns)


def _iter_changes(watch: _JobWatch, deadline: float | None) -> Iterator[WorkFloeJob]:
    """Yield each job when its name, state or progress has changed."""
    known: dict[int, Any] = {}
    for _ in watch.follow(deadline, pause):
        for job_id, job in watch.jobs.items():
            change = (job.name, _get_state(job), job.reason, _format_progress(job))
            if known.get(job_id) != change:
                known[job_id] = change
                yield job


def _format_progress(job: WorkFloeJob) -> str:
    share = _get_progress(job)
    # The last percent is complete only at the end.
    return "" if share is None else f"{int(share * 100)}%"


def _describe_change(job: WorkFloeJob) -> str:
    progress = "" if job.state == _COMPLETE else _format_progress(job)
    details = ", ".join(filter(None, [job.reason, progress, *_format_use(job, 0)]))
    state = _get_state(job)
    verb = "" if state in {"succeeded", "failed"} else "was " if state == "cancelled" else "is "
    return f"{describe('Job', job.to_dict())} {verb}{state}{f': {details}' if details else ''}"


@contextlib.contextmanager
def _open_screen(watch: _JobWatch, *, colors: bool) -> Iterator[_Screen]:
    """Switch to the alternate screen, and back at the end, where the last table is printed."""
    screen = _Screen(watch, colors=colors)
    _write(_ENTER)
    try:
        yield screen
    finally:
        _write(_LEAVE)
        for line in screen.format_jobs(shutil.get_terminal_size().columns):
            echo(line, color=colors)


def _write(sequence: str) -> None:
    echo(sequence, nl=False, color=True)


class _Screen:
    """Shows jobs on the whole terminal."""

    def __init__(self, watch: _JobWatch, *, colors: bool) -> None:
        self._watch = watch
        self._colors = colors
        self._shown: tuple[str, int, int] | None = None

    def format_jobs(self, width: int, most: int = sys.maxsize) -> list[str]:
        """Format a table of jobs: those that run, those in the queue, then the others."""
        passed = CLOCK.monotonic() - self._watch.polled
        order = {state: place for place, state in enumerate(_OPEN_STATES)}
        jobs = sorted(self._watch.jobs.values(), key=lambda job: order.get(job.state, len(order)))
        rows = []
        for job in jobs[:most]:
            share = _get_progress(job)
            done = int((share or 0) * _BAR_WIDTH)
            bar = f"[{'#' * done:-<{_BAR_WIDTH}}] " if width >= _MIN_WIDTH_OF_BARS and share is not None else ""
            progress = f"{bar}{_format_progress(job):>4}".strip()
            run_time, cost = _format_use(job, passed)
            cells = (job.id, job.name, _get_state(job), progress, run_time, cost)
            rows.append(dict(zip(_COLUMNS, cells, strict=True)))
        more = [f"... and {len(jobs) - most} more"] if len(jobs) > most else []
        return [*format_table(rows, _COLUMNS, width=width, colors=self._colors), *more]

    def draw(self) -> None:
        """Draw the screen, unless nothing has changed."""
        width, height = shutil.get_terminal_size()
        counts = Counter(_get_state(job) for job in self._watch.jobs.values())
        summary = ", ".join(f"{count} {state}" for state, count in counts.items())
        title = escape_control_characters(f"Jobs: {summary}. Ctrl-C ends the watch, not the jobs.")[: width - 1]
        # The last column stays empty: there, erasing the rest of the line would erase the last character.
        lines = [title, "", *self.format_jobs(width - 1, max(height - _OTHER_LINES, 1))][:height]
        # Nothing is erased before it is replaced, so that the screen does not flicker.
        frame = "\x1b[H" + "\n".join(f"{line}\x1b[K" for line in lines) + "\x1b[J"
        if (frame, width, height) != self._shown:
            self._shown = (frame, width, height)
            _write(frame)

    def wait(self, seconds: float) -> None:
        """Wait, and draw the screen meanwhile."""
        end = CLOCK.monotonic() + seconds
        while (left := end - CLOCK.monotonic()) > 0:
            pause(min(left, _FRAME_SECONDS))
            self.draw()
