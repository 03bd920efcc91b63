"""ORION_HTTP_LIBRARY selects the HTTP library, and the other one is not imported."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import textwrap

import pytest
from connections_certificates import FILE
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._transport.library import load_httpx

CODE = """
    import asyncio, sys
    from orion_api.api.files import get_file
    from orion_api.client import Client
    from orionclient.session import OrionSession, SessionConfig
    from orionclient.types import File

    session = OrionSession(SessionConfig({url!r}, "secret"))
    assert session.get_resource(File, 1).name == "x"
    assert asyncio.run(get_file.asyncio(1, client=session.raw_async)).name == "x"
    with Client({url!r}) as client:
        assert client.send(get_file.build(1)).status_code == 200
    print(*sorted({{"httpx", "httpcore", "httpx2", "httpcore2"}} & set(sys.modules)))
"""
INSTALLED = [name for name in ("httpx", "httpx2") if importlib.util.find_spec(name)]


def run(url: str, library: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(CODE).format(url=url)],
        env={**os.environ, "ORION_HTTP_LIBRARY": library},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("library", INSTALLED)
def test_the_selected_library_is_used(scripted: Scripted, library: str) -> None:
    scripted.then(ScriptedResponse(data=FILE))
    done = run(scripted.url, library)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [library.replace("httpx", "httpcore"), library]
    assert len(scripted.requests) == 3


def test_an_unknown_library(scripted: Scripted) -> None:
    done = run(scripted.url, "requests")
    assert "ValidationError: ORION_HTTP_LIBRARY must be 'httpx' or 'httpx2', not 'requests'" in done.stderr
    assert scripted.requests == []


def test_the_library_of_these_tests() -> None:
    assert load_httpx().__name__ == (os.environ.get("ORION_HTTP_LIBRARY") or "httpx")
