"""Addresses such as `file://7` in place of ids, and absolute paths of folders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._resources.addresses import check_absolute_path, check_location, is_absolute, parse_address
from orionclient.exceptions import BadResponse, NotFoundResponse, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import (
    Dataset,
    File,
    Folder,
    MolsearchDatabase,
    Project,
    Shard,
    ShardCollection,
    WorkFloeJob,
)
from orionclient.types.workfloes import _convert_value

TEAM = "/project/1/team"


def test_an_address_is_accepted_in_place_of_an_id(session: OrionSession) -> None:
    file = File.upload(session, "hits", b"CNS", folder_path="/a")
    dataset = Dataset.create(session, "hits")
    collection = ShardCollection.create(session, "frames")
    assert session.get_resource(File, f"file://{file.id}") == file
    assert session.get_resource(Dataset, f"dataset://{dataset.id}") == dataset
    handle = ShardCollection(id=f"collection://{collection.id}")
    assert (handle.id, handle.to_dict()) == (collection.id, {"id": collection.id})
    shard = session.create_resource(Shard(collection=f"collection://{collection.id}"), {"name": "frame"})
    assert shard.collection == collection
    assert MolsearchDatabase.create(session, "drugs", f"dataset://{dataset.id}").dataset == dataset.id
    session.assign_paths({"resource_type": File, "id": f"file://{file.id}", "path": "/b"})
    assert session.get_resource(File, file.id).path == "/b"
    session.delete_resource(File(id=f"file://{file.id}"))
    with pytest.raises(NotFoundResponse):
        session.get_resource(File, f"file://{file.id}")


def test_parameters_of_jobs_accept_addresses() -> None:
    assert _convert_value({"type": "data_source"}, "dataset://7", "in") == 7
    with pytest.raises(ValidationError, match="'file://1' is the address of a file, but a dataset is expected"):
        _convert_value({"type": "dataset", "many": True}, ["file://1"], "in")


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (
            lambda s: s.get_resource(File, "dataset://7"),
            "'dataset://7' is the address of a dataset, but a file is expected",
        ),
        (
            lambda s: s.get_resource(WorkFloeJob, "file://7"),
            "'file://7' is the address of a file, but a job is expected",
        ),
        (
            lambda s: s.get_resource(Project, "file://7"),
            "'file://7' is the address of a file, but a project is expected",
        ),
        (
            lambda s: File(id="collection://7"),
            "'collection://7' is the address of a collection, but a file is expected",
        ),
        (lambda s: Shard(collection="file://7"), "'file://7' is the address of a file, but a collection is expected"),
        (lambda s: s.get_resource(File, "file://"), "'file://' is not a valid address; addresses are file://<id>"),
        (lambda s: s.get_resource(File, "file://x"), "'file://x' is not a valid address; addresses are file://<id>"),
        (lambda s: s.get_resource(File, "file://7/"), "'file://7/' is not a valid address; addresses are file://<id>"),
        (lambda s: s.get_resource(File, "file://-7"), "'file://-7' is not a valid address; addresses are file://<id>"),
        (lambda s: s.get_resource(File, "job://7"), "'job://7' is not a valid address; addresses are file://<id>"),
        (lambda s: s.get_resource(File, "file:/7"), "id must be an integer or a string of digits, not 'file:/7'"),
        (lambda s: s.get_resource(File, TEAM), f"id must be an integer or a string of digits, not '{TEAM}'"),
        (
            lambda s: s.assign_paths({"resource_type": "file", "id": "dataset://7", "path": "/"}),
            "'dataset://7' is the address of a dataset, but a file is expected",
        ),
    ],
)
def test_other_addresses_are_rejected_before_any_request(scripted: Scripted, attempt: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        attempt(scripted.session())
    assert scripted.requests == []


@pytest.mark.parametrize(
    "path",
    [
        "/project/1/team", "/project/1/team/", "//project//1///team//a", "/project/1/user/ada/a b", "/project/1/workspace/7",
        "/organization", "/organization/x/y", "/project/1/team/.hidden", "/project/1/team/...",
    ],
)  # fmt: skip
def test_absolute_paths(path: str) -> None:
    assert check_absolute_path(path) == check_location(path) == path
    assert is_absolute(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "a", "project/1/team", "/project", "/project/1", "/project/x/team", "/project/1/teams", "/project/1/user",
        "/project/1/user/", "/project/1/workspace/w", "/organizations/x", "/screens", "/project/\u0661/team",
    ],
)  # fmt: skip
def test_paths_outside_every_root(path: str) -> None:
    with pytest.raises(ValidationError, match="is outside every root; paths start with /project/<id>/team, "):
        check_location(path)
    assert not is_absolute(path)


@pytest.mark.parametrize("path", ["/project/1/team/../x", "/project/1/team/.", "..", "/organization/./x"])
def test_dots_are_rejected(path: str) -> None:
    with pytest.raises(ValidationError, match=r"paths are absolute, without \. and \.\."):
        check_location(path)


@pytest.mark.parametrize("value", [None, 7, b"/organization", ["/organization"]])
def test_paths_are_strings(value: Any) -> None:
    for check in (check_location, check_absolute_path):
        with pytest.raises(ValidationError, match="the path must be a string"):
            check(value)


def test_an_address_is_no_absolute_path() -> None:
    assert parse_address("file://7") == ("file", 7)
    assert check_location("dataset://7") == "dataset://7"
    with pytest.raises(ValidationError, match="outside every root"):
        check_absolute_path("file://7")


# ---------------------------------------------------------------- absolute paths of folders


def test_an_absolute_folder_path_decides_the_project(orion: LocalOrion, session: OrionSession) -> None:
    assert session.config.project == 1
    shared = "/project/3/team/june"
    file = File.upload(session, "hits", b"CNS", folder_path=shared)
    dataset = Dataset.create(session, "hits", folder_path=shared)
    collection = ShardCollection.create(session, "hits", folder_path=f"{TEAM}/june")
    made = session.create_resource(File, {"name": "empty", "path": shared})
    assert [each.project for each in (file, dataset, collection, made)] == [3, 3, 1, 3]
    assert {each.path for each in (file, dataset, collection, made)} == {"/june"}
    assert sorted(each.id for each in session.list_resources(File, {"path": shared})) == [file.id, made.id]
    grace = orion.session("grace")
    assert grace.get_resource(File, file.id).name == "hits"


def test_existing_names_are_found_in_an_absolute_folder(session: OrionSession, tmp_path: Path) -> None:
    path = tmp_path / "hits"
    path.write_bytes(b"CNS")
    folder = "/project/3/team/june"
    (first,) = session.upload_files([path], folder_path=folder)
    assert (first.skipped, first.value and first.value.project) == (False, 3)
    (again,) = session.upload_files([path], folder_path=folder)
    assert again.skipped
    assert again.value == first.value
    with pytest.raises(
        ValidationError, match=f"File {first.value and first.value.id} named 'hits' already exists in {folder}"
    ):
        File.upload(session, "hits", b"CNS", folder_path=folder, if_exists="error")
    assert File.upload(session, "hits", b"CNS", folder_path=folder, if_exists="skip") == first.value
    # In the team root of the session's project there is no such file.
    assert File.upload(session, "hits", b"CNS", folder_path="/june", if_exists="error").project == 1


def test_a_project_that_contradicts_the_path_is_rejected(session: OrionSession) -> None:
    with pytest.raises(BadResponse, match="400"):
        File.upload(session, "hits", b"CNS", 1, folder_path="/project/3/team/june")
    assert session.list_resources(File).count() == 0


def test_create_and_assign_paths_accept_absolute_paths(session: OrionSession) -> None:
    session.create_paths("/project/3/team/a/b", "/relative", "/project/1/user/ada/own", "/organization/all")
    found = {(each.project, each.path) for each in session.list_resources(Folder, {"project": 3})}
    assert found == {(3, "/a"), (3, "/a/b")}
    file = File.upload(session, "hits", b"CNS")
    session.assign_paths({"resource_type": File, "id": file.id, "path": "/project/3/team/a/b"})
    session.refresh_resource(file)
    assert (file.project, file.path) == (3, "/a/b")


@pytest.mark.parametrize("path", ["/project/1/user/grace/a", "/project/2/team/a", "/project/1/workspace/99/a"])
def test_roots_that_the_user_cannot_see_do_not_exist(session: OrionSession, path: str) -> None:
    for attempt in (
        lambda: session.create_paths("/good", path),
        lambda: File.upload(session, "hits", b"CNS", folder_path=path),
        lambda: list(session.list_resources(File, {"path": path})),
    ):
        with pytest.raises(NotFoundResponse):
            attempt()
    assert session.list_resources(Folder, {"project": 1}).count() == 0
    assert session.list_resources(File).count() == 0


def test_the_reply_of_another_server_is_not_needed_for_a_handle(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(204)]
    assert scripted.session().delete_resource(File(id="file://7"))
    assert scripted.requests[0].path == "/api/v3/storage/files/7/"
