"""Convert the parameters of a job to the arguments of a floe function: ids become resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orionclient._resources.resource import resource_id
from orionclient._runtime.parameters import DATA, find_value_faults
from orionclient.exceptions import ValidationError
from orionclient.types import KINDS

if TYPE_CHECKING:
    from orionclient.session import OrionSession


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
    kind = DATA.get(parameter["type"])
    if kind is not None:
        found = [session.get_resource(KINDS[kind], each) for each in _parse_ids(parameter["name"], kind, value)]
        if not parameter.get("many") and len(found) != 1:
            raise ValidationError(f"the parameter {parameter['name']!r} takes one {kind}, not {len(found)}")
        return found if parameter.get("many") else found[0]
    faults = [*find_value_faults(parameter, value, f"the parameter {parameter['name']!r}")]
    if faults:
        raise ValidationError("; ".join(faults))
    if parameter["type"] != "decimal":
        return value
    return [float(each) for each in value] if parameter.get("many") else float(value)


def _parse_ids(name: str, kind: str, value: Any) -> list[int]:
    """Parse ids in the published forms: an id, ``{"file": id}``, ``{"files": [{"id": id}]}``, or a list of these."""
    if isinstance(value, list):
        return [parsed for item in value for parsed in _parse_ids(name, kind, item)]
    if not isinstance(value, Mapping):
        return [resource_id(value, f"the parameter {name!r}")]
    for key in (kind, f"{kind}s", "id"):
        if list(value) == [key]:
            return _parse_ids(name, kind, value[key])
    raise ValidationError(
        f"the parameter {name!r} takes {kind} ids, not {str(value)[:80]};"
        " selections of records or shards, and paths, are not supported"
    )
