"""Read response bodies with verification, and resume them with range requests after a connection error."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from orionclient._runtime.cancellation import raise_if_cancelled
from orionclient._transfer.digests import Digest, announced_digest, new_hasher
from orionclient._transfer.expected import Expected, UnexpectedContentError
from orionclient._transfer.progress import Meter
from orionclient._transport.checks import ContentRange, find_range_problem, is_compressed
from orionclient._transport.decompression import is_permanent, is_supported
from orionclient._transport.response import Response
from orionclient.exceptions import BadResponse, OrionConnectionError, OrionError, OrionTimeout
from orionclient.utils import Backoff

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from orionclient._transfer.progress import Progress
    from orionclient._transport.response import AsyncResponse

Opener = Callable[[Mapping[str, str]], Response]
Callback = Callable[["Progress"], object]

# Maximum number of consecutive resumes of a download without progress.
MAX_RESUMES: Final = 5
_PROGRESS_SIZE: Final = 1 << 20


@frozen
class Content:
    """Description of the content in the headers of a response.

    Attributes:
        size: Size in bytes; None if it is unknown.
        etag: Strong ETag of the content; None if there is none.
        digest: Digest of the content; None if none is announced.
        ranges: Whether the server supports range requests.
    """

    size: int | None
    etag: str | None
    digest: Digest | None
    ranges: bool

    @classmethod
    def from_response(cls, response: Response) -> Content:
        """Parse the headers of a response.

        Args:
            response: A successful response, complete or partial.

        Returns:
            The description of the content.
        """
        headers = response.headers
        etag = headers.get("etag", "")
        content_range = ContentRange.from_headers(headers) if response.status_code == 206 else None
        length = headers.get("content-length", "")
        identity = not is_compressed(headers)
        known = length.isascii() and length.isdigit() and identity
        size = content_range.total if content_range else int(length) if known and response.status_code != 206 else None
        ranges = response.status_code == 206 or headers.get("accept-ranges", "").strip().lower() == "bytes"
        strong = etag.startswith('"') and identity
        return cls(size, etag if strong else None, announced_digest(headers), ranges)

    @property
    def has_validator(self) -> bool:
        """Whether an ETag or digest can show that another response has the same content."""
        return self.etag is not None or self.digest is not None

    def matches(self, other: Content) -> bool:
        """Check whether two responses have the same content: they share a validator, and all shared validators are equal."""
        validators: list[tuple[object, object]] = [(self.etag, other.etag)]
        if self.digest is not None and other.digest is not None and self.digest.algorithm == other.digest.algorithm:
            validators.append((self.digest.value, other.digest.value))
        shared = [mine == theirs for mine, theirs in validators if mine is not None and theirs is not None]
        return bool(shared) and all(shared)


class ResumeBudget:
    """Limits the number of consecutive resumes of a transfer; progress resets the budget."""

    def __init__(self) -> None:
        self._left = MAX_RESUMES
        self._position = 0
        self._backoff = Backoff()

    def spend(self, error: OrionError, position: int) -> None:
        """Wait for the back-off before the next resume, or raise the error if the budget is exhausted."""
        raise_if_cancelled()
        if isinstance(error, UnexpectedContentError) or is_permanent(error):
            raise error
        if position >= self._position + _PROGRESS_SIZE:
            self._left, self._backoff, self._position = MAX_RESUMES, Backoff(), position
        if self._left == 0:
            raise error
        self._left -= 1
        self._backoff.sleep()


def truncated_error(count: int, size: int) -> OrionConnectionError:
    """Build the error for truncated content."""
    return OrionConnectionError(f"incomplete content: received {count} of {size} bytes")


def digest_error(digest: Digest) -> OrionConnectionError:
    """Build the error for a digest mismatch."""
    name = {"sha-256": "SHA-256", "crc32c": "CRC32C", "md5": "MD5"}[digest.algorithm]
    return UnexpectedContentError(f"corrupted content: its {name} digest does not match the announced one")


def open_rest(opener: Opener, content: Content, start: int, end: int | None = None) -> tuple[Response, int]:
    """Request the remaining content, and return the response with the number of leading bytes to skip.

    Without a validator the response may have other content.
    """
    headers = {}
    # Without a strong ETag, byte ranges of two versions of the content could be combined.
    if content.etag is not None and (start or end is not None):
        headers = {"Range": f"bytes={start}-{'' if end is None else end - 1}", "If-Range": content.etag}
    response = open_range(opener, headers)
    if response.status_code == 206 and Content.from_response(response).size != content.size:
        # The range belongs to other content; the complete response shows whether it changed.
        response.close()
        response = open_range(opener, {})
    if content.has_validator and not content.matches(Content.from_response(response)):
        response.close()
        raise with_call(changed_error(), response)
    return response, 0 if response.status_code == 206 else start


def open_range(opener: Opener, headers: Mapping[str, str]) -> Response:
    """Request a byte range or the complete content. Falls back to the complete content if the server rejects or ignores the range.

    Raises an `OrionConnectionError` if the response to a request for the complete content is partial.
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
    """Build the error for content that changed between two responses."""
    return UnexpectedContentError("the content changed during the download")


def with_call(error: OrionError, response: Response) -> OrionError:
    """Add the call of the response to an error."""
    return error.with_call(response.call) if response.call else error


def algorithm_for(content: Content, expected: Expected) -> str | None:
    """Choose the digest algorithm: that of the resource's digest, else that of the announced digest.

    Args:
        content: The content as announced by the response.
        expected: The expected content.

    Returns:
        The name of the algorithm; None if there is no digest to compare with.
    """
    if expected.sha256 is not None:
        return "sha-256"
    return content.digest.algorithm if content.digest else None


def verify_digest(content: Content, expected: Expected, size: int, algorithm: str | None, digest: bytes) -> None:
    """Compare the received content with the announced and the expected digest and size.

    Args:
        content: The content as announced by the response.
        expected: The expected content.
        size: Number of received bytes.
        algorithm: Algorithm of the computed digest; None if none was computed.
        digest: The computed digest.

    Raises:
        UnexpectedContentError: The digest or the size does not match.
    """
    if content.digest is not None and content.digest.algorithm == algorithm and content.digest.value != digest:
        raise digest_error(content.digest)
    expected.check(size, digest if algorithm == "sha-256" else None)


class _Check:
    """Counts and hashes the chunks of a body, and raises an error at the end if they do not match the announcement."""

    def __init__(self, digest: Digest | None, length: int | None) -> None:
        self._digest, self._length = digest, length
        self._hasher: Any = new_hasher(digest.algorithm) if digest else None
        self._count = 0

    def update(self, chunk: bytes) -> None:
        self._count += len(chunk)
        if self._length is not None and self._count > self._length:
            raise UnexpectedContentError("unexpected content: received more bytes than announced")
        if self._hasher is not None:
            self._hasher.update(chunk)

    def finish(self) -> None:
        if self._length is not None and self._count < self._length:
            raise truncated_error(self._count, self._length)
        if self._digest is not None and self._hasher.digest() != self._digest.value:
            raise digest_error(self._digest)


def verify_stream(response: Response | AsyncResponse) -> None:
    """Wrap the body of an open response so that it is verified at its end.

    Args:
        response: The response. Reading it to the end raises an `OrionConnectionError` if the digest of the complete content or the length
            of a range does not match the headers.
    """
    digest = announced_digest(response.headers) if response.status_code == 200 else None
    if digest is not None:
        _wrap_with_check(response, _Check(digest, None))
    else:
        _limit_size(response)


def _limit_size(response: Response | AsyncResponse) -> None:
    """Check the length of a partial response without Content-Length against its Content-Range."""
    found = ContentRange.from_headers(response.headers) if response.status_code == 206 else None
    if found is not None and not response.headers.get("content-length", "").strip().isdecimal():
        _wrap_with_check(response, _Check(None, found.end - found.start))


def _wrap_with_check(response: Response | AsyncResponse, check: _Check) -> None:
    def check_chunks(stream: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in stream:
            check.update(chunk)
            yield chunk
        check.finish()

    async def check_chunks_async(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in stream:
            check.update(chunk)
            yield chunk
        check.finish()

    if isinstance(response, Response):
        response.wrap_stream(check_chunks)
    else:
        response.wrap_stream(check_chunks_async)


def disable_decompression(opener: Opener) -> Opener:
    """Wrap an opener so that bodies are not decoded: the content is stored with its Content-Encoding.

    Args:
        opener: Opens the response.

    Returns:
        The wrapped opener.
    """

    def open_response(headers: Mapping[str, str]) -> Response:
        response = opener(headers)
        response.disable_decompression()
        return response

    return open_response


def has_stored_encoding(response: Response, expected: Expected) -> bool | None:
    """Check by its length whether a body with Content-Encoding is the stored content, which must not be decoded.

    Args:
        response: The response.
        expected: The expected content.

    Returns:
        True or False; None if it cannot be decided before the body is read.
    """
    length = response.headers.get("content-length", "").strip()
    if not is_compressed(response.headers) or (expected.size is None and expected.sha256 is None):
        # Without a resource to compare with, follow the Content-Encoding header.
        return False
    if expected.size is None or not (length.isascii() and length.isdigit()):
        # An unsupported compression leaves only one reading, and the digest shows whether it is right.
        return None if is_supported(response.headers["content-encoding"]) else True
    return int(length) == expected.size


def iter_verified(
    opener: Opener,
    chunk_size: int | None = None,
    callback: Callback | None = None,
    item: str = "",
    expected: Expected | None = None,
) -> Iterator[bytes]:
    """Stream content, resume it after connection errors and verify it at the end.

    Args:
        opener: Opens the response.
        chunk_size: Maximum size of a chunk in bytes. If omitted, chunks have the size in which they are received.
        callback: Progress callback.
        item: Name of the item in the progress.
        expected: The expected content; None if it is unknown.

    Yields:
        The chunks.

    Raises:
        OrionConnectionError: The connection failed repeatedly, the content changed, or it does not match the announced or expected size
            and digest; a mismatch is raised after the last chunk.
    """
    expected = Expected() if expected is None else expected
    response = open_range(opener, {})
    if has_stored_encoding(response, expected):
        opener = disable_decompression(opener)
        response.disable_decompression()
    content = Content.from_response(response)
    # Without a validator, the digest of the received bytes shows whether another response has the same content.
    algorithm = algorithm_for(content, expected) if content.has_validator else "sha-256"
    hasher: Any = new_hasher(algorithm) if algorithm else None
    meter = Meter(item, content.size, callback)
    budget, count, skip = ResumeBudget(), 0, 0
    try:
        while True:
            try:
                chunks = response.iter_content(chunk_size)
                if skip:
                    prefix_digest = None if content.has_validator or hasher is None else hasher.digest()
                    chunks = _skip_prefix(chunks, skip, prefix_digest)
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
    """Update the description of the content with the response that resumes it."""
    if response.status_code == 206:
        return content
    resumed = Content.from_response(response)
    if content.digest is None:
        # The skipped prefix is verified as well: it equals the bytes received before.
        verify_stream(response)
    if resumed.size is None and resumed.digest is None:
        return content
    # The Content-Length of the first response may have been wrong.
    return evolve(content, size=resumed.size)


def _skip_prefix(chunks: Iterator[bytes], start: int, digest: bytes | None) -> Iterator[bytes]:
    """Skip the bytes received before. If a digest is given, it must match the skipped bytes, or the content changed."""
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
        raise OrionConnectionError("incomplete content: the response is shorter than the bytes received before")
