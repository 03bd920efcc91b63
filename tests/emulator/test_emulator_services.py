"""Services and scaling groups: tasks run programs, within the limits of their group, and outlive the server as they should."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from emulator_floes import floe

from orionclient.emulator import Server

TASKS, SPECS, GROUPS = "/api/v1/services/tasks/", "/api/v1/services/specs/", "/api/v1/scaling-groups/"
JOBS, SERVICES = f"{GROUPS}1/", f"{GROUPS}2/"
ECHO, CLOCK = 1, 2


def create(user: httpx.Client, **fields: Any) -> str:
    """Create a task; returns its path."""
    response = user.post(TASKS, json={"spec": ECHO, **fields})
    assert response.status_code == 201, response.content
    return f"{TASKS}{response.json()['id']}/"


def set_limits(user: httpx.Client, path: str, **limits: int) -> Any:
    response = user.patch(path, json=limits)
    assert response.status_code == 200, response.content
    return response.json()


def wait_for(read: Callable[[], Any], expected: Any) -> None:
    end = time.monotonic() + 120
    while (found := read()) != expected:
        assert time.monotonic() < end, found
        time.sleep(0.01)


def wait_for_state(user: httpx.Client, path: str, state: str) -> dict[str, Any]:
    wait_for(lambda: user.get(path).json()["state"], state)
    found: dict[str, Any] = user.get(path).json()
    return found


def is_reachable(url: str) -> bool:
    try:
        return httpx.get(url, timeout=60).status_code == 200
    except httpx.TransportError:
        return False


def read_counts(user: httpx.Client, path: str) -> tuple[int, int, int]:
    group = user.get(path).json()
    return group["instances"], group["running"], group["queued"]


@pytest.fixture
def stopped(ada: httpx.Client) -> Iterator[None]:
    """Delete all tasks of the shared server after a test, and restore the limits."""
    yield
    for task in ada.get(TASKS).json()["results"]:
        assert ada.delete(f"{TASKS}{task['id']}/").status_code == 204
    wait_for(lambda: read_counts(ada, SERVICES)[1], 0)
    set_limits(ada, SERVICES, min_instances=0, max_instances=4)


@pytest.mark.usefixtures("stopped")
def test_a_task_runs_until_it_is_stopped(server: Server, ada: httpx.Client) -> None:
    path = create(ada, name="mine", description="for tests")
    running = wait_for_state(ada, path, "running")
    assert (running["name"], running["description"], running["spec"], running["reason"]) == ("mine", "for tests", 1, "")
    assert (running["project"], running["owner"], running["desired_state"]) == (1, 1, "running")
    assert running["started"] > running["created"]
    response = httpx.post(f"{running['url']}/a?b", content="c")
    assert response.json() == {"method": "POST", "path": "/a?b", "body": "c"}
    assert httpx.head(running["url"]).content == b""
    assert httpx.post(running["url"], content=b"x" * 2**21).status_code == 413
    wait_for(lambda: ada.get(f"{path}logs/").content.decode().count("HTTP/1.1"), 3)
    log = ada.get(f"{path}logs/")
    assert log.content.decode().startswith(f"echo: serving at {running['url']}\n")
    assert ada.get(f"{path}logs/", params={"offset": log.headers["X-Orion-Log-Offset"]}).content == b""

    assert ada.patch(path, json={"desired_state": "stopped", "name": "yours"}).json()["desired_state"] == "stopped"
    ended = wait_for_state(ada, path, "stopped")
    assert (ended["url"], ended["reason"], ended["name"]) == ("", "", "yours")
    assert not is_reachable(running["url"])

    assert ada.patch(path, json={"desired_state": "running"}).json()["state"] == "queued"
    again = wait_for_state(ada, path, "running")
    assert again["started"] > running["started"]
    # The log is continued.
    assert ada.get(f"{path}logs/").content.decode() == log.content.decode() + f"echo: serving at {again['url']}\n"
    assert ada.delete(path).status_code == 204
    wait_for(lambda: is_reachable(again["url"]), False)
    assert ada.get(path).status_code == 404
    folder = server.folder / "services" / path.split("/")[-2]
    wait_for(folder.exists, False)


@pytest.mark.usefixtures("stopped")
def test_a_service_that_ends_by_itself_has_failed(server: Server, ada: httpx.Client) -> None:
    path = create(ada, spec=CLOCK)
    running = wait_for_state(ada, path, "running")
    assert set(httpx.get(running["url"]).json()) == {"time"}
    program = server._require().stack.services._runs[int(path.split("/")[-2])].process._popen
    assert program is not None
    program.kill()
    failed = wait_for_state(ada, path, "failed")
    assert (failed["reason"], failed["url"]) == ("the service was killed by signal 9 (SIGKILL)", "")
    wait_for(lambda: is_reachable(running["url"]), False)
    assert failed["desired_state"] == "running"
    # It stays so until it is started.
    assert ada.patch(path, json={"name": "still"}).json()["state"] == "failed"
    again = ada.patch(path, json={"desired_state": "running"}).json()
    assert (again["state"], again["reason"]) == ("queued", "")
    wait_for_state(ada, path, "running")


@pytest.mark.usefixtures("stopped")
def test_a_scaling_group_limits_what_runs(ada: httpx.Client) -> None:
    assert set_limits(ada, SERVICES, min_instances=1, max_instances=1)["instances"] == 1
    first, second = create(ada, name="first"), create(ada, name="second")
    wait_for_state(ada, first, "running")
    wait_for(lambda: read_counts(ada, SERVICES), (1, 1, 1))
    assert ada.get(second).json()["state"] == "queued"
    set_limits(ada, SERVICES, max_instances=2)
    running = wait_for_state(ada, second, "running")
    wait_for(lambda: read_counts(ada, SERVICES), (2, 2, 0))
    # The newest tasks lose their instances.
    set_limits(ada, SERVICES, max_instances=1)
    waiting = wait_for_state(ada, second, "queued")
    assert (waiting["url"], waiting["desired_state"]) == ("", "running")
    assert not is_reachable(running["url"])
    assert ada.get(first).json()["state"] == "running"
    # A free instance is used, and the task that has it keeps it.
    ada.patch(first, json={"desired_state": "stopped"})
    wait_for_state(ada, second, "running")
    ada.patch(first, json={"desired_state": "running"})
    wait_for(lambda: read_counts(ada, SERVICES), (1, 1, 1))
    assert [ada.get(each).json()["state"] for each in (first, second)] == ["queued", "running"]
    ada.delete(second)
    wait_for_state(ada, first, "running")
    set_limits(ada, SERVICES, min_instances=0, max_instances=0)
    wait_for(lambda: read_counts(ada, SERVICES), (0, 0, 1))


@pytest.mark.usefixtures("stopped")
def test_a_program_that_is_being_stopped_has_an_instance(
    server: Server, ada: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(ada, SERVICES, max_instances=1)
    first, second = create(ada), create(ada)
    wait_for_state(ada, first, "running")
    engine = server._require().stack.services
    (run,) = engine._runs.values()
    with monkeypatch.context() as patch:
        # It takes long to end.
        patch.setattr(run.process, "stop", lambda _: None)
        ada.patch(first, json={"desired_state": "stopped"})
        engine._reconcile()
        assert [*engine._runs.values()] == [run]
        assert read_counts(ada, SERVICES) == (1, 1, 1)
    engine.wake()
    wait_for_state(ada, second, "running")
    assert ada.get(first).json()["state"] == "stopped"


def test_limits_are_checked(ada: httpx.Client, grace: httpx.Client, rejected: Any) -> None:
    (jobs, services) = ada.get(GROUPS).json()["results"]
    assert [jobs["name"], services["name"]] == ["jobs", "services"]
    assert grace.get(SERVICES).json() == services
    assert grace.patch(SERVICES, json={"max_instances": 9}) == rejected(403, "forbidden", "Only administrators")
    assert ada.patch(SERVICES, json={"min_instances": 9}) == rejected(422, "bad_limits", "9", "4")
    for body in ({"max_instances": -1}, {"max_instances": 1001}, {"max_instances": "1"}, {"name": "mine"}):
        assert ada.patch(SERVICES, json=body) == rejected(400, "bad_body")
    assert ada.get(SERVICES).json() == services
    assert ada.patch(f"{GROUPS}9/", json={}) == rejected(404, "not_found", "scaling group 9")


def test_a_group_of_another_organization(fresh: Server, connect: Any, rejected: Any) -> None:
    ada = connect(fresh)
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("INSERT INTO organizations (name, created) VALUES ('Elsewhere', '2026-01-01T00:00:00.000000Z')")
        db.execute("UPDATE scaling_groups SET organization = 2 WHERE id = 2")
    assert [group["name"] for group in ada.get(GROUPS).json()["results"]] == ["jobs"]
    assert ada.get(SERVICES) == rejected(403, "forbidden", "another organization")
    assert ada.patch(SERVICES, json={"max_instances": 1}) == rejected(403, "forbidden", "another organization")


def test_the_group_of_jobs_limits_running_jobs(tmp_path: Path, connect: Any) -> None:
    body = {"workfloe": 1, "parameters": {"promoted": {"code": "wait_for('/nowhere')"}}}
    with Server(tmp_path / "stack", seed="demo", floes=[floe()], jobs=3) as running:
        ada = connect(running)
        set_limits(ada, JOBS, max_instances=1)
        jobs = [ada.post("/api/v1/jobs/", json=body).json()["id"] for _ in range(3)]
        wait_for(lambda: read_counts(ada, JOBS), (1, 1, 2))
        set_limits(ada, JOBS, max_instances=2)
        wait_for(lambda: read_counts(ada, JOBS), (2, 2, 1))
        # Running jobs are not stopped.
        set_limits(ada, JOBS, max_instances=0)
        assert read_counts(ada, JOBS) == (2, 2, 1)
        ada.post(f"/api/v1/jobs/{jobs[0]}/cancel/")
        wait_for(lambda: read_counts(ada, JOBS), (1, 1, 1))
        set_limits(ada, JOBS, max_instances=2)
        wait_for(lambda: read_counts(ada, JOBS), (2, 2, 0))


@pytest.mark.usefixtures("stopped")
def test_who_can_use_a_service(ada: httpx.Client, grace: httpx.Client, rejected: Any) -> None:
    assert [spec["name"] for spec in ada.get(SPECS).json()["results"]] == ["echo", "clock"]
    assert grace.get(SPECS).json()["results"] == []
    set_limits(ada, SERVICES, max_instances=0)
    assert grace.post(TASKS, json={"spec": ECHO}) == rejected(403, "forbidden", "service spec 1")
    assert ada.post(TASKS, json={"spec": 99}) == rejected(404, "not_found", "service spec 99")
    share: dict[str, Any] = {"target_type": "user", "target_id": 2}
    assert ada.post(f"/api/v1/shares/service_spec/{ECHO}/", json=share).status_code == 204
    theirs = create(grace)
    assert ada.get(theirs).status_code == 403
    assert grace.delete(theirs).status_code == 204
    assert ada.delete(f"/api/v1/shares/service_spec/{ECHO}/", params=share).status_code == 204

    mine = create(ada)
    assert grace.get(mine) == rejected(403, "forbidden", "service task")
    ada.post(f"/api/v1/shares/service_task/{mine.split('/')[-2]}/", json=share)
    assert grace.get(mine).status_code == grace.get(f"{mine}logs/").status_code == 200
    assert grace.patch(mine, json={"desired_state": "stopped"}) == rejected(403, "forbidden", "read-only")
    assert grace.delete(mine) == rejected(403, "forbidden", "read-only")
    assert ada.patch(mine, json={"desired_state": "paused"}) == rejected(400, "bad_body", "desired_state")


def test_tasks_continue_after_a_restart(tmp_path: Path, connect: Any) -> None:
    with Server(tmp_path / "stack", seed="demo") as running:
        ada = connect(running)
        mine, other = create(ada), create(ada, spec=CLOCK)
        url = wait_for_state(ada, mine, "running")["url"]
        wait_for_state(ada, other, "running")
        ada.patch(other, json={"desired_state": "stopped"})
        set_limits(ada, SERVICES, max_instances=3)
    assert not is_reachable(url)
    # As after a crash.
    with sqlite3.connect(tmp_path / "stack" / "orion.sqlite") as db:
        db.execute("UPDATE service_tasks SET state = 'running', url = 'http://127.0.0.1:1' WHERE id = 1")
    (tmp_path / "stack" / "services" / "77").mkdir()
    with Server(tmp_path / "stack") as running:
        ada = connect(running)
        wait_for(lambda: is_reachable(wait_for_state(ada, mine, "running")["url"]), True)
        assert ada.get(other).json()["state"] == "stopped"
        assert ada.get(SERVICES).json()["max_instances"] == 3
        assert ada.get(SPECS).json()["count"] == 2
        assert sorted(path.name for path in (tmp_path / "stack" / "services").iterdir()) == ["1", "2"]


def test_a_project_with_a_running_task_cannot_be_deleted(fresh: Server, connect: Any, rejected: Any) -> None:
    ada = connect(fresh)
    project = f"/api/v1/projects/{ada.post('/api/v1/projects/', json={'name': 'June'}).json()['id']}/"
    path = create(ada, project=int(project.split("/")[-2]))
    assert ada.delete(project) == rejected(409, "project_in_use", "1 of its service tasks")
    ada.patch(path, json={"desired_state": "stopped"})
    wait_for_state(ada, path, "stopped")
    assert ada.delete(project).status_code == 204
