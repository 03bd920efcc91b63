"""Scripts like those that the vendor publishes run as they are: as processes, with stubs for the imports of its closed packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orionclient.examples import drugs
from orionclient.floes import SINK_CUBE, SOURCE_CUBE
from orionclient.local import LocalOrion
from orionclient.types import Dataset, WorkFloeJob, WorkFloeSpec

pytestmark = pytest.mark.usefixtures("real_time")
# The names are published; of the values, those of the parameter types are listed and the others are assumed.
STUBS = {
    "floe/constants.py": f"PROMOTED = 'promoted'\nPARAMETER_TYPE = 'type'\nSOURCE_CUBE = {SOURCE_CUBE!r}\nSINK_CUBE = {SINK_CUBE!r}\n",
    "orionplatform/constants.py": "DATASET_IN = 'data_source'\nDATASET_OUT = 'dataset_out'\n",
    "openeye/oechem.py": "def OEGetTag(name):\n    return name\n",
}
FLOES = """
from typing import Annotated

from orionclient.floes import DatasetOut, Parameter, floe
from orionclient.session import APISession
from orionclient.types import Dataset


@floe(title="Join datasets", tags=["Example"])
def join(
    data: Annotated[list[Dataset], Parameter(promoted_name="in")],
    out: DatasetOut = "joined",
    limit: Annotated[int, Parameter(promoted_name=None, min_value=1)] = 100,
) -> None:
    made = Dataset.create(APISession, out)
    for dataset in data:
        for _, record in zip(range(limit), dataset.records()):
            made.write(record)
    made.finalize()
    print(made.name, made.count)
"""
FIND = """
    from orionclient.session import APISession
    from orionclient.types import WorkFloeSpec

    title = "Join datasets"
    found = None
    for workfloe in APISession.list_resources(WorkFloeSpec, filters={"title": title, "state": "ready"}):
        # The filter is inexact.
        if workfloe.title == title:
            found = workfloe
    print(found.id, found.uuid, found.name)
"""
DATASETS = """
    import os
    import sys
    from argparse import ArgumentParser

    from floe.constants import PARAMETER_TYPE, PROMOTED, SINK_CUBE, SOURCE_CUBE
    from openeye import oechem
    from orionplatform.constants import DATASET_IN, DATASET_OUT

    from orionclient.session import APISession
    from orionclient.types import Dataset, WorkFloeJob, WorkFloeSpec

    parser = ArgumentParser()
    parser.add_argument("uuid")
    parser.add_argument("output")
    parser.add_argument("paths", nargs="+")
    given = parser.parse_args()
    for workfloe in APISession.list_resources(WorkFloeSpec):
        if workfloe.uuid == given.uuid:
            break
    APISession.refresh_resource(workfloe)
    reading, writing = None, []
    for cube in workfloe.specification["cubes"]:
        if cube["type"] in (SOURCE_CUBE, SINK_CUBE):
            for parameter in cube["parameters"]:
                if parameter[PROMOTED] and parameter[PARAMETER_TYPE] == DATASET_IN:
                    reading = parameter
                elif parameter[PROMOTED] and parameter[PARAMETER_TYPE] == DATASET_OUT:
                    writing.append((cube, parameter))
    if reading is None:
        sys.exit("the floe reads no dataset")
    datasets = [Dataset.upload(APISession, oechem.OEGetTag(os.path.basename(path)), path) for path in given.paths]
    promoted = {reading["promoted_name"]: {"datasets": [{"id": dataset.id} for dataset in datasets]}}
    for cube, parameter in writing:
        promoted[parameter["promoted_name"]] = f"{given.output} - {cube['name']}"
    job = WorkFloeJob.start(APISession, workfloe, f"{workfloe.name}", {"promoted": promoted})
    print(job.id)
"""
ETL = """
    import sys
    from time import sleep

    from orionclient.session import APISession
    from orionclient.types import Dataset, File, WorkFloeJob, WorkFloeSpec

    session = APISession
    upload = File.upload(session, "for the import", sys.argv[1])
    floes = [each for each in session.list_resources(WorkFloeSpec, filters={"tags": "ETL"})]
    if len(floes) < 1:
        raise RuntimeError("no floe imports files")
    job = WorkFloeJob.start(session, floes[0], "import", {"promoted": {"file": upload.id, "dataset": "imported"}})
    while job.state != "complete":
        session.refresh_resource(job)
        sleep(0.1)
    if len(job.reason):
        raise RuntimeError(job.reason)
    for dataset in session.list_resources(Dataset, filters={"tags": f"Job {job.id}"}):
        print(job.id, dataset.name, dataset.count)
"""
SWEEP = """
    import sys

    from orionclient.helpers.parameterize import parameterize_workfloe
    from orionclient.session import APISession
    from orionclient.types import WorkFloeSpec

    workfloe = APISession.get_resource(WorkFloeSpec, sys.argv[1])
    limits = [{"cube": {"join": {"limit": limit}}} for limit in (1, 2)]
    jobs = parameterize_workfloe(workfloe, "sweep", {"promoted": {"in": int(sys.argv[2])}}, limits)
    print(*(job.id for job in jobs))
"""
AGAIN = """
    import json
    import sys

    from orionclient.session import APISession
    from orionclient.types import WorkFloeJob, WorkFloeSpec

    session = APISession
    source = session.get_resource(WorkFloeJob, int(sys.argv[1]))
    params = source.export_params()
    with open("params.json", "w") as file:
        json.dump(params, file, indent=2)
    name = f"{params['name']} again"
    if sys.argv[2] == "old":
        spec = session.get_resource(WorkFloeSpec, params["workfloe"])
        job = WorkFloeJob.start(session, spec, name, params["parameters"], system_parameters=params["system_parameters"])
    else:
        job = WorkFloeJob.start(session, param_dict=params, name=name)
    print(job.id, job.state, source.workfloe)
"""
Run = Callable[..., list[str]]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalOrion]:
    folder = tmp_path_factory.mktemp("stack")
    (folder / "join_floes.py").write_bytes(FLOES.encode())
    with LocalOrion(folder / "orion", seed="demo", floes=[folder / "join_floes.py"]) as orion:
        yield orion


@pytest.fixture
def run(stack: LocalOrion, tmp_path: Path) -> Run:
    """Run a script in its own process and return the words that it prints; the stubs are importable."""
    for name, content in STUBS.items():
        path = tmp_path / "stubs" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content.encode())

    def run_script(script: str, *words: object) -> list[str]:
        (tmp_path / "script.py").write_bytes(textwrap.dedent(script).encode())
        env = {**os.environ, **stack.environ, "PYTHONPATH": str(tmp_path / "stubs")}
        command = [sys.executable, "-W", "error", "script.py", *map(str, words)]
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run_script


def finished(stack: LocalOrion, job_id: object) -> WorkFloeJob:
    job = stack.session().get_resource(WorkFloeJob, str(job_id))
    job.wait(timeout=120)
    return job


def test_a_floe_is_found_and_run_over_datasets_of_its_cubes(stack: LocalOrion, run: Run) -> None:
    spec = stack.session().list_resources(WorkFloeSpec, {"title": "Join datasets"}).one()
    assert run(FIND) == [str(spec.id), spec.uuid, "join"]
    (job_id,) = run(DATASETS, spec.uuid, "molecules", drugs("sdf"), drugs("csv"))
    job = finished(stack, job_id)
    assert list(job.logs()) == ["molecules - join 48"]
    names = [dataset.name for dataset in stack.session().list_resources(Dataset)]
    assert {drugs("sdf").name, drugs("csv").name, "molecules - join"} <= {*names}


def test_a_file_is_imported_by_polling(stack: LocalOrion, run: Run) -> None:
    job_id, *dataset = run(ETL, drugs("sdf"))
    assert dataset == ["imported", "24"]
    assert finished(stack, job_id).name == "import"


def test_parameterized_jobs_run_again_from_their_exported_parameters(
    stack: LocalOrion, run: Run, tmp_path: Path
) -> None:
    session = stack.session()
    spec = session.list_resources(WorkFloeSpec, {"title": "Join datasets"}).one()
    dataset = Dataset.upload(session, "source", drugs("sdf"))
    jobs = [finished(stack, job_id) for job_id in run(SWEEP, spec.id, dataset.id)]
    assert [list(job.logs()) for job in jobs] == [["joined 1"], ["joined 2"]]
    for version in ("old", "new"):
        job_id, state, floe_id = run(AGAIN, jobs[1].id, version)
        assert (state, floe_id) == ("queued", str(spec.id))
        again = finished(stack, job_id)
        assert (again.name, again.parameters) == ("sweep again", jobs[1].parameters)
        assert list(again.logs()) == ["joined 2"]
        exported: dict[str, Any] = json.loads((tmp_path / "params.json").read_bytes().decode())
        assert exported["parameters"] == jobs[1].parameters
