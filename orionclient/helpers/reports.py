"""Floe reports to take along: all pages of a collection in one zip, with links that work without the platform."""

from __future__ import annotations

import mmap
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from attrs import frozen

from orionclient._resource import resource_id
from orionclient._temporary import TemporaryFolder
from orionclient.config import parse_origin
from orionclient.exceptions import BadResponse, MultipleResultsFound, NoResultFound, ValidationError
from orionclient.helpers.filenames import UniqueFilenames, safe_filename
from orionclient.transfer.names import check_path
from orionclient.types import File, ShardCollection, WorkFloeJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from orionclient.session import OrionSession
    from orionclient.types import Shard

__all__ = ["DownloadedReport", "download_report"]

_BLOCK: Final = 1 << 20
# What a page may be besides HTML; a shard whose name ends otherwise is a page and gets `.html`, for browsers go by that.
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
# Paths that lead to a shard or a file; the first two are what the platform's own code rewrites in reports (observed), the third is in
# a report of 2020 (observed). Query and fragment stay behind what takes their place.
_LINK: Final = re.compile(
    rb"/ap(?:"
    rb"i/v1/storage/collections/(?P<collection>[0-9]{1,20})/shards/(?P<shard>[0-9]{1,20})/download"
    rb"|p/main/jobreport2/[0-9]{1,20}/[0-9]{1,20}/(?P<page>[0-9]{1,20})"
    rb"|i/v3/storage/files/(?P<file>[0-9]{1,20})/download"
    rb")/?(?![A-Za-z0-9_.~%/-])"
)
# What has to stand before it for it to be a whole address: a quote or `url(`, an attribute without quotes, an item of `srcset`; then
# perhaps the host. All else is text, or the end of another address.
_LINK_START: Final = re.compile(
    rb"(?:(?:[\"'`(]|&quot;|&apos;|&#(?:0*34|0*39|x0*22|x0*27);)\s*(?:(?:[0-9]+;\s*)?url=)?|\s[A-Za-z_:.-]+=|[0-9][wx],\s+)"
    rb"(?P<origin>(?:https?:)?//[^\s\"'`()<>/?#\\]*)?\Z",
    re.IGNORECASE,
)
# As far as a host of full length, its scheme and the name of an attribute reach.
_CONTEXT_SIZE: Final = 400
# Responses that say that a file is not for this user, not there, or not there yet.
_UNREADABLE: Final = frozenset({403, 404, 409})
# No id is larger; a server rejects it as it does what is wrong with the request itself.
_LARGEST_ID: Final = (1 << 63) - 1


@frozen
class DownloadedReport:
    """What a zip of a report holds.

    Attributes:
        pages: Names of the pages in the zip, those that the report opens with first.
        files: Names of the files in the zip that pages link to.
        missing: Paths on the server that the report names and that could not be had; links to them are as they were.
    """

    pages: tuple[str, ...]
    files: tuple[str, ...]
    missing: tuple[str, ...]


def download_report(
    collection: ShardCollection | WorkFloeJob,
    zip: str | os.PathLike[str] | BinaryIO,  # noqa: A002 - what it is
    *,
    session: OrionSession | None = None,
) -> DownloadedReport:
    """Download a floe report into a zip whose pages can be read offline.

    A report is a collection of HTML pages whose metadata lists the `index_pages` (observed). Links between its pages lead to the pages in
    the zip afterwards, links to files of the same Orion to copies under ``files/``; every other byte is as it was, also links to other
    collections and hosts. Shards without content are left out. A page or file is on the disk while it is worked on, never in memory as a
    whole. For links to files that are gone to cost no time, pass a session that does not retry 404.

    Args:
        collection: The collection, or the job that made it; a handle with an id is enough.
        zip: Path of the zip, which holds the old one or the whole new one, never a part. Or an open binary file, to which nothing is
            written before all is there.
        session: The session; the collection's own without it.

    Returns:
        What is in the zip, and what is not. The index page is ``index.html`` where there is exactly one.

    Raises:
        ValidationError: The collection is no report, or `zip` can hold none; raised before any download.
        NoResultFound: The job made no report.
        MultipleResultsFound: The job made several reports; find them with ``job.outputs(ShardCollection)``.
        NotEnoughDiskError: The disk has no room for a page or a file.
        OSError: The zip cannot be written.
        OrionError: The server rejected, or no good response came.

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
    index = _build_index(current)
    # Beside the target, for only there a rename puts the zip in its place at once.
    folder = target.parent if isinstance(target, Path) else None
    with TemporaryFolder(".report-", ".part", folder) as temporary:
        made = Path(temporary, "report.zip")
        with zipfile.ZipFile(made, "x", zipfile.ZIP_DEFLATED) as archive:
            report = _Export(session, current, index, archive, Path(temporary)).run()
        _write_atomically(made, target)
    return report


def _find_report(job: WorkFloeJob) -> ShardCollection:
    found = [made for made in job.outputs(ShardCollection) if "index_pages" in made.metadata]
    if not found:
        raise NoResultFound(f"{job._title()} made no report")
    if len(found) > 1:
        raise MultipleResultsFound(
            f"{job._title()} made {len(found)} reports: {', '.join(str(made.id) for made in found)}"
        )
    return found[0]


def _resolve_target(given: str | os.PathLike[str] | BinaryIO) -> Path | BinaryIO:
    if not isinstance(given, str | os.PathLike):
        if not callable(getattr(given, "write", None)) or hasattr(given, "encoding"):
            raise ValidationError(f"the zip is a path or a file that is open with 'wb', not {type(given).__name__}")
        return given
    # A link is followed, so that the file that it names is replaced and not the link.
    path = Path(os.path.realpath(check_path(given)))
    if path.exists() and not path.is_file():
        raise ValidationError(f"{path} is no file that can be replaced; pass another path or an open binary file")
    return path


def _write_atomically(made: Path, target: Path | BinaryIO) -> None:
    if not isinstance(target, Path):
        with made.open("rb") as stream:
            shutil.copyfileobj(stream, target, _BLOCK)
        return
    with made.open("rb+") as stream:
        os.fsync(stream.fileno())
    if target.exists():
        made.chmod(target.stat().st_mode & 0o7777)
    made.replace(target)


def _build_index(collection: ShardCollection) -> list[int]:
    """Ids of the pages that the report opens with."""
    pages = collection.metadata.get("index_pages")
    if not isinstance(pages, list) or not pages or not all(isinstance(page, dict) for page in pages):
        raise ValidationError(f"collection {collection.id} is no report: its metadata lists no index_pages")
    return list(dict.fromkeys(resource_id(page.get("id"), "the id of an index page") for page in pages))


class _Export:
    """One report on its way into a zip."""

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
        self._own = session.config.origin
        shards = {shard.id: shard for shard in collection.list_shards() if shard.state != "open"}
        first = [number for number in index if number in shards]
        self._opening = len(first)
        self._shards: dict[int, Shard] = {number: shards[number] for number in [*first, *shards]}
        self._missing: dict[str, None] = {self._path_of(number): None for number in index if number not in shards}
        self._pages = dict(zip(self._shards, self._page_names(len(index)), strict=True))
        # Id of a file -> its name in the zip; None where it cannot be read.
        self._files: dict[int, str | None] = {}
        self._file_names = UniqueFilenames()

    def _page_names(self, opening: int) -> Iterator[str]:
        # The folder of the files is taken too.
        names = UniqueFilenames(["files"])
        for place, (number, shard) in enumerate(self._shards.items()):
            if place == 0 and opening == self._opening == 1:
                yield names.add("index.html")
                continue
            given = safe_filename(shard.name, default=f"page-{number}")
            yield names.add(given if Path(given).suffix.lower() in _TEXT_TYPES | _OTHER_TYPES else f"{given}.html")

    def _path_of(self, shard: int) -> str:
        return f"/api/v1/storage/collections/{self._collection.id}/shards/{shard}/download/"

    def run(self) -> DownloadedReport:
        waiting: list[tuple[Path, str]] = []
        for place, (number, shard) in enumerate(self._shards.items(), 1):
            name, path = self._pages[number], self._folder / "page"
            shard.download_to_file(path)
            if Path(name).suffix.lower() in _TEXT_TYPES:
                waiting += self._rewrite(path)
            self._add(path, name)
            # The pages that the report opens with come first, also before what they link to.
            while waiting and place >= self._opening:
                self._add(*waiting.pop(0))
        return DownloadedReport(
            tuple(self._pages.values()), tuple(name for name in self._files.values() if name), tuple(self._missing)
        )

    def _add(self, path: Path, name: str) -> None:
        self._archive.write(path, name)
        path.unlink()

    def _rewrite(self, path: Path) -> list[tuple[Path, str]]:
        """Let the links of a page lead into the zip; gives the files that were downloaded for that, and their names."""
        if path.stat().st_size == 0:
            return []
        new = path.with_name("rewritten")
        # Mapped and not read, so that a page may be of any size.
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            numbers = (int(found["file"]) for _, found in self._links(data) if found["file"])
            fetched = [each for number in numbers if number not in self._files for each in self._fetch(number)]
            with new.open("xb") as out:
                done = 0
                for start, found in self._links(data):
                    local = self._local(found)
                    if local is not None:
                        _copy_body(data, done, start, out)
                        out.write(local)
                        done = found.end()
                _copy_body(data, done, len(data), out)
        new.replace(path)
        return fetched

    def _links(self, data: mmap.mmap) -> Iterator[tuple[int, re.Match[bytes]]]:
        """Links to this Orion, each with the place where it starts, its host included."""
        at = 0
        while found := _LINK.search(data, at):
            at = found.end()
            before = _LINK_START.search(data, max(0, found.start() - _CONTEXT_SIZE), found.start())
            if before is None:
                continue
            origin = before["origin"]
            if origin is None:
                yield found.start(), found
            elif self._is_own(origin):
                yield before.start("origin"), found

    def _is_own(self, origin: bytes) -> bool:
        text = origin.decode("ascii", "replace")
        try:
            return parse_origin(f"{self._own[0]}:{text}" if text.startswith("//") else text) == self._own
        except ValidationError:
            return False

    def _local(self, found: re.Match[bytes]) -> bytes | None:
        """Where a link leads to in the zip; None where it stays as it is."""
        name: str | None
        if found["file"]:
            name = self._files[int(found["file"])]
        elif found["page"]:
            # The first two numbers are not known to say which collection this is, so only its own pages are.
            name = self._pages.get(int(found["page"]))
        elif int(found["collection"]) == self._collection.id:
            name = self._pages.get(int(found["shard"]))
            if name is None:
                self._missing[self._path_of(int(found["shard"]))] = None
        else:
            return None
        return None if name is None else quote(name).encode()

    def _fetch(self, number: int) -> Iterable[tuple[Path, str]]:
        """Download a file beside the zip; nothing where it cannot be read."""
        path = self._folder / str(number)
        try:
            file = self._session.get_resource(File, number)
            file.download_to_file(path)
        except BadResponse as error:
            if error.response.status_code not in _UNREADABLE and number <= _LARGEST_ID:
                raise
            self._files[number] = None
            self._missing[f"/api/v3/storage/files/{number}/download"] = None
            return []
        name = self._files[number] = f"files/{self._file_names.add(file.name, default=f'file-{number}')}"
        return [(path, name)]


def _copy_body(data: Any, start: int, end: int, out: BinaryIO) -> None:
    out.writelines(data[at : min(at + _BLOCK, end)] for at in range(start, end, _BLOCK))
