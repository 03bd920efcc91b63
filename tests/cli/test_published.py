"""Every published command line of the original, and its output."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from cli.conftest import Call, environment
from helpers.canary import allow_token

from orionclient.cli._core.commands import common_options
from orionclient.cli._core.output import format_table
from orionclient.examples import drugs
from orionclient.local import LocalOrion
from orionclient.types import Dataset, File, ShardCollection, Token, WorkFloeSpec

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
# As printed in the vendor's examples. The other rows of that table, one of them with a longer name, are not shown
# there.
PUBLISHED = """\
created                        id  name            owner    project    size  state
---------------------------  ----  ------------  -------  ---------  ------  -------
2018-04-18T23:58:37.393553Z     1  drugs.sdf           1          1   14023  ready
"""
ROW = {
    "created": "2018-04-18T23:58:37.393553Z",
    "id": 1,
    "name": "drugs.sdf",
    "owner": 1,
    "project": 1,
    "size": 14023,
    "state": "ready",
}

# Command -> pattern of its standard output. The local Orion has file 1, dataset 1, collection 1 and floes.
SPELLINGS = [
    ("ocli files upload drugs.sdf", r"Uploaded file with id 2\n"),
    ("ocli datasets upload drugs.sdf", r"Created dataset with Id 2\n"),
    (
        "ocli files list",
        (
            r"created +id  name +owner    project    size  state\n-+  ----  -+  -------  ---------  ------  -------\n"
            rf"{STAMP}     1  drugs.sdf +1          1   \d+  ready\n"
        ),
    ),
    (
        "ocli datasets list",
        rf" +count  created +id  name +owner    project\n-+  -+  ----  -+  -------  ---------\n +24  {STAMP}     1  drugs +1          1\n",
    ),
    ("ocli config info", r"(?s)setting .*url +http://127.*token +\*\*\*.*"),
    ("ocli config list", r"active +profile +project +url +username\n.*\n"),
    ("ocli collections close 1", r"Closed collection 1\n"),
    ("ocli packages init", r"Created package [\w-]+ in \.\n"),
    ("ocli packages show-dockerfile package", r"(?s)FROM python:3\.11-slim\n.*"),
    ("ocli packages upload package", r"Uploaded package with id 1\n"),
    ("ocli packages share 1 --project 3", None),
    ("ocli tokens create nightly", r"Created token with id \d+\n\S+\n"),
    ("ocli tokens list", rf"created +description +id\n-+  -+  -+\n(?s:.*){STAMP}  for tests.*\n"),
    ("ocli tokens info {token}", rf"created +description +id\n-+  -+  -+\n{STAMP}  for tests.*\n"),
    ("ocli tokens update {token} --description other", r"Updated token \d+\n"),
    ("ocli tokens delete {token}", r"Deleted token \d+\n"),
    ('ocli jobs start {floe} "first try" --text=CNS --number=3', r"Started job with id 1\n"),
    ("ocli --timeout 60 files list", r"(?s)created .*"),
    ("ocli --max-retries 5 files list", r"(?s)created .*"),
    ("ocli --json files list", r"(?s)\[\n.*\]\n"),
]


@pytest.fixture
def world(orion: LocalOrion, tmp_path: Path) -> dict[str, object]:
    """Create what the commands use."""
    session = orion.session()
    (tmp_path / "drugs.sdf").write_bytes(drugs("sdf").read_bytes())
    File.upload(session, "drugs.sdf", drugs("sdf"))
    Dataset.upload(session, "drugs", drugs("sdf"))
    ShardCollection.create(session, "frames")
    floe = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
    token = Token.create(session, "for tests")
    package = tmp_path / "package"
    package.mkdir()
    (package / "manifest.json").write_text(
        json.dumps({"name": "mine", "version": "1.0", "python_version": "3.11", "requirements": []})
    )
    return {"floe": floe.id, "token": token.id}


@pytest.mark.parametrize(("spelling", "pattern"), SPELLINGS, ids=[spelling for spelling, _ in SPELLINGS])
def test_a_published_command_works(
    spelling: str, pattern: str | None, world: dict[str, object], orion: LocalOrion, call: Call, own_home: Path
) -> None:
    import shlex

    if pattern is None:
        assert call("packages", "upload", "package", on=orion).exit_code == 0
        pattern = r"Shared package 1\n"
    (own_home / ".orion").mkdir()
    with (
        allow_token("ocli tokens create prints the new token")
        if spelling.startswith("ocli tokens create")
        else nullcontext()
    ):
        done = call(*shlex.split(spelling.format(**world))[1:], on=orion)
    assert done.exit_code == 0, done.output
    assert re.fullmatch(pattern, done.stdout), done.stdout
    assert done.stderr == ""


def test_the_list_table_is_the_printed_one() -> None:
    columns = sorted(ROW)
    lines = format_table([ROW, {**ROW, "name": "twelve.chars"}], columns)
    assert "\n".join(lines[:3]) + "\n" == PUBLISHED


def test_the_list_table_is_the_one_of_tabulate() -> None:
    # Pinned with the other tools of the tests.
    from tabulate import tabulate

    for rows in (
        [ROW],
        [ROW, {**ROW, "name": "a much longer name", "size": 1}],
        [{"a": 1, "bb": "x"}, {"a": 22, "bb": "yyyyyyy"}],
    ):
        columns = sorted(rows[0])
        wanted = tabulate([[row[name] for name in columns] for row in rows], columns, tablefmt="simple")
        assert format_table(rows, columns) == [line.rstrip() for line in wanted.splitlines()]


def test_the_global_options_have_the_published_defaults() -> None:
    defaults = {option.opts[0]: option.default for option in common_options(hidden=False)}
    assert (defaults["--timeout"], defaults["--profile"], defaults["--max-retries"]) == (10, "default", 2)
    assert "--json" in defaults


def test_config_profile_prompts_like_the_original(call: Call, own_home: Path) -> None:
    done = call("--profile=work", "config", "profile", input="orion.example.com\nada\ntok-4711-secret-value\n")
    assert done.exit_code == 0, done.output
    prompts = [line for line in done.stdout.splitlines() if line.startswith("Orion")]
    assert [line.rpartition(": ")[0] for line in prompts] == [
        "Orion Url, ex: https://orion.eyesopen.us",
        "Orion Username",
        "Orion token",
    ]
    assert "tok-4711" not in done.output
    path = own_home / ".orion" / "config"
    assert (
        "[work]\nurl = https://orion.example.com\nusername = ada\ntoken = tok-4711-secret-value\n" in path.read_text()
    )
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_config_profile_prompts_only_for_missing_values(call: Call) -> None:
    done = call("config", "profile", "--url", "orion.example.com", "--username", "ada", "--with-token", input="tok-1\n")
    assert done.exit_code == 0, done.output
    assert "Orion U" not in done.stdout


def test_config_profile_accepts_a_token_and_a_deprecated_password(call: Call, orion: LocalOrion) -> None:
    words = ("--url", orion.url, "--username", "ada", "--password", "ada-demo", "--token", orion.token)
    done = call("config", "profile", *words)
    assert done.exit_code == 0, done.output
    assert "Warning: --password is deprecated and ignored" in done.stderr
    assert call("files", "list").exit_code == 0
    assert call("config", "info").exit_code == 0


SCRIPT = """
import json, subprocess, sys
command = 'ocli --json jobs start {spec} "title with spaces" --in={dataset} --receptor={file} --out "text"'
print(json.dumps(json.loads(subprocess.check_output(command.format(**json.loads(sys.argv[1])), shell=True))))
"""
DOCK = '''
from typing import Annotated

from orionclient.floes import Parameter, floe
from orionclient.types import Dataset, File


@floe
def dock(
    data: Annotated[Dataset, Parameter(promoted_name="in")],
    receptor: File,
    out: str = "docked",
) -> None:
    """Dock."""
    print(data.name, receptor.name, out)
'''


def test_scenario_24_jobs_start_from_a_subprocess(
    tmp_path: Path, own_home: Path, process: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    import sys

    (tmp_path / "dock_floes.py").write_text(DOCK)
    (tmp_path / "bin").mkdir()
    # The script calls `ocli`, which the entry point of the package installs.
    program = tmp_path / "bin" / "ocli"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m orionclient.cli "$@"\n')
    program.chmod(0o755)
    with LocalOrion(tmp_path / "orion", seed="demo", floes=[tmp_path / "dock_floes.py"], jobs=0) as orion:
        session = orion.session()
        dataset, file = Dataset.upload(session, "drugs", drugs("sdf")), File.upload(session, "receptor", b"R")
        spec = session.list_resources(WorkFloeSpec, {"name": "dock"}).one()
        given = json.dumps({"spec": spec.id, "dataset": dataset.id, "file": file.id})
        env = environment(own_home, orion)
        env["PATH"] = f"{program.parent}:{env['PATH']}"
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, given], env=env, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        job = json.loads(done.stdout)
        assert job["name"] == "title with spaces"
        assert job["parameters"] == {"promoted": {"in": dataset.id, "receptor": file.id, "out": "text"}}
        assert done.stderr == ""
        wrong = process("--json", "jobs", "start", str(spec.id), "title", "--in=1", "--input=2", on=orion)
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert "--in, --receptor, --out" in wrong.stderr
        missing = process("jobs", "start", str(spec.id), "title", "--in=1", on=orion)
        assert missing.returncode == 2
        assert "--receptor" in missing.stderr
