"""Durability of downloads: a file is synced before it is renamed, and an interrupt right afterwards is raised."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._transfer import part_files
from orionclient.types import File


@pytest.mark.parametrize("durable", [True, False])
def test_a_download_is_synced_before_it_is_renamed(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    did: list[tuple[str, str]] = []
    sync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        did.append(("fsync", Path(f"/proc/self/fd/{handle}").resolve().name))
        sync(handle)

    def replaced(path: Path, target: Any) -> Path:
        did.append(("rename", Path(target).name))
        return replace(path, target)

    monkeypatch.setattr(part_files.os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    scripted.then(ScriptedResponse(raw=b"content", headers={"Content-Type": "application/octet-stream"}))
    File(session=scripted.session(), id=7).download_to_file(tmp_path / "out", durable=durable)
    before, after = [("fsync", ".out.part")], [("fsync", tmp_path.name)]
    assert did == [*(before if durable else []), ("rename", "out"), *(after if durable else [])]
    assert (tmp_path / "out").read_bytes() == b"content"


def test_an_interrupt_right_after_the_rename_is_raised(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target is complete by then, and nothing is left beside it."""
    replace = Path.replace

    def struck(path: Path, target: Path) -> Path:
        moved = replace(path, target)
        if path.name == ".out.part":
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "replace", struck)
    headers = {"Content-Type": "application/octet-stream", "ETag": '"mark"', "Accept-Ranges": "bytes"}
    scripted.then(ScriptedResponse(raw=b"content", headers=headers))
    with pytest.raises(KeyboardInterrupt):
        File(session=scripted.session(), id=7).download_to_file(tmp_path / "out")
    assert os.listdir(tmp_path) == ["out"]
    assert (tmp_path / "out").read_bytes() == b"content"
