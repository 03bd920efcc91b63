"""Parse announced digests (RFC 9530, Content-MD5, S3, Google Cloud Storage) and compute digests during a transfer."""

from __future__ import annotations

import base64
import hashlib
import importlib
import re
import threading
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from orionclient._transport.checks import find_codings, is_compressed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

# In order of preference. MD5 costs as much as SHA-256, CRC32C nearly nothing.
_ALGORITHMS: Final = ("sha-256", "crc32c", "md5")
_ENTRY: Final = re.compile(r"(?:^|,)\s*([a-z0-9-]+)=:([A-Za-z0-9+/=]+):")
_BLOCK: Final = 1 << 20
# Below this size a thread costs more than it saves.
_THREAD_THRESHOLD: Final = 8 << 20


@frozen
class Digest:
    """An announced digest.

    Attributes:
        algorithm: ``sha-256``, ``crc32c`` or ``md5``.
        value: The digest.
    """

    algorithm: str
    value: bytes

    @property
    def header(self) -> str:
        """The digest as a header value (RFC 9530)."""
        return f"{self.algorithm}=:{base64.b64encode(self.value).decode()}:"


def new_hasher(algorithm: str) -> Any:
    """Create a hasher for an algorithm.

    Args:
        algorithm: ``sha-256``, ``crc32c`` or ``md5``.

    Returns:
        An object with `update` and `digest`; None if the algorithm is not available.
    """
    if algorithm == "sha-256":
        return hashlib.sha256()
    try:
        if algorithm == "md5":
            return hashlib.md5(usedforsecurity=False)
        return _Crc32c(importlib.import_module("google_crc32c").Checksum())
    except (ValueError, ImportError):
        # Some systems disable MD5 even for other uses than security; google-crc32c is optional.
        return None


class _Crc32c:
    """Adapter for google_crc32c, which accepts no `memoryview`: wraps the memory in a ctypes array to avoid a costly copy."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._char: Any = importlib.import_module("ctypes").c_char
        self.digest: Callable[[], bytes] = inner.digest

    def update(self, chunk: bytes | memoryview) -> None:
        is_writable = isinstance(chunk, memoryview) and not chunk.readonly
        self._inner.update((self._char * len(chunk)).from_buffer(chunk) if is_writable else bytes(chunk))


def announced_digest(headers: Mapping[str, str]) -> Digest | None:
    """Find an announced digest of the complete content that can be verified.

    Args:
        headers: Headers of a response with status 200, or with 206 and a valid `Content-Range`.

    Returns:
        SHA-256 if announced, else CRC32C if announced and the package google-crc32c is installed, else MD5, else None.
    """
    if is_compressed(headers):
        # The digest would be that of the compressed body.
        return None
    entries = list(_parse_entries(headers))
    for algorithm in _ALGORITHMS:
        for name, encoded in entries:
            value = _decode(encoded) if name == algorithm else None
            if value and new_hasher(algorithm) is not None:
                return Digest(algorithm, value)
    return None


def _parse_entries(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the algorithms and base64 values of the announced digests, those of RFC 9530 first."""
    yield from _ENTRY.findall(headers.get("repr-digest", ""))
    if "content-range" in headers:
        # In a partial response only Repr-Digest covers the complete content; storage headers are not documented for this case.
        return
    yield from _ENTRY.findall(headers.get("content-digest", ""))
    # A composite digest of an S3 multipart upload has a part count as suffix, or is declared as COMPOSITE.
    if headers.get("x-amz-checksum-type", "").strip().upper() != "COMPOSITE":
        yield "sha-256", headers.get("x-amz-checksum-sha256", "")
        yield "crc32c", headers.get("x-amz-checksum-crc32c", "")
    # Google announces the digest of the stored object, even if it decompresses the response.
    if not find_codings(headers.get("x-goog-stored-content-encoding", "")):
        for entry in headers.get("x-goog-hash", "").split(","):
            name, _, value = entry.partition("=")
            yield name.strip().lower(), value
    yield "md5", headers.get("content-md5", "")


def _decode(value: str) -> bytes | None:
    try:
        return base64.b64decode(value.strip(), validate=True)
    except ValueError:
        return None


def content_digest(chunks: Iterable[bytes | memoryview]) -> tuple[str, bytes, int]:
    """Compute the SHA-256 digest of content before it is sent.

    Args:
        chunks: The content.

    Returns:
        Value of the header `Content-Digest`, the digest and the number of bytes.
    """
    hasher, size = hashlib.sha256(), 0
    for chunk in chunks:
        hasher.update(chunk)
        size += len(chunk)
    return Digest("sha-256", hasher.digest()).header, hasher.digest(), size


class FileHasher:
    """Computes the digest of a file while it is being written.

    For a slow algorithm and large content, a thread hashes the file behind the writer. Reading the bytes again costs a copy from the page
    cache; in exchange the writer needs one buffer, byte ranges may be written in any order, and bytes of an earlier run are verified in the
    same way. A fast algorithm (CRC32C) or small content is hashed by the writer from its buffer, which is still in the cache of its core;
    bytes that were not written in order are read at the end.

    Args:
        path: The file.
        hasher: An object with `update` and `digest`.
        size: Expected size in bytes; None if it is unknown.
    """

    def __init__(self, path: Path, hasher: Any, size: int | None) -> None:
        self._path = path
        self._hasher = hasher
        self._position = 0
        self._written = 0
        self._stopped = False
        self._error: OSError | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        if size is not None and size >= _THREAD_THRESHOLD and not isinstance(hasher, _Crc32c):
            self._thread = threading.Thread(target=self._run, name=f"digest of {path.name}", daemon=True)
            self._thread.start()

    def update_at(self, start: int, chunk: memoryview) -> None:
        """Hash bytes that were just written, if the writer hashes.

        Args:
            start: Position of the bytes in the file.
            chunk: The bytes.
        """
        if self._thread is None:
            with self._changed:
                if start == self._position:
                    self._hasher.update(chunk)
                    self._position += len(chunk)

    def advance(self, position: int) -> None:
        """Notify the thread that the file is written up to a position.

        Args:
            position: Number of bytes from the start.
        """
        if self._thread is not None:
            with self._changed:
                self._written = max(self._written, position)
                self._changed.notify()

    def _run(self) -> None:
        try:
            with self._path.open("rb", buffering=0) as stream:
                while True:
                    with self._changed:
                        self._changed.wait_for(lambda: self._stopped or self._written > self._position)
                        if self._stopped:
                            return
                        until = self._written
                    self._hash(stream, until)
        except OSError as error:
            self._error = error

    def _hash(self, stream: Any, until: int | None) -> None:
        buffer = memoryview(bytearray(_BLOCK))
        while until is None or self._position < until:
            if self._stopped and until is not None:
                return
            space = buffer if until is None else buffer[: until - self._position]
            count = stream.readinto(space)
            if not count:
                return
            self._hasher.update(space[:count])
            self._position += count

    def finish(self) -> bytes:
        """Hash the remaining bytes.

        Returns:
            The digest of the complete file.

        Raises:
            OSError: The file cannot be read.
        """
        self.stop()
        if self._error is not None:
            raise self._error
        with self._path.open("rb", buffering=0) as stream:
            stream.seek(self._position)
            self._hash(stream, None)
        return self._hasher.digest()  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Stop the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
