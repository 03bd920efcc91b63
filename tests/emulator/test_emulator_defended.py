"""Tests of the local Orion with malicious archives and fault steps, and of its durability."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from orionclient.config import SessionConfig
from orionclient.emulator import Server
from orionclient.emulator._jobs import archives
from orionclient.emulator._store.store import Store
from orionclient.emulator.faults import _middleware
from orionclient.emulator.faults._steps import Step, parse
from orionclient.exceptions import ValidationError
from orionclient.session import OrionSession
from orionclient.types import WorkFloePackage

MANIFEST = json.dumps({"name": "p", "version": "1", "python_version": "3.11", "requirements": []}).encode()
USERS = "/api/v1/users/me/"
DEEP = "[" * 100_000


def long_names(count: int) -> bytes:
    """A tar archive that begins with many heads of GNU's long names in a row."""
    head = tarfile.TarInfo("././@LongLink")
    head.type, head.size = tarfile.GNUTYPE_LONGNAME, 2
    return gzip.compress((head.tobuf(tarfile.GNU_FORMAT) + b"x\0".ljust(512, b"\0")) * count + b"\0" * 1024)


def chain(count: int) -> bytes:
    """An archive in which every link leads to the next one, the last to a file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        info = tarfile.TarInfo("manifest.json")
        info.size = len(MANIFEST)
        tar.addfile(info, io.BytesIO(MANIFEST))
        for number in range(count):
            info = tarfile.TarInfo(f"link{number}")
            info.type, info.linkname = tarfile.SYMTYPE, f"link{number + 1}" if number < count - 1 else "manifest.json"
            tar.addfile(info)
    return gzip.compress(made.getvalue())


def test_heads_within_heads_are_a_bad_archive(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(long_names(2000))
    with pytest.raises(archives.BadArchiveError, match="damaged"):
        archives.extract(tmp_path / "bad", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_heads_within_heads_are_rejected_on_both_sides(ada: httpx.Client, tmp_path: Path) -> None:
    made = ada.post("/api/v1/packages/", json={"name": "p"}).json()
    response = ada.put(f"/api/v1/packages/{made['id']}/upload/", content=long_names(2000))
    assert (response.status_code, response.json()["code"]) == (422, "bad_package")
    (tmp_path / "bad.tar.gz").write_bytes(long_names(2000))
    session = OrionSession(SessionConfig(url=str(ada.base_url), token=ada.headers["Authorization"].split()[1]))
    with pytest.raises(ValidationError, match=r"bad\.tar\.gz is not a tar.gz archive"):
        WorkFloePackage.upload(session, tmp_path / "bad.tar.gz")


def test_a_chain_of_links_is_walked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    real = Path.is_file

    def counted(self: Path) -> bool:
        nonlocal looks
        looks += 1
        return real(self)

    (tmp_path / "chain").write_bytes(chain(1000))
    monkeypatch.setattr(Path, "is_file", counted)
    archives.extract(tmp_path / "chain", tmp_path / "out")
    assert {(tmp_path / "out" / f"link{number}").read_bytes() for number in range(1000)} == {MANIFEST}
    assert looks < 2000


@pytest.mark.parametrize("text", [
    DEEP, '{"step": ' + DEEP, '{"step": "status", "step": "status", "code": 503}', '{"step": NaN}',
    '{"step": "stall", "seconds": 1e999}', "stall;seconds=Infinity", '{"step": "cut", "sent": null}', "cut;sent=null",
    '{"step": "set_field", "field": "a", "value": "\\ud800"}', "status;code=" + "9" * 5000, "9" * 5000,
])  # fmt: skip
def test_an_invalid_step_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        parse(text)
    assert type(raised.value) is ValueError


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("defended"), seed="demo", faults=True) as running:
        yield running


@pytest.mark.parametrize("step", ["[" * 5000, '{"step": "cut", "sent": null}', '{"step": ' + "[" * 5000])
def test_a_bad_step_in_a_header_is_a_bad_parameter(ada: httpx.Client, step: str) -> None:
    response = ada.get(USERS, headers={"X-Orion-Fault": step})
    assert (response.status_code, response.json()["code"]) == (400, "bad_parameter")


def test_a_bad_step_of_a_script_is_rejected_and_poisons_nothing(ada: httpx.Client) -> None:
    script = {"operation": "get_current_user", "steps": [{"step": "cut", "sent": None}]}
    response = ada.post("/_faults", json=[script])
    assert response.status_code == 400, response.text
    assert ada.get(USERS).status_code == 200


def test_an_unexpected_error_of_a_step_has_an_envelope(ada: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> Step:
        raise RuntimeError("not expected")

    monkeypatch.setattr(_middleware, "parse", broken)
    response = ada.get(USERS, headers={"X-Orion-Fault": "503"})
    assert (response.status_code, response.json()["code"]) == (500, "server_error")
    assert "not expected" not in response.text


def test_every_commit_is_on_the_disk(tmp_path: Path) -> None:
    # 2 is FULL. It protects against a power failure between a commit and the removal of the old content, which no test can cause.
    store = Store(tmp_path / "x.sqlite")
    try:
        with store.write_transaction() as first, store.read_transaction() as second:
            assert [db.execute("PRAGMA synchronous").fetchone()[0] for db in (first, second)] == [2, 2]
            assert first.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    finally:
        store.close()
