"""Turns the contract into what openapi-python-client needs: its document, its settings and the data it would drop."""

from __future__ import annotations

import builtins
import copy
import keyword
from typing import TYPE_CHECKING, Any

from .facts import is_binary, media_types, operations
from .merge import walk

if TYPE_CHECKING:
    from .facts import Facts

# It knows no line-wise JSON, and needs none: such bodies are bytes.
CONFIG = {"post_hooks": [], "content_type_overrides": {"application/x-ndjson": "application/octet-stream"}}

# openapi-python-client appends `_` to every builtin name; only these do harm inside a class body or a function.
KEEP_RENAMED = {
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "dict",
    "list",
    "tuple",
    "set",
    "object",
    "range",
    "classmethod",
}


def prepare_contract(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which open states are enumerations, so that a class is written for each."""
    result = copy.deepcopy(document)
    for _, value in list(walk(result)):
        if isinstance(value, dict) and isinstance(value.get("x-orion-known"), list):
            nullable = isinstance(value.get("type"), list) and "null" in value["type"]
            value["enum"] = [*value["x-orion-known"], None] if nullable else list(value["x-orion-known"])
    return result


def template_data(document: dict[str, Any]) -> str:
    """Text of the template `ops.jinja`: the facts that openapi-python-client does not hand to templates."""
    ops = {facts.id: _for_template(document, facts) for facts in operations(document)}
    names = (name for name in dir(builtins) if name.islower() and not keyword.iskeyword(name))
    renamed = {f"{name}_": name for name in names if name not in KEEP_RENAMED}
    free_form = [
        name
        for name, schema in document.get("components", {}).get("schemas", {}).items()
        if schema.get("type") == "object" and not schema.get("properties") and schema.get("additionalProperties", True)
    ]
    # A property that refers to a schema would show the description of that schema in place of its own.
    fields = {
        name: {field: inner.get("description", "") for field, inner in schema.get("properties", {}).items()}
        for name, schema in document.get("components", {}).get("schemas", {}).items()
    }
    secrets = {
        name: [field for field, inner in schema.get("properties", {}).items() if inner.get("x-orion-secret")]
        for name, schema in document.get("components", {}).get("schemas", {}).items()
    }
    values = {"ops": ops, "renamed": renamed, "free_form": free_form, "fields": fields, "secrets": secrets}
    return "".join(f"{{% set {name} = {value!r} %}}\n" for name, value in values.items())


def _for_template(document: dict[str, Any], facts: Facts) -> dict[str, Any]:
    responses = {status: facts.data["responses"][str(status)] for status in facts.success}
    media = {
        name: schema for response in responses.values() for name, schema in media_types(document, response).items()
    }
    kind = "empty"
    if media:
        kind = "binary" if any(is_binary(schema) for schema in media.values()) else "json"
    body = media_types(document, facts.data["requestBody"]) if "requestBody" in facts.data else {}
    return {
        "summary": facts.data["summary"],
        "description": facts.data["description"],
        "route": facts.route,
        "success": list(facts.success),
        "evidence": facts.data["x-orion-evidence"],
        "answer": kind,
        "returns": next(iter(responses.values()))["description"],
        "media_type": next(iter(body), ""),
        "body": facts.data.get("requestBody", {}).get("description", ""),
        "parameters": {f"{given['in']}:{given['name']}": given["description"] for given in facts.parameters},
    }
