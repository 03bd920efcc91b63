"""Floe reports as zip files: every page is included, links between pages are rewritten, and nothing else changes."""

from __future__ import annotations

import io
import os
import re
import tracemalloc
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import (
    BadResponse,
    NotFoundResponse,
    OrionConnectionError,
    OrionServiceError,
    ValidationError,
)
from orionclient.helpers import reports
from orionclient.helpers.reports import DownloadedReport, download_report
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File, Shard, ShardCollection


def shard_path(shard: Shard) -> str:
    return f"/api/v1/storage/collections/{shard.collection.id}/shards/{shard.id}/download/"


def page_path(shard: Shard) -> str:
    """Return the address of a page in the web application; the meaning of its first two numbers is unknown."""
    return f"/app/main/jobreport2/17/4/{shard.id}"


def file_path(file: File | int) -> str:
    return f"/api/v3/storage/files/{file if isinstance(file, int) else file.id}/download"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an empty folder for zip files; the local Orion is beside it."""
    (tmp_path / "zips").mkdir()
    return tmp_path / "zips"


class Report:
    """A report that grows page by page; its pages may link to pages made later."""

    def __init__(self, session: OrionSession, **options: Any) -> None:
        self.session = session
        self.collection = ShardCollection.create(session, "report", **options)

    def page(self, name: str) -> Shard:
        return Shard.create(self.collection, name)

    def fill(self, page: Shard, content: bytes | str) -> Shard:
        page.upload_file(content if isinstance(content, bytes) else content.encode())
        page.close()
        return page

    def opens_with(self, *pages: Shard | int | str) -> ShardCollection:
        ids = [page.id if isinstance(page, Shard) else page for page in pages]
        self.session.update_resource(self.collection, {"metadata": {"index_pages": [{"id": each} for each in ids]}})
        return self.collection


class Links(HTMLParser):
    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


def contents(path: Path | io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len({name.casefold() for name in names}) == len(names)
        return {name: archive.read(name) for name in names}


def linked(held: dict[str, bytes], page: str) -> list[str]:
    """Return what a browser would open for the links of a page; addresses outside the zip stay unchanged."""
    found = []
    for link in Links(held[page]).found:
        parts = urlsplit(link)
        found.append(unquote(parts.path) if not parts.netloc and not link.startswith("/") else link)
    return found


@pytest.mark.parametrize("version", [1, 2])
def test_a_report_can_be_read_offline(session: OrionSession, folder: Path, version: int) -> None:
    report = Report(session, version=version)
    first, second, third, evil = (report.page(name) for name in ("start", "Details", "details", "../../evil.html"))
    image = File.upload(session, "../plot #1.png", b"\x89PNG")
    own = session.config.url
    report.fill(
        first,
        f'<a href="{shard_path(second)}#table">2</a><a href="{page_path(third)}?tab=1">3</a>'
        f'<a href="{own}{shard_path(evil)}">evil</a><a href="{own}{page_path(second)}">2</a><img src="{file_path(image)}">',
    )
    report.fill(second, f'<a href="{page_path(first)}">home</a><a href="{own}{file_path(image)}">image</a>')
    report.fill(third, f'<a href="{shard_path(first)}">home</a>')
    report.fill(evil, "<p>nothing</p>")
    target = folder / "report.zip"

    done = download_report(report.opens_with(first), target)
    assert done == DownloadedReport(
        pages=("index.html", "Details.html", "details-2.html", "_.._evil.html"),
        files=("files/_plot #1.png",),
        missing=(),
    )
    held = contents(target)
    assert list(held) == ["index.html", "files/_plot #1.png", "Details.html", "details-2.html", "_.._evil.html"]
    assert linked(held, "index.html") == [
        "Details.html", "details-2.html", "_.._evil.html", "Details.html", "files/_plot #1.png",
    ]  # fmt: skip
    assert Links(held["index.html"]).found[:2] == ["Details.html#table", "details-2.html?tab=1"]
    assert linked(held, "Details.html") == ["index.html", "files/_plot #1.png"]
    assert linked(held, "details-2.html") == ["index.html"]
    assert held["files/_plot #1.png"] == b"\x89PNG"
    assert all((folder / name).resolve().is_relative_to(folder) for name in held)
    assert os.listdir(folder) == ["report.zip"]


def test_other_links_and_all_other_bytes_stay(session: OrionSession) -> None:
    report, other = Report(session), Report(session)
    page, foreign = report.page("page"), other.fill(other.page("page"), "x")
    file = File.upload(session, "f", b"f")
    own, path = session.config.url, shard_path(page)
    port = session.config.origin[2]
    staying = [
        f'<a href="https://orion.example.com{path}">',
        f"<a href='//orion.example.com{file_path(file)}'>",
        f'<a href="http://127.0.0.1:{port + 1}{path}">',
        f'<a href="https://127.0.0.1:{port}{path}">',
        f'<a href="http://user@127.0.0.1:{port}{path}">',
        f'<a href="http://127.0.0.1:{port}@orion.example.com{path}">',
        f'<a href="https://orion.example.com/?next={path}">',
        f"<a href=https://orion.example.com/?next={file_path(file)}>",
        f'<a href="/proxy{path}">',
        f'<a href="{path}more">',
        f'<a href="{path[:-1]}s">',
        f'<a href="{file_path(file)}/thumbnail">',
        f'<a href="{page_path(page)}0/x">',
        f'<a href="{shard_path(foreign)}">',
        f'<a href="{page_path(foreign)}">',
        f'<a href="/api/v2/storage/collections/{page.collection.id}/shards/{page.id}/download/">',
        f'<a href="/api/v1/storage/collections/{"9" * 30}/shards/{page.id}/download/">',
        f"<p>The address {file_path(file)} is text, and {path} too.</p>",
    ]
    changing = {
        f'<a href="{path}">': '<a href="index.html">',
        f"<a href='{path[:-1]}'>": "<a href='index.html'>",
        f"<a class=x href={path}>": "<a class=x href=index.html>",
        f"<a href={own}{file_path(file)}>": "<a href=files/f>",
        f'<a href="{own.upper()}{path}">': '<a href="index.html">',
        f'<a href="{own.removeprefix("http:")}{path}">': '<a href="index.html">',
        f'<a href=" {path} ">': '<a href=" index.html ">',
        f"<i style='background: url({file_path(file)})'>": "<i style='background: url(files/f)'>",
        f'<meta http-equiv="refresh" content="0; url={page_path(page)}">': '<meta http-equiv="refresh" content="0; url=index.html">',
        f'<meta content="0;URL={file_path(file)}">': '<meta content="0;URL=files/f">',
        f'<img srcset="{file_path(file)} 1x, {file_path(file)} 2x">': '<img srcset="files/f 1x, files/f 2x">',
        f'<script>location = `{path}`; x = \'{{\\"a\\": \\"{path}\\"}}\'</script>': (
            '<script>location = `index.html`; x = \'{\\"a\\": \\"index.html\\"}\'</script>'
        ),
        f"<i data-x='{{&quot;a&quot;: &quot;{path}&quot;, &#39;{path}&#39;}}'>": (
            "<i data-x='{&quot;a&quot;: &quot;index.html&quot;, &#39;index.html&#39;}'>"
        ),
    }
    # Between them stand bytes that are invalid in every encoding, and line ends of all kinds.
    noise = b"\r\n\xff\xfe\x00\xe9 \xc3\xa9\r\x80\n"
    old = noise.join(text.encode() for text in [*staying, *changing, *staying])
    new = noise.join(text.encode() for text in [*staying, *changing.values(), *staying])
    report.fill(page, old)
    target = io.BytesIO()
    done = download_report(report.opens_with(page), target)
    assert contents(target) == {"index.html": new, "files/f": b"f"}
    assert done.missing == ()


def test_an_unreadable_file_keeps_its_link_and_is_reported(orion: LocalOrion, plain: Plain, folder: Path) -> None:
    session = orion.session()
    report = Report(session)
    page, gone, empty = report.page("page"), report.page("gone"), report.page("empty")
    private = orion.session("grace")
    secret = File.upload(private, "secret", b"x", 2)
    assert plain.status(f"/api/v3/storage/files/{secret.id}/") == 403
    unfilled = session.create_resource(File, {"name": "unfilled"})
    good = File.upload(session, "good.txt", b"good")
    paths = [shard_path(gone), file_path(99), file_path(secret), shard_path(empty), file_path(unfilled)]
    stays = "".join(f'<a href="{path}">' for path in paths)
    report.fill(page, f'{stays}<a href="{file_path(good)}">{stays}')
    collection = report.opens_with(page, 12345)
    session.delete_resource(gone)
    done = download_report(collection, folder / "x.zip")
    assert done.pages == ("page.html",)
    assert done.files == ("files/good.txt",)
    first = f"/api/v1/storage/collections/{collection.id}/shards/12345/download/"
    assert sorted(done.missing) == sorted([first, *paths])
    assert done.missing[0] == first
    assert contents(folder / "x.zip")["page.html"].decode() == f'{stays}<a href="files/good.txt">{stays}'


def test_files_with_one_name_and_several_opening_pages(session: OrionSession) -> None:
    report = Report(session)
    files = [File.upload(session, name, name.encode()) for name in ("a.png", "A.png", "..")]
    late = report.page("")
    index, other, picture = report.page("index.html"), report.page("INDEX.HTML"), report.page("logo.png")
    report.fill(index, "".join(f'<img src="{file_path(file)}">' for file in files))
    report.fill(other, f'<img src="{file_path(files[0])}"><img src="{shard_path(picture)}">')
    report.fill(late, f'<a href="{shard_path(index)}">')
    report.fill(picture, raw := f'"{shard_path(index)}"'.encode())
    target = io.BytesIO()
    done = download_report(report.opens_with(other, index, other), target)
    assert done.pages == ("INDEX.HTML", "index-2.html", f"page-{late.id}.html", "logo.png")
    assert done.files == ("files/a.png", "files/A-2.png", f"files/file-{files[2].id}")
    held = contents(target)
    assert list(held)[:2] == ["INDEX.HTML", "index-2.html"]
    assert [held[name] for name in done.files] == [b"a.png", b"A.png", b".."]
    assert linked(held, "INDEX.HTML") == ["files/a.png", "logo.png"]
    assert linked(held, f"page-{late.id}.html") == ["index-2.html"]
    # A picture is not rewritten, even if its bytes contain a link.
    assert held["logo.png"] == raw


def test_a_page_named_index_is_renamed(session: OrionSession) -> None:
    report = Report(session)
    named, start, nothing = report.page("index"), report.page("start"), report.page("nothing.htm")
    report.fill(named, "named")
    report.fill(start, "start")
    report.fill(nothing, b"")
    target = io.BytesIO()
    done = download_report(report.opens_with(str(start.id), start), target)
    assert done.pages == ("index.html", "index-2.html", "nothing.htm")
    assert contents(target) == {"index.html": b"start", "index-2.html": b"named", "nothing.htm": b""}


@pytest.mark.parametrize(
    "metadata",
    [{}, {"index_pages": []}, {"index_pages": {"id": 1}}, {"index_pages": [1]}, {"index_pages": [{"id": "../1"}]}, {"index_pages": [{}]}],
)  # fmt: skip
def test_a_shard_without_a_report_is_rejected_before_any_download(
    scripted: Scripted, folder: Path, metadata: Any
) -> None:
    scripted.then(ScriptedResponse(200, {"id": 3, "metadata": metadata}))
    with pytest.raises(ValidationError, match="index"):
        download_report(ShardCollection(id=3, session=scripted.session()), folder / "x.zip")
    assert len(scripted.requests) == 1
    assert list(folder.iterdir()) == []


def test_invalid_targets_are_rejected_before_any_request(scripted: Scripted, folder: Path) -> None:
    collection = ShardCollection(id=3, session=scripted.session())
    for target in (folder, "/dev/null", io.StringIO(), 7):
        with pytest.raises(ValidationError):
            download_report(collection, target)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="no session"):
        download_report(ShardCollection(id=3), folder / "x.zip")
    assert scripted.requests == []


def test_a_missing_folder_is_an_error(session: OrionSession, folder: Path) -> None:
    report = Report(session)
    collection = report.opens_with(report.fill(report.page("x"), "x"))
    with pytest.raises(FileNotFoundError):
        download_report(collection, folder / "missing" / "x.zip")


def test_a_handle_and_another_session_are_accepted(orion: LocalOrion, session: OrionSession, folder: Path) -> None:
    report = Report(session)
    collection = report.opens_with(report.fill(report.page("x"), "x"))
    assert download_report(ShardCollection(id=collection.id, session=session), folder / "a").pages == ("index.html",)
    assert download_report(ShardCollection(id=collection.id), folder / "b", session=session).pages == ("index.html",)
    with pytest.raises(BadResponse, match="403"):
        download_report(collection, folder / "c", session=orion.session("grace"))
    assert sorted(os.listdir(folder)) == ["a", "b"]


def test_the_zip_replaces_a_file_atomically_and_keeps_its_mode(session: OrionSession, folder: Path) -> None:
    report = Report(session)
    collection = report.opens_with(report.fill(report.page("x"), "x"))
    real, link = folder / "real.zip", folder / "link.zip"
    real.write_bytes(b"old" * 1000)
    real.chmod(0o640)
    link.symlink_to(real)
    (folder / "second name").hardlink_to(real)
    download_report(collection, str(link))
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert contents(real) == {"index.html": b"x"}
    # The old zip is replaced by a new file and not overwritten.
    assert (folder / "second name").read_bytes() == b"old" * 1000
    with zipfile.ZipFile(real) as archive:
        assert archive.infolist()[0].external_attr >> 16 & 0o444 == 0o444
    download_report(collection, folder / "new.zip")
    (folder / "plain").write_bytes(b"")
    assert (folder / "new.zip").stat().st_mode == (folder / "plain").stat().st_mode


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize("where", ["_rewrite", "_fetch", "_write_atomically"])
def test_a_crash_in_the_middle_leaves_the_old_zip(
    session: OrionSession, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    report = Report(session)
    file = File.upload(session, "f", b"f")
    pages = [report.fill(report.page(str(count)), f'<a href="{file_path(file)}">' * count) for count in range(4)]
    collection = report.opens_with(pages[0])

    def crash(*_: object) -> None:
        raise Interrupted

    monkeypatch.setattr(reports if where == "_write_atomically" else reports._Export, where, crash)
    target, stream = folder / "x.zip", io.BytesIO()
    target.write_bytes(b"old")
    for each in (target, stream):
        with pytest.raises(Interrupted):
            download_report(collection, each)
    assert target.read_bytes() == b"old"
    assert os.listdir(folder) == ["x.zip"]
    assert stream.getvalue() == b""


def test_a_failed_page_leaves_the_old_zip(scripted: Scripted, folder: Path) -> None:
    shards = [{"id": id, "name": "p", "state": "ready"} for id in (1, 2)]
    scripted.then(
        ScriptedResponse(200, {"id": 3, "metadata": {"index_pages": [{"id": 2}]}}),
        ScriptedResponse(200, {"count": 2, "next": None, "previous": None, "results": shards}),
        ScriptedResponse(raw=b"first"),
        ScriptedResponse(404, {"detail": "gone"}),
    )
    target = folder / "x.zip"
    target.write_bytes(b"old")
    with pytest.raises(NotFoundResponse):
        download_report(ShardCollection(id=3, session=scripted.session()), target)
    assert [request.path.rsplit("shards")[-1] for request in scripted.requests[2:]] == [
        "/2/download/",
        "/1/download/",
    ]
    assert target.read_bytes() == b"old"
    assert os.listdir(folder) == ["x.zip"]


@pytest.mark.parametrize(
    ("last", "error"),
    [
        (
            [
                ScriptedResponse(200, {"id": 8, "name": "f"}),
                ScriptedResponse(raw=b"x", headers={"Repr-Digest": "sha-256=:AAAA:"}),
            ],
            OrionConnectionError,
        ),
        ([ScriptedResponse(400, {"detail": "no"})], BadResponse),
        ([ScriptedResponse(503)], OrionServiceError),
    ],
    ids=["incomplete", "rejected", "broken"],
)  # fmt: skip
def test_other_errors_of_a_file_are_raised(
    scripted: Scripted, folder: Path, last: list[ScriptedResponse], error: type[Exception]
) -> None:
    shards = [{"id": 1, "name": "p", "state": "ready"}]
    scripted.then(
        ScriptedResponse(200, {"id": 3, "metadata": {"index_pages": [{"id": 1}]}}),
        ScriptedResponse(200, {"count": 1, "next": None, "previous": None, "results": shards}),
        ScriptedResponse(raw=f'"{file_path(8)}"'.encode()),
        *last,
    )
    with pytest.raises(error):
        download_report(ShardCollection(id=3, session=scripted.session()), folder / "x.zip")
    assert os.listdir(folder) == []


def test_the_session_retries(orion: LocalOrion, folder: Path) -> None:
    session = orion.session(requests_session=get_session(retry_dict={503: 3}))
    report = Report(session)
    file = File.upload(session, "f", b"f")
    collection = report.opens_with(report.fill(report.page("x"), f'<a href="{file_path(file)}">'))
    for operation in ("download_shard", "get_file", "download_file"):
        orion.faults.script(operation, [503, 503])
    done = download_report(collection, folder / "x.zip")
    assert done.files == ("files/f",)
    assert done.missing == ()
    orion.faults.assert_consumed()


def test_memory_stays_flat_whatever_the_size_of_a_page(session: OrionSession, folder: Path) -> None:
    report = Report(session)
    page = report.page("large")
    block = b"0123456789abcdef" * 4096
    content = folder / "content"
    with content.open("wb") as out:
        for _ in range(16):
            out.writelines([block] * 32)
            out.write(f'<a href="{shard_path(page)}">'.encode())
    page.upload_file(content)
    page.close()
    collection = report.opens_with(page)
    download_report(collection, folder / "warm.zip")
    tracemalloc.start()
    try:
        download_report(collection, folder / "x.zip")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert content.stat().st_size > 32 << 20
    assert peak < 10 << 20
    with zipfile.ZipFile(folder / "x.zip") as archive:
        assert archive.read("index.html") == re.sub(rb'"/api[^"]*"', b'"index.html"', content.read_bytes())
