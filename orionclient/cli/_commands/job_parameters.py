"""Build the options of `ocli jobs start` from the parameters of a floe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._runtime.parameters import DATA, OUTPUTS, get_limit
from orionclient.cli._core.contract_options import JsonParameter
from orionclient.cli._core.output import escape_control_characters
from orionclient.cli._core.parameter_types import Choice, FloatRange, ParameterType, ResourceIdType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_JSON: Final = frozenset({"json", "object"})
_TYPES: Final[Mapping[str, ParameterType]] = {
    "integer": click.INT,
    "decimal": click.FLOAT,
    "boolean": click.BOOL,
    **dict.fromkeys(("string", *OUTPUTS), click.STRING),
}
_RANGES: Final[Mapping[str, Callable[[Any, Any], ParameterType]]] = {"integer": click.IntRange, "decimal": FloatRange}


class _AnyValue(ParameterType):
    """A JSON value, or the string itself if it is not valid JSON: for parameter types unknown to this client."""

    name = "value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Parse the value."""
        try:
            return json.loads(value)
        except (TypeError, ValueError):
            return value


class _DynamicChoice(Choice):
    """One of several values that a server sent."""

    def __init__(self, choices: Sequence[Any]) -> None:
        self._values = {each if isinstance(each, str) else json.dumps(each): each for each in choices}
        super().__init__([*self._values])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a value."""
        return self._values[str(super().convert(value, param, ctx))]

    def get_metavar(self, *given: Any, **more: Any) -> str:
        """Show the choices in the help, with control characters escaped."""
        return escape_control_characters(super().get_metavar(*given, **more) or "")


def build_option(names: Sequence[str], variable: str, parameter: Mapping[str, Any]) -> click.Option:
    """Build the option for a promoted parameter.

    Args:
        names: Names of the option.
        variable: Name of its value.
        parameter: The parameter of the specification. The option of a hidden one is not shown.

    Returns:
        The option.
    """
    kind = str(parameter["type"])
    many = parameter.get("many") is True
    default = parameter.get("default")
    words = [parameter.get("description") or parameter.get("title"), f"Type: {kind}."]
    if isinstance(parameter.get("level"), str):
        words.append(f"Level: {parameter['level']}.")
    if isinstance(longest := get_limit(parameter, "max_length"), int):
        words.append(f"At most {longest} characters.")
    if many:
        words.append("Can be given several times.")
    if default is not None:
        words.append(f"Default: {json.dumps(default)}.")
    more: dict[str, Any] = {"is_flag": False, "flag_value": "true"} if kind == "boolean" else {}
    return click.Option(
        [*names, variable],
        type=_find_type(kind, parameter),
        multiple=many,
        required=bool(parameter.get("required")) and default is None,
        hidden=parameter.get("hidden") is True,
        help=escape_control_characters(" ".join(str(word) for word in words if word)),
        **more,
    )


def _find_type(kind: str, parameter: Mapping[str, Any]) -> ParameterType:
    if kind in _JSON:
        return JsonParameter()
    if parameter.get("choices"):
        return _DynamicChoice(parameter["choices"])
    if kind in DATA:
        return ResourceIdType(DATA[kind])
    bounds = get_limit(parameter, "min_value"), get_limit(parameter, "max_value")
    if kind in _RANGES and bounds != (None, None):
        return _RANGES[kind](*bounds)
    return _TYPES.get(kind) or _AnyValue()
