"""Resource links: JSON-serializable references to resources, records and shards."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from orionclient import types
from orionclient._resources.registry import KINDS
from orionclient._resources.resource import Resource, SessionLike, resource_id
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import OrionError, OrionLinkError, ValidationError
from orionclient.records import Codec, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orionclient.types import Shard

__all__ = ["OrionLink", "RecordLink", "ShardLink", "link_to", "read_link", "resolve"]

_VERSION: Final = 1
_RECORD: Final = "record"
_SHARD: Final = "shard"


class _Link(ABC):
    """Base class of the three kinds of links."""

    _session: SessionLike | None

    @abstractmethod
    def get_resource(self) -> Any:
        """Fetch the target of the link."""

    @abstractmethod
    def _get_target(self) -> dict[str, Any]:
        """Return the keys of the dict that identify the target."""

    def to_dict(self) -> dict[str, Any]:
        """Convert the link to a dict.

        Returns:
            The dict that `session.create_link` returns. Its keys are assumed: those of Orion are not published, except `id_str` in links
            to shards.
        """
        return {"link": "orion", "version": _VERSION, **self._get_target()}

    def _require_session(self) -> SessionLike:
        if self._session is None:
            raise OrionLinkError("the link has no session; create it with session.get_link(...)")
        return self._session


@frozen
class OrionLink(_Link):
    """A link to a resource.

    Args:
        kind: Class of the resource.
        id: Its id.
        session: Session that fetches it.

    Attributes:
        kind: Class of the resource.
        id: Its id.
    """

    kind: type[Resource] = field(eq=lambda kind: kind.declaration.name)
    id: int
    _session: SessionLike | None = field(default=None, eq=False, repr=False)

    def get_resource(self) -> Any:
        """Fetch the resource.

        Returns:
            An instance of `kind`.

        Raises:
            NotFoundResponse: The resource does not exist.
            OrionLinkError: The link has no session.
            OrionError: The request failed.
        """
        return _fetch(self.kind(session=self._require_session(), id=self.id))

    def _get_target(self) -> dict[str, Any]:
        return {"type": self.kind.declaration.name, **_encode_id("id", self.id)}

    def __repr__(self) -> str:
        return f"OrionLink({self.kind.__name__}, {self.id})"


@frozen
class RecordLink(_Link):
    """A link to a record of a dataset.

    Args:
        dataset_id: Id of the dataset.
        record_id: Id of the record in the dataset.
        session: Session that fetches it.

    Attributes:
        dataset_id: Id of the dataset.
        record_id: Id of the record in the dataset.
    """

    dataset_id: int
    record_id: int
    _session: SessionLike | None = field(default=None, eq=False, repr=False)

    def get_resource(self, codec: Codec | None = None) -> Any:
        """Fetch the record.

        Args:
            codec: Codec that decodes the record. Defaults to `OERecordCodec` if `datarecord` is installed, else `RecordCodec`.

        Returns:
            The record; a `Record` with `RecordCodec`.

        Raises:
            NotFoundResponse: The record or its dataset does not exist.
            OrionLinkError: The link has no session.
            OrionError: The request failed.
        """
        return types.Dataset(session=self._require_session(), id=self.dataset_id).record(self.record_id, codec=codec)

    def _get_target(self) -> dict[str, Any]:
        return {"type": _RECORD, **_encode_id("id", self.record_id), **_encode_id("dataset", self.dataset_id)}

    def __repr__(self) -> str:
        return f"RecordLink(dataset {self.dataset_id}, record {self.record_id})"


@frozen
class ShardLink(_Link):
    """A link to a shard of a collection.

    Args:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
        session: Session that fetches it.

    Attributes:
        collection_id: Id of the collection.
        shard_id: Id of the shard.
    """

    collection_id: int
    shard_id: int
    _session: SessionLike | None = field(default=None, eq=False, repr=False)

    def get_resource(self) -> Shard:
        """Fetch the shard.

        Returns:
            The shard, without its content.

        Raises:
            NotFoundResponse: The shard or its collection does not exist.
            OrionLinkError: The link has no session.
            OrionError: The request failed.
        """
        handle = types.Shard(session=self._require_session(), collection=self.collection_id, id=self.shard_id)
        shard: Shard = _fetch(handle)
        return shard

    def _get_target(self) -> dict[str, Any]:
        return {"type": _SHARD, **_encode_id("id", self.shard_id), **_encode_id("collection", self.collection_id)}

    def __repr__(self) -> str:
        return f"ShardLink(collection {self.collection_id}, shard {self.shard_id})"


AnyLink = OrionLink | RecordLink | ShardLink


def _encode_id(name: str, value: int) -> dict[str, Any]:
    # The string survives JSON parsers that read every number as a double.
    return {name: value, f"{name}_str": str(value)}


def _fetch(handle: Resource) -> Any:
    endpoint, session = handle.declaration.get, handle._require_session()
    if endpoint is None:
        raise OrionLinkError(f"cannot resolve the link: the API has no operation that gets one {type(handle).__name__}")
    return handle._new_instance(session._calls.request_json(endpoint, handle._ids()), session)


def link_to(resource: Resource | Record) -> dict[str, Any]:
    """Create a link to a resource, a record or a shard.

    Args:
        resource: A resource, for which an id is enough (a shard also needs its collection), or a record that was read from a dataset.

    Returns:
        The link as a JSON-serializable dict.

    Raises:
        ValidationError: The resource type cannot be linked, the resource has no id, or the record was not read from a dataset.
    """
    if isinstance(resource, Record):
        if resource.dataset_id is None or resource.record_id is None:
            raise ValidationError(
                "cannot link the record: it has no dataset_id and record_id; only records that were read from a dataset have them"
            )
        dataset_id = resource_id(resource.dataset_id, "dataset_id")
        return RecordLink(dataset_id, resource_id(resource.record_id, "record_id")).to_dict()
    if not isinstance(resource, Resource) or not resource.declaration.linkable:
        raise ValidationError(f"a {type(resource).__name__} cannot be linked")
    if resource.declaration.name == _SHARD:
        ids = resource._ids()
        return ShardLink(int(ids["collection_id"]), int(ids["shard_id"])).to_dict()
    return OrionLink(KINDS.get(resource.declaration.name, type(resource)), int(resource._id())).to_dict()


def read_link(link: object, session: SessionLike) -> AnyLink:
    """Parse a link.

    Args:
        link: The dict that `link_to` returned, also after a JSON round trip.
        session: Session that will fetch the resource.

    Returns:
        The link.

    Raises:
        OrionLinkError: The dict is malformed, or its resource type is unknown.
    """
    if not isinstance(link, Mapping) or link.get("link") != "orion":
        raise OrionLinkError("not a resource link: expected a dict that session.create_link returned")
    if link.get("version") != _VERSION:
        raise OrionLinkError(f"unknown link version {link.get('version')!r:.40}; this client reads version {_VERSION}")
    if link.get("type") == _RECORD:
        return RecordLink(_parse_id(link, "dataset"), _parse_id(link, "id"), session)
    kind = KINDS.get(str(link.get("type")))
    if kind is None or not kind.declaration.linkable:
        known = ", ".join(sorted([_RECORD, *(name for name, each in KINDS.items() if each.declaration.linkable)]))
        raise OrionLinkError(f"unknown resource type {link.get('type')!r:.60} in the link; known types: {known}")
    if link["type"] == _SHARD:
        return ShardLink(_parse_id(link, "collection"), _parse_id(link, "id"), session)
    return OrionLink(kind, _parse_id(link, "id"), session)


def _parse_id(link: Mapping[Any, Any], name: str) -> int:
    try:
        return resource_id(link[f"{name}_str"] if f"{name}_str" in link else link[name])
    except (KeyError, ValidationError):
        raise OrionLinkError(f"malformed link: {name!r} is missing or not an integer") from None


def resolve(links: Iterable[Any], session: SessionLike, *, max_workers: int, return_exceptions: bool) -> list[Any]:
    """Fetch the targets of many links concurrently; duplicates are fetched once.

    Args:
        links: Dicts that `link_to` returned, or links.
        session: Session that fetches the targets.
        max_workers: Maximum number of concurrent requests.
        return_exceptions: True returns errors in place of the targets that could not be fetched.

    Returns:
        Resources, records and shards in the order of the links.

    Raises:
        OrionLinkError: A link is malformed; raised before any request.
        OrionError: The first error in the order of the links, unless `return_exceptions` is true.
    """
    read = [read_link(link.to_dict() if isinstance(link, _Link) else link, session) for link in links]
    if not read:
        return []
    with ThreadPoolExecutor(to_plain(max_workers), thread_name_prefix="orion-links") as pool:
        started = {link: pool.submit(link.get_resource) for link in dict.fromkeys(read)}
        try:
            found: dict[AnyLink, Any] = {}
            for link, work in started.items():
                try:
                    found[link] = work.result()
                except OrionError as error:
                    if not return_exceptions:
                        raise
                    found[link] = error
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [found[link] for link in read]
