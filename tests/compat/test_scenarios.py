"""Scripts written for the original client, with unchanged calls."""

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
from orionclient.types import Dataset, File, Shard, ShardCollection
from orionclient.utils import TemporaryPath

DATASETS = "/api/v1/storage/datasets/"
COLLECTIONS = "/api/v1/storage/collections/"


@pytest.fixture
def job(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> LocalOrion:
    """Point every default of the client at the local Orion."""
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
    error, *hints = done.stdout.splitlines()
    assert error.startswith("ORION_URL is not set and there is no profile 'default' in ")
    assert ".orion" in error
    assert [hint.partition("run: ")[2] for hint in hints] == ["ocli config profile", "ocli local start"]
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


def test_scenario_6_delete_an_unfetched_shard(job: LocalOrion, plain: Plain) -> None:
    s = OrionSession(requests_session=get_session(retry_dict=EIGHT))
    c = s.get_resource(ShardCollection, ShardCollection.create(s, "frames").id)
    n, stored = (Shard.create(c, name=name).id for name in ("gone", "stored"))
    job.faults.clear()
    assert s.delete_resource(Shard(collection=c, id=n))
    seen = [(each.method, each.path) for each in job.faults.requests()]
    assert seen == [("DELETE", f"{COLLECTIONS}{c.id}/shards/{n}/")]
    assert [shard.id for shard in c.list_shards()] == [stored]
    # Another cube gets only the handle and reads through it.
    handle = Shard(collection=c, id=stored)
    handle.upload_file(str(drugs("smi")))
    with TemporaryPath(suffix=".smi") as path:
        Shard(collection=c, id=stored).download_to_file(path)
        assert Path(path).read_bytes() == drugs("smi").read_bytes()
    assert plain.get(f"{COLLECTIONS}{c.id}/shards/{stored}/")["state"] == "temporary"


def test_scenario_7_unclosed_shards_are_lost(job: LocalOrion, tmp_path: Path) -> None:
    path = tmp_path / "trajectory.tar.gz"
    path.write_bytes(b"frames")
    c = ShardCollection.create(APISession, "trajectories")
    closed, lost = Shard.create(c, "closed"), Shard.create(c, "lost")
    for shard in (closed, lost):
        shard.upload_file(str(path))
    closed.close()
    with pytest.warns(UserWarning, match="1 shard .* not closed: closing the collection drops them"):
        c.close()
    APISession.refresh_resource_until(c, "state", "ready")
    assert [shard.id for shard in c.list_shards()] == [closed.id]
    with pytest.raises(NotFoundResponse):
        APISession.get_resource(Shard(collection=c), lost.id)
    resource = APISession.get_resource(Shard(collection=c), closed.id)
    resource.download_to_file(str(path))
    resource.close()
    assert (path.read_bytes(), resource.state) == (b"frames", "ready")


def writable(session: Any, collection_id: int) -> ShardCollection:
    """The usual code before every write, as it is copied from floe to floe."""
    collection = session.get_resource(ShardCollection, collection_id)
    if collection.state == "open":
        pass
    elif collection.state == "ready":
        collection.open()
    else:
        raise ValueError(f"Collection is in an inconsistent state {collection.state}")
    return collection


@pytest.mark.parametrize("job_id", ["4242", None])
def test_scenario_8_a_collection_lives_through_a_floe(
    job: LocalOrion, plain: Plain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, job_id: str | None
) -> None:
    path = str(drugs("smi"))
    monkeypatch.delenv("ORION_JOB_ID")
    if job_id:
        monkeypatch.setenv("ORION_JOB_ID", job_id)
    # The first cube.
    s = OrionSession(requests_session=get_session(retry_dict=EIGHT))
    c = ShardCollection.create(s, os.environ.get("ORION_JOB_ID"))
    s.tag_resource(c, "Job {}".format(os.environ.get("ORION_JOB_ID")))
    record = {"md": c.id}
    assert plain.get(f"{COLLECTIONS}{record['md']}/")["name"] == (job_id or "")
    # A cube in the middle, in a session of its own.
    session = OrionSession(requests_session=get_session(retry_dict=EIGHT))
    shard = Shard.create(writable(session, record["md"]), name="")
    shard.upload_file(path)
    shard.close()
    record["shard"] = shard.id
    # The last cube, at its end; run twice, because it is parallel.
    states = []
    for _ in range(2):
        collection = OrionSession(requests_session=get_session(retry_dict=EIGHT)).get_resource(
            ShardCollection, record["md"]
        )
        states.append(collection.state)
        if collection.state not in ["ready", "processing", "error", "deleting"]:
            collection.close()
    assert states[0] == "open"
    assert states[1] in {"processing", "ready"}
    collection.wait()
    # The third run.
    again = writable(APISession, record["md"])
    assert (again.id, again.state, plain.get(f"{COLLECTIONS}{c.id}/")["state"]) == (c.id, "open", "open")
    old = APISession.get_resource(Shard(collection=again), record["shard"])
    with TemporaryPath(suffix=".smi") as target:
        old.download_to_file(target)
        old.close()
        assert Path(target).read_bytes() == drugs("smi").read_bytes()
    new = Shard.create(collection=again, name="third run", metadata={"size_bytes": os.path.getsize(path)})
    new.upload_file(path)
    new.close()
    again.close()
    again.wait()
    assert [each.id for each in again.list_shards()] == [record["shard"], new.id]
    tags = {tag["name"] for tag in plain.get(f"/api/v1/tags/collection/{c.id}/")["results"]}
    assert tags == {f"Job {job_id}"}


def test_shards_by_message_and_of_other_packages(job: LocalOrion) -> None:
    class TypedShard(Shard):
        """As another package has it."""

        @classmethod
        def create(cls, collection: Any, shard_type: str, name: str = "") -> Any:  # type: ignore[override]
            return super().create(collection, name, {"shard_type": shard_type})

    c = ShardCollection.create(APISession, name="typed", metadata={"index_pages": []})
    typed = TypedShard.create(collection=c, shard_type="pose")
    assert (type(typed), typed.metadata) == (TypedShard, {"shard_type": "pose"})
    shard = Shard.from_msg({"id": typed.id, "collection": c.id}, session=APISession)
    APISession.refresh_resource(shard)
    assert (shard.id, shard.state, shard.collection.id) == (typed.id, "open", c.id)
    APISession.update_resource(c, {"metadata": {"index_pages": [{"id": shard.id}]}})
    pages = APISession.get_resource(ShardCollection, str(c.id)).metadata["index_pages"]
    assert [APISession.get_resource(Shard(collection=c), page["id"]).metadata for page in pages] == [typed.metadata]
    assert list(c.list_shards()) == [shard]
    assert f"{c.id}" in str(shard.collection)


def uploaded(content: bytes, kind: type) -> Any:
    """Upload a file or a shard, and return it after fetching it."""
    if kind is File:
        return APISession.get_resource(File, File.upload(APISession, "stream", content).id)
    c = ShardCollection.create(APISession, "stream")
    return APISession.get_resource(Shard(collection=c), Shard.create(c, name="stream", file=content).id)


@pytest.mark.parametrize("kind", [File, Shard])
def test_scenario_10_streaming_with_bounded_memory(job: LocalOrion, kind: type) -> None:
    shard = uploaded(os.urandom(24 << 20), kind)
    n = largest = 0
    tracemalloc.start()
    try:
        for chunk in shard.download():
            n += len(chunk)
            largest = max(largest, len(chunk))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert n == shard.size == 24 << 20
    assert largest <= 1 << 20
    assert peak < 8 << 20
    # A shard has the collection of its template.
    c = shard.collection if kind is Shard else shard
    assert f"{c.name}-{c.id}-{shard.id}.bin" == f"stream-{c.id}-{shard.id}.bin"


@pytest.mark.parametrize("kind", [File, Shard])
def test_scenario_12_a_custom_retry_table_is_obeyed(
    job: LocalOrion, skipped_waits: list[float], tmp_path: Path, kind: type
) -> None:
    session = OrionSession(requests_session=get_session(retry_dict=EIGHT))
    c = ShardCollection.create(session, "x")
    template: Any = File if kind is File else Shard(collection=c)
    operations = {
        File: ("create_file", "upload_file_content", "get_file", "download_file"),
        Shard: ("create_shard", "upload_shard_content", "close_shard", "get_shard", "download_shard"),
    }[kind]
    create, get = operations[0], f"get_{kind.__name__.lower()}"

    def upload(path: str) -> int:
        if kind is File:
            return File.upload(session, "x", path).id
        shard = Shard.create(c, name="x")
        shard.upload_file(path)
        shard.close()
        return shard.id

    content = drugs("smi").read_bytes()
    for script in ([404] * 19, [409] * 30, [460] * 15, [503] * 30):
        job.faults.clear()
        for operation in operations:
            job.faults.script(operation, script)
        resource = session.get_resource(template, upload(str(drugs("smi"))))
        resource.download_to_file(str(tmp_path / "x"))
        assert (tmp_path / "x").read_bytes() == content
        job.faults.assert_consumed()
        assert job.faults.effects(create) == 1
    assert max(skipped_waits) <= 90
    job.faults.clear()
    short = OrionSession(requests_session=get_session({404: 2}))
    job.faults.script(get, [404] * 3)
    with pytest.raises(NotFoundResponse) as caught:
        short.get_resource(template, resource.id)
    assert caught.value.attempts == 3
    job.faults.script(get, [503])
    with pytest.raises(OrionServiceError):
        short.get_resource(template, resource.id)
    job.faults.assert_consumed()
    job.faults.script(get, [503] * 45)
    capped = OrionSession(requests_session=get_session(EIGHT, retry_timeout=30))
    del skipped_waits[:]
    with pytest.raises(OrionServiceError):
        capped.get_resource(template, resource.id)
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
        assert stream.readline() == "SMILES\tTitle\tMolWt\tLogP\n"
        assert stream.readline() == "CC(=O)Oc1ccccc1C(=O)O\taspirin\t180.16\t1.31\n"
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
        tags = {f"tag {index}" for index in range(7)}
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
