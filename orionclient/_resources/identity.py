"""Fetch the current user and the balance, and exchange a user name and password for a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve
from orion_api.api import billing, identity

from orionclient.exceptions import InvalidCredentials, OrionError

if TYPE_CHECKING:
    from orionclient._resources.resource import SessionLike


def fetch_current_user(session: SessionLike) -> dict[str, Any]:
    """Fetch the user that the session's token belongs to.

    Args:
        session: The session.

    Returns:
        The user as a JSON object.

    Raises:
        InvalidCredentials: The token is rejected.
    """
    return session._calls.request_json(identity.get_current_user, {})


def fetch_balance(session: SessionLike) -> dict[str, Any]:
    """Fetch the balance of the user's organization.

    Args:
        session: The session.

    Returns:
        The balance as a JSON object.

    Raises:
        AuthorizationRequired: The user has no permission to see it.
    """
    return session._calls.request_json(billing.get_current_balance, {})


def fetch_token(session: SessionLike, username: str, password: str) -> str:
    """Exchange a user name and a password for a token.

    Args:
        session: The session; its own token is not used.
        username: Name of the user.
        password: Password of the user; not stored.

    Returns:
        The token.

    Raises:
        InvalidCredentials: The server rejected the user name or password.
    """
    body = {"username": username, "password": password}
    try:
        found = session._calls.request_json(identity.obtain_token, {}, body=body)
    except OrionError as error:
        # An error response may quote the request, so the password is redacted.
        if error.call is not None:
            error.with_call(evolve(error.call, secrets=(*error.call.secrets, password)))
        raise
    token = found.get("token")
    if not isinstance(token, str) or not token:
        raise InvalidCredentials("the response contains no token")
    return token
