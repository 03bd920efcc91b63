"""Output in encodings that do not have all characters: they are escaped, JSON stays valid, and no call fails."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from cli.conftest import COMMAND, environment
from click.testing import CliRunner, Result

from orionclient.cli._core.confirmation import confirm
from orionclient.cli._core.output import Output, format_table
from orionclient.cli._core.root import ocli
from orionclient.cli._core.streams import echo, escape_unencodable, prepare_streams
from orionclient.local import LocalOrion
from orionclient.types import File, WorkFloeSpec

ENCODINGS = ("ascii", "cp1252", "cp437", "latin-1", "shift_jis", "utf-8")
# A BMP letter that some have, one that few have, an arrow, and one outside the basic plane.
NAME = "é-\u03b1-\u5206-\u2192-\U0001f9ea"
Encoded = Callable[..., Result]


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> Iterator[LocalOrion]:
    File.upload(stack.session(), NAME, b"CNS", tags=["\u5206\u5b50"])
    File.upload(stack.session(), "plain", b"CNS")
    return stack


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, planted: LocalOrion) -> Encoded:
    """Return a function that calls `ocli` in this process with streams of an encoding."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**planted.environ, "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)

    def invoke(encoding: str, *words: str, **settings: Any) -> Result:
        return CliRunner(charset=encoding).invoke(ocli, list(words), prog_name="ocli", **settings)

    return invoke


def escaped(encoding: str, name: str = NAME) -> str:
    return name.encode(encoding, "backslashreplace").decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_form(encoding: str, encoded: Encoded) -> None:
    table = encoded(encoding, "files", "list").stdout_bytes.decode(encoding).splitlines()
    assert escaped(encoding) in table[2]
    # The columns stay aligned.
    assert table[2].index("ready") == table[3].index("ready") == table[0].index("state") or encoding in {
        "shift_jis",
        "utf-8",
    }
    rows = encoded(encoding, "--format", "csv", "files", "list").stdout_bytes.decode(encoding).splitlines()
    assert rows[1].split(",")[1] == escaped(encoding)
    for form in ("json", "jsonl"):
        done = encoded(encoding, "--format", form, "files", "info", "1")
        assert json.loads(done.stdout_bytes.decode(encoding))["name"] == NAME
    assert escaped(encoding) in encoded(encoding, "files", "info", "1").stdout_bytes.decode(encoding)
    assert encoded(encoding, "-q", "files", "list").stdout_bytes == b"1\n2\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_messages_and_prompts(encoding: str, encoded: Encoded, monkeypatch: pytest.MonkeyPatch) -> None:
    done = encoded(encoding, "files", "update", "1", "--name", NAME)
    assert done.stdout_bytes.decode(encoding) == f"Updated file 1 {escaped(encoding, repr(NAME))}\n"
    failed = encoded(encoding, "files", "upload", NAME)
    assert (failed.exit_code, failed.stdout_bytes) == (9, b"")
    assert escaped(encoding) in failed.stderr_bytes.decode(encoding)
    unknown = encoded(encoding, "files", NAME)
    assert f"unknown command {escaped(encoding, repr(NAME))}" in unknown.stderr_bytes.decode(encoding)
    # On a terminal, the question names the file.
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    declined = encoded(encoding, "files", "delete", "1", input="n\n")
    assert declined.exit_code == 1
    asked, aborted = declined.stderr_bytes.decode(encoding).splitlines()
    assert asked.startswith(f"Delete file 1 {escaped(encoding, repr(NAME))}?")
    assert aborted == "Aborted"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_long_errors_stay_short(encoding: str, encoded: Encoded) -> None:
    done = encoded(encoding, "files", "upload", "\u5206" * 80, "\u5b50" * 80)
    lines = done.stderr_bytes.decode(encoding).splitlines()
    assert [line.partition(":")[0] for line in lines if line[0] != " "] == ["Failed", "Failed", "Error", "Hint"]
    assert max(map(len, lines)) <= 200


def test_a_question_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(click, "confirm", lambda question, **_: asked.append(question))
    confirm(f"Delete {NAME}?", sure=False)
    assert asked == [f"Delete {escaped('ascii')}?"]


def test_a_table_that_is_shortened_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    lines = format_table([{"id": 1, "name": "\u5206" * 20}], ["id", "name"], width=30)
    assert max(map(len, lines)) <= 30
    assert lines[2].endswith("...")
    # JSON in a cell.
    Output("table").print_rows([{"id": 1, "metadata": {"a": "\u5206"}}], ["id", "metadata"])
    assert b'{"a": "\\u5206"}' in sys.stdout.buffer.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("errors", "written"),
    [
        ("strict", b"\\u03b1\\udcff...\n"),
        ("surrogateescape", b"\\u03b1\\udcff...\n"),
        ("replace", b"??...\n"),
        ("ignore", b"...\n"),
        ("xmlcharrefreplace", b"&#945;&#56575;...\n"),
    ],
)
def test_the_error_handler_of_the_user_applies(errors: str, written: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=errors))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    prepare_streams()
    echo("\u03b1\udcff…")
    echo("\u03b1\udcff", err=True)
    assert sys.stdout.buffer.getvalue() == written  # type: ignore[attr-defined]
    assert escape_unencodable("\u03b1", sys.stdout).isascii()


@pytest.mark.parametrize(
    "more",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii:replace"},
        {"PYTHONIOENCODING": "cp437:strict"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=lambda more: " ".join(f"{name}={value}" for name, value in more.items()),
)
def test_processes(more: dict[str, str], own_home: Path, planted: LocalOrion, tmp_path: Path) -> None:
    def run(*words: str, **settings: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*COMMAND, *words],
            env=environment(own_home, planted, **more),
            cwd=tmp_path,
            capture_output=True,
            timeout=300,
            check=False,
            **settings,
        )

    done = run("--json", "files", "list")
    assert (done.returncode, done.stderr) == (0, b"")
    encoding = more.get("PYTHONIOENCODING", "utf-8").partition(":")[0]
    assert json.loads(done.stdout.decode(encoding))[0]["name"] == NAME
    done = run("files", "list")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode(encoding).endswith("\n")
    done = run("files", "upload", NAME)
    assert done.returncode == 9
    assert b"Traceback" not in done.stderr
    assert b"unexpected" not in done.stderr


def test_completion(own_home: Path, planted: LocalOrion) -> None:
    asked = environment(
        own_home,
        planted,
        PYTHONIOENCODING="cp1252",
        _OCLI_COMPLETE="zsh_complete",
        COMP_WORDS="ocli files info ",
        COMP_CWORD="3",
    )
    done = subprocess.run(COMMAND, env=asked, capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    done.stdout.decode("cp1252")


def test_the_help_of_a_floe(encoded: Encoded, planted: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> None:
    floe = next(iter(planted.session().list_resources(WorkFloeSpec)))
    monkeypatch.setattr(WorkFloeSpec, "description", "\u5206\u5b50 →")
    done = encoded("ascii", "jobs", "start", str(floe.id), "--help")
    assert done.exit_code == 0, done.output
    assert "\\u5206\\u5b50 \\u2192" in " ".join(done.stdout_bytes.decode("ascii").split())


@pytest.mark.skipif(os.name == "nt", reason="closes descriptors")
@pytest.mark.parametrize("closed", [1, 2])
def test_closed_streams(closed: int, own_home: Path, planted: LocalOrion, tmp_path: Path) -> None:
    for words, code in (
        (["files", "list"], 0),
        (["files", "info", "4711"], 5),
        (["files", "upload", NAME], 9),
        ([], 0),
    ):
        done = subprocess.run(
            [*COMMAND, "--max-retries", "0", *words] if words else COMMAND,
            env=environment(own_home, planted),
            cwd=tmp_path,
            capture_output=True,
            timeout=300,
            check=False,
            preexec_fn=lambda: os.close(closed),
        )
        assert done.returncode == code, (words, done.stderr)
        assert b"Traceback" not in done.stderr


def test_input_of_another_encoding(own_home: Path, planted: LocalOrion) -> None:
    done = subprocess.run(
        [*COMMAND, "secrets", "create", "name"],
        env=environment(own_home, planted, PYTHONIOENCODING="utf-8"),
        input=b"caf\xe9\n",
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 9
    assert done.stderr.startswith(b"Error: standard input or a file is not valid utf-8")
