"""The verbs of the session that work with resources."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from orionclient._listing import Listing
from orionclient._polling import check_arguments, poll_until
from orionclient._resource import Endpoint, Id, Resource
from orionclient.exceptions import NotFoundResponse, ValidationError
from orionclient.links import OrionLink, RecordLink, ShardLink, link_to, read_link, resolve
from orionclient.transfer.names import check_path
from orionclient.transfer.sources import open_source
from orionclient.types import folders, shares
from orionclient.types import tags as tags_of
from orionclient.types._creating import delete_on_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from orionclient._calls import Calls
    from orionclient.config import SessionConfig
    from orionclient.records import Record
    from orionclient.types import Group, Organization, Project, User

R = TypeVar("R", bound=Resource)


class Verbs:
    """What `OrionSession` does with resources; it brings the configuration and the calls."""

    _calls: Calls

    if TYPE_CHECKING:

        @property
        def config(self) -> SessionConfig:
            """Where the session speaks and as whom."""
            ...

        @config.setter
        def config(self, config: SessionConfig) -> None: ...

    # ------------------------------------------------------------------ resources

    def get_resource(self, resource_type: type[R] | R, resource_id: Id, timeout: float | None = None) -> R:
        """Get one resource.

        Args:
            resource_type: Its class, or an instance of it that carries what it belongs to, for example ``Shard(collection=c)``.
            resource_id: Its id, a number or its digits.
            timeout: Seconds for the whole call, retries included; the session's own without it.

        Returns:
            The resource.

        Raises:
            NotFoundResponse: There is none, or it is in the trash. By default a 404 is retried eight times first (documented).
            AuthorizationRequired: The user may not see it.
            ValidationError: The id is no number.
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
        """List resources, one page after the other as they are needed.

        Args:
            resource: Their class, or an instance of it.
            filters: Query parameters, for example ``{"name": "hits", "project": 7, "tags": "Job 12"}``; lists retry the name. The
                server decides which it knows and compares names inexactly.
            limit: Largest number of resources. If omitted, all, in pages as large as the API allows.
            exact: True keeps only those whose `name` (or `title`) is the filter's, exactly.

        Returns:
            An iterator with `count()`, `first()` and `one()`; fields may be missing until `refresh_resource`.

        Raises:
            BadResponse: The server does not know a filter, sent an item without an id, or its pages end too early.
            ValidationError: The kind cannot be listed, or a filter is an empty list; raised at once, before any request.
        """
        template = _get_template(resource)
        endpoint = _require(type(template), "list", "listed")
        return Listing(self, endpoint, template, filters, limit=limit, exact=exact)

    def refresh_resource(self, resource: Resource) -> None:
        """Bring a resource up to date, in place.

        Args:
            resource: The resource; it needs an id and nothing else.

        Raises:
            NotFoundResponse: It is gone.
            ValidationError: It has no id.
        """
        self._refresh(resource)

    def _refresh(self, resource: Resource, timeout: float | None = None) -> None:
        endpoint = _require(type(resource), "get", "refreshed")
        resource._replace(self._calls.request_json(endpoint, resource._ids(), timeout=timeout))
        resource.session = resource.session or self

    def refresh_resource_until(
        self, resource: Resource, attribute: str, until_value: Any, timeout: float = 60, sleep_time: float = 1
    ) -> None:
        """Refresh a resource again and again until one of its attributes has a value.

        Args:
            resource: The resource.
            attribute: Name of the attribute, for example `state`.
            until_value: The value to wait for.
            timeout: Seconds to wait at most. The attribute is looked at once more at the end; that look may take up to 5 s.
            sleep_time: Seconds between two looks.

        Raises:
            OrionTimeout: The time is over (the error is assumed); the text has the attribute, its last value and the wanted one.
            ValidationError: The kind has no such attribute, or a time is negative; raised before any request.
            NotFoundResponse: The resource is gone.

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
            resource_type: Its class, or an instance of it.
            params: What the server's API expects.
            files: ``{"file": path, bytes or binary file}`` for kinds that hold content.

        Returns:
            The resource.

        Raises:
            ValidationError: The kind cannot be created, or takes no content; or a path is empty.
            BadResponse: The server rejected the parameters.
        """
        template = _get_template(resource_type)
        kind = type(template)
        endpoint = _require(kind, "create", "created")
        if files:
            _require(kind, "upload", "created with content")
            if set(files) != {"file"}:
                raise ValidationError(f'files is {{"file": path or binary file}}, not {sorted(files)}')
        ids, body = template._parent_ids(), dict(params or {})
        if kind.declaration.in_folders:
            check_path(body.get("path"))
        if not files:
            with kind.declaration.redact_errors(body):
                return template._new_instance(self._calls.request_json(endpoint, ids, body=body), self)
        with open_source(files["file"]) as source:
            made = template._new_instance(self._calls.request_json(endpoint, ids, body=body), self)
            with delete_on_error(made):
                made.put_content(source)  # type: ignore[attr-defined]
        return made

    def update_resource(self, resource: Resource, params: Mapping[str, Any]) -> None:
        """Change a resource on the server and bring it up to date here.

        Args:
            resource: The resource.
            params: Field -> new value, as the server's API expects.

        Raises:
            ValidationError: The kind cannot be changed.
            BadResponse: The server rejected the parameters.
        """
        endpoint = _require(type(resource), "update", "updated")
        with resource.declaration.redact_errors(params):
            self._calls.request_json(endpoint, resource._ids(), body=dict(params))
        self.refresh_resource(resource)

    def delete_resource(self, resource: Resource, immediate: bool = False) -> bool:
        """Delete a resource; kinds with a trash go there first.

        Args:
            resource: The resource; a handle with an id is enough, nothing is fetched.
            immediate: True removes it for good at once (the meaning is inferred).

        Returns:
            True.

        Raises:
            NotFoundResponse: There is none.
            ValidationError: The kind cannot be deleted.
        """
        endpoint = _require(type(resource), "delete", "deleted")
        query = {"immediate": True} if immediate and resource.declaration.trash else None
        try:
            self._calls.request_json(endpoint, resource._ids(), query=query)
        except NotFoundResponse as error:
            # An attempt whose response was lost has deleted it; what was not there before it would have been not found by it.
            if error.call is None or not error.call.maybe_applied_earlier:
                raise
        return True

    # ------------------------------------------------------------------ tags and shares

    def tag_resource(self, resource: Resource, *tags: str, project: Project | Id | None = None) -> None:
        """Give tags to a resource; those that it has already stay.

        Args:
            resource: The resource.
            *tags: The tags.
            project: Project that the tags belong to; the resource's own without it.

        Raises:
            ValidationError: The kind cannot be tagged, or a tag is empty.
            BadResponse: The server rejected.
        """
        tags_of.add(self, resource, tags, project)

    def untag_resource(self, resource: Resource, *tags: str, project: Project | Id | None = None) -> None:
        """Take tags off a resource; those that it does not have are left out silently by the server (documented).

        Args:
            resource: The resource.
            *tags: The tags.
            project: Project that the tags belong to; the resource's own without it.

        Raises:
            ValidationError: The kind cannot be tagged, or a tag is empty.
            BadResponse: The server rejected.
        """
        tags_of.remove(self, resource, tags, project)

    def list_tags(self, resource: Resource) -> Iterator[dict[str, Any]]:
        """List the tags of a resource.

        Args:
            resource: The resource.

        Yields:
            Dicts with `name` and `project` (the keys are assumed).

        Raises:
            ValidationError: The kind cannot be tagged; raised at once, before any request.
            BadResponse: The server rejected.
        """
        return tags_of.iter_tags(self, resource)

    def list_shares(self, resource: Resource) -> Iterator[dict[str, Any]]:
        """List whom a resource is shared with; only who may change it sees that.

        Args:
            resource: The resource; a handle with an id is enough.

        Yields:
            Dicts with `target_type` (for example ``user``), `target_id`, `owner` and `created` (all assumed).

        Raises:
            ValidationError: The kind cannot be shared; raised at once, before any request.
            AuthorizationRequired: The user may not change the resource.
            BadResponse: The server rejected.
        """
        return shares.iter_shares(self, resource)

    def share_resource(self, resource: Resource, share_with: User | Group | Project | Organization) -> None:
        """Let others read a resource: they can get, list and download it, but not change it (what a share gives is assumed).

        Args:
            resource: The resource; a handle with an id is enough.
            share_with: A user, a group or a project (all its members), or an organization (all its users); a handle with an id is enough.

        Raises:
            ValidationError: The kind cannot be shared, `share_with` is of another kind, or an id is no number (documented); raised before
                any request.
            AuthorizationRequired: Only who may change the resource may share it.
            BadResponse: The server rejected.

        Example:
            >>> from orionclient.types import Dataset, Project
            >>> dataset = Dataset.create(session, "hits")
            >>> session.share_resource(dataset, Project(id=3))
            >>> session.unshare_resource(dataset, Project(id=3))
        """
        shares.share(self, resource, share_with)

    def unshare_resource(self, resource: Resource, share_with: User | Group | Project | Organization) -> None:
        """Take a share back; one that is not there is left out silently by the server (assumed).

        Args:
            resource: The resource.
            share_with: Whom it was shared with.

        Raises:
            ValidationError: As for `share_resource`.
            AuthorizationRequired: Only who may change the resource may take its shares back.
            BadResponse: The server rejected.
        """
        shares.unshare(self, resource, share_with)

    # ------------------------------------------------------------------ folders

    def create_paths(self, *paths: str) -> None:
        """Make folders in the session's project, with all above them; those that are there already stay.

        Args:
            *paths: Their paths, for example ``/screens/june``. How paths are written is assumed.

        Raises:
            ValidationError: No path is given, or one is no text or empty.
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
        """Put resources into folders of their projects, all or none.

        Args:
            *assignments: Each a dict with `resource_type` (name of the kind, or its class), `id`, `path` and, to rename the resource as
                well, `name` (the keys are documented). Missing folders are made, and the path ``/`` takes out of the folder (both
                assumed).

        Raises:
            ValidationError: No assignment is given, or one lacks a key or has an unknown one; raised before any request.
            NotFoundResponse: There is no such resource.
            AuthorizationRequired: The user may not change it.
            BadResponse: The server rejected a path.
        """
        folders.assign_folder_paths(self, assignments)

    # ------------------------------------------------------------------ links

    def create_link(self, resource: Resource | Record) -> dict[str, Any]:
        """Make a link to a resource, a shard or a record of a dataset, to be kept in records, files or messages.

        Args:
            resource: The resource, which needs an id and nothing else (a shard its collection too), or a record that was read from a
                dataset. Nothing is sent.

        Returns:
            A dict that JSON can hold. Its keys are assumed.

        Raises:
            ValidationError: Links cannot lead to this kind, or the record was not read from a dataset.
        """
        return link_to(resource)

    def get_link(self, link_dict: Mapping[str, Any]) -> OrionLink | RecordLink | ShardLink:
        """Read a link. Nothing is sent.

        Args:
            link_dict: What `create_link` made, also after a way through JSON.

        Returns:
            The link; its `get_resource()` fetches what it leads to.

        Raises:
            OrionLinkError: The dict is damaged or leads to a kind that this client does not know.
        """
        return read_link(link_dict, self)

    def resolve_links(
        self, links: Iterable[Any], *, max_workers: int = 8, return_exceptions: bool = False
    ) -> list[Any]:
        """Fetch what many links lead to, several at a time; what is linked twice is fetched once.

        Args:
            links: Dicts that `create_link` made, or what `get_link` gives.
            max_workers: Number of requests at a time.
            return_exceptions: True puts an error in the place of what could not be fetched; by default the first one is raised.

        Returns:
            Resources, records and shards in the order of the links.

        Raises:
            OrionLinkError: A dict is damaged or leads to a kind that this client does not know; raised before any request.
            NotFoundResponse: What a link leads to is gone.
            OrionError: The server rejected, or no good response came.

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
        raise ValidationError(f"{found.__name__} is no kind of resource; pass a class of orionclient.types")
    return found  # type: ignore[no-any-return]


def _get_template(kind: type[R] | R) -> R:
    """An instance, for what it carries besides its class."""
    found = _get_class(kind)
    return kind if isinstance(kind, Resource) else found()


def _require(kind: type[Resource], operation: str, verb: str) -> Endpoint:
    endpoint: Endpoint | None = getattr(_get_class(kind).declaration, operation)
    if endpoint is None:
        raise ValidationError(f"{kind.__name__} cannot be {verb}")
    return endpoint
