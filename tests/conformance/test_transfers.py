"""The rows of the table that move content: it arrives whole or not at all, and nothing is left behind."""

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
from orionclient.types import File

ROWS = json.loads((Path(__file__).parent / "transfers.json").read_text())
CONTENT = random.Random(7).randbytes(9 << 20)
SMALL = CONTENT[: 1 << 20]


def cases(verb: str) -> list[Any]:
    return [
        pytest.param(script, row["must"], id=f"{row['scenario']}-{number}")
        for row in ROWS
        if row["verb"] == verb
        for number, script in enumerate(row["scripts"])
    ]


def patient(orion: LocalOrion, script: list[Any]) -> OrionSession:
    stalls = "stall" in str(script)
    return OrionSession(orion.config(), requests_session=get_session(request_timeout=0.7 if stalls else 60))


@pytest.mark.parametrize(("script", "must"), cases("upload"))
def test_upload(orion: LocalOrion, plain: Plain, tmp_path: Path, script: list[Any], must: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    orion.faults.script("upload_file_content", script)
    if must == "succeed":
        file = File.upload(patient(orion, script), "x", source)
        assert plain.request("GET", f"/api/v3/storage/files/{file.id}/download")[1] == CONTENT
        assert plain.get("/api/v3/storage/files/")["count"] == 1
    else:
        with pytest.raises(OrionError):
            File.upload(patient(orion, script), "x", source)
        assert plain.get("/api/v3/storage/files/")["count"] == 0
        assert plain.get("/api/v3/storage/files/?deleted=true")["count"] == 0
    orion.faults.assert_consumed()
    assert orion.faults.effects("create_file") == 1


@pytest.mark.parametrize("sink", ["file", "iterator"])
@pytest.mark.parametrize(("script", "must"), cases("download"))
def test_download(orion: LocalOrion, tmp_path: Path, script: list[Any], must: str, sink: str) -> None:
    file = File.upload(patient(orion, script), "x", SMALL)
    target = tmp_path / "target"
    target.write_bytes(b"old")
    orion.faults.script("download_file", script)
    good = must == "succeed" or (must == "anew" and sink == "file")
    error = None
    got = b"old"
    try:
        if sink == "file":
            file.download_to_file(target)
            got = target.read_bytes()
        else:
            got = b"".join(file.download())
    except OrionError as caught:
        error = caught
    assert (error is None) == good, error
    if good:
        assert got == SMALL
    elif sink == "file":
        assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orion", "target"]
    orion.faults.assert_consumed()
