"""Reload resources, and poll them until a condition is met or a timeout expires."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final, cast

from orionclient._resources.resource import MISSING
from orionclient._runtime.clock import CLOCK
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import NotLoaded, OrionError, OrionTimeout, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient._resources.resource import Endpoint, Resource

# Minimum timeout of a poll in seconds, which the last poll may use after the deadline.
_LAST_POLL: Final = 5.0
# Poll interval as a share of the elapsed time, with its minimum and maximum in seconds.
_SHARE, _SHORTEST, _LONGEST = 0.05, 0.5, 30.0
_MIN_INTERVAL: Final = 0.02


def check_arguments(resource: Resource, attribute: str, timeout: float, sleep_time: float) -> None:
    """Validate the arguments of `poll_until`.

    Args:
        resource: The resource.
        attribute: Name of its attribute.
        timeout: Timeout in seconds.
        sleep_time: Poll interval in seconds.

    Raises:
        ValidationError: The resource type has no such attribute, or a time is not a number of seconds.
    """
    known = resource.fields()
    if attribute not in known and not isinstance(getattr(type(resource), str(attribute), None), property):
        raise ValidationError(f"{type(resource).__name__} has no field {attribute!r:.60}; it has {', '.join(known)}")
    for name, seconds in (("timeout", to_plain(timeout)), ("sleep_time", to_plain(sleep_time))):
        if not isinstance(seconds, int | float) or math.isnan(seconds) or seconds < 0:
            raise ValidationError(f"{name} must be seconds (at least 0), not {seconds!r:.60}")


def poll_until(
    refresh: Callable[[float, float], None],
    resource: Resource,
    attribute: str,
    until_value: Any,
    *,
    timeout: float,
    sleep_time: float,
) -> None:
    """Poll a resource until an attribute has a value.

    Args:
        refresh: Refreshes the resource, with a timeout of the whole call and one for retries, in seconds.
        resource: The resource.
        attribute: Name of the attribute.
        until_value: The value.
        timeout: Timeout in seconds.
        sleep_time: Poll interval in seconds.

    Raises:
        OrionTimeout: The attribute has another value after the timeout.
        OrionError: A request failed.
    """
    timeout, sleep_time = to_plain(timeout), to_plain(sleep_time)
    end = CLOCK.monotonic() + timeout
    problem = f"{resource._title()}: {attribute!r} did not become {until_value!r:.60} within {timeout:g} s"
    value: Any = MISSING
    while True:
        left = end - CLOCK.monotonic()
        try:
            refresh(max(left, _LAST_POLL), left)
        except OrionTimeout as error:
            late = OrionTimeout(f"{problem}; {_format_last(value)}; the last poll timed out: {error._message()}")
            raise (late.with_call(error.call) if error.call else late) from error
        try:
            value = getattr(resource, attribute)
        except NotLoaded:
            value = MISSING
        if value == until_value:
            return
        left = end - CLOCK.monotonic()
        if left <= 0:
            raise OrionTimeout(f"{problem}; {_format_last(value)}")
        pause(min(sleep_time, left))


def _format_last(value: Any) -> str:
    return "its value is unknown" if value is MISSING else f"its last value is {value!r:.60}"


def refresh(resource: Resource, timeout: float | None = None, retry_timeout: float | None = None) -> None:
    """Reload a resource in place.

    Args:
        resource: The resource.
        timeout: Timeout of the whole call in seconds. Defaults to the timeout of the session.
        retry_timeout: Seconds in which a retry may begin. Defaults to the whole call.

    Raises:
        OrionError: The request failed.
    """
    # Every resource type that is waited for has a get endpoint.
    resource._call(cast("Endpoint", resource.declaration.get), timeout=timeout, retry_timeout=retry_timeout)


def poll_states(resource: Resource, goal: str, timeout: float) -> Iterator[str]:
    """Reload a resource with increasing intervals until the caller ends the loop.

    Args:
        resource: The resource.
        goal: The state that is waited for, for the message.
        timeout: Timeout in seconds; the resource is polled a last time at its end.

    Yields:
        The state, after every poll.

    Raises:
        OrionTimeout: The caller did not end the loop within the timeout; the message has the last state.
        ValidationError: The timeout is not a number of seconds.
    """
    timeout = to_plain(timeout)
    if not isinstance(timeout, int | float) or math.isnan(timeout) or timeout < 0:
        raise ValidationError(f"timeout must be seconds (at least 0), not {timeout!r:.60}")
    start, polled = CLOCK.monotonic(), cast("Any", resource)
    while True:
        left = start + timeout - CLOCK.monotonic()
        refresh(resource, max(left, _LAST_POLL), left)
        yield polled.state
        waited = CLOCK.monotonic() - start
        if waited >= timeout:
            raise OrionTimeout(
                f"waited {timeout:g} s for {resource._title()} to become {goal!r}; it is {polled.state!r}"
            )
        pause(min(choose_interval(waited), timeout - waited))


def wait_until_done(resource: Resource, success: str, failure: str, timeout: float) -> None:
    """Poll a resource until it is in a final state.

    Args:
        resource: The resource.
        success: The final state to wait for.
        failure: The final state that means failure.
        timeout: Maximum time to wait in seconds.

    Raises:
        OrionTimeout: The timeout expired; the message has the last state.
        OrionError: The resource is in the state `failure`; the message has the reason.
    """
    for state in poll_states(resource, success, timeout):
        if state == success:
            return
        raise_if_failed(resource, failure)


def raise_if_failed(resource: Resource, failure: str) -> None:
    """Raise an error with the reason if a resource is in a state that means failure.

    Args:
        resource: The resource, which has a `state` and a `reason`.
        failure: The state.

    Raises:
        OrionError: The resource is in this state.
    """
    if resource.to_dict()["state"] == failure:
        reason = getattr(resource, "reason", "") or "no reason given"
        raise OrionError(f"{resource._title()} is {failure!r}: {reason}")


def choose_interval(waited: float) -> float:
    """Choose the time until the next poll.

    Args:
        waited: Seconds since the first poll.

    Returns:
        Seconds, 0.5 to 30 before jitter: workers which started together poll at different times.
    """
    wait = min(max(waited * _SHARE, _SHORTEST), _LONGEST)
    return CLOCK.uniform(wait * 0.5, wait * 1.5)


def pause(seconds: float) -> None:
    """Wait between two polls.

    Args:
        seconds: The seconds.
    """
    CLOCK.sleep(seconds)
    if CLOCK.virtual:
        # With a virtual clock the server still needs some real time.
        time.sleep(min(seconds, _MIN_INTERVAL))
