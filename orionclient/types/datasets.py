"""Dataset: ordered records, most of them with a molecule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from orion_api.api.datasets import (
    add_records,
    create_dataset,
    delete_dataset,
    download_dataset,
    finalize_dataset,
    get_dataset,
    get_record,
    list_datasets,
    list_records,
    update_dataset,
    upload_dataset_content,
)

from orionclient._resource import (
    Declaration,
    Field,
    Id,
    Resource,
    SessionLike,
    boolean,
    identifier,
    integer,
    optional,
    read_field,
    resource_id,
    string,
    string_list,
)
from orionclient.exceptions import OrionConnectionError, OrionError, ValidationError
from orionclient.records import Codec, codec_for, default_codec, json_lines
from orionclient.transfer.content import iter_verified
from orionclient.transfer.downloads import save
from orionclient.transfer.sources import Source, UploadSource, name_of, open_source
from orionclient.types._creating import create_with_tags, delete_on_error, find_existing, update_replaced
from orionclient.types._transfers import object_name

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO

    from orionclient.types._counting import ExpectedCount

_FLUSH_RECORDS: Final = 1000
_FLUSH_BYTES: Final = 4 << 20
# Orion's own cubes keep records below about 100 MB (observed); the service rejects larger ones late.
_MAX_RECORD_BYTES: Final = 100_000_000


def get_format(filename: str) -> str:
    """Name the format of a file after its extension. Which formats there are is the server's business.

    Args:
        filename: Name or path.

    Returns:
        The extension in lower case without its dot, with what stands before a ``.gz``: ``sdf``, ``oeb.gz``; ``binary`` if there is none.

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
    """Ordered records, most of them with a molecule.

    Listing takes the filters ``name`` (contains), ``project``, ``tags``, ``path`` and ``deleted``. Deleting moves to the trash;
    `immediate=True` removes for good. The vendor advises at most about a million records (documented).

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
        name="dataset",
        schema="DatasetInfo",
        id_name="dataset_id",
        get=get_dataset,
        list=list_datasets,
        create=create_dataset,
        update=update_dataset,
        delete=delete_dataset,
        trash=True,
        taggable=True,
        sharable=True,
        in_folders=True,
    )

    id: Field[int] = Field(identifier, "Number of the dataset, unique in the stack (documented).")
    name: Field[str] = Field(string, "Display name; need not be unique (documented).")
    description: Field[str] = Field(optional(string, ""), "Free text; may be empty (documented).")
    count: Field[int] = Field(integer, "Number of records (documented).")
    dirty: Field[bool] = Field(
        optional(boolean, null=False),
        "True while records were added and the dataset was not finalized (documented; the meaning is assumed).",
    )
    created: Field[str] = Field(string, "When the dataset was made, ISO 8601 in UTC with microseconds (documented).")
    owner: Field[int] = Field(identifier, "Id of the user that made the dataset (documented).")
    project: Field[int] = Field(identifier, "Id of the project that the dataset belongs to (documented).")
    path: Field[str | None] = Field(
        optional(string),
        "Path of the folder of the project; None where it lies in none (documented; the meaning is assumed).",
    )
    systemtags: Field[list[str]] = Field(optional(string_list, []), "Tags that the stack itself has set (documented).")
    deleted: Field[str] = Field(
        optional(string, ""), "When the dataset went to the trash; empty when it is not there (documented)."
    )

    def __init__(self, *, session: SessionLike | None = None, **fields: Any) -> None:
        super().__init__(session=session, **fields)
        self._buffer: list[bytes] = []
        self._buffered = 0
        self._unfinished = False

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
            project: Project or its id; the session's own project without it.
            folder_path: Path of the folder to put it in, which is made where it is missing.
            description: Free text.
            tags: Its tags, for example ``[job_tag()]``; None among them is left out.

        Returns:
            The dataset.

        Raises:
            ValidationError: A tag is empty.
            OrionError: The server rejected, or no good response came.
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
        format: str | None = None,  # noqa: A002 - the word that `download` has published
        tags: Sequence[str | None] | None = None,
        if_exists: str | None = None,
    ) -> Self:
        """Make a dataset of a molecule file; the server turns it into records.

        Args:
            session: The session.
            name: Display name.
            filename: Path of the file, its bytes, or a seekable binary file that is sent from where it stands.
            project: Project or its id; the session's own project without it.
            folder_path: Path of the folder to put it in, which is made where it is missing.
            description: Free text.
            format: Format of the file, passed on to the server, for example ``sdf``, ``smi``, ``csv``, ``json``, ``oeb`` or ``binary``, and
                any of them with ``.gz`` behind it for gzip. Defaults to the file's extension without its dot, and to ``binary`` for a
                name without one.
            tags: Tags to give it before its content, for example ``["Trajectory", job_tag()]``; None among them is left out.
            if_exists: What to do where the project (or the named folder) has one with exactly this name: ``skip`` takes it as it is,
                ``replace`` gives it the new content, ``error`` raises. Without it names are not looked at: they need not be unique.

        Returns:
            The dataset with its count.

        Raises:
            MultipleResultsFound: Several are there where one is to be replaced.
            BadResponse: The server does not know the format, or the file is malformed; the message names the line. Nothing is left behind.
            OSError: The path cannot be read; nothing was sent.
            ValidationError: A path or a tag is empty, or `if_exists` says so.
            OrionError: The server rejected, or no good response came; nothing is left behind.
        """
        format = format or get_format(name_of(filename))  # noqa: A001
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
        request = upload_dataset_content.build(
            self._id(), body=source.stream, format=format, content_digest=source.content_digest
        )
        self._replace(self._require_session()._calls.send_built(upload_dataset_content, request))

    def records(
        self, *, offset: int | None = None, limit: int | None = None, codec: Codec | None = None
    ) -> Iterator[Any]:
        """Read the records one after the other; memory stays flat, and stopping early is fine.

        Args:
            offset: Number of records to leave out at the start.
            limit: Largest number of records.
            codec: What makes records of the wire's objects; the one for OERecords where `datarecord` is installed, else ours.

        Yields:
            The records, in the order in which they were added.

        Raises:
            OrionConnectionError: The stream broke, or had another number of records than the dataset; the latter is raised after the last.
            OrionError: The server rejected, or no good response came.
        """
        codec = codec or default_codec()
        request = list_records.build(self._id()).with_query({"offset": offset, "limit": limit})
        expected, count = _expected_count(self, offset=offset, limit=limit), 0
        try:
            for item in json_lines(iter_verified(self._require_session()._calls.make_opener(list_records, request))):
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
            record_id: Its id in the dataset, as a `Record` or a link has it.
            codec: What makes a record of the wire's object; the one for OERecords where `datarecord` is installed, else ours.

        Returns:
            The record.

        Raises:
            NotFoundResponse: There is none.
            ValidationError: The id is no number.
            OrionError: The server rejected, or no good response came.
        """
        number, codec = resource_id(record_id, "record_id"), codec or default_codec()
        item = self._require_session()._calls.request_json(get_record, {**self._ids(), "record_id": number})
        fields = item.get("record")
        if not isinstance(fields, dict):
            raise OrionError(f"the server sent no record {number} of {self._title()}")
        return codec.decode(fields, int(self._id()), number)

    def write(self, record: Any) -> None:
        """Add a record. Records are gathered and sent together; `finalize` sends the rest.

        Args:
            record: A mapping of field names to values, or an OERecord.

        Raises:
            ValidationError: It cannot be written as JSON, or is larger than 100 MB as such; the text has its size. It was not added.
            OrionError: The server rejected, or no good response came.
        """
        self._require_session()
        try:
            line = json.dumps(codec_for(record).encode(record), allow_nan=False).encode() + b"\n"
        except (TypeError, ValueError) as error:
            if isinstance(error, OrionError):
                raise
            raise ValidationError(f"the record cannot be written as JSON: {error}") from None
        if len(line) > _MAX_RECORD_BYTES:
            raise ValidationError(f"the record has {len(line)} bytes as JSON; at most {_MAX_RECORD_BYTES} are allowed")
        self._buffer.append(line)
        self._buffered += len(line)
        if len(self._buffer) >= _FLUSH_RECORDS or self._buffered >= _FLUSH_BYTES:
            try:
                self._flush()
            except OrionError:
                # Whoever catches this writes the record again; the ones before it stay for the next flush.
                if self._buffer:
                    self._buffered -= len(self._buffer.pop())
                raise

    def _flush(self) -> None:
        if not self._buffer:
            return
        lines = self._buffer
        request = add_records.build(self._id(), body=b"".join(lines))
        self._buffer, self._buffered = [], 0
        try:
            self._replace(self._require_session()._calls.send_built(add_records, request))
        except OrionError as error:
            # What surely did not arrive is kept for another try; what may have arrived must not be sent twice.
            if not error.may_have_been_applied:
                self._buffer, self._buffered = lines, sum(map(len, lines))
            raise
        self._unfinished = True

    def finalize(self) -> None:
        """Send what `write` has gathered and declare the dataset complete; harmless where nothing was written.

        Raises:
            OrionError: The server rejected, or no good response came.
        """
        self._flush()
        if self._unfinished or self._data.get("dirty"):
            self._replace(self._require_session()._calls.request_json(finalize_dataset, self._ids()))
            self._unfinished = False

    def download(
        self,
        record_ids: Sequence[int] | None = None,
        offset: int | None = None,
        limit: int | None = None,
        format: str = "binary",  # noqa: A002 - published
        fieldlist: list[str] | None = None,
    ) -> bytes:
        """Read all or chosen records as one file, in memory; for large ones use `download_to_file`.

        Args:
            record_ids: Only the records with these ids.
            offset: Number of records to leave out at the start.
            limit: Largest number of records.
            format: Format of the file, passed on to the server: ``binary`` (our own container, an assumption), ``json``, ``csv``, ``sdf``,
                ``smi`` or what else the server knows; with ``.gz`` behind it the file is compressed with gzip (assumed).
            fieldlist: Only these fields, in this order.

        Returns:
            The file.

        Raises:
            BadResponse: The server does not know the format, or the conversion needs a chemistry toolkit, for example from SMILES to SDF.
            ValidationError: A list of records or fields is empty.
            OrionConnectionError: The content did not arrive whole, or has another number of records than the dataset.
            OrionError: The server rejected, or no good response came.
        """
        for name, chosen in (("record_ids", record_ids), ("fieldlist", fieldlist)):
            if chosen is not None and not chosen:
                raise ValidationError(f"{name} is empty; leave it out for all")
        request = download_dataset.build(self._id()).with_query(
            {"record_ids": record_ids, "offset": offset, "limit": limit, "format": format, "fieldlist": fieldlist}
        )
        expected = _expected_count(self, offset=offset, limit=limit, record_ids=record_ids)
        return b"".join(
            iter_verified(
                expected.counted(self._require_session()._calls.make_opener(download_dataset, request), format)
            )
        )

    def download_to_file(
        self,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        format: str | None = None,  # noqa: A002 - as in `download`
    ) -> None:
        """Write all records to a path in the format that its extension names, or in another one.

        Args:
            filename: The path; an existing file is replaced, whole or not at all. A link is followed and stays; a pipe or device is
                written to as it is. Or an open binary file with a name.
            format: As for `download`. Defaults to the extension of the path as for `upload`.

        Raises:
            BadResponse: The server does not know the format, or the conversion needs a chemistry toolkit.
            NotEnoughDiskError: The disk has no room.
            ValidationError: The path is empty.
            OrionError: The server rejected, the content did not arrive whole, or it has another number of records than the dataset.
            OSError: The path cannot be written, for example a folder or a pipe that nobody reads from; nothing was asked for.
        """
        format = format or get_format(name_of(filename))  # noqa: A001
        request = download_dataset.build(self._id()).with_query({"format": format})
        opener = _expected_count(self).counted(
            self._require_session()._calls.make_opener(download_dataset, request), format
        )
        # What the server makes anew each time has no mark of its own, so that nothing is resumed.
        save(opener, filename, what=object_name(self))


def _expected_count(dataset: Dataset, **selection: Any) -> ExpectedCount:
    # Loaded by the first dataset that is read, not by importing the session.
    from orionclient.types._counting import ExpectedCount  # noqa: PLC0415

    return ExpectedCount(dataset, **selection)
