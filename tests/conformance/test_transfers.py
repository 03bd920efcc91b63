"""Test the transfer rows of the retry table: content arrives complete or not at all, and nothing is left behind."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain

from orionclient.exceptions import OrionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File, Shard, ShardCollection

ROWS = json.loads((Path(__file__).parent / "transfers.json").read_text())
CONTENT = random.Random(7).randbytes(9 << 20)
SMALL = CONTENT[: 1 << 20]


class Files:
    """Uploads files and inspects them without the client."""

    creation = "create_file"

    def __init__(self, orion: LocalOrion, plain: Plain) -> None:
        self._plain = plain

    def upload(self, session: OrionSession, source: Path | bytes) -> File:
        return File.upload(session, "x", source)

    def read(self, file: File) -> bytes:
        return self._plain.request("GET", f"/api/v3/storage/files/{file.id}/download")[1]

    def count(self) -> int:
        path = "/api/v3/storage/files/"
        return sum(self._plain.get(f"{path}{trash}")["count"] for trash in ("", "?deleted=true"))


class Shards:
    """Uploads shards and inspects them without the client."""

    creation = "create_shard"

    def __init__(self, orion: LocalOrion, plain: Plain) -> None:
        self._plain = plain
        self._collection = ShardCollection.create(orion.session(), "x").id
        self._path = f"/api/v1/storage/collections/{self._collection}/shards/"

    def upload(self, session: OrionSession, source: Path | bytes) -> Shard:
        shard = Shard.create(session.get_resource(ShardCollection, self._collection), "x", file=source)
        assert shard.state == "ready"
        return shard

    def read(self, shard: Shard) -> bytes:
        return self._plain.request("GET", f"{self._path}{shard.id}/download/")[1]

    def count(self) -> int:
        return self._plain.get(self._path)["count"]


KINDS = {
    "upload_file_content": Files,
    "download_file": Files,
    "upload_shard_content": Shards,
    "download_shard": Shards,
}


def cases(verb: str) -> list[Any]:
    return [
        pytest.param(operation, script, row["must"], id=f"{row['scenario']}-{index}-{operation}")
        for row in ROWS
        for operation in row["operations"]
        if operation.startswith(verb)
        for index, script in enumerate(row["scripts"])
    ]


def create_session(orion: LocalOrion, script: list[Any]) -> OrionSession:
    stalls = "stall" in str(script)
    return OrionSession(orion.config(), requests_session=get_session(request_timeout=2 if stalls else 60))


@pytest.mark.parametrize(("operation", "script", "must"), cases("upload"))
def test_upload(orion: LocalOrion, plain: Plain, tmp_path: Path, operation: str, script: list[Any], must: str) -> None:
    kind = KINDS[operation](orion, plain)
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    orion.faults.script(operation, script)
    if must == "succeed":
        resource = kind.upload(create_session(orion, script), source)
        assert kind.read(resource) == CONTENT
        assert kind.count() == 1
    else:
        with pytest.raises(OrionError):
            kind.upload(create_session(orion, script), source)
        assert kind.count() == 0
    orion.faults.assert_consumed()
    assert orion.faults.effects(kind.creation) == 1


@pytest.mark.parametrize("sink", ["file", "iterator"])
@pytest.mark.parametrize(("operation", "script", "must"), cases("download"))
def test_download(
    orion: LocalOrion, plain: Plain, tmp_path: Path, operation: str, script: list[Any], must: str, sink: str
) -> None:
    resource = KINDS[operation](orion, plain).upload(create_session(orion, script), SMALL)
    target = tmp_path / "target"
    target.write_bytes(b"old")
    orion.faults.script(operation, script)
    succeeds = must == "succeed" or (must == "restart" and sink == "file")
    error = None
    received = b"old"
    try:
        if sink == "file":
            resource.download_to_file(target)
            received = target.read_bytes()
        else:
            received = b"".join(resource.download())
    except OrionError as caught:
        error = caught
    assert (error is None) == succeeds, error
    if succeeds:
        assert received == SMALL
    elif sink == "file":
        assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orion", "target"]
    orion.faults.assert_consumed()


def test_every_operation_of_the_table_has_a_kind() -> None:
    assert {operation for row in ROWS for operation in row["operations"]} == set(KINDS)
