"""Waiting for the end of what a server does by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from orionclient._polling import poll_intervals
from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from orionclient._resource import Endpoint, Resource


def refresh(resource: Resource, timeout: float | None = None) -> None:
    """Bring a resource up to date, in place.

    Args:
        resource: The resource.
        timeout: Seconds for the whole call; the session's own without it.

    Raises:
        OrionError: The server rejected, or no good response came.
    """
    # Every kind that is waited for can be got.
    endpoint = cast("Endpoint", resource.declaration.get)
    resource._replace(resource._require_session()._calls.request_json(endpoint, resource._ids(), timeout=timeout))


def wait_until_done(
    resource: Resource, good: str, bad: str, timeout: float, *, state: Callable[[], str], reason: Callable[[], str]
) -> None:
    """Wait until a resource is in its good last state.

    Args:
        resource: The resource.
        good: The state to wait for.
        bad: The state from which it will not come back.
        timeout: Seconds to wait at most.
        state: Reads its state.
        reason: Reads why it is in the bad state.

    Raises:
        OrionTimeout: The time is over; the text has the last state.
        OrionError: It is in the bad state; the text has the reason.
    """
    look, what = (lambda seconds: refresh(resource, seconds)), f"{resource._title()} to become {good!r}"
    for _ in poll_intervals(look, what, timeout, lambda: f"it is {state()!r}"):
        if state() == good:
            return
        if state() == bad:
            raise OrionError(f"{resource._title()} is {bad!r}: {reason() or 'no reason is given'}")
