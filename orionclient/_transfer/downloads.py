"""Download content to a path: resumable, optionally with concurrent byte ranges, verified and moved into place atomically."""

from __future__ import annotations

import errno
import io
import itertools
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, define, evolve, field

from orionclient._runtime.cancellation import cancellable_pool, wait_for_result
from orionclient._runtime.plain import to_plain
from orionclient._transfer.content import (
    MAX_RESUMES,
    Content,
    ResumeBudget,
    algorithm_for,
    changed_error,
    disable_decompression,
    has_stored_encoding,
    iter_verified,
    open_range,
    open_rest,
    truncated_error,
    verify_digest,
    with_call,
)
from orionclient._transfer.digests import FileHasher, announced_digest, new_hasher
from orionclient._transfer.expected import Expected, UnexpectedContentError
from orionclient._transfer.names import check_path
from orionclient._transfer.part_files import Journal, PartFile, disk_space_errors
from orionclient._transfer.pipes import open_for_writing
from orionclient._transfer.plans import plan_ranges
from orionclient._transfer.progress import Meter
from orionclient._transport.checks import is_compressed
from orionclient.exceptions import NotEnoughDiskError, OrionConnectionError, OrionTimeout

if TYPE_CHECKING:
    from typing import IO, BinaryIO

    from orionclient._transfer.content import Callback, Opener
    from orionclient._transport.response import Response

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
    """Download content to a path atomically: it holds either the old file or the complete new one.

    Args:
        opener: Opens the response for the given request headers.
        target: The path; an existing file is replaced. A symbolic link is followed, and its target replaced or created. A pipe or device
            is written to directly. Or an open binary file, which is written from its current position.
        what: Key of the resource, independent of the URL. The part file of an earlier run with the same key is resumed.
        callback: Progress callback.
        durable: False skips the fsync.
        workers: Number of concurrent byte-range requests for large content, if the server supports ranges.
        expected: The expected content; None if it is unknown.

    Raises:
        NotEnoughDiskError: Not enough free disk space.
        OrionConnectionError: The content is truncated or is not that of the resource.
        ValidationError: The path is empty.
        OSError: The path cannot be written: it is a folder, a cyclic link or a pipe without a reader. Raised before any request.
    """
    if not isinstance(target, str | os.PathLike):
        named = getattr(target, "name", "")
        for chunk in iter_verified(
            opener, callback=callback, item=Path(named).name if isinstance(named, str) else "", expected=expected
        ):
            _write_all(target, chunk)
        return
    # Links are followed, so that the target file is replaced and not the link.
    path = Path(os.path.realpath(check_path(target)))
    if path.is_symlink():
        raise OSError(errno.ELOOP, "the target is a cyclic symbolic link", str(path))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "the target is a folder", str(path))
    # Use the path as given: the target of /dev/stdout or /dev/fd/63 may have no path of its own.
    given = Path(target)
    if given.exists() and not given.is_file():
        # A device or a pipe cannot be replaced, only written to.
        with disk_space_errors(given), open_for_writing(given) as stream:
            for chunk in iter_verified(opener, callback=callback, item=given.name, expected=expected):
                _write_all(stream, chunk)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder does not exist", str(path.parent))
    with disk_space_errors(path):
        meter = Meter(path.name, None, callback)
        _save(opener, path, what, meter, expected or Expected(), durable=durable, workers=workers)


def _write_all(stream: Any, chunk: bytes | memoryview) -> None:
    rest = memoryview(chunk)
    while rest:
        count = stream.write(rest)
        if count is None:
            # A file-like object that returns None wrote everything, except for unbuffered files, which wrote nothing.
            if isinstance(stream, io.RawIOBase):
                raise BlockingIOError(errno.EAGAIN, "the target is non-blocking and cannot accept more data now")
            return
        rest = rest[count:]


def _save(
    opener: Opener, path: Path, what: str, meter: Meter, expected: Expected, *, durable: bool, workers: int
) -> None:
    part = PartFile(path)
    attempts_left, budget, failed_to_open = MAX_RESUMES, ResumeBudget(), False
    try:
        for attempt in itertools.count():
            # A body with Content-Encoding may be the stored content. If its length does not decide, alternate between both readings.
            download = _Download(opener, part, path, what, meter, expected, attempt % 2 == 1)
            try:
                download.run(to_plain(workers))
            except UnexpectedContentError:
                attempts_left -= 1
                if attempts_left == 0:
                    part.truncate()
                    raise
            except (OrionConnectionError, OrionTimeout) as error:
                # Without a validator the download cannot be resumed, only restarted. With one, the resume budget is exhausted.
                if download.has_validator or (download.has_validator is None and not failed_to_open):
                    raise
                failed_to_open = True
                budget.spend(error, download.count)
            else:
                break
            part.truncate()
            meter.rewind(download.count)
        part.commit(durable=durable)
        meter.finish()
    finally:
        part.close()


@define
class _ByteRange:
    """A byte range fetched by one stream, from `start` to `end`; `position` is the next byte to receive."""

    start: int
    position: int
    end: int | None


@define(eq=False)
class _Download:
    """One attempt to download content into a part file."""

    _opener: Opener
    _part: PartFile
    _path: Path
    _what: str
    _meter: Meter
    _expected: Expected
    _as_stored: bool
    _content: Content = field(init=False)
    _algorithm: str | None = None
    _hasher: FileHasher | None = None
    _ranges: list[_ByteRange] = Factory(list)
    # Received byte ranges, as pairs of start and end.
    _done: list[list[int]] = Factory(list)
    _lock: threading.Lock = Factory(threading.Lock)
    _stopped: threading.Event = Factory(threading.Event)
    count: int = 0
    # None until a response was received.
    has_validator: bool | None = None

    def run(self, workers: int) -> None:
        """Fetch the missing bytes and verify the complete content."""
        response, self._content = self._open()
        self.has_validator = self._content.has_validator
        try:
            with response:
                self._prepare(response)
                concurrent = workers > 1 and self._content.ranges and self._content.etag is not None
                if concurrent and (self._content.size or 0) >= _RANGES_THRESHOLD:
                    self._fetch_many(response, workers)
                else:
                    self._fetch_one(response)
                try:
                    self._verify()
                except UnexpectedContentError as error:
                    raise with_call(error, response) from error.__cause__
        finally:
            if self._hasher is not None:
                self._hasher.stop()

    def _open(self) -> tuple[Response, Content]:
        """Request the content, or its missing bytes if the part file can be resumed."""
        journal = self._part.read_journal(self._what)
        if journal is None:
            self._part.truncate()
            return self._open_whole()
        done = [[0, self._part.size()]] if journal.done is None else journal.done
        missing = _first_gap(done)
        headers = {"Range": f"bytes={missing}-", "If-Range": journal.etag}
        response = open_range(self._opener, headers if missing < journal.size else {})
        digest = announced_digest({"repr-digest": journal.digest or ""})
        known, found = Content(journal.size, journal.etag, digest, ranges=True), Content.from_response(response)
        if known.matches(found) and found.size == journal.size:
            self._done = done
            # A partial response may lack the validators of the complete content.
            return response, evolve(found, etag=journal.etag, digest=digest or found.digest)
        self._part.truncate()
        if response.status_code != 206 and not is_compressed(response.headers):
            return response, found
        # The range belongs to other content.
        response.close()
        return self._open_whole()

    def _open_whole(self) -> tuple[Response, Content]:
        response = open_range(self._opener, {})
        is_stored = has_stored_encoding(response, self._expected)
        if is_stored or (is_stored is None and self._as_stored):
            self._opener = disable_decompression(self._opener)
            response.disable_decompression()
        return response, Content.from_response(response)

    def _prepare(self, response: Response) -> None:
        content = self._content
        try:
            self._expected.check(content.size)
        except UnexpectedContentError as error:
            # Raised before any of the body is read.
            raise with_call(error, response) from error.__cause__
        free = shutil.disk_usage(self._path.parent).free
        if content.size is not None and content.size - self._received() > free:
            raise NotEnoughDiskError(
                f"{self._path} needs {content.size} bytes; {self._path.parent} has {free} bytes free"
            )
        self._meter.total = content.size
        self._algorithm = algorithm_for(content, self._expected)
        if self._algorithm is not None:
            size = self._expected.size if content.size is None else content.size
            self._hasher = FileHasher(self._part.path, new_hasher(self._algorithm), size)

    def _received(self) -> int:
        return sum(end - start for start, end in self._done)

    def _write_journal(self, done: list[list[int]] | None) -> None:
        content = self._content
        if content.etag is not None and content.size is not None:
            digest = None if content.digest is None else content.digest.header
            self._part.write_journal(Journal(self._what, content.etag, content.size, done, digest))

    def _fetch_one(self, response: Response) -> None:
        # The part file may have gaps from concurrent streams: everything after the first gap is fetched again.
        position = _first_gap(self._done)
        with self._part.open_at(position) as stream:
            stream.truncate()
        self._write_journal(None)
        self._record_received(position, moved=False)
        byte_range = _ByteRange(0, position, None)
        self._ranges = [byte_range]
        if position != self._content.size or not position:
            self._receive(byte_range, response)

    def _fetch_many(self, response: Response, workers: int) -> None:
        size = self._content.size or 0
        # Write the journal first: the next step extends the file with bytes that are not content.
        self._write_journal(self._done)
        with self._part.path.open("r+b") as stream:
            stream.truncate(size)
        self._record_received(self._received(), moved=False)
        self._ranges = [_ByteRange(start, start, end) for start, end in plan_ranges(size, workers, self._done)]
        self._advance_hasher()
        first: Response | None = response
        with cancellable_pool(workers, "download", self._stopped) as threads:
            futures = []
            for byte_range in self._ranges:
                # The open response is used for the first byte range.
                futures.append(threads.submit(self._fetch_range, byte_range, first))
                first = None
            for future in futures:
                wait_for_result(future)

    def _fetch_range(self, byte_range: _ByteRange, response: Response | None) -> None:
        if self._stopped.is_set():
            return
        try:
            if response is None:
                response = self._open_range(byte_range, ResumeBudget())
            self._receive(byte_range, response)
        except BaseException:
            if self._stopped.is_set():
                # Another stream failed first and raises its error.
                return
            self._stopped.set()
            raise
        if byte_range.end is not None and byte_range.position == byte_range.end:
            with self._lock:
                self._done = _merge_ranges([*self._done, [byte_range.start, byte_range.end]])
                self._write_journal(self._done)

    def _open_range(self, byte_range: _ByteRange, budget: ResumeBudget) -> Response:
        while True:
            try:
                response, skip = open_rest(self._opener, self._content, byte_range.position, byte_range.end)
                if skip and Content.from_response(response).size != self._content.size:
                    response.close()
                    raise changed_error()
                return response  # noqa: TRY300
            except (OrionConnectionError, OrionTimeout) as error:
                budget.spend(error, byte_range.position - byte_range.start)

    def _receive(self, byte_range: _ByteRange, response: Response) -> None:
        """Receive and write a byte range, resuming it after connection errors."""
        budget, skip = ResumeBudget(), byte_range.position if response.status_code != 206 else 0
        buffer = memoryview(bytearray(_BUFFER_SIZE))
        with self._part.open_at(byte_range.position) as stream:
            while True:
                try:
                    with response:
                        self._copy_body(byte_range, response, stream, buffer, skip)
                    end = self._content.size if byte_range.end is None else byte_range.end
                    if self._stopped.is_set() or end is None or end == byte_range.position:
                        return
                    raise with_call(truncated_error(byte_range.position, self._content.size or end), response)
                except (OrionConnectionError, OrionTimeout) as error:
                    if not self._content.has_validator:
                        raise with_call(error, response) from error.__cause__
                    budget.spend(with_call(error, response), byte_range.position - byte_range.start)
                response = self._open_range(byte_range, budget)
                skip = byte_range.position if response.status_code != 206 else 0

    def _copy_body(
        self, byte_range: _ByteRange, response: Response, stream: IO[bytes], buffer: memoryview, skip: int
    ) -> None:
        while skip:
            count = response.readinto(buffer[:skip])
            if not count:
                return
            skip -= count
        while not self._stopped.is_set():
            space = buffer if byte_range.end is None else buffer[: byte_range.end - byte_range.position]
            count = response.readinto(space) if space else 0
            if not count:
                return
            self._write(byte_range, response, stream, space[:count])

    def _write(self, byte_range: _ByteRange, response: Response, stream: IO[bytes], received: memoryview) -> None:
        size = self._content.size
        if size is not None and byte_range.position + len(received) > size:
            raise with_call(UnexpectedContentError("unexpected content: received more bytes than announced"), response)
        _write_all(stream, received)
        if self._hasher is not None:
            self._hasher.update_at(byte_range.position, received)
        byte_range.position += len(received)
        self._record_received(len(received))
        self._advance_hasher()

    def _record_received(self, count: int, *, moved: bool = True) -> None:
        with self._lock:
            self.count += count
        self._meter.add(count, moved=moved)

    def _advance_hasher(self) -> None:
        if self._hasher is None:
            return
        # Only the bytes before the first gap can be hashed.
        gaps = (each.position for each in self._ranges if each.end is None or each.position < each.end)
        self._hasher.advance(next(gaps, self._content.size or 0))

    def _verify(self) -> None:
        size = self._part.size()
        if self._content.size is not None and size != self._content.size:
            raise UnexpectedContentError(f"incomplete content: received {size} of {self._content.size} bytes")
        digest = self._hasher.finish() if self._hasher is not None else b""
        verify_digest(self._content, self._expected, size, self._algorithm, digest)


def _first_gap(done: list[list[int]]) -> int:
    merged = _merge_ranges(done)
    return merged[0][1] if merged and merged[0][0] == 0 else 0


def _merge_ranges(done: list[list[int]]) -> list[list[int]]:
    merged: list[list[int]] = []
    for start, end in sorted(done):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged
