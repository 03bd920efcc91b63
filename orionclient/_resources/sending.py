"""Upload one of many files as a resource of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, TypeVar

from attrs import frozen

from orionclient._resources.creating import find_existing
from orionclient._resources.resource import Resource, SessionLike
from orionclient._transfer.many import TransferItem, TransferResult, UploadSend, make_result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

R = TypeVar("R", bound=Resource)


@frozen
class ResourceSend(UploadSend[R]):
    """Uploads one file with the method `upload` of a resource type; an existing name counts if `if_exists` says so.

    Attributes:
        kind: The resource type.
        session: The session.
        project: Id of the project; None if the server chooses it.
        folder_path: Path of the folder in the project, or absolute.
        if_exists: What to do if the name exists, as for `File.upload`; None does not check names.
        options: Further arguments of the upload method.
    """

    kind: ClassVar[Any]
    session: SessionLike
    project: int | None
    folder_path: str | None
    if_exists: str | None
    options: Mapping[str, Any]

    def find(self, item: TransferItem[Path], path: Path) -> R | None:  # noqa: ARG002 - subclasses compare the content
        """Find the resource with the same name if it is to be skipped."""
        if self.if_exists != "skip":
            return None
        found: R | None = find_existing(
            self.kind, self.session, item.name, project=self.project, folder_path=self.folder_path, if_exists="skip"
        )
        return found

    def upload(self, item: TransferItem[Path], content: Path | BinaryIO, **options: Any) -> TransferResult[R]:
        """Create the resource."""
        created: R = self.kind.upload(
            self.session, item.name, content, self.project, folder_path=self.folder_path, if_exists=self.if_exists,
            **self.options, **options,
        )  # fmt: skip
        return make_result(created, skipped=False)

    def receive(self, value: R) -> R:
        """Use the session of this process."""
        found: R = self.kind.from_msg(value.to_dict(), self.session)
        return found
