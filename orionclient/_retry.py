"""The policy of retrying: pure functions from what happened to how long to wait, or to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, define, field, fields, frozen

from orionclient._messages import is_success
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from orionclient._messages import FailureKind

# Documented: 404 is retried 8 times, 429 up to 45 times. The others are ours (5 attempts).
DEFAULT_RETRIES: Final[Mapping[int, int]] = MappingProxyType(
    {404: 8, 408: 4, 425: 4, 429: 45, 500: 4, 502: 4, 503: 4, 504: 4}
)
CONNECTION_RETRIES: Final = 4
# The command line's own: documented are 10 s a request and 2 retries, on a broken connection or 404.
INTERACTIVE_TIMEOUT: Final = 10.0
INTERACTIVE_RETRIES: Final = 2
# What a retry costs of the session's quota, in botocore's proportions.
_COST, _COST_THROTTLED = 14, 5
_CONNECTION_FAILURES: Final = frozenset({"connect", "lost", "timeout"})
_RETRIED_FAILURES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "read": _CONNECTION_FAILURES,
        "write": _CONNECTION_FAILURES,
        "keyed": _CONNECTION_FAILURES,
        "create": frozenset({"connect"}),
    }
)
# The server says by these that it has not carried out what was asked.
_NOT_APPLIED: Final = frozenset({408, 425, 429})
# After a redirect to a page that is read by GET, what was sent has mostly been carried out.
_MAYBE_APPLIED: Final = frozenset({302, 303, 500, 502, 503, 504})
_THROTTLED: Final = frozenset({429, 503})


def _status_map(value: Any) -> Any:
    if value is None:
        return None
    if not all(isinstance(status, int) for status in value):
        raise ValidationError("a retry or back-off table has HTTP statuses (int) as keys")
    return MappingProxyType(dict(value))


@frozen(kw_only=True)
class Policy:
    """How often and how long to try.

    Attributes:
        retry_dict: Status -> number of retries, for every method; statuses that are not named are not retried. None for the defaults.
        request_timeout: Seconds for one attempt.
        retry_timeout: Seconds for all attempts and waits together.
        backoff_dict: Status -> (base, cap) in seconds for waits after that status.
        base: Shortest wait in seconds.
        cap: Longest wait in seconds.
        default_retries: Status -> number of retries where `retry_dict` is None.
        connection_retries: Number of retries after a broken connection.
    """

    retry_dict: Mapping[int, int] | None = field(default=None, converter=_status_map)
    request_timeout: float = 60.0
    retry_timeout: float = 300.0
    backoff_dict: Mapping[int, tuple[float, float]] | None = field(default=None, converter=_status_map)
    base: float = 0.1
    cap: float = 90.0
    default_retries: Mapping[int, int] = field(default=DEFAULT_RETRIES, converter=_status_map)
    connection_retries: int = CONNECTION_RETRIES

    # A read-only mapping does not pickle, so the tables travel as dicts.
    def __getstate__(self) -> dict[str, object]:
        values = {name: getattr(self, name) for name in _POLICY_FIELDS}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, _status_map(value) if isinstance(value, dict) else value)


_POLICY_FIELDS: Final = tuple(attribute.name for attribute in fields(Policy))


def interactive_policy(timeout: float = INTERACTIVE_TIMEOUT, max_retries: int = INTERACTIVE_RETRIES) -> Policy:
    """Make the policy of somebody who waits at a terminal: short, few retries.

    Args:
        timeout: Seconds for one attempt.
        max_retries: Number of retries after a broken connection, a 404 or a passing fault of the server.

    Returns:
        The policy.
    """
    return Policy(
        request_timeout=timeout,
        default_retries=dict.fromkeys(DEFAULT_RETRIES, max_retries),
        connection_retries=max_retries,
    )


@frozen
class Outcome:
    """How an attempt ended, if not well.

    Attributes:
        status: Status of the response; None where there was none.
        failure: What went wrong where there was no response, or none that can be used.
        retry_after: The header as sent; None without it.
    """

    status: int | None = None
    failure: FailureKind | None = None
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        """True for a response of success that can be used."""
        return self.failure is None and self.status is not None and is_success(self.status)


@define
class CallState:
    """What one call has been through.

    Attributes:
        attempts: Number of attempts so far.
        retries: Reason -> number of retries for it so far.
        last_wait: The wait before, per reason, in seconds.
        charged: What the retries so far have cost of the quota.
        maybe_applied: True once an attempt may have been applied although no good response came.
        applied: True once the response to an attempt began with a good status, and what followed could not be read.
    """

    attempts: int = 0
    retries: dict[object, int] = Factory(dict)
    last_wait: dict[object, float] = Factory(dict)
    charged: int = 0
    maybe_applied: bool = False
    applied: bool = False


def count_allowed_retries(policy: Policy, retry_class: str, outcome: Outcome) -> int:
    """Tell how often this outcome may be retried for an operation of this class.

    Args:
        policy: The policy.
        retry_class: ``read``, ``write``, ``create``, or ``keyed`` where the server takes idempotency keys.
        outcome: How the attempt ended.

    Returns:
        Number of retries; 0 for none.
    """
    if outcome.failure is not None:
        return policy.connection_retries if outcome.failure in _RETRIED_FAILURES.get(retry_class, ()) else 0
    status = outcome.status or 0
    if policy.retry_dict is not None:
        return policy.retry_dict.get(status, 0)
    if retry_class == "create":
        sure = status in _NOT_APPLIED or (status == 503 and bool(outcome.retry_after))
        return policy.default_retries.get(status, 0) if sure else 0
    if retry_class == "keyed" and status in {404, 409}:
        # 409 with a time says that the first attempt is still being carried out.
        return policy.connection_retries if status == 409 and outcome.retry_after else 0
    return policy.default_retries.get(status, 0)


def retry_cost(policy: Policy, outcome: Outcome) -> int:
    """Tell what a retry costs of the quota.

    Args:
        policy: The policy.
        outcome: How the attempt ended.

    Returns:
        The price; 0 where the number of retries was named by the caller, and for a 404, which is no sign of a dead service.
    """
    if outcome.failure is not None:
        return _COST
    if policy.retry_dict is not None or outcome.status in {404, 429}:
        return 0
    return _COST


def may_have_been_applied(retry_class: str, outcome: Outcome) -> bool:
    """Tell whether the server may have carried out what was asked.

    Args:
        retry_class: ``read``, ``write``, ``create`` or ``keyed``.
        outcome: How the attempt ended.

    Returns:
        True where that cannot be ruled out.
    """
    if retry_class == "read":
        return False
    if outcome.failure is not None:
        return outcome.failure in {"lost", "timeout", "protocol"}
    return outcome.status in _MAYBE_APPLIED and not (outcome.status == 503 and bool(outcome.retry_after))


def was_applied(retry_class: str, outcome: Outcome) -> bool:
    """Tell whether the server has said that it carried out what was asked, before the rest of its response was lost.

    Args:
        retry_class: ``read``, ``write``, ``create`` or ``keyed``.
        outcome: How the attempt ended.

    Returns:
        True where that is certain.
    """
    good = outcome.status is not None and is_success(outcome.status)
    return good and outcome.failure is not None and retry_class != "read"


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Read a Retry-After header in either of its forms.

    Args:
        value: The header; None without it.
        now: Seconds since 1970.

    Returns:
        Seconds from now, never negative; None where there is nothing usable.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - 25 modules, for a header that is rare

    try:
        moment = parsedate_to_datetime(text)
        # The form of C's asctime has no zone; it means UTC like the others.
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, seconds - now)


def compute_wait(
    policy: Policy,
    state: CallState,
    outcome: Outcome,
    retry_class: str,
    *,
    remaining: float,
    now: float,
    uniform: Callable[[float, float], float],
) -> float | None:
    """Decide whether to try again, and when.

    Args:
        policy: The policy.
        state: What the call has been through.
        outcome: How the last attempt ended.
        retry_class: Class of the operation.
        remaining: Seconds that are left for the whole call.
        now: Seconds since 1970, for dates.
        uniform: Source of randomness.

    Returns:
        Seconds to wait; None to stop. A wait that would pass the deadline is not started.
    """
    reason = retry_reason(outcome)
    done = state.retries.get(reason, 0)
    left = count_allowed_retries(policy, retry_class, outcome) - done
    if left <= 0:
        return None
    named = (policy.backoff_dict or {}).get(outcome.status or 0)
    base, cap = named or (max(policy.base, 1.0) if outcome.status in _THROTTLED else policy.base, policy.cap)
    wait = min(cap, uniform(base, max(base, state.last_wait.get(reason, base) * 3)))
    # Every retry that was promised has to fit into the time that is left, so none may wait for more than its share.
    wait = min(wait, max(base, remaining / (left + 1)))
    requested = retry_after_seconds(outcome.retry_after, now)
    if requested is None and outcome.status == 429 and not named and not done:
        # The rate limiter slows down all requests, so one that is rejected once need not wait for long.
        requested = base
    if requested is not None:
        wait = requested + uniform(0.0, requested / 10)
    if wait >= remaining:
        return None
    return wait


def record_retry(state: CallState, outcome: Outcome, wait: float, cost: int) -> None:
    """Write down that a retry was decided.

    Args:
        state: What the call has been through; brought up to date.
        outcome: How the last attempt ended.
        wait: Seconds until the retry.
        cost: What it cost of the quota.
    """
    reason = retry_reason(outcome)
    state.retries[reason] = state.retries.get(reason, 0) + 1
    state.last_wait[reason] = wait
    state.charged += cost


def retry_reason(outcome: Outcome) -> object:
    """Name what retries are counted by.

    Args:
        outcome: How an attempt ended.

    Returns:
        The status, or ``connection``.
    """
    return "connection" if outcome.failure is not None else outcome.status
