"""`ocli molsearch query create`: a command for each type of query, and the former form with all parameters as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Call

from orionclient.examples import drugs
from orionclient.local import LocalOrion
from orionclient.types import Dataset, MolsearchDatabase, MolsearchQuery

pytestmark = pytest.mark.usefixtures("real_time")
MOLFILE = """
  mol

  1  0  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
M  END
"""


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> Iterator[LocalOrion]:
    session = stack.session()
    MolsearchDatabase.create(session, "drugs", Dataset.upload(session, "drugs", drugs("sdf"))).wait(timeout=60)
    return stack


def create(call: Call, orion: LocalOrion, *words: str) -> dict[str, Any]:
    done = call("--json", "molsearch", "query", "create", *words, on=orion)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("words", "query_type", "parameters"),
    [
        (["title", "1", "aspirin", "caffeine"], "title", {"titles": ["aspirin", "caffeine"]}),
        (["title", "1", "@titles.txt"], "title", {"titles": ["aspirin", "not this one"]}),
        (
            ["substructure", "1", "c1ccccc1", "--num-hits=3", "--stereo-constraint"],
            "subsearch",
            {"mdlquery": "c1ccccc1", "subsearch_query_type": "SMARTS", "num_hits": 3, "stereo_constraint": True},
        ),
        (
            ["substructure", "1", "@query.mol"],
            "subsearch",
            {"mdlquery": MOLFILE, "subsearch_query_type": "MDLJSON"},
        ),
        (
            ["substructure", "1", '{"m": "x"}', "--subsearch-query-type", "MDLJSON"],
            "subsearch",
            {"mdlquery": '{"m": "x"}', "subsearch_query_type": "MDLJSON"},
        ),
        (
            ["graphsim", "1", "CCO", "--fingerprint-type=path", "--similarity-measure-type", "dice", "--cutoff=.5"],
            "graphsim",
            {"smiles": "CCO", "fingerprint_type": "path", "similarity_measure_type": "dice", "cutoff": 0.5},
        ),
        (["exact", "1", "CCO", "--max-hits", "2"], "exact", {"smiles": "CCO", "max_hits": 2}),
        (["title", "1", '{"titles": ["aspirin"]}'], "title", {"titles": ["aspirin"]}),
        (["title", "1", '{"titles'], "title", {"titles": ['{"titles']}),
        (
            ["subsearch", "1", '{"mdlquery": "CC", "subsearch_query_type": "SMARTS"}', "--num-hits", "1"],
            "subsearch",
            {"mdlquery": "CC", "subsearch_query_type": "SMARTS", "num_hits": 1},
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_each_type_of_query(
    words: list[str], query_type: str, parameters: dict[str, Any], call: Call, planted: LocalOrion, tmp_path: Path
) -> None:
    (tmp_path / "titles.txt").write_bytes(b"aspirin\nnot this one\n")
    (tmp_path / "query.mol").write_bytes(MOLFILE.encode())
    found = create(call, planted, *words, "--name", "mine", "--project", "3")
    assert (found["query_type"], found["parameters"]) == (query_type, parameters)
    assert (found["database"], found["name"], found["project"]) == (1, "mine", 3)


def test_the_results_of_a_search(call: Call, planted: LocalOrion) -> None:
    made = create(call, planted, "title", "1", "aspirin")
    assert call("molsearch", "query", "wait", str(made["id"])).exit_code == 0
    results = json.loads(call("--json", "molsearch", "query", "list-results", str(made["id"])).stdout)
    assert [each["title"] for each in results] == ["aspirin"]
    assert results == json.loads(call("--json", "molsearch", "queries", "hits", str(made["id"])).stdout)


def test_messages_about_hits(call: Call, planted: LocalOrion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session = planted.session()
    number = create(call, planted, "title", "1", "aspirin", "--name", "mine")["id"]
    query = MolsearchQuery(session=session, id=number)
    query.wait(timeout=60)
    run = lambda *words: call("molsearch", "query", *words, on=planted)  # noqa: E731
    assert run("cancel", str(number)).stdout == f"Query {number} 'mine' has ended already: it is SUCCESS\n"
    done = run("export", str(number), "--name", "hits")
    dataset = session.list_resources(Dataset, {"name": "hits"}).one()
    assert done.stdout == f"Exported the hits of query {number} to dataset {dataset.id} 'hits'\n"
    assert run("download", str(number)).stdout == f"Downloaded query {number} 'mine' to mine.jsonl\n"
    assert json.loads((tmp_path / "mine.jsonl").read_bytes())["Title"] == "aspirin"
    assert "exists already" in run("download", str(number)).stderr
    assert run("download", str(number), "--as", "csv", "-o", "-").stdout.startswith("Title,")
    with planted.server._require().stack.store.write_transaction() as db:
        db.execute("UPDATE molsearch_queries SET state = 'QUEUED' WHERE id = ?", (number,))
    assert run("cancel", str(number)).stdout == f"Cancelled query {number} 'mine'\n"
    for words in (["export", str(number)], ["download", str(number), "-o", "gone.csv"]):
        done = run(*words)
        assert (done.exit_code, "is CANCELLED; only one that is SUCCESS has hits" in done.stderr) == (6, True), words
    assert not (tmp_path / "gone.csv").exists()
    done = run("smiles", "1", "no such title")
    assert (done.exit_code, done.stdout, "no record with the title" in done.stderr) == (5, "", True)


def test_no_results_of_a_failed_search_are_an_error(
    call: Call, planted: LocalOrion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orionclient.emulator._handlers.molsearch_queries._find_hits", lambda *_: 1 / 0)
    made = create(call, planted, "title", "1", "aspirin")
    assert call("molsearch", "query", "wait", str(made["id"])).exit_code == 1
    done = call("molsearch", "query", "list-results", str(made["id"]))
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"MolsearchQuery {made['id']} is 'ERROR': " in done.stderr


def test_a_database_of_the_dataset_with_an_address(call: Call, planted: LocalOrion) -> None:
    for given in ("dataset://1", "/project/1/team/drugs"):
        made = json.loads(call("--json", "molsearch", "db", "create", given, on=planted).stdout)
        assert made["dataset"] == 1


def test_a_database_is_unloaded_loaded_and_followed(call: Call, planted: LocalOrion) -> None:
    made = json.loads(call("--json", "molsearch", "db", "create", "1", "--display-name", "own", on=planted).stdout)
    own = str(made["id"])
    assert call("molsearch", "db", "wait", own).exit_code == 0
    assert call("molsearch", "db", "unload", own).stdout == f"Unloaded database {own} 'own'\n"
    done = call("molsearch", "query", "create", "title", own, "aspirin")
    assert (done.exit_code, f"`ocli molsearch db load {own}`" in done.stderr) == (6, True), done.stderr
    assert call("molsearch", "db", "load", own).stdout == f"Loading database {own} 'own'\n"
    lines = call("molsearch", "db", "logs", own, "--follow").stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["Loading", "Loaded", "ada", "ada", "Loading", "Loaded"]
    done = call("molsearch", "db", "create", "--gpu", "1", "1")
    assert (done.exit_code, "no GPU" in done.stderr) == (6, True)
    done = call("molsearch", "db", "create")
    assert (done.exit_code, "a dataset or a collection" in done.stderr) == (6, True)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["fastrocs", "1", "CCO"], 6, "not supported by the local Orion"),
        (["graphsim", "1", "CCO", "--cutoff", "2"], 2, "'--cutoff': 2"),
        (["graphsim", "1", "CCO", "--cutoff", "nan"], 2, "'--cutoff': nan"),
        (["exact", "1", '{"smiles": "C", "nix": 1}'], 2, "unknown parameter 'nix'"),
        (["exact", "1", "@nix.smi"], 2, "cannot read nix.smi"),
        (["exact", "99", "C"], 5, ""),
        (["title", "1"], 2, "missing argument"),
        (["titel", "1", "x"], 2, "Did you mean 'title'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_invalid_queries_create_nothing(
    words: list[str], code: int, message: str, call: Call, planted: LocalOrion
) -> None:
    session = planted.session()
    before = session.list_resources(MolsearchQuery).count()
    done = call("molsearch", "query", "create", *words, on=planted)
    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr
    assert session.list_resources(MolsearchQuery).count() == before
