"""Content from a server: taken up where it broke, by one stream or several, and proved whole before anybody sees it."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, frozen

from orionclient._stopping import check, pool, result_of
from orionclient.exceptions import BadResponse, NotEnoughDiskError, OrionConnectionError, OrionError, OrionTimeout
from orionclient.transfer.digests import Digest, Follower, announced
from orionclient.transfer.partial import Journal, Part, room_for
from orionclient.transfer.plans import plan_ranges
from orionclient.transfer.progress import Meter
from orionclient.utils import Backoff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from typing import IO, BinaryIO

    from orionclient._messages import Response
    from orionclient.transfer.progress import Progress

Opener = Callable[[Mapping[str, str]], "Response"]
Callback = Callable[["Progress"], object]

# How often a download that breaks is taken up again without having come forward in between.
_REOPENINGS: Final = 5
_FORWARD: Final = 1 << 20
_BUFFER: Final = 1 << 20
_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_WORTH_RANGES: Final = 64 << 20


class _OtherContentError(OrionConnectionError):
    """What came is not what was announced, or not what came before; only starting anew can help."""


@frozen
class Content:
    """What an answer says of the content.

    Attributes:
        size: Bytes; None where nobody says.
        etag: Strong mark of this very content; None where there is none.
        digest: Its digest; None where none is announced.
        ranges: Whether the server sends pieces of it.
    """

    size: int | None
    etag: str | None
    digest: Digest | None
    ranges: bool

    @classmethod
    def of(cls, response: Response) -> Content:
        """Read it from the headers.

        Args:
            response: A good answer, whole or a piece.

        Returns:
            What they say.
        """
        headers = response.headers
        etag = headers.get("etag", "")
        piece = _RANGE.fullmatch(headers.get("content-range", "")) if response.status_code == 206 else None
        length = headers.get("content-length", "")
        known = length.isascii() and length.isdigit() and "content-encoding" not in headers
        size = int(piece[3]) if piece else int(length) if known and response.status_code != 206 else None
        ranges = response.status_code == 206 or headers.get("accept-ranges", "").strip().lower() == "bytes"
        strong = etag.startswith('"') and "content-encoding" not in headers
        return cls(size, etag if strong else None, announced(headers), ranges)

    def same_as(self, other: Content) -> bool:
        """Whether two answers speak of the same content, as far as they say."""
        return (self.etag, self.digest) == (other.etag, other.digest)


def pieces(
    opener: Opener, chunk_size: int | None = None, callback: Callback | None = None, item: str = ""
) -> Iterator[bytes]:
    """Pass content on and check it at the end; where the connection breaks, go on from the byte where it broke.

    Args:
        opener: Asks for the content.
        chunk_size: Largest piece in bytes; as they come without it.
        callback: Told of the progress; None for nobody.
        item: Name of what is moved.

    Yields:
        The pieces.

    Raises:
        OrionConnectionError: The connection broke again and again, the content changed meanwhile, or it is not what was announced;
            the last is found out after the last piece.
    """
    response = opener({})
    content = Content.of(response)
    hasher = content.digest.hasher() if content.digest else None
    meter = Meter(item, content.size, callback)
    patience, count, skip = _Patience(), 0, 0
    try:
        while True:
            try:
                for piece in _from(response.iter_content(chunk_size), skip):
                    if hasher is not None:
                        hasher.update(piece)
                    count += len(piece)
                    meter.add(len(piece))
                    yield piece
                if content.size is None or count == content.size:
                    break
                raise _said(_short(count, content.size), response)
            except (OrionConnectionError, OrionTimeout) as error:
                patience.spend(_said(error, response), count)
            response.close()
            response, skip = _continued(opener, content, count)
            if skip:
                # The first answer may have been wrong about its length.
                content = evolve(content, size=Content.of(response).size)
        if content.digest is not None and hasher is not None and hasher.digest() != content.digest.value:
            raise _said(_wrong(content.digest), response)
    finally:
        response.close()
    meter.finish()


class _Patience:
    """How often a broken transfer is taken up again: so many times, and anew when it has come forward."""

    def __init__(self) -> None:
        self._left = _REOPENINGS
        self._position = 0
        self._backoff = Backoff()

    def spend(self, error: OrionError, position: int) -> None:
        """Wait a little, or raise what broke it."""
        check()
        if isinstance(error, _OtherContentError):
            raise error
        if position >= self._position + _FORWARD:
            self._left, self._backoff, self._position = _REOPENINGS, Backoff(), position
        if self._left == 0:
            raise error
        self._left -= 1
        self._backoff.sleep()


def _short(count: int, size: int) -> OrionConnectionError:
    return OrionConnectionError(f"the content did not arrive whole: {count} of {size} bytes came")


def _wrong(digest: Digest) -> OrionConnectionError:
    name = {"sha-256": "SHA-256", "crc32c": "CRC32C"}[digest.algorithm]
    return _OtherContentError(f"the content did not arrive whole: its {name} digest is not the announced one")


def _continued(opener: Opener, content: Content, start: int, end: int | None = None) -> tuple[Response, int]:
    """Ask for the rest of the content; gives the answer and the number of its bytes that are there already."""
    headers = {}
    # Without a mark of the content the pieces of two contents might be put together.
    if content.etag is not None and (start or end is not None):
        headers = {"Range": f"bytes={start}-{'' if end is None else end - 1}", "If-Range": content.etag}
    response = _asked(opener, headers)
    if response.status_code == 206:
        found = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if not found or int(found[1]) != start or int(found[3]) != content.size:
            # Another piece than was asked for, or of something else; the whole will tell.
            response.close()
            response = opener({})
    if not Content.of(response).same_as(content):
        response.close()
        raise _said(_changed(), response)
    return response, 0 if response.status_code == 206 else start


def _asked(opener: Opener, headers: Mapping[str, str]) -> Response:
    """Ask for a piece; for the whole where there is no such piece."""
    try:
        return opener(headers)
    except BadResponse as error:
        if error.response.status_code != 416:
            raise
    return opener({})


def _changed() -> OrionConnectionError:
    return _OtherContentError("the content changed while it was read")


def _from(chunks: Iterator[bytes], start: int) -> Iterator[bytes]:
    """Leave out what came before."""
    for chunk in chunks:
        if start < len(chunk):
            yield chunk[start:]
        start = max(0, start - len(chunk))


def _said(error: OrionError, response: Response) -> OrionError:
    return error.during(response.call) if response.call else error


def save(
    opener: Opener,
    target: str | os.PathLike[str] | BinaryIO,
    *,
    what: str,
    callback: Callback | None = None,
    durable: bool = True,
    workers: int = 1,
) -> None:
    """Write content to a path; the path holds the old file or the whole new one, never a part.

    Args:
        opener: Asks for the content, with the headers that it is given.
        target: The path; an existing file is replaced. Or an open binary file, which is written from where it stands.
        what: Name of the object, independent of the address: an earlier run's part of the same is gone on with.
        callback: Told of the progress; None for nobody.
        durable: False leaves it to the system when the file is on the disk.
        workers: Streams at once for a large object, where the server sends pieces.

    Raises:
        NotEnoughDiskError: The disk has no room.
        OrionConnectionError: The content did not arrive whole.
        OSError: The path cannot be written.
    """
    if not isinstance(target, str | os.PathLike):
        named = getattr(target, "name", "")
        for piece in pieces(opener, callback=callback, item=Path(named).name if isinstance(named, str) else ""):
            _write_all(target, piece)
        return
    # A link is followed, so that the file that it names is replaced and not the link.
    path = Path(os.path.realpath(target))
    if path.is_symlink():
        raise OSError(errno.ELOOP, "the target is a link that leads to itself", str(path))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "the target is a folder", str(path))
    if path.exists() and not path.is_file():
        # A device or a pipe cannot be replaced, only written to.
        with room_for(path), path.open("wb", buffering=0) as stream:
            for piece in pieces(opener, callback=callback, item=path.name):
                _write_all(stream, piece)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))
    with room_for(path):
        _save(opener, path, what, Meter(path.name, None, callback), durable=durable, workers=workers)


def _write_all(stream: Any, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        count = stream.write(rest)
        if count is None:
            # Whoever says nothing took all of it, but for unbuffered files: nothing of it.
            if isinstance(stream, io.RawIOBase):
                raise BlockingIOError(errno.EAGAIN, "the target takes no more at the moment")
            return
        rest = rest[count:]


def _save(opener: Opener, path: Path, what: str, meter: Meter, *, durable: bool, workers: int) -> None:
    part = Part(path)
    keep = False
    try:
        for left in reversed(range(_REOPENINGS)):
            download = _Download(opener, part, path, what, meter)
            try:
                download.run(workers)
            except _OtherContentError:
                part.empty()
                meter.back(download.count)
                if left == 0:
                    raise
            else:
                break
        part.commit(durable=durable)
        meter.finish()
    except BaseException:
        keep = True
        raise
    finally:
        part.close(keep=keep)


@define
class _Piece:
    """A range of the content that one stream fetches: from `start` to `end`, of which `position` is the next byte to come."""

    start: int
    position: int
    end: int | None


class _Download:
    """One try to bring content into a part."""

    def __init__(self, opener: Opener, part: Part, path: Path, what: str, meter: Meter) -> None:
        self._opener = opener
        self._part = part
        self._path = path
        self._what = what
        self._meter = meter
        self._content = Content(None, None, None, ranges=False)
        self._follower: Follower | None = None
        self._pieces: list[_Piece] = []
        self._done: list[list[int]] | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.count: int = 0

    def run(self, workers: int) -> None:
        """Fetch everything that is missing and prove that it is whole."""
        response, kept = self._begin()
        try:
            with response:
                self._prepare(response, kept)
                many = workers > 1 and self._content.ranges and self._content.etag is not None
                if many and (self._content.size or 0) >= _WORTH_RANGES:
                    self._fetch_many(response, workers, kept)
                else:
                    self._fetch_one(response, kept)
                try:
                    self._prove()
                except _OtherContentError as error:
                    raise _said(error, response) from None
        finally:
            if self._follower is not None:
                self._follower.stop()

    def _begin(self) -> tuple[Response, Journal | None]:
        """Ask for the content, or for what is missing of it."""
        kept = self._part.read_journal(self._what)
        if kept is None:
            self._part.empty()
            return self._opener({}), None
        missing = self._part.size() if kept.done is None else _first_missing(kept.done)
        known = Content(kept.size, kept.etag, None, ranges=True)
        headers = {"Range": f"bytes={missing}-", "If-Range": kept.etag}
        response = _asked(self._opener, headers if missing < kept.size else {})
        found = Content.of(response)
        if (found.etag, found.size) == (known.etag, known.size):
            return response, kept
        self._part.empty()
        if response.status_code == 206:
            # A piece of another content.
            response.close()
            response = self._opener({})
        return response, None

    def _prepare(self, response: Response, kept: Journal | None) -> None:
        content = self._content = Content.of(response)
        free = shutil.disk_usage(self._path.parent).free
        held = 0 if kept is None else self._part.size() if kept.done is None else sum(b - a for a, b in kept.done)
        if content.size is not None and content.size - held > free:
            raise NotEnoughDiskError(f"{self._path} needs {content.size} bytes and {self._path.parent} has {free} left")
        self._meter.total = content.size
        if content.digest is not None:
            self._follower = Follower(self._part.path, content.digest.hasher(), content.size)

    def _record(self) -> None:
        content = self._content
        if content.etag is not None and content.size is not None:
            self._part.write_journal(Journal(self._what, content.etag, content.size, self._done))

    def _fetch_one(self, response: Response, kept: Journal | None) -> None:
        position = 0
        if kept is not None:
            # The pieces of several streams: what lies behind the first gap is fetched again.
            position = self._part.size() if kept.done is None else _first_missing(kept.done)
            with self._part.writer(position) as stream:
                stream.truncate(position)
        self._record()
        self._came(position, moved=False)
        piece = _Piece(0, position, None)
        self._pieces = [piece]
        if position != self._content.size or not position:
            self._receive(piece, response)
        if self._content.size is not None and piece.position != self._content.size:
            raise _said(_short(piece.position, self._content.size), response)

    def _fetch_many(self, response: Response, workers: int, kept: Journal | None) -> None:
        size = self._content.size or 0
        self._done = []
        if kept is not None:
            self._done = [[0, self._part.size()]] if kept.done is None else kept.done
        with self._part.path.open("r+b") as stream:
            stream.truncate(size)
        self._record()
        self._came(sum(end - start for start, end in self._done), moved=False)
        self._pieces = [_Piece(start, start, end) for start, end in plan_ranges(size, workers, self._done)]
        self._tell_follower()
        first: Response | None = response
        with pool(workers, "download", self._stopped) as threads:
            futures: list[Future[None]] = []
            try:
                for piece in self._pieces:
                    # The answer that is open already brings the first piece.
                    futures.append(threads.submit(self._fetch_piece, piece, first))
                    first = None
                for future in futures:
                    result_of(future)
            except BaseException:
                self._stopped.set()
                for future in futures:
                    future.cancel()
                raise

    def _fetch_piece(self, piece: _Piece, response: Response | None) -> None:
        if self._stopped.is_set():
            return
        try:
            if response is None:
                response = self._asked(piece, _Patience())
            self._receive(piece, response)
        except BaseException:
            if self._stopped.is_set():
                # Why is told elsewhere.
                return
            self._stopped.set()
            raise
        if piece.end is not None and piece.position == piece.end and self._done is not None:
            with self._lock:
                self._done.append([piece.start, piece.end])
                self._done = _joined(self._done)
                self._record()

    def _asked(self, piece: _Piece, patience: _Patience) -> Response:
        while True:
            try:
                response, skip = _continued(self._opener, self._content, piece.position, piece.end)
                if skip and Content.of(response).size != self._content.size:
                    response.close()
                    raise _changed()
                return response  # noqa: TRY300
            except (OrionConnectionError, OrionTimeout) as error:
                patience.spend(error, piece.position - piece.start)

    def _receive(self, piece: _Piece, response: Response) -> None:
        """Write a piece, taking it up where it breaks."""
        patience, skip = _Patience(), piece.position if response.status_code != 206 else 0
        buffer = memoryview(bytearray(_BUFFER))
        with self._part.writer(piece.position) as stream:
            while True:
                try:
                    with response:
                        self._pour(piece, response, stream, buffer, skip)
                    if self._stopped.is_set() or piece.position == (
                        self._content.size if piece.end is None else piece.end
                    ):
                        return
                    if self._content.size is None:
                        return
                    raise _said(_short(piece.position, self._content.size), response)
                except (OrionConnectionError, OrionTimeout) as error:
                    patience.spend(_said(error, response), piece.position - piece.start)
                response = self._asked(piece, patience)
                skip = piece.position if response.status_code != 206 else 0

    def _pour(self, piece: _Piece, response: Response, stream: IO[bytes], buffer: memoryview, skip: int) -> None:
        while skip:
            count = response.readinto(buffer[:skip])
            if not count:
                return
            skip -= count
        while not self._stopped.is_set():
            room = buffer if piece.end is None else buffer[: piece.end - piece.position]
            count = response.readinto(room) if room else 0
            if not count:
                return
            self._write(piece, response, stream, room[:count])

    def _write(self, piece: _Piece, response: Response, stream: IO[bytes], came: memoryview) -> None:
        size = self._content.size
        if size is not None and piece.position + len(came) > size:
            raise _said(_OtherContentError("more came than was announced"), response)
        count, rest = len(came), came
        while rest:
            rest = rest[stream.write(rest) :]
        if self._follower is not None:
            self._follower.take(piece.position, came)
        piece.position += count
        self._came(count)
        self._tell_follower()

    def _came(self, count: int, *, moved: bool = True) -> None:
        with self._lock:
            self.count += count
        self._meter.add(count, moved=moved)

    def _tell_follower(self) -> None:
        if self._follower is None:
            return
        # Up to the first gap.
        gap = next((piece.position for piece in self._pieces if piece.end is None or piece.position < piece.end), None)
        self._follower.reach(self._content.size or 0 if gap is None else gap)

    def _prove(self) -> None:
        size, digest = self._content.size, self._content.digest
        if size is not None and self._part.size() != size:
            raise _OtherContentError(f"the content did not arrive whole: {self._part.size()} of {size} bytes came")
        if digest is not None and self._follower is not None and self._follower.finish() != digest.value:
            raise _wrong(digest)


def _first_missing(done: list[list[int]]) -> int:
    joined = _joined(done)
    return joined[0][1] if joined and joined[0][0] == 0 else 0


def _joined(done: list[list[int]]) -> list[list[int]]:
    joined: list[list[int]] = []
    for start, end in sorted(done):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return joined
