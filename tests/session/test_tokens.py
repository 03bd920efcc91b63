"""API tokens through the session: created, shown once, and deleted."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from helpers.canary import CANARIES
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import InvalidCredentials, NotFoundResponse, NotLoaded, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import Token, User

PATH = "/api/v1/tokens/"


def session_of(orion: LocalOrion, token: Token) -> OrionSession:
    return OrionSession(SessionConfig(orion.url, token.value))


@pytest.fixture
def token(session: OrionSession) -> Token:
    """Create a token, and check that its value is in no output of the test."""
    made = Token.create(session, "nightly run")
    CANARIES.add(made.value)
    return made


def test_a_token_signs_in(orion: LocalOrion, token: Token, plain: Plain) -> None:
    user = session_of(orion, token)
    assert user.is_authenticated()
    assert user.get_resource(User, 1).username == "ada"
    assert token.to_dict() == plain.get(f"{PATH}{token.id}/")
    assert (token.description, token.created) == ("nightly run", token.to_dict()["created"])
    assert Token.create(user).description == ""


def test_the_value_is_shown_once(session: OrionSession, token: Token, caplog: pytest.LogCaptureFixture) -> None:
    value = token.value
    assert repr(token) == f"Token(id={token.id}, description='nightly run', created={token.created!r}, value='***')"
    assert value not in f"{token} {token.to_dict()}"
    others = [
        session.get_resource(Token, token.id),
        *session.list_resources(Token),
        copy.copy(token),
        copy.deepcopy(token),
        pickle.loads(pickle.dumps(token)),
        Token(id=token.id),
    ]
    for other in others:
        assert "value" not in repr(other)
        assert not hasattr(other, "value")
        with pytest.raises(NotLoaded, match=rf"Token {other.id}: the value of a token is returned once"):
            _ = other.value
    assert others[3] == others[4] == token
    assert value.encode() not in pickle.dumps(token)
    assert value not in caplog.text
    with pytest.raises(TypeError, match="no field 'value'"):
        Token(value="x")


def test_the_created_instance_has_its_value(session: OrionSession, token: Token, plain: Plain) -> None:
    value = token.value
    session.update_resource(token, {"description": "weekly run"})
    session.refresh_resource(token)
    assert (token.value, token.description) == (value, "weekly run")
    assert plain.get(f"{PATH}{token.id}/")["description"] == "weekly run"
    made = session.create_resource(Token, {"description": "by params"})
    CANARIES.add(made.value)
    assert made.value != value


def test_a_deleted_token_is_rejected(orion: LocalOrion, session: OrionSession, token: Token) -> None:
    user = session_of(orion, token)
    assert user.is_authenticated()
    assert session.delete_resource(Token(id=token.id)) is True
    assert not user.is_authenticated(reconnect=True)
    with pytest.raises(InvalidCredentials, match="not valid"):
        user.get_resource(User, 1)
    with pytest.raises(NotFoundResponse):
        session.refresh_resource(token)


def test_a_password_never_returns_a_created_token(orion: LocalOrion, session: OrionSession, token: Token) -> None:
    password = session.retrieve_token("ada", "ada-demo")
    assert password == orion.token != token.value
    user = session_of(orion, token)
    own = next(each for each in session.list_resources(Token) if each != token)
    user.delete_resource(own)
    assert not session.is_authenticated(reconnect=True)
    new = user.retrieve_token("ada", "ada-demo")
    CANARIES.add(new)
    assert new not in {password, token.value}
    assert OrionSession(SessionConfig(orion.url, new)).is_authenticated()


def test_users_see_only_their_own_tokens(orion: LocalOrion, session: OrionSession, token: Token) -> None:
    grace = orion.session("grace")
    assert token not in list(grace.list_resources(Token))
    assert token in list(session.list_resources(Token))
    with pytest.raises(NotFoundResponse):
        grace.delete_resource(token)
    assert session.get_resource(Token, token.id) == token


def test_unsupported_operations_on_tokens(session: OrionSession) -> None:
    token: Any = Token(id=1)
    for attempt in (
        lambda: session.create_link(token),
        lambda: session.tag_resource(token, "x"),
        lambda: session.share_resource(token, User(id=2)),
    ):
        with pytest.raises(ValidationError, match="Token"):
            attempt()


def test_a_response_without_a_value(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(201, {"id": 7, "description": "", "created": "2026-01-01T00:00:00.000000Z"})]
    with pytest.raises(NotLoaded):
        _ = Token.create(scripted.session()).value


@pytest.mark.parametrize("value", [7, "", ["x"], {"x": 1}, True])
def test_a_value_of_another_type(scripted: Scripted, value: Any) -> None:
    scripted.then(
        ScriptedResponse(201, {"id": 1, "description": "", "created": "2020-01-01T00:00:00Z", "token": value})
    )
    with pytest.raises(OrionError, match="Token 1: the response has no string 'token'"):
        _ = Token.create(scripted.session()).value
