"""Content of files and datasets: transferred completely or not at all, in both directions."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import upload_file_content

from orionclient.examples import drugs
from orionclient.exceptions import BadResponse, NotEnoughDiskError, OrionConnectionError, OrionError, ValidationError
from orionclient.session import OrionSession
from orionclient.types import Dataset, File

DATASETS = "/api/v1/storage/datasets/"
FILES = "/api/v3/storage/files/"


class NamedBytes(io.BytesIO):
    """A file object with a name."""

    name = "/somewhere/mols.smi"


@pytest.mark.parametrize(
    "content", [b"", b"x", os.urandom((3 << 20) + 17), b"\r\n--+++\r\nContent-Disposition: form-data\r\n\r\n"]
)
def test_a_file_makes_a_round_trip(session: OrionSession, plain: Plain, tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(content)
    file = File.upload(session, "content", source)
    assert (file.size, file.state) == (len(content), "ready")
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    _, stored = plain.request("GET", f"{FILES}{file.id}/download")
    assert stored == content or (content == b"" and stored is None)
    target = tmp_path / "target.bin"
    file.download_to_file(str(target))
    assert target.read_bytes() == content
    assert b"".join(file.download(chunk_size=1000)) == content
    assert all(len(chunk) <= 1000 for chunk in file.download(1000))
    assert os.listdir(tmp_path)
    assert not list(tmp_path.glob("*.part"))


def test_sources(session: OrionSession, tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b"0123456789")
    with path.open("rb") as stream:
        stream.seek(4)
        offset = File.upload(session, "offset", stream)
    assert b"".join(offset.download()) == b"456789"
    assert b"".join(File.upload(session, "bytes", b"abc").download()) == b"abc"
    assert b"".join(File.upload(session, "memory", io.BytesIO(b"abc")).download()) == b"abc"
    assert b"".join(File.upload(session, "text path", str(path)).download()) == b"0123456789"


def test_invalid_sources_are_rejected(session: OrionSession, plain: Plain, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        File.upload(session, "x", tmp_path / "missing")
    with pytest.raises(ValidationError, match="text mode"):
        File.upload(session, "x", io.StringIO("text"))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="not int"):
        File.upload(session, "x", 3)  # type: ignore[arg-type]
    with (tmp_path / "x").open("wb") as stream, pytest.raises(ValidationError, match="not open for reading"):
        File.upload(session, "x", stream)
    with pytest.raises(ValidationError, match="the file is closed"):
        File.upload(session, "x", stream)
    with pytest.raises(ValidationError, match="the content must be bytes, not str"):
        File.upload(session, "x", ["text"])  # type: ignore[list-item]
    assert plain.get(FILES)["count"] == 0


def test_upload_to_a_project(session: OrionSession, plain: Plain) -> None:
    file = File.upload(session, "x", b"x", 3, description="shared")
    assert plain.get(f"{FILES}{file.id}/")["project"] == 3
    assert File.upload(session, "x", b"x").project == session.config.project
    with pytest.raises(ValidationError):
        File.upload(session, "x", b"x", "../3")


def test_replacing_the_content(session: OrionSession) -> None:
    file = File.upload(session, "x", b"old")
    file.put_content(b"newer")
    assert file.size == 5
    assert b"".join(file.download()) == b"newer"


def test_a_failed_upload_leaves_nothing(scripted: Scripted) -> None:
    scripted.then(
        ScriptedResponse(201, {"id": 5, "name": "x"}),
        ScriptedResponse(400, {"detail": "no"}),
        ScriptedResponse(204, raw=b""),
    )
    with pytest.raises(BadResponse, match="upload_file_content"):
        File.upload(scripted.session(), "x", b"content")
    assert [(request.method, request.path) for request in scripted.requests] == [
        ("POST", "/api/v3/storage/files/"),
        ("PUT", "/api/v3/storage/files/5/upload"),
        ("DELETE", "/api/v3/storage/files/5/?immediate=true"),
    ]
    digest = base64.b64encode(hashlib.sha256(b"content").digest()).decode()
    assert scripted.requests[1].headers["Content-Digest"] == f"sha-256=:{digest}:"
    assert scripted.requests[1].headers["Content-Length"] == "7"
    assert scripted.requests[1].body == b"content"


def test_a_retried_upload_sends_the_whole_body_again(scripted: Scripted, tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(b"0123456789")
    scripted.then(ScriptedResponse(503), ScriptedResponse(503), ScriptedResponse(200, {"id": 5}))
    with path.open("rb") as stream:
        stream.seek(2)
        File(id=5, session=scripted.session(retry_dict={503: 2})).put_content(stream)
    assert [request.body for request in scripted.requests] == [b"23456789"] * 3


def test_a_source_that_cannot_be_rewound_is_sent_once(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(503))
    session = scripted.session(retry_dict={503: 5})
    with pytest.raises(OrionError, match="503"):
        upload_file_content.sync(5, client=session.raw, body=iter([b"a", b"b"]))
    assert [request.headers.get("Transfer-Encoding") for request in scripted.requests] == ["chunked"]


def test_a_source_that_changes_is_an_error(session: OrionSession, plain: Plain, tmp_path: Path) -> None:
    class Shrinking(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            return super().read(size) if self.reads <= 1 else b""

    with pytest.raises(ValidationError, match="shrank"):
        File.upload(session, "x", Shrinking(b"x" * 100))
    assert plain.get(FILES)["count"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Repr-Digest": "sha-256=:" + base64.b64encode(hashlib.sha256(b"other").digest()).decode() + ":"},
        {"Content-Length": "100", "Connection": "close"},
    ],
    ids=["digest", "length"],
)
def test_a_truncated_or_corrupt_download_leaves_the_old_file(
    scripted: Scripted, tmp_path: Path, headers: dict[str, str]
) -> None:
    scripted.then(ScriptedResponse(raw=b"content", headers=headers))

    def cut(handler: Any) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"content")
        handler.close_connection = True

    if "Content-Length" in headers:
        scripted.responses = [ScriptedResponse(write=cut)]
    target = tmp_path / "target"
    target.write_bytes(b"old")
    file = File(id=1, session=scripted.session())
    with pytest.raises(OrionConnectionError):
        file.download_to_file(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(OrionConnectionError):
        list(file.download())


def test_missing_disk_space_is_detected_before_the_first_byte(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.then(ScriptedResponse(raw=b"content"))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=5))
    with pytest.raises(NotEnoughDiskError, match="needs 7 bytes"):
        File(id=1, session=scripted.session()).download_to_file(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_targets(session: OrionSession, tmp_path: Path) -> None:
    file = File.upload(session, "x", b"content")
    with pytest.raises(IsADirectoryError):
        file.download_to_file(tmp_path)
    with pytest.raises(FileNotFoundError):
        file.download_to_file(tmp_path / "missing" / "x")
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"")
    real.chmod(0o640)
    link.symlink_to(real)
    file.download_to_file(link)
    assert link.is_symlink()
    assert real.read_bytes() == b"content"
    assert real.stat().st_mode & 0o777 == 0o640
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    file.download_to_file(pipe)
    reader.join(5)
    assert got == [b"content"]


@pytest.mark.parametrize("format", ["sdf", "smi", "csv"])
def test_dataset_of_drugs(session: OrionSession, plain: Plain, tmp_path: Path, format: str) -> None:
    dataset = Dataset.upload(session, "drugs", str(drugs(format)))
    assert (dataset.count, dataset.dirty) == (24, False)
    assert plain.get(f"{DATASETS}{dataset.id}/")["count"] == 24
    records = list(dataset.records())
    assert len(records) == 24
    assert records[0].molecule is not None
    assert (records[0].dataset_id, records[0].record_id) == (dataset.id, 1)
    target = tmp_path / f"back.{format}"
    dataset.download_to_file(target)
    again = Dataset.upload(session, "again", target)
    assert list(again.records()) == records
    binary = dataset.download()
    assert list(Dataset.upload(session, "binary", binary, format="binary").records()) == records


def test_selecting_records(session: OrionSession) -> None:
    dataset = Dataset.upload(session, "drugs", drugs("smi"))
    names = [record["Title"] for record in dataset.records()]
    assert [record["Title"] for record in dataset.records(offset=20)] == names[20:]
    assert [record["Title"] for record in dataset.records(offset=1, limit=2)] == names[1:3]
    assert dataset.download(record_ids=[3, 1], format="csv", fieldlist=["Title"]).decode().split() == [
        "Title",
        names[0],
        names[2],
    ]
    assert [line.split()[1] for line in dataset.download(None, 22, None, "smi").decode().splitlines()[1:]] == names[22:]


def test_conversions_that_need_a_toolkit(session: OrionSession, tmp_path: Path) -> None:
    smiles, sdf = (Dataset.upload(session, format, drugs(format)) for format in ("smi", "sdf"))
    for dataset, name in ((smiles, "x.sdf"), (sdf, "x.smi")):
        with pytest.raises(BadResponse, match="422"):
            dataset.download_to_file(tmp_path / name)
    assert list(tmp_path.glob("x.*")) == []


@pytest.mark.parametrize(
    ("name", "format"),
    [
        *((f"x{extension}", extension[1:]) for extension in (".oeb", ".oez", ".mol2", ".pdb", ".mae", ".cif")),
        *(("x.oeb.gz", "oeb.gz"), ("my.library.OEB.GZ", "oeb.gz"), ("x.docx", "docx"), ("x.gz", "gz")),
    ],
)
def test_the_server_rejects_a_format(
    session: OrionSession, plain: Plain, tmp_path: Path, name: str, format: str
) -> None:
    (tmp_path / name).write_bytes(b"x")
    there = Dataset.upload(session, "there", b"CC ethane", format="smi")
    for act in (
        lambda: Dataset.upload(session, "x", tmp_path / name),
        lambda: there.download_to_file(tmp_path / f"back-{name}"),
    ):
        with pytest.raises(
            BadResponse, match=f"422.*{format!r}.*known formats are sdf, smi, csv, json, binary"
        ) as caught:
            act()
        assert caught.value.response.json()["code"] == "unknown_format"  # type: ignore[attr-defined]
    assert plain.get(DATASETS)["count"] == 1
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


def test_without_an_extension_a_dataset_is_binary(session: OrionSession, tmp_path: Path) -> None:
    Dataset.upload(session, "x", drugs("smi")).download_to_file(tmp_path / "drugs")
    content = (tmp_path / "drugs").read_bytes()
    assert content.startswith(b"ORIONREC1\n")
    for source in (tmp_path / "drugs", content, io.BytesIO(content)):
        assert Dataset.upload(session, "x", source).count == 24
    with pytest.raises(BadResponse, match="422"):
        Dataset.upload(session, "x", b"CC ethane")
    assert Dataset.upload(session, "x", NamedBytes(b"CC ethane")).count == 1


@pytest.mark.parametrize("format", ["sdf", "smi", "csv"])
def test_a_compressed_dataset_makes_a_round_trip(session: OrionSession, tmp_path: Path, format: str) -> None:
    content = Dataset.upload(session, "drugs", drugs(format)).download(format=format)
    (tmp_path / f"drugs.{format}.gz").write_bytes(gzip.compress(content))
    dataset = Dataset.upload(session, "drugs", tmp_path / f"drugs.{format}.gz")
    assert dataset.count == 24
    dataset.download_to_file(tmp_path / f"back.{format.upper()}.gz")
    assert gzip.decompress((tmp_path / f"back.{format.upper()}.gz").read_bytes()) == content
    assert gzip.decompress(dataset.download(format=f"{format}.gz")) == content
    # The given format takes precedence over the extension.
    assert Dataset.upload(session, "drugs", tmp_path / f"drugs.{format}.gz", format=f"{format}.GZ").count == 24
    dataset.download_to_file(tmp_path / "plain.gz", format=format)
    assert (tmp_path / "plain.gz").read_bytes() == content
    with pytest.raises(BadResponse, match="422"):
        Dataset.upload(session, "drugs", tmp_path / f"drugs.{format}.gz", format=format)


@pytest.mark.parametrize(
    ("format", "content", "line"),
    [
        ("sdf", drugs("sdf").read_bytes().replace(b" 21 21  0", b" 2x 21  0", 1), 4),
        ("sdf", drugs("sdf").read_bytes()[:5000], None),
        ("smi", b"CCO ethanol\nC1CC broken\n", 2),
        ("csv", b"name,smiles\nethanol,CCO\nbroken\n", 3),
        ("json", b'{"a": 1}\n[1]\n', 2),
        ("smi", b"", None),
    ],
)
def test_a_malformed_file_leaves_nothing(
    session: OrionSession, plain: Plain, format: str, content: bytes, line: int | None
) -> None:
    with pytest.raises(BadResponse, match="422") as caught:
        Dataset.upload(session, "bad", content, format=format)
    if line is not None:
        assert caught.value.response.json()["line"] == line  # type: ignore[attr-defined]
        assert f"Line {line}: " in str(caught.value)
    assert plain.get(DATASETS)["count"] == plain.get(f"{DATASETS}?deleted=true")["count"] == 0


def test_an_existing_target_is_replaced_atomically(session: OrionSession, tmp_path: Path) -> None:
    target = tmp_path / "drugs.csv"
    target.write_text("x" * 100_000)
    Dataset.upload(session, "drugs", drugs("csv")).download_to_file(target)
    assert target.read_text().splitlines() == drugs("csv").read_text().splitlines()


def test_a_failed_create_with_content_leaves_nothing(session: OrionSession, plain: Plain, tmp_path: Path) -> None:
    for source in (tmp_path / "missing", ("name", b"content", "text/plain")):
        with pytest.raises((OSError, ValidationError)):
            session.create_resource(File, {"name": "x"}, files={"file": source})
    assert plain.get(FILES)["count"] == 0


def test_an_empty_selection_selects_no_record(session: OrionSession) -> None:
    dataset = Dataset.upload(session, "drugs", drugs("smi"))
    for options in ({"record_ids": []}, {"fieldlist": []}):
        with pytest.raises(ValidationError, match="is empty"):
            dataset.download(**options)
    with pytest.raises(ValidationError, match="'tags' is an empty list"):
        session.list_resources(Dataset, {"tags": []})


@pytest.mark.parametrize("name", ["x.sdf.gz", "x.SDF", "x.sd", "x.sd.gz"])
def test_records_are_counted_in_every_spelling_of_a_format(scripted: Scripted, tmp_path: Path, name: str) -> None:
    content = drugs("sdf").read_bytes()
    records = content.split(b"$$$$\n")
    dataset = Dataset.from_msg({"id": 1, "name": "x", "count": 24}, scripted.session())
    pack = gzip.compress if name.endswith("gz") else bytes
    # Concatenated gzip members are one gzip file.
    half = len(b"$$$$\n".join(records[:12])) + 5
    scripted.then(ScriptedResponse(raw=pack(content[:half]) + pack(content[half:])))
    dataset.download_to_file(tmp_path / name)
    assert (tmp_path / name).exists()
    half_of_it = ScriptedResponse(raw=pack(content[:half]))
    scripted.responses[:] = [half_of_it, ScriptedResponse(data={"id": 1, "name": "x", "count": 24}), half_of_it]
    with pytest.raises(OrionError, match="received 12 records"):
        dataset.download_to_file(tmp_path / f"half-{name}")
    assert not (tmp_path / f"half-{name}").exists()
