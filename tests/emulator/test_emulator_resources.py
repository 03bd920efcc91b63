"""Tests of the behavior shared by files and datasets: permissions, soft delete, updates, pages, filters and tags."""

from __future__ import annotations

import re
import threading

import pytest

KINDS = {"file": "/api/v3/storage/files/", "dataset": "/api/v1/storage/datasets/"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")

pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def path(kind):
    return KINDS[kind]


def make(caller, path, **fields):
    response = caller.post(path, json={"name": "thing", **fields})
    assert response.status_code == 201, response.text
    return response.json()


def ids(response):
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["results"]]


def test_create_and_get(ada, path):
    made = make(ada, path, description="words")
    assert (made["name"], made["description"], made["project"], made["owner"], made["deleted"]) == (
        "thing",
        "words",
        1,
        1,
        "",
    )
    assert TIME.fullmatch(made["created"])
    assert ada.get(f"{path}{made['id']}/").json() == made


def test_permissions(ada, grace, path, rejected):
    alone = make(ada, path)["id"]
    shared = make(ada, path, project=3)["id"]
    for method, body in (("GET", None), ("PATCH", {"name": "stolen"}), ("DELETE", None)):
        assert grace.request(method, f"{path}{alone}/", json=body) == rejected(403, "forbidden")
    assert grace.delete(f"{path}{alone}/?immediate=true") == rejected(403, "forbidden")
    assert ada.get(f"{path}{alone}/").json()["name"] == "thing"
    assert grace.get(f"{path}{shared}/").json()["owner"] == 1
    assert alone not in ids(grace.get(f"{path}?limit=1000"))
    assert shared in ids(grace.get(f"{path}?limit=1000"))
    for project in (2, 99):
        assert ada.post(path, json={"name": "x", "project": project}) == rejected(
            403, "forbidden", f"project {project}"
        )
        assert ada.get(f"{path}?project={project}") == rejected(403, "forbidden", f"project {project}")
        assert ada.patch(f"{path}{shared}/", json={"project": project}) == rejected(
            403, "forbidden", f"project {project}"
        )
    assert ada.get(f"{path}{shared}/").json()["project"] == 3


def test_changes(ada, grace, path, rejected):
    before = make(ada, path, description="old")
    url = f"{path}{before['id']}/"
    assert ada.patch(url, json={}).json() == before
    assert ada.patch(url, json={"name": "new"}).json() == {**before, "name": "new"}
    assert ada.patch(url, json={"description": ""}).json() == {**before, "name": "new", "description": ""}
    assert ada.patch(url, json={"project": 3}).json()["project"] == 3
    assert grace.get(url).status_code == 200
    assert grace.patch(url, json={"project": 2}).status_code == 200
    assert ada.get(url) == rejected(403, "forbidden")
    assert ada.patch(url, json={"state": "ready"}) == rejected(400, "bad_body", "state")
    assert ada.patch(f"{path}999999/", json={"name": "x"}) == rejected(404, "not_found")


def test_a_change_that_is_rejected_changes_nothing(ada, path):
    before = make(ada, path)
    assert ada.patch(f"{path}{before['id']}/", json={"name": "new", "project": 2}).status_code == 403
    assert ada.get(f"{path}{before['id']}/").json() == before


def test_trash(ada, grace, path, rejected):
    number = make(ada, path)["id"]
    url = f"{path}{number}/"
    assert ada.delete(url).status_code == 204
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        assert ada.request(method, url, json=body) == rejected(404, "not_found")
    assert grace.get(url) == rejected(404, "not_found")
    assert number not in ids(ada.get(f"{path}?limit=1000"))
    trashed = [item for item in ada.get(f"{path}?limit=1000&deleted=true").json()["results"] if item["id"] == number]
    assert TIME.fullmatch(trashed[0]["deleted"])
    assert number not in ids(grace.get(f"{path}?limit=1000&deleted=true"))
    assert grace.delete(f"{url}?immediate=true") == rejected(403, "forbidden")
    assert ada.delete(f"{url}?immediate=true").status_code == 204
    assert number not in ids(ada.get(f"{path}?limit=1000&deleted=true"))
    assert ada.delete(f"{url}?immediate=true") == rejected(404, "not_found")


def test_purged_ids_are_not_given_again(ada, path):
    number = make(ada, path)["id"]
    assert ada.delete(f"{path}{number}/?immediate=true").status_code == 204
    assert make(ada, path)["id"] > number


def test_pages(fresh, connect, path):
    ada = connect(fresh)
    made = [make(ada, path, name=f"n{index}")["id"] for index in range(7)]
    seen, link, pages = [], f"{path}?limit=3&name=N", 0
    while link:
        page = ada.get(link).json()
        assert page["count"] == 7
        seen += [item["id"] for item in page["results"]]
        link, pages = page["next"], pages + 1
        assert link is None or link.startswith(f"{path}?limit=3&name=N&cursor=")
    assert (seen, pages) == (made, 3)
    assert ada.get(f"{path}?limit=7").json()["next"] is None


def test_pages_while_others_are_made_and_deleted(fresh, connect, path):
    ada, grace = connect(fresh), connect(fresh, "grace")
    made = [make(ada, path, project=3)["id"] for _ in range(30)]
    stop = threading.Event()

    def disturb():
        while not stop.is_set():
            number = make(grace, path, project=3, name="other")["id"]
            grace.delete(f"{path}{number}/?immediate=true")
            make(grace, path, project=3, name="other")

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        seen, link = [], f"{path}?limit=4"
        while link and len(seen) < 200:
            page = ada.get(link).json()
            seen += [item["id"] for item in page["results"]]
            link = page["next"]
    finally:
        stop.set()
        thread.join()
    assert [number for number in seen if number in made] == made
    assert len(seen) == len(set(seen))


def test_filters(fresh, connect, path):
    ada = connect(fresh)
    one, two = make(ada, path, name="Alpha_1%")["id"], make(ada, path, name="alphä", project=3)["id"]
    assert ids(ada.get(f"{path}?name=ALPHA")) == [one]
    assert ids(ada.get(f"{path}?name=alph")) == [one, two]
    assert ids(ada.get(f"{path}?name=Ä")) == []
    assert ids(ada.get(path, params={"name": "_1%"})) == [one]
    assert ids(ada.get(f"{path}?name=")) == [one, two]
    assert ids(ada.get(f"{path}?project=3")) == [two]
    assert ids(ada.get(f"{path}?project=3&name=alpha")) == []


def test_tags(fresh, connect, path, kind, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    one, two = make(ada, path, project=3)["id"], make(ada, path, project=3)["id"]
    tags = f"/api/v1/tags/{kind}/{one}/"
    assert ada.post(tags, json={"tags": ["b", "a", "ä", "a"]}).status_code == 204
    assert ada.post(tags, json={"tags": ["a", "c"]}).status_code == 204
    assert ada.post(tags, json={"tags": ["a"], "project": 1}).status_code == 204
    assert ada.post(f"/api/v1/tags/{kind}/{two}/", json={"tags": ["a"]}).status_code == 204
    found = [(tag["name"], tag["project"]) for tag in ada.get(tags).json()["results"]]
    assert found == [("a", 1), ("a", 3), ("b", 3), ("c", 3), ("ä", 3)]
    assert [tag["project"] for tag in grace.get(tags).json()["results"]] == [3, 3, 3, 3]
    assert TIME.fullmatch(ada.get(tags).json()["results"][0]["created"])
    assert ids(ada.get(f"{path}?tags=a")) == [one, two]
    assert ids(ada.get(f"{path}?tags=a&tags=b&tags=a")) == [one]
    assert ids(ada.get(f"{path}?tags=A")) == []
    assert ids(ada.get(path, params={"tags": ["ä", "b"]})) == [one]
    assert ada.delete(tags, params={"tag": ["a", "unknown"]}).status_code == 204
    assert [(tag["name"], tag["project"]) for tag in ada.get(tags).json()["results"]][:2] == [("a", 1), ("b", 3)]
    assert ids(grace.get(f"{path}?tags=a")) == [two]
    assert ids(ada.get(f"{path}?tags=a")) == [one, two]
    assert ada.delete(tags, params={"tag": "a", "project": 1}).status_code == 204
    assert ids(ada.get(f"{path}?tags=a")) == [two]
    assert grace.post(tags, json={"tags": ["x"], "project": 1}) == rejected(403, "forbidden")
    assert grace.delete(f"{tags}?tag=x&project=99") == rejected(403, "forbidden")


def test_pages_of_tags(ada, path, kind):
    url = f"/api/v1/tags/{kind}/{make(ada, path)['id']}/"
    names = sorted(["😀" * 255, "a" * 255, *(f"t{index:02}" for index in range(20))], key=str.encode)
    assert ada.post(url, json={"tags": names}).status_code == 204
    seen, link = [], f"{url}?limit=3"
    while link:
        page = ada.get(link).json()
        assert page["count"] == 22
        seen += [tag["name"] for tag in page["results"]]
        link = page["next"]
    assert seen == names


def test_tags_of_what_is_not_there(ada, grace, path, kind, rejected):
    number = make(ada, path)["id"]
    bodies = {"GET": {}, "POST": {"json": {"tags": ["x"]}}, "DELETE": {"params": {"tag": "x"}}}
    for method, body in bodies.items():
        assert ada.request(method, f"/api/v1/tags/{kind}/999999/", **body) == rejected(404, "not_found", kind)
        assert ada.request(method, f"/api/v1/tags/project/{number}/", **body) == rejected(404, "not_found", '"project"')
        assert grace.request(method, f"/api/v1/tags/{kind}/{number}/", **body) == rejected(403, "forbidden")
    ada.delete(f"{path}{number}/")
    assert ada.get(f"/api/v1/tags/{kind}/{number}/") == rejected(404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"tags": []},
        {"tags": [""]},
        {"tags": ["x" * 256]},
        {"tags": ["x"] * 51},
        {"tags": "x"},
        {"tags": [1]},
        {},
        {"tags": ["x"], "project": None},
    ],
)
def test_bad_tags(ada, path, kind, rejected, body):
    number = make(ada, path)["id"]
    assert ada.post(f"/api/v1/tags/{kind}/{number}/", json=body) == rejected(400, "bad_body")
    assert ada.get(f"/api/v1/tags/{kind}/{number}/").json()["count"] == 0
    assert ada.delete(f"/api/v1/tags/{kind}/{number}/") == rejected(400, "bad_parameter", "required")


def test_purging_takes_the_tags_along(fresh, connect, path, kind):
    ada = connect(fresh)
    number = make(ada, path)["id"]
    ada.post(f"/api/v1/tags/{kind}/{number}/", json={"tags": ["x"]})
    ada.delete(f"{path}{number}/?immediate=true")
    with fresh._require().stack.store.read_transaction() as db:
        assert db.execute("SELECT count(*) FROM tags").fetchone()[0] == 0


def test_a_page_deep_in_a_listing_costs_as_the_first(fresh, connect, path, kind):
    with fresh._require().stack.store.write_transaction() as db:
        rows = ((f"n{index}", index % 3 + 1) for index in range(6000))
        table = {"file": "files", "dataset": "datasets"}[kind]
        db.executemany(
            f"INSERT INTO {table} (name, description, project, owner, created) VALUES (?, '', ?, 1, '2026-01-01T00:00:00.000000Z')",
            rows,
        )
    ada = connect(fresh)
    steps = []
    link = f"{path}?limit=100"
    for _ in range(35):
        steps.append(_steps(fresh, lambda link=link: ada.get(link).json()))
        link = ada.get(link).json()["next"]
    assert max(steps) <= 1.2 * steps[0]


def _steps(server, action):
    """How many hundreds of steps SQLite's machine makes for an action."""
    store = server._require().stack.store
    count = 0

    def tick():
        nonlocal count
        count += 1
        return 0

    connect = store._connect

    def counted():
        db = connect()
        db.set_progress_handler(tick, 100)
        return db

    with store._pool_lock:
        idle, store._idle = store._idle, []
    for db in idle:
        db.close()
    store._connect = counted
    try:
        action()
    finally:
        del store._connect
        with store._pool_lock:
            for db in store._idle:
                db.set_progress_handler(None, 0)
    return count
