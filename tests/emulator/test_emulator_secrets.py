"""Tests of secrets over HTTP: values are write-only."""

from __future__ import annotations

import logging

import pytest

PATH = "/api/v1/secrets/"
VALUE = "swordfish-5f1c"


def make(caller, **fields):
    response = caller.post(PATH, json={"name": "database", "value": VALUE, **fields})
    assert response.status_code == 201, response.text
    return response.json()


def test_a_secret_without_its_value(ada):
    made = make(ada, description="of the warehouse")
    number = made["id"]
    assert made == {
        "id": number,
        "name": "database",
        "description": "of the warehouse",
        "project": 1,
        "owner": 1,
        "created": made["created"],
        "changed": made["created"],
    }
    assert ada.get(f"{PATH}{number}/").json() == made
    assert made in ada.get(f"{PATH}?limit=1000").json()["results"]
    assert make(ada, project=3)["project"] == 3


def test_changing(ada, rejected):
    made = make(ada)
    url = f"{PATH}{made['id']}/"
    renamed = ada.patch(url, json={"name": "other", "description": "text", "project": 3}).json()
    assert renamed == {**made, "name": "other", "description": "text", "project": 3}
    changed = ada.patch(url, json={"value": VALUE}).json()
    assert changed == {**renamed, "changed": changed["changed"]}
    assert changed["changed"] > made["changed"]
    assert ada.patch(url, json={}).json() == changed
    assert ada.patch(url, json={"project": 2}) == rejected(403, "forbidden", "project 2")


def test_the_value_is_kept_and_in_no_response(fresh, connect, caplog):
    caplog.set_level(logging.DEBUG)
    ada = connect(fresh)
    number = make(ada)["id"]
    url = f"{PATH}{number}/"
    other = "marlin-77aa"

    def kept():
        with fresh._require().stack.store.read_transaction() as db:
            return db.execute("SELECT value FROM secrets WHERE id = ?", (number,)).fetchone()[0]

    assert kept() == VALUE
    responses = [
        ada.get(url),
        ada.get(PATH),
        ada.get(f"{PATH}?name={VALUE}"),
        ada.patch(url, json={"value": other}),
        ada.patch(url, json={"name": "n", "value": other}),
        ada.patch(url, json={"value": [other]}),
        ada.patch(url, json={"value": other, "colour": "red"}),
        ada.patch(url, json={"value": other * 10_000}),
        ada.post(PATH, json={"value": VALUE}),
        ada.post(PATH, json={"name": "n", "value": {"text": VALUE}}),
        ada.post(PATH, json={"name": "n", "value": VALUE, "project": 2}),
        ada.patch(f"{PATH}999/", json={"value": VALUE}),
        ada.delete(url),
    ]
    assert [response.status_code for response in responses] == [*[200] * 5, *[400] * 5, 403, 404, 204]
    # A URL may contain the value because the caller sent it in the query; nothing else in a response may.
    for text in [
        *(response.text for response in responses),
        *(str(response.headers) for response in responses),
        caplog.text,
    ]:
        assert VALUE not in text.replace(f"?name={VALUE}", "")
        assert other not in text


@pytest.mark.parametrize("value", ["", None, 7, "x" * 65537])
def test_values_that_are_rejected(ada, rejected, value):
    assert ada.post(PATH, json={"name": "n", "value": value}) == rejected(400, "bad_body", "value")
    url = f"{PATH}{make(ada)['id']}/"
    assert ada.patch(url, json={"value": value}) == rejected(400, "bad_body", "value")


def test_the_largest_value(ada):
    make(ada, value="\N{GREEK SMALL LETTER PI}" * 65536)


def test_listing(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    mine, ours = make(ada, name="Alpha")["id"], make(grace, name="beta", project=3)["id"]
    hers = make(grace, name="gamma")["id"]
    ada.post(f"/api/v1/tags/secret/{mine}/", json={"tags": ["one", "two"]})

    def ids(caller, query=""):
        response = caller.get(PATH + query)
        assert response.status_code == 200, response.text
        return [item["id"] for item in response.json()["results"]]

    assert ids(ada) == [mine, ours]
    assert ids(grace) == [ours, hers]
    assert ids(ada, "?name=ALPH") == [mine]
    assert ids(ada, "?project=3") == [ours]
    assert ids(ada, "?tags=one&tags=two") == [mine]
    assert ids(ada, "?tags=three") == []
    assert ada.get(f"{PATH}?project=2") == rejected(403, "forbidden", "project 2")
    assert ada.get(f"{PATH}?deleted=true") == rejected(400, "bad_parameter", "deleted")
    page = ada.get(f"{PATH}?limit=1").json()
    assert page["count"] == 2
    assert [item["id"] for item in ada.get(page["next"]).json()["results"]] == [ours]


def test_deleting_is_for_good(fresh, connect, rejected):
    ada = connect(fresh)
    number = make(ada)["id"]
    ada.post(f"/api/v1/tags/secret/{number}/", json={"tags": ["x"]})
    ada.post(f"/api/v1/shares/secret/{number}/", json={"target_type": "user", "target_id": 2})
    assert ada.delete(f"{PATH}{number}/?immediate=true") == rejected(400, "bad_parameter", "immediate")
    assert ada.delete(f"{PATH}{number}/").status_code == 204
    assert ada.get(f"{PATH}{number}/") == rejected(404, "not_found", f"secret {number}")
    assert ada.delete(f"{PATH}{number}/") == rejected(404, "not_found")
    assert make(ada)["id"] > number
    with fresh._require().stack.store.read_transaction() as db:
        for table in ("tags", "shares"):
            assert db.execute(f"SELECT count(*) FROM {table} WHERE kind = 'secret'").fetchone()[0] == 0


def test_who_may(ada, grace, rejected):
    number = make(ada)["id"]
    url, share = f"{PATH}{number}/", f"/api/v1/shares/secret/{number}/"
    for response in (grace.get(url), grace.patch(url, json={"value": "x"}), grace.delete(url)):
        assert response == rejected(403, "forbidden", "not a member")
    assert ada.post(share, json={"target_type": "user", "target_id": 2}).status_code == 204
    assert grace.get(url).json() == ada.get(url).json()
    for response in (grace.patch(url, json={"value": "x"}), grace.delete(url)):
        assert response == rejected(403, "forbidden", "read-only")
    ada.delete(share, params={"target_type": "user", "target_id": 2})
    assert grace.get(url) == rejected(403, "forbidden")


def test_secrets_lie_in_no_folder(ada, rejected):
    number = make(ada)["id"]
    assignment = {"resource_type": "secret", "id": number, "path": "/here"}
    response = ada.post("/api/v1/folders/assignments/", json={"assignments": [assignment]})
    assert response == rejected(400, "bad_body", '"secret"')
    assert ada.post(PATH, json={"name": "n", "value": "v", "path": "/here"}) == rejected(400, "bad_body", "path")
