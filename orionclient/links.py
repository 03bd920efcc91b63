"""Links: small dicts that lead back to a resource or a record, to be kept in records, files or messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from orionclient._resource import Resource, SessionLike, resource_id
from orionclient.exceptions import OrionLinkError, ValidationError
from orionclient.records import Codec, Record
from orionclient.types import KINDS, Dataset

__all__ = ["OrionLink", "RecordLink", "link_to", "read_link"]

_VERSION: Final = 1
_RECORD: Final = "record"


class OrionLink:
    """A link to a resource.

    Args:
        kind: Class of the resource.
        id: Its id.
        session: Session that fetches it.

    Attributes:
        kind: Class of the resource.
        id: Its id.
    """

    def __init__(self, kind: type[Resource], id: int, session: SessionLike | None = None) -> None:  # noqa: A002
        self.kind = kind
        self.id = id
        self._session = session

    def get_resource(self) -> Any:
        """Fetch the resource.

        Returns:
            An instance of `kind`.

        Raises:
            NotFoundResponse: It is gone.
            OrionLinkError: The link belongs to no session.
            OrionError: The server refused, or no good answer came.
        """
        if self._session is None or self.kind.declaration.get is None:
            raise OrionLinkError("this link belongs to no session; get it from session.get_link(...)")
        handle = self.kind(session=self._session, id=self.id)
        return self.kind.from_msg(self._session._calls.json(self.kind.declaration.get, handle._ids()), self._session)

    def to_dict(self) -> dict[str, Any]:
        """Give the link as a dict.

        Returns:
            What `session.create_link` gives. Its keys are an assumption: those of Orion are not published.
        """
        return {
            "link": "orion",
            "version": _VERSION,
            "type": self.kind.declaration.name,
            "id": self.id,
            "id_str": str(self.id),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OrionLink) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.kind.declaration.name, self.id))

    def __repr__(self) -> str:
        return f"OrionLink({self.kind.__name__}, {self.id})"


class RecordLink:
    """A link to a record of a dataset.

    Args:
        dataset_id: Id of the dataset.
        record_id: Id of the record in the dataset.
        session: Session that fetches it.

    Attributes:
        dataset_id: Id of the dataset.
        record_id: Id of the record in the dataset.
    """

    def __init__(self, dataset_id: int, record_id: int, session: SessionLike | None = None) -> None:
        self.dataset_id = dataset_id
        self.record_id = record_id
        self._session = session

    def get_resource(self, codec: Codec | None = None) -> Any:
        """Fetch the record.

        Args:
            codec: What makes a record of the wire's object; the one for OERecords where `datarecord` is installed, else ours.

        Returns:
            The record, a `Record` by our codec.

        Raises:
            NotFoundResponse: It or its dataset is gone.
            OrionLinkError: The link belongs to no session.
            OrionError: The server refused, or no good answer came.
        """
        if self._session is None:
            raise OrionLinkError("this link belongs to no session; get it from session.get_link(...)")
        return Dataset(session=self._session, id=self.dataset_id).record(self.record_id, codec=codec)

    def to_dict(self) -> dict[str, Any]:
        """Give the link as a dict.

        Returns:
            What `session.create_link` gives. Its keys are an assumption: those of Orion are not published.
        """
        return {
            "link": "orion",
            "version": _VERSION,
            "type": _RECORD,
            "id": self.record_id,
            "id_str": str(self.record_id),
            "dataset": self.dataset_id,
            "dataset_str": str(self.dataset_id),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordLink) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((_RECORD, self.dataset_id, self.record_id))

    def __repr__(self) -> str:
        return f"RecordLink(dataset {self.dataset_id}, record {self.record_id})"


def link_to(resource: Resource | Record) -> dict[str, Any]:
    """Make the link to a resource or a record.

    Args:
        resource: The resource, which needs an id and nothing else, or a record that was read from a dataset.

    Returns:
        The link as a dict that JSON can hold.

    Raises:
        ValidationError: Links cannot lead to this kind, the resource has no id, or the record was not read from a dataset.
    """
    if isinstance(resource, Record):
        if resource.dataset_id is None or resource.record_id is None:
            raise ValidationError(
                "a link to a record needs its dataset_id and record_id, which records have that were read from a dataset"
            )
        dataset_id, record_id = (
            resource_id(resource.dataset_id, "dataset_id"),
            resource_id(resource.record_id, "record_id"),
        )
        return RecordLink(dataset_id, record_id).to_dict()
    if not isinstance(resource, Resource) or not resource.declaration.linkable:
        raise ValidationError(f"{type(resource).__name__} cannot be linked")
    return OrionLink(KINDS.get(resource.declaration.name, type(resource)), int(resource._id())).to_dict()


def read_link(link: object, session: SessionLike) -> OrionLink | RecordLink:
    """Read a link.

    Args:
        link: The dict that `link_to` made, also after a way through JSON.
        session: Session that will fetch the resource.

    Returns:
        The link.

    Raises:
        OrionLinkError: The dict is damaged or leads to a kind that this client does not know.
    """
    if not isinstance(link, Mapping) or link.get("link") != "orion":
        raise OrionLinkError("this is no link: a link is the dict that session.create_link made")
    if link.get("version") != _VERSION:
        raise OrionLinkError(f"the link has version {link.get('version')!r:.40}; this client reads version {_VERSION}")
    if link.get("type") == _RECORD:
        return RecordLink(_number(link, "dataset"), _number(link, "id"), session)
    kind = KINDS.get(str(link.get("type")))
    if kind is None or not kind.declaration.linkable:
        known = ", ".join(sorted([*KINDS, _RECORD]))
        raise OrionLinkError(f"the link leads to a {link.get('type')!r:.60}; known are {known}")
    return OrionLink(kind, _number(link, "id"), session)


def _number(link: Mapping[Any, Any], name: str) -> int:
    try:
        # The text survives programs that read every number as a double.
        return resource_id(link[f"{name}_str"] if f"{name}_str" in link else link[name])
    except (KeyError, ValidationError):
        raise OrionLinkError(f"the link holds no usable {name}") from None
