"""Tests of the clock of a server: the times of resources follow it, and each server has its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from emulator_floes import ARGV, specification
from helpers.manual_clock import ManualClock

from orionclient.emulator import FloeSpecification, Server

START = datetime(2030, 1, 31, 23, 30, tzinfo=UTC)
FILES, SECRETS = "/api/v3/storage/files/", "/api/v1/secrets/"


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def server(tmp_path, clock):
    with Server(tmp_path / "stack", seed="demo", clock=clock) as server:
        yield server


def test_times_follow_the_clock(server, clock, connect):
    ada = connect(server)
    assert {user["created"] for user in ada.get("/api/v1/users/").json()["results"]} == {"2030-01-31T23:30:00.000000Z"}
    clock.move(days=31, microseconds=5)
    moment = "2030-03-03T23:30:00.000005Z"
    file = ada.post(FILES, json={"name": "x", "path": "/in/here"}).json()
    secret = ada.post(SECRETS, json={"name": "x", "value": "hush"}).json()
    project = ada.post("/api/v1/projects/", json={"name": "x"}).json()
    token = ada.post("/api/v1/tokens/", json={"description": "x"}).json()
    ada.post(f"/api/v1/tags/file/{file['id']}/", json={"tags": ["x"]})
    ada.post(f"/api/v1/shares/file/{file['id']}/", json={"target_type": "user", "target_id": 2})
    folders = ada.get("/api/v1/folders/").json()["results"]
    tags = ada.get(f"/api/v1/tags/file/{file['id']}/").json()["results"]
    shares = ada.get(f"/api/v1/shares/file/{file['id']}/").json()["results"]
    made = [file, secret, project, token, *folders, *tags, *shares]
    assert {each["created"] for each in made} == {secret["changed"]} == {moment}
    clock.move(hours=1)
    assert (
        ada.patch(f"{SECRETS}{secret['id']}/", json={"value": "new"}).json()["changed"] == "2030-03-04T00:30:00.000005Z"
    )
    assert ada.delete(f"{FILES}{file['id']}/").status_code == 204
    (trashed,) = ada.get(f"{FILES}?deleted=true").json()["results"]
    assert trashed["deleted"] == "2030-03-04T00:30:00.000005Z"


def test_a_clock_of_another_time_zone(tmp_path, connect):
    moment = datetime(2030, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    with Server(tmp_path / "stack", clock=lambda: moment) as server:
        made = connect(server, "admin").post(FILES, json={"name": "x"}).json()
    assert made["created"] == "2029-12-31T23:30:00.000000Z"


def test_each_server_has_its_clock(server, tmp_path, connect):
    before = datetime.now(UTC)
    with Server(tmp_path / "other", seed="demo") as other:
        made = connect(other).post(FILES, json={"name": "x"}).json()
    assert before <= datetime.fromisoformat(made["created"]) <= datetime.now(UTC)
    assert connect(server).post(FILES, json={"name": "x"}).json()["created"] == "2030-01-31T23:30:00.000000Z"


def test_the_times_of_a_job(tmp_path, clock, connect):
    floe = FloeSpecification(specification(), ["test"], ARGV)
    with Server(tmp_path / "stack", seed="demo", floes=[floe], jobs=0, clock=clock) as server:
        ada = connect(server)
        job = ada.post("/api/v1/jobs/", json={"name": "run", "workfloe": 1}).json()
        assert job["created"] == "2030-01-31T23:30:00.000000Z"
        clock.move(minutes=1)
        ended = ada.post(f"/api/v1/jobs/{job['id']}/cancel/").json()
        assert (ended["finished"], ended["run_time"]) == ("2030-01-31T23:31:00.000000Z", 0.0)
