"""Commands by classes of errors: the documented exit code, a short message and a hint, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from cli.conftest import Call
from helpers.canary import CANARIES
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.cli._core import errors
from orionclient.emulator.faults import reset
from orionclient.exceptions import (
    InvalidCredentials,
    MultipleResultsFound,
    NoResultFound,
    OrionConnectionError,
    OrionError,
    OrionTimeout,
    ValidationError,
)
from orionclient.local import LocalOrion
from orionclient.types import Dataset, File, Shard, ShardCollection, WorkFloeSpec

# One command of each kind: list, show, create, update, delete, transfer, wait, stream, and call a raw operation.
COMMANDS = {
    "list": ["files", "list"],
    "list csv": ["datasets", "list", "--format", "csv"],
    "info": ["files", "info", "{id}"],
    "create": ["datasets", "create", "hits"],
    "update": ["files", "update", "{id}", "--name", "new"],
    "delete": ["files", "delete", "{id}", "--yes"],
    "upload": ["files", "upload", "some.txt"],
    "upload many": ["files", "upload", "some.txt", "some.txt"],
    "upload shards": ["shards", "upload", "{id}", "some.txt"],
    "upload collection": ["collections", "upload", "folder", "--into", "{id}"],
    "download": ["files", "download", "{id}", "-o", "out.txt"],
    "download collection": ["collections", "download", "{id}", "here"],
    "download dataset": ["datasets", "download", "{id}", "-o", "out.csv"],
    "wait": ["collections", "wait", "{id}"],
    "open": ["collections", "open", "{id}"],
    "close": ["collections", "close", "{id}"],
    "tag": ["files", "tag", "{id}", "a"],
    "share": ["files", "share", "{id}", "--project", "3"],
    "start": ["jobs", "start", "{id}", "name"],
    "logs": ["jobs", "logs", "{id}"],
    "cancel": ["jobs", "cancel", "{id}"],
    "export": ["jobs", "export-params", "{id}"],
    "api": ["api", "get_file", "-p", "file_id={id}"],
    "balance": ["billing", "balance"],
    "json": ["--json", "files", "info", "{id}"],
}
# These name nothing that could be missing.
ANONYMOUS = {"list", "list csv", "create", "upload", "upload many", "balance"}
# These write to the local disk.
TO_DISK = {"download", "download collection", "download dataset"}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo", durable=False) as orion:
        CANARIES.add(orion.token)
        session = orion.session()
        for _ in range(30):
            File.upload(session, "name", b"CNS")
        dataset = Dataset.create(session, "data")
        dataset.write({"Title": "a"})
        dataset.finalize()
        Shard.create(ShardCollection.create(session, "frames"), "1", file=b"CNS")
        session.list_resources(WorkFloeSpec, {"title": "slow"}).one().start("long", seconds=0, steps=1).wait(60)
        yield orion


@pytest.fixture
def prepared(tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("CNS")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "1.txt").write_text("CNS")


@contextmanager
def with_fault(orion: LocalOrion, steps: list[Any]) -> Iterator[None]:
    orion.faults.script("*", steps)
    try:
        yield
    finally:
        orion.faults.clear()


def run_command(call: Call, name: str, resource_id: int = 1, **settings: Any) -> Any:
    return call(*(word.format(id=resource_id) for word in COMMANDS[name]), **settings)


def check(done: Any, code: int, advices: int = 1) -> None:
    assert done.exit_code == code, done.output
    lines = done.stderr.splitlines()
    messages = [line for line in lines if line.startswith("Error: ")]
    hints = [line for line in lines if line.startswith("Hint: ")]
    assert len(messages) == 1, done.output
    assert len(hints) == advices, done.output
    assert "Traceback" not in done.output
    assert "unexpected" not in done.output
    if code not in {5, 6, 7} or not done.stdout:
        assert done.stdout == ""


usefixtures = pytest.mark.usefixtures("prepared")


@usefixtures
@pytest.mark.parametrize("name", COMMANDS)
def test_no_profile(name: str, call: Call) -> None:
    done = run_command(call, name)
    check(done, 4, advices=2)
    assert "ocli config profile" in done.stderr
    assert "ocli local start" in done.stderr


@usefixtures
@pytest.mark.parametrize("name", COMMANDS)
def test_a_bad_token(name: str, call: Call, planted: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORION_URL", planted.url)
    monkeypatch.setenv("ORION_TOKEN", "nonsense")
    check(run_command(call, name), 4)


@usefixtures
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - ANONYMOUS))
def test_not_found(name: str, call: Call, planted: LocalOrion) -> None:
    check(run_command(call, name, 4711, on=planted), 5)


@usefixtures
@pytest.mark.parametrize("name", COMMANDS)
def test_forbidden(name: str, call: Call, planted: LocalOrion) -> None:
    with with_fault(planted, [403] * 8):
        check(run_command(call, name, on=planted), 6)


@usefixtures
@pytest.mark.parametrize("name", COMMANDS)
def test_offline(name: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    # The socket is bound but does not listen.
    import socket

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ORION_URL", f"http://127.0.0.1:{bound.getsockname()[1]}")
        monkeypatch.setenv("ORION_TOKEN", "token")
        check(run_command(call, name), 7)


def test_a_server_that_cannot_be_reached_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setenv("ORION_URL", f"http://{host}")
        monkeypatch.setenv("ORION_TOKEN", "token")
        done = call("--max-retries", "0", "files", "list")
    assert f"cannot connect to the server {host}: " in done.stderr


def test_a_profile_without_a_token(call: Call, own_home: Path) -> None:
    (own_home / ".orion").mkdir()
    (own_home / ".orion" / "config").write_text("[default]\nurl = http://127.0.0.1:1\n")
    (own_home / ".orion" / "config").chmod(0o600)
    done = call("files", "list")
    assert done.exit_code == 4
    assert done.stderr.splitlines() == [
        "Error: list_files needs a token, but profile 'default' has none",
        "Hint: to save one, run: ocli config profile",
    ]


@usefixtures
@pytest.mark.parametrize("name", COMMANDS)
def test_a_server_error(name: str, call: Call, planted: LocalOrion) -> None:
    with with_fault(planted, [500] * 40):
        check(run_command(call, name, on=planted), 7)


@usefixtures
@pytest.mark.parametrize("name", ["list", "upload", "download"])
def test_a_broken_connection(name: str, call: Call, planted: LocalOrion) -> None:
    with with_fault(planted, [reset()] * 40):
        check(run_command(call, name, on=planted), 7)


@pytest.mark.parametrize("name", sorted(TO_DISK))
def test_a_full_disk(name: str, process: Any, planted: LocalOrion) -> None:
    import resource

    # No file may grow beyond one byte, which is reported like a full disk.
    words = [word.format(id=1) for word in COMMANDS[name]]
    done = process(*words, on=planted, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)))
    assert done.returncode == 9, done.stderr
    assert done.stderr.splitlines()[-1].startswith("Hint: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["upload", "upload shards", "upload collection", "upload many"])
def test_a_missing_local_file(name: str, call: Call, planted: LocalOrion) -> None:
    check(run_command(call, name, on=planted), 9)


def test_a_download_does_not_replace_other_files(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "name").write_text("mine")
    check(call("files", "download", "2", on=planted), 9)
    assert (tmp_path / "name").read_text() == "mine"
    assert call("files", "download", "2", "--force", on=planted).exit_code == 0
    assert (tmp_path / "name").read_text() == "CNS"


def test_several_downloads_need_a_folder(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "name").write_text("mine")
    done = call("files", "download", "1", "2", "-o", "name", on=planted)
    assert done.exit_code == 9
    assert "name is not a folder" in done.stderr
    assert "Errno" not in done.stderr


def test_a_limit_of_any_size(call: Call, planted: LocalOrion) -> None:
    ids = call("files", "list", "-q", on=planted).stdout
    for words in (["-q"], ["-q", "--sort", "id"]):
        done = call("files", "list", "--limit", "9" * 30, *words, on=planted)
        assert (done.exit_code, done.stdout) == (0, ids), done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--timeout", "nan", "files", "list"],
        ["collections", "wait", "1", "--deadline", "nan"],
        ["--profile", "", "files", "list"],
        ["files", "info", "9" * 30],
        ["nonsense"],
        ["files", "nonsense"],
        ["files", "info"],
        ["files", "info", "x"],
        ["files", "update", "1"],
        ["files", "list", "--nix"],
        ["files", "share", "1"],
        ["--timeout", "-1", "files", "list"],
        ["api", "nonsense"],
        ["api"],
        ["api", "get_file"],
        ["files", "delete", "1"],
        ["jobs", "start"],
        ["--format", "xml", "files", "list"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line(words: list[str], call: Call, planted: LocalOrion) -> None:
    check(call(*words, on=planted), 2)


def test_a_deadline(call: Call, planted: LocalOrion, real_time: None) -> None:
    check(call("collections", "wait", "1", "--deadline", "0", on=planted), 8)


def test_a_failed_job(call: Call, planted: LocalOrion, real_time: None) -> None:
    assert call("jobs", "start", "fail", "bad", on=planted).exit_code == 0
    job_id = call("jobs", "list", "--name", "bad", "-q", on=planted).stdout.strip()
    done = call("jobs", "wait", job_id, on=planted)
    check(done, 1)
    assert f"jobs logs {job_id}\n" in done.stderr


def test_a_conflict(call: Call, planted: LocalOrion) -> None:
    check(call("shards", "create", "1", "name", "--metadata", '"no object"', on=planted), 6)


def test_successful_results_are_printed(call: Call, planted: LocalOrion) -> None:
    done = call("files", "delete", "10", "4711", "11", "--yes", on=planted)
    check(done, 5)
    assert done.stdout == "Deleted file 10 'name'\nDeleted file 11 'name'\n"


def test_an_error_of_ocli_itself_has_no_traceback(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from orionclient.cli._core.state import State

    def wrong(_: State) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(State, "config", wrong)
    done = call("files", "list")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == "Error: unexpected RuntimeError: boom"


def test_debug_prints_the_traceback(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from orionclient.cli._core.root import ocli

    done = CliRunner().invoke(ocli, ["--debug", "files", "list"])
    assert done.exit_code == 4
    assert "Traceback" in done.stderr


LONG = "x" * 3000
SENTENCE = "an explanation of the server that does not end " * 60
LONG_ERRORS: dict[str, tuple[BaseException, int]] = {
    "a long file name": (FileNotFoundError(2, "No such file or directory", f"/data/{LONG}"), 9),
    "a full disk": (OSError(28, "No space left on device", f"/data/{LONG}"), 9),
    "a long URL": (OrionConnectionError(f"GET https://orion.example.com/api/v3/storage/files/?name={LONG}: no response"), 7),
    "a long body": (ValidationError(f"400 Bad Request: {SENTENCE}"), 6),
    "a body of one word": (OrionError(LONG), 1),
    "a body with line breaks": (OrionError("\n".join([SENTENCE] * 5)), 1),
    "credentials": (InvalidCredentials(f"no token for {LONG}"), 4),
    "no result": (NoResultFound(f"no file {LONG!r}"), 5),
    "several results": (MultipleResultsFound(f"{LONG!r}: {', '.join(map(str, range(1000)))}"), 6),
    "a deadline": (OrionTimeout(f"job {LONG!r} is not complete"), 8),
    "a missing package": (ImportError(f"pip install {LONG}"), 1),
    "a usage error": (click.UsageError(SENTENCE), 2),
    "a bad value": (click.BadParameter(f"{LONG!r} is not a valid id"), 2),
    "an unknown option": (click.NoSuchOption(f"--{LONG}"), 2),
    "a file of click": (click.FileError(LONG, SENTENCE), 9),
    "an internal error": (RuntimeError(SENTENCE), 1),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG_ERRORS)
def test_no_line_of_an_error_has_more_than_200_characters(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    error, code = LONG_ERRORS[name]

    def run() -> None:
        raise error

    assert errors.run(click.Command("ocli", callback=run), [], "ocli", {}) == code
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Error: ")
    assert len(lines[0]) > 20
    assert max(map(len, lines)) <= 200
    message = [line for line in lines if not line.startswith("Hint: ")]
    assert len(message) <= 5
    assert all(line.startswith("  ") for line in message[1:])


@pytest.mark.parametrize(
    "words",
    [
        [LONG],
        ["files", LONG],
        ["files", f"--{LONG}"],
        ["files", "list", f"--{LONG}"],
        ["files", "info", LONG],
        ["--format", LONG, "files", "list"],
        ["--profile", LONG, "files", "list"],
        ["config", "use", LONG],
        ["api", LONG],
        ["api", "get_file", "-p", f"{LONG}=1"],
        ["api", "get_file", "-p", LONG],
        ["files", "upload", LONG],
        ["files", "upload", f"folder/{LONG}"],
        ["jobs", "start", LONG, "name"],
        ["config", "profile", "--url", f"https://{LONG}", "--username", "ada", "--with-token"],
        ["local", "seed", "--folder", LONG[:200]],
    ],
    ids=lambda words: " ".join(words).replace(LONG, "LONG")[:60],
)
def test_long_arguments_are_reported_in_short_lines(words: list[str], call: Call, planted: LocalOrion) -> None:
    done = call(*words, on=None if words[0] == "--profile" else planted, input="token\n")
    assert done.exit_code not in {0, 1}, done.output
    assert max(map(len, done.stderr.splitlines())) <= 200
    assert done.stderr.startswith("Error: ")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"detail": SENTENCE}, 6),
        (404, {"detail": SENTENCE}, 5),
        (422, {"name": [SENTENCE, LONG]}, 6),
        (403, LONG, 6),
        (500, {"detail": SENTENCE}, 7),
        (200, {"id": SENTENCE}, 6),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_a_long_body_of_the_server_is_reported_in_short_lines(
    status: int, body: Any, code: int, call: Call, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.responses = [ScriptedResponse(status, body)]
    monkeypatch.setenv("ORION_URL", scripted.url)
    monkeypatch.setenv("ORION_TOKEN", "token")
    done = call("--max-retries", "0", "files", "info", "1")
    assert done.exit_code == code, done.output
    assert max(map(len, done.stderr.splitlines())) <= 200


def test_debug_shows_the_complete_message(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from orionclient.cli._core.root import ocli
    from orionclient.cli._core.state import State

    def wrong(_: State) -> None:
        raise ValidationError(LONG)

    monkeypatch.setattr(State, "config", wrong)
    assert LONG in CliRunner().invoke(ocli, ["--debug", "files", "list"]).stderr
    assert LONG not in call("files", "list").stderr


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["files", "info", "4711"], "list the existing ones with: ocli files list"),
        (["molsearch", "databases", "show", "4711"], "list the existing ones with: ocli molsearch db list"),
        (["api", "get_file", "-p", "file_id=4711"], "see the expected values and an example with: ocli api --help"),
        (
            ["collections", "info-shard", "1", "4711"],
            "collection 1 exists; list its shards with: ocli collections list-shards 1",
        ),
        (
            ["shards", "delete", "4711", "1", "2", "--yes"],
            "collection 4711 does not exist; list the existing ones with: ocli collections list",
        ),
        (["shards", "upload", "4711", "/dev/null"], "list the existing ones with: ocli collections list"),
        (
            ["collections", "upload", "/dev/null", "--into", "4711"],
            "list the existing ones with: ocli collections list",
        ),
        (["jobs", "start", "4711", "x"], "list the existing ones with: ocli workfloes list"),
        (["folders", "move", "dataset", "4711", "/x"], "list the existing ones with: ocli datasets list"),
        (["tags", "list", "file", "4711"], "list the existing ones with: ocli files list"),
        (["molsearch", "databases", "create", "4711"], "list the existing ones with: ocli datasets list"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_hint_names_what_is_missing(words: list[str], hint: str, call: Call, planted: LocalOrion) -> None:
    assert call(*words, on=planted).stderr.splitlines()[-1] == f"Hint: {hint}"
