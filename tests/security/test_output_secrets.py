"""Output to users, terminals and other processes contains no token, no password and no escape sequence of a server."""

from __future__ import annotations

import ast
import asyncio
import importlib
import os
import pkgutil
import re
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers import canary
from helpers.canary import CANARY, contains_token
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file

import orionclient
from orionclient.config import SessionConfig, read_profiles
from orionclient.exceptions import InvalidCredentials, OrionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File

PACKAGE = Path(orionclient.__file__).parent
TRICKS = "\x1b[31mred\x1b]0;title\x07\x9b2J\r\nsecond\u2028third\u202etxt.exe\x00\x08 <script>alert(1)</script>"
HARMLESS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def test_no_repr_shows_the_token(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(500, {"detail": f"you sent {CANARY}"}))
    session = scripted.session()
    with pytest.raises(OrionError) as raised:
        session.get_resource(File, 7)
    with pytest.raises(OrionError) as raised_raw:
        asyncio.run(get_file.asyncio(7, client=session.raw_async))
    error = raised.value
    things = [
        session, session.config, session.raw, session.raw_async, session._calls, session._http, error, error.call, error.response,
        error.response.headers, raised_raw.value, File(session=session, id=7), File,
    ]  # fmt: skip
    for thing in things:
        assert not contains_token(f"{thing!r} {thing!s} {thing}"), type(thing)
    shown = "".join(traceback.format_exception(error)) + "".join(traceback.format_exception(raised_raw.value))
    assert not contains_token(shown)
    assert "you sent ***" in shown


def test_the_search_is_part_of_every_run(request: pytest.FixtureRequest) -> None:
    hooks = request.config.hook.pytest_runtest_makereport.get_hookimpls()
    assert any(each.function is canary.pytest_runtest_makereport for each in hooks)
    assert CANARY in canary.CANARIES


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500])
def test_strings_of_a_server_are_printed_escaped(scripted: Scripted, status: int) -> None:
    for body in ({"detail": TRICKS}, {TRICKS: [TRICKS]}, [TRICKS], TRICKS):
        scripted.responses = [ScriptedResponse(status, body)]
        with pytest.raises(OrionError) as raised:
            scripted.session().get_resource(File, 7)
        # A long message is complete in the second line.
        lines = str(raised.value).split("\n")
        assert len(lines) <= 2
        assert not any(HARMLESS.search(line) for line in lines)
        assert not HARMLESS.search(repr(raised.value))
    file = {"id": 7, "name": TRICKS, "state": "ready", "path": TRICKS, TRICKS: 1}
    scripted.responses = [ScriptedResponse(200, file)]
    found = scripted.session().get_resource(File, 7)
    assert not HARMLESS.search(repr(found) + found._title())
    # Programs get the value unchanged.
    assert found.name == TRICKS


def test_markup_of_a_server_is_escaped(scripted: Scripted) -> None:
    page = b"<html><title>Sign in\x1b[2J</title><body><script>alert(1)</script></body></html>"
    scripted.then(ScriptedResponse(502, raw=page, headers={"Content-Type": "text/html"}))
    with pytest.raises(OrionError) as raised:
        scripted.session().get_resource(File, 7)
    assert "<" not in str(raised.value)
    assert not HARMLESS.search(str(raised.value))
    # Nothing is shown as HTML by a notebook, so nothing has to be escaped for it.
    named = [path.name for path in PACKAGE.rglob("*.py") if "_repr_html_" in path.read_text("utf-8")]
    assert named == []


def test_netrc_is_not_read(scripted: Scripted, own_home: Path) -> None:
    (own_home / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (own_home / ".netrc").chmod(0o600)
    scripted.then(ScriptedResponse(404, {}))
    get_session().get(scripted.url)
    asyncio.run(get_file.asyncio_detailed(7, client=OrionSession(scripted.config()).raw_async))
    assert "Authorization" not in scripted.requests[0].headers
    assert scripted.requests[-1].headers["Authorization"] == f"Token {CANARY}"


WRITER = """
import sys
from orionclient.config import SessionConfig, save_profile
index = sys.argv[1]
save_profile(SessionConfig(url="https://orion.example.com", token=f"token{index}" * 50, username=f"user{index}"), f"p{index}")
save_profile(SessionConfig(url="https://orion.example.com", token=f"token{index}" * 50, username=f"user{index}"), "shared")
"""


def test_fifty_processes_write_profiles(own_home: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(index)], env=environ) for index in range(50)]
    assert [writer.wait(60) for writer in writers] == [0] * 50
    profiles = read_profiles()
    assert sorted(profiles) == sorted([*(f"p{index}" for index in range(50)), "shared"])
    for name, values in profiles.items():
        index = values["username"].removeprefix("user")
        assert values["token"] == f"token{index}" * 50
        assert name in {f"p{index}", "shared"}
    folder = own_home / ".orion"
    assert sorted(path.name for path in folder.iterdir()) == ["config", "config.lock"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", [".out.part", ".out.part.json", ".out.part.json.new"])
@pytest.mark.parametrize("link", ["symbolic", "hard"])
def test_a_part_file_is_not_written_through_a_link(scripted: Scripted, tmp_path: Path, link: str, name: str) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    part_file = tmp_path / name
    part_file.symlink_to(precious) if link == "symbolic" else part_file.hardlink_to(precious)
    # A strong validator makes the client write a journal beside the part file.
    headers = {"Content-Type": "application/octet-stream", "ETag": '"x"', "Accept-Ranges": "bytes"}
    scripted.then(ScriptedResponse(raw=b"content", headers=headers))
    File(session=scripted.session(), id=7).download_to_file(tmp_path / "out")
    assert precious.read_bytes() == b"precious"
    assert (tmp_path / "out").read_bytes() == b"content"
    assert not (tmp_path / "out").is_symlink()


# Module or object, then the functions that must not be called; bandit checks that programs are run with a list of
# arguments.
FORBIDDEN = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "pickle.load",
    "pickle.loads",
    "marshal.loads",
    "yaml.load",
    "shelve.open",
}


def test_the_code_never_runs_data() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if ast.unparse(node.func) in FORBIDDEN:
                found.add(f"{path.relative_to(PACKAGE)}: {ast.unparse(node.func)}")
            if any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords):
                found.add(f"{path.relative_to(PACKAGE)}: shell")
    assert found == set()


def test_tokens_of_the_local_orion_are_random_and_web_pages_are_rejected(tmp_path: Path) -> None:
    tokens = []
    for number in range(2):
        with LocalOrion(tmp_path / str(number), seed="demo") as orion:
            tokens += [orion.get_token("ada"), orion.get_token("grace")]
            headers = {"Origin": "https://evil.example", "Authorization": f"Token {orion.token}"}
            responses = [
                httpx.get(f"{orion.url}/api/v1/users/me/", headers=headers),
                httpx.options(
                    f"{orion.url}/api/v1/users/me/", headers={**headers, "Access-Control-Request-Method": "GET"}
                ),
            ]
            assert not [
                name for response in responses for name in response.headers if name.startswith("access-control-")
            ]
    assert len(set(tokens)) == 4
    assert all(len(token) >= 32 for token in tokens)


def test_a_password_is_sent_once_and_not_stored(scripted: Scripted) -> None:
    password = f"pass+{CANARY}"
    canary.CANARIES.add(password)
    scripted.then(ScriptedResponse(401, {"detail": f"not {password}"}))
    session = scripted.session(retry_dict=None)
    with pytest.raises(InvalidCredentials) as raised:
        session.retrieve_token("ada", password)
    assert len(scripted.requests) == 1
    assert password.encode() in scripted.requests[0].body
    reachable = "".join(map(repr, [session, vars(session), vars(session._calls), raised.value.call, str(raised.value)]))
    assert password not in reachable


def test_every_module_can_be_imported_without_the_network() -> None:
    script = (
        "import socket, sys\n"
        "def reject(*_): raise SystemExit('opened a connection')\n"
        "socket.socket.connect = socket.getaddrinfo = reject\n"
        "import importlib\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
    )
    names = [
        each.name
        for each in pkgutil.walk_packages([str(PACKAGE)], "orionclient.")
        if not each.name.endswith("__main__")
    ]
    subprocess.run([sys.executable, "-c", script, *names], check=True, timeout=60)


def test_the_repr_of_a_configuration_hides_its_secrets() -> None:
    config: Any = SessionConfig(url="https://orion.example.com", token=CANARY, proxy=f"http://u:{CANARY}@p:1")
    assert not contains_token(repr(config))
    assert importlib.import_module("orionclient.config") is not None
