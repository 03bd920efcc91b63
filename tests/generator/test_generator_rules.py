"""Test that every check of every rule detects a planted violation, and names file, line, rule and fix."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from generator_paths import FIXTURE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

GET_THING = "operationId: get_thing\n      tags: [things]"
STATE = "type: string\n      description: State of a thing.\n      x-orion-known: [ready, busy]"

DELETED = "        '204':\n          description: The thing was deleted."
DELETED_ERROR = f"{DELETED}\n        '404': {{$ref: '#/components/responses/NotFound'}}"
STREAM = "          application/octet-stream:\n            schema: {type: string, format: binary}\n      responses:"
NAME = "name: {type: string, minLength: 1"
KEY = "description: A key chosen by the client.\n          schema: {type: string}\n"
THING_ID = "description: Id of the thing.\n      schema: {type: integer, minimum: 1}\n"
MARK = "          x-orion-evidence: assumed\n"
ROUTE = "/api/v1/things/{thing_id}/:"

# Rule, string in the fixture, its replacement, start of the message, and the line: the first with this string, `+N` is N lines further.
# Two replacements are separated by `||`.
PLANTED = [
    ("R1", "operationId: delete_thing", "operationId: thing_delete", "thing_delete: the operationId is `thing_delete`", "thing_delete"),
    ("R1", "operationId: delete_thing", "operationId: delete", "delete: ", "operationId: delete"),
    ("R1", "      operationId: delete_thing\n", "", f"DELETE {ROUTE[:-1]}: the operationId is missing", "delete:"),
    ("R2", GET_THING, "operationId: get_thing\n      tags: [things, more]", "get_thing: the tags are", "[things, more]"),
    ("R2", GET_THING, "operationId: get_thing\n      tags: [import]", "get_thing: the tags are `import`", "[import]"),
    ("R2", GET_THING, "operationId: get_thing\n      tags: [con]", "get_thing: the tags are `con`", "[con]"),
    ("R2", "operationId: delete_thing\n      tags: [things]", "operationId: delete_thing", "delete_thing: the tags are missing",
     "delete:"),
    ("R3", DELETED, "        default: {description: x}", "delete_thing: the response `default`", "default: {description"),
    ("R3", f"{DELETED}\n", "", "delete_thing: no response is a success", "operationId: delete_thing+9"),
    ("R3", DELETED_ERROR, f"{DELETED}\n        '409': {{description: x}}", "delete_thing: the response 409 is not shared", "'409'"),
    ("R4", "CreateThing", "Response", "Response: the generated code uses this name", "    Response:"),
    ("R4", "CreateThing", "File", "File: the generated code uses this name", "    File:"),
    ("R4", "CreateThing", "List", "List: the generated code uses this name", "    List:"),
    ("R4", "CreateThing", "Warning", "Warning: the generated code uses this name", "    Warning:"),
    ("R4", "CreateThing", "createThing", "createThing: the generator would change", "    createThing:"),
    ("R4", "CreateThing", "CreateTHing", "CreateTHing: the generator would change", "    CreateTHing:"),
    ("R4", "CreateThing", "Create1thing", "Create1thing: the generator would change", "    Create1thing:"),
    ("R5", STATE, "type: string\n      description: x\n      enum: [ready, busy]", "ThingState: a state", "    ThingState:"),
    ("R5", STATE, "type: string\n      description: x", "ThingState: a state", "    ThingState:"),
    ("R5", STATE, "type: string\n      description: x\n      x-orion-known: []", "ThingState: `x-orion-known` is not",
     "x-orion-known: []"),
    ("R5", STATE, "type: string\n      description: x\n      x-orion-known: [1]", "ThingState: `x-orion-known` is not",
     "x-orion-known: [1]"),
    ("R5", NAME, "name: {type: integer, x-orion-known: [a]", "CreateThing.name: `x-orion-known` is only valid", "name: {type: integer"),
    ("R5", "allOf: [{$ref: '#/components/schemas/ThingState'}]", "type: string", "ThingInfo.state: a state", "        state:"),
    ("R6", "required: [name]", "required: [nam]", "CreateThing: `nam` is required", "required: [nam]"),
    ("R6", "required: [name]", "required: []", "CreateThing: `required` is empty", "required: []"),
    ("R6", "note: {type: string", "note: {type: string, nullable: true", "CreateThing.note: `nullable`", "nullable"),
    ("R7", "x-orion-retry: create", "x-orion-retry: often", "create_thing: `x-orion-retry` is `often`", "often"),
    ("R7", "x-orion-retry: create\n", "\n", "create_thing: `x-orion-retry` is missing", "    post:"),
    ("R7", "Deletes a thing.\n      x-orion-retry: write", "x\n      x-orion-retry: read", "delete_thing: `x-orion-retry: read`",
     "operationId: delete_thing+4"),
    ("R8", "x-orion-paging: link", "x-orion-paging: pages", "list_things: `x-orion-paging` is `pages`", "pages"),
    ("R8", "      x-orion-paging: link\n", "", "list_things: `x-orion-paging` is missing", "    get:"),
    ("R8", "x-orion-retry: create", "x-orion-retry: create\n      x-orion-paging: stream", "create_thing: `x-orion-paging`",
     "paging: stream"),
    ("R8", "required: [next, results]\n      properties:\n        next", "properties:\n        more", "list_things: a page",
     "paging: link"),
    ("R8", "        - name: tags", "        - name: order_by", "list_things: `order_by` does not list its values", "      parameters:"),
    ("R9", "x-orion-stream: download", "x-orion-stream: down", "download_thing: `x-orion-stream` is `down`", "stream: down"),
    ("R9", "x-orion-retry: create", "x-orion-retry: create\n      x-orion-stream: upload", "create_thing: `x-orion-stream`",
     "x-orion-retry: create+1"),
    ("R9", "The body is the content.\n      x-orion-retry: write\n      x-orion-stream: upload",
     "The body is the content.\n      x-orion-retry: write", "upload_thing_content: `x-orion-stream` is missing", "    put:"),
    ("R9", "          description: The content was accepted.",
     "          description: x\n          content: {application/octet-stream: {schema: {type: string, format: binary}}}",
     "upload_thing_content: both request and response", "x-orion-stream: upload"),
    ("R10", "      summary: Delete a thing\n", "", "delete_thing: no summary", "    delete:"),
    ("R10", "summary: Delete a thing", "summary: Delete a thing.", "delete_thing: the summary ends", "Delete a thing."),
    ("R10", "      description: Deletes a thing.\n", "", "delete_thing: no description", "    delete:"),
    ("R10", "description: The thing was deleted.", "description: ' '", "delete_thing: responses 204 has no",
     "operationId: delete_thing+10"),
    ("R10", "        description: The thing to create.\n", "", "create_thing: requestBody has no", "      requestBody:"),
    ("R10", "      description: Id of the thing.\n", "", "parameter ThingId: no description", "    ThingId:"),
    ("R10", "          description: If true, list the trash.\n", "", "list_things, parameter deleted: no description", "- name: deleted"),
    ("R10", "      description: Fields of a new thing.\n", "", "CreateThing: no description", "    CreateThing:"),
    ("R10", ", description: Name.}", "}", "CreateThing.name: no description", NAME),
    ("R11", "data:\n          allOf: [{$ref: '#/components/schemas/JsonObject'}]", "data:\n          type: object",
     "ThingInfo.data: an object schema is inline", "        data:"),
    ("R11", "items: {type: string}}", "items: {type: object}}", "list_things, parameter tags: an object", "items: {type: object}"),
    ("R11", "schema: {type: array, items: {type: string}}", "style: deepObject\n          schema: {type: string}",
     "list_things, parameter tags: `style`", "style: deepObject"),
    ("R11", "schema: {type: array, items: {type: string}}", "allowReserved: true\n          schema: {type: string}",
     "list_things, parameter tags: `allowReserved`", "allowReserved"),
    ("R11", "schema: {type: boolean, default: false}", "content: {application/json: {schema: {type: boolean}}}",
     "list_things, parameter deleted: `content`", "content: {application"),
    ("R11", "          in: header", "          in: cookie", "get_thing, parameter X-Key: cookie", "in: cookie"),
    ("R11", "description: A key chosen by the client.\n          schema: {type: string}",
     "description: x\n          schema: {type: string, format: binary}", "get_thing, parameter X-Key: a header",
     "schema: {type: string, format: binary}"),
    ("R11", "schema: {type: integer, minimum: 1}", "schema: {type: number}", "parameter ThingId: a path parameter",
     "schema: {type: number}"),
    ("R11", "        - name: tags", "        - name: client", "list_things, parameter client: the generated", "- name: client"),
    ("R11", "        - name: tags", "        - name: body", "list_things, parameter body: the generated", "- name: body"),
    ("R11", STREAM, STREAM.replace("      responses:", "          text/plain: {}\n      responses:"),
     "upload_thing_content: the media types of the request body", "operationId: upload_thing_content+10"),
    ("R11", STREAM, STREAM.replace("application/octet-stream", "multipart/form-data"),
     "upload_thing_content: the media types of the request body", "operationId: upload_thing_content+10"),
    ("R11", NAME, "name: {type: string, format: binary", "CreateThing.name: a field is binary", "format: binary, description: Name"),
    ("R11", NAME, "name: {type: string, format: email", "CreateThing.name: the format `email`", "format: email"),
    ("R11", "      security: []\n", "", "obtain_token: no `security`", "operationId: obtain_token+-1"),
    ("R11", "        '201':\n", "        '200': {description: x}\n        '201':\n", "create_thing: the success responses",
     "        '201':"),
    ("R11", "schema: {$ref: '#/components/schemas/IssuedToken'}", "schema: {type: string}", "obtain_token: the body of a success",
     "operationId: obtain_token+14"),
    ("R11", "oneOf: [{$ref: '#/components/schemas/ThingInfo'}, {type: 'null'}]",
     "oneOf: [{$ref: '#/components/schemas/ThingInfo'}, {$ref: '#/components/schemas/Problem'}]", "ThingInfo.parent: `oneOf`", "oneOf"),
    ("R11", "created: {type: [string, 'null']", "created: {type: [string, integer]", "ThingInfo.created: several types",
     "[string, integer]"),
    ("R11", "created: {type: [string, 'null']", "created: {type: ['null']", "ThingInfo.created: the type is null alone", "['null']"),
    ("R11", "items: {type: string}}", "maxItems: 9}", "list_things, parameter tags: an array has no `items`", "maxItems: 9"),
    ("R11", "allOf: [{$ref: '#/components/schemas/JsonObject'}]",
     "allOf: [{$ref: '#/components/schemas/JsonObject'}, {$ref: '#/components/schemas/Problem'}]", "ThingInfo.data: `allOf`",
     "JsonObject'}, {"),
    ("R11", NAME, "name: {type: string, enum: [a, A]", "CreateThing.name: `a` and `A` have the same member name A", "[a, A]"),
    ("R11", "[ready, busy]", "[ready, in-use, in_use]", "ThingState: `in-use` and `in_use` have the same member name IN_USE", "in_use"),
    ("R11", "[ready, busy]", "[A, \U0001d400]", "ThingState: `A` and `\U0001d400` have the same member name A", "[A, "),
    ("R11", NAME, "name: {enum: [1, 2]", "CreateThing.name: values of an enumeration", "[1, 2]"),
    ("R11", "  /api/v1/tokens/:\n", "  /api/v1/tokens/:\n    parameters: []\n", "PARAMETERS /api/v1/tokens/: `parameters`",
     "    parameters: []"),
    ("R11", "  /api/v1/tokens/:\n", "  /api/v1/tok ens/:\n", "paths./api/v1/tok ens/: the path is not supported", "tok ens"),
    ("R11", f"  {ROUTE}", "  /api/v1/things/{thing}/:", "delete_thing: the path parameters are `thing_id`",
     "operationId: delete_thing+7"),
    ("R12", "x-orion-evidence: documented", "x-orion-evidence: guessed", "create_thing: `x-orion-evidence` is `guessed`", "guessed"),
    ("R12", "      x-orion-evidence: documented\n", "", "create_thing: `x-orion-evidence` is missing", "    post:"),
    ("R12", "Creation time., x-orion-evidence: assumed", "Creation time., x-orion-evidence: no", "ThingInfo.created: `x-orion-evidence`",
     "evidence: no"),
    ("R12", f"{KEY}{MARK}", KEY, "get_thing, parameter X-Key: `x-orion-evidence` is missing", "- name: X-Key"),
    ("R12", f"{THING_ID}{MARK[4:]}", THING_ID, "parameter ThingId: `x-orion-evidence` is missing", "    ThingId:"),
    ("R12", "    CreateThing:\n      x-orion-evidence: assumed", "    CreateThing:", "CreateThing: `x-orion-evidence` is missing",
     "    CreateThing:"),
    ("R13", "              operationId: get_thing\n", "              operationId: delete_thing\n", "create_thing: no link",
     "        '201':"),
    ("R13", "              operationId: get_thing\n", "              operationId: get_other\n", "create_thing: the operation `get_other`",
     "get_other"),
    ("R13", "parameters: {thing_id: $response", "parameters: {id: $response", "create_thing: the link to get_thing has the unknown",
     "{id: $response"),
    ("R13", "parameters: {thing_id: $response.body#/id}", "parameters: {}", "create_thing: the link to get_thing lacks",
     "parameters: {}"),
    ("R14", "token: {type: string, description: Value", "toDict: {type: string, description: Value",
     "IssuedToken.toDict: the property name `toDict` is to_dict", "toDict"),
    ("R14", "note: {type: string", "Name: {type: string", "CreateThing.Name: the property names `name` and `Name` are both name",
     "        Name:"),
    ("R14", "note: {type: string", "\uff49\uff46: {type: string",
     "CreateThing.\uff49\uff46: the property name `\uff49\uff46` has letters", "\uff49\uff46"),
    ("R14", "        - name: tags", "        - name: State", "list_things, parameter State: the parameter names `state` and `State`",
     "- name: State"),
    ("R14", "        - name: tags", "        - name: Body", "list_things, parameter Body: the parameter name `Body` is body",
     "- name: Body"),
    ("R14", "CreateThing", "ListThingsQuery", "ListThingsQuery: the name ListThingsQuery is that", "    ListThingsQuery:"),
    ("R14", "operationId: upload_thing_content||operationId: delete_thing", "operationId: get_thing_1||operationId: get_thing1",
     "get_thing_1: get_thing1 and get_thing_1 have the same class name", "operationId: get_thing_1"),
    ("R15", NAME, "name: {type: string, minLenght: 1", "CreateThing.name: the keyword `minLenght`", "minLenght"),
    ("R15", NAME, "name: {type: string, const: x", "CreateThing.name: the keyword `const`", "const: x"),
    ("R15", "note: {type: string, description: Free text.}", "note: true", "CreateThing.note: the schema is True", "note: true"),
    ("R15", NAME, "name: {type: string, minLength: true", "CreateThing.name: `minLength` is True", "minLength: true"),
    ("R15", "allOf: [{$ref: '#/components/schemas/JsonObject'}]", "allOf: 5", "ThingInfo.data: `allOf` is 5", "allOf: 5"),
    ("R15", "required: [name]", "required: [1]", "CreateThing: `required` or `type` has an item", "    CreateThing:"),
    ("R16", "x-orion-retry: create", "x-orion-retry: create\n      x-orion-pagin: link", "create_thing: the key `x-orion-pagin`",
     "pagin: link"),
    ("R16", "x-orion-retry: create", "x-orion-retry: create\n      x-other: 1", "create_thing: the key `x-other` is not known",
     "x-other"),
    ("R16", "info: {title: Things", "info: {x-orion-retry: read, title: Things", "info.x-orion-retry: `x-orion-retry` has no meaning",
     "info:"),
    ("R16", NAME, "name: {x-orion-retry: read, type: string", "CreateThing.name: `x-orion-retry` has no meaning", "name: {x-orion"),
    ("R16", "x-orion-secret: true", "x-orion-secret: false", "Credentials.password: `x-orion-secret` is False", "secret: false"),
    ("R17", "security: [{token: []}]", "security: [{tokens: []}]", "list_things: the security scheme `tokens`", "tokens: []"),
    ("R18", "version: 1.2.3", "version: '1.2'", "info.version: the version `1.2` is not", "info:"),
    ("R18", "version: 1.2.3", "version: v1.2.3", "info.version: the version `v1.2.3` is not", "info:"),
    ("R19", "  schemas:\n    Problem:", "  schemas:\n    Other: {type: string, description: x}\n    Problem:",
     "Other: the component is not used", "    Other:"),
    ("R19", "    token: {type", "    other: {type: http, scheme: basic}\n    token: {type",
     "securityScheme other: the component is not used", "    other:"),
    ("R20", "documented\n      x-orion-source: page", "documented", "create_thing: `x-orion-source` is missing", "    post:"),
    ("R20", "documented\n      x-orion-source: page", "documented\n      x-orion-source: book",
     "create_thing: `x-orion-source` is `book`, which is not", "source: book"),
    ("R20", ", x-orion-source: page", "", "IssuedToken.token: `x-orion-source` is missing", "        token:"),
    ("R20", "assumed}", "assumed, x-orion-source: page}", "ThingInfo.created: an assumption has no source", "assumed, x-orion-source"),
    ("R20", "x-orion-evidence: listed, ", "", "IssuedToken.token: an assumption has no source", "        token:"),
    ("R20", f"{KEY}{MARK}", f"{KEY}{MARK.replace('assumed', 'listed')}", "get_thing, parameter X-Key: `x-orion-source` is missing",
     "- name: X-Key"),
    ("R20", f"{THING_ID}{MARK[4:]}", f"{THING_ID}{MARK[4:].replace('assumed', 'listed')}", "parameter ThingId: `x-orion-source` is missing",
     "    ThingId:"),
    ("R20", "  page: {", "  other: {title: x, address: x, date: x}\n  page: {", "x-orion-sources.other: the source is not used",
     "  other:"),
    ("R20", "  page: {title", "  Page: {title", "x-orion-sources.Page: the key of the source", "  Page:"),
    ("R20", "date: '2026'", "date: 2026", "x-orion-sources.page: the source is not described", "  page:"),
    ("R20", "address: example.org, ", "", "x-orion-sources.page: the source is not described", "  page:"),
    ("R20", "\n  page: {title: Page about things, address: example.org, date: '2026'}", " [page]",
     "x-orion-sources: the table of sources", "x-orion-sources:"),
    ("OPENAPI", "          in: query", "          in: body", "list_things, parameter state: 'body' is not one of", "in: body"),
    ("OPENAPI", NAME, "name: {type: strin", "CreateThing.name: 'strin' is not valid", "{type: strin,"),
    ("OPENAPI", "default: false", "default: maybe", "list_things, parameter deleted: 'maybe' is not of type", "default: maybe"),
    ("OPENAPI", "      summary: Delete a thing", "      sumary: Delete a thing", "delete_thing: Unevaluated properties", "    delete:"),
    ("OPENAPI", "        - name: tags", "        - name: state", "list_things: Duplicate parameter 'state'", "      parameters:"),
    ("OPENAPI", "info: {title: Things, ", "info: {", "info: 'title' is a required property", "info:"),
]  # fmt: skip
SCRIPT = """
import json, sys, pathlib
from generator import adapter, build, merge, names, problems, rules, structure
checks, executed = {name: pathlib.Path(rules.__file__).with_name(name) for name in sys.argv[1].split()}, set()
files = {str(path): name for name, path in checks.items()}
def trace(frame, event, _):
    if frame.f_code.co_filename not in files:
        return None
    executed.add((files[frame.f_code.co_filename], frame.f_lineno))
    return trace
def traced(function, *arguments):
    sys.settrace(trace)
    try:
        return list(function(*arguments))
    finally:
        sys.settrace(None)
def find(rule, folder):
    if rule == "OPENAPI":
        try:
            return build.lint(folder)
        except problems.ContractError as error:
            return error.problems
    contract = merge.merge(folder)
    if rule == "R15":
        found = traced(structure.check_r15_keywords, contract)
    elif rule == "R14":
        found = traced(names.check_identifiers, contract, adapter.make_identifier)
        found = found or traced(names.check_classes_and_parameters, contract, adapter.parse(contract.document))
    else:
        return traced(rules.find_violations, contract)
    return [contract.make_problem(keys, rule, *rest) for keys, *rest in found]
found = []
for rule, folder in zip(sys.argv[2::2], sys.argv[3::2]):
    listed = find(rule, pathlib.Path(folder))
    found.append([[each.file, each.line, each.rule, each.message, each.fix, str(each)] for each in listed])
print(json.dumps([found, sorted(executed)]))
"""
CHECKS = ("rules.py", "structure.py", "evidence.py", "names.py")


@pytest.fixture(scope="session")
def planted(run: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[list[Any]]], list[list[Any]]]:
    """Problems of each contract with a planted violation, from one run of the generator, and the executed lines of the rules."""
    arguments = []
    for rule, old, new, _, _ in PLANTED:
        source = FIXTURE.read_bytes().decode()
        for before, after in zip(old.split("||"), new.split("||"), strict=True):
            assert before in source, f"{before!r} not found in the fixture"
            source = source.replace(before, after)
        folder = tmp_path_factory.mktemp("planted") / "openapi"
        folder.mkdir()
        (folder / "common.yaml").write_bytes(source.encode())
        arguments += [rule, folder]
    done = run("-c", SCRIPT, " ".join(CHECKS), *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def find_line(index: int) -> int:
    """Return the line that the message of a planted violation has to name."""
    _, old, new, _, needle = PLANTED[index]
    source = FIXTURE.read_bytes().decode()
    for before, after in zip(old.split("||"), new.split("||"), strict=True):
        source = source.replace(before, after)
    needle, _, further = needle.partition("+")
    [first, *_] = [index for index, line in enumerate(source.splitlines(), 1) if needle in line]
    return first + int(further or 0)


@pytest.mark.parametrize("index", range(len(PLANTED)), ids=[f"{rule}-{where}" for rule, _, _, where, _ in PLANTED])
def test_planted_violation_is_found(planted: Any, index: int) -> None:
    rule, _, _, where, _ = PLANTED[index]
    problems = planted[0][index]
    assert any(each[2] == rule and each[3].startswith(where) for each in problems), problems
    line = next(each[1] for each in problems if each[2] == rule and each[3].startswith(where))
    assert line == find_line(index)
    for file, at, found, message, fix, printed in problems:
        assert file == "openapi/common.yaml"
        assert message.strip()
        assert fix.strip()
        assert printed == f"{file}:{at}: {found} {message}; {fix}"


def test_every_check_has_a_planted_violation(planted: Any) -> None:
    executed = {(file, line) for file, line in planted[1]}
    for name in CHECKS:
        tree = ast.parse((ROOT / "generator" / name).read_bytes())
        found = {each.lineno for each in ast.walk(tree) if isinstance(each, ast.Yield)}
        assert found
        assert {line for line in found if (name, line) not in executed} == set()


def test_every_rule_is_documented() -> None:
    table = (ROOT / "openapi" / "README.md").read_bytes().decode()
    documented = re.findall(r"^\| (R\d+|[A-Z]+) \|", table, re.MULTILINE)
    assert documented == ["YAML", "MERGE", "OPENAPI", *(f"R{index}" for index in range(1, 21)), "TOOL", "IMPORT"]
    assert {rule for rule, *_ in PLANTED} == {
        each for each in documented if each not in {"YAML", "MERGE", "TOOL", "IMPORT"}
    }


def test_lint_prints_file_rule_and_fix(run: Any, tmp_path: Path) -> None:
    source = FIXTURE.read_bytes().replace(b"x-orion-retry: create", b"x-orion-retry: often")
    (tmp_path / "common.yaml").write_bytes(source)
    done = run("-m", "generator", "lint", "--contract", tmp_path)
    sentence = "R7 create_thing: `x-orion-retry` is `often`; set it to one of: read, write, create, keyed\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{tmp_path.name}/common.yaml:49: {sentence}")


def test_lint_accepts_the_fixture(run: Any, contract: Path) -> None:
    done = run("-m", "generator", "lint", "--contract", contract)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
