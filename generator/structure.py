"""Checks keys and references of the contract (R15 to R19); each rule yields (keys, message, fix)."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from .facts import iter_operations
from .merge import walk
from .schemas import iter_parameters, iter_properties, iter_root_schemas, iter_schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .merge import Contract, Keys

    Violation = tuple[Keys, str, str]

# The keywords of schemas that the generators support, and the type of their values.
KEYWORDS: dict[str, tuple[type, ...]] = {
    "$ref": (str,), "additionalProperties": (bool, dict), "allOf": (list,), "anyOf": (list,), "default": (object,),
    "deprecated": (bool,), "description": (str,), "enum": (list,), "example": (object,), "examples": (list,),
    "exclusiveMaximum": (int, float), "exclusiveMinimum": (int, float), "format": (str,), "items": (dict,), "maxItems": (int,),
    "maxLength": (int,), "maximum": (int, float), "minItems": (int,), "minLength": (int,), "minimum": (int, float),
    "multipleOf": (int, float), "nullable": (bool,), "oneOf": (list,), "pattern": (str,), "properties": (dict,),
    "readOnly": (bool,), "required": (list,), "type": (str, list), "uniqueItems": (bool,), "writeOnly": (bool,),
}  # fmt: skip
# Where each extension is valid.
EXTENSIONS = {
    "x-orion-evidence": {"operation", "parameter", "property", "schema"},
    "x-orion-known": {"property", "schema"},
    "x-orion-paging": {"operation"},
    "x-orion-retry": {"operation"},
    "x-orion-secret": {"property"},
    "x-orion-source": {"operation", "parameter", "property", "schema"},
    "x-orion-sources": {"document"},
    "x-orion-stream": {"operation"},
}
# The keys of these mappings are names, and the values of these keys are data.
_MAPPINGS = {
    "callbacks", "content", "headers", "links", "parameters", "paths", "properties", "requestBodies", "responses", "schemas",
    "securitySchemes", "variables",
}  # fmt: skip
_DATA = {"default", "enum", "example", "examples", "security", "x-orion-known"}
_SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", re.ASCII)


def check_r15_keywords(contract: Contract) -> Iterator[Violation]:
    """Schemas use only keywords that the generators support, with values of their type."""
    for keys, schema in _iter_any_schemas(contract):
        if not isinstance(schema, dict):
            yield keys, f"the schema is {schema!r:.60}", "write a mapping such as `type: string`"
            continue
        for key, value in schema.items():
            if not key.startswith("x-") and key not in KEYWORDS:
                yield (*keys, key), f"the keyword `{key}` is not supported", _suggest(key, KEYWORDS)
            elif key in KEYWORDS and not _has_type(value, KEYWORDS[key]):
                names = " or ".join(kind.__name__ for kind in KEYWORDS[key])
                yield (*keys, key), f"`{key}` is {value!r:.60}", f"use a value of type {names}"
        if any(not isinstance(name, str) for name in (*_list(schema, "required"), *_list(schema, "type"))):
            yield keys, "`required` or `type` has an item that is not a string", "use strings"


def check_r16_extensions(contract: Contract) -> Iterator[Violation]:
    """Extensions are known, and stand where they have a meaning."""
    kinds: dict[Keys, str] = {(): "document", **{keys: "schema" for keys, _ in iter_schemas(contract)}}
    kinds |= {keys: "property" for keys, _ in iter_properties(contract)}
    kinds |= {keys: "parameter" for keys, _ in iter_parameters(contract)}
    kinds |= {facts.keys: "operation" for facts in iter_operations(contract.document)}
    for keys, value in _iter_extensions(contract.document, ()):
        allowed, kind = EXTENSIONS.get(keys[-1]), kinds.get(keys[:-1], "")
        if allowed is None:
            yield keys, f"the key `{keys[-1]}` is not known", _suggest(keys[-1], EXTENSIONS)
        elif kind not in allowed:
            fix = f"move it to a {' or '.join(sorted(allowed))}"
            yield keys, f"`{keys[-1]}` has no meaning at this level", fix
        elif keys[-1] == "x-orion-secret" and value is not True:
            yield keys, f"`x-orion-secret` is {value!r:.60}", "set it to true, or remove it"


def check_r17_security(contract: Contract) -> Iterator[Violation]:
    """Security requirements name schemes of components/securitySchemes."""
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    lists = {facts.keys: facts.data.get("security", []) for facts in iter_operations(contract.document)}
    lists[()] = contract.document.get("security", [])
    for keys, requirements in lists.items():
        for index, requirement in enumerate(requirements):
            for name in requirement:
                if name not in schemes:
                    message = f"the security scheme `{name}` does not exist"
                    yield (*keys, "security", str(index), name), message, _suggest(name, schemes)


def check_r18_version(contract: Contract) -> Iterator[Violation]:
    """The version of the contract is a semantic version."""
    version = contract.document["info"]["version"]
    if not _SEMANTIC.fullmatch(version):
        message = f"the version `{version}` is not a semantic version"
        yield ("info", "version"), message, "use MAJOR.MINOR.PATCH, such as 1.2.0"


def check_r19_unused(contract: Contract) -> Iterator[Violation]:
    """Each component is referenced, directly or by another component, from a path."""
    components = contract.document.get("components", {})
    found: set[tuple[str, ...]] = set()
    waiting: list[Any] = [contract.document.get("paths", {})]
    while waiting:
        for _, value in walk(waiting.pop()):
            reference = value.get("$ref") if isinstance(value, dict) else None
            target = tuple(reference.split("/")[2:4]) if isinstance(reference, str) else ()
            if len(target) == 2 and target not in found:
                found.add(target)
                waiting.append(components[target[0]][target[1]])
    requirements = [one for facts in iter_operations(contract.document) for one in facts.data.get("security", [])]
    requirements += contract.document.get("security", [])
    found |= {("securitySchemes", name) for requirement in requirements for name in requirement}
    for kind, values in components.items():
        for name in values:
            if (kind, name) not in found:
                yield ("components", kind, name), "the component is not used", "reference it, or remove it"


def _suggest(name: str, known: Iterable[str]) -> str:
    closest = difflib.get_close_matches(name, known, 1)
    return (
        f"remove it; did you mean `{closest[0]}`?" if closest else f"use one of: {', '.join(sorted(known)) or 'none'}"
    )


def _has_type(value: Any, kinds: tuple[type, ...]) -> bool:
    return object in kinds or (isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)))


def _list(schema: dict[str, Any], key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _iter_any_schemas(contract: Contract) -> Iterator[tuple[Keys, Any]]:
    """Iterate over the schemas before their structure is known to be valid."""
    waiting: list[tuple[Keys, Any]] = list(iter_root_schemas(contract))
    while waiting:
        keys, schema = waiting.pop()
        yield keys, schema
        if isinstance(schema, dict):
            inner = [key for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
            waiting += [((*keys, key), schema[key]) for key in inner]
            properties = schema.get("properties")
            if isinstance(properties, dict):
                waiting += [((*keys, "properties", name), value) for name, value in properties.items()]
            for key in ("allOf", "anyOf", "oneOf"):
                waiting += [((*keys, key, str(index)), value) for index, value in enumerate(_list(schema, key))]


def _iter_extensions(value: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _iter_extensions(inner, (*keys, str(index)))
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key.startswith("x-"):
                yield (*keys, key), inner
            elif key in _MAPPINGS and isinstance(inner, dict):
                for name, each in inner.items():
                    yield from _iter_extensions(each, (*keys, key, name))
            elif key not in _DATA:
                yield from _iter_extensions(inner, (*keys, key))
