"""Molecule search through the session: databases of datasets, and the four published queries."""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient import records
from orionclient.examples import drugs
from orionclient.exceptions import BadResponse, NotFoundResponse, OrionError, ValidationError
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, MolsearchDatabase, MolsearchQuery, Shard, ShardCollection

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


def test_a_database_of_a_collection_is_unloaded_and_loaded(session: OrionSession) -> None:
    collection = ShardCollection.create(session, "prepared")
    shard = Shard.create(collection, "one.smi", file=b"CCO ethanol\n")
    collection.close()
    collection.wait(timeout=60)
    made = MolsearchDatabase.create(session, "prepared", collection=collection, memory_mb=10, cpu=2, gpu=0)
    lines = list(made.logs(follow=True))
    assert [line.split(" ", 1)[1].partition(",")[0] for line in lines] == [
        f"Loading the collection {collection.id}.",
        "Loaded 1 records",
    ]
    made.wait(timeout=60)
    assert (made.state, made.dataset, made.collection, made.count) == ("LOADED", None, collection.id, 1)
    assert (made.memory_mb, made.cpu, made.gpu, made.pools, made.server_is_remote) == (10, 2, 0, None, False)
    made.unload()
    with pytest.raises(OrionError, match=rf"MolsearchDatabase {made.id} is 'UNLOADED': call load\(\) first"):
        made.wait(timeout=60)
    search = {"session": session, "database_id": made.id, "titles": ["ethanol"]}
    with pytest.raises(BadResponse, match=f"ocli molsearch db load {made.id}"):
        MolsearchQuery.create_title_query(**search)
    session.update_resource(made, {"name": "renamed", "pools": 3})
    assert (made.name, made.pools, made.state) == ("renamed", 3, "UNLOADED")
    made.load()
    made.wait(timeout=60)
    query = MolsearchQuery.create_title_query(**search)
    query.wait(timeout=60)
    assert [(hit["dataset"], hit["shard"], hit["record"]) for hit in query.hits()] == [(None, shard.id, 1)]


def test_a_database_has_one_source(session: OrionSession, database: MolsearchDatabase) -> None:
    for sources in ({}, {"dataset": 1, "collection": 1}):
        with pytest.raises(ValidationError, match="pass either dataset= or collection="):
            MolsearchDatabase.create(session, "none", **sources)
    session.delete_resource(session.get_resource(Dataset, database.dataset))
    database.unload()
    database.load()
    with pytest.raises(OrionError, match=rf"is 'ERROR': The dataset {database.dataset} of the database was deleted"):
        database.wait(timeout=60)


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


def test_hits_become_files_and_datasets(session: OrionSession, tmp_path: Path) -> None:
    stored = Dataset.upload(session, "three", b"CCO ethanol\nC methane\nCC ethane\n", format="smi")
    database = MolsearchDatabase.create(session, "three", stored)
    database.wait(timeout=60)
    assert (database.smiles("ethane"), database.smiles("methane")) == ("CC", "C")
    with pytest.raises(NotFoundResponse, match="no record with the title 'propane'"):
        database.smiles("propane")
    query = MolsearchQuery.create_title_query(session=session, database_id=database.id, titles=["ethane", "ethanol"])
    query.wait(timeout=60)
    session.update_resource(query, {"name": "alkanes"})
    assert session.get_resource(MolsearchQuery, query.id).name == query.name == "alkanes"
    table = b"Title,Molecule,Search Rank\nethanol,CCO,1\nethane,CC,2\n"
    assert (query.download(), query.download("smi")) == (table, b"CCO ethanol\nCC ethane\n")
    for name, content in (("hits.csv", table), ("hits.smi", b"CCO ethanol\nCC ethane\n")):
        query.download_to_file(tmp_path / name)
        assert (tmp_path / name).read_bytes() == content
    query.download_to_file(tmp_path / "hits.txt", format="csv")
    assert (tmp_path / "hits.txt").read_bytes() == table
    exported = query.export("hits", project=3)
    assert (exported.name, exported.project, exported.count) == ("hits", 3, 2)
    assert [(each["Title"], each["Search Rank"]) for each in exported.records()] == [("ethanol", 1), ("ethane", 2)]
    assert query.export().name == f"Hits of query {query.id}"
    query.cancel()
    assert query.state == "SUCCESS"


def test_a_cancelled_search_raises(scripted: Scripted) -> None:
    cancelled = {"id": 9, "name": "q", "state": "CANCELLED", "reason": "cancelled by ada"}
    query = MolsearchQuery(id=9, session=scripted.session())
    scripted.then(ScriptedResponse(200, cancelled))
    query.cancel()
    assert (query.state, scripted.requests[-1].method) == ("CANCELLED", "POST")
    with pytest.raises(OrionError, match="MolsearchQuery 9 is 'CANCELLED': cancelled by ada"):
        query.wait()


def test_a_response_without_smiles(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(200, {"title": "a", "record": 1}))
    with pytest.raises(BadResponse, match="the field 'smiles' is missing"):
        MolsearchDatabase(id=1, session=scripted.session()).smiles("a")


class OEMol:
    """A molecule of the OpenEye toolkit, as far as the client uses it."""

    def __init__(self, smiles: str) -> None:
        self.smiles = smiles


class Molecule(OEMol):
    """A molecule of another toolkit."""


class Mol:
    """A molecule of RDKit, as far as the client uses it."""

    def __init__(self, smiles: str) -> None:
        self.smiles = smiles


Mol.__module__ = "rdkit.Chem.rdchem"


@pytest.fixture
def rdkit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide the functions of RDKit that write SMILES and SMARTS."""
    package, module = ModuleType("rdkit"), ModuleType("rdkit.Chem")
    module.MolToSmiles = lambda molecule: molecule.smiles  # type: ignore[attr-defined]
    module.MolToSmarts = lambda molecule: f"[{molecule.smiles}]"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rdkit", package)
    monkeypatch.setitem(sys.modules, "rdkit.Chem", module)


@pytest.fixture
def oechem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide the function of the OpenEye toolkit that writes SMILES."""
    package, module = ModuleType("openeye"), ModuleType("openeye.oechem")
    module.OEMolToSmiles = lambda molecule: molecule.smiles  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "openeye", package)
    monkeypatch.setitem(sys.modules, "openeye.oechem", module)


MOLFILE = drugs("sdf").read_bytes().decode().partition("M  END")[0] + "M  END"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
CONSTRAINTS = dict.fromkeys(
    ("aliphatic_constraint", "topology_constraint", "stereo_constraint", "isotope_constraint"), False
)
# The calls that the vendor has published, with its spellings; molecules are SMILES or an OEMol.
PUBLISHED = {
    "title": ("create_title_query", {"titles": ["aspirin"]}),
    "subsearch": ("create_subsearch_query", {"num_hits": 5, "mdlquery": OEMol(ASPIRIN), "subsearch_query_type": "MDLJSON", **CONSTRAINTS}),
    "subsearch-molfile": (
        "create_subsearch_query",
        {"num_hits": 5, "mdlquery": MOLFILE, "subsearch_query_type": "MDLJSON", **CONSTRAINTS},
    ),
    "substructure": ("create_substructure_query", {"query_mol": OEMol(ASPIRIN), **CONSTRAINTS}),
    "substructure-mdlquery": ("create_substructure_query", {"num_hits": 5, "mdlquery": OEMol(ASPIRIN), **CONSTRAINTS}),
    "graphsim": (
        "create_graphsim_query",
        {"smiles": ASPIRIN, "fingerprint_type": "circularvs", "max_hits": 5, "similarity_measure_type": "tanimoto", "cutoff": 0.5},
    ),
    "graphsim-molecule": (
        "create_graphsim_query",
        {"smiles": OEMol(ASPIRIN), "fingerprint_type": "circularvs", "max_hits": 5, "similarity_measure_type": "tanimoto", "cutoff": 0.5},
    ),
    "fastrocs": ("create_fastrocs_query", {"query_mol": OEMol(ASPIRIN), "max_hits": 5, "shape_only": True, "sim_type": "tanimoto"}),
}  # fmt: skip


@pytest.mark.usefixtures("oechem")
@pytest.mark.parametrize("case", PUBLISHED)
def test_the_published_calls(session: OrionSession, database: MolsearchDatabase, case: str) -> None:
    method, arguments = PUBLISHED[case]
    given = {"name": "aspirin", "database_id": database.id, "project": None, "session": session, **arguments}
    if case == "fastrocs":
        with pytest.raises(BadResponse, match="Shape search .* is not supported by the local Orion"):
            getattr(MolsearchQuery, method)(**given)
        return
    query = getattr(MolsearchQuery, method)(**given)
    if case == "title" or importlib.util.find_spec("rdkit") is not None:
        session.refresh_resource_until(query, "state", "SUCCESS", timeout=60, sleep_time=0.05)
        assert "aspirin" in {hit["title"] for hit in query.hits()}
    else:
        with pytest.raises(OrionError, match="is 'ERROR': .* needs RDKit in the environment of the local Orion"):
            query.wait(timeout=60)


def test_molecules_are_sent_as_smiles(scripted: Scripted, oechem: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_MOLECULE_CODECS", {})
    records.register_molecule_codec(Molecule, lambda molecule: f"{molecule.smiles}.O")
    scripted.then(ScriptedResponse(201, {"id": 9, "name": "q", "state": "QUEUED"}))
    for method, name in (
        ("create_graphsim_query", "smiles"),
        ("create_exact_query", "smiles"),
        ("create_fastrocs_query", "query_mol"),
        ("create_subsearch_query", "mdlquery"),
        ("create_substructure_query", "mdlquery"),
    ):
        for molecule, sent in (
            (OEMol("CCO"), "CCO"),
            (Molecule("CCO"), "CCO.O"),
            (type("Sub", (Molecule,), {})("C"), "C.O"),
        ):
            getattr(MolsearchQuery, method)(session=scripted.session(), database_id=4, **{name: molecule})
            parameters = json.loads(scripted.requests[-1].body)["parameters"]
            assert parameters[name] == sent
            assert parameters.get("subsearch_query_type") == ("SMARTS" if name == "mdlquery" else None)


@pytest.mark.usefixtures("rdkit")
def test_molecules_of_rdkit(scripted: Scripted) -> None:
    scripted.then(ScriptedResponse(201, {"id": 9, "name": "q", "state": "QUEUED"}))
    given = {"session": scripted.session(), "database_id": 4}
    MolsearchQuery.create_exact_query(smiles=Mol("CCO"), **given)
    assert json.loads(scripted.requests[-1].body)["parameters"] == {"smiles": "CCO"}
    MolsearchQuery.create_substructure_query(query_mol=type("Sub", (Mol,), {})("CCO"), **given)
    sent = json.loads(scripted.requests[-1].body)["parameters"]
    assert sent == {"mdlquery": "[CCO]", "subsearch_query_type": "SMARTS"}


def test_molecules_that_cannot_be_converted(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    search = partial(MolsearchQuery.create_graphsim_query, session=scripted.session(), database_id=4)
    with pytest.raises(
        ValidationError, match=r"smiles: cannot convert the OEMol .*register_molecule_codec\(type, function\)"
    ):
        search(smiles=OEMol("C"))
    monkeypatch.setattr(records, "_MOLECULE_CODECS", {Molecule: lambda molecule: molecule.missing, OEMol: len})
    with pytest.raises(ValidationError, match="smiles: cannot convert the Molecule to SMILES: .*'missing'"):
        search(smiles=Molecule("C"))
    monkeypatch.setattr(records, "_MOLECULE_CODECS", {OEMol: lambda _: b"C"})
    with pytest.raises(ValidationError, match="smiles: the codec of OEMol returned b'C', not a SMILES"):
        search(smiles=OEMol("C"))
    with pytest.raises(ValidationError, match="pass the substructure as mdlquery= or query_mol="):
        MolsearchQuery.create_substructure_query(session=scripted.session(), database_id=4, mdlquery="C", query_mol="C")
    with pytest.raises(ValidationError, match="pass the substructure as mdlquery= or query_mol="):
        MolsearchQuery.create_substructure_query(session=scripted.session(), database_id=4)
    assert scripted.requests == []


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
