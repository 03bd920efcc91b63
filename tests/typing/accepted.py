"""Correct user code with the inferred types. Checked by mypy --strict, never executed."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, assert_type

import attrs
from orion_api import AuthenticatedClient
from orion_api.api.datasets import get_dataset, list_datasets
from orion_api.api.files import download_file
from orion_api.inputs import CreateDataset, CreateFile, ListDatasetsFilters, UpdateFile
from orion_api.models import DatasetInfo, DatasetPage
from orion_api.types import Response as RawResponse

import orionclient
from orionclient._requesting.http_session import HttpSession
from orionclient._resources.listing import Listing
from orionclient._transfer.bulk import Result
from orionclient._transfer.progress import Progress
from orionclient.exceptions import BadResponse, NotFoundResponse, OrionConnectionError, OrionError
from orionclient.floes import CollectionOut, DatasetOut, Parameter, describe, floe, progress
from orionclient.helpers.collections import try_hard_to_create_shard, try_hard_to_download_shard
from orionclient.helpers.parameterize import parameterize_workfloe
from orionclient.helpers.progress import rich_progress
from orionclient.helpers.reports import DownloadedReport, download_report
from orionclient.helpers.storage import local_path, start_collection, store_file, store_shard
from orionclient.links import OrionLink, RecordLink, ShardLink
from orionclient.local import LocalOrion
from orionclient.records import Record, RecordCodec, register_molecule_codec
from orionclient.session import APISession, OrionSession, SessionConfig, get_profile_config, get_session, in_orion
from orionclient.types import (
    Balance,
    Dataset,
    File,
    MolsearchDatabase,
    MolsearchQuery,
    Organization,
    Project,
    Resource,
    Secret,
    Shard,
    ShardCollection,
    User,
    WorkFloeJob,
    WorkFloePackage,
    WorkFloeSpec,
)
from orionclient.utils import Backoff, TemporaryPath

R = TypeVar("R", bound=Resource)


def sessions() -> None:
    assert_type(APISession, OrionSession)
    assert_type(orionclient.session.OrionSession(), OrionSession)
    assert_type(get_profile_config("work"), SessionConfig)
    assert_type(in_orion(), bool)
    http_session = get_session(retry_dict={404: 20, 503: 45}, request_timeout=90, backoff_dict={429: (1.0, 30.0)})
    OrionSession(get_profile_config(profile="work"), requests_session=http_session)
    OrionSession(config=get_profile_config())
    response = http_session.get("https://example.com/", params={"q": 1})
    assert_type(response.status_code, int)
    assert_type(response.content, bytes)
    assert_type(response.ok, bool)
    with OrionSession() as session:
        assert_type(session.config.token, str)
        assert_type(session.config.project, int | None)
        assert_type(session.requests_session, HttpSession)
        session.requests_session = http_session
        assert_type(session.is_authenticated(reconnect=True), bool)
        assert_type(session.retrieve_token("ada", "secret"), str)
        assert_type(session.get_user_profile(), User)
        assert_type(session.get_current_project(), Project)


def fields(dataset: Dataset, file: File, user: User, project: Project) -> None:
    assert_type(dataset.id, int)
    assert_type(dataset.count, int)
    assert_type(dataset.dirty, bool)
    assert_type(dataset.path, str | None)
    assert_type(dataset.systemtags, list[str])
    assert_type(file.name, str)
    assert_type(file.size, int)
    assert_type(file.sha256, str | None)
    assert_type(file.deleted, str)
    assert_type(user.username, str)
    assert_type(project.organization, int)
    assert_type(file.to_dict(), dict[str, Any])


def handles(session: OrionSession, collection: ShardCollection, unknown: dict[str, Any]) -> None:
    File()
    assert_type(File(id=7, session=session), File)
    assert_type(Dataset(id="7", name="hits", path=None, dirty=True, systemtags=["a"]), Dataset)
    Shard(collection=collection, id="9007199254740993", metadata={"frames": 10})
    Shard(collection=7)
    Shard(collection="7")
    Balance(amount="1.00", organization=1)
    Balance(amount=Decimal(1))
    assert_type(Assay(id=1).plate, str)
    Project(id=2).session = session
    # On purpose: unknown fields.
    File.from_msg({"id": 7, "colour": "red"}, session)
    File(**unknown)


def template(kind: type[Resource]) -> Resource:
    return kind(id=7)


def verbs(session: OrionSession) -> None:
    assert_type(session.get_resource(File, 1), File)
    assert_type(session.get_resource(Dataset, "7", timeout=5), Dataset)
    assert_type(session.get_resource(File(id=3), 7), File)
    for dataset in session.list_resources(Dataset, {"tags": "Job 4242", "project": 7}):
        assert_type(dataset, Dataset)
    assert_type(session.create_resource(File, {"name": "x"}, files={"file": Path("x.sdf")}), File)
    file = File.from_msg({"id": 1}, session=session)
    assert_type(file, File)
    assert_type(session.refresh_resource(file), None)
    assert_type(session.update_resource(file, {"name": "y"}), None)
    assert_type(session.delete_resource(file, immediate=True), bool)
    session.tag_resource(file, "Job 1", "approved", project=Project(id=2))
    session.untag_resource(file, "approved", project=2)
    assert_type(session.list_tags(file), Iterator[dict[str, Any]])
    assert_type(session.create_link(file), dict[str, Any])
    assert_type(session.create_link(Record({"Title": "aspirin"}, dataset_id=3, record_id=1)), dict[str, Any])
    assert_type(session.get_link({"link": "orion"}), OrionLink | RecordLink | ShardLink)
    assert_type(session.resolve_links([{"link": "orion"}], max_workers=2, return_exceptions=True), list[Any])
    session.share_resource(file, User(id=2))
    session.unshare_resource(file, Organization(id=1))
    session.create_paths("/a", "/b/c")
    session.assign_paths(
        {"resource_type": File, "id": 3, "path": "/a"}, {"resource_type": "file", "id": "4", "path": "/b", "name": "x"}
    )
    assert_type(session.refresh_resource_until(file, "state", "ready", timeout=5, sleep_time=0.5), None)
    assert_type(session.get_current_balance().amount, Decimal)


def listings(session: OrionSession) -> None:
    found = session.list_resources(Dataset, {"name": "hits"}, limit=10, exact=True)
    iterator: Iterator[Dataset] = found
    assert_type(next(iterator), Dataset)
    assert_type(iter(found).one(), Dataset)
    assert_type(found.count(), int)
    assert_type(found.first(), Dataset | None)
    assert_type([each.count for each in found], list[int])


def filters(session: OrionSession, collection: ShardCollection, unknown: dict[str, str], anything: Any) -> None:
    assert_type(session.list_resources(Dataset), Listing[Dataset])
    assert_type(session.list_resources(Dataset, {"name": "x", "project": None, "tags": ["a", "b"]}), Listing[Dataset])
    assert_type(session.list_resources(Dataset, filters={"deleted": True}, limit=3), Listing[Dataset])
    assert_type(session.list_resources(Assay, {"tags": "Job 1"}), Listing[Assay])
    assert_type(session.list_resources(Assay(), {"name": "x"}, exact=True), Listing[Assay])
    assert_type(session.list_resources(Shard(collection=collection), {"state": "open"}), Listing[Shard])
    given: ListDatasetsFilters = {"name": "x"}
    given["path"] = "/a"
    assert_type(session.list_resources(Dataset, given), Listing[Dataset])
    # On purpose: unknown filters.
    assert_type(session.list_resources(Dataset, {"name": "x"}, extra_query={"colour": "red"}), Listing[Dataset])
    assert_type(session.list_resources(Dataset, extra_query=unknown), Listing[Dataset])
    assert_type(session.list_resources(Dataset, anything), Listing[Dataset])
    for kind in (File, Dataset):
        session.list_resources(kind, {"name": "x"})


def parameters(session: OrionSession, dataset: Dataset, collection: ShardCollection, secret: Secret) -> None:
    assert_type(session.create_resource(Project, {"name": "x"}), Project)
    assert_type(session.create_resource(Assay, {"name": "x", "path": "/a"}), Assay)
    assert_type(session.create_resource(Shard(collection=collection)), Shard)
    assert_type(session.create_resource(Shard(collection=collection), {"metadata": {"frames": 10}}), Shard)
    assert_type(session.create_resource(ShardCollection, {"name": "x", "version": 2}), ShardCollection)
    session.update_resource(secret, {"value": "x", "description": ""})
    session.update_resource(Assay(id=1), {"project": 7})
    # On purpose: unknown parameters.
    assert_type(session.create_resource(Project, {"name": "x"}, extra_body={"colour": "red"}), Project)
    assert_type(session.create_resource(Project, extra_body={"name": "x", "colour": "red"}), Project)
    session.update_resource(dataset, {}, extra_body={"colour": "red"})


def generic(session: OrionSession, kind: type[R], resource: R, other: type[Resource]) -> R:
    assert_type(session.list_resources(kind), Listing[R])
    assert_type(session.list_resources(resource, extra_query={"name": "x"}), Listing[R])
    assert_type(session.create_resource(kind, extra_body={"name": "x"}), R)
    assert_type(session.list_resources(other, {"name": "x"}), Listing[Resource])
    session.update_resource(resource, {"name": "x"})
    return session.list_resources(kind, extra_query={"name": "x"}, exact=True).one()


def contents(session: OrionSession, dataset: Dataset) -> None:
    assert_type(Dataset.create(session, "hits", project=7, folder_path="/a", description="of today"), Dataset)
    assert_type(Dataset.upload(session, "drugs", Path("drugs.sdf")), Dataset)
    with Path("drugs.sdf").open("rb") as stream:
        assert_type(File.upload(session, "drugs", stream), File)
    file = File.upload(session, "three words", b"CNS")
    assert_type(file.download(chunk_size=1024), Iterator[bytes])
    assert_type(file.download_to_file("x.sdf"), None)
    assert_type(dataset.download(format="csv", fieldlist=["Title"], record_ids=[1, 2]), bytes)
    dataset.write({"Title": "aspirin"})
    dataset.write(Record({"Title": "aspirin"}))
    dataset.finalize()
    assert_type(Record().molecule, dict[str, str] | None)
    assert_type(RecordCodec().decode({}, 1, 2), Record)


def collections(session: OrionSession) -> None:
    collection = ShardCollection.create(session, "frames", {"step": 2}, folder_path="/md", tags=["Job 1", None])
    assert_type(collection, ShardCollection)
    assert_type(collection.metadata, dict[str, Any])
    assert_type(collection.shard_count, int)
    assert_type(collection.ensure_open(timeout=60), None)
    with collection.opened(close=True) as opened:
        assert_type(opened, ShardCollection)
    collection.wait("ready", progress=lambda each: print(each.state))
    assert_type(collection.list_shards(10, offset=5, state=["open", "ready"]).one(), Shard)
    assert_type([shard.size for shard in collection.list_shards()], list[int])
    assert_type(session.list_resources(Shard(collection=collection)).first(), Shard | None)
    assert_type(session.get_resource(Shard(collection=collection), "9007199254740993"), Shard)


def shards(session: OrionSession, collection: ShardCollection) -> None:
    shard = Shard.create(collection, "first", {"frames": 10}, file=Path("first.xyz"), session=session)
    assert_type(shard, Shard)
    assert_type(shard.collection, ShardCollection)
    assert_type(shard.metadata, dict[str, Any])
    assert_type(shard.sha256, str | None)
    assert_type(shard.upload_file(b"0123456789"), None)
    assert_type(shard.close(), None)
    assert_type(shard.download(chunk_size=1024), Iterator[bytes])
    assert_type(shard.download_to_file(Path("first.xyz")), None)
    assert_type(ShardLink(1, 2, session).get_resource(), Shard)


def jobs(session: OrionSession, dataset: Dataset) -> None:
    spec = session.list_resources(WorkFloeSpec, {"title": "Docking", "state": "ready"}).one()
    assert_type(spec.specification, dict[str, Any])
    assert_type(spec.package, int | None)
    assert_type(spec.start("first", {"cube": {"dock": {"poses": 5}}}, poses=5, **{"in": dataset}), WorkFloeJob)
    job = WorkFloeJob.start(session, spec, "first", {"promoted": {"in": dataset.id}}, project=Project(id=2))
    assert_type(job, WorkFloeJob)
    assert_type(job.wait(timeout=60, on_progress=lambda each: print(each.progress)), None)
    assert_type(job.succeeded, bool)
    assert_type(job.outcome, str | None)
    assert_type(job.progress, float)
    assert_type(job.cost, Decimal)
    assert_type(job.started, str | None)
    assert_type(job.logs(follow=True), Iterator[str])
    assert_type(job.outputs(Dataset).one(), Dataset)
    assert_type(job.outputs(ShardCollection).first(), ShardCollection | None)
    assert_type(WorkFloeJob.start(session, param_dict=job.export_params(), name="again"), WorkFloeJob)
    assert_type(job.cancel(), None)
    assert_type(parameterize_workfloe(spec, "sweep", {}, [{"promoted": {"poses": 5}}]), list[WorkFloeJob])
    assert_type(session.delete_resource(job), bool)


def packages(session: OrionSession) -> None:
    package = WorkFloePackage.upload(session, Path("dist/my-floes-1.0.0.tar.gz"), project=2)
    assert_type(package, WorkFloePackage)
    assert_type(package.wait(timeout=60), None)
    assert_type(package.specification, dict[str, Any])
    assert_type(package.sha256, str | None)


def molecule_search(session: OrionSession, dataset: Dataset) -> None:
    database = MolsearchDatabase.create(session, "drugs", dataset, search_type="2D", database_version=3)
    assert_type(database, MolsearchDatabase)
    assert_type(database.wait(timeout=60), None)
    query = MolsearchQuery.create_title_query(session=session, database_id=database.id, titles=["aspirin"])
    assert_type(query, MolsearchQuery)
    assert_type(query.parameters, dict[str, Any])
    assert_type(query.hits(), Iterator[dict[str, Any]])
    for other in (
        MolsearchQuery.create_subsearch_query(session=session, database_id=1, mdlquery="c1ccccc1", num_hits=5),
        MolsearchQuery.create_graphsim_query(session=session, database_id="1", smiles="CNS", cutoff=0.5),
        MolsearchQuery.create_fastrocs_query(session=session, database_id=1, query_mol="CNS", shape_only=True),
        MolsearchQuery.create_substructure_query(
            session=session, database_id=1, query_mol=Index(), stereo_constraint=False
        ),
    ):
        assert_type(other, MolsearchQuery)
    register_molecule_codec(Index, lambda index: "C" * index.value)


class Index:
    """An integer of another library."""

    value = 7

    def __index__(self) -> int:
        return self.value


@attrs.define
class TypedShard(Shard):
    """A subclass of the user."""

    shard_type: str = "frames"


def scalars(session: OrionSession, collection: ShardCollection) -> None:
    assert_type(session.get_resource(Dataset, Index()), Dataset)
    assert_type(session.get_resource(Shard(collection=Index()), Index()), Shard)
    assert_type(Dataset.create(session, "x", project=Index()).record(Index()), Any)
    dataset = Dataset(id=7, buffer=b"", written=3)
    assert_type(dataset.written, int)
    assert_type(dataset.buffer_count, int)
    assert_type(dataset.buffer, bytes | bytearray | None)
    assert_type(WorkFloeSpec(id=7).parameters, list[dict[str, Any]])
    shard = TypedShard(collection=collection, shard_type="x")
    assert_type(shard.shard_type, str)
    assert_type(session.get_resource(shard, 7), TypedShard)


@floe
def plain_floe(smiles: str, count: int = 3) -> None:
    progress(0.5)
    print(smiles, count)


@floe(name="dock", title="Docking", tags=["docking"])
def docking(
    dataset: Dataset,
    key: Secret,
    method: Literal["fast", "good"] = "fast",
    poses: Annotated[int, Parameter(title="Poses")] = 10,
    hits: DatasetOut = "hits",
    frames: CollectionOut = "frames",
) -> int:
    print(dataset.count, key.id, method, hits.upper(), frames.lower())
    return poses


def floes() -> None:
    assert_type(plain_floe("CNS", count=4), None)
    assert_type(docking(Dataset(id=1), Secret(id=1), "good"), int)
    assert_type(describe(docking), dict[str, Any])
    with LocalOrion(seed="demo", floes=[plain_floe, docking, "floes.py"], jobs=1) as orion:
        assert_type(orion.session("ada"), OrionSession)


def errors(session: OrionSession) -> None:
    try:
        session.get_resource(File, 1)
    except NotFoundResponse as error:
        assert_type(error.response.status_code, int)
        assert_type(error.request_id, str)
    except LookupError:
        pass
    try:
        session.get_user_profile()
    except OrionConnectionError as broken:
        as_connection_error: ConnectionError = broken
        as_orion_error: OrionError = broken
        print(as_connection_error, as_orion_error)
        assert_type(broken.may_have_been_applied, bool)


def reason(error: BadResponse) -> str:
    return f"{error.response.status_code} {error.response.reason} {error.response.headers.get('X-Request-Id')}"


class Assay(Dataset):
    """A resource class of the user."""

    @property
    def plate(self) -> str:
        return self.name.partition(" ")[0]


def custom_resource_classes(session: OrionSession) -> None:
    assert_type(Assay.upload(session, "P1 hits", "hits.sdf").plate, str)
    assert_type(Assay.create(session, "P1"), Assay)
    assert_type(session.get_resource(Assay, 1), Assay)
    assert_type([each.plate for each in session.list_resources(Assay)], list[str])


def raw(session: OrionSession) -> None:
    assert_type(list_datasets.sync(client=session.raw, name="drugs", limit=10), DatasetPage)
    assert_type(get_dataset.sync(7, client=session.raw), DatasetInfo)
    assert_type(get_dataset.sync_detailed(7, client=session.raw), RawResponse[DatasetInfo])
    plain = AuthenticatedClient(base_url="https://orion.example.com", token="secret")
    page = list_datasets.sync(client=plain)
    assert_type([dataset.name for dataset in page.results], list[str])
    with download_file.sync(1, client=session.raw) as response:
        assert_type(response.iter_bytes(), Iterator[bytes])


async def raw_async(session: OrionSession) -> None:
    async with session.raw_async as client:
        assert_type(await get_dataset.asyncio(7, client=client), DatasetInfo)
        assert_type((await list_datasets.asyncio_detailed(client=client, tags=["a", "b"])).parsed, DatasetPage | None)


def inputs(session: OrionSession) -> None:
    filters: ListDatasetsFilters = {"name": "drugs", "tags": ["Job 4242"]}
    session.list_resources(Dataset, filters)
    new: CreateDataset = {"name": "hits", "project": 7}
    session.create_resource(Dataset, new)
    changes: UpdateFile = {"description": "checked"}
    session.update_resource(File(id=1), changes)
    session.create_resource(File, CreateFile(name="x"), {"file": b"CNS"})


def helpers(collection: ShardCollection, shard: Shard, job: WorkFloeJob) -> None:
    backoff = Backoff(cap=10, base=1, backoff_dict={503: (2, 20)})
    assert_type(backoff.sleep(), None)
    with TemporaryPath(suffix=".sdf") as path:
        assert_type(path, str)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        assert_type(list(pool.map(lambda file_id: APISession.get_resource(File, file_id), range(3))), list[File])
    assert_type(try_hard_to_create_shard(collection, "first.xyz"), Shard)
    assert_type(try_hard_to_download_shard(shard, "first.xyz"), None)
    assert_type(store_file("first.xyz", "first", tags=["md"]), dict[str, Any] | str)
    assert_type(start_collection("frames"), int | None)
    with local_path(store_shard("first.xyz", "first", collection)) as path:
        assert_type(path, str)
    assert_type(download_report(job, "report.zip"), DownloadedReport)
    assert_type(download_report(collection, Path("report.zip")).pages, tuple[str, ...])


def bulk_transfers(session: OrionSession, collection: ShardCollection, reported: list[Progress]) -> None:
    with concurrent.futures.ProcessPoolExecutor() as executor, rich_progress() as progress:
        for sent in collection.upload("frames", 8, progress, executor):
            assert_type(sent, Result[Path, Shard])
            assert_type(sent.value, Shard | None)
            assert_type(sent.error, Exception | None)
        assert_type(
            collection.download(Path("copy"), progress=reported.append, durable=True), list[Result[Shard, Path]]
        )
    files = session.upload_files([Path("a"), "b"], 7, tags=["Job 7"], return_exceptions=True)
    assert_type(files, list[Result[Path, File]])
    fetched = session.download_files(session.list_resources(File, {"name": "a"}), "copy", on_result=print)
    assert_type(fetched, list[Result[File, Path]])
