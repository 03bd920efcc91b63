"""`ocli jobs summary-export`, `ocli cost export` and `ocli exports`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Call

from orionclient.local import LocalOrion
from orionclient.types import File, WorkFloeJob, WorkFloeSpec


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion with two jobs that were cancelled in the queue, and a file."""
    with LocalOrion(tmp_path_factory.mktemp("queue"), seed="demo", durable=False, jobs=0) as orion:
        session = orion.session()
        echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
        for name in ("first", "@second"):
            WorkFloeJob.start(session, echo, name).cancel()
        File.upload(session, "drugs", b"CNS")
        yield orion


@pytest.fixture
def run(queue: LocalOrion, call: Call, real_time: None) -> Call:
    def invoke(line: str) -> Any:
        return call(*line.split(), on=queue)

    return invoke


def test_a_report_is_created_and_downloaded_later(run: Call) -> None:
    done = run("jobs summary-export --job-ids 1")
    assert done.exit_code == 0, done.output
    words = done.stdout.split()
    assert words[:2] == ["Created", "export"]
    assert words[3].startswith("'jobs_summary-")
    made = words[2]
    assert run(f"exports wait {made}").exit_code == 0
    assert run(f"exports download {made} -o later.csv").exit_code == 0
    (row,) = csv.DictReader(Path("later.csv").read_bytes().decode().splitlines())
    assert (row["job_id"], row["name"], row["outcome"], row["cost"]) == ("1", "first", "cancelled", "0.0000")
    # The data of the command names the file.
    shown = json.loads(run("--json jobs summary-export --download").stdout)
    assert (shown["count"], shown["path"]) == (2, shown["name"])
    assert Path(shown["path"]).stat().st_size == shown["size"]


def test_formats_and_targets(run: Call) -> None:
    (Path.cwd() / "folder").mkdir()
    done = run("jobs summary-export -o folder/jobs.json --job-ids 1,2")
    assert done.stdout.endswith("with 2 rows to folder/jobs.json\n")
    assert [row["name"] for row in json.loads(Path("folder/jobs.json").read_bytes())] == ["first", "@second"]
    done = run("jobs summary-export -o - --as json --job-ids 2 --job-ids 1")
    assert [row["job_id"] for row in json.loads(done.stdout)] == [1, 2]
    done = run("jobs summary-export -o -")
    assert [row["name"] for row in csv.DictReader(done.stdout.splitlines())] == ["first", "'@second"]
    done = run("jobs summary-export -o folder --as csv")
    (path,) = Path("folder").glob("jobs_summary-*.csv")
    assert f"to {path}" in done.stdout


@pytest.mark.parametrize(
    "options", ["--start-date 2020-01-01 --end-date 2020-01-31", "--package-uuids a,b", "--workfloe-uuid x"]
)
def test_an_empty_report_is_no_error(run: Call, options: str) -> None:
    done = run(f"jobs summary-export {options} -o -")
    assert done.exit_code == 0
    assert done.stdout.startswith("job_id,name,")
    assert len(done.stdout.splitlines()) == 1
    assert run(f"jobs summary-export {options} -o - --as json").stdout == "[]\n"


def test_costs(run: Call) -> None:
    (row,) = json.loads(run("cost export --report-type=spend_summary -o - --as json").stdout)
    assert (row["jobs"], row["cancelled"], row["cost"], row["currency"]) == (2, 2, "0.0000", "USD")
    (row,) = json.loads(run("cost export --report-type=storage_use -o - --as json").stdout)
    assert (row["type"], row["count"], row["bytes"], row["owner"]) == ("file", 1, 3, "ada")
    shown = json.loads(run("--json cost export --report-type=storage_use --notify").stdout)
    done = json.loads(run(f"--json exports wait {shown['id']}").stdout)
    assert (shown["notify"], done["notified"]) == (True, done["finished"])


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("jobs summary-export --start-date yesterday", 2, "'yesterday' is not a valid date; give one such as 2026-11-30"),
        ("jobs summary-export --job-ids 1,x", 2, "'x' is not a valid id"),
        ("jobs summary-export --start-date 2026-12-02 --end-date 2026-12-01", 6, "2026-12-01 is before"),
        ("cost export", 2, "--report-type"),
        ("cost export --report-type=everything", 2, "unknown value 'everything'"),
        ("--json cost export --report-type=storage_use -o -", 2, "-o - takes no other output form"),
    ],
)  # fmt: skip
def test_invalid_options(run: Call, line: str, code: int, message: str) -> None:
    before = run("--json exports list").stdout
    done = run(line)
    assert (done.exit_code, message in done.stderr) == (code, True), done.stderr
    assert run("--json exports list").stdout == before


def test_a_dry_run_creates_nothing(run: Call) -> None:
    before = run("--json exports list").stdout
    assert run("jobs summary-export --dry-run").stdout == "Would export jobs_summary\n"
    assert json.loads(run("--json cost export --report-type storage_use --dry-run").stdout) == [
        {"would": "export storage_use"}
    ]
    assert run("--json exports list").stdout == before


def test_an_existing_file_is_not_replaced(run: Call) -> None:
    shown = json.loads(run("--json jobs summary-export --download").stdout)
    Path(shown["path"]).write_bytes(b"old")
    done = run(f"exports download {shown['id']}")
    assert (done.exit_code, Path(shown["path"]).read_bytes()) == (9, b"old"), done.output
    assert run(f"exports download {shown['id']} --force").exit_code == 0
    assert Path(shown["path"]).stat().st_size == shown["size"]
