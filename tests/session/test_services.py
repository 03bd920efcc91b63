"""Services through the session: specifications, tasks with their logs, and scaling groups."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from orionclient.exceptions import AuthorizationRequired, BadResponse, OrionError, OrionTimeout, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import ScalingGroup, ServiceSpec, ServiceTask, User

pytestmark = pytest.mark.usefixtures("real_time")


def test_a_task_from_its_creation_to_its_end(session: OrionSession) -> None:
    echo = session.list_resources(ServiceSpec, {"name": "echo"}).one()
    assert session.get_resource(ServiceSpec, echo.id) == echo
    task = ServiceTask.create(session, "mine", echo, description="for tests")
    assert (task.spec, task.description, task.state, task.started) == (echo.id, "for tests", "queued", None)
    task.wait(timeout=60)
    assert (task.state, task.desired_state) == ("running", "running")
    assert httpx.get(task.url).json()["method"] == "GET"
    assert next(task.logs()) == f"echo: serving at {task.url}"
    session.update_resource(task, {"name": "yours"})
    assert session.list_resources(ServiceTask, {"spec": echo.id, "states": ["running"], "name": "yours"}).one() == task
    task.stop()
    # Ends with the task.
    lines = list(task.logs(follow=True))
    assert [line.split(" ")[0] for line in lines] == ["echo:", '"GET']
    task.wait(timeout=60)
    assert (task.state, task.url) == ("stopped", "")
    task.start()
    task.wait(timeout=60)
    assert task.state == "running"
    assert session.delete_resource(task)
    assert session.list_resources(ServiceTask).count() == 0


def test_a_task_that_waits_or_fails(session: OrionSession, orion: LocalOrion) -> None:
    group = session.list_resources(ScalingGroup, {"name": "services"}).one()
    session.update_resource(group, {"max_instances": 0})
    assert (group.max_instances, group.min_instances) == (0, 0)
    task = ServiceTask.create(session, "", 1)
    with pytest.raises(OrionTimeout, match=f"ServiceTask {task.id} to become 'running'; it is 'queued'"):
        task.wait(timeout=0)
    folder = Path(orion.server.folder) / "services"
    folder.mkdir()
    # The folder of the task cannot be created.
    (folder / str(task.id)).write_bytes(b"")
    session.update_resource(group, {"max_instances": 1})
    with pytest.raises(OrionError, match=f"ServiceTask {task.id} is 'failed': the service could not be run: "):
        task.wait(timeout=60)
    assert list(session.list_resources(ServiceTask, {"states": ["failed"]})) == [task]


def test_sharing(session: OrionSession, orion: LocalOrion) -> None:
    grace = orion.session("grace")
    assert list(grace.list_resources(ServiceSpec)) == []
    session.share_resource(ServiceSpec(id=1), User(id=2))
    assert [each.id for each in grace.list_resources(ServiceSpec)] == [1]
    task = ServiceTask.create(grace, "of grace", 1)
    assert task.project == 2
    with pytest.raises(AuthorizationRequired, match="service task 1"):
        session.get_resource(ServiceTask, task.id)
    grace.share_resource(task, User(id=1))
    assert session.get_resource(ServiceTask, task.id).name == "of grace"
    session.unshare_resource(ServiceSpec(id=1), User(id=2))
    with pytest.raises(AuthorizationRequired, match="service spec 1"):
        ServiceTask.create(grace, "", 1)


def test_invalid_arguments(session: OrionSession, orion: LocalOrion) -> None:
    with pytest.raises(ValidationError, match="ServiceSpec"):
        ServiceTask.create(session, "", User(id=1))  # type: ignore[arg-type]
    with pytest.raises(BadResponse, match="minimum of 5 instances is larger than the maximum of 4"):
        session.update_resource(ScalingGroup(id=2), {"min_instances": 5})
    with pytest.raises(AuthorizationRequired, match="Only administrators can update scaling groups"):
        orion.session("grace").update_resource(ScalingGroup(id=2), {"max_instances": 5})
    with pytest.raises(ValidationError, match="cannot be created"):
        session.create_resource(ServiceSpec, {"name": "mine"})
    assert session.get_resource(ScalingGroup, 2).max_instances == 4
