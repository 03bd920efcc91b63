"""Declaration: names, operations and capabilities of a resource type."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, ClassVar, Final

from attrs import Factory, evolve, field, frozen

from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from orionclient._resources.interfaces import Endpoint

#: Names of the resource types that a resource can be shared with, the same as ShareTarget of the contract.
SHARE_TARGETS: Final = ("user", "group", "project", "workspace", "organization")


class _Operation:
    """An operation of a resource type, found by its name; None if there is none."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __get__(self, declaration: Declaration, owner: type) -> Endpoint | None:
        name = declaration.name
        plural = f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s"
        return getattr(declaration.api, self._pattern.format(name=name, plural=plural), None)


@frozen
class Declaration:
    """Names, operations and capabilities of a resource type; session methods reject resource types without the operation.

    Operations are found by their names, for example `get_file` and `list_files` in the operations of files.

    Attributes:
        name: Name of the resource type on the wire and in links.
        api: Package of its generated operations; None if it has none.
        schema: Name of its schema in the contract. Defaults to the name with ``Info``.
        id_name: Name of its id in the paths of the contract. Defaults to the name with ``_id``.
        parent: Name of the field with the parent; the ids of the parent are part of the paths.
        trash: True if deleting moves the resource to the trash (soft delete).
        taggable: True if it can have tags.
        sharable: True if it can be shared.
        share_targets: Names of the resource types that it can be shared with. Defaults to all.
        lists_shares: True if its shares can be listed. Defaults to `sharable`.
        in_folders: True if it can be in a folder.
        linkable: True if it can be linked.
        hidden: Fields of the schema that the class omits, with the reasons.
        write_only: Write-only fields, which are redacted in messages.
    """

    name: str
    api: ModuleType | None = None
    schema: str = field(
        default=Factory(lambda self: self.name.title().replace("_", "") + "Info", takes_self=True), kw_only=True
    )
    id_name: str = field(default=Factory(lambda self: f"{self.name}_id", takes_self=True), kw_only=True)
    parent: str = field(default="", kw_only=True)
    trash: bool = field(default=False, kw_only=True)
    taggable: bool = field(default=False, kw_only=True)
    sharable: bool = field(default=False, kw_only=True)
    share_targets: tuple[str, ...] = field(default=SHARE_TARGETS, kw_only=True)
    lists_shares: bool = field(default=Factory(lambda self: self.sharable, takes_self=True), kw_only=True)
    in_folders: bool = field(default=False, kw_only=True)
    linkable: bool = field(default=True, kw_only=True)
    hidden: Mapping[str, str] = field(factory=dict, kw_only=True)
    write_only: tuple[str, ...] = field(default=(), kw_only=True)

    #: Operations of the resource type; None if there is none of the kind.
    get: ClassVar[_Operation] = _Operation("get_{name}")
    list: ClassVar[_Operation] = _Operation("list_{plural}")
    create: ClassVar[_Operation] = _Operation("create_{name}")
    update: ClassVar[_Operation] = _Operation("update_{name}")
    delete: ClassVar[_Operation] = _Operation("delete_{name}")
    #: Operations on the content of a resource.
    upload: ClassVar[_Operation] = _Operation("upload_{name}_content")
    download: ClassVar[_Operation] = _Operation("download_{name}")

    @contextlib.contextmanager
    def redact_errors(self, params: Mapping[str, Any]) -> Iterator[None]:
        """Redact the values of write-only fields in errors, which may quote them from the server's message.

        Args:
            params: Parameters of the request.

        Raises:
            OrionError: Errors of the block.
        """
        try:
            yield
        except OrionError as error:
            values = tuple(str(params[name]) for name in self.write_only if params.get(name))
            if values and error.call is not None:
                error.call = evolve(error.call, secrets=(*error.call.secrets, *values))
            raise
