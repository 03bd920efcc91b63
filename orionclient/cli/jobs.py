"""`ocli jobs`: promoted parameters as options, waiting, logs, running again."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli.commands import _SETTINGS, Command, ParameterType, common_options
from orionclient.cli.completion_types import ResourceIdType
from orionclient.cli.confirmation import dry_run_option, print_plan
from orionclient.cli.contract_options import JsonParameter
from orionclient.cli.output import escape_control_characters
from orionclient.cli.resource_commands import deadline_option, each_id
from orionclient.cli.state import State, get_state
from orionclient.exceptions import UNSAFE, MultipleResultsFound
from orionclient.types import WorkFloeJob, WorkFloeSpec
from orionclient.types.workfloes import find_promoted, parse_cubes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orionclient.cli.resource_commands import CommandKind

_TYPES: Final[Mapping[str, ParameterType]] = {
    "string": click.STRING,
    "integer": click.INT,
    "decimal": click.FLOAT,
    "boolean": click.BOOL,
    "dataset_out": click.STRING,
    "collection_out": click.STRING,
    "file_out": click.STRING,
}
# Blanks and `=` end an option's name on the command line; click parts names at `/` and `;`.
_UNKNOWN_OPTION: Final = re.compile(rf"[\s=/;{UNSAFE}]")
_RESOURCES: Final = ("file", "dataset", "collection", "secret")
_LOG: Final = {
    "type": "object",
    "required": ["job", "lines"],
    "properties": {"job": {"type": "integer"}, "lines": {"type": "array", "items": {"type": "string"}}},
}
_EXPORT: Final = {
    "type": "object",
    "required": ["name", "workfloe", "parameters", "system_parameters"],
    "properties": {"name": {"type": "string"}, "workfloe": {"type": "integer"}, "parameters": {"type": "object"}},
}


def commands(kind: CommandKind) -> list[Command]:
    """Make the commands that only jobs have.

    Args:
        kind: The kind.

    Returns:
        The commands.
    """
    return [_start(), _wait(kind), _logs(kind), _cancel(kind), _rerun(kind), _export(kind)]


class AnyValue(ParameterType):
    """JSON where it is JSON, else text: for types that this client does not know."""

    name = "value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Read it."""
        try:
            return json.loads(value)
        except (TypeError, ValueError):
            return value


class _Choice(click.Choice):  # type: ignore[type-arg]
    """One of some texts that a server chose; click has no parameter for its type before 8.2."""

    def get_metavar(self, *given: Any, **more: Any) -> str:
        """Write them into the help."""
        return escape_control_characters(super().get_metavar(*given, **more) or "")


def _get_specification(state: State, given: str) -> WorkFloeSpec:
    """Find a floe by its id, else by its uuid, title or name exactly."""
    if given.isascii() and given.isdigit():
        return state.session.get_resource(WorkFloeSpec, given)
    for wanted in ({"title": given}, {"name": given}):
        found = list(state.session.list_resources(WorkFloeSpec, wanted, exact=True))
        if len({each.id for each in found}) > 1:
            raise MultipleResultsFound(
                f"several floes are called {given!r}: {', '.join(str(each.id) for each in found)}"
            )
        if found:
            return found[0]
    found = [each for each in state.session.list_resources(WorkFloeSpec) if each.uuid == given]
    if not found:
        raise click.UsageError(f"there is no floe {given!r}; ocli workfloes list shows ids, names and titles")
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
        read = _Choice(choices)
    required = bool(parameter.get("required")) and parameter.get("default") is None
    words = [parameter.get("description") or parameter.get("title"), f"Type: {kind}."]
    if parameter.get("default") is not None:
        words.append(f"Default: {json.dumps(parameter['default'])}.")
    text = escape_control_characters(" ".join(str(word) for word in words if word))
    more: dict[str, Any] = {"is_flag": False, "flag_value": "true"} if kind == "boolean" else {}
    return click.Option(
        [*names, variable],
        type=read,
        multiple=bool(parameter.get("many")),
        required=required,
        help=text,
        **more,
    )


class _StartCommand(click.Command):
    """The rest of `jobs start SPEC`, whose options the floe decides."""

    def __init__(self, spec: WorkFloeSpec, state: State) -> None:
        self._spec, self._state = spec, state
        self._parameters = find_promoted(parse_cubes(spec))
        # Promoted names need be no identifiers, which click makes of an option's name.
        self._variables = {
            f"value_{number}": name for number, name in enumerate(self._parameters) if not _UNKNOWN_OPTION.search(name)
        }
        options = [
            _option(self._names(name), variable, self._parameters[name]) for variable, name in self._variables.items()
        ]
        without = [name for name in self._parameters if _UNKNOWN_OPTION.search(name)]
        hint = (
            f" No option can have these names: {', '.join(map(repr, without))}; set them from Python."
            if without
            else ""
        )
        taken = {name for option in options for name in option.opts}
        more = [
            click.Option(
                ["--cube"],
                metavar="JSON",
                type=JsonParameter(),
                help="Parameters of cubes that are not promoted, by cube and name.",
            ),
            click.Option(
                ["--project"],
                type=ResourceIdType("project"),
                help="Project of the job; that of the profile without it.",
            ),
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
            context_settings=_SETTINGS,
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
        self._state.out.one(job.to_dict(), sentence=f"Started job with id {job.id}")


def _start() -> Command:
    def run(spec: str, rest: Sequence[str]) -> None:
        context = click.get_current_context()
        state = State.of(context)
        state.command = f"ocli jobs start {spec}"
        floe = _get_specification(state, spec)
        if not floe.specification:
            state.session.refresh_resource(floe)
        starting = _StartCommand(floe, state)
        try:
            with starting.make_context(f"start {spec}", list(rest), parent=context.parent) as own:
                starting.invoke(own)
        except click.NoSuchOption as error:
            known = ", ".join(f"--{name}" for name in starting._variables.values()) or "none"
            raise click.UsageError(
                f"{error.format_message()} The parameters of floe {floe.id} are: {known}", error.ctx
            ) from None

    return Command(
        "start",
        params=[
            click.Argument(["spec"], metavar="SPEC", type=_WorkfloeIdType("workfloe")),
            click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED, metavar='"NAME" [--PARAMETER=VALUE]...'),
        ],
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        callback=run,
        help="Start a job of a floe, which is named by its id, its title or name exactly, or its uuid. Its promoted parameters are "
        "options: ocli jobs start SPEC --help lists them.",
        shape="JobInfo",
        example='ocli jobs start echo "first try" --text CNS --number=3',
    )


class _WorkfloeIdType(ResourceIdType):
    """The id or the name of a floe."""

    name = "spec"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Read it."""
        return str(value)


def _wait(kind: CommandKind) -> Command:
    def run(number: int, deadline: float) -> None:
        state = get_state()
        job = state.session.get_resource(WorkFloeJob, number)
        shown = _LogWriter(state)
        try:
            job.wait(timeout=deadline, on_progress=shown)
        finally:
            shown.end()
        state.out.one(job.to_dict(), sentence=f"Job {number} is {job.state}")

    return Command(
        "wait",
        params=[*kind.ids(), deadline_option()],
        callback=run,
        help="Wait until a job is complete; a job that failed or was cancelled gives exit code 1, with its reason.",
        shape=kind.schema,
        example=kind.example("wait"),
    )


class _LogWriter:
    """Shows on a terminal how far a job is."""

    def __init__(self, state: State) -> None:
        self._on = sys.stderr.isatty() and not state.quiet
        self._written = False

    def __call__(self, job: WorkFloeJob) -> None:
        if self._on:
            self._written = True
            share = job.to_dict().get("progress")
            percent = f" {share:.0%}" if isinstance(share, int | float) else ""
            click.echo(f"\r\x1b[Kjob {job.id} {escape_control_characters(job.state)}{percent}", err=True, nl=False)

    def end(self) -> None:
        if self._written:
            click.echo("\r\x1b[K", err=True, nl=False)


def _logs(kind: CommandKind) -> Command:
    def run(number: int, follow: bool) -> None:
        state = get_state()
        job = WorkFloeJob(session=state.session, id=number)
        lines = job.logs(follow=follow)
        if state.form == "json":
            state.out.one({"job": number, "lines": list(lines)})
        elif state.form == "jsonl":
            state.out.rows(({"line": line} for line in lines), ("line",))
        else:
            # A pipe gets the log as it is; a terminal must not be moved by it.
            safe = escape_control_characters if sys.stdout.isatty() else str
            for line in lines:
                state.out.write(safe(line))
                sys.stdout.flush()

    return Command(
        "logs",
        params=[*kind.ids(), click.Option(["-f", "--follow"], is_flag=True, help="Go on until the job is complete.")],
        callback=run,
        help="Print the log of a job.",
        shape=_LOG,
        example="ocli jobs logs 1 --follow",
    )


def _cancel(kind: CommandKind) -> Command:
    def run(ids: Sequence[int], dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "cancel", [f"job {number}" for number in ids])
            return

        def cancel(number: int) -> dict[str, Any]:
            job = WorkFloeJob(session=state.session, id=number)
            job.cancel()
            return job.to_dict()

        done, first = each_id(ids, cancel)
        state.out.done(done, [f"Cancelled job {each['id']}" for each in done])
        if first is not None:
            raise first

    return Command(
        "cancel",
        params=[*kind.ids(several=True), dry_run_option()],
        callback=run,
        help="End jobs.",
        shape=f"[{kind.schema}]",
        example="ocli jobs cancel 3",
    )


def _rerun(kind: CommandKind) -> Command:
    def run(number: int, name: str | None, dry_run: bool) -> None:
        state = get_state()
        if dry_run:
            print_plan(state, "rerun", [f"job {number}"])
            return
        old = state.session.get_resource(WorkFloeJob, number)
        job = WorkFloeJob.start(state.session, name=name, param_dict=old.export_params())
        state.out.one(job.to_dict(), sentence=f"Started job with id {job.id}")

    return Command(
        "rerun",
        params=[*kind.ids(), click.Option(["--name"], help="Display name; the old one without it."), dry_run_option()],
        callback=run,
        help="Start a job again, with the same parameters.",
        shape=kind.schema,
        example="ocli jobs rerun 1",
    )


def _export(kind: CommandKind) -> Command:
    def run(number: int) -> None:
        from orionclient.cli.output import to_json  # noqa: PLC0415

        state = get_state()
        found = state.session.get_resource(WorkFloeJob, number).export_params()
        if state.form == "table":
            state.out.write(to_json(found))
        else:
            state.out.one(found, key="workfloe")

    return Command(
        "export",
        params=kind.ids(),
        callback=run,
        help="Print what a job was started with, as JSON.",
        shape=_EXPORT,
        example="ocli jobs export 1",
    )
