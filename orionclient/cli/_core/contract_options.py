"""Read operations of the contract, and create command-line options from their parameters and bodies."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli._core.inputs import read_parameter_file
from orionclient.cli._core.parameter_types import (
    Choice,
    KnownValueType,
    OrderType,
    ParameterType,
    ResourceIdType,
    TagType,
    UserType,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_METHODS: Final = ("get", "post", "put", "patch", "delete")
#: The pattern of a field by which a listing is ordered.
_ORDER: Final = re.compile(r"\^-\?\(([\w|]+)\)\$")
#: Fields that are the ids of other resources -> types of their parameters.
_REFERENCES: Final[Mapping[str, ParameterType]] = {
    "owner": UserType(),
    "database": ResourceIdType("molsearch_database"),
    "spec": ResourceIdType("service_spec"),
    **{kind: ResourceIdType(kind) for kind in ("collection", "dataset", "package", "project", "workfloe")},
}
_SIMPLE: Final[Mapping[str, ParameterType]] = {"number": click.FLOAT, "string": click.STRING}


@functools.cache
def load_contract() -> dict[str, Any]:
    """Load the contract. The document is cached.

    Returns:
        The merged OpenAPI document. Callers must not modify it.
    """
    from orion_api import contract  # noqa: PLC0415

    return contract.load()


def resolve_reference(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resolve a `$ref`, or an `allOf` with a single entry.

    Args:
        schema: A schema, parameter or response of the contract.

    Returns:
        The resolved object, with the description next to the reference if there is one.
    """
    described = {key: schema[key] for key in ("description",) if key in schema}
    if "$ref" in schema:
        found: Any = load_contract()
        for key in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found[key]
        return {**resolve_reference(found), **described}
    if len(schema.get("allOf", ())) == 1:
        return {**resolve_reference(schema["allOf"][0]), **described}
    return schema


@functools.cache
def list_operations() -> dict[str, dict[str, Any]]:
    """List the operations of the contract.

    Returns:
        Id -> the operation object, with `method` and `route`.
    """
    return {
        entry["operationId"]: {**entry, "method": method.upper(), "route": route}
        for route, item in load_contract()["paths"].items()
        for method, entry in item.items()
        if method in _METHODS
    }


def list_parameters(operation: str, place: str) -> list[Mapping[str, Any]]:
    """List the parameters of an operation.

    Args:
        operation: Id of the operation.
        place: `path`, `query` or `header`.

    Returns:
        The parameters, in order.
    """
    found = [resolve_reference(each) for each in list_operations()[operation].get("parameters", ())]
    return [each for each in found if each["in"] == place]


def get_body_schema(operation: str) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    """List the properties of the JSON body of an operation.

    Args:
        operation: Id of the operation.

    Returns:
        Name -> schema, and the names of the required properties.
    """
    content = list_operations()[operation].get("requestBody", {}).get("content", {})
    schema = resolve_reference(content.get("application/json", {}).get("schema", {}))
    return dict(schema.get("properties", {})), list(schema.get("required", ()))


def option_flag(name: str) -> str:
    """Convert the name of a field to the name of an option.

    Args:
        name: Name of the field.

    Returns:
        Name of the option.
    """
    return "--" + name.replace("_", "-")


class StringParameter(ParameterType):
    """A string, given inline or as @FILE."""

    name = "text"
    _invalid = "not valid"

    def _parse(self, given: str) -> Any:
        return given

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read and parse the value."""
        from orionclient._transfer.names import check_path  # noqa: PLC0415

        if not isinstance(value, str):
            return value
        if value == "@":
            check_path("")
        where = ""
        try:
            if value.startswith("@"):
                where = f" in {value[1:]}"
                source = param.opts[0] if param is not None else self.name
                value = read_parameter_file(value[1:], f"{source} {value}")
            return self._parse(value)
        except OSError as error:
            self.fail(f"cannot read {value[1:]}: {error.strerror or error}", param, ctx)
        except ValueError as error:
            self.fail(f"{self._invalid}{where}: {error}", param, ctx)


class JsonParameter(StringParameter):
    """A JSON value, given inline or as @FILE."""

    name = "json"
    _invalid = "not valid JSON"

    def _parse(self, given: str) -> Any:
        return json.loads(given)


def get_type(schema: Mapping[str, Any], name: str = "") -> ParameterType:
    """Choose the parameter type of a value.

    Args:
        schema: Schema of the value.
        name: Name of the field. Optional.

    Returns:
        The parameter type.
    """
    schema = resolve_reference(schema)
    if schema.get("enum"):
        return Choice([str(each) for each in schema["enum"]])
    if schema.get("x-orion-known"):
        return KnownValueType(schema["x-orion-known"])
    if schema.get("type") == "integer":
        return _REFERENCES.get(name) or (click.IntRange(schema["minimum"]) if "minimum" in schema else click.INT)
    if order := _ORDER.fullmatch(schema.get("pattern", "")):
        return OrderType(order[1].split("|"))
    return _SIMPLE.get(str(schema.get("type")), JsonParameter())


def get_first_sentence(schema: Mapping[str, Any]) -> str:
    """Return the first sentence of a description, and its default if the second sentence states one.

    Args:
        schema: The described schema or parameter.

    Returns:
        The sentences; an empty string if there is no description.
    """
    description = " ".join(str(schema.get("description") or resolve_reference(schema).get("description", "")).split())
    first, _, rest = description.partition(". ")
    default = rest.partition(". ")[0].rstrip(".") if rest.startswith("Defaults to ") else ""
    return " ".join(f"{sentence.rstrip('.')}." for sentence in (first, default) if sentence)


def create_option(name: str, schema: Mapping[str, Any], *, description: str = "") -> click.Option:
    """Create the option of a field.

    Args:
        name: Name of the field.
        schema: Its schema.
        description: Help of the option. Defaults to the description in the schema.

    Returns:
        The option. Its value is None if omitted.
    """
    found, names = resolve_reference(schema), [option_flag(name), name]
    help_line = description or get_first_sentence(schema)
    if found.get("type") == "boolean":
        return click.Option([f"{option_flag(name)}/--no-{option_flag(name)[2:]}", name], default=None, help=help_line)
    if found.get("type") == "array":
        names = [*sorted({option_flag(name.rstrip("s")), option_flag(name)}), name]
        return click.Option(
            names, type=get_type(found.get("items", {})), multiple=True, help=f"{help_line} Can be given several times."
        )
    return click.Option(names, type=get_type(schema, name), default=None, help=help_line)


def get_filters(
    operation: str, without: Iterable[str] = ("limit", "cursor"), *, kind: str = "", schema: str = ""
) -> list[click.Option]:
    """Create the filter options of a listing.

    Args:
        operation: Id of the operation.
        without: Filters to omit.
        kind: Kind of resource whose tags complete the filter `tags`. Optional.
        schema: Schema of the listed items, whose known values complete filters of the same name. Optional.

    Returns:
        The options.
    """
    omitted, parameters = {*without}, list_parameters(operation, "query")
    names = {each["name"] for each in parameters}
    fields = load_contract()["components"]["schemas"][schema]["properties"] if schema else {}
    found = []
    for each in parameters:
        if each["name"] in omitted:
            continue
        option = create_option(each["name"], each["schema"], description=get_first_sentence(each))
        # `state` and `states` are different filters.
        option.opts = [flag for flag in option.opts if flag == option_flag(each["name"]) or flag[2:] not in names]
        field = fields.get(each["name"], fields.get(each["name"].removesuffix("s"), {}))
        known = resolve_reference(field).get("x-orion-known")
        if kind and option.name == "tags":
            option.type = TagType(kind)
        elif known and option.type is click.STRING:
            option.type = KnownValueType(known)
        found.append(option)
    return found


def get_fields(operation: str, arguments: Sequence[str] = ()) -> list[click.Parameter]:
    """Create the arguments and options of a command that sends a JSON body.

    Args:
        operation: Id of the operation.
        arguments: Optional fields that become arguments instead of options.

    Returns:
        The parameters. Required fields are arguments.
    """
    properties, required = get_body_schema(operation)
    first = [*required, *(each for each in arguments if each not in required)]
    return [
        *(click.Argument([name], type=get_type(properties[name], name), required=name in required) for name in first),
        *(create_option(name, schema) for name, schema in properties.items() if name not in first),
    ]


def drop_omitted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the values of omitted options.

    Args:
        values: Name -> value.

    Returns:
        The remaining values, with tuples converted to lists.
    """
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and value != ()
    }
