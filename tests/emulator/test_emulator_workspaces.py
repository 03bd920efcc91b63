"""Tests of workspaces over HTTP: who can access them, who becomes a user, and shares of resources with them."""

from __future__ import annotations

import pytest

PATH = "/api/v1/workspaces/"
MOMENT = "2026-01-01T00:00:00.000000Z"


@pytest.fixture
def mary(fresh, connect):
    """User 3 of the organization, who is a member of project 3 only."""
    with fresh._require().stack.store.write_transaction() as db:
        db.execute(
            "INSERT INTO users (username, password, organization, created) VALUES ('mary', ?, 1, ?)",
            ("00" * 16 + "$" + "00" * 64, MOMENT),
        )
    add_member(fresh, 3)
    return connect(fresh, "mary")


def add_member(server, user, project=3):
    with server._require().stack.store.write_transaction() as db:
        db.execute("INSERT INTO shares VALUES ('project', ?, 'user', ?, 1, '')", (project, user))


def remove_member(server, user, project=3):
    with server._require().stack.store.write_transaction() as db:
        db.execute("DELETE FROM shares WHERE kind = 'project' AND target = ? AND resource = ?", (user, project))


def make(caller, **fields):
    response = caller.post(PATH, json={"name": "Kinases", "project": 3, **fields})
    assert response.status_code == 201
    return response.json()["id"]


def user(target):
    return {"target_type": "user", "target_id": target}


def share(caller, workspace, target):
    return caller.post(f"/api/v1/shares/workspace/{workspace}/", json=user(target))


def unshare(caller, workspace, target):
    return caller.delete(f"/api/v1/shares/workspace/{workspace}/", params=user(target))


def names(caller, query=""):
    response = caller.get(f"{PATH}{query}")
    assert response.status_code == 200
    assert response.json()["count"] == len(response.json()["results"])
    return [each["name"] for each in response.json()["results"]]


def users(caller, workspace):
    response = caller.get(f"{PATH}{workspace}/users/")
    assert response.status_code == 200
    return [each["username"] for each in response.json()["results"]]


def test_a_workspace(ada):
    made = ada.post(PATH, json={"name": "Kinases", "description": "Screens", "project": 3}).json()
    assert made == {**made, "name": "Kinases", "description": "Screens", "project": 3, "owner": 1}
    assert set(made) == {"id", "name", "description", "project", "owner", "created"}
    assert ada.get(f"{PATH}{made['id']}/").json() == made
    assert made in ada.get(f"{PATH}?limit=1000").json()["results"]
    assert users(ada, made["id"]) == ["ada"]
    defaults = ada.post(PATH, json={"name": "x"}).json()
    assert (defaults["project"], defaults["description"]) == (1, "")


def test_filters_and_pages(fresh, connect):
    ada, grace = connect(fresh), connect(fresh, "grace")
    assert names(ada) == []
    for name, project in (("Kinases", 3), ("Proteases", 3), ("kinases of June", 1)):
        make(ada, name=name, project=project)
    share(grace, make(grace, name="Hers"), 1)
    assert names(ada) == ["Kinases", "Proteases", "kinases of June", "Hers"]
    assert names(ada, "?name=KINASES") == ["Kinases", "kinases of June"]
    assert names(ada, "?project=3") == ["Kinases", "Proteases", "Hers"]
    assert names(ada, "?owner=2") == names(grace) == ["Hers"]
    assert names(ada, "?order_by=-name&owner=1") == ["kinases of June", "Proteases", "Kinases"]
    first = ada.get(f"{PATH}?limit=3").json()
    assert (first["count"], len(first["results"])) == (4, 3)
    assert [each["name"] for each in ada.get(first["next"]).json()["results"]] == ["Hers"]
    share(ada, 1, 2)
    page = ada.get(f"{PATH}1/users/?limit=1").json()
    assert (page["count"], [each["id"] for each in page["results"]]) == (2, [1])
    assert [each["id"] for each in ada.get(page["next"]).json()["results"]] == [2]


def test_who_is_no_user_finds_nothing(fresh, connect, mary, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    workspace = make(ada)
    assert names(mary) == names(grace) == []
    for caller in (grace, mary):
        for response in (
            caller.get(f"{PATH}{workspace}/"),
            caller.get(f"{PATH}{workspace}/users/"),
            caller.get(f"/api/v1/shares/workspace/{workspace}/"),
            share(caller, workspace, 2),
            unshare(caller, workspace, 1),
        ):
            assert response == rejected(404, "not_found", f"The workspace {workspace} does not exist.")
    assert users(ada, workspace) == ["ada"]


def test_users_are_added_and_removed(fresh, connect, mary, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    workspace = make(ada)
    for _ in range(2):
        response = share(ada, workspace, 2)
        assert (response.status_code, response.content) == (204, b"")
    assert grace.get(f"{PATH}{workspace}/").json() == ada.get(f"{PATH}{workspace}/").json()
    assert users(grace, workspace) == ["ada", "grace"]
    # Every user of a workspace can share it.
    assert share(grace, workspace, 3).status_code == 204
    shares = ada.get(f"/api/v1/shares/workspace/{workspace}/").json()["results"]
    assert [(each["target_type"], each["target_id"], each["owner"]) for each in shares] == [
        ("user", 1, 1),
        ("user", 2, 1),
        ("user", 3, 2),
    ]
    for caller in (ada, grace):
        assert unshare(caller, workspace, 1) == rejected(409, "owner", "owner cannot be removed from workspace")
    assert unshare(mary, workspace, 2).status_code == 204
    assert grace.get(f"{PATH}{workspace}/") == rejected(404, "not_found")
    # The own access can be given up, and what is not shared cannot be removed.
    for _ in range(2):
        assert unshare(ada, workspace, 3).status_code == 204
    assert mary.get(f"{PATH}{workspace}/") == rejected(404, "not_found")
    assert users(ada, workspace) == ["ada"]


def test_only_members_of_the_project_become_users(fresh, connect, mary, rejected):
    ada = connect(fresh)
    workspace = make(ada, project=1)
    for target in (2, 3, 99):
        assert share(ada, workspace, target) == rejected(403, "forbidden", f"user {target}, who is not a member of its")
    for target_type in ("group", "project", "workspace", "organization"):
        target = {"target_type": target_type, "target_id": 1}
        response = ada.post(f"/api/v1/shares/workspace/{workspace}/", json=target)
        assert response == rejected(400, "bad_body", "A workspace can be shared with users only.")
    assert users(ada, workspace) == ["ada"]


def test_who_leaves_the_project_has_no_access(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    workspace, file = make(ada), ada.post("/api/v3/storage/files/", json={"name": "x"}).json()["id"]
    share(ada, workspace, 2)
    target = {"target_type": "workspace", "target_id": workspace}
    assert ada.post(f"/api/v1/shares/file/{file}/", json=target).status_code == 204
    assert grace.get(f"/api/v3/storage/files/{file}/").status_code == 200
    remove_member(fresh, 2)
    assert grace.get(f"{PATH}{workspace}/") == rejected(404, "not_found")
    assert names(grace) == []
    assert users(ada, workspace) == ["ada"]
    assert grace.get(f"/api/v3/storage/files/{file}/") == rejected(403, "forbidden")
    # The share stays: the access returns with the membership, unless the share is revoked.
    assert ada.get(f"/api/v1/shares/workspace/{workspace}/").json()["count"] == 2
    add_member(fresh, 2)
    assert users(grace, workspace) == ["ada", "grace"]
    assert grace.get(f"/api/v3/storage/files/{file}/").status_code == 200
    # Also for the owner.
    remove_member(fresh, 1)
    assert ada.get(f"{PATH}{workspace}/") == rejected(404, "not_found")
    assert users(grace, workspace) == ["grace"]
    assert unshare(grace, workspace, 1) == rejected(409, "owner")


def test_resources_are_shared_with_own_workspaces_only(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    hers, file = make(grace), ada.post("/api/v3/storage/files/", json={"name": "x"}).json()["id"]
    url = f"/api/v1/shares/file/{file}/"
    for workspace in (hers, 99):
        target = {"target_type": "workspace", "target_id": workspace}
        message = f"You cannot share with workspace {workspace}."
        assert ada.post(url, json=target) == rejected(403, "forbidden", message)
        assert ada.delete(url, params=target).status_code == 204
    assert ada.get(url).json()["count"] == 0


def test_an_archived_project_is_read_only(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    workspace = make(ada)
    share(ada, workspace, 2)
    assert ada.patch("/api/v1/projects/3/", json={"archived": True}).status_code == 200
    assert users(grace, workspace) == ["ada", "grace"]
    assert grace.get(f"/api/v1/shares/workspace/{workspace}/").json()["count"] == 2
    for response in (
        unshare(ada, workspace, 2),
        share(ada, workspace, 2),
        ada.post(PATH, json={"name": "x", "project": 3}),
    ):
        assert response == rejected(403, "forbidden", "archived")


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "x" * 256}, {"name": None}, {"name": "x", "project": "3"}, {"name": "x", "users": [2]}],
)
def test_invalid_fields(ada, rejected, body):
    assert ada.post(PATH, json=body) == rejected(400, "bad_body")


def test_other_projects(ada, rejected):
    for project in (2, 99):
        message = f"not a member of project {project}"
        assert ada.post(PATH, json={"name": "x", "project": project}) == rejected(403, "forbidden", message)
        assert ada.get(f"{PATH}?project={project}") == rejected(403, "forbidden", message)
    for tail in ("99/", "99/users/"):
        assert ada.get(f"{PATH}{tail}") == rejected(404, "not_found", "workspace 99")
    assert ada.get(f"{PATH}0/") == rejected(400, "bad_parameter")
    for method in ("PATCH", "DELETE"):
        assert ada.request(method, f"{PATH}1/").status_code == 405


def test_a_workspace_is_not_tagged(ada, rejected):
    workspace = make(ada)
    response = ada.post(f"/api/v1/tags/workspace/{workspace}/", json={"tags": ["x"]})
    assert response == rejected(404, "not_found", '"workspace"')


def test_a_repeated_creation_with_a_key(ada):
    headers = {"Idempotency-Key": "one-workspace"}
    first, second = (ada.post(PATH, json={"name": "once"}, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
