"""File: a stored file of a project."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api import files as api

from orionclient._resources.content import Content
from orionclient._resources.convert import identifier, integer, optional, string
from orionclient._resources.creating import create_with_tags, find_existing, is_absolute, project_id, update_replaced
from orionclient._resources.listing import Listing
from orionclient._resources.resource import Declaration, Field, SessionLike
from orionclient._resources.sending import ResourceSend
from orionclient._transfer.many import TransferItem, TransferResult, make_result, sha256_of
from orionclient._transfer.sources import Source, open_source
from orionclient.exceptions import OrionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from orion_api.inputs import CreateFile, ListFilesFilters, UpdateFile

    from orionclient._transfer.progress import Progress

__all__ = ["File"]


class File(Content):
    """A stored file of a project.

    Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``project``, ``owner``, ``tags``, ``tag_filters``,
    ``tag_match``, ``path``, ``path_contains``, ``state``, ``states``, ``deleted`` and ``expired``. Deleting moves to the trash
    (soft delete); `immediate=True` deletes permanently.

    Example:
        >>> from orionclient.types import File
        >>> file = File.upload(session, "three words", b"CNS")
        >>> file.name, file.size, file.state
        ('three words', 3, 'ready')
        >>> b"".join(file.download())
        b'CNS'
    """

    declaration: ClassVar[Declaration] = Declaration(
        "file", api, trash=True, taggable=True, sharable=True, in_folders=True
    )

    @classmethod
    def _inputs(cls, filters: ListFilesFilters, create: CreateFile, update: UpdateFile) -> None: ...

    id: Field[int] = Field(identifier, "Id of the file, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; need not be unique (documented).")
    state: Field[str] = Field(
        string, "`ready` after the upload (documented), `uploading` before (assumed); other states are possible."
    )
    size: Field[int] = Field(integer, "Length of the content in bytes (documented); 0 before the upload.")
    created: Field[str] = Field(string, "When the file was created, ISO 8601 in UTC with microseconds (documented).")
    owner: Field[int] = Field(identifier, "Id of the user that created the file (documented).")
    project: Field[int] = Field(identifier, "Id of the project that the file belongs to (documented).")
    description: Field[str] = Field(optional(string, ""), "Description; may be empty (assumed).")
    sha256: Field[str | None] = Field(
        optional(string), "SHA-256 digest of the content in hexadecimal; None before the upload (assumed)."
    )
    path: Field[str | None] = Field(
        optional(string), "Path of the folder of the project; None if it is in no folder (assumed)."
    )
    location: Field[str] = Field(
        optional(string, ""), "Absolute path of the folder, for example ``/project/1/team/screens`` (assumed)."
    )
    deleted: Field[str] = Field(
        optional(string, ""), "When the file was moved to the trash; empty if it is not in the trash (assumed)."
    )

    @classmethod
    def upload(
        cls,
        session: SessionLike,
        name: str,
        filename: Source,
        project: Any = None,
        *,
        folder_path: str | None = None,
        description: str | None = None,
        tags: Sequence[str | None] | None = None,
        if_exists: str | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Self:
        """Upload a file. A large file is sent as a multipart upload; calling again after a crash resumes it.

        Args:
            session: The session.
            name: Display name; need not be the local file name.
            filename: Path, bytes, binary file (sent from its current position) or iterable of bytes.
            project: Project or its id. Defaults to the session's project.
            folder_path: Path of the folder in the project, or absolute as for `session.fs`. Created if missing.
            description: Description.
            tags: Tags to add before the upload, for example ``["Trajectory", job_tag()]``; None entries are ignored.
            if_exists: What to do if the project (or the folder, if given) has a file with exactly this name: ``skip`` returns the
                existing file, ``replace`` uploads new content to it, ``error`` raises. If omitted, names are not checked.
            progress: Called with the `Progress` at most every 0.1 s and once at the end. An exception that it raises cancels the upload.

        Returns:
            The file, ready.

        Raises:
            ValidationError: A tag is empty, the name exists and `if_exists` is ``error``, or the source changed during the upload.
            MultipleResultsFound: `if_exists` is ``replace`` and several files have the name.
            OSError: The path cannot be read; no request was sent.
            OrionError: The request failed; nothing is left on the server.
        """
        with open_source(filename) as source:
            found = find_existing(cls, session, name, project=project, folder_path=folder_path, if_exists=if_exists)
            if found is not None:
                if if_exists == "replace":
                    update_replaced(found, tags=tags, description=description)
                    found._send(source, progress)
                return found
            purpose = (name, project_id(session, project, folder_path), folder_path, description, tags)

            create = partial(
                create_with_tags, cls, session, name, project, path=folder_path, description=description, tags=tags
            )
            return cls(session=session)._upload_new(source, purpose, create, progress)


class FileSend(ResourceSend[File]):
    """Uploads one of many files. Without `if_exists`, a file that exists with the same name and content is skipped."""

    kind = File

    def find(self, item: TransferItem[Path], path: Path) -> File | None:
        """Find a file that makes the upload unnecessary."""
        if self._compares(item):
            return self._find_same(self.project, item.name, path.stat().st_size, lambda: sha256_of(path))
        return super().find(item, path)

    def upload(self, item: TransferItem[Path], content: Path | BinaryIO, **options: Any) -> TransferResult[File]:
        """Upload the file. If another process uploaded the same content earlier, this one is deleted."""
        done = super().upload(item, content, progress=self.progress_of(item), **options)
        created = done.value
        if self._compares(item):
            # A failure of this check is not a failed upload.
            with contextlib.suppress(OrionError):
                older = self._find_same(
                    created.project, created.name, created.size, lambda: created.sha256 or "", before=created.id
                )
                if older is not None:
                    self.session.delete_resource(created, immediate=True)
                    return make_result(older, skipped=True)
        return done

    def _compares(self, item: TransferItem[Path]) -> bool:
        return self.if_exists is None and not item.force

    def _find_same(
        self, project: int | None, name: str, size: int, digest: Callable[[], str], *, before: int | None = None
    ) -> File | None:
        if project is None and not is_absolute(self.folder_path):
            # The project that the server will choose is unknown, so existing files cannot be compared.
            return None
        filters: dict[str, Any] = {"name": name, "project": project, "path": self.folder_path, "state": "ready"}
        given = {key: value for key, value in filters.items() if value}
        expected = ""
        for file in Listing(self.session, api.list_files, File(), given, exact=True):
            if file.size != size or not file.sha256 or (before is not None and file.id >= before):
                continue
            expected = expected or digest().lower()
            if file.sha256.lower() == expected:
                return file
        return None
