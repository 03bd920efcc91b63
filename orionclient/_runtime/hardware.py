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
HARDWARE: Final[Mapping[str, Mapping[str, Any]]] = {each["name"]: each for each in _PARAMETERS}


def is_hardware(parameter: Mapping[str, Any]) -> bool:
    """Return whether a parameter of a cube is a hardware parameter: it has the name and a matching type."""
    known = HARDWARE.get(parameter["name"])
    return known is not None and not parameter.get("many") and _is_number(known) == _is_number(parameter)


def check_hardware(name: str, value: Any) -> str:
    """Check the value of a hardware parameter.

    Args:
        name: Name of the parameter.
        value: The value.

    Returns:
        What the value must be, for example ``an integer from 1 to 192``; empty if it is valid.
    """
    known = HARDWARE[name]
    if not _is_number(known):
        return "" if isinstance(value, str) else "a string"
    wanted = int if known["type"] == "integer" else (int, float)
    least, most = known["min_value"], known.get("max_value", float("inf"))
    if isinstance(value, wanted) and not isinstance(value, bool) and least <= value <= most:
        return ""
    kind = "an integer" if known["type"] == "integer" else "a number"
    return f"{kind} from {least} to {most}" if "max_value" in known else f"{kind} of at least {least}"


def _is_number(parameter: Mapping[str, Any]) -> bool:
    return parameter["type"] in {"integer", "decimal"}
