"""Merges the partial documents of openapi/ into one document, in a stable order, with the line of each part."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from .problems import ContractError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Keys = tuple[str, ...]

HEAD = "common.yaml"
HEAD_ONLY = ("openapi", "info", "servers", "security", "tags", "externalDocs", "x-orion-sources")
_TAG = "tag:yaml.org,2002:"
_FORMAT_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True)
class Contract:
    """The merged document, and the file and line of each part by its path of keys."""

    document: dict[str, Any]
    places: dict[Keys, tuple[str, int]]

    def make_problem(self, keys: Keys, rule: str, message: str, fix: str) -> Problem:
        """Make a problem at the path of keys, or at its nearest parent that is in a file."""
        found = next(keys[:end] for end in range(len(keys), -1, -1) if keys[:end] in self.places)
        return Problem(*self.places[found], rule, f"{self.describe(keys)}: {message}", fix)

    def describe(self, keys: Keys) -> str:
        """Describe a path of keys: `list_files, parameter limit` or `FileInfo.size`, otherwise the keys."""
        if keys[:1] == ("paths",) and len(keys) > 2:
            item = self.document["paths"][keys[1]]
            data = item.get(keys[2]) if isinstance(item, dict) else None
            name = data.get("operationId") if isinstance(data, dict) else None
            parameter = self._get_parameter_name(keys)
            return f"{name or f'{keys[2].upper()} {keys[1]}'}{f', parameter {parameter}' if parameter else ''}"
        if keys[:2] == ("components", "schemas") and len(keys) > 2:
            # In `properties`, `size`, `items`, `enum`, only the second is the name of a property.
            names = [name for key, name in itertools.pairwise(keys[3:]) if key == "properties"]
            return ".".join((keys[2], *names))
        if keys[:1] == ("components",) and len(keys) > 2:
            return f"{keys[1].rstrip('s')} {keys[2]}"
        return ".".join(keys) or "document"

    def _get_parameter_name(self, keys: Keys) -> str | None:
        if keys[3:4] != ("parameters",) or len(keys) < 5:
            return None
        given = self.document["paths"][keys[1]][keys[2]]["parameters"][int(keys[4])]
        return given.get("name") if isinstance(given, dict) else None


class _Loader(yaml.SafeLoader):
    """Loader with YAML 1.2 scalars: `no` and `on` are strings."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and type are PyYAML's


for _name, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(_pattern), _first)


class _File:
    """Reads one file of the contract."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"{path.resolve().parent.name}/{path.name}"
        self.places: dict[Keys, tuple[str, int]] = {}
        self._problems: list[Problem] = []

    def read(self) -> dict[str, Any]:
        """Read the partial document; `places` has its lines afterwards.

        Raises:
            ContractError: If it is not valid YAML, or uses more of YAML than JSON has.
        """
        try:
            content = self._path.read_bytes()
            source = content.decode()
        except OSError as error:
            raise self._error(1, f"cannot be read: {error.strerror}", "make it a readable file") from None
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise self._error(line, f"not UTF-8: byte 0x{content[error.start]:02x}", "save it as UTF-8") from None
        try:
            loader = _Loader(source)
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise self._error(1, "the document is not a mapping", "start with `paths:` or `components:`")
            self._check(loader, node, (), frozenset())
            if self._problems:
                raise ContractError(self._problems)
            document: dict[str, Any] = loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._error(mark.line + 1 if mark else 1, f"not valid YAML: {error.problem}", "correct it") from None
        except yaml.reader.ReaderError as error:
            line = source.count("\n", 0, error.position) + 1
            raise self._error(line, f"not valid YAML: character {error.character:#x}", "remove it") from None
        except RecursionError:
            raise self._error(1, "the document is nested too deeply", "use references") from None
        return document

    def _error(self, line: int, message: str, fix: str) -> ContractError:
        return ContractError([Problem(self.name, line, "YAML", message, fix)])

    def _check(self, loader: _Loader, node: yaml.Node, keys: Keys, parents: frozenset[yaml.Node]) -> None:
        """Record the lines of a node and its children, and find what JSON does not have."""
        line = node.start_mark.line + 1
        self.places.setdefault(keys, (self.name, line))
        if node in parents:
            self._add(line, "an alias contains itself", "write the value out")
        elif isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            for key, value in node.value:
                self._check_key(key, (*keys, str(key.value)))
                self._check(loader, value, (*keys, str(key.value)), parents | {node})
        elif isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            for index, value in enumerate(node.value):
                self._check(loader, value, (*keys, str(index)), parents | {node})
        elif isinstance(node, yaml.ScalarNode):
            self._check_scalar(loader, node)
        else:
            self._add(line, f"the tag {node.tag} is not supported", "remove the tag")

    def _check_key(self, key: yaml.Node, keys: Keys) -> None:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_TAG}str":
            self._add(line, f"the key `{keys[-1]}` is not a string", "quote it")
        elif keys in self.places:
            self._add(line, f"the key `{keys[-1]}` is duplicated", "remove one of them")
        else:
            self._check_characters(key)
        self.places[keys] = (self.name, line)

    def _check_scalar(self, loader: _Loader, node: yaml.ScalarNode) -> None:
        line = node.start_mark.line + 1
        if node.tag == f"{_TAG}str":
            self._check_characters(node)
        elif node.style is not None or node.tag != loader.resolve(yaml.ScalarNode, node.value, (True, False)):  # type: ignore[no-untyped-call]
            self._add(line, f"`{node.value}` has the tag {node.tag}", "remove the tag")
        elif node.tag in {f"{_TAG}int", f"{_TAG}float"} and not math.isfinite(float(node.value)):
            self._add(line, f"the value `{node.value:.20}` is too large", "use a number that JSON can hold")
        elif node.tag == f"{_TAG}int" and len(node.value) > 20:
            self._add(line, f"the integer `{node.value:.20}` is too large", "use at most 64 bits")

    def _check_characters(self, node: yaml.ScalarNode) -> None:
        """Join pairs of surrogates, which JSON uses for characters beyond U+FFFF; find characters that source code cannot hold."""
        line = node.start_mark.line + 1
        try:
            node.value = node.value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._add(line, "half of a surrogate pair", "write the character itself, or both halves")
            return
        for character in node.value:
            if (unicodedata.category(character) == "Cc" and character not in "\n\t") or character in _FORMAT_CONTROLS:
                self._add(line, f"the control character U+{ord(character):04X}", "remove it")

    def _add(self, line: int, message: str, fix: str) -> None:
        self._problems.append(Problem(self.name, line, "YAML", message, fix))


def merge(folder: Path) -> Contract:
    """Merge all *.yaml files of a directory: common.yaml first, then by name; the order within a file is preserved."""
    files = [_File(path) for path in sorted(folder.glob("*.yaml"), key=lambda path: (path.name != HEAD, path.name))]
    head = f"{folder.resolve().name}/{HEAD}"
    if not files or files[0].name != head:
        raise ContractError([Problem(head, 1, "MERGE", "not found", "add it with the head of the document")])
    merged = _Merged()
    for file in files:
        merged.add(file)
    order = [*HEAD_ONLY, "paths", "components"]
    contract = Contract({key: merged.document[key] for key in order if key in merged.document}, merged.places)
    problems = [*merged.problems, *_find_duplicate_operations(contract), *_find_bad_references(contract)]
    if problems:
        raise ContractError(problems)
    return contract


class _Merged:
    """The document so far, and what could not be added to it."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self.places: dict[Keys, tuple[str, int]] = {}
        self.problems: list[Problem] = []

    def add(self, file: _File) -> None:
        for key, value in file.read().items():
            if key == "paths":
                self._add_entries(file, (key,), value)
            elif key == "components" and isinstance(value, dict):
                for kind, components in value.items():
                    self._add_entries(file, (key, kind), components)
            elif key in HEAD_ONLY and file.name.endswith(f"/{HEAD}"):
                self.document[key] = value
            elif key == "components":
                self._add_problem(file, (key,), "`components` is not a mapping", "make it a mapping")
            else:
                allowed = f"only allowed in {HEAD}" if key in HEAD_ONLY else "not known"
                fix = f"move it to {HEAD}" if key in HEAD_ONLY else "use paths and components"
                self._add_problem(file, (key,), f"`{key}` is {allowed}", fix)
        self.places = file.places | self.places

    def _add_entries(self, file: _File, keys: Keys, values: Any) -> None:
        if not isinstance(values, dict):
            self._add_problem(file, keys, f"`{'/'.join(keys)}` is not a mapping", "make it a mapping")
            return
        target = self.document
        for key in keys:
            target = target.setdefault(key, {})
        for key, value in values.items():
            if key in target:
                first = self.places[*keys, key]
                message = f"{'/'.join(keys)}: `{key}` is already defined in {first[0]}:{first[1]}"
                self._add_problem(file, (*keys, key), message, "rename or remove one of them")
            else:
                target[key] = value

    def _add_problem(self, file: _File, keys: Keys, message: str, fix: str) -> None:
        self.problems.append(Problem(*file.places[keys], "MERGE", message, fix))


def walk(value: Any, where: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Iterate depth-first over a value and its nested values, each with the path of its keys."""
    yield where, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*where, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*where, str(index)))


def resolve(document: dict[str, Any], value: Any) -> Any:
    """Resolve a `$ref` to its target.

    Raises:
        LookupError: If the target does not exist, or is a reference to itself.
    """
    seen = set()
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        if value["$ref"] in seen:
            raise LookupError("a reference to itself")
        seen.add(value["$ref"])
        target: Any = document
        for key in value["$ref"].removeprefix("#/").split("/"):
            if not isinstance(target, dict):
                raise LookupError("no target")  # noqa: TRY004 - as for a missing key
            target = target[key.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def _find_duplicate_operations(contract: Contract) -> Iterator[Problem]:
    seen: dict[str, Keys] = {}
    for route, item in contract.document.get("paths", {}).items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            keys = ("paths", route, method, "operationId")
            if isinstance(name, str) and name in seen:
                file, line = contract.places[seen[name]]
                message = f"the operation is already defined in {file}:{line}"
                yield contract.make_problem(keys, "MERGE", message, "use another operationId")
            elif isinstance(name, str):
                seen[name] = keys


def _find_bad_references(contract: Contract) -> Iterator[Problem]:
    for keys, value in walk(contract.document):
        if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
            continue
        reference = value["$ref"]
        if not reference.startswith("#/components/"):
            message = f"reference `{reference}` is not local"
            yield contract.make_problem((*keys, "$ref"), "MERGE", message, "start it with #/components/")
            continue
        try:
            resolve(contract.document, value)
        except LookupError:
            message = f"reference `{reference}` cannot be resolved"
            yield contract.make_problem((*keys, "$ref"), "MERGE", message, "define the component, or correct the name")
