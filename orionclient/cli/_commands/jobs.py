"""Provide the special commands of `ocli jobs`; `start`, `watch` and those for logs have modules of their own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._runtime.clock import CLOCK
from orionclient._transfer.names import check_path
from orionclient.cli._commands import job_logs
from orionclient.cli._commands.job_start import build_start_command
from orionclient.cli._commands.job_wait import wait_for_job
from orionclient.cli._commands.job_watch import build_watch_command
from orionclient.cli._commands.report_export import build_summary_export_command
from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.output import parse_time
from orionclient.cli._core.parameter_types import ParameterType, PathType
from orionclient.cli._core.resource_commands import build_list_command, deadline_option
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import get_state
from orionclient.types import WorkFloeJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from orionclient.cli._core.command_kind import CommandKind

_AGE: Final = re.compile("([0-9]{1,9})([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_EXPORT: Final = object_of(name="string", workfloe="integer", parameters="object", system_parameters={})


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the special commands of jobs.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [
        _list(kind),
        build_start_command(),
        build_watch_command(kind),
        _wait(kind),
        *job_logs.build_commands(kind),
        _cancel(kind),
        _rerun(kind),
        _export(kind),
        _debug_export(kind),
        build_summary_export_command(),
    ]


class _SinceType(ParameterType):
    """A point in time: ISO 8601, or an age such as ``90m``, ``12h``, ``3d`` or ``2w``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse the time; UTC if it has no offset."""
        if isinstance(value, datetime):
            return value
        age = _AGE.fullmatch(value)
        try:
            if age:
                return datetime.fromtimestamp(CLOCK.time() - int(age[1]) * _SECONDS[age[2]], UTC)
            return parse_time(value)
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{value!r} is not a valid time; give a date such as 2026-11-30, or an age such as 3d", param, ctx
            )


def _list(kind: CommandKind) -> Command:
    def select(since: datetime | None, failed: bool | None) -> Callable[[dict[str, Any]], bool]:
        return lambda job: (not failed or _has_failed(job)) and (since is None or _is_created_since(job, since))

    options = [
        click.Option(
            ["--since"],
            type=_SinceType(),
            help="Only jobs created at or after a time: ISO 8601, UTC unless it has an offset, or an age such as 90m, 12h, 3d or 2w.",
        ),
        click.Option(
            ["--failed"], is_flag=True, default=None, help="Only jobs that failed; not those that were cancelled."
        ),
    ]
    return build_list_command(kind, sort="-created", more=options, select=select)


def _has_failed(job: Mapping[str, Any]) -> bool:
    """Return whether a job failed; a server that sends no outcome sends a reason."""
    outcome = job.get("outcome")
    return outcome == "failed" or (outcome is None and job.get("state") == "complete" and bool(job.get("reason")))


def _is_created_since(job: Mapping[str, Any], since: datetime) -> bool:
    try:
        return parse_time(job.get("created")) >= since
    except ValueError:
        return False


def _wait(kind: CommandKind) -> Command:
    def run(resource_id: int, deadline: float) -> None:
        state = get_state()
        wait_for_job(state, state.session.get_resource(WorkFloeJob, resource_id), deadline)

    return Command(
        "wait",
        params=[*kind.id_arguments(), deadline_option()],
        callback=run,
        help="Wait until a job is complete. If the job fails or is cancelled, its reason is printed and the exit code is 1.",
        shape=kind.schema,
        example=kind.format_example("wait"),
    )


def _describe_cancel(job: Mapping[str, Any]) -> str:
    outcome = job.get("outcome")
    if outcome in {"succeeded", "failed"}:
        return f"{describe('Job', job)} was complete already: it {outcome}"
    return f"Cancelled {describe('job', job)}"


def _cancel(kind: CommandKind) -> Command:
    def run(ids: Sequence[int], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "cancel", [f"job {each}" for each in ids])
            return

        session = state.session

        def cancel(resource_id: int) -> dict[str, Any]:
            job = WorkFloeJob(session=session, id=resource_id)
            job.cancel()
            return job.to_dict()

        def report(done: list[dict[str, Any]]) -> None:
            state.out.print_results(done, [_describe_cancel(each) for each in done])

        apply_to_each(ids, cancel, report, name_of=lambda each: f"job {each}")

    return Command(
        "cancel",
        params=[*kind.id_arguments(several=True), dry_run_option()],
        callback=run,
        help="Cancel jobs. A job that is complete already stays as it is, and the message says so.",
        shape=f"[{kind.schema}]",
        example="ocli jobs cancel 3",
    )


def _rerun(kind: CommandKind) -> Command:
    def run(resource_id: int, name: str | None, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "rerun", [f"job {resource_id}"])
            return
        old = state.session.get_resource(WorkFloeJob, resource_id)
        job = WorkFloeJob.start(state.session, name=name, param_dict=old.export_params())
        state.out.print_item(job.to_dict(), sentence=f"Started {describe('job', job.to_dict())}")

    return Command(
        "rerun",
        params=[
            *kind.id_arguments(),
            click.Option(["--name"], help="Display name. Defaults to that of the job."),
            dry_run_option(),
        ],
        callback=run,
        help="Start a job again with the same parameters.",
        shape=kind.schema,
        example="ocli jobs rerun 1",
    )


def _export(kind: CommandKind) -> Command:
    def run(resource_id: int) -> None:
        from orionclient.cli._core.output import to_json  # noqa: PLC0415

        state = get_state()
        found = state.session.get_resource(WorkFloeJob, resource_id).export_params()
        if state.form == "table":
            state.out.write(to_json(found))
        else:
            state.out.print_item(found, key="workfloe")

    return Command(
        "export-params",
        aliases=("export",),
        params=kind.id_arguments(),
        callback=run,
        help="Print the parameters of a job as JSON.",
        shape=_EXPORT,
        example="ocli jobs export-params 1",
    )


def _debug_export(kind: CommandKind) -> Command:
    def run(resource_id: int, output: str | None, force: bool) -> None:
        state = get_state()
        path = Path(check_path(output) or ".")
        if path.is_dir():
            path /= f"job-{resource_id}.zip"
        if path.exists() and not force:
            raise FileExistsError(f"{path} exists already; replace it with --force or choose another path with -o")
        job = WorkFloeJob(session=state.session, id=resource_id)
        job.debug_export(path)
        item = {"id": job.id, "path": str(path), "size": path.stat().st_size}
        state.out.print_item(item, sentence=f"Exported {describe('job', job.to_dict())} to {path}")

    return Command(
        "debug-export",
        params=[
            *kind.id_arguments(),
            click.Option(
                ["-o", "--output"],
                metavar="PATH",
                type=PathType(),
                help="File or folder to write to. Defaults to job-<id>.zip in the working directory.",
            ),
            click.Option(["--force"], is_flag=True, help="Replace an existing file."),
        ],
        callback=run,
        help="Write what a report of a problem needs to a zip file. It has the job, the specification of its floe, its parameters and its "
        "log. Tokens, passwords and the queries of URLs are redacted.",
        shape=object_of(id="integer", path="string", size="integer"),
        example="ocli jobs debug-export 1 -o job.zip",
    )
