"""Tests of the filters of all list operations of the contract: each one selects some resources, and rejects others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from emulator_floes import FLOES, floe, start
from orion_api import contract
from orion_api.operations import OPERATIONS
from test_emulator_exports import create as export
from test_emulator_exports import finish
from test_emulator_kills import completion
from test_emulator_molsearch import QUERIES, ask, database, dataset, result
from test_emulator_packages import COMMAND, MAIN, MANIFEST, compressed, create, floes, of_package, upload

from orionclient.emulator import Server
from orionclient.emulator._http.contract import Operation, read_operations

FILES, COLLECTIONS, SECRETS = "/api/v3/storage/files/", "/api/v1/storage/collections/", "/api/v1/secrets/"
PAGING = {"limit", "offset", "cursor", "order_by"}
LISTS = {
    operation.id: operation
    for operation in read_operations(contract.load())
    # The records of a dataset are a stream, and a record that does not exist is a 404.
    if operation.id.startswith("list_") and operation.id != "list_records"
}
NAMED = {"name": ("HIT", "nothing"), "name_contains": ("Hit", "HIT"), "name_icontains": ("hIT", "nothing")}
COMMON = {**NAMED, "project": (3, 4), "owner": (2, 99)}
RED = {"tags": "RED"}
TAGGED = {
    "tags": ("red", "blue"),
    "tag_filters": (["red", "blue"], ["RED", "blue"]),
    "tag_match": ({**RED, "tag_match": "iexact"}, {**RED, "tag_match": "exact"}),
}
TRASHED = {"deleted": ("true", None), "expired": ("true", None)}
STORED = {**COMMON, **TAGGED, **TRASHED, "path": ("/work", "/elsewhere"), "path_contains": ("/wor", "WORK")}

# Operation -> filter -> a value that selects some of its resources, and one that selects none; or the whole query, for a filter that
# needs another one. A filter with fixed values has two that divide the resources, and a filter with a default has None, because its
# default selects the others.
FILTERS: dict[str, dict[str, tuple[Any, Any]]] = {
    "list_collections": {**STORED, "state": ("open", "lost"), "states": (["open", "lost"], ["lost"])},
    "list_datasets": {**STORED, "systag_filters": (["none", "Job 7"], ["job 7"])},
    "list_entries": {
        **NAMED,
        **TRASHED,
        "tags": ("red", "blue"),
        "owner": (2, 99),
        "types": (["file", "folder"], ["folder"]),
        "expired": ("true", None),
    },
    "list_exports": {
        "name": ("STORAGE", "nothing"),
        "report_type": ("storage_use", "lost"),
        "state": ("error", "lost"),
    },
    "list_files": {**STORED, "state": ("uploading", "lost"), "states": (["lost", "uploading"], ["lost"])},
    "list_folders": {"project": (3, 4), "owner": (2, 99), "path_contains": ("/wor", "WORK")},
    "list_groups": {
        "name": ("CHEM", "nothing"),
        "name_contains": ("Chem", "CHEM"),
        "name_icontains": ("CHEM", "nothing"),
    },
    "list_jobs": {
        **COMMON,
        **TAGGED,
        "state": ("complete", "running"),
        "states": (["running", "complete"], ["running"]),
        "workfloe": (2, 99),
        "job_type": ("package", "other"),
    },
    "list_molsearch_databases": {
        **COMMON,
        "state": ("ERROR", "LOST"),
        "states": (["ERROR", "LOST"], ["LOST"]),
        "search_type": ("3D", "2D"),
        "dataset": (5, 99),
        "collection": (7, 99),
        "types": (["3D", "4D"], ["4D"]),
    },
    "list_molsearch_queries": {
        **COMMON,
        "state": ("ERROR", "LOST"),
        "states": (["ERROR", "LOST"], ["LOST"]),
        "database": (1, 99),
        "types": (["graphsim", "exact"], ["exact"]),
    },
    "list_scaling_groups": {
        "name": ("SERV", "nothing"),
        "name_contains": ("serv", "SERV"),
        "name_icontains": ("SERV", "nothing"),
    },
    "list_service_specs": COMMON,
    "list_service_tasks": {**COMMON, "states": (["stopped", "lost"], ["lost"]), "spec": (1, 99)},
    "list_classifications": {
        "name": ("POS", "nothing"),
        "path": ("Docking/Posing", "Docking/Pos"),
        "depth": (2, 3),
    },
    "list_packages": {
        **COMMON,
        "state": ("uploading", "lost"),
        "states": (["uploading", "lost"], ["lost"]),
        "version": ("1.2.0", "1.2"),
    },
    "list_projects": {
        "name": ("SHARED", "nothing"),
        "name_contains": ("Shared", "SHARED"),
        "name_icontains": ("SHARED", "nothing"),
        "owner": (2, 99),
        "archived": ("true", None),
        **TRASHED,
    },
    "list_secrets": {**COMMON, **TAGGED},
    "list_shards": {
        "state": ("temporary", "lost"),
        "states": (["temporary", "lost"], ["lost"]),
        "name": ("HIT", "nothing"),
        "name_contains": ("hit", "Hit"),
        "name_icontains": ("HIT", "nothing"),
    },
    "list_uploads": {"resource_type": ("shard", "dataset"), "resource_id": (1, 99), "state": ("complete", "lost")},
    "list_users": {"username": ("grace", "gra")},
    "list_workfloes": {
        "name": ("TYPED", "nothing"),
        "name_contains": ("typed", "TYPED"),
        "name_icontains": ("TYPED", "nothing"),
        "title": ("FLOE RUN", "nothing"),
        "state": ("deprecated", "lost"),
        "states": (["deprecated", "lost"], ["lost"]),
        **TAGGED,
        "classification": ("Docking", "Dock"),
        "uuid": (FLOES[0]["specification"]["uuid"].upper(), "0"),
        "package": (1, 99),
        "version": ("1.2.0", "1.2"),
        "owner": (2, 99),
        "project": (3, 4),
    },
    "list_workspaces": COMMON,
}
CASES = [(name, each) for name, filters in FILTERS.items() for each in filters]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("stack")
    # A floe that a later start omits is deprecated.
    Server(folder, seed="demo", floes=[*FLOES, floe("gone")]).start().stop()
    with Server(folder, floes=FLOES, describe=COMMAND, jobs=0) as running:
        yield running


@pytest.fixture(scope="module")
def ada(server: Server, ada: httpx.Client, grace: httpx.Client, drugs: dict[str, bytes]) -> httpx.Client:
    """Ada, who is a member of the new project 4 without resources too; she and grace have created two resources of every kind."""

    def post(who: httpx.Client, where: str, **body: Any) -> Any:
        response = who.post(where, json=body or None)
        assert response.is_success, response.content
        return response.json() if response.content else None

    assert post(ada, "/api/v1/projects/", name="Empty")["id"] == 4
    archived = post(ada, "/api/v1/projects/", name="Old")["id"]
    ada.patch(f"/api/v1/projects/{archived}/", json={"archived": True}).raise_for_status()
    kinds = {"dataset": "/api/v1/storage/datasets/", "file": FILES, "collection": COLLECTIONS, "secret": SECRETS}
    for kind, path in kinds.items():
        more: dict[str, Any] = {"value": "x"} if kind == "secret" else {"path": "/work"}
        first = post(grace, path, name="Hits", project=3, **more)["id"]
        post(ada, path, name="other", **({"value": "y"} if kind == "secret" else {"path": "/mine"}))
        post(grace, f"/api/v1/tags/{kind}/{first}/", tags=["red"], project=3)
        if kind != "secret":
            for name in ("old", "expired"):
                old = post(ada, path, name=name)["id"]
                ada.delete(f"{path}{old}/", params={"immediate": "false"}).raise_for_status()
    for name in ("deleted", "expired"):
        ada.delete(f"/api/v1/projects/{post(ada, '/api/v1/projects/', name=name)['id']}/").raise_for_status()
    with server._require().stack.store.write_transaction() as db:
        for table in ("files", "datasets", "collections", "projects"):
            db.execute(f"UPDATE {table} SET deleted = '2020-01-01T00:00:00.000000Z' WHERE name = 'expired'")
    shared = post(grace, "/api/v1/workspaces/", name="Hits", project=3)["id"]
    post(grace, f"/api/v1/shares/workspace/{shared}/", target_type="user", target_id=1)
    post(ada, "/api/v1/workspaces/", name="other")
    ada.put(f"{FILES}2/upload", content=b"x").raise_for_status()
    for name in ("other", "gone", "expired"):
        entry = post(ada, FILES, name=name, project=3, path="/work")["id"]
        if name != "other":
            ada.delete(f"{FILES}{entry}/", params={"immediate": "false"}).raise_for_status()
    team = post(grace, "/api/v1/workspaces/", name="Hits", project=3)["id"]
    post(grace, f"/api/v1/shares/workspace/{team}/", target_type="user", target_id=1)
    post(ada, "/api/v1/workspaces/", name="other", project=1)
    post(ada, "/api/v1/tokens/", description="second")
    post(ada, f"{COLLECTIONS}2/close/")
    for name in ("hit", "other", "empty"):
        post(grace, f"{COLLECTIONS}1/shards/", name=name)
    ada.put(f"{COLLECTIONS}1/shards/1/upload/", content=b"x").raise_for_status()
    uploads = "/api/v3/storage/uploads/"
    post(ada, uploads, resource_type="file", resource_id=1, size=1, part_size=1)
    made = post(ada, uploads, resource_type="shard", resource_id=2, collection=1, size=1, part_size=1)["id"]
    ada.put(f"{uploads}{made}/parts/1", content=b"x").raise_for_status()
    post(ada, f"{uploads}{made}/complete", **completion(b"x"))
    hits, other = start(grace, name="Hits", project=3), start(ada, name="other", floe=2)
    post(grace, f"/api/v1/tags/job/{hits['id']}/", tags=["red"], project=3)
    post(ada, f"/api/v1/jobs/{other['id']}/cancel/")
    searched = dataset(grace, drugs["smi"], "smi", project=3)
    first = database(grace, searched, name="Hits", project=3)
    second = database(ada, searched, name="other", search_type="3D")
    broken = database(ada, dataset(ada, drugs["smi"], "smi"), name="broken")
    asked = {"query_type": "title", "database": first["id"], "parameters": {"titles": ["a"]}}
    result(grace, grace.post(QUERIES, json={**asked, "name": "Hits", "project": 3}))
    ada.delete(f"/api/v1/storage/datasets/{broken['dataset']}/", params={"immediate": "true"}).raise_for_status()
    result(ada, ask(ada, broken, titles=["a"]))
    ask(ada, first, "graphsim", smiles="CCO").raise_for_status()
    # No task runs.
    ada.patch("/api/v1/scaling-groups/2/", json={"max_instances": 0}).raise_for_status()
    with server._require().stack.store.write_transaction() as db:
        db.execute(
            "INSERT INTO service_specs (name, description, scaling_group, project, owner, created)"
            " VALUES ('Hits', '', 2, 3, 2, '2026-01-01T00:00:00.000000Z')"
        )
    tasks = "/api/v1/services/tasks/"
    stopped = post(grace, tasks, name="Hits", project=3, spec=3)["id"]
    grace.patch(f"{tasks}{stopped}/", json={"desired_state": "stopped"}).raise_for_status()
    post(ada, tasks, name="other", spec=1)
    broken_export, _ = (finish(ada, export(ada, report_type)) for report_type in ("jobs_summary", "storage_use"))
    with server._require().stack.store.write_transaction() as db:
        db.execute("UPDATE exports SET state = 'error' WHERE id = ?", (broken_export["id"],))
        db.execute("UPDATE projects SET owner = 2 WHERE id = 3")
        db.execute("UPDATE datasets SET systemtags = '[\"Job 7\"]' WHERE id = 1")
        db.execute("UPDATE files SET deleted = '2020-01-01T00:00:00.000000Z' WHERE name = 'expired'")
        db.execute(
            "UPDATE molsearch_databases SET state = 'ERROR', dataset = 0, collection = 7 WHERE id = ?", (second["id"],)
        )
    content = compressed(
        MAIN,
        floes("sieve", tags=["red"], classification=[["Docking", "Posing"]]),
        manifest={**MANIFEST, "name": "Hits"},
    )
    (sieve,) = of_package(grace, upload(grace, content, project=3))
    start(ada, name="third", floe=sieve["id"])
    create(ada, name="other")
    return ada


def listed(ada: httpx.Client, operation: Operation, **given: Any) -> set[str]:
    folder = {"path": "/project/3/team/work"} if operation.id == "list_entries" else {}
    response = ada.get(operation.path.format(collection_id=1), params={**folder, **given})
    assert response.status_code == 200, response.content
    found = response.json()["results"]
    assert response.json()["count"] == len(found)
    return {f"{each.get('type', '')} {each.get('id', each)}" for each in found}


def test_the_table_has_every_filter_of_the_contract() -> None:
    in_contract = {
        name: filters
        for name, operation in LISTS.items()
        if (filters := {each.name for each in operation.parameters_in("query") if not each.required} - PAGING)
    }
    assert {name: set(filters) for name, filters in FILTERS.items()} == in_contract


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_a_filter_selects(ada: httpx.Client, name: str, parameter: str) -> None:
    operation = LISTS[name]
    some, none = FILTERS[name][parameter]
    if parameter == "expired":
        # It adds to the items in the trash.
        assert listed(ada, operation, deleted="true", expired="true") > listed(ada, operation, deleted="true")
        return

    def select(value: Any) -> set[str]:
        return listed(ada, operation, **value if isinstance(value, dict) else {parameter: value})

    all_of_them, selected = listed(ada, operation), select(some)
    assert selected
    if none is None:
        assert not selected & all_of_them
        return
    assert selected < all_of_them
    (schema,) = (each.schema for each in operation.parameters_in("query") if each.name == parameter)
    divides = "enum" in schema and not isinstance(none, dict)
    assert select(none) == (all_of_them - selected if divides else set())


# The fields that an order compares, if they have another name.
ORDER_FIELDS = {
    ("list_users", "name"): "username",
    ("list_uploads", "type"): "resource_type",
    ("list_molsearch_databases", "type"): "search_type",
    ("list_molsearch_queries", "type"): "query_type",
}
ORDERS = [(each.id, order) for each in OPERATIONS.values() for order in each.orders if each.id != "list_entries"]


def test_the_orders_are_those_of_the_contract() -> None:
    in_contract = {name for name, each in LISTS.items() if "order_by" in {one.name for one in each.parameters}}
    assert {name for name, _ in ORDERS} == in_contract - {"list_entries"}


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize(("name", "order"), ORDERS)
def test_an_order_sorts_all_pages(ada: httpx.Client, name: str, order: str, size: int) -> None:
    latest = {job["workfloe"]: job["id"] for job in ada.get("/api/v1/jobs/").json()["results"]}

    def key(item: dict[str, Any]) -> tuple[Any, int]:
        if order == "recently_used":
            return -latest.get(item["id"], 0), item["id"]
        return item[ORDER_FIELDS.get((name, order), order)], item["id"]

    path = LISTS[name].path.format(collection_id=1)
    items = ada.get(path).json()["results"]
    assert len(items) > (name != "list_organizations")
    for sign in ("", "-"):
        found, following = [], f"{path}?limit={size}&order_by={sign}{order}"
        while following:
            page = ada.get(following).json()
            found += page["results"]
            following = page["next"]
        expected = sorted(items, key=key, reverse=bool(sign))
        assert [each["id"] for each in found] == [each["id"] for each in expected]
        half = ada.get(path, params={"offset": 1, "limit": size, "order_by": sign + order}).json()["results"]
        assert [each["id"] for each in half] == [each["id"] for each in expected[1 : 1 + size]]


@pytest.mark.parametrize("name", sorted({name for name, _ in ORDERS}))
def test_unknown_orders_are_rejected(ada: httpx.Client, name: str) -> None:
    path, known = LISTS[name].path.format(collection_id=1), "|".join(OPERATIONS[name].orders)
    for wrong in ("size", "", "--id", "id,name", "ID", "deleted", "id\n"):
        response = ada.get(path, params={"order_by": wrong})
        assert response.status_code == 400
        assert f"({known})" in response.json()["detail"]
    for wrong in ({"limit": -1}, {"limit": 0}, {"offset": -1}):
        assert ada.get(path, params=wrong).status_code == 400
