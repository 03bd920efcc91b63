"""Tests of the trash over HTTP: listing, restoring and expiring of items."""

from __future__ import annotations

import pytest
from helpers.manual_clock import ManualClock
from test_emulator_members import GRACE, create, execute, ids, make, restore

from orionclient.emulator import Server

KINDS = {
    "file": "/api/v3/storage/files/",
    "dataset": "/api/v1/storage/datasets/",
    "collection": "/api/v1/storage/collections/",
}

pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def server(tmp_path, clock):
    with Server(tmp_path / "stack", seed="demo", clock=clock) as server:
        yield server


@pytest.fixture
def ada(server, connect):
    return connect(server)


@pytest.fixture
def grace(server, connect):
    return connect(server, "grace")


@pytest.fixture
def path(kind):
    return KINDS[kind]


def test_restoring(ada, kind, path):
    item = make(ada, kind, path="/a/b")
    ada.post(f"/api/v1/tags/{kind}/{item}/", json={"tags": ["red"]})
    before = ada.get(f"{path}{item}/").json()
    ada.delete(f"{path}{item}/")
    assert ids(ada, f"{path}?deleted=true") == [item]
    for _ in range(2):
        response = restore(ada, kind, item)
        assert (response.status_code, response.content) == (204, b"")
        assert ada.get(f"{path}{item}/").json() == before
    assert ids(ada, f"{path}?deleted=true") == []
    assert ids(ada, f"{path}?path=/a/b&tags=red") == [item]


def test_the_folder_is_created_again(server, ada, kind, path):
    item = make(ada, kind, path="/a/b")
    ada.delete(f"{path}{item}/")
    execute(server, "DELETE FROM folders")
    assert restore(ada, kind, item).status_code == 204
    assert {each["path"] for each in ada.get("/api/v1/folders/").json()["results"]} == {"/a", "/a/b"}
    assert ids(ada, f"{path}?path=/a/b") == [item]


def test_who_may_restore(ada, grace, kind, path, rejected):
    item = make(ada, kind)
    ada.post(f"/api/v1/shares/{kind}/{item}/", json=GRACE)
    assert restore(grace, kind, item) == rejected(403, "forbidden", "read-only")
    ada.delete(f"{path}{item}/")
    assert restore(grace, kind, item) == rejected(403, "forbidden", "not a member")
    ada.patch("/api/v1/projects/1/", json={"archived": True})
    assert restore(ada, kind, item) == rejected(403, "forbidden", "archived")
    ada.patch("/api/v1/projects/1/", json={"archived": False})
    assert ids(ada, path) == []
    together = make(ada, kind, project=3)
    ada.delete(f"{path}{together}/")
    assert restore(grace, kind, together).status_code == 204
    assert restore(ada, kind, 9999) == rejected(404, "not_found", f"{kind} 9999")


def test_what_was_deleted_for_good_is_gone(ada, kind, path, rejected):
    item = make(ada, kind)
    ada.delete(f"{path}{item}/")
    ada.delete(f"{path}{item}/?immediate=true")
    assert restore(ada, kind, item) == rejected(404, "not_found", f"{kind} {item}")


def test_a_collection_that_is_being_removed(server, ada, kind, path, rejected):
    item = make(ada, "collection")
    ada.delete(f"{KINDS['collection']}{item}/")
    execute(server, "UPDATE collections SET state = 'deleting'")
    assert restore(ada, "collection", item) == rejected(409, "collection_busy", "deleting")


def test_after_30_days(ada, clock, kind, path, rejected):
    old, new = make(ada, kind), make(ada, kind)
    ada.delete(f"{path}{old}/")
    clock.move(days=1)
    ada.delete(f"{path}{new}/")
    clock.move(days=29)
    assert ids(ada, f"{path}?deleted=true") == [old, new]
    clock.move(microseconds=1)
    assert ids(ada, f"{path}?deleted=true") == ids(ada, f"{path}?deleted=true&expired=false") == [new]
    assert ids(ada, f"{path}?deleted=true&expired=true") == [old, new]
    assert ids(ada, path) == ids(ada, f"{path}?expired=true") == []
    assert restore(ada, kind, old) == rejected(409, "expired", "more than 30 days ago")
    assert restore(ada, kind, new).status_code == 204
    assert ids(ada, path) == [new]
    clock.move(days=31)
    assert ids(ada, path) == [new]
    assert ids(ada, f"{path}?deleted=true&expired=true") == [old]


def test_an_expired_item_is_deleted_for_good(ada, clock, kind, path):
    item = make(ada, kind)
    ada.delete(f"{path}{item}/")
    clock.move(days=31)
    assert ada.delete(f"{path}{item}/?immediate=true").status_code == 204


def test_the_trash_is_counted(ada, clock, kind, path):
    made = [make(ada, kind) for _ in range(5)]
    for item in made:
        ada.delete(f"{path}{item}/")
        clock.move(days=10)
    # 50, 40, 30, 20 and 10 days ago.
    page = ada.get(f"{path}?deleted=true&limit=2").json()
    assert (page["count"], [each["id"] for each in page["results"]]) == (3, made[2:4])
    assert ids(ada, page["next"]) == made[4:]


def test_the_project_is_restored_first(ada, kind, path, rejected):
    project = create(ada)["id"]
    item = make(ada, kind, project=project)
    ada.delete(f"{path}{item}/")
    ada.delete(f"/api/v1/projects/{project}/")
    assert restore(ada, kind, item) == rejected(404, "not_found", f"{kind} {item}")
    restore(ada, "project", project)
    assert restore(ada, kind, item).status_code == 204
    assert ada.get(f"{path}{item}/").json()["project"] == project
