"""Folders: creating, assigning, listing, and inputs that are rejected before any request."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.emulator import _handlers
from orionclient.exceptions import AuthorizationRequired, BadResponse, NotFoundResponse, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import KINDS, Dataset, File, Project

FOLDERS = "/api/v1/folders/"


def folders(plain: Plain, query: str = "") -> list[tuple[int, str]]:
    return [(each["project"], each["path"]) for each in plain.get(f"{FOLDERS}{query}")["results"]]


def test_create_paths(session: OrionSession, plain: Plain) -> None:
    assert session.create_paths("/b/c", "/a") is None  # type: ignore[func-returns-value]
    session.create_paths("/b//d/", "//a", "/")
    session.create_paths("/b/c")
    assert folders(plain) == [(1, "/a"), (1, "/b"), (1, "/b/c"), (1, "/b/d")]


def test_folders_belong_to_the_project_of_the_session(orion: LocalOrion, plain: Plain) -> None:
    OrionSession(orion.config(project=3)).create_paths("/in 3")
    OrionSession(orion.config(project=None)).create_paths("/in default")
    assert folders(plain) == [(1, "/in default"), (3, "/in 3")]
    assert folders(plain, "?project=3") == [(3, "/in 3")]
    with pytest.raises(AuthorizationRequired, match="project 2"):
        OrionSession(orion.config(project=2)).create_paths("/in 2")


@pytest.mark.parametrize("paths", [(), ("",), (" ",), (None,), (7,), (["/a"],), ("/a", b"/b")])
def test_invalid_paths_are_rejected(scripted: Scripted, paths: Any) -> None:
    with pytest.raises(ValidationError, match="path"):
        scripted.session().create_paths(*paths)
    assert scripted.requests == []


@pytest.mark.parametrize("path", ["a", "a/b", "/a/../b", "/..", "/a/.", "/a\nb", "/\x00", "/" + "a" * 1000])
def test_the_server_normalizes_paths(session: OrionSession, plain: Plain, path: str) -> None:
    made = Dataset.create(session, "x")
    for attempt in (
        lambda: session.create_paths("/good", path),
        lambda: session.assign_paths({"resource_type": "dataset", "id": made.id, "path": path}),
        lambda: Dataset.create(session, "y", folder_path=path),
        lambda: list(session.list_resources(Dataset, {"path": path})),
    ):
        with pytest.raises(BadResponse, match="400"):
            attempt()
    assert folders(plain) == []
    assert [each.name for each in session.list_resources(Dataset)] == ["x"]


@pytest.mark.parametrize("path", ["/.hidden", "/...", "/..a/.b.", "/ü x/%2e%2e", "/a\\b"])
def test_unusual_valid_paths(session: OrionSession, path: str) -> None:
    made = Dataset.create(session, "x", folder_path=path)
    assert made.path == path
    assert list(session.list_resources(Dataset, {"path": path})) == [made]


@pytest.mark.parametrize("kind", [Dataset, File])
def test_assign_paths(session: OrionSession, plain: Plain, kind: Any) -> None:
    one, two, three = (session.create_resource(kind, {"name": name}) for name in ("one", "two", "three"))
    session.create_paths("/a/b")
    session.assign_paths(
        {"resource_type": kind, "id": one.id, "path": "/a/b"},
        {"resource_type": kind.__name__, "id": str(two.id), "path": "//a/b/", "name": "second"},
        {"resource_type": kind.declaration.name, "id": three.id, "path": "/new/folder", "name": None},
    )
    for each in (one, two, three):
        session.refresh_resource(each)
    assert [(each.path, each.name) for each in (one, two, three)] == [
        ("/a/b", "one"),
        ("/a/b", "second"),
        ("/new/folder", "three"),
    ]
    assert list(session.list_resources(kind, {"path": "/a/b"})) == [one, two]
    assert list(session.list_resources(kind, {"path": "/a/b", "name": "sec"})) == [two]
    assert list(session.list_resources(kind, {"path": "/a"})) == list(session.list_resources(kind, {"path": "/"})) == []
    assert (1, "/new") in folders(plain)

    session.assign_paths({"resource_type": kind, "id": one.id, "path": "/"})
    session.refresh_resource(one)
    assert one.path is None
    assert list(session.list_resources(kind, {"path": "/"})) == [one]


def test_a_resource_is_assigned_within_its_project(session: OrionSession, plain: Plain) -> None:
    made = Dataset.create(session, "x", 3, "/hits")
    assert (made.path, folders(plain)) == ("/hits", [(3, "/hits")])
    session.assign_paths({"resource_type": Dataset, "id": made.id, "path": "/misses"})
    assert folders(plain) == [(3, "/hits"), (3, "/misses")]
    session.update_resource(made, {"project": 3, "name": "y"})
    assert made.path == "/misses"
    session.update_resource(made, {"project": 1})
    assert made.path is None


def test_all_assignments_or_none(session: OrionSession, plain: Plain) -> None:
    made = Dataset.create(session, "x")
    good = {"resource_type": "dataset", "id": made.id, "path": "/a", "name": "y"}
    with pytest.raises(NotFoundResponse, match="file 99 does not exist"):
        session.assign_paths(good, {"resource_type": "file", "id": 99, "path": "/a"})
    session.refresh_resource(made)
    assert (made.path, made.name, folders(plain)) == (None, "x", [])


def test_moving_a_resource_needs_write_permission(orion: LocalOrion, session: OrionSession) -> None:
    made = Dataset.create(orion.session("grace"), "x")
    with pytest.raises(AuthorizationRequired, match="not a member"):
        session.assign_paths({"resource_type": "dataset", "id": made.id, "path": "/a"})


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"path": ...}, "assignment 2 lacks path"),
        ({"id": ...}, "assignment 2 lacks id"),
        ({"resource_type": ..., "path": ...}, "assignment 2 lacks resource_type, path"),
        ({"folder": "/a"}, "assignment 2 has unknown folder; known keys are resource_type, id, path, name"),
        ({"path": ..., "paht": "/a"}, "assignment 2 lacks path and has unknown paht"),
        ({7: 8}, "has unknown 7"),
        ({"id": "abc"}, "id must be an integer"),
        ({"id": None}, "id must be an integer"),
        ({"path": ""}, "the path is empty"),
        ({"path": None}, "path must be a non-empty string"),
        ({"name": ""}, "name must be a non-empty string"),
        ({"name": 7}, "name must be a non-empty string"),
        ({"resource_type": "project"}, "resource_type must be one of collection, dataset, file"),
        ({"resource_type": Project}, "resource_type must be one of collection, dataset, file"),
        ({"resource_type": int}, "resource_type must be one of collection, dataset, file"),
        ({"resource_type": None}, "resource_type must be one of collection, dataset, file"),
    ],
)
def test_invalid_assignments_are_rejected(scripted: Scripted, damage: dict[Any, Any], words: str) -> None:
    good = {"resource_type": "dataset", "id": 1, "path": "/a"}
    spoilt = {key: value for key, value in {**good, **damage}.items() if value is not ...}
    with pytest.raises(ValidationError, match=words):
        scripted.session().assign_paths(good, spoilt)
    assert scripted.requests == []


@pytest.mark.parametrize("assignments", [(), ("/a",), ([("id", 1)],), (None,)])
def test_assignments_of_other_types_are_rejected(scripted: Scripted, assignments: Any) -> None:
    with pytest.raises(ValidationError, match="assignment"):
        scripted.session().assign_paths(*assignments)
    assert scripted.requests == []


def test_folder_path_of_new_things(session: OrionSession, plain: Plain) -> None:
    made = [
        Dataset.create(session, "x", None, "/a/b"),
        Dataset.upload(session, "y", b'{"n": 1}\n', folder_path="/a/b/", format="json"),
        File.upload(session, "z", b"CNS", folder_path="/a/b"),
        session.create_resource(File, {"name": "w", "path": "/a/b"}),
    ]
    assert [each.path for each in made] == ["/a/b"] * 4
    assert folders(plain) == [(1, "/a"), (1, "/a/b")]
    assert Dataset.create(session, "x").path is None


def test_the_folder_is_part_of_the_create_request(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(201, {"id": 1})]
    Dataset.create(scripted.session(), "x", folder_path="/a")
    assert scripted.requests[0].body == b'{"name": "x", "project": 7, "path": "/a"}'


def test_client_and_server_support_folders_for_the_same_kinds() -> None:
    assert {name for name, kind in KINDS.items() if kind.declaration.in_folders} == {
        name for name, kind in _handlers.KINDS.items() if kind.in_folders
    }
