"""Empty paths, usually from unset variables, are rejected before any request and never mean the working directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted

from orionclient.exceptions import ValidationError
from orionclient.helpers.collections import try_hard_to_download_shard
from orionclient.helpers.reports import download_report
from orionclient.helpers.storage import local_path, store_file
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File, Shard, ShardCollection, WorkFloePackage

Act = Callable[[OrionSession], object]


def enter(session: OrionSession) -> None:
    with local_path("", session=session):
        pass


FILE = {"resource_type": "file", "id": 1}
CALLS: dict[str, Act] = {
    "upload_files": lambda session: session.upload_files(""),
    "upload_files, one of several": lambda session: session.upload_files([__file__, ""]),
    "upload_files, an iterator": lambda session: session.upload_files(iter([""])),
    "upload_files, folder_path": lambda session: session.upload_files([__file__], folder_path=""),
    "download_files": lambda session: session.download_files([File(id=1)], ""),
    "create_paths": lambda session: session.create_paths("/a", ""),
    "assign_paths": lambda session: session.assign_paths({**FILE, "path": ""}),
    "create_resource": lambda session: session.create_resource(File, {"name": "x", "path": ""}),
    "create_resource, content": lambda session: session.create_resource(File, {"name": "x"}, files={"file": ""}),
    "File.upload": lambda session: File.upload(session, "x", ""),
    "File.upload, folder_path": lambda session: File.upload(session, "x", b"x", folder_path=""),
    "File.upload, if_exists": lambda session: File.upload(session, "x", b"x", 1, folder_path="", if_exists="skip"),
    "put_content": lambda session: File(id=1, session=session).put_content(""),
    "download_to_file": lambda session: File(id=1, session=session).download_to_file(""),
    "download of an address": lambda session: get_session().download_to_file(session.config.url, ""),
    "Dataset.create": lambda session: Dataset.create(session, "x", folder_path=""),
    "Dataset.upload": lambda session: Dataset.upload(session, "x", ""),
    "Dataset.upload, folder_path": lambda session: Dataset.upload(session, "x", b"x", folder_path=""),
    "Dataset.download_to_file": lambda session: Dataset(id=1, session=session).download_to_file(""),
    "collection": lambda session: ShardCollection.create(session, "x", folder_path=""),
    "collection.upload": lambda session: ShardCollection(id=1, session=session).upload(""),
    "collection.upload, one of several": lambda session: ShardCollection(id=1, session=session).upload(["", __file__]),
    "collection.download": lambda session: ShardCollection(id=1, session=session).download(""),
    "Shard.create": lambda session: Shard.create(ShardCollection(id=1, session=session), "x", file=""),
    "upload_file": lambda session: Shard(collection=1, id=1, session=session).upload_file(""),
    "shard.download_to_file": lambda session: Shard(collection=1, id=1, session=session).download_to_file(""),
    "WorkFloePackage.upload": lambda session: WorkFloePackage.upload(session, ""),
    "download_report": lambda session: download_report(ShardCollection(id=1, session=session), ""),
    "store_file": lambda session: store_file("", "x", session=session),
    "local_path": enter,
    "LocalOrion": lambda _: LocalOrion(""),
}


# The empty path of these is that of a folder in Orion.
IN_ORION = {name for name in CALLS if "folder_path" in name} | {
    "create_paths",
    "assign_paths",
    "create_resource",
    "File.upload, if_exists",
    "Dataset.create",
    "collection",
}


@pytest.mark.parametrize("name", CALLS)
def test_an_empty_path_is_an_error_before_any_request(
    scripted: Scripted, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "private.txt").write_text("not to be sent")
    monkeypatch.chdir(tmp_path)
    advice = "give the path of a folder in Orion" if name in IN_ORION else "pass a file or folder"
    with pytest.raises(ValidationError, match=f"the path is empty; {advice}"):
        CALLS[name](scripted.session())
    assert scripted.requests == []
    assert [path.name for path in tmp_path.iterdir()] == ["private.txt"]


class Unset:
    """An empty path of a custom class."""

    def __fspath__(self) -> str:
        return ""


def test_empty_paths_of_other_types(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "private.txt").write_text("not to be sent")
    monkeypatch.chdir(tmp_path)
    session, unset = scripted.session(), Unset()
    for act in (
        lambda: session.upload_files(unset),
        lambda: ShardCollection(id=1, session=session).upload([unset]),
        lambda: File.upload(session, "x", unset),
        lambda: File(id=1, session=session).download_to_file(unset),
        lambda: session.download_files([File(id=1)], unset),
    ):
        with pytest.raises(ValidationError, match="the path is empty"):
            act()
    assert scripted.requests == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_empty_path_of_the_deprecated_helper(scripted: Scripted) -> None:
    shard: Any = Shard(collection=1, id=1, session=scripted.session())
    with pytest.raises(ValidationError, match="the path is empty"):
        try_hard_to_download_shard(shard, "")
    assert scripted.requests == []
