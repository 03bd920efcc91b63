"""Projects through the session: creating, updating, archiving, and what an archived project rejects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import AuthorizationRequired, BadResponse, NotFoundResponse, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Group, Project, Resource, Secret, User

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


def test_members(orion: LocalOrion, session: OrionSession, project: Project) -> None:
    grace = orion.session("grace")
    for target in (User(id=2), Group(id=2)):
        session.share_resource(project, target)
    shared = [(each["target_type"], each["target_id"]) for each in grace.list_shares(project)]
    assert shared == [("group", 2), ("user", 1), ("user", 2)]
    file = File.upload(grace, "hers", b"CNS", project)
    with pytest.raises(AuthorizationRequired, match="Only the owner can share"):
        grace.unshare_resource(project, User(id=1))
    session.unshare_resource(project, User(id=2))
    with pytest.raises(AuthorizationRequired, match="not a member"):
        grace.refresh_resource(file)
    assert session.get_resource(File, file.id).owner == 2
    with pytest.raises(BadResponse, match="The owner cannot be removed"):
        session.unshare_resource(project, User(id=1))


def test_leaving(orion: LocalOrion, session: OrionSession, project: Project) -> None:
    grace = orion.session("grace")
    session.share_resource(project, User(id=2))
    hers = grace.get_resource(Project, project.id)
    assert hers.leave() is None  # type: ignore[func-returns-value]
    assert project not in list(grace.list_resources(Project))
    with pytest.raises(AuthorizationRequired, match="not a member"):
        hers.leave()
    with pytest.raises(BadResponse, match="The owner cannot leave"):
        project.leave()
    session.share_resource(project, Group(id=1))
    with pytest.raises(BadResponse, match="through a group"):
        hers.leave()
    assert hers in list(grace.list_resources(Project))


def test_leaving_is_not_repeated_after_a_lost_response(
    orion: LocalOrion, session: OrionSession, project: Project
) -> None:
    session.share_resource(project, User(id=2))
    orion.faults.script("leave_project", ["reset_after"])
    with pytest.raises(OrionError) as caught:
        Project(id=project.id, session=orion.session("grace")).leave()
    assert caught.value.may_have_been_applied
    assert len(orion.faults.requests("leave_project")) == 1


def test_deleting_and_restoring(orion: LocalOrion, session: OrionSession, project: Project) -> None:
    grace = orion.session("grace")
    session.share_resource(project, User(id=2))
    file = File.upload(session, "thing", b"CNS", project)
    with pytest.raises(AuthorizationRequired, match="Only the owner"):
        grace.delete_resource(project)
    with pytest.raises(BadResponse, match="immediate"):
        session.delete_resource(project, immediate=True)
    assert session.delete_resource(project) is True
    for each in (session, grace):
        assert project not in list(each.list_resources(Project))
        for resource in (project, file):
            with pytest.raises(NotFoundResponse):
                each.refresh_resource(type(resource)(id=resource.id))
    for each, reason in ((session, "is in the trash; restore it first"), (grace, "not a member")):
        with pytest.raises(AuthorizationRequired, match=reason):
            Dataset.create(each, "leads", project)
    (found,) = session.list_resources(Project, {"deleted": True})
    assert (found, bool(found.deleted), project.deleted) == (project, True, "")
    assert list(grace.list_resources(Project, {"deleted": True})) == []
    assert session.restore_resource(found) is None  # type: ignore[func-returns-value]
    assert found.deleted == ""
    assert grace.get_resource(File, file.id).name == "thing"


def test_a_lost_response_deletes_and_restores_once(orion: LocalOrion, session: OrionSession, project: Project) -> None:
    for operation in ("delete_project", "restore_resource"):
        orion.faults.script(operation, ["reset_after"])
    assert session.delete_resource(project) is True
    session.restore_resource(project)
    assert session.get_resource(Project, project.id).deleted == ""


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
