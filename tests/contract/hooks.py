"""Teaches schemathesis what the contract cannot say: which bodies make sense, and values that depend on other values."""

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
_KINDS = (*_IN_FOLDERS, "secret", "job", "package")


def _package() -> bytes:
    manifest = b'{"name": "tools", "version": "1.0", "python_version": "3.11", "requirements": []}'
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        info = tarfile.TarInfo("manifest.json")
        info.size = len(manifest)
        archive.addfile(info, io.BytesIO(manifest))
    return made.getvalue()


_keys = itertools.count(1)
_values = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
_records = st.dictionaries(st.text(min_size=1, max_size=20), _values, max_size=4)

schemathesis.openapi.media_type(
    "application/octet-stream",
    st.sampled_from([*(text.encode() for text in _FILES), _package()]) | st.binary(max_size=200),
)
schemathesis.openapi.media_type(
    "application/x-ndjson",
    st.lists(_records, max_size=4).map(
        lambda records: "".join(f"{json.dumps(record)}\n" for record in records).encode()
    ),
)


@schemathesis.serializer("application/x-ndjson")
def _ndjson(context: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(context: Any, case: Any, **kwargs: Any) -> None:
    """Leave out of valid requests what only the server can make (cursors) or what must fit the body (digests).

    Keep what the run itself needs, too: its token and the projects of the seed, which are the first ones.
    """
    operation = case.operation.definition.raw.get("operationId")
    if operation == "delete_token" and str(case.path_parameters.get("token_id")) == "1":
        case.path_parameters["token_id"] = 2**40
    if (
        operation == "update_project"
        and isinstance(case.body, dict)
        and str(case.path_parameters.get("project_id")) in {"1", "2", "3"}
    ):
        case.body.pop("archived", None)
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and "Idempotency-Key" in case.headers:
        # The same key with another body is rejected, and two random requests are not one sent twice.
        case.headers["Idempotency-Key"] = f"key-{next(_keys)}"
    for container, name in ((case.query, "cursor"), (case.headers, "Content-Digest")):
        if container:
            container.pop(name, None)
    for values in (case.query, case.path_parameters):
        _write_whole(values or {})
    # Any text is the name of a kind, as far as the contract knows; of the low numbers some are there.
    if "resource_type" in (case.path_parameters or {}):
        _make_sense(case.path_parameters, "resource_id", _KINDS)
    _make_sensible(operation, case.body)


def _write_whole(values: dict[str, Any]) -> None:
    """To JSON Schema 3.0 is a whole number; whoever writes an address writes 3."""
    for name, value in values.items():
        if isinstance(value, float) and value.is_integer():
            values[name] = int(value)


def _make_sense(named: dict[str, Any], number: str, kinds: tuple[str, ...]) -> None:
    if named["resource_type"] not in kinds:
        named["resource_type"] = kinds[len(named["resource_type"]) % len(kinds)]
        # It may be the text of a number.
        named[number] = int(named[number]) % 5 + 1


def _make_sensible(operation: str, body: Any) -> None:
    """Values that depend on others, or on what is there."""
    if not isinstance(body, dict):
        return
    if operation == "assign_paths":
        for item in body["assignments"]:
            _make_sense(item, "id", _IN_FOLDERS)
    if operation == "create_job":
        # One of the floes that are there, mostly without parameters: those of a floe are in its specification.
        body["workfloe"] = 1 + body["workfloe"] % 8
        if body["workfloe"] % 2:
            body.pop("parameters", None)
    if operation == "create_upload":
        # Into one of the first files or shards, and in few parts.
        body["resource_id"] = 1 + body["resource_id"] % 5
        body["size"], body["part_size"] = 1 + body["size"] % 9, 1 + body["part_size"] % 9
        if body["resource_type"] == "shard":
            body["collection"] = 1 + body.get("collection", 0) % 3
        else:
            body.pop("collection", None)
    if operation == "create_molsearch_query":
        body["query_type"], body["parameters"] = "title", {"titles": ["aspirin"]}
