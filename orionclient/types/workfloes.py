"""WorkFloeSpec: a floe that jobs can run, with the specification of its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Never

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
from orionclient._runtime.parameters import DATA, TYPES, check_parameters, get_promoted_name
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import NotLoaded, OrionError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orion_api.inputs import ListClassificationsFilters, ListWorkfloesFilters

    from orionclient._resources.resource import SessionLike
    from orionclient.types.jobs import WorkFloeJob

__all__ = ["WorkFloeSpec"]


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
        given: Any = {} if parameters is None else parameters
        own = given.get("promoted") or {} if isinstance(given, Mapping) else None
        if promoted and isinstance(own, Mapping):
            given = {**given, "promoted": {**own, **promoted}}
        return types.WorkFloeJob.start(self._require_session(), self, name, self._check_parameters(given))

    def _check_parameters(self, given: Any) -> dict[str, Any]:
        """Validate the parameters and convert them to JSON."""
        cubes = [
            {**dict(zip(("name", "title"), reversed(cube.names), strict=False)), "parameters": cube.parameters}
            for cube in parse_cubes(self)
        ]
        checked, faults = check_parameters(cubes, given, _convert_value)
        if len(faults) > 1:
            raise ValidationError(f"{self._title()}: {len(faults)} faults in the parameters").with_hints(*faults)
        if faults:
            raise ValidationError(f"{self._title()}: {faults[0]}")
        return checked


@frozen
class Cube:
    """A cube of a floe specification.

    Attributes:
        names: Its title and its name, if present.
        parameters: Its parameters. Each has the strings `name` and `type` ("unknown" if the server sends none), `promoted_name`, a
            string or None if it is not promoted, and `choices`, a list or None.
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
        known = {
            "name": read_field(parameter, "name", str, within=place),
            "type": read_optional_field(parameter, "type", str, within=place) or "unknown",
            "promoted_name": get_promoted_name(parameter),
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
    return {name: each for cube in cubes for each in cube.parameters if (name := get_promoted_name(each))}


def _convert_value(parameter: Mapping[str, Any], value: Any, label: str) -> Any:
    """Convert the value of a parameter to JSON. What cannot be converted is returned unchanged, to be reported as a fault."""
    kind = str(parameter["type"])
    if kind in DATA:
        if isinstance(value, list | tuple):
            ids = [_convert_reference(DATA[kind], each, label) for each in value]
            are_plain = parameter.get("many") and all(isinstance(each, int) for each in ids)
            return {f"{DATA[kind]}s": [{"id": each} for each in ids]} if are_plain else ids
        return _convert_reference(DATA[kind], value, label)
    if isinstance(value, Resource):
        # Of a type that this client does not know.
        return value if kind in TYPES and kind != "json" else value._id()
    if parameter.get("many") and isinstance(value, list | tuple):
        return [_convert_plain(each, label) for each in value]
    return _convert_plain(value, label)


def _convert_plain(value: Any, label: str) -> Any:
    value = float(value) if isinstance(value, Decimal) else to_plain(value)
    check_json(label, value)
    return value


def _convert_reference(kind: str, value: Any, label: str) -> Any:
    """Convert a resource or an id to an id. The published forms that contain ids are sent unchanged."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Resource) or (isinstance(value, str) and "://" in value):
        return reference_id(value, kind, label)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else to_plain(value)
