"""Every verb of the session, tested by its effect on the server."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._runtime.clock import CLOCK
from orionclient.examples import drugs
from orionclient.exceptions import (
    AuthorizationRequired,
    BadResponse,
    InvalidCredentials,
    NotFoundResponse,
    OrionLinkError,
    OrionServiceError,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig, get_session
from orionclient.types import Dataset, File, Organization, Project, Secret, User

DATASETS = "/api/v1/storage/datasets/"
FILES = "/api/v3/storage/files/"


def test_current_user_and_project(session: OrionSession, plain: Plain) -> None:
    me = plain.get("/api/v1/users/me/")
    user = session.get_user_profile()
    assert (user.id, user.username) == (me["id"], "ada")
    assert isinstance(user, User)
    assert session.get_resource(User, user.id).email == me["email"]
    project = session.get_current_project()
    assert isinstance(project, Project)
    assert project.id == session.config.project
    assert session.get_resource(Organization, user.organization).name == "Analytical Engines"


def test_extra_parameters_of_a_body(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(status, {"id": 7}) for status in (201, 201, 200, 200)]
    session, params, extra = scripted.session(), {"name": "x", "project": 3}, {"name": "y", "colour": "red"}
    assert session.create_resource(File, params, extra_body=extra).id == 7
    session.create_resource(Project, extra_body=extra)
    session.update_resource(File(id=7), params, extra_body=extra)
    sent = [json.loads(each.body) for each in scripted.requests if each.body]
    assert sent == [{"name": "y", "project": 3, "colour": "red"}, extra, {"name": "y", "project": 3, "colour": "red"}]
    assert (params, extra) == ({"name": "x", "project": 3}, {"name": "y", "colour": "red"})
    with pytest.raises(ValidationError, match="path"):
        session.create_resource(File, {"name": "x"}, extra_body={"path": ""})


def test_extra_parameters_are_redacted(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(400, {"detail": "value 'hidden-value' is too short"})]
    secret = Secret(session=scripted.session(), id=7)
    for change in (
        lambda: secret.session.create_resource(Secret, {"name": "x"}, extra_body={"value": "hidden-value"}),
        lambda: secret.session.update_resource(secret, {}, extra_body={"value": "hidden-value"}),
    ):
        with pytest.raises(BadResponse) as caught:
            change()
        assert "too short" in str(caught.value)
        assert "hidden-value" not in str(caught.value)


def test_no_current_project(orion: LocalOrion) -> None:
    with pytest.raises(InvalidCredentials, match="no project is configured"):
        OrionSession(orion.config(project=None)).get_current_project()


def test_is_authenticated(orion: LocalOrion, session: OrionSession) -> None:
    assert session.is_authenticated() is True
    session.config = SessionConfig(orion.url, "not-a-token")
    assert session.is_authenticated() is False
    assert OrionSession(SessionConfig(orion.url)).is_authenticated(reconnect=True) is False


def test_is_authenticated_caches_its_result(orion: LocalOrion) -> None:
    session = orion.session()
    assert session.is_authenticated()
    orion.stop()
    assert session.is_authenticated()
    with pytest.raises(ConnectionError):
        session.is_authenticated(reconnect=True)


def test_retrieve_token(orion: LocalOrion) -> None:
    anonymous = OrionSession(SessionConfig(orion.url))
    token = anonymous.retrieve_token("grace", "grace-demo")
    assert OrionSession(SessionConfig(orion.url, token)).get_user_profile().username == "grace"
    assert anonymous.retrieve_token("grace", "grace-demo") == token
    with pytest.raises(InvalidCredentials):
        anonymous.retrieve_token("grace", "wrong")
    with pytest.raises(InvalidCredentials, match="needs a token"):
        anonymous.get_user_profile()


def test_wrong_token(orion: LocalOrion) -> None:
    with pytest.raises(InvalidCredentials, match="401"):
        OrionSession(SessionConfig(orion.url, "wrong")).get_user_profile()


def test_create_and_get(session: OrionSession, plain: Plain) -> None:
    made = session.create_resource(Dataset, {"name": "made", "description": "by hand"})
    assert plain.get(f"{DATASETS}{made.id}/")["description"] == "by hand"
    assert session.get_resource(Dataset, str(made.id)) == made
    assert session.get_resource(Dataset(), made.id).name == "made"


def test_create_with_content(session: OrionSession, plain: Plain) -> None:
    made = session.create_resource(File, {"name": "drugs"}, files={"file": drugs("smi")})
    assert plain.get(f"{FILES}{made.id}/")["size"] == drugs("smi").stat().st_size == made.size
    assert plain.request("GET", f"{FILES}{made.id}/download")[1] == drugs("smi").read_bytes()


@pytest.mark.parametrize(
    ("kind", "files"), [(Dataset, {"file": b""}), (File, {"content": b""}), (Organization, None), (User, None)]
)
def test_kinds_that_cannot_be_created(session: OrionSession, plain: Plain, kind: Any, files: Any) -> None:
    with pytest.raises(ValidationError):
        session.create_resource(kind, {"name": "x"}, files=files)
    assert plain.get(DATASETS)["count"] == plain.get(FILES)["count"] == 0


def test_rejected_parameters(session: OrionSession, plain: Plain) -> None:
    with pytest.raises(BadResponse, match="400"):
        session.create_resource(Dataset, {"name": "x", "colour": "red"})
    assert plain.get(DATASETS)["count"] == 0


def test_list_with_filters(session: OrionSession, orion: LocalOrion) -> None:
    names = ["hits 1", "Hits 2", "other"]
    for name in names:
        Dataset.create(session, name)
    shared = orion.session("grace").config.project
    assert [each.name for each in session.list_resources(Dataset)] == names
    assert [each.name for each in session.list_resources(Dataset, {"name": "hits"})] == names[:2]
    assert [each.name for each in session.list_resources(Dataset, filters={"limit": 1})] == names
    assert list(session.list_resources(Dataset, {"name": "nothing"})) == []
    assert shared is not None
    with pytest.raises(BadResponse, match=r"400.*colour"):
        list(session.list_resources(Dataset, {"colour": "red"}))


def test_kinds_that_list(session: OrionSession) -> None:
    assert [user.username for user in session.list_resources(User)] == ["ada", "grace"]
    assert [user.username for user in session.list_resources(User, {"username": "grace"})] == ["grace"]
    assert [project.name for project in session.list_resources(Project)] == ["Ada's project", "Shared project"]
    assert [each.name for each in session.list_resources(Organization)] == ["Analytical Engines"]


def test_refresh(session: OrionSession, plain: Plain) -> None:
    made = Dataset.create(session, "old")
    plain.request("PATCH", f"{DATASETS}{made.id}/", {"name": "new"})
    assert made.name == "old"
    assert session.refresh_resource(made) is None
    assert made.name == "new"
    handle = Dataset(id=made.id)
    session.refresh_resource(handle)
    assert (handle.name, handle.session) == ("new", session)
    with pytest.raises(ValidationError, match="no id"):
        session.refresh_resource(Dataset())


def test_update(session: OrionSession, plain: Plain) -> None:
    made = Dataset.create(session, "old", description="stays")
    session.update_resource(made, {"name": "new"})
    assert (made.name, made.description) == ("new", "stays")
    assert plain.get(f"{DATASETS}{made.id}/")["name"] == "new"
    with pytest.raises(ValidationError, match="User cannot be updated"):
        session.update_resource(User(id=1), {"username": "mine"})


def test_delete_to_the_trash_and_for_good(session: OrionSession, plain: Plain) -> None:
    patient = OrionSession(session.config, requests_session=get_session(retry_dict={}))
    trashed, gone = Dataset.create(session, "trashed"), Dataset.create(session, "gone")
    assert session.delete_resource(Dataset(id=trashed.id)) is True
    assert session.delete_resource(gone, immediate=True) is True
    assert plain.status(f"{DATASETS}{trashed.id}/") == plain.status(f"{DATASETS}{gone.id}/") == 404
    trash = list(session.list_resources(Dataset, {"deleted": True}))
    assert trash == [trashed]
    assert trash[0].deleted
    assert not trashed.deleted
    for each in (trashed, gone):
        with pytest.raises(NotFoundResponse):
            patient.get_resource(Dataset, each.id)
    with pytest.raises(ValidationError, match="User cannot be deleted"):
        session.delete_resource(User(id=1))


def test_unknown_id_after_the_documented_retries(
    orion: LocalOrion, session: OrionSession, skipped_waits: list[float]
) -> None:
    # As from a stack with replicas, where a 404 is not final.
    orion.faults.script("get_dataset", [404] * 9)
    with pytest.raises(NotFoundResponse, match="9 attempts") as caught:
        session.get_resource(Dataset, 999)
    assert caught.value.attempts == 9
    assert len(skipped_waits) == 8
    assert isinstance(caught.value, LookupError)
    assert "replicas" not in str(caught.value)
    orion.faults.assert_consumed()


def test_the_local_orion_has_no_replicas(session: OrionSession, skipped_waits: list[float]) -> None:
    with pytest.raises(NotFoundResponse) as caught:
        session.get_resource(Dataset, 999)
    assert (caught.value.attempts, skipped_waits) == (1, [])
    assert ", not retried, since the local Orion has no replicas)" in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    # The caller's own policy applies everywhere.
    with pytest.raises(NotFoundResponse, match="4 attempts") as caught:
        OrionSession(session.config, requests_session=get_session({404: 3})).get_resource(Dataset, 999)
    assert "replicas" not in str(caught.value)


def test_get_resource_timeout(orion: LocalOrion, session: OrionSession, skipped_waits: list[float]) -> None:
    orion.faults.script("get_dataset", [404] * 9)
    with pytest.raises(NotFoundResponse, match="attempts"):
        session.get_resource(Dataset, 999, timeout=2)
    assert 0 < sum(skipped_waits) < 2


def test_tags(session: OrionSession, plain: Plain) -> None:
    made = Dataset.create(session, "tagged")
    session.tag_resource(made, "Job 1")
    session.tag_resource(made, *["a/b", "ü"], project=3)
    session.tag_resource(made, "Job 1")
    wire = plain.get(f"/api/v1/tags/dataset/{made.id}/")["results"]
    assert {(tag["name"], tag["project"]) for tag in wire} == {("Job 1", 1), ("a/b", 3), ("ü", 3)}
    assert list(session.list_tags(made)) == wire
    assert list(session.list_resources(Dataset, {"tags": ["Job 1", "ü"]})) == [made]
    assert list(session.list_resources(Dataset, {"tags": "Job"})) == []
    session.untag_resource(made, "Job 1", "never there")
    session.untag_resource(made, "ü")
    session.untag_resource(made, "a/b", project=Project(id=3))
    assert [tag["name"] for tag in session.list_tags(made)] == ["ü"]


@pytest.mark.parametrize("tags", [(), ("",), (" ",), (None,), (1,)])
def test_invalid_tags_are_rejected(session: OrionSession, tags: Any) -> None:
    made = Dataset.create(session, "untagged")
    for verb in (session.tag_resource, session.untag_resource):
        with pytest.raises(ValidationError):
            verb(made, *tags)
    assert list(session.list_tags(made)) == []


def test_untaggable_kinds_are_rejected_before_any_request() -> None:
    offline = OrionSession(SessionConfig("http://127.0.0.1:9", "x"))
    for verb in (offline.tag_resource, offline.untag_resource):
        with pytest.raises(ValidationError, match="Project cannot be tagged"):
            verb(Project(id=1), "tag")
    with pytest.raises(ValidationError, match="User cannot be tagged"):
        offline.list_tags(User(id=1))


def test_links(session: OrionSession, orion: LocalOrion) -> None:
    made = Dataset.create(session, "linked")
    text = json.dumps(session.create_link(made))
    link = orion.session().get_link(json.loads(text))
    assert link.get_resource() == made
    assert link.get_resource().name == "linked"
    for kind, resource_id in ((Project, 1), (User, 2), (Organization, 1)):
        handle = kind(id=resource_id)
        assert session.get_link(session.create_link(handle)).get_resource() == handle


@pytest.mark.parametrize(
    "damage",
    [
        {"link": None},
        {"link": "other"},
        {"version": 99},
        {"type": "spaceship"},
        {"type": None},
        {"id_str": "../admin"},
        {"id_str": None},
        {"id_str": ""},
    ],
)
def test_damaged_links(session: OrionSession, damage: dict[str, Any]) -> None:
    good = session.create_link(Dataset(id=5))
    with pytest.raises(OrionLinkError):
        session.get_link({**good, **damage})
    with pytest.raises(OrionLinkError):
        session.get_link({})
    with pytest.raises(OrionLinkError):
        session.get_link("dataset 5")  # type: ignore[arg-type]
    assert session.get_link({key: good[key] for key in good if key != "id_str"}).id == 5


def test_no_permission(orion: LocalOrion, session: OrionSession) -> None:
    grace = orion.session("grace")
    secret = Dataset.create(grace, "of grace")
    for attempt in (
        lambda: session.get_resource(Dataset, secret.id),
        lambda: session.update_resource(secret, {"name": "mine"}),
        lambda: session.delete_resource(secret),
        lambda: session.tag_resource(secret, "mine"),
        lambda: Dataset.create(session, "x", project=grace.config.project),
        lambda: session.get_resource(Project, 2),
    ):
        with pytest.raises(AuthorizationRequired, match="403"):
            attempt()
    assert grace.get_resource(Dataset, secret.id).name == "of grace"
    assert list(session.list_resources(Dataset)) == []


def test_other_types_are_rejected(session: OrionSession) -> None:
    for thing in (int, dict, "Dataset"):
        with pytest.raises(ValidationError, match="not a resource type"):
            session.get_resource(thing, 1)  # type: ignore[type-var]
    with pytest.raises(ValidationError):
        session.create_link(object())  # type: ignore[arg-type]


def test_with_and_close(orion: LocalOrion) -> None:
    with orion.session() as session:
        assert session.is_authenticated()
    assert session.get_user_profile().username == "ada"
    session.close()


def test_a_delete_whose_response_is_lost_is_done(orion: LocalOrion, session: OrionSession, plain: Plain) -> None:
    made = Dataset.create(session, "x")
    orion.faults.script("delete_dataset", ["reset_after"])
    assert session.delete_resource(made) is True
    assert plain.status(f"{DATASETS}{made.id}/") == 404
    assert orion.faults.effects("delete_dataset") == 1
    assert len(orion.faults.requests("delete_dataset")) == 2
    with pytest.raises(NotFoundResponse):
        session.delete_resource(made)


def test_a_creation_whose_response_is_lost_is_made_once(orion: LocalOrion, session: OrionSession, plain: Plain) -> None:
    orion.faults.script("create_dataset", ["reset_after", 503])
    assert session.is_authenticated()
    made = Dataset.create(session, "once")
    assert plain.get(DATASETS)["count"] == 1
    assert plain.get(f"{DATASETS}{made.id}/")["name"] == "once"
    orion.faults.assert_consumed()


def test_one_429_throttles_all_sessions_of_the_process(
    orion: LocalOrion, session: OrionSession, skipped_waits: list[float]
) -> None:
    orion.faults.script("get_current_user", [{"step": "status", "code": 429, "headers": {"Retry-After": "7"}}])
    # Only waits advance this clock, so a slow request on a busy machine does not use up the gap.
    CLOCK.monotonic = lambda: sum(skipped_waits)
    assert session.get_user_profile().username == "ada"
    orion.session("grace").get_user_profile()
    orion.session().get_user_profile()
    first, *others = skipped_waits
    assert 7 <= first <= 7.7
    assert len(others) == 2
    assert all(0 < wait < 0.1 for wait in others)


def test_the_retry_quota_of_a_session_ends_its_retries(orion: LocalOrion, session: OrionSession) -> None:
    orion.faults.script("get_current_user", [503], times=1000)
    for _ in range(12):
        with pytest.raises(OrionServiceError):
            session.get_user_profile()
    # 12 calls of 5 attempts would be 60; the retry quota allows 35 retries.
    assert len(orion.faults.requests("get_current_user")) == 12 + 35
    with pytest.raises(OrionServiceError):
        orion.session().get_user_profile()
    assert len(orion.faults.requests("get_current_user")) == 12 + 35 + 5


@pytest.mark.parametrize("value", [[1], "x", 7, {1, 2}, object()], ids=["list", "string", "int", "set", "object"])
def test_parameters_must_be_mappings(scripted: Scripted, value: Any) -> None:
    session = scripted.session()
    for name, call in {
        "filters": lambda: session.list_resources(File, value),
        "extra_query": lambda: session.list_resources(File, extra_query=value),
        "params": lambda: session.create_resource(File, value),
        "extra_body": lambda: session.create_resource(File, {"name": "x"}, extra_body=value),
        "params ": lambda: session.update_resource(File(id=7), value),
        "extra_body ": lambda: session.update_resource(File(id=7), {"name": "x"}, extra_body=value),
    }.items():
        with pytest.raises(ValidationError, match=f"{name.strip()} must be a mapping of names to values, not"):
            call()
    assert scripted.requests == []


def test_files_in_the_forms_of_requests(session: OrionSession, tmp_path: Path) -> None:
    path = tmp_path / "x.smi"
    path.write_bytes(b"CNS")
    for files in (
        {"file": ("given.smi", path.open("rb"))},
        {"file": ("given.smi", b"CNS")},
        {"file": ("given.smi", "CNS")},
        {"file": ("given.smi", io.BytesIO(b"CNS"))},
        [("file", ("given.smi", path))],
        (("file", ("given.smi", path)),),
    ):
        file = session.create_resource(File, files=files)
        assert (file.name, b"".join(file.download())) == ("given.smi", b"CNS")
        files["file"][1].close() if isinstance(files, dict) and hasattr(files["file"][1], "close") else None
    named = session.create_resource(File, {"name": "mine"}, {"file": ("given.smi", b"CNS")})
    assert named.name == "mine"
    assert session.create_resource(File, {"name": "mine"}, {"file": (None, b"CNS")}).size == 3


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"file": ("x", b"CNS", "text/plain")}, "the server stores no content type"),
        ({"file": ("x",)}, "files must be"),
        ({"content": b"CNS"}, r"but has the keys \['content'\]"),
        ([("file", b"a"), ("file", b"b")], "files must be"),
        ([7], r"files must be .*, but is \[7\]"),
        (("x", b"CNS"), "files must be"),
        ("path", "but is 'path'"),
    ],
)
def test_other_forms_of_files(scripted: Scripted, files: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        scripted.session().create_resource(File, {"name": "x"}, files)
    assert scripted.requests == []
