"""The check of Content-Range that the session and the generated client share."""

from __future__ import annotations

import pytest
from orion_api._shared import ContentRange, find_range_problem


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes 0-4/10", (0, 5, 10)),
        ("BYTES 3-3/4", (3, 4, 4)),
        ("  Bytes  3 - 4 / 10 ", (3, 5, 10)),
        ("bytes 0-4/*", None),
        ("bytes */10", None),
        ("bytes 4-3/10", None),
        ("bytes 0-10/10", None),
        ("bytes=0-4/10", None),
        ("items 0-4/10", None),
        ("bytes 0-4/10, bytes 0-4/10", None),
        ("bytes \N{ARABIC-INDIC DIGIT ONE}-4/10", None),
        (f"bytes 0-{'9' * 40}/{'9' * 40}", None),
        ("", None),
    ],
)
def test_the_header(value: str, expected: tuple[int, int, int] | None) -> None:
    found = ContentRange.from_headers({"content-range": value})
    assert (None if found is None else (found.start, found.end, found.total)) == expected


@pytest.mark.parametrize(
    ("requested", "status", "headers"),
    [
        (None, 200, {}),
        (None, 404, {"content-range": "bytes 0-4/10"}),
        (None, 416, {"content-range": "bytes */10"}),
        # The header of a 200 is ignored, if its body may be complete.
        (None, 200, {"content-range": "bytes 0-9/10"}),
        (None, 200, {"content-range": "bytes 0-4/10", "content-length": "10"}),
        (None, 200, {"content-range": "nonsense"}),
        ("bytes=0-4", 200, {}),
        ("bytes=0-4", 206, {"content-range": "bytes 0-4/10"}),
        ("bytes=0-4", 206, {"content-range": "bytes 0-4/10", "content-length": "5"}),
        ("bytes=0-4", 206, {"content-range": "BYTES 0-2/10", "content-encoding": "identity"}),
        ("bytes=0-40", 206, {"content-range": "bytes 0-9/10"}),
        ("bytes=3-", 206, {"content-range": "bytes 3-9/10"}),
        ("bytes=3-", 206, {"content-range": "bytes 3-5/10"}),
        ("bytes=-4", 206, {"content-range": "bytes 6-9/10"}),
        ("bytes=-40", 206, {"content-range": "bytes 0-9/10"}),
        ("bytes=0-1,4-5", 206, {"content-range": "bytes 0-5/10"}),
    ],
)
def test_requested_ranges_are_accepted(requested: str | None, status: int, headers: dict[str, str]) -> None:
    assert find_range_problem(requested, status, headers) is None


@pytest.mark.parametrize(
    ("requested", "status", "headers", "words"),
    [
        (None, 206, {"content-range": "bytes 0-4/10"}, "no range was requested"),
        (None, 206, {"content-range": "bytes 0-9/10"}, "no range was requested"),
        (None, 206, {}, "no range was requested"),
        (None, 200, {"content-range": "bytes 0-4/10", "content-length": "5"}, "Content-Range of partial content"),
        (None, 200, {"content-range": "bytes 5-9/10"}, "Content-Range of partial content"),
        ("bytes=0-4", 206, {}, "no valid Content-Range"),
        ("bytes=0-4", 206, {"content-range": "bytes 0-4/*"}, "no valid Content-Range"),
        ("bytes=0-4", 206, {"content-range": "bytes 0-4/10", "content-length": "6"}, "Content-Length"),
        ("bytes=0-4", 206, {"content-range": "bytes 0-4/10", "content-encoding": "gzip"}, "compressed"),
        ("bytes=0-4", 206, {"content-range": "bytes 0-5/10"}, "another range"),
        ("bytes=0-4", 206, {"content-range": "bytes 1-4/10"}, "another range"),
        ("bytes=3-", 206, {"content-range": "bytes 2-9/10"}, "another range"),
        ("bytes=-4", 206, {"content-range": "bytes 5-9/10"}, "another range"),
        ("bytes=0-1,4-5", 206, {"content-type": "Multipart/byteranges; boundary=x"}, "several ranges"),
    ],
)
def test_other_ranges_are_errors(requested: str | None, status: int, headers: dict[str, str], words: str) -> None:
    assert words in str(find_range_problem(requested, status, headers))
