"""Content as a server gives it: what a response says of it, and going on where one broke."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from orionclient._cancellation import raise_if_cancelled
from orionclient._messages import Response
from orionclient._ranges import ContentRange, find_range_problem
from orionclient.exceptions import BadResponse, OrionConnectionError, OrionError, OrionTimeout
from orionclient.transfer.digests import Digest, announced_digest, is_compressed, new_hasher
from orionclient.transfer.expected import Expected, UnexpectedContentError
from orionclient.transfer.progress import Meter
from orionclient.utils import Backoff

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from orionclient._messages import AsyncResponse
    from orionclient.transfer.progress import Progress

Opener = Callable[[Mapping[str, str]], Response]
Callback = Callable[["Progress"], object]

# How often a download that breaks is resumed without having come forward in between.
MAX_RESUMES: Final = 5
_PROGRESS_SIZE: Final = 1 << 20


@frozen
class Content:
    """What a response says of the content.

    Attributes:
        size: Bytes; None where nobody says.
        etag: Strong mark of this very content; None where there is none.
        digest: Its digest; None where none is announced.
        ranges: Whether the server sends chunks of it.
    """

    size: int | None
    etag: str | None
    digest: Digest | None
    ranges: bool

    @classmethod
    def of(cls, response: Response) -> Content:
        """Read it from the headers.

        Args:
            response: A good response, whole or a chunk.

        Returns:
            What they say.
        """
        headers = response.headers
        etag = headers.get("etag", "")
        part = ContentRange.from_headers(headers) if response.status_code == 206 else None
        length = headers.get("content-length", "")
        whole = not is_compressed(headers)
        known = length.isascii() and length.isdigit() and whole
        size = part.total if part else int(length) if known and response.status_code != 206 else None
        ranges = response.status_code == 206 or headers.get("accept-ranges", "").strip().lower() == "bytes"
        strong = etag.startswith('"') and whole
        return cls(size, etag if strong else None, announced_digest(headers), ranges)

    @property
    def marked(self) -> bool:
        """Whether another response can be known to have the same content."""
        return self.etag is not None or self.digest is not None

    def same_as(self, other: Content) -> bool:
        """Whether two responses speak of the same content: a mark that both have agrees, and none differs."""
        marks: list[tuple[object, object]] = [(self.etag, other.etag)]
        if self.digest is not None and other.digest is not None and self.digest.algorithm == other.digest.algorithm:
            marks.append((self.digest.value, other.digest.value))
        common = [mine == theirs for mine, theirs in marks if mine is not None and theirs is not None]
        return bool(common) and all(common)


class ResumeBudget:
    """How often a broken transfer is resumed: so many times, and anew when it has come forward."""

    def __init__(self) -> None:
        self._left = MAX_RESUMES
        self._position = 0
        self._backoff = Backoff()

    def spend(self, error: OrionError, position: int) -> None:
        """Wait a little, or raise what broke it."""
        raise_if_cancelled()
        if isinstance(error, UnexpectedContentError):
            raise error
        if position >= self._position + _PROGRESS_SIZE:
            self._left, self._backoff, self._position = MAX_RESUMES, Backoff(), position
        if self._left == 0:
            raise error
        self._left -= 1
        self._backoff.sleep()


def truncated_error(count: int, size: int) -> OrionConnectionError:
    """Make the error of content that ended early."""
    return OrionConnectionError(f"the content did not arrive whole: {count} of {size} bytes came")


def digest_error(digest: Digest) -> OrionConnectionError:
    """Make the error of content that has another digest."""
    name = {"sha-256": "SHA-256", "crc32c": "CRC32C", "md5": "MD5"}[digest.algorithm]
    return UnexpectedContentError(f"the content did not arrive whole: its {name} digest is not the announced one")


def open_rest(opener: Opener, content: Content, start: int, end: int | None = None) -> tuple[Response, int]:
    """Ask for the rest of the content; gives the response and the number of its bytes that are there already.

    Where the content has no mark, the response may be of another one.
    """
    headers = {}
    # Without a mark of the content the chunks of two contents might be put together.
    if content.etag is not None and (start or end is not None):
        headers = {"Range": f"bytes={start}-{'' if end is None else end - 1}", "If-Range": content.etag}
    response = open_range(opener, headers)
    if response.status_code == 206 and Content.of(response).size != content.size:
        # A range of something else; the whole will tell.
        response.close()
        response = open_range(opener, {})
    if content.marked and not content.same_as(Content.of(response)):
        response.close()
        raise with_call(changed_error(), response)
    return response, 0 if response.status_code == 206 else start


def open_range(opener: Opener, headers: Mapping[str, str]) -> Response:
    """Request a range or the whole; the whole also where the server has no such range or sends another one.

    Raises an `OrionConnectionError` where a response to a request for the whole is not the whole.
    """
    requested = headers.get("Range")
    try:
        response = opener(headers)
    except BadResponse as error:
        if error.response.status_code != 416 or requested is None:
            raise
        return open_range(opener, {})
    problem = find_range_problem(requested, response.status_code, response.headers)
    if problem is None:
        _limit_size(response)
        return response
    response.close()
    if requested is None:
        raise with_call(OrionConnectionError(problem), response)
    return open_range(opener, {})


def changed_error() -> OrionConnectionError:
    """Make the error of content of which a part is old and a part new."""
    return UnexpectedContentError("the content changed while it was read")


def with_call(error: OrionError, response: Response) -> OrionError:
    """Add to an error what was attempted."""
    return error.with_call(response.call) if response.call else error


def algorithm_for(content: Content, expected: Expected) -> str | None:
    """Choose the digest to compute: that of the resource, else the announced one; None where there is neither.

    Args:
        content: What the response says.
        expected: What the resource says.

    Returns:
        The name of the algorithm.
    """
    if expected.sha256 is not None:
        return "sha-256"
    return content.digest.algorithm if content.digest else None


def verify_digest(content: Content, expected: Expected, size: int, algorithm: str | None, digest: bytes) -> None:
    """Compare what arrived with what was announced and with what the resource has.

    Args:
        content: What the response says.
        expected: What the resource says.
        size: Bytes that arrived.
        algorithm: Which digest was computed; None for none.
        digest: The digest.

    Raises:
        UnexpectedContentError: It is another content.
    """
    if content.digest is not None and content.digest.algorithm == algorithm and content.digest.value != digest:
        raise digest_error(content.digest)
    expected.check(size, digest if algorithm == "sha-256" else None)


class _Check:
    """Counts and hashes what passes; at the end it raises where that is not what was announced."""

    def __init__(self, digest: Digest | None, length: int | None) -> None:
        self._digest, self._length = digest, length
        self._hasher: Any = digest.hasher() if digest else None
        self._count = 0

    def update(self, chunk: bytes) -> None:
        self._count += len(chunk)
        if self._length is not None and self._count > self._length:
            raise UnexpectedContentError("more came than was announced")
        if self._hasher is not None:
            self._hasher.update(chunk)

    def finish(self) -> None:
        if self._length is not None and self._count < self._length:
            raise truncated_error(self._count, self._length)
        if self._digest is not None and self._hasher.digest() != self._digest.value:
            raise digest_error(self._digest)


def verify_stream(response: Response | AsyncResponse) -> None:
    """Have the content of an open response verified at its end, as far as the response announces what it is.

    Args:
        response: The response; whoever reads it to its end gets an `OrionConnectionError` there if the digest of the whole, or the length
            of a range, is another one.
    """
    digest = announced_digest(response.headers) if response.status_code == 200 else None
    if digest is not None:
        _iter_checked(response, _Check(digest, None))
    else:
        _limit_size(response)


def _limit_size(response: Response | AsyncResponse) -> None:
    """Hold the content of a range that comes without a length to what its Content-Range says."""
    found = ContentRange.from_headers(response.headers) if response.status_code == 206 else None
    if found is not None and not response.headers.get("content-length", "").strip().isdecimal():
        _iter_checked(response, _Check(None, found.end - found.start))


def _iter_checked(response: Response | AsyncResponse, check: _Check) -> None:
    def checked(stream: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in stream:
            check.update(chunk)
            yield chunk
        check.finish()

    async def checked_async(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in stream:
            check.update(chunk)
            yield chunk
        check.finish()

    if isinstance(response, Response):
        response.wrap_stream(checked)
    else:
        response.wrap_stream(checked_async)


def disable_decompression(opener: Opener) -> Opener:
    """Make an opener that takes every body as it comes: a Content-Encoding in its head belongs to the content.

    Args:
        opener: Requests the content.

    Returns:
        The opener.
    """

    def ask(headers: Mapping[str, str]) -> Response:
        response = opener(headers)
        response.disable_decompression()
        return response

    return ask


def is_stored_form(response: Response, expected: Expected) -> bool | None:
    """Find out whether a body that is labelled as compressed is the content of the resource as it comes, by its length.

    Args:
        response: The response.
        expected: What the resource says.

    Returns:
        None where that cannot be known before the content was read.
    """
    length = response.headers.get("content-length", "").strip()
    if not is_compressed(response.headers) or (expected.size is None and expected.sha256 is None):
        # Without a resource to compare with, the label counts.
        return False
    if expected.size is None or not (length.isascii() and length.isdigit()):
        return None
    return int(length) == expected.size


def iter_verified(
    opener: Opener,
    chunk_size: int | None = None,
    callback: Callback | None = None,
    item: str = "",
    expected: Expected | None = None,
) -> Iterator[bytes]:
    """Pass content on and check it at the end; where the connection breaks, resume from the byte where it broke.

    Args:
        opener: Asks for the content.
        chunk_size: Largest chunk in bytes; as they come without it.
        callback: Told of the progress; None for nobody.
        item: Name of what is moved.
        expected: What the resource says of its content; None for nothing.

    Yields:
        The chunks.

    Raises:
        OrionConnectionError: The connection broke again and again, the content changed meanwhile, or it is not what was announced or
            what the resource has; the last two are found out after the last chunk.
    """
    expected = Expected() if expected is None else expected
    response = open_range(opener, {})
    if is_stored_form(response, expected):
        opener = disable_decompression(opener)
        response.disable_decompression()
    content = Content.of(response)
    # Without a mark only what was passed on can tell whether another response resumes it.
    algorithm = algorithm_for(content, expected) if content.marked else "sha-256"
    hasher: Any = new_hasher(algorithm) if algorithm else None
    meter = Meter(item, content.size, callback)
    budget, count, skip = ResumeBudget(), 0, 0
    try:
        while True:
            try:
                chunks = response.iter_content(chunk_size)
                if skip:
                    proof = None if content.marked or hasher is None else hasher.digest()
                    chunks = _skip_prefix(chunks, skip, proof)
                for chunk in chunks:
                    if hasher is not None:
                        hasher.update(chunk)
                    count += len(chunk)
                    meter.add(len(chunk))
                    yield chunk
                if content.size is None or count == content.size:
                    break
                raise with_call(truncated_error(count, content.size), response)
            except (OrionConnectionError, OrionTimeout) as error:
                budget.spend(with_call(error, response), count)
            response.close()
            response, skip = open_rest(opener, content, count)
            content = _merge_content(content, response)
        try:
            verify_digest(content, expected, count, algorithm, hasher.digest() if hasher is not None else b"")
        except UnexpectedContentError as error:
            raise with_call(error, response) from error.__cause__
    finally:
        response.close()
    meter.finish()


def _merge_content(content: Content, response: Response) -> Content:
    """What is known of the content when a response resumes it."""
    if response.status_code == 206:
        return content
    again = Content.of(response)
    if content.digest is None:
        # What is left out of this response counts as well: it is what came before.
        verify_stream(response)
    if again.size is None and again.digest is None:
        return content
    # The first response may have been wrong about its length.
    return evolve(content, size=again.size)


def _skip_prefix(chunks: Iterator[bytes], start: int, digest: bytes | None) -> Iterator[bytes]:
    """Leave out what came before; where a digest is given, it is that of what is left out, or the content is another one."""
    hasher = hashlib.sha256()
    for chunk in chunks:
        if digest is not None and start:
            hasher.update(chunk[:start])
            if start <= len(chunk) and hasher.digest() != digest:
                raise changed_error()
        if start < len(chunk):
            yield chunk[start:]
        start = max(0, start - len(chunk))
    if start:
        raise OrionConnectionError("the content did not arrive whole: it ended before what had come already")
