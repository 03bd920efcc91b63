"""Provide `ocli jobs summary-export` and `ocli cost export`, which create a report on the server and download it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._commands.downloads import Targets
from orionclient.cli._core.command_kind import CommandKind, describe
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.output import parse_time
from orionclient.cli._core.parameter_types import Choice, ParameterType, PathType, ResourceIdType
from orionclient.cli._core.resource_commands import deadline_option
from orionclient.cli._core.state import get_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orionclient.cli._core.state import State
    from orionclient.types import Export

_FORMATS: Final = ("csv", "json")


class _DateType(ParameterType):
    """A date or a point in time in ISO 8601."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the date; the server interprets it."""
        try:
            parse_time(value)
        except ValueError:
            self.fail(f"{value!r} is not a valid date; give one such as 2026-11-30 or 2026-11-30T12:00:00Z", param, ctx)
        return str(value)


class _ListType(ParameterType):
    """Values that are separated by commas.

    Args:
        item: Type of a value.
    """

    def __init__(self, item: ParameterType) -> None:
        self._item = item
        self.name = item.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[Any]:
        """Convert each value."""
        return value if isinstance(value, list) else [self._item(each, param, ctx) for each in value.split(",")]


def build_summary_export_command() -> Command:
    """Make the command `jobs summary-export`.

    Returns:
        The command.
    """

    def run(
        package_uuids: Sequence[list[str]], workfloe_uuid: str | None, job_ids: Sequence[list[int]], **values: Any
    ) -> None:
        filters = {
            "package_uuids": [each for given in package_uuids for each in given] or None,
            "workfloe_uuid": workfloe_uuid,
            "job_ids": [each for given in job_ids for each in given] or None,
        }
        _export("jobs_summary", filters, **values)

    options = [
        click.Option(
            ["--package-uuids"],
            multiple=True,
            type=_ListType(click.STRING),
            help="Only jobs of floes of these packages, by the uuid in their manifests; separated by commas.",
        ),
        click.Option(["--workfloe-uuid"], help="Only jobs of the floe with this uuid."),
        click.Option(
            ["--job-ids"],
            multiple=True,
            type=_ListType(ResourceIdType("job")),
            help="Only these jobs; separated by commas.",
        ),
    ]
    return _build_command(
        "summary-export",
        run,
        options,
        "Export the run times and costs of ended jobs.",
        "ocli jobs summary-export --start-date 2026-11-01 --download",
    )


def build_cost_export_command() -> Command:
    """Make the command `cost export`.

    Returns:
        The command.
    """

    def run(report_type: str, **values: Any) -> None:
        _export(report_type, {}, **values)

    option = click.Option(
        ["--report-type"],
        required=True,
        type=Choice(["storage_use", "spend_summary"]),
        help="storage_use: size and cost of the content; spend_summary: cost of the jobs. Both are by project and owner.",
    )
    return _build_command(
        "export",
        run,
        [option],
        "Export a report of the costs of your organization. It requires the capability cost accounting.",
        "ocli cost export --report-type spend_summary --download",
    )


def _build_command(name: str, run: Any, options: Sequence[click.Option], description: str, example: str) -> Command:
    return Command(
        name,
        params=[
            click.Option(
                ["--start-date"],
                type=_DateType(),
                help="Start of the period: a date or time in ISO 8601, UTC unless it has an offset.",
            ),
            click.Option(
                ["--end-date"],
                type=_DateType(),
                help="End of the period; a date includes that day. Defaults to now.",
            ),
            *options,
            click.Option(["--notify"], is_flag=True, help="Ask the server to notify you when the report is ready."),
            click.Option(
                ["--as", "as_format"],
                type=Choice(_FORMATS),
                help="Format of the report. Defaults to the extension of --output, else to csv.",
            ),
            click.Option(["--download"], is_flag=True, help="Wait for the report and download it."),
            click.Option(
                ["-o", "--output"],
                metavar="PATH",
                type=PathType(),
                help="File or folder to download to; - for standard output. Implies --download. Defaults to the name of the report.",
            ),
            click.Option(
                ["--force"],
                is_flag=True,
                help="Replace an existing file. A file given with --output is always replaced.",
            ),
            deadline_option(),
            dry_run_option(),
        ],
        callback=run,
        help=f"{description} Without --download its id and state are printed: ocli exports download ID downloads it later.",
        shape="ExportInfo",
        example=example,
    )


def _export(
    report_type: str,
    filters: dict[str, Any],
    *,
    as_format: str | None,
    download: bool,
    output: str | None,
    force: bool,
    deadline: float,
    dry_run: bool,
    **values: Any,
) -> None:
    """Create a report and, if requested, download it."""
    from orionclient.types import Export  # noqa: PLC0415

    state = get_state()
    if output == "-" and state.form != "table":
        raise click.UsageError("-o - takes no other output form")
    if dry_run:
        print_plan(state, "export", [report_type])
        return
    extension = (output or "").rpartition(".")[2].lower()
    form = as_format or (extension if extension in _FORMATS else "csv")
    export = Export.create(state.session, report_type, format=form, **filters, **values)
    if download or output is not None:
        export.wait(timeout=deadline)
        _download(state, export, output, force=force)
        return
    data = export.to_dict()
    state.out.print_item(data, sentence=f"Created {describe('export', data)}; its state is {data.get('state')}")


def _download(state: State, export: Export, output: str | None, *, force: bool) -> None:
    if output == "-":
        for chunk in export.download():
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    path = Targets(CommandKind("export"), output, many=False, force=force, ending=None).path_of(export)
    export.download_to_file(path)
    data = export.to_dict()
    rows = "1 row" if export.count == 1 else f"{export.count} rows"
    state.out.print_item(
        {**data, "path": str(path)}, sentence=f"Downloaded {describe('export', data)} with {rows} to {path}"
    )
