"""Published helper for parameter sweeps: start one job for each set of parameters."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orionclient.exceptions import ValidationError
from orionclient.types import WorkFloeJob

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orionclient.types import WorkFloeSpec

__all__ = ["parameterize_workfloe"]


def parameterize_workfloe(
    workfloe: WorkFloeSpec, name: str, defaults: Mapping[str, Any], parameters: Iterable[Mapping[str, Any]]
) -> list[WorkFloeJob]:
    """Start one job for each set of parameters.

    Args:
        workfloe: The floe, fetched with a session.
        name: Display name of the jobs.
        defaults: Parameters shared by all sets, in the form of `WorkFloeJob.start`.
        parameters: The parameter sets. Each is merged into the defaults recursively; values other than mappings replace the default.

    Returns:
        The jobs, in the order of the sets.

    Raises:
        ValidationError: A set is not a mapping; raised before any job is started.
        OrionError: A job could not be started; the jobs before it were started.

    Example:
        >>> from orionclient.helpers.parameterize import parameterize_workfloe
        >>> from orionclient.types import WorkFloeSpec
        >>> echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
        >>> sets = [{"cube": {"echo": {"number": number}}} for number in range(3)]
        >>> jobs = parameterize_workfloe(echo, "sweep", {"promoted": {"text": "CNS"}}, sets)
        >>> jobs[2].parameters
        {'promoted': {'text': 'CNS'}, 'cube': {'echo': {'number': 2}}}
    """
    session = workfloe._require_session()
    merged = [_merge(defaults, overrides) for overrides in parameters]
    return [WorkFloeJob.start(session, workfloe, name, values) for values in merged]


def _merge(base: Any, overrides: Any) -> dict[str, Any]:
    for given in (base, overrides):
        if not isinstance(given, Mapping):
            raise ValidationError(f"defaults and parameter sets must be mappings, not {type(given).__name__}")
    merged = copy.deepcopy(dict(base))
    for key, value in overrides.items():
        nested = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if nested else copy.deepcopy(value)
    return merged
