"""The operations of the OpenAPI contract, one `Operation` per path and method with references resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]

METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class ContractParameter:
    """A parameter of an operation, in the path, the query or a header."""

    name: str
    where: str
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the contract: one path and method."""

    id: str
    tag: str
    method: str
    path: str
    parameters: tuple[ContractParameter, ...]
    needs_token: bool
    success: int
    success_media: str | None
    statuses: frozenset[int]
    stream: str | None = None
    body_media: str | None = None
    body_model: str | None = None

    def parameters_in(self, where: str) -> list[ContractParameter]:
        """Return the parameters in one location (`path`, `query` or `header`)."""
        return [parameter for parameter in self.parameters if parameter.where == where]


def resolve(document: Document, value: Any) -> Any:
    """Follow a local reference; other values are returned unchanged."""
    while isinstance(value, Mapping) and "$ref" in value:
        target: Any = document
        for part in str(value["$ref"]).removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


def read_operations(document: Document) -> list[Operation]:
    """Return every operation of the merged document."""
    return [
        _read_operation(document, path, method, item)
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def _read_operation(document: Document, path: str, method: str, item: Mapping[str, Any]) -> Operation:
    source = item[method]
    listed = [*item.get("parameters", ()), *source.get("parameters", ())]
    success = next(int(status) for status in source["responses"] if status.startswith("2"))
    response = resolve(document, source["responses"][str(success)])
    media, reference = _read_body(resolve(document, source.get("requestBody") or {}))
    return Operation(
        id=source["operationId"],
        tag=source["tags"][0],
        method=method.upper(),
        path=path,
        parameters=tuple(_read_parameter(document, parameter) for parameter in listed),
        needs_token=bool(source.get("security", document.get("security"))),
        success=success,
        success_media=next(iter(response.get("content", {})), None),
        statuses=frozenset(int(status) for status in source["responses"]),
        stream=source.get("x-orion-stream"),
        body_media=media,
        body_model=reference.rsplit("/", 1)[-1] if reference else None,
    )


def _read_body(source: Mapping[str, Any]) -> tuple[str | None, str | None]:
    for media, content in source.get("content", {}).items():
        return media, content["schema"].get("$ref")
    return None, None


def _read_parameter(document: Document, source: Any) -> ContractParameter:
    parameter = resolve(document, source)
    return ContractParameter(
        name=parameter["name"],
        where=parameter["in"],
        required=bool(parameter.get("required")),
        schema=resolve(document, parameter["schema"]),
    )
