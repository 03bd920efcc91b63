"""Download floe reports: all pages of a collection in one zip file, with links that work offline."""

from __future__ import annotations

import mmap
import os
import re
import shutil
import zipfile
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from attrs import frozen

from orionclient._resources.resource import resource_id
from orionclient._runtime.temporary import Temporary
from orionclient._transfer.names import check_path
from orionclient._transport.checks import parse_origin
from orionclient.exceptions import BadResponse, MultipleResultsFound, NoResultFound, ValidationError
from orionclient.helpers.filenames import UniqueFilenames, safe_filename
from orionclient.types import File, ShardCollection, WorkFloeJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from orionclient.session import OrionSession
    from orionclient.types import Shard

__all__ = ["DownloadedReport", "download_report"]

_BLOCK: Final = 1 << 20
# File extensions of pages and of other content. A shard with another extension is a page and gets `.html`, which browsers rely on.
_TEXT_TYPES: Final = frozenset({".html", ".htm", ".xhtml", ".svg", ".css", ".js", ".json"})
_OTHER_TYPES: Final = frozenset(
    {
        ".csv",
        ".gif",
        ".gz",
        ".ico",
        ".jpeg",
        ".jpg",
        ".pdf",
        ".png",
        ".sdf",
        ".smi",
        ".tsv",
        ".txt",
        ".webp",
        ".woff2",
        ".zip",
    }
)
# URL paths of shards and files; the first two are rewritten in reports by the platform's own code (observed), the third occurs in a
# report of 2020 (observed). Query and fragment are left unchanged after the replacement.
_LINK: Final = re.compile(
    rb"/ap(?:"
    rb"i/v1/storage/collections/(?P<collection>[0-9]{1,20})/shards/(?P<shard>[0-9]{1,20})/download"
    rb"|p/main/jobreport2/[0-9]{1,20}/[0-9]{1,20}/(?P<page>[0-9]{1,20})"
    rb"|i/v3/storage/files/(?P<file>[0-9]{1,20})/download"
    rb")/?(?![A-Za-z0-9_.~%/-])"
)
# What must precede a complete URL: a quote or `url(`, an unquoted attribute or an item of `srcset`, then optionally the host. Anything
# else is plain content, or the end of another URL.
_LINK_START: Final = re.compile(
    rb"(?:(?:[\"'`(]|&quot;|&apos;|&#(?:0*34|0*39|x0*22|x0*27);)\s*(?:(?:[0-9]+;\s*)?url=)?|\s[A-Za-z_:.-]+=|[0-9][wx],\s+)"
    rb"(?P<origin>(?:https?:)?//[^\s\"'`()<>/?#\\]*)?\Z",
    re.IGNORECASE,
)
# Long enough for a host name of maximum length, its scheme and an attribute name.
_CONTEXT_SIZE: Final = 400
# Status codes for a file that is not accessible to the user, does not exist or is not ready.
_UNREADABLE: Final = frozenset({403, 404, 409})
# Maximum id; a server rejects larger ids as an invalid request.
_MAX_ID: Final = (1 << 63) - 1


@frozen
class DownloadedReport:
    """Contents of the zip file of a report.

    Attributes:
        pages: Names of the pages in the zip file, index pages first.
        files: Names of the linked files in the zip file.
        missing: URL paths of linked pages and files that could not be downloaded; links to them are unchanged.
    """

    pages: tuple[str, ...]
    files: tuple[str, ...]
    missing: tuple[str, ...]


def download_report(
    collection: ShardCollection | WorkFloeJob,
    zip: str | os.PathLike[str] | BinaryIO,  # noqa: A002 - names the file format
    *,
    session: OrionSession | None = None,
) -> DownloadedReport:
    """Download a floe report as a zip file whose pages can be read offline.

    A report is a collection of HTML pages whose metadata lists the `index_pages` (observed). Links between its pages are rewritten to the
    pages in the zip file, and links to files of the same Orion to copies under ``files/``. Everything else is unchanged, including links to
    other collections and hosts. Shards without content are omitted. Pages and files are processed on disk, never completely in memory. To
    avoid delays for links to deleted files, pass a session that does not retry 404.

    Args:
        collection: The collection, or the job that created it; a handle with an id is sufficient.
        zip: Path of the zip file; an existing file is replaced atomically. Or an open binary file, which is written when all pages and
            files have been downloaded.
        session: The session. Defaults to the session of the collection.

    Returns:
        The names of the pages and files, and what is missing. A single index page is named ``index.html``.

    Raises:
        ValidationError: The collection is not a report, or `zip` cannot be written; raised before any download.
        NoResultFound: The job created no report.
        MultipleResultsFound: The job created several reports; list them with ``job.outputs(ShardCollection)``.
        NotEnoughDiskError: Not enough free disk space for a page or a file.
        OSError: The zip file cannot be written.
        OrionError: The request failed.

    Example:
        >>> from orionclient.helpers.reports import download_report
        >>> from orionclient.types import Shard, ShardCollection
        >>> report = ShardCollection.create(session, "report")
        >>> page = Shard.create(report, "details", file=b"<p>24 drugs</p>")
        >>> link = f"/api/v1/storage/collections/{report.id}/shards/{page.id}/download/"
        >>> index = Shard.create(report, "summary", file=f'<a href="{link}">details</a>'.encode())
        >>> session.update_resource(report, {"metadata": {"index_pages": [{"id": index.id}]}})
        >>> download_report(report, "report.zip")
        DownloadedReport(pages=('index.html', 'details.html'), files=(), missing=())
    """
    target = _resolve_target(zip)
    session = session or cast("OrionSession", collection._require_session())
    if isinstance(collection, WorkFloeJob):
        collection = _find_report(collection)
    current = session.get_resource(type(collection), collection._id())
    index = _parse_index(current)
    # In the folder of the target, since a rename is atomic only within a file system.
    folder = target.parent if isinstance(target, Path) else None
    with Temporary(mkdtemp(".part", ".report-", folder)) as temporary:
        zip_path = Path(temporary, "report.zip")
        with zipfile.ZipFile(zip_path, "x", zipfile.ZIP_DEFLATED) as archive:
            report = _Export(session, current, index, archive, Path(temporary)).run()
        _write_atomically(zip_path, target)
    return report


def _find_report(job: WorkFloeJob) -> ShardCollection:
    found = [output for output in job.outputs(ShardCollection) if "index_pages" in output.metadata]
    if not found:
        raise NoResultFound(f"{job._title()} created no report")
    if len(found) > 1:
        raise MultipleResultsFound(
            f"{job._title()} created {len(found)} reports: collections {', '.join(str(report.id) for report in found)}"
        )
    return found[0]


def _resolve_target(given: str | os.PathLike[str] | BinaryIO) -> Path | BinaryIO:
    if not isinstance(given, str | os.PathLike):
        if not callable(getattr(given, "write", None)) or hasattr(given, "encoding"):
            raise ValidationError(f"zip must be a path or a file opened with 'wb', not {type(given).__name__}")
        return given
    # Links are followed, so that the target file is replaced and not the link.
    path = Path(os.path.realpath(check_path(given)))
    if path.exists() and not path.is_file():
        raise ValidationError(f"{path} is not a regular file; pass another path or an open binary file")
    return path


def _write_atomically(zip_path: Path, target: Path | BinaryIO) -> None:
    if not isinstance(target, Path):
        with zip_path.open("rb") as stream:
            shutil.copyfileobj(stream, target, _BLOCK)
        return
    with zip_path.open("rb+") as stream:
        os.fsync(stream.fileno())
    if target.exists():
        zip_path.chmod(target.stat().st_mode & 0o7777)
    zip_path.replace(target)


def _parse_index(collection: ShardCollection) -> list[int]:
    """Parse the ids of the index pages from the metadata."""
    pages = collection.metadata.get("index_pages")
    if not isinstance(pages, list) or not pages or not all(isinstance(page, dict) for page in pages):
        raise ValidationError(f"collection {collection.id} is not a report: its metadata has no index_pages")
    return list(dict.fromkeys(resource_id(page.get("id"), "the id of an index page") for page in pages))


class _Export:
    """Downloads one report into a zip file."""

    def __init__(
        self,
        session: OrionSession,
        collection: ShardCollection,
        index: list[int],
        archive: zipfile.ZipFile,
        folder: Path,
    ) -> None:
        self._session = session
        self._collection = collection
        self._archive = archive
        self._folder = folder
        self._origin = session.config.origin
        shards = {shard.id: shard for shard in collection.list_shards() if shard.state != "open"}
        first = [shard_id for shard_id in index if shard_id in shards]
        self._index_count = len(first)
        self._shards: dict[int, Shard] = {shard_id: shards[shard_id] for shard_id in [*first, *shards]}
        self._missing: dict[str, None] = {
            self._shard_path(shard_id): None for shard_id in index if shard_id not in shards
        }
        self._pages = dict(zip(self._shards, self._page_names(len(index)), strict=True))
        # File id -> name in the zip file; None if it cannot be downloaded.
        self._files: dict[int, str | None] = {}
        self._file_names = UniqueFilenames()

    def _page_names(self, index_count: int) -> Iterator[str]:
        # The name of the folder for files is reserved.
        names = UniqueFilenames(["files"])
        for position, (shard_id, shard) in enumerate(self._shards.items()):
            if position == 0 and index_count == self._index_count == 1:
                yield names.add("index.html")
                continue
            given = safe_filename(shard.name, default=f"page-{shard_id}")
            yield names.add(given if Path(given).suffix.lower() in _TEXT_TYPES | _OTHER_TYPES else f"{given}.html")

    def _shard_path(self, shard: int) -> str:
        return f"/api/v1/storage/collections/{self._collection.id}/shards/{shard}/download/"

    def run(self) -> DownloadedReport:
        pending: list[tuple[Path, str]] = []
        for position, (shard_id, shard) in enumerate(self._shards.items(), 1):
            name, path = self._pages[shard_id], self._folder / "page"
            shard.download_to_file(path)
            if Path(name).suffix.lower() in _TEXT_TYPES:
                pending += self._rewrite(path)
            self._add(path, name)
            # Index pages are added first, before the files that they link to.
            while pending and position >= self._index_count:
                self._add(*pending.pop(0))
        return DownloadedReport(
            tuple(self._pages.values()), tuple(name for name in self._files.values() if name), tuple(self._missing)
        )

    def _add(self, path: Path, name: str) -> None:
        self._archive.write(path, name)
        path.unlink()

    def _rewrite(self, path: Path) -> list[tuple[Path, str]]:
        """Rewrite the links of a page, and return the paths and names of the files downloaded for it."""
        if path.stat().st_size == 0:
            return []
        new = path.with_name("rewritten")
        # Memory-mapped, so that a page may have any size.
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            file_ids = (int(found["file"]) for _, found in self._links(data) if found["file"])
            fetched = [pair for file_id in file_ids if file_id not in self._files for pair in self._fetch(file_id)]
            with new.open("xb") as out:
                done = 0
                for start, found in self._links(data):
                    local = self._resolve_link(found)
                    if local is not None:
                        _copy_range(data, done, start, out)
                        out.write(local)
                        done = found.end()
                _copy_range(data, done, len(data), out)
        new.replace(path)
        return fetched

    def _links(self, data: mmap.mmap) -> Iterator[tuple[int, re.Match[bytes]]]:
        """Yield the links to this Orion, each with its start position including the host."""
        position = 0
        while found := _LINK.search(data, position):
            position = found.end()
            before = _LINK_START.search(data, max(0, found.start() - _CONTEXT_SIZE), found.start())
            if before is None:
                continue
            origin = before["origin"]
            if origin is None:
                yield found.start(), found
            elif self._is_own(origin):
                yield before.start("origin"), found

    def _is_own(self, origin: bytes) -> bool:
        url = origin.decode("ascii", "replace")
        try:
            return parse_origin(f"{self._origin[0]}:{url}" if url.startswith("//") else url) == self._origin
        except ValidationError:
            return False

    def _resolve_link(self, found: re.Match[bytes]) -> bytes | None:
        """Find the target of a link in the zip file; None if the link stays unchanged."""
        name: str | None
        if found["file"]:
            name = self._files[int(found["file"])]
        elif found["page"]:
            # The meaning of the first two ids in the path is unknown, so only pages of this collection are resolved.
            name = self._pages.get(int(found["page"]))
        elif int(found["collection"]) == self._collection.id:
            name = self._pages.get(int(found["shard"]))
            if name is None:
                self._missing[self._shard_path(int(found["shard"]))] = None
        else:
            return None
        return None if name is None else quote(name).encode()

    def _fetch(self, file_id: int) -> Iterable[tuple[Path, str]]:
        """Download a linked file; return nothing if it cannot be read."""
        path = self._folder / str(file_id)
        try:
            file = self._session.get_resource(File, file_id)
            file.download_to_file(path)
        except BadResponse as error:
            if error.response.status_code not in _UNREADABLE and file_id <= _MAX_ID:
                raise
            self._files[file_id] = None
            self._missing[f"/api/v3/storage/files/{file_id}/download"] = None
            return []
        name = self._files[file_id] = f"files/{self._file_names.add(file.name, default=f'file-{file_id}')}"
        return [(path, name)]


def _copy_range(data: Any, start: int, end: int, out: BinaryIO) -> None:
    out.writelines(data[at : min(at + _BLOCK, end)] for at in range(start, end, _BLOCK))
