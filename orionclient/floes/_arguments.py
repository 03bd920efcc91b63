"""Convert the parameters of a job to the arguments of a floe function: ids become resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from orionclient._resources.resource import Resource, resource_id
from orionclient.exceptions import ValidationError
from orionclient.types import Dataset, File, Secret, ShardCollection

if TYPE_CHECKING:
    from orionclient.session import OrionSession

_KINDS: Final[Mapping[str, type[Resource]]] = {
    "file": File,
    "dataset": Dataset,
    "collection": ShardCollection,
    "secret": Secret,
}
_PYTHON: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "decimal": (int, float),
    "boolean": (bool,),
    "dataset_out": (str,),
    "collection_out": (str,),
    "file_out": (str,),
}


def parse_arguments(cube: Mapping[str, Any], given: Mapping[str, Any], session: OrionSession) -> dict[str, Any]:
    """Build the arguments of a floe function.

    Args:
        cube: The cube of the floe specification.
        given: The parameters of the job, ``{"promoted": {...}, "cube": {...}}``; promoted parameters take precedence.
        session: Session for fetching resources.

    Returns:
        Name -> argument. Parameters that are omitted or null use the defaults of the function.

    Raises:
        ValidationError: A value has the wrong type.
        OrionError: A resource could not be fetched.
    """
    promoted, by_cube = given.get("promoted") or {}, given.get("cube") or {}
    own = {**(by_cube.get(cube["title"]) or {}), **(by_cube.get(cube["name"]) or {})}
    found = {}
    for parameter in cube["parameters"]:
        name = parameter["name"]
        values = (promoted.get(parameter.get("promoted_name")), own.get(name))
        # null means no value.
        value = next((candidate for candidate in values if candidate is not None), None)
        if value is not None:
            found[name] = _parse_argument(parameter, value, session)
    return found


def _parse_argument(parameter: Mapping[str, Any], value: Any, session: OrionSession) -> Any:
    if parameter["type"] in _KINDS:
        kind = _KINDS[parameter["type"]]
        found = [session.get_resource(kind, resource) for resource in _parse_ids(parameter, value)]
    else:
        found = [_check_plain_value(parameter, item) for item in _parse_list(parameter, value)]
    if parameter.get("many"):
        return found
    if len(found) != 1:
        raise ValidationError(f"the parameter {parameter['name']!r} takes one {parameter['type']}, not {len(found)}")
    return found[0]


def _parse_list(parameter: Mapping[str, Any], value: Any) -> list[Any]:
    return value if parameter.get("many") and isinstance(value, list) else [value]


def _check_plain_value(parameter: Mapping[str, Any], value: Any) -> Any:
    kinds = _PYTHON.get(parameter["type"], (object,))
    # A Python bool is an int, but JSON true is not a number.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds and object not in kinds):
        raise ValidationError(
            f"the parameter {parameter['name']!r} must be of type {parameter['type']}, not {value!r:.60}"
        )
    choices = parameter.get("choices")
    if choices and value not in choices:
        raise ValidationError(f"the parameter {parameter['name']!r} must be one of {choices}, not {value!r:.60}")
    return float(value) if isinstance(value, int) and parameter["type"] == "decimal" else value


def _parse_ids(parameter: Mapping[str, Any], value: Any) -> list[int]:
    """Parse ids in the published forms: an id, ``{"file": id}``, ``{"files": [{"id": id}]}``, or a list of these."""
    if isinstance(value, list):
        return [parsed for item in value for parsed in _parse_ids(parameter, item)]
    if not isinstance(value, Mapping):
        return [resource_id(value, f"the parameter {parameter['name']!r}")]
    kind = parameter["type"]
    for key in (kind, f"{kind}s", "id"):
        if list(value) == [key]:
            return _parse_ids(parameter, value[key])
    raise ValidationError(
        f"the parameter {parameter['name']!r} takes {kind} ids, not {str(value)[:80]};"
        " selections of records or shards, and paths, are not supported"
    )
