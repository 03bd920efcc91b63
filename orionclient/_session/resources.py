"""Methods of OrionSession to get, list, create, update and delete resources."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Never, Protocol, TypeAlias, TypeVar, cast, overload

from orionclient import _transfer
from orionclient._resources.creating import delete_on_error
from orionclient._resources.listing import Listing, check_order
from orionclient._resources.polling import check_arguments, poll_until
from orionclient._resources.resource import Endpoint, Id, Resource
from orionclient._transfer.names import check_folder_path
from orionclient.exceptions import NotFoundResponse, ValidationError

if TYPE_CHECKING:
    from orionclient._requesting.calls import Calls
    from orionclient.config import SessionConfig

R = TypeVar("R", bound=Resource)
R_co = TypeVar("R_co", bound=Resource, covariant=True)
T = TypeVar("T")
Filters_contra = TypeVar("Filters_contra", contravariant=True)
Create_contra = TypeVar("Create_contra", contravariant=True)
Update_contra = TypeVar("Update_contra", contravariant=True)

#: A dict with the keys of `T`. mypy infers arguments whose type contains a callable last, thus a dict literal is checked against `T`.
Keys: TypeAlias = T | Callable[[T], Never]


class Kind(Protocol[R_co, Filters_contra, Create_contra, Update_contra]):
    """A resource class or an instance, with the types of its filters and parameters."""

    def _inputs(self, filters: Filters_contra, create: Create_contra, update: Update_contra, /) -> None: ...

    def from_msg(self, msg: Mapping[str, Any]) -> R_co:
        """Create an instance from a JSON object of the server."""
        ...


class ResourceVerbs:
    """Mixin with the resource methods of `OrionSession`, which provides the configuration and the calls."""

    _calls: Calls

    if TYPE_CHECKING:

        @property
        def config(self) -> SessionConfig:
            """Endpoint and credentials of the session."""
            ...

        @config.setter
        def config(self, config: SessionConfig) -> None: ...

    def get_resource(self, resource_type: type[R] | R, resource_id: Id, timeout: float | None = None) -> R:
        """Get one resource.

        Args:
            resource_type: Class of the resource, or an instance with its parent, for example ``Shard(collection=c)``.
            resource_id: Id of the resource, an integer or a string of digits; or the address of a file, dataset or collection, for example
                ``file://7`` (listed).
            timeout: Seconds for the whole call, including retries. Defaults to the session's timeouts.

        Returns:
            The resource.

        Raises:
            NotFoundResponse: The resource does not exist or is in the trash. By default a 404 is retried 8 times (documented).
            AuthorizationRequired: The user has no access to the resource.
            ValidationError: The id is not an integer, or the address is that of another resource type.
        """
        template = _get_template(resource_type)
        endpoint = _require(type(template), "get", "fetched one by one")
        ids = template._make_handle(resource_id)._ids()
        return template._new_instance(self._calls.request_json(endpoint, ids, timeout=timeout), self)

    @overload
    def list_resources(
        self,
        resource: type[R] | R,
        filters: None = None,
        *,
        limit: int | None = None,
        offset: int | None = None,
        order_by: str | None = None,
        exact: bool = False,
        extra_query: Mapping[str, Any] | None = None,
    ) -> Listing[R]: ...
    @overload
    def list_resources(
        self,
        resource: Kind[R, T, Any, Any],
        filters: Keys[T] | None = None,
        *,
        limit: int | None = None,
        offset: int | None = None,
        order_by: str | None = None,
        exact: bool = False,
        extra_query: Mapping[str, Any] | None = None,
    ) -> Listing[R]: ...
    def list_resources(
        self,
        resource: Any,
        filters: Any = None,
        *,
        limit: int | None = None,
        offset: int | None = None,
        order_by: str | None = None,
        exact: bool = False,
        extra_query: Mapping[str, Any] | None = None,
    ) -> Listing[Any]:
        """List resources; pages are fetched when they are needed.

        Args:
            resource: Class of the resources, or an instance with their parent.
            filters: Query parameters, for example ``{"name": "hits", "project": 7, "tags": "Job 12"}``; a list adds one
                parameter per value. The server validates the filters and matches names inexactly.
            limit: Maximum number of resources. If omitted, all, in pages of the maximum size of the API.
            offset: Number of resources to skip. Defaults to 0.
            order_by: Order of the resources (listed): ``id``, ``name``, ``created``, ``type`` or ``recently_used``, as far as the resource
                type has it; with a leading ``-`` in descending order (assumed). Defaults to the order of the server, by id (assumed).
            exact: True returns only resources whose `name` (or `title`) equals that of the filter.
            extra_query: Further query parameters, which type checkers do not check. They take precedence over filters.

        Returns:
            An iterator with `count()`, `first()` and `one()`; fields may be missing until `refresh_resource`.

        Raises:
            BadResponse: The server rejected a filter, sent an item without an id, or the listing is incomplete.
            ValidationError: The resource type cannot be listed or has no such order, a count is negative, or a filter is an empty list;
                raised before any request.

        Note:
            With ``order_by="id"``, resources that others create and delete while the listing is read do not affect the rest: each resource
            that exists all the time is returned once. The pages of all other orders, and of a listing with `offset`, make no such promise:
            a resource may be missing or be returned twice.
        """
        template = _get_template(resource)
        endpoint = _require(type(template), "list", "listed")
        given = _merge(filters=filters)
        if order_by is not None and "order_by" in given:
            raise ValidationError("order_by is given twice; omit the filter")
        given |= {} if order_by is None else {"order_by": order_by}
        check_order(endpoint, given.get("order_by"))
        query = _merge(filters=given, extra_query=extra_query)
        return Listing(self, endpoint, template, query, limit=limit, offset=offset, exact=exact)

    def refresh_resource(self, resource: Resource) -> None:
        """Update a resource in place with its current state on the server.

        Args:
            resource: The resource; an id is enough.

        Raises:
            NotFoundResponse: The resource does not exist.
            ValidationError: The resource has no id.
        """
        self._refresh(resource)

    def _refresh(self, resource: Resource, timeout: float | None = None, retry_timeout: float | None = None) -> None:
        endpoint = _require(type(resource), "get", "refreshed")
        ids = resource._ids()
        resource._replace(self._calls.request_json(endpoint, ids, timeout=timeout, retry_timeout=retry_timeout))
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
            NotFoundResponse: The resource does not exist. The retries of a 404 end with the timeout.

        Example:
            >>> from orionclient.types import File
            >>> file = File.upload(session, "three words", b"CNS")
            >>> session.refresh_resource_until(file, "state", "ready", timeout=10)
        """
        _require(type(resource), "get", "refreshed")
        check_arguments(resource, attribute, timeout, sleep_time)
        refresh = partial(self._refresh, resource)
        poll_until(refresh, resource, attribute, until_value, timeout=timeout, sleep_time=sleep_time)

    @overload
    def create_resource(
        self,
        resource_type: type[R] | R,
        params: None = None,
        files: Mapping[str, Any] | None = None,
        *,
        extra_body: Mapping[str, Any] | None = None,
    ) -> R: ...
    @overload
    def create_resource(
        self,
        resource_type: Kind[R, Any, T, Any],
        params: Keys[T] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        extra_body: Mapping[str, Any] | None = None,
    ) -> R: ...
    def create_resource(
        self,
        resource_type: Any,
        params: Any = None,
        files: Mapping[str, Any] | None = None,
        *,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Create a resource.

        Args:
            resource_type: Class of the resource, or an instance with its parent.
            params: Parameters of the server's API.
            files: ``{"file": path, bytes or binary file}`` for resource types with content. The forms of requests are accepted too:
                ``{"file": (name, content)}``, where a string is the content and not a path, and a list of one such pair. The name is that
                of the resource if `params` has none.
            extra_body: Further parameters, which type checkers do not check. They take precedence over `params`.

        Returns:
            The resource.

        Raises:
            ValidationError: The resource type cannot be created, or has no content; or a path is empty.
            BadResponse: The server rejected the parameters.
        """
        template = _get_template(resource_type)
        kind = type(template)
        endpoint = _require(kind, "create", "created")
        if files and not hasattr(kind, "put_content"):
            raise ValidationError(f"{kind.__name__} cannot be created with content")
        ids, body = template._parent_ids(), _merge(params=params, extra_body=extra_body)
        source_of = _parse_files(files, body) if files else None
        if kind.declaration.in_folders:
            check_folder_path(body.get("path"))
        if source_of is None:
            with kind.declaration.redact_errors(body):
                return template._new_instance(self._calls.request_json(endpoint, ids, body=body), self)
        with _transfer.sources.open_source(source_of) as source:
            resource = template._new_instance(self._calls.request_json(endpoint, ids, body=body), self)
            with delete_on_error(resource):
                resource.put_content(source)
        return resource

    def update_resource(
        self, resource: Kind[Resource, Any, Any, T], params: Keys[T], *, extra_body: Mapping[str, Any] | None = None
    ) -> None:
        """Update a resource on the server, and refresh it.

        Args:
            resource: The resource.
            params: Field name -> new value.
            extra_body: As for `create_resource`.

        Raises:
            ValidationError: The resource type cannot be updated.
            BadResponse: The server rejected the parameters.
        """
        handle, body = cast("Resource", resource), _merge(params=params, extra_body=extra_body)
        endpoint = _require(type(handle), "update", "updated")
        with handle.declaration.redact_errors(body):
            self._calls.request_json(endpoint, handle._ids(), body=body)
        self.refresh_resource(handle)

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

    def restore_resource(self, resource: Resource) -> None:
        """Restore a resource from the trash, and refresh it. Orion publishes no such operation; this one is assumed.

        An item returns to its project and folder, which is created if it was removed meanwhile. Has no effect on a resource that is not in
        the trash.

        Args:
            resource: The file, dataset, collection or project; a handle with an id is enough.

        Raises:
            NotFoundResponse: The resource does not exist, or its project is deleted.
            AuthorizationRequired: The user may not change the resource.
            BadResponse: The resource was deleted more than 30 days ago (409).
            ValidationError: The resource type has no trash; raised before any request.

        Example:
            >>> from orionclient.types import File
            >>> file = File.upload(session, "three words", b"CNS")
            >>> session.delete_resource(file)
            True
            >>> session.restore_resource(file)
            >>> file.deleted
            ''
        """
        from orion_api.api import trash  # noqa: PLC0415 - few programs restore

        kind = _get_class(resource)
        if not kind.declaration.trash:
            raise ValidationError(f"{kind.__name__} has no trash to restore it from")
        ids = {"resource_type": kind.declaration.name, "resource_id": resource._id()}
        self._calls.request_json(trash.restore_resource, ids)
        self.refresh_resource(resource)


def _merge(**given: Any) -> dict[str, Any]:
    """Merge mappings, of which later ones take precedence."""
    merged: dict[str, Any] = {}
    for name, mapping in given.items():
        if not isinstance(mapping, Mapping | None):
            raise ValidationError(f"{name} must be a mapping of names to values, not {type(mapping).__name__}")
        merged |= mapping or {}
    return merged


def _parse_files(files: Any, body: dict[str, Any]) -> Any:
    """Return the content in `files`, and use its name for a resource without one."""
    named = files
    if isinstance(files, list | tuple):
        with contextlib.suppress(TypeError, ValueError):
            named = dict(files)
    if not isinstance(named, Mapping) or [*named] != ["file"] or len(files) != 1:
        keys = f"has the keys {sorted(map(str, named))!r:.60}" if isinstance(named, Mapping) else f"is {named!r:.60}"
        raise ValidationError(f'files must be {{"file": path or binary file}}, but {keys}')
    content = named["file"]
    if not isinstance(content, tuple):
        return content
    if len(content) != 2:
        raise ValidationError("files must be {'file': (name, content)}; the server stores no content type or headers")
    name, content = content
    if name is not None:
        body.setdefault("name", name)
    return content.encode() if isinstance(content, str) else content


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
