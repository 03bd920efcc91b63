"""The published helper for parameter sweeps: one job for each set of parameters."""

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
        workfloe: The floe, got from a session.
        name: Display name of all the jobs.
        defaults: What all sets have in common, in the form of `WorkFloeJob.start`.
        parameters: The sets; each is merged over the defaults, mappings within mappings too, and anything else replaced.

    Returns:
        The jobs, in the order of the sets.

    Raises:
        ValidationError: A set is no mapping; raised before any job is started.
        OrionError: A job could not be started; those before it were.

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
    merged = [_merge(defaults, each) for each in parameters]
    return [WorkFloeJob.start(session, workfloe, name, each) for each in merged]


def _merge(under: Any, over: Any) -> dict[str, Any]:
    for each in (under, over):
        if not isinstance(each, Mapping):
            raise ValidationError(f"defaults and each set of parameters are mappings, not {type(each).__name__}")
    found = copy.deepcopy(dict(under))
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = _merge(found[key], value) if both else copy.deepcopy(value)
    return found
