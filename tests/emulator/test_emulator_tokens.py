"""Tests of API tokens over HTTP: shown once, valid until deleted, and separate from those issued for passwords."""

from __future__ import annotations

import logging
import re

import pytest

PATH = "/api/v1/tokens/"
ME = "/api/v1/users/me/"
PASSWORD = {"username": "ada", "password": "ada-demo"}


def make(caller, **fields):
    response = caller.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    return response.json()


def as_token(server, connect, value):
    client = connect(server, None)
    client.headers["Authorization"] = f"Token {value}"
    return client


def test_a_created_token_works(ada, server, connect):
    made = make(ada, description="nightly run")
    assert made == {"id": made["id"], "description": "nightly run", "created": made["created"], "token": made["token"]}
    assert re.fullmatch(r"[\w-]{40,}", made["token"])
    assert as_token(server, connect, made["token"]).get(ME).json() == ada.get(ME).json()
    assert make(ada)["description"] == ""
    assert make(ada)["token"] != make(ada)["token"]


def test_the_value_is_shown_once(fresh, connect, caplog):
    caplog.set_level(logging.DEBUG)
    ada = connect(fresh)
    made = make(ada, description="first")
    value = made.pop("token")
    url = f"{PATH}{made['id']}/"
    assert ada.get(url).json() == made
    changed = ada.patch(url, json={"description": "second"}).json()
    assert changed == {**made, "description": "second"}
    assert ada.patch(url, json={}).json() == changed
    page = ada.get(PATH).json()
    # The other one is ada's own, for the password.
    assert [(each["id"], each["description"]) for each in page["results"]] == [(1, ""), (made["id"], "second")]
    assert all(set(each) == {"id", "description", "created"} for each in page["results"])
    assert value not in caplog.text
    for path in fresh.folder.rglob("*"):
        assert not path.is_file() or value.encode() not in path.read_bytes(), path


def test_a_deleted_token_is_rejected(ada, server, connect, rejected):
    made, other = make(ada), make(ada)
    user, url = as_token(server, connect, made["token"]), f"{PATH}{made['id']}/"
    assert user.get(ME).status_code == 200
    assert ada.delete(url).status_code == 204
    assert user.get(ME) == rejected(401, "not_authenticated", "not valid")
    assert ada.get(url) == rejected(404, "not_found", f"token {made['id']}")
    assert ada.patch(url, json={"description": "x"}) == rejected(404, "not_found")
    assert ada.delete(url) == rejected(404, "not_found")
    assert as_token(server, connect, other["token"]).get(ME).status_code == 200
    assert make(ada)["id"] > other["id"]


def test_a_token_may_end_itself(ada, server, connect, rejected):
    made = make(ada)
    user = as_token(server, connect, made["token"])
    assert user.delete(f"{PATH}{made['id']}/").status_code == 204
    assert user.get(ME) == rejected(401, "not_authenticated")


def test_passwords_never_give_a_made_token(fresh, connect, rejected):
    anonymous, ada = connect(fresh, None), connect(fresh)
    old = fresh.issue_token("ada")
    made = make(ada)
    assert anonymous.post("/api/v1/auth/token/", json=PASSWORD).json()["token"] == old
    user = as_token(fresh, connect, made["token"])
    assert user.delete(f"{PATH}1/").status_code == 204
    assert ada.get(ME) == rejected(401, "not_authenticated")
    # Older than the next one for the password, and still not the one that is handed out.
    new = anonymous.post("/api/v1/auth/token/", json=PASSWORD).json()["token"]
    assert new not in {old, made["token"]}
    assert anonymous.post("/api/v1/auth/token/", json=PASSWORD).json()["token"] == new == fresh.issue_token("ada")
    assert [each["id"] for each in user.get(PATH).json()["results"]] == [made["id"], 3]
    assert as_token(fresh, connect, new).get(ME).status_code == 200


def test_tokens_of_others_do_not_exist(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    number = make(ada)["id"]
    assert [each["id"] for each in grace.get(PATH).json()["results"]] == [2]
    url = f"{PATH}{number}/"
    for response in (grace.get(url), grace.patch(url, json={"description": "x"}), grace.delete(url)):
        assert response == rejected(404, "not_found", f"token {number}")
    assert ada.get(url).status_code == 200


def test_made_tokens_outlive_the_server(tmp_path, connect):
    from orionclient.emulator import Server

    with Server(tmp_path / "kept", seed="demo") as server:
        made = make(connect(server))
    with Server(tmp_path / "kept") as server:
        assert as_token(server, connect, made["token"]).get(ME).json()["username"] == "ada"


@pytest.mark.parametrize("body", [{"description": "x" * 256}, {"description": None}, {"token": "mine"}])
def test_bad_bodies(ada, rejected, body):
    assert ada.post(PATH, json=body) == rejected(400, "bad_body")
    assert ada.patch(f"{PATH}{make(ada)['id']}/", json=body) == rejected(400, "bad_body")


def test_tokens_need_one(server, connect, rejected):
    anonymous = connect(server, None)
    assert anonymous.get(PATH) == rejected(401, "not_authenticated")
    assert anonymous.post(PATH, json={}) == rejected(401, "not_authenticated")
