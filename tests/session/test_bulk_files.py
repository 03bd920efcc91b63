"""Bulk uploads and downloads of project files: resumable, and without duplicates."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain

from orionclient._transfer.progress import Progress
from orionclient.exceptions import AuthorizationRequired, TransferErrors, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Project

NAMES = ["a.smi", "b.smi", "sub/a.smi"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "molecules"
    (root / "sub").mkdir(parents=True)
    for name in NAMES:
        (root / name).write_text(f"CCO {name}")
    return root


def operations(orion: LocalOrion) -> Counter[str]:
    return Counter(seen.operation for seen in orion.faults.requests())


def on_server(plain: Plain) -> list[tuple[str, Any]]:
    files = plain.get("/api/v3/storage/files/?limit=1000")["results"]
    path = "/api/v3/storage/files/{}/download"
    return [(file["name"], plain.request("GET", path.format(file["id"]))[1]) for file in files]


def test_a_folder_makes_a_round_trip(session: OrionSession, plain: Plain, folder: Path, tmp_path: Path) -> None:
    results = session.upload_files(folder, folder_path="/screens", tags=["Job 7", None])
    files = [result.value for result in results if result.value]
    assert [file.name for file in files] == NAMES
    assert [result.item for result in results] == [folder / name for name in NAMES]
    assert {(file.state, file.path, file.session) for file in files} == {("ready", "/screens", session)}
    assert {tag["name"] for file in files for tag in session.list_tags(file)} == {"Job 7"}
    assert sorted(on_server(plain)) == [(name, f"CCO {name}".encode()) for name in NAMES]
    listing = session.list_resources(File, {"path": "/screens"})
    back = session.download_files(listing, tmp_path / "back")
    assert sorted(result.item.name for result in back) == NAMES
    assert {name: (tmp_path / "back" / name).read_text() for name in NAMES} == {name: f"CCO {name}" for name in NAMES}


def test_equal_names_are_made_unique(session: OrionSession, folder: Path, tmp_path: Path) -> None:
    results = session.upload_files(iter([folder / "a.smi", str(folder / "sub" / "a.smi")]))
    assert [result.value.name for result in results if result.value] == ["a.smi", "a-2.smi"]
    files = [File.upload(session, "../a.smi", b"x"), File.upload(session, "../A.smi", b"y")]
    back = session.download_files(files, tmp_path / "back")
    assert [result.value for result in back] == [tmp_path / "back" / "_" / name for name in ("a.smi", "A-2.smi")]


def test_no_file_is_transferred_twice(orion: LocalOrion, session: OrionSession, folder: Path, tmp_path: Path) -> None:
    # A file with the same name and other content is a different file.
    File.upload(session, "a.smi", b"CCO b.smi")
    first = session.upload_files(folder)
    files = [result.value for result in first if result.value]
    session.download_files(files, tmp_path / "back")
    orion.faults.clear()
    again = session.upload_files(folder)
    assert operations(orion) == {"list_files": len(NAMES)}
    assert [result.value for result in again] == files
    orion.faults.clear()
    session.download_files(files, tmp_path / "back")
    assert operations(orion) == {}
    (tmp_path / "back" / "a.smi").write_text("CCO c.smi")
    session.download_files(files, tmp_path / "back", durable=True)
    assert operations(orion) == {"download_file": 1}
    assert (tmp_path / "back" / "a.smi").read_text() == "CCO a.smi"


def test_files_in_other_folders_are_not_reused(session: OrionSession, plain: Plain, folder: Path) -> None:
    session.upload_files(folder, folder_path="/one")
    session.upload_files(folder, folder_path="/two")
    other = Project.create(session, "other")
    session.upload_files(folder, other)
    assert Counter(name for name, _ in on_server(plain)) == dict.fromkeys(NAMES, 3)


def test_files_of_other_projects_are_not_reused(orion: LocalOrion, session: OrionSession, folder: Path) -> None:
    # The server chooses the project.
    chooser = OrionSession(orion.config(project=None))
    chosen = File.upload(chooser, "which", b"").project
    other = next(project.id for project in session.list_resources(Project) if project.id != chosen)
    elsewhere = File.upload(session, "a.smi", folder / "a.smi", project=other)
    for _ in range(2):
        (result,) = chooser.upload_files([folder / "a.smi"])
        assert result.value is not None
        assert (result.value.project, result.value.state) == (chosen, "ready")
    there = list(session.list_resources(File, {"name": "a.smi"}))
    assert sorted((file.project, file.id) for file in there) == sorted(
        [(other, elsewhere.id), (chosen, result.value.id)]
    )


def test_two_uploads_of_the_same_file_leave_one(
    orion: LocalOrion, session: OrionSession, plain: Plain, folder: Path
) -> None:
    first = orion.session().upload_files(folder)
    # Simulate a listing from before the other upload.
    orion.faults.script("list_files", [{"step": "set_field", "field": "results", "value": []}])
    second = session.upload_files([folder / "a.smi"])
    orion.faults.assert_consumed()
    assert second[0].value == first[0].value
    assert orion.faults.effects("delete_file") == 1
    assert sorted(on_server(plain)) == [(name, f"CCO {name}".encode()) for name in NAMES]
    assert plain.get("/api/v3/storage/files/?deleted=true")["count"] == 0


def test_one_failure_does_not_lose_the_others(
    orion: LocalOrion, session: OrionSession, plain: Plain, folder: Path, tmp_path: Path
) -> None:
    orion.faults.script("upload_file_content", ["pass", 403])
    with pytest.raises(
        TransferErrors, match=r"^1 of 3 transfers failed; the first, (?s:.*)b\.smi: upload_file_content PUT"
    ) as caught:
        session.upload_files(folder, workers=1)
    orion.faults.assert_consumed()
    assert [type(result.error) for result in caught.value.results] == [type(None), AuthorizationRequired, type(None)]
    assert sorted(name for name, _ in on_server(plain)) == ["a.smi", "sub/a.smi"]
    files = [result.value for result in session.upload_files(folder) if result.value]
    orion.faults.script("download_file", [403])
    results = session.download_files(files, tmp_path / "back", workers=1, return_exceptions=True)
    assert [result.value and result.value.name for result in results] == [None, "b.smi", "a.smi"]
    assert not (tmp_path / "back" / "a.smi").exists()


def test_handles_are_enough(session: OrionSession, folder: Path, tmp_path: Path) -> None:
    (result,) = session.upload_files([folder / "a.smi"])
    assert result.value is not None
    (back,) = session.download_files([File(id=result.value.id)], tmp_path / "back")
    assert back.value == tmp_path / "back" / f"file-{result.value.id}"
    assert back.value.read_text() == "CCO a.smi"


def test_only_files_are_downloaded(session: OrionSession, tmp_path: Path) -> None:
    dataset: Any = Dataset.create(session, "x")
    with pytest.raises(ValidationError, match="Dataset cannot be downloaded as a file; pass File resources"):
        session.download_files([dataset], tmp_path / "back")


def test_each_and_progress(session: OrionSession, folder: Path, tmp_path: Path) -> None:
    reported: list[Progress] = []
    seen: list[Any] = []
    assert session.upload_files(folder, on_result=seen.append, progress=reported.append) == []
    assert {progress.item for progress in reported if progress.done} == set(NAMES)
    files: Iterator[File] = iter([result.value for result in seen])
    assert session.download_files(files, tmp_path / "back", on_result=seen.append, progress=reported.append) == []
    assert [result.value.name for result in seen[3:]] == ["a.smi", "b.smi", "a.smi"]
    assert sum(progress.done for progress in reported) == 6


def test_an_executor_of_processes(
    orion: LocalOrion, session: OrionSession, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    reported: list[Progress] = []
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        results = session.upload_files(folder, executor=executor, progress=reported.append)
        files = [result.value for result in results if result.value]
        assert [(file.name, file.session) for file in files] == [(name, session) for name in NAMES]
        session.download_files(files, tmp_path / "back", executor=executor, progress=reported.append)
    assert [progress.item for progress in reported] == NAMES * 2
    assert (tmp_path / "back" / "sub" / "a.smi").read_text() == "CCO sub/a.smi"
