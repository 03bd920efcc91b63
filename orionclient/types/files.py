"""File: a stored file of a project."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api import files as api

from orionclient._resources.content import account_key, expected_content, find_resumable, object_name
from orionclient._resources.convert import identifier, integer, optional, string
from orionclient._resources.creating import (
    create_with_tags,
    delete_on_error,
    find_existing,
    project_id,
    update_replaced,
)
from orionclient._resources.listing import Listing
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike
from orionclient._resources.sending import ResourceSend
from orionclient._transfer.checkpoints import UploadCheckpoint
from orionclient._transfer.content import iter_verified
from orionclient._transfer.downloads import save
from orionclient._transfer.many import TransferItem, TransferResult, make_result, sha256_of
from orionclient._transfer.sources import Source, UploadSource, open_source
from orionclient.exceptions import OrionError
from orionclient.types.uploads import send_content

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from orion_api.inputs import CreateFile, ListFilesFilters, UpdateFile

    from orionclient._transfer.progress import Progress


class File(Resource):
    """A stored file of a project.

    Listing takes the filters ``name`` (contains), ``project``, ``tags``, ``path``, ``state`` and ``deleted``. Deleting moves to the
    trash (soft delete); `immediate=True` deletes permanently.

    Example:
        >>> from orionclient.types import File
        >>> file = File.upload(session, "three words", b"CNS")
        >>> file.name, file.size, file.state
        ('three words', 3, 'ready')
        >>> b"".join(file.download())
        b'CNS'
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="file",
        schema="FileInfo",
        id_name="file_id",
        get=api.get_file,
        list=api.list_files,
        create=api.create_file,
        update=api.update_file,
        delete=api.delete_file,
        upload=api.upload_file_content,
        trash=True,
        taggable=True,
        sharable=True,
        in_folders=True,
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
            folder_path: Path of the project folder. Created if missing.
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
            own_project, account = project_id(session, project), account_key(session)
            purpose = (
                session.config.url,
                account,
                cls.declaration.name,
                name,
                own_project,
                folder_path,
                description,
                tags,
            )
            with UploadCheckpoint.open(source, *purpose) as checkpoint:
                file = find_resumable(cls(session=session), checkpoint, source)
                fresh = file is None
                if file is not None and file.state == "ready":
                    # The earlier run was interrupted after the upload was complete.
                    checkpoint.clear()
                    return file
                if file is None:
                    file = create_with_tags(
                        cls, session, name, project, path=folder_path, description=description, tags=tags
                    )
                    checkpoint.write(file.id)
                with delete_on_error(file, checkpoint):
                    file._send(source, progress, fresh=fresh)
        return file

    def put_content(self, filename: Source, *, progress: Callable[[Progress], object] | None = None) -> None:
        """Upload the content, replacing any existing content.

        Args:
            filename: Path, bytes, binary file (sent from its current position) or iterable of bytes.
            progress: Called with the `Progress` at most every 0.1 s and once at the end. An exception that it raises cancels the upload.

        Raises:
            OSError: The path cannot be read; no request was sent.
            ValidationError: The source changed during the upload.
            OrionError: The request failed.
        """
        with open_source(filename) as source:
            self._send(source, progress)

    def _send(
        self, source: UploadSource, progress: Callable[[Progress], object] | None = None, *, fresh: bool = False
    ) -> None:
        def send_whole(content: BinaryIO, digest: str) -> dict[str, Any]:
            request = api.upload_file_content.build(self._id(), body=content, content_digest=digest)
            return self._require_session()._calls.send_built(api.upload_file_content, request)

        self._replace(send_content(self, source, send_whole, progress, fresh=fresh))

    def download(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Stream the content in chunks, in bounded memory.

        Args:
            chunk_size: Maximum size of a chunk in bytes. If omitted, chunks have the size in which they are received.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The content is truncated or is not that of the file; raised after the last chunk.
            OrionError: The request failed.
        """
        opener = self._require_session()._calls.make_opener(api.download_file, api.download_file.build(self._id()))
        yield from iter_verified(opener, chunk_size, expected=expected_content(self))

    def download_to_file(
        self,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        progress: Callable[[Progress], object] | None = None,
        durable: bool = True,
        workers: int = 1,
    ) -> None:
        """Write the content to a path atomically: it holds either the old file or the complete new one.

        An interrupted download leaves ``.NAME.part`` beside it, from which the next download resumes.

        Args:
            filename: The path; an existing file is replaced. A symbolic link is followed, and its target replaced or created. A pipe or
                device is written to directly. Or an open binary file, which may hold partial content after an error.
            progress: Called with the `Progress` at most every 0.1 s and once at the end. An exception that it raises cancels the download.
            durable: False skips the fsync, which is faster for many small files.
            workers: Number of concurrent byte-range requests for files of 64 MiB and more, if the server supports ranges. More than one
                helps if a single connection is slower than the network.

        Raises:
            NotEnoughDiskError: Not enough free disk space.
            OrionError: The request failed, or the content is truncated or is not that of the file.
            OSError: The path cannot be written, for example a folder or a pipe without a reader; no request was sent.
        """
        opener = self._require_session()._calls.make_opener(api.download_file, api.download_file.build(self._id()))
        save(
            opener, filename, what=object_name(self), callback=progress, durable=durable, workers=workers, expected=expected_content(self)
        )  # fmt: skip


class FileSend(ResourceSend[File]):
    """Uploads one of many files. Without `if_exists`, a file that exists with the same name and content is skipped."""

    kind = File

    def find(self, item: TransferItem[Path], path: Path) -> File | None:
        """Find a file that makes the upload unnecessary."""
        if self._compares(item):
            return self._find_same(self.project, item.name, path.stat().st_size, lambda: sha256_of(path))
        return super().find(item, path)

    def upload(self, item: TransferItem[Path], content: Path | BinaryIO, **options: Any) -> TransferResult[File]:
        """Upload the file. If another process uploaded the same content earlier, only its file is kept."""
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
        if project is None:
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
