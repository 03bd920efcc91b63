"""Methods of OrionSession for tags, shares, folders and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient._resources import folders, shares
from orionclient._resources import tags as tags_of
from orionclient._session.resources import ResourceVerbs
from orionclient.links import OrionLink, RecordLink, ShardLink, link_to, read_link, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from orionclient._resources.resource import Id, Resource
    from orionclient.fs import FileSystem
    from orionclient.records import Record
    from orionclient.types import Group, Organization, Project, User, Workspace


class Verbs(ResourceVerbs):
    """Mixin with the methods of `OrionSession` that send requests of their own."""

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
            resource: The resource; a handle with an id is enough. A floe has the shares of its package, and a floe without a package none
                (assumed).

        Yields:
            Dicts with `target_type` (for example ``user``), `target_id`, `owner` and `created` (all assumed).

        Raises:
            ValidationError: The resource type has no shares; raised before any request.
            AuthorizationRequired: The user may not change the resource.
            BadResponse: The server rejected the request.
        """
        return shares.iter_shares(self, resource)

    def share_resource(self, resource: Resource, share_with: User | Group | Project | Workspace | Organization) -> None:
        """Share a resource: the targets can get, list and download it, but not change it (the permissions of a share are assumed).

        Args:
            resource: The resource; a handle with an id is enough.
            share_with: A user, a group or a project (all its members), or a workspace or an organization (all its users); a handle with an
                id is enough. A workspace itself is shared with users only, who become users of it.

        Raises:
            ValidationError: The resource type cannot be shared, `share_with` has another type, or an id is not an integer (documented);
                raised before any request.
            AuthorizationRequired: The user may not change the resource, or may not share with the target, for example with a workspace
                of which the user is no user.
            BadResponse: The server rejected the request.

        Example:
            >>> from orionclient.types import Dataset, Project
            >>> dataset = Dataset.create(session, "hits")
            >>> session.share_resource(dataset, Project(id=3))
            >>> session.unshare_resource(dataset, Project(id=3))
        """
        shares.share(self, resource, share_with)

    def unshare_resource(
        self, resource: Resource, share_with: User | Group | Project | Workspace | Organization
    ) -> None:
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
        """Create folders, including missing parents; existing folders are left unchanged.

        Args:
            *paths: Paths of the folders, for example ``/screens/june`` in the session's project; or absolute, as for `session.fs`, for
                example ``/project/3/team/screens``. The syntax of the former is assumed.

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
                the resource (the keys are documented). `id` can be an address, `path` absolute, as for `session.fs`. Missing folders are
                created, and the path ``/`` removes the resource from its folder (both assumed).

        Raises:
            ValidationError: No assignment is given, or one has a missing or unknown key; raised before any request.
            NotFoundResponse: A resource does not exist.
            AuthorizationRequired: The user may not change a resource.
            BadResponse: The server rejected a path.
        """
        folders.assign_folder_paths(self, assignments)

    @property
    def fs(self) -> FileSystem:
        """The virtual file system: list, copy, move and remove folders and items by their absolute paths.

        Example:
            >>> session.fs.mkdir("/project/1/team/screens/june", parents=True)
            >>> [entry.path for entry in session.fs.ls("/project/1/team/screens")]
            ['/project/1/team/screens/june']
        """
        from orionclient.fs import FileSystem  # noqa: PLC0415 - most programs do not need it

        return FileSystem(self)

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
