"""Puts the partial documents of openapi/ together into one, in a stable order."""

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
    """The contract cannot be used; the message is one line for a person."""


@dataclass(frozen=True)
class Contract:
    """The merged document, and the name of the file that each of its paths and components comes from."""

    document: dict[str, Any]
    origin: dict[str, str]

    def file_of(self, *keys: str) -> str:
        """Name of the file that holds the path or component with these keys, for example ("paths", "/x/")."""
        return self.origin.get("/".join(keys), HEAD)


class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars only (`no` and `on` stay text), no duplicate keys, no keys that are not text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and kind are PyYAML's

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag != "tag:yaml.org,2002:str":
                raise ContractError(f"line {line}: the key `{key_node.value}` is not text; put it in quotes")
            if key_node.value in seen:
                raise ContractError(f"line {line}: the key `{key_node.value}` stands twice in one mapping")
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def read_part(path: Path) -> dict[str, Any]:
    """Read one file of the contract."""
    try:
        part = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader  # nosec B506
    except ContractError as error:
        raise ContractError(f"openapi/{path.name}: {error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        words = " ".join(str(error).split())
        raise ContractError(f"openapi/{path.name}: not readable as YAML: {words}") from None
    if not isinstance(part, dict):
        raise ContractError(f"openapi/{path.name}: the file holds no mapping")
    return part


def merge(folder: Path) -> Contract:
    """Merge every *.yaml of the folder: common.yaml first, then by name; the order inside a file is kept."""
    files = sorted(folder.glob("*.yaml"), key=lambda path: (path.name != HEAD, path.name))
    if not files or files[0].name != HEAD:
        raise ContractError(f"{folder.name}/{HEAD} is missing; it holds the head of the document")
    document: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for path in files:
        part = read_part(path)
        for key, value in part.items():
            if key == "paths":
                _add(document, origin, ("paths",), value, path.name)
            elif key == "components":
                for kind, components in value.items():
                    _add(document, origin, ("components", kind), components, path.name)
            elif key in HEAD_ONLY and path.name == HEAD:
                document[key] = value
            else:
                raise ContractError(f"openapi/{path.name}: `{key}` may stand in no file but {HEAD}")
    contract = Contract(_paths_before_components(document), origin)
    _reject_duplicate_operations(contract)
    _reject_bad_references(contract)
    return contract


def walk(value: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value beneath `value` with the keys that lead to it, the value itself first."""
    yield where, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*where, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*where, str(index)))


def resolve(document: dict[str, Any], value: Any) -> Any:
    """Follow `$ref` to what it names."""
    while isinstance(value, dict) and "$ref" in value:
        target: Any = document
        for key in value["$ref"].removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def _add(document: dict[str, Any], origin: dict[str, str], keys: tuple[str, ...], values: Any, name: str) -> None:
    target = document
    for key in keys:
        target = target.setdefault(key, {})
    if not isinstance(values, dict):
        raise ContractError(f"openapi/{name}: {'/'.join(keys)} is no mapping")
    for key, value in values.items():
        if key in target:
            first = origin["/".join((*keys, key))]
            raise ContractError(f"openapi/{name}: {'/'.join(keys)} has `{key}`, which openapi/{first} has already")
        target[key] = value
        origin["/".join((*keys, key))] = name


def _paths_before_components(document: dict[str, Any]) -> dict[str, Any]:
    order = [*HEAD_ONLY, "paths", "components"]
    return {key: document[key] for key in order if key in document}


def _reject_duplicate_operations(contract: Contract) -> None:
    seen: dict[str, str] = {}
    for path, item in contract.document.get("paths", {}).items():
        for operation in item.values():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            file = contract.file_of("paths", path)
            if name is not None and name in seen:
                raise ContractError(f"openapi/{file}: operation `{name}` exists in openapi/{seen[name]} already")
            if name is not None:
                seen[name] = file


def _reject_bad_references(contract: Contract) -> None:
    for where, value in walk(contract.document):
        if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
            continue
        reference = value["$ref"]
        # A schema's reference stands below paths/<path> or components/<kind>/<name>.
        file = contract.file_of(*where[:2]) if where[0] == "paths" else contract.file_of(*where[:3])
        if not reference.startswith("#/components/"):
            raise ContractError(f"openapi/{file}: the reference `{reference}` is not local (#/components/...)")
        try:
            resolve(contract.document, value)
        except (KeyError, TypeError):
            raise ContractError(f"openapi/{file}: the reference `{reference}` names nothing") from None
