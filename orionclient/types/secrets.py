"""Secret: a text that a project needs and that nobody can read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api.secrets import create_secret, delete_secret, get_secret, list_secrets, update_secret

from orionclient._resource import Declaration, Field, Resource, SessionLike, identifier, optional, string
from orionclient.exceptions import ValidationError
from orionclient.types._creating import create_with_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Secret(Resource):
    """A text that a project needs and that nobody can read again, such as the password of a database.

    The value goes to the server and never comes back: no response holds it, and no instance keeps it. Listing takes the filters ``name``
    (contains), ``project`` and ``tags``. Deleting removes for good. The paths and all fields but `id` are assumed.

    Example:
        >>> from orionclient.types import Secret
        >>> secret = Secret.create(session, "warehouse password", "correct horse battery staple")
        >>> secret.set_value("incorrect horse")
        >>> [each.name for each in session.list_resources(Secret)]
        ['warehouse password']
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="secret",
        schema="SecretInfo",
        id_name="secret_id",
        get=get_secret,
        list=list_secrets,
        create=create_secret,
        update=update_secret,
        delete=delete_secret,
        taggable=True,
        sharable=True,
        write_only=("value",),
    )

    id: Field[int] = Field(identifier, "Number of the secret, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; need not be unique.")
    description: Field[str] = Field(optional(string, ""), "Free text; may be empty.")
    project: Field[int] = Field(identifier, "Id of the project that the secret belongs to.")
    owner: Field[int] = Field(identifier, "Id of the user that made the secret.")
    created: Field[str] = Field(string, "When the secret was made, ISO 8601 in UTC.")
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
        """Keep a value under a name.

        Args:
            session: The session.
            name: Display name.
            value: What is to be kept, 1 to 65536 characters (the limit is assumed).
            project: Project or its id; the session's own project without it.
            description: Free text.
            tags: Tags to give it; None among them is left out.

        Returns:
            The secret, without its value.

        Raises:
            ValidationError: The value or a tag is no text or empty; raised before any request.
            OrionError: The server rejected, or no good response came. After a lost response the secret may be there; it is not made twice.
        """
        _check(value)
        with cls.declaration.redact_errors({"value": value}):
            return create_with_tags(cls, session, name, project, value=value, description=description, tags=tags)

    def set_value(self, value: str) -> None:
        """Keep another value from now on.

        Args:
            value: The value, 1 to 65536 characters (the limit is assumed).

        Raises:
            ValidationError: The value is no text or empty; raised before any request.
            OrionError: The server rejected, or no good response came.
        """
        _check(value)
        with self.declaration.redact_errors({"value": value}):
            self._replace(
                self._require_session()._calls.request_json(update_secret, self._ids(), body={"value": value})
            )

    def _replace(self, data: Mapping[str, Any]) -> None:
        # No server should send the value; one that does must not make it show here.
        super()._replace({name: given for name, given in data.items() if name != "value"})


def _check(value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise ValidationError(f"the value of a secret is a text that is not empty, not {type(value).__name__}")
