"""Molecule search through the session: databases of datasets, and the four published queries."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.examples import drugs
from orionclient.exceptions import BadResponse, OrionError, ValidationError
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, MolsearchDatabase, MolsearchQuery

pytestmark = pytest.mark.usefixtures("real_time")


@pytest.fixture
def database(session: OrionSession) -> MolsearchDatabase:
    """Create a database of the drugs, ready to be searched."""
    made = MolsearchDatabase.create(
        session, "drugs", Dataset.upload(session, "drugs", drugs("sdf")), database_version=2
    )
    made.wait(timeout=60)
    return made


def test_search_by_title(session: OrionSession, database: MolsearchDatabase) -> None:
    assert (database.state, database.count, database.search_type) == ("LOADED", 24, "2D")
    query = MolsearchQuery.create_title_query(
        name="two", database_id=database.id, titles=["caffeine", "aspirin", "nothing"], project=None, session=session
    )
    session.refresh_resource_until(query, "state", "SUCCESS", timeout=60, sleep_time=0.05)
    hits = list(query.hits())
    assert sorted(hit["title"] for hit in hits) == ["aspirin", "caffeine"]
    assert (query.count, query.reason, query.query_type, query.database) == (2, "", "title", database.id)
    dataset = session.get_resource(Dataset, hits[0]["dataset"])
    assert dataset.record(hits[0]["record"])["Title"] == hits[0]["title"]
    assert [each.id for each in session.list_resources(MolsearchDatabase, {"search_type": "2D"})] == [database.id]
    assert session.list_resources(MolsearchDatabase, {"search_type": "3D"}).count() == 0
    assert session.delete_resource(query)
    assert session.delete_resource(database)


def test_search_by_substructure_needs_a_toolkit(session: OrionSession, database: MolsearchDatabase) -> None:
    query = MolsearchQuery.create_subsearch_query(
        session=session, database_id=database.id, mdlquery="c1ccccc1", subsearch_query_type="SMARTS", num_hits=5
    )
    if importlib.util.find_spec("rdkit") is None:
        with pytest.raises(OrionError, match=rf"MolsearchQuery {query.id} is 'ERROR': .*rdkit"):
            query.wait(timeout=60)
    else:
        query.wait(timeout=60)
        assert 0 < len(list(query.hits())) <= 5


def test_licensed_query_types_are_rejected(session: OrionSession, database: MolsearchDatabase) -> None:
    with pytest.raises(BadResponse, match="licen") as caught:
        MolsearchQuery.create_fastrocs_query(
            database_id=database.id, query_mol="CCO", max_hits=10, name="x", project=None, shape_only=True, sim_type="tanimoto",
            session=session,
        )  # fmt: skip
    assert caught.value.response.status_code == 422


QUERIES = [
    ("title", {"titles": ("a", "b")}, {"titles": ["a", "b"]}),
    (
        "subsearch",
        {"num_hits": 3, "mdlquery": {"mol": 1}, "aliphatic_constraint": True, "topology_constraint": "t",
         "stereo_constraint": None, "isotope_constraint": False},
        {"mdlquery": {"mol": 1}, "subsearch_query_type": "MDLJSON", "num_hits": 3, "aliphatic_constraint": True,
         "topology_constraint": "t", "isotope_constraint": False},
    ),
    (
        "graphsim",
        {"smiles": "CCO", "fingerprint_type": "Circular", "max_hits": 9, "similarity_measure_type": "Tanimoto", "cutoff": 0.5},
        {"smiles": "CCO", "fingerprint_type": "Circular", "similarity_measure_type": "Tanimoto", "max_hits": 9, "cutoff": 0.5},
    ),
    (
        "fastrocs",
        {"query_mol": "CCO", "max_hits": 9, "shape_only": False, "sim_type": "x"},
        {"query_mol": "CCO", "max_hits": 9, "shape_only": False, "sim_type": "x"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "sent"), QUERIES, ids=[each[0] for each in QUERIES])
def test_a_query_sends_what_was_given(
    scripted: Scripted, kind: str, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    scripted.then(ScriptedResponse(201, {"id": 9, "name": "q", "state": "QUEUED"}))
    create = getattr(MolsearchQuery, f"create_{kind}_query")
    query = create(session=scripted.session(), database_id="4", name="q", project=2, **given)
    assert (query.id, query.state, query.reason) == (9, "QUEUED", "")
    assert json.loads(scripted.requests[0].body) == {
        "name": "q", "project": 2, "query_type": kind, "database": 4, "parameters": sent,
    }  # fmt: skip


def test_invalid_queries_are_rejected_before_any_request(scripted: Scripted) -> None:
    session = scripted.session()
    with pytest.raises(ValidationError, match="titles must be a list of strings"):
        MolsearchQuery.create_title_query(session=session, database_id=1, titles="aspirin")
    with pytest.raises(ValidationError, match="query_mol is not JSON serializable: Object of type object"):
        MolsearchQuery.create_fastrocs_query(session=session, database_id=1, query_mol=object())
    with pytest.raises(ValidationError, match="database_id must be an integer"):
        MolsearchQuery.create_graphsim_query(session=session, database_id="drugs", smiles="C")
    with pytest.raises(ValidationError, match="dataset must be a Dataset or its id, not a File"):
        MolsearchDatabase.create(session, "x", File(id=1))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="dataset must be an integer"):
        MolsearchDatabase.create(session, "x", "drugs")
    assert scripted.requests == []


def test_a_failed_database_ends_the_wait(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(data={"id": 1, "name": "x", "state": "ERROR", "search_type": "2D"}))
    with pytest.raises(OrionError, match="MolsearchDatabase 1 is 'ERROR': no reason given"):
        MolsearchDatabase(id=1, session=scripted.session()).wait()
