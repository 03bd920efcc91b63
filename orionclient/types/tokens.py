"""Token: an API token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api import tokens as api

from orionclient._resources.convert import identifier, string
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike
from orionclient.exceptions import NotLoaded, OrionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orion_api.inputs import CreateToken, ListTokensFilters, UpdateToken

__all__ = ["Token"]


class Token(Resource):
    """An API token; it is valid until it is deleted.

    The server returns the value once, when the token is created. Only that instance has it: copies, pickles, `repr` and `to_dict` omit it.
    Tokens that were issued for a password are listed too. The paths and fields are assumed.

    Example:
        >>> from orionclient.session import OrionSession, SessionConfig
        >>> from orionclient.types import Token
        >>> token = Token.create(session, "nightly run")
        >>> OrionSession(SessionConfig(session.config.url, token.value)).is_authenticated()
        True
        >>> session.delete_resource(token)
        True
    """

    declaration: ClassVar[Declaration] = Declaration("token", api, linkable=False)

    @classmethod
    def _inputs(cls, filters: ListTokensFilters, create: CreateToken, update: UpdateToken) -> None: ...

    id: Field[int] = Field(identifier, "Id of the token, unique in the stack.")
    description: Field[str] = Field(string, "What the token is for; may be empty.")
    created: Field[str] = Field(string, "When the token was created, ISO 8601 in UTC.")

    _value = None

    @classmethod
    def create(cls, session: SessionLike, description: str = "") -> Self:
        """Create a token for the session's user.

        Args:
            session: The session.
            description: What the token is for.

        Returns:
            The token, the only instance that has its `value`.

        Raises:
            OrionError: The request failed. If the response was lost, a token whose value is unknown may exist.
        """
        return cls(session=session)._create(description=description)

    @property
    def value(self) -> str:
        """The token value for `SessionConfig`.

        Raises:
            NotLoaded: This is not the instance that `create` returned.
            OrionError: The value in the response is not a string.
        """
        if self._value is None:
            raise NotLoaded(
                f"{self._title()}: the value of a token is returned once, when it is created; create another token"
            )
        if not isinstance(self._value, str) or not self._value:
            raise OrionError(f"{self._title()}: the response has no string 'token'")
        return self._value

    def _replace(self, data: Mapping[str, Any]) -> None:
        # Stored apart from the data, so that nothing that shows the data shows the value.
        self._value = data.get("token", self._value)
        super()._replace({name: given for name, given in data.items() if name != "token"})

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_value"}

    def __repr__(self) -> str:
        shown = super().__repr__()
        return shown if self._value is None else f"{shown[:-1]}, value='***')"
