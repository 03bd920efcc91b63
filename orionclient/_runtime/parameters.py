"""Rules of the parameters of floes, shared by the client, the floes of users and the local Orion.

Every check reports all faults, so that they can be corrected at once.

The properties of parameters and the types `string`, `integer`, `decimal`, `boolean`, `data_source`, `dataset_out`, `collection_source`,
`collection_sink`, `file_in` and `file_out` are published (listed), as are the forms of references (documented). Other types, and which
values are rejected, are assumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from orionclient._runtime.hardware import is_hardware, list_parameters

#: Type of a parameter for existing data -> kind of resource. `dataset`, `file` and `collection` are older names.
DATA: Final[Mapping[str, str]] = {
    "data_source": "dataset",
    "dataset": "dataset",
    "file_in": "file",
    "file": "file",
    "collection_source": "collection",
    "collection": "collection",
    "secret": "secret",
}
#: Type of a parameter for the name of a resource that the floe creates -> kind of resource. `collection_out` is an older name.
OUTPUTS: Final[Mapping[str, str]] = {
    "dataset_out": "dataset",
    "file_out": "file",
    "collection_sink": "collection",
    "collection_out": "collection",
}
# Type -> Python types of its values, and the words for them.
_PLAIN: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "string": ((str,), "a string"),
    "integer": ((int,), "an integer"),
    "decimal": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
    **{name: ((str,), f"the name of a {kind}") for name, kind in OUTPUTS.items()},
}
_NUMBERS: Final = frozenset({"integer", "decimal"})
#: Names of all types.
TYPES: Final = (*_PLAIN, "json", *DATA)
# Kind -> name of the list of parts that an entry of a reference selects.
_PARTS: Final[Mapping[str, str]] = {"dataset": "records", "collection": "shards"}
# Property -> Python types of its values, and the words for them. null means that the property is not set.
_PROPERTIES: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    **dict.fromkeys(("promoted", "required", "hidden", "many"), _PLAIN["boolean"]),
    **dict.fromkeys(("title", "description", "level", "promoted_name"), _PLAIN["string"]),
    **dict.fromkeys(("min_value", "max_value"), _PLAIN["decimal"]),
    "max_length": _PLAIN["integer"],
    "choices": ((list,), "a list"),
}
# Property -> types of parameters that it applies to.
_LIMITS: Final[Mapping[str, frozenset[str]]] = {
    "min_value": _NUMBERS,
    "max_value": _NUMBERS,
    "max_length": frozenset({"string"}),
}

Parameter = Mapping[str, Any]


def get_promoted_name(parameter: Parameter) -> str | None:
    """Return the promoted name of a parameter.

    Args:
        parameter: The parameter of a specification.

    Returns:
        The name by which a job sets it, by default its own; None if it is not promoted.
    """
    name, promoted = parameter.get("promoted_name"), parameter.get("promoted")
    if promoted is False or not (name or promoted):
        return None
    return name if isinstance(name, str) and name else parameter["name"] if promoted is True else None


def check_parameters(
    cubes: Sequence[Mapping[str, Any]],
    given: Any,
    convert: Callable[[Parameter, Any, str], Any] = lambda _parameter, value, _label: value,
) -> tuple[dict[str, Any], list[str]]:
    """Check the parameters of a job against the cubes of its floe. A parameter of an unknown type may have any value.

    Args:
        cubes: Cubes of a specification. Each has `name` or `title`, and `parameters` with the strings `name` and `type`.
        given: Parameters of the job, ``{"promoted": {name: value}, "cube": {cube: {name: value}}}``.
        convert: Converts a value before it is checked. It is called with the parameter, the value and a label for messages; a ValueError
            that it raises is a fault.

    Returns:
        The converted parameters, and the faults. If there are faults, the parameters are incomplete.
    """
    faults: list[str] = []

    def check_values(
        label: str, values: Any, known: Mapping[str, Parameter], unknown: str, owner: str
    ) -> dict[str, Any]:
        group = _read_group(
            label, values, known, unknown, faults, hidden={name for name in known if known[name].get("hidden")}
        )
        for name in [name for name in group if name in known]:
            what = f"the parameter {name!r}{owner}"
            try:
                group[name] = None if group[name] is None else convert(known[name], group[name], what)
            except ValueError as error:
                faults.append(str(error))
            else:
                faults.extend(find_value_faults(known[name], group[name], what))
        return group

    checked = _read_group("the parameters", given, ("promoted", "cube"), "the parameters have no field", faults)
    if not isinstance(given, Mapping):
        return checked, faults
    if "promoted" in checked:
        known = {
            name: each for cube in cubes for each in list_parameters(cube).values() if (name := get_promoted_name(each))
        }
        unknown = "the floe has no promoted parameter"
        checked["promoted"] = check_values("'promoted'", checked["promoted"], known, unknown, "")
    if "cube" in checked:
        by_name = {name: cube for cube in cubes for name in _list_names(cube)}
        groups = _read_group("'cube'", checked["cube"], by_name, "the floe has no cube", faults)
        for name in [name for name in groups if name in by_name]:
            cube = f"the cube {name!r}"
            own = list_parameters(by_name[name])
            groups[name] = check_values(cube, groups[name], own, f"{cube} has no parameter", f" of {cube}")
        checked["cube"] = groups
    for each in cubes:
        faults.extend(_find_missing(each, checked.get("promoted") or {}, checked.get("cube") or {}))
    return checked, faults


def find_value_faults(parameter: Parameter, value: Any, label: str) -> Iterator[str]:
    """Find the faults of the value of a parameter.

    Args:
        parameter: The parameter of a specification.
        value: Its value as JSON; None means no value.
        label: The parameter in a message, for example ``the parameter 'limit'``.

    Yields:
        The faults.
    """
    kind, many = parameter["type"], parameter.get("many") is True
    if value is None or kind not in TYPES:
        return
    values = value if isinstance(value, list) else [value]
    if kind in DATA:
        if isinstance(value, list) and not many:
            yield f"{label} takes one {DATA[kind]}, not a list"
        elif not all(_is_reference(DATA[kind], each) for each in values):
            # The value of a secret may have been given instead of its id.
            yield f"{label} must be {_describe(kind)}" + ("" if kind == "secret" else f", not {_show(value)}")
    elif many and not isinstance(value, list):
        yield f"{label} must be a list, not {_show(value)}"
    else:
        for each in values if many else [value]:
            yield from _find_plain_faults(parameter, each, label)


def find_specification_faults(cubes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Find the faults of the parameters in a specification.

    Args:
        cubes: The cubes. Each has the string `name`, and `parameters` with the strings `name` and `type`.

    Yields:
        The faults.
    """
    promoted = [get_promoted_name(each) for cube in cubes for each in cube["parameters"]]
    yield from _find_repeated("two cubes with the name", [cube["name"] for cube in cubes])
    yield from _find_repeated("two parameters with the promoted name", promoted)
    for cube in cubes:
        owner = f"of the cube {cube['name']!r}"
        yield from _find_repeated(
            f"two parameters {owner} with the name", [each["name"] for each in cube["parameters"]]
        )
        for each in cube["parameters"]:
            known = list_parameters(cube)[each["name"]] if is_hardware(each) else each
            yield from _find_property_faults(known, f"the parameter {each['name']!r} {owner}")


def get_limit(parameter: Parameter, name: str) -> Any:
    """Return a limit of the values of a parameter.

    Args:
        parameter: The parameter of a specification.
        name: `min_value`, `max_value` or `max_length`.

    Returns:
        The limit; None if there is none, if it is malformed, or if it does not apply to the type.
    """
    limit = parameter.get(name)
    return limit if parameter["type"] in _LIMITS[name] and _has_type(limit, _PROPERTIES[name][0]) else None


def _read_group(
    label: str, values: Any, known: Iterable[str], unknown: str, faults: list[str], *, hidden: Iterable[str] = ()
) -> dict[str, Any]:
    """Copy an object of names and values, and report the unknown names."""
    if values is not None and not isinstance(values, Mapping):
        faults.append(f"{label} must be an object of names and values, not {_show(values)}")
        return {}
    found = [name for name in values or () if name not in known]
    if found:
        shown = ", ".join(repr(name) for name in known if name not in hidden) or "none"
        names = ", ".join(repr(name)[:100] for name in found)
        faults.append(f"{unknown}{'s' * (len(found) > 1)} {names}; known names are {shown}")
    return dict(values or {})


def _list_names(cube: Mapping[str, Any]) -> list[str]:
    return [cube[key] for key in ("name", "title") if cube.get(key)]


def _find_missing(cube: Mapping[str, Any], promoted: Mapping[str, Any], by_cube: Mapping[str, Any]) -> Iterator[str]:
    names = _list_names(cube)
    groups = [by_cube.get(name) or {} for name in names]
    for each in cube["parameters"]:
        name, outer = each["name"], get_promoted_name(each)
        if not each.get("required") or each.get("default") is not None:
            continue
        if (outer is None or promoted.get(outer) is None) and all(group.get(name) is None for group in groups):
            label = repr(outer) if outer else f"{name!r} of the cube {(names or [''])[0]!r}"
            yield f"the parameter {label} is missing (type {each['type']})"


def _find_plain_faults(parameter: Parameter, value: Any, label: str) -> Iterator[str]:
    kind, choices = parameter["type"], parameter.get("choices")
    if kind in _PLAIN and not _has_type(value, _PLAIN[kind][0]):
        yield f"{label} must be {_describe(kind)}, not {_show(value)}"
        return
    if isinstance(choices, list) and choices and value not in choices:
        yield f"{label} must be one of: {', '.join(map(repr, choices))}; not {_show(value)}"
    lowest, highest, longest = (get_limit(parameter, name) for name in _LIMITS)
    if lowest is not None and not value >= lowest:
        yield f"{label} must be at least {lowest}, not {_show(value)}"
    if highest is not None and not value <= highest:
        yield f"{label} must be at most {highest}, not {_show(value)}"
    if longest is not None and len(value) > longest:
        yield f"{label} must have at most {longest} characters, not {len(value)}"


def _find_property_faults(parameter: Parameter, label: str) -> Iterator[str]:
    kind = parameter["type"]
    if kind not in TYPES:
        yield f"{label} has the unknown type {kind[:100]!r}; known: {', '.join(TYPES)}"
        return
    given = {name: value for name in _PROPERTIES if (value := parameter.get(name)) is not None}
    malformed = [name for name, value in given.items() if not _has_type(value, _PROPERTIES[name][0])]
    for name in malformed:
        yield f"{name} of {label} must be {_PROPERTIES[name][1]}, not {_show(given[name])}"
    if malformed:
        return
    for name, kinds in _LIMITS.items():
        if name in given and kind not in kinds:
            yield f"{name} of {label} does not apply to the type {kind}"
    lowest, highest = given.get("min_value"), given.get("max_value")
    if lowest is not None and highest is not None and lowest > highest:
        yield f"min_value of {label} is greater than its max_value: {lowest} > {highest}"
    if given.get("choices") == []:
        yield f"choices of {label} must not be empty"
    for choice in given.get("choices") or ():
        yield from _find_plain_faults({**parameter, "choices": None}, choice, f"a choice of {label}")
    yield from find_value_faults(parameter, parameter.get("default"), f"the default of {label}")


def _find_repeated(what: str, names: Iterable[str | None]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if name is not None and count > 1:
            yield f"{what} {name!r}"


def _has_type(value: Any, types: tuple[type, ...]) -> bool:
    # A Python bool is an int, but JSON true is not a number.
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


def _show(value: Any) -> str:
    return f"{value!r:.60}"


def _describe(kind: str) -> str:
    """Describe the values of a type."""
    if kind in _PLAIN:
        return _PLAIN[kind][1]
    if kind not in DATA:
        return "any JSON value"
    resource = DATA[kind]
    entry = f'{{"id": 1, "{_PARTS[resource]}": [1]}}' if resource in _PARTS else '{"id": 1}'
    single = ' or {"file": 1}' if resource == "file" else ""
    return f'the id of a {resource}{single} or {{"{resource}s": [{entry}]}}'


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_reference(resource: str, value: Any) -> bool:
    """Return whether a value references resources in one of the documented forms."""
    if not isinstance(value, Mapping):
        return _is_id(value)
    if resource == "file" and value.keys() == {"file"}:
        return _is_id(value["file"])
    entries, parts = value.get(f"{resource}s"), _PARTS.get(resource, "id")
    return (
        value.keys() == {f"{resource}s"}
        and isinstance(entries, list)
        and all(
            isinstance(entry, Mapping)
            and _is_id(entry.get("id"))
            and entry.keys() <= {"id", parts}
            and (parts == "id" or (isinstance(entry.get(parts, []), list) and all(map(_is_id, entry.get(parts, [])))))
            for entry in entries
        )
    )
