"""Checks the contract against the rules R1 to R13; each rule yields (file, location, fix)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .facts import METHODS, Facts, get_media_types, is_binary, iter_operations
from .merge import Contract, resolve, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Violation = tuple[str, str, str]

VERBS = (
    "abort", "add", "archive", "assign", "cancel", "close", "complete", "copy", "create", "delete", "download",
    "export", "finalize", "get", "import", "list", "move", "obtain", "open", "remove", "rename", "reset", "resolve", "restart",
    "restore", "revoke", "search", "share", "start", "stop", "unshare", "update", "upload",
)  # fmt: skip
# Names that the generated modules import or define; a schema of that name would clash with them.
RESERVED_SCHEMAS = (
    "Any", "AsyncPayload", "AsyncRawResponse", "AsyncSender", "AuthenticatedClient", "Client", "Content", "Error",
    "Json", "Mapping", "Operation", "Payload", "RawResponse", "Request", "Response", "Self", "Sender",
    "Sequence", "UUID", "Unset",
)  # fmt: skip
RESERVED_FIELDS = frozenset({"to_dict", "from_dict", "additional_properties"})
RESERVED_PARAMETERS = frozenset({"body", "client"})
RETRIES = ("read", "write", "create", "keyed")
PAGINGS = ("link", "stream")
EVIDENCE = ("documented", "listed", "observed", "assumed")
BODIES = ("application/json", "application/octet-stream", "application/x-ndjson")


def find_violations(contract: Contract) -> list[str]:
    """Return all violations, one line each, ordered by file and rule."""
    lines = []
    for index, rule in enumerate(RULES, start=1):
        lines += [(file, index, f"openapi/{file}: R{index} {where}: {fix}") for file, where, fix in rule(contract)]
    return [line for _, _, line in sorted(lines, key=lambda item: item[:2])]


# ---------------------------------------------------------------- iteration over the document


def _iter_operations(contract: Contract) -> Iterator[tuple[str, str, Facts]]:
    for facts in iter_operations(contract.document):
        yield contract.get_file("paths", facts.route), facts.id or f"{facts.method} {facts.route}", facts


def _iter_components(contract: Contract, kind: str) -> Iterator[tuple[str, str, Any]]:
    for name, value in contract.document.get("components", {}).get(kind, {}).items():
        yield contract.get_file("components", kind, name), name, value


def _iter_parameters(contract: Contract) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file, name, value in _iter_components(contract, "parameters"):
        yield file, f"parameter {name}", value
    for file, name, facts in _iter_operations(contract):
        for given in facts.data.get("parameters", ()):
            if "$ref" not in given:
                yield file, f"{name}, parameter {given.get('name')}", given


def _iter_properties(contract: Contract) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for file, name, schema in _iter_components(contract, "schemas"):
        for field, value in schema.get("properties", {}).items():
            yield file, f"{name}.{field}", field, value


def _iter_schemas(contract: Contract) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
    """Iterate over all schemas, nested ones included, and whether each is a component."""
    roots = [(file, name, schema) for file, name, schema in _iter_components(contract, "schemas")]
    for file, where, parameter in _iter_parameters(contract):
        roots.append((file, where, {"items": parameter.get("schema", {})}))
    for file, name, facts in _iter_operations(contract):
        bodies = [facts.data.get("requestBody", {}), *facts.data.get("responses", {}).values()]
        contents = [media for body in bodies for media in body.get("content", {}).values()]
        roots += [(file, name, {"items": media.get("schema", {})}) for media in contents]
    for file, name, response in _iter_components(contract, "responses"):
        roots += [(file, name, {"items": media.get("schema", {})}) for media in response.get("content", {}).values()]
    for file, where, root in roots:
        named = root.get("type") == "object" or "properties" in root
        for keys, value in walk(root):
            # Names of properties are not keywords, and examples are data.
            inner = not keys or keys[-1] in {"items", "additionalProperties"} or _is_schema_key(keys)
            if isinstance(value, dict) and inner and not {"x-orion-known", "example", "default"} & set(keys):
                label = ".".join((where, *(key for key in keys if key not in {"properties", "items"})))
                yield file, label, named and not keys, value


def _is_schema_key(keys: tuple[str, ...]) -> bool:
    return len(keys) > 1 and keys[-2] in {"properties", "allOf", "anyOf", "oneOf"}


def _get_types(schema: dict[str, Any]) -> list[str]:
    given = schema.get("type", [])
    return given if isinstance(given, list) else [given]


# ---------------------------------------------------------------- the rules


def check_r1_operation_id(contract: Contract) -> Iterator[Violation]:
    """The operationId has the form verb_noun."""
    for file, where, facts in _iter_operations(contract):
        if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", facts.id) or facts.id.split("_")[0] not in VERBS:
            yield file, where, f"use an operationId of the form verb_noun with one of the verbs {', '.join(VERBS)}"


def check_r2_tag(contract: Contract) -> Iterator[Violation]:
    """Each operation has one tag, its resource type."""
    for file, where, facts in _iter_operations(contract):
        tags = facts.data.get("tags", [])
        if len(tags) != 1 or not re.fullmatch(r"[a-z][a-z0-9_]*", str(tags[0])):
            yield file, where, "set exactly one tag in lower case"


def check_r3_responses(contract: Contract) -> Iterator[Violation]:
    """No `default` response, at least one success, errors by reference."""
    for file, where, facts in _iter_operations(contract):
        responses = facts.data.get("responses", {})
        for status, response in responses.items():
            if not re.fullmatch(r"[1-5][0-9][0-9]", status):
                yield file, where, f"replace the response `{status}` by explicit statuses"
            elif status[0] in "45" and not str(response.get("$ref", "")).startswith("#/components/responses/"):
                yield file, where, f"reference a shared response for {status}"
        if not any(status.startswith("2") for status in responses):
            yield file, where, "document a success status"


def check_r4_schema_names(contract: Contract) -> Iterator[Violation]:
    """Schema names do not break the generated code."""
    for file, name, _ in _iter_components(contract, "schemas"):
        if name in RESERVED_SCHEMAS:
            yield file, name, "rename the schema; the generated code reserves this name"
        elif not re.fullmatch(r"([A-Z][a-z0-9]+)+", name):
            yield file, name, "use CamelCase, such as FileInfo; other names are changed by the generator"


def check_r5_open_states(contract: Contract) -> Iterator[Violation]:
    """States are open strings with a list of known values."""
    named = [
        (file, name, schema) for file, name, schema in _iter_components(contract, "schemas") if name.endswith("State")
    ]
    fields = [(file, where, schema) for file, where, field, schema in _iter_properties(contract) if field == "state"]
    for file, where, given in named + fields:
        parts = given.get("allOf", [])
        schema = resolve(contract.document, parts[0] if len(parts) == 1 else given)
        known = schema.get("x-orion-known")
        listed = isinstance(known, list) and known and all(isinstance(value, str) for value in known)
        if "enum" in schema or "string" not in _get_types(schema) or not listed:
            yield file, where, "make it `type: string` with `x-orion-known: [...]` and without `enum`"


def check_r6_required(contract: Contract) -> Iterator[Violation]:
    """`required` lists existing fields; null is a type."""
    for file, where, _, schema in _iter_schemas(contract):
        required = schema.get("required", [])
        if not isinstance(required, list):
            continue
        for name in required:
            if name not in schema.get("properties", {}):
                yield file, where, f"`{name}` is required but not a property"
        if len(set(required)) < len(required) or ("required" in schema and not required):
            yield file, where, "list each required field once, or remove `required`"
        if "nullable" in schema:
            yield file, where, "replace `nullable` by `type: [..., 'null']`"


def check_r7_retry(contract: Contract) -> Iterator[Violation]:
    """Every operation declares when it can be retried."""
    for file, where, facts in _iter_operations(contract):
        retry = facts.data.get("x-orion-retry")
        if retry not in RETRIES:
            yield file, where, f"set `x-orion-retry` to one of: {', '.join(RETRIES)}"
        elif (facts.method == "GET") != (retry == "read") and facts.method != "POST":
            yield file, where, f"`x-orion-retry: {retry}` is not valid for {facts.method}"


def check_r8_paging(contract: Contract) -> Iterator[Violation]:
    """List operations declare their pagination."""
    for file, where, facts in _iter_operations(contract):
        paging = facts.data.get("x-orion-paging")
        if facts.id.startswith("list_") and paging not in PAGINGS:
            yield file, where, f"set `x-orion-paging` to one of: {', '.join(PAGINGS)}"
        if paging is not None and not facts.id.startswith(("list_", "search_")):
            yield file, where, "remove `x-orion-paging`; it is only valid for list_ and search_ operations"
        if paging == "link":
            page = get_media_types(contract.document, facts.data.get("responses", {}).get("200", {}))
            fields = page.get("application/json", {}).get("properties", {})
            if not {"next", "results"} <= set(fields):
                yield file, where, "a page of `x-orion-paging: link` must have the fields `next` and `results`"


def check_r9_stream(contract: Contract) -> Iterator[Violation]:
    """Operations with a binary body declare its direction; others do not."""
    for file, where, facts in _iter_operations(contract):
        body = facts.data.get("requestBody", {})
        sent = any(is_binary(schema) for schema in get_media_types(contract.document, body).values())
        responses = [response for status, response in facts.data.get("responses", {}).items() if status.startswith("2")]
        schemas = [schema for response in responses for schema in get_media_types(contract.document, response).values()]
        received = any(is_binary(schema) for schema in schemas)
        wanted = "upload" if sent else "download" if received else None
        if sent and received:
            yield file, where, "split the operation; both request and response are binary"
        elif facts.stream != wanted:
            yield (
                file,
                where,
                f"set `x-orion-stream: {wanted}`" if wanted else "remove `x-orion-stream`; no body is binary",
            )


def check_r10_descriptions(contract: Contract) -> Iterator[Violation]:
    """Everything that becomes a docstring has a description."""
    for file, where, facts in _iter_operations(contract):
        for key in ("summary", "description"):
            if not str(facts.data.get(key, "")).strip():
                yield file, where, f"add a {key}"
        if str(facts.data.get("summary", "")).endswith("."):
            yield file, where, "remove the full stop of the summary"
        bodies = {f"the response {status}": response for status, response in facts.data.get("responses", {}).items()}
        if "requestBody" in facts.data:
            bodies["the request body"] = facts.data["requestBody"]
        for name, body in bodies.items():
            if not resolve(contract.document, body).get("description"):
                yield file, where, f"describe {name}"
    described = [*_iter_parameters(contract), *_iter_components(contract, "schemas")]
    described += [(file, where, schema) for file, where, _, schema in _iter_properties(contract)]
    for file, where, value in described:
        if not value.get("description"):
            yield file, where, "add a description, with the unit"


def check_r11_generatable(contract: Contract) -> Iterator[Violation]:
    """Nothing is used that the generators drop or get wrong."""
    yield from _check_operations(contract)
    yield from _check_parameters(contract)
    for file, where, alone, schema in _iter_schemas(contract):
        if not alone and "$ref" not in schema and ("object" in _get_types(schema) or "properties" in schema):
            yield file, where, "move the object to components/schemas and reference it"
        for what in _check_schema(schema):
            yield file, where, what
    for file, where, field, schema in _iter_properties(contract):
        if field in RESERVED_FIELDS:
            yield file, where, "rename the field; the generated class reserves this name"
        if is_binary(schema):
            yield file, where, "a field cannot be binary; only a whole body can"


def _check_schema(schema: dict[str, Any]) -> Iterator[str]:
    for key in ("oneOf", "anyOf"):
        if key in schema and (len(schema[key]) != 2 or {"type": "null"} not in schema[key]):
            yield f"`{key}` is only allowed with one schema and null"
    if len(set(_get_types(schema)) - {"null"}) > 1:
        yield "set one type, optionally with null"
    if len(schema.get("allOf", ["one"])) != 1:
        yield "`allOf` is only allowed with one reference, to override its description"
    if schema.get("format") in {"date", "uuid"}:
        yield f"remove the format `{schema['format']}`; it is not supported"
    if "discriminator" in schema:
        yield "remove `discriminator`; it is ignored"
    values = [value for value in schema.get("enum", []) if value is not None]
    if any(not isinstance(value, str) for value in values):
        yield "enumeration values must be strings"
    elif len({value.lower() for value in values}) < len(values):
        yield "enumeration values must differ in more than case"


def _check_operations(contract: Contract) -> Iterator[Violation]:
    for route, item in contract.document.get("paths", {}).items():
        for key in item:
            if key not in METHODS:
                yield contract.get_file("paths", route), route, f"move `{key}` into the operations"
    for file, where, facts in _iter_operations(contract):
        for what in _check_operation(contract, facts):
            yield file, where, what


def _check_operation(contract: Contract, facts: Facts) -> Iterator[str]:
    if "security" not in facts.data:
        yield "set `security` to [{token: []}] or []"
    if "requestBody" in facts.data:
        media = get_media_types(contract.document, facts.data["requestBody"])
        if len(media) != 1 or next(iter(media)) not in BODIES:
            yield f"the request body must have exactly one media type of {', '.join(BODIES)}"
    responses = [response for status, response in facts.data.get("responses", {}).items() if status.startswith("2")]
    contents = [resolve(contract.document, response).get("content", {}) for response in responses]
    for content in contents:
        schema = next(iter(content.values())).get("schema", {}) if len(content) == 1 else {}
        names_object = "$ref" in schema and resolve(contract.document, schema).get("type") == "object"
        if content and not (is_binary(schema) or (names_object and "application/json" in content)):
            yield "a success response must be empty, binary, or JSON with a reference to an object"
    if any(content != contents[0] for content in contents):
        yield "all success responses must have the same content"


def _check_parameters(contract: Contract) -> Iterator[Violation]:
    for file, where, given in _iter_parameters(contract):
        schema = resolve(contract.document, given.get("schema", {}))
        place = given.get("in")
        if "content" in given:
            yield file, where, "replace `content` by `schema`"
        if "style" in given or "explode" in given:
            yield file, where, "remove `style` and `explode` (not supported by the generator)"
        if place == "cookie":
            yield file, where, "cookie parameters are not supported"
        if place == "header" and (schema.get("type") != "string" or "format" in schema or "enum" in schema):
            yield file, where, "a header parameter must be a plain string"
        if place == "path" and schema.get("type") not in {"integer", "string"}:
            yield file, where, "a path parameter must be an integer or a string"
        if given.get("name") in RESERVED_PARAMETERS:
            yield file, where, "rename the parameter; the generated function reserves this name"


def check_r12_evidence(contract: Contract) -> Iterator[Violation]:
    """Every operation has an evidence mark; a field without one is documented."""
    for file, where, facts in _iter_operations(contract):
        if facts.data.get("x-orion-evidence") not in EVIDENCE:
            yield file, where, f"set `x-orion-evidence` to one of: {', '.join(EVIDENCE)}"
    marked = [(file, name, schema) for file, name, schema in _iter_components(contract, "schemas")]
    marked += [(file, where, schema) for file, where, _, schema in _iter_properties(contract)]
    marked += list(_iter_parameters(contract))
    for file, where, schema in marked:
        if schema.get("x-orion-evidence", EVIDENCE[0]) not in EVIDENCE:
            yield file, where, f"set `x-orion-evidence` to one of: {', '.join(EVIDENCE)}"


def check_r13_links(contract: Contract) -> Iterator[Violation]:
    """Create operations link to a get operation, and all links are valid."""
    known = {facts.id: facts for facts in iter_operations(contract.document)}
    for file, where, facts in _iter_operations(contract):
        for status, response in facts.data.get("responses", {}).items():
            links = resolve(contract.document, response).get("links", {})
            targets = [resolve(contract.document, link) for link in links.values()]
            if status == "201" and not any(str(link.get("operationId")).startswith("get_") for link in targets):
                yield file, where, "link the response 201 to the get_ operation of the created resource"
            for link in targets:
                yield from _check_link(file, f"{where}, link to {link.get('operationId')}", link, known)


def _check_link(file: str, where: str, link: dict[str, Any], known: dict[str, Facts]) -> Iterator[Violation]:
    target = known.get(str(link.get("operationId")))
    if target is None:
        yield file, where, "unknown operation"
        return
    given = link.get("parameters", {})
    names = {parameter["name"] for parameter in target.parameters}
    needed = {parameter["name"] for parameter in target.parameters if parameter.get("in") == "path"}
    for name in sorted(set(given) - names):
        yield file, where, f"unknown parameter `{name}`"
    for name in sorted(needed - set(given)):
        yield file, where, f"missing path parameter `{name}`"


# By their numbers, since they are defined in this order.
RULES: list[Callable[[Contract], Iterator[Violation]]] = [
    rule for name, rule in globals().items() if name.startswith("check_r")
]
