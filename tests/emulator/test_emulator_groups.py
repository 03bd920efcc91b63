"""Tests of groups over HTTP: permissions, and shares with a group."""

from __future__ import annotations

import pytest

PATH = "/api/v1/groups/"
KINDS = {"file": "/api/v3/storage/files/", "dataset": "/api/v1/storage/datasets/", "secret": "/api/v1/secrets/"}
CHEMISTS, MATHEMATICIANS = (
    {"target_type": "group", "target_id": 1},
    {"target_type": "group", "target_id": 2},
)


@pytest.fixture
def eve(fresh, connect):
    """A user of a second organization, which has group 3."""
    with fresh._require().stack.store.write_transaction() as db:
        moment = "2026-01-01T00:00:00.000000Z"
        db.execute("INSERT INTO organizations (name, created) VALUES ('Elsewhere', ?)", (moment,))
        db.execute(
            "INSERT INTO users (username, password, organization, created) VALUES ('eve', ?, 2, ?)",
            ("00" * 16 + "$" + "00" * 64, moment),
        )
        db.execute("INSERT INTO groups (name, organization, created) VALUES ('Spies', 2, ?)", (moment,))
        db.execute("INSERT INTO group_members (user, group_id) VALUES (3, 3)")
    return connect(fresh, "eve")


def make(caller, kind, **fields):
    if kind == "secret":
        fields["value"] = "hush"
    response = caller.post(KINDS[kind], json={"name": "thing", **fields})
    assert response.status_code == 201, response.text
    return response.json()["id"]


def test_the_groups_of_the_organization(ada, grace, rejected):
    page = ada.get(PATH).json()
    assert [(group["id"], group["name"], group["organization"]) for group in page["results"]] == [
        (1, "Chemists", 1),
        (2, "Mathematicians", 1),
    ]
    assert grace.get(PATH).json() == page
    assert ada.get(f"{PATH}1/").json() == page["results"][0]
    assert set(page["results"][0]) == {"id", "name", "description", "organization", "created"}
    assert ada.get(f"{PATH}?name=MATH").json()["results"] == page["results"][1:]
    first = ada.get(f"{PATH}?limit=1").json()
    assert ada.get(first["next"]).json()["results"] == page["results"][1:]
    assert ada.get(f"{PATH}3/") == rejected(404, "not_found", "group 3")
    assert ada.post(PATH, json={"name": "Physicists"}).status_code == 405


def test_groups_of_other_organizations(fresh, connect, eve, rejected):
    ada = connect(fresh)
    assert [group["name"] for group in eve.get(PATH).json()["results"]] == ["Spies"]
    assert eve.get(f"{PATH}1/") == rejected(403, "forbidden", "another organization")
    number = make(ada, "file")
    target = {"target_type": "group", "target_id": 3}
    assert ada.post(f"/api/v1/shares/file/{number}/", json=target) == rejected(403, "forbidden", "group 3")


def test_a_plain_stack_has_no_groups(tmp_path, connect):
    from orionclient.emulator import Server

    with Server(tmp_path / "plain") as server:
        assert connect(server, "admin").get(PATH).json() == {"count": 0, "next": None, "results": []}


@pytest.mark.parametrize("kind", KINDS)
def test_a_share_reaches_the_members_of_the_group(fresh, connect, kind, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    number = make(ada, kind)
    url, share = f"{KINDS[kind]}{number}/", f"/api/v1/shares/{kind}/{number}/"
    assert ada.post(share, json=MATHEMATICIANS).status_code == 204
    assert grace.get(url) == rejected(403, "forbidden", "not a member")
    assert grace.get(KINDS[kind]).json()["count"] == 0
    assert ada.post(share, json=CHEMISTS).status_code == 204
    assert grace.get(url).json() == ada.get(url).json()
    assert [item["id"] for item in grace.get(KINDS[kind]).json()["results"]] == [number]
    assert grace.patch(url, json={"name": "x"}) == rejected(403, "forbidden", "read-only")
    shares = ada.get(share).json()["results"]
    assert [(each["target_type"], each["target_id"]) for each in shares] == [("group", 1), ("group", 2)]
    assert ada.delete(share, params=CHEMISTS).status_code == 204
    assert grace.get(url) == rejected(403, "forbidden", "not a member")


def test_a_share_reaches_the_members_of_every_moment(fresh, connect):
    ada, grace = connect(fresh), connect(fresh, "grace")
    number = make(ada, "file")
    ada.post(f"/api/v1/shares/file/{number}/", json=MATHEMATICIANS)
    statuses = [grace.get(f"{KINDS['file']}{number}/").status_code]
    for statement in (
        "INSERT INTO group_members (user, group_id) VALUES (2, 2)",
        "DELETE FROM group_members WHERE user = 2 AND group_id = 2",
    ):
        with fresh._require().stack.store.write_transaction() as db:
            db.execute(statement)
        statuses.append(grace.get(f"{KINDS['file']}{number}/").status_code)
    assert statuses == [403, 200, 403]


def test_who_is_in_no_group_may_share_with_it(fresh, connect):
    ada, grace = connect(fresh), connect(fresh, "grace")
    number = make(grace, "file")
    assert grace.post(f"/api/v1/shares/file/{number}/", json=MATHEMATICIANS).status_code == 204
    assert ada.get(f"{KINDS['file']}{number}/").status_code == 200


@pytest.mark.parametrize("kind", ["group", "project", "token"])
def test_people_are_not_shared_or_tagged(ada, rejected, kind):
    # Sharing a project makes members.
    if kind != "project":
        assert ada.post(f"/api/v1/shares/{kind}/1/", json=CHEMISTS) == rejected(404, "not_found", f'"{kind}"')
    assert ada.post(f"/api/v1/tags/{kind}/1/", json={"tags": ["x"]}) == rejected(404, "not_found", f'"{kind}"')
