"""Refresh resources and wait for their final state."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from orionclient._resources.polling import poll_intervals
from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from orionclient._resources.resource import Endpoint, Resource


def refresh(resource: Resource, timeout: float | None = None) -> None:
    """Reload a resource in place.

    Args:
        resource: The resource.
        timeout: Timeout of the whole call in seconds. Defaults to the timeout of the session.

    Raises:
        OrionError: The request failed.
    """
    # Every resource type that is waited for has a get endpoint.
    endpoint = cast("Endpoint", resource.declaration.get)
    resource._replace(resource._require_session()._calls.request_json(endpoint, resource._ids(), timeout=timeout))


def wait_until_done(
    resource: Resource,
    success: str,
    failure: str,
    timeout: float,
    *,
    state: Callable[[], str],
    reason: Callable[[], str],
) -> None:
    """Poll a resource until it is in a final state.

    Args:
        resource: The resource.
        success: The final state to wait for.
        failure: The final state that means failure.
        timeout: Maximum time to wait in seconds.
        state: Returns the current state.
        reason: Returns the reason of the failure.

    Raises:
        OrionTimeout: The timeout expired; the message has the last state.
        OrionError: The resource is in the state `failure`; the message has the reason.
    """
    poll, what = (lambda seconds: refresh(resource, seconds)), f"{resource._title()} to become {success!r}"
    for _ in poll_intervals(poll, what, timeout, lambda: f"it is {state()!r}"):
        if state() == success:
            return
        if state() == failure:
            raise OrionError(f"{resource._title()} is {failure!r}: {reason() or 'no reason given'}")
