"""Tests of the members of projects over HTTP: sharing, leaving and deleting projects, and what then happens to their content."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from emulator_floes import ARGV, specification
from test_emulator_projects import KINDS, create, fields_for, make

from orionclient.emulator import FloeSpecification, Server

PATH, FILES = "/api/v1/projects/", "/api/v3/storage/files/"
ADA, GRACE = {"target_type": "user", "target_id": 1}, {"target_type": "user", "target_id": 2}
CHEMISTS, MATHEMATICIANS = {"target_type": "group", "target_id": 1}, {"target_type": "group", "target_id": 2}


@pytest.fixture
def ada(fresh, connect):
    return connect(fresh)


@pytest.fixture
def grace(fresh, connect):
    return connect(fresh, "grace")


def shares(project):
    return f"/api/v1/shares/project/{project}/"


def restore(caller, kind, item):
    return caller.post(f"/api/v1/trash/{kind}/{item}/restore/")


def ids(caller, path):
    response = caller.get(path)
    assert response.status_code == 200, response.text
    return [each["id"] for each in response.json()["results"]]


def execute(server, statement):
    with server._require().stack.store.write_transaction() as db:
        db.execute(statement)


@pytest.mark.parametrize("target", [GRACE, CHEMISTS])
def test_sharing_makes_members_and_revoking_ends_it(ada, grace, target, rejected):
    project = create(ada)["id"]
    file = make(ada, "file", project=project)
    for _ in range(2):
        assert ada.post(shares(project), json=target).status_code == 204
    assert project in ids(grace, PATH)
    assert grace.get(f"{PATH}{project}/").json() == ada.get(f"{PATH}{project}/").json()
    # Members can do everything in the project.
    assert grace.patch(f"{FILES}{file}/", json={"name": "hers"}).json()["name"] == "hers"
    made = make(grace, "file", project=project)
    assert ids(grace, f"{FILES}?project={project}") == [file, made]
    assert grace.delete(f"{FILES}{file}/").status_code == 204
    for _ in range(2):
        assert ada.delete(shares(project), params=target).status_code == 204
    assert project not in ids(grace, PATH)
    for response in (
        grace.get(f"{PATH}{project}/"),
        grace.get(f"{FILES}{made}/"),
        grace.get(f"{FILES}?project={project}"),
    ):
        assert response == rejected(403, "forbidden", "not a member")
    # What she created stays.
    assert ids(ada, f"{FILES}?project={project}") == [made]


def test_members_are_users_and_groups(ada, grace, rejected):
    project = create(ada)["id"]
    assert grace.get(shares(project)) == rejected(403, "forbidden", "not a member")
    for target in (CHEMISTS, MATHEMATICIANS, GRACE):
        assert ada.post(shares(project), json=target).status_code == 204
    wanted = [("group", 1), ("group", 2), ("user", 1), ("user", 2)]
    for caller in (ada, grace):
        page = caller.get(f"{shares(project)}?limit=3").json()
        assert page["count"] == 4
        found = [*page["results"], *caller.get(page["next"]).json()["results"]]
        assert [(each["target_type"], each["target_id"]) for each in found] == wanted
        assert {each["owner"] for each in found} == {1}


def test_members_of_a_group_at_every_moment(fresh, ada, grace):
    project = create(ada)["id"]
    file = make(ada, "file", project=project)
    ada.post(shares(project), json=MATHEMATICIANS)
    statuses = [grace.get(f"{FILES}{file}/").status_code]
    for statement in (
        "INSERT INTO group_members (user, group_id) VALUES (2, 2)",
        "DELETE FROM group_members WHERE user = 2 AND group_id = 2",
    ):
        execute(fresh, statement)
        statuses += [grace.get(url).status_code for url in (f"{FILES}{file}/", f"{PATH}{project}/")]
    assert statuses == [403, 200, 200, 403, 403]


def test_two_ways_into_a_project(ada, grace):
    """Each way is enough: revoking one leaves the other."""
    project = create(ada)["id"]
    for target in (GRACE, CHEMISTS):
        ada.post(shares(project), json=target)
    make(ada, "file", project=project)
    assert ids(grace, PATH).count(project) == 1
    assert grace.get(f"{FILES}?project={project}").json()["count"] == 1
    assert ada.delete(shares(project), params=GRACE).status_code == 204
    assert grace.get(f"{PATH}{project}/").status_code == 200
    assert ada.delete(shares(project), params=CHEMISTS).status_code == 204
    assert grace.get(f"{PATH}{project}/").status_code == 403


def test_who_may_share(ada, grace, rejected):
    """Only the owner changes the members: project 3 is ada's, and grace is a member."""
    requests = {"POST": {"json": CHEMISTS}, "DELETE": {"params": GRACE}}
    for method, parts in requests.items():
        assert grace.request(method, shares(3), **parts) == rejected(
            403, "forbidden", "Only the owner can share project 3"
        )
        assert grace.request(method, shares(1), **parts) == rejected(403, "forbidden", "not a member of project 1")
        assert grace.request(method, shares(99), **parts) == rejected(404, "not_found", "project 99")
        assert ada.request(method, shares(2), **parts) == rejected(403, "forbidden", "not a member of project 2")
    assert grace.get(shares(3)).json()["count"] == 2
    # An archived project is read-only, but its owner still decides which users can read it.
    ada.patch(f"{PATH}3/", json={"archived": True})
    assert ada.delete(shares(3), params=GRACE).status_code == 204
    assert grace.get(f"{PATH}3/").status_code == 403


@pytest.mark.parametrize(
    "target", [{"target_type": "project", "target_id": 1}, {"target_type": "organization", "target_id": 1}]
)
def test_projects_are_shared_with_users_and_groups(ada, target, rejected):
    assert ada.post(shares(1), json=target) == rejected(400, "bad_body", "users and groups only")
    assert ada.get(shares(1)).json()["count"] == 1


def test_who_is_no_target(ada, rejected):
    for target in ("user", "group"):
        body = {"target_type": target, "target_id": 99}
        assert ada.post(shares(1), json=body) == rejected(403, "forbidden", f"{target} 99")


def test_the_owner_stays(ada, grace, rejected):
    assert ada.post(f"{PATH}3/leave/") == rejected(409, "owner", "The owner cannot leave project 3")
    assert ada.delete(shares(3), params=ADA) == rejected(409, "owner", "The owner cannot be removed from project 3")
    # Also from the project of another.
    project = create(grace)["id"]
    grace.post(shares(project), json=ADA)
    assert grace.delete(shares(project), params=ADA).status_code == 204
    assert grace.delete(shares(project), params=GRACE) == rejected(409, "owner")
    assert ada.get(shares(3)).json()["count"] == 2


def test_leaving(ada, grace, rejected):
    file = make(grace, "file", project=3)
    assert grace.post(f"{PATH}1/leave/") == rejected(403, "forbidden", "not a member")
    assert grace.post(f"{PATH}99/leave/") == rejected(404, "not_found")
    response = grace.post(f"{PATH}3/leave/")
    assert (response.status_code, response.content) == (204, b"")
    assert ids(grace, PATH) == [2]
    assert grace.get(f"{FILES}{file}/") == rejected(403, "forbidden", "not a member")
    assert grace.post(f"{PATH}3/leave/") == rejected(403, "forbidden", "not a member")
    assert ada.get(f"{FILES}{file}/").json()["owner"] == 2


def test_who_is_in_a_group_cannot_leave(ada, grace, rejected):
    ada.post(shares(3), json=CHEMISTS)
    assert grace.post(f"{PATH}3/leave/") == rejected(409, "group_member", "through a group")
    # Nothing was changed: she is still a member without the group.
    ada.delete(shares(3), params=CHEMISTS)
    assert grace.get(f"{PATH}3/").status_code == 200


def test_leaving_the_default_project(fresh, ada, grace, rejected):
    execute(fresh, "UPDATE users SET default_project = 3 WHERE id = 2")
    assert make(grace, "file") > 0
    grace.post(f"{PATH}3/leave/")
    assert grace.post(FILES, json={"name": "x"}) == rejected(400, "bad_body", "no default project")
    made = create(grace)["id"]
    assert grace.post(FILES, json={"name": "x"}).json()["project"] == made


def test_who_may_delete(ada, grace, rejected):
    assert grace.delete(f"{PATH}3/") == rejected(403, "forbidden", "Only the owner can delete project 3")
    assert grace.delete(f"{PATH}1/") == rejected(403, "forbidden", "not a member of project 1")
    assert ada.delete(f"{PATH}99/") == rejected(404, "not_found", "project 99")
    assert ada.delete(f"{PATH}3/?immediate=true") == rejected(400, "bad_parameter", "immediate")
    assert ada.delete(f"{PATH}3/").status_code == 204
    for caller in (ada, grace):
        assert caller.delete(f"{PATH}3/") == rejected(404, "not_found", "project 3")


def test_a_deleted_project_is_in_the_trash_of_its_owner(ada, grace, rejected):
    made = create(ada)
    item = made["id"]
    ada.post(shares(item), json=GRACE)
    ada.patch(f"{PATH}{item}/", json={"archived": True})
    assert ada.delete(f"{PATH}{item}/").status_code == 204
    for caller in (ada, grace):
        for query in ("", "?archived=true", "?deleted=false"):
            assert item not in ids(caller, f"{PATH}{query}")
    (found,) = ada.get(f"{PATH}?deleted=true").json()["results"]
    assert found == {**made, "archived": True, "deleted": found["deleted"]}
    assert found["deleted"] > made["created"]
    assert ids(ada, f"{PATH}?deleted=true&archived=true&name=jun") == [item]
    assert ids(ada, f"{PATH}?deleted=true&archived=false") == ids(ada, f"{PATH}?deleted=true&name=x") == []
    assert ids(grace, f"{PATH}?deleted=true") == []
    requests = [
        ("GET", f"{PATH}{item}/", {}),
        ("PATCH", f"{PATH}{item}/", {"json": {"name": "x"}}),
        ("POST", f"{PATH}{item}/leave/", {}),
        ("GET", shares(item), {}),
        ("POST", shares(item), {"json": GRACE}),
        ("DELETE", shares(item), {"params": GRACE}),
    ]
    for caller in (ada, grace):
        for method, url, parts in requests:
            assert caller.request(method, url, **parts) == rejected(404, "not_found", f"project {item}"), url
    assert restore(grace, "project", item) == rejected(404, "not_found", f"project {item}")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_deleted_project_is_accessible(ada, grace, kind, rejected):
    project = create(ada)["id"]
    item, trashed, elsewhere = make(ada, kind, project=project), make(ada, kind, project=project), make(ada, kind)
    url, tags, share = f"{KINDS[kind]}{item}/", f"/api/v1/tags/{kind}/{item}/", f"/api/v1/shares/{kind}/{item}/"
    assert ada.post(tags, json={"tags": ["red"]}).status_code == 204
    # A user, a group and a project give grace access to it, and the deleted project gives it to another resource.
    for target in (GRACE, CHEMISTS, {"target_type": "project", "target_id": 3}):
        assert ada.post(share, json=target).status_code == 204
    target = {"target_type": "project", "target_id": project}
    ada.post(shares(project), json=GRACE)
    assert ada.post(f"/api/v1/shares/{kind}/{elsewhere}/", json=target).status_code == 204
    assert grace.get(f"{KINDS[kind]}{elsewhere}/").status_code == 200
    ada.delete(f"{KINDS[kind]}{trashed}/")
    before = ada.get(url).json()
    trash = KINDS[kind] + "?deleted=true"
    ada.delete(f"{PATH}{project}/")

    for caller in (ada, grace):
        for method, path, parts in (
            ("GET", url, {}),
            ("PATCH", url, {"json": {"name": "x"}}),
            ("DELETE", url, {}),
            ("GET", tags, {}),
            ("POST", tags, {"json": {"tags": ["x"]}}),
            ("GET", share, {}),
            ("DELETE", share, {"params": GRACE}),
        ):
            assert caller.request(method, path, **parts) == rejected(404, "not_found", f"{kind} {item}"), path
        assert item not in ids(caller, KINDS[kind])
        assert item not in ids(caller, f"{KINDS[kind]}?tags=red")
        if kind != "secret":
            assert trashed not in ids(caller, trash)
            assert restore(caller, kind, trashed) == rejected(404, "not_found")
            assert caller.delete(f"{KINDS[kind]}{trashed}/?immediate=true") == rejected(404, "not_found")
        reason = "is in the trash" if caller is ada else "not a member"
        assert caller.get(f"{KINDS[kind]}?project={project}") == rejected(403, "forbidden", reason)
        assert caller.post(KINDS[kind], json=fields_for(kind, project=project)) == rejected(403, "forbidden")
        assert caller.get(f"/api/v1/folders/?project={project}") == rejected(403, "forbidden")
    assert grace.get(f"{KINDS[kind]}{elsewhere}/") == rejected(403, "forbidden")
    assert ada.post(f"/api/v1/shares/{kind}/{elsewhere}/", json=target) == rejected(403, "forbidden")

    assert restore(ada, "project", project).status_code == 204
    assert ada.get(url).json() == before
    assert grace.get(url).json() == before
    assert [tag["name"] for tag in ada.get(tags).json()["results"]] == ["red"]
    assert ada.get(share).json()["count"] == 3
    assert grace.get(f"{KINDS[kind]}{elsewhere}/").status_code == 200
    if kind != "secret":
        assert trashed in ids(ada, trash)


def test_deleting_the_default_project(ada, rejected):
    project = make(ada, "file") and ada.get(f"{FILES}1/").json()["project"]
    ada.delete(f"{PATH}{project}/")
    assert ada.post(FILES, json={"name": "x"}) == rejected(400, "bad_body", "no default project")
    restore(ada, "project", project)
    assert ada.post(FILES, json={"name": "x"}).json()["project"] == project


def test_a_project_with_jobs(tmp_path, connect, rejected):
    with Server(
        tmp_path / "stack", seed="demo", floes=[FloeSpecification(specification(), ["test"], ARGV)], jobs=0
    ) as server:
        ada = connect(server)
        project = create(ada)["id"]
        job = ada.post("/api/v1/jobs/", json={"name": "run", "workfloe": 1, "project": project}).json()["id"]
        assert ada.delete(f"{PATH}{project}/") == rejected(409, "project_in_use", "1 of its jobs")
        assert ada.get(f"{PATH}{project}/").json()["deleted"] == ""
        ada.post(f"/api/v1/jobs/{job}/cancel/")
        assert ada.delete(f"{PATH}{project}/").status_code == 204
        assert ada.get(f"/api/v1/jobs/{job}/") == rejected(404, "not_found")
        assert ids(ada, "/api/v1/jobs/") == []


def test_an_expired_project(tmp_path, connect, rejected):
    moment = [datetime(2030, 1, 1, tzinfo=UTC)]
    with Server(tmp_path / "stack", seed="demo", clock=lambda: moment[0]) as server:
        ada = connect(server)
        item = create(ada)["id"]
        ada.delete(f"{PATH}{item}/")
        moment[0] += timedelta(days=31)
        assert ids(ada, f"{PATH}?deleted=true") == []
        assert ids(ada, f"{PATH}?deleted=true&expired=true") == [item]
        assert restore(ada, "project", item) == rejected(409, "expired", "30 days")


@pytest.mark.parametrize("kind", ["user", "token", "secret", "job"])
def test_kinds_without_a_trash(ada, kind, rejected):
    assert restore(ada, kind, 1) == rejected(404, "not_found", f'"{kind}" have no trash')
