"""Checks the contract against the rules; each rule yields (keys, message, fix)."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any

from . import evidence, structure
from .facts import METHODS, Facts, get_media_types, is_binary, iter_operations
from .members import make_member_names
from .merge import Contract, Keys, resolve
from .names import RESERVED_CLASSES, RESERVED_PARAMETERS
from .schemas import get_types, iter_components, iter_parameters, iter_properties, iter_schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .problems import Problem

Violation = tuple[Keys, str, str]

VERBS = (
    "abort", "add", "archive", "assign", "cancel", "close", "complete", "copy", "create", "delete", "download",
    "export", "finalize", "get", "import", "leave", "list", "load", "move", "obtain", "open", "remove", "rename", "reset", "resolve",
    "restart", "restore", "revoke", "search", "share", "start", "stop", "unload", "unshare", "update", "upload",
)  # fmt: skip
RETRIES = ("read", "write", "create", "keyed")
PAGINGS = ("link", "stream")
BODIES = ("application/json", "application/octet-stream", "application/x-ndjson")
FORMATS = ("binary", "date-time", "double", "float", "int32", "int64", "uri-reference")
ROUTE = re.compile(r"(/([A-Za-z0-9._~-]+|\{[A-Za-z_][A-Za-z0-9_]*\}))+/?")
# Windows has no files of these names.
DEVICES = ("aux", "con", "nul", "prn")


def find_violations(contract: Contract) -> list[Problem]:
    """Find what violates a rule, except R14, which needs the parsed contract."""
    return [
        contract.make_problem(keys, f"R{index}", message, fix)
        for index, rule in RULES.items()
        for keys, message, fix in rule(contract)
    ]


def show(value: Any) -> str:
    """Show a value of the contract in a message."""
    return "missing" if value is None else f"`{value!s:.60}`"


def check_r1_operation_id(contract: Contract) -> Iterator[Violation]:
    """The operationId has the form verb_noun."""
    for facts in iter_operations(contract.document):
        if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", facts.id) or facts.id.split("_")[0] not in VERBS:
            fix = f"use the form verb_noun with one of the verbs {', '.join(VERBS)}"
            yield (*facts.keys, "operationId"), f"the operationId is {show(facts.id or None)}", fix


def check_r2_tag(contract: Contract) -> Iterator[Violation]:
    """Each operation has one tag, its resource type, which is the name of a package."""
    for facts in iter_operations(contract.document):
        tags = facts.data.get("tags", [])
        tag = str(tags[0]) if len(tags) == 1 else ""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", tag) or keyword.iskeyword(tag) or tag in DEVICES:
            fix = "set exactly one tag in lower case that is not a keyword of Python"
            yield (*facts.keys, "tags"), f"the tags are {show(', '.join(map(str, tags)) or None)}", fix


def check_r3_responses(contract: Contract) -> Iterator[Violation]:
    """No `default` response, at least one success, errors by reference."""
    for facts in iter_operations(contract.document):
        keys, responses = (*facts.keys, "responses"), facts.data.get("responses", {})
        for status, response in responses.items():
            if not re.fullmatch(r"[1-5][0-9][0-9]", status):
                yield (*keys, status), f"the response `{status}` is not a status", "replace it by explicit statuses"
            elif status[0] in "45" and not str(response.get("$ref", "")).startswith("#/components/responses/"):
                fix = "reference a shared response in components/responses"
                yield (*keys, status), f"the response {status} is not shared", fix
        if not any(status.startswith("2") for status in responses):
            yield keys, "no response is a success", "document a success status"


def check_r4_schema_names(contract: Contract) -> Iterator[Violation]:
    """Schema names do not break the generated code; R14 checks the names that are made from them."""
    for keys, _ in iter_components(contract, "schemas"):
        if keys[-1] in RESERVED_CLASSES:
            yield keys, "the generated code uses this name", "rename the schema"
        elif not re.fullmatch(r"([A-Z][a-z0-9]+)+", keys[-1]) or re.search(r"[0-9][a-z]", keys[-1]):
            fix = "use CamelCase, such as FileInfo, without a digit before a lower-case letter"
            yield keys, "the generator would change the name", fix


def check_r5_open_states(contract: Contract) -> Iterator[Violation]:
    """States are open strings with a list of known values."""
    fix = "make it `type: string` with `x-orion-known: [...]` and without `enum`"
    named = [(keys, schema) for keys, schema in iter_components(contract, "schemas") if keys[-1].endswith("State")]
    fields = [(keys, schema) for keys, schema in iter_properties(contract) if keys[-1] == "state"]
    for keys, given in named + fields:
        parts = given.get("allOf", [])
        schema = resolve(contract.document, parts[0] if len(parts) == 1 else given)
        if "enum" in schema or "string" not in get_types(schema) or "x-orion-known" not in schema:
            yield keys, "a state is not an open string", fix
    for keys, schema in iter_schemas(contract):
        if "x-orion-known" not in schema:
            continue
        known = schema["x-orion-known"]
        if not isinstance(known, list) or not known or not all(isinstance(value, str) and value for value in known):
            yield (*keys, "x-orion-known"), "`x-orion-known` is not a list of strings", "list at least one string"
        elif "enum" in schema or "string" not in get_types(schema):
            yield (*keys, "x-orion-known"), "`x-orion-known` is only valid for an open string", fix


def check_r6_required(contract: Contract) -> Iterator[Violation]:
    """`required` lists existing fields; null is a type."""
    for keys, schema in iter_schemas(contract):
        required = schema.get("required", [])
        for name in required:
            if name not in schema.get("properties", {}):
                fix = "add the property, or remove it from `required`"
                yield (*keys, "required"), f"`{name}` is required but not a property", fix
        if len(set(required)) < len(required) or ("required" in schema and not required):
            fix = "list each required field once, or remove `required`"
            yield (*keys, "required"), "`required` is empty or has a field twice", fix
        if "nullable" in schema:
            yield (*keys, "nullable"), "`nullable` is not OpenAPI 3.1", "replace it by `type: [..., 'null']`"


def check_r7_retry(contract: Contract) -> Iterator[Violation]:
    """Every operation declares when it can be retried."""
    for facts in iter_operations(contract.document):
        retry, keys = facts.data.get("x-orion-retry"), (*facts.keys, "x-orion-retry")
        if retry not in RETRIES:
            yield keys, f"`x-orion-retry` is {show(retry)}", f"set it to one of: {', '.join(RETRIES)}"
        elif (facts.method == "GET") != (retry == "read") and facts.method != "POST":
            fix = "use read" if facts.method == "GET" else "use write, create or keyed"
            yield keys, f"`x-orion-retry: {retry}` is not valid for {facts.method}", fix


def check_r8_paging(contract: Contract) -> Iterator[Violation]:
    """List operations declare their pagination."""
    for facts in iter_operations(contract.document):
        paging, keys = facts.data.get("x-orion-paging"), (*facts.keys, "x-orion-paging")
        listing = facts.id.startswith(("list_", "search_"))
        if (paging is not None or facts.id.startswith("list_")) and listing and paging not in PAGINGS:
            yield keys, f"`x-orion-paging` is {show(paging)}", f"set it to one of: {', '.join(PAGINGS)}"
        if paging is not None and not listing:
            yield keys, "`x-orion-paging` is only valid for list_ and search_ operations", "remove it"
        if paging == "link":
            page = get_media_types(contract.document, facts.data.get("responses", {}).get("200", {}))
            fields = page.get("application/json", {}).get("properties", {})
            if not {"next", "results"} <= set(fields):
                fix = "add the fields to the schema, or use `x-orion-paging: stream`"
                yield keys, "a page of `x-orion-paging: link` lacks `next` or `results`", fix
        if any(given.get("name") == "order_by" for given in facts.parameters) and not facts.orders:
            fix = "use `x-orion-paging: link` and a pattern of the form ^-?(id|name|created)$"
            yield (*facts.keys, "parameters"), "`order_by` does not list its values", fix


def check_r9_stream(contract: Contract) -> Iterator[Violation]:
    """Operations with a binary body declare its direction; others do not."""
    for facts in iter_operations(contract.document):
        body = facts.data.get("requestBody", {})
        sent = any(is_binary(schema) for schema in get_media_types(contract.document, body).values())
        responses = [response for status, response in facts.data.get("responses", {}).items() if status.startswith("2")]
        schemas = [schema for response in responses for schema in get_media_types(contract.document, response).values()]
        received = any(is_binary(schema) for schema in schemas)
        wanted = "upload" if sent else "download" if received else None
        keys = (*facts.keys, "x-orion-stream")
        if sent and received:
            yield keys, "both request and response are binary", "split the operation"
        elif facts.stream != wanted:
            fix = f"set `x-orion-stream: {wanted}`" if wanted else "remove it; no body is binary"
            yield keys, f"`x-orion-stream` is {show(facts.stream)}", fix


def check_r10_descriptions(contract: Contract) -> Iterator[Violation]:
    """Everything that becomes a docstring has a description."""
    for facts in iter_operations(contract.document):
        for key in ("summary", "description"):
            if not str(facts.data.get(key, "")).strip():
                yield (*facts.keys, key), f"no {key}", f"add a {key}"
        if str(facts.data.get("summary", "")).endswith("."):
            yield (*facts.keys, "summary"), "the summary ends with a full stop", "remove it"
        bodies: dict[Keys, Any] = {
            ("responses", status): response for status, response in facts.data.get("responses", {}).items()
        }
        if "requestBody" in facts.data:
            bodies["requestBody",] = facts.data["requestBody"]
        for keys, body in bodies.items():
            if not str(resolve(contract.document, body).get("description", "")).strip():
                yield (*facts.keys, *keys), f"{' '.join(keys)} has no description", "add a description"
    for keys, value in (*iter_parameters(contract), *iter_components(contract, "schemas"), *iter_properties(contract)):
        if not str(value.get("description", "")).strip():
            yield keys, "no description", "add a description, with the unit"


def check_r11_generatable(contract: Contract) -> Iterator[Violation]:
    """Nothing is used that the generators drop or get wrong."""
    yield from _check_routes(contract)
    for facts in iter_operations(contract.document):
        for keys, message, fix in _check_operation(contract, facts):
            yield (*facts.keys, *keys), message, fix
    yield from _check_parameters(contract)
    for keys, schema in iter_schemas(contract):
        is_component = len(keys) == 3 and keys[:2] == ("components", "schemas")
        is_object = "object" in get_types(schema) or "properties" in schema
        if not is_component and "$ref" not in schema and is_object:
            yield keys, "an object schema is inline", "move it to components/schemas and reference it"
        for key, message, fix in _check_schema(schema):
            yield (*keys, key), message, fix
        if set(get_types(schema)) == {"null"} and keys[-2] not in {"anyOf", "oneOf"}:
            yield (*keys, "type"), "the type is null alone", "add the type that a value has"
    for keys, schema in iter_properties(contract):
        if is_binary(schema):
            yield keys, "a field is binary", "use a binary body of its own operation"


def _check_schema(schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in ("oneOf", "anyOf"):
        if key in schema and (len(schema[key]) != 2 or {"type": "null"} not in schema[key]):
            yield key, f"`{key}` is only supported with one schema and null", "use one schema, optionally with null"
    if len(set(get_types(schema)) - {"null"}) > 1:
        yield "type", "several types are not supported", "set one type, optionally with null"
    if "array" in get_types(schema) and "items" not in schema:
        yield "items", "an array has no `items`", "add the schema of the items"
    if len(schema.get("allOf", ["one"])) != 1:
        yield "allOf", "`allOf` is only supported to override a description", "use one reference"
    if "format" in schema and schema["format"] not in FORMATS:
        yield "format", f"the format `{schema['format']}` is not supported", f"remove it, or use {', '.join(FORMATS)}"
    yield from _check_values(schema)


def _check_values(schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    values = [value for value in schema.get("enum", []) if value is not None]
    key = "enum" if "enum" in schema else "x-orion-known"
    values = values if "enum" in schema else schema.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        if key == "enum":
            yield key, "values of an enumeration are not strings", "use strings that are not empty"
        return
    names: dict[str, str] = {}
    for name, value in zip(make_member_names(values), values, strict=True):
        if name in names:
            message = f"`{names[name]}` and `{value}` have the same member name {name}"
            yield key, message, "list only one of them; values must differ in more than case and punctuation"
        names[name] = value


def _check_routes(contract: Contract) -> Iterator[Violation]:
    for route, item in contract.document.get("paths", {}).items():
        if not ROUTE.fullmatch(route):
            fix = "use ASCII letters, digits and ._~-, and parameters such as {file_id} as whole segments"
            yield ("paths", route), "the path is not supported", fix
        for key in item:
            if key not in METHODS:
                yield ("paths", route, key), f"`{key}` beside the operations is not supported", "move it into them"
    for facts in iter_operations(contract.document):
        declared = sorted(given["name"] for given in facts.parameters if given.get("in") == "path")
        if declared != sorted(re.findall(r"\{(.*?)\}", facts.route)):
            fix = "declare each parameter of the path once, with `in: path`"
            yield (*facts.keys, "parameters"), f"the path parameters are {show(', '.join(declared) or None)}", fix


def _check_operation(contract: Contract, facts: Facts) -> Iterator[Violation]:
    if "security" not in facts.data:
        yield ("security",), "no `security`", "set it to [{token: []}], or to [] for an operation without a token"
    if "requestBody" in facts.data:
        media = get_media_types(contract.document, facts.data["requestBody"])
        if len(media) != 1 or next(iter(media)) not in BODIES:
            message = f"the media types of the request body are {show(', '.join(media) or None)}"
            yield ("requestBody",), message, f"use exactly one of {', '.join(BODIES)}"
    contents = []
    for status, response in facts.data.get("responses", {}).items():
        if not status.startswith("2"):
            continue
        content = resolve(contract.document, response).get("content", {})
        contents.append(content)
        schema = next(iter(content.values())).get("schema", {}) if len(content) == 1 else {}
        names_object = "$ref" in schema and resolve(contract.document, schema).get("type") == "object"
        if content and not (is_binary(schema) or (names_object and "application/json" in content)):
            message = "the body of a success response is not supported"
            yield ("responses", status), message, "make it empty, binary, or JSON with a reference to an object"
        if content != contents[0]:
            message = "the success responses have different content"
            yield ("responses", status), message, "give all of them the same content"


def _check_parameters(contract: Contract) -> Iterator[Violation]:
    for keys, given in iter_parameters(contract):
        schema = resolve(contract.document, given.get("schema", {}))
        place = given.get("in")
        if "content" in given:
            yield (*keys, "content"), "`content` is not supported", "replace it by `schema`"
        for key in ("style", "explode", "allowReserved", "allowEmptyValue"):
            if key in given:
                yield (*keys, key), f"`{key}` is not supported", "remove it"
        if place == "cookie":
            yield (*keys, "in"), "cookie parameters are not supported", "use `in: header` or `in: query`"
        if place == "header" and (schema.get("type") != "string" or "format" in schema or "enum" in schema):
            yield (*keys, "schema"), "a header parameter is not a plain string", "use `type: string` alone"
        if given.get("name") in RESERVED_PARAMETERS:
            yield (*keys, "name"), "the generated function uses this name", "rename the parameter"
        if place == "path" and schema.get("type") not in {"integer", "string"}:
            yield (*keys, "schema"), "a path parameter has another type", "use `type: integer` or `type: string`"


def check_r13_links(contract: Contract) -> Iterator[Violation]:
    """Create operations link to a get operation, and all links are valid."""
    known = {facts.id: facts for facts in iter_operations(contract.document)}
    for facts in iter_operations(contract.document):
        for status, response in facts.data.get("responses", {}).items():
            keys = (*facts.keys, "responses", status)
            links = resolve(contract.document, response).get("links", {})
            targets = {name: resolve(contract.document, link) for name, link in links.items()}
            if status == "201" and not any(
                str(link.get("operationId")).startswith("get_") for link in targets.values()
            ):
                yield keys, "no link to a get_ operation", "link the response to the operation of the created resource"
            for name, link in targets.items():
                yield from _check_link((*keys, "links", name), link, known)


def _check_link(keys: Keys, link: dict[str, Any], known: dict[str, Facts]) -> Iterator[Violation]:
    target = known.get(str(link.get("operationId")))
    if target is None:
        message = f"the operation {show(link.get('operationId'))} of the link does not exist"
        yield (*keys, "operationId"), message, "use the operationId of a get_ operation"
        return
    given = link.get("parameters", {})
    names = {parameter["name"] for parameter in target.parameters}
    needed = {parameter["name"] for parameter in target.parameters if parameter.get("in") == "path"}
    for name in sorted(set(given) - names):
        message = f"the link to {target.id} has the unknown parameter `{name}`"
        yield (*keys, "parameters", name), message, f"use {', '.join(sorted(names)) or 'none'}"
    for name in sorted(needed - set(given)):
        yield (*keys, "parameters"), f"the link to {target.id} lacks the path parameter `{name}`", "add it"


RULES: dict[int, Callable[[Contract], Iterator[Violation]]] = {
    int(re.findall(r"\d+", name)[0]): rule
    for name, rule in {**globals(), **vars(structure), **vars(evidence)}.items()
    if name.startswith("check_r")
}
