"""The hardware parameters that every cube has, as parameters of a floe specification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Names, types, defaults and bounds are documented: pages of cubes at docs.eyesopen.com/floe/modules list them for each cube. Newer pages
# have at most 192 CPUs, older ones 128.
_LARGEST: Final = 8589934592

_PARAMETERS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "cpu_count", "type": "integer", "title": "CPUs", "default": 1, "min_value": 1, "max_value": 192},
    {
        "name": "memory_mb",
        "type": "decimal",
        "title": "Memory (MiB)",
        "default": 1800,
        "min_value": 256,
        "max_value": _LARGEST,
    },
    {
        "name": "disk_space",
        "type": "decimal",
        "title": "Temporary disk space (MiB)",
        "default": 5120,
        "min_value": 128,
        "max_value": _LARGEST,
    },
    {"name": "gpu_count", "type": "integer", "title": "GPUs", "default": 0, "min_value": 0, "max_value": 16},
    {"name": "instance_type", "type": "string", "title": "Instance type", "default": ""},
    {"name": "instance_tags", "type": "string", "title": "Instance tags", "default": ""},
    {
        "name": "max_backlog_wait",
        "type": "integer",
        "title": "Longest wait for hardware (s)",
        "default": 600,
        "min_value": 300,
    },
    {"name": "spot_policy", "type": "string", "title": "Spot policy", "default": "Prohibited"},
)

#: Name -> parameter. Each cube has them, whether its specification lists them or not.
HARDWARE: Final[Mapping[str, Mapping[str, Any]]] = {each["name"]: {**each, "hidden": True} for each in _PARAMETERS}


def is_hardware(parameter: Mapping[str, Any]) -> bool:
    """Return whether a parameter of a cube is a hardware parameter, which has the name and the type of one."""
    kind = HARDWARE.get(parameter["name"], {}).get("type")
    return not parameter.get("many") and parameter["type"] in ({kind, "integer"} if kind == "decimal" else {kind})


def list_parameters(cube: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the parameters of a cube by their names.

    Args:
        cube: A cube of a specification, with `parameters` that have the strings `name` and `type`.

    Returns:
        Those that it lists and the other hardware parameters. A hardware parameter that it lists has the bounds of all cubes by default.
    """
    listed = {
        each["name"]: {**HARDWARE[each["name"]], "hidden": False, **each} if is_hardware(each) else each
        for each in cube["parameters"]
    }
    return {**listed, **{name: HARDWARE[name] for name in HARDWARE if name not in listed}}
