"""Tests of molecule search over HTTP: title queries, structure queries with RDKit, and unsupported queries."""

from __future__ import annotations

import gzip
import importlib
import json
import threading
import types

import pytest
from emulator_floes import until

from orionclient.emulator import Server
from orionclient.emulator._formats import searching

DATABASES, QUERIES = "/api/v1/molsearch/databases/", "/api/v1/molsearch/queries/"
DATASETS = "/api/v1/storage/datasets/"


def dataset(caller, content, form="sdf", **fields):
    made = caller.post(DATASETS, json={"name": "data", **fields}).json()
    response = caller.put(f"{DATASETS}{made['id']}/upload/".removesuffix("/") + f"?format={form}", content=content)
    assert response.status_code == 200, response.content
    return response.json()


def database(caller, data, **fields):
    response = caller.post(DATABASES, json={"name": "db", "dataset": data["id"], **fields})
    assert response.status_code == 201, response.content
    url = f"{DATABASES}{response.json()['id']}/"
    return until(lambda: caller.get(url).json(), lambda found: found["state"] != "LOADING")


def ask(caller, searched, query_type="title", **parameters):
    body = {"query_type": query_type, "database": searched["id"], "parameters": parameters}
    return caller.post(QUERIES, json=body)


def result(caller, response):
    assert response.status_code == 201, response.content
    url = f"{QUERIES}{response.json()['id']}/"
    query = until(lambda: caller.get(url).json(), lambda found: found["state"] not in {"QUEUED", "RUNNING"})
    return query, caller.get(f"{url}hits/").json()["results"]


@pytest.fixture(scope="module")
def loaded(ada, drugs):
    return database(ada, dataset(ada, drugs["sdf"]))


def test_a_database_of_a_dataset(ada, drugs):
    data = dataset(ada, drugs["smi"], "smi", project=3)
    made = ada.post(DATABASES, json={"dataset": data["id"], "search_type": "3D", "project": 3}).json()
    assert (made["state"], made["count"]) == ("LOADING", 0)
    url = f"{DATABASES}{made['id']}/"
    found = until(lambda: ada.get(url).json(), lambda found: found["state"] == "LOADED")
    assert found == {
        "id": made["id"],
        "name": "",
        "state": "LOADED",
        "reason": "",
        "search_type": "3D",
        "dataset": data["id"],
        "collection": None,
        "count": data["count"],
        "created": made["created"],
        "owner": 1,
        "project": 3,
        **dict.fromkeys(("pools", "memory_mb", "disk_space", "cpu", "gpu", "instance_type")),
        "server_is_remote": False,
    }


def test_titles_are_exact(ada, loaded):
    titles = [
        record["record"]["Title"]
        for record in map(json.loads, ada.get(f"{DATASETS}{loaded['dataset']}/records/").text.splitlines())
    ]
    wanted = [titles[4], titles[1], "no such title", titles[2].upper() + "x"]
    response = ask(ada, loaded, titles=wanted)
    assert response.json()["state"] == "QUEUED"
    query, hits = result(ada, response)
    assert query == {**response.json(), "state": "SUCCESS", "count": 2}
    assert query["parameters"] == {"titles": wanted}
    assert hits == [
        {"rank": 1, "dataset": loaded["dataset"], "record": 2, "shard": None, "title": titles[1], "score": None},
        {"rank": 2, "dataset": loaded["dataset"], "record": 5, "shard": None, "title": titles[4], "score": None},
    ]
    page = ada.get(f"{QUERIES}{query['id']}/hits/", params={"limit": 1}).json()
    assert (page["count"], ada.get(page["next"]).json()["results"]) == (2, hits[1:])


def test_a_search_over_many_records(fresh, connect, monkeypatch):
    monkeypatch.setattr("orionclient.emulator._handlers.molsearch_queries._STEP", 7)
    ada = connect(fresh)
    lines = "".join(json.dumps({"Title": f"t{n % 3}"} if n % 5 else {"Title": 3}) + "\n" for n in range(50))
    searched = database(ada, dataset(ada, lines.encode(), "json"))
    query, hits = result(ada, ask(ada, searched, titles=["t1"]))
    wanted = [n + 1 for n in range(50) if n % 3 == 1 and n % 5]
    assert (query["count"], [hit["record"] for hit in hits]) == (len(wanted), wanted)


@pytest.mark.parametrize(
    ("query_type", "parameters", "words"),
    [
        ("fastrocs", {}, ("licensed",)),
        ("title", {}, ("requires the parameter 'titles'",)),
        ("title", {"titles": []}, ("'titles' must be a non-empty list of strings",)),
        ("title", {"titles": "aspirin"}, ("'titles' must be",)),
        ("title", {"titles": ["a"], "cutoff": 1}, ("Unknown parameter 'cutoff'", "Known: titles")),
        ("subsearch", {"mdlquery": "c", "num_hits": 0}, ("'num_hits' must be an integer from 1",)),
        ("subsearch", {"mdlquery": "c", "subsearch_query_type": "CDX"}, ("MDLJSON, SMARTS",)),
        ("subsearch", {"mdlquery": "c", "stereo": True}, ("Unknown parameter 'stereo'", "stereo_constraint")),
        ("subsearch", {"mdlquery": "c", "stereo_constraint": "x"}, ("'stereo_constraint' must be true or false",)),
        ("graphsim", {"smiles": "C", "similarity_measure_type": "tversky"}, ("tanimoto, dice, cosine",)),
        ("graphsim", {"smiles": " "}, ("'smiles' must be a non-empty string",)),
        ("graphsim", {"smiles": "C", "fingerprint_type": "Tree"}, ("circularvs, circular, path, maccs",)),
        ("graphsim", {"smiles": "C", "cutoff": 2}, ("from 0 to 1",)),
        ("graphsim", {"smiles": "C", "max_hits": True}, ("'max_hits' must be",)),
        ("exact", {"smiles": ""}, ("'smiles' must be a non-empty string",)),
        ("exact", {"smiles": "C", "cutoff": 1}, ("Unknown parameter 'cutoff'",)),
    ],
)
def test_invalid_queries_are_rejected(ada, loaded, rejected, query_type, parameters, words):
    before = ada.get(QUERIES).json()["count"]
    assert ask(ada, loaded, query_type, **parameters) == rejected(422, "bad_query", *words)
    assert ada.get(QUERIES).json()["count"] == before


def test_three_dimensional_databases_are_not_searched(ada, loaded, rejected):
    solid = database(ada, {"id": loaded["dataset"]}, search_type="3D")
    assert ask(ada, solid, titles=["a"]) == rejected(422, "bad_query", "3D")


def missing(name):
    raise ImportError(name)


def test_without_rdkit_a_query_says_what_to_install(ada, loaded, monkeypatch):
    monkeypatch.setattr(searching, "importlib", types.SimpleNamespace(import_module=missing))
    structures = (("subsearch", {"mdlquery": "c"}), ("graphsim", {"smiles": "C"}), ("exact", {"smiles": "C"}))
    for query_type, parameters in structures:
        query, hits = result(ada, ask(ada, loaded, query_type, **parameters))
        assert (query["state"], query["count"], hits) == ("ERROR", 0, [])
        assert "orion-platform-client[rdkit]" in query["reason"]


def test_what_goes_wrong_in_a_search_is_its_reason(ada, loaded, monkeypatch):
    def fail(*args):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(searching, "build_matcher", fail)
    query, _ = result(ada, ask(ada, loaded, titles=["a"]))
    assert (query["state"], query["reason"]) == ("ERROR", "The search failed: unforeseen")


def test_a_dataset_that_is_gone(ada, drugs, rejected):
    data = dataset(ada, drugs["smi"], "smi")
    searched = database(ada, data)
    assert ada.delete(f"{DATASETS}{data['id']}/").status_code == 204
    query, _ = result(ada, ask(ada, searched, titles=["a"]))
    assert (query["state"], f"dataset {data['id']}" in query["reason"]) == ("ERROR", True)
    assert ada.post(DATABASES, json={"dataset": data["id"]}) == rejected(
        404, "not_found", f"dataset {data['id']} does not exist"
    )


def test_lists_deleting_and_permissions(fresh, connect, drugs, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    mine = database(ada, dataset(ada, drugs["smi"], "smi"), name="Mine")
    ours = database(ada, {"id": mine["dataset"]}, project=3, search_type="3D")
    query, _ = result(ada, ask(ada, mine, titles=["a"]))
    ids = lambda caller, path, **query: [each["id"] for each in caller.get(path, params=query).json()["results"]]  # noqa: E731
    assert (ids(ada, DATABASES), ids(grace, DATABASES)) == ([1, 2], [2])
    for filters in ({"name": "mine"}, {"project": 1}, {"search_type": "2D"}):
        assert ids(ada, DATABASES, **filters) == [1], filters
    assert (ids(ada, DATABASES, state="LOADED"), ids(ada, DATABASES, state="ERROR")) == ([1, 2], [])
    assert (ids(ada, QUERIES, database=1), ids(ada, QUERIES, database=2)) == ([1], [])
    assert (ids(ada, QUERIES, state="SUCCESS"), ids(grace, QUERIES)) == ([1], [])
    url = f"{QUERIES}{query['id']}/"
    for response in (
        grace.get(url),
        grace.get(f"{url}hits/"),
        grace.delete(url),
        grace.delete(f"{DATABASES}1/"),
        grace.post(DATABASES, json={"dataset": mine["dataset"]}),
        ask(grace, mine, titles=["a"]),
    ):
        assert response == rejected(403, "forbidden")
    assert grace.delete(f"{DATABASES}{ours['id']}/").status_code == 204
    assert ada.delete(f"{DATABASES}1/").status_code == 204
    assert ask(ada, mine, titles=["a"]) == rejected(404, "not_found")
    assert ada.get(url).json() == query
    assert ada.delete(url).status_code == 204
    assert ada.get(f"{url}hits/") == rejected(404, "not_found")


@pytest.fixture
def paused(monkeypatch):
    """Pause each search at its third record; `released` lets it go on, and `seen` has the records that it compared."""

    class Paused:
        def __init__(self):
            self.reached, self.released, self.seen = threading.Event(), threading.Event(), []

        def __call__(self, *_):
            def match(record):
                self.seen.append(record["Title"])
                if len(self.seen) == 3:
                    self.reached.set()
                    assert self.released.wait(60)
                return 1.0

            return match

    found = Paused()
    monkeypatch.setattr("orionclient.emulator._handlers.molsearch_queries._STEP", 1)
    monkeypatch.setattr(searching, "build_matcher", found)
    yield found
    found.released.set()


@pytest.mark.parametrize("ending", ["cancel", "delete"])
def test_a_running_search_stops(fresh, connect, drugs, rejected, paused, ending):
    ada, grace = connect(fresh), connect(fresh, "grace")
    searched = database(ada, dataset(ada, drugs["smi"], "smi"))
    running, waiting = (ask(ada, searched, titles=["a"]).json() for _ in range(2))
    urls = [f"{QUERIES}{each['id']}/" for each in (running, waiting)]
    assert paused.reached.wait(60)
    assert [ada.get(url).json()["state"] for url in urls] == ["RUNNING", "QUEUED"]
    for url in urls:
        assert grace.post(f"{url}cancel/") == rejected(403, "forbidden")
        assert ada.get(f"{url}download/") == rejected(409, "query_not_successful", "only one that is SUCCESS has hits")
        if ending == "cancel":
            cancelled = ada.post(f"{url}cancel/")
            assert (cancelled.status_code, cancelled.json()["state"]) == (200, "CANCELLED")
            assert cancelled.json()["reason"] == "cancelled by ada"
        else:
            assert ada.delete(url).status_code == 204
    paused.released.set()
    # The search after it runs to its end, and neither of them has compared another record.
    last, hits = result(ada, ask(ada, searched, titles=["a"]))
    assert (last["state"], len(hits)) == ("SUCCESS", searched["count"])
    assert len(paused.seen) == 3 + searched["count"]
    for url in urls if ending == "cancel" else ():
        found = ada.get(url).json()
        assert (found["state"], found["count"], ada.get(f"{url}hits/").json()["count"]) == ("CANCELLED", 0, 0)
        assert ada.post(f"{url}export/", json={}) == rejected(409, "query_not_successful", "CANCELLED")
    done = f"{QUERIES}{last['id']}/"
    assert ada.post(f"{done}cancel/").json() == last


def test_hits_are_downloaded_and_exported(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    lines = (
        b'{"Title": "a", "Molecule": {"format": "smiles", "text": "CCO"}, "Score": 7, "Search Rank": 9}\n'
        b'{"Title": "b"}\n{"Title": "a"}\n'
    )
    data = dataset(ada, lines, "json")
    searched = database(ada, data, project=3)
    query, _ = result(ada, ask(ada, searched, titles=["a"]))
    url = f"{QUERIES}{query['id']}/"
    # What happens to the dataset and the database later does not change the hits.
    assert ada.delete(f"{DATASETS}{data['id']}/?immediate=true").status_code == 204
    assert ada.delete(f"{DATABASES}{searched['id']}/").status_code == 204
    records = [
        {"Title": "a", "Molecule": {"format": "smiles", "text": "CCO"}, "Score": 7, "Search Rank": 1},
        {"Title": "a", "Search Rank": 2},
    ]
    assert [json.loads(line) for line in ada.get(f"{url}download/?format=jsonl").content.splitlines()] == records
    assert ada.get(f"{url}download/").content == b"Title,Molecule,Score,Search Rank\na,CCO,7,1\na,,,2\n"
    compressed = ada.get(f"{url}download/?format=csv.gz").content
    assert gzip.decompress(compressed).decode().startswith("Title,Molecule")
    assert ada.get(f"{url}download/?format=smi") == rejected(422, "not_convertible", "Record 2")
    assert ada.get(f"{url}download/?format=xyz") == rejected(422, "unknown_format", "'xyz'")
    assert grace.get(f"{url}download/") == rejected(403, "forbidden")
    for body, name, project in (({}, f"Hits of query {query['id']}", 1), ({"name": "hits", "project": 3}, "hits", 3)):
        response = ada.post(f"{url}export/", json=body)
        assert response.status_code == 201
        made = response.json()
        assert (made["name"], made["project"], made["count"], made["dirty"]) == (name, project, 2, False)
        found = [json.loads(line) for line in ada.get(f"{DATASETS}{made['id']}/records/").content.splitlines()]
        assert [(each["id"], each["record"]) for each in found] == list(enumerate(records, 1))
    count = ada.get(DATASETS).json()["count"]
    assert ada.post(f"{url}export/", json={"project": 2}) == rejected(403, "forbidden")
    assert ada.get(DATASETS).json()["count"] == count
    renamed = ada.patch(url, json={"name": "of june"})
    assert renamed.json() == ada.get(url).json() == {**query, "name": "of june"}


def test_the_smiles_of_a_title(fresh, connect, drugs, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    searched = database(ada, dataset(ada, b"CCO ethanol\nOCC ethanol\nC methane\n", "smi"))
    url = f"{DATABASES}{searched['id']}/"
    smiles = lambda title: ada.get(f"{url}smiles/", params={"title": title})  # noqa: E731
    assert smiles("ethanol").json() == {"title": "ethanol", "record": 1, "smiles": "CCO"}
    assert smiles("methane").json()["smiles"] == "C"
    assert smiles("Ethanol") == rejected(404, "not_found", "no record with the title 'Ethanol'")
    assert grace.get(f"{url}smiles/", params={"title": "methane"}) == rejected(403, "forbidden")
    assert ada.post(f"{url}unload/").status_code == 200
    assert smiles("ethanol") == rejected(409, "database_not_loaded", f"ocli molsearch db load {searched['id']}")
    bare = database(ada, dataset(ada, b'{"Title": "bare"}\n', "json"))
    response = ada.get(f"{DATABASES}{bare['id']}/smiles/", params={"title": "bare"})
    assert response == rejected(422, "bad_query", "The record has no molecule.")


def test_molfiles_without_rdkit(ada, loaded, rejected, monkeypatch):
    monkeypatch.setattr(searching, "importlib", types.SimpleNamespace(import_module=missing))
    response = ada.get(f"{DATABASES}{loaded['id']}/smiles/", params={"title": "aspirin"})
    assert response == rejected(422, "bad_query", "orion-platform-client[rdkit]")
    query, _ = result(ada, ask(ada, loaded, titles=["aspirin"]))
    url = f"{QUERIES}{query['id']}/download/?format="
    assert ada.get(f"{url}smi") == rejected(422, "not_convertible")
    assert b"V2000" in ada.get(f"{url}sdf").content


def test_a_restart_resumes_unfinished_work(fresh, connect, drugs):
    ada = connect(fresh)
    searched = database(ada, dataset(ada, drugs["sdf"]))
    query, _ = result(ada, ask(ada, searched, titles=["a"]))
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("UPDATE molsearch_databases SET state = 'LOADING', count = 0")
        db.execute("UPDATE molsearch_queries SET state = 'RUNNING'")
    fresh.stop()
    with Server(fresh.folder) as server:
        ada = connect(server)
        url = f"{QUERIES}{query['id']}/"
        until(lambda: ada.get(url).json(), lambda found: found["state"] == "SUCCESS")
        assert ada.get(f"{DATABASES}{searched['id']}/").json() == searched


# ---------------------------------------------------------------- with RDKit


@pytest.fixture
def rdkit():
    pytest.importorskip("rdkit")


SMILES = b"CC(=O)Oc1ccccc1C(=O)O aspirin\nCCO ethanol\nOC(=O)c1ccccc1O salicylic\nc1ccccc1 benzene\nCCO again\n"


@pytest.mark.usefixtures("rdkit")
def test_substructures(ada):
    searched = database(ada, dataset(ada, SMILES, "smi"))
    chem = importlib.import_module("rdkit.Chem")
    block = chem.MolToMolBlock(chem.MolFromSmiles("c1ccccc1C(=O)O"))
    for parameters in (
        {"mdlquery": "c1ccccc1C(=O)O", "subsearch_query_type": "SMARTS"},
        {"mdlquery": block, "stereo_constraint": None},
        {"mdlquery": json.dumps({"m": [{"mol": block}]}), "subsearch_query_type": "MDLJSON"},
    ):
        query, hits = result(ada, ask(ada, searched, "subsearch", **parameters))
        assert (query["state"], [hit["title"] for hit in hits]) == ("SUCCESS", ["aspirin", "salicylic"])
        _, hits = result(ada, ask(ada, searched, "subsearch", **parameters, num_hits=1))
        assert [hit["title"] for hit in hits] == ["aspirin"]
    for text in ("no molecule", "{}"):
        query, _ = result(ada, ask(ada, searched, "subsearch", mdlquery=text))
        assert (query["state"], query["reason"] != "") == ("ERROR", True)


@pytest.mark.usefixtures("rdkit")
def test_exact_search(ada):
    molecules = {"ethanol": "CCO", "again": "OCC", "left": "C[C@H](F)Cl", "right": "C[C@@H](F)Cl", "none": "CC[18OH]"}
    lines = "".join(f"{smiles} {title}\n" for title, smiles in molecules.items()).encode()
    searched = database(ada, dataset(ada, lines, "smi"))
    for smiles, wanted in (("C(O)C", ["ethanol", "again"]), ("Cl[C@H](C)F", ["left"]), ("CO", [])):
        query, hits = result(ada, ask(ada, searched, "exact", smiles=smiles))
        assert (query["state"], [hit["title"] for hit in hits]) == ("SUCCESS", wanted)
    _, hits = result(ada, ask(ada, searched, "exact", smiles="CCO", max_hits=1))
    assert [hit["title"] for hit in hits] == ["ethanol"]
    query, _ = result(ada, ask(ada, searched, "exact", smiles="C1CC"))
    assert (query["state"], "SMILES" in query["reason"]) == ("ERROR", True)


@pytest.mark.usefixtures("rdkit")
def test_molecules_of_hits_are_converted(ada, loaded):
    chem = importlib.import_module("rdkit.Chem")
    aspirin = chem.CanonSmiles("CC(=O)Oc1ccccc1C(=O)O")
    found = ada.get(f"{DATABASES}{loaded['id']}/smiles/", params={"title": "aspirin"}).json()
    assert found["smiles"] == aspirin
    for searched in (loaded, database(ada, dataset(ada, SMILES, "smi"))):
        query, _ = result(ada, ask(ada, searched, titles=["aspirin"]))
        url = f"{QUERIES}{query['id']}/download/?format="
        block = ada.get(f"{url}sdf").content.decode()
        assert (block.split("\n", 1)[0], chem.MolToSmiles(chem.MolFromMolBlock(block))) == ("aspirin", aspirin)
        for form in ("smi", "csv"):
            words = ada.get(f"{url}{form}").content.decode().replace(",", " ").split()
            assert aspirin in [chem.CanonSmiles(word) for word in words if word.startswith(("CC(=O)O", "O=C("))]


@pytest.mark.usefixtures("rdkit")
@pytest.mark.parametrize(
    ("constraint", "query", "loose", "strict"),
    [
        ("aliphatic", "[#6]~[#7]", ["aromatic", "chain"], ["chain"]),
        ("aliphatic", "c1ccncc1", ["aromatic"], ["aromatic"]),
        ("topology", "CC", ["chain", "ring", "isotope", "left", "right"], ["chain", "isotope", "left", "right"]),
        ("topology", "C1CC1", ["ring"], ["ring"]),
        ("stereo", "C[C@H](F)Cl", ["left", "right"], ["left"]),
        ("isotope", "CO", ["isotope"], []),
        ("isotope", "C[18O]", ["isotope"], ["isotope"]),
    ],
)
def test_constraints(ada, constraint, query, loose, strict):
    molecules = {
        "aromatic": "c1ccncc1", "chain": "CCN", "ring": "C1CC1", "isotope": "CC[18OH]", "left": "C[C@H](F)Cl", "right": "C[C@@H](F)Cl",
    }  # fmt: skip
    lines = "".join(f"{smiles} {title}\n" for title, smiles in molecules.items()).encode()
    searched = database(ada, dataset(ada, lines, "smi"))
    for value, wanted in ((None, loose), (False, loose), (True, strict)):
        given = {"mdlquery": query, "subsearch_query_type": "SMARTS", f"{constraint}_constraint": value}
        _, hits = result(ada, ask(ada, searched, "subsearch", **given))
        assert [hit["title"] for hit in hits] == wanted, value


@pytest.mark.usefixtures("rdkit")
def test_fingerprints(ada):
    searched = database(ada, dataset(ada, SMILES, "smi"))
    for kind in (*searching.FINGERPRINTS, "Circular", "MACCS"):
        for measure in (*searching.MEASURES, "Tanimoto"):
            fields = {"smiles": "OCC", "fingerprint_type": kind, "similarity_measure_type": measure}
            _, hits = result(ada, ask(ada, searched, "graphsim", **fields, max_hits=3))
            assert [(hit["title"], hit["score"]) for hit in hits[:2]] == [("ethanol", 1.0), ("again", 1.0)]
            assert 0 <= hits[2]["score"] < 1
            _, hits = result(ada, ask(ada, searched, "graphsim", **fields, cutoff=0.99))
            assert [hit["rank"] for hit in hits] == [1, 2]
    query, _ = result(ada, ask(ada, searched, "graphsim", smiles="C1CC"))
    assert (query["state"], "SMILES" in query["reason"]) == ("ERROR", True)


@pytest.mark.parametrize("gone", ["dataset", "project"])
def test_the_dataset_or_its_project_is_deleted(ada, grace, drugs, gone):
    project = ada.post("/api/v1/projects/", json={"name": "own"}).json()
    data = dataset(ada, drugs["smi"], "smi", project=project["id"])
    searched = database(ada, data, project=3)
    assert len(result(grace, ask(grace, searched, titles=["aspirin"]))[1]) == 1
    url = f"{DATASETS}{data['id']}/" if gone == "dataset" else f"/api/v1/projects/{project['id']}/"
    assert ada.delete(url).status_code == 204
    query, hits = result(grace, ask(grace, searched, titles=["aspirin"]))
    assert (query["state"], query["reason"], hits) == (
        "ERROR",
        f"The dataset {data['id']} of the database was deleted.",
        [],
    )
