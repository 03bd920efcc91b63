"""Provide `ocli jobs start`, whose options are the promoted parameters of the floe."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._commands.job_parameters import build_option
from orionclient.cli._commands.job_wait import wait_for_job
from orionclient.cli._core.commands import CONTEXT_SETTINGS, Command, common_options
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.contract_options import JsonParameter
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.parameter_types import (
    ParameterType,
    complete_within,
    find_items,
    get_completion_state,
    project_option,
)
from orionclient.cli._core.resource_commands import MAX_WAIT
from orionclient.cli._core.state import State
from orionclient.cli._core.suggestions import suggest
from orionclient.exceptions import UNSAFE
from orionclient.types import WorkFloeJob, WorkFloeSpec
from orionclient.types.workfloes import find_promoted, parse_cubes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# A floe in another state, such as `deprecated`, is started by its id alone.
_READY: Final = "ready"
# Spaces and `=` end the name of an option on the command line; click splits names at `/` and `;`.
_UNKNOWN_OPTION: Final = re.compile(rf"[\s=/;{UNSAFE}]")


class _ParameterFile(JsonParameter):
    """A JSON file."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the file."""
        return super().convert(f"@{value}", param, ctx) if isinstance(value, str) else value


def _get_specification(state: State, given: str) -> WorkFloeSpec:
    """Find a floe by its id, or the newest ready one by an exact match of its title, name or uuid."""
    if given.isascii() and given.isdigit():
        return state.session.get_resource(WorkFloeSpec, given)
    found: list[WorkFloeSpec] = []
    for field in ("title", "name"):
        found = found or list(state.session.list_resources(WorkFloeSpec, extra_query={field: given}, exact=True))
    if not found:
        known = list(state.session.list_resources(WorkFloeSpec))
        found = [each for each in known if each.uuid == given]
        if not found:
            names = dict.fromkeys(name for each in known for name in (each.title, each.name) if name)
            suggestion = suggest(given, names, "floes", listed=())
            message = f"no floe with the id, title, name or uuid {given!r}. {suggestion}".rstrip()
            raise click.UsageError(f"{message} List them with: ocli workfloes list")
    ready = [each for each in found if each.state == _READY]
    if not ready:
        states = ", ".join(f"{each.id} ({each.state})" for each in found)
        raise click.UsageError(f"no floe {given!r} is ready: {states}. Give the id to start one of them")
    return max(ready, key=lambda each: (each.to_dict().get("created") or "", each.id))


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
            build_option(self._names(name), variable, self._parameters[name])
            for variable, name in self._variables.items()
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
            click.Option(
                ["--param-file"],
                type=_ParameterFile(),
                is_eager=True,
                callback=self._read_file,
                help="JSON file of parameters: name -> value of promoted ones, or what ocli jobs export-params prints. - reads "
                "standard input. Options override its values.",
            ),
            click.Option(
                ["--wait"],
                is_flag=True,
                help="Wait until the job is complete, up to an hour. If it fails or is cancelled, the exit code is 1.",
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

    def invoke(self, ctx: click.Context) -> Any:
        """Find the items given by path, and start the job."""
        find_items(ctx)
        return super().invoke(ctx)

    def _names(self, name: str) -> list[str]:
        other = name.replace("_", "-")
        return [f"--{name}"] if other in self._parameters else [f"--{name}", f"--{other}"]

    def _read_file(
        self, _context: click.Context, parameter: click.Parameter, value: Any
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the groups of parameters in a file. Then no option is required: what is missing is reported with all other faults."""
        if value is None:
            return {}
        found = value
        if isinstance(found, dict) and "workfloe" in found:
            found = found.get("parameters") or {}
        if isinstance(found, dict) and not {*found} <= {"promoted", "cube"}:
            found = {"promoted": found}
        if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
            raise click.BadParameter("not a JSON object of parameters", param=parameter)
        for option in self.params:
            option.required = option.required and str(option.name) not in self._variables
        return found

    def _run(self, title: str, **values: Any) -> None:
        from_file = values.get("param_file") or {}
        promoted = dict(from_file.get("promoted", {})) | {
            name: list(value) if isinstance(value, tuple) else value
            for variable, name in self._variables.items()
            if (value := values.get(variable)) is not None and value != ()
        }
        cube = values.get("cube") or from_file.get("cube")
        given = self._spec._check_parameters({"promoted": promoted, **({"cube": cube} if cube else {})})
        if values.get("dry_run"):
            print_plan(self._state, "start", [f"floe {self._spec.id} as {title!r} with {json.dumps(promoted)}"])
            return
        job = WorkFloeJob.start(self._state.session, self._spec, title, given, project=values.get("project"))
        if not values.get("wait"):
            self._state.out.print_item(job.to_dict(), sentence=f"Started job with id {job.id}")
            return
        if self._state.form == "table":
            self._state.out.write(f"Started job with id {job.id}")
        wait_for_job(self._state, job, MAX_WAIT)


def build_start_command() -> Command:
    """Make the command `start`.

    Returns:
        The command.
    """

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

    return _CompletedStart(
        "start",
        params=[
            click.Argument(["spec"], metavar="SPEC", type=_FloeType()),
            click.Argument(["rest"], nargs=-1, type=_ParametersType(), metavar='"NAME" [--PARAMETER=VALUE]...'),
        ],
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        callback=run,
        help="Start a job of a floe. SPEC is the id, title, name or uuid of the floe; of several with that title, name or uuid the newest "
        "ready one is started, and deprecated ones are started by id alone. Its promoted parameters are options, in addition to "
        "--param-file, --cube, --project and --wait: ocli jobs start SPEC --help lists them.",
        shape="JobInfo",
        example='ocli jobs start echo "first try" --text CNS --number=3',
    )


class _FloeType(ParameterType):
    """The id, title, name or uuid of a floe. Completed with the titles and names of ready floes."""

    name, kind = "spec", "workfloe"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete a title or name, and show the id."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        def find() -> Iterator[CompletionItem[str]]:
            floes = get_completion_state(ctx).session.list_resources(WorkFloeSpec, {"state": _READY})
            names = {name: each.id for each in floes for name in (each.title, each.name) if name.startswith(incomplete)}
            for name, floe_id in names.items():
                yield CompletionItem(escape_control_characters(name), help=f"floe {floe_id}")

        return complete_within(find)


class _ParametersType(ParameterType):
    """The name of the job and the promoted parameters of the floe."""

    name = "parameters"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete the value of a promoted parameter."""
        return _complete_parameters(ctx, incomplete)


class _CompletedStart(Command):
    """The command `jobs start`, which has the options of the floe when it is completed."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete the options of the floe."""
        return _complete_parameters(ctx, incomplete) or super().shell_complete(ctx, incomplete)


def _complete_parameters(context: click.Context, incomplete: str) -> list[Any]:
    from click.shell_completion import ShellComplete  # noqa: PLC0415

    def find() -> list[Any]:
        state = get_completion_state(context)
        floe = _get_specification(state, context.params["spec"])
        if not floe.specification:
            state.session.refresh_resource(floe)
        completion = ShellComplete(_StartCommand(floe, state), {"parent": context.parent}, "start", "")
        return completion.get_completions(list(context.params["rest"] or ()), incomplete)

    return complete_within(find)
