"""Resuming needs a validator that proves that the rest belongs to the same content, within a run and between runs."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse
from transfers_stack import Stack

from orionclient._transfer.part_files import PartFile
from orionclient.emulator import faults as steps
from orionclient.exceptions import OrionConnectionError, OrionError
from orionclient.types import Dataset, File

SIZE = 3 << 20
HALF = SIZE // 2
CONTENT = random.Random(20).randbytes(SIZE)
OTHER = random.Random(21).randbytes(SIZE)
CLOSE = {"Connection": "close", "Content-Type": "application/octet-stream"}
VALIDATOR = {"ETag": '"one"', "Accept-Ranges": "bytes"}
WEAK = [({}, {}), ({"ETag": 'W/"1"'}, {"ETag": 'W/"1"'})]


def digest_of(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def cut(content: bytes, headers: dict[str, str]) -> ScriptedResponse:
    """Make a response that breaks in the middle."""
    return ScriptedResponse(raw=content[:HALF], headers={**CLOSE, **headers, "Content-Length": str(len(content))})


def whole(content: bytes, headers: dict[str, str]) -> ScriptedResponse:
    return ScriptedResponse(raw=content, headers={**CLOSE, **headers})


def chunk(start: int, headers: dict[str, str], content: bytes = CONTENT) -> ScriptedResponse:
    """Make a 206 response with the rest from a byte on."""
    message = {"Content-Range": f"bytes {start}-{SIZE - 1}/{SIZE}"}
    return ScriptedResponse(206, raw=content[start:], headers={**CLOSE, **headers, **message})


def file_of(scripted: Scripted) -> File:
    return File(id=7, session=scripted.session())


def ranges(scripted: Scripted) -> list[str | None]:
    return [request.headers.get("Range") for request in scripted.requests]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "target"


# -- no validator


@pytest.mark.parametrize(("before", "after"), [*WEAK, ({"ETag": 'W/"1"'}, {"ETag": 'W/"2"'})])
@pytest.mark.parametrize("now", [OTHER, CONTENT, OTHER[:1000]])
def test_a_file_without_a_validator_is_downloaded_again(
    scripted: Scripted, target: Path, before: dict[str, str], after: dict[str, str], now: bytes
) -> None:
    reported: list[Any] = []
    scripted.then(cut(CONTENT, before), whole(now, after))
    file_of(scripted).download_to_file(target, progress=reported.append)
    assert target.read_bytes() == now
    assert ranges(scripted) == [None, None]
    assert (reported[-1].bytes, reported[-1].total) == (len(now), len(now))
    assert [path.name for path in target.parent.iterdir()] == ["target"]


def test_a_file_without_a_validator_that_always_breaks(scripted: Scripted, target: Path) -> None:
    scripted.then(cut(CONTENT, {}))
    with pytest.raises(OrionConnectionError, match="connection lost"):
        file_of(scripted).download_to_file(target)
    assert list(target.parent.iterdir()) == []
    assert len(scripted.requests) < 20


@pytest.mark.parametrize(("before", "after"), WEAK)
def test_a_stream_without_a_validator_resumes_with_the_same_content(
    scripted: Scripted, before: dict[str, str], after: dict[str, str]
) -> None:
    scripted.then(cut(CONTENT, before), cut(CONTENT, before), whole(CONTENT, after))
    assert b"".join(file_of(scripted).download()) == CONTENT


@pytest.mark.parametrize("now", [OTHER, CONTENT[: HALF - 1] + OTHER, CONTENT[: HALF - 1], b""])
@pytest.mark.parametrize("length", [True, False])
def test_a_stream_without_a_validator_does_not_resume_with_other_content(
    scripted: Scripted, now: bytes, length: bool
) -> None:
    last = whole(now, {}) if length else chunked(now)
    scripted.then(cut(CONTENT, {}), last)
    received: list[bytes] = []
    with pytest.raises(OrionConnectionError, match=r"content changed|(incomplete|corrupted) content"):
        received.extend(file_of(scripted).download())
    assert b"".join(received) == CONTENT[:HALF]


@pytest.mark.parametrize(
    "message", [{"Repr-Digest": digest_of(CONTENT)}, {"ETag": '"1"', "Repr-Digest": digest_of(CONTENT)}]
)
def test_a_later_response_adds_the_validator_of_a_stream(scripted: Scripted, message: dict[str, str]) -> None:
    # The last response ends too early, and has no length.
    scripted.then(cut(CONTENT, {}), cut(CONTENT, message), chunked(CONTENT[:-1], message))
    with pytest.raises(OrionConnectionError, match="(incomplete|unexpected|corrupted) content"):
        b"".join(file_of(scripted).download())


def test_a_known_length_is_used_if_a_later_response_has_none(scripted: Scripted) -> None:
    scripted.then(cut(CONTENT, {}), chunked(CONTENT[:-1]), whole(CONTENT, {}))
    assert b"".join(file_of(scripted).download()) == CONTENT
    assert len(scripted.requests) == 3


def test_a_digest_takes_precedence_over_a_wrong_length(scripted: Scripted) -> None:
    scripted.then(cut(CONTENT + b"x", {}), chunked(CONTENT, {"Repr-Digest": digest_of(CONTENT)}))
    assert b"".join(file_of(scripted).download()) == CONTENT


def chunked(content: bytes, headers: dict[str, str] = {}) -> ScriptedResponse:  # noqa: B006 - only read
    """Make a response without a length."""

    def write(handler: Any) -> None:
        handler.send_response_only(200)
        handler.send_header("Transfer-Encoding", "chunked")
        for name, value in {**CLOSE, **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if content:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        handler.wfile.write(b"0\r\n\r\n")

    return ScriptedResponse(write=write)


def test_records_replaced_during_the_stream(simple: Stack, tmp_path: Path) -> None:
    for word in ("new", "old"):
        lines = "".join(f"C {word}{line:06}\n" for line in range(6000))
        (tmp_path / f"{word}.smi").write_text(lines)
    session = simple.session()
    # Written twice, so that the ids of the records have the same width before and after.
    for word in ("old", "new", "old"):
        made = Dataset.upload(session, "d", tmp_path / f"{word}.smi", if_exists="replace")
    simple.orion.faults.script("list_records", [steps.cut(1 << 18), "pass"])
    records = made.records()
    seen = [next(records)]
    Dataset.upload(session, "d", tmp_path / "new.smi", if_exists="replace")
    with pytest.raises(OrionConnectionError, match="content changed"):
        seen.extend(records)
    assert {record["Title"][:3] for record in seen} == {"old"}


# -- a strong validator


@pytest.mark.parametrize("way", ["file", "stream"])
def test_a_digest_of_the_whole_content_only(scripted: Scripted, target: Path, way: str) -> None:
    # RFC 9530: the Content-Digest of a partial response covers only its own bytes.
    scripted.then(cut(CONTENT, {**VALIDATOR, "Content-Digest": digest_of(CONTENT)}), chunk(HALF, VALIDATOR))
    made = file_of(scripted)
    if way == "file":
        made.download_to_file(target)
    else:
        target.write_bytes(b"".join(made.download()))
    assert target.read_bytes() == CONTENT
    assert ranges(scripted) == [None, f"bytes={HALF}-"]


@pytest.mark.parametrize("way", ["file", "stream"])
@pytest.mark.parametrize(
    "after",
    [
        {"Repr-Digest": digest_of(OTHER), **VALIDATOR},
        {"Repr-Digest": digest_of(CONTENT), "ETag": '"two"'},
        {},
    ],
    ids=["another digest", "another etag", "none"],
)
def test_contradicting_validators(scripted: Scripted, target: Path, way: str, after: dict[str, str]) -> None:
    scripted.then(cut(CONTENT, {**VALIDATOR, "Repr-Digest": digest_of(CONTENT)}), chunk(HALF, after), whole(OTHER, {}))
    made = file_of(scripted)
    if way == "file":
        made.download_to_file(target)
        assert target.read_bytes() == OTHER
    else:
        with pytest.raises(OrionConnectionError, match="content changed"):
            list(made.download())


# -- the next run


def broken(scripted: Scripted, target: Path, headers: dict[str, str]) -> PartFile:
    """Leave a half of the content beside the target."""
    scripted.responses[:] = [cut(CONTENT, headers), ScriptedResponse(400, {})]
    with pytest.raises(OrionError):
        file_of(scripted).download_to_file(target)
    assert target.with_name(".target.part").read_bytes() == CONTENT[:HALF]
    scripted.requests.clear()
    scripted.responses.clear()


@pytest.mark.parametrize("start", [HALF + 1000, HALF - 1000, 0])
def test_a_range_with_another_start(scripted: Scripted, target: Path, start: int) -> None:
    broken(scripted, target, VALIDATOR)
    scripted.then(chunk(start, VALIDATOR), whole(CONTENT, VALIDATOR))
    file_of(scripted).download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert ranges(scripted) == [f"bytes={HALF}-", None]


@pytest.mark.parametrize("after", [VALIDATOR, {"Repr-Digest": digest_of(CONTENT)}], ids=["etag", "digest"])
def test_resuming_needs_one_validator(scripted: Scripted, target: Path, after: dict[str, str]) -> None:
    broken(scripted, target, {**VALIDATOR, "Content-Digest": digest_of(CONTENT)})
    scripted.then(chunk(HALF, after))
    file_of(scripted).download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert ranges(scripted) == [f"bytes={HALF}-"]


def test_a_part_file_damaged_between_two_runs(scripted: Scripted, target: Path) -> None:
    broken(scripted, target, {**VALIDATOR, "Content-Digest": digest_of(CONTENT)})
    with target.with_name(".target.part").open("r+b") as stream:
        stream.seek(HALF - 4096)
        stream.write(bytes(4096))
    scripted.then(chunk(HALF, VALIDATOR), whole(CONTENT, VALIDATOR))
    file_of(scripted).download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert ranges(scripted) == [f"bytes={HALF}-", None]


@pytest.mark.parametrize("digest", ["absent", None, "no digest", "sha-256=:?:", 5, ["sha-256"]])
def test_a_journal_of_an_older_version_or_with_an_invalid_digest(scripted: Scripted, target: Path, digest: Any) -> None:
    broken(scripted, target, VALIDATOR)
    journal = target.with_name(".target.part.json")
    record = json.loads(journal.read_text())
    record["digest"] = digest
    if digest == "absent":
        del record["digest"]
    journal.write_text(json.dumps(record))
    strange = isinstance(digest, int | list)
    scripted.then(whole(CONTENT, VALIDATOR) if strange else chunk(HALF, VALIDATOR))
    file_of(scripted).download_to_file(target)
    assert target.read_bytes() == CONTENT
    assert ranges(scripted) == [None if strange else f"bytes={HALF}-"]


@pytest.mark.parametrize("how", ["ended before the record", "no record can be written"])
def test_several_streams_resume_the_part_file_of_one(
    scripted: Scripted, target: Path, how: str, small_sizes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(scripted, target, VALIDATOR)
    beside = target.with_name(".target.part.json.new")
    # The first range is served, the others are rejected.
    scripted.then(chunk(HALF, VALIDATOR), ScriptedResponse(400, {}))
    with monkeypatch.context() as patch:
        if how == "no record can be written":
            beside.mkdir()
        else:
            patch.setattr(PartFile, "write_journal", interrupted)
        with pytest.raises((KeyboardInterrupt, OrionError)):
            file_of(scripted).download_to_file(target, workers=4)
    scripted.responses[:] = [whole(CONTENT, VALIDATOR)]
    file_of(scripted).download_to_file(target)
    assert target.read_bytes() == CONTENT


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


# -- identity is not compressed


@pytest.mark.parametrize("way", ["file", "stream"])
def test_identity_is_not_compression(scripted: Scripted, target: Path, way: str) -> None:
    same = {"Content-Encoding": "Identity"}
    first = {**VALIDATOR, **same, "Repr-Digest": digest_of(OTHER)}
    scripted.then(cut(CONTENT, first), chunk(HALF, {**VALIDATOR, **same}), whole(CONTENT, first))
    made = file_of(scripted)
    with pytest.raises(OrionConnectionError, match="digest does not match the announced one"):
        made.download_to_file(target) if way == "file" else list(made.download())
    assert ranges(scripted)[:2] == [None, f"bytes={HALF}-"]
