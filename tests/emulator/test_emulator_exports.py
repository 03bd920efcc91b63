"""Tests of exports: what reports have, who can read them, periods and filters, and the ledger behind them."""

from __future__ import annotations

import csv
import json
import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from emulator_floes import FLOES, JOBS, reach, start, until
from helpers.manual_clock import ManualClock

from orionclient.emulator import Server
from orionclient.emulator._jobs import heartbeat
from orionclient.emulator._store import reports
from orionclient.emulator._store.costs import Hardware, compute_cost, compute_storage_cost

EXPORTS, BALANCE, FILES = "/api/v1/exports/", "/api/v1/billing/balance/", "/api/v3/storage/files/"
FLOE = FLOES[0]["specification"]["uuid"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", floes=FLOES) as running:
        yield running


def create(client, report_type="jobs_summary", **fields):
    response = client.post(EXPORTS, json={"report_type": report_type, "format": "json", **fields})
    assert response.status_code == 201, response.content
    return response.json()


def finish(client, made):
    return until(lambda: client.get(f"{EXPORTS}{made['id']}/").json(), lambda found: found["state"] != "processing")


def download(client, made):
    response = client.get(f"{EXPORTS}{finish(client, made)['id']}/download/")
    assert response.status_code == 200, response.content
    return response.content.decode()


def report(client, report_type="jobs_summary", **fields):
    return json.loads(download(client, create(client, report_type, **fields)))


def list_ids(client, **fields):
    return [row["job_id"] for row in report(client, **fields)]


def list_blobs(server):
    return {path.name for path in server.folder.glob("blobs/*/*")}


def test_the_rows_of_jobs(server, ada, grace):
    good = reach(ada, start(ada, name="=1+1", project=3, system_parameters={"memory_mb": 900}))
    bad = reach(ada, start(ada, "sys.exit(3)", name='@bad,\n"x"', project=3))
    private = reach(ada, start(ada, floe=2))
    rows = {row["job_id"]: row for row in report(ada)}
    assert rows[good["id"]] == {
        **{name: good[name] for name in ("name", "outcome", "reason", "created", "started", "finished", "run_time")},
        **{name: good[name] for name in ("cost", "currency")},
        "job_id": good["id"],
        "workfloe": "run",
        "workfloe_uuid": FLOE,
        "package": "",
        "package_uuid": "",
        "project_id": 3,
        "project": "Shared project",
        "owner": "ada",
        "cpu_count": 1,
        "memory_mb": 900,
        "deleted": "",
    }
    assert (rows[bad["id"]]["outcome"], rows[bad["id"]]["reason"]) == ("failed", "the floe exited with code 3")
    # Only jobs of the own projects are there.
    assert {private["id"], good["id"]} <= {*rows}
    assert good["id"] in (shared := list_ids(grace))
    assert private["id"] not in shared
    cells = {
        row["job_id"]: row for row in csv.DictReader(download(ada, create(ada, format="csv")).splitlines(keepends=True))
    }
    assert [*cells[str(good["id"])]] == [*rows[good["id"]]]
    assert cells[str(good["id"])]["name"] == "'=1+1"
    assert cells[str(bad["id"])]["name"] == '\'@bad,\n"x"'
    assert cells[str(private["id"])]["name"] == ""
    # A deleted job stays in the report, with the time of the deletion.
    assert ada.delete(f"{JOBS}{good['id']}/").status_code == 204
    (row,) = report(ada, job_ids=[good["id"]])
    assert row == {**rows[good["id"]], "deleted": row["deleted"]}
    assert row["deleted"] > row["finished"]


def test_filters_and_periods(server, ada):
    first, second = (reach(ada, start(ada, floe=floe)) for floe in (1, 2))
    both = [first["id"], second["id"]]
    assert list_ids(ada, job_ids=both) == both
    assert list_ids(ada, job_ids=[10**6]) == []
    assert list_ids(ada, job_ids=both, workfloe_uuid=FLOE.upper()) == [first["id"]]
    assert list_ids(ada, job_ids=both, package_uuids=["no package"]) == []
    # The start is inclusive, the end exclusive; a date as the end includes its day.
    ended = first["finished"]
    assert list_ids(ada, job_ids=both, start_date=ended) == both
    assert list_ids(ada, job_ids=both, end_date=ended) == []
    assert list_ids(ada, job_ids=both, start_date=ended, end_date=second["finished"]) == [first["id"]]
    assert list_ids(ada, job_ids=both, start_date=ended[:10], end_date=second["finished"][:10]) == both
    assert list_ids(ada, start_date="2020-01-01", end_date="2020-01-31") == []


def test_an_empty_report_has_a_header_only(ada):
    period = {"start_date": "2020-01-01", "end_date": "2020-01-01"}
    for report_type, columns in reports.COLUMNS.items():
        made = create(ada, report_type, format="csv", **period)
        assert download(ada, made) == f"{','.join(columns)}\r\n"
        assert finish(ada, made)["count"] == 0
        assert download(ada, create(ada, report_type, **period)) == "[]\n"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"start_date": "2026-12-02", "end_date": "2026-12-01"}, (422, "bad_period", "2026-12-01 is before")),
        ({"start_date": "2026-12-01T00:00:01Z", "end_date": "2026-12-01"}, (422, "bad_period", "is before")),
        ({"start_date": "yesterday"}, (422, "bad_period", "start_date 'yesterday' is not")),
        ({"end_date": "0001-01-01T00:00:00+10:00"}, (422, "bad_period", "end_date")),
        ({"report_type": "spend_summary", "job_ids": [1]}, (422, "bad_filter", "spend_summary has no filter job_ids")),
        ({"report_type": "nonsense"}, (400, "bad_body")),
        ({"format": "xlsx"}, (400, "bad_body")),
    ],
)  # fmt: skip
def test_what_is_rejected(ada, rejected, fields, problem):
    before = ada.get(EXPORTS).json()["count"]
    assert ada.post(EXPORTS, json={"report_type": "jobs_summary", **fields}) == rejected(*problem)
    assert ada.get(EXPORTS).json()["count"] == before


def test_the_end_of_time():
    assert reports.parse_period("2026-11-30", "9999-12-31") == ("2026-11-30T00:00:00.000000Z", "9")
    assert reports.parse_period(None, "2026-11-30T01:00:00+02:00") == ("", "2026-11-29T23:00:00.000000Z")


def test_the_life_of_an_export(server, ada, grace, rejected, caplog):
    with caplog.at_level(logging.INFO, "orionclient.emulator"):
        made = create(ada, notify=True, start_date="2026-01-01")
        done = finish(ada, made)
    assert made["name"] == f"jobs_summary-{made['id']}.json"
    assert (made["notify"], made["notified"], made["parameters"]) == (True, None, {"start_date": "2026-01-01"})
    assert (done["state"], done["notified"]) == ("ready", done["finished"])
    assert f"notification for ada: the export {made['id']}" in caplog.text
    other = finish(ada, create(ada, "storage_use"))
    assert (other["notify"], other["notified"]) == (False, None)
    url = f"{EXPORTS}{made['id']}/"
    content = ada.get(f"{url}download/")
    assert content.headers["content-length"] == str(done["size"])
    assert ada.get(f"{url}download/", headers={"Range": "bytes=0-0"}).text == content.text[0]
    listed = ada.get(EXPORTS, params={"report_type": "jobs_summary", "name": made["name"]}).json()["results"]
    assert listed == [done]
    for path in (url, f"{url}download/"):
        assert grace.get(path) == rejected(404, "not_found", "does not exist")
    assert grace.delete(url) == rejected(404, "not_found")
    assert made["id"] not in [each["id"] for each in grace.get(EXPORTS).json()["results"]]
    stored = list_blobs(server)
    assert ada.delete(url).status_code == 204
    assert ada.get(url) == rejected(404, "not_found")
    assert len(stored - list_blobs(server)) == 1


def test_costs_need_the_capability(fresh, connect, rejected):
    ada, grace = connect(fresh), connect(fresh, "grace")
    for report_type in ("spend_summary", "storage_use"):
        response = grace.post(EXPORTS, json={"report_type": report_type})
        assert response == rejected(403, "forbidden", "cost accounting")
    costs, jobs = (finish(ada, create(ada, each)) for each in ("spend_summary", "jobs_summary"))
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("UPDATE users SET cost_accounting = 0")
    assert ada.get(f"{EXPORTS}{costs['id']}/download/") == rejected(403, "forbidden", "cost accounting")
    assert ada.get(f"{EXPORTS}{jobs['id']}/download/").status_code == 200


def test_an_export_is_written_by_the_next_server(fresh, connect, rejected):
    ada = connect(fresh)
    made, failed = finish(ada, create(ada)), finish(ada, create(ada))
    with fresh._require().stack.store.write_transaction() as db:
        query = "UPDATE exports SET state = 'processing', blob = NULL, sha256 = NULL, size = 0, finished = NULL WHERE id = ?"
        db.execute(query, (made["id"],))
        db.execute("UPDATE exports SET state = 'error', reason = 'no space' WHERE id = ?", (failed["id"],))
    assert ada.get(f"{EXPORTS}{made['id']}/download/") == rejected(409, "conflict", "no content yet")
    assert ada.get(f"{EXPORTS}{failed['id']}/download/") == rejected(409, "conflict", "failed: no space")
    fresh.stop()
    with Server(fresh.folder) as server:
        again = connect(server)
        done = finish(again, made)
        assert {**done, "finished": ""} == {**made, "finished": ""}
        assert download(again, made) == "[]\n"


def test_the_ledger_agrees_with_the_balance(fresh, connect):
    fresh.stop()
    with Server(fresh.folder, floes=FLOES) as server:
        ada = connect(server)
        before = Decimal(ada.get(BALANCE).json()["amount"])
        jobs = [start(ada, "time.sleep(0.6)", system_parameters={"memory_mb": memory}) for memory in (1800, 3600)]
        first, second = (reach(ada, job) for job in jobs)
        (row,) = report(ada, "spend_summary")
        assert Decimal(second["cost"]) == round(Decimal(repr(second["run_time"])) * Decimal("0.45") / 3600, 4)
        cost = Decimal(first["cost"]) + Decimal(second["cost"])
        assert before - Decimal(ada.get(BALANCE).json()["amount"]) == cost == Decimal(row["cost"]) > 0
        assert (row["jobs"], row["succeeded"], row["owner"], row["project"]) == (2, 2, "ada", "Ada's project")
        assert row["run_time"] == first["run_time"] + second["run_time"]
        # The balance remembers its last change when the job is gone.
        assert ada.delete(f"{JOBS}{second['id']}/").status_code == 204
        assert ada.get(BALANCE).json()["updated"] == max(first["finished"], second["finished"])


def test_prices():
    assert compute_cost(3600, Hardware(1, 1800)) == Decimal("0.36")
    assert compute_cost(1800, Hardware(4, 8000)) == Decimal("0.74")
    assert compute_storage_cost(1024**3 * 30 * 86400) == Decimal("0.023")


def test_storage_costs_by_size_and_time(tmp_path, connect):
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    with Server(tmp_path / "stack", seed="demo", clock=clock) as server:
        ada, grace = connect(server), connect(server, "grace")

        def upload(client, size, **fields):
            file = client.post(FILES, json={"name": "x", **fields}).json()
            assert client.put(f"{FILES}{file['id']}/upload", content=bytes(size)).status_code == 200
            return file["id"]

        upload(ada, 1_000_000)
        trashed = upload(ada, 3_000_000)
        upload(grace, 50, project=3)
        dataset = ada.post("/api/v1/storage/datasets/", json={"name": "d"}).json()
        lines = b'{"a":1}\n{"b":"\xc3\xa9"}\n'
        headers = {"Content-Type": "application/x-ndjson"}
        ada.post(f"/api/v1/storage/datasets/{dataset['id']}/records/", content=lines, headers=headers)
        collection = ada.post("/api/v1/storage/collections/", json={"name": "c"}).json()["id"]
        shards = f"/api/v1/storage/collections/{collection}/shards/"
        shard = ada.post(shards, json={"name": "s"}).json()["id"]
        ada.put(f"{shards}{shard}/upload/", content=bytes(7))
        assert ada.delete(f"{FILES}{trashed}/").status_code == 204
        clock.move(days=60)
        body = {"resource_type": "file", "resource_id": 1, "size": 10**7, "part_size": 10**7}
        assert ada.post("/api/v3/storage/uploads/", json=body).status_code == 201
        rows = report(ada, "storage_use")

        def shorten(row):
            return tuple(
                row[name] for name in ("project_id", "owner", "type", "count", "bytes", "trash_count", "trash_bytes")
            )

        assert [shorten(row) for row in rows] == [
            (1, "ada", "collection", 1, 7, 0, 0),
            (1, "ada", "dataset", 1, len('{"a":1}{"b":"é"}'.encode()), 0, 0),
            (1, "ada", "file", 2, 4_000_000, 1, 3_000_000),
            (1, "ada", "upload", 1, 0, 0, 0),
            (3, "grace", "file", 1, 50, 0, 0),
        ]
        # Two months, of which a period of one is half.
        monthly = compute_storage_cost(4_000_000 * 30 * 86400)
        assert Decimal(rows[2]["monthly_cost"]) == monthly
        assert Decimal(rows[2]["cost"]) == compute_storage_cost(4_000_000 * 60 * 86400) > 0
        (files,) = [row for row in report(ada, "storage_use", start_date="2030-01-31") if row["bytes"] == 4_000_000]
        assert Decimal(files["cost"]) == monthly
        assert report(ada, "storage_use", end_date="2029-12-31") == []
        # What is deleted for good is no longer charged.
        assert ada.delete(f"{FILES}{trashed}/", params={"immediate": "true"}).status_code == 204
        assert [row["bytes"] for row in report(ada, "storage_use") if row["type"] == "file"] == [1_000_000, 50]


def test_run_times_are_written_while_jobs_run(tmp_path):
    path = tmp_path / "run-times.json"
    beats = heartbeat.Heartbeat(path)
    assert beats.read() == {}
    beats.add(7)
    until(beats.read, lambda found: [*found] == ["7"])
    beats.add(8)
    first = until(beats.read, lambda found: [*found] == ["7", "8"])
    assert first["7"] > first["8"] >= 0
    beats.remove(7)
    assert until(beats.read, lambda found: [*found] == ["8"])["8"] > first["8"]
    beats.close()
    for damaged in (b"", b"[]", b'{"8": "x"}', b"\xff"):
        path.write_bytes(damaged)
        assert beats.read() == {}
