"""Received content is checked against the resource: size, digest, and content labelled as compressed."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._transfer.content import MAX_RESUMES
from orionclient._transfer.expected import Expected, UnexpectedContentError
from orionclient.exceptions import NotFoundResponse, OrionConnectionError
from orionclient.types import File, Shard, ShardCollection

CONTENT = random.Random(31).randbytes(50_000)
OTHER = random.Random(32).randbytes(50_000)
COMPRESSED = gzip.compress(CONTENT, 1, mtime=0)
LABEL = {"Content-Encoding": "gzip"}


def info(content: bytes | None, **changes: Any) -> dict[str, Any]:
    known = {} if content is None else {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return {"id": 7, "name": "x", "state": "ready", **known, **changes}


def until_close(content: bytes, **headers: str) -> ScriptedResponse:
    """Return content that ends with the connection."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return ScriptedResponse(write=write)


class Stored:
    """A file or shard of a scripted server: what the client knows about it, and what a refresh returns."""

    def __init__(self, kind: type[File | Shard], scripted: Scripted, known: dict[str, Any]) -> None:
        session = scripted.session()
        self.scripted = scripted
        template = File() if kind is File else Shard(collection=ShardCollection(id=3))
        self.resource: File | Shard = template._new_instance(known, session)

    def requests(self) -> list[str]:
        """List the requests, as `content` or `resource`."""
        return [
            "content" if request.path.rstrip("/").endswith("download") else "resource"
            for request in self.scripted.requests
        ]


@pytest.fixture(params=[File, Shard])
def stored(request: pytest.FixtureRequest, scripted: Scripted) -> Callable[[dict[str, Any]], Stored]:
    return lambda known: Stored(request.param, scripted, known)


def iterate(resource: Any, target: Path) -> bytes:
    return b"".join(resource.download())


def to_object(resource: Any, target: Path) -> bytes:
    stream = io.BytesIO()
    resource.download_to_file(stream)
    return stream.getvalue()


def to_path(resource: Any, target: Path) -> bytes:
    resource.download_to_file(target)
    return target.read_bytes()


STREAMS = [iterate, to_object]
WAYS = pytest.mark.parametrize("way", [*STREAMS, to_path])


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "target"


WRONG = {
    "fewer bytes": ScriptedResponse(raw=CONTENT[:100]),
    "fewer bytes with a mark": ScriptedResponse(raw=CONTENT[:100], headers={"ETag": '"1"', "Accept-Ranges": "bytes"}),
    "none": ScriptedResponse(raw=b""),
    "other bytes": ScriptedResponse(raw=OTHER),
    "more bytes": ScriptedResponse(raw=CONTENT + b"x"),
    "fewer bytes without a length": until_close(CONTENT[:20_000]),
    "fewer bytes with a mark and without a length": until_close(CONTENT[:20_000], ETag='"1"'),
}


@WAYS
@pytest.mark.parametrize("wrong", WRONG)
def test_other_content_is_an_error(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes], wrong: str
) -> None:
    made = stored(info(CONTENT))
    attempts = MAX_RESUMES if way is to_path else 1
    scripted.then(WRONG[wrong], ScriptedResponse(data=info(CONTENT)), *[WRONG[wrong]] * (attempts - 1))
    with pytest.raises(
        OrionConnectionError,
        match=r"^download_\w+ GET .* (incomplete|unexpected|corrupted) content: .*\(request \w+\)$",
    ):
        way(made.resource, target)
    # The resource is refreshed once.
    assert made.requests() == ["content", "resource", *["content"] * (attempts - 1)]
    assert list(target.parent.iterdir()) == []


@WAYS
def test_valid_content_needs_no_further_request(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes]
) -> None:
    made = stored(info(CONTENT))
    scripted.then(ScriptedResponse(raw=CONTENT))
    assert way(made.resource, target) == CONTENT
    assert made.requests() == ["content"]


@WAYS
@pytest.mark.parametrize(
    "known", [{}, {"size": None, "sha256": None}, {"size": "12", "sha256": "no digest"}, {"sha256": ""}]
)
def test_a_handle_has_nothing_to_check(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes], known: dict[str, Any]
) -> None:
    made = stored({"id": 7, **known})
    scripted.then(ScriptedResponse(raw=CONTENT))
    assert way(made.resource, target) == CONTENT
    assert made.requests() == ["content"]


@WAYS
def test_an_uppercase_digest_is_accepted(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes]
) -> None:
    made = stored(info(CONTENT, sha256=hashlib.sha256(CONTENT).hexdigest().upper()))
    scripted.then(ScriptedResponse(raw=CONTENT))
    assert way(made.resource, target) == CONTENT


@WAYS
@pytest.mark.parametrize("before", [OTHER, OTHER[:1000], b""])
def test_content_replaced_during_the_download(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes], before: bytes
) -> None:
    made = stored(info(before))
    scripted.then(ScriptedResponse(raw=CONTENT), ScriptedResponse(data=info(CONTENT)))
    assert way(made.resource, target) == CONTENT
    # It is not downloaded again, and the resource has its new values.
    assert made.requests() == ["content", "resource"]
    assert made.resource.size == len(CONTENT)


@WAYS
def test_a_resource_deleted_during_the_download(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes]
) -> None:
    made = stored(info(OTHER))
    scripted.then(ScriptedResponse(raw=CONTENT), ScriptedResponse(404, {"detail": "gone"}))
    expected = NotFoundResponse if way is to_path else UnexpectedContentError
    with pytest.raises(expected) as caught:
        way(made.resource, target)
    if way is not to_path:
        assert isinstance(caught.value.__cause__, NotFoundResponse)
    assert not target.exists()


def test_truncated_content_whose_rest_is_rejected(
    scripted: Scripted, stored: Callable[..., Stored], target: Path
) -> None:
    made = stored(info(CONTENT))
    scripted.then(until_close(CONTENT[:20_000]), ScriptedResponse(data=info(CONTENT)), until_close(CONTENT))
    made.resource.download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert made.requests() == ["content", "resource", "content"]


def test_invalid_content_is_not_resumed(scripted: Scripted, stored: Callable[..., Stored], target: Path) -> None:
    # Two MiB, because smaller part files are deleted after a failure.
    content, wrong = random.Random(33).randbytes(2 << 20), random.Random(34).randbytes(2 << 20)
    mark = {"ETag": '"1"', "Accept-Ranges": "bytes"}
    made = stored(info(content))
    scripted.then(
        *[ScriptedResponse(raw=wrong, headers=mark)] * 1,
        ScriptedResponse(data=info(content)),
        *[ScriptedResponse(raw=wrong, headers=mark)] * 4,
    )
    with pytest.raises(UnexpectedContentError):
        made.resource.download_to_file(target)
    assert list(target.parent.iterdir()) == []
    scripted.requests.clear()
    scripted.responses[:] = [ScriptedResponse(raw=content, headers=mark)]
    made.resource.download_to_file(target)
    assert target.read_bytes() == content
    assert [request.headers.get("Range") for request in scripted.requests] == [None]


def test_another_size_is_detected_before_the_download(
    scripted: Scripted, stored: Callable[..., Stored], target: Path
) -> None:
    made, reported = stored(info(CONTENT)), []
    scripted.then(ScriptedResponse(raw=OTHER * 3), ScriptedResponse(data=info(CONTENT)), ScriptedResponse(raw=CONTENT))
    made.resource.download_to_file(target, progress=reported.append)
    assert target.read_bytes() == CONTENT
    assert {each.total for each in reported} <= {None, len(CONTENT)}


# -- other statuses


@WAYS
@pytest.mark.parametrize("status", [201, 202, 203, 204, 205, 226, 299])
def test_other_2xx_statuses_are_not_content(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes], status: int
) -> None:
    made = stored({"id": 7})
    scripted.then(ScriptedResponse(status, raw=b"" if status in {204, 205} else CONTENT))
    with pytest.raises(Exception, match=str(status)):
        way(made.resource, target)
    assert not target.exists()


# -- content labelled as compressed


@WAYS
@pytest.mark.parametrize("with_digest", [True, False])
def test_content_stored_compressed_and_labelled(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes], with_digest: bool
) -> None:
    made = stored(info(COMPRESSED) if with_digest else info(COMPRESSED, sha256=None))
    scripted.then(ScriptedResponse(raw=COMPRESSED, headers={**LABEL, "ETag": '"1"'}))
    assert way(made.resource, target) == COMPRESSED
    assert made.requests() == ["content"]


@WAYS
def test_content_compressed_in_transit_and_labelled(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes]
) -> None:
    made = stored(info(CONTENT))
    scripted.then(ScriptedResponse(raw=COMPRESSED, headers=LABEL))
    assert way(made.resource, target) == CONTENT
    assert made.requests() == ["content"]


@WAYS
def test_content_labelled_but_not_compressed(
    scripted: Scripted, stored: Callable[..., Stored], target: Path, way: Callable[..., bytes]
) -> None:
    made = stored(info(CONTENT))
    scripted.then(ScriptedResponse(raw=CONTENT, headers=LABEL))
    assert way(made.resource, target) == CONTENT


def test_without_a_length_both_forms_are_tried(scripted: Scripted, stored: Callable[..., Stored], target: Path) -> None:
    made = stored(info(COMPRESSED))
    labelled = until_close(COMPRESSED, Content_Encoding="gzip")
    scripted.then(labelled, ScriptedResponse(data=info(COMPRESSED)), labelled)
    made.resource.download_to_file(target)
    assert target.read_bytes() == COMPRESSED
    # A stream has already passed on the other form by then.
    scripted.responses[:] = [labelled, ScriptedResponse(data=info(COMPRESSED))]
    with pytest.raises(UnexpectedContentError):
        iterate(made.resource, target)


def test_labelled_content_is_resumed_in_its_encoding(
    scripted: Scripted, stored: Callable[..., Stored], target: Path
) -> None:
    made, mark = stored(info(COMPRESSED)), {**LABEL, "ETag": '"1"'}
    half = len(COMPRESSED) // 2
    short = ScriptedResponse(
        raw=COMPRESSED[:half], headers={**mark, "Content-Length": str(len(COMPRESSED)), "Connection": "close"}
    )
    scripted.then(short, ScriptedResponse(raw=COMPRESSED, headers=mark))
    made.resource.download_to_file(target)
    assert target.read_bytes() == COMPRESSED
    assert [request.headers.get("Range") for request in scripted.requests] == [None, f"bytes={half}-"]


# -- the comparison itself


def test_unknown_values_are_not_compared() -> None:
    Expected().check(5, b"x")
    Expected(size=5).check(5, b"x")
    Expected(sha256=b"x").check(5)
    Expected(size=5, sha256=b"x").check(None)
    with pytest.raises(UnexpectedContentError, match="received 5 bytes, the resource has 6"):
        Expected(size=6).check(5)
    with pytest.raises(UnexpectedContentError, match="SHA-256 digest does not match the resource"):
        Expected(size=5, sha256=b"y").check(5, b"x")
    with pytest.raises(UnexpectedContentError, match="0 bytes"):
        Expected(size=6).check(0)


def test_the_resource_is_refreshed_once() -> None:
    refreshes: list[int] = []

    def refresh() -> Expected:
        refreshes.append(1)
        return Expected(size=7)

    expected = Expected(size=6, refresh=refresh)
    expected.check(6)
    assert refreshes == []
    expected.check(7)
    for _ in range(2):
        with pytest.raises(UnexpectedContentError, match="has 7"):
            expected.check(8)
    assert refreshes == [1]
