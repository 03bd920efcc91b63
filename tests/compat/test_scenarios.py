"""Scripts written against the original client, with their calls unchanged."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from helpers.plain import Plain

from orionclient.examples import drugs
from orionclient.exceptions import NotFoundResponse, OrionServiceError
from orionclient.local import LocalOrion
from orionclient.session import APISession, OrionSession, get_session, in_orion
from orionclient.types import Dataset, File
from orionclient.utils import TemporaryPath

DATASETS = "/api/v1/storage/datasets/"


@pytest.fixture
def job(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> LocalOrion:
    """Everything that speaks without saying where speaks to the local Orion."""
    for name, value in {**orion.environ, "ORION_JOB_ID": "1"}.items():
        monkeypatch.setenv(name, value)
    APISession._config = None
    yield orion
    APISession._config = None


def test_scenario_1_import_with_nothing_configured(tmp_path: Path) -> None:
    module = """
        from orionclient.session import in_orion, APISession, OrionSession, get_session
        from orionclient.types import File, Dataset
        from orionclient.utils import TemporaryPath

        session = OrionSession()
        patient = OrionSession(requests_session=get_session(
            retry_dict={403: 5, 404: 20, 409: 45, 460: 15, 500: 2, 502: 45, 503: 45, 504: 45}))

        class Cube:
            field = "integer id" if in_orion() else "path"

        assert Cube.field == "path" and in_orion() is False
        try:
            APISession.get_resource(File, 1)
        except Exception as e:
            print(str(e))
        else:
            raise SystemExit("no error")
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ORION", "HOME"))}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(module)],
        env={**environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[default]" in done.stdout
    assert ".orion" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_scenario_3_same_helper_locally(tmp_path: Path) -> None:
    def upload(path: str) -> Any:
        if in_orion():
            raise AssertionError("not in Orion")
        return path

    path = tmp_path / "trajectory.tar.gz"
    path.touch()
    assert os.path.isfile(upload(str(path)))


EIGHT = {403: 5, 404: 20, 409: 45, 460: 15, 500: 2, 502: 45, 503: 45, 504: 45}


def test_scenario_2_file_round_trip_in_a_job(
    job: LocalOrion, plain: Plain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ORION_JOB_ID", "4242")
    path, other = str(drugs("sdf")), str(tmp_path / "other.sdf")
    session = OrionSession(requests_session=get_session(retry_dict=EIGHT))
    file = File.upload(session, "UI name", path)
    session.tag_resource(file, "Trajectory")
    session.tag_resource(file, "Job {}".format(os.environ["ORION_JOB_ID"]))
    assert {tag["name"] for tag in plain.get(f"/api/v1/tags/file/{file.id}/")["results"]} == {"Trajectory", "Job 4242"}
    new = OrionSession(requests_session=get_session(retry_dict=EIGHT))
    resource = new.get_resource(File, file.id)
    resource.download_to_file(other)
    assert Path(other).read_bytes() == Path(path).read_bytes()
    new.delete_resource(resource)
    with pytest.raises(NotFoundResponse, match="21 attempts"):
        new.get_resource(File, file.id)
    assert plain.status(f"/api/v3/storage/files/{file.id}/") == 404


def test_scenario_10_streaming_with_bounded_memory(job: LocalOrion) -> None:
    content = os.urandom(24 << 20)
    file = APISession.get_resource(File, File.upload(APISession, "stream", content).id)
    del content
    n = largest = 0
    tracemalloc.start()
    try:
        for chunk in file.download():
            n += len(chunk)
            largest = max(largest, len(chunk))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert n == file.size == 24 << 20
    assert largest <= 1 << 20
    assert peak < 8 << 20
    assert f"{file.name}-{file.id}.bin" == f"stream-{file.id}.bin"


def test_scenario_12_a_custom_retry_table_is_obeyed(
    job: LocalOrion, skipped_waits: list[float], tmp_path: Path
) -> None:
    session = OrionSession(requests_session=get_session(retry_dict=EIGHT))
    content = drugs("smi").read_bytes()
    for script in ([404] * 19, [409] * 30, [460] * 15, [503] * 30):
        job.faults.clear()
        for operation in ("create_file", "upload_file_content", "get_file", "download_file"):
            job.faults.script(operation, script)
        file = session.get_resource(File, File.upload(session, "x", str(drugs("smi"))).id)
        file.download_to_file(str(tmp_path / "x"))
        assert (tmp_path / "x").read_bytes() == content
        job.faults.assert_consumed()
        assert job.faults.effects("create_file") == 1
    assert max(skipped_waits) <= 90
    job.faults.clear()
    short = OrionSession(requests_session=get_session({404: 2}))
    job.faults.script("get_file", [404] * 3)
    with pytest.raises(NotFoundResponse) as caught:
        short.get_resource(File, file.id)
    assert caught.value.attempts == 3
    job.faults.script("get_file", [503])
    with pytest.raises(OrionServiceError):
        short.get_resource(File, file.id)
    job.faults.assert_consumed()
    job.faults.script("get_file", [503] * 45)
    capped = OrionSession(requests_session=get_session(EIGHT, retry_timeout=30))
    del skipped_waits[:]
    with pytest.raises(OrionServiceError):
        capped.get_resource(File, file.id)
    assert sum(skipped_waits) <= 30


def test_scenario_18_temporary_paths(job: LocalOrion) -> None:
    with TemporaryPath(suffix=".dcd") as p:
        assert isinstance(p, str)
        assert p.endswith(".dcd")
        with open(p, "w") as stream:
            stream.write("frames")
    assert not os.path.exists(p)
    file = File.upload(APISession, "drugs.smi", str(drugs("smi")))
    t = TemporaryPath(suffix=file.name)
    file.download_to_file(t.path)
    with open(t.path) as stream:
        assert stream.readline() == "CC(=O)Oc1ccccc1C(=O)O aspirin\n"
    assert t.path.endswith("drugs.smi")


@pytest.mark.parametrize("order", ["tags first", "tags last"])
def test_scenario_14_dataset_sink_cube(job: LocalOrion, plain: Plain, order: str) -> None:
    rec = {"Title": "lig", "Molecule": {"format": "smiles", "text": "CCO"}}
    d = Dataset.create(APISession, "gmx")
    if order == "tags first":
        APISession.tag_resource(d, "Job 1")
        APISession.tag_resource(d, "Gmx_Dataset")
        d.write(rec)
        d.finalize()
        tags = {"Job 1", "Gmx_Dataset"}
    else:
        d.write(rec)
        d.finalize()
        tags = {f"tag {number}" for number in range(7)}
        for tag in sorted(tags):
            APISession.tag_resource(d, tag)
    assert plain.get(f"{DATASETS}{d.id}/")["count"] == 1
    assert {tag["name"] for tag in plain.get(f"/api/v1/tags/dataset/{d.id}/")["results"]} == tags


def test_scenario_15_dataset_read(job: LocalOrion, plain: Plain) -> None:
    dataset_id = Dataset.upload(APISession, "drugs", str(drugs("sdf"))).id
    seen = 0
    for _ in APISession.get_resource(Dataset, dataset_id).records():
        seen += 1
        if seen == 12:
            break
    dataset = APISession.get_resource(Dataset, dataset_id)
    assert len(list(dataset.records())) == 24
    dataset.finalize()
    wire = plain.get(f"{DATASETS}{dataset_id}/")
    assert (wire["count"], wire["dirty"]) == (24, False)
