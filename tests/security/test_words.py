"""What a server says is shown without secrets, wherever it is cut, and moves no terminal."""

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

# No shorter chunk of the token is a word of anything else.
_CHUNK = 6


def shows_a_chunk(text: str) -> bool:
    """Tell whether a chunk of the token stands in a text."""
    return any(CANARY[start : start + _CHUNK] in text for start in range(len(CANARY) - _CHUNK + 1))


def message(scripted: Scripted, response: ScriptedResponse) -> list[str]:
    """What errors of the session and of an asynchronous call say of a response."""
    scripted.responses = [response]
    texts = []
    with pytest.raises(OrionError) as raised:
        scripted.session().get_resource(File, 7)
    texts.append(str(raised.value))
    with pytest.raises(OrionError) as raised:
        asyncio.run(get_file.asyncio(7, client=scripted.session().raw_async))
    return [*texts, str(raised.value)]


@pytest.mark.parametrize("before", range(500 - len(CANARY), 501, 3))
@pytest.mark.parametrize("status", [400, 401])
def test_no_chunk_of_the_token_is_left_where_words_are_cut(scripted: Scripted, status: int, before: int) -> None:
    words = "x" * before + CANARY + "y" * 100
    escaped = json.dumps([words]).replace("/", "\\/").encode()
    responses: list[dict[str, Any]] = [{"data": {"detail": words}}, {"raw": escaped}, {"raw": words.encode()}]
    for each in responses:
        for text in message(scripted, ScriptedResponse(status, **each)):
            assert not shows_a_chunk(text)
            assert "x" * (before - 20) in text


@pytest.mark.parametrize("before", range(80 - len(CANARY), 81, 3))
@pytest.mark.parametrize("status", [401, 502])
def test_no_chunk_of_the_token_is_left_where_a_title_is_cut(scripted: Scripted, status: int, before: int) -> None:
    page = f"<html><title>{'x' * before}{CANARY}{'y' * 100}</title></html>"
    for text in message(scripted, ScriptedResponse(status, raw=page.encode(), headers={"Content-Type": "text/html"})):
        assert not shows_a_chunk(text)
        assert "x" * (before - 20) in text


@pytest.mark.parametrize("before", range(65536 - len(CANARY), 65537, 3))
def test_no_chunk_of_the_token_is_left_where_a_body_is_cut(scripted: Scripted, before: int) -> None:
    # The blanks become one, so that the end of what is read of the body is shown.
    body = "words" + " " * (before - 5) + CANARY + " end"
    for text in message(scripted, ScriptedResponse(400, raw=body.encode())):
        assert not shows_a_chunk(text)
        assert "words" in text
