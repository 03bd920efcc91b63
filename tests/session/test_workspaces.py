"""Workspaces through the session and `ocli`: created, shared with members of the project, and targets of shares."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.cli._core.root import ocli
from orionclient.exceptions import AuthorizationRequired, BadResponse, NotFoundResponse, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, Group, MolsearchDatabase, MolsearchQuery, Project, User, WorkFloeSpec, Workspace

PATH = "/api/v1/workspaces/"


@pytest.fixture
def workspace(session: OrionSession) -> Workspace:
    return Workspace.create(session, "Kinases", 3, description="Screens of kinases")


@pytest.fixture
def call(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that calls `ocli` as a user, and returns its exit code and output."""

    def invoke(*words: str, user: str = "ada") -> tuple[int, str]:
        monkeypatch.setenv("ORION_URL", orion.url)
        monkeypatch.setenv("ORION_TOKEN", orion.get_token(user))
        done = CliRunner().invoke(ocli, list(words), prog_name="ocli")
        assert "Traceback" not in done.output
        return done.exit_code, done.output

    return invoke


def test_create_get_and_list(session: OrionSession, workspace: Workspace, plain: Plain) -> None:
    assert workspace.to_dict() == plain.get(f"{PATH}{workspace.id}/")
    assert (workspace.name, workspace.description) == ("Kinases", "Screens of kinases")
    assert (workspace.project, workspace.owner) == (3, 1)
    assert session.get_resource(Workspace, str(workspace.id)) == workspace
    own = session.create_resource(Workspace, {"name": "Proteases"})
    assert (own.project, own.description) == (1, "")
    assert list(session.list_resources(Workspace)) == [workspace, own]
    assert session.list_resources(Workspace, {"project": 3, "owner": 1, "name": "kin"}).one() == workspace
    assert session.get_link(session.create_link(workspace)).get_resource() == workspace
    assert Workspace.create(session, "x", Project(id=3)).project == 3


def test_users_join_and_leave(orion: LocalOrion, session: OrionSession, workspace: Workspace) -> None:
    grace = orion.session("grace")
    assert list(grace.list_resources(Workspace)) == []
    with pytest.raises(NotFoundResponse, match="The workspace 1 does not exist"):
        grace.get_resource(Workspace, workspace.id, timeout=30)
    session.share_resource(workspace, User(id=2))
    assert list(workspace.list_users()) == [User(id=1), User(id=2)]
    hers = grace.get_resource(Workspace, workspace.id)
    assert [user.username for user in hers.list_users()] == ["ada", "grace"]
    assert [(each["target_type"], each["target_id"]) for each in grace.list_shares(hers)] == [("user", 1), ("user", 2)]
    with pytest.raises(BadResponse, match="409.*The owner cannot be removed from workspace 1"):
        grace.unshare_resource(hers, User(id=1))
    grace.unshare_resource(hers, User(id=2))
    with pytest.raises(NotFoundResponse):
        list(hers.list_users())


def test_only_members_of_the_project(session: OrionSession) -> None:
    mine = Workspace.create(session, "mine", 1)
    with pytest.raises(AuthorizationRequired, match="user 2, who is not a member of its project 1"):
        session.share_resource(mine, User(id=2))
    with pytest.raises(AuthorizationRequired, match="not a member of project 2"):
        Workspace.create(session, "hers", 2)


def test_invalid_shares_are_rejected_before_any_request(scripted: Scripted) -> None:
    session = scripted.session()
    for target in (Group(id=1), Project(id=3), Workspace(id=2), Dataset(id=1), 2, None):
        for share in (session.share_resource, session.unshare_resource):
            with pytest.raises(ValidationError, match="share_with must be a User, for example User"):
                share(Workspace(id=1), target)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="Workspace has no id"):
        session.share_resource(Dataset(id=1), Workspace())
    with pytest.raises(ValidationError, match="Workspace cannot be deleted"):
        session.delete_resource(Workspace(id=1))
    with pytest.raises(ValidationError, match="WorkFloeSpec cannot be shared"):
        session.share_resource(WorkFloeSpec(id=1), User(id=2))
    for attempt in (lambda: list(Workspace(id=1).list_users()), lambda: list(Workspace(session=session).list_users())):
        with pytest.raises(ValidationError, match="has no"):
            attempt()
    assert scripted.requests == []


def test_a_user_that_is_no_object(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(data={"count": 1, "next": None, "results": ["grace"]})]
    with pytest.raises(OrionError, match="an item of the page is not a JSON object"):
        list(Workspace(id=1, session=scripted.session()).list_users())


@pytest.mark.usefixtures("real_time")
def test_who_can_read_a_database_can_search_it(orion: LocalOrion, session: OrionSession, workspace: Workspace) -> None:
    grace = orion.session("grace")
    dataset = Dataset.create(session, "drugs")
    dataset.write({"Title": "aspirin"})
    dataset.finalize()
    database = MolsearchDatabase.create(session, "drugs", dataset)
    database.wait(timeout=60)
    with pytest.raises(AuthorizationRequired, match="The molsearch database 1 belongs to a project"):
        grace.get_resource(MolsearchDatabase, database.id)
    session.share_resource(workspace, User(id=2))
    session.share_resource(database, workspace)
    query = MolsearchQuery.create_title_query(session=grace, database_id=database.id, titles=["aspirin"])
    query.wait(timeout=60)
    assert [hit["title"] for hit in query.hits()] == ["aspirin"]
    assert query.project == 2
    with pytest.raises(AuthorizationRequired, match="The molsearch database 1 is shared with you read-only"):
        grace.delete_resource(database)


def test_commands(call: Any, workspace: Workspace) -> None:
    code, output = call("workspaces", "create", "Proteases", "--description", "new", "--project", "3", "--json")
    assert code == 0
    made = json.loads(output)
    assert (made["name"], made["description"], made["project"]) == ("Proteases", "new", 3)
    assert call("workspaces", "list", "--quiet", "project=3", "owner=1", "name=prot") == (0, f"{made['id']}\n")
    assert call("workspaces", "list", "--quiet", user="grace") == (0, "")
    assert call("workspaces", "share", "1", "--user", "2") == (0, "Shared workspace 1 'Kinases' with user 2\n")
    assert call("workspaces", "list", "--quiet", user="grace") == (0, "1\n")
    assert json.loads(call("workspaces", "info", "1", "--json", user="grace")[1])["name"] == "Kinases"
    users = json.loads(call("workspaces", "list-users", "1", "--json", user="grace")[1])
    assert [user["username"] for user in users] == ["ada", "grace"]
    assert call("workspaces", "unshare", "1", "--user", "2") == (0, "Unshared workspace 1 'Kinases' from user 2\n")
    assert call("workspaces", "list", "--quiet", user="grace") == (0, "")


def test_resources_are_shared_with_workspaces_in_the_shell(call: Any, session: OrionSession, workspace: Workspace) -> None:  # fmt: skip
    dataset = Dataset.create(session, "hits")
    session.share_resource(workspace, User(id=2))
    assert call("datasets", "info", "1", user="grace")[0] == 6
    assert call("datasets", "share", "1", "--workspace", "1") == (0, "Shared dataset 1 'hits' with workspace 1\n")
    assert call("datasets", "list", "--quiet", user="grace") == (0, f"{dataset.id}\n")
    shares = json.loads(call("datasets", "list-shares", "1", "--json")[1])
    assert [(each["target_type"], each["target_id"]) for each in shares] == [("workspace", 1)]
    assert call("datasets", "unshare", "1", "--workspace", "1")[0] == 0
    assert call("datasets", "list", "--quiet", user="grace") == (0, "")


def test_the_own_access_is_given_up(call: Any, session: OrionSession, workspace: Workspace) -> None:
    for form, printed in (((), "Unshared workspace 1 from user 2\n"), (("--json",), "[]\n"), (("--quiet",), "")):
        session.share_resource(workspace, User(id=2))
        assert call("workspaces", "unshare", "1", "--user", "2", *form, user="grace") == (0, printed)
    assert list(workspace.list_users()) == [User(id=1)]


def test_users_by_name(call: Any, workspace: Workspace) -> None:
    assert call("workspaces", "share", "1", "--user", "grace") == (0, "Shared workspace 1 'Kinases' with user 2\n")
    assert [user.username for user in workspace.list_users()] == ["ada", "grace"]
    # Nothing is changed if one name is unknown.
    code, output = call("workspaces", "unshare", "1", "--user", "2", "--user", "Grace")
    assert (code, output.splitlines()[0]) == (2, "Error: invalid value for '--user': there is no user 'Grace'"), output
    assert [user.username for user in workspace.list_users()] == ["ada", "grace"]
    assert call("workspaces", "unshare", "1", "--user", "grace") == (0, "Unshared workspace 1 'Kinases' from user 2\n")
    assert [user.username for user in workspace.list_users()] == ["ada"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("workspaces info 1", 5, "The workspace 1 does not exist."),
        ("workspaces list-users 1", 5, "The workspace 1 does not exist."),
        ("workspaces share 1 --user 2", 5, "The workspace 1 does not exist."),
        ("workspaces unshare 1 --user 1", 5, "The workspace 1 does not exist."),
        ("datasets share 1 --workspace 1", 6, "You cannot share with workspace 1."),
        ("workspaces create x --project 1", 6, "You are not a member of project 1."),
        ("workspaces share 1", 2, "give --user ID"),
        ("workspaces share 1 --group 1", 2, "unknown option '--group'"),
        ("workspaces info x", 2, "'x' is not a valid id"),
    ],
)
def test_what_is_rejected_is_one_line(
    call: Any, orion: LocalOrion, workspace: Workspace, words: str, code: int, message: str
) -> None:
    Dataset.create(orion.session("grace"), "hers")
    found, output = call(*words.split(), user="grace")
    assert found == code, output
    (line,) = [each for each in output.splitlines() if message in each]
    assert line.startswith("Error: ")
    assert [user.id for user in workspace.list_users()] == [1]
