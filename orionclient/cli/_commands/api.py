"""`ocli api`: send a request for any operation of the contract by its id."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orionclient._transfer.names import check_path
from orionclient.cli._core import contract_options
from orionclient.cli._core.commands import Command
from orionclient.cli._core.confirmation import dry_run_option, print_plan
from orionclient.cli._core.contract_options import JsonParameter
from orionclient.cli._core.parameter_types import ParameterType, PathType
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.state import get_state
from orionclient.cli._core.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orionclient._transfer.content import Opener


class _OperationId(ParameterType):
    """The id of an operation of the contract."""

    name = "operation"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check that the operation exists."""
        from orion_api.operations import OPERATIONS  # noqa: PLC0415

        if value not in OPERATIONS:
            suggestion = suggest(str(value), OPERATIONS, "operations")
            self.fail(f"unknown operation {value!r}. {suggestion or 'List them with: ocli api --list'}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Complete the id of an operation."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415
        from orion_api.operations import OPERATIONS  # noqa: PLC0415

        return [CompletionItem(each) for each in OPERATIONS if each.startswith(incomplete)]


def group(name: str) -> click.Command:
    """Create the command.

    Args:
        name: Name of the command.

    Returns:
        The command.
    """
    return Command(
        name,
        params=[
            click.Argument(["operation"], required=False, type=_OperationId()),
            click.Option(
                ["-p", "--param", "params"],
                multiple=True,
                metavar="NAME=VALUE",
                help="Path or query parameter. Can be given several times.",
            ),
            click.Option(["--body"], type=JsonParameter(), help="Body of the request, as JSON or @FILE."),
            click.Option(
                ["--file"], type=PathType(), help="File to send as the body, for operations that upload content."
            ),
            click.Option(
                ["-o", "--output"],
                type=PathType(),
                help="File for downloaded content. Defaults to standard output.",
            ),
            click.Option(["--list", "listing"], is_flag=True, help="List all operations."),
            dry_run_option(),
        ],
        callback=_run,
        help=f"{GROUPS[name][1]} Prints the body of the response; of a listing, one page.",
        shape={"type": ["object", "array"]},
        example="ocli api get_file --param file_id=1",
    )


def _run(
    *,
    operation: str | None,
    params: Sequence[str],
    body: Any,
    file: str | None,
    output: str | None,
    listing: bool,
    dry_run: bool,
) -> None:
    from orion_api.operations import OPERATIONS  # noqa: PLC0415

    state = get_state()
    check_path(file)
    check_path(output)
    if listing or operation is None:
        if not listing:
            raise click.UsageError("missing operation; list them with: ocli api --list")
        rows = [
            {"id": each.id, "method": each.method, "route": each.route, "tag": each.tag} for each in OPERATIONS.values()
        ]
        state.out.print_rows(rows, ("id", "method", "route", "tag"))
        return
    found = OPERATIONS[operation]
    module: Any = importlib.import_module(f"orion_api.api.{found.tag}.{operation}")
    given = _collect_parameters(operation, params)
    stream: Any = None
    if file is not None:
        stream = given["body"] = Path(file).open("rb")  # noqa: SIM115 - closed below
    elif body is not None:
        given["body"] = body
    try:
        try:
            request = module.build(**given)
        except (TypeError, ValueError) as error:
            raise click.UsageError(f"{operation}: {error}") from None
        if dry_run:
            print_plan(state, "send", [f"{found.method} {request.path}{_format_query(request.query)}"])
            return
        if found.stream == "download":
            what = f"{state.session.config.url} {request.path}{_format_query(request.query)}"
            _write(state.session._calls.make_opener(module, request), output, what)
        else:
            _print(state, module, state.session.raw.send(request))
    finally:
        if stream is not None:
            stream.close()


def _print(state: Any, module: Any, response: Any) -> None:
    """Print the body of a response, or raise its error."""
    from orion_api.errors import UnexpectedBody, UnexpectedStatus  # noqa: PLC0415

    content = response.content
    try:
        module.check(response.status_code, response.headers, content)
    except (UnexpectedStatus, UnexpectedBody) as error:
        raise state.session.raw.error(error, response) from None
    if state.form == "table":
        state.out.write(_format_json(content))
    else:
        state.out.print_item(json.loads(content) if content else {})


def _format_json(content: bytes) -> str:
    from orionclient.cli._core.output import to_json  # noqa: PLC0415

    return to_json(json.loads(content) if content else {})


def _format_query(query: Sequence[tuple[str, str]]) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in query) if query else ""


def _write(opener: Opener, output: str | None, what: str) -> None:
    from orionclient._transfer.content import iter_verified  # noqa: PLC0415
    from orionclient._transfer.downloads import save  # noqa: PLC0415

    if output is not None:
        save(opener, output, what=what)
        return
    out = sys.stdout.buffer
    for chunk in iter_verified(opener):
        out.write(chunk)
    out.flush()


def _collect_parameters(operation: str, params: Sequence[str]) -> dict[str, Any]:
    known: dict[str, Mapping[str, Any]] = {
        each["name"]: each for place in ("path", "query") for each in contract_options.list_parameters(operation, place)
    }
    given: dict[str, Any] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals:
            raise click.UsageError(f"--param expects NAME=VALUE, not {param!r}")
        if name not in known:
            suggestion = suggest(name, known, "parameters") or f"See the parameters of {operation} in openapi/"
            raise click.UsageError(f"operation {operation!r} has no parameter {name!r}. {suggestion}")
        schema = contract_options.resolve_reference(known[name]["schema"])
        if schema.get("type") == "array":
            given.setdefault(name, []).append(
                _convert_parameter(name, contract_options.resolve_reference(schema.get("items", {})), value)
            )
        else:
            given[name] = _convert_parameter(name, schema, value)
    missing = [name for name, each in known.items() if each.get("required") and name not in given]
    if missing:
        raise click.UsageError(
            f"operation {operation!r} requires {', '.join(f'--param {name}=...' for name in missing)}"
        )
    return given


def _convert_parameter(name: str, schema: Mapping[str, Any], value: str) -> Any:
    known: dict[str, ParameterType] = {"integer": click.INT, "number": click.FLOAT, "boolean": click.BOOL}
    try:
        return known.get(str(schema.get("type")), click.STRING).convert(value, None, None)
    except click.UsageError as error:
        raise click.UsageError(f"--param {name}: {error.format_message()}") from None
