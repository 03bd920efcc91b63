"""Iterates over the components, parameters and schemas of the merged document, each with its path of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .facts import iter_operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .merge import Contract, Keys

Found = tuple["Keys", dict[str, Any]]


def iter_components(contract: Contract, kind: str) -> Iterator[Found]:
    """Iterate over the components of a kind."""
    for name, value in contract.document.get("components", {}).get(kind, {}).items():
        yield ("components", kind, name), value


def iter_parameters(contract: Contract) -> Iterator[Found]:
    """Iterate over shared and inline parameters."""
    yield from iter_components(contract, "parameters")
    for facts in iter_operations(contract.document):
        for index, given in enumerate(facts.data.get("parameters", ())):
            if "$ref" not in given:
                yield (*facts.keys, "parameters", str(index)), given


def iter_properties(contract: Contract) -> Iterator[Found]:
    """Iterate over the properties of the shared schemas."""
    for keys, schema in iter_components(contract, "schemas"):
        for name, value in schema.get("properties", {}).items():
            yield (*keys, "properties", name), value


def iter_schemas(contract: Contract) -> Iterator[Found]:
    """Iterate over all schemas, nested ones included."""
    for keys, schema in iter_root_schemas(contract):
        yield from _iter_nested(keys, schema)


def iter_root_schemas(contract: Contract) -> Iterator[Found]:
    """Iterate over shared schemas, and those of parameters, bodies and responses."""
    yield from iter_components(contract, "schemas")
    for keys, parameter in iter_parameters(contract):
        if "schema" in parameter:
            yield (*keys, "schema"), parameter["schema"]
    bodies = [(keys, body) for kind in ("responses", "requestBodies") for keys, body in iter_components(contract, kind)]
    for facts in iter_operations(contract.document):
        if "requestBody" in facts.data:
            bodies.append(((*facts.keys, "requestBody"), facts.data["requestBody"]))
        responses = facts.data.get("responses", {})
        bodies += [((*facts.keys, "responses", status), response) for status, response in responses.items()]
    for keys, body in bodies:
        for media, value in body.get("content", {}).items():
            if "schema" in value:
                yield (*keys, "content", media, "schema"), value["schema"]


def _iter_nested(keys: Keys, schema: Any) -> Iterator[Found]:
    if not isinstance(schema, dict):
        return
    yield keys, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _iter_nested((*keys, "properties", name), inner)
    for key in ("items", "additionalProperties"):
        yield from _iter_nested((*keys, key), schema.get(key))
    for key in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(key, ())):
            yield from _iter_nested((*keys, key, str(index)), inner)


def get_types(schema: dict[str, Any]) -> list[str]:
    """Return the types of a schema."""
    given = schema.get("type", [])
    return given if isinstance(given, list) else [given]
