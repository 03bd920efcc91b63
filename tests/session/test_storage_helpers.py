"""Storage helpers: the same code uploads files and shards in a job, and leaves them on disk elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orionclient.exceptions import NotFoundResponse, ValidationError
from orionclient.helpers.storage import local_path, start_collection, store_file, store_shard
from orionclient.local import LocalOrion
from orionclient.session import APISession
from orionclient.types import Dataset, File, Shard, ShardCollection


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write a file to disk."""
    path = tmp_path / "frames.xyz"
    path.write_bytes(b"frames")
    return path


@pytest.fixture
def job(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalOrion]:
    """Run this process as a job."""
    for name, value in {**orion.environ, "ORION_JOB_ID": "42"}.items():
        monkeypatch.setenv(name, value)
    APISession._config = None
    yield orion
    APISession._config = None


def code_of_a_cube(path: str) -> tuple[Any, Any, bytes, bytes, bool]:
    """Do what a cube does, without a branch for jobs."""
    collection = start_collection("frames", {"step": 1}, tags=["md"])
    file, shard = store_file(path, "UI name", tags=["Trajectory"]), store_shard(path, "1", collection, {"frames": 10})
    with local_path(file) as first, local_path(shard) as second:
        found = (Path(first).read_bytes(), Path(second).read_bytes(), first == second == path)
    return (file, shard, *found)


def test_elsewhere_files_stay_on_disk(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, shard, one, two, same = code_of_a_cube(str(written))
    assert file == shard == str(written)
    assert (one, two, same) == (b"frames", b"frames", True)
    assert written.exists()
    monkeypatch.chdir(written.parent)
    assert store_file("frames.xyz", "x") == str(written)
    with local_path(Path("frames.xyz")) as path:
        assert path == str(written)


def test_in_a_job_files_are_uploaded(job: LocalOrion, written: Path) -> None:
    file, shard, one, two, same = code_of_a_cube(str(written))
    assert (one, two, same) == (b"frames", b"frames", False)
    session = job.session()
    stored = session.get_link(file).get_resource()
    assert (stored.name, stored.size) == ("UI name", 6)
    assert {tag["name"] for tag in session.list_tags(stored)} == {"Job 42", "Trajectory"}
    chunk = session.get_link(shard).get_resource()
    assert (chunk.name, chunk.state, chunk.metadata) == ("1", "ready", {"frames": 10})
    session.refresh_resource(chunk.collection)
    assert (chunk.collection.name, chunk.collection.metadata) == ("frames", {"step": 1})
    assert {tag["name"] for tag in session.list_tags(chunk.collection)} == {"Job 42", "md"}
    # A later cube finds the collection closed.
    chunk.collection.close()
    again = store_shard(written, "2", chunk.collection)
    assert session.get_link(again).get_resource().state == "ready"


def test_a_path_is_made_from_every_kind_of_reference(job: LocalOrion, written: Path) -> None:
    session = job.session()
    file = File.upload(session, "ä/ö" * 80 + ".xyz", written)
    shard = Shard.create(ShardCollection.create(session, "c"), file=written)
    handles = [file, File(id=file.id), file.id, str(file.id), shard, Shard(collection=shard.collection.id, id=shard.id)]
    for each in handles:
        with local_path(each) as path:
            assert Path(path).read_bytes() == b"frames"
        assert not Path(path).exists()
    with local_path(file) as path:
        assert path.endswith("ö.xyz")


def test_invalid_references_are_rejected(job: LocalOrion, written: Path, tmp_path: Path) -> None:
    for nothing in (None, 1.5, Dataset(id=1)):
        with pytest.raises(ValidationError, match="a path, a File, a Shard, a link or the id"), local_path(nothing):
            pass
    with pytest.raises(FileNotFoundError), local_path(tmp_path / "gone"):
        pass
    with pytest.raises(NotFoundResponse), local_path(4711):
        pass
    with pytest.raises(ValidationError, match=r"requires a collection; create one with start_collection\(\.\.\.\)"):
        store_shard(written, "1", None)


def test_a_missing_file_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store_file(tmp_path / "gone", "x")
    with pytest.raises(FileNotFoundError):
        store_shard(tmp_path / "gone", "x", None)
