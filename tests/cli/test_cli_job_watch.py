"""`ocli jobs watch` without a terminal: one line for each change, one request for a page of jobs, and the exit code of the jobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cli.conftest import Call
from click.testing import Result
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.cli._core.errors import DEADLINE, FAILURE, NOT_FOUND, SUCCESS

QUEUED = {
    "id": 2,
    "name": "two",
    "state": "queued",
    "reason": "",
    "workfloe": 3,
    "progress": 0.0,
    "run_time": 0.0,
    "cost": "0.0000",
}
RUNNING = {
    **QUEUED,
    "id": 1,
    "name": "one\x1b",
    "state": "running",
    "run_time": 3725.9,
    "cost": "0.3726",
    "currency": "USD",
}
DONE = {**RUNNING, "state": "complete", "outcome": "succeeded", "progress": 1.0}
FAILED = {
    **QUEUED,
    "state": "complete",
    "outcome": "failed",
    "reason": "no license",
    "run_time": 1.0,
    "progress": 0.999,
}
GONE = ScriptedResponse(404, {"detail": "The job does not exist."})


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


@pytest.fixture
def watch(call: Call, scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that calls `ocli jobs watch` with the responses of the server."""

    def run(*responses: Any, words: tuple[str, ...] = ("1", "2")) -> Result:
        scripted.then(*(each if isinstance(each, ScriptedResponse) else respond(each) for each in responses))
        for name, value in {"ORION_URL": scripted.url, "ORION_TOKEN": CANARY, "ORION_PROJECT": "7"}.items():
            monkeypatch.setenv(name, value)
        done = call("--max-retries", "0", "jobs", "watch", *words)
        assert len(scripted.requests) == len(responses), "each response is used once"
        return done

    return run


def respond(found: Any) -> ScriptedResponse:
    return ScriptedResponse(
        data={"count": len(found), "next": None, "results": found} if isinstance(found, list) else found
    )


STEPS: list[Any] = [
    [{**RUNNING, "progress": 0.5}, QUEUED],
    # Only the run time and the cost have changed.
    [{**RUNNING, "progress": 0.501, "run_time": 3727.0, "cost": "0.3727"}, QUEUED],
    [{**RUNNING, "progress": 0.51}, {**QUEUED, "name": "renamed"}],
    # The first job is not listed as open, so that it is requested by its id; then one job remains.
    [{**RUNNING, **QUEUED, "state": "running", "progress": 0.999, "run_time": 1.0}],
    DONE,
    FAILED,
]
LINES = r"""
Job 1 'one\x1b' is running: 50%, 1:02:05, 0.3726 USD
Job 2 'two' is queued
Job 1 'one\x1b' is running: 51%, 1:02:05, 0.3726 USD
Job 2 'renamed' is queued
Job 1 'one\x1b' succeeded: 1:02:05, 0.3726 USD
Job 2 'two' is running: 99%, 0:00:01, 0.0000 USD
Job 2 'two' failed: no license, 0:00:01, 0.0000
"""


def test_each_change_is_a_line(watch: Callable[..., Result], scripted: Scripted) -> None:
    done = watch(*STEPS)
    assert done.stdout == LINES.lstrip()
    assert done.exit_code == FAILURE
    assert "Failed: job 2: WorkFloeJob 2 ('two') failed: no license" in done.stderr
    assert "1 of 2 jobs did not succeed" in done.stderr
    paths = [each.path.partition("?") for each in scripted.requests]
    assert [path.removeprefix("/api/v1/jobs/") for path, _, _ in paths] == ["", "", "", "", "1/", "2/"]
    assert all("states=running&states=queued" in query for path, _, query in paths if path.endswith("jobs/"))
    assert all("project" not in query for _, _, query in paths)


def test_with_json_each_change_is_an_object(watch: Callable[..., Result]) -> None:
    done = watch(*STEPS, words=("1", "2", "--json"))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["id"], row["state"], row["progress"]) for row in rows] == [
        (1, "running", 0.5), (2, "queued", 0.0), (1, "running", 0.51), (2, "queued", 0.0), (1, "complete", 1.0),
        (2, "running", 0.999), (2, "complete", 0.999),
    ]  # fmt: skip


def test_only_ids_of_complete_jobs_are_printed(watch: Callable[..., Result]) -> None:
    assert watch(*STEPS, words=("1", "2", "--quiet")).stdout == "1\n2\n"


def test_a_single_job_is_requested_by_its_id(watch: Callable[..., Result], scripted: Scripted) -> None:
    done = watch(RUNNING, DONE, words=("1", "1"))
    assert done.exit_code == SUCCESS
    assert {each.path for each in scripted.requests} == {"/api/v1/jobs/1/"}


@pytest.mark.parametrize(("words", "project"), [((), 7), (("--project", "3"), 3)])
def test_without_ids_the_open_jobs_of_the_project_are_watched(
    watch: Callable[..., Result], scripted: Scripted, words: tuple[str, ...], project: int
) -> None:
    done = watch([{**DONE, "state": "running", "outcome": None}], DONE, words=words)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        SUCCESS,
        r"Job 1 'one\x1b' succeeded: 1:02:05, 0.3726 USD",
    )
    assert f"project={project}" in scripted.requests[0].path


@pytest.mark.parametrize(("words", "shown"), [((), "No job is queued or running\n"), (("--json",), "")])
def test_no_job_to_watch(watch: Callable[..., Result], words: tuple[str, ...], shown: str) -> None:
    done = watch([], words=words)
    assert (done.exit_code, done.stdout, done.stderr) == (SUCCESS, shown, "")


def test_the_deadline(watch: Callable[..., Result]) -> None:
    done = watch([RUNNING, QUEUED], words=("1", "2", "--deadline", "0"))
    assert done.exit_code == DEADLINE
    assert "watched for 0 s; jobs that are not complete: 1, 2" in done.stderr


def test_a_job_that_is_deleted_meanwhile_does_not_end_the_watch(watch: Callable[..., Result]) -> None:
    done = watch([RUNNING, QUEUED], [QUEUED], GONE, DONE | {"id": 2})
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        NOT_FOUND,
        r"Job 2 'one\x1b' succeeded: 1:02:05, 0.3726 USD",
    )
    assert "Failed: job 1: get_job" in done.stderr


def test_an_unknown_id_ends_the_command(watch: Callable[..., Result]) -> None:
    done = watch([], GONE)
    assert (done.exit_code, done.stdout) == (NOT_FOUND, "")


@pytest.mark.parametrize("value", ["x", None, [], 1e999])
def test_invalid_figures_of_a_server_are_not_shown(watch: Callable[..., Result], value: object) -> None:
    done = watch({**RUNNING, "progress": value, "run_time": value}, DONE, words=("1",))
    assert done.exit_code == SUCCESS
    assert done.stdout.splitlines()[0] == r"Job 1 'one\x1b' is running"
