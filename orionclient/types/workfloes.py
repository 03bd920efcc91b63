"""WorkFloeSpec: a floe that jobs can run, with the specification of its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never

from attrs import frozen
from orion_api.api import workfloes as api

from orionclient import types
from orionclient._resources.convert import (
    identifier,
    iter_objects,
    json_object,
    optional,
    read_field,
    read_optional_field,
    string,
    string_list,
)
from orionclient._resources.json_values import check_json
from orionclient._resources.polling import refresh
from orionclient._resources.resource import Declaration, Field, Resource, reference_id
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import NotLoaded, OrionError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orion_api.inputs import ListClassificationsFilters, ListWorkfloesFilters

    from orionclient._resources.resource import SessionLike
    from orionclient.types.jobs import WorkFloeJob

__all__ = ["WorkFloeSpec"]

_KINDS: Final = ("file", "dataset", "collection", "secret")
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
    """A floe that jobs can run.

    The `specification` is empty in listings (documented); load it with `session.refresh_resource`. Listing takes the filters ``title`` and
    ``name`` (contains), ``name_contains``, ``name_icontains``, ``state``, ``states``, ``tags``, ``tag_filters``, ``tag_match``, ``uuid``,
    ``classification`` and ``package``, and ``version``, ``owner`` and ``project`` of the package. `session.delete_resource` deletes a floe
    of a package permanently; its jobs remain (assumed).

    Example:
        >>> from orionclient.types import WorkFloeSpec
        >>> spec = session.list_resources(WorkFloeSpec, {"tags": "ETL"}).one()
        >>> spec.title, spec.specification
        ('ETL: molecules to dataset', {})
        >>> session.refresh_resource(spec)
        >>> [parameter["promoted_name"] for parameter in spec.specification["cubes"][0]["parameters"]]
        ['file', 'dataset', 'format']
    """

    declaration: ClassVar[Declaration] = Declaration("workfloe", api, schema="WorkFloeSpecInfo", lists_shares=True)

    @classmethod
    def _inputs(cls, filters: ListWorkfloesFilters, create: Never, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the floe, unique in the stack (documented).")
    name: Field[str] = Field(string, "Name of the floe; need not be unique (documented).")
    title: Field[str] = Field(string, "Display title; may be empty (documented).")
    uuid: Field[str] = Field(string, "UUID shared by all versions of the floe (documented; the meaning is assumed).")
    state: Field[str] = Field(string, "`ready` or `deprecated` (documented); other states are possible.")
    description: Field[str] = Field(optional(string, ""), "Description; may be empty (assumed).")
    tags: Field[list[str]] = Field(optional(string_list, []), "Tags from the specification of the floe (assumed).")
    package: Field[int | None] = Field(
        optional(identifier), "Id of the package of the floe; None if it is built in (assumed)."
    )
    created: Field[str] = Field(string, "When the floe was first registered, ISO 8601 in UTC (assumed).")
    specification: Field[dict[str, Any]] = Field(
        json_object,
        "Cubes and their parameters (documented); empty when listed (documented). The `type` of a cube is `SOURCE_CUBE`, `SINK_CUBE` or "
        "`COMPUTE_CUBE` of `orionclient.floes` (values assumed).",
        default={},
    )

    @staticmethod
    def list_classifications(
        session: SessionLike, filters: ListClassificationsFilters | None = None
    ) -> Iterator[dict[str, Any]]:
        """List the tree of classifications of the ready floes, ordered by path (the command is listed, fields and rules are assumed).

        Args:
            session: The session.
            filters: ``name`` (contains), ``path`` (this one and those below it) and ``depth`` (1 is the top level).

        Yields:
            Dicts with `name`, `path`, `depth` and `count`, the count of floes in the classification and below it.

        Raises:
            OrionError: A request failed.

        Example:
            >>> from orionclient.types import WorkFloeSpec
            >>> [each["path"] for each in WorkFloeSpec.list_classifications(session, {"depth": 1})]
            ['Data', 'Test']
        """
        yield from session._calls.iter_items(api.list_classifications, {}, query=dict(filters or {}))

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The promoted parameters of the `specification`: dicts with `promoted_name`, `name`, `type` and so on.

        Raises:
            NotLoaded: The specification is empty, as in a listing; refresh the floe first.
            OrionError: The specification is malformed; the message names the field.
        """
        if not self.specification:
            raise NotLoaded(f"{self._title()}: the specification is not loaded; call session.refresh_resource(...)")
        return list(find_promoted(parse_cubes(self)).values())

    def start(self, name: str, parameters: Mapping[str, Any] | None = None, /, **promoted: Any) -> WorkFloeJob:
        """Start a job. Its parameters are validated against the specification before the job is created.

        The specification is fetched if it is not loaded. Parameters of unknown types are not validated.

        Args:
            name: Display name of the job.
            parameters: Further parameters in the form of `WorkFloeJob.start`, for example ``{"cube": {"dock": {"poses": 5}}}``.
            **promoted: Parameters by their promoted names. Files, datasets, collections and secrets are passed as resources, or as lists
                of them if the parameter takes several. Pass names that are not Python identifiers as ``**{"in": dataset}``.

        Returns:
            The job, queued or running.

        Raises:
            ValidationError: A name is unknown (the message lists the known ones), a value has the wrong type, or one is missing.
            OrionError: The request failed.

        Example:
            >>> from orionclient.types import WorkFloeSpec
            >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
            >>> job = echo.start("first try", text="CNS", number=3)
            >>> job.parameters
            {'promoted': {'text': 'CNS', 'number': 3}}
        """
        if not self.specification:
            refresh(self)
        given = _group_parameters("parameters", parameters)
        both = {**_group_parameters("promoted", given.get("promoted")), **promoted}
        if both or "promoted" in given:
            given["promoted"] = both
        return types.WorkFloeJob.start(self._require_session(), self, name, self._check_parameters(given))

    def _check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Validate the parameters and convert them to JSON."""
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
            self._check_required(cube, checked)
        return checked

    def _check_required(self, cube: Cube, given: Mapping[str, Any]) -> None:
        """Raise an error if a required parameter of a cube is missing."""
        promoted, by_cube = given.get("promoted") or {}, given.get("cube") or {}
        own = {name for cube_name in cube.names for name in by_cube.get(cube_name, ())}
        for each in cube.parameters:
            name = each.get("promoted_name") or each["name"]
            is_given = each.get("promoted_name") in promoted or each["name"] in own
            if each.get("required") and each.get("default") is None and not is_given:
                raise ValidationError(f"{self._title()} requires the parameter {name!r} ({each['type']})")


@frozen
class Cube:
    """A cube of a floe specification.

    Attributes:
        names: Its title and its name, if present.
        parameters: Its parameters. Each has the strings `name` and `type` ("unknown" if the server sends none), `promoted_name`, a
            string or None, and `choices`, a list or None.
    """

    names: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...]


def parse_cubes(spec: WorkFloeSpec) -> list[Cube]:
    """Parse the cubes of a specification.

    Args:
        spec: The floe, with its specification.

    Returns:
        The cubes; missing lists are empty.

    Raises:
        OrionError: A field of the specification is missing or has the wrong type; the message names it.
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
    """Collect the promoted parameters of the cubes.

    Args:
        cubes: The cubes of a floe.

    Returns:
        Promoted name -> parameter.
    """
    return {each["promoted_name"]: each for cube in cubes for each in cube.parameters if each.get("promoted_name")}


def _group_parameters(what: str, given: Any) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise ValidationError(f"{what} must be a mapping of names to values, not {type(given).__name__}")
    return dict(given or {})


def _require_known(what: str, given: Any, known: Any) -> None:
    for name in given:
        if name not in known:
            raise ValidationError(
                f"{what} {name!r:.60} is unknown; known names are {', '.join(map(repr, known)) or 'none'}"
            )


def _check_value(parameter: Mapping[str, Any], name: str, value: Any) -> Any:
    """Validate the value of a parameter and convert it to JSON."""
    kind, many = str(parameter["type"]), bool(parameter.get("many"))
    if value is None and not parameter.get("required"):
        return None
    if kind in _KINDS:
        return _build_reference(kind, many, name, value)
    if isinstance(value, Resource):
        if kind in _PYTHON:
            raise ValidationError(f"the parameter {name!r} must be of type {kind}, not a {type(value).__name__}")
        # The parameter type is unknown to this client; resources of every type are passed by id.
        return value._id()
    if many:
        if not isinstance(value, list | tuple):
            raise ValidationError(f"the parameter {name!r} takes a list of values of type {kind}, not {value!r:.60}")
        return [_check_plain_value(parameter, kind, name, each) for each in value]
    return _check_plain_value(parameter, kind, name, value)


def _check_plain_value(parameter: Mapping[str, Any], kind: str, name: str, value: Any) -> Any:
    wanted, value = _PYTHON.get(kind, (object,)), to_plain(value)
    # A Python bool is an int, but JSON true is not a number.
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind in {"integer", "decimal"}):
        raise ValidationError(f"the parameter {name!r} must be of type {kind}, not {value!r:.60}")
    if isinstance(value, Decimal):
        value = float(value)
    check_json(f"the parameter {name!r}", value)
    if parameter.get("choices") and value not in parameter["choices"]:
        raise ValidationError(f"the parameter {name!r} must be one of {parameter['choices']}, not {value!r:.60}")
    return value


def _build_reference(kind: str, many: bool, name: str, value: Any) -> Any:
    """Convert a resource or an id to a reference. The published forms that contain ids are sent unchanged."""
    if isinstance(value, list | tuple):
        if not many:
            raise ValidationError(f"the parameter {name!r} takes one {kind}, not a list")
        return {f"{kind}s": [{"id": reference_id(each, kind, f"the parameter {name!r}")} for each in value]}
    return dict(value) if isinstance(value, Mapping) else reference_id(value, kind, f"the parameter {name!r}")
