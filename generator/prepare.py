"""Prepares the input of openapi-python-client: document, configuration and template data."""

from __future__ import annotations

import builtins
import copy
import keyword
from typing import TYPE_CHECKING, Any

from .facts import get_media_types, is_binary, iter_operations
from .merge import walk

if TYPE_CHECKING:
    from .facts import Facts

# NDJSON is not supported by openapi-python-client; such bodies are bytes.
CONFIG = {"post_hooks": [], "content_type_overrides": {"application/x-ndjson": "application/octet-stream"}}

# openapi-python-client appends `_` to all names of builtins; only these would shadow a builtin that the generated code uses.
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
    """Return a copy of the document in which open states are enumerations, so that each gets a class."""
    result = copy.deepcopy(document)
    for _, value in list(walk(result)):
        if isinstance(value, dict) and isinstance(value.get("x-orion-known"), list):
            nullable = isinstance(value.get("type"), list) and "null" in value["type"]
            value["enum"] = [*value["x-orion-known"], None] if nullable else list(value["x-orion-known"])
    return result


def build_template_data(document: dict[str, Any]) -> str:
    """Render `ops.jinja`, which contains the data that openapi-python-client does not pass to templates."""
    ops = {facts.id: _build_operation_data(document, facts) for facts in iter_operations(document)}
    names = (name for name in dir(builtins) if name.islower() and not keyword.iskeyword(name))
    renamed = {f"{name}_": name for name in names if name not in KEEP_RENAMED}
    free_form = [
        name
        for name, schema in document.get("components", {}).get("schemas", {}).items()
        if schema.get("type") == "object" and not schema.get("properties") and schema.get("additionalProperties", True)
    ]
    # openapi-python-client replaces the description of a property with a `$ref` by that of the schema.
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


def _build_operation_data(document: dict[str, Any], facts: Facts) -> dict[str, Any]:
    responses = {status: facts.data["responses"][str(status)] for status in facts.success}
    media = {
        name: schema for response in responses.values() for name, schema in get_media_types(document, response).items()
    }
    kind = "empty"
    if media:
        kind = "binary" if any(is_binary(schema) for schema in media.values()) else "json"
    body = get_media_types(document, facts.data["requestBody"]) if "requestBody" in facts.data else {}
    return {
        "summary": facts.data["summary"],
        "description": facts.data["description"],
        "route": facts.route,
        "success": list(facts.success),
        "evidence": facts.data["x-orion-evidence"],
        "content": kind,
        "returns": next(iter(responses.values()))["description"],
        "media_type": next(iter(body), ""),
        "body": facts.data.get("requestBody", {}).get("description", ""),
        "parameters": {f"{given['in']}:{given['name']}": given["description"] for given in facts.parameters},
    }
