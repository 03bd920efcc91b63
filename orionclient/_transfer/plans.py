"""Plan the parts of uploads and the byte ranges of downloads, without I/O."""

from __future__ import annotations

from typing import Final

from attrs import frozen

MIB: Final = 1 << 20
MIN_PART_SIZE: Final = 8 * MIB
MAX_PART_SIZE: Final = 64 * MIB
# Below this an upload is one request.
_SINGLE_REQUEST_SIZE: Final = 16 * MIB
# With this many parts, sending one part three more times costs less than a quarter of the content.
_PARTS: Final = 16
# Limits of a server's plan: at most this many parts, each from MIB to this size.
_MAX_PARTS: Final = 10_000
_MAX_SERVER_PART_SIZE: Final = 5 << 30


@frozen
class UploadPlan:
    """A multipart upload as planned by the server.

    Attributes:
        id: Id of the upload.
        size: Size of the complete content in bytes.
        part_size: Size of every part except the last in bytes.
        presigned: Whether parts are sent to presigned URLs.
    """

    id: int
    size: int
    part_size: int
    presigned: bool


def part_size(size: int) -> int | None:
    """Choose the part size of an upload.

    Args:
        size: Size of the content in bytes.

    Returns:
        Part size in bytes, 8 to 64 MiB in whole MiB, larger only to stay within 10,000 parts; None for a single request.
    """
    if size <= _SINGLE_REQUEST_SIZE:
        return None
    wished = -(-size // _PARTS // MIB) * MIB
    least = -(-size // _MAX_PARTS // MIB) * MIB
    return max(min(max(wished, MIN_PART_SIZE), MAX_PART_SIZE), least)


def is_part_size(size: int, length: int) -> bool:
    """Check whether a part size chosen by the server is valid.

    Args:
        size: Size of the content in bytes.
        length: Size of a part in bytes.

    Returns:
        True if it is from 1 MiB to 5 GiB and results in at most 10,000 parts.
    """
    return MIB <= length <= _MAX_SERVER_PART_SIZE and -(-size // length) <= _MAX_PARTS


def plan_parts(size: int, length: int) -> list[tuple[int, int, int]]:
    """Divide an upload into parts.

    Args:
        size: Size of the content in bytes.
        length: Size of a part in bytes.

    Returns:
        Tuples of part number (from 1), first byte and length.
    """
    return [(index + 1, start, min(length, size - start)) for index, start in enumerate(range(0, size, length))]


def plan_ranges(size: int, workers: int, done: list[list[int]]) -> list[tuple[int, int]]:
    """Divide the missing bytes of a download into byte ranges.

    Args:
        size: Size of the content in bytes.
        workers: Number of concurrent requests.
        done: Byte ranges that were received, as pairs of start and end.

    Returns:
        Start and end of the byte ranges to fetch, in order, each at most 64 MiB.
    """
    length = min(max(size // (workers * 4), MIN_PART_SIZE), MAX_PART_SIZE)
    planned, position = [], 0
    for start, end in [*sorted(done), [size, size]]:
        planned += [(first, min(first + length, start)) for first in range(position, start, length)]
        position = max(position, end)
    return planned
