"""Tests of job parameters, of the resources that jobs create, and of job permissions."""

from __future__ import annotations

import pytest
from emulator_floes import JOBS, get, idle, log, outcome, reach, server, start

__all__ = ["idle", "server"]

MUST = {"second": {"must": "x"}}


# ---------------------------------------------------------------- parameters


def typed(ada, cube=MUST, **promoted):
    parameters = {"promoted": {"number": 1, **promoted}, "cube": cube}
    return ada.post(JOBS, json={"workfloe": 3, "parameters": parameters})


@pytest.mark.parametrize(
    "promoted",
    [
        {"number": 7},
        {"sure": False, "anything": [{"a": None}], "out": "name", "colour": "red", "words": ["a", "b"]},
        {"file": 1},
        {"file": {"file": 1}},
        {"file": {"files": [{"id": 1}, {"id": 2}]}},
        {"data": {"datasets": [{"id": 135}, {"id": 136, "records": [1, 2]}]}, "shards": None},
        {"data": 5, "shards": {"collections": [{"id": 9}, {"id": 10, "shards": [1, 5]}]}},
        {"secret": {"secrets": [{"id": 9}]}, "level": 5},
    ],
)
def test_parameters_that_fit(idle, connect, promoted):
    response = typed(connect(idle), **promoted)
    assert response.status_code == 201, response.text
    assert response.json()["parameters"] == {"promoted": {"number": 1, **promoted}, "cube": MUST}


@pytest.mark.parametrize(
    ("promoted", "words"),
    [
        ({"nmber": 1}, ("no promoted parameter 'nmber'", "'code', 'number', 'sure'")),
        ({"number": None}, ("'number' is missing",)),
        ({"number": "1"}, ("'number' must be an integer",)),
        ({"number": True}, ("'number' must be an integer",)),
        ({"number": 1.5}, ("'number' must be an integer",)),
        ({"sure": 1}, ("'sure' must be true or false",)),
        ({"out": 3}, ("'out' must be the name of a dataset",)),
        ({"file": "name"}, ("'file' must be the id of a file or", '{"file": 1}')),
        ({"file": 0}, ("'file' must be",)),
        ({"file": {"path": "/etc/passwd"}}, ("'file' must be",)),
        ({"file": {"file": 1, "files": []}}, ("'file' must be",)),
        ({"data": {"datasets": 3}}, ("'data' must be the id of a dataset or",)),
        ({"data": {"datasets": [{"id": 1, "shards": [1]}]}}, ("'data' must be",)),
        ({"data": {"datasets": [{"id": 1, "records": ["x"]}]}}, ("'data' must be",)),
        ({"data": {"datasets": [3]}}, ("'data' must be",)),
        ({"secret": True}, ("'secret' must be",)),
        ({"colour": "green"}, ("'colour' must be one of: 'red', 'blue'",)),
        ({"words": "a"}, ("'words' must be a list",)),
        ({"words": [1]}, ("'words' must be a string",)),
        ({"level": 0}, ("'level' must be at least 1, not 0",)),
        ({"level": 6}, ("'level' must be at most 5, not 6",)),
        ({"file": [1]}, ("'file' takes one file, not a list",)),
    ],
)
def test_parameters_that_do_not_fit(ada, rejected, promoted, words):
    before = ada.get(JOBS).json()["count"]
    assert typed(ada, **promoted) == rejected(422, "bad_job_parameters", *words)
    assert ada.get(JOBS).json()["count"] == before


@pytest.mark.parametrize(
    ("cube", "words"),
    [
        ({}, ("'must' of the cube 'second' is missing",)),
        ({"second": {"must": None}}, ("'must' of the cube 'second' is missing",)),
        ({"second": {"must": 3}}, ("'must' of the cube 'second' must be a string",)),
        ({**MUST, "third": {}}, ("no cube 'third'", "'typed', 'second', 'Second cube'")),
        ({**MUST, "typed": {"must": 1}}, ("'typed' has no parameter 'must'", "'code', 'count'")),
        ({**MUST, "typed": {"ratio": "half"}}, ("'ratio' of the cube 'typed' must be a number",)),
        ({"second": 3}, ("'second' must be an object",)),
        (3, ("'cube' must be an object",)),
    ],
)
def test_parameters_of_cubes_that_do_not_fit(ada, rejected, cube, words):
    assert typed(ada, cube) == rejected(422, "bad_job_parameters", *words)


def test_all_faults_are_named_at_once(ada, rejected):
    before = ada.get(JOBS).json()["count"]
    response = typed(ada, {"third": {}}, nmber=1, speed=2, number="1", level=9)
    known = "'code', 'number', 'sure', 'anything', 'file', 'data', 'shards', 'secret', 'out', 'colour', 'words'"
    assert response == rejected(422, "bad_job_parameters")
    faults = [
        f"the floe has no promoted parameters 'nmber', 'speed'; known names are {known}",
        "the parameter 'number' must be an integer, not '1'",
        "the parameter 'level' must be at most 5, not 9",
        "the floe has no cube 'third'; known names are 'typed', 'second', 'Second cube'",
        "the parameter 'must' of the cube 'second' is missing (type string)",
    ]
    assert response.json()["errors"] == faults
    assert response.json()["detail"] == f"5 faults in the parameters: {'; '.join(faults)}."
    assert ada.get(JOBS).json()["count"] == before


def test_other_ways_to_give_parameters(idle, connect, rejected):
    ada = connect(idle)
    by_title = {"Second cube": {"must": "x"}, "typed": {"count": 1, "ratio": 2}}
    fits = {"workfloe": 3, "parameters": {"cube": by_title}}
    assert ada.post(JOBS, json=fits).json()["parameters"] == {"cube": by_title}
    assert ada.post(JOBS, json={"workfloe": 1}).json()["parameters"] == {}
    unknown = {"workfloe": 1, "parameters": {"promotd": {}}}
    assert ada.post(JOBS, json=unknown) == rejected(422, "bad_job_parameters", "'promotd'", "'promoted', 'cube'")
    assert ada.post(JOBS, json={"workfloe": 99}) == rejected(404, "not_found", "floe 99 does not exist")


# ---------------------------------------------------------------- tags and permissions


def tags(caller, kind, number):
    found = caller.get(f"/api/v1/tags/{kind}/{number}/").json()["results"]
    return [(tag["name"], tag["project"]) for tag in found]


def check_system_tags(ada, dataset, tag):
    """The system tags of a dataset that a job created stay, whatever happens to it; a copy has none."""
    path, item = "/api/v1/storage/datasets/", dataset["id"]

    def ids(**query):
        return [each["id"] for each in ada.get(path, params=query).json()["results"]]

    assert dataset["systemtags"] == [tag]
    by_hand = ada.post(path, json={"name": "by hand", "project": 3}).json()
    assert by_hand["systemtags"] == []
    assert ada.post(f"/api/v1/tags/dataset/{by_hand['id']}/", json={"tags": [tag]}).status_code == 204
    assert ids(tags=tag) == [item, by_hand["id"]]
    assert ids(systag_filters=tag) == ids(systag_filters=["none", tag]) == [item]
    assert ids(systag_filters=tag.upper(), tag_match="iexact") == [item]
    assert ids(systag_filters=tag.upper()) == ids(systag_filters=tag, tags="none") == []
    assert ada.delete(f"/api/v1/tags/dataset/{item}/", params={"tag": tag}).status_code == 204
    assert ada.delete(f"{path}{item}/").status_code == 204
    assert ids(systag_filters=tag, deleted="true") == [item]
    assert ada.post(f"/api/v1/trash/dataset/{item}/restore/").status_code == 204
    assert ada.patch(f"{path}{item}/", json={"project": 1}).json()["systemtags"] == [tag]
    assert ids(systag_filters=tag) == [item]
    entry = {"sources": [f"dataset://{item}"], "destination": "/project/3/team/copy"}
    (copy,) = ada.post("/api/v1/fs/copies/", json=entry).json()["results"]
    assert ada.get(f"{path}{copy['id']}/").json()["systemtags"] == []


def test_what_a_job_makes_carries_its_tag(server, ada):
    nested = {
        "workfloe": 1,
        "parameters": {"promoted": {"code": "ask('POST', '/api/v3/storage/files/', {'name': 'deep'})"}},
    }
    code = f"""
print(ask('POST', '/api/v1/storage/datasets/', {{'name': 'd', 'path': '/in/folders'}})['id'])
print(ask('POST', '/api/v1/storage/collections/', {{'project': 1}})['id'])
print(ask('POST', '/api/v3/storage/files/', {{'name': 'f'}})['id'])
print(ask('POST', '/api/v1/secrets/', {{'name': 's', 'value': 'v'}})['id'])
print(ask('POST', '{JOBS}', {nested!r})['id'])
"""
    job = reach(ada, start(ada, code, project=3))
    assert outcome(job) == ("complete", "succeeded", ""), log(ada, job)
    dataset, collection, file, secret, inner = map(int, log(ada, job).split())
    tag = f"Job {job['id']}"
    # If the project is omitted, resources that a job creates go to the job's project.
    for kind, number in (("dataset", dataset), ("file", file), ("secret", secret), ("job", inner)):
        assert tags(ada, kind, number) == [(tag, 3)], kind
    assert tags(ada, "collection", collection) == [(tag, 1)]
    found = ada.get("/api/v1/storage/datasets/", params={"tags": tag}).json()["results"]
    assert [(each["id"], each["project"], each["path"]) for each in found] == [(dataset, 3, "/in/folders")]
    check_system_tags(ada, found[0], tag)
    reach(ada, inner)
    deep = ada.get("/api/v3/storage/files/", params={"tags": f"Job {inner}"}).json()["results"]
    assert [(each["name"], each["project"]) for each in deep] == [("deep", 3)]
    # What a user makes does not.
    made = ada.post("/api/v3/storage/files/", json={"name": "by hand"}).json()
    assert tags(ada, "file", made["id"]) == []
    assert tags(ada, "job", job["id"]) == []


def test_jobs_belong_to_the_members_of_their_project(server, ada, grace, rejected):
    mine, ours = reach(ada, start(ada)), reach(ada, start(ada, project=3))
    assert get(grace, ours) == ours
    listed = [job["id"] for job in grace.get(JOBS).json()["results"]]
    assert (mine["id"] in listed, ours["id"] in listed) == (False, True)
    url = f"{JOBS}{mine['id']}/"
    for response in (grace.get(url), grace.get(f"{url}logs/"), grace.post(f"{url}cancel/"), grace.delete(url)):
        assert response == rejected(403, "forbidden", "not a member")
    assert grace.post(f"/api/v1/shares/job/{ours['id']}/", json={"target_type": "user", "target_id": 2}) == rejected(
        404, "not_found", "cannot be shared"
    )
    assert grace.delete(f"{JOBS}{ours['id']}/").status_code == 204


def test_filters(idle, connect):
    ada = connect(idle)
    jobs = [start(ada, name="Alpha"), start(ada, name="beta", project=3), start(ada, floe=2, name="alphabet")]
    ada.post(f"{JOBS}{jobs[1]['id']}/cancel/")
    for query, wanted in (
        ({"name": "ALPHA"}, [1, 3]),
        ({"project": 3}, [2]),
        ({"state": "complete"}, [2]),
        ({"state": "queued"}, [1, 3]),
        ({"workfloe": 2}, [3]),
        ({"workfloe": 9}, []),
    ):
        assert [job["id"] for job in ada.get(JOBS, params=query).json()["results"]] == wanted, query
