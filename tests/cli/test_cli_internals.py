"""Internals of the command line: how calls end, progress bars, completion, and the process of the local Orion."""

from __future__ import annotations

import io
import json
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click
import pytest
from cli.conftest import Call

from orionclient._transfer.bulk import Result
from orionclient._transfer.progress import Progress
from orionclient.cli import main
from orionclient.cli._core import errors, parameter_types, server_process
from orionclient.cli._core.parameter_types import ResourceIdType
from orionclient.cli._core.progress import show_progress
from orionclient.cli._core.root import ocli
from orionclient.cli._core.state import State
from orionclient.exceptions import OrionConnectionError, TransferErrors
from orionclient.local import LocalOrion
from orionclient.types import File


@pytest.fixture
def restore_signals() -> Any:
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def run_with_error(error: BaseException) -> click.Command:
    def run() -> None:
        raise error

    return click.Command("ocli", callback=run)


def abort_of(cause: BaseException) -> click.Abort:
    try:
        try:
            raise cause  # noqa: TRY301 - what click itself does
        except BaseException:  # noqa: BLE001
            raise click.Abort from None
    except click.Abort as error:
        return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (abort_of(KeyboardInterrupt()), 130),
        (abort_of(EOFError()), 1),
        (SystemExit(3), 3),
        (click.FileError("x"), 9),
        (ImportError("pip install it"), 1),
        (OSError(28, "full"), 9),
        (OrionConnectionError("gone"), 7),
        (TransferErrors("some", [Result(1, None, OrionConnectionError("gone")), Result(2, 3)]), 7),
        (TransferErrors("some", [Result(1, None, OrionConnectionError("gone")), Result(1, None, OSError(28, "x"))]), 7),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_how_a_call_ends(
    error: BaseException, code: int, restore_signals: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert errors.run(run_with_error(error), [], "ocli", {}) == code
    err = capsys.readouterr().err
    assert "Traceback" not in err
    if code in {130, 3}:
        assert err == ""


def test_main_ends_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("ocli ")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with show_progress(State()) as watch:
        assert watch.has_bars
        watch(Progress("drugs[red]\x1b.sdf", 10, 100, 1.0, False))
        watch(Progress("drugs[red]\x1b.sdf", 100, 100, 1.0, True))
        watch.clear()
        assert not watch.has_bars
        watch(Progress("more", 10, 100, 1.0, False))
    assert "more" not in screen.getvalue()


def test_bars_need_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setitem(sys.modules, "rich", None)
    with show_progress(State()) as watch:
        assert not watch.has_bars
        watch(Progress("drugs.sdf", 1 << 20, 1 << 20, 1e6, True))
    assert screen.getvalue() == "drugs.sdf: 100 % of 1.0 MB, 1.0 MB/s\n"


def test_ids_are_completed(stack: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameter_types, "_SECONDS", 30.0)
    monkeypatch.setattr(parameter_types.complete_within, "__defaults__", (30.0,))
    for name, value in stack.environ.items():
        monkeypatch.setenv(name, value)
    file = File.upload(stack.session(), "one", b"CNS")
    with click.Context(ocli) as context:
        found = ResourceIdType("file").shell_complete(context, click.Argument(["id"]), str(file.id))
    assert [(item.value, item.help) for item in found] == [(str(file.id), "one")]
    assert parameter_types.complete_profiles(None, None, "") == []


def test_completion_that_fails_is_silent() -> None:
    def wrong() -> list[Any]:
        raise SystemExit(1)

    assert parameter_types.complete_within(wrong) == []


def test_groups_are_completed_without_loading_them() -> None:
    with click.Context(ocli) as context:
        assert [item.value for item in ocli.shell_complete(context, "da")] == ["datasets"]


@pytest.mark.usefixtures("real_time")
def test_the_process_of_the_local_orion_is_stopped_by_a_file(tmp_path: Path, restore_signals: None) -> None:
    seen: dict[str, Any] = {}

    def watch() -> None:
        end = time.monotonic() + 120
        while not (tmp_path / "running.json").exists() and time.monotonic() < end:
            time.sleep(0.02)
        seen.update(json.loads((tmp_path / "running.json").read_text()))
        (tmp_path / "stop").touch()

    thread = threading.Thread(target=watch)
    thread.start()
    server_process.main([str(tmp_path), json.dumps({"seed": "demo", "storage": True})])
    thread.join()
    assert seen["username"] == "ada"
    assert not (tmp_path / "running.json").exists()
    assert not (tmp_path / "stop").exists()


def test_an_invalid_state_file_counts_as_not_running(call: Call, tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text("{")
    assert call("local", "status", "--folder", str(tmp_path)).stdout.startswith("No local Orion is running")
    assert call("local", "stop", "--folder", str(tmp_path)).exit_code == 0
    assert call("local", "start", "--dry-run", "--folder", str(tmp_path)).stdout.startswith("Would start")


def test_the_doctor_without_a_server(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ORION_URL", f"http://127.0.0.1:{bound.getsockname()[1]}")
        monkeypatch.setenv("ORION_TOKEN", "token")
        rows = {row["check"]: row["ok"] for row in json.loads(call("doctor", "--json").stdout)}
    assert not rows["server"]


def test_packages_that_cannot_be_created(call: Call, tmp_path: Path) -> None:
    assert call("packages", "init", "mine").exit_code == 0
    assert call("packages", "init", "mine").exit_code == 9
    (tmp_path / "mine" / "manifest.json").write_text("{")
    assert call("packages", "show-dockerfile", "mine").exit_code == 6
    (tmp_path / "mine" / "manifest.json").write_text("[]")
    assert call("packages", "show-dockerfile", "mine").exit_code == 6
    assert call("packages", "show-dockerfile", "nowhere").exit_code == 9


def test_prompts_read_the_reply(call: Call, stack: LocalOrion) -> None:
    token_id = call("tokens", "create", "for tests", "-q", on=stack).stdout.strip()
    assert call("tokens", "update", token_id, input="another\n").exit_code == 0
    assert "another" in call("tokens", "info", token_id).stdout
    assert token_id in call("tokens", "info", "-q").stdout.split()
    asked = call("tokens", "delete", token_id, "--ask")
    assert asked.exit_code == 2, asked.output
    assert f"delete token {token_id}? Cannot ask" in asked.output
    assert token_id in call("tokens", "info", "-q").stdout.split()
    for more in (["--ask", "--yes"], []):
        token_id = call("tokens", "create", "for tests", "-q").stdout.strip()
        assert call("tokens", "delete", token_id, *more).exit_code == 0
        assert token_id not in call("tokens", "info", "-q").stdout.split()
    secret = call("secrets", "create", "name", "-q", input="value\n").stdout.strip()
    assert call("secrets", "update", secret).exit_code == 2
    assert call("secrets", "update", secret, "--name", "other").stdout == f"Updated secret {secret} 'other'\n"
    assert call("secrets", "create", "name", "--tag", "x", "--dry-run").stdout == "Would create secret 'name'\n"
    assert call("links", "create", "shard", "1").exit_code == 2
    assert call("links", "create", "shard", "1", "--collection", "1", "--json").exit_code == 0
