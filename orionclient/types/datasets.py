"""Dataset: a sequence of records, most of which contain a molecule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from orion_api.api import datasets as api

from orionclient._resources.content import object_name
from orionclient._resources.convert import boolean, identifier, integer, optional, read_field, string, string_list
from orionclient._resources.counting import ExpectedCount
from orionclient._resources.creating import create_with_tags, delete_on_error, find_existing, update_replaced
from orionclient._resources.json_values import check_query, encode_json
from orionclient._resources.resource import Declaration, Field, Id, Resource, SessionLike, resource_id
from orionclient._resources.sending import ResourceSend
from orionclient._runtime.plain import to_plain
from orionclient._transfer.content import iter_verified
from orionclient._transfer.downloads import save
from orionclient._transfer.sources import Source, UploadSource, open_source, source_name
from orionclient._transport.request import check_encodable
from orionclient.exceptions import OrionConnectionError, OrionError, ValidationError
from orionclient.records import Codec, codec_for, default_codec, json_lines

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO

    from orion_api.inputs import CreateDataset, ListDatasetsFilters, UpdateDataset

__all__ = ["Dataset", "get_format"]

_FLUSH_RECORDS: Final = 1000
_FLUSH_BYTES: Final = 4 << 20
# Orion's own cubes limit records to about 100 MB (observed); the server rejects larger ones late.
_MAX_RECORD_BYTES: Final = 100_000_000


def get_format(filename: str) -> str:
    """Derive the format of a file from its extension. The server decides which formats are supported.

    Args:
        filename: Name or path.

    Returns:
        The extension in lower case without the dot, including the one before ``.gz``: ``sdf``, ``oeb.gz``; ``binary`` if there is none.

    Example:
        >>> from orionclient.types.datasets import get_format
        >>> get_format("drugs.SDF"), get_format("library.v2.oeb.gz"), get_format("library")
        ('sdf', 'oeb.gz', 'binary')
    """
    *_, before, last = ("", "", *(suffix.lower().strip(".") for suffix in Path(filename).suffixes))
    return (f"{before}.{last}" if last == "gz" and before else last) or "binary"


def _parse_record_id(item: Mapping[str, Any], name: str) -> int:
    try:
        return resource_id(item.get(name), repr(name))
    except ValidationError as error:
        raise ValueError(str(error)) from None


class Dataset(Resource):
    """A sequence of records, most of which contain a molecule.

    Listing takes the filters ``name`` (contains), ``name_contains``, ``name_icontains``, ``project``, ``owner``, ``tags``, ``tag_filters``,
    ``systag_filters``, ``tag_match``, ``path``, ``path_contains``, ``deleted`` and ``expired``. Deleting moves to the trash (soft delete);
    `immediate=True` deletes permanently. The vendor recommends at most about a million records (documented).

    In an instance that was created by its constructor, fields other than `count` that were not passed have their documented defaults.

    Args:
        buffer: Records to be sent by the next `write` or `finalize`, as in the attribute. Optional.
        written: Initial value of the attribute.
        **fields: Values of fields, as for every resource.

    Attributes:
        buffer: Records that are added and not sent yet, one JSON object per line; None if there are none (published; the form is ours).
        written: Count of records that were added with this instance (published; the meaning is assumed).

    Example:
        >>> from orionclient.types import Dataset
        >>> dataset = Dataset.create(session, "hits")
        >>> dataset.write({"Title": "aspirin", "Molecule": {"format": "smiles", "text": "CC(=O)Oc1ccccc1C(=O)O"}})
        >>> dataset.finalize()
        >>> dataset.count
        1
        >>> [record["Title"] for record in dataset.records()]
        ['aspirin']
    """

    declaration: ClassVar[Declaration] = Declaration(
        "dataset", api, trash=True, taggable=True, sharable=True, in_folders=True
    )

    @classmethod
    def _inputs(cls, filters: ListDatasetsFilters, create: CreateDataset, update: UpdateDataset) -> None: ...

    id: Field[int] = Field(identifier, "Id of the dataset, unique in the stack (documented).", constructed=None)
    name: Field[str] = Field(string, "Display name; need not be unique (documented).", constructed="")
    description: Field[str] = Field(optional(string, ""), "Description; may be empty (documented).", constructed="")
    count: Field[int] = Field(integer, "Number of records (documented).")
    dirty: Field[bool] = Field(
        optional(boolean, null=False),
        "True if records were added and the dataset is not finalized (documented; the meaning is assumed).",
        constructed=False,
    )
    created: Field[str] = Field(
        string, "When the dataset was created, ISO 8601 in UTC with microseconds (documented).", constructed=""
    )
    owner: Field[int] = Field(identifier, "Id of the user that created the dataset (documented).", constructed=None)
    project: Field[int] = Field(
        identifier, "Id of the project that the dataset belongs to (documented).", constructed=None
    )
    path: Field[str | None] = Field(
        optional(string),
        "Path of the folder of the project; None if it is in no folder (documented; the meaning is assumed).",
        constructed=None,
    )
    location: Field[str] = Field(
        optional(string, ""), "Absolute path of the folder, for example ``/project/1/team/screens`` (assumed)."
    )
    systemtags: Field[list[str]] = Field(
        optional(string_list, []),
        "Tags set by the stack (documented): ``Job <id>`` if a job created the dataset (assumed).",
        constructed=[],
    )
    deleted: Field[str] = Field(
        optional(string, ""),
        "When the dataset was moved to the trash; empty if it is not in the trash (documented).",
        constructed="",
    )

    buffer: bytes | bytearray | None = None
    written: int = 0
    _buffer_count = 0
    _unfinished = False

    if not TYPE_CHECKING:

        def __init__(self, *, buffer: bytes | bytearray | None = None, written: int = 0, **fields: Any) -> None:
            super().__init__(**fields)
            if buffer is not None or written != 0:
                self._restore(buffer, to_plain(written))

    def _restore(self, buffer: bytes | bytearray | None, written: int) -> None:
        """Validate and store the records that another instance has not sent."""
        if not isinstance(written, int) or isinstance(written, bool) or written < 0:
            raise ValidationError(f"written must be a non-negative integer, not {written!r:.60}")
        if not isinstance(buffer, bytes | bytearray | None):
            raise ValidationError(f"buffer must be bytes, as dataset.buffer is, not {type(buffer).__name__}")
        given = bytes(buffer or b"").rstrip()
        try:
            self._buffer_count = len([*json_lines(iter([given]))])
        except ValueError as error:
            raise ValidationError(f"buffer must have one JSON object per line: {error}") from None
        self.written, self.buffer = written, bytearray(given + b"\n") if given else None

    @property
    def buffer_count(self) -> int:
        """Count of records in `buffer` (published)."""
        return self._buffer_count

    @classmethod
    def create(
        cls,
        session: SessionLike,
        name: str,
        project: Any = None,
        folder_path: str | None = None,
        *,
        description: str | None = None,
        tags: Sequence[str | None] | None = None,
    ) -> Self:
        """Create an empty dataset.

        Args:
            session: The session.
            name: Display name.
            project: Project or its id. Defaults to the session's project.
            folder_path: Path of the folder in the project, or absolute as for `session.fs`. Created if missing.
            description: Description.
            tags: Its tags, for example ``[job_tag()]``; None entries are ignored.

        Returns:
            The dataset.

        Raises:
            ValidationError: A tag is empty.
            OrionError: The request failed.
        """
        return create_with_tags(cls, session, name, project, path=folder_path, description=description, tags=tags)

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
        format: str | None = None,  # noqa: A002 - as in the published `download`
        tags: Sequence[str | None] | None = None,
        if_exists: str | None = None,
    ) -> Self:
        """Create a dataset from a molecule file; the server converts it to records.

        Args:
            session: The session.
            name: Display name.
            filename: Path, bytes or seekable binary file (sent from its current position).
            project: Project or its id. Defaults to the session's project.
            folder_path: Path of the folder in the project, or absolute as for `session.fs`. Created if missing.
            description: Description.
            format: Format of the file, passed to the server, for example ``sdf``, ``smi``, ``csv``, ``json``, ``oeb`` or ``binary``, with
                the suffix ``.gz`` for gzip. Defaults to the file extension without the dot, or to ``binary`` if there is none.
            tags: Tags to add before the upload, for example ``["Trajectory", job_tag()]``; None entries are ignored.
            if_exists: What to do if the project (or the folder, if given) has a dataset with exactly this name: ``skip`` returns the
                existing dataset, ``replace`` uploads new content to it, ``error`` raises. If omitted, names are not checked.

        Returns:
            The dataset, with the number of records as `count`.

        Raises:
            MultipleResultsFound: `if_exists` is ``replace`` and several datasets have the name.
            BadResponse: The format is unknown or the file malformed; the message has the line. Nothing is left on the server.
            OSError: The path cannot be read; no request was sent.
            ValidationError: A path or a tag is empty, or the name exists and `if_exists` is ``error``.
            OrionError: The request failed; nothing is left on the server.
        """
        format = format or get_format(source_name(filename))  # noqa: A001
        with open_source(filename) as source:
            found = find_existing(cls, session, name, project=project, folder_path=folder_path, if_exists=if_exists)
            if found is not None:
                if if_exists == "replace":
                    update_replaced(found, tags=tags, description=description)
                    found._send(source, format)
                return found
            dataset = create_with_tags(
                cls, session, name, project, path=folder_path, description=description, tags=tags
            )
            with delete_on_error(dataset):
                dataset._send(source, format)
        return dataset

    def _send(self, source: UploadSource, format: str) -> None:  # noqa: A002
        self._call(api.upload_dataset_content, body=source.slice(), format=format, content_digest=source.content_digest)

    def records(
        self, *, offset: int | None = None, limit: int | None = None, codec: Codec | None = None
    ) -> Iterator[Any]:
        """Stream the records in bounded memory. The iterator may be abandoned early.

        Args:
            offset: Number of records to skip.
            limit: Maximum number of records.
            codec: Converts JSON objects to records. Defaults to the codec for OERecords if `datarecord` is installed, else to ours.

        Yields:
            The records, in the order in which they were added.

        Raises:
            OrionConnectionError: The stream is broken, or its number of records differs from the dataset's (raised after the last record).
            OrionError: The request failed.
        """
        codec = codec or default_codec()
        query = check_query("the parameter", {"offset": offset, "limit": limit})
        opener, expected, count = self._opener(api.list_records, query), ExpectedCount(self, **query), 0
        try:
            for item in json_lines(iter_verified(opener)):
                count += 1
                yield codec.decode(
                    read_field(item, "record", dict), _parse_record_id(item, "dataset"), _parse_record_id(item, "id")
                )
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, OrionError):
                raise
            raise OrionConnectionError(f"the stream of records of {self._title()} is broken: {error}") from error
        expected.check(count)

    def record(self, record_id: Id, *, codec: Codec | None = None) -> Any:
        """Read one record.

        Args:
            record_id: Id of the record in the dataset, as in a `Record` or a link.
            codec: Converts the JSON object to a record. Defaults to the codec for OERecords if `datarecord` is installed, else to ours.

        Returns:
            The record.

        Raises:
            NotFoundResponse: It does not exist.
            ValidationError: The id is not an integer.
            OrionError: The request failed.
        """
        own_id, codec = resource_id(record_id, "record_id"), codec or default_codec()
        item = self._require_session()._calls.request_json(api.get_record, {**self._ids(), "record_id": own_id})
        fields = item.get("record")
        if not isinstance(fields, dict):
            raise OrionError(f"the response has no 'record' for record {own_id} of {self._title()}")
        return codec.decode(fields, int(self._id()), own_id)

    def write(self, record: Any) -> None:
        """Add a record. Records are buffered and sent in batches; `finalize` sends the rest.

        Args:
            record: A mapping of field names to values, or an OERecord.

        Raises:
            ValidationError: The record is not JSON serializable or is larger than 100 MB as JSON; it was not added.
            OrionError: The request failed.
        """
        self._require_session()
        what = f"record {self.written}"
        try:
            fields = codec_for(record).encode(record)
        except (TypeError, ValueError) as error:
            raise ValidationError(f"{what}: {error}") from None
        line = encode_json(what, fields) + b"\n"
        if b"\\ud" in line:
            # Otherwise the server would reject the whole batch.
            check_encodable(fields, f"{what}: field")
        if len(line) > _MAX_RECORD_BYTES:
            raise ValidationError(f"{what} has {len(line)} bytes as JSON; the maximum is {_MAX_RECORD_BYTES}")
        if not isinstance(self.buffer, bytearray):
            self.buffer = bytearray(self.buffer or b"")
        self.buffer += line
        self._buffer_count += 1
        self.written += 1
        if self._buffer_count >= _FLUSH_RECORDS or len(self.buffer) >= _FLUSH_BYTES:
            try:
                self._flush()
            except OrionError:
                # A caller that handles the error writes the record again; the earlier ones stay buffered for the next flush.
                if self.buffer:
                    self.buffer = self.buffer[: -len(line)]
                    self._buffer_count -= 1
                    self.written -= 1
                raise

    def _flush(self) -> None:
        if not self.buffer:
            return
        lines, count = bytes(self.buffer), self._buffer_count
        self.buffer, self._buffer_count = None, 0
        try:
            self._call(api.add_records, body=lines)
        except OrionError as error:
            # Records that were certainly not applied stay buffered for a retry; others must not be sent twice.
            if not error.may_have_been_applied:
                self.buffer, self._buffer_count = bytearray(lines), count
            raise
        self._unfinished = True

    def finalize(self) -> None:
        """Send the buffered records and mark the dataset complete. Has no effect if nothing was written.

        Raises:
            OrionError: The request failed.
        """
        self._flush()
        if self._unfinished or self._data.get("dirty"):
            self._call(api.finalize_dataset)
            self._unfinished = False

    def download(
        self,
        record_ids: Sequence[int] | None = None,
        offset: int | None = None,
        limit: int | None = None,
        format: str = "binary",  # noqa: A002 - published
        fieldlist: list[str] | None = None,
    ) -> bytes:
        """Download all or selected records as one file into memory. For large datasets use `download_to_file`.

        Args:
            record_ids: Ids of the records. Defaults to all records.
            offset: Number of records to skip.
            limit: Maximum number of records.
            format: Format of the file, passed to the server: ``binary`` (our own container, an assumption), ``json``, ``csv``, ``sdf``,
                ``smi`` or another format that the server supports; the suffix ``.gz`` compresses with gzip (assumed).
            fieldlist: Names of the fields, in order. Defaults to all fields.

        Returns:
            The content of the file.

        Raises:
            BadResponse: The format is not supported, or the conversion (for example from SMILES to SDF) needs a chemistry toolkit.
            ValidationError: `record_ids` or `fieldlist` is empty.
            OrionConnectionError: The content is truncated, or its number of records differs from the dataset's.
            OrionError: The request failed.
        """
        given = {"record_ids": record_ids, "offset": offset, "limit": limit, "format": format, "fieldlist": fieldlist}
        query = check_query("the parameter", given)
        for name in ("record_ids", "fieldlist"):
            if query[name] is not None and not query[name]:
                raise ValidationError(f"{name} is empty; omit it for all")
        expected = ExpectedCount(self, **{name: query[name] for name in ("record_ids", "offset", "limit")})
        return b"".join(iter_verified(expected.count_records(self._opener(api.download_dataset, query), format)))

    def download_to_file(
        self,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        format: str | None = None,  # noqa: A002 - as in `download`
    ) -> None:
        """Download all records to a file, in the format of its extension or another one.

        Args:
            filename: The path; an existing file is replaced atomically. A symbolic link is followed; a pipe or device is written to
                directly. Or an open binary file with a name.
            format: As for `download`. Defaults to the extension of the path as for `upload`.

        Raises:
            BadResponse: The server does not support the format, or the conversion needs a chemistry toolkit.
            NotEnoughDiskError: Not enough free disk space.
            ValidationError: The path is empty.
            OrionError: The request failed, the content is truncated, or its number of records differs from the dataset's.
            OSError: The path cannot be written, for example a folder or a pipe without a reader; no request was sent.
        """
        format = format or get_format(source_name(filename))  # noqa: A001
        opener = ExpectedCount(self).count_records(self._opener(api.download_dataset, {"format": format}), format)
        # The server generates the content for each request, without a validator, so the download cannot be resumed.
        save(opener, filename, what=object_name(self))


class DatasetSend(ResourceSend[Dataset]):
    """Uploads one of many files as a dataset."""

    kind = Dataset
