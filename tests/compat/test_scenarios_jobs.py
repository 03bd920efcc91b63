"""Scripts from the documentation of the original that run floes, with unchanged calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orionclient.examples import drugs
from orionclient.helpers.parameterize import parameterize_workfloe
from orionclient.local import LocalOrion
from orionclient.session import APISession, OrionSession
from orionclient.types import Dataset, File, WorkFloeJob, WorkFloeSpec

SWEEP = """
from typing import Annotated

from orionclient.floes import Parameter, floe
from orionclient.types import Dataset


@floe
def dummy(data: Annotated[Dataset, Parameter(promoted_name="in")], step: int = 0) -> None:
    print(data.name, step)
"""


@pytest.fixture
def pointed(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalOrion]:
    """Point APISession at the local Orion."""
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    APISession._config = None
    yield orion
    APISession._config = None


@pytest.mark.parametrize("broken", [False, True], ids=["good file", "malformed file"])
def test_scenario_20_etl_floe_script(pointed: LocalOrion, tmp_path: Path, broken: bool) -> None:
    path = tmp_path / "drugs.sdf"
    text = drugs("sdf").read_text()
    path.write_text(text.replace("V2000", "V2OOO") if broken else text)
    session = OrionSession()
    file = File.upload(session, "ETL input", str(path))
    for spec in session.list_resources(WorkFloeSpec, filters={"tags": "ETL"}):  # noqa: B007 - the script's own way
        break
    job = WorkFloeJob.start(session, spec, "name", {"promoted": {"file": file.id, "dataset": "out"}})
    while job.state != "complete":
        time.sleep(0.1)
        session.refresh_resource(job)
    assert isinstance(job.reason, str)
    found = list(session.list_resources(Dataset, filters={"tags": f"Job {job.id}"}))
    if broken:
        assert len(job.reason)
        assert "Record 1 (aspirin)" in job.reason
        assert found == []
    else:
        assert not len(job.reason)
        assert [(dataset.name, dataset.count) for dataset in found] == [("out", 24)]


def test_scenario_22_parameter_sweep(tmp_path: Path) -> None:
    (tmp_path / "sweep.py").write_text(SWEEP)
    with LocalOrion(tmp_path / "orion", seed="demo", floes=[tmp_path / "sweep.py"]) as orion:
        session = orion.session()
        dataset = Dataset.create(session, "six hundred")
        spec = session.list_resources(WorkFloeSpec, filters={"name": "dummy"}).one()
        jobs = parameterize_workfloe(
            spec, "name", {"promoted": {"in": dataset.id}}, [{"cube": {"dummy": {"step": x}}} for x in range(5)]
        )
        assert [job.id for job in jobs] == sorted(job.id for job in jobs)
        assert [job.parameters for job in jobs] == [
            {"promoted": {"in": dataset.id}, "cube": {"dummy": {"step": x}}} for x in range(5)
        ]
        for x, job in enumerate(jobs):
            while job.state != "complete":
                time.sleep(0.1)
                session.refresh_resource(job)
            assert (job.name, list(job.logs())) == ("name", [f"six hundred {x}"])


def test_scenario_23_incomplete_listings(pointed: LocalOrion, capsys: pytest.CaptureFixture[str]) -> None:
    for w in APISession.list_resources(WorkFloeSpec):
        assert not w.specification
        APISession.refresh_resource(w)
        assert w.specification
        print(w)
        break
    requests = [each.operation for each in pointed.faults.requests()]
    assert [each for each in requests if "workfloe" in each] == ["list_workfloes", "get_workfloe"]
    assert capsys.readouterr().out.startswith(f"WorkFloeSpec(id={w.id}, name='etl', title='ETL: molecules to dataset'")
