"""Merges the partial documents of openapi/ into one document, in a stable order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = "common.yaml"
HEAD_ONLY = ("openapi", "info", "servers", "security", "tags", "externalDocs")


class ContractError(Exception):
    """The contract is not valid."""


@dataclass(frozen=True)
class Contract:
    """The merged document and the source file of each path and component."""

    document: dict[str, Any]
    origin: dict[str, str]

    def get_file(self, *keys: str) -> str:
        """Return the name of the file that defines a path or component, for example ("paths", "/x/")."""
        return self.origin.get("/".join(keys), HEAD)


class _Loader(yaml.SafeLoader):
    """Loader with YAML 1.2 scalars (`no` and `on` are strings) that rejects duplicate keys and keys that are not strings."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and type are PyYAML's

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag != "tag:yaml.org,2002:str":
                raise ContractError(f"line {line}: the key `{key_node.value}` is not a string; quote it")
            if key_node.value in seen:
                raise ContractError(f"line {line}: the key `{key_node.value}` is duplicated")
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def read_document(path: Path) -> dict[str, Any]:
    """Read a partial document of the contract."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader  # nosec B506
    except ContractError as error:
        raise ContractError(f"openapi/{path.name}: {error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = " ".join(str(error).split())
        raise ContractError(f"openapi/{path.name}: not valid YAML: {message}") from None
    if not isinstance(document, dict):
        raise ContractError(f"openapi/{path.name}: the document is not a mapping")
    return document


def merge(folder: Path) -> Contract:
    """Merge all *.yaml files of a directory: common.yaml first, then by name; the order within a file is preserved."""
    files = sorted(folder.glob("*.yaml"), key=lambda path: (path.name != HEAD, path.name))
    if not files or files[0].name != HEAD:
        raise ContractError(f"{folder.name}/{HEAD} not found; it must contain the head of the document")
    document: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for path in files:
        for key, value in read_document(path).items():
            if key == "paths":
                _merge_mapping(document, origin, ("paths",), value, path.name)
            elif key == "components":
                for kind, components in value.items():
                    _merge_mapping(document, origin, ("components", kind), components, path.name)
            elif key in HEAD_ONLY and path.name == HEAD:
                document[key] = value
            else:
                raise ContractError(f"openapi/{path.name}: `{key}` is only allowed in {HEAD}")
    contract = Contract(_sort_sections(document), origin)
    _reject_duplicate_operations(contract)
    _reject_bad_references(contract)
    return contract


def walk(value: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Iterate depth-first over a value and its nested values, each with the path of its keys."""
    yield where, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*where, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*where, str(index)))


def resolve(document: dict[str, Any], value: Any) -> Any:
    """Resolve a `$ref` to its target."""
    while isinstance(value, dict) and "$ref" in value:
        target: Any = document
        for key in value["$ref"].removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def _merge_mapping(
    document: dict[str, Any], origin: dict[str, str], keys: tuple[str, ...], values: Any, name: str
) -> None:
    target = document
    for key in keys:
        target = target.setdefault(key, {})
    if not isinstance(values, dict):
        raise ContractError(f"openapi/{name}: {'/'.join(keys)} is not a mapping")
    for key, value in values.items():
        if key in target:
            first = origin["/".join((*keys, key))]
            raise ContractError(f"openapi/{name}: {'/'.join(keys)}: `{key}` is already defined in openapi/{first}")
        target[key] = value
        origin["/".join((*keys, key))] = name


def _sort_sections(document: dict[str, Any]) -> dict[str, Any]:
    order = [*HEAD_ONLY, "paths", "components"]
    return {key: document[key] for key in order if key in document}


def _reject_duplicate_operations(contract: Contract) -> None:
    seen: dict[str, str] = {}
    for path, item in contract.document.get("paths", {}).items():
        for operation in item.values():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            file = contract.get_file("paths", path)
            if name is not None and name in seen:
                raise ContractError(f"openapi/{file}: operation `{name}` is already defined in openapi/{seen[name]}")
            if name is not None:
                seen[name] = file


def _reject_bad_references(contract: Contract) -> None:
    for where, value in walk(contract.document):
        if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
            continue
        reference = value["$ref"]
        # References are below paths/<path> or components/<kind>/<name>.
        file = contract.get_file(*where[:2]) if where[0] == "paths" else contract.get_file(*where[:3])
        if not reference.startswith("#/components/"):
            raise ContractError(f"openapi/{file}: reference `{reference}` is not local (#/components/...)")
        try:
            resolve(contract.document, value)
        except (KeyError, TypeError):
            raise ContractError(f"openapi/{file}: reference `{reference}` cannot be resolved") from None
