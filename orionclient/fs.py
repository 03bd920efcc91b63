"""FileSystem: the folders and items of a stack by path, as `session.fs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Never

from orion_api.api import filesystem as api

from orionclient import types
from orionclient._resources.addresses import ITEM_TYPES, check_absolute_path, check_location, parse_address
from orionclient._resources.convert import identifier, integer, optional, string
from orionclient._resources.folders import create_folder_paths
from orionclient._resources.listing import Listing
from orionclient._resources.resource import Declaration, Endpoint, Field, Id, Resource, SessionLike
from orionclient._runtime.plain import to_plain
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orion_api.inputs import ListEntriesFilters

    from orionclient.types import File

__all__ = ["Entry", "FileSystem"]


class Entry(Resource):
    """A folder or an item (file, dataset or collection) of the virtual file system. Its fields are assumed.

    Example:
        >>> from orionclient.types import File
        >>> _ = File.upload(session, "hits.smi", b"CCO", folder_path="/screens")
        >>> [(entry.type, entry.path, entry.size) for entry in session.fs.ls("/project/1/team/screens")]
        [('file', '/project/1/team/screens/hits.smi', 3)]
    """

    declaration: ClassVar[Declaration] = Declaration("entry", api, id_name="path", linkable=False)

    @classmethod
    def _inputs(cls, filters: ListEntriesFilters, create: Never, update: Never) -> None: ...

    type: Field[str] = Field(string, "``folder``, ``file``, ``dataset`` or ``collection``; the server may add values.")
    id: Field[int | None] = Field(optional(identifier), "Id of the item; None for a folder.")
    name: Field[str] = Field(string, "Name of the item, or last name of the folder's path.")
    path: Field[str] = Field(string, "Absolute path, name included.")
    owner: Field[int | None] = Field(
        optional(identifier), "Id of the user that created the entry; None for a root.", default=None
    )
    project: Field[int | None] = Field(
        optional(identifier), "Id of the project; None for a folder of the organization.", default=None
    )
    size: Field[int | None] = Field(optional(integer), "Size of a file in bytes; None for other entries.", default=None)
    count: Field[int | None] = Field(
        optional(integer),
        "Count of the records of a dataset, or of the shards of a collection; else None.",
        default=None,
    )
    state: Field[str | None] = Field(
        optional(string), "State of a file or collection; None for other entries.", default=None
    )
    created: Field[str | None] = Field(
        optional(string), "When the entry was created, ISO 8601 in UTC; None for a root.", default=None
    )
    deleted: Field[str | None] = Field(
        optional(string),
        "When the item was moved to the trash, ISO 8601 in UTC; None if it is not there.",
        default=None,
    )

    @property
    def address(self) -> str:
        """Address of an item, for example ``file://7`` (listed); the path of a folder. `FileSystem` accepts both."""
        return self.path if self._data.get("id") is None else f"{self.type}://{self.id}"

    def _ids(self) -> dict[str, Id]:
        return {"path": self.address}

    def _parent_ids(self) -> dict[str, Id]:
        """Return what lists the entries of this folder."""
        return {"path": self.path}

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Entry) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def _title(self) -> str:
        return f"Entry {self._data.get('path', 'without path')}"


class FileSystem:
    """The virtual file system of a stack: the folders and items that the user of a session can see, by absolute path.

    Every path starts with one of four roots (listed; who can see and change what is assumed):

    - ``/project/<id>/team``: the members of the project;
    - ``/project/<id>/user/<username>``: this user alone;
    - ``/project/<id>/workspace/<id>``: the users of the workspace;
    - ``/organization``: all users of the organization can see it and add to it; what exists is changed by its owner.

    The addresses ``file://7``, ``dataset://7`` and ``collection://7`` are accepted in place of the paths of items (listed). Names of items
    need not be unique: a path that names several items is rejected, and the message contains their addresses (assumed). Copying, moving and
    removing is done by the server, and is atomic: either for all sources or for none (assumed).

    Args:
        session: The session.

    Example:
        >>> from orionclient.types import Dataset
        >>> dataset = Dataset.create(session, "hits")
        >>> session.fs.mkdir("/project/1/team/june")
        >>> session.fs.mv(f"dataset://{dataset.id}", destination="/project/1/team/june")[0].path
        '/project/1/team/june/hits'
        >>> [entry.name for entry in session.fs.ls("/project/1/team")]
        ['june']
    """

    def __init__(self, session: SessionLike) -> None:
        self._session = session

    def ls(self, path: str | Resource, *, limit: int | None = None, **filters: Any) -> Listing[Entry]:
        """List a folder: its subfolders first, then its items. The path or address of an item lists this item alone.

        Args:
            path: Absolute path, address, entry or item.
            limit: Maximum count of entries. If omitted, all.
            **filters: `name`, `name_contains` and `name_icontains` (in the same case, and in any), `types` (a type or a list of them),
                `tags`, `owner` (id of a user); `deleted`, to list the items in the trash that were in the folder, and `expired`, to include
                those that were deleted more than 30 days ago; `order_by` (``name``, the default, ``id``, ``created``, ``type``; with ``-``
                before it in descending order); `offset`. The names are listed.

        Returns:
            An iterator with `count()`, `first()` and `one()`; pages are fetched when they are needed.

        Raises:
            ValidationError: The path is outside every root, or the address is not valid; raised before any request.
            NotFoundResponse: The folder does not exist, or the user cannot see its root.
            BadResponse: The server rejected a filter.

        Example:
            >>> from orionclient.types import File
            >>> for name in ("b", "a"):
            ...     _ = File.upload(session, name, b"CCO")
            >>> [entry.name for entry in session.fs.ls("/project/1/team", types="file", order_by="name")]
            ['a', 'b']
        """
        return Listing(self._session, api.list_entries, Entry(path=_locate(path)), filters, limit=limit)

    def info(self, path: str | Resource) -> Entry:
        """Get a folder or an item.

        Args:
            path: Absolute path, address, entry or item.

        Returns:
            The entry.

        Raises:
            ValidationError: The path is outside every root, or the address is not valid; raised before any request.
            NotFoundResponse: It does not exist, or the user cannot see it.
            BadResponse: The path names several items; the message contains their addresses.
        """
        found = self._session._calls.request_json(api.get_entry, {"path": _locate(path)})
        return Entry.from_msg(found, self._session)

    def mkdir(self, *paths: str, parents: bool = False) -> None:
        """Create folders, all or none.

        Args:
            *paths: Absolute paths.
            parents: True creates missing parents, and accepts folders that exist.

        Raises:
            ValidationError: No path is given, or one is outside every root; raised before any request.
            NotFoundResponse: A parent does not exist, or the user cannot see the root.
            BadResponse: A folder exists already.
        """
        create_folder_paths(self._session, [check_absolute_path(path) for path in paths], parents=parents)

    def cp(
        self, *sources: str | Resource, destination: str, recursive: bool = False, force: bool = False
    ) -> list[Entry]:
        """Copy items and folders on the server. Copies belong to the user, and have no tags and no shares (assumed).

        Args:
            *sources: Absolute paths, addresses, entries or items.
            destination: Absolute path of a folder, which takes the copies under their names; or, for one source, its new path. With a
                trailing slash the path has to be that of a folder.
            recursive: True also copies folders, with their content.
            force: True moves an existing item of the same name to the trash; by default it is an error.

        Returns:
            The copies, one entry per source in their order.

        Raises:
            ValidationError: No source is given, a path is outside every root, or an address is not valid; raised before any request.
            NotFoundResponse: A source, or the parent of the destination, does not exist.
            AuthorizationRequired: The user may not change the destination.
            BadResponse: The server rejected the copy: a path is ambiguous, an item of the name exists, a source is a folder and `recursive`
                is False, or a folder would be copied into itself.

        Example:
            >>> from orionclient.types import File
            >>> file = File.upload(session, "hits.smi", b"CCO")
            >>> session.fs.cp(file, destination="/project/1/team/copy.smi")[0].path
            '/project/1/team/copy.smi'
        """
        options = {"destination": check_absolute_path(destination), "recursive": recursive, "force": force}
        return self._change(api.copy_entries, sources, options)

    def mv(self, *sources: str | Resource, destination: str, force: bool = False) -> list[Entry]:
        """Move or rename items and folders. Items keep their ids, tags and shares (assumed).

        Args:
            *sources: As for `cp`.
            destination: As for `cp`. In another project, the items belong to this project afterwards.
            force: As for `cp`.

        Returns:
            The moved entries, one per source in their order.

        Raises:
            ValidationError: As for `cp`.
            NotFoundResponse: As for `cp`.
            AuthorizationRequired: The user may not change a source or the destination.
            BadResponse: As for `cp`.
        """
        return self._change(
            api.move_entries, sources, {"destination": check_absolute_path(destination), "force": force}
        )

    def rm(
        self, *sources: str | Resource, recursive: bool = False, immediate: bool = False, dry_run: bool = False
    ) -> list[Entry]:
        """Move items to the trash, and remove folders.

        Args:
            *sources: As for `cp`.
            recursive: True also removes folders that are not empty, with their content.
            immediate: True deletes items permanently.
            dry_run: True removes nothing.

        Returns:
            All items and folders that were removed, or would be removed.

        Raises:
            ValidationError: As for `cp`.
            NotFoundResponse: A source does not exist.
            AuthorizationRequired: The user may not change a source or its content.
            BadResponse: A path is ambiguous or a root, or a folder is not empty and `recursive` is False.
        """
        options = {"recursive": recursive, "immediate": immediate, "dry_run": dry_run}
        return self._change(api.remove_entries, sources, options)

    def head(self, path: str | Resource, n: int = 10) -> list[Any]:
        r"""Read the start of an item.

        Args:
            path: Absolute path, address, entry or item.
            n: Maximum count of records of a dataset, lines of a file or shards of a collection.

        Returns:
            Records; lines as bytes, of the first MiB of a file; or instances of `Shard` without content.

        Raises:
            ValidationError: The path is that of a folder, or `n` is not a positive integer.
            NotFoundResponse: The item does not exist.
            OrionError: The request failed.

        Example:
            >>> from orionclient.types import File
            >>> file = File.upload(session, "hits.smi", b"CCO ethanol\nCNS\n")
            >>> session.fs.head("/project/1/team/hits.smi", 1)
            [b'CCO ethanol\n']
        """
        n = to_plain(n)
        if not isinstance(n, int) or isinstance(n, bool) or n < 1:
            raise ValidationError(f"n must be a positive integer, not {n!r:.60}")
        item = self.get_item(path)
        if isinstance(item, types.Dataset):
            return list(item.records(limit=n))
        if isinstance(item, types.ShardCollection):
            return list(item.list_shards(limit=n))
        return read_start(item, lines=n).splitlines(keepends=True)

    def get_item(self, path: str | Resource) -> Any:
        """Create a handle of an item.

        Args:
            path: Address of the item or the item, for which nothing is sent, or its absolute path or entry.

        Returns:
            A `File`, `Dataset` or `ShardCollection` with only an id; `session.refresh_resource` fetches the other fields.

        Raises:
            ValidationError: The path is that of a folder, or outside every root; or the address is not valid.
            NotFoundResponse: The item does not exist.
        """
        location = _locate(path)
        if "://" not in location:
            location = self.info(location).address
            if "://" not in location:
                raise ValidationError(f"{path!r:.60} is a folder, but a file, dataset or collection is expected")
        kind, item_id = parse_address(location)
        return types.KINDS[kind](id=item_id, session=self._session)

    def _change(self, endpoint: Endpoint, sources: Iterable[Any], options: dict[str, Any]) -> list[Entry]:
        body = {name: value for name, value in options.items() if value is not False}
        located = [_locate(each) for each in sources]
        if not located:
            raise ValidationError("no source given")
        found = self._session._calls.request_json(endpoint, {}, body={"sources": located, **body})
        return [Entry.from_msg(each, self._session) for each in found["results"]]


def _locate(source: object) -> str:
    """Return the path or address of a source."""
    if isinstance(source, Entry):
        return source.address
    if isinstance(source, Resource) and source.declaration.name in ITEM_TYPES:
        return f"{source.declaration.name}://{source._id()}"
    return check_location(source)


def read_start(file: File, *, size: int = 2**20, lines: int | None = None) -> bytes:
    """Read the first bytes or lines of a file.

    Args:
        file: The file.
        size: Maximum count of bytes. Defaults to 1 MiB.
        lines: Maximum count of lines in these bytes. If omitted, all.

    Returns:
        The bytes; lines have their ends.

    Raises:
        OrionError: The request failed.
    """
    content = b""
    for chunk in file.download():
        content += chunk
        if len(content) >= size or (lines is not None and content.count(b"\n") >= lines):
            break
    return b"".join(content[:size].splitlines(keepends=True)[:lines])
