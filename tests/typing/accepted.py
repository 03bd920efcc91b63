"""Ordinary code of users, with the types that they get. Checked by mypy --strict, never run."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, assert_type

from orion_api import AuthenticatedClient
from orion_api.api.datasets import get_dataset, list_datasets
from orion_api.api.files import download_file
from orion_api.inputs import CreateDataset, CreateFile, ListDatasetsFilters, UpdateFile
from orion_api.models import DatasetInfo, DatasetPage
from orion_api.types import Response as RawResponse

import orionclient
from orionclient.exceptions import BadResponse, NotFoundResponse, OrionConnectionError, OrionError
from orionclient.links import OrionLink, RecordLink
from orionclient.records import Record, RecordCodec
from orionclient.session import APISession, OrionSession, SessionConfig, get_profile_config, get_session, in_orion
from orionclient.types import Dataset, File, Organization, Project, User
from orionclient.utils import Backoff, TemporaryPath


def sessions() -> None:
    assert_type(APISession, OrionSession)
    assert_type(orionclient.session.OrionSession(), OrionSession)
    assert_type(get_profile_config("work"), SessionConfig)
    assert_type(in_orion(), bool)
    patient = get_session(retry_dict={404: 20, 503: 45}, request_timeout=90, backoff_dict={429: (1.0, 30.0)})
    OrionSession(get_profile_config(profile="work"), requests_session=patient)
    OrionSession(config=get_profile_config())
    answer = patient.get("https://example.com/", params={"q": 1})
    assert_type(answer.status_code, int)
    assert_type(answer.content, bytes)
    assert_type(answer.ok, bool)
    with OrionSession() as session:
        assert_type(session.config.token, str)
        assert_type(session.config.project, int | None)
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


def verbs(session: OrionSession) -> None:
    assert_type(session.get_resource(File, 1), File)
    assert_type(session.get_resource(Dataset, "7", timeout=5), Dataset)
    assert_type(session.get_resource(File(id=3), 7), File)
    assert_type(session.list_resources(Dataset), Iterator[Dataset])
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
    assert_type(session.get_link({"link": "orion"}), OrionLink | RecordLink)
    session.share_resource(file, User(id=2))
    session.unshare_resource(file, Organization(id=1))
    session.create_paths("/a", "/b/c")
    session.assign_paths(
        {"resource_type": File, "id": 3, "path": "/a"}, {"resource_type": "file", "id": "4", "path": "/b", "name": "x"}
    )
    assert_type(session.refresh_resource_until(file, "state", "ready", timeout=5, sleep_time=0.5), None)
    assert_type(session.get_current_balance().amount, Decimal)


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
        lost: ConnectionError = broken
        anything: OrionError = broken
        print(lost, anything)
        assert_type(broken.may_have_been_applied, bool)


def reason(error: BadResponse) -> str:
    return f"{error.response.status_code} {error.response.reason} {error.response.headers.get('X-Request-Id')}"


class Assay(Dataset):
    """A kind of the user's own."""

    @property
    def plate(self) -> str:
        return self.name.partition(" ")[0]


def kinds_of_ones_own(session: OrionSession) -> None:
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
    with download_file.sync(1, client=session.raw) as answer:
        assert_type(answer.iter_bytes(), Iterator[bytes])


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


def helpers() -> None:
    backoff = Backoff(cap=10, base=1, backoff_dict={503: (2, 20)})
    assert_type(backoff.sleep(), None)
    with TemporaryPath(suffix=".sdf") as path:
        assert_type(path, str)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        assert_type(list(pool.map(lambda number: APISession.get_resource(File, number), range(3))), list[File])
