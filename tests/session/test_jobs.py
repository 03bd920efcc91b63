"""Jobs through the session: started in every published form, waited for, read, cancelled and restarted."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import CANARY
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.examples import drugs
from orionclient.exceptions import (
    BadResponse,
    MultipleResultsFound,
    NoResultFound,
    NotFoundResponse,
    NotLoaded,
    OrionError,
    OrionTimeout,
    ValidationError,
)
from orionclient.helpers.parameterize import parameterize_workfloe
from orionclient.helpers.reports import download_report
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Balance, Dataset, File, Project, ShardCollection, WorkFloeJob, WorkFloeSpec

pytestmark = pytest.mark.usefixtures("real_time")

DONE = {"id": 5, "name": "x", "state": "complete", "reason": "", "workfloe": 3}


@pytest.fixture
def floe(session: OrionSession) -> Callable[[str], WorkFloeSpec]:
    """Return a function that finds a floe by name."""
    return lambda name: next(each for each in session.list_resources(WorkFloeSpec) if each.name == name)


# ---------------------------------------------------------------- results


def test_molecules_become_a_dataset(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    file = File.upload(session, "my molecules", drugs("sdf"))
    job = floe("etl").start("first", file=file, dataset="drugs")
    assert job.state in {"queued", "running"}
    assert (job.reason, job.succeeded) == ("", False)
    seen: list[str] = []
    job.wait(timeout=60, on_progress=lambda each: seen.append(each.state))
    assert seen[-1] == "complete"
    assert (job.succeeded, job.reason, job.outcome, job.progress) == (True, "", "succeeded", 1.0)
    dataset = job.outputs(Dataset).one()
    assert (dataset.name, dataset.count) == ("drugs", 24)
    assert [tag["name"] for tag in session.list_tags(dataset)] == dataset.systemtags == [f"Job {job.id}"]
    assert session.list_resources(Dataset, {"systag_filters": dataset.systemtags}).one() == dataset
    assert list(job.logs())[-1] == f"dataset {dataset.id} 'drugs': 24 records"
    assert job.outputs(File).count() == 0


@pytest.mark.parametrize("kind", ["smi", "csv"])
@pytest.mark.parametrize("named", [True, False])
def test_the_format_is_found_by_name_or_content(
    session: OrionSession, floe: Callable[[str], WorkFloeSpec], kind: str, named: bool
) -> None:
    path = drugs("smi")
    content = path.read_bytes() if kind == "smi" else b"SMILES,Title\nCCO,ethanol\nCC,ethane\n"
    file = File.upload(session, f"set.{kind}" if named else "set", content)
    job = floe("etl").start("x", file=file)
    job.wait(timeout=60)
    assert job.outputs(Dataset).one().count == (24 if kind == "smi" else 2)


@pytest.mark.parametrize(("name", "chosen"), [("x.sdf.gz", "auto"), ("x.sdf", "auto"), ("x", "auto"), ("x", "sdf")])
def test_gzip_is_found_by_content(
    session: OrionSession, floe: Callable[[str], WorkFloeSpec], name: str, chosen: str
) -> None:
    file = File.upload(session, name, gzip.compress(drugs("sdf").read_bytes()))
    job = floe("etl").start("x", file=file, format=chosen)
    job.wait(timeout=60)
    assert job.outputs(Dataset).one().count == 24


def test_a_malformed_record_is_the_reason(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    records = drugs("sdf").read_text().split("$$$$\n")
    records[2] = records[2].replace("V2000", "V2O00")
    file = File.upload(session, "bad.sdf", "$$$$\n".join(records).encode())
    job = floe("etl").start("x", file=file)
    with pytest.raises(OrionError, match=rf"WorkFloeJob {job.id} \('x'\) failed: .*Record 3 "):
        job.wait(timeout=60)
    assert job.state == "complete"
    assert "Record 3 (paracetamol)" in job.reason
    assert "\n" not in job.reason
    assert (job.outcome, job.succeeded) == ("failed", False)
    assert job.outputs(Dataset).count() == 0
    log = "\n".join(job.logs())
    assert "Traceback (most recent call last)" in log
    assert "_builtin.py" in log
    assert "_running.py" not in log


def test_a_dataset_becomes_a_collection_and_a_dataset_again(
    session: OrionSession, floe: Callable[[str], WorkFloeSpec]
) -> None:
    dataset = Dataset.upload(session, "drugs", drugs("sdf"))
    job = floe("dataset_to_collection").start("x", dataset=dataset, collection="shards", shard_size=10)
    job.wait(timeout=60)
    collection = job.outputs(ShardCollection).one()
    assert (collection.name, collection.state, collection.shard_count) == ("shards", "ready", 3)
    assert [shard.metadata for shard in collection.list_shards()] == [{"records": 10}, {"records": 10}, {"records": 4}]
    job = floe("collection_to_dataset").start("x", collection=collection, dataset="back")
    job.wait(timeout=60)
    assert list(job.outputs(Dataset).one().records()) == list(dataset.records())


def test_a_report_names_its_first_page(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    job = floe("report").start("x", title="Poses & hits", pages=3, collection="poses")
    job.wait(timeout=60)
    (collection,) = session.list_resources(ShardCollection, {"tags": "floe_report"})
    assert collection.id == job.outputs(ShardCollection).one().id
    shards = {shard.id: b"".join(shard.download()).decode() for shard in collection.list_shards()}
    (page,) = collection.metadata["index_pages"]
    assert "<h1>Poses &amp; hits 3</h1>" in shards[page["id"]]
    others = sorted(set(shards) - {page["id"]})
    assert [f"/collections/{collection.id}/shards/{each}/download/" in shards[page["id"]] for each in others] == [
        True
    ] * 2


def test_parameters_arrive_as_given(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    given = {"text": 'a "b" ü', "number": -3, "ratio": 2, "flag": True, "choice": "second", "data": {"a": [1, None]}}
    job = floe("echo").start("x", output="echo.json", words=["x", "y"], **given)
    job.wait(timeout=60)
    content = json.loads(b"".join(job.outputs(File).one().download()))
    assert content == {**given, "words": ["x", "y"]}
    assert list(job.logs()) == [json.dumps(content, ensure_ascii=False)]


# ---------------------------------------------------------------- waiting, logs, cancelling


def test_a_job_that_fails_says_why(floe: Callable[[str], WorkFloeSpec]) -> None:
    job = floe("fail").start("doomed", message="no licence\nfor this")
    with pytest.raises(OrionError, match=r"\('doomed'\) failed: RuntimeError: no licence for this$"):
        job.wait(timeout=60)
    assert job.reason == "RuntimeError: no licence for this"


def test_a_running_job_is_cancelled(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    job = floe("slow").start("x", seconds=600.0, steps=600)
    lines = job.logs(follow=True)
    assert next(lines) == "step 1 of 600"
    assert 0 < _refreshed(session, job).progress < 1
    begin = time.monotonic()
    job.cancel()
    with pytest.raises(OrionError, match="cancelled: cancelled by ada"):
        job.wait(timeout=120)
    assert time.monotonic() - begin < 120
    assert (job.outcome, job.succeeded, job.reason) == ("cancelled", False, "cancelled by ada")
    job.cancel()
    assert job.outcome == "cancelled"
    assert all(line.startswith("step ") for line in lines)


def test_cancelling_a_finished_job_has_no_effect(floe: Callable[[str], WorkFloeSpec]) -> None:
    job = floe("echo").start("x")
    job.wait(timeout=120)
    before = job.to_dict()
    job.cancel()
    assert (job.outcome, job.finished) == ("succeeded", before["finished"])


def _refreshed(session: OrionSession, job: WorkFloeJob) -> WorkFloeJob:
    session.refresh_resource(job)
    return job


def test_a_log_is_followed_to_its_end(floe: Callable[[str], WorkFloeSpec]) -> None:
    job = floe("slow").start("x", seconds=0.5, steps=5)
    assert list(job.logs(follow=True)) == [f"step {step} of 5" for step in range(1, 6)]
    assert job.state == "complete"


def test_a_log_is_put_together_from_its_chunks(scripted: Scripted) -> None:
    def log(raw: bytes) -> ScriptedResponse:
        return ScriptedResponse(raw=raw, headers={"Content-Type": "text/plain"})

    scripted.then(
        ScriptedResponse(data={**DONE, "state": "running"}),
        log(b"one\r\ntw"),
        ScriptedResponse(data=DONE),
        log(b"o\n\xff\n\nlast"),
    )
    job = WorkFloeJob(id=5, session=scripted.session())
    assert list(job.logs(follow=True)) == ["one", "two", "\ufffd", "", "last"]
    assert [each.path.partition("?")[2] for each in scripted.requests if "/logs/" in each.path] == [
        "offset=0",
        "offset=7",
    ]


def test_waiting_times_out(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={**DONE, "state": "running"}))
    job = WorkFloeJob(id=5, session=scripted.session())
    with pytest.raises(OrionTimeout, match=r"waited 0.2 s for WorkFloeJob 5 to become 'complete'; it is 'running'"):
        job.wait(timeout=0.2)


def test_a_reason_alone_is_a_failure(scripted: Scripted) -> None:
    # The field `outcome` is assumed; if it is omitted, the job has only its reason.
    scripted.then(ScriptedResponse(data={**DONE, "reason": "out of memory"}))
    job = WorkFloeJob(id=5, session=scripted.session())
    with pytest.raises(OrionError, match=r"WorkFloeJob 5 \('x'\) failed: out of memory"):
        job.wait()
    assert WorkFloeJob.from_msg(DONE).succeeded
    assert not WorkFloeJob.from_msg({**DONE, "outcome": "failed"}).succeeded


def test_the_cost_of_a_job(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    before: Balance = session.get_current_balance()
    job = floe("slow").start("x", seconds=1.5)
    job.wait(timeout=60)
    assert isinstance(job.cost, Decimal)
    assert job.cost == round(Decimal(repr(job.run_time)) * Decimal("0.0001"), 4)
    assert job.cost >= Decimal("0.0001")
    assert job.currency == before.currency
    assert session.get_current_balance().amount == before.amount - job.cost


def test_outputs_are_of_kinds_with_tags(scripted: Scripted) -> None:
    job = WorkFloeJob(id=5, session=scripted.session())
    for kind in (Project, int):
        with pytest.raises(ValidationError, match="cannot be listed by its tags"):
            job.outputs(kind)


def test_jobs_are_listed_linked_tagged_and_deleted(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    echo = floe("echo")
    job, other = echo.start("first"), echo.start("second")
    job.wait(timeout=60)
    other.wait(timeout=60)
    session.tag_resource(job, "keep")
    assert [each.id for each in session.list_resources(WorkFloeJob, {"tags": "keep"})] == [job.id]
    assert [each.id for each in session.list_resources(WorkFloeJob, {"workfloe": echo.id})] == [job.id, other.id]
    assert [each.name for each in session.list_resources(WorkFloeJob, {"name": "second", "state": "complete"})] == [
        "second"
    ]
    assert session.get_link(session.create_link(job)).get_resource() == job
    assert session.delete_resource(job)
    with pytest.raises(NotFoundResponse):
        session.get_resource(WorkFloeJob, job.id)


def test_a_job_is_renamed_and_its_log_deleted(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    job = floe("echo").start("first")
    job.wait(timeout=60)
    session.update_resource(job, {"name": "renamed"})
    assert (job.name, session.get_resource(WorkFloeJob, job.id).name) == ("renamed", "renamed")
    assert job.log_size() == sum(len(line.encode()) + 1 for line in job.logs()) > 0
    job.delete_logs()
    assert (job.log_size(), list(job.logs())) == (0, [])


def test_the_size_of_a_log_that_is_not_an_integer_is_rejected(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"size": "5"}))
    with pytest.raises(BadResponse, match="size"):
        WorkFloeJob(id=5, session=scripted.session()).log_size()


KEY = "-----BEGIN RSA PRIVATE KEY-----"
# Line of a log -> the line in the export; None if it is unchanged.
LOGGED = {
    "Authorization: Digest username=ada, response=6629fae4": "Authorization: ***",
    "sent with Bearer abc.def-ghi_jkl": "sent with Bearer ***",
    "{'Cookie': 'session=12; path=/', 'Accept': '*/*'}": "{'Cookie': ***, 'Accept': '*/*'}",
    'ORION_TOKEN=s3cret and {"password": "two words", "n": 5}': 'ORION_TOKEN=*** and {"password": ***, "n": 5}',
    '"{"api_key": "s3cret", "n": 5}"': '"{"api_key": ***, "n": 5}"',
    "GET https://ada:pw@h.example/a/b?X-Amz-Signature=00ff&X-Amz-Date=1 failed": "GET https://***@h.example/a/b?*** failed",
    "q8Zt4Nf0Kx7Lw2Bv9Yc5Hd1Rm6Gj3Ps8Ta": "***",
    "Screening_Results_2026-11-30_Version_2.sdf": None,
    "0b7c3a52-6f0e-4f0f-9a52-2c8f9e1d7b60 CC(=O)Oc1ccccc1C(=O)O 512 tokens: 7": None,
    "key: BSYNRYMUTXBXSQ-UHFFFAOYSA-N, secretary, a token was made": None,
    f"{KEY} MIIE": "***",
    "c2VjcmV0": "***",
    "-----END RSA PRIVATE KEY-----": "***",
    "after the key \xff": None,
}


def test_a_debug_export_has_all_but_secrets(scripted: Scripted, tmp_path: Path) -> None:
    given = {
        "promoted": {"password": "hunter2", "secret": 4, "url": "http://h/?sig=1", "words": ["x", f"a {CANARY} b"]}
    }
    job = {**DONE, "parameters": given, "system_parameters": {}}
    floe = {"id": 3, "name": "dock", "specification": {"cubes": [{"name": "a", "token": "t0ken"}]}}
    log = ScriptedResponse(raw="\n".join(LOGGED).encode(), headers={"Content-Type": "text/plain"})
    scripted.then(*[ScriptedResponse(data=job), ScriptedResponse(data=floe), log] * 2)
    path, stream = tmp_path / "job.zip", io.BytesIO()
    path.write_bytes(b"old")
    found = WorkFloeJob(id=5, session=scripted.session())
    found.debug_export(path)
    found.debug_export(stream)
    assert path.read_bytes() == stream.getvalue()
    assert [each.name for each in tmp_path.iterdir()] == ["job.zip"]
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name).decode() for name in archive.namelist()}
    assert [*content] == ["job.json", "specification.json", "parameters.json", "log.txt", "README"]
    shown = {"promoted": {"password": "***", "secret": 4, "url": "http://h/?***", "words": ["x", "a *** b"]}}
    assert json.loads(content["job.json"]) == {**job, "parameters": shown}
    assert json.loads(content["specification.json"])["specification"] == {"cubes": [{"name": "a", "token": "***"}]}
    assert json.loads(content["parameters.json"]) == {
        "name": "x", "workfloe": 3, "parameters": shown, "system_parameters": {},
    }  # fmt: skip
    assert content["log.txt"].splitlines() == [after or before for before, after in LOGGED.items()]
    assert "job 5" in content["README"]


@pytest.mark.parametrize("status", [404, 403])
def test_a_debug_export_without_the_floe(scripted: Scripted, status: int) -> None:
    scripted.then(
        ScriptedResponse(data={**DONE, "parameters": {}, "system_parameters": {}}),
        ScriptedResponse(status, {"detail": "no"}),
        ScriptedResponse(raw=b"", headers={"Content-Type": "text/plain"}),
    )
    stream = io.BytesIO()
    WorkFloeJob(id=5, session=scripted.session()).debug_export(stream)
    with zipfile.ZipFile(stream) as archive:
        assert archive.read("specification.json") == b"null\n"


# ---------------------------------------------------------------- the published forms of starting


PARAMS = {"promoted": {"text": "ü", "ratio": 1.0, "data": {"z": 1, "a": [None, 1e22]}}, "cube": {"echo": {"number": 3}}}


@pytest.mark.parametrize("system", [None, {}, {"max_run_time": 3600, "email": True}], ids=["without", "empty", "with"])
def test_a_job_is_started_again_by_the_same_request(
    orion: LocalOrion, session: OrionSession, floe: Callable[[str], WorkFloeSpec], scripted: Scripted, system: Any
) -> None:
    echo, more = floe("echo"), {} if system is None else {"system_parameters": system}
    job = WorkFloeJob.start(session, echo, "name", PARAMS, **more)
    exported = session.get_resource(WorkFloeJob, job.id).export_params()
    assert exported == {"name": "name", "workfloe": echo.id, "parameters": PARAMS, "system_parameters": system or {}}
    stored = json.loads(json.dumps(exported))
    # The same two calls to a server that records its requests.
    recorder = scripted.then(ScriptedResponse(201, DONE)).session()
    recorder.config = scripted.config(project=session.config.project)
    WorkFloeJob.start(recorder, echo, "name", PARAMS, **more)
    WorkFloeJob.start(recorder, param_dict=stored)
    older = {"system_parameters": stored["system_parameters"]} if system is not None else {}
    WorkFloeJob.start(recorder, stored["workfloe"], stored["name"], stored["parameters"], **older)
    first, again, oldest = [each.body for each in scripted.requests]
    assert first == again == oldest
    WorkFloeJob.start(session, param_dict=stored)
    one, two = orion.faults.requests("create_job")
    assert one.received == two.received == len(first)


def test_further_arguments_replace_exported_ones(scripted: Scripted) -> None:
    session = scripted.then(ScriptedResponse(201, DONE)).session()
    params = {"name": "old", "workfloe": 3, "parameters": {"promoted": {"a": 1}}, "system_parameters": {"b": 2}}
    WorkFloeJob.start(session, param_dict=params, name="new", project=Project(id=2))
    WorkFloeJob.start(session, 4, params={"promoted": {}}, param_dict=params, system_parameters={})
    assert [json.loads(each.body) for each in scripted.requests] == [
        {
            "name": "new",
            "project": 2,
            "workfloe": 3,
            "parameters": {"promoted": {"a": 1}},
            "system_parameters": {"b": 2},
        },
        {"name": "old", "project": 7, "workfloe": 4, "parameters": {"promoted": {}}},
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "no floe given"),
        ({"param_dict": {"name": "x"}}, "no floe given"),
        ({"workfloe": "the best"}, "workfloe must be an integer"),
        ({"workfloe": WorkFloeSpec()}, "has no id"),
        ({"workfloe": 3, "params": [1]}, "params must be a mapping, not list"),
        ({"workfloe": 3, "params": {"promoted": {"file": File(id=1)}}}, "pass resources by id"),
        ({"workfloe": 3, "system_parameters": {"a": float("inf")}}, "system_parameters is not JSON serializable"),
        ({"param_dict": 5}, "param_dict must be a mapping"),
        (
            {"param_dict": {"workfloe": 3, "colour": "red"}},
            "unknown key 'colour'; known keys are name, workfloe, parameters",
        ),
    ],
)
def test_invalid_starts_are_rejected_before_any_request(
    scripted: Scripted, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        WorkFloeJob.start(scripted.session(), **arguments)
    assert scripted.requests == []


def test_the_server_names_unknown_parameters(session: OrionSession, floe: Callable[[str], WorkFloeSpec]) -> None:
    with pytest.raises(BadResponse, match=r"'colour'.*'text', 'number'") as caught:
        WorkFloeJob.start(session, floe("echo"), "x", {"promoted": {"colour": "red"}})
    assert caught.value.response.status_code == 422


def test_parameters_that_were_not_sent_are_not_exported() -> None:
    with pytest.raises(NotLoaded, match="system_parameters"):
        WorkFloeJob.from_msg({**DONE, "parameters": {}}).export_params()


# ---------------------------------------------------------------- sweeps


def test_a_sweep_merges_deeply_and_leaves_its_defaults_alone(scripted: Scripted) -> None:
    session = scripted.then(*[ScriptedResponse(201, {**DONE, "id": id}) for id in (1, 2, 3)]).session()
    defaults = {"promoted": {"in": 618, "opt": {"a": 1, "b": {"c": 2}}}, "cube": {"dock": {"list": [1, 2]}}}
    before = json.dumps(defaults)
    sets = [{}, {"promoted": {"opt": {"b": {"d": 3}}}}, {"cube": {"dock": {"list": [9]}, "rank": {"n": 1}}}]
    jobs = parameterize_workfloe(WorkFloeSpec(id=3, session=session), "name", defaults, iter(sets))
    assert [job.id for job in jobs] == [1, 2, 3]
    assert [json.loads(each.body)["parameters"] for each in scripted.requests] == [
        defaults,
        {"promoted": {"in": 618, "opt": {"a": 1, "b": {"c": 2, "d": 3}}}, "cube": {"dock": {"list": [1, 2]}}},
        {"promoted": defaults["promoted"], "cube": {"dock": {"list": [9]}, "rank": {"n": 1}}},
    ]
    assert json.dumps(defaults) == before


@pytest.mark.parametrize(("defaults", "sets"), [([], [{}]), ({}, [{}, 5])])
def test_a_sweep_of_something_else_starts_nothing(scripted: Scripted, defaults: Any, sets: Any) -> None:
    with pytest.raises(ValidationError, match="must be mappings"):
        parameterize_workfloe(WorkFloeSpec(id=3, session=scripted.session()), "name", defaults, sets)
    assert scripted.requests == []


def test_a_data_folder_keeps_its_jobs(tmp_path: Path) -> None:
    with LocalOrion(tmp_path / "data", seed="demo") as orion:
        session = orion.session()
        echo = session.list_resources(WorkFloeSpec, {"title": "echo"}).one()
        job = echo.start("x")
        job.wait(timeout=60)
    with LocalOrion(tmp_path / "data") as orion:
        session = orion.session()
        assert session.list_resources(WorkFloeSpec, {"title": "echo"}).one().id == echo.id
        assert session.get_resource(WorkFloeJob, job.id).succeeded
        assert list(session.get_resource(WorkFloeJob, job.id).logs()) != []


def test_the_report_of_a_job(session: OrionSession, tmp_path: Path) -> None:
    (writer,) = session.list_resources(WorkFloeSpec, {"name": "report"}, exact=True)
    job = writer.start("write a report", title="Drugs", pages=2)
    job.wait(timeout=60)
    found = download_report(job, tmp_path / "report.zip")
    assert found == download_report(job.outputs(ShardCollection).one(), tmp_path / "again.zip")
    assert found.pages == ("index.html", "Drugs 1.html")

    second = ShardCollection.create(session, "another report", {"index_pages": []}, tags=[f"Job {job.id}"])
    with pytest.raises(MultipleResultsFound, match=f"Job {job.id} created 2 reports: collections .*{second.id}"):
        download_report(job, tmp_path / "none.zip")
    (echo,) = session.list_resources(WorkFloeSpec, {"name": "echo"}, exact=True)
    silent = echo.start("no report")
    silent.wait(timeout=60)
    with pytest.raises(NoResultFound, match=f"Job {silent.id} created no report"):
        download_report(silent, tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


@pytest.mark.parametrize("outcome", [["failed"], {"x": 1}, 7])
def test_an_outcome_of_another_type_is_no_success(outcome: Any) -> None:
    job = WorkFloeJob(id=1, state="complete", reason="", outcome=outcome)
    assert not job.succeeded
