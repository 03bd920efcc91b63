"""Content from a server to a path: by one stream or several, kept beside it, and proved whole before anybody sees it."""

from __future__ import annotations

import errno
import io
import itertools
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve

from orionclient._cancellation import cancellable_pool, wait_for_result
from orionclient.exceptions import NotEnoughDiskError, OrionConnectionError, OrionTimeout
from orionclient.transfer.content import (
    MAX_RESUMES,
    Content,
    ResumeBudget,
    algorithm_for,
    changed_error,
    disable_decompression,
    is_stored_form,
    iter_verified,
    open_range,
    open_rest,
    truncated_error,
    verify_digest,
    with_call,
)
from orionclient.transfer.digests import FileHasher, announced_digest, is_compressed, new_hasher
from orionclient.transfer.expected import Expected, UnexpectedContentError
from orionclient.transfer.names import check_path
from orionclient.transfer.part_files import Journal, PartFile, disk_space_errors
from orionclient.transfer.pipes import open_for_writing
from orionclient.transfer.plans import plan_ranges
from orionclient.transfer.progress import Meter

if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import IO, BinaryIO

    from orionclient._messages import Response
    from orionclient.transfer.content import Callback, Opener

_BUFFER_SIZE: Final = 1 << 20
_RANGES_THRESHOLD: Final = 64 << 20


def save(
    opener: Opener,
    target: str | os.PathLike[str] | BinaryIO,
    *,
    what: str,
    callback: Callback | None = None,
    durable: bool = True,
    workers: int = 1,
    expected: Expected | None = None,
) -> None:
    """Write content to a path; the path holds the old file or the whole new one, never a part.

    Args:
        opener: Asks for the content, with the headers that it is given.
        target: The path; an existing file is replaced. A link is followed and stays: the file that it names is replaced, or made. A
            pipe or device is written to, and never replaced. Or an open binary file, which is written from where it stands.
        what: Name of the object, independent of the address: an earlier run's part of the same is resumed.
        callback: Told of the progress; None for nobody.
        durable: False leaves it to the system when the file is on the disk.
        workers: Streams at once for a large object, where the server sends chunks.
        expected: What the resource says of its content; None for nothing.

    Raises:
        NotEnoughDiskError: The disk has no room.
        OrionConnectionError: The content did not arrive whole, or is not that of the resource.
        ValidationError: The path is empty.
        OSError: The path cannot be written: it is a folder, a link that leads to itself, or a pipe that nobody reads from, which is found
            out before anything is asked for.
    """
    if not isinstance(target, str | os.PathLike):
        named = getattr(target, "name", "")
        for chunk in iter_verified(
            opener, callback=callback, item=Path(named).name if isinstance(named, str) else "", expected=expected
        ):
            _write_all(target, chunk)
        return
    # A link is followed, so that the file that it names is replaced and not the link.
    path = Path(os.path.realpath(check_path(target)))
    if path.is_symlink():
        raise OSError(errno.ELOOP, "the target is a link that leads to itself", str(path))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "the target is a folder", str(path))
    # As it was given: what /dev/stdout or /dev/fd/63 leads to may have no path of its own.
    given = Path(target)
    if given.exists() and not given.is_file():
        # A device or a pipe cannot be replaced, only written to.
        with disk_space_errors(given), open_for_writing(given) as stream:
            for chunk in iter_verified(opener, callback=callback, item=given.name, expected=expected):
                _write_all(stream, chunk)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))
    with disk_space_errors(path):
        meter = Meter(path.name, None, callback)
        _save(opener, path, what, meter, expected or Expected(), durable=durable, workers=workers)


def _write_all(stream: Any, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        count = stream.write(rest)
        if count is None:
            # Whoever says nothing took all of it, but for unbuffered files: nothing of it.
            if isinstance(stream, io.RawIOBase):
                raise BlockingIOError(errno.EAGAIN, "the target takes no more at the moment")
            return
        rest = rest[count:]


def _save(
    opener: Opener, path: Path, what: str, meter: Meter, expected: Expected, *, durable: bool, workers: int
) -> None:
    part = PartFile(path)
    keep = False
    left, budget, broken = MAX_RESUMES, ResumeBudget(), False
    try:
        for attempt in itertools.count():
            # A body that is labelled as compressed may be the content as it comes: where nothing else tells, both forms are tried in turn.
            download = _Download(
                opener, part, path, what=what, meter=meter, expected=expected, as_stored=attempt % 2 == 1
            )
            try:
                download.run(workers)
            except UnexpectedContentError:
                left -= 1
                if left == 0:
                    part.empty()
                    raise
            except (OrionConnectionError, OrionTimeout) as error:
                # Content without a mark cannot be resumed, it is fetched anew; what has one was given every chance.
                if download.marked or (download.marked is None and not broken):
                    raise
                broken = True
                budget.spend(error, download.count)
            else:
                break
            part.empty()
            meter.back(download.count)
        part.commit(durable=durable)
        meter.finish()
    except BaseException:
        keep = True
        raise
    finally:
        part.close(keep=keep)


@define
class _ByteRange:
    """A range of the content that one stream fetches: from `start` to `end`, of which `position` is the next byte to come."""

    start: int
    position: int
    end: int | None


class _Download:
    """One try to bring content into a part."""

    def __init__(
        self,
        opener: Opener,
        part: PartFile,
        path: Path,
        *,
        what: str,
        meter: Meter,
        expected: Expected,
        as_stored: bool,
    ) -> None:
        self._opener = opener
        self._part = part
        self._path = path
        self._what = what
        self._meter = meter
        self._expected = expected
        self._as_stored = as_stored
        self._algorithm: str | None = None
        self._content = Content(None, None, None, ranges=False)
        self._follower: FileHasher | None = None
        self._chunks: list[_ByteRange] = []
        self._done: list[list[int]] | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.count: int = 0
        # None until a response came.
        self.marked: bool | None = None

    def run(self, workers: int) -> None:
        """Fetch everything that is missing and prove that it is whole."""
        response, kept = self._begin()
        try:
            with response:
                self._prepare(response, kept)
                many = workers > 1 and self._content.ranges and self._content.etag is not None
                if many and (self._content.size or 0) >= _RANGES_THRESHOLD:
                    self._fetch_many(response, workers, kept)
                else:
                    self._fetch_one(response, kept)
                try:
                    self._verify()
                except UnexpectedContentError as error:
                    raise with_call(error, response) from error.__cause__
        finally:
            if self._follower is not None:
                self._follower.stop()

    def _begin(self) -> tuple[Response, Journal | None]:
        """Ask for the content, or for what is missing of it."""
        kept = self._part.read_journal(self._what)
        if kept is None:
            self._part.empty()
            return self._whole(), None
        missing = self._part.size() if kept.done is None else _first_gap(kept.done)
        headers = {"Range": f"bytes={missing}-", "If-Range": kept.etag}
        response = open_range(self._opener, headers if missing < kept.size else {})
        found = Content.of(response)
        if _content_from_journal(kept).same_as(found) and found.size == kept.size:
            return response, kept
        self._part.empty()
        if response.status_code == 206 or is_compressed(response.headers):
            # A range of another content.
            response.close()
            response = self._whole()
        return response, None

    def _whole(self) -> Response:
        response = open_range(self._opener, {})
        form = is_stored_form(response, self._expected)
        if form or (form is None and self._as_stored):
            self._opener = disable_decompression(self._opener)
            response.disable_decompression()
        return response

    def _prepare(self, response: Response, kept: Journal | None) -> None:
        content = Content.of(response)
        if kept is not None:
            # A chunk may come without the marks of the whole.
            content = evolve(content, etag=kept.etag, digest=_content_from_journal(kept).digest or content.digest)
        self._content, self.marked = content, content.marked
        try:
            self._expected.check(content.size)
        except UnexpectedContentError as error:
            # Before any of it is fetched.
            raise with_call(error, response) from error.__cause__
        free = shutil.disk_usage(self._path.parent).free
        held = 0 if kept is None else self._part.size() if kept.done is None else sum(b - a for a, b in kept.done)
        if content.size is not None and content.size - held > free:
            raise NotEnoughDiskError(f"{self._path} needs {content.size} bytes and {self._path.parent} has {free} left")
        self._meter.total = content.size
        self._algorithm = algorithm_for(content, self._expected)
        if self._algorithm is not None:
            size = self._expected.size if content.size is None else content.size
            self._follower = FileHasher(self._part.path, new_hasher(self._algorithm), size)

    def _record(self) -> None:
        content = self._content
        if content.etag is not None and content.size is not None:
            digest = None if content.digest is None else content.digest.header
            self._part.write_journal(Journal(self._what, content.etag, content.size, self._done, digest))

    def _fetch_one(self, response: Response, kept: Journal | None) -> None:
        position = 0
        if kept is not None:
            # The chunks of several streams: what lies behind the first gap is fetched again.
            position = self._part.size() if kept.done is None else _first_gap(kept.done)
            with self._part.writer(position) as stream:
                stream.truncate(position)
        self._record()
        self._record_received(position, moved=False)
        chunk = _ByteRange(0, position, None)
        self._chunks = [chunk]
        if position != self._content.size or not position:
            self._receive(chunk, response)
        if self._content.size is not None and chunk.position != self._content.size:
            raise with_call(truncated_error(chunk.position, self._content.size), response)

    def _fetch_many(self, response: Response, workers: int, kept: Journal | None) -> None:
        size = self._content.size or 0
        self._done = []
        if kept is not None:
            self._done = [[0, self._part.size()]] if kept.done is None else kept.done
        # First: from the next line on not all that the file holds is content.
        self._record()
        with self._part.path.open("r+b") as stream:
            stream.truncate(size)
        self._record_received(sum(end - start for start, end in self._done), moved=False)
        self._chunks = [_ByteRange(start, start, end) for start, end in plan_ranges(size, workers, self._done)]
        self._advance_follower()
        first: Response | None = response
        with cancellable_pool(workers, "download", self._stopped) as threads:
            futures: list[Future[None]] = []
            try:
                for chunk in self._chunks:
                    # The response that is open already brings the first chunk.
                    futures.append(threads.submit(self._fetch_chunk, chunk, first))
                    first = None
                for future in futures:
                    wait_for_result(future)
            except BaseException:
                self._stopped.set()
                for future in futures:
                    future.cancel()
                raise

    def _fetch_chunk(self, chunk: _ByteRange, response: Response | None) -> None:
        if self._stopped.is_set():
            return
        try:
            if response is None:
                response = self._open_range(chunk, ResumeBudget())
            self._receive(chunk, response)
        except BaseException:
            if self._stopped.is_set():
                # Why is told elsewhere.
                return
            self._stopped.set()
            raise
        if chunk.end is not None and chunk.position == chunk.end and self._done is not None:
            with self._lock:
                self._done.append([chunk.start, chunk.end])
                self._done = _merge_ranges(self._done)
                self._record()

    def _open_range(self, chunk: _ByteRange, budget: ResumeBudget) -> Response:
        while True:
            try:
                response, skip = open_rest(self._opener, self._content, chunk.position, chunk.end)
                if skip and Content.of(response).size != self._content.size:
                    response.close()
                    raise changed_error()
                return response  # noqa: TRY300
            except (OrionConnectionError, OrionTimeout) as error:
                budget.spend(error, chunk.position - chunk.start)

    def _receive(self, chunk: _ByteRange, response: Response) -> None:
        """Write a chunk, taking it up where it breaks."""
        budget, skip = ResumeBudget(), chunk.position if response.status_code != 206 else 0
        buffer = memoryview(bytearray(_BUFFER_SIZE))
        with self._part.writer(chunk.position) as stream:
            while True:
                try:
                    with response:
                        self._copy_body(chunk, response, stream, buffer, skip)
                    if self._stopped.is_set() or chunk.position == (
                        self._content.size if chunk.end is None else chunk.end
                    ):
                        return
                    if self._content.size is None:
                        return
                    raise with_call(truncated_error(chunk.position, self._content.size), response)
                except (OrionConnectionError, OrionTimeout) as error:
                    if not self._content.marked:
                        raise with_call(error, response) from None
                    budget.spend(with_call(error, response), chunk.position - chunk.start)
                response = self._open_range(chunk, budget)
                skip = chunk.position if response.status_code != 206 else 0

    def _copy_body(
        self, chunk: _ByteRange, response: Response, stream: IO[bytes], buffer: memoryview, skip: int
    ) -> None:
        while skip:
            count = response.readinto(buffer[:skip])
            if not count:
                return
            skip -= count
        while not self._stopped.is_set():
            space = buffer if chunk.end is None else buffer[: chunk.end - chunk.position]
            count = response.readinto(space) if space else 0
            if not count:
                return
            self._write(chunk, response, stream, space[:count])

    def _write(self, chunk: _ByteRange, response: Response, stream: IO[bytes], received: memoryview) -> None:
        size = self._content.size
        if size is not None and chunk.position + len(received) > size:
            raise with_call(UnexpectedContentError("more came than was announced"), response)
        count, rest = len(received), received
        while rest:
            rest = rest[stream.write(rest) :]
        if self._follower is not None:
            self._follower.take(chunk.position, received)
        chunk.position += count
        self._record_received(count)
        self._advance_follower()

    def _record_received(self, count: int, *, moved: bool = True) -> None:
        with self._lock:
            self.count += count
        self._meter.add(count, moved=moved)

    def _advance_follower(self) -> None:
        if self._follower is None:
            return
        # Up to the first gap.
        gap = next((chunk.position for chunk in self._chunks if chunk.end is None or chunk.position < chunk.end), None)
        self._follower.reach(self._content.size or 0 if gap is None else gap)

    def _verify(self) -> None:
        size = self._part.size()
        if self._content.size is not None and size != self._content.size:
            raise UnexpectedContentError(f"the content did not arrive whole: {size} of {self._content.size} bytes came")
        digest = self._follower.finish() if self._follower is not None else b""
        verify_digest(self._content, self._expected, size, self._algorithm, digest)


def _content_from_journal(kept: Journal) -> Content:
    digest = None if kept.digest is None else announced_digest({"repr-digest": kept.digest})
    return Content(kept.size, kept.etag, digest, ranges=True)


def _first_gap(done: list[list[int]]) -> int:
    joined = _merge_ranges(done)
    return joined[0][1] if joined and joined[0][0] == 0 else 0


def _merge_ranges(done: list[list[int]]) -> list[list[int]]:
    joined: list[list[int]] = []
    for start, end in sorted(done):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return joined
