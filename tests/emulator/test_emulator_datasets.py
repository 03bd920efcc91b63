"""Tests of dataset records over HTTP: uploading, adding, selecting, streaming and converting."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import resource
import time

import httpx
import pytest

from orionclient.emulator._handlers import datasets
from orionclient.emulator._store import selection

DATASETS = "/api/v1/storage/datasets/"
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def url(ada):
    number = ada.post(DATASETS, json={"name": "records", "project": 3}).json()["id"]
    return f"{DATASETS}{number}/"


def upload(caller, url, form, content):
    return caller.put(f"{url}upload?format={form}", content=content)


def add(caller, url, *records):
    return caller.post(
        f"{url}records/", content="".join(f"{json.dumps(record)}\n" for record in records), headers=NDJSON
    )


def records(caller, url, **params):
    response = caller.get(f"{url}records/", params=params)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.split("\n")[:-1]]


def contents(caller, url):
    return [item["record"] for item in records(caller, url)]


def download(caller, url, form, **params):
    response = caller.get(f"{url}download/", params={"format": form, **params})
    assert response.status_code == 200, response.text
    return response.content


@pytest.mark.parametrize("form", ["sdf", "smi", "csv"])
def test_drugs_go_round(ada, url, drugs, form):
    response = upload(ada, url, form, drugs[form])
    assert response.status_code == 200, response.text
    shown = response.json()
    assert (shown["count"], shown["dirty"], shown["path"], shown["systemtags"]) == (24, False, None, [])
    assert ada.get(url).json() == shown
    first = contents(ada, url)
    assert len(first) == 24
    for back in (form, "json", "binary"):
        copy = f"{DATASETS}{ada.post(DATASETS, json={'name': 'copy'}).json()['id']}/"
        assert upload(ada, copy, back, download(ada, url, back)).json()["count"] == 24
        assert contents(ada, copy) == first


def test_drugs_as_records(ada, url, drugs):
    upload(ada, url, "sdf", drugs["sdf"])
    record = contents(ada, url)[3]
    assert list(record) == ["Title", "Molecule", "MolWt", "LogP", "SMILES"]
    assert record["Title"] == "caffeine"
    assert record["Molecule"]["format"] == "sdf"
    assert record["Molecule"]["text"].startswith("caffeine\n     RDKit          3D\n\n")
    assert record["Molecule"]["text"].endswith("\nM  END")
    assert record["MolWt"] == "194.19"
    upload(ada, url, "csv", drugs["csv"])
    assert contents(ada, url)[0] == {
        "Title": "aspirin",
        "MolWt": "180.16",
        "LogP": "1.31",
        "SMILES": {"format": "smiles", "text": "CC(=O)Oc1ccccc1C(=O)O"},
    }
    assert download(ada, url, "csv") == drugs["csv"]
    upload(ada, url, "smi", drugs["smi"])
    assert download(ada, url, "smi") == drugs["smi"]


def test_the_example_files_have_the_same_columns(ada, url, drugs):
    upload(ada, url, "sdf", drugs["sdf"])
    assert download(ada, url, "csv") == drugs["csv"]
    smiles = download(ada, url, "csv", fieldlist=["SMILES", "Title", "MolWt", "LogP"]).decode().replace(",", "\t")
    assert smiles.encode() == drugs["smi"]
    upload(ada, url, "csv", drugs["csv"])
    assert download(ada, url, "smi") == drugs["smi"]
    upload(ada, url, "smi", drugs["smi"])
    assert download(ada, url, "smi") == drugs["smi"]
    assert download(ada, url, "smi", fieldlist=["Title"]).startswith(b"CC(=O)Oc1ccccc1C(=O)O aspirin\n")


def test_replacing_gives_new_ids_and_retrying_keeps_them(ada, url, drugs):
    upload(ada, url, "smi", drugs["smi"])
    assert [item["id"] for item in records(ada, url)] == list(range(1, 25))
    upload(ada, url, "smi", drugs["smi"])
    assert records(ada, url)[0]["id"] == 1
    upload(ada, url, "csv", drugs["csv"])
    assert [item["id"] for item in records(ada, url)] == list(range(25, 49))
    add(ada, url, {"a": 1})
    assert upload(ada, url, "csv", drugs["csv"]).json()["count"] == 24
    assert records(ada, url)[0]["id"] == 50
    assert upload(ada, url, "json", b"").json()["count"] == 0
    assert records(ada, url) == []


@pytest.mark.parametrize("form", ["sdf", "smi", "csv", "json", "binary"])
def test_a_bad_file_changes_nothing(fresh, connect, rejected, drugs, form):
    ada = connect(fresh)
    ada.post(DATASETS, json={"name": "x"})
    url = f"{DATASETS}1/"
    upload(ada, url, "sdf", drugs["sdf"])
    before, text = ada.get(url).json(), ada.get(f"{url}records/").text
    good = download(ada, url, form) if form in {"sdf", "json", "binary"} else drugs[form]
    response = upload(ada, url, form, good + b"\xffgarbage\n")
    assert response == rejected(422, "unprocessable", f"Line {good.count(bytes([10])) + 1}: ")
    assert response.json()["line"] == good.count(b"\n") + 1
    assert ada.get(url).json() == before
    assert ada.get(f"{url}records/").text == text
    assert not [path for path in (fresh.folder / "blobs").rglob("*") if path.is_file()]


def test_digests_and_permissions(ada, grace, url, rejected, drugs):
    wrong = {"Content-Digest": f"sha-256=:{'A' * 43}=:"}
    assert ada.put(f"{url}upload?format=smi", content=drugs["smi"], headers=wrong) == rejected(400, "digest_mismatch")
    assert ada.post(f"{url}records/", content=b"{}\n", headers={**NDJSON, **wrong}) == rejected(400, "digest_mismatch")
    right = {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(drugs['smi']).digest()).decode()}:"}
    assert grace.put(f"{url}upload?format=smi", content=drugs["smi"], headers=right).json()["count"] == 24
    ada.patch(url, json={"project": 1})
    for response in (
        upload(grace, url, "smi", drugs["smi"]),
        add(grace, url, {}),
        grace.get(f"{url}records/"),
        grace.get(f"{url}records/1/"),
        grace.get(f"{url}download/"),
        grace.post(f"{url}finalize/"),
    ):
        assert response == rejected(403, "forbidden")
    ada.delete(url)
    for response in (
        upload(ada, url, "smi", drugs["smi"]),
        add(ada, url, {}),
        ada.get(f"{url}records/"),
        ada.get(f"{url}records/1/"),
        ada.get(f"{url}download/"),
        ada.post(f"{url}finalize/"),
    ):
        assert response == rejected(404, "not_found")


def test_purging_takes_the_records_along(fresh, connect, drugs):
    ada = connect(fresh)
    ada.post(DATASETS, json={"name": "x"})
    upload(ada, f"{DATASETS}1/", "smi", drugs["smi"])
    assert ada.delete(f"{DATASETS}1/?immediate=true").status_code == 204
    with fresh._require().stack.store.read_transaction() as db:
        assert db.execute("SELECT count(*) FROM records").fetchone()[0] == 0


def test_unknown_formats(ada, url, rejected):
    assert ada.put(f"{url}upload", content=b"x") == rejected(400, "bad_parameter", "required")
    for form in ("mol2", "sdf.bz2"):
        assert upload(ada, url, form, b"x") == rejected(422, "unknown_format", "sdf, smi")
        assert ada.get(f"{url}download/?format={form}") == rejected(422, "unknown_format", "sdf")
    for form in ("", "x" * 256):
        assert upload(ada, url, form, b"x") == rejected(400, "bad_parameter", "format")
        assert ada.get(f"{url}download/?format={form}") == rejected(400, "bad_parameter", "format")


def test_adding_and_finalizing(ada, url):
    shown = add(ada, url, {"b": 1, "a": [None, {"x": "ä\n"}]}, {}).json()
    assert (shown["count"], shown["dirty"]) == (2, True)
    assert ada.post(f"{url}finalize/").json()["dirty"] is False
    assert ada.post(f"{url}finalize/").json() == ada.get(url).json()
    assert add(ada, url).json()["dirty"] is False
    assert add(ada, url, {"c": 1e-300, "d": 2**80, "e": 1.0}).json()["dirty"] is True
    assert records(ada, url) == [
        {"id": 1, "dataset": ada.get(url).json()["id"], "record": {"b": 1, "a": [None, {"x": "ä\n"}]}},
        {"id": 2, "dataset": ada.get(url).json()["id"], "record": {}},
        {"id": 3, "dataset": ada.get(url).json()["id"], "record": {"c": 1e-300, "d": 2**80, "e": 1.0}},
    ]
    assert list(contents(ada, url)[0]) == ["b", "a"]
    assert ada.get(f"{url}records/3/").json() == records(ada, url)[2]


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        (b"[]", 1, "JSON object"),
        (b'{"a":1}\n\n{"a":', 3, "invalid JSON"),
        (b'{"a":1}{"b":2}', 1, "Extra data"),
        (b'{"a":1,"a":2}', 1, "duplicate name"),
        (b'{"a":NaN}', 1, "NaN"),
        (b'{"a":1e999}', 1, "range"),
        (b'{"a":"\\ud800"}', 1, "surrogate"),
        (b'{}\n{"a":"\xff"}', 2, "UTF-8"),
        (b'{"":1}', 1, "field name"),
        (b'{"%s":1}' % (b"x" * 256), 1, "field name"),
        (b'{"a":%s}' % (b"[" * 200_000), 1, "nested"),
        (b'{"m":{"format":"smiles","text":"C("}}', 1, "'m' is not valid smiles: a parenthesis"),
        (b'{"m":{"format":"sdf","text":"x"}}', 1, "not valid sdf"),
        (b'{"m":{"format":"sdf","text":5}}', 1, "is not a string"),
        (b'{"a":%s}' % (b"9" * 2000), 1, "digits"),
        (b"x" * 17_000_000, 1, "16777216 bytes"),
    ],
)
def test_bad_records(ada, url, rejected, body, line, words):
    add(ada, url, {"good": 1})
    response = ada.post(f"{url}records/", content=b'{"first":1}\n' * 2 + body, headers=NDJSON)
    assert response == rejected(422, "unprocessable", words)
    assert response.json()["line"] == line + 2
    assert contents(ada, url) == [{"good": 1}]


def test_nested_records(ada, url, rejected):
    deep = b'{"\\u0061":' + b"[" * 99 + b"]" * 99 + b"}"
    assert ada.post(f"{url}records/", content=deep, headers=NDJSON).status_code == 200
    assert json.loads(download(ada, url, "json")) == contents(ada, url)[0]
    for depth in (101, 300, 900, 5000):
        body = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
        assert ada.post(f"{url}records/", content=body, headers=NDJSON) == rejected(422, "unprocessable", "nested")
    wide = {"a": [[]] * 500}
    assert add(ada, url, wide).status_code == 200


def test_selections(ada, url, rejected):
    upload(ada, url, "json", b"{}\n")
    add(ada, url, {})
    upload(ada, url, "json", "".join(f'{{"n":{n}}}\n' for n in range(10)))
    assert [item["id"] for item in records(ada, url)] == list(range(3, 13))

    def chosen(**params):
        got = [item["record"]["n"] for item in records(ada, url, **params)]
        lines = download(ada, url, "json", **params).decode().splitlines()
        assert [json.loads(line)["n"] for line in lines] == got
        return got

    assert chosen(offset=7) == [7, 8, 9]
    assert chosen(limit=2) == [0, 1]
    assert chosen(limit=0) == []
    assert chosen(offset=9, limit=5) == [9]
    assert chosen(offset=10) == chosen(offset=2**63 - 1, limit=2**63 - 1) == []
    assert chosen(record_ids=[12, 3, 3, 5]) == [0, 2, 9]
    assert chosen(record_ids=[12, 3, 5], offset=1, limit=1) == [2]
    for number in (1, 2, 13, 2**63 - 1):
        for path in (f"{url}records/", f"{url}download/"):
            assert ada.get(path, params={"record_ids": [3, number]}) == rejected(
                404, "not_found", f"The record {number}"
            )
        assert ada.get(f"{url}records/{number}/") == rejected(404, "not_found")
    assert ada.get(f"{url}records/?offset=-1") == rejected(400, "bad_parameter")
    assert ada.get(f"{url}records/?fieldlist=n") == rejected(400, "bad_parameter", "Known parameters: record_ids")


def test_chosen_fields(ada, url, drugs):
    upload(ada, url, "sdf", drugs["sdf"])
    fields = {"fieldlist": ["LogP", "MolWt", "LogP", "none"], "limit": 1}
    assert json.loads(download(ada, url, "json", **fields)) == {"LogP": "1.31", "MolWt": "180.16"}
    assert list(json.loads(download(ada, url, "json", **fields))) == ["LogP", "MolWt"]
    assert download(ada, url, "csv", **fields) == b"LogP,MolWt,none\n1.31,180.16,\n"
    text = download(ada, url, "sdf", **fields).decode()
    assert text.endswith("M  END\n>  <LogP>\n1.31\n\n>  <MolWt>\n180.16\n\n$$$$\n")
    assert download(ada, url, "sdf", limit=1).decode().count(">  <") == 3


def test_downloads_have_length_and_digest_headers(ada, url, drugs):
    upload(ada, url, "smi", drugs["smi"])
    response = ada.get(f"{url}download/?format=smi")
    digest = hashlib.sha256(drugs["smi"])
    assert response.headers["Content-Length"] == str(len(drugs["smi"]))
    assert response.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert response.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert ada.get(f"{url}download/").content.startswith(b"ORIONREC1\n")


def test_conversions_that_need_a_toolkit(ada, url, rejected, drugs):
    upload(ada, url, "smi", drugs["smi"])
    assert ada.get(f"{url}download/?format=sdf") == rejected(422, "not_convertible", "Record 1 ", "chemistry toolkit")
    upload(ada, url, "sdf", drugs["sdf"])
    assert ada.get(f"{url}download/?format=smi") == rejected(422, "not_convertible", "Record 25 ", "chemistry toolkit")
    assert download(ada, url, "csv").decode().splitlines()[0] == "Title,MolWt,LogP,SMILES"


def test_nothing_stays_behind_after_downloads(fresh, connect, drugs, rejected):
    ada = connect(fresh)
    ada.post(DATASETS, json={"name": "x"})
    upload(ada, f"{DATASETS}1/", "smi", drugs["smi"])
    download(ada, f"{DATASETS}1/", "csv")
    assert ada.get(f"{DATASETS}1/download/?format=sdf").status_code == 422
    with ada.stream("GET", f"{DATASETS}1/download/?format=json"):
        pass
    assert ada.get("/api/v1/users/me/").status_code == 200
    # The server notices that the last reader left in a thread of its own.
    end = time.monotonic() + 120
    while left := [path for path in (fresh.folder / "blobs").rglob("*") if path.is_file()]:
        assert time.monotonic() < end, left
        time.sleep(0.02)


def test_a_stream_of_replaced_records_is_cut(fresh, connect, monkeypatch):
    ada = connect(fresh)
    ada.post(DATASETS, json={"name": "x"})
    url = f"{DATASETS}1/"
    upload(ada, url, "json", '{"text":"%s"}\n' % ("x" * 10_000) * 3000)
    with ada.stream("GET", f"{url}records/") as response:
        chunks = response.iter_bytes(10_000)
        next(chunks)
        upload(ada, url, "json", b"{}\n")
        with pytest.raises(httpx.RemoteProtocolError):
            list(chunks)
    assert contents(ada, url) == [{}]


def test_records_added_during_a_stream_stay_out_of_it(fresh, connect):
    ada = connect(fresh)
    ada.post(DATASETS, json={"name": "x"})
    url = f"{DATASETS}1/"
    upload(ada, url, "json", '{"text":"%s"}\n' % ("x" * 10_000) * 1000)
    with ada.stream("GET", f"{url}records/") as response:
        chunks = response.iter_bytes(10_000)
        text = next(chunks)
        add(ada, url, {"late": 1})
        text += b"".join(chunks)
    assert text.count(b"\n") == 1000
    assert len(records(ada, url)) == 1001


def test_many_records_in_flat_memory(fresh, connect, drugs):
    ada = connect(fresh)
    ada.post(DATASETS, json={"name": "x"})
    url = f"{DATASETS}1/"
    upload(ada, url, "sdf", drugs["sdf"])
    download(ada, url, "sdf")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chunks = (drugs["sdf"] for _ in range(250))
    assert upload(ada, url, "sdf", chunks).json()["count"] == 6_000
    with ada.stream("GET", f"{url}download/?format=sdf") as response:
        assert sum(map(len, response.iter_bytes())) == int(response.headers["Content-Length"]) > 20_000_000
    with ada.stream("GET", f"{url}records/") as response:
        assert sum(chunk.count(b"\n") for chunk in response.iter_bytes()) == 6_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 20 * 1024 * 1024


def test_a_selection_notices_a_purge(fresh, connect):
    connect(fresh).post(DATASETS, json={"name": "x"})
    store = fresh._require().stack.store
    with store.read_transaction() as db:
        row = db.execute("SELECT * FROM datasets").fetchone()
        picked = selection.select(row, {"offset": 0})
        picked.check_unchanged(db)
    with store.write_transaction() as db:
        db.execute("DELETE FROM datasets")
        with pytest.raises(selection.ContentGoneError):
            picked.check_unchanged(db)


@pytest.mark.parametrize("form", ["sdf", "smi", "csv"])
def test_compressed_drugs_go_round(ada, url, drugs, form):
    assert upload(ada, url, f"{form}.gz", gzip.compress(drugs[form])).json()["count"] == 24
    response = ada.get(f"{url}download/", params={"format": f"{form}.gz"})
    assert "content-encoding" not in response.headers
    assert gzip.decompress(response.content) == download(ada, url, form)
    assert download(ada, url, f"{form}.gz") == response.content


def test_an_unknown_format_is_rejected_before_the_body(ada, url):
    response = upload(ada, url, "oeb.gz", b"x" * 100_000)
    assert (response.status_code, response.json()["code"]) == (422, "unknown_format")
    assert "'oeb.gz'; known formats are sdf, smi, csv, json, binary" in response.json()["detail"]
    response = ada.get(f"{url}download/", params={"format": "oeb"})
    assert (response.status_code, response.json()["code"]) == (422, "unknown_format")
    assert upload(ada, url, "", b"x").status_code == 400
    assert contents(ada, url) == []


@pytest.mark.parametrize(
    ("form", "content"),
    [("smi", b"CCO ethanol\n" * 200_000), ("csv", b"x" * 255 + b",y\n" + b",\n" * 50_000)],
    ids=["growth", "growth as records"],
)
def test_a_gzip_bomb_is_rejected(ada, url, monkeypatch, form, content):
    monkeypatch.setattr(datasets, "_FREE_GROWTH", 1 << 20)
    response = upload(ada, url, f"{form}.gz", gzip.compress(content))
    assert (response.status_code, response.json()["code"]) == (413, "too_large"), response.text
    assert contents(ada, url) == []
    # Uncompressed, it is accepted.
    assert upload(ada, url, form, content).status_code == 200


def test_a_damaged_gzip_file_changes_nothing(ada, url, drugs):
    upload(ada, url, "smi", drugs["smi"])
    response = upload(ada, url, "smi.gz", gzip.compress(drugs["smi"])[:-4])
    assert (response.status_code, "damaged or truncated" in response.json()["detail"]) == (422, True)
    assert len(contents(ada, url)) == 24
