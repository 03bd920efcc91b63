"""Tests of shares over HTTP: who can share, and which access a share grants."""

from __future__ import annotations

import pytest

KINDS = {"file": "/api/v3/storage/files/", "dataset": "/api/v1/storage/datasets/"}

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


def test_share_list_and_revoke(ada, grace, path, kind, rejected):
    number = make(ada, path)["id"]
    url = f"/api/v1/shares/{kind}/{number}/"
    assert ada.get(url).json() == {"count": 0, "next": None, "results": []}
    for _ in range(2):
        response = ada.post(url, json={"target_type": "user", "target_id": 2})
        assert (response.status_code, response.content) == (204, b"")
    assert ada.post(url, json={"target_type": "project", "target_id": 3}).status_code == 204
    assert ada.post(url, json={"target_type": "organization", "target_id": 1}).status_code == 204
    page = ada.get(f"{url}?limit=2").json()
    assert page["count"] == 3
    shares = [*page["results"], *ada.get(page["next"]).json()["results"]]
    assert [(each["target_type"], each["target_id"]) for each in shares] == [
        ("organization", 1),
        ("project", 3),
        ("user", 2),
    ]
    assert {each["owner"] for each in shares} == {1}
    for target in ({"target_type": "organization", "target_id": 1}, {"target_type": "project", "target_id": 3}):
        assert ada.delete(url, params=target).status_code == 204
        assert grace.get(f"{path}{number}/").status_code == 200
    for _ in range(2):
        assert ada.delete(url, params={"target_type": "user", "target_id": 2}).status_code == 204
    assert grace.get(f"{path}{number}/") == rejected(403, "forbidden", "not a member")


def test_a_share_opens_nothing_else(fresh, connect, path, kind, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    shared, other = make(ada, path)["id"], make(ada, path)["id"]
    ada.post(f"/api/v1/shares/{kind}/{shared}/", json={"target_type": "user", "target_id": 2})
    assert grace.get(f"{path}{other}/") == rejected(403, "forbidden", "not a member")
    listed = ids(grace.get(f"{path}?limit=1000"))
    assert shared in listed
    assert other not in listed
    assert grace.get(f"{path}?project=1") == rejected(403, "forbidden", "project 1")
    assert shared not in ids(grace.get(f"{path}?project=3&limit=1000"))
    twin = {"file": "dataset", "dataset": "file"}[kind]
    made = [make(ada, KINDS[twin])["id"] for _ in range(shared)][-1]
    assert made >= shared
    # The same id of another resource type is a different resource.
    assert grace.get(f"{KINDS[twin]}{shared}/") == rejected(403, "forbidden", "not a member")


@pytest.mark.parametrize(
    ("method", "tail"), [("PATCH", ""), ("DELETE", ""), ("DELETE", "?immediate=true"), ("PUT", "upload")]
)
def test_only_reading(ada, grace, path, kind, rejected, method, tail):
    number = make(ada, path)["id"]
    ada.post(f"/api/v1/shares/{kind}/{number}/", json={"target_type": "user", "target_id": 2})
    if tail == "upload" and kind == "dataset":
        tail = "upload?format=json"
    body = {"json": {"name": "x"}} if method == "PATCH" else {"content": b""} if method == "PUT" else {}
    assert grace.request(method, f"{path}{number}/{tail}", **body) == rejected(403, "forbidden", "read-only")
    share = f"/api/v1/shares/{kind}/{number}/"
    tags = f"/api/v1/tags/{kind}/{number}/"
    assert grace.get(share) == rejected(403, "forbidden", "read-only")
    assert grace.post(share, json={"target_type": "user", "target_id": 1}) == rejected(403, "forbidden")
    assert grace.delete(f"{share}?target_type=user&target_id=2") == rejected(403, "forbidden")
    assert grace.post(tags, json={"tags": ["x"]}) == rejected(403, "forbidden", "read-only")
    assert grace.delete(f"{tags}?tag=x") == rejected(403, "forbidden", "read-only")
    assert ids(grace.get(f"{path}?deleted=true&limit=1000")).count(number) == 0
    assert ada.get(f"{path}{number}/").json()["name"] == "thing"


def test_contents_are_read(ada, grace, path, kind):
    number = make(ada, path)["id"]
    ada.post(f"/api/v1/shares/{kind}/{number}/", json={"target_type": "project", "target_id": 3})
    if kind == "file":
        ada.put(f"{path}{number}/upload", content=b"CNS")
        assert grace.get(f"{path}{number}/download").content == b"CNS"
    else:
        ada.put(f"{path}{number}/upload?format=json", content=b'{"n":1}\n')
        for tail in ("records/", "records/1/", "download/?format=json"):
            assert b'"n":1' in grace.get(f"{path}{number}/{tail}").content, tail
    assert grace.get(f"/api/v1/tags/{kind}/{number}/").json()["count"] == 0


@pytest.mark.parametrize(
    ("target_type", "target_id", "words"),
    [
        ("user", 99, "user 99"),
        ("group", 99, "group 99"),
        ("project", 2, "project 2"),
        ("project", 99, "project 99"),
        ("organization", 2, "organization 2"),
    ],
)
def test_strangers(ada, path, kind, rejected, target_type, target_id, words):
    url = f"/api/v1/shares/{kind}/{make(ada, path)['id']}/"
    target = {"target_type": target_type, "target_id": target_id}
    assert ada.post(url, json=target) == rejected(403, "forbidden", words)
    assert ada.get(url).json()["count"] == 0
    assert ada.delete(url, params=target).status_code == 204


def test_people_of_another_organization(fresh, connect, path, kind, rejected):
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("INSERT INTO organizations (name, created) VALUES ('Elsewhere', '2026-01-01T00:00:00.000000Z')")
        db.execute(
            "INSERT INTO users (username, password, organization, created) VALUES ('eve', ?, 2, '2026-01-01T00:00:00.000000Z')",
            ("00" * 16 + "$" + "00" * 64,),
        )
    ada, eve = connect(fresh), connect(fresh, "eve")
    number = make(ada, path)["id"]
    url = f"/api/v1/shares/{kind}/{number}/"
    assert ada.post(url, json={"target_type": "user", "target_id": 3}) == rejected(403, "forbidden", "user 3")
    assert ada.post(url, json={"target_type": "organization", "target_id": 1}).status_code == 204
    assert eve.get(f"{path}{number}/") == rejected(403, "forbidden")
    assert ids(eve.get(path)) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"target_type": "user"},
        {"target_id": 2},
        {"target_type": "team", "target_id": 2},
        {"target_type": "user", "target_id": "2"},
        {"target_type": "user", "target_id": 0},
        {"target_type": "user", "target_id": None},
        {"target_type": "user", "target_id": 2, "write": True},
    ],
)
def test_bad_targets(ada, path, kind, rejected, body):
    url = f"/api/v1/shares/{kind}/{make(ada, path)['id']}/"
    assert ada.post(url, json=body) == rejected(400, "bad_body")
    # Query values are strings, so "2" is a valid integer there, and null cannot be sent.
    query = {name: value for name, value in body.items() if value is not None}
    if query != {"target_type": "user", "target_id": "2"}:
        assert ada.delete(url, params=query) == rejected(400, "bad_parameter")


def test_what_is_not_there(ada, grace, path, kind, rejected):
    number = make(ada, path)["id"]
    requests = {
        "GET": {},
        "POST": {"json": {"target_type": "user", "target_id": 2}},
        "DELETE": {"params": {"target_type": "user", "target_id": 2}},
    }
    for method, parts in requests.items():
        assert ada.request(method, f"/api/v1/shares/{kind}/999999/", **parts) == rejected(404, "not_found", kind)
        assert ada.request(method, f"/api/v1/shares/job/{number}/", **parts) == rejected(404, "not_found", '"job"')
        assert grace.request(method, f"/api/v1/shares/{kind}/{number}/", **parts) == rejected(403, "forbidden")
    ada.delete(f"{path}{number}/")
    assert ada.get(f"/api/v1/shares/{kind}/{number}/") == rejected(404, "not_found")


def test_shares_follow_a_resource_and_go_with_it(fresh, connect, path, kind, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    number = make(ada, path)["id"]
    ada.post(f"/api/v1/shares/{kind}/{number}/", json={"target_type": "organization", "target_id": 1})
    assert ada.patch(f"{path}{number}/", json={"project": 3}).status_code == 200
    assert grace.patch(f"{path}{number}/", json={"project": 2}).status_code == 200
    assert ada.get(f"{path}{number}/").status_code == 200
    assert ada.patch(f"{path}{number}/", json={"name": "x"}) == rejected(403, "forbidden", "read-only")
    assert grace.delete(f"{path}{number}/?immediate=true").status_code == 204
    with fresh._require().stack.store.read_transaction() as db:
        assert db.execute("SELECT count(*) FROM shares WHERE kind = ?", (kind,)).fetchone()[0] == 0


def test_a_project_share_reaches_new_members(fresh, connect, path, kind):
    ada, grace = connect(fresh), connect(fresh, "grace")
    number = make(ada, path)["id"]
    ada.post(f"/api/v1/shares/{kind}/{number}/", json={"target_type": "project", "target_id": 1})
    assert grace.get(f"{path}{number}/").status_code == 403
    assert grace.post("/api/v1/projects/3/leave/").status_code == 204
    ada.post(f"/api/v1/shares/{kind}/{number}/", json={"target_type": "project", "target_id": 3})
    assert grace.get(f"{path}{number}/").status_code == 403
    assert ada.post("/api/v1/shares/project/3/", json={"target_type": "user", "target_id": 2}).status_code == 204
    assert grace.get(f"{path}{number}/").status_code == 200
    assert ids(grace.get(path)) == [number]


def test_pages_mix_shared_and_own(fresh, connect, path, kind):
    ada, grace = connect(fresh), connect(fresh, "grace")
    wanted = []
    for index in range(12):
        number = make(grace if index % 3 else ada, path)["id"]
        if index % 2 == 0 and index % 3 == 0:
            for target_type, target_id in (("user", 2), ("project", 3), ("organization", 1)):
                ada.post(f"/api/v1/shares/{kind}/{number}/", json={"target_type": target_type, "target_id": target_id})
        if index % 3 or index % 2 == 0:
            wanted.append(number)
    seen, link = [], f"{path}?limit=3"
    while link:
        page = grace.get(link).json()
        assert page["count"] == len(wanted)
        seen += [item["id"] for item in page["results"]]
        link = page["next"]
    assert seen == wanted
