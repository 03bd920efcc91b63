"""Creating resources of every kind:

tags, folders, existing names, bytes and file objects, and cleaning up after failures.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.examples import drugs
from orionclient.exceptions import BadResponse, MultipleResultsFound, OrionServiceError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Project, Secret, Shard, ShardCollection, datasets
from orionclient.utils import job_tag

DATASETS = "/api/v1/storage/datasets/"
FILES = "/api/v3/storage/files/"
COLLECTIONS = "/api/v1/storage/collections/"
SMILES = b"CCO ethanol\n"

WAYS: dict[str, Callable[..., Any]] = {
    "File.upload": lambda session, **given: File.upload(session, "made", b"CC", **given),
    "Dataset.upload": lambda session, **given: Dataset.upload(session, "made", SMILES, format="smi", **given),
    "Dataset.create": lambda session, **given: Dataset.create(session, "made", **given),
    "ShardCollection.create": lambda session, **given: ShardCollection.create(session, "made", **given),
    "Secret.create": lambda session, **given: Secret.create(session, "made", "value", **given),
}


@pytest.fixture(params=list(WAYS))
def make(request: pytest.FixtureRequest) -> Any:
    return WAYS[request.param]


@pytest.fixture(params=[File, Dataset])
def upload(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Upload a file, or a dataset of `lines` molecules, one per line."""

    def send(session: OrionSession, name: str, lines: int, **given: Any) -> Any:
        extra = {"format": "smi"} if request.param is Dataset else {}
        return request.param.upload(session, name, SMILES * lines, **extra, **given)

    return send


def lines_of(resource: File | Dataset) -> int:
    if isinstance(resource, Dataset):
        return len(list(resource.records()))
    return b"".join(resource.download()).count(b"\n")


def tags_of(session: OrionSession, resource: Any) -> list[str]:
    return sorted(tag["name"] for tag in session.list_tags(resource))


def everything(plain: Plain) -> int:
    paths = (FILES, DATASETS, COLLECTIONS)
    return sum(plain.get(path)["count"] + plain.get(f"{path}?deleted=true")["count"] for path in paths)


# ---------------------------------------------------------------------- tags


def test_tags(session: OrionSession, make: Callable[..., Any]) -> None:
    made = make(session, tags=["Trajectory", None, "Job 7", "Trajectory"])
    assert tags_of(session, made) == ["Job 7", "Trajectory"]
    assert [each.id for each in session.list_resources(type(made), {"tags": ["Job 7"]})] == [made.id]
    assert tags_of(session, make(session, tags=("one",), project=3)) == ["one"]


@pytest.mark.parametrize("tags", [None, [], [None]])
def test_no_tags(orion: LocalOrion, session: OrionSession, make: Callable[..., Any], tags: Any) -> None:
    made = make(session, tags=tags)
    assert tags_of(session, made) == []
    assert orion.faults.requests("add_tags") == []


@pytest.mark.parametrize("tags", [[""], ["x", " "], [7], [b"x"], "text"])
def test_invalid_tags_are_rejected(scripted: Scripted, make: Callable[..., Any], tags: Any) -> None:
    with pytest.raises(ValidationError, match="a tag must be a non-empty string|tags must be a list of strings"):
        make(scripted.session(), tags=tags)
    assert scripted.requests == []


def test_a_resource_whose_tagging_fails_is_deleted(
    session: OrionSession, plain: Plain, make: Callable[..., Any]
) -> None:
    with pytest.raises(BadResponse, match="add_tags"):
        make(session, tags=["x" * 256])
    assert everything(plain) == plain.get("/api/v1/secrets/")["count"] == 0


def test_tags_are_sent_before_the_content(orion: LocalOrion, session: OrionSession) -> None:
    # A client that waits for a tag must not find an abandoned upload, and the tag of an incomplete one names its owner.
    File.upload(session, "x", b"x", tags=["Job 1"])
    requests = [seen.operation for seen in orion.faults.requests()]
    assert requests == ["create_file", "add_tags", "upload_file_content"]


def test_a_failed_upload_removes_its_tags(
    orion: LocalOrion, session: OrionSession, plain: Plain, upload: Callable[..., Any]
) -> None:
    for operation in ("upload_file_content", "upload_dataset_content"):
        orion.faults.script(operation, [507], times=20)
    with pytest.raises(OrionServiceError, match="507"):
        upload(session, "x", 1, tags=["Job 1"])
    assert everything(plain) == 0


def test_job_tag(session: OrionSession, monkeypatch: pytest.MonkeyPatch) -> None:
    assert job_tag() is None
    outside = ShardCollection.create(session, "x", tags=["Trajectory", job_tag()])
    assert tags_of(session, outside) == ["Trajectory"]
    monkeypatch.setenv("ORION_JOB_ID", "4242")
    assert job_tag() == "Job 4242"
    inside = ShardCollection.create(session, "x", tags=["Trajectory", job_tag()])
    assert tags_of(session, inside) == ["Job 4242", "Trajectory"]
    for empty in ("", "  "):
        monkeypatch.setenv("ORION_JOB_ID", empty)
        assert job_tag() is None


# ---------------------------------------------------------------------- existing names


def test_names_need_not_be_unique(session: OrionSession, upload: Callable[..., Any]) -> None:
    assert upload(session, "same", 1) != upload(session, "same", 1)


def test_skip(orion: LocalOrion, session: OrionSession, upload: Callable[..., Any]) -> None:
    first = upload(session, "same", 1, if_exists="skip", tags=["first"])
    assert lines_of(first) == 1
    orion.faults.clear()
    again = upload(session, "same", 2, if_exists="skip", tags=["second"], description="second")
    assert [seen.method for seen in orion.faults.requests()] == ["GET"]
    assert (again, again.name, again.session, again.description) == (first, "same", session, "")
    assert (lines_of(again), tags_of(session, again)) == (1, ["first"])
    # Of several, the first one is used.
    upload(session, "same", 3)
    assert upload(session, "same", 4, if_exists="skip") == first


def test_replace(session: OrionSession, upload: Callable[..., Any]) -> None:
    first = upload(session, "same", 1, if_exists="replace", tags=["first"], description="old")
    again = upload(session, "same", 2, if_exists="replace", tags=["second", None])
    assert (again, again.description, lines_of(again)) == (first, "old", 2)
    assert tags_of(session, again) == ["first", "second"]
    third = upload(session, "same", 3, if_exists="replace", description="new")
    assert (third, third.description, lines_of(third)) == (first, "new", 3)
    assert len(list(session.list_resources(type(first)))) == 1
    second = upload(session, "same", 1)
    with pytest.raises(MultipleResultsFound, match=f"for example the ids {first.id} and {second.id}"):
        upload(session, "same", 4, if_exists="replace")
    assert lines_of(first) == 3


def test_error(session: OrionSession, upload: Callable[..., Any]) -> None:
    first = upload(session, "same", 1, if_exists="error")
    with pytest.raises(ValidationError) as caught:
        upload(session, "same", 2, if_exists="error")
    kind = type(first).__name__
    assert str(caught.value) == f"{kind} {first.id} named 'same' already exists in project 1"
    assert list(session.list_resources(type(first))) == [first]
    assert lines_of(first) == 1


def test_a_replacement_that_fails_leaves_the_old(
    orion: LocalOrion, session: OrionSession, upload: Callable[..., Any]
) -> None:
    first = upload(session, "same", 1)
    for operation in ("upload_file_content", "upload_dataset_content"):
        orion.faults.script(operation, [507], times=20)
    with pytest.raises(OrionServiceError, match="507"):
        upload(session, "same", 2, if_exists="replace")
    session.refresh_resource(first)
    assert lines_of(first) == 1


def test_existing_names_are_matched_exactly(session: OrionSession, upload: Callable[..., Any]) -> None:
    others = [upload(session, name, 1) for name in ("same thing", "Same", "same ", "sam")]
    for index, way in enumerate(("skip", "replace", "error")):
        made = upload(session, f"same{index}", 1, if_exists=way)
        assert made not in others
    assert upload(session, "same", 1, if_exists="error") not in others


def test_existing_names_are_matched_in_the_same_folder(session: OrionSession, upload: Callable[..., Any]) -> None:
    here = upload(session, "same", 1)
    there = upload(session, "same", 2, project=3, if_exists="error")
    assert there.project == 3
    assert upload(session, "same", 9, project=Project(id=3), if_exists="skip") == there
    assert upload(session, "same", 9, project="1", if_exists="skip") == here
    # The folder counts, even if it still has to be created.
    inside = upload(session, "same", 3, folder_path="/new/june", if_exists="error")
    assert inside.path == "/new/june"
    assert upload(session, "same", 9, folder_path="/new/june", if_exists="skip") == inside
    assert upload(session, "same", 9, folder_path="/new", if_exists="error").path == "/new"
    with pytest.raises(MultipleResultsFound):
        upload(session, "same", 9, if_exists="replace")


def test_resources_in_the_trash_are_ignored(session: OrionSession, upload: Callable[..., Any]) -> None:
    first = upload(session, "same", 1)
    session.delete_resource(first)
    assert upload(session, "same", 2, if_exists="error") != first


@pytest.mark.parametrize("word", ["Skip", "", "keep", True, 0])
def test_unknown_options_are_rejected(scripted: Scripted, upload: Callable[..., Any], word: Any) -> None:
    with pytest.raises(ValidationError, match="if_exists must be one of skip, replace, error, not"):
        upload(scripted.session(), "same", 1, if_exists=word)
    assert scripted.requests == []


def test_without_a_project(orion: LocalOrion, upload: Callable[..., Any]) -> None:
    session = OrionSession(orion.config(project=None))
    with pytest.raises(ValidationError, match="if_exists requires a project"):
        upload(session, "same", 1, if_exists="skip")
    assert orion.faults.requests() == []
    assert upload(session, "same", 1, project=1, if_exists="skip").project == 1


def test_an_unreadable_file_is_an_error_before_any_request(scripted: Scripted, tmp_path: Path) -> None:
    for kind in (File, Dataset):
        with pytest.raises(FileNotFoundError):
            kind.upload(scripted.session(), "x", tmp_path / "missing.smi", if_exists="replace")
    assert scripted.requests == []


# ---------------------------------------------------------------------- bytes and file objects


def test_uploads_from_every_kind_of_source(session: OrionSession, tmp_path: Path) -> None:
    content = drugs("smi").read_bytes()
    path = tmp_path / "drugs.smi"
    path.write_bytes(content)
    with path.open("rb") as stream:
        sources: list[Any] = [
            path,
            str(path),
            content,
            bytearray(content),
            memoryview(content),
            io.BytesIO(content),
            stream,
        ]
        for source in sources:
            assert b"".join(File.upload(session, "x", source).download()) == content
        stream.seek(0)
        assert Dataset.upload(session, "x", stream).count == 24
        assert not stream.closed
    assert Dataset.upload(session, "x", io.BytesIO(content), format="smi").count == 24


def test_downloads_to_file_objects(session: OrionSession, tmp_path: Path) -> None:
    content = os.urandom((1 << 20) + 3)
    file, memory = File.upload(session, "x", content), io.BytesIO()
    memory.write(b"before")
    assert file.download_to_file(memory) is None  # type: ignore[func-returns-value]
    assert memory.getvalue() == b"before" + content
    with (tmp_path / "x").open("wb") as stream:
        file.download_to_file(stream)
        stream.write(b"after")
    assert (tmp_path / "x").read_bytes() == content + b"after"
    dataset = Dataset.upload(session, "x", drugs("smi"))
    with (tmp_path / "x.smi").open("wb") as stream:
        dataset.download_to_file(stream)
    assert (tmp_path / "x.smi").read_bytes() == drugs("smi").read_bytes()
    unnamed = io.BytesIO()
    dataset.download_to_file(unnamed)
    assert unnamed.getvalue() == dataset.download()


def test_an_error_of_the_file_object_is_raised(session: OrionSession) -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        File.upload(session, "x", b"content").download_to_file(Full())


# ---------------------------------------------------------------------- records


def test_a_record_that_is_too_large(session: OrionSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "_MAX_RECORD_BYTES", 100)
    dataset = Dataset.create(session, "x")
    dataset.write({"Title": "small"})
    with pytest.raises(ValidationError, match="record 1 has 214 bytes as JSON; the maximum is 100"):
        dataset.write({"Title": "x" * 200})
    largest = {"Title": "x" * (100 - len('{"Title": ""}\n'))}
    dataset.write(largest)
    dataset.finalize()
    assert [dict(record) for record in dataset.records()] == [{"Title": "small"}, largest]


def test_the_limit_of_records_is_the_observed_one(scripted: Scripted) -> None:
    dataset = Dataset(id=7, session=scripted.session())
    with pytest.raises(ValidationError, match="record 0 has 100000012 bytes as JSON; the maximum is 100000000"):
        dataset.write({"Data": "x" * (100_000_012 - len('{"Data": ""}\n'))})
    assert scripted.requests == []


# ---------------------------------------------------------------------- cleaning up


def test_cleanup_deletes_permanently(scripted: Scripted) -> None:
    scripted.responses = [
        ScriptedResponse(201, {"id": 5}),
        ScriptedResponse(400, {"detail": "no"}),
        ScriptedResponse(204, raw=b""),
    ]
    with pytest.raises(BadResponse, match="add_tags"):
        ShardCollection.create(scripted.session(), "x", tags=["a"])
    assert (scripted.requests[-1].method, scripted.requests[-1].path) == ("DELETE", f"{COLLECTIONS}5/?immediate=true")
    # Shards have no trash, so their deletion is final.
    scripted.responses = [
        ScriptedResponse(201, {"id": 9}),
        ScriptedResponse(400, {"detail": "no"}),
        ScriptedResponse(204, raw=b""),
    ]
    with pytest.raises(BadResponse, match="upload_shard_content"):
        Shard.create(ShardCollection(id=5, session=scripted.session()), file=b"x")
    assert (scripted.requests[-1].method, scripted.requests[-1].path) == ("DELETE", f"{COLLECTIONS}5/shards/9/")


def test_an_incomplete_upload_is_not_skipped(session: OrionSession) -> None:
    half = session.create_resource(File, {"name": "results", "project": session.config.project})
    assert half.state == "uploading"
    made = File.upload(session, "results", b"x", if_exists="skip")
    assert made != half
    assert File.upload(session, "results", b"y", if_exists="skip") == made
