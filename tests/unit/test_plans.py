"""Plans of parts and byte ranges: complete, without overlaps, and within the size limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orionclient._transfer.plans import MIB, part_size, plan_parts, plan_ranges

GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("size", "each"),
    [
        (0, None),
        (1, None),
        (16 * MIB, None),
        (16 * MIB + 1, 8 * MIB),
        (128 * MIB, 8 * MIB),
        # In whole MiB, rounded up.
        (144 * MIB, 9 * MIB),
        (144 * MIB + 1, 10 * MIB),
        (160 * MIB, 10 * MIB),
        (1 * GIB, 64 * MIB),
        (5 * GIB, 64 * MIB),
        (625 * GIB, 64 * MIB),
        # More than 10,000 parts are too many.
        (1024 * GIB, 105 * MIB),
    ],
)
def test_the_size_of_a_part(size: int, each: int | None) -> None:
    assert part_size(size) == each


def test_parts() -> None:
    assert plan_parts(0, 5) == []
    assert plan_parts(10, 5) == [(1, 0, 5), (2, 5, 5)]
    assert plan_parts(11, 5) == [(1, 0, 5), (2, 5, 5), (3, 10, 1)]
    assert plan_parts(4, 5) == [(1, 0, 4)]


@pytest.mark.parametrize(
    ("size", "workers", "done", "chunks"),
    [
        (20, 1, [], [(0, 8), (8, 16), (16, 20)]),
        (20, 4, [[0, 20]], []),
        (20, 1, [[0, 4]], [(4, 12), (12, 20)]),
        (20, 1, [[18, 20], [2, 4]], [(0, 2), (4, 12), (12, 18)]),
        (20, 1, [[4, 18], [6, 9]], [(0, 4), (18, 20)]),
        # A quarter of the share of a worker, but at least 8 MiB and at most 64 MiB.
        (160, 2, [], [(start, start + 20) for start in range(0, 160, 20)]),
        (160, 1, [], [(start, start + 40) for start in range(0, 160, 40)]),
        (512, 1, [], [(start, start + 64) for start in range(0, 512, 64)]),
    ],
)
def test_ranges(size: int, workers: int, done: list[list[int]], chunks: list[tuple[int, int]]) -> None:
    done = [[start * MIB, end * MIB] for start, end in done]
    assert plan_ranges(size * MIB, workers, done) == [(start * MIB, end * MIB) for start, end in chunks]


@given(st.integers(0, 2000), st.integers(1, 16), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000))))
def test_missing_bytes_are_planned_once(size: int, workers: int, some: list[tuple[int, int]]) -> None:
    done = [[min(a, b, size), min(max(a, b), size)] for a, b in some]
    planned = plan_ranges(size * MIB, workers, [[a * MIB, b * MIB] for a, b in done])
    there = {mib for start, end in done for mib in range(start, end)}
    fetched = [byte for start, end in planned for byte in range(start, end, MIB)]
    assert all(0 <= start < end <= size * MIB and end - start <= 64 * MIB for start, end in planned)
    assert sum(end - start for start, end in planned) == (size - len(there)) * MIB
    assert planned == sorted(planned)
    # Ranges of a sixteenth do not end at a whole MiB, so only those that start at one are compared.
    assert all(byte // MIB not in there for byte in fetched)
