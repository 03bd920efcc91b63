"""The record count of a dataset is checked against the received records, in every format that can be counted."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._resources.counting import _COUNTERS
from orionclient.examples import drugs
from orionclient.exceptions import OrionConnectionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset

INFO = {"id": 5, "name": "x", "dirty": False, "created": "2026-01-01T00:00:00Z", "owner": 1, "project": 1}
FILES = {
    "json": b'{"a": 1}\n{"a": 2}\n{"a": 3}\n',
    "csv": b'a,b\n1,"of two\nlines, with ""quotes"""\n2,\n3,x\n',
    "sdf": b"one\n\n\nM  END\n$$$$\ntwo\n\n\nM  END\n$$$$\nthree\n\n\nM  END\n$$$$\n",
    "smi": b"C one\nCC two\nCCC three\n",
    "binary": b'ORIONREC1\n{"a": 1}\n{"a": 2}\n{"a": 3}\nEND 3 abc\n',
}
FORMATS = pytest.mark.parametrize("form", list(FILES))


def dataset(scripted: Scripted, count: Any = 3) -> Dataset:
    known = {} if count is None else {"count": count}
    return Dataset.from_msg({**INFO, **known}, scripted.session())


def cut(content: bytes) -> ScriptedResponse:
    """Return content that ends with the connection, before its last record."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + content)
        handler.close_connection = True

    return ScriptedResponse(write=write)


def fewer(form: str) -> bytes:
    """Return a file without its last record, cut at the end of a record."""
    ends = {"sdf": b"three", "csv": b"3,x", "smi": b"CCC three", "json": b'{"a": 3}', "binary": b'{"a": 3}'}
    return FILES[form].partition(ends[form])[0] + (b"END 2 abc\n" if form == "binary" else b"")


def whole(found: Dataset, form: str, target: Path) -> bytes:
    return found.download(format=form)


def to_path(found: Dataset, form: str, target: Path) -> bytes:
    found.download_to_file(target, format=form)
    return target.read_bytes()


WAYS = pytest.mark.parametrize("way", [whole, to_path])
Way = Callable[[Dataset, str, Path], bytes]


@FORMATS
@WAYS
def test_the_expected_count_is_accepted(scripted: Scripted, tmp_path: Path, way: Way, form: str) -> None:
    scripted.then(ScriptedResponse(raw=FILES[form]))
    assert way(dataset(scripted), form, tmp_path / "target") == FILES[form]
    assert len(scripted.requests) == 1


@FORMATS
@WAYS
def test_fewer_records_are_an_error(scripted: Scripted, tmp_path: Path, way: Way, form: str) -> None:
    scripted.then(cut(fewer(form)), ScriptedResponse(data={**INFO, "count": 3}), cut(fewer(form)))
    with pytest.raises(OrionConnectionError, match="received 2 records, Dataset 5 has 3"):
        way(dataset(scripted), form, tmp_path / "target")
    assert list(tmp_path.iterdir()) == []
    assert [request.path for request in scripted.requests].count("/api/v1/storage/datasets/5/") == 1


@FORMATS
@WAYS
def test_a_handle_has_no_count_to_check(scripted: Scripted, tmp_path: Path, way: Way, form: str) -> None:
    scripted.then(ScriptedResponse(raw=fewer(form)))
    assert way(dataset(scripted, None), form, tmp_path / "target") == fewer(form)
    assert len(scripted.requests) == 1


@FORMATS
def test_more_records_are_an_error_unless_a_record_may_have_several_structures(scripted: Scripted, form: str) -> None:
    scripted.then(ScriptedResponse(raw=FILES[form]), ScriptedResponse(data={**INFO, "count": 2}))
    if form in {"sdf", "smi"}:
        assert dataset(scripted, 2).download(format=form) == FILES[form]
        return
    with pytest.raises(OrionConnectionError, match="received 3 records"):
        dataset(scripted, 2).download(format=form)


@FORMATS
@pytest.mark.parametrize("now", [3, 4])
def test_records_added_during_the_download(scripted: Scripted, form: str, now: int) -> None:
    scripted.then(ScriptedResponse(raw=FILES[form]), ScriptedResponse(data={**INFO, "count": now}))
    found = dataset(scripted, 1)
    assert found.download(format=form) == FILES[form]
    assert found.count == (1 if form in {"sdf", "smi"} else now)


LINES = b"".join(b'{"id": %d, "dataset": 5, "record": {"a": 1}}\n' % record for record in (1, 2, 3))


def test_the_stream_of_records(scripted: Scripted) -> None:
    scripted.then(cut(LINES), cut(LINES[: LINES.rindex(b"{", 0, -20)]), ScriptedResponse(data={**INFO, "count": 3}))
    assert len(list(dataset(scripted).records())) == 3
    received = []
    with pytest.raises(OrionConnectionError, match="received 2 records, Dataset 5 has 3"):
        received.extend(dataset(scripted).records())
    # A stream that the caller abandons is not checked.
    scripted.responses[:] = [cut(LINES)]
    assert next(iter(dataset(scripted, 7).records()))["a"] == 1


@pytest.mark.parametrize(
    ("options", "count"),
    [({"offset": 2}, 5), ({"limit": 3}, 9), ({"offset": 2, "limit": 3}, 9), ({"offset": 1, "limit": 30}, 4)],
)
def test_skipped_records_are_not_expected(scripted: Scripted, options: dict[str, int], count: int) -> None:
    scripted.then(cut(LINES), ScriptedResponse(raw=FILES["json"]))
    assert len(list(dataset(scripted, count).records(**options))) == 3
    assert dataset(scripted, count).download(format="json", **options) == FILES["json"]
    assert len(scripted.requests) == 2


def test_selected_records(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(raw=FILES["json"]))
    assert dataset(scripted, 99).download(record_ids=[4, 7, 7, 9], format="json")
    scripted.responses[:] = [ScriptedResponse(raw=FILES["json"]), ScriptedResponse(data={**INFO, "count": 99})]
    with pytest.raises(OrionConnectionError, match="received 3 records"):
        dataset(scripted, 99).download(record_ids=[4, 7], format="json")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
@FORMATS
def test_chunks_cut_anywhere(form: str, size: int) -> None:
    counter = _COUNTERS[form]()
    for start in range(0, len(FILES[form]), size):
        counter.update(FILES[form][start : start + size])
    assert counter.finish() == 3


@pytest.mark.parametrize(
    ("form", "content", "count"),
    [
        ("json", b"", 0), ("json", b"\n \n\n{}", 1), ("smi", b"C\r\n\r\nC", 2), ("csv", b"", None), ("csv", b"a\n", 0),
        ("csv", b"a\r\n1", 1), ("binary", b"", None), ("binary", b"OEB of another kind\n", None), ("binary", b"ORIONREC1\nEND 0 x\n", 0),
        ("sdf", b"", 0), ("sdf", b"x\r\n$$$$\r\n", 1),
    ],
)  # fmt: skip
def test_strange_files(form: str, content: bytes, count: int | None) -> None:
    counter = _COUNTERS[form]()
    counter.update(content)
    assert counter.finish() == count


def test_the_local_orion_sends_as_many_as_it_has(orion: LocalOrion, session: OrionSession) -> None:
    for source, forms in (("sdf", ("json", "csv", "sdf", "binary")), ("csv", ("json", "csv", "smi", "binary"))):
        found = Dataset.upload(session, source, drugs(source))
        for form in forms:
            for options in ({}, {"offset": 20}, {"limit": 0}, {"offset": 99}, {"fieldlist": ["nothing"]}):
                found.download(format=form, **options)  # type: ignore[arg-type]
        assert len(list(found.records(offset=3, limit=5))) == 5
    assert not orion.faults.requests("get_dataset")
