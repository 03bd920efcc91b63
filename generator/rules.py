"""The rules R1 to R13 of the contract; each yields (file, where, what to do)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .facts import METHODS, Facts, is_binary, media_types, operations
from .merge import Contract, resolve, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Violation = tuple[str, str, str]

VERBS = (
    "abort", "add", "archive", "assign", "cancel", "close", "complete", "copy", "create", "delete", "download",
    "export", "finalize", "get", "import", "list", "move", "obtain", "open", "remove", "rename", "reset", "resolve", "restart",
    "restore", "revoke", "search", "share", "start", "stop", "unshare", "update", "upload",
)  # fmt: skip
# What the generated modules import or define; a schema of that name would shadow it, or be shadowed.
RESERVED_SCHEMAS = (
    "Any", "AsyncPayload", "AsyncRawResponse", "AsyncSender", "AuthenticatedClient", "Client", "Content", "Error",
    "File", "Json", "Mapping", "Multipart", "Operation", "Payload", "RawResponse", "Request", "Response", "Self", "Sender",
    "Sequence", "UUID", "Unset",
)  # fmt: skip
RESERVED_FIELDS = frozenset({"to_dict", "from_dict", "form_values", "additional_properties"})
RESERVED_PARAMETERS = frozenset({"body", "client"})
RETRIES = ("read", "write", "create", "keyed")
PAGINGS = ("link", "stream")
EVIDENCE = ("documented", "listed", "observed", "assumed")
BODIES = ("application/json", "application/octet-stream", "application/x-ndjson", "multipart/form-data")


def find_violations(contract: Contract) -> list[str]:
    """Return every violation as a line, ordered by file and rule."""
    lines = []
    for number, rule in enumerate(RULES, start=1):
        lines += [(file, number, f"openapi/{file}: R{number} {where}: {what}") for file, where, what in rule(contract)]
    return [line for _, _, line in sorted(lines, key=lambda item: item[:2])]


# ---------------------------------------------------------------- ways through the document


def _operations(contract: Contract) -> Iterator[tuple[str, str, Facts]]:
    for facts in operations(contract.document):
        yield contract.file_of("paths", facts.route), facts.id or f"{facts.method} {facts.route}", facts


def _components(contract: Contract, kind: str) -> Iterator[tuple[str, str, Any]]:
    for name, value in contract.document.get("components", {}).get(kind, {}).items():
        yield contract.file_of("components", kind, name), name, value


def _parameters(contract: Contract) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file, name, value in _components(contract, "parameters"):
        yield file, f"parameter {name}", value
    for file, name, facts in _operations(contract):
        for given in facts.data.get("parameters", ()):
            if "$ref" not in given:
                yield file, f"{name}, parameter {given.get('name')}", given


def _properties(contract: Contract) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for file, name, schema in _components(contract, "schemas"):
        for field, value in schema.get("properties", {}).items():
            yield file, f"{name}.{field}", field, value


def _schemas(contract: Contract) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
    """Yield every schema, inner ones too, and whether it stands by itself under components/schemas."""
    roots = [(file, name, schema) for file, name, schema in _components(contract, "schemas")]
    for file, where, parameter in _parameters(contract):
        roots.append((file, where, {"items": parameter.get("schema", {})}))
    for file, name, facts in _operations(contract):
        bodies = [facts.data.get("requestBody", {}), *facts.data.get("responses", {}).values()]
        contents = [media for body in bodies for media in body.get("content", {}).values()]
        roots += [(file, name, {"items": media.get("schema", {})}) for media in contents]
    for file, name, response in _components(contract, "responses"):
        roots += [(file, name, {"items": media.get("schema", {})}) for media in response.get("content", {}).values()]
    for file, where, root in roots:
        named = root.get("type") == "object" or "properties" in root
        for keys, value in walk(root):
            # Names of properties are no keywords, and examples are data.
            inner = not keys or keys[-1] in {"items", "additionalProperties"} or _is_entry(keys)
            if isinstance(value, dict) and inner and not {"x-orion-known", "example", "default"} & set(keys):
                label = ".".join((where, *(key for key in keys if key not in {"properties", "items"})))
                yield file, label, named and not keys, value


def _is_entry(keys: tuple[str, ...]) -> bool:
    return len(keys) > 1 and keys[-2] in {"properties", "allOf", "anyOf", "oneOf"}


def _types(schema: dict[str, Any]) -> list[str]:
    given = schema.get("type", [])
    return given if isinstance(given, list) else [given]


# ---------------------------------------------------------------- the rules


def r1_operation_id(contract: Contract) -> Iterator[Violation]:
    """The operationId is verb_noun."""
    for file, where, facts in _operations(contract):
        if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", facts.id) or facts.id.split("_")[0] not in VERBS:
            yield file, where, f"name the operation verb_noun with a verb of: {', '.join(VERBS)}"


def r2_tag(contract: Contract) -> Iterator[Violation]:
    """One tag, which names the kind of resource."""
    for file, where, facts in _operations(contract):
        tags = facts.data.get("tags", [])
        if len(tags) != 1 or not re.fullmatch(r"[a-z][a-z0-9_]*", str(tags[0])):
            yield file, where, "give it exactly one tag in lower case"


def r3_responses(contract: Contract) -> Iterator[Violation]:
    """No `default`; one documented success at least; errors by reference."""
    for file, where, facts in _operations(contract):
        responses = facts.data.get("responses", {})
        for status, response in responses.items():
            if not re.fullmatch(r"[1-5][0-9][0-9]", status):
                yield file, where, f"replace the response `{status}` by the statuses themselves"
            elif status[0] in "45" and not str(response.get("$ref", "")).startswith("#/components/responses/"):
                yield file, where, f"refer to a shared response for {status}"
        if not any(status.startswith("2") for status in responses):
            yield file, where, "document the status of success"


def r4_schema_names(contract: Contract) -> Iterator[Violation]:
    """No schema name that breaks the generated code."""
    for file, name, _ in _components(contract, "schemas"):
        if name in RESERVED_SCHEMAS:
            yield file, name, "choose another name; the generated code uses this one itself"
        elif not re.fullmatch(r"([A-Z][a-z0-9]+)+", name):
            yield file, name, "write the name LikeThis; other spellings become another class name"


def r5_open_states(contract: Contract) -> Iterator[Violation]:
    """States owned by the server are open strings with the known values listed."""
    named = [(file, name, schema) for file, name, schema in _components(contract, "schemas") if name.endswith("State")]
    fields = [(file, where, schema) for file, where, field, schema in _properties(contract) if field == "state"]
    for file, where, given in named + fields:
        parts = given.get("allOf", [])
        schema = resolve(contract.document, parts[0] if len(parts) == 1 else given)
        known = schema.get("x-orion-known")
        listed = isinstance(known, list) and known and all(isinstance(value, str) for value in known)
        if "enum" in schema or "string" not in _types(schema) or not listed:
            yield file, where, "make it `type: string` with `x-orion-known: [...]` and without `enum`"


def r6_required(contract: Contract) -> Iterator[Violation]:
    """`required` names fields that exist; null is a type."""
    for file, where, _, schema in _schemas(contract):
        required = schema.get("required", [])
        if not isinstance(required, list):
            continue
        for name in required:
            if name not in schema.get("properties", {}):
                yield file, where, f"`{name}` is required but no property"
        if len(set(required)) < len(required) or ("required" in schema and not required):
            yield file, where, "name each required field once, or leave `required` out"
        if "nullable" in schema:
            yield file, where, "write `type: [..., 'null']` in place of `nullable`"


def r7_retry(contract: Contract) -> Iterator[Violation]:
    """Every operation says when it may be retried."""
    for file, where, facts in _operations(contract):
        retry = facts.data.get("x-orion-retry")
        if retry not in RETRIES:
            yield file, where, f"set `x-orion-retry` to one of: {', '.join(RETRIES)}"
        elif (facts.method == "GET") != (retry == "read") and facts.method != "POST":
            yield file, where, f"`x-orion-retry: {retry}` does not fit {facts.method}"


def r8_paging(contract: Contract) -> Iterator[Violation]:
    """List operations say how the list goes on."""
    for file, where, facts in _operations(contract):
        paging = facts.data.get("x-orion-paging")
        if facts.id.startswith("list_") and paging not in PAGINGS:
            yield file, where, f"set `x-orion-paging` to one of: {', '.join(PAGINGS)}"
        if paging is not None and not facts.id.startswith(("list_", "search_")):
            yield file, where, "only list_ and search_ operations have `x-orion-paging`"
        if paging == "link":
            page = media_types(contract.document, facts.data.get("responses", {}).get("200", {}))
            fields = page.get("application/json", {}).get("properties", {})
            if not {"next", "results"} <= set(fields):
                yield file, where, "a page of `x-orion-paging: link` has the fields `next` and `results`"


def r9_stream(contract: Contract) -> Iterator[Violation]:
    """Operations with raw bytes say in which direction they go, and only they."""
    for file, where, facts in _operations(contract):
        body = facts.data.get("requestBody", {})
        sent = any(_holds_bytes(contract, schema) for schema in media_types(contract.document, body).values())
        responses = [response for status, response in facts.data.get("responses", {}).items() if status.startswith("2")]
        schemas = [schema for response in responses for schema in media_types(contract.document, response).values()]
        received = any(is_binary(schema) for schema in schemas)
        wanted = "upload" if sent else "download" if received else None
        if sent and received:
            yield file, where, "bytes go both ways; split the operation"
        elif facts.stream != wanted:
            yield file, where, f"set `x-orion-stream: {wanted}`" if wanted else "remove `x-orion-stream`: no raw bytes"


def _holds_bytes(contract: Contract, schema: dict[str, Any]) -> bool:
    fields = [resolve(contract.document, field) for field in schema.get("properties", {}).values()]
    items = [resolve(contract.document, field["items"]) for field in fields if "items" in field]
    return any(is_binary(part) for part in (schema, *fields, *items))


def r10_descriptions(contract: Contract) -> Iterator[Violation]:
    """Everything that becomes a docstring is described."""
    for file, where, facts in _operations(contract):
        for key in ("summary", "description"):
            if not str(facts.data.get(key, "")).strip():
                yield file, where, f"write a {key}"
        if str(facts.data.get("summary", "")).endswith("."):
            yield file, where, "leave out the full stop of the summary"
        parts = {f"the response {status}": response for status, response in facts.data.get("responses", {}).items()}
        if "requestBody" in facts.data:
            parts["the request body"] = facts.data["requestBody"]
        for name, part in parts.items():
            if not resolve(contract.document, part).get("description"):
                yield file, where, f"describe {name}"
    described = [*_parameters(contract), *_components(contract, "schemas")]
    described += [(file, where, schema) for file, where, _, schema in _properties(contract)]
    for file, where, value in described:
        if not value.get("description"):
            yield file, where, "write a description, with the unit"


def r11_generatable(contract: Contract) -> Iterator[Violation]:
    """Nothing that a generator drops or gets wrong."""
    yield from _bad_operations(contract)
    yield from _bad_parameters(contract)
    for file, where, alone, schema in _schemas(contract):
        if not alone and "$ref" not in schema and ("object" in _types(schema) or "properties" in schema):
            yield file, where, "make the object a schema of its own and refer to it"
        for what in _bad_schema(schema):
            yield file, where, what
    for file, where, field, _ in _properties(contract):
        if field in RESERVED_FIELDS:
            yield file, where, "choose another name; the generated class uses this one itself"


def _bad_schema(schema: dict[str, Any]) -> Iterator[str]:
    for key in ("oneOf", "anyOf"):
        if key in schema and (len(schema[key]) != 2 or {"type": "null"} not in schema[key]):
            yield f"`{key}` may only add null to one schema"
    if len(set(_types(schema)) - {"null"}) > 1:
        yield "give it one type, and null at most"
    if len(schema.get("allOf", ["one"])) != 1:
        yield "`allOf` may only hold one reference, to describe it anew"
    if "discriminator" in schema:
        yield "remove `discriminator`: it is ignored"
    values = [value for value in schema.get("enum", []) if value is not None]
    if any(not isinstance(value, str) for value in values):
        yield "an enumeration holds strings only"
    elif len({value.lower() for value in values}) < len(values):
        yield "values of an enumeration must differ in more than upper and lower case"


def _bad_operations(contract: Contract) -> Iterator[Violation]:
    for route, item in contract.document.get("paths", {}).items():
        for key in item:
            if key not in METHODS:
                yield contract.file_of("paths", route), route, f"move `{key}` into the operations"
    for file, where, facts in _operations(contract):
        for what in _bad_operation(contract, facts):
            yield file, where, what


def _bad_operation(contract: Contract, facts: Facts) -> Iterator[str]:
    if "security" not in facts.data:
        yield "write `security` out: [{token: []}] or []"
    if "requestBody" in facts.data:
        media = media_types(contract.document, facts.data["requestBody"])
        if len(media) != 1 or next(iter(media)) not in BODIES:
            yield f"the request body has exactly one media type of: {', '.join(BODIES)}"
    responses = [response for status, response in facts.data.get("responses", {}).items() if status.startswith("2")]
    contents = [resolve(contract.document, response).get("content", {}) for response in responses]
    for content in contents:
        schema = next(iter(content.values())).get("schema", {}) if len(content) == 1 else {}
        names_object = "$ref" in schema and resolve(contract.document, schema).get("type") == "object"
        if content and not (is_binary(schema) or (names_object and "application/json" in content)):
            yield "a success responds to nothing, raw bytes, or JSON with a reference to an object"
    if any(content != contents[0] for content in contents):
        yield "all statuses of success response the same"


def _bad_parameters(contract: Contract) -> Iterator[Violation]:
    for file, where, given in _parameters(contract):
        schema = resolve(contract.document, given.get("schema", {}))
        place = given.get("in")
        if "content" in given:
            yield file, where, "use `schema` in place of `content`"
        if "style" in given or "explode" in given:
            yield file, where, "remove `style` and `explode` (deepObject is not generated right)"
        if place == "cookie":
            yield file, where, "cookies are not generated"
        if place == "header" and (schema.get("type") != "string" or "format" in schema or "enum" in schema):
            yield file, where, "a header is a plain string"
        if place == "path" and schema.get("type") not in {"integer", "string"}:
            yield file, where, "a chunk of a path is an integer or a string"
        if given.get("name") in RESERVED_PARAMETERS:
            yield file, where, "choose another name; the generated function uses this one itself"


def r12_evidence(contract: Contract) -> Iterator[Violation]:
    """Every operation says how it is known; a field that says nothing is documented."""
    for file, where, facts in _operations(contract):
        if facts.data.get("x-orion-evidence") not in EVIDENCE:
            yield file, where, f"set `x-orion-evidence` to one of: {', '.join(EVIDENCE)}"
    marked = [(file, name, schema) for file, name, schema in _components(contract, "schemas")]
    marked += [(file, where, schema) for file, where, _, schema in _properties(contract)]
    marked += list(_parameters(contract))
    for file, where, schema in marked:
        if schema.get("x-orion-evidence", EVIDENCE[0]) not in EVIDENCE:
            yield file, where, f"set `x-orion-evidence` to one of: {', '.join(EVIDENCE)}"


def r13_links(contract: Contract) -> Iterator[Violation]:
    """Creating operations link to a reading one, and links lead somewhere."""
    known = {facts.id: facts for facts in operations(contract.document)}
    for file, where, facts in _operations(contract):
        for status, response in facts.data.get("responses", {}).items():
            links = resolve(contract.document, response).get("links", {})
            targets = [resolve(contract.document, link) for link in links.values()]
            if status == "201" and not any(str(link.get("operationId")).startswith("get_") for link in targets):
                yield file, where, "link the response 201 to the get_ operation that reads what was made"
            for link in targets:
                yield from _bad_link(file, f"{where}, link to {link.get('operationId')}", link, known)


def _bad_link(file: str, where: str, link: dict[str, Any], known: dict[str, Facts]) -> Iterator[Violation]:
    target = known.get(str(link.get("operationId")))
    if target is None:
        yield file, where, "there is no such operation"
        return
    given = link.get("parameters", {})
    names = {parameter["name"] for parameter in target.parameters}
    needed = {parameter["name"] for parameter in target.parameters if parameter.get("in") == "path"}
    for name in sorted(set(given) - names):
        yield file, where, f"the operation has no parameter `{name}`"
    for name in sorted(needed - set(given)):
        yield file, where, f"the path needs `{name}`"


RULES: tuple[Callable[[Contract], Iterator[Violation]], ...] = (
    r1_operation_id,
    r2_tag,
    r3_responses,
    r4_schema_names,
    r5_open_states,
    r6_required,
    r7_retry,
    r8_paging,
    r9_stream,
    r10_descriptions,
    r11_generatable,
    r12_evidence,
    r13_links,
)
