"""The search for leaked tokens finds them in every kind of output of a test."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.canary import ALLOWED, CANARY, contains_token

# The run of all planted tests takes long on a busy machine.
pytestmark = pytest.mark.timeout(900)
TESTS = Path(__file__).parents[1]
HEAD = """
import base64, json, logging, os, subprocess, sys, time, warnings
from urllib.parse import quote

import click, pexpect, pytest
from click.testing import CliRunner
from helpers import canary
from helpers.canary import CANARY as TOKEN, allow_token

from orionclient.config import SessionConfig
from orionclient.local import LocalOrion

canary.ALLOWED["planted"] = 0
OTHER = "another-0123456789abcdef"
CHILD = "import os, sys, time; t = os.environ['T']; "


@pytest.fixture
def own_home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def run(script, **options):
    return subprocess.run([sys.executable, "-c", CHILD + script], env={**os.environ, "T": TOKEN}, **options)


def popen(script, **options):
    return subprocess.Popen([sys.executable, "-c", CHILD + script], env={**os.environ, "T": TOKEN}, **options)


@click.command()
@click.argument("how")
def command(how):
    if how == "error":
        raise ValueError(TOKEN)
    click.echo("x" + TOKEN, err=how == "err")


@pytest.fixture
def prints_first():
    print(TOKEN)


@pytest.fixture
def prints_last():
    yield
    print(TOKEN)


@pytest.fixture
def runs_last():
    yield
    CliRunner().invoke(command, ["out"])
"""
# Name -> code of a planted test, and the place that the search reports.
WAYS = {
    "print": ("print('before', TOKEN)", "its output"),
    "stderr": ("print(TOKEN, file=sys.stderr)", "its output"),
    "log": ("logging.getLogger('httpx').warning(TOKEN)", "its output or its log"),
    "error": ("raise ValueError(TOKEN)", "its error"),
    "base64": ("print(base64.b64encode(b'Basic ' + TOKEN.encode() + b' and more').decode())", "its output"),
    "base64_for_urls": (
        "print(base64.urlsafe_b64encode(b'???' + TOKEN.encode() + b' and more').decode())",
        "its output",
    ),
    "url": ("print('http://x/?t=' + quote(TOKEN))", "its output"),
    "url_in_small_letters": (
        "print('http://x/?t=' + quote(TOKEN, safe='').replace('%2F', '%2f').replace('%2B', '%2b'))",
        "its output",
    ),
    "json": ("print(json.dumps({'t': TOKEN}).replace('/', '\\\\/'))", "its output"),
    "lines": ("print(TOKEN[:9] + '\\r\\n' + TOKEN[9:])", "its output"),
    "in_a_fixture(prints_first)": ("pass", "its output"),
    "after_the_test(prints_last)": ("pass", "its output"),
    "capsys(capsys)": ("print(TOKEN); capsys.readouterr()", "capsys"),
    "capfd(capfd)": ("run('print(t)'); capfd.readouterr()", "capfd"),
    "runner": ("CliRunner().invoke(command, ['out'])", "the output of CliRunner"),
    "runner_errors": ("CliRunner().invoke(command, ['err'])", "the errors of CliRunner"),
    "runner_exception": ("CliRunner().invoke(command, ['error'])", "the exception of CliRunner"),
    "runner_after_the_test(runs_last)": ("pass", "the output of CliRunner"),
    "process": ("run('print(t)', capture_output=True, text=True)", "the output of a process"),
    "process_bytes": ("run('print(t)', stdout=subprocess.PIPE)", "the output of a process"),
    "process_errors": ("run('print(t, file=sys.stderr)', capture_output=True)", "the errors of a process"),
    "process_in_time": ("run('print(t)', capture_output=True, timeout=60)", "the output of a process"),
    "process_too_late": (
        "with pytest.raises(subprocess.TimeoutExpired): run('print(t, flush=True); time.sleep(60)', capture_output=True, timeout=1)",
        "the output of a process",
    ),
    "process_by_line": (
        "with popen('print(t)', stdout=subprocess.PIPE, text=True) as p: p.stdout.readline()",
        "the output of a process",
    ),
    "process_in_chunks": (
        "with popen('os.write(1, t[:9].encode()); time.sleep(0.2); os.write(1, t[9:].encode())', stdout=-1, bufsize=0) as p: [*p.stdout]",
        "the output of a process",
    ),
    "process_errors_by_line": (
        "with popen('print(t, file=sys.stderr)', stderr=subprocess.PIPE) as p: list(p.stderr)",
        "the output of a process",
    ),
    "terminal": ("pexpect.run('echo ' + TOKEN)", "a terminal"),
    "warning": ("with pytest.warns(UserWarning): warnings.warn('x ' + TOKEN)", "a warning"),
    "recorded_warning": ("with warnings.catch_warnings(record=True): warnings.warn(TOKEN)", "a warning"),
    "expected_error": ("with pytest.raises(ValueError): raise ValueError(TOKEN)", "an error that the test expects"),
    "cause": (
        "with pytest.raises(KeyError): raise KeyError(1) from ValueError(TOKEN)",
        "an error that the test expects",
    ),
    "group": (
        "with pytest.raises(ExceptionGroup): raise ExceptionGroup('x', [ValueError(TOKEN)])",
        "an error that the test expects",
    ),
    "file(tmp_path)": ("(tmp_path / '.x.part').write_text(TOKEN)", "the file .x.part"),
    "file_below(tmp_path)": (
        "(tmp_path / 'a').mkdir(); (tmp_path / 'a' / 'b').write_bytes(b'\\xff' + TOKEN.encode())",
        "the file a/b",
    ),
    "file_at_home(own_home)": (
        "(own_home / '.orion').mkdir(); (own_home / '.orion' / 'x').write_text(TOKEN)",
        "the file .orion/x",
    ),
    "log_of_a_local_orion(tmp_path)": (
        "with LocalOrion(tmp_path) as orion: (tmp_path / 'log').write_text(orion.token)",
        "the file log",
    ),
    "token_of_a_local_orion": ("with LocalOrion() as orion: print(orion.token)", "its output"),
    "token_made_by_request": (
        "with LocalOrion() as orion: print(orion.session().raw.__class__, orion.server._require().stack.credentials.get_password_token(1))",
        "its output",
    ),
    "token_of_a_configuration": ("SessionConfig('https://x', OTHER); print(OTHER)", "its output"),
    "not_needed": (
        "with allow_token('planted'): print('nothing')",
        "no token is shown, although allowed by allow_token('planted')",
    ),
    "not_needed_of_two": (
        "with allow_token('planted'): CliRunner().invoke(command, ['out'])\n    with allow_token('planted'): print('nothing')",
        "no token is shown, although allowed by allow_token('planted')",
    ),
    "beside_what_is_meant": (
        "with allow_token('planted'): CliRunner().invoke(command, ['out'])\n    CliRunner().invoke(command, ['out'])",
        "the output of CliRunner",
    ),
    "a_file_beside_what_is_meant(tmp_path)": (
        "with allow_token('planted', tmp_path / 'x'): (tmp_path / 'x').write_text(TOKEN); (tmp_path / 'y').write_text(TOKEN)",
        "the file y",
    ),
    "an_unknown_reason": ("with allow_token('because'): pass", "is not in helpers.canary.ALLOWED"),
}
CLEAN = {
    "nothing(tmp_path, own_home)": "print('nothing'); (tmp_path / 'x').write_text('nothing')",
    "profiles(own_home)": "(own_home / '.orion').mkdir(); (own_home / '.orion' / 'config').write_text(TOKEN)",
    "meant": "with allow_token('planted'): CliRunner().invoke(command, ['out'])",
    "meant_of_a_process": "with allow_token('planted'): run('print(t)', capture_output=True)",
    "meant_of_a_file(tmp_path)": "with allow_token('planted', tmp_path / 'x'): (tmp_path / 'x').write_text(TOKEN)",
    "token_of_another_test": "print(OTHER)",
    # The local Orions of earlier tests have stopped.
    "tokens_of_other_tests": "assert canary.CANARIES == {TOKEN}",
}


def _function(way: str, statement: str) -> str:
    name, _, fixtures = way.partition("(")
    return f"def test_{name}({fixtures.rstrip(')')}):\n    {statement}\n"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run all planted tests once, and return the message of each; empty if it passed."""
    folder = tmp_path_factory.mktemp("planted")
    path = folder / "test_planted.py"
    ways = [*((way, statement) for way, (statement, _) in WAYS.items()), *CLEAN.items()]
    path.write_text("\n\n".join([HEAD, *(_function(*each) for each in ways)]))
    given = os.environ.get("PYTHONPATH")
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-rA",
                "-p",
                "helpers.canary",
                "-p",
                "no:randomly",
                "-p",
                "no:cacheprovider",
            ),
            *("--rootdir", folder, "--junit-xml", folder / "report.xml", path),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *([given] if given else [])])},
        capture_output=True,
        text=True,
        check=False,
    )
    written = (folder / "report.xml").read_text()
    assert not contains_token(done.stdout + done.stderr + written)
    assert done.returncode == 1, done.stdout + done.stderr
    return {
        str(case.get("name")).removeprefix("test_"): "\n".join(
            each.text or "" for each in case if each.tag in {"failure", "error"}
        )
        for case in ET.fromstring(written).iter("testcase")
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_token_in_the_output_fails_the_test(planted: dict[str, str], way: str) -> None:
    assert WAYS[way][1] in planted[way.partition("(")[0]]


@pytest.mark.parametrize("way", CLEAN)
def test_a_test_without_a_token_passes(planted: dict[str, str], way: str) -> None:
    assert planted[way.partition("(")[0]] == ""


def test_every_form_is_found() -> None:
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            assert contains_token(encode(b"?" * shift + CANARY.encode() + b"tail").decode())
    assert contains_token(base64.encodebytes(b"x" * 40 + CANARY.encode() + b"x" * 40))
    assert contains_token(quote(CANARY, safe=""))
    assert contains_token(quote(CANARY, safe="").lower().replace("qzx", "QzX"))
    assert contains_token("".join(f"%{byte:02x}" for byte in CANARY.encode()))
    assert contains_token(json.dumps(CANARY).replace("/", r"\/"))
    assert contains_token(f"... {CANARY} ...")
    assert contains_token(b"\xff" + CANARY.encode())
    assert not contains_token("nothing to see")
    assert not contains_token(CANARY[:-1])


def test_every_reason_to_show_a_token_is_counted() -> None:
    sources = [
        path.read_text("utf-8") for path in TESTS.rglob("*.py") if path.name not in {"test_canary.py", "canary.py"}
    ]
    places = [reason for source in sources for reason in re.findall(r'\ballow_token\(\s*"([^"]+)"', source)]
    assert {reason: places.count(reason) for reason in {*ALLOWED, *places}} == ALLOWED
