"""Waiting until a resource is as wanted, by looking again and again."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final

from orionclient._clock import CLOCK
from orionclient._resource import MISSING
from orionclient.exceptions import NotLoaded, OrionTimeout, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orionclient._resource import Resource

# A look may take so long, in seconds, although the time to wait is over: the value may be there by now.
_LAST_POLL: Final = 5.0
# The next look comes after so much of the time waited, in seconds between the two bounds.
_SHARE, _SHORTEST, _LONGEST = 0.05, 0.5, 30.0
_MIN_INTERVAL: Final = 0.02


def check_arguments(resource: Resource, attribute: str, timeout: float, sleep_time: float) -> None:
    """Reject what could never come true.

    Args:
        resource: The resource.
        attribute: Name of its attribute.
        timeout: Seconds to wait.
        sleep_time: Seconds between two looks.

    Raises:
        ValidationError: The kind has no such attribute, or a time is none.
    """
    known = resource.fields()
    if attribute not in known and not isinstance(getattr(type(resource), str(attribute), None), property):
        raise ValidationError(f"{type(resource).__name__} has no field {attribute!r:.60}; it has {', '.join(known)}")
    for name, seconds in (("timeout", timeout), ("sleep_time", sleep_time)):
        if not isinstance(seconds, int | float) or math.isnan(seconds) or seconds < 0:
            raise ValidationError(f"{name} is a number of seconds, not {seconds!r:.60}")


def poll_until(
    refresh: Callable[[float], None],
    resource: Resource,
    attribute: str,
    until_value: Any,
    *,
    timeout: float,
    sleep_time: float,
) -> None:
    """Look until an attribute has a value.

    Args:
        refresh: Brings the resource up to date within so many seconds.
        resource: The resource.
        attribute: Name of the attribute.
        until_value: The value.
        timeout: Seconds to wait at most.
        sleep_time: Seconds between two looks.

    Raises:
        OrionTimeout: The time is over and the attribute has another value.
        OrionError: The resource could not be looked at.
    """
    end = CLOCK.monotonic() + timeout
    wanted = f"{resource._title()}: {attribute!r} did not become {until_value!r:.100} in {timeout:g} s"
    value: Any = MISSING
    while True:
        try:
            refresh(max(end - CLOCK.monotonic(), _LAST_POLL))
        except OrionTimeout as error:
            late = OrionTimeout(f"{wanted}; {_has_value(value)}, and the last look took too long: {error._message()}")
            raise (late.with_call(error.call) if error.call else late) from error
        try:
            value = getattr(resource, attribute)
        except NotLoaded:
            value = MISSING
        if value == until_value:
            return
        left = end - CLOCK.monotonic()
        if left <= 0:
            raise OrionTimeout(f"{wanted}; {_has_value(value)}")
        _wait(min(sleep_time, left))


def _has_value(value: Any) -> str:
    return "its value is not known" if value is MISSING else f"it was {value!r:.100} at last"


def poll_intervals(
    refresh: Callable[[float], None], what: str, timeout: float, describe: Callable[[], str]
) -> Iterator[None]:
    """Look again and again, less often as time passes; the caller ends the loop when it has seen enough.

    Args:
        refresh: Looks, within so many seconds.
        what: What is waited for, for the message.
        timeout: Seconds to wait at most; it is looked once more at the end.
        describe: Says what was seen last, for the message.

    Yields:
        Nothing, after every look.

    Raises:
        OrionTimeout: The time is over.
        ValidationError: The time is none.
    """
    if not isinstance(timeout, int | float) or math.isnan(timeout) or timeout < 0:
        raise ValidationError(f"timeout is a number of seconds, not {timeout!r:.60}")
    start = CLOCK.monotonic()
    while True:
        refresh(max(start + timeout - CLOCK.monotonic(), _LAST_POLL))
        yield
        waited = CLOCK.monotonic() - start
        if waited >= timeout:
            raise OrionTimeout(f"waited {timeout:g} s for {what}; {describe()}")
        wait = min(max(waited * _SHARE, _SHORTEST), _LONGEST)
        # Workers that started together look at different times.
        _wait(min(CLOCK.uniform(wait * 0.5, wait * 1.5), timeout - waited))


def _wait(seconds: float) -> None:
    CLOCK.sleep(seconds)
    if CLOCK.virtual:
        # Where waits are skipped, what is waited for still needs some time of its own.
        time.sleep(min(seconds, _MIN_INTERVAL))
