"""Provide the special commands of `ocli jobs`: start, wait, logs, cancel, rerun and export."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core.batch import apply_to_each
from orionclient.cli._core.command_kind import describe
from orionclient.cli._core.commands import CONTEXT_SETTINGS, Command, common_options
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.contract_options import JsonParameter
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.parameter_types import Choice, ParameterType, ResourceIdType, project_option
from orionclient.cli._core.resource_commands import deadline_option
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import State, get_state
from orionclient.cli._core.streams import echo
from orionclient.cli._core.suggestions import suggest
from orionclient.exceptions import UNSAFE, MultipleResultsFound
from orionclient.types import WorkFloeJob, WorkFloeSpec
from orionclient.types.workfloes import find_promoted, parse_cubes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orionclient.cli._core.command_kind import CommandKind

_TYPES: Final[Mapping[str, ParameterType]] = {
    "string": click.STRING,
    "integer": click.INT,
    "decimal": click.FLOAT,
    "boolean": click.BOOL,
    "dataset_out": click.STRING,
    "collection_out": click.STRING,
    "file_out": click.STRING,
}
# Spaces and `=` end the name of an option on the command line; click splits names at `/` and `;`.
_UNKNOWN_OPTION: Final = re.compile(rf"[\s=/;{UNSAFE}]")
_RESOURCES: Final = ("file", "dataset", "collection", "secret")
_LOG: Final = object_of(job="integer", lines={"type": "array", "items": {"type": "string"}})
_EXPORT: Final = object_of(name="string", workfloe="integer", parameters="object", system_parameters={})


def build_commands(kind: CommandKind) -> list[Command]:
    """Make the special commands of jobs.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [_start(), _wait(kind), _logs(kind), _cancel(kind), _rerun(kind), _export(kind)]


class AnyValue(ParameterType):
    """A JSON value, or the string itself if it is not valid JSON: for parameter types unknown to this client."""

    name = "value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Parse the value."""
        try:
            return json.loads(value)
        except (TypeError, ValueError):
            return value


class _DynamicChoice(Choice):
    """One of several strings that a server sent."""

    def get_metavar(self, *given: Any, **more: Any) -> str:
        """Show the choices in the help, with control characters escaped."""
        return escape_control_characters(super().get_metavar(*given, **more) or "")


def _get_specification(state: State, given: str) -> WorkFloeSpec:
    """Find a floe by its id, or by an exact match of its title, name or uuid."""
    if given.isascii() and given.isdigit():
        return state.session.get_resource(WorkFloeSpec, given)
    for field in ("title", "name"):
        found = list(state.session.list_resources(WorkFloeSpec, extra_query={field: given}, exact=True))
        if len({each.id for each in found}) > 1:
            raise MultipleResultsFound(
                f"several floes have the title or name {given!r}: {', '.join(str(each.id) for each in found)}"
            )
        if found:
            return found[0]
    found = [each for each in state.session.list_resources(WorkFloeSpec) if each.uuid == given]
    if not found:
        raise click.UsageError(
            f"no floe with the id, title, name or uuid {given!r}; list them with: ocli workfloes list"
        )
    return found[-1]


def _option(names: Sequence[str], variable: str, parameter: Mapping[str, Any]) -> click.Option:
    kind = str(parameter["type"])
    choices = parameter.get("choices")
    read: ParameterType = (
        ResourceIdType(kind)
        if kind in _RESOURCES
        else JsonParameter()
        if kind in {"json", "object"}
        else _TYPES.get(kind, AnyValue())
    )
    if choices and all(isinstance(each, str) for each in choices):
        read = _DynamicChoice(choices)
    required = bool(parameter.get("required")) and parameter.get("default") is None
    words = [parameter.get("description") or parameter.get("title"), f"Type: {kind}."]
    if parameter.get("default") is not None:
        words.append(f"Default: {json.dumps(parameter['default'])}.")
    description = escape_control_characters(" ".join(str(word) for word in words if word))
    more: dict[str, Any] = {"is_flag": False, "flag_value": "true"} if kind == "boolean" else {}
    return click.Option(
        [*names, variable],
        type=read,
        multiple=bool(parameter.get("many")),
        required=required,
        help=description,
        **more,
    )


class _StartCommand(click.Command):
    """The command `jobs start SPEC`, whose options are the promoted parameters of the floe."""

    def __init__(self, spec: WorkFloeSpec, state: State) -> None:
        self._spec, self._state = spec, state
        self._parameters = find_promoted(parse_cubes(spec))
        # Click requires identifiers for variables, and a promoted name can be any string.
        self._variables = {
            f"value_{place}": name for place, name in enumerate(self._parameters) if not _UNKNOWN_OPTION.search(name)
        }
        options = [
            _option(self._names(name), variable, self._parameters[name]) for variable, name in self._variables.items()
        ]
        without = [name for name in self._parameters if _UNKNOWN_OPTION.search(name)]
        hint = (
            f" Parameters whose names cannot be options: {', '.join(map(repr, without))}; set them from Python."
            if without
            else ""
        )
        taken = {name for option in options for name in option.opts}
        more = [
            click.Option(
                ["--cube"],
                metavar="JSON",
                type=JsonParameter(),
                help="Parameters of cubes that are not promoted: cube -> name -> value.",
            ),
            project_option("Id of the project of the job. Defaults to the profile's project."),
            dry_run_option(),
            *common_options(hidden=True),
        ]
        super().__init__(
            "start",
            params=[
                click.Argument(["title"], metavar='"NAME"'),
                *options,
                *(each for each in more if not taken & {*each.opts}),
            ],
            callback=self._run,
            context_settings=CONTEXT_SETTINGS,
            help=escape_control_characters(f"Start {spec.title or spec.name}. {spec.description}{hint}"),
        )

    def _names(self, name: str) -> list[str]:
        other = name.replace("_", "-")
        return [f"--{name}"] if other in self._parameters else [f"--{name}", f"--{other}"]

    def _run(self, title: str, **values: Any) -> None:
        promoted = {
            name: list(value) if isinstance(value, tuple) else value
            for variable, name in self._variables.items()
            if (value := values.get(variable)) is not None and value != ()
        }
        if values.get("dry_run"):
            print_plan(self._state, "start", [f"floe {self._spec.id} as {title!r} with {json.dumps(promoted)}"])
            return
        given: dict[str, Any] = {"promoted": promoted}
        if values.get("cube"):
            given["cube"] = values["cube"]
        if values.get("project"):
            job = WorkFloeJob.start(
                self._state.session, self._spec, title, self._spec._check_parameters(given), project=values["project"]
            )
        else:
            job = self._spec.start(title, given)
        self._state.out.print_item(job.to_dict(), sentence=f"Started job with id {job.id}")


def _start() -> Command:
    def run(spec: str, rest: Sequence[str]) -> None:
        context = click.get_current_context()
        state = State.from_context(context)
        state.command = f"ocli jobs start {spec}"
        floe = _get_specification(state, spec)
        if not floe.specification:
            state.session.refresh_resource(floe)
        starting = _StartCommand(floe, state)
        try:
            with starting.make_context(f"start {spec}", list(rest), parent=context.parent) as own:
                starting.invoke(own)
        except click.NoSuchOption as error:
            known = [f"--{name}" for name in starting._variables.values()]
            suggestion = suggest(error.option_name, known, "parameters", listed=())
            raise click.UsageError(
                f"unknown option {error.option_name!r}. {suggestion} "
                f"Parameters of floe {floe.id}: {', '.join(known) or 'none'}",
                error.ctx,
            ) from None

    return Command(
        "start",
        params=[
            click.Argument(["spec"], metavar="SPEC", type=_WorkfloeIdType("workfloe")),
            click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED, metavar='"NAME" [--PARAMETER=VALUE]...'),
        ],
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        callback=run,
        help="Start a job of a floe. SPEC is the id, title, name or uuid of the floe. Its promoted parameters are options: ocli jobs start "
        "SPEC --help lists them.",
        shape="JobInfo",
        example='ocli jobs start echo "first try" --text CNS --number=3',
    )


class _WorkfloeIdType(ResourceIdType):
    """The id, title, name or uuid of a floe."""

    name = "spec"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Return the string; the command finds the floe."""
        return str(value)


def _wait(kind: CommandKind) -> Command:
    def run(resource_id: int, deadline: float) -> None:
        state = get_state()
        job = state.session.get_resource(WorkFloeJob, resource_id)
        shown = _LogWriter(state)
        try:
            job.wait(timeout=deadline, on_progress=shown)
        finally:
            shown.end()
        state.out.print_item(job.to_dict(), sentence=f"{describe('Job', job.to_dict())} is {job.state}")

    return Command(
        "wait",
        params=[*kind.id_arguments(), deadline_option()],
        callback=run,
        help="Wait until a job is complete. If the job fails or is cancelled, its reason is printed and the exit code is 1.",
        shape=kind.schema,
        example=kind.format_example("wait"),
    )


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


def _logs(kind: CommandKind) -> Command:
    def run(resource_id: int, follow: bool) -> None:
        state = get_state()
        job = WorkFloeJob(session=state.session, id=resource_id)
        lines = job.logs(follow=follow)
        if state.form == "json":
            state.out.print_item({"job": resource_id, "lines": list(lines)})
        elif state.form == "jsonl":
            state.out.print_rows(({"line": line} for line in lines), ("line",))
        else:
            # Control characters are escaped for a terminal; a pipe receives the log unchanged.
            safe = escape_control_characters if sys.stdout.isatty() else str
            for line in lines:
                state.out.write(safe(line))
                sys.stdout.flush()

    return Command(
        "logs",
        params=[
            *kind.id_arguments(),
            click.Option(["-f", "--follow"], is_flag=True, help="Print new lines until the job is complete."),
        ],
        callback=run,
        help="Print the log of a job.",
        shape=_LOG,
        example="ocli jobs logs 1 --follow",
    )


def _cancel(kind: CommandKind) -> Command:
    def run(ids: Sequence[int], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "cancel", [f"job {each}" for each in ids])
            return

        def cancel(resource_id: int) -> dict[str, Any]:
            job = WorkFloeJob(session=state.session, id=resource_id)
            job.cancel()
            return job.to_dict()

        def report(done: list[dict[str, Any]]) -> None:
            state.out.print_results(done, [f"Cancelled {describe('job', each)}" for each in done])

        apply_to_each(ids, cancel, report, name_of=lambda each: f"job {each}")

    return Command(
        "cancel",
        params=[*kind.id_arguments(several=True), dry_run_option()],
        callback=run,
        help="Cancel jobs.",
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
        "export",
        params=kind.id_arguments(),
        callback=run,
        help="Print the parameters of a job as JSON.",
        shape=_EXPORT,
        example="ocli jobs export 1",
    )
