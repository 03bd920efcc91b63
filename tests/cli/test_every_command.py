"""Every command with every class of errors, in three encodings and with names that are not ASCII or not UTF-8.

By default each command runs with every other class, in one encoding and with one name, in turn; with ORION_NIGHTLY=1 with all of them.
"""

from __future__ import annotations

import errno
import itertools
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import click
import pytest
from cli.conftest import COMMAND, environment
from click.testing import CliRunner
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._requesting.calls import Calls
from orionclient.cli._core import streams
from orionclient.cli._core.contract_options import JsonParameter
from orionclient.cli._core.errors import CODES
from orionclient.cli._core.reference import iter_commands
from orionclient.cli._core.root import ocli
from orionclient.local import LocalOrion
from orionclient.types import File

COMMANDS = {path.removeprefix("ocli "): command for path, command in iter_commands(ocli)}
ENCODINGS = ("utf-8", "cp1252", "ascii")
NAMES = ("caf\xe9.txt", "\u5206\u5b50.txt", os.fsdecode(b"caf\xe9.txt") if os.name == "posix" else "\xe9.txt")
HTML = b"<html><body><h1>502 caf\xc3\xa9</h1>\n" + b"<p>Bad Gateway</p>\n" * 200

# Arguments of commands whose types do not say what is valid.
ARGUMENTS: dict[str, list[str]] = {
    "api": ["get_file", "--param", "file_id=1"],
    "links info": ['{"link": "orion", "version": 1, "type": "dataset", "id": 1, "id_str": "1"}'],
    "jobs start": ["1", "{name}"],
    "cost export": ["--report-type", "storage_use"],
    "config profile": ["--url", "https://orion.example.com", "--username", "{name}", "--with-token"],
    "ls": ["/project/1/team"],
    "mkdir": ["/project/1/team/{name}"],
    "cp": ["file://1", "/project/1/team/{name}"],
    "mv": ["file://1", "/project/1/team/{name}"],
    "head": ["collection://1"],
    "rm": ["file://1", "--yes"],
    "scaling-groups update": ["1", "--max-instances", "1"],
    # These would start a process.
    "local start": ["--dry-run"],
}
# Options that a command requires or that keep it from asking or waiting, by its last word.
OPTIONS = {
    "delete": ["--yes"],
    "delete-shards": ["--yes"],
    "delete_logs": ["--yes"],
    "leave": ["--yes"],
    "reset": ["--yes"],
    "share": ["--user", "1", "--user", "2"],
    "unshare": ["--user", "1"],
    "wait": ["--deadline", "0"],
    "update": ["--description", "{name}"],
}
WITHOUT_OPTIONS = {"tags remove"}


def truncate(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response_only(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"id": ')
    handler.close_connection = True


def reject(status: int) -> ScriptedResponse:
    return ScriptedResponse(status, {"detail": f"caf\xe9 \u5206\u5b50 \x1b[31m {status}"})


# Class -> the response of the server, and the exit code.
RESPONSES: dict[str, tuple[ScriptedResponse, set[int]]] = {
    "401": (reject(401), {4}),
    "403": (reject(403), {6}),
    "404": (reject(404), {5}),
    "409": (reject(409), {6}),
    "422": (reject(422), {6}),
    "429": (reject(429), {7}),
    "500": (ScriptedResponse(500, raw=HTML, headers={"Content-Type": "text/html"}), {7}),
    "HTML": (ScriptedResponse(200, raw=HTML, headers={"Content-Type": "text/html"}), {6, 7}),
    "not JSON": (ScriptedResponse(200, raw=b'{"id": caf\xe9'), {6, 7}),
    "another shape": (ScriptedResponse(200, [{"nothing": "\u5206"}]), {6, 7}),
    "truncated": (ScriptedResponse(write=truncate), {7}),
}
CLASSES = (*RESPONSES, "unreachable", "TLS", "Ctrl-C", "broken pipe", "no profile")


def build_arguments(path: str, name: str) -> list[str]:
    """Build the minimal arguments of a command, with a name where it takes a string."""
    command, last = COMMANDS[path], path.rsplit(maxsplit=1)[-1]
    if path in ARGUMENTS:
        words = ARGUMENTS[path]
    else:
        words = []
        for parameter in command.params:
            if not isinstance(parameter, click.Argument):
                continue
            kind: Any = parameter.type
            if parameter.metavar == "[KEY=VALUE]...":
                words.append("name={name}" if any(each.name == "name" for each in command.params) else "limit=1")
            elif isinstance(kind, click.Choice):
                words.append("file" if "file" in kind.choices else str(kind.choices[0]))
            elif isinstance(kind, JsonParameter):
                words.append('{"a": 1}')
            elif kind is click.INT or hasattr(kind, "kind"):
                words += ["1", "2"] if parameter.nargs == -1 else ["1"]
            else:
                words.append("{name}")
        words += [] if path in WITHOUT_OPTIONS else OPTIONS.get(last, [])
    options = {name for parameter in command.params for name in parameter.opts}
    if last == "update" and "--description" not in options:
        words = [word if word != "--description" else "--name" for word in words]
    if "--folder" in options:
        words = [*words, "--folder", "stack"]
    return [word.replace("{name}", name) for word in words]


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """Bind a port that does not listen."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


class World:
    """Calls `ocli` in this process in the situation of a class of errors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, server: Scripted, silent: str, folder: Path) -> None:
        self.patch, self.server, self.silent, self.folder = monkeypatch, server, silent, folder

    def call(self, words: list[str], kind: str, encoding: str) -> tuple[int, str, str]:
        """Return the exit code, standard output and standard error."""
        with self.patch.context() as patch:
            url = {"unreachable": self.silent, "TLS": self.server.url.replace("http:", "https:")}.get(
                kind, self.server.url
            )
            if kind != "no profile":
                patch.setenv("ORION_URL", url)
                patch.setenv("ORION_TOKEN", "token")
            self.server.responses = [RESPONSES.get(kind, RESPONSES["404"])[0]]
            self.server.requests.clear()
            if kind == "Ctrl-C":
                patch.setattr(Calls, "prepare", interrupt)
            if kind == "broken pipe":
                patch.setattr(streams.click, "echo", break_pipe(streams.click.echo))
            done = CliRunner(charset=encoding).invoke(
                ocli, ["--max-retries", "0", *words], prog_name="ocli", input="token\n"
            )
        return done.exit_code, done.stdout_bytes.decode(encoding), done.stderr_bytes.decode(encoding)


def interrupt(*_: object, **__: object) -> Any:
    raise KeyboardInterrupt


def break_pipe(echo: Callable[..., None]) -> Callable[..., None]:
    import sys

    def write(message: Any = None, file: Any = None, **more: Any) -> None:
        if file is sys.stdout:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")
        echo(message, file=file, **more)

    return write


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, server: Scripted, silent: str, tmp_path: Path) -> World:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return World(monkeypatch, server, silent, tmp_path)


def select(place: int) -> Iterator[tuple[str, str, str]]:
    """Yield the class, encoding and name of each call of a command: all of them by night, every other class once by day."""
    if os.environ.get("ORION_NIGHTLY") == "1":
        yield from itertools.product(CLASSES, ENCODINGS, NAMES)
        return
    for index in range(place % 2, len(CLASSES), 2):
        turn = place // 2 + index // 2
        yield CLASSES[index], ENCODINGS[turn % 3], NAMES[turn // 3 % 3]


def check(code: int, out: str, err: str) -> None:
    """Check what holds for every call."""
    assert code in CODES, err
    for shown in (out, err):
        assert "Traceback" not in shown
        assert "unexpected" not in shown
        assert not shown or shown.endswith("\n")
        assert not {*shown} & {"\x1b", "\r", "\x07"}
    if code not in {0, 3, 130, 143}:
        assert "Error: " in err or err == "Aborted\n"
    lines = err.partition("\n\nUsage:")[0].splitlines()
    assert max(map(len, lines), default=0) <= 200


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command(path: str, world: World) -> None:
    place = [*COMMANDS].index(path)
    for name in NAMES:
        (world.folder / name).write_bytes(b"CNS")
    # Whether the command sends requests shows which codes are expected.
    world.call([*path.split(), *build_arguments(path, NAMES[0])], "403", "utf-8")
    is_local = not world.server.requests
    for kind, encoding, name in select(place):
        words = [*path.split(), *build_arguments(path, name)]
        if path == "packages init":
            words[-1] = f"{kind}-{encoding}-{name}"
        code, out, err = world.call(words, kind, encoding)
        report = f"{kind}, {encoding}: ocli {words!r}\n{out}{err}"
        try:
            check(code, out, err)
        except AssertionError as error:
            raise AssertionError(report) from error
        expected = {6} if "lone surrogate" in err else expect(path, kind, is_local=is_local)
        assert code in expected, report


def expect(path: str, kind: str, *, is_local: bool) -> set[int]:
    """Return the exit codes of a command in the situation of a class of errors."""
    if is_local or path == "doctor":
        # A check of the doctor fails, or the files and profiles of the command do not exist.
        return {0, 1, 3, 4, 5, 6, 9, *({130} if kind == "Ctrl-C" else ())}
    if path.endswith(" logs") and RESPONSES.get(kind, RESPONSES["404"])[0].status == 200:
        # A log may have any content; web pages and truncated ones are reported.
        return {0, 6, 7}
    if kind in RESPONSES:
        return RESPONSES[kind][1]
    return {
        "unreachable": {7},
        "TLS": {7},
        "Ctrl-C": {130},
        # Nothing is written to standard output before the error.
        "broken pipe": {5},
        "no profile": {4},
    }[kind]


def find_file_options() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands that read a local file, and the words that name it."""
    for path, command in COMMANDS.items():
        for parameter in command.params:
            if isinstance(parameter, click.Argument) and parameter.name == "paths" and path != "folders create":
                words = ["1"] if path.startswith("shards") else []
                yield path, [*words, "{file}"]
            elif isinstance(parameter.type, JsonParameter) and isinstance(parameter, click.Option):
                yield path, [*build_arguments(path, "x"), parameter.opts[0], "@{file}"]
            elif parameter.opts == ["--file"]:
                yield path, ["upload_file_content", "--param", "file_id=1", "--file", "{file}"]


@pytest.mark.parametrize(
    ("path", "words"), list(find_file_options()), ids=lambda value: value if isinstance(value, str) else value[-2:][0]
)
def test_local_files_that_cannot_be_read(path: str, words: list[str], world: World) -> None:
    os.symlink("cycle", world.folder / "cycle")
    (world.folder / "folder").mkdir()
    for encoding, name, file in itertools.product(ENCODINGS, NAMES, ("{name}", "cycle", "folder/{name}/x", "{long}")):
        (world.folder / "folder" / name).touch()
        long = name * 100
        given = [word.replace("{file}", file).replace("{name}", name).replace("{long}", long) for word in words]
        code, out, err = world.call([*path.split(), *given], "404", encoding)
        check(code, out, err)
        # The value of an option is invalid, the collection is found first.
        expected = 2 if "@" in given[-1] else 5 if path == "shards upload" else 9
        assert (code, out) == (expected, ""), (given, err)


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> LocalOrion:
    for name in NAMES:
        File.upload(stack.session(), name.encode(errors="replace").decode(), b"CNS")
    return stack


@pytest.mark.skipif(os.name == "nt", reason="/dev/full")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_processes(encoding: str, own_home: Path, planted: LocalOrion, tmp_path: Path) -> None:
    def run(*words: str, out: Any = subprocess.PIPE) -> tuple[int, str]:
        done = subprocess.run(
            [*COMMAND, "--max-retries", "0", *words],
            env=environment(own_home, planted, PYTHONIOENCODING=encoding),
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stderr.decode(encoding)

    name = NAMES[1]
    (tmp_path / name).write_bytes(b"CNS")
    (tmp_path / "a file").touch()
    for words, expected in (
        (["files", "info", "99999"], 5),
        (["files", "upload", name, name[::-1]], 9),
        (["files", "download", "2", "-o", f"a file/{name}"], 9),
        (["files", "download", "2", "-o", "/dev/full"], 9),
        (["collections", "download", "99999", "a file"], 5),
        (["packages", "init", f"a file/{name}"], 9),
    ):
        code, err = run(*words)
        assert code == expected, err
        check(code, "", err)
    with Path("/dev/full").open("wb") as full:
        code, err = run("files", "list", out=full)
    assert code == 9
    check(code, "", err)
    receiver, sender = os.pipe()
    os.close(receiver)
    with os.fdopen(sender, "wb") as closed:
        assert run("files", "list", out=closed) == (0, "")
