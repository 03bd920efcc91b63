"""`ocli jobs`: promoted names as options, waiting, logs, and running again."""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import Call
from helpers.canary import CANARIES

from orionclient.cli._commands.job_wait import _LogWriter
from orionclient.cli._core.output import format_table
from orionclient.cli._core.state import State
from orionclient.emulator.faults import set_field
from orionclient.exceptions import OrionError
from orionclient.local import LocalOrion
from orionclient.types import Dataset, WorkFloeJob, WorkFloePackage, WorkFloeSpec

pytestmark = pytest.mark.usefixtures("real_time")
FLOE = '''
from typing import Annotated, Literal

from orionclient.floes import Parameter, floe
from orionclient.types import Dataset


@floe(title="All kinds")
def kinds(
    data: Annotated[Dataset, Parameter(promoted_name="in", description="What goes in.")],
    timeout: Annotated[int, Parameter(description="A name that ocli has too.")] = 5,
    many: list[str] | None = None,
    choice: Literal["first", "second"] = "first",
    flag: bool = False,
    ratio: float = 0.5,
    long_name: str = "x",
    size: Annotated[int, Parameter(min_value=1, max_value=9, level="advanced")] = 3,
    share: Annotated[float, Parameter(max_value=1)] = 0.5,
    step: Literal[1, 2] = 1,
    words: Annotated[list[str] | None, Parameter(max_length=5)] = None,
    seed: Annotated[int, Parameter(hidden=True, min_value=0)] = 0,
) -> None:
    """Take everything."""
    print(data.name, timeout, many, choice, flag, ratio, long_name, size, share, step, words, seed)
'''


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    folder = tmp_path_factory.mktemp("floes")
    (folder / "kinds_floes.py").write_text(FLOE)
    with LocalOrion(folder / "stack", seed="demo", floes=[folder / "kinds_floes.py"]) as orion:
        CANARIES.add(orion.token)
        Dataset.create(orion.session(), "data")
        yield orion


def started(call: Call, orion: LocalOrion, *words: str) -> dict[str, object]:
    done = call("--json", "jobs", "start", *words, on=orion)
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_promoted_names_are_options_with_types(call: Call, planted: LocalOrion) -> None:
    job = started(
        call,
        planted,
        "All kinds",
        "name",
        "--in=1",
        "--timeout",
        "7",
        "--many",
        "a",
        "--many=b",
        "--choice",
        "second",
        "--flag",
        "--ratio=2",
        *("--size=9", "--share=1", "--step=2", "--words=a", "--words=b", "--seed=7"),
        "--long-name",
        "y",
    )
    assert job["parameters"] == {
        "promoted": {
            "in": 1,
            "timeout": 7,
            "many": ["a", "b"],
            "choice": "second",
            "flag": True,
            "ratio": 2.0,
            "long_name": "y",
            "size": 9,
            "share": 1.0,
            "step": 2,
            "words": ["a", "b"],
            "seed": 7,
        }
    }
    assert call("jobs", "wait", str(job["id"])).exit_code == 0
    assert call("jobs", "logs", str(job["id"])).stdout == "data 7 ['a', 'b'] second True 2.0 y 9 1.0 2 ['a', 'b'] 7\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--in=x"],
        ["--in=1", "--choice", "third"],
        ["--in=1", "--ratio", "much"],
        ["--in=1", "--flag=perhaps"],
        [],
        ["--in=1", "--nix=1"],
        ["--in=1", "--size=0"],
        ["--in=1", "--share=1.5"],
        ["--in=1", "--step=3"],
        ["--in=1", "--seed=-1"],
    ],
    ids=" ".join,
)
def test_invalid_values_are_rejected_before_any_request(words: list[str], call: Call, planted: LocalOrion) -> None:
    before = len(planted.faults.requests("create_job"))
    done = call("jobs", "start", "kinds", "name", *words, on=planted)
    assert done.exit_code == 2, done.output
    assert len(planted.faults.requests("create_job")) == before


def test_the_help_of_a_floe(call: Call, planted: LocalOrion) -> None:
    done = call("jobs", "start", "kinds", "--help", on=planted)
    assert done.exit_code == 0, done.output
    output = " ".join(done.stdout.split())
    assert "Start All kinds. Take everything." in output
    assert "--in ID What goes in. Type: data_source. [required]" in output
    assert "--size INTEGER RANGE Size Type: integer. Level: advanced. Default: 3. [1<=x<=9]" in output
    assert "Share Type: decimal. Default: 0.5. [x<=1]" in output
    assert "--step [1|2] Step Type: integer. Default: 1." in output
    assert "--words TEXT Words Type: string. At most 5 characters. Can be given several times." in output
    assert "seed" not in output.lower()
    assert "--choice [first|second]" in output
    assert "Default: 5." in output


def test_a_floe_by_id_title_name_and_uuid(call: Call, planted: LocalOrion) -> None:
    spec = planted.session().list_resources(WorkFloeSpec, {"name": "kinds"}).one()
    for given in (str(spec.id), "All kinds", "kinds", spec.uuid):
        done = call("jobs", "start", given, "name", "--in=1", "--dry-run", on=planted)
        assert done.stdout == f"""Would start floe {spec.id} as 'name' with {{"in": 1}}\n""", done.output
    assert call("jobs", "start", "no such floe", "name").exit_code == 2


def test_options_may_precede_the_name(call: Call, planted: LocalOrion) -> None:
    assert started(call, planted, "kinds", "--in=1", "a name")["name"] == "a name"
    done = call("jobs", "start", "kinds", "b", "--in=1", "--project", "3", "--json", on=planted)
    assert json.loads(done.stdout)["project"] == 3


def test_logs_follow_wait_and_rerun(call: Call, planted: LocalOrion) -> None:
    job = started(call, planted, "slow", "name", "--seconds=0.3", "--steps=3")
    done = call("jobs", "logs", str(job["id"]), "--follow", on=planted)
    assert done.stdout == "step 1 of 3\nstep 2 of 3\nstep 3 of 3\n"
    document = json.loads(call("--json", "jobs", "logs", str(job["id"])).stdout)
    assert document == {"job": job["id"], "lines": ["step 1 of 3", "step 2 of 3", "step 3 of 3"]}
    done = call("jobs", "rerun", str(job["id"]), "--name", "again")
    number = re.fullmatch(r"Started job (\d+) 'again'\n", done.stdout)
    assert number
    assert call("jobs", "wait", number[1]).stdout == f"Job {number[1]} 'again' is complete\n"
    exported = json.loads(call("jobs", "export-params", number[1]).stdout)
    assert exported["name"] == "again"
    assert exported["parameters"] == {"promoted": {"seconds": 0.3, "steps": 3}}


def test_start_waits_for_the_job(call: Call, planted: LocalOrion) -> None:
    job = started(call, planted, "echo", "name", "--text=CNS", "--wait")
    assert (job["state"], job["outcome"]) == ("complete", "succeeded")
    done = call("jobs", "start", "echo", "name", "--text=CNS", "--wait", on=planted)
    assert re.fullmatch(r"Started job with id (\d+)\nJob \1 'name' is complete\n", done.stdout)
    done = call("jobs", "start", "fail", "name", "--wait", on=planted)
    assert done.exit_code == 1
    assert re.fullmatch(r"Started job with id \d+\n", done.stdout)


def test_start_reads_parameters_from_a_file(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    given = {"in": 1, "ratio": 0.25}
    for document in (given, {"promoted": given}, {"name": "x", "workfloe": 99, "parameters": {"promoted": given}}):
        (tmp_path / "parameters.json").write_text(json.dumps(document))
        words = ("kinds", "name", "--param-file", "parameters.json")
        assert started(call, planted, *words)["parameters"] == {"promoted": given}
        job = started(call, planted, *words, "--ratio", "2")
        assert job["parameters"] == {"promoted": {"in": 1, "ratio": 2.0}}
    (tmp_path / "exported.json").write_text(call("jobs", "export-params", str(job["id"])).stdout)
    again = started(call, planted, "kinds", "name", "--param-file", "exported.json")
    assert again["parameters"] == job["parameters"]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"[]", 2, "not a JSON object of parameters"),
        (b'{"promoted": 1}', 2, "not a JSON object of parameters"),
        (b'{"in"', 2, "not valid JSON in parameters.json"),
        (b'{"ratio": 1}', 6, "parameter 'in'"),
        (b'{"in": 1, "nix": 1}', 6, "the floe has no promoted parameter 'nix'"),
        (b'{"in": 1, "timeout": "x"}', 6, "'timeout'"),
        (None, 2, "cannot read parameters.json"),
    ],
    ids=str,
)
def test_an_invalid_parameter_file_starts_nothing(
    content: bytes | None, code: int, message: str, call: Call, planted: LocalOrion, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "parameters.json").write_bytes(content)
    before = len(planted.faults.requests("create_job"))
    done = call("jobs", "start", "kinds", "name", "--param-file", "parameters.json", on=planted)
    assert (done.exit_code, done.stdout) == (code, ""), done.output
    assert message in done.stderr
    assert len(planted.faults.requests("create_job")) == before


def test_all_faults_of_a_parameter_file_are_named(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    given = {"nix": 1, "other": 2, "timeout": "x", "choice": "third", "many": 5}
    (tmp_path / "parameters.json").write_text(json.dumps(given))
    before = len(planted.faults.requests("create_job"))
    for more in ([], ["--dry-run"], ["--project", "3"], ["--ratio=2"]):
        done = call("jobs", "start", "kinds", "name", "--param-file", "parameters.json", *more, on=planted)
        assert (done.exit_code, done.stdout) == (6, ""), done.output
        hints = [line.removeprefix("Hint: ") for line in done.stderr.splitlines() if line.startswith("Hint: ")]
        for names in (("'nix'", "'other'"), ("'timeout'",), ("'choice'",), ("'many'",), ("'in'",)):
            assert any(all(name in hint for name in names) for hint in hints), (names, hints)
        assert len(hints) == 5
    # An option corrects a value of the file.
    done = call("jobs", "start", "kinds", "name", "--param-file", "parameters.json", "--timeout=7", on=planted)
    assert "'timeout' must" not in done.stderr
    assert len(planted.faults.requests("create_job")) == before


def test_cancel_and_wait_print_the_reason(call: Call, planted: LocalOrion) -> None:
    job = started(call, planted, "slow", "name", "--seconds=60", "--steps=600")
    assert call("jobs", "cancel", str(job["id"]), on=planted).stdout == f"Cancelled job {job['id']} 'name'\n"
    done = call("jobs", "wait", str(job["id"]))
    assert done.exit_code == 1
    assert "cancelled" in done.stderr


def test_a_log_in_a_pipe_is_unchanged(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    job = started(call, planted, "echo", "name", "--text", "\x1b[31mred")
    call("jobs", "wait", str(job["id"]))
    assert '"text": ' in call("jobs", "logs", str(job["id"])).stdout


@pytest.mark.parametrize("cubes", ["x", [None], [{"name": "echo", "parameters": [{"promoted_name": "text"}]}]], ids=str)
def test_an_invalid_specification_is_an_error_that_names_the_field(
    call: Call, planted: LocalOrion, cubes: object
) -> None:
    planted.faults.clear()
    planted.faults.script("get_workfloe", [set_field("specification.cubes", cubes)])
    done = call("jobs", "start", "echo", "x", "--text", "CNS", on=planted)
    planted.faults.assert_consumed()
    assert done.exit_code == 1
    assert "'specification.cubes" in done.output


@pytest.mark.parametrize("progress", ["half", [], {}, None])
def test_a_progress_that_is_not_a_number_is_omitted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], progress: object
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    share = _LogWriter(State())
    share(WorkFloeJob(id=1, state="running", progress=progress))
    assert capsys.readouterr().err.endswith("job 1 running")
    share(WorkFloeJob(id=1, state="running", progress=0.5))
    assert capsys.readouterr().err.endswith("job 1 running 50%")


MANIFEST = {"name": "twins", "version": "1.0.0", "python_version": "3.11", "requirements": []}
TWIN = """
from orionclient.floes import floe


@floe(title="Twin")
def twin(word: str) -> None:
    print(word)
"""


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion with three packages that have a floe of the same name, the first one deleted, and another deprecated floe."""
    folder = tmp_path_factory.mktemp("twins")

    def pack(version: str, floe: str) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, content in {
                "manifest.json": json.dumps(MANIFEST | {"version": version}),
                "floes/f.py": floe,
            }.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content.encode()))
        return out.getvalue()

    with LocalOrion(folder / "stack", seed="demo") as orion:
        CANARIES.add(orion.token)
        session = orion.session()
        single = TWIN.replace("twin", "single").replace("Twin", "Single")
        packages = [
            WorkFloePackage.upload(session, pack(version, floe))
            for version, floe in (("1.0.0", TWIN), ("1.1.0", single), ("1.2.0", TWIN), ("1.3.0", TWIN))
        ]
        for package in packages:
            package.wait(timeout=120)
        for package in packages[:2]:
            session.delete_resource(package)
        yield orion


def test_the_newest_ready_floe_of_a_name_is_started(call: Call, twins: LocalOrion) -> None:
    found = list(twins.session().list_resources(WorkFloeSpec, {"name": "twin"}))
    assert [each.state for each in found] == ["deprecated", "ready", "ready"]
    newest = max(found, key=lambda each: each.created)
    for given in ("twin", "Twin"):
        assert started(call, twins, given, "a name", "--word", "x")["workfloe"] == newest.id


def test_a_deprecated_floe_is_started_by_id_alone(call: Call, twins: LocalOrion) -> None:
    single = twins.session().list_resources(WorkFloeSpec, {"name": "single"}).one()
    done = call("jobs", "start", "single", "a name", "--word", "x", on=twins)
    assert done.exit_code == 2
    assert f"no floe 'single' is ready: {single.id} (deprecated). Give the id" in done.output
    # The server decides about the id.
    done = call("jobs", "start", str(single.id), "a name", "--word", "x")
    assert done.exit_code == 6, done.output
    assert "deprecated" in done.output


def test_an_unknown_floe_is_reported_with_the_closest_names(call: Call, twins: LocalOrion) -> None:
    done = call("jobs", "start", "twim", "a name", on=twins)
    assert done.exit_code == 2
    assert "no floe with the id, title, name or uuid 'twim'. Did you mean 'twin'" in done.output


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    """Start a local Orion with the jobs 1 (of the seed), 2 (succeeded), 3 (failed) and 4 (cancelled)."""
    with LocalOrion(tmp_path_factory.mktemp("finished"), seed="demo", durable=False) as orion:
        session = orion.session()
        floes = {each.name: each for each in session.list_resources(WorkFloeSpec)}
        WorkFloeJob.start(session, floes["echo"], "fine", {"promoted": {"text": "CNS"}}).wait()
        job = WorkFloeJob.start(session, floes["fail"], "broken")
        with pytest.raises(OrionError):
            job.wait()
        job = WorkFloeJob.start(session, floes["slow"], "stopped", {"promoted": {"seconds": 600, "steps": 600}})
        job.cancel()
        with pytest.raises(OrionError):
            job.wait()
        yield orion


def test_cancelling_a_finished_job_says_so(call: Call, finished: LocalOrion) -> None:
    ids = {job.name: str(job.id) for job in finished.session().list_resources(WorkFloeJob)}
    done = call("jobs", "cancel", ids["fine"], ids["broken"], ids["stopped"], on=finished)
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            f"Job {ids['fine']} 'fine' was complete already: it succeeded",
            f"Job {ids['broken']} 'broken' was complete already: it failed",
            f"Cancelled job {ids['stopped']} 'stopped'",
        ],
    )
    shown = json.loads(call("--json", "jobs", "cancel", ids["fine"]).stdout)
    assert [each["outcome"] for each in shown] == ["succeeded"]


def listed(call: Call, orion: LocalOrion, *words: str) -> list[str]:
    done = call("jobs", "list", "--columns", "name", "--format", "csv", *words, on=orion)
    assert done.exit_code == 0, done.output
    return [line for line in done.stdout.split()[1:] if line in {"fine", "broken", "stopped"}]


def test_jobs_are_listed_newest_first(call: Call, finished: LocalOrion) -> None:
    assert listed(call, finished) == ["stopped", "broken", "fine"]
    assert listed(call, finished, "--limit", "2") == ["stopped", "broken"]
    assert listed(call, finished, "--sort", "created") == ["fine", "broken", "stopped"]
    assert listed(call, finished, "--sort", "name", "--limit", "1") == ["broken"]
    assert [each.name for each in finished.session().list_resources(WorkFloeJob)][-3:] == ["fine", "broken", "stopped"]


def test_failed_jobs(call: Call, finished: LocalOrion) -> None:
    assert listed(call, finished, "--failed") == ["broken"]
    assert listed(call, finished, "--failed", "--state", "running") == []
    rows = json.loads(call("--json", "jobs", "list", "--limit", "3", on=finished).stdout)
    assert [row["outcome"] for row in rows] == ["cancelled", "failed", "succeeded"]


@pytest.mark.parametrize("reason", ["no license", ""])
def test_a_complete_job_without_an_outcome_failed_if_it_has_a_reason(
    call: Call, finished: LocalOrion, reason: str
) -> None:
    finished.faults.clear()
    job = {"id": 9, "name": "fine", "state": "complete", "reason": reason, "workfloe": 1}
    finished.faults.script("list_jobs", [set_field("results", [job])])
    assert listed(call, finished, "--failed") == ["fine"][: bool(reason)]
    finished.faults.assert_consumed()


def test_jobs_since_a_time(call: Call, finished: LocalOrion) -> None:
    created = {each.name: each.created for each in finished.session().list_resources(WorkFloeJob)}
    assert listed(call, finished, "--since", created["broken"]) == ["stopped", "broken"]
    assert listed(call, finished, "--since", created["broken"].removesuffix("Z")) == ["stopped", "broken"]
    assert listed(call, finished, "--since", "1d", "--limit", "1") == ["stopped"]
    assert listed(call, finished, "--since", "2999-01-01") == []
    for bad in ("soon", "", "3x", "999999999w", "2026-13-01"):
        done = call("jobs", "list", "--since", bad, on=finished)
        assert done.exit_code == 2, done.output
        assert "is not a valid time" in done.output


def test_failed_jobs_are_red_on_a_terminal(call: Call, finished: LocalOrion) -> None:
    done = call("jobs", "list", "--columns", "name,state,outcome", "--limit", "3", on=finished, color=True)
    assert "\x1b" not in done.stdout
    rows = [{"state": "complete", "outcome": outcome} for outcome in ("failed", "cancelled", "succeeded")]
    red, yellow, green = ((f"\x1b[{code}m{{}}\x1b[0m".format) for code in (31, 33, 32))
    lines = format_table(rows, ["state", "outcome"], colors=True)[2:]
    assert [line.split() for line in lines] == [
        [red("complete"), red("failed")], [green("complete"), yellow("cancelled")], [green("complete"), green("succeeded")],
    ]  # fmt: skip
