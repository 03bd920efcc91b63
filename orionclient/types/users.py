"""User: a user account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orion_api.api import users as api

from orionclient._resources.convert import identifier, optional, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from orion_api.inputs import ListUsersFilters

__all__ = ["User"]


class User(Resource):
    """A user account.

    Listing takes the filter ``username`` (exact). The paths and all fields except `username` are assumed.
    """

    declaration: ClassVar[Declaration] = Declaration("user", api)

    @classmethod
    def _inputs(cls, filters: ListUsersFilters, create: Never, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the user, unique in the stack.")
    username: Field[str] = Field(string, "User name for signing in (documented).")
    email: Field[str] = Field(optional(string, ""), "Email address; empty if it is hidden.")
    first_name: Field[str] = Field(optional(string, ""), "Given name; may be empty.")
    last_name: Field[str] = Field(optional(string, ""), "Family name; may be empty.")
    organization: Field[int] = Field(identifier, "Id of the user's organization.")
    created: Field[str] = Field(string, "When the account was created, ISO 8601 in UTC.")
