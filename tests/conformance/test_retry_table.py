"""Test every row of the retry table with the raw senders of the session, counting effects and consumed fault steps.

By default each row runs with one operation per class, a different one in each row; with ORION_NIGHTLY=1 it runs with every operation.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import io
import json
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.canary import CANARIES
from orion_api import contract
from orion_api.api.uploads import create_upload, upload_part
from orion_api.errors import OrionApiError
from orion_api.operations import OPERATIONS
from orion_api.types import Operation

from orionclient._requesting import retry_loop
from orionclient._requesting.http_session import HttpSession
from orionclient._requesting.limits import RetryQuota
from orionclient._requesting.retry import interactive_policy
from orionclient.exceptions import NotFoundResponse, OrionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import (
    KINDS,
    Dataset,
    Export,
    File,
    MolsearchDatabase,
    MolsearchQuery,
    Project,
    Secret,
    ServiceTask,
    Shard,
    ShardCollection,
    Token,
    User,
    WorkFloeJob,
    WorkFloePackage,
    WorkFloeSpec,
)

TABLE: list[dict[str, Any]] = json.loads((Path(__file__).parent / "retry.json").read_text())
CONTENT = b"CCO ethanol\nC methane\n"


FLOE = b"from orionclient.floes import floe\n@floe(title='made')\ndef made() -> None:\n    pass\n"
# Each script of delete_workfloe deletes one of them.
MANY_FLOES = b"""
from orionclient.floes import floe
for index in range(100):
    def made() -> None:
        pass
    globals()[f"made_{index}"] = floe(name=f"made_{index}")(made)
"""


def build_package(floe: bytes = FLOE) -> bytes:
    """Build a package archive with one file."""
    manifest = {"name": "made", "version": "1", "python_version": "3.11", "requirements": []}
    compressed = io.BytesIO()
    with tarfile.open(fileobj=compressed, mode="w:gz") as archive:
        for name, content in (("manifest.json", json.dumps(manifest).encode()), ("made.py", floe)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return compressed.getvalue()


PACKAGE = build_package()


def build_transfer(ids: dict[str, Any]) -> dict[str, Any]:
    """Build the body of a copy or move of a dataset to a new name."""
    dataset = ids["dataset_id"]
    return {"body": {"sources": [f"dataset://{dataset}"], "destination": f"/project/1/team/made {dataset}"}}


# Arguments of an operation besides the ids in its path.
ARGUMENTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "obtain_token": lambda _: {"body": {"username": "grace", "password": "grace-demo"}},
    "upload_file_content": lambda _: {"body": CONTENT},
    "upload_dataset_content": lambda _: {"body": CONTENT, "format": "smi"},
    "add_records": lambda _: {"body": b'{"a": 1}\n'},
    "upload_shard_content": lambda _: {"body": CONTENT},
    "create_secret": lambda _: {"body": {"name": "made", "value": "value"}},
    "update_secret": lambda _: {"body": {"value": "new"}},
    "create_token": lambda _: {"body": {"description": "made"}},
    "update_token": lambda _: {"body": {"description": "new"}},
    "add_tags": lambda _: {"body": {"tags": ["tag"]}},
    "remove_tags": lambda _: {"tag": ["tag"]},
    "share_resource": lambda _: {"body": {"target_type": "user", "target_id": 2}},
    "unshare_resource": lambda _: {"target_type": "user", "target_id": 2},
    "create_paths": lambda _: {"body": {"paths": ["/a/b"]}},
    "assign_paths": lambda ids: {
        "body": {"assignments": [{"resource_type": "dataset", "id": ids["dataset_id"], "path": "/"}]}
    },
    "list_entries": lambda _: {"path": "/project/1/team"},
    "get_entry": lambda _: {"path": "/project/1/team"},
    "copy_entries": build_transfer,
    "move_entries": build_transfer,
    "remove_entries": lambda ids: {"body": {"sources": [f"dataset://{ids['dataset_id']}"]}},
    "create_job": lambda ids: {"body": {"workfloe": ids["workfloe_id"], "parameters": {"promoted": {"text": "CNS"}}}},
    # A retried upload changes nothing, so the table need not wait for the floes.
    "upload_package_content": lambda _: {"body": PACKAGE},
    "create_molsearch_database": lambda ids: {"body": {"name": "made", "dataset": ids["source_id"]}},
    "create_export": lambda _: {"body": {"report_type": "jobs_summary"}},
    "create_service_task": lambda ids: {"body": {"name": "made", "spec": ids["service_spec_id"]}},
    "update_scaling_group": lambda _: {"body": {"max_instances": 3}},
    "create_upload": lambda ids: {"body": build_upload_body(ids)},
    "upload_part": lambda _: {"body": CONTENT},
    "obtain_upload_targets": lambda _: {"body": {"numbers": [1]}},
    "complete_upload": lambda _: {
        "body": {"size": len(CONTENT), "digest": hashlib.sha256(hashlib.sha256(CONTENT).digest()).hexdigest()}
    },
    "get_molsearch_smiles": lambda _: {"title": "ethanol"},
    "create_molsearch_query": lambda ids: {
        "body": {"query_type": "title", "database": ids["loaded_id"], "parameters": {"titles": ["ethanol"]}}
    },
}


def needs_only_name(operation: dict[str, Any]) -> bool:
    """Return whether a body with a name is enough for an operation of the contract."""
    reference = (
        operation.get("requestBody", {})
        .get("content", {})
        .get("application/json", {})
        .get("schema", {})
        .get("$ref", "")
    )
    schema = contract.load()["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return "name" in schema.get("properties", {}) and set(schema.get("required", ())) <= {"name"}


NAMED = {
    operation["operationId"]
    for item in contract.load()["paths"].values()
    for operation in item.values()
    if needs_only_name(operation)
}


# Ids in the body of an operation.
IDS_IN_BODY = {
    **{name: ["dataset_id"] for name in ("assign_paths", "copy_entries", "move_entries", "remove_entries")},
    "create_upload": ["file_id"],
}

# Operations that need a storage with presigned URLs.
PRESIGNED = {"obtain_upload_targets"}

# Ids of seeded resources, and a part number.
SEED = {
    "user_id": 2,
    "organization_id": 1,
    "group_id": 1,
    "scaling_group_id": 1,
    "service_spec_id": 1,
    "record_id": 1,
    "resource_type": "file",
    "number": 1,
}


def create_filled_shard(session: OrionSession, ids: dict[str, Any]) -> int:
    shard = Shard.create(session.get_resource(ShardCollection, ids["collection_id"]), "made before")
    shard.upload_file(CONTENT)
    return shard.id


def create_complete_job(session: OrionSession, ids: dict[str, Any]) -> int:
    job = WorkFloeJob.start(session, ids["workfloe_id"], "made before")
    # The server starts no jobs, so the cancelled job is complete immediately.
    job.cancel()
    return job.id


def build_upload_body(ids: dict[str, Any]) -> dict[str, Any]:
    return {"resource_type": "file", "resource_id": ids["file_id"], "size": len(CONTENT), "part_size": len(CONTENT)}


def start_upload(session: OrionSession, _: dict[str, Any]) -> int:
    """Create an open upload with its only part."""
    file = File.upload(session, "made before", b"old")
    created = create_upload.sync(client=session.raw, body=build_upload_body({"file_id": file.id}))
    upload_part.sync(created.id, 1, client=session.raw, body=CONTENT)
    return created.id


def create_query(session: OrionSession, ids: dict[str, Any]) -> int:
    query = MolsearchQuery.create_title_query(session=session, database_id=ids["loaded_id"], titles=["ethanol"])
    query.wait()
    return query.id


def create_ready_export(session: OrionSession, _: dict[str, Any]) -> int:
    export = Export.create(session, "jobs_summary")
    export.wait()
    return export.id


# Factories for the ids in the path of an operation, in path order.
FACTORIES: dict[str, Callable[[OrionSession, dict[str, Any]], int]] = {
    "file_id": lambda session, _: File.upload(session, "made before", CONTENT).id,
    "resource_id": lambda session, _: File.upload(session, "made before", CONTENT).id,
    "dataset_id": lambda session, _: Dataset.upload(session, "made before", CONTENT, format="smi").id,
    "collection_id": lambda session, _: ShardCollection.create(session, "made before").id,
    "shard_id": create_filled_shard,
    "upload_id": start_upload,
    "secret_id": lambda session, _: Secret.create(session, "made before", "value").id,
    "token_id": lambda session, _: Token.create(session, "made before").id,
    "job_id": create_complete_job,
    "database_id": lambda session, ids: MolsearchDatabase.create(session, "made before", ids["source_id"]).id,
    "query_id": create_query,
    "export_id": create_ready_export,
    "service_task_id": lambda session, ids: ServiceTask.create(session, "made before", ids["service_spec_id"]).id,
}


class Server:
    """The server of all rows. Every operation has its own resources; one that cannot be repeated gets a new one for every script."""

    def __init__(self, orion: LocalOrion) -> None:
        self.orion = orion
        self.config = orion.config()
        self._helper = orion.session()
        dataset = Dataset.upload(self._helper, "made before", CONTENT, format="smi")
        database = MolsearchDatabase.create(self._helper, "made before", dataset)
        database.wait()
        floe = self._helper.list_resources(WorkFloeSpec, {"title": "Echo"}).one()
        self._seed = {**SEED, "workfloe_id": floe.id, "source_id": dataset.id, "loaded_id": database.id}
        self._made: dict[str, dict[str, Any]] = {}
        self._floes: list[int] = []

    def ids_for(self, operation: Operation) -> dict[str, Any]:
        """Return the ids in the path of an operation, creating missing resources; only deleted resources are created again."""
        ids = {**self._seed, **self._made.get(operation.id, {})}
        named = [*re.findall(r"{(\w+)}", operation.route), *IDS_IN_BODY.get(operation.id, [])]
        if operation.id == "delete_workfloe":
            ids["workfloe_id"] = self._take_floe()
        for name in named:
            if name not in ids and operation.id == "leave_project":
                ids[name] = self._create_project_of_grace()
            elif name not in ids:
                ids[name] = FACTORIES[name](self._helper, ids) if name in FACTORIES else self._create(name)
        self._made[operation.id] = {name: ids[name] for name in (named[:-1] if operation.id in RENEWED else named)}
        return ids

    def _take_floe(self) -> int:
        """Return a floe of a package, for an operation that deletes it."""
        if not self._floes:
            package = WorkFloePackage.upload(self._helper, build_package(MANY_FLOES))
            package.wait()
            self._floes = [floe["id"] for floe in package.inspection()["floes"]]
        return self._floes.pop()

    def _create_project_of_grace(self) -> int:
        """Create a project that the user of the table can leave."""
        grace = self.orion.session("grace")
        project = Project.create(grace, "made before")
        grace.share_resource(project, User(id=1))
        return project.id

    def _create(self, name: str) -> int:
        """Create a resource of a kind that takes a name."""
        made: Any = self._helper.create_resource(KINDS[name.removesuffix("_id")], {"name": "made before"})
        return int(made.id)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with LocalOrion(tmp_path_factory.mktemp("orion"), seed="demo", jobs=0, durable=False) as running:
        CANARIES.add(running.token)
        yield Server(running)


@pytest.fixture(scope="module")
def presigned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Like `server`, with presigned URLs on a second origin."""
    with LocalOrion(tmp_path_factory.mktemp("stored"), seed="demo", jobs=0, storage=True, durable=False) as running:
        CANARIES.add(running.token)
        yield Server(running)


def build_arguments(operation: Operation, ids: dict[str, Any]) -> dict[str, Any]:
    path = {name: ids[name] for name in re.findall(r"{(\w+)}", operation.route)}
    if operation.id in NAMED and operation.id not in ARGUMENTS:
        return {**path, "body": {"name": "made"}}
    return {**path, **ARGUMENTS.get(operation.id, lambda _: {})(ids)}


def import_operation(operation: Operation) -> Any:
    return importlib.import_module(f"orion_api.api.{operation.tag}.{operation.id}")


def call(session: OrionSession, operation: Operation, given: dict[str, Any]) -> Any:
    response = import_operation(operation).sync(client=session.raw, **given)
    if operation.stream == "download":
        with response:
            return response.read()
    return response


def call_async(session: OrionSession, operation: Operation, given: dict[str, Any]) -> Any:
    async def work() -> Any:
        response = await import_operation(operation).asyncio(client=session.raw_async, **given)
        if operation.stream == "download":
            async with response:
                return await response.aread()
        return response

    return asyncio.run(work())


SENDERS = {"raw": call, "raw_async": call_async}
DELETES = {operation.id for operation in OPERATIONS.values() if operation.id.startswith(("delete_", "leave_"))}
# Operations that cannot be repeated with the same resource.
RENEWED = {*DELETES, "copy_entries", "move_entries", "remove_entries"}
# Operations of one class are the same to the retry policy.
CLASSES: dict[str, Callable[[Operation], bool]] = {
    "read": lambda each: each.retry == "read" and each.stream is None,
    "download": lambda each: each.retry == "read" and each.stream == "download",
    "change": lambda each: each.retry == "write" and each.stream is None and each.success == (200,),
    "change without content": lambda each: each.retry == "write" and each.method == "POST" and each.success == (204,),
    "delete": lambda each: each.retry == "write" and each.method == "DELETE",
    "upload": lambda each: each.retry == "write" and each.stream == "upload",
    "creation": lambda each: each.retry == "keyed" and each.stream is None,
    "creation from content": lambda each: each.retry == "keyed" and each.stream == "upload",
    "creation without key": lambda each: each.retry == "create",
}
MEMBERS = {name: [each for each in OPERATIONS.values() if belongs(each)] for name, belongs in CLASSES.items()}


def applies(row: dict[str, Any], operation: Operation) -> bool:
    has_json = operation.stream != "download" and operation.success != (204,)
    return operation.retry in row["classes"] and (has_json or row.get("response") != "json")


def cases(*, nightly: bool) -> Iterator[tuple[dict[str, Any], Operation, str]]:
    """Yield the operations of each row: all that it applies to, or one per class, taking turns between rows and senders."""
    turns = ((row, sender) for row in TABLE for sender in SENDERS)
    for turn, (row, sender) in enumerate(turns):
        for members in MEMBERS.values():
            chosen = members if nightly else [members[turn % len(members)]]
            yield from ((row, operation, sender) for operation in chosen if applies(row, operation))


ALL = list(cases(nightly=True))
CASES = ALL if os.environ.get("ORION_NIGHTLY") == "1" else list(cases(nightly=False))


def build_policy(row: dict[str, Any], script: list[Any]) -> HttpSession:
    named = row.get("policy")
    if named == "interactive":
        return HttpSession(interactive_policy())
    table = None if named is None else {int(status): count for status, count in named.items()}
    # Only stalled responses need real time.
    stalls = any("stall" in str(step) for step in script)
    return get_session(retry_dict=table, request_timeout=2 if stalls else 60, retry_timeout=100_000)


def set_place(row: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process an interactive interpreter or a job if the row requires it."""
    if row.get("prompt"):
        monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    if row.get("job"):
        monkeypatch.setenv("ORION_JOB_ID", "7")


def disable_keys(step: Any) -> Any:
    """Return the same step for a server without idempotency keys."""
    if isinstance(step, int):
        step = {"step": "status", "code": step}
    if isinstance(step, dict) and step["step"] == "status":
        return {**step, "headers": {**step.get("headers", {}), "X-Orion-Features": None}}
    return step


@pytest.mark.parametrize(
    ("row", "operation", "sender"),
    CASES,
    ids=[f"{row['scenario']}-{operation.id}-{sender}" for row, operation, sender in CASES],
)
def test_row(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    row: dict[str, Any],
    operation: Operation,
    sender: str,
) -> None:
    set_place(row, monkeypatch)
    server: Server = request.getfixturevalue("presigned" if operation.id in PRESIGNED else "server")
    faults = server.orion.faults
    for script in row["scripts"]:
        ids = server.ids_for(operation)
        session = OrionSession(server.config, requests_session=build_policy(row, script))
        # Reset the detected idempotency key support and the retry quota of the previous script.
        retry_loop._KEYED_ORIGINS.clear()
        # An operation without idempotency keys must not be retried more often by a server that supports them.
        if row.get("keys") or operation.retry == "create":
            session.is_authenticated()
        session._http.options.quota = RetryQuota()
        steps = script if row.get("keys") or operation.retry != "keyed" else [disable_keys(step) for step in script]
        faults.clear()
        faults.script(operation.id, steps)
        error = None
        try:
            SENDERS[sender](session, operation, build_arguments(operation, ids))
        except OrionError as caught:
            error = caught
        requests = faults.requests(operation.id)
        reported = (script, error, [(each.step, each.ran, each.status) for each in requests])
        if (
            operation.method == "DELETE"
            and isinstance(error, NotFoundResponse)
            and error.call
            and error.call.maybe_applied_earlier
        ):
            # What is gone after a lost response was deleted by it; the session's verb says so, the raw call shows the 404.
            error = None
        assert (error is None) == (row["must"] == "succeed"), reported
        assert not isinstance(error, OrionApiError)
        assert len({each.request_id for each in requests}) == 1, reported
        assert operation.retry == "keyed" or {each.idempotency_key for each in requests} == {None}, reported
        faults.assert_consumed()
        assert len(requests) == row.get("requests", len(script) + 1), reported
        effects, ran = row.get("effects", 1), faults.effects(operation.id)
        if isinstance(effects, list):
            assert ran in effects, reported
        elif row["must"] == "fail" or row.get("keys"):
            assert effects is None or ran == effects, reported
        elif effects is not None:
            # An idempotent operation is executed once more for every lost response.
            lost = sum(step in ("reset_after", "close_after") for step in script)
            assert ran == (lost or 1) + (lost > 0 and operation.id not in DELETES), reported
        if error is not None:
            assert error.attempts == len(requests), reported
            if "unclear" in row:
                assert error.may_have_been_applied is row["unclear"], reported


def test_every_operation_is_in_the_table() -> None:
    assert {operation.id for _, operation, _ in ALL} == set(OPERATIONS)
    by_operation = {
        (row["scenario"], each.id, sender)
        for row in TABLE
        for each in OPERATIONS.values()
        for sender in SENDERS
        if applies(row, each)
    }
    assert sorted((row["scenario"], operation.id, sender) for row, operation, sender in ALL) == sorted(by_operation)
    assert set(ARGUMENTS) <= set(OPERATIONS)
    document = contract.load()
    assert len(OPERATIONS) == sum(len(item) for item in document["paths"].values())


def test_every_operation_is_in_exactly_one_class() -> None:
    found = {each.id: [name for name, belongs in CLASSES.items() if belongs(each)] for each in OPERATIONS.values()}
    assert {name: classes for name, classes in found.items() if len(classes) != 1} == {}
    assert all(MEMBERS.values())


def test_by_default_every_row_runs_with_every_class() -> None:
    class_of = {each.id: name for name, members in MEMBERS.items() for each in members}
    found = [
        {(row["scenario"], class_of[operation.id], sender) for row, operation, sender in each} for each in (CASES, ALL)
    ]
    assert found[0] == found[1]
