"""Untrusted input stays data: it is never run as SQL, path, command or pickle; and passwords are not passed on."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import pickle
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from helpers import canary
from helpers.canary import CANARY
from helpers.nasty_names import CORPUS
from helpers.scripted import Scripted, ScriptedResponse
from orion_api.api.files import get_file
from session.test_packages import compressed

from orionclient._transfer import checkpoints, part_files
from orionclient.cli._core.root import ocli
from orionclient.config import read_profiles
from orionclient.exceptions import OrionConnectionError, OrionError, RateLimitedResponse, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, SessionConfig, get_session
from orionclient.types import File, WorkFloeJob, WorkFloePackage, WorkFloeSpec

WORDS = [
    "'; DROP TABLE files; --", '" OR 1=1 --', "x' UNION SELECT hash FROM tokens --", "%", "_", "\\", "%' ESCAPE '", "?1", ":name", "$x",
    "../../../../etc/passwd", "..%2f..%2fetc", "file:///etc/passwd", "/proc/self/mem", "C:\\x", "a/../../b", "stored/../../orion.db",
    "$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "&& touch pwned", "-rf", "--help", "\n touch pwned",
    "{0.__class__}",
]  # fmt: skip


@pytest.fixture
def row_counts(orion: LocalOrion) -> dict[str, int]:
    """Count the rows of each table of the local Orion."""
    return rows(orion)


def rows(orion: LocalOrion) -> dict[str, int]:
    db = sqlite3.connect(f"file:{orion.folder / 'orion.sqlite'}?mode=ro", uri=True)
    try:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    finally:
        db.close()


def test_untrusted_strings_are_neither_sql_nor_paths(
    orion: LocalOrion, session: OrionSession, row_counts: dict[str, int]
) -> None:
    words = list(
        dict.fromkeys([*WORDS, *(name for name in CORPUS if name.strip() and len(name) <= 255 and name.isprintable())])
    )
    for word in words:
        made = File.upload(session, word, word.encode())
        session.tag_resource(made, word)
        found = list(session.list_resources(File, {"name": word}))
        assert made.id in {file.id for file in found}, word
        assert [file.id for file in session.list_resources(File, {"tags": word})] == [made.id], word
        assert b"".join(made.download()) == word.encode()
    # One row and one file for each, under names chosen by the server, and nothing is lost.
    now = rows(orion)
    assert now["files"] == row_counts["files"] + len(words)
    changed = {name for name in row_counts if now[name] != row_counts[name]}
    assert changed <= {"files", "tags", "tagged", "resource_tags", "sqlite_sequence", "idempotency_keys"}, changed
    kept = list((orion.folder / "blobs" / "kept").iterdir())
    assert len(kept) >= len(words)
    assert all(len(path.name) == 32 and int(path.name, 16) >= 0 for path in kept)


@pytest.mark.parametrize("path", ["..", "../1", "1/../2", "%2e%2e", "1;2", "1 OR 1=1", "1'", "0x1", "1e3", "+1", "-1"])
def test_invalid_ids_reach_no_query(orion: LocalOrion, session: OrionSession, path: str) -> None:
    orion.faults.clear()
    with pytest.raises(ValidationError):
        session.get_resource(File, path)
    assert orion.faults.requests() == []


def test_parameters_of_a_job_reach_no_shell(
    session: OrionSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    echo = next(iter(session.list_resources(WorkFloeSpec, {"title": "Echo"})))
    command = "$(touch pwned) `touch pwned`; touch pwned | x && y > pwned"
    job: WorkFloeJob = echo.start(command, text=command, number=3)
    job.wait(timeout=60)
    assert job.succeeded
    assert command in "".join(line.decode() if isinstance(line, bytes) else str(line) for line in job.logs())
    assert not list(tmp_path.rglob("pwned"))


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("is_yaml", [False, True], ids=["pickle", "yaml"])
def test_untrusted_files_are_not_unpickled(own_home: Path, tmp_path: Path, is_yaml: bool) -> None:
    trap = tmp_path / "sprung"
    bait = f'!!python/object/apply:os.system ["touch {trap}"]'.encode() if is_yaml else pickle.dumps(Trap(trap))
    folder = own_home / ".orion"
    (folder / "uploads").mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "config").write_bytes(bait)
    (folder / "config").chmod(0o600)
    with pytest.raises(ValidationError):
        read_profiles()
    target = tmp_path / "target"
    part_file = part_files.PartFile(target)
    part_file._journal_path.write_bytes(bait)
    assert part_file.read_journal("x") is None
    part_file.close()
    note = folder / "uploads" / "x.json"
    note.write_bytes(bait)
    handle = note.open("r+b")
    assert checkpoints.UploadCheckpoint(handle.fileno(), note, in_parts=True).resource_id is None
    handle.close()
    assert not trap.exists()


# -- credentials


@pytest.mark.parametrize("way", ["verb", "raw_async"])
@pytest.mark.parametrize("source", ["profile", "environment"])
@pytest.mark.parametrize("status", [None, 407, 502])
def test_the_credentials_of_a_proxy_are_not_shown(
    scripted: Scripted, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, way: str, source: str, status: int | None
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    forms = ["s3cr+t/pass", "s3cr%2Bt%2Fpass", base64.b64encode(b"me:s3cr+t/pass").decode()]
    # No server listens on port 9 of this machine.
    where = "127.0.0.1:9" if status is None else scripted.url.removeprefix("http://")
    proxy = f"http://me:s3cr%2Bt%2Fpass@{where}"
    if status is not None:
        scripted.then(ScriptedResponse(status, raw=b"", headers={"Connection": "close"}))
    if source == "environment":
        monkeypatch.setenv("http_proxy", proxy)
    config = SessionConfig(
        "http://orion.invalid", CANARY, allow_http=True, proxy=proxy if source == "profile" else None
    )
    session = OrionSession(config, requests_session=get_session(retry_dict={502: 1}, retry_timeout=2))
    calls = {
        "verb": lambda: session.get_resource(File, 7),
        "raw_async": lambda: asyncio.run(get_file.asyncio(7, client=session.raw_async)),
    }
    with pytest.raises(OrionError) as raised:
        calls[way]()
    shown = f"{raised.value} {raised.value!r} {config!r} {session!r} {caplog.text}"
    assert not [form for form in forms if form in shown]
    if status is None:
        assert isinstance(raised.value, OrionConnectionError)


@pytest.mark.parametrize(("responses", "tries"), [([401], 1), ([403], 1), ([429, 429, 429, 429], 3), ([500], 1)])
def test_a_password_is_sent_no_more_often_than_allowed(scripted: Scripted, responses: list[int], tries: int) -> None:
    password = "pass+word/of mine"
    canary.CANARIES.add(password)
    scripted.then(*(ScriptedResponse(status, {"detail": f"not {password}"}) for status in responses))
    session = scripted.session(retry_dict={429: 2})
    with pytest.raises(OrionError) as raised:
        session.retrieve_token("ada", password)
    assert len(scripted.requests) == tries
    if responses[0] == 429:
        assert isinstance(raised.value, RateLimitedResponse)
    seen = f"{raised.value!s} {raised.value!r} {vars(session)} {vars(session._calls)} {raised.value.call!r}"
    assert password not in seen
    # The next call sends its own.
    scripted.responses = [ScriptedResponse(200, {"token": "t" * 20})]
    assert session.retrieve_token("ada", "other") == "t" * 20
    assert password.encode() not in scripted.requests[-1].body


def test_programs_are_run_without_a_shell(monkeypatch: pytest.MonkeyPatch, session: OrionSession) -> None:
    ran: list[Any] = []
    popen = subprocess.Popen.__init__

    def noted(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        ran.append((args, options.get("shell", False)))
        popen(self, args, *rest, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    echo = next(iter(session.list_resources(WorkFloeSpec, {"title": "Echo"})))
    echo.start("; touch pwned", text="x", number=1).wait(timeout=60)
    assert ran
    assert all(isinstance(args, list) and not shell for args, shell in ran)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """Record command lines and environments of all started programs, in an environment with settings for Orion."""
    for name in ("ORION_URL", "ORION_USERNAME", "ORION_PROFILE"):
        monkeypatch.setenv(name, "https://orion.example.com")
    monkeypatch.setenv("ORION_TOKEN", CANARY)
    found: list[tuple[list[str], dict[str, str]]] = []
    popen = subprocess.Popen.__init__

    def noted(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        found.append((args, dict(os.environ if options.get("env") is None else options["env"])))
        popen(self, args, *rest, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    return found


def settings(environ: dict[str, str]) -> set[str]:
    return {name for name in environ if name.upper().startswith("ORION_")}


@pytest.mark.usefixtures("real_time")
def test_a_job_gets_only_its_own_token(
    orion: LocalOrion, session: OrionSession, started: list[tuple[list[str], dict[str, str]]]
) -> None:
    echo = session.list_resources(WorkFloeSpec, {"title": "Echo"}).one()
    job = echo.start("mine", text="x", number=1)
    job.wait(timeout=60)
    ((args, environ),) = started
    connection = {"ORION_JOB_ID", "ORION_URL", "ORION_TOKEN", "ORION_PROJECT"}
    hardware = {"ORION_CPU", "ORION_CPU_LIST", "ORION_MEM", "ORION_DISK", "ORION_GPU", "ORION_INSTANCE"}
    assert settings(environ) == connection | hardware
    assert (environ["ORION_JOB_ID"], environ["ORION_URL"]) == (str(job.id), orion.url)
    own = environ.pop("ORION_TOKEN")
    others = {name: value for name, value in os.environ.items() if name not in settings(dict(os.environ))}
    assert {name: value for name, value in environ.items() if name not in settings(environ)} == {
        **others,
        "PYTHONUNBUFFERED": "1",
        "CUBE_TYPE": "sink_cube",
        **dict.fromkeys(("BLIS_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENMM_CPU_THREADS"), "1"),
        "PYTHON_CPU_COUNT": "1",
    }
    # The token is valid for the job only, and not in the command line, which other users can read.
    assert own not in {CANARY, orion.token, orion.get_token("grace")}
    assert not canary.contains_token("\n".join([*args, *environ.values()]))


@pytest.mark.usefixtures("real_time")
def test_describing_a_package_gets_no_token(
    session: OrionSession, started: list[tuple[list[str], dict[str, str]]]
) -> None:
    WorkFloePackage.upload(session, compressed()).wait(timeout=60)
    ((args, environ),) = started
    assert settings(environ) == set()
    assert not canary.contains_token("\n".join([*args, *environ.values()]))


def test_a_started_local_orion_gets_no_token(
    started: list[tuple[list[str], dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def rejected(args: list[str], *, env: dict[str, str], **_: Any) -> None:
        started.append((args, env))
        raise OSError("it is not to start")

    monkeypatch.setattr(subprocess, "Popen", rejected)
    assert CliRunner().invoke(ocli, ["local", "start"]).exit_code != 0
    ((args, environ),) = started
    assert settings(environ) == set()
    assert not canary.contains_token("\n".join([*args, *environ.values()]))
