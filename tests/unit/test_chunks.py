"""Content read from responses: parsed headers, requests after a break, and errors."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from orionclient._runtime.cancellation import Cancelled, cancellable_pool
from orionclient._runtime.clock import CLOCK
from orionclient._transfer import content
from orionclient._transfer.content import (
    Content,
    ResumeBudget,
    UnexpectedContentError,
    changed_error,
    digest_error,
    iter_verified,
    open_range,
    open_rest,
    truncated_error,
    with_call,
)
from orionclient._transfer.digests import Digest
from orionclient._transfer.progress import Progress
from orionclient._transport.response import Response
from orionclient.exceptions import BadResponse, CallInfo, OrionConnectionError, OrionError, OrionTimeout

WHOLE = b"0123456789"
SHA = hashlib.sha256(WHOLE).digest()
TAG = '"a"'


def broken() -> OrionConnectionError:
    return OrionConnectionError("broken")


def digest(value: bytes = SHA) -> str:
    return f"sha-256=:{base64.b64encode(value).decode()}:"


class Server:
    """Returns scripted responses in order, and records the requests and the closed responses."""

    def __init__(self, *reported: Response | Exception) -> None:
        self.reported = list(reported)
        self.requests: list[dict[str, str]] = []
        self.closed: list[Response] = []

    def __call__(self, headers: Mapping[str, str]) -> Response:
        self.requests.append(dict(headers))
        given = self.reported.pop(0)
        if isinstance(given, Exception):
            raise given
        given._close = lambda: self.closed.append(given)
        return given


def make_response(status: int = 200, *body: bytes | Exception, call: bool = True, **headers: str) -> Response:
    def stream() -> Iterator[bytes]:
        for chunk in body:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    found = Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, "/x", stream=stream())
    found.call = CallInfo("get_x GET /x", request_id="r1") if call else None
    return found


def chunk(start: int, *body: bytes | Exception, size: int = 10, end: int = 9, **headers: str) -> Response:
    return make_response(206, *body, **{"content_range": f"bytes {start}-{end}/{size}", "etag": TAG, **headers})


# -- response headers


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, (None, None, False)),
        (200, {"content_length": "0"}, (0, None, False)),
        (200, {"content_length": "12"}, (12, None, False)),
        (200, {"content_length": "²"}, (None, None, False)),
        (200, {"content_length": "\N{ARABIC-INDIC DIGIT ONE}"}, (None, None, False)),
        (200, {"content_length": "-1"}, (None, None, False)),
        (200, {"etag": TAG, "accept_ranges": " Bytes "}, (None, TAG, True)),
        (200, {"etag": 'W/"a"', "accept_ranges": "none"}, (None, None, False)),
        (200, {"etag": TAG, "content_length": "12", "content_encoding": "gzip"}, (None, None, False)),
        # The length of a partial response is not that of the whole content.
        (206, {"etag": TAG, "content_length": "3"}, (None, TAG, True)),
        (206, {"etag": TAG, "content_length": "3", "content_range": "bytes 2-4/12"}, (12, TAG, True)),
        (206, {"content_length": "3", "content_range": "bytes 2-4/*"}, (None, None, True)),
        (206, {"content_range": "xbytes 2-4/12"}, (None, None, True)),
        (200, {"content_length": "3", "content_range": "bytes 2-4/12"}, (3, None, False)),
    ],
)
def test_values_of_the_headers(status: int, headers: dict[str, str], expected: tuple[Any, ...]) -> None:
    found = Content.from_response(make_response(status, **headers))
    assert (found.size, found.etag, found.ranges) == expected
    assert found.digest is None


def test_the_announced_digest() -> None:
    assert Content.from_response(make_response(repr_digest=digest())).digest == Digest("sha-256", SHA)


def test_same_content() -> None:
    content = Content(1, TAG, Digest("sha-256", SHA), ranges=True)
    assert content.matches(Content(2, TAG, Digest("sha-256", SHA), ranges=False))
    # A missing validator proves nothing, as long as there is another one.
    assert content.matches(Content(1, None, Digest("sha-256", SHA), ranges=True))
    assert content.matches(Content(1, TAG, None, ranges=True))
    assert content.matches(Content(1, TAG, Digest("sha-512", b"x"), ranges=True))
    assert not content.matches(Content(1, None, None, ranges=True))
    assert not content.matches(Content(1, None, Digest("sha-512", b"x"), ranges=True))
    assert not content.matches(Content(1, '"b"', Digest("sha-256", SHA), ranges=True))
    assert not content.matches(Content(1, TAG, Digest("sha-256", b"x"), ranges=True))


# -- messages


def test_messages() -> None:
    assert str(truncated_error(3, 10)) == "incomplete content: received 3 of 10 bytes"
    assert type(truncated_error(3, 10)) is OrionConnectionError
    assert str(changed_error()) == "the content changed during the download"
    for algorithm, name in {"sha-256": "SHA-256", "crc32c": "CRC32C"}.items():
        reported = digest_error(Digest(algorithm, b""))
        assert str(reported) == f"corrupted content: its {name} digest does not match the announced one"
        assert isinstance(reported, UnexpectedContentError)
    assert isinstance(changed_error(), UnexpectedContentError)
    error_with_call = with_call(truncated_error(1, 2), make_response())
    assert str(error_with_call) == "get_x GET /x: incomplete content: received 1 of 2 bytes (request r1)"
    assert with_call(error := truncated_error(1, 2), make_response(call=False)) is error
    assert error.call is None


# -- resume budget


@pytest.fixture
def longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the longest wait each time."""
    monkeypatch.setattr(CLOCK, "uniform", lambda _low, high: high)


def test_a_transfer_without_progress_uses_up_the_budget(skipped_waits: list[float], longest: None) -> None:
    budget, error = ResumeBudget(), broken()
    for _ in range(5):
        budget.spend(error, (1 << 20) - 1)
    assert skipped_waits == pytest.approx([0.3, 0.9, 2.7, 8.1, 24.3])
    with pytest.raises(OrionConnectionError) as caught:
        budget.spend(error, (1 << 20) - 1)
    assert caught.value is error
    assert len(skipped_waits) == 5


def test_progress_restores_the_budget(skipped_waits: list[float], longest: None) -> None:
    budget = ResumeBudget()
    for position in (0, 1 << 20, (2 << 20) - 1, 2 << 20, (3 << 20) + 1, (4 << 20) + 1):
        budget.spend(broken(), position)
    # After each MiB of progress the first wait applies again.
    assert skipped_waits == pytest.approx([0.3, 0.3, 0.9, 0.3, 0.3, 0.3])
    for _ in range(4):
        budget.spend(broken(), (4 << 20) + 1)
    with pytest.raises(OrionConnectionError):
        budget.spend(broken(), (5 << 20))


def test_errors_that_are_not_retried(skipped_waits: list[float]) -> None:
    error = changed_error()
    with pytest.raises(UnexpectedContentError) as caught:
        ResumeBudget().spend(error, 0)
    assert caught.value is error
    stopped = threading.Event()
    stopped.set()
    with cancellable_pool(1, "x", stopped) as threads, pytest.raises(Cancelled):
        threads.submit(ResumeBudget().spend, broken(), 0).result()
    assert skipped_waits == []


# -- requesting the rest


def test_an_unsatisfiable_range() -> None:
    whole = make_response()
    server = Server(BadResponse(make_response(416)), whole)
    assert open_range(server, {"Range": "bytes=5-"}) is whole
    assert server.requests == [{"Range": "bytes=5-"}, {}]
    for status in (404, 415, 417):
        server = Server(BadResponse(make_response(status)))
        with pytest.raises(BadResponse):
            open_range(server, {})


KNOWN = Content(10, TAG, None, ranges=True)


@pytest.mark.parametrize(
    ("content", "start", "end", "headers"),
    [
        (KNOWN, 4, None, {"Range": "bytes=4-", "If-Range": TAG}),
        (KNOWN, 4, 8, {"Range": "bytes=4-7", "If-Range": TAG}),
        (KNOWN, 0, 8, {"Range": "bytes=0-7", "If-Range": TAG}),
        (KNOWN, 0, None, {}),
        # Without a validator, byte ranges of two versions could be combined.
        (Content(10, None, None, ranges=True), 4, 8, {}),
    ],
)
def test_the_requested_range(content: Content, start: int, end: int | None, headers: dict[str, str]) -> None:
    given = make_response(etag=content.etag or "")
    server = Server(given)
    assert open_rest(server, content, start, end) == (given, start)
    assert (server.requests, server.closed) == ([headers], [])


def test_the_expected_range() -> None:
    given = chunk(4, end=7)
    server = Server(given)
    assert open_rest(server, KNOWN, 4, 8) == (given, 0)
    assert server.closed == []


@pytest.mark.parametrize(
    "other", [chunk(5), chunk(3), chunk(4, size=11), make_response(206, etag=TAG), chunk(4, content_range="x")]
)
def test_another_range(other: Response) -> None:
    whole = make_response(etag=TAG)
    server = Server(other, whole)
    assert open_rest(server, KNOWN, 4) == (whole, 4)
    assert server.requests == [{"Range": "bytes=4-", "If-Range": TAG}, {}]
    assert server.closed == [other]


@pytest.mark.parametrize(
    "other",
    [make_response(etag='"b"'), make_response(), chunk(4, etag='"b"'), make_response(etag='"b"', repr_digest=digest())],
)
def test_other_content(other: Response) -> None:
    server = Server(other)
    with pytest.raises(
        UnexpectedContentError, match=r"get_x GET /x: the content changed during the download \(request r1\)"
    ):
        open_rest(server, KNOWN, 4)
    assert server.closed == [other]


def test_a_range_that_no_longer_exists() -> None:
    whole = make_response(etag=TAG)
    assert open_rest(Server(BadResponse(make_response(416)), whole), KNOWN, 4) == (whole, 4)


# -- chunks


def reported(server: Callable[..., Response], **options: Any) -> tuple[bytes, list[Progress]]:
    heard: list[Progress] = []
    return b"".join(iter_verified(server, callback=heard.append, **options)), heard


def test_a_single_response() -> None:
    given = make_response(200, b"01234", b"56789", content_length="10", etag=TAG, repr_digest=digest())
    server = Server(given)
    content, heard = reported(server, item="name")
    assert content == WHOLE
    assert (heard[-1].item, heard[-1].bytes, heard[-1].total, heard[-1].done) == ("name", 10, 10, True)
    assert (server.requests, server.closed[:1]) == ([{}], [given])


def test_sizes_of_chunks() -> None:
    assert list(iter_verified(Server(make_response(200, WHOLE, content_length="10")), 4)) == [b"0123", b"4567", b"89"]
    assert list(iter_verified(Server(make_response(200, b"012", b"3456789")))) == [b"012", b"3456789"]
    content, heard = reported(Server(make_response(200, b"0")))
    assert (content, heard[-1].item, heard[-1].total) == (b"0", "", None)


@pytest.mark.parametrize("error", [broken(), OrionTimeout("late"), None])
def test_resumed_at_the_byte_where_it_broke(skipped_waits: list[float], error: Exception | None) -> None:
    received = [b"0123"] if error is None else [b"0123", error]
    first = make_response(200, *received, content_length="10", etag=TAG, repr_digest=digest())
    second = chunk(4, b"45", broken(), repr_digest=digest())
    server = Server(first, second, chunk(6, b"6789", repr_digest=digest()))
    content, heard = reported(server)
    assert content == WHOLE
    assert server.requests == [{}, *({"Range": f"bytes={start}-", "If-Range": TAG} for start in (4, 6))]
    assert server.closed[:2] == [first, second]
    assert (heard[-1].bytes, len(skipped_waits)) == (10, 2)


def test_resumed_in_a_whole_response() -> None:
    # A server without range support sends the received bytes again, which are skipped.
    server = Server(
        make_response(200, b"0123", broken(), content_length="10", repr_digest=digest()),
        make_response(200, b"01", b"23", b"456789", content_length="10", repr_digest=digest()),
    )
    assert reported(server)[0] == WHOLE
    assert server.requests == [{}, {}]


def test_the_first_response_was_wrong_about_its_length() -> None:
    server = Server(
        make_response(200, b"0123", broken(), content_length="99"), make_response(200, WHOLE, content_length="10")
    )
    assert reported(server)[0] == WHOLE


def test_a_range_does_not_change_the_size() -> None:
    server = Server(
        make_response(200, b"0123", content_length="10", etag=TAG),
        chunk(4, b"45", broken()),
        chunk(6, b"6789", size=10),
    )
    assert reported(server)[0] == WHOLE
    # A range of larger content does not belong to this one; the whole content is requested.
    other = chunk(4, b"xxxx", size=12)
    server = Server(
        make_response(200, b"0123", content_length="10", etag=TAG),
        other,
        make_response(200, WHOLE, content_length="10", etag=TAG),
    )
    assert reported(server)[0] == WHOLE
    assert other in server.closed


def test_the_budget_is_used_up(skipped_waits: list[float]) -> None:
    server = Server(*(make_response(200, b"0", content_length="10", etag=TAG) for _ in range(9)))
    with pytest.raises(OrionConnectionError) as caught:
        reported(server)
    assert str(caught.value) == "get_x GET /x: incomplete content: received 1 of 10 bytes (request r1)"
    assert (len(server.requests), len(skipped_waits)) == (6, 5)
    assert len({id(each) for each in server.closed}) == 6


def test_the_budget_is_restored_by_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_PROGRESS_SIZE", 1)
    server = Server(
        make_response(200, b"0", broken(), content_length="10", etag=TAG),
        *(chunk(start, WHOLE[start : start + 1], broken()) for start in range(1, 9)),
        chunk(9, b"9"),
    )
    assert reported(server)[0] == WHOLE


def test_another_digest() -> None:
    server = Server(given := make_response(200, WHOLE, content_length="10", repr_digest=digest(b"x" * 32)))
    heard: list[Progress] = []
    received = bytearray()

    def take() -> None:
        for each in iter_verified(server, callback=heard.append):
            received.extend(each)

    with pytest.raises(UnexpectedContentError) as caught:
        take()
    assert str(caught.value) == (
        "get_x GET /x: corrupted content: its SHA-256 digest does not match the announced one (request r1)"
    )
    # The mismatch is detected after the last chunk, and no report says that the download is done.
    assert (bytes(received), [each.done for each in heard].count(True), given in server.closed) == (WHOLE, 0, True)


def test_more_bytes_than_announced() -> None:
    server = Server(*(make_response(200, WHOLE + b"more", content_length="10") for _ in range(9)))
    with pytest.raises(OrionError):
        reported(server)


def test_an_abandoned_stream_closes_the_response() -> None:
    server = Server(given := make_response(200, b"0", b"1"))
    reading = iter_verified(server)
    assert next(reading) == b"0"
    assert server.closed == []
    reading.close()  # type: ignore[attr-defined]
    assert server.closed == [given]


def test_other_errors_propagate(skipped_waits: list[float]) -> None:
    for error in (KeyError("x"), OrionError("x")):
        server = Server(given := make_response(200, b"0", error))
        with pytest.raises(type(error)):
            reported(server)
        assert (server.closed, skipped_waits) == ([given], [])
