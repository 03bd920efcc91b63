"""Secrets through the session: the value is sent once and shown nowhere."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import (
    AuthorizationRequired,
    BadResponse,
    InvalidCredentials,
    NotFoundResponse,
    OrionError,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Project, Secret, User

VALUE = "swordfish-5f1c"
PATH = "/api/v1/secrets/"


def stored_value(orion: LocalOrion, secret: Secret) -> str:
    """Return the value that the server stores."""
    with orion.server._require().stack.store.read_transaction() as db:
        return str(db.execute("SELECT value FROM secrets WHERE id = ?", (secret.id,)).fetchone()[0])


def test_create_set_and_delete(session: OrionSession, orion: LocalOrion, plain: Plain) -> None:
    secret = Secret.create(session, "database", VALUE, description="of the warehouse", tags=["one", None, "two"])
    assert (secret.name, secret.description, secret.project, secret.owner) == ("database", "of the warehouse", 1, 1)
    assert secret.changed == secret.created
    assert stored_value(orion, secret) == VALUE
    assert [tag["name"] for tag in session.list_tags(secret)] == ["one", "two"]
    assert secret.to_dict() == plain.get(f"{PATH}{secret.id}/")

    assert secret.set_value("other") is None  # type: ignore[func-returns-value]
    assert stored_value(orion, secret) == "other"
    assert secret.changed > secret.created
    session.update_resource(secret, {"name": "new", "value": "third"})
    assert (secret.name, stored_value(orion, secret)) == ("new", "third")

    assert list(session.list_resources(Secret)) == [secret]
    assert list(session.list_resources(Secret, {"tags": ["two"], "name": "NEW", "project": 1})) == [secret]
    assert list(session.list_resources(Secret, {"tags": ["three"]})) == []
    assert session.get_link(session.create_link(secret)).get_resource() == secret
    assert session.delete_resource(secret, immediate=True) is True
    with pytest.raises(NotFoundResponse):
        session.refresh_resource(secret)


def test_optional_fields_may_be_omitted(session: OrionSession, plain: Plain) -> None:
    secret = Secret.create(session, "plain", VALUE, Project(id=3))
    assert (secret.description, secret.project) == ("", 3)
    assert list(session.list_tags(secret)) == []
    for tags in ([], [None]):
        Secret.create(session, "more", VALUE, tags=tags)
    made = session.create_resource(Secret, {"name": "by params", "value": VALUE})
    assert made.to_dict() == plain.get(f"{PATH}{made.id}/")


def test_a_share_grants_only_the_name(session: OrionSession, orion: LocalOrion) -> None:
    grace, secret = orion.session("grace"), Secret.create(session, "database", VALUE)
    with pytest.raises(AuthorizationRequired, match="not a member"):
        grace.get_resource(Secret, secret.id)
    session.share_resource(secret, User(id=2))
    seen = grace.get_resource(Secret, secret.id)
    assert seen.to_dict() == secret.to_dict()
    with pytest.raises(AuthorizationRequired, match="read-only") as caught:
        seen.set_value("hers-91")
    assert "hers-91" not in str(caught.value)
    assert stored_value(orion, secret) == VALUE


def test_nothing_shows_the_value(session: OrionSession, plain: Plain, caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret.create(session, "database", VALUE)
    secret.set_value(VALUE)
    session.refresh_resource(secret)
    assert not hasattr(secret, "value")
    listed = next(iter(session.list_resources(Secret)))
    shown: list[Any] = [caplog.text, plain.get(PATH)]
    for each in (secret, listed, copy.deepcopy(secret)):
        shown += [repr(each), str(each), each.to_dict(), vars(each), pickle.dumps(each)]
    assert VALUE not in str(shown)
    with pytest.raises(TypeError, match="no field 'value'") as caught:
        Secret(value=VALUE)
    assert VALUE not in str(caught.value)


def test_a_value_from_the_server_is_redacted(scripted: Scripted) -> None:
    response = {"id": 7, "name": "database", "value": VALUE}
    scripted.responses = [ScriptedResponse(201, response)]
    session = scripted.session()
    secret = Secret.create(session, "database", VALUE)
    scripted.responses = [ScriptedResponse(200, response)]
    session.refresh_resource(secret)
    assert (secret.id, secret.name) == (7, "database")
    assert VALUE not in f"{secret!r} {secret.to_dict()} {vars(secret)}"


@pytest.mark.parametrize(
    ("status", "error"), [(400, BadResponse), (401, InvalidCredentials), (403, AuthorizationRequired)]
)
def test_errors_do_not_quote_the_value(
    scripted: Scripted, caplog: pytest.LogCaptureFixture, status: int, error: type[OrionError]
) -> None:
    scripted.responses = [ScriptedResponse(status, {"detail": f"the value {VALUE} is too weak", "code": "weak"})]
    session = scripted.session()
    for attempt in (
        lambda: Secret.create(session, "database", VALUE),
        lambda: Secret(id=7, session=session).set_value(VALUE),
    ):
        with pytest.raises(error, match=r"the value \*\*\* is too weak") as caught:
            attempt()
        assert VALUE not in "".join(traceback.format_exception(caught.value))
        assert VALUE not in f"{caught.value!r} {caught.value.call!r}"
    assert VALUE not in caplog.text


@pytest.mark.parametrize("value", ["", None, 7, b"bytes"])
def test_invalid_values_are_rejected(scripted: Scripted, value: Any) -> None:
    session = scripted.session()
    for attempt in (
        lambda: Secret.create(session, "database", value),
        lambda: Secret(id=7, session=session).set_value(value),
    ):
        with pytest.raises(ValidationError, match="must be a non-empty string, not") as caught:
            attempt()
        assert "bytes'" not in str(caught.value)
    assert scripted.requests == []


@pytest.mark.parametrize("tags", [[""], ["x", "  "], [7]])
def test_invalid_tags_are_rejected(scripted: Scripted, tags: Any) -> None:
    with pytest.raises(ValidationError, match="a tag must be a non-empty string"):
        Secret.create(scripted.session(), "database", VALUE, tags=tags)
    assert scripted.requests == []


def test_a_secret_whose_tagging_fails_is_deleted(session: OrionSession, plain: Plain) -> None:
    with pytest.raises(BadResponse, match="tags"):
        Secret.create(session, "database", VALUE, tags=["x" * 256])
    assert plain.get(PATH)["count"] == 0


def test_creating_is_not_retried(orion: LocalOrion, session: OrionSession, plain: Plain) -> None:
    assert session.is_authenticated()
    orion.faults.script("create_secret", ["reset_after"])
    with pytest.raises(OrionError, match="it may have been applied") as caught:
        Secret.create(session, "database", VALUE)
    assert VALUE not in str(caught.value)
    assert len(orion.faults.requests("create_secret")) == plain.get(PATH)["count"] == 1
