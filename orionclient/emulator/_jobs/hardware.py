"""The hardware of jobs: what a job asks for, what the local Orion has, and which CPUs are in use.

The parameters are documented (see `orionclient._runtime.hardware`). Assumed is that system parameters set them for all cubes, and that the
values of a cube take precedence. All cubes of a job run in one process here, so the job has the largest value of its cubes.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from orionclient._runtime.hardware import HARDWARE, is_hardware
from orionclient._runtime.parameters import find_value_faults, get_promoted_name
from orionclient.emulator import _strictjson
from orionclient.emulator._jobs.specifications import ParametersError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Type of a cube -> value of CUBE_TYPE (documented).
_CUBE_TYPES = {name: f"{name}_cube" for name in ("source", "sink", "compute")}
_DEFAULTS = {name: each["default"] for name, each in HARDWARE.items()}


class HardwareError(ValueError):
    """Hardware that the local Orion does not have."""


class Machine(NamedTuple):
    """The hardware that jobs can use: the CPUs of all running jobs together, and the memory of one job in MiB."""

    cpus: int
    memory_mb: int


def find_machine(cpus: int | None, memory_mb: int | None, jobs: int) -> Machine:
    """Return the hardware for jobs.

    Args:
        cpus: If omitted, the CPUs that this process can use, or one for each job if that is more.
        memory_mb: If omitted, the memory of the machine.
        jobs: How many jobs run at once at most.

    Raises:
        ValueError: A value is less than a job can have.
    """
    for name, value in (("cpus", cpus), ("memory_mb", memory_mb)):
        least = HARDWARE["cpu_count" if name == "cpus" else name]["min_value"]
        if value is not None and value < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")
    return Machine(
        max(len(list_cpus()), jobs) if cpus is None else cpus,
        _read_memory() if memory_mb is None else memory_mb,
    )


def list_cpus() -> list[int]:
    """Return the CPUs that this process can use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))  # pragma: no cover - macOS, Windows


def _read_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2
    except (AttributeError, OSError, ValueError):  # pragma: no cover - Windows
        return int(HARDWARE["memory_mb"]["max_value"])


def resolve_hardware(
    specification: Mapping[str, Any], parameters: Mapping[str, Any], system: Mapping[str, Any], machine: Machine
) -> dict[str, Any]:
    """Return the hardware of a job: a value for each hardware parameter.

    Args:
        specification: The specification of the floe.
        parameters: The parameters of the job, already checked.
        system: The system parameters of the job, already checked; others than hardware parameters have no effect.
        machine: What there is. A job that asks for no memory has no more than that.

    Raises:
        ParametersError: The floe, which an older version may have stored, has values that are not valid.
    """
    defaults = {**_DEFAULTS, "memory_mb": min(_DEFAULTS["memory_mb"], machine.memory_mb)}
    wanted = {name: system[name] for name in HARDWARE if system.get(name) is not None}
    by_cube: list[dict[str, Any]] = [wanted]
    faults: list[str] = []
    for cube in specification.get("cubes", []):
        own = dict(_read_cube(cube, parameters, wanted))
        for name, value in own.items():
            label = f"the parameter {name!r} of the cube {cube['name']!r}"
            faults.extend(find_value_faults(HARDWARE[name], value, label))
        by_cube.append({**wanted, **own})
    if faults:
        raise ParametersError(faults)
    return {
        name: _combine(default, [own.get(name, default) for own in by_cube[1:] or by_cube])
        for name, default in defaults.items()
    }


def _read_cube(
    cube: Mapping[str, Any], parameters: Mapping[str, Any], system: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the hardware parameters of a cube that the job sets, or the specification if the system parameters do not."""
    promoted, groups = parameters.get("promoted", {}), parameters.get("cube", {})
    given = {**(groups.get(cube.get("title")) or {}), **(groups.get(cube["name"]) or {})}
    own = {each["name"]: each for each in cube.get("parameters", [])}
    for name in HARDWARE:
        listed = own.get(name, {})
        if listed and not is_hardware(listed):
            continue
        outer = get_promoted_name(listed) if listed else None
        default = None if name in system else listed.get("default")
        for value in (promoted.get(outer), given.get(name), default):
            if value is not None:
                yield name, value
                break


def _combine(default: Any, values: list[Any]) -> Any:
    if isinstance(default, str):
        return next((value for value in values if value != default), default)
    return max(values)


def check_machine(hardware: Mapping[str, Any], machine: Machine) -> None:
    """Check that the local Orion has the hardware.

    Raises:
        HardwareError: It does not; the message has all reasons.
    """
    faults = []
    if hardware["cpu_count"] > machine.cpus:
        faults.append(f"{hardware['cpu_count']} CPUs (cpu_count), and this local Orion has {machine.cpus}.")
    if hardware["memory_mb"] > machine.memory_mb:
        faults.append(
            f"{hardware['memory_mb']:.10g} MiB of memory (memory_mb), and this local Orion has {machine.memory_mb}."
        )
    if hardware["gpu_count"]:
        faults.append(f"{hardware['gpu_count']} GPUs (gpu_count), and a local Orion has none.")
    if faults:
        raise HardwareError(" ".join(f"The job asks for {fault}" for fault in faults))


def load_hardware(stored: str) -> dict[str, Any]:
    """Return the hardware in a row of a job; a job of an older version has the defaults."""
    return {**_DEFAULTS, **_strictjson.loads(stored)}


def describe_hardware(hardware: Mapping[str, Any], cpus: list[int], specification: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment variables for a job that Orion's documentation lists, as far as they have a meaning here."""
    count = str(hardware["cpu_count"])
    (first, *_) = specification.get("cubes") or [{}]
    kind = _CUBE_TYPES.get(first.get("type", ""))
    return {
        "ORION_CPU": count,
        "ORION_CPU_LIST": ",".join(map(str, cpus)),
        "ORION_MEM": str(int(hardware["memory_mb"])),
        "ORION_DISK": str(int(hardware["disk_space"])),
        "ORION_GPU": str(hardware["gpu_count"]),
        "ORION_INSTANCE": hardware["instance_type"] or "local",
        **dict.fromkeys(("BLIS_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENMM_CPU_THREADS"), count),
        # Ours: `os.cpu_count()` returns it, from Python 3.13 on.
        "PYTHON_CPU_COUNT": count,
        **({"CUBE_TYPE": kind} if kind else {}),
    }


class CpuPool:
    """The CPUs that running jobs have. Not safe for threads.

    Args:
        limit: The most CPUs that jobs can have together. If the machine has fewer, jobs share them.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: dict[str, int] = {}
        self._lists: dict[str, list[int]] = {}

    def take(self, key: str, count: int) -> bool:
        """Give CPUs to a job, those that the fewest jobs have; returns False if not as many are free."""
        # A job that asks for more than there are fails when it starts; it must not block the others.
        count = min(count, self._limit)
        if sum(self._counts.values()) + count > self._limit:
            return False
        users = Counter(cpu for cpus in self._lists.values() for cpu in cpus)
        self._counts[key] = count
        self._lists[key] = sorted(sorted(list_cpus(), key=lambda cpu: (users[cpu], cpu))[:count])
        return True

    def get(self, key: str) -> list[int]:
        """Return the CPUs of a job."""
        return self._lists[key]

    def release(self, key: str) -> None:
        """Take back the CPUs of a job."""
        self._counts.pop(key, None)
        self._lists.pop(key, None)
