"""Identity: whose token it is, and a token for a user name and a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve
from orion_api.api.identity import get_current_user, obtain_token

from orionclient.exceptions import InvalidCredentials, OrionError

if TYPE_CHECKING:
    from orionclient._resource import SessionLike


def fetch_current_user(session: SessionLike) -> dict[str, Any]:
    """Get the user whose token is used.

    Args:
        session: The session.

    Returns:
        The user as the server describes them.

    Raises:
        InvalidCredentials: The token is rejected.
    """
    return session._calls.request_json(get_current_user, {})


def fetch_token(session: SessionLike, username: str, password: str) -> str:
    """Exchange a user name and a password for a token.

    Args:
        session: The session; its own token is not used.
        username: Name of the user.
        password: Password; not kept.

    Returns:
        The token.

    Raises:
        InvalidCredentials: The server rejected them.
    """
    try:
        found = session._calls.request_json(obtain_token, {}, body={"username": username, "password": password})
    except OrionError as error:
        # A server may quote what it was sent.
        if error.call is not None:
            error.with_call(evolve(error.call, secrets=(*error.call.secrets, password)))
        raise
    token = found.get("token")
    if not isinstance(token, str) or not token:
        raise InvalidCredentials("the server gave no token")
    return token
