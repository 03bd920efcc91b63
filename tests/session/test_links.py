"""Links to records of datasets; those to resources are with the verbs."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from helpers.plain import Plain
from helpers.scripted import Answer, Scripted

from orionclient.exceptions import (
    AuthorizationRequired,
    NotFoundResponse,
    OrionError,
    OrionLinkError,
    ValidationError,
)
from orionclient.links import OrionLink, RecordLink
from orionclient.local import LocalOrion
from orionclient.records import Record, RecordCodec
from orionclient.session import OrionSession
from orionclient.types import Dataset


@pytest.fixture
def dataset(session: OrionSession) -> Dataset:
    made = Dataset.create(session, "linked")
    for title in ("aspirin", "caffeine"):
        made.write({"Title": title, "Molecule": {"format": "smiles", "text": "CC"}})
    made.finalize()
    return made


def test_a_link_leads_back_to_its_record(
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
        with pytest.raises(ValidationError, match="needs its dataset_id and record_id"):
            session.create_link(record)
    with pytest.raises(ValidationError, match="record_id must be a whole number"):
        session.create_link(Record(dataset_id=1, record_id="x"))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="dict cannot be linked"):
        session.create_link({"a": 1})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"id_str": "../7"}, "no usable id"),
        ({"id_str": None}, "no usable id"),
        ({"dataset_str": "x"}, "no usable dataset"),
        ({"dataset_str": ...}, None),
        ({"id_str": ...}, None),
        ({"dataset_str": ..., "dataset": ...}, "no usable dataset"),
        ({"dataset_str": ..., "dataset": 1.5}, "no usable dataset"),
        ({"version": 2}, "version 2"),
        ({"link": "mongo"}, "this is no link"),
        ({"type": "records"}, "known are dataset, file, organization, project, record, user"),
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


def test_what_is_gone_and_what_is_not_for_the_user(orion: LocalOrion, session: OrionSession, dataset: Dataset) -> None:
    record = next(dataset.records())
    link = session.create_link(record)
    with pytest.raises(AuthorizationRequired):
        orion.session("grace").get_link(link).get_resource()
    for gone in (RecordLink(dataset.id, 99, session), RecordLink(99, 1, session)):
        with pytest.raises(NotFoundResponse):
            gone.get_resource()
    with pytest.raises(OrionLinkError, match="belongs to no session"):
        RecordLink(dataset.id, 1).get_resource()
    with pytest.raises(OrionLinkError, match="belongs to no session"):
        OrionLink(Dataset, dataset.id).get_resource()


def test_links_pickle(session: OrionSession, dataset: Dataset) -> None:
    link = session.get_link(session.create_link(next(dataset.records())))
    assert pickle.loads(pickle.dumps(link)) == link


def test_a_codec_of_ones_own(session: OrionSession, dataset: Dataset) -> None:
    class Titles(RecordCodec):
        """Reads the title alone."""

        def decode(self, fields: dict[str, Any], dataset_id: int, record_id: int) -> Any:
            return f"{fields['Title']} {dataset_id} {record_id}"

    link = RecordLink(dataset.id, 2, session)
    assert link.get_resource(codec=Titles()) == f"caffeine {dataset.id} 2" == dataset.record("2", codec=Titles())


def test_one_record(session: OrionSession, dataset: Dataset, scripted: Scripted) -> None:
    assert dataset.record(1)["Title"] == "aspirin"
    with pytest.raises(ValidationError, match="record_id must be a whole number"):
        dataset.record("first")
    scripted.answers = [Answer(data={"id": 1, "dataset": 1, "record": None})]
    with pytest.raises(OrionError, match="sent no record 1 of Dataset 1"):
        Dataset(id=1, session=scripted.session()).record(1)
