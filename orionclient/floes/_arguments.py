"""From the parameters of a job to the arguments of a function: ids become resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from orionclient._resource import Resource, resource_id
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
    """Make the arguments of a floe's function.

    Args:
        cube: The cube of its specification.
        given: The parameters of the job, ``{"promoted": {...}, "cube": {...}}``; a promoted one counts more.
        session: Session that fetches resources.

    Returns:
        Name -> argument; what was not given, or is null, is left to the function's defaults.

    Raises:
        ValidationError: A value is of another type.
        OrionError: A resource could not be fetched.
    """
    promoted, by_cube = given.get("promoted") or {}, given.get("cube") or {}
    own = {**(by_cube.get(cube["title"]) or {}), **(by_cube.get(cube["name"]) or {})}
    found = {}
    for parameter in cube["parameters"]:
        name = parameter["name"]
        values = (promoted.get(parameter.get("promoted_name")), own.get(name))
        # null stands for no value.
        value = next((each for each in values if each is not None), None)
        if value is not None:
            found[name] = _parse_argument(parameter, value, session)
    return found


def _parse_argument(parameter: Mapping[str, Any], value: Any, session: OrionSession) -> Any:
    if parameter["type"] in _KINDS:
        kind = _KINDS[parameter["type"]]
        found = [session.get_resource(kind, number) for number in _parse_ids(parameter, value)]
    else:
        found = [_parse_plain(parameter, each) for each in _parse_list(parameter, value)]
    if parameter.get("many"):
        return found
    if len(found) != 1:
        raise ValidationError(f"the parameter {parameter['name']!r} takes one {parameter['type']}, not {len(found)}")
    return found[0]


def _parse_list(parameter: Mapping[str, Any], value: Any) -> list[Any]:
    return value if parameter.get("many") and isinstance(value, list) else [value]


def _parse_plain(parameter: Mapping[str, Any], value: Any) -> Any:
    kinds = _PYTHON.get(parameter["type"], (object,))
    # A bool is an int for Python only.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds and object not in kinds):
        raise ValidationError(
            f"the parameter {parameter['name']!r} is of type {parameter['type']}; {value!r:.60} is not"
        )
    choices = parameter.get("choices")
    if choices and value not in choices:
        raise ValidationError(f"the parameter {parameter['name']!r} is one of {choices}, not {value!r:.60}")
    return float(value) if isinstance(value, int) and parameter["type"] == "decimal" else value


def _parse_ids(parameter: Mapping[str, Any], value: Any) -> list[int]:
    """Ids in any of the published forms: an id, ``{"file": id}``, ``{"files": [{"id": id}]}``; and a list of these."""
    if isinstance(value, list):
        return [number for each in value for number in _parse_ids(parameter, each)]
    if not isinstance(value, Mapping):
        return [resource_id(value, f"the parameter {parameter['name']!r}")]
    kind = parameter["type"]
    for key in (kind, f"{kind}s", "id"):
        if list(value) == [key]:
            return _parse_ids(parameter, value[key])
    raise ValidationError(
        f"the parameter {parameter['name']!r} takes whole {kind}s by their ids here, not {str(value)[:80]};"
        " chosen records or shards, and paths, are not modelled"
    )
