"""How content is divided, decided without I/O: the same for threads and for event loops."""

from __future__ import annotations

from typing import Final

from attrs import frozen

MIB: Final = 1 << 20
MIN_PART_SIZE: Final = 8 * MIB
MAX_PART_SIZE: Final = 64 * MIB
# Below this an upload is one request.
_SINGLE_REQUEST_SIZE: Final = 16 * MIB
# With so many parts a part that is lost three times costs less than a quarter of the content.
_PARTS: Final = 16
# What is taken of a server: no more parts than this, none smaller than MIB and none larger than this.
_MAX_PARTS: Final = 10_000
_MAX_CONTENT_SIZE: Final = 5 << 30


@frozen
class UploadPlan:
    """How a server takes an upload in parts.

    Attributes:
        id: Id of the upload.
        size: Length of the whole content in bytes.
        part_size: Length of every part but the last in bytes.
        presigned: Whether parts go to presigned URLs.
    """

    id: int
    size: int
    part_size: int
    presigned: bool


def part_size(size: int) -> int | None:
    """Decide into how large parts an upload is divided.

    Args:
        size: Bytes of the content.

    Returns:
        Bytes of a part, 8 to 64 MiB in whole MiB, and more only above 10,000 parts; None where one request sends the whole.
    """
    if size <= _SINGLE_REQUEST_SIZE:
        return None
    wished = -(-size // _PARTS // MIB) * MIB
    least = -(-size // _MAX_PARTS // MIB) * MIB
    return max(min(max(wished, MIN_PART_SIZE), MAX_PART_SIZE), least)


def is_part_size(size: int, each: int) -> bool:
    """Tell whether a part size that a server chose can be used.

    Args:
        size: Bytes of the content.
        each: Bytes of a part.

    Returns:
        True from 1 MiB to 5 GiB, where that makes at most 10,000 parts.
    """
    return MIB <= each <= _MAX_CONTENT_SIZE and -(-size // each) <= _MAX_PARTS


def plan_parts(size: int, each: int) -> list[tuple[int, int, int]]:
    """Divide an upload.

    Args:
        size: Bytes of the content.
        each: Bytes of a part.

    Returns:
        Number of the part, from 1; its first byte; its length.
    """
    return [(index + 1, start, min(each, size - start)) for index, start in enumerate(range(0, size, each))]


def plan_ranges(size: int, workers: int, done: list[list[int]]) -> list[tuple[int, int]]:
    """Divide what is missing of a download.

    Args:
        size: Bytes of the content.
        workers: Streams at once.
        done: Chunks that are there, as pairs of start and end.

    Returns:
        Start and end of the chunks to fetch, in order, each of at most 64 MiB.
    """
    each = min(max(size // (workers * 4), MIN_PART_SIZE), MAX_PART_SIZE)
    planned, position = [], 0
    for start, end in [*sorted(done), [size, size]]:
        planned += [(first, min(first + each, start)) for first in range(position, start, each)]
        position = max(position, end)
    return planned
