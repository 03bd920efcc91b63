"""Links to records of datasets; links to resources are tested with the verbs."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from helpers.new_kinds import create_others
from helpers.plain import Plain
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.exceptions import (
    AuthorizationRequired,
    NotFoundResponse,
    OrionError,
    OrionLinkError,
    ValidationError,
)
from orionclient.links import OrionLink, RecordLink, ShardLink
from orionclient.local import LocalOrion
from orionclient.records import Record, RecordCodec
from orionclient.session import OrionSession, get_session
from orionclient.types import (
    KINDS,
    Dataset,
    File,
    Group,
    Organization,
    Project,
    Secret,
    Shard,
    ShardCollection,
    User,
    WorkFloeJob,
    WorkFloePackage,
    WorkFloeSpec,
    Workspace,
)


@pytest.fixture
def dataset(session: OrionSession) -> Dataset:
    made = Dataset.create(session, "linked")
    for title in ("aspirin", "caffeine"):
        made.write({"Title": title, "Molecule": {"format": "smiles", "text": "CC"}})
    made.finalize()
    return made


def test_a_link_resolves_to_its_record(
    orion: LocalOrion, session: OrionSession, plain: Plain, dataset: Dataset
) -> None:
    _, record = dataset.records()
    text = json.dumps(session.create_link(record))
    link = orion.session().get_link(json.loads(text))
    assert isinstance(link, RecordLink)
    again = link.get_resource()
    wire = plain.get(f"/api/v1/storage/datasets/{dataset.id}/records/{record.record_id}/")
    assert type(again) is Record
    assert again == record == wire["record"]
    assert (again.dataset_id, again.record_id) == (dataset.id, 2) == (record.dataset_id, record.record_id)
    assert session.create_link(again) == link.to_dict()
    assert link == session.get_link(session.create_link(record))
    assert len({link, RecordLink(dataset.id, 2), RecordLink(dataset.id, 1), OrionLink(Dataset, dataset.id)}) == 3
    assert repr(link) == f"RecordLink(dataset {dataset.id}, record 2)"


def test_links_in_records_survive(session: OrionSession, dataset: Dataset) -> None:
    first, _ = dataset.records()
    other = Dataset.create(session, "that links")
    other.write({"parent": session.create_link(first), "dataset": session.create_link(dataset)})
    other.finalize()
    (record,) = other.records()
    assert session.get_link(record["parent"]).get_resource()["Title"] == "aspirin"
    assert session.get_link(record["dataset"]).get_resource() == dataset


def test_large_ids_survive_doubles(session: OrionSession) -> None:
    record = Record(dataset_id=2**60 + 1, record_id=2**62 + 1)
    damaged = json.loads(json.dumps(session.create_link(record)), parse_int=lambda digits: int(float(digits)))
    link = session.get_link(damaged)
    assert isinstance(link, RecordLink)
    assert (link.dataset_id, link.record_id) == (2**60 + 1, 2**62 + 1)


def test_records_without_ids_cannot_be_linked(session: OrionSession) -> None:
    for record in (Record({"a": 1}), Record(dataset_id=1), Record(record_id=1)):
        with pytest.raises(ValidationError, match="has no dataset_id and record_id"):
            session.create_link(record)
    with pytest.raises(ValidationError, match="record_id must be an integer"):
        session.create_link(Record(dataset_id=1, record_id="x"))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="dict cannot be linked"):
        session.create_link({"a": 1})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"id_str": "../7"}, "'id' is missing or not an integer"),
        ({"id_str": None}, "'id' is missing or not an integer"),
        ({"dataset_str": "x"}, "'dataset' is missing or not an integer"),
        ({"dataset_str": ...}, None),
        ({"id_str": ...}, None),
        ({"dataset_str": ..., "dataset": ...}, "'dataset' is missing or not an integer"),
        ({"dataset_str": ..., "dataset": 1.5}, "'dataset' is missing or not an integer"),
        ({"version": 2}, "version 2"),
        ({"link": "mongo"}, "not a resource link"),
        (
            {"type": "records"},
            f"known types: {', '.join(sorted(['record', *(name for name, kind in KINDS.items() if kind.declaration.linkable)]))}$",
        ),
    ],
)
def test_damaged_links(session: OrionSession, damage: dict[str, Any], words: str | None) -> None:
    good = session.create_link(Record(dataset_id=3, record_id=4))
    given = {key: value for key, value in {**good, **damage}.items() if value is not ...}
    if words is None:
        assert session.get_link(given) == RecordLink(3, 4)
        return
    with pytest.raises(OrionLinkError, match=words):
        session.get_link(given)


def test_links_to_deleted_and_to_forbidden_records(orion: LocalOrion, session: OrionSession, dataset: Dataset) -> None:
    record = next(dataset.records())
    link = session.create_link(record)
    with pytest.raises(AuthorizationRequired):
        orion.session("grace").get_link(link).get_resource()
    for gone in (RecordLink(dataset.id, 99, session), RecordLink(99, 1, session)):
        with pytest.raises(NotFoundResponse):
            gone.get_resource()
    with pytest.raises(OrionLinkError, match="has no session"):
        RecordLink(dataset.id, 1).get_resource()
    with pytest.raises(OrionLinkError, match="has no session"):
        OrionLink(Dataset, dataset.id).get_resource()


def test_links_pickle(session: OrionSession, dataset: Dataset) -> None:
    link = session.get_link(session.create_link(next(dataset.records())))
    assert pickle.loads(pickle.dumps(link)) == link


def test_a_custom_codec(session: OrionSession, dataset: Dataset) -> None:
    class Titles(RecordCodec):
        """Decodes only the title."""

        def decode(self, fields: dict[str, Any], dataset_id: int, record_id: int) -> Any:
            return f"{fields['Title']} {dataset_id} {record_id}"

    link = RecordLink(dataset.id, 2, session)
    assert link.get_resource(codec=Titles()) == f"caffeine {dataset.id} 2" == dataset.record("2", codec=Titles())


def test_one_record(session: OrionSession, dataset: Dataset, scripted: Scripted) -> None:
    assert dataset.record(1)["Title"] == "aspirin"
    with pytest.raises(ValidationError, match="record_id must be an integer"):
        dataset.record("first")
    scripted.responses = [ScriptedResponse(data={"id": 1, "dataset": 1, "record": None})]
    with pytest.raises(OrionError, match="the response has no 'record' for record 1 of Dataset 1"):
        Dataset(id=1, session=scripted.session()).record(1)


def test_a_link_to_a_shard(orion: LocalOrion, session: OrionSession) -> None:
    collection = ShardCollection.create(session, "big ids", version=2)
    shard = Shard.create(collection, "first", file=b"frames")
    assert shard.id > 2**53
    link = session.create_link(shard)
    assert (link["id_str"], link["collection_str"]) == (str(shard.id), str(collection.id))
    # A program that reads integers as doubles damages the id; the string form takes precedence.
    damaged = json.loads(json.dumps(link), parse_int=lambda digits: int(float(digits)))
    assert damaged["id"] != shard.id
    read = orion.session().get_link(damaged)
    assert isinstance(read, ShardLink)
    again = read.get_resource()
    assert (again, again.collection, b"".join(again.download())) == (shard, collection, b"frames")
    assert read.to_dict() == link == session.create_link(Shard(collection=collection.id, id=shard.id))
    assert pickle.loads(pickle.dumps(read)) == read
    assert repr(read) == f"ShardLink(collection {collection.id}, shard {shard.id})"
    with pytest.raises(ValidationError, match="needs its collection"):
        session.create_link(Shard(id=7))
    with pytest.raises(OrionLinkError, match="'collection' is missing or not an integer"):
        session.get_link({**link, "collection": "x", "collection_str": "x"})


def linked(session: OrionSession) -> list[Any]:
    echo = session.list_resources(WorkFloeSpec, {"name": "echo"}).one()
    collection = ShardCollection.create(session, "c")
    return [
        *(each for each in create_others(session) if each.declaration.linkable),
        File.upload(session, "f", b"x"),
        collection,
        Shard.create(collection, "s", file=b"y"),
        Secret.create(session, "key", "hidden"),
        Dataset.create(session, "d"),
        Project(id=3),
        Group(id=1),
        User(id=2),
        Organization(id=1),
        Workspace.create(session, "linked"),
        echo,
        WorkFloeJob.start(session, echo, "linked"),
        session.create_resource(WorkFloePackage, {"name": "linked"}),
    ]


def test_every_linkable_kind_has_links(orion: LocalOrion, session: OrionSession) -> None:
    resources = linked(session)
    kinds = {type(each) for each in resources}
    assert kinds == {kind for kind in KINDS.values() if kind.declaration.linkable}
    links = json.loads(json.dumps([session.create_link(each) for each in resources]))
    assert [orion.session().get_link(link).get_resource() for link in links] == resources


def test_many_links_at_once(orion: LocalOrion, session: OrionSession, dataset: Dataset) -> None:
    resources = [*linked(session), *dataset.records()]
    links = [session.create_link(each) for each in resources]
    requests = len(orion.faults.requests("get_file"))
    found = session.resolve_links([*links, links[0], session.get_link(links[0])], max_workers=3)
    assert found == [*resources, resources[0], resources[0]]
    assert len(orion.faults.requests("get_file")) == requests + 1
    assert session.resolve_links([]) == []


def test_many_links_with_some_broken(orion: LocalOrion) -> None:
    session = OrionSession(orion.config(), requests_session=get_session(retry_dict={}))
    stored, gone = (File.upload(session, name, b"x") for name in ("stored", "gone"))
    links = [session.create_link(each) for each in (gone, stored, gone)]
    session.delete_resource(gone)
    with pytest.raises(NotFoundResponse):
        session.resolve_links(links)
    first, second, third = session.resolve_links(links, return_exceptions=True)
    assert isinstance(first, NotFoundResponse)
    assert (second, third) == (stored, first)
    before = len(orion.faults.requests("get_file"))
    with pytest.raises(OrionLinkError):
        session.resolve_links([links[1], {"link": "no"}])
    assert len(orion.faults.requests("get_file")) == before
