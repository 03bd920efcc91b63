"""Test that every rule of the contract detects a planted violation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from generator_paths import FIXTURE

if TYPE_CHECKING:
    from pathlib import Path

GET_THING = "operationId: get_thing\n      tags: [things]"
STATE = "type: string\n      description: State of a thing.\n      x-orion-known: [ready, busy]"
NOTE = "note: {type: string, description: Free text.}\n    Credentials"

# Rule, string in the fixture, its replacement, start of the message.
PLANTED = [
    ("R1", "operationId: delete_thing", "operationId: thing_delete", "thing_delete"),
    ("R1", "operationId: delete_thing", "operationId: delete", "delete"),
    ("R2", GET_THING, "operationId: get_thing\n      tags: [things, more]", "get_thing"),
    ("R2", GET_THING, "operationId: get_thing", "get_thing"),
    ("R3", "        '204':\n          description: The thing was deleted.", "        default: {description: x}", "delete_thing"),
    ("R3", "        '204':\n          description: The thing was deleted.\n", "", "delete_thing: document"),
    (
        "R3",
        "          description: The thing was deleted.\n        '404': {$ref: '#/components/responses/NotFound'}",
        "          description: The thing was deleted.\n        '404': {description: x}",
        "delete_thing: reference",
    ),
    ("R4", "CreateThing", "Response", "Response"),
    ("R4", "CreateThing", "createThing", "createThing"),
    ("R4", "CreateThing", "CreateTHing", "CreateTHing"),
    ("R5", STATE, "type: string\n      description: x\n      enum: [ready, busy]", "ThingState"),
    ("R5", STATE, "type: string\n      description: x", "ThingState"),
    ("R5", "allOf: [{$ref: '#/components/schemas/ThingState'}]", "type: string", "ThingInfo.state"),
    ("R6", "required: [name]", "required: [nam]", "CreateThing: `nam`"),
    ("R6", "required: [name]", "required: []", "CreateThing: list each"),
    ("R6", NOTE, f"note: {{type: string, nullable: true, description: x}}\n    {NOTE.rsplit(maxsplit=1)[-1]}", "CreateThing.note"),
    ("R7", "x-orion-retry: create", "x-orion-retry: often", "create_thing"),
    ("R7", "x-orion-retry: create\n", "\n", "create_thing"),
    ("R7", "Deletes a thing.\n      x-orion-retry: write", "x\n      x-orion-retry: read", "delete_thing"),
    ("R8", "x-orion-paging: link", "x-orion-paging: pages", "list_things"),
    ("R8", "      x-orion-paging: link\n", "", "list_things"),
    ("R8", "x-orion-retry: create", "x-orion-retry: create\n      x-orion-paging: link", "create_thing"),
    ("R8", "required: [next, results]\n      properties:\n        next", "properties:\n        more", "list_things: a page"),
    ("R9", "x-orion-stream: download", "x-orion-stream: upload", "download_thing"),
    ("R9", "      x-orion-stream: download\n", "", "download_thing"),
    ("R9", "x-orion-retry: create", "x-orion-retry: create\n      x-orion-stream: upload", "create_thing: remove"),
    ("R9", "The body is the content.\n      x-orion-retry: write\n      x-orion-stream: upload",
     "The body is the content.\n      x-orion-retry: write", "upload_thing_content"),
    ("R10", "      summary: Delete a thing\n", "", "delete_thing: add a summary"),
    ("R10", "summary: Delete a thing", "summary: Delete a thing.", "delete_thing: remove the full stop"),
    ("R10", "      description: Deletes a thing.\n", "", "delete_thing: add a description"),
    ("R10", "description: The thing was deleted.", "description: ''", "delete_thing: describe the response 204"),
    ("R10", "        description: The thing to create.\n", "", "create_thing: describe the request body"),
    ("R10", "      description: Id of the thing.\n", "", "parameter ThingId"),
    ("R10", "          description: If true, list the trash.\n", "", "list_things, parameter deleted"),
    ("R10", "      description: Fields of a new thing.\n", "", "CreateThing: add"),
    ("R10", ", description: Name.}", "}", "CreateThing.name"),
    ("R11", "data:\n          allOf: [{$ref: '#/components/schemas/JsonObject'}]", "data:\n          type: object",
     "ThingInfo.data"),
    ("R11", "items: {type: string}}", "items: {type: object}}", "list_things, parameter tags"),
    ("R11", "schema: {type: array, items: {type: string}}", "style: deepObject\n          schema: {type: string}",
     "list_things, parameter tags: remove `style`"),
    ("R11", "schema: {type: boolean, default: false}", "content: {application/json: {schema: {type: boolean}}}",
     "list_things, parameter deleted: replace `content`"),
    ("R11", "          in: header", "          in: cookie", "get_thing, parameter X-Key: cookie"),
    ("R11", "description: A key chosen by the client.\n          schema: {type: string}",
     "description: x\n          schema: {type: string, format: uuid}", "get_thing, parameter X-Key: a header"),
    ("R11", "schema: {type: integer, minimum: 1}", "schema: {type: number}", "parameter ThingId: a path parameter"),
    ("R11", "        - name: tags", "        - name: client", "list_things, parameter client: rename"),
    ("R11", "          application/octet-stream:\n            schema: {type: string, format: binary}\n      responses:",
     ("          application/octet-stream: {schema: {type: string, format: binary}}\n"
     "          text/plain: {schema: {type: string, format: binary}}\n      responses:"),
     "upload_thing_content: the request body"),
    ("R11", "application/octet-stream:\n            schema: {type: string, format: binary}\n      responses:",
     "multipart/form-data:\n            schema: {type: string, format: binary}\n      responses:",
     "upload_thing_content: the request body must have exactly one media type of application/json, application/octet-stream"),
    ("R11", "name: {type: string, minLength: 1", "name: {type: string, format: binary", "CreateThing.name: a field cannot be binary"),
    ("R11", "name: {type: string, minLength: 1", "name: {type: string, format: uuid", "CreateThing.name: remove the format `uuid`"),
    ("R11", "      security: []\n", "", "obtain_token: set `security`"),
    ("R11", "        '201':\n", "        '202': {description: x}\n        '201':\n", "create_thing: all success"),
    ("R11", "schema: {$ref: '#/components/schemas/IssuedToken'}", "schema: {type: string}", "obtain_token: a success"),
    ("R11", "oneOf: [{$ref: '#/components/schemas/ThingInfo'}, {type: 'null'}]",
     "oneOf: [{$ref: '#/components/schemas/ThingInfo'}, {$ref: '#/components/schemas/Problem'}]", "ThingInfo.parent"),
    ("R11", "created: {type: [string, 'null']", "created: {type: [string, integer]", "ThingInfo.created: set one type"),
    ("R11", "allOf: [{$ref: '#/components/schemas/JsonObject'}]",
     "allOf: [{$ref: '#/components/schemas/JsonObject'}, {$ref: '#/components/schemas/Problem'}]", "ThingInfo.data"),
    ("R11", "name: {type: string, minLength: 1", "name: {type: string, enum: [a, A]", "CreateThing.name: enumeration values must differ"),
    ("R11", "name: {type: string, minLength: 1", "name: {enum: [1, 2]", "CreateThing.name: enumeration values must be strings"),
    ("R11", "name: {type: string, minLength: 1", "name: {type: string, discriminator: {propertyName: x}", "CreateThing.name"),
    ("R11", "token: {type: string, description: Value", "to_dict: {type: string, description: Value",
     "IssuedToken.to_dict"),
    ("R11", "  /api/v1/tokens/:\n", "  /api/v1/tokens/:\n    parameters: []\n", "/api/v1/tokens/: move"),
    ("R12", "x-orion-evidence: documented", "x-orion-evidence: guessed", "create_thing"),
    ("R12", "      x-orion-evidence: documented\n", "", "create_thing"),
    ("R12", "Creation time., x-orion-evidence: assumed", "Creation time., x-orion-evidence: no", "ThingInfo.created"),
    ("R13", "              operationId: get_thing\n", "              operationId: delete_thing\n", "create_thing: link"),
    ("R13", "              operationId: get_thing\n", "              operationId: get_other\n", "create_thing, link to get_other"),
    ("R13", "parameters: {thing_id: $response", "parameters: {id: $response", "create_thing, link to get_thing: unknown parameter"),
    ("R13", "parameters: {thing_id: $response.body#/id}", "parameters: {}", "create_thing, link to get_thing: missing path parameter"),
]  # fmt: skip


@pytest.fixture(scope="session")
def messages(run: Any, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Messages for each contract with a planted violation, from one run of the generator."""
    source, folders = FIXTURE.read_text(), []
    for _, old, new, _ in PLANTED:
        assert old in source, f"{old!r} not found in the fixture"
        folder = tmp_path_factory.mktemp("planted")
        (folder / "common.yaml").write_text(source.replace(old, new))
        folders.append(str(folder))
    script = "import json, sys, pathlib\nfrom generator import merge, rules\n"
    script += "print(json.dumps([rules.find_violations(merge.merge(pathlib.Path(name))) for name in sys.argv[1:]]))"
    done = run("-c", script, *folders)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("index", range(len(PLANTED)), ids=[f"{rule}-{where}" for rule, _, _, where in PLANTED])
def test_planted_violation_is_found(messages: list[list[str]], index: int) -> None:
    rule, _, _, where = PLANTED[index]
    assert any(line.startswith(f"openapi/common.yaml: {rule} {where}") for line in messages[index]), messages[index]


def test_every_rule_has_a_planted_violation() -> None:
    assert {rule for rule, *_ in PLANTED} == {f"R{index}" for index in range(1, 14)}


def test_lint_prints_file_rule_and_fix(run: Any, tmp_path: Path) -> None:
    source = FIXTURE.read_text().replace("x-orion-retry: create", "x-orion-retry: often")
    (tmp_path / "common.yaml").write_text(source)
    done = run("-m", "generator", "lint", "--contract", tmp_path)
    sentence = "openapi/common.yaml: R7 create_thing: set `x-orion-retry` to one of: read, write, create, keyed\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_lint_accepts_the_fixture(run: Any, contract: Path) -> None:
    done = run("-m", "generator", "lint", "--contract", contract)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
