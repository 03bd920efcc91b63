"""Incorrect user code; each marked line has exactly the mypy errors of its mark. Never executed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from orion_api.api import datasets
from orion_api.api.datasets import get_dataset, list_datasets

import orionclient
from orionclient import types
from orionclient.records import register_molecule_codec
from orionclient.session import OrionSession, SessionConfig, get_session
from orionclient.types import Dataset, File, MolsearchQuery, Project, Shard, ShardCollection, Token, User, WorkFloeJob
from orionclient.utils import Backoff

if TYPE_CHECKING:
    from orion_api.inputs import CreateDataset, CreateFile, ListDatasetsFilters


def names() -> None:
    from orion_api import DoesNotExist as First  # E: attr-defined
    from orion_api.models import DoesNotExist as Second  # E: attr-defined

    from orionclient import DoesNotExist as Third  # E: attr-defined
    from orionclient.helpers import DoesNotExist as Fourth  # E: attr-defined
    from orionclient.types import DoesNotExist as Fifth  # E: attr-defined

    print(First, Second, Third, Fourth, Fifth)
    print(orionclient.session.OrionSesion)  # E: attr-defined
    print(types.Datasets)  # E: attr-defined
    print(datasets.get_datasets)  # E: attr-defined


def sessions(config: SessionConfig, session: OrionSession) -> None:
    OrionSession("default")  # E: arg-type
    OrionSession(config, None, get_session(), requests_session=get_session())  # E: misc
    OrionSession(requests_session=object())  # E: arg-type
    OrionSession(timeout=3)  # E: call-arg
    config.token = "other"  # E: misc
    session.requests_session = object()  # E: assignment
    print(session.requests_session.verify)  # E: attr-defined
    session.get_resource(Dataset, 1.5)  # E: arg-type
    session.config = "other"  # E: assignment
    session.raw = None  # E: assignment misc
    get_session(retry_dict={"404": 5})  # E: dict-item
    get_session(retry_dict=[404])  # E: arg-type
    get_session(backoff_dict={503: 5})  # E: dict-item
    SessionConfig("https://orion.example.com", project=1.5)  # E: arg-type


def verbs(session: OrionSession, dataset: Dataset) -> None:
    session.get_resource(dict, 1)  # E: type-var
    session.get_resource("Dataset", 1)  # E: arg-type
    session.get_resource(Dataset)  # E: call-arg
    session.get_resource(Dataset, 1.5)  # E: arg-type
    session.get_resource(Dataset, None)  # E: arg-type
    print(session.get_resource(File, 1).count)  # E: attr-defined
    session.list_resources(Dataset, "tags=x")  # E: call-overload
    len(session.list_resources(Dataset))  # E: arg-type
    session.tag_resource(dataset, 7)  # E: arg-type
    session.tag_resource(dataset, ["a", "b"])  # E: arg-type
    session.tag_resource(dataset, "a", project="x", scope="y")  # E: call-arg
    session.delete_resource(7)  # E: arg-type
    session.share_resource(dataset, 7)  # E: arg-type
    session.share_resource(dataset, dataset)  # E: arg-type
    session.create_paths(["/a"])  # E: arg-type
    session.update_resource(dataset, name="x")  # E: call-arg
    session.create_resource(Dataset, [("name", "x")])  # E: call-overload


def filters(session: OrionSession, collection: ShardCollection, found: dict[str, str], new: CreateFile) -> None:
    session.list_resources(Dataset, {"nam": "x"})  # E: call-overload
    session.list_resources(Dataset, {"name": 7})  # E: call-overload
    session.list_resources(Dataset, {"state": "ready"})  # E: call-overload
    session.list_resources(Dataset, filters={"name": "x", "pth": "/a"}, limit=3)  # E: call-overload
    session.list_resources(Assay, {"nam": "x"})  # E: call-overload
    session.list_resources(Shard(collection=collection), {"stat": "open"})  # E: arg-type
    session.list_resources(Dataset, found)  # E: call-overload
    session.list_resources(Dataset, new)  # E: call-overload
    session.list_resources(dict, {"name": "x"})  # E: call-overload
    session.list_resources("Dataset", {"name": "x"})  # E: call-overload
    session.list_resources(Dataset, extra_query="x")  # E: call-overload
    print(session.list_resources(Dataset, {"name": "x"}).one().cuont)  # E: attr-defined


def parameters(session: OrionSession, dataset: Dataset, collection: ShardCollection, user: User) -> None:
    session.create_resource(Project, {"nme": "x"})  # E: call-overload
    session.create_resource(Project, {})  # E: call-overload
    session.create_resource(File, {"name": 7}, {"file": b"CNS"})  # E: call-overload
    session.create_resource(Shard(collection=collection), {"nam": "x"})  # E: arg-type
    session.create_resource(User, {"username": "x"})  # E: call-overload
    session.create_resource(File, {"name": "x"}, extra_body=["x"])  # E: call-overload
    session.update_resource(dataset, {"nam": "x"})  # E: arg-type
    session.update_resource(dataset, {"name": 7})  # E: arg-type
    session.update_resource(Assay(id=1), {"nam": "x"})  # E: arg-type
    session.update_resource(user, {"email": "x"})  # E: misc
    session.update_resource(7, {"name": "x"})  # E: arg-type
    session.update_resource(dataset, extra_body={"name": "x"})  # E: call-arg


class Assay(Dataset):
    """A resource class of the user."""


def fields(dataset: Dataset, file: File) -> None:
    print(dataset.cuont)  # E: attr-defined
    digest: str = file.sha256  # E: assignment
    name: int = dataset.name  # E: assignment
    print(digest, name)
    dataset.name = "x"  # E: arg-type
    Dataset(7)  # E: arg-type call-arg
    File(idd=7)  # E: call-arg
    File(id=1.5)  # E: arg-type
    File(id=7, name=7)  # E: arg-type
    Dataset(id=7, colour="red")  # E: call-arg
    Dataset(written="3")  # E: arg-type
    Dataset(buffer="x")  # E: arg-type
    Dataset(buffer_count=3)  # E: call-arg
    Token(_value="x")  # E: call-arg
    Shard(colection=7)  # E: call-arg
    Shard(collection=dataset)  # E: arg-type
    File.from_msg(7)  # E: arg-type


def contents(session: OrionSession, dataset: Dataset) -> None:
    Dataset.create("hits", session)  # E: arg-type arg-type
    File.upload(session, "x", io.StringIO("abc"))  # E: arg-type
    dataset.download(record_ids=7)  # E: arg-type
    dataset.download().decode("utf-8", 3)  # E: arg-type
    Backoff(cap="90")  # E: arg-type


def collections(session: OrionSession, collection: ShardCollection) -> None:
    Shard.create(session, "first")  # E: arg-type
    collection.list_shards(state=3)  # E: arg-type
    collection.wait(60)  # E: arg-type
    print(collection.list_shards().first().size)  # E: union-attr
    session.list_resources(Dataset, limit="10")  # E: call-overload


def jobs(session: OrionSession, job: WorkFloeJob) -> None:
    WorkFloeJob.start("first", session)  # E: arg-type arg-type
    WorkFloeJob.start(session, 1, "first", promoted={})  # E: call-arg
    job.wait("60")  # E: arg-type
    job.outputs("Dataset")  # E: arg-type
    cost: float = job.cost  # E: assignment
    print(cost)
    MolsearchQuery.create_title_query(session, 1, ["aspirin"])  # E: call-arg
    MolsearchQuery.create_substructure_query(session=session, database_id=1, smarts="C")  # E: call-arg
    register_molecule_codec(Dataset, lambda dataset: dataset.count)  # E: arg-type return-value


def raw(session: OrionSession) -> None:
    get_dataset.sync(7)  # E: call-arg
    get_dataset.sync(7, client=session)  # E: arg-type
    get_dataset.sync(7, client=session.raw_async)  # E: arg-type
    list_datasets.sync(client=session.raw, title="drugs")  # E: call-arg
    list_datasets.sync(client=session.raw, limit="10")  # E: arg-type
    print(get_dataset.sync(7, client=session.raw).counts)  # E: attr-defined


async def raw_async(session: OrionSession) -> None:
    await get_dataset.asyncio(7, client=session.raw)  # E: arg-type
    get_dataset.asyncio(7, client=session.raw_async)  # E: unused-coroutine


def inputs() -> None:
    filters: ListDatasetsFilters = {"title": "drugs"}  # E: typeddict-unknown-key
    new: CreateDataset = {"project": 7}  # E: typeddict-item
    print(filters, new)


def bulk_transfers(session: OrionSession, collection: ShardCollection) -> None:
    collection.upload("frames", "8")  # E: arg-type
    collection.download("copy", executor=8)  # E: arg-type
    session.upload_files(7)  # E: arg-type
    session.download_files("copy", [])  # E: arg-type arg-type
