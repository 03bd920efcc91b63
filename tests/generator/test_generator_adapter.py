"""Test every name that the adapter takes from openapi-python-client and every name that it gives to the templates."""

from __future__ import annotations

import ast
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from generator_paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ADAPTER = ROOT / "generator" / "adapter.py"
PINS = (ROOT / "generator" / "requirements.txt").read_text()
PINNED = next(line.partition("==")[2] for line in PINS.splitlines() if line.startswith("openapi-python-client=="))
LOAD = """
import dataclasses, json, pathlib, sys
from generator import adapter, merge, tools
document = merge.merge(pathlib.Path(sys.argv[1])).document
"""
EVALUATE = """
api = adapter.parse(document)
model = {each.name: each for each in api.models}
field = {f"{each.name}.{one.name}": one for each in api.models for one in each.fields}
[state] = api.enums
listing, get, upload = (api.operations[name] for name in ("list_things", "get_thing", "upload_thing_content"))
names = vars(adapter).copy()
found = [f"{kind}.{name}" for kind in ("Field", "Model", "Enum", "Operation", "Api")
         for name in (*names[kind].__dataclass_fields__, *vars(names[kind])) if not name.startswith("__")]
print(json.dumps([sorted(set(found)), *(eval(line) for line in json.loads(sys.argv[2]))]))
"""
# Name for the templates, expression with the fixture contract, value.
NAMES = [
    ("Field.name", "get.headers[0].name", "X-Key"),
    ("Field.python_name", "get.headers[0].python_name", "x_key"),
    ("Field.kind", "field['ThingInfo.created'].inner.kind", "datetime"),
    ("Field.type", "field['ThingInfo.created'].type", "datetime.datetime | None"),
    ("Field.required", "[each.required for each in model['CreateThing'].fields]", [True, False]),
    ("Field.class_name", "field['ThingInfo.state'].class_name", "ThingState"),
    ("Field.module", "field['ThingInfo.state'].module", "thing_state"),
    ("Field.inner", "field['ThingPage.results'].inner.class_name", "ThingInfo"),
    ("Field.parameter_type", "[each.parameter_type for each in listing.query]",
     ["ThingState | str", "Sequence[str]", "bool"]),
    ("Model.name", "sorted(model)", ["CreateThing", "Credentials", "IssuedToken", "JsonObject", "Problem", "ThingInfo", "ThingPage"]),
    ("Model.module", "model['ThingPage'].module", "thing_page"),
    ("Model.fields", "[each.name for each in model['ThingInfo'].fields]", ["id", "state", "created", "data", "parent"]),
    ("Model.extensible", "[model[name].extensible for name in ('ThingInfo', 'CreateThing')]", [True, False]),
    ("Model.imports", "model['ThingInfo'].imports", [["json_object", "JsonObject"], ["thing_state", "ThingState"]]),
    ("Enum.name", "state.name", "ThingState"),
    ("Enum.module", "state.module", "thing_state"),
    ("Enum.description", "state.description", "State of a thing."),
    ("Enum.members", "state.members", {"READY": "ready", "BUSY": "busy"}),
    ("Operation.path", "[each.name for each in get.path]", ["thing_id"]),
    ("Operation.query", "[each.name for each in listing.query]", ["state", "tags", "deleted"]),
    ("Operation.headers", "[each.name for each in get.headers]", ["X-Key"]),
    ("Operation.body", "[listing.body, upload.body.kind, upload.body.required]", [None, "binary", True]),
    ("Operation.responses", "{status: each.class_name for status, each in get.responses.items()}",
     {"200": "ThingInfo", "404": "Problem"}),
    ("Operation.imports", "listing.imports",
     [["problem", "Problem"], ["thing_page", "ThingPage"], ["thing_state", "ThingState"]]),
    ("Api.models", "len(api.models)", 7),
    ("Api.enums", "len(api.enums)", 1),
    ("Api.operations", "sorted(api.operations)[:3]", ["create_thing", "delete_thing", "download_thing"]),
]  # fmt: skip
KINDS = [
    ("any", "Any", {}),
    ("boolean", "bool", {"type": "boolean"}),
    ("datetime", "datetime.datetime", {"type": "string", "format": "date-time"}),
    ("enum", "XA", {"type": "string", "enum": ["x"]}),
    ("binary", "bytes", {"type": "string", "format": "binary"}),
    ("number", "float", {"type": "number"}),
    ("integer", "int", {"type": "integer"}),
    ("list", "list[int]", {"type": "array", "items": {"type": "integer"}}),
    ("model", "JsonObject", {"$ref": "#/components/schemas/JsonObject"}),
    ("string", "str", {"type": "string"}),
    ("nullable", "str | None", {"type": ["string", "null"]}),
]


@pytest.fixture(scope="module")
def values(run: Any, contract: Path) -> list[Any]:
    """The names of the adapter, then the value of each expression."""
    done = run("-c", LOAD + EVALUATE, contract, json.dumps([line for _, line, _ in NAMES]))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("index", range(len(NAMES)), ids=[name for name, _, _ in NAMES])
def test_a_name_for_the_templates(values: list[Any], index: int) -> None:
    assert values[index + 1] == NAMES[index][2]


def test_every_name_for_the_templates_has_a_test(values: list[Any]) -> None:
    assert values[0] == sorted(name for name, _, _ in NAMES)


def test_every_kind(run: Any, contract: Path) -> None:
    script = f"{LOAD}schemas = document['components']['schemas']\n"
    script += "schemas['X'] = {'type': 'object', 'properties': {'a': None}}\n"
    script += "for kind, annotation, schemas['X']['properties']['a'] in json.loads(sys.argv[2]):\n"
    script += "    [model] = [each for each in adapter.parse(document).models if each.name == 'X']\n"
    script += "    assert (model.fields[0].kind, model.fields[0].type) == (kind, annotation), model\n"
    script += "print(json.dumps(sorted(kind for kind, _ in adapter.KINDS.values())))"
    done = run("-c", script, contract, json.dumps(KINDS))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == sorted(kind for kind, _, _ in KINDS)


def test_names_are_renamed_only_if_they_shadow(run: Any, contract: Path) -> None:
    script = f"{LOAD}fields = ('id', 'format', 'list', 'class', 'type', 'from')\n"
    script += "document['components']['schemas']['X'] = {'type': 'object', 'properties': dict.fromkeys(fields, {})}\n"
    script += "[model] = [each for each in adapter.parse(document).models if each.name == 'X']\n"
    script += "print(*(each.python_name for each in model.fields))"
    done = run("-c", script, contract)
    assert done.stdout.split() == ["id", "format", "list_", "class_", "type", "from_"], done.stderr


def test_a_part_that_the_tool_rejects_is_an_error(run: Any, contract: Path) -> None:
    script = (
        f"{LOAD}document['paths']['/api/v1/other/{{x}}/'] = {{'get': document['paths']['/api/v1/tokens/']['post']}}\n"
    )
    script += "try: adapter.parse(document)\nexcept tools.ToolError as error: print(error)"
    done = run("-c", script, contract)
    assert done.stdout.startswith("openapi-python-client failed: WARNING parsing GET /api/v1/other/{x}/"), done.stderr


def names_of_the_tool() -> list[str]:
    """List the attributes that the reading functions of the adapter use, except those of Python and of the adapter."""
    tree = ast.parse(ADAPTER.read_text())
    functions = [
        each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith(("_parse", "_read"))
    ]
    found = {each.attr for function in functions for each in ast.walk(function) if isinstance(each, ast.Attribute)}
    return sorted(found - {"import_module", "__name__", "join", "removesuffix", "type", "header", "detail"})


def test_every_missing_name_of_the_tool_is_one_sentence(run: Any, contract: Path, tmp_path: Path) -> None:
    names = names_of_the_tool()
    assert {"GeneratorData", "class_info", "inner_properties", "path_parameters", "python_name"} <= set(names)
    shutil.copytree(ROOT / "generator", tmp_path / "generator", ignore=shutil.ignore_patterns("__pycache__"))
    script = f"""{LOAD}
import importlib, re
file = pathlib.Path(adapter.__file__)
source = file.read_text()
for name in json.loads(sys.argv[2]):
    exec(compile(re.sub(rf"\\.{{name}}\\b", f".{{name}}_gone", source), str(file), "exec"), vars(adapter))
    try:
        adapter.parse(document)
        print("no error")
    except tools.ToolError as error:
        print(error)
"""
    done = run("-c", script, contract, json.dumps(names), cwd=tmp_path, PYTHONPATH="")
    lines = done.stdout.splitlines()
    assert len(lines) == len(names), done.stderr
    for name, line in zip(names, lines, strict=True):
        assert line.startswith("openapi-python-client ")
        assert "differs in a name that generator/adapter.py uses (" in line
        assert f"{name}_gone" in line
        assert line.endswith(f"; install {PINNED}")


def test_an_unknown_class_of_the_tool_is_named(run: Any, contract: Path) -> None:
    script = f"{LOAD}del adapter.KINDS['IntProperty']\n"
    script += "try: adapter.parse(document)\nexcept tools.ToolError as error: print(error)"
    assert "(KeyError: 'IntProperty')" in run("-c", script, contract).stdout


def test_only_the_adapter_names_the_tool() -> None:
    files = [*(ROOT / "generator").glob("*.py"), *(ROOT / "generator" / "templates").iterdir()]
    assert [path.name for path in files if "openapi_python_client" in path.read_text()] == ["adapter.py"]


def test_the_templates_render_the_committed_modules(run: Any, tmp_path: Path) -> None:
    # Without the check of pins, so that this test runs with every release of the tool.
    script = "import pathlib, sys; from generator import build, render; output = pathlib.Path(sys.argv[1])\n"
    script += "contract, api = build.lint(pathlib.Path('openapi'))\n"
    script += "render.write(contract.document, api, output); build.format_code(output)"
    done = run("-c", script, tmp_path / "orion_api")
    assert done.returncode == 0, done.stderr
    committed = ROOT / "generated" / "orion_api"
    rendered = {path.relative_to(tmp_path / "orion_api") for path in (tmp_path / "orion_api").rglob("*.py")}
    others = {path.relative_to(committed) for path in committed.rglob("*.py")} - rendered
    assert {path.parts[0] for path in others} == {"contract", "inputs.py"}
    for path in rendered:
        assert (tmp_path / "orion_api" / path).read_text() == (committed / path).read_text(), path
