"""Floe specifications, and the validation of job parameters against them.

The forms of dataset, file, collection and secret values are documented; the names of the types are assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


class FloeSpecification(NamedTuple):
    """A floe that jobs can run.

    Args:
        specification: As in the contract, with at least `name`, `uuid` and `cubes`.
        tags: The tags of the floe.
        argv: The command; the job's folder is appended to it.
    """

    specification: Mapping[str, Any]
    tags: Sequence[str]
    argv: Sequence[str]


class SpecificationError(ValueError):
    """A floe specification that is not valid."""


class ParametersError(ValueError):
    """Job parameters that do not match the specification."""


def check_floe(given: Any) -> FloeSpecification:
    """Validate a floe.

    Args:
        given: A `FloeSpecification`, a tuple like it, or an object with its fields.

    Raises:
        SpecificationError: The floe is not valid.
    """
    try:
        floe = FloeSpecification(**given) if isinstance(given, dict) else FloeSpecification(*given)
    except TypeError:
        raise SpecificationError("a floe must have the fields specification, tags and argv") from None
    specification = floe.specification
    if not isinstance(specification, dict) or not _check_strings(specification, "name", "uuid"):
        raise SpecificationError("the specification of a floe must be an object with the strings name and uuid")
    name = specification["name"]
    if not all(isinstance(specification.get(key, ""), str) for key in ("title", "description")):
        raise SpecificationError(f"title and description of the floe {name!r} must be strings")
    _check_classification(specification, name)
    cubes = specification.get("cubes")
    if not isinstance(cubes, list) or not all(
        isinstance(cube, dict) and _check_strings(cube, "name") for cube in cubes
    ):
        raise SpecificationError(f"the cubes of the floe {name!r} must be a list of objects with a name")
    for cube in cubes:
        parameters = cube.get("parameters", [])
        if not isinstance(parameters, list) or not all(
            isinstance(each, dict) and _check_strings(each, "name", "type") for each in parameters
        ):
            raise SpecificationError(
                f"the cube {cube['name']!r} of the floe {name!r} has parameters without a name or type"
            )
    for words, what in ((floe.tags, "tags"), (floe.argv, "argv")):
        if isinstance(words, str) or not all(isinstance(word, str) for word in words):
            raise SpecificationError(f"the {what} of the floe {name!r} must be a list of strings")
    if not floe.argv:
        raise SpecificationError(f"the floe {name!r} has no command")
    return FloeSpecification(specification, list(floe.tags), list(floe.argv))


def _check_classification(specification: Mapping[str, Any], floe: str) -> None:
    paths = specification.get("classification", [])
    if not isinstance(paths, list) or not all(
        isinstance(path, list) and path and all(isinstance(name, str) and name and "/" not in name for name in path)
        for path in paths
    ):
        raise SpecificationError(
            f"the classification of the floe {floe!r} must be a list of paths, each a list of names without slashes"
        )


def _check_strings(value: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(value.get(name), str) and value[name] for name in names)


def check_parameters(specification: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Validate the parameters of a job against the specification of its floe.

    Raises:
        ParametersError: A parameter is unknown, missing, or has the wrong type.
    """
    _reject_unknown("The parameters have an unknown field", given, ["promoted", "cube"])
    promoted, by_cube = _check_object(given, "promoted"), _check_object(given, "cube")
    known_promoted = {
        each["promoted_name"]: each for _, each in _collect_parameters(specification) if each.get("promoted_name")
    }
    _reject_unknown("The floe has no promoted parameter", promoted, known_promoted)
    cubes = specification.get("cubes", [])
    names = {cube["name"]: cube for cube in cubes}
    _reject_unknown("The floe has no cube", by_cube, [*names, *(cube["title"] for cube in cubes if cube.get("title"))])
    for cube in cubes:
        values = {**_check_object(by_cube, cube.get("title") or cube["name"]), **_check_object(by_cube, cube["name"])}
        _check_cube(cube, values, promoted)
    for name, value in promoted.items():
        _check_value(f"The parameter {name!r}", known_promoted[name], value)


def _collect_parameters(specification: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for cube in specification.get("cubes", []):
        for parameter in cube.get("parameters", []):
            yield cube, parameter


def _check_object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name, {})
    if not isinstance(value, dict):
        raise ParametersError(f"{name!r} must be an object.")
    return value


def _check_cube(cube: Mapping[str, Any], values: Mapping[str, Any], promoted: Mapping[str, Any]) -> None:
    known = {each["name"]: each for each in cube.get("parameters", [])}
    _reject_unknown(f"The cube {cube['name']!r} has no parameter", values, known)
    for name, parameter in known.items():
        label = f"The parameter {name!r} of the cube {cube['name']!r}"
        if name in values:
            _check_value(label, parameter, values[name])
        outer = parameter.get("promoted_name")
        missing = values.get(name) is None and (not outer or promoted.get(outer) is None)
        if parameter.get("required") and parameter.get("default") is None and missing:
            raise ParametersError(f"The parameter {outer!r} is missing." if outer else f"{label} is missing.")


def _reject_unknown(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = list(dict.fromkeys(known))
    for name in given:
        if name not in names:
            choice = f"Known: {', '.join(repr(each) for each in names)}." if names else "There are none."
            raise ParametersError(f"{what} {name[:100]!r}. {choice}")


def _check_value(label: str, parameter: Mapping[str, Any], value: Any) -> None:
    kind = parameter["type"]
    if value is None or kind not in _TYPES:
        return
    words, fits = _TYPES[kind]
    many = bool(parameter.get("many"))
    values = value if many and isinstance(value, list) else [value]
    if many and not isinstance(value, list) and kind not in _DATA:
        raise ParametersError(f"{label} must be a list.")
    for each in values:
        if not fits(each):
            raise ParametersError(f"{label} must be {words}.")
        choices = parameter.get("choices")
        if choices and each not in choices:
            raise ParametersError(f"{label} must be one of: {', '.join(repr(choice) for choice in choices)}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_reference(value: Any, plural: str, parts: str | None, single: str | None) -> bool:
    """Return whether a value references resources in one of the documented forms."""
    if not isinstance(value, dict):
        return _is_id(value)
    if single and value.keys() == {single}:
        return _is_id(value[single])
    entries = value.get(plural)
    return (
        value.keys() == {plural}
        and isinstance(entries, list)
        and all(isinstance(entry, dict) and _is_entry(entry, parts) for entry in entries)
    )


def _is_entry(entry: Mapping[str, Any], parts: str | None) -> bool:
    chosen = entry.get(parts, []) if parts else []
    known = {"id", parts} if parts else {"id"}
    return _is_id(entry.get("id")) and entry.keys() <= known and isinstance(chosen, list) and all(map(_is_id, chosen))


# Type -> name of the list of references, name of an entry's list of selected parts, name of a single reference.
_DATA: dict[str, tuple[str, str | None, str | None]] = {
    "dataset": ("datasets", "records", None),
    "file": ("files", None, "file"),
    "collection": ("collections", "shards", None),
    "secret": ("secrets", None, None),
}


def _is_data_reference(
    kind: str, plural: str, parts: str | None, single: str | None
) -> tuple[str, Callable[[Any], bool]]:
    entry = f'{{"id": 1, "{parts}": [1]}}' if parts else '{"id": 1}'
    forms = [f"the id of a {kind}", *([f'{{"{single}": 1}}'] if single else []), f'{{"{plural}": [{entry}]}}']
    return " or ".join(forms), lambda value: _is_reference(value, plural, parts, single)


_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("a string", lambda value: isinstance(value, str)),
    "integer": ("an integer", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "decimal": ("a number", _is_number),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    **{kind: _is_data_reference(kind, *forms) for kind, forms in _DATA.items()},
    **{
        f"{kind}_out": (f"the name of a {kind}", lambda value: isinstance(value, str))
        for kind in _DATA
        if kind != "secret"
    },
}
