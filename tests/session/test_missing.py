"""Retries of a 404: how often at a prompt and in a script, and their log line. The retry table has the other rules."""

from __future__ import annotations

import logging
import subprocess
import sys
import types

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._requesting.http_session import HttpSession
from orionclient._requesting.retry import interactive_policy
from orionclient._runtime.interactive import is_interactive
from orionclient.exceptions import NotFoundResponse
from orionclient.session import OrionSession, get_session
from orionclient.types import File


def find_lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return level and message of the log lines of the client, and clear them."""
    found = [(record.levelno, record.getMessage()) for record in caplog.records if record.name == "orionclient"]
    caplog.clear()
    return found


def test_retries_of_a_404_are_logged_once_a_call(
    scripted: Scripted, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.then(ScriptedResponse(404, {"detail": "gone"}))
    config = scripted.config()
    get = "get_file GET /api/v3/storage/files/1/"
    for http, expected in [
        (None, [(logging.WARNING, f"{get}: 404, retrying up to 8 times")]),
        (get_session({404: 3}), [(logging.WARNING, f"{get}: 404, retrying up to 3 times")]),
        (HttpSession(interactive_policy()), [(logging.INFO, f"{get}: 404, retrying up to 2 times")]),
        (get_session({}), []),
    ]:
        for _ in range(2):
            with pytest.raises(NotFoundResponse):
                OrionSession(config, requests_session=http).get_resource(File, 1)
            assert find_lines(caplog) == expected
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    with pytest.raises(NotFoundResponse, match="3 attempts"):
        OrionSession(config).get_resource(File, 1)
    assert find_lines(caplog) == [(logging.INFO, f"{get}: 404, retrying up to 2 times")]


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_the_media_type_of_a_404_at_a_prompt(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, media_type: str
) -> None:
    scripted.then(ScriptedResponse(404, {"detail": "gone"}, {"Content-Type": media_type}))
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    with pytest.raises(NotFoundResponse, match="3 attempts"):
        OrionSession(scripted.config()).get_resource(File, 1)


def test_retries_of_a_404_at_a_prompt_begin_within_five_seconds(
    scripted: Scripted, skipped_waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.then(ScriptedResponse(404, {"detail": "gone"}))
    config = scripted.config()
    slow = {404: (3, 3)}
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    with pytest.raises(NotFoundResponse, match="2 attempts"):
        OrionSession(config, requests_session=get_session(backoff_dict=slow)).get_resource(File, 1)
    assert skipped_waits == [3]
    monkeypatch.delattr(sys, "ps1")
    with pytest.raises(NotFoundResponse, match="9 attempts"):
        OrionSession(config, requests_session=get_session(backoff_dict=slow)).get_resource(File, 1)


@pytest.mark.parametrize(("shell", "expected"), [("None", False), ("object()", True)])
def test_notebooks_are_interactive(monkeypatch: pytest.MonkeyPatch, shell: str, expected: bool) -> None:
    ipython = types.ModuleType("IPython")
    exec(f"def get_ipython(): return {shell}", ipython.__dict__)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert is_interactive() is expected
    monkeypatch.delitem(sys.modules, "IPython")
    assert not is_interactive()


@pytest.mark.parametrize(("options", "expected"), [([], False), (["-i"], True)])
def test_interpreters_that_are_interactive(options: list[str], expected: bool) -> None:
    code = "from orionclient._runtime.interactive import is_interactive; print(is_interactive())"
    found = subprocess.run(
        [sys.executable, *options, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    assert found.stdout.split()[0] == str(expected).encode()
