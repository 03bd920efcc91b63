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

from orionclient._resource import Declaration, Field, Resource, SessionLike, optional, text
from orionclient.transfer.progress import Meter
from orionclient.transfer.sinks import checked, save
from orionclient.transfer.sources import Opened, Source, opened
from orionclient.types._creating import created, existing, refilled, removed_on_error

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

    id: Field[int] = Field(int, "Number of the file, unique in the stack (documented).")
    name: Field[str] = Field(text, "Display name; need not be unique (documented).")
    state: Field[str] = Field(
        text, "`ready` when the content is there (documented), `uploading` before (assumed); others are possible."
    )
    size: Field[int] = Field(int, "Length of the content in bytes (documented); 0 before the upload.")
    created: Field[str] = Field(text, "When the file was made, ISO 8601 in UTC with microseconds (documented).")
    owner: Field[int] = Field(int, "Id of the user that made the file (documented).")
    project: Field[int] = Field(int, "Id of the project that the file belongs to (documented).")
    description: Field[str] = Field(text, "Free text; may be empty (assumed).")
    sha256: Field[str | None] = Field(
        optional(str), "SHA-256 digest of the content in hexadecimal; None before the upload (assumed)."
    )
    path: Field[str | None] = Field(
        optional(str), "Path of the folder of the project; None where it lies in none (assumed)."
    )
    deleted: Field[str] = Field(text, "When the file went to the trash; empty when it is not there (assumed).")

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
        """Store a file.

        Args:
            session: The session.
            name: Display name; often not the name of the file on disk.
            filename: Path of the file, its bytes, or a seekable binary file that is sent from where it stands.
            project: Project or its id; the session's own project without it.
            folder_path: Path of the folder to put it in, which is made where it is missing.
            description: Free text.
            tags: Tags to give it before its content, for example ``["Trajectory", job_tag()]``; None among them is left out.
            if_exists: What to do where the project (or the named folder) has one with exactly this name: ``skip`` takes it as it is,
                ``replace`` gives it the new content, ``error`` raises. Without it names are not looked at: they need not be unique.
            progress: Told how far it is.

        Returns:
            The file, ready.

        Raises:
            ValidationError: A tag is empty, or `if_exists` says so.
            MultipleResultsFound: Several are there where one is to be replaced.
            OSError: The path cannot be read; nothing was sent.
            OrionError: The server refused, or no good answer came; nothing is left behind.
        """
        with opened(filename) as source:
            found = existing(cls, session, name, project=project, folder_path=folder_path, if_exists=if_exists)
            if found is not None:
                if if_exists == "replace":
                    refilled(found, tags=tags, description=description)
                    found._send(source)
                return found
            file = created(cls, session, name, project, path=folder_path, description=description, tags=tags)
            with removed_on_error(file):
                file._send(source)
                _tell(file, progress)
        return file

    def put_content(self, filename: Source) -> None:
        """Send the content, or replace it.

        Args:
            filename: Path of the file, its bytes, or a seekable binary file that is sent from where it stands.

        Raises:
            OSError: The path cannot be read; nothing was sent.
            OrionError: The server refused, or no good answer came.
        """
        with opened(filename) as source:
            self._send(source)

    def _send(self, source: Opened) -> None:
        request = upload_file_content.build(self._id(), body=source.stream, content_digest=source.content_digest)
        self._replace(self._bound()._calls.call(upload_file_content, request))

    def download(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Read the content in pieces; memory stays flat.

        Args:
            chunk_size: Largest piece in bytes; as they come without it.

        Yields:
            The pieces.

        Raises:
            OrionConnectionError: The content did not arrive whole; raised after the last piece.
            OrionError: The server refused, or no good answer came.
        """
        with self._bound()._calls.download(download_file, download_file.build(self._id())) as response:
            yield from checked(response, chunk_size)

    def download_to_file(
        self,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        progress: Callable[[Progress], object] | None = None,
        durable: bool = True,
    ) -> None:
        """Write the content to a path, which holds the old file or the whole new one, never a part.

        Args:
            filename: The path; an existing file is replaced. Or an open binary file, which holds a part if this raises.
            progress: Told how far it is.
            durable: False does not wait until the disk has it.

        Raises:
            NotEnoughDiskError: The disk has no room.
            OrionError: The server refused, or the content did not arrive whole.
        """
        save(self._bound()._calls.download(download_file, download_file.build(self._id())), filename, durable=durable)
        _tell(self, progress)


def _tell(file: File, progress: Callable[[Progress], object] | None) -> None:
    if progress is not None:
        known = file.to_dict()
        meter = Meter(known.get("name", ""), known.get("size"), progress)
        meter.add(known.get("size") or 0)
        meter.finish()
