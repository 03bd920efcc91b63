"""Tests of the virtual file system over HTTP: listing, copying, moving and removing by path, and who may do it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import saved_folders
from orion_api import contract
from saved_folders import COLLECTIONS, DATASETS, FILES, FOLDERS, MOLECULES

from orionclient.emulator import Server
from orionclient.emulator._handlers import filesystem
from orionclient.emulator._http.contract import read_operations
from orionclient.emulator._store import store

FS = "/api/v1/fs/"
TEAM, SHARED, ADA, ORGANIZATION = "/project/1/team", "/project/3/team", "/project/3/user/ada", "/organization"
KINDS = {"file": FILES, "dataset": DATASETS, "collection": COLLECTIONS}
Connect = Callable[..., httpx.Client]


@pytest.fixture
def ada(fresh: Server, connect: Connect) -> httpx.Client:
    return connect(fresh)


@pytest.fixture
def grace(fresh: Server, connect: Connect) -> httpx.Client:
    return connect(fresh, "grace")


def send(who: httpx.Client, method: str, path: str, **options: Any) -> Any:
    response = who.request(method, path, **options)
    assert response.is_success, response.text
    return response.json() if response.content else None


def mkdir(who: httpx.Client, *paths: str, **fields: Any) -> httpx.Response:
    return who.post(FOLDERS, json={"paths": list(paths), **fields})


def put(who: httpx.Client, folder: str, name: str = "x", content: bytes = b"content") -> int:
    """Create a file with content."""
    made = send(who, "POST", FILES, json={"name": name, "path": folder})
    send(who, "PUT", f"{FILES}{made['id']}/upload", content=content)
    return int(made["id"])


def put_dataset(who: httpx.Client, folder: str, name: str = "d") -> int:
    made = send(who, "POST", DATASETS, json={"name": name, "path": folder})
    send(who, "PUT", f"{DATASETS}{made['id']}/upload?format=smi", content=MOLECULES)
    return int(made["id"])


def put_collection(who: httpx.Client, folder: str, name: str = "c", shards: int = 3, version: int = 1) -> int:
    made = send(who, "POST", COLLECTIONS, json={"name": name, "path": folder, "version": version})
    url = f"{COLLECTIONS}{made['id']}/"
    for index in range(shards):
        shard = send(who, "POST", f"{url}shards/", json={"name": f"s{index}", "metadata": {"index": index}})
        send(who, "PUT", f"{url}shards/{shard['id_str']}/upload/", content=b"%d" % index * 50)
        send(who, "POST", f"{url}shards/{shard['id_str']}/close/")
    return int(made["id"])


def entries(who: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    return list(send(who, "GET", f"{FS}entries/", params={"path": path, **query})["results"])


def ls(who: httpx.Client, path: str, **query: Any) -> list[str]:
    return [entry["name"] for entry in entries(who, path, **query)]


def change(who: httpx.Client, action: str, *sources: str, **body: Any) -> httpx.Response:
    return who.post(f"{FS}{action}/", json={"sources": list(sources), **body})


def done(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [entry["path"] for entry in response.json()["results"]]


def tree(who: httpx.Client, path: str) -> list[str]:
    """List all paths below a folder."""
    found = entries(who, path)
    below = [each for entry in found if entry["type"] == "folder" for each in tree(who, entry["path"])]
    return sorted([*(entry["path"] for entry in found), *below])


def list_blobs(folder: Path) -> set[str]:
    """List the names of all content of a data folder."""
    return {path.name for path in folder.glob("blobs/*/*")}


# ---------------------------------------------------------------- roots


def test_entries_of_all_kinds(ada: httpx.Client) -> None:
    mkdir(ada, f"{TEAM}/a/b")
    file, dataset = put(ada, f"{TEAM}/a", "f"), put_dataset(ada, "/a")
    collection = put_collection(ada, "/a")
    folder, *items = entries(ada, f"{TEAM}//a/")
    created = folder.pop("created")
    assert created.endswith("Z")
    assert folder == {
        "type": "folder",
        "id": None,
        "name": "b",
        "path": f"{TEAM}/a/b",
        "owner": 1,
        "project": 1,
        "size": None,
        "count": None,
        "deleted": None,
    }
    shown = [(each["type"], each["id"], each["path"], each["size"], each["count"], each.get("state")) for each in items]
    assert shown == [
        ("collection", collection, f"{TEAM}/a/c", None, 3, "open"),
        ("dataset", dataset, f"{TEAM}/a/d", None, 3, None),
        ("file", file, f"{TEAM}/a/f", 7, None, "ready"),
    ]
    for entry in items:
        for path in (entry["path"], f"{entry['type']}://{entry['id']}"):
            assert send(ada, "GET", f"{FS}entry/", params={"path": path}) == entry
            assert entries(ada, path) == [entry]
    root = send(ada, "GET", f"{FS}entry/", params={"path": TEAM})
    assert (root["name"], root["path"], root["owner"], root["created"]) == ("team", TEAM, None, None)
    assert send(ada, "GET", f"{FS}entry/", params={"path": ORGANIZATION})["project"] is None


@pytest.mark.parametrize(
    "path",
    ["/", "/a", "/project", "/project/1", "/project/1/user", "/project/1/other/x", "/project/x/team", "/organizations"],
)
def test_a_path_outside_every_root(ada: httpx.Client, rejected: Any, path: str) -> None:
    if path != "/":
        assert ada.get(f"{FS}entries/", params={"path": path}) == rejected(400, "bad_parameter", "outside every root")
        assert change(ada, "removals", path) == rejected(400, "bad_body", "outside every root")
        put(ada, TEAM)
        assert change(ada, "copies", f"{TEAM}/x", destination=path) == rejected(400, "bad_body", "outside every root")
    if path.startswith(("/project", "/organization/")):
        # Elsewhere it is relative to the team root, except that the first names of absolute paths are reserved.
        assert mkdir(ada, path) == rejected(400, "bad_body", "outside every root")
        assert ada.get(FILES, params={"path": path}) == rejected(400, "bad_parameter", "outside every root")


@pytest.mark.parametrize("path", ["/project/1/team/../x", "/organization/.", "file:7", "job://7", "", "file://7/"])
def test_malformed_paths(ada: httpx.Client, rejected: Any, path: str) -> None:
    assert ada.get(f"{FS}entry/", params={"path": path}) == rejected(400, "bad_parameter")


@pytest.mark.parametrize(
    "path",
    [
        "/project/2/team",
        "/project/99/team",
        "/project/1/user/grace",
        "/project/3/user/grace",
        "/project/1/user/unknown",
        "/project/1/workspace/1",
        "/project/9999999999999999999/team",
        f"{TEAM}/missing",
        "file://99",
        "file://9999999999999999999",
    ],
)
def test_what_does_not_exist_for_the_user(ada: httpx.Client, rejected: Any, path: str) -> None:
    for url in ("entry/", "entries/"):
        assert ada.get(f"{FS}{url}", params={"path": path}) == rejected(404, "not_found")
    put(ada, TEAM)
    assert change(ada, "removals", path) == rejected(404, "not_found")
    if path.startswith("/") and "missing" not in path:
        for response in (
            mkdir(ada, f"{path}/x"),
            ada.post(FILES, json={"name": "x", "path": path}),
            ada.get(FILES, params={"path": path}),
            change(ada, "copies", f"{TEAM}/x", destination=f"{path}/x"),
        ):
            assert response == rejected(404, "not_found")


def test_who_sees_and_changes_what(ada: httpx.Client, grace: httpx.Client, rejected: Any) -> None:
    team, own, everywhere = put(ada, SHARED, "t"), put(ada, ADA, "u"), put(ada, f"{ORGANIZATION}/docs", "o")
    rows = {item["id"]: item for item in send(ada, "GET", FILES)["results"]}
    assert [
        (rows[each]["project"], rows[each]["path"], rows[each]["location"]) for each in (team, own, everywhere)
    ] == [
        (3, None, SHARED),
        (3, None, ADA),
        (1, "/docs", f"{ORGANIZATION}/docs"),
    ]
    listed = [item["id"] for item in send(grace, "GET", FILES)["results"]]
    assert listed == [team, everywhere]
    assert [item["id"] for item in send(grace, "GET", f"{FILES}?project=3")["results"]] == [team]
    assert [item["id"] for item in send(ada, "GET", f"{FILES}?project=3")["results"]] == [team, own]
    assert grace.get(f"{FILES}{own}/") == rejected(404, "not_found")
    assert grace.delete(f"{FILES}{own}/") == rejected(404, "not_found")
    assert grace.post(f"/api/v1/tags/file/{own}/", json={"tags": ["a"]}) == rejected(404, "not_found")
    assert grace.get(f"{FILES}{everywhere}/download").content == b"content"
    for response in (
        grace.delete(f"{FILES}{everywhere}/"),
        grace.patch(f"{FILES}{everywhere}/", json={"name": "y"}),
        change(grace, "removals", f"{ORGANIZATION}/docs", recursive=True),
        change(grace, "moves", f"{ORGANIZATION}/docs", destination=f"{ORGANIZATION}/mine"),
        change(grace, "moves", f"file://{everywhere}", destination=SHARED),
        grace.post(
            f"{FOLDERS}assignments/", json={"assignments": [{"resource_type": "file", "id": everywhere, "path": "/"}]}
        ),
    ):
        assert response == rejected(403, "forbidden", "owner")
    # Everybody adds to the folders of others, but the owner of a folder cannot remove it with their items.
    hers = put(grace, f"{ORGANIZATION}/docs", "g")
    assert ls(ada, f"{ORGANIZATION}/docs") == ["g", "o"]
    assert change(ada, "removals", f"{ORGANIZATION}/docs", recursive=True) == rejected(
        403, "forbidden", f"file://{hers}"
    )
    assert done(change(grace, "removals", f"{ORGANIZATION}/docs/g")) == [f"{ORGANIZATION}/docs/g"]
    docs = [f"{ORGANIZATION}/docs", f"{ORGANIZATION}/docs/o"]
    assert done(change(ada, "removals", docs[0], recursive=True)) == docs
    # A share gives access to one item of a private root, not to the root.
    send(ada, "POST", f"/api/v1/shares/file/{own}/", json={"target_type": "user", "target_id": 2})
    assert grace.get(f"{FILES}{own}/").json()["location"] == ADA
    assert grace.get(f"{FS}entries/", params={"path": ADA}) == rejected(404, "not_found")
    assert [entry["path"] for entry in entries(grace, f"file://{own}")] == [f"{ADA}/u"]
    assert grace.delete(f"{FILES}{own}/") == rejected(403, "forbidden", "read-only")
    assert done(change(grace, "copies", f"file://{own}", destination=f"{SHARED}/copy")) == [f"{SHARED}/copy"]


def test_an_item_of_the_organization_gives_no_access_to_its_project(
    ada: httpx.Client, grace: httpx.Client, rejected: Any
) -> None:
    item, trashed = (
        send(grace, "POST", FILES, json={"name": "x", "path": ORGANIZATION, "project": 3})["id"] for _ in range(2)
    )
    send(grace, "DELETE", f"{FILES}{trashed}/")
    send(grace, "POST", "/api/v1/projects/3/leave/")
    assignment = {"resource_type": "file", "id": item, "path": "/injected"}
    for response in (
        grace.post(f"{FOLDERS}assignments/", json={"assignments": [assignment]}),
        grace.post(f"/api/v1/tags/file/{item}/", json={"tags": ["red"]}),
    ):
        assert response == rejected(403, "forbidden", "not a member of project 3")
    assert entries(ada, SHARED) == []
    assert send(ada, "GET", f"/api/v1/tags/file/{item}/")["results"] == []
    # It remains that of its owner, in the trash as well.
    send(grace, "POST", f"/api/v1/tags/file/{item}/", json={"tags": ["red"], "project": 2})
    assert [each["id"] for each in send(grace, "GET", f"{FILES}?deleted=true")["results"]] == [trashed]
    assert done(change(grace, "moves", f"file://{item}", destination="/project/2/team")) == ["/project/2/team/x"]


def test_folders_of_all_roots(ada: httpx.Client, grace: httpx.Client) -> None:
    mkdir(ada, "/t", f"{ADA}/u/v", f"{ORGANIZATION}/o", f"{SHARED}/s", f"{TEAM}/t")
    found = [(each["project"], each["path"], each["location"]) for each in send(ada, "GET", FOLDERS)["results"]]
    assert found == [(1, "/t", f"{TEAM}/t"), (3, "/s", f"{SHARED}/s"), (3, "/u", f"{ADA}/u"), (3, "/u/v", f"{ADA}/u/v")]
    assert [each["path"] for each in send(grace, "GET", FOLDERS)["results"]] == ["/s"]
    assert ls(grace, ORGANIZATION) == ["o"]


def test_absolute_paths_where_relative_ones_are_accepted(ada: httpx.Client, rejected: Any) -> None:
    file = put(ada, f"{SHARED}/a")
    assert [item["id"] for item in send(ada, "GET", FILES, params={"path": f"{SHARED}/a"})["results"]] == [file]
    assert [item["id"] for item in send(ada, "GET", FILES, params={"path": "/a"})["results"]] == [file]
    assert send(ada, "GET", FILES, params={"path": f"{TEAM}/a"})["results"] == []
    body = {"name": "x", "path": f"{SHARED}/a", "project": 1}
    assert ada.post(FILES, json=body) == rejected(400, "bad_body", "is not in project 1")
    assert ada.post(FILES, json={**body, "project": 3}).status_code == 201
    for path, location, project in (
        (f"{ADA}/b", f"{ADA}/b", 3),
        ("/c", f"{SHARED}/c", 3),
        (f"{ORGANIZATION}/d", f"{ORGANIZATION}/d", 3),
        (f"{TEAM}/e", f"{TEAM}/e", 1),
        ("/", TEAM, 1),
    ):
        assignment = {"resource_type": "file", "id": file, "path": path}
        send(ada, "POST", f"{FOLDERS}assignments/", json={"assignments": [assignment]})
        item = send(ada, "GET", f"{FILES}{file}/")
        assert (item["location"], item["project"]) == (location, project)
    # An item that is moved to another project is in the team root.
    private = put(ada, f"{ADA}/x")
    assert send(ada, "PATCH", f"{FILES}{private}/", json={"project": 1})["location"] == TEAM


def test_create_only(ada: httpx.Client, rejected: Any) -> None:
    assert mkdir(ada, f"{TEAM}/a/b", parents=False) == rejected(404, "no_parent", f"{TEAM}/a does not exist")
    assert mkdir(ada, f"{TEAM}/a", f"{TEAM}/a/b", parents=False).status_code == 204
    assert mkdir(ada, f"{TEAM}/c", f"{TEAM}/a", parents=False) == rejected(409, "exists", f"{TEAM}/a exists")
    assert mkdir(ada, TEAM, parents=False) == rejected(409, "exists")
    assert tree(ada, TEAM) == [f"{TEAM}/a", f"{TEAM}/a/b"]
    assert mkdir(ada, f"{TEAM}/a/b", "/a").status_code == 204


# ---------------------------------------------------------------- listing


def test_pages_in_every_order(ada: httpx.Client) -> None:
    mkdir(ada, *(f"{TEAM}/f/{name}" for name in ("z", "a", "m")))
    for name in ("b", "a", "b", "C"):
        put(ada, f"{TEAM}/f", name)
        send(ada, "POST", DATASETS, json={"name": name, "path": "/f"})
    items = [entry for entry in entries(ada, f"{TEAM}/f") if entry["type"] != "folder"]

    def by(*names: str, reverse: bool = False) -> list[tuple[str, int]]:
        ordered = sorted(items, key=lambda each: tuple(each[name] for name in names), reverse=reverse)
        return [(each["type"], each["id"]) for each in ordered]

    orders = {"name": ("name", "id", "type"), "id": ("id", "type"), "created": ("created",), "type": ("type", "id")}
    for order, keys in orders.items():
        for sign in ("", "-"):
            found = entries(ada, f"{TEAM}/f", order_by=sign + order)
            assert [each["type"] for each in found[:3]] == ["folder"] * 3
            if order != "created":
                assert [each["name"] for each in found[:3]] == (["z", "m", "a"] if sign else ["a", "m", "z"])
            assert [(each["type"], each["id"]) for each in found[3:]] == by(*keys, reverse=bool(sign))
            for limit in (1, 2, 3, 4):
                paged, link = [], f"{FS}entries/?path={TEAM}/f&limit={limit}&order_by={sign}{order}"
                while link:
                    page = send(ada, "GET", link)
                    assert page["count"] == 11
                    paged += page["results"]
                    link = page["next"]
                assert paged == found
            for offset in (0, 2, 3, 7, 11, 99, 2**63 - 1):
                assert entries(ada, f"{TEAM}/f", offset=offset, limit=3, order_by=sign + order) == found[offset:][:3]
    assert ada.get(f"{FS}entries/", params={"path": TEAM, "order_by": "size"}).status_code == 400
    cursor = httpx.URL(send(ada, "GET", f"{FS}entries/?path={TEAM}/f&limit=1")["next"]).params["cursor"]
    assert ada.get(f"{FS}entries/", params={"path": TEAM, "cursor": cursor, "order_by": "id"}).status_code == 400


def test_filters_of_entries(ada: httpx.Client, grace: httpx.Client) -> None:
    mkdir(ada, f"{SHARED}/Hits", f"{SHARED}/work")
    file, dataset = put(ada, SHARED, "hits.smi"), put_dataset(grace, SHARED, "Hits")
    send(ada, "POST", f"/api/v1/tags/file/{file}/", json={"tags": ["red"]})
    send(ada, "DELETE", f"{FILES}{put(ada, SHARED, 'gone')}/")
    assert ls(ada, SHARED) == ["Hits", "work", "Hits", "hits.smi"]
    tested: dict[str, tuple[Any, list[str]]] = {
        "name": ("HIT", ["Hits", "Hits", "hits.smi"]),
        "name_contains": ("hit", ["hits.smi"]),
        "name_icontains": ("hit", ["Hits", "Hits", "hits.smi"]),
        "types": (["folder", "file"], ["Hits", "work", "hits.smi"]),
        "owner": (2, ["Hits"]),
        "tags": ("red", ["hits.smi"]),
        "deleted": (True, ["gone"]),
        "expired": (True, ["Hits", "hits.smi"]),
    }
    (operation,) = (each for each in read_operations(contract.load()) if each.id == "list_entries")
    paging = {"path", "limit", "cursor", "offset", "order_by"}
    assert {each.name for each in operation.parameters_in("query")} - paging == set(tested)
    for name, (value, wanted) in tested.items():
        assert ls(ada, SHARED, **{name: value}) == wanted, name
    assert ls(ada, SHARED, types="dataset", owner=1) == []
    assert entries(ada, f"dataset://{dataset}", types="file") == []


def test_the_trash_of_a_folder(fresh: Server, ada: httpx.Client) -> None:
    items = [put(ada, f"{TEAM}/a", name) for name in ("new", "old")]
    assert done(change(ada, "removals", f"{TEAM}/a", recursive=True)) == [f"{TEAM}/a", f"{TEAM}/a/new", f"{TEAM}/a/old"]
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("UPDATE files SET deleted = '2020-01-01T00:00:00.000000Z' WHERE id = ?", (items[1],))
    assert ls(ada, f"{TEAM}/a", deleted=True) == ["new"]
    assert ls(ada, f"{TEAM}/a", deleted=True, expired=True) == ["new", "old"]
    (entry,) = entries(ada, f"file://{items[0]}", deleted=True)
    assert entry["deleted"] is not None
    assert ada.get(f"{FS}entry/", params={"path": f"file://{items[0]}"}).status_code == 404
    assert ls(ada, TEAM) == []


def test_an_ambiguous_path(ada: httpx.Client, rejected: Any) -> None:
    file, dataset = put(ada, TEAM, "x"), put_dataset(ada, TEAM, "x")
    words = (f"file://{file}", f"dataset://{dataset}")
    for response in (
        ada.get(f"{FS}entry/", params={"path": f"{TEAM}/x"}),
        ada.get(f"{FS}entries/", params={"path": f"{TEAM}/x"}),
        change(ada, "removals", f"{TEAM}/x"),
        change(ada, "copies", f"{TEAM}/x", destination=f"{TEAM}/y"),
    ):
        assert response == rejected(409, "ambiguous", *words)
    put(ada, TEAM, "z")
    assert change(ada, "moves", f"{TEAM}/z", destination=f"{TEAM}/x", force=True) == rejected(409, "ambiguous", *words)
    mkdir(ada, f"{TEAM}/x")
    assert send(ada, "GET", f"{FS}entry/", params={"path": f"{TEAM}/x"})["type"] == "folder"
    assert done(change(ada, "removals", words[0])) == [f"{TEAM}/x"]


# ---------------------------------------------------------------- copies


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_and_its_original_do_not_need_each_other(ada: httpx.Client, kind: str) -> None:
    create = {"file": put, "dataset": put_dataset, "collection": put_collection}[kind]
    for purged in ("original", "copy"):
        original = create(ada, TEAM, purged)
        send(ada, "POST", f"/api/v1/tags/{kind}/{original}/", json={"tags": ["red"]})
        (entry,) = change(ada, "copies", f"{TEAM}/{purged}", destination=ADA).json()["results"]
        assert (entry["type"], entry["path"], entry["project"]) == (kind, f"{ADA}/{purged}", 3)
        copy = entry["id"]
        assert read(ada, kind, copy) == read(ada, kind, original)
        assert send(ada, "GET", f"/api/v1/tags/{kind}/{copy}/")["results"] == []
        gone, left = (original, copy) if purged == "original" else (copy, original)
        before = read(ada, kind, left)
        send(ada, "DELETE", f"{KINDS[kind]}{gone}/?immediate=true")
        assert read(ada, kind, left) == before
        assert len(before) >= 1


def read(who: httpx.Client, kind: str, item: int) -> list[Any]:
    """Read all content of an item."""
    url = f"{KINDS[kind]}{item}/"
    if kind == "file":
        response = who.get(f"{url}download")
        assert response.is_success
        return [response.content, send(who, "GET", url)["sha256"]]
    if kind == "dataset":
        response = who.get(f"{url}download/?format=smi")
        assert response.is_success
        return [response.content, send(who, "GET", url)["count"]]
    found = []
    for shard in send(who, "GET", f"{url}shards/")["results"]:
        response = who.get(f"{url}shards/{shard['id_str']}/download/")
        assert response.is_success
        found.append((shard["name"], shard["state"], shard["metadata"], shard["size"], response.content))
    return found


@pytest.mark.parametrize("version", [1, 2])
def test_a_copy_of_many_shards(ada: httpx.Client, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem.copies, "_BATCH", 2)
    original = put_collection(ada, TEAM, "c", 5, version)
    (entry,) = change(ada, "copies", f"{TEAM}/c", destination=f"{TEAM}/d").json()["results"]
    assert entry["count"] == 5
    assert read(ada, "collection", entry["id"]) == read(ada, "collection", original)
    # Ids are allocated as for other shards.
    pages = [send(ada, "GET", f"{COLLECTIONS}{each}/shards/") for each in (original, entry["id"])]
    ids = [shard["id"] for page in pages for shard in page["results"]]
    assert ids == [(1 + index) if version == 1 else 2**53 + 1 + 2 * index for index in range(10)]
    assert send(ada, "POST", f"{COLLECTIONS}{entry['id']}/shards/", json={"name": "more"})["id"] > ids[-1]


def test_folders_are_copied_with_their_content(ada: httpx.Client, grace: httpx.Client, rejected: Any) -> None:
    mkdir(ada, f"{TEAM}/a/empty", f"{TEAM}/ab")
    put(ada, f"{TEAM}/a", "f"), put_dataset(ada, f"{TEAM}/a/b/c", "d")
    # These sort before, between and behind the folder and its content.
    for other in ("A", "a!", "a-b", "a0", "ab"):
        put(ada, f"{TEAM}/{other}", "not copied")
    for name in ("x", "x"):
        put(ada, f"{TEAM}/a/b", name)
    assert change(ada, "copies", f"{TEAM}/a", destination=SHARED) == rejected(400, "is_folder", "recursive")
    assert done(change(ada, "copies", f"{TEAM}/a", destination=SHARED, recursive=True)) == [f"{SHARED}/a"]
    names = ["", "/b", "/b/c", "/b/c/d", "/b/x", "/b/x", "/empty", "/f"]
    assert tree(grace, SHARED) == [f"{SHARED}/a{name}" for name in names]
    assert all(entry["owner"] == 1 and entry["project"] == 3 for entry in entries(grace, f"{SHARED}/a"))
    new = f"{ORGANIZATION}/new"
    assert done(change(grace, "copies", f"{SHARED}/a", destination=new, recursive=True)) == [new]
    assert tree(ada, ORGANIZATION) == [f"{new}{name}" for name in names]
    assert {entry["project"] for entry in entries(ada, new, types="file")} == {2}


@pytest.mark.parametrize("action", ["copies", "moves"])
def test_destinations(ada: httpx.Client, rejected: Any, action: str) -> None:
    options = {"recursive": True} if action == "copies" else {}
    mkdir(ada, f"{TEAM}/a/b", f"{TEAM}/c")
    x, y = put(ada, TEAM, "x"), put(ada, f"{TEAM}/c", "y")

    def act(*sources: str, to: str, **more: Any) -> httpx.Response:
        return change(ada, action, *sources, destination=to, **options, **more)

    before = tree(ada, TEAM)
    assert act(f"{TEAM}/a", to=f"{TEAM}/a/b") == rejected(400, "bad_body", "into itself")
    assert act(f"{TEAM}/a", to=f"{TEAM}/a/new") == rejected(400, "bad_body", "into itself")
    assert act(f"{TEAM}/a", to=TEAM) == rejected(400, "bad_body", "into itself")
    assert act(TEAM, to=f"{SHARED}/new") == rejected(400, "bad_body", "is a root")
    assert act(f"{TEAM}/x", f"file://{x}", to=f"{TEAM}/c") == rejected(400, "bad_body", "given twice")
    assert act(f"{TEAM}/c", f"{TEAM}/c/y", to=f"{TEAM}/a") == rejected(400, "bad_body", "is in the source")
    assert act(f"{TEAM}/x", to=f"{TEAM}/x") == rejected(409, "exists", "already")
    assert act(f"{TEAM}/x", to=f"file://{y}") == rejected(400, "bad_body")
    assert act(f"{TEAM}/x", to=f"{TEAM}/new/") == rejected(404, "not_found", "new does not exist")
    assert act(f"{TEAM}/x", to=f"{TEAM}/new/z") == rejected(404, "not_found", "new does not exist")
    assert act(f"{TEAM}/x", f"{TEAM}/c/y", to=f"{TEAM}/new") == rejected(400, "bad_body", "several sources")
    assert act(f"{TEAM}/x", f"{TEAM}/missing", to=f"{TEAM}/c") == rejected(404, "not_found")
    assert act(f"{TEAM}/x", to=f"{TEAM}/{'n' * 256}") == rejected(400, "bad_body", "255")
    assert act(f"{TEAM}/x", to=f"{TEAM}/c/y") == rejected(409, "exists", f"file://{y}")
    assert act(f"{TEAM}/a", to=f"{TEAM}/x") == rejected(409, "exists", f"file://{x}")
    mkdir(ada, f"{TEAM}/c/x")
    assert act(f"{TEAM}/x", to=f"{TEAM}/c", force=True) == rejected(409, "exists", f"{TEAM}/c/x exists")
    send(ada, "POST", f"{FS}removals/", json={"sources": [f"{TEAM}/c/x"]})
    assert tree(ada, TEAM) == before

    assert done(act(f"{TEAM}/x", to=f"{TEAM}/c/y", force=True)) == [f"{TEAM}/c/y"]
    assert [entry["id"] for entry in entries(ada, f"{TEAM}/c", deleted=True)] == [y]
    assert done(act(f"{TEAM}/c/y", to=f"{TEAM}/a/")) == [f"{TEAM}/a/y"]
    assert done(act(f"{TEAM}/a", to=f"{TEAM}/d")) == [f"{TEAM}/d"]
    left = tree(ada, TEAM)
    if action == "moves":
        assert done(act(f"{TEAM}/d/b", f"{TEAM}/d/y", to=f"{TEAM}/c")) == [f"{TEAM}/c/b", f"{TEAM}/c/y"]
        left = tree(ada, TEAM)
        assert left == [f"{TEAM}/{name}" for name in ("c", "c/b", "c/y", "d")]
        assert entries(ada, f"{TEAM}/c/y")[0]["id"] == x
    else:
        assert left == [f"{TEAM}/{name}" for name in ("a", "a/b", "a/y", "c", "c/y", "d", "d/b", "d/y", "x")]


def test_two_sources_of_one_name(ada: httpx.Client, rejected: Any) -> None:
    mkdir(ada, f"{TEAM}/to")
    put(ada, f"{TEAM}/a", "x"), put(ada, f"{TEAM}/b", "x")
    for action in ("copies", "moves"):
        response = change(ada, action, f"{TEAM}/a/x", f"{TEAM}/b/x", destination=f"{TEAM}/to")
        assert response == rejected(409, "exists", "named x")
    assert ls(ada, f"{TEAM}/to") == []


def test_what_cannot_be_copied(ada: httpx.Client, rejected: Any) -> None:
    put(ada, TEAM, "good")
    empty = send(ada, "POST", FILES, json={"name": "empty", "path": TEAM})
    mkdir(ada, f"{TEAM}/to")
    response = change(ada, "copies", f"{TEAM}/good", f"file://{empty['id']}", destination=f"{TEAM}/to")
    assert response == rejected(409, "conflict", "no content")
    assert ls(ada, f"{TEAM}/to") == []


def test_moved_items_keep_what_hangs_on_them(ada: httpx.Client, grace: httpx.Client) -> None:
    item = put(ada, f"{SHARED}/a/b", "x")
    send(ada, "POST", f"/api/v1/tags/file/{item}/", json={"tags": ["red"]})
    send(ada, "POST", f"/api/v1/shares/file/{item}/", json={"target_type": "user", "target_id": 2})
    assert done(change(ada, "moves", f"{SHARED}/a", destination=f"{TEAM}/moved")) == [f"{TEAM}/moved"]
    assert tree(ada, TEAM) == [f"{TEAM}/moved", f"{TEAM}/moved/b", f"{TEAM}/moved/b/x"]
    assert (tree(ada, SHARED), entries(ada, f"file://{item}")[0]["project"]) == ([], 1)
    assert [tag["name"] for tag in send(ada, "GET", f"/api/v1/tags/file/{item}/")["results"]] == ["red"]
    assert grace.get(f"{FILES}{item}/download").content == b"content"
    assert done(change(ada, "moves", f"{TEAM}/moved", destination=ORGANIZATION)) == [f"{ORGANIZATION}/moved"]
    assert tree(grace, ORGANIZATION) == [
        f"{ORGANIZATION}/moved",
        f"{ORGANIZATION}/moved/b",
        f"{ORGANIZATION}/moved/b/x",
    ]


def test_an_archived_project(ada: httpx.Client, rejected: Any) -> None:
    put(ada, f"{TEAM}/a")
    put(ada, f"{SHARED}/b")
    put(ada, f"{ORGANIZATION}/o")
    send(ada, "PATCH", "/api/v1/projects/1/", json={"archived": True})
    for response in (
        change(ada, "removals", f"{ORGANIZATION}/o/x"),
        change(ada, "removals", f"{ORGANIZATION}/o", recursive=True),
        mkdir(ada, f"{TEAM}/x"),
        change(ada, "moves", f"{TEAM}/a", destination=SHARED),
        change(ada, "removals", f"{TEAM}/a/x"),
        change(ada, "removals", f"{TEAM}/a", recursive=True),
        change(ada, "copies", f"{SHARED}/b/x", destination=TEAM),
        change(ada, "moves", f"{SHARED}/b/x", destination=TEAM),
    ):
        assert response == rejected(403, "forbidden", "archived")
    assert done(change(ada, "copies", f"{TEAM}/a/x", destination=SHARED)) == [f"{SHARED}/x"]


def test_a_path_that_becomes_too_long(ada: httpx.Client, rejected: Any) -> None:
    mkdir(ada, f"/{'a' * 400}/{'b' * 400}", f"/{'c' * 300}")
    for action, options in (("copies", {"recursive": True}), ("moves", {})):
        response = change(ada, action, f"{TEAM}/{'a' * 400}", destination=f"{TEAM}/{'c' * 300}", **options)
        assert response == rejected(400, "bad_body", "1000 characters")
    assert len(tree(ada, TEAM)) == 3


# ---------------------------------------------------------------- removals


@pytest.mark.parametrize("immediate", [False, True])
def test_remove(fresh: Server, ada: httpx.Client, rejected: Any, immediate: bool) -> None:
    put(ada, f"{TEAM}/a", "f"), put_dataset(ada, f"{TEAM}/a/b"), put_collection(ada, f"{TEAM}/a/b")
    put(ada, TEAM, "g")
    before = tree(ada, TEAM)
    options = {"immediate": immediate}
    assert change(ada, "removals", f"{TEAM}/a", **options) == rejected(409, "not_empty", f"{TEAM}/a is not empty")
    assert change(ada, "removals", f"{TEAM}/g", f"{TEAM}/a", **options) == rejected(409, "not_empty")
    assert change(ada, "removals", TEAM, recursive=True, **options) == rejected(400, "bad_body", "is a root")
    for first, second in ((f"{TEAM}/g", f"{TEAM}//g"), (f"{TEAM}/a", f"{TEAM}/a/")):
        assert change(ada, "removals", first, second, **options) == rejected(400, "bad_body", "given twice")
    wanted = [path for path in before if path != f"{TEAM}/g"]
    assert done(change(ada, "removals", f"{TEAM}/a", recursive=True, dry_run=True, **options)) == wanted
    assert tree(ada, TEAM) == before
    response = change(ada, "removals", f"{TEAM}/a", recursive=True, **options)
    assert done(response) == wanted
    assert all((entry["deleted"] is None) == (entry["type"] == "folder") for entry in response.json()["results"])
    assert tree(ada, TEAM) == [f"{TEAM}/g"]
    assert ls(ada, f"{TEAM}/a/b", deleted=True) == ([] if immediate else ["c", "d"])
    # Only content that is used is left.
    fresh.stop()
    with closing(sqlite3.connect(fresh.folder / "orion.sqlite")) as db:
        used = {row[0] for table in ("files", "shards") for row in db.execute(f"SELECT blob FROM {table}")}
    fresh.start()
    assert list_blobs(fresh.folder) == used
    assert len(used) == (1 if immediate else 5)


def test_a_large_collection_is_purged_in_the_background(ada: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem.collections, "_BATCH", 2)
    put_collection(ada, TEAM, "c", 5)
    assert done(change(ada, "removals", f"{TEAM}/c", immediate=True)) == [f"{TEAM}/c"]
    assert ls(ada, TEAM) == []
    while ls(ada, TEAM, deleted=True):
        pass


# ---------------------------------------------------------------- safety


def test_keys_make_changes_once(ada: httpx.Client) -> None:
    put(ada, TEAM, "x")
    bodies = {
        "copies": {"sources": [f"{TEAM}/x"], "destination": f"{TEAM}/y"},
        "moves": {"sources": [f"{TEAM}/y"], "destination": f"{TEAM}/z"},
        "removals": {"sources": [f"{TEAM}/z"], "immediate": True},
    }
    for action, body in bodies.items():
        responses = [ada.post(f"{FS}{action}/", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert done(responses[0]) == done(responses[1])
        assert "Idempotent-Replayed" in responses[1].headers
    assert ls(ada, TEAM) == ["x"]
    assert read(ada, "file", 1)[0] == b"content"


def test_copies_of_a_saved_folder_and_after_a_restart(tmp_path: Path) -> None:
    folder, _ = saved_folders.unpack(saved_folders.SAVED / "version_5.tar.xz", tmp_path)
    with Server(folder, floes=[saved_folders.FLOE]) as server, saved_folders.connect(server, "ada") as ada:
        before = {kind: read(ada, kind, 1) for kind in ("dataset", "file")}
        assert done(change(ada, "copies", f"{TEAM}/screens/june", destination=f"{TEAM}/copy", recursive=True))
        assert done(change(ada, "copies", "file://1", destination=f"{TEAM}/copy")) == [f"{TEAM}/copy/one"]
        for kind in ("file", "dataset", "collection"):
            send(ada, "DELETE", f"{KINDS[kind]}1/?immediate=true")
    with Server(folder) as server, saved_folders.connect(server, "ada") as ada:
        found = {entry["name"]: entry for entry in entries(ada, f"{TEAM}/copy")}
        assert sorted(found) == ["molecules", "one", "shards", "two"]
        assert read(ada, "dataset", found["molecules"]["id"]) == before["dataset"]
        assert read(ada, "file", found["one"]["id"]) == before["file"]
        assert found["shards"]["count"] == 3


CRASH = """
import os, sys
from pathlib import Path
from orionclient.emulator import Server
from orionclient.emulator._store import store

class Connection(store.StoreConnection):
    def execute(self, query, *args):
        if query == "COMMIT" and armed:
            os._exit(9)
        return super().execute(query, *args)

store.StoreConnection = Connection
armed = False
with Server(Path(sys.argv[1])) as server:
    import httpx
    client = httpx.Client(base_url=server.url, headers={"Authorization": "Token " + server.issue_token("ada")}, trust_env=False)
    armed = True
    client.post("/api/v1/fs/copies/", json={"sources": ["/project/1/team/a"], "destination": "/project/1/team/b", "recursive": True})
"""


def test_a_crash_copies_nothing(fresh: Server, connect: Connect) -> None:
    ada = connect(fresh)
    put(ada, f"{TEAM}/a", "f"), put_collection(ada, f"{TEAM}/a")
    fresh.stop()
    before = list_blobs(fresh.folder)
    ended = subprocess.run([sys.executable, "-c", CRASH, fresh.folder], check=False, env={**os.environ})
    assert ended.returncode == 9
    assert list_blobs(fresh.folder) > before
    fresh.start()
    assert list_blobs(fresh.folder) == before
    ada = connect(fresh)
    assert tree(ada, TEAM) == [f"{TEAM}/a", f"{TEAM}/a/c", f"{TEAM}/a/f"]


def test_an_error_while_copying_leaves_no_blobs(fresh: Server, ada: httpx.Client, rejected: Any) -> None:
    put(ada, f"{TEAM}/a", "f"), put(ada, f"{TEAM}/a", "g")
    with fresh._require().stack.store.read_transaction() as db:
        (name,) = db.execute("SELECT blob FROM files WHERE name = 'g'").fetchone()
    (blob,) = fresh.folder.glob(f"blobs/*/{name}")
    blob.rename(fresh.folder / "moved")
    before = list_blobs(fresh.folder)
    assert change(ada, "copies", f"{TEAM}/a", destination=f"{TEAM}/b", recursive=True) == rejected(500, "damaged")
    assert list_blobs(fresh.folder) == before
    assert tree(ada, TEAM) == [f"{TEAM}/a", f"{TEAM}/a/f", f"{TEAM}/a/g"]


def test_a_file_system_without_links(ada: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError("no links")

    monkeypatch.setattr(Path, "hardlink_to", fail)
    item = put(ada, TEAM, "x", b"x" * 3_000_000)
    (entry,) = change(ada, "copies", f"{TEAM}/x", destination=f"{TEAM}/y").json()["results"]
    send(ada, "DELETE", f"{FILES}{item}/?immediate=true")
    assert read(ada, "file", entry["id"])[0] == b"x" * 3_000_000


# ---------------------------------------------------------------- cost


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The queries of all requests, each with every step of its plan."""
    found: list[tuple[str, str]] = []
    execute = store.StoreConnection.execute

    def explain(db: store.StoreConnection, query: str, *values: Any) -> sqlite3.Cursor:
        if query.startswith(("SELECT", "UPDATE files", "DELETE")):
            found.extend((query, row["detail"]) for row in execute(db, f"EXPLAIN QUERY PLAN {query}", *values))
        return execute(db, query, *values)

    monkeypatch.setattr(store.StoreConnection, "execute", explain)
    return found


@pytest.mark.parametrize("path", [FILES, DATASETS, COLLECTIONS])
def test_counts_read_indexes_only(ada: httpx.Client, plans: list[tuple[str, str]], path: str) -> None:
    for _ in range(2):
        send(ada, "POST", path, json={"name": "x"})
        trashed = send(ada, "POST", path, json={"name": "x"})["id"]
        send(ada, "DELETE", f"{path}{trashed}/?immediate=false")
    mkdir(ada, f"{TEAM}/a")
    plans.clear()
    queries = (
        {},
        {"project": 1},
        {"path": "/"},
        {"path": "/", "project": 1},
        {"deleted": True},
        {"deleted": True, "project": 1},
    )
    for query in queries:
        send(ada, "GET", send(ada, "GET", path, params={**query, "limit": 1})["next"])
    table = path.split("/")[-2]
    counts = [
        step for query, step in plans if query.startswith(f"SELECT count(*) FROM {table} ") and f" {table} " in step
    ]
    assert len(counts) >= len(queries)
    assert not [step for step in counts if " COVERING INDEX " not in step]
    pages = [step for query, step in plans if query.startswith(f"SELECT * FROM {table} WHERE deleted <> ''")]
    assert pages
    assert not [step for step in pages if "TEMP B-TREE" in step or (f" {table} " in step and "trash" not in step)]


def test_members_are_found_by_user(ada: httpx.Client, plans: list[tuple[str, str]]) -> None:
    for path in ("/api/v1/projects/", "/api/v1/workspaces/", FILES, f"{FILES}?project=1", f"{FILES}?tags=x"):
        send(ada, "GET", path)
    scans = [
        step
        for _, step in plans
        if re.match(r"SCAN (s|g|members|shares|workspace_users)\b|.*AUTOMATIC|MATERIALIZE", step)
    ]
    searches = [step for _, step in plans if re.match(r"SEARCH (s|g|shares)\b", step)]
    assert len(searches) > 20
    assert scans == [step for step in searches if "target=?" not in step and "(user=?" not in step] == []


def test_every_query_of_a_folder_uses_an_index(ada: httpx.Client, plans: list[tuple[str, str]]) -> None:
    mkdir(ada, *(f"{root}/a/b" for root in (TEAM, ADA, ORGANIZATION)))
    for root in (TEAM, ADA, ORGANIZATION):
        put(ada, f"{root}/a")
    plans.clear()
    for root in (TEAM, ADA, ORGANIZATION):
        for query in ({}, {"deleted": True}, {"order_by": "-id"}, {"name": "x"}, {"owner": 1, "limit": 1}):
            entries(ada, f"{root}/a", **query)
        link = send(ada, "GET", f"{FS}entries/?path={root}/a&limit=1")["next"]
        send(ada, "GET", link)
        send(ada, "GET", f"{FS}entry/", params={"path": f"{root}/a/x"})
        send(ada, "GET", FILES, params={"path": f"{root}/a"})
        done(change(ada, "copies", f"{root}/a", destination=f"{root}/c", recursive=True))
        done(change(ada, "moves", f"{root}/c", destination=f"{root}/d"))
        done(change(ada, "removals", f"{root}/d", recursive=True))
    tables = ("files", "datasets", "collections", "folders", "shares", "tags", "workspaces")
    scans = {(query, step) for query, step in plans if step.startswith(tuple(f"SCAN {table}" for table in tables))}
    # The index is used beyond the root, which may have many folders.
    scans |= {(query, step) for query, step in plans if step.endswith("(full_root=?)")}
    assert len(plans) > 500
    assert not scans
