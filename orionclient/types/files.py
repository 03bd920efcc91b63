"""File: named bytes in a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from orion_api.api.files import (
    create_file,
    delete_file,
    download_file,
    get_file,
    list_files,
    update_file,
    upload_file_content,
)

from orionclient._resource import Declaration, Field, Resource, SessionLike, identifier, integer, optional, string
from orionclient.transfer.checkpoints import UploadCheckpoint
from orionclient.transfer.content import iter_verified
from orionclient.transfer.downloads import save
from orionclient.transfer.sources import Source, UploadSource, open_source
from orionclient.types._creating import create_with_tags, delete_on_error, find_existing, project_id, update_replaced
from orionclient.types._transfers import account_key, expected_content, find_resumable, object_name
from orionclient.types.uploads import send_content

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    from orionclient.transfer.progress import Progress


class File(Resource):
    """Named bytes in a project.

    Listing takes the filters ``name`` (contains), ``project``, ``tags``, ``path``, ``state`` and ``deleted``. Deleting moves to the trash;
    `immediate=True` removes for good.

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
        get=get_file,
        list=list_files,
        create=create_file,
        update=update_file,
        delete=delete_file,
        upload=upload_file_content,
        trash=True,
        taggable=True,
        sharable=True,
        in_folders=True,
    )

    id: Field[int] = Field(identifier, "Number of the file, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; need not be unique (documented).")
    state: Field[str] = Field(
        string, "`ready` when the content is there (documented), `uploading` before (assumed); others are possible."
    )
    size: Field[int] = Field(integer, "Length of the content in bytes (documented); 0 before the upload.")
    created: Field[str] = Field(string, "When the file was made, ISO 8601 in UTC with microseconds (documented).")
    owner: Field[int] = Field(identifier, "Id of the user that made the file (documented).")
    project: Field[int] = Field(identifier, "Id of the project that the file belongs to (documented).")
    description: Field[str] = Field(optional(string, ""), "Free text; may be empty (assumed).")
    sha256: Field[str | None] = Field(
        optional(string), "SHA-256 digest of the content in hexadecimal; None before the upload (assumed)."
    )
    path: Field[str | None] = Field(
        optional(string), "Path of the folder of the project; None where it lies in none (assumed)."
    )
    deleted: Field[str] = Field(
        optional(string, ""), "When the file went to the trash; empty when it is not there (assumed)."
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
        """Store a file; large ones go in parts, and the same call goes on where a killed program stopped.

        Args:
            session: The session.
            name: Display name; often not the name of the file on disk.
            filename: Path of the file, its bytes, a binary file that is sent from where it stands, or an iterable of bytes.
            project: Project or its id; the session's own project without it.
            folder_path: Path of the folder to put it in, which is made where it is missing.
            description: Free text.
            tags: Tags to give it before its content, for example ``["Trajectory", job_tag()]``; None among them is left out.
            if_exists: What to do where the project (or the named folder) has one with exactly this name: ``skip`` takes it as it is,
                ``replace`` gives it the new content, ``error`` raises. Without it names are not looked at: they need not be unique.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; what it raises ends the upload.

        Returns:
            The file, ready.

        Raises:
            ValidationError: A tag is empty, `if_exists` says so, or the source changed while it was sent.
            MultipleResultsFound: Several are there where one is to be replaced.
            OSError: The path cannot be read; nothing was sent.
            OrionError: The server rejected, or no good response came; nothing is left behind.
        """
        with open_source(filename) as source:
            found = find_existing(cls, session, name, project=project, folder_path=folder_path, if_exists=if_exists)
            if found is not None:
                if if_exists == "replace":
                    update_replaced(found, tags=tags, description=description)
                    found._send(source, progress)
                return found
            number, who = project_id(session, project), account_key(session)
            where = (session.config.url, who, cls.declaration.name, name, number, folder_path, description, tags)
            with UploadCheckpoint.of(source, *where) as note:
                file = find_resumable(cls(session=session), note, source)
                fresh = file is None
                if file is not None and file.state == "ready":
                    # Only its last moment was missing.
                    note.clear()
                    return file
                if file is None:
                    file = create_with_tags(
                        cls, session, name, project, path=folder_path, description=description, tags=tags
                    )
                    note.write(file.id)
                with delete_on_error(file, note):
                    file._send(source, progress, fresh=fresh)
        return file

    def put_content(self, filename: Source, *, progress: Callable[[Progress], object] | None = None) -> None:
        """Send the content, or replace it.

        Args:
            filename: Path of the file, its bytes, a binary file that is sent from where it stands, or an iterable of bytes.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; what it raises ends the upload.

        Raises:
            OSError: The path cannot be read; nothing was sent.
            ValidationError: The source changed while it was sent.
            OrionError: The server rejected, or no good response came.
        """
        with open_source(filename) as source:
            self._send(source, progress)

    def _send(
        self, source: UploadSource, progress: Callable[[Progress], object] | None = None, *, fresh: bool = False
    ) -> None:
        def whole(content: BinaryIO, digest: str) -> dict[str, Any]:
            request = upload_file_content.build(self._id(), body=content, content_digest=digest)
            return self._require_session()._calls.send_built(upload_file_content, request)

        self._replace(send_content(self, source, whole, progress, fresh=fresh))

    def download(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Read the content in chunks; memory stays flat.

        Args:
            chunk_size: Largest chunk in bytes; as they come without it.

        Yields:
            The chunks.

        Raises:
            OrionConnectionError: The content did not arrive whole, or is not that of the file; raised after the last chunk.
            OrionError: The server rejected, or no good response came.
        """
        ask = self._require_session()._calls.make_opener(download_file, download_file.build(self._id()))
        yield from iter_verified(ask, chunk_size, expected=expected_content(self))

    def download_to_file(
        self,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        progress: Callable[[Progress], object] | None = None,
        durable: bool = True,
        workers: int = 1,
    ) -> None:
        """Write the content to a path, which holds the old file or the whole new one, never a part.

        What a broken or killed download leaves lies beside it as ``.NAME.part``; the next one resumes from there.

        Args:
            filename: The path; an existing file is replaced. A link is followed and stays: the file that it names is replaced, or made. A
                pipe or device is written to as it is. Or an open binary file, which holds a part if this raises.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; what it raises ends the download.
            durable: False leaves it to the system when the file is on the disk: faster for many small files.
            workers: Streams at once for 64 MiB and more, where the server sends chunks: more than one pays where each connection is
                slower than the network.

        Raises:
            NotEnoughDiskError: The disk has no room.
            OrionError: The server rejected, the content did not arrive whole, or it is not that of the file.
            OSError: The path cannot be written, for example a folder or a pipe that nobody reads from; nothing was asked for.
        """
        ask = self._require_session()._calls.make_opener(download_file, download_file.build(self._id()))
        save(
            ask, filename, what=object_name(self), callback=progress, durable=durable, workers=workers, expected=expected_content(self)
        )  # fmt: skip
