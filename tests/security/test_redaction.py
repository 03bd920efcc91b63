"""Error details from a server are shown redacted, wherever they are truncated, and escaped for terminals."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file

from orionclient.exceptions import OrionError
from orionclient.types import File

# No shorter part of the token occurs in other words.
_CHUNK = 6


def has_token_part(value: str) -> bool:
    """Return whether a part of the token is in a string."""
    return any(CANARY[start : start + _CHUNK] in value for start in range(len(CANARY) - _CHUNK + 1))


def error_messages(scripted: Scripted, response: ScriptedResponse) -> list[str]:
    """Return the errors of the session and of an asynchronous call about a response."""
    scripted.responses = [response]
    errors = []
    with pytest.raises(OrionError) as raised:
        scripted.session().get_resource(File, 7)
    errors.append(str(raised.value))
    with pytest.raises(OrionError) as raised:
        asyncio.run(get_file.asyncio(7, client=scripted.session().raw_async))
    return [*errors, str(raised.value)]


@pytest.mark.parametrize("before", range(500 - len(CANARY), 501, 3))
@pytest.mark.parametrize("status", [400, 401])
def test_no_part_of_the_token_is_left_in_a_truncated_detail(scripted: Scripted, status: int, before: int) -> None:
    words = "x" * before + CANARY + "y" * 100
    escaped = json.dumps([words]).replace("/", "\\/").encode()
    responses: list[dict[str, Any]] = [{"data": {"detail": words}}, {"raw": escaped}, {"raw": words.encode()}]
    for each in responses:
        for error in error_messages(scripted, ScriptedResponse(status, **each)):
            assert not has_token_part(error)
            assert "x" * (before - 20) in error


@pytest.mark.parametrize("before", range(80 - len(CANARY), 81, 3))
@pytest.mark.parametrize("status", [401, 502])
def test_no_part_of_the_token_is_left_in_a_truncated_title(scripted: Scripted, status: int, before: int) -> None:
    page = f"<html><title>{'x' * before}{CANARY}{'y' * 100}</title></html>"
    for error in error_messages(
        scripted, ScriptedResponse(status, raw=page.encode(), headers={"Content-Type": "text/html"})
    ):
        assert not has_token_part(error)
        assert "x" * (before - 20) in error


@pytest.mark.parametrize("before", range(65536 - len(CANARY), 65537, 3))
def test_no_part_of_the_token_is_left_in_a_truncated_body(scripted: Scripted, before: int) -> None:
    # Blanks are collapsed, so that the end of the read part of the body is shown.
    body = "words" + " " * (before - 5) + CANARY + " end"
    for error in error_messages(scripted, ScriptedResponse(400, raw=body.encode())):
        assert not has_token_part(error)
        assert "words" in error
