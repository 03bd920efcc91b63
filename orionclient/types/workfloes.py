"""WorkFloeSpec: a floe that jobs can be started of, and the parameters that it takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from attrs import frozen
from orion_api.api.workfloes import get_workfloe, list_workfloes

from orionclient._resource import (
    Declaration,
    Field,
    Resource,
    identifier,
    iter_objects,
    json_object,
    optional,
    read_field,
    read_optional_field,
    resource_id,
    string,
    string_list,
)
from orionclient.exceptions import OrionError, ValidationError
from orionclient.types._waiters import refresh
from orionclient.types.collections import ShardCollection
from orionclient.types.datasets import Dataset
from orionclient.types.files import File
from orionclient.types.secrets import Secret

if TYPE_CHECKING:
    from orionclient.types.jobs import WorkFloeJob

_KINDS: Final[Mapping[str, type[Resource]]] = {
    "file": File,
    "dataset": Dataset,
    "collection": ShardCollection,
    "secret": Secret,
}
_PYTHON: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "decimal": (int, float, Decimal),
    "boolean": (bool,),
    "dataset_out": (str,),
    "collection_out": (str,),
    "file_out": (str,),
}


class WorkFloeSpec(Resource):
    """A floe that jobs can be started of.

    The `specification` of a listed one is empty (documented); `session.refresh_resource` brings it. Listing takes the filters ``title``
    and ``name`` (contains), ``state`` and ``tags``.

    Example:
        >>> from orionclient.types import WorkFloeSpec
        >>> spec = session.list_resources(WorkFloeSpec, {"tags": "ETL"}).one()
        >>> spec.title, spec.specification
        ('ETL: molecules to dataset', {})
        >>> session.refresh_resource(spec)
        >>> [parameter["promoted_name"] for parameter in spec.specification["cubes"][0]["parameters"]]
        ['file', 'dataset', 'format']
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="workfloe",
        schema="WorkFloeSpecInfo",
        id_name="workfloe_id",
        get=get_workfloe,
        list=list_workfloes,
    )

    id: Field[int] = Field(identifier, "Number of the floe, unique in the stack (documented).")
    name: Field[str] = Field(string, "Name of the floe; need not be unique (documented).")
    title: Field[str] = Field(string, "What a person reads in place of the name; may be empty (documented).")
    uuid: Field[str] = Field(string, "Identity of the floe over all its versions (documented; the meaning is assumed).")
    state: Field[str] = Field(string, "`ready` or `deprecated` (documented); others are possible.")
    description: Field[str] = Field(optional(string, ""), "Free text; may be empty (assumed).")
    tags: Field[list[str]] = Field(optional(string_list, []), "Tags that the maker of the floe has given it (assumed).")
    package: Field[int | None] = Field(
        optional(identifier), "Id of the package that it came in; None where it is part of the stack (assumed)."
    )
    created: Field[str] = Field(string, "When the stack first saw the floe, ISO 8601 in UTC (assumed).")
    specification: Field[dict[str, Any]] = Field(
        json_object,
        "Cubes and their parameters (documented); empty when listed (documented).",
        default={},
    )

    def start(self, name: str, parameters: Mapping[str, Any] | None = None, /, **promoted: Any) -> WorkFloeJob:
        """Start a job, with its parameters checked against the specification before anything is sent.

        The specification is fetched where it is not there yet. Parameters of a type that this client does not know go unchecked.

        Args:
            name: Display name of the job.
            parameters: More of them, in the form of `WorkFloeJob.start`, for example ``{"cube": {"dock": {"poses": 5}}}``.
            **promoted: Parameters by their promoted names. Resources stand for themselves: files, datasets, collections, secrets, and lists
                of them where the parameter takes several. Names that are no words of Python fit as ``**{"in": dataset}``.

        Returns:
            The job, queued or running.

        Raises:
            ValidationError: A name is unknown (the text has the known ones), a value is of the wrong type, or one is missing.
            OrionError: The server rejected, or no good response came.

        Example:
            >>> from orionclient.types import WorkFloeSpec
            >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
            >>> job = echo.start("first try", text="CNS", number=3)
            >>> job.parameters
            {'promoted': {'text': 'CNS', 'number': 3}}
        """
        from orionclient.types.jobs import WorkFloeJob  # noqa: PLC0415 - a job knows its floe, not the other way round

        if not self.specification:
            refresh(self)
        given = _group_parameters("parameters", parameters)
        both = {**_group_parameters("promoted", given.get("promoted")), **promoted}
        if both or "promoted" in given:
            given["promoted"] = both
        return WorkFloeJob.start(self._require_session(), self, name, self._checked(given))

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as they are sent."""
        _require_known(f"{self._title()}: a group of parameters", given, ("promoted", "cube"))
        cubes = parse_cubes(self)
        promoted = find_promoted(cubes)
        checked = dict(given)
        for name, value in _group_parameters("promoted", given.get("promoted")).items():
            _require_known(f"{self._title()}: the promoted parameter", [name], promoted)
            checked["promoted"] = {**checked["promoted"], name: _check_value(promoted[name], name, value)}
        by_name = {name: cube for cube in cubes for name in cube.names}
        for cube_name, group in _group_parameters("cube", given.get("cube")).items():
            _require_known(f"{self._title()}: the cube", [cube_name], by_name)
            own = {each["name"]: each for each in by_name[cube_name].parameters}
            values = _group_parameters(f"the cube {cube_name!r}", group)
            _require_known(f"{self._title()}: the parameter of the cube {cube_name!r}", values, own)
            sent = {name: _check_value(own[name], name, value) for name, value in values.items()}
            checked["cube"] = {**checked["cube"], cube_name: sent}
        for cube in cubes:
            self._complete(cube, checked)
        return checked

    def _complete(self, cube: Cube, given: Mapping[str, Any]) -> None:
        """Reject parameters among which a required one is missing."""
        promoted, by_cube = given.get("promoted") or {}, given.get("cube") or {}
        own = {name for cube_name in cube.names for name in by_cube.get(cube_name, ())}
        for each in cube.parameters:
            name = each.get("promoted_name") or each["name"]
            there = each.get("promoted_name") in promoted or each["name"] in own
            if each.get("required") and each.get("default") is None and not there:
                raise ValidationError(f"{self._title()} needs the parameter {name!r} ({each['type']})")


@frozen
class Cube:
    """A cube of a specification.

    Attributes:
        names: Its title and its name, as far as it has them.
        parameters: Its parameters. Each has the strings `name` and `type` ("unknown" where the server names none), `promoted_name`, a
            string or None, and `choices`, a list or None.
    """

    names: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...]


def parse_cubes(spec: WorkFloeSpec) -> list[Cube]:
    """Read the cubes of a specification.

    Args:
        spec: The floe, with its specification.

    Returns:
        The cubes; missing lists are empty.

    Raises:
        OrionError: A field of the specification is missing or of another type; the message names it.
    """
    try:
        listed = read_optional_field(spec.specification, "cubes", list, within="specification") or []
        return [_parse_cube(data, place) for data, place in iter_objects(listed, "specification.cubes")]
    except ValueError as error:
        raise OrionError(f"{spec._title()}: {error}") from None


def _parse_cube(data: Mapping[str, Any], within: str) -> Cube:
    names = tuple(read_optional_field(data, name, str, within=within) for name in ("title", "name"))
    parameters = []
    listed = read_optional_field(data, "parameters", list, within=within) or []
    for parameter, place in iter_objects(listed, f"{within}.parameters"):
        promoted = parameter.get("promoted_name")
        known = {
            "name": read_field(parameter, "name", str, within=place),
            "type": read_optional_field(parameter, "type", str, within=place) or "unknown",
            "promoted_name": promoted if isinstance(promoted, str) else None,
            "choices": read_optional_field(parameter, "choices", list, within=place),
        }
        parameters.append({**parameter, **known})
    return Cube(tuple(filter(None, names)), tuple(parameters))


def find_promoted(cubes: Iterable[Cube]) -> dict[str, dict[str, Any]]:
    """Find the promoted parameters.

    Args:
        cubes: The cubes of a floe.

    Returns:
        Promoted name -> parameter.
    """
    return {each["promoted_name"]: each for cube in cubes for each in cube.parameters if each.get("promoted_name")}


def _group_parameters(what: str, given: Any) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise ValidationError(f"{what} is a mapping of names to values, not {type(given).__name__}")
    return dict(given or {})


def _require_known(what: str, given: Any, known: Any) -> None:
    for name in given:
        if name not in known:
            raise ValidationError(f"{what} {name!r:.60} is unknown; known are {', '.join(map(repr, known)) or 'none'}")


def _check_value(parameter: Mapping[str, Any], name: str, value: Any) -> Any:
    """A value as it is sent, for a parameter as the specification describes it."""
    kind, many = str(parameter["type"]), bool(parameter.get("many"))
    if value is None and not parameter.get("required"):
        return None
    if kind in _KINDS:
        return _resource_reference(kind, many, name, value)
    if isinstance(value, Resource):
        if kind in _PYTHON:
            raise ValidationError(f"the parameter {name!r} is of type {kind}, not a {type(value).__name__}")
        # A type of the stack's own: an id is what every kind of resource is named by.
        return value._id()
    if many:
        if not isinstance(value, list | tuple):
            raise ValidationError(f"the parameter {name!r} takes a list of values of type {kind}, not {value!r:.60}")
        return [_is_plain_value(parameter, kind, name, each) for each in value]
    return _is_plain_value(parameter, kind, name, value)


def _is_plain_value(parameter: Mapping[str, Any], kind: str, name: str, value: Any) -> Any:
    wanted = _PYTHON.get(kind, (object,))
    # A bool is an int for Python only.
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind in {"integer", "decimal"}):
        raise ValidationError(f"the parameter {name!r} is of type {kind}; {value!r:.60} is not")
    if isinstance(value, Decimal):
        value = float(value)
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValidationError(f"the parameter {name!r} cannot be written as JSON: {error}") from None
    if parameter.get("choices") and value not in parameter["choices"]:
        raise ValidationError(f"the parameter {name!r} is one of {parameter['choices']}, not {value!r:.60}")
    return value


def _resource_reference(kind: str, many: bool, name: str, value: Any) -> Any:
    """A resource, its id, or one of the published forms that hold ids, which are sent as they are."""
    if isinstance(value, list | tuple):
        if not many:
            raise ValidationError(f"the parameter {name!r} takes one {kind}, not a list")
        return {f"{kind}s": [{"id": _parse_number(kind, name, each)} for each in value]}
    return dict(value) if isinstance(value, Mapping) else _parse_number(kind, name, value)


def _parse_number(kind: str, name: str, value: Any) -> int:
    if isinstance(value, Resource):
        if not isinstance(value, _KINDS[kind]):
            raise ValidationError(f"the parameter {name!r} is a {_KINDS[kind].__name__}, not a {type(value).__name__}")
        return int(value._id())
    return resource_id(value, f"the parameter {name!r}")
