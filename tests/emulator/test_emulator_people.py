"""Tests of login, users, organizations, projects and API versions over HTTP."""

from __future__ import annotations

import pytest
from orion_api import contract


@pytest.fixture
def stranger(fresh, connect):
    """A second organization with one user and one project."""
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("INSERT INTO organizations (name, created) VALUES ('Elsewhere', '2026-01-01T00:00:00.000000Z')")
        db.execute(
            "INSERT INTO users (username, password, organization, created) VALUES ('eve', ?, 2, '2026-01-01T00:00:00.000000Z')",
            ("00" * 16 + "$" + "00" * 64,),
        )
    return connect(fresh, "eve")


def test_a_password_gives_the_same_token_every_time(server, connect):
    anonymous = connect(server, None)
    tokens = {
        anonymous.post("/api/v1/auth/token/", json={"username": "ada", "password": "ada-demo"}).json()["token"]
        for _ in range(3)
    }
    assert tokens == {server.issue_token("ada")}
    assert len(tokens.pop()) >= 40


@pytest.mark.parametrize(
    "credentials",
    [
        {"username": "ada", "password": "grace-demo"},
        {"username": "unknown", "password": "ada-demo"},
        {"username": "ada", "password": "ada-demo "},
        {"username": "ADA", "password": "ada-demo"},
        {"username": "\0", "password": "\0"},
    ],
)
def test_wrong_credentials(server, connect, rejected, credentials):
    response = connect(server, None).post("/api/v1/auth/token/", json=credentials)
    assert response == rejected(401, "not_authenticated", "wrong")


def test_rejected_credentials_are_not_echoed(server, connect):
    response = connect(server, None).post("/api/v1/auth/token/", json={"username": "ada", "password": ["sesame"]})
    assert response.status_code == 400
    assert "sesame" not in response.text


def test_too_many_failed_logins_get_a_429(fresh, connect, rejected):
    anonymous = connect(fresh, None)
    wrong = {"username": "unknown", "password": "x"}
    statuses = [anonymous.post("/api/v1/auth/token/", json=wrong).status_code for _ in range(21)]
    assert statuses == [401] * 20 + [429]
    response = anonymous.post("/api/v1/auth/token/", json=wrong)
    assert response == rejected(429, "rate_limited")
    assert 1 <= int(response.headers["Retry-After"]) <= 61
    assert anonymous.post("/api/v1/auth/token/", json={"username": "ada", "password": "ada-demo"}).status_code == 200


def test_versions_are_those_of_the_contract(server, connect):
    response = connect(server, None).get("/api/versions/").json()
    assert response["versions"]["files"] == [3]
    assert response["versions"]["datasets"] == [1]
    assert response["server"] == f"local-orion {contract.load()['info']['version']}"
    assert response["features"] == ["idempotency-keys"]


def test_users(ada, rejected):
    me = ada.get("/api/v1/users/me/").json()
    assert (me["id"], me["username"], me["organization"], me["first_name"]) == (1, "ada", 1, "Ada")
    assert "password" not in me
    assert ada.get("/api/v1/users/1/").json() == me
    assert [user["username"] for user in ada.get("/api/v1/users/").json()["results"]] == ["ada", "grace"]
    assert [user["id"] for user in ada.get("/api/v1/users/?username=grace").json()["results"]] == [2]
    assert ada.get("/api/v1/users/?username=grac").json() == {"count": 0, "next": None, "results": []}
    assert ada.get("/api/v1/users/99/") == rejected(404, "not_found")


def test_people_of_other_organizations(fresh, connect, stranger, rejected):
    ada = connect(fresh)
    assert ada.get("/api/v1/users/3/") == rejected(403, "forbidden")
    assert ada.get("/api/v1/organizations/2/") == rejected(403, "forbidden")
    assert [user["username"] for user in stranger.get("/api/v1/users/").json()["results"]] == ["eve"]
    assert [item["id"] for item in stranger.get("/api/v1/organizations/").json()["results"]] == [2]
    assert stranger.get("/api/v1/projects/").json()["count"] == 0


def test_who_has_no_project_must_name_one(stranger, rejected):
    assert stranger.post("/api/v3/storage/files/", json={"name": "x"}) == rejected(
        400, "bad_body", "no default project"
    )
    assert stranger.post("/api/v3/storage/files/", json={"name": "x", "project": 1}) == rejected(403, "forbidden")


def test_organizations(ada, rejected):
    page = ada.get("/api/v1/organizations/").json()
    assert (page["count"], page["results"][0]["name"]) == (1, "Analytical Engines")
    assert ada.get("/api/v1/organizations/1/").json() == page["results"][0]
    assert ada.get("/api/v1/organizations/2/") == rejected(404, "not_found")


def test_projects(ada, grace, rejected):
    assert [project["id"] for project in ada.get("/api/v1/projects/").json()["results"]] == [1, 3]
    assert [project["id"] for project in grace.get("/api/v1/projects/").json()["results"]] == [2, 3]
    assert [project["id"] for project in ada.get("/api/v1/projects/?name=SHARED").json()["results"]] == [3]
    project = ada.get("/api/v1/projects/3/").json()
    assert (project["name"], project["owner"], project["organization"]) == ("Shared project", 1, 1)
    assert ada.get("/api/v1/projects/2/") == rejected(403, "forbidden", "not a member of project 2")
    assert ada.get("/api/v1/projects/4/") == rejected(404, "not_found")


def test_pages_of_people(ada):
    page = ada.get("/api/v1/users/?limit=1").json()
    assert (page["count"], len(page["results"])) == (2, 1)
    second = ada.get(page["next"]).json()
    assert (second["next"], second["results"][0]["username"]) == (None, "grace")
