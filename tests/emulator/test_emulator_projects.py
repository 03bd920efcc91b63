"""Tests of projects over HTTP: creating, updating by the owner, and read-only access to archived projects."""

from __future__ import annotations

import pytest
from emulator_floes import ARGV, specification
from orion_api import contract

from orionclient.emulator import FloeSpecification, Server, _handlers

PATH = "/api/v1/projects/"
ROUTES = {each["operationId"]: route for route, item in contract.load()["paths"].items() for each in item.values()}
# Jobs, packages, databases, queries and service tasks are made and changed in ways of their own, see below. The server makes service
# specifications.
KINDS = {
    kind: ROUTES[f"create_{kind}"]
    for kind in sorted(
        set(_handlers.KINDS)
        - {"job", "package", "molsearch_database", "molsearch_query", "service_spec", "service_task"}
    )
}


def create(caller, **fields):
    response = caller.post(PATH, json={"name": "June", **fields})
    assert response.status_code == 201, response.text
    return response.json()


def fields_for(kind, **fields):
    return {"name": "thing", **({"value": "hush"} if kind == "secret" else {}), **fields}


def make(caller, kind, **fields):
    response = caller.post(KINDS[kind], json=fields_for(kind, **fields))
    assert response.status_code == 201, response.text
    return response.json()["id"]


def archive(caller, number, archived=True):
    response = caller.patch(f"{PATH}{number}/", json={"archived": archived})
    assert response.status_code == 200, response.text
    assert response.json()["archived"] is archived


def test_making(ada, grace, rejected):
    made = create(ada, description="Screens of June")
    number = made["id"]
    assert made == {
        "id": number,
        "name": "June",
        "description": "Screens of June",
        "owner": 1,
        "organization": 1,
        "created": made["created"],
        "archived": False,
        "deleted": "",
    }
    assert ada.get(f"{PATH}{number}/").json() == made
    assert made in ada.get(f"{PATH}?limit=1000").json()["results"]
    assert create(ada)["description"] == ""
    make(ada, "file", project=number)
    assert grace.get(f"{PATH}{number}/") == rejected(403, "forbidden", f"project {number}")
    assert grace.post(KINDS["file"], json={"name": "x", "project": number}) == rejected(403, "forbidden")


def test_making_once_per_key(fresh, connect):
    ada = connect(fresh)
    responses = [ada.post(PATH, json={"name": "June"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert responses[0].json() == responses[1].json()
    assert ada.get(PATH).json()["count"] == 3


def test_the_first_project_of_a_user_becomes_the_default(fresh, connect, rejected):
    with fresh._require().stack.store.write_transaction() as db:
        db.execute(
            "INSERT INTO users (username, password, organization, created) VALUES ('eve', ?, 1, '2026-01-01T00:00:00.000000Z')",
            ("00" * 16 + "$" + "00" * 64,),
        )
    eve = connect(fresh, "eve")
    assert eve.post(KINDS["file"], json={"name": "x"}) == rejected(400, "bad_body", "no default project")
    number = create(eve)["id"]
    create(eve)
    assert eve.post(KINDS["file"], json={"name": "x"}).json()["project"] == number


def test_changing(ada, grace, rejected):
    made = create(ada)
    url = f"{PATH}{made['id']}/"
    assert ada.patch(url, json={"name": "July"}).json() == {**made, "name": "July"}
    changed = ada.patch(url, json={"description": "new", "archived": True}).json()
    assert changed == {**made, "name": "July", "description": "new", "archived": True}
    assert ada.patch(url, json={}).json() == changed == ada.get(url).json()
    assert ada.patch(url, json={"name": "August"}).json()["name"] == "August"
    assert grace.patch(url, json={"name": "x"}) == rejected(403, "forbidden", "not a member")
    assert grace.patch(f"{PATH}3/", json={"archived": True}) == rejected(403, "forbidden", "Only the owner")
    assert ada.patch(f"{PATH}9999/", json={"name": "x"}) == rejected(404, "not_found", "project 9999")


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"name": None}, {"archived": "true"}, {"archived": 1}, {"archived": None}, {"owner": 2}]
)
def test_bad_bodies(ada, rejected, body):
    assert ada.post(PATH, json={"name": "x", **body}) == rejected(400, "bad_body")
    assert ada.patch(f"{PATH}1/", json=body) == rejected(400, "bad_body")


def test_listing_archived_ones(fresh, connect, rejected):
    ada = connect(fresh)
    first, second = create(ada)["id"], create(ada, name="May")["id"]
    archive(ada, second)

    def ids(query):
        return [project["id"] for project in ada.get(PATH + query).json()["results"]]

    assert ids("") == ids("?archived=false") == [1, 3, first]
    assert ids("?archived=true") == [second]
    assert ids("?archived=true&name=june") == []
    assert ada.get(f"{PATH}?archived=maybe") == rejected(400, "bad_parameter", "archived")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_into_an_archived_project(fresh, connect, rejected, kind):
    ada, path = connect(fresh), KINDS[kind]
    project = create(ada)["id"]
    number, elsewhere = make(ada, kind, project=project), make(ada, kind)
    url, tags, shares = f"{path}{number}/", f"/api/v1/tags/{kind}/{number}/", f"/api/v1/shares/{kind}/{number}/"
    target = {"target_type": "user", "target_id": 2}
    ada.post(tags, json={"tags": ["kept"]})
    ada.post(shares, json=target)
    before = {name: ada.get(name).json() for name in (url, tags, shares, f"{path}?project={project}")}
    archive(ada, project)

    attempts = [
        ada.post(path, json=fields_for(kind, project=project)),
        ada.patch(url, json={"name": "new"}),
        ada.patch(url, json={"project": 1}),
        ada.patch(f"{path}{elsewhere}/", json={"project": project}),
        ada.delete(url),
        ada.post(tags, json={"tags": ["new"]}),
        ada.delete(f"{tags}?tag=kept"),
        ada.post(f"/api/v1/tags/{kind}/{elsewhere}/", json={"tags": ["new"], "project": project}),
        ada.post(shares, json={"target_type": "group", "target_id": 1}),
        ada.delete(shares, params=target),
    ]
    if kind in {"file", "dataset"}:
        tail = "upload" if kind == "file" else "upload?format=json"
        attempts += [ada.delete(f"{url}?immediate=true"), ada.put(f"{url}{tail}", content=b"")]
    if kind == "collection":
        attempts += [ada.post(f"{url}close/"), ada.post(f"{url}shards/", json={})]
    if kind == "dataset":
        ndjson = {"Content-Type": "application/x-ndjson"}
        attempts.append(ada.post(f"{url}records/", content=b'{"n":1}\n', headers=ndjson))
    if kind != "secret":
        assignment = {"resource_type": kind, "id": number, "path": "/here"}
        attempts.append(ada.post("/api/v1/folders/assignments/", json={"assignments": [assignment]}))
    for response in attempts:
        assert response == rejected(403, "forbidden", f"Project {project} is archived, so it is read-only."), (
            response.request.url
        )
    assert {name: ada.get(name).json() for name in before} == before
    assert ada.get(f"{path}{elsewhere}/").json()["project"] == 1

    archive(ada, project, archived=False)
    assert ada.patch(url, json={"name": "new"}).json()["name"] == "new"
    assert ada.patch(f"{path}{elsewhere}/", json={"project": project}).json()["project"] == project
    assert ada.delete(url).status_code == 204


def test_what_lies_in_an_archived_project_is_read(fresh, connect):
    ada, grace = connect(fresh), connect(fresh, "grace")
    project = create(ada)["id"]
    file, dataset = make(ada, "file", project=project), make(ada, "dataset", project=project)
    ada.put(f"{KINDS['file']}{file}/upload", content=b"CNS")
    ada.put(f"{KINDS['dataset']}{dataset}/upload?format=json", content=b'{"n":1}\n')
    ada.post(f"/api/v1/shares/file/{file}/", json={"target_type": "user", "target_id": 2})
    archive(ada, project)
    for caller in (ada, grace):
        assert caller.get(f"{KINDS['file']}{file}/download").content == b"CNS"
        assert file in [item["id"] for item in caller.get(KINDS["file"]).json()["results"]]
    assert ada.get(f"{KINDS['dataset']}{dataset}/records/1/").status_code == 200
    assert ada.get(f"{KINDS['dataset']}?project={project}").json()["count"] == 1


def test_folders_and_the_default_project(fresh, connect, rejected):
    ada = connect(fresh)
    ada.post("/api/v1/folders/", json={"paths": ["/old"]})
    archive(ada, 1)
    for response in (
        ada.post("/api/v1/folders/", json={"paths": ["/new"]}),
        ada.post("/api/v1/folders/", json={"paths": ["/new"], "project": 1}),
        ada.post(KINDS["file"], json={"name": "x"}),
        ada.post(KINDS["file"], json={"name": "x", "path": "/new"}),
    ):
        assert response == rejected(403, "forbidden", "Project 1 is archived, so it is read-only.")
    assert [folder["path"] for folder in ada.get("/api/v1/folders/").json()["results"]] == ["/old"]


def test_who_is_no_member_learns_nothing_of_the_archive(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    number = make(ada, "file")
    archive(ada, 1)
    assert grace.delete(f"{KINDS['file']}{number}/") == rejected(403, "forbidden", "not a member")
    assert grace.post(KINDS["file"], json={"name": "x", "project": 1}) == rejected(403, "forbidden", "not a member")


def test_no_job_and_no_package_in_an_archived_project(tmp_path, connect, rejected):
    floe = FloeSpecification(specification(), ["test"], ARGV)
    with Server(tmp_path / "stack", seed="demo", floes=[floe], jobs=0) as server:
        ada, jobs, packages = connect(server), "/api/v1/jobs/", "/api/v1/packages/"
        project = create(ada)["id"]
        job = ada.post(jobs, json={"name": "run", "workfloe": 1, "project": project}).json()
        package = ada.post(packages, json={"name": "tools", "project": project}).json()
        archive(ada, project)
        attempts = [
            ada.post(jobs, json={"name": "run", "workfloe": 1, "project": project}),
            ada.post(f"{jobs}{job['id']}/cancel/"),
            ada.delete(f"{jobs}{job['id']}/"),
            ada.post(f"/api/v1/tags/job/{job['id']}/", json={"tags": ["new"]}),
            ada.post(packages, json={"name": "tools", "project": project}),
            ada.put(f"{packages}{package['id']}/upload/", content=b"x"),
            ada.delete(f"{packages}{package['id']}/"),
            ada.post(f"/api/v1/shares/package/{package['id']}/", json={"target_type": "user", "target_id": 2}),
        ]
        for response in attempts:
            assert response == rejected(403, "forbidden", f"Project {project} is archived, so it is read-only."), (
                response.request.url
            )
        assert ada.get(f"{jobs}{job['id']}/").json() == job
        assert ada.get(f"{packages}{package['id']}/").json() == package
