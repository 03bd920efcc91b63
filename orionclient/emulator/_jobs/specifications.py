"""Floe specifications, and the validation of job parameters against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient._runtime import parameters
from orionclient._runtime.hardware import HARDWARE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
    """Job parameters that do not match the specification.

    Args:
        faults: All faults.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        found = "; ".join(faults)
        super().__init__(
            f"{len(faults)} faults in the parameters: {found}."
            if len(faults) > 1
            else f"{found[:1].upper()}{found[1:]}."
        )
        self.faults = list(faults)


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
    _check_cubes(name, specification.get("cubes"))
    for words, what in ((floe.tags, "tags"), (floe.argv, "argv")):
        if isinstance(words, str) or not all(isinstance(word, str) for word in words):
            raise SpecificationError(f"the {what} of the floe {name!r} must be a list of strings")
    if not floe.argv:
        raise SpecificationError(f"the floe {name!r} has no command")
    return FloeSpecification(specification, list(floe.tags), list(floe.argv))


def _check_cubes(name: str, cubes: Any) -> None:
    if not isinstance(cubes, list) or not all(
        isinstance(cube, dict) and _check_strings(cube, "name") for cube in cubes
    ):
        raise SpecificationError(f"the cubes of the floe {name!r} must be a list of objects with a name")
    for cube in cubes:
        listed = cube.get("parameters", [])
        if not isinstance(listed, list) or not all(
            isinstance(each, dict) and _check_strings(each, "name", "type") for each in listed
        ):
            raise SpecificationError(
                f"the cube {cube['name']!r} of the floe {name!r} has parameters without a name or type"
            )
    faults = list(parameters.find_specification_faults([{"parameters": [], **cube} for cube in cubes]))
    if faults:
        raise SpecificationError(f"the floe {name!r} is not valid: {'; '.join(faults)}")


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


def check_parameters(
    specification: Mapping[str, Any], given: Mapping[str, Any], system: Mapping[str, Any] | None = None
) -> None:
    """Validate the parameters of a job against the specification of its floe, and the hardware parameters among its system parameters.

    Raises:
        ParametersError: Parameters are unknown, missing or have the wrong type; it has all faults.
    """
    cubes = [{"parameters": [], **cube} for cube in specification.get("cubes", [])]
    _, faults = parameters.check_parameters(cubes, given)
    for name, value in (system or {}).items():
        if name in HARDWARE:
            faults.extend(parameters.find_value_faults(HARDWARE[name], value, f"the system parameter {name!r}"))
    if faults:
        raise ParametersError(faults)
