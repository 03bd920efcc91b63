"""Provide the commands of `ocli jobs` for logs: logs, log_size and delete_logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orion_api.api.jobs import get_job_log_size

from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli._core.log_commands import build_logs_command
from orionclient.cli._core.progress import format_size
from orionclient.cli._core.resource_commands import DELETED_TEMPLATE
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import get_state
from orionclient.types import WorkFloeJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli._core.command_kind import CommandKind


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the commands for logs.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [build_logs_command(kind, until="the job is complete"), _log_size(kind), _delete_logs(kind)]


def _log_size(kind: CommandKind) -> Command:
    def run(resource_id: int) -> None:
        state = get_state()
        found = get_job_log_size.sync(resource_id, client=state.session.raw)
        item = {"job": resource_id, "size": found.size, "written": found.written}
        omitted = "" if found.size == found.written else f", of {format_size(found.written)} written"
        state.out.print_item(item, sentence=f"{format_size(found.size)}{omitted}", key="size")

    return Command(
        "log_size",
        aliases=("log-size",),
        params=kind.id_arguments(),
        callback=run,
        help="Show the size of the log of a job. If the start of a long log is omitted, it also shows how much the job has written in all.",
        shape=object_of(job="integer", size="integer", written="integer"),
        example="ocli jobs log_size 1",
    )


def _delete_logs(kind: CommandKind) -> Command:
    def run(ids: Sequence[int], yes: bool, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "delete", [f"the log of job {each}" for each in ids])
            return
        what = f"log of job {ids[0]}" if len(ids) == 1 else f"logs of {len(ids)} jobs ({', '.join(map(str, ids))})"
        confirm(f"Delete the {what}?", sure=yes)
        session = state.session

        def delete(resource_id: int) -> int:
            WorkFloeJob(session=session, id=resource_id).delete_logs()
            return resource_id

        def report(done: list[int]) -> None:
            items: list[dict[str, Any]] = [{"id": each, "deleted": True} for each in done]
            state.out.print_results(items, [f"Deleted the log of job {each}" for each in done])

        apply_to_each(ids, delete, report, name_of=lambda each: f"job {each}")

    return Command(
        "delete_logs",
        aliases=("delete-logs",),
        params=[*kind.id_arguments(several=True), yes_option(), dry_run_option()],
        callback=run,
        help="Delete the stored logs of complete jobs permanently. The jobs stay.",
        shape=DELETED_TEMPLATE,
        example="ocli jobs delete_logs 2 --yes",
    )
