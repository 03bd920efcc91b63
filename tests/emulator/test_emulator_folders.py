"""Tests of folders over HTTP: paths, permissions and assignments."""

from __future__ import annotations

import pytest

from orionclient.emulator._store.folders import normalize_path

FOLDERS = "/api/v1/folders/"
ASSIGNMENTS = "/api/v1/folders/assignments/"
KINDS = {"file": "/api/v3/storage/files/", "dataset": "/api/v1/storage/datasets/"}


def paths(caller, query=""):
    return [(item["project"], item["path"]) for item in caller.get(f"{FOLDERS}{query}").json()["results"]]


@pytest.mark.parametrize(
    ("path", "wanted"), [("/", None), ("///", None), ("/a", "/a"), ("//a//b//", "/a/b"), ("/ /.b", "/ /.b")]
)
def test_one_way_to_write_a_path(path, wanted):
    assert normalize_path(path) == wanted


def test_made_with_all_above_and_only_once(fresh, connect):
    ada, grace = connect(fresh), connect(fresh, "grace")
    for _ in range(2):
        response = ada.post(FOLDERS, json={"paths": ["/b/c/d", "/b/", "//a"]})
        assert (response.status_code, response.content) == (204, b"")
    assert paths(ada) == [(1, "/a"), (1, "/b"), (1, "/b/c"), (1, "/b/c/d")]
    first = ada.get(FOLDERS).json()["results"][0]
    assert (set(first), first["owner"]) == ({"path", "location", "project", "owner", "created"}, 1)
    ada.post(FOLDERS, json={"paths": ["/"]})
    ada.post(FOLDERS, json={"paths": ["/a"], "project": 3})
    assert paths(ada)[-1] == (3, "/a")
    assert paths(ada, "?project=3") == paths(grace) == [(3, "/a")]


def test_pages(fresh, connect):
    ada = connect(fresh)
    names = [f"/{index}" for index in range(5)]
    for project in (1, 3):
        ada.post(FOLDERS, json={"paths": names, "project": project})
    seen, link = [], f"{FOLDERS}?limit=3"
    while link:
        page = ada.get(link).json()
        assert page["count"] == 10
        seen += [(item["project"], item["path"]) for item in page["results"]]
        link = page["next"]
    assert seen == [(project, name) for project in (1, 3) for name in names]


def test_projects_of_others(ada, rejected):
    for project in (2, 99):
        assert ada.post(FOLDERS, json={"paths": ["/a"], "project": project}) == rejected(403, "forbidden")
        assert ada.get(f"{FOLDERS}?project={project}") == rejected(403, "forbidden")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "a/b",
        ".",
        "..",
        "/.",
        "/..",
        "/a/..",
        "/a/../b",
        "/a/./b",
        "/a\n",
        "/a\x00",
        "/a\x7fb",
        "/" + "a" * 1000,
        None,
        7,
    ],
)
def test_invalid_paths(fresh, connect, rejected, path):
    ada = connect(fresh)
    number = ada.post(KINDS["file"], json={"name": "x"}).json()["id"]
    assert ada.post(FOLDERS, json={"paths": ["/good", path]}) == rejected(400, "bad_body")
    assignment = {"resource_type": "file", "id": number, "path": path}
    assert ada.post(ASSIGNMENTS, json={"assignments": [assignment]}) == rejected(400, "bad_body")
    assert ada.post(KINDS["file"], json={"name": "y", "path": path}) == rejected(400, "bad_body")
    if isinstance(path, str):
        assert ada.get(KINDS["file"], params={"path": path}) == rejected(400, "bad_parameter")
    assert paths(ada) == []
    assert ada.get(KINDS["file"]).json()["count"] == 1


@pytest.mark.parametrize("path", ["/.a", "/..a", "/...", "/a.", "/a/..b", "/ü", "/a b", "/%2e%2e", "/" + "a" * 999])
def test_unusual_paths(ada, path):
    made = ada.post(KINDS["dataset"], json={"name": "x", "path": path}).json()
    assert made["path"] == path
    assert [item["id"] for item in ada.get(KINDS["dataset"], params={"path": path}).json()["results"]] == [made["id"]]


@pytest.mark.parametrize(
    "body",
    [{}, {"paths": []}, {"paths": "/a"}, {"paths": ["/a"] * 101}, {"paths": ["/a"], "project": None}, {"path": "/a"}],
)
def test_bad_bodies(ada, rejected, body):
    assert ada.post(FOLDERS, json=body) == rejected(400, "bad_body")


@pytest.mark.parametrize("kind", KINDS)
def test_assign(fresh, connect, kind, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    path = KINDS[kind]
    one, two = (ada.post(path, json={"name": name, "project": 3}).json() for name in ("one", "two"))
    assert one["path"] is None

    def assign(caller, *assignments):
        return caller.post(ASSIGNMENTS, json={"assignments": [{"resource_type": kind, **each} for each in assignments]})

    response = assign(ada, {"id": one["id"], "path": "/a//b/"}, {"id": two["id"], "path": "/a", "name": "second"})
    assert (response.status_code, response.content) == (204, b"")
    assert ada.get(f"{path}{one['id']}/").json() == {**one, "path": "/a/b", "location": "/project/3/team/a/b"}
    assert ada.get(f"{path}{two['id']}/").json() == {
        **two,
        "path": "/a",
        "location": "/project/3/team/a",
        "name": "second",
    }
    assert paths(ada) == [(3, "/a"), (3, "/a/b")]

    def lying(query):
        return [item["id"] for item in ada.get(path, params=query).json()["results"]]

    assert lying({"path": "/a/"}) == [two["id"]]
    assert lying({"path": "/a/b", "project": 3}) == [one["id"]]
    assert lying({"path": "/a/b", "project": 1}) == lying({"path": "/A"}) == lying({"path": "/"}) == []

    # The last of two assignments wins; a rejected request changes nothing.
    assert assign(grace, {"id": one["id"], "path": "/x"}, {"id": one["id"], "path": "/y"}).status_code == 204
    assert ada.get(f"{path}{one['id']}/").json()["path"] == "/y"
    private = ada.post(path, json={"name": "private"}).json()["id"]
    assert assign(grace, {"id": one["id"], "path": "/z"}, {"id": private, "path": "/z"}) == rejected(403, "forbidden")
    assert assign(ada, {"id": one["id"], "path": "/z"}, {"id": 9999, "path": "/z"}) == rejected(404, "not_found", kind)
    assert ada.get(f"{path}{one['id']}/").json()["path"] == "/y"
    assert (3, "/z") not in paths(ada)
    assert assign(ada, {"id": one["id"], "path": "/"}).status_code == 204
    assert lying({"path": "/"}) == [one["id"], private]

    # Moving to another project leaves the folder, staying does not.
    assert ada.patch(f"{path}{two['id']}/", json={"project": 3}).json()["path"] == "/a"
    assert ada.patch(f"{path}{two['id']}/", json={"project": 1}).json()["path"] is None
    ada.delete(f"{path}{two['id']}/")
    assert assign(ada, {"id": two["id"], "path": "/a"}) == rejected(404, "not_found")


@pytest.mark.parametrize(
    "assignment",
    [
        {"resource_type": "file", "path": "/a"},
        {"id": 1, "path": "/a"},
        {"resource_type": "file", "id": 1},
        {"resource_type": "project", "id": 1, "path": "/a"},
        {"resource_type": "file", "id": "1", "path": "/a"},
        {"resource_type": "file", "id": 0, "path": "/a"},
        {"resource_type": "file", "id": 1, "path": "/a", "name": ""},
        {"resource_type": "file", "id": 1, "path": "/a", "name": None},
        {"resource_type": "file", "id": 1, "path": "/a", "folder": "/a"},
        "/a",
    ],
)
def test_bad_assignments(ada, rejected, assignment):
    assert ada.post(ASSIGNMENTS, json={"assignments": [assignment]}) == rejected(400, "bad_body")
    assert ada.post(ASSIGNMENTS, json={"assignments": []}) == rejected(400, "bad_body")


def test_who_has_no_project_must_name_one(fresh, connect, rejected):
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("UPDATE users SET default_project = NULL WHERE id = 1")
    ada = connect(fresh)
    assert ada.post(FOLDERS, json={"paths": ["/a"]}) == rejected(400, "bad_body", "no default project")
    assert ada.post(FOLDERS, json={"paths": ["/a"], "project": 1}).status_code == 204


def test_a_folder_among_many_is_found_at_once(fresh, connect):
    with fresh._require().stack.store.read_transaction() as db:
        for table in ("files", "datasets"):
            query = (
                f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE deleted = '' AND path IS ? AND project = 1 ORDER BY id"
            )
            plan = [row["detail"] for row in db.execute(query, ("/a",))]
            assert any(f"{table}_in_folder" in step for step in plan), plan
            assert not any("TEMP B-TREE" in step for step in plan), plan
