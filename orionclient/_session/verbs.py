"""Resource methods of OrionSession: get, list, create, update, delete, tags, shares, folders and links."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from orionclient import _transfer
from orionclient._resources import folders, shares
from orionclient._resources import tags as tags_of
from orionclient._resources.creating import delete_on_error
from orionclient._resources.listing import Listing
from orionclient._resources.polling import check_arguments, poll_until
from orionclient._resources.resource import Endpoint, Id, Resource
from orionclient._transfer.names import check_path
from orionclient.exceptions import NotFoundResponse, ValidationError
from orionclient.links import OrionLink, RecordLink, ShardLink, link_to, read_link, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from orionclient._requesting.calls import Calls
    from orionclient.config import SessionConfig
    from orionclient.records import Record
    from orionclient.types import Group, Organization, Project, User

R = TypeVar("R", bound=Resource)


class Verbs:
    """Mixin with the resource methods of `OrionSession`, which provides the configuration and the calls."""

    _calls: Calls

    if TYPE_CHECKING:

        @property
        def config(self) -> SessionConfig:
            """Endpoint and credentials of the session."""
            ...

        @config.setter
        def config(self, config: SessionConfig) -> None: ...

    # ------------------------------------------------------------------ resources

    def get_resource(self, resource_type: type[R] | R, resource_id: Id, timeout: float | None = None) -> R:
        """Get one resource.

        Args:
            resource_type: Class of the resource, or an instance with its parent, for example ``Shard(collection=c)``.
            resource_id: Id of the resource, an integer or a string of digits.
            timeout: Seconds for the whole call, including retries. Defaults to the session's timeouts.

        Returns:
            The resource.

        Raises:
            NotFoundResponse: The resource does not exist or is in the trash. By default a 404 is retried 8 times (documented).
            AuthorizationRequired: The user has no access to the resource.
            ValidationError: The id is not an integer.
        """
        template = _get_template(resource_type)
        endpoint = _require(type(template), "get", "fetched one by one")
        ids = template._make_handle(resource_id)._ids()
        return template._new_instance(self._calls.request_json(endpoint, ids, timeout=timeout), self)

    def list_resources(
        self,
        resource: type[R] | R,
        filters: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        exact: bool = False,
    ) -> Listing[R]:
        """List resources; pages are fetched when they are needed.

        Args:
            resource: Class of the resources, or an instance with their parent.
            filters: Query parameters, for example ``{"name": "hits", "project": 7, "tags": "Job 12"}``; a list adds one
                parameter per value. The server validates the filters and matches names inexactly.
            limit: Maximum number of resources. If omitted, all, in pages of the maximum size of the API.
            exact: True returns only resources whose `name` (or `title`) equals that of the filter.

        Returns:
            An iterator with `count()`, `first()` and `one()`; fields may be missing until `refresh_resource`.

        Raises:
            BadResponse: The server rejected a filter, sent an item without an id, or the listing is incomplete.
            ValidationError: The resource type cannot be listed, or a filter is an empty list; raised before any request.
        """
        template = _get_template(resource)
        endpoint = _require(type(template), "list", "listed")
        return Listing(self, endpoint, template, filters, limit=limit, exact=exact)

    def refresh_resource(self, resource: Resource) -> None:
        """Update a resource in place with its current state on the server.

        Args:
            resource: The resource; an id is enough.

        Raises:
            NotFoundResponse: The resource does not exist.
            ValidationError: The resource has no id.
        """
        self._refresh(resource)

    def _refresh(self, resource: Resource, timeout: float | None = None) -> None:
        endpoint = _require(type(resource), "get", "refreshed")
        resource._replace(self._calls.request_json(endpoint, resource._ids(), timeout=timeout))
        resource.session = resource.session or self

    def refresh_resource_until(
        self, resource: Resource, attribute: str, until_value: Any, timeout: float = 60, sleep_time: float = 1
    ) -> None:
        """Poll a resource until an attribute has a value.

        Args:
            resource: The resource.
            attribute: Name of the attribute, for example `state`.
            until_value: The value to wait for.
            timeout: Timeout in seconds. The resource is polled a last time after it, for up to 5 s.
            sleep_time: Poll interval in seconds.

        Raises:
            OrionTimeout: Timeout (the error is assumed); the message contains the attribute, its last and its expected value.
            ValidationError: The resource type has no such attribute, or a time is negative; raised before any request.
            NotFoundResponse: The resource does not exist.

        Example:
            >>> from orionclient.types import File
            >>> file = File.upload(session, "three words", b"CNS")
            >>> session.refresh_resource_until(file, "state", "ready", timeout=10)
        """
        _require(type(resource), "get", "refreshed")
        check_arguments(resource, attribute, timeout, sleep_time)
        refresh = partial(self._refresh, resource)
        poll_until(refresh, resource, attribute, until_value, timeout=timeout, sleep_time=sleep_time)

    def create_resource(
        self,
        resource_type: type[R] | R,
        params: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
    ) -> R:
        """Create a resource.

        Args:
            resource_type: Class of the resource, or an instance with its parent.
            params: Parameters of the server's API.
            files: ``{"file": path, bytes or binary file}`` for resource types with content.

        Returns:
            The resource.

        Raises:
            ValidationError: The resource type cannot be created, or has no content; or a path is empty.
            BadResponse: The server rejected the parameters.
        """
        template = _get_template(resource_type)
        kind = type(template)
        endpoint = _require(kind, "create", "created")
        if files:
            _require(kind, "upload", "created with content")
            if set(files) != {"file"}:
                raise ValidationError(
                    f'files must be {{"file": path or binary file}}, but has the keys {sorted(files)!r:.60}'
                )
        ids, body = template._parent_ids(), dict(params or {})
        if kind.declaration.in_folders:
            check_path(body.get("path"))
        if not files:
            with kind.declaration.redact_errors(body):
                return template._new_instance(self._calls.request_json(endpoint, ids, body=body), self)
        with _transfer.sources.open_source(files["file"]) as source:
            resource = template._new_instance(self._calls.request_json(endpoint, ids, body=body), self)
            with delete_on_error(resource):
                resource.put_content(source)  # type: ignore[attr-defined]
        return resource

    def update_resource(self, resource: Resource, params: Mapping[str, Any]) -> None:
        """Update a resource on the server, and refresh it.

        Args:
            resource: The resource.
            params: Field name -> new value.

        Raises:
            ValidationError: The resource type cannot be updated.
            BadResponse: The server rejected the parameters.
        """
        endpoint = _require(type(resource), "update", "updated")
        with resource.declaration.redact_errors(params):
            self._calls.request_json(endpoint, resource._ids(), body=dict(params))
        self.refresh_resource(resource)

    def delete_resource(self, resource: Resource, immediate: bool = False) -> bool:
        """Delete a resource; resource types with a trash are soft-deleted.

        Args:
            resource: The resource; a handle with an id is enough, nothing is fetched.
            immediate: True deletes it permanently (the meaning is inferred).

        Returns:
            True.

        Raises:
            NotFoundResponse: The resource does not exist.
            ValidationError: The resource type cannot be deleted.
        """
        endpoint = _require(type(resource), "delete", "deleted")
        query = {"immediate": True} if immediate and resource.declaration.trash else None
        try:
            self._calls.request_json(endpoint, resource._ids(), query=query)
        except NotFoundResponse as error:
            # An earlier attempt, whose response was lost, has deleted the resource: otherwise it would have received the 404.
            if error.call is None or not error.call.maybe_applied_earlier:
                raise
        return True

    # ------------------------------------------------------------------ tags and shares

    def tag_resource(self, resource: Resource, *tags: str, project: Project | Id | None = None) -> None:
        """Add tags to a resource; existing tags stay.

        Args:
            resource: The resource.
            *tags: The tags.
            project: Project of the tags. Defaults to the resource's project.

        Raises:
            ValidationError: The resource type cannot be tagged, or a tag is empty.
            BadResponse: The server rejected the request.
        """
        tags_of.add(self, resource, tags, project)

    def untag_resource(self, resource: Resource, *tags: str, project: Project | Id | None = None) -> None:
        """Remove tags from a resource; the server ignores tags that it does not have (documented).

        Args:
            resource: The resource.
            *tags: The tags.
            project: Project of the tags. Defaults to the resource's project.

        Raises:
            ValidationError: The resource type cannot be tagged, or a tag is empty.
            BadResponse: The server rejected the request.
        """
        tags_of.remove(self, resource, tags, project)

    def list_tags(self, resource: Resource) -> Iterator[dict[str, Any]]:
        """List the tags of a resource.

        Args:
            resource: The resource.

        Yields:
            Dicts with `name` and `project` (the keys are assumed).

        Raises:
            ValidationError: The resource type cannot be tagged; raised before any request.
            BadResponse: The server rejected the request.
        """
        return tags_of.iter_tags(self, resource)

    def list_shares(self, resource: Resource) -> Iterator[dict[str, Any]]:
        """List the shares of a resource; this needs permission to change the resource.

        Args:
            resource: The resource; a handle with an id is enough.

        Yields:
            Dicts with `target_type` (for example ``user``), `target_id`, `owner` and `created` (all assumed).

        Raises:
            ValidationError: The resource type cannot be shared; raised before any request.
            AuthorizationRequired: The user may not change the resource.
            BadResponse: The server rejected the request.
        """
        return shares.iter_shares(self, resource)

    def share_resource(self, resource: Resource, share_with: User | Group | Project | Organization) -> None:
        """Share a resource: the targets can get, list and download it, but not change it (the permissions of a share are assumed).

        Args:
            resource: The resource; a handle with an id is enough.
            share_with: A user, a group or a project (all its members), or an organization (all its users); a handle with an id is enough.

        Raises:
            ValidationError: The resource type cannot be shared, `share_with` has another type, or an id is not an integer (documented);
                raised before any request.
            AuthorizationRequired: The user may not change the resource.
            BadResponse: The server rejected the request.

        Example:
            >>> from orionclient.types import Dataset, Project
            >>> dataset = Dataset.create(session, "hits")
            >>> session.share_resource(dataset, Project(id=3))
            >>> session.unshare_resource(dataset, Project(id=3))
        """
        shares.share(self, resource, share_with)

    def unshare_resource(self, resource: Resource, share_with: User | Group | Project | Organization) -> None:
        """Revoke a share; the server ignores a share that does not exist (assumed).

        Args:
            resource: The resource.
            share_with: Target of the share.

        Raises:
            ValidationError: As for `share_resource`.
            AuthorizationRequired: The user may not change the resource.
            BadResponse: The server rejected the request.
        """
        shares.unshare(self, resource, share_with)

    # ------------------------------------------------------------------ folders

    def create_paths(self, *paths: str) -> None:
        """Create folders in the session's project, including missing parents; existing folders are left unchanged.

        Args:
            *paths: Paths of the folders, for example ``/screens/june``. The syntax of paths is assumed.

        Raises:
            ValidationError: No path is given, or a path is empty or not a string.
            BadResponse: The server rejected a path.

        Example:
            >>> from orionclient.types import Dataset
            >>> session.create_paths("/screens/june")
            >>> dataset = Dataset.create(session, "hits")
            >>> session.assign_paths({"resource_type": "dataset", "id": dataset.id, "path": "/screens/june"})
            >>> [each.name for each in session.list_resources(Dataset, {"path": "/screens/june"})]
            ['hits']
        """
        folders.create_folder_paths(self, paths)

    def assign_paths(self, *assignments: Mapping[str, Any]) -> None:
        """Move resources into folders of their projects, all or none.

        Args:
            *assignments: Dicts with `resource_type` (class or name of the resource type), `id`, `path` and optionally `name`, to rename
                the resource (the keys are documented). Missing folders are created, and the path ``/`` removes the resource from its
                folder (both assumed).

        Raises:
            ValidationError: No assignment is given, or one has a missing or unknown key; raised before any request.
            NotFoundResponse: A resource does not exist.
            AuthorizationRequired: The user may not change a resource.
            BadResponse: The server rejected a path.
        """
        folders.assign_folder_paths(self, assignments)

    # ------------------------------------------------------------------ links

    def create_link(self, resource: Resource | Record) -> dict[str, Any]:
        """Create a link to a resource, a shard or a record of a dataset, to be stored in records, files or messages.

        Args:
            resource: A resource, for which an id is enough (a shard also needs its collection), or a record that was read from a dataset.
                Nothing is sent.

        Returns:
            A JSON-serializable dict. Its keys are assumed.

        Raises:
            ValidationError: The resource type cannot be linked, or the record was not read from a dataset.
        """
        return link_to(resource)

    def get_link(self, link_dict: Mapping[str, Any]) -> OrionLink | RecordLink | ShardLink:
        """Parse a link. Nothing is sent.

        Args:
            link_dict: The dict that `create_link` returned, also after a JSON round trip.

        Returns:
            The link; its `get_resource()` fetches the target.

        Raises:
            OrionLinkError: The dict is malformed, or its resource type is unknown.
        """
        return read_link(link_dict, self)

    def resolve_links(
        self, links: Iterable[Any], *, max_workers: int = 8, return_exceptions: bool = False
    ) -> list[Any]:
        """Fetch the targets of many links concurrently; duplicates are fetched once.

        Args:
            links: Dicts that `create_link` returned, or links that `get_link` returned.
            max_workers: Maximum number of concurrent requests.
            return_exceptions: True returns errors in place of the targets that could not be fetched; by default the first error is raised.

        Returns:
            Resources, records and shards in the order of the links.

        Raises:
            OrionLinkError: A dict is malformed, or its resource type is unknown; raised before any request.
            NotFoundResponse: A target does not exist.
            OrionError: The request failed.

        Example:
            >>> from orionclient.types import File
            >>> files = [File.upload(session, name, b"CNS") for name in ("one", "two")]
            >>> links = [session.create_link(file) for file in files]
            >>> [file.name for file in session.resolve_links(links)]
            ['one', 'two']
        """
        return resolve(links, self, max_workers=max_workers, return_exceptions=return_exceptions)


def _get_class(kind: type[R] | R) -> type[R]:
    found: Any = kind if isinstance(kind, type) else type(kind)
    if not issubclass(found, Resource) or not hasattr(found, "declaration"):
        raise ValidationError(f"{found.__name__} is not a resource type; pass a class of orionclient.types")
    return found  # type: ignore[no-any-return]


def _get_template(kind: type[R] | R) -> R:
    """Return an instance of the class, or the given instance with its parent."""
    found = _get_class(kind)
    return kind if isinstance(kind, Resource) else found()


def _require(kind: type[Resource], operation: str, verb: str) -> Endpoint:
    endpoint: Endpoint | None = getattr(_get_class(kind).declaration, operation)
    if endpoint is None:
        raise ValidationError(f"{kind.__name__} cannot be {verb}")
    return endpoint
