"""Projects through the session: creating, updating, archiving, and what an archived project rejects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import AuthorizationRequired, BadResponse, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Project, Resource, Secret, User

PATH = "/api/v1/projects/"

MAKERS: dict[str, Callable[[OrionSession, Any], Resource]] = {
    "file": lambda session, project: File.upload(session, "thing", b"CNS", project),
    "dataset": lambda session, project: Dataset.create(session, "thing", project),
    "secret": lambda session, project: Secret.create(session, "thing", "hush", project),
}


@pytest.fixture
def project(session: OrionSession) -> Project:
    return Project.create(session, "June", "Screens of June")


def test_create_and_update(session: OrionSession, project: Project, plain: Plain) -> None:
    assert project.to_dict() == plain.get(f"{PATH}{project.id}/")
    assert (project.name, project.description, project.owner, project.archived) == ("June", "Screens of June", 1, False)
    assert project in list(session.list_resources(Project))
    session.update_resource(project, {"name": "July", "description": ""})
    assert (project.name, project.description) == ("July", "")
    assert plain.get(f"{PATH}{project.id}/")["name"] == "July"
    assert Project.create(session, "no words").description == ""
    assert session.create_resource(Project, {"name": "by params"}).owner == 1
    with pytest.raises(ValidationError, match="Project cannot be deleted"):
        session.delete_resource(project)


def test_only_the_owner_may_update(orion: LocalOrion, project: Project) -> None:
    grace = orion.session("grace")
    with pytest.raises(AuthorizationRequired, match="not a member"):
        grace.get_resource(Project, project.id)
    with pytest.raises(AuthorizationRequired, match="Only the owner"):
        Project(id=3, session=grace).archive()
    assert not grace.get_resource(Project, 3).archived


def test_archiving(session: OrionSession, project: Project, plain: Plain) -> None:
    for _ in range(2):
        assert project.archive() is None  # type: ignore[func-returns-value]
        assert project.archived is True
    assert plain.get(f"{PATH}{project.id}/")["archived"] is True
    assert project not in list(session.list_resources(Project))
    assert list(session.list_resources(Project, {"archived": True})) == [project]
    for _ in range(2):
        assert project.unarchive() is None  # type: ignore[func-returns-value]
        assert project.archived is False
    assert list(session.list_resources(Project, {"archived": True})) == []
    assert project in list(session.list_resources(Project))
    with pytest.raises(ValidationError, match="has no session"):
        Project(id=3).archive()


@pytest.mark.parametrize("kind", MAKERS)
def test_an_archived_project_is_read_only(session: OrionSession, project: Project, kind: str) -> None:
    make = MAKERS[kind]
    made, elsewhere = make(session, project), make(session, None)
    session.tag_resource(made, "stored")
    project.archive()
    attempts: list[Callable[[], Any]] = [
        lambda: make(session, project),
        lambda: session.update_resource(made, {"name": "new"}),
        lambda: session.update_resource(made, {"project": 1}),
        lambda: session.update_resource(elsewhere, {"project": project.id}),
        lambda: session.delete_resource(made),
        lambda: session.delete_resource(made, immediate=True),
        lambda: session.tag_resource(made, "new"),
        lambda: session.untag_resource(made, "stored"),
        lambda: session.tag_resource(elsewhere, "new", project=project),
        lambda: session.share_resource(made, User(id=2)),
        lambda: session.unshare_resource(made, User(id=2)),
    ]
    if isinstance(made, File):
        attempts.append(lambda: made.put_content(b"new"))
    if isinstance(made, Dataset):
        attempts.append(lambda: (made.write({"n": 1}), made.finalize()))
    if isinstance(made, Secret):
        attempts.append(lambda: made.set_value("new"))
    else:
        attempts.append(lambda: session.assign_paths({"resource_type": kind, "id": made._id(), "path": "/new"}))
    for attempt in attempts:
        with pytest.raises(AuthorizationRequired, match=rf"Project {project.id} is archived, so it is read-only"):
            attempt()

    again = session.get_resource(type(made), made._id())
    assert again.to_dict() == made.to_dict()
    assert list(session.list_resources(type(made), {"project": project.id})) == [made]
    assert [tag["name"] for tag in session.list_tags(made)] == ["stored"]
    if isinstance(again, File):
        assert b"".join(again.download()) == b"CNS"
    project.unarchive()
    session.update_resource(made, {"name": "new"})
    assert session.delete_resource(made) is True


def test_a_lost_response_makes_one_project(orion: LocalOrion, session: OrionSession, plain: Plain) -> None:
    before = plain.get(PATH)["count"]
    # First a response that announces support for idempotency keys.
    assert session.is_authenticated()
    orion.faults.script("create_project", ["reset_after"])
    Project.create(session, "once")
    assert len(orion.faults.requests("create_project")) == 2
    assert plain.get(PATH)["count"] == before + 1


def test_invalid_names_are_rejected(session: OrionSession) -> None:
    with pytest.raises(BadResponse, match="name"):
        Project.create(session, "")


def test_a_project_with_missing_fields(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(201, {"id": 7, "name": "x", "archived": None})]
    project = Project.create(scripted.session(), "x")
    assert project.archived is False
    with pytest.raises(OrionError, match="'owner'"):
        _ = project.owner
