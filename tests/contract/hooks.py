"""Schemathesis hooks for what the contract cannot express: meaningful bodies and values that depend on other values."""

from __future__ import annotations

import io
import itertools
import json
import tarfile
from typing import Any

import schemathesis
from hypothesis import strategies as st

_MOLFILE = (
    "carbon monoxide\n  example\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n"
    "    0.0000    0.0000    0.0000 C   0  0\n    1.1280    0.0000    0.0000 O   0  0\n"
    "  1  2  3  0\nM  CHG  2   1  -1   2   1\nM  END\n"
)
_FILES = [
    f"{_MOLFILE}> <mass>\n28.01\n\n$$$$\n",
    "CCO ethanol\nc1ccccc1 benzene\n",
    "name,smiles\nethanol,CCO\n",
    '{"Title":"ethanol","Molecule":{"format":"smiles","text":"CCO"}}\n',
    "ORIONREC1\nEND 0 1ba71b866ed00fac12780a88957d030e42826df7e6ee131670b5a0700d2b41b3\n",
]
_IN_FOLDERS = ("file", "dataset", "collection")
# Kinds that can be shared with users, but not with all types of targets.
_MEMBERSHIPS = ("project", "workspace")
# Kinds by the tag of their operations.
_KINDS = {
    "tags": (*_IN_FOLDERS, "secret", "job"),
    "shares": (
        *_IN_FOLDERS,
        "secret",
        "package",
        "molsearch_database",
        "service_spec",
        "service_task",
        "project",
        "workspace",
    ),
    "trash": (*_IN_FOLDERS, "project"),
}
# Folders and items that the seed or the run creates. A root is not a valid source, and an item is not a valid destination.
_FOLDERS = ("/project/1/team/", "/project/1/team/screens", "/project/1/user/ada/", "/organization/")
_ITEMS = ("file://2", "dataset://2", "collection://2", "file://3", "dataset://3")
# Items that are never removed or moved, so that there is always something to copy.
_COPIED = ("file://1", "dataset://1", "collection://1")
# The first ones of these are never deleted or left: highest protected id by operation.
_PROTECTED = {
    "delete_token": 1, "delete_file": 1, "delete_dataset": 1, "delete_collection": 1, "delete_project": 3, "leave_project": 3,
}  # fmt: skip

# Fields that name a floe or a service of the stack, and their count.
_SPECIFICATIONS = {"create_job": ("workfloe", 8), "create_service_task": ("spec", 2)}


def _build_package() -> bytes:
    manifest = b'{"name": "tools", "version": "1.0", "python_version": "3.11", "requirements": []}'
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        info = tarfile.TarInfo("manifest.json")
        info.size = len(manifest)
        archive.addfile(info, io.BytesIO(manifest))
    return content.getvalue()


_keys = itertools.count(1)
_values = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
_records = st.dictionaries(st.text(min_size=1, max_size=20), _values, max_size=4)

schemathesis.openapi.media_type(
    "application/octet-stream",
    st.sampled_from([*(content.encode() for content in _FILES), _build_package()]) | st.binary(max_size=200),
)
schemathesis.openapi.media_type(
    "application/x-ndjson",
    st.lists(_records, max_size=4).map(
        lambda records: "".join(f"{json.dumps(record)}\n" for record in records).encode()
    ),
)


@schemathesis.serializer("application/x-ndjson")
def _serialize_ndjson(context: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(context: Any, case: Any, **kwargs: Any) -> None:
    """Remove values from valid requests that only the server can create (cursors) or that must match the body (digests).

    Also protect the token of the run, the seeded projects and the first items, which have the lowest ids.
    """
    operation = case.operation.definition.raw.get("operationId")
    for name, value in (case.path_parameters or {}).items():
        if str(value) in map(str, range(1, 1 + _PROTECTED.get(operation, 0))):
            case.path_parameters[name] = 2**40
    if (
        operation == "update_project"
        and isinstance(case.body, dict)
        and str(case.path_parameters.get("project_id")) in {"1", "2", "3"}
    ):
        case.body.pop("archived", None)
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and "Idempotency-Key" in case.headers:
        # A reused key is rejected for another body, so each request gets its own key.
        case.headers["Idempotency-Key"] = f"key-{next(_keys)}"
    for container, name in ((case.query, "cursor"), (case.headers, "Content-Digest")):
        if container:
            container.pop(name, None)
    for values in (case.query, case.path_parameters):
        _convert_whole_floats(values or {})
    _set_existing(case, operation, case.operation.definition.raw["tags"][0])
    _adjust_body(operation, case.body)


def _set_existing(case: Any, operation: str, tag: str) -> None:
    """Replace most resource types, ids, paths and addresses by existing ones; in the contract they are any strings."""
    path, query, body = case.path_parameters or {}, case.query or {}, case.body
    if tag in _KINDS:
        _set_existing_resource(path, "resource_id", _KINDS[tag])
        if path["resource_type"] in _MEMBERSHIPS and isinstance(body, dict):
            body["target_type"] = "user"
    if tag == "filesystem" and "path" in query:
        query["path"] = _choose(query["path"], (*_FOLDERS, *_ITEMS))
    elif tag == "filesystem" and isinstance(body, dict):
        sources = _COPIED if operation == "copy_entries" else _ITEMS
        body["sources"] = list(dict.fromkeys(_choose(each, sources) for each in body["sources"]))
        if "destination" in body:
            body["destination"] = _choose(body["destination"], _FOLDERS)


def _choose(value: str, existing: tuple[str, ...]) -> str:
    """Choose one of the existing values, the same one for values of the same length."""
    return value if value in existing else existing[len(value) % len(existing)]


def _convert_whole_floats(values: dict[str, Any]) -> None:
    """Convert floats such as 3.0, which are integers in JSON Schema, to integers for the URL."""
    for name, value in values.items():
        if isinstance(value, float) and value.is_integer():
            values[name] = int(value)


def _set_existing_resource(values: dict[str, Any], id_name: str, kinds: tuple[str, ...]) -> None:
    if values["resource_type"] not in kinds:
        values["resource_type"] = _choose(values["resource_type"], kinds)
        # The id can be a string.
        values[id_name] = int(values[id_name]) % 5 + 1


def _adjust_body(operation: str, body: Any) -> None:
    """Adjust values that depend on other values or on existing resources."""
    if not isinstance(body, dict):
        return
    if str(body.get("path", "")).startswith(("/project/", "/organization/")):
        # An absolute path names its project, and another one is rejected.
        body.pop("project", None)
    if operation == "assign_paths":
        for item in body["assignments"]:
            _set_existing_resource(item, "id", _IN_FOLDERS)
    if operation in _SPECIFICATIONS:
        name, count = _SPECIFICATIONS[operation]
        body[name] = 1 + body[name] % count
    if operation == "create_job" and body["workfloe"] % 2:
        # The parameters depend on the specification of the floe.
        body.pop("parameters", None)
    if operation == "create_upload":
        # Upload to one of the first files or shards, in few parts.
        body["resource_id"] = 1 + body["resource_id"] % 5
        body.update({name: 1 + body[name] % 9 for name in ("size", "part_size")})
        if body["resource_type"] == "shard":
            body["collection"] = 1 + body.get("collection", 0) % 3
        else:
            body.pop("collection", None)
    if operation == "create_molsearch_query":
        body["query_type"], body["parameters"] = "title", {"titles": ["aspirin"]}
