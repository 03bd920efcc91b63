"""Secret: a write-only value of a project, such as a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api import secrets as api

from orionclient._resources.convert import identifier, optional, string
from orionclient._resources.creating import create_with_tags
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orion_api.inputs import CreateSecret, ListSecretsFilters, UpdateSecret

__all__ = ["Secret"]


class Secret(Resource):
    """A write-only value of a project, such as the password of a database.

    The value is only sent to the server: no response contains it, and no instance stores it. Listing takes the filters ``name`` (contains),
    ``name_contains``, ``name_icontains``, ``project``, ``owner``, ``tags``, ``tag_filters`` and ``tag_match``. Deleting is permanent. The
    paths and all fields except `id` are assumed.

    Example:
        >>> from orionclient.types import Secret
        >>> secret = Secret.create(session, "warehouse password", "correct horse battery staple")
        >>> secret.set_value("incorrect horse")
        >>> [each.name for each in session.list_resources(Secret)]
        ['warehouse password']
    """

    declaration: ClassVar[Declaration] = Declaration("secret", api, taggable=True, sharable=True, write_only=("value",))

    @classmethod
    def _inputs(cls, filters: ListSecretsFilters, create: CreateSecret, update: UpdateSecret) -> None: ...

    id: Field[int] = Field(identifier, "Id of the secret, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; need not be unique.")
    description: Field[str] = Field(optional(string, ""), "Description; may be empty.")
    project: Field[int] = Field(identifier, "Id of the project that the secret belongs to.")
    owner: Field[int] = Field(identifier, "Id of the user that created the secret.")
    created: Field[str] = Field(string, "When the secret was created, ISO 8601 in UTC.")
    changed: Field[str] = Field(string, "When the value was last set, ISO 8601 in UTC.")

    @classmethod
    def create(
        cls,
        session: SessionLike,
        name: str,
        value: str,
        project: Any = None,
        *,
        description: str | None = None,
        tags: Sequence[str | None] | None = None,
    ) -> Self:
        """Create a secret.

        Args:
            session: The session.
            name: Display name.
            value: The value, 1 to 65536 characters (the limit is assumed).
            project: Project or its id. Defaults to the session's project.
            description: Description.
            tags: Tags to add; None entries are ignored.

        Returns:
            The secret, without its value.

        Raises:
            ValidationError: The value or a tag is empty or not a string; raised before any request.
            OrionError: The request failed. If the response was lost, the secret may exist. Unless `retry_dict` is set, it is never
                created twice.
        """
        _check_value(value)
        with cls.declaration.redact_errors({"value": value}):
            return create_with_tags(cls, session, name, project, value=value, description=description, tags=tags)

    def set_value(self, value: str) -> None:
        """Replace the value.

        Args:
            value: The value, 1 to 65536 characters (the limit is assumed).

        Raises:
            ValidationError: The value is empty or not a string; raised before any request.
            OrionError: The request failed.
        """
        _check_value(value)
        with self.declaration.redact_errors({"value": value}):
            self._call(api.update_secret, body={"value": value})

    def _replace(self, data: Mapping[str, Any]) -> None:
        # A server should never send the value. If it does, the value must not become visible here.
        super()._replace({name: given for name, given in data.items() if name != "value"})


def _check_value(value: Any) -> None:
    if not isinstance(value, str) or not value:
        given = "an empty one" if isinstance(value, str) else type(value).__name__
        raise ValidationError(f"the value of a secret must be a non-empty string, not {given}")
