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
        timeout: Seconds for the whole call; defaults to the timeout of the session.

    Raises:
        OrionError: The request failed.
    """
    # Every kind that is waited for can be got.
    endpoint = cast("Endpoint", resource.declaration.get)
    resource._replace(resource._bound()._calls.json(endpoint, resource._ids(), timeout=timeout))


def wait_until_done(
    resource: Resource,
    success: str,
    failure: str,
    timeout: float,
    *,
    state: Callable[[], str],
    reason: Callable[[], str],
) -> None:
    """Wait until a resource is in its success last state.

    Args:
        resource: The resource.
        success: The state to wait for.
        failure: The state from which it will not come back.
        timeout: Maximum time to wait in seconds.
        state: Reads its state.
        reason: Reads why it is in the failure state.

    Raises:
        OrionTimeout: The timeout expired; the message has the last state.
        OrionError: It is in the failure state; the message has the reason.
    """
    poll, what = (lambda seconds: refresh(resource, seconds)), f"{resource._title()} to become {success!r}"
    for _ in poll_intervals(poll, what, timeout, lambda: f"it is {state()!r}"):
        if state() == success:
            return
        if state() == failure:
            raise OrionError(f"{resource._title()} is {failure!r}: {reason() or 'no reason is given'}")
