"""Retry policy: pure functions that decide whether a failed attempt is retried, and after which back-off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, define, field, fields, frozen

from orionclient._runtime.plain import to_plain
from orionclient._transport.checks import is_success
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from orionclient._transport.response import FailureKind

# Documented: 404 is retried 8 times, 429 up to 45 times. The others are ours (5 attempts in total).
DEFAULT_RETRIES: Final[Mapping[int, int]] = MappingProxyType(
    {404: 8, 408: 4, 425: 4, 429: 45, 500: 4, 502: 4, 503: 4, 504: 4}
)
CONNECTION_RETRIES: Final = 4
# Defaults of the command line. Documented: 10 s per request and 2 retries after a connection error or 404.
INTERACTIVE_TIMEOUT: Final = 10.0
INTERACTIVE_RETRIES: Final = 2
# A 404 is retried because another replica may know the resource already. At a prompt, a typing error is more likely.
PROMPT_RETRIES: Final = 2
PROMPT_SECONDS: Final = 5.0
# Tokens that a retry takes from the session's quota, in botocore's proportions.
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
# With these statuses the server has not applied the request.
_NOT_APPLIED: Final = frozenset({408, 425, 429})
# A redirect to a page that is fetched by GET (302, 303) usually means that the request was applied.
_MAYBE_APPLIED: Final = frozenset({302, 303, 500, 502, 503, 504})
_THROTTLED: Final = frozenset({429, 503})


def _status_map(value: Any) -> Any:
    if value is None:
        return None
    plain = {to_plain(status): to_plain(limit) for status, limit in value.items()}
    if not all(isinstance(status, int) for status in plain):
        raise ValidationError("the keys of retry_dict and backoff_dict must be HTTP statuses (int)")
    return MappingProxyType(plain)


@frozen(kw_only=True)
class Policy:
    """Retry policy: maximum counts of retries, timeouts and back-off.

    Attributes:
        retry_dict: Status -> maximum number of retries, for every method; other statuses are not retried. None for the defaults.
        request_timeout: Seconds per attempt.
        retry_timeout: Seconds for all attempts and waits together.
        backoff_dict: Status -> (base, cap) in seconds for the back-off after that status.
        base: Minimum back-off in seconds.
        cap: Maximum back-off in seconds.
        default_retries: Status -> maximum number of retries if `retry_dict` is None.
        connection_retries: Maximum number of retries after a connection error.
    """

    retry_dict: Mapping[int, int] | None = field(default=None, converter=_status_map)
    request_timeout: float = field(default=60.0, converter=to_plain)
    retry_timeout: float = field(default=300.0, converter=to_plain)
    backoff_dict: Mapping[int, tuple[float, float]] | None = field(default=None, converter=_status_map)
    base: float = 0.1
    cap: float = 90.0
    default_retries: Mapping[int, int] = field(default=DEFAULT_RETRIES, converter=_status_map)
    connection_retries: int = CONNECTION_RETRIES

    # A MappingProxyType cannot be pickled, so the mappings are pickled as dicts.
    def __getstate__(self) -> dict[str, object]:
        values = {name: getattr(self, name) for name in _POLICY_FIELDS}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, _status_map(value) if isinstance(value, dict) else value)


_POLICY_FIELDS: Final = tuple(attribute.name for attribute in fields(Policy))


def interactive_policy(timeout: float = INTERACTIVE_TIMEOUT, max_retries: int = INTERACTIVE_RETRIES) -> Policy:
    """Create the policy for interactive use: short timeouts, few retries.

    Args:
        timeout: Seconds per attempt.
        max_retries: Maximum number of retries after a connection error, a 404 or a transient server error.

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
    """Outcome of an attempt.

    Attributes:
        status: Status of the response; None if there was none.
        failure: Kind of failure if there was no response, or no usable one; otherwise None.
        retry_after: Value of the header `Retry-After`; None if missing.
        is_final: True for a 404 of a server that has no replicas, so that a retry cannot succeed.
        at_prompt: True for a 404 of Orion itself in an interactive interpreter or notebook.
    """

    status: int | None = None
    failure: FailureKind | None = None
    retry_after: str | None = None
    is_final: bool = False
    at_prompt: bool = False

    @property
    def is_success(self) -> bool:
        """True for a usable response with a success status."""
        return self.failure is None and self.status is not None and is_success(self.status)


@define
class CallState:
    """State of one call over all its attempts.

    Attributes:
        attempts: Number of attempts so far.
        retries: Reason -> number of retries so far.
        last_wait: Reason -> last back-off in seconds.
        charged: Tokens that the retries so far took from the quota.
        maybe_applied: True once an attempt may have been applied although no usable response was received.
        applied: True once a response with a success status was received whose body could not be read.
    """

    attempts: int = 0
    retries: dict[object, int] = Factory(dict)
    last_wait: dict[object, float] = Factory(dict)
    charged: int = 0
    maybe_applied: bool = False
    applied: bool = False


def count_allowed_retries(policy: Policy, retry_class: str, outcome: Outcome) -> int:
    """Return how often an outcome may be retried for an operation of a retry class.

    Args:
        policy: The policy.
        retry_class: ``read``, ``write``, ``create``, or ``keyed`` if the server accepts idempotency keys.
        outcome: Outcome of the attempt.

    Returns:
        Maximum number of retries; 0 for none.
    """
    if outcome.failure is not None:
        return policy.connection_retries if outcome.failure in _RETRIED_FAILURES.get(retry_class, ()) else 0
    status = outcome.status or 0
    if policy.retry_dict is not None:
        return policy.retry_dict.get(status, 0)
    if outcome.is_final:
        return 0
    if retry_class == "create":
        not_applied = status in _NOT_APPLIED or (status == 503 and bool(outcome.retry_after))
        return policy.default_retries.get(status, 0) if not_applied else 0
    if retry_class == "keyed" and status in {404, 409}:
        # 409 with Retry-After means that the first attempt with this idempotency key is still in progress.
        return policy.connection_retries if status == 409 and outcome.retry_after else 0
    allowed = policy.default_retries.get(status, 0)
    return min(allowed, PROMPT_RETRIES) if outcome.at_prompt else allowed


def retry_cost(policy: Policy, outcome: Outcome) -> int:
    """Return how many tokens a retry takes from the quota.

    Args:
        policy: The policy.
        outcome: Outcome of the attempt.

    Returns:
        Number of tokens; 0 if the caller set the number of retries, and for 404 and 429, which do not indicate a failing service.
    """
    if outcome.failure is not None:
        return _COST
    if policy.retry_dict is not None or outcome.status in {404, 429}:
        return 0
    return _COST


def may_have_been_applied(retry_class: str, outcome: Outcome) -> bool:
    """Check whether the server may have applied the request.

    Args:
        retry_class: ``read``, ``write``, ``create`` or ``keyed``.
        outcome: Outcome of the attempt.

    Returns:
        True if it cannot be ruled out.
    """
    if retry_class == "read":
        return False
    if outcome.failure is not None:
        return outcome.failure in {"lost", "timeout", "protocol"}
    return outcome.status in _MAYBE_APPLIED and not (outcome.status == 503 and bool(outcome.retry_after))


def was_applied(retry_class: str, outcome: Outcome) -> bool:
    """Check whether the server reported success before the rest of its response was lost.

    Args:
        retry_class: ``read``, ``write``, ``create`` or ``keyed``.
        outcome: Outcome of the attempt.

    Returns:
        True if the request was applied for certain.
    """
    success = outcome.status is not None and is_success(outcome.status)
    return success and outcome.failure is not None and retry_class != "read"


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Parse a `Retry-After` header, given in seconds or as an HTTP date.

    Args:
        value: Value of the header; None if missing.
        now: Current time in seconds since 1970.

    Returns:
        Seconds from now, never negative; None if the header is missing or malformed.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - imports 25 modules, for a rare header

    try:
        date = parsedate_to_datetime(value)
        # The asctime form has no time zone; it is UTC like the other forms.
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
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
    """Decide whether to retry, and after which back-off.

    Args:
        policy: The policy.
        state: State of the call.
        outcome: Outcome of the last attempt.
        retry_class: Retry class of the operation.
        remaining: Seconds until the deadline of the call.
        now: Current time in seconds since 1970, for dates.
        uniform: Source of randomness.

    Returns:
        Back-off in seconds; None to stop, also if the back-off would exceed the deadline.
    """
    reason = retry_reason(outcome)
    retries = state.retries.get(reason, 0)
    left = count_allowed_retries(policy, retry_class, outcome) - retries
    if left <= 0:
        return None
    configured = (policy.backoff_dict or {}).get(outcome.status or 0)
    base, cap = configured or (max(policy.base, 1.0) if outcome.status in _THROTTLED else policy.base, policy.cap)
    wait = min(cap, uniform(base, max(base, state.last_wait.get(reason, base) * 3)))
    # All allowed retries have to fit into the remaining time, so each back-off is limited to its share.
    wait = min(wait, max(base, remaining / (left + 1)))
    requested = retry_after_seconds(outcome.retry_after, now)
    if requested is None and outcome.status == 429 and not configured and not retries:
        # The rate limiter throttles all requests, so the first rejected one needs only a short back-off.
        requested = base
    if requested is not None:
        wait = requested + uniform(0.0, requested / 10)
    if wait >= remaining:
        return None
    return wait


def record_retry(state: CallState, outcome: Outcome, wait: float, cost: int) -> None:
    """Record a retry in the state of the call.

    Args:
        state: State of the call; updated.
        outcome: Outcome of the last attempt.
        wait: Back-off in seconds.
        cost: Tokens that the retry took from the quota.
    """
    reason = retry_reason(outcome)
    state.retries[reason] = state.retries.get(reason, 0) + 1
    state.last_wait[reason] = wait
    state.charged += cost


def retry_reason(outcome: Outcome) -> object:
    """Return the reason by which retries are counted.

    Args:
        outcome: Outcome of an attempt.

    Returns:
        The status, or ``connection``.
    """
    return "connection" if outcome.failure is not None else outcome.status
