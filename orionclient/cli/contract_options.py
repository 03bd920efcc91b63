"""What the contract says of an operation, and the options that follow from it."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli.commands import Choice, ParameterType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_SIMPLE: Final[Mapping[str, ParameterType]] = {"integer": click.INT, "number": click.FLOAT, "string": click.STRING}


@functools.cache
def load_contract() -> dict[str, Any]:
    """Load the contract, once.

    Returns:
        The merged OpenAPI document; not to be changed.
    """
    from orion_api import contract  # noqa: PLC0415

    return contract.load()


def resolve_reference(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references and what stands for one of them.

    Args:
        schema: A schema, parameter or response of the contract.

    Returns:
        What it refers to, with its own description where it has one.
    """
    described = {key: schema[key] for key in ("description",) if key in schema}
    if "$ref" in schema:
        found: Any = load_contract()
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found[part]
        return {**resolve_reference(found), **described}
    if len(schema.get("allOf", ())) == 1:
        return {**resolve_reference(schema["allOf"][0]), **described}
    return schema


@functools.cache
def operations() -> dict[str, dict[str, Any]]:
    """Find every operation.

    Returns:
        Id -> its part of the contract, with `method` and `route`.
    """
    return {
        entry["operationId"]: {**entry, "method": method.upper(), "route": route}
        for route, item in load_contract()["paths"].items()
        for method, entry in item.items()
        if method in _METHODS
    }


def parameters(operation: str, place: str) -> list[Mapping[str, Any]]:
    """Find the parameters of an operation.

    Args:
        operation: Its id.
        place: `path`, `query` or `header`.

    Returns:
        The parameters, in order.
    """
    found = [resolve_reference(each) for each in operations()[operation].get("parameters", ())]
    return [each for each in found if each["in"] == place]


def get_body_schema(operation: str) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    """Find what the JSON body of an operation holds.

    Args:
        operation: Its id.

    Returns:
        Name -> schema, and the names that have to be there.
    """
    content = operations()[operation].get("requestBody", {}).get("content", {})
    schema = resolve_reference(content.get("application/json", {}).get("schema", {}))
    return dict(schema.get("properties", {})), list(schema.get("required", ()))


def option_flag(name: str) -> str:
    """Write the name of a field as an option.

    Args:
        name: The name.

    Returns:
        The option.
    """
    return "--" + name.replace("_", "-")


class JsonParameter(ParameterType):
    """JSON, as text or as @FILE."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it."""
        from orionclient.transfer.names import check_path  # noqa: PLC0415

        if not isinstance(value, str):
            return value
        if value == "@":
            check_path("")
        try:
            if value.startswith("@"):
                with click.open_file(value[1:], encoding="utf-8") as stream:
                    value = stream.read()
            return json.loads(value)
        except (OSError, ValueError) as error:
            self.fail(f"it is not JSON: {error}", param, ctx)


def get_type(schema: Mapping[str, Any]) -> ParameterType:
    """Find how a value is read from the command line.

    Args:
        schema: Its schema.

    Returns:
        The type.
    """
    schema = resolve_reference(schema)
    if schema.get("enum"):
        return Choice([str(each) for each in schema["enum"]])
    return _SIMPLE.get(str(schema.get("type")), JsonParameter())


def get_first_sentence(schema: Mapping[str, Any]) -> str:
    """Find the first sentence of a description.

    Args:
        schema: What is described.

    Returns:
        The sentence.
    """
    text = " ".join(str(schema.get("description") or resolve_reference(schema).get("description", "")).split())
    return text.partition(". ")[0].rstrip(".") + "." if text else ""


def option(name: str, schema: Mapping[str, Any], *, description: str = "") -> click.Option:
    """Make an option of a field.

    Args:
        name: Name of the field.
        schema: Its schema.
        description: What it is for; its description without it.

    Returns:
        The option; None where it is not given.
    """
    found, names = resolve_reference(schema), [option_flag(name), name]
    text = description or get_first_sentence(schema)
    if found.get("type") == "boolean":
        return click.Option([f"{option_flag(name)}/--no-{option_flag(name)[2:]}", name], default=None, help=text)
    if found.get("type") == "array":
        names = [*sorted({f"--{name.rstrip('s')}", option_flag(name)}), name]
        return click.Option(names, type=get_type(found.get("items", {})), multiple=True, help=f"{text} May be retried.")
    return click.Option(names, type=get_type(schema), default=None, help=text)


def get_filters(operation: str, without: Iterable[str] = ("limit", "cursor")) -> list[click.Option]:
    """Make the options of a listing.

    Args:
        operation: Its id.
        without: Filters to leave out.

    Returns:
        The options.
    """
    left_out = {*without}
    return [
        option(each["name"], each["schema"], description=get_first_sentence(each))
        for each in parameters(operation, "query")
        if each["name"] not in left_out
    ]


def get_fields(operation: str, arguments: Sequence[str] = ()) -> list[click.Parameter]:
    """Make the arguments and options of what creates or changes something.

    Args:
        operation: Its id.
        arguments: Fields that are arguments although they may be left out.

    Returns:
        The parameters; fields that have to be there are arguments.
    """
    properties, required = get_body_schema(operation)
    first = [*required, *(each for each in arguments if each not in required)]
    return [
        *(click.Argument([name], type=get_type(properties[name]), required=name in required) for name in first),
        *(option(name, schema) for name, schema in properties.items() if name not in first),
    ]


def drop_omitted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was not given.

    Args:
        values: Name -> value.

    Returns:
        What was given; repeated options as lists.
    """
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and value != ()
    }
