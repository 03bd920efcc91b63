"""Test names and letters that are easy to get wrong, the import of the new package, and where it is written."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from generator_paths import FIXTURE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCE = FIXTURE.read_bytes().decode()
# Values and names with letters beyond U+FFFF, joiners, quotes and backslashes; the last three have no letter first.
LETTERS = [
    "ready", "caf\u00e9", "k\U0001f600", "\u540d\u524d", "ab\U0001d7d8", 'q"q', "b\\s", "l\u2028m",
    "\U0001f469\u200d\U0001f4bb", "\U0010ffff", "$",
]  # fmt: skip
# Names of the generated code, of Python, of attrs and of Pydantic.
NAMES = [
    "field", "define", "attrs", "any", "cast", "unset", "dict", "list", "str", "json", "self", "cls", "type", "read", "src_dict",
    "datetime", "class", "copy", "schema", "model_config", "model_dump", "_private", "__init__", "a-b", "c.d", "e f", 'g"h', "i\\j",
    "9", "gr\u00f6\u00dfe", "k\U0001f600",
]  # fmt: skip
PARAMETERS = [
    "build",
    "check",
    "parse",
    "encode_query",
    "datetime",
    "response",
    "request",
    "self",
    "type",
    "json",
    "from",
    "l-\U0001f600",
]
PROSE = 'Ends with \\ "quotes"'
CHANGE = """
import copy, json, pathlib, sys
from generator import merge
letters, names, parameters, prose = json.loads(sys.argv[2])
document = merge.merge(pathlib.Path(sys.argv[1])).document
schemas, listing = document["components"]["schemas"], document["paths"]["/api/v1/things/"]["get"]
string = {"type": "string", "description": prose, "example": letters[2]}
schemas["ThingState"]["x-orion-known"] = letters
schemas["JsonObject"]["description"] = schemas["ThingInfo"]["description"] = listing["description"] = prose
schemas["ThingInfo"]["properties"]["kind"] = {**string, "enum": letters, "default": letters[2]}
for name in ("ThingInfo", "CreateThing"):
    schemas[name]["properties"] |= {each: string for each in names}
parameter = {"in": "query", "description": prose, "schema": {"type": "string"}, "x-orion-evidence": "assumed"}
listing["parameters"] += [{"name": each, **parameter} for each in parameters]
print(json.dumps(document, indent=1))
"""
USE = """
import inspect, json, sys
from odd import contract, inputs
from odd.api.things import list_things
from odd.contract.models import CreateThing, ThingInfo as Strict
from odd.contract.queries import ListThingsQuery
from odd.models import CreateThing as Create, ThingInfo, ThingState
letters, names, parameters, prose = json.loads(sys.argv[1])
fields = {name: f"x{name}" for name in names}
for letter in letters:
    thing = {"id": 1, "state": letter, "kind": letter, **fields}
    read = ThingInfo.from_dict(json.loads(json.dumps(thing)))
    assert read.to_dict() == thing
    assert not read.additional_properties
    assert read.state in list(ThingState)
    assert Strict.model_validate(thing).model_dump(by_alias=True, exclude_unset=True) == thing
assert [state.value for state in ThingState] == letters
assert Create.from_dict({"name": "x", **fields}).to_dict() == {"name": "x", **fields}
assert CreateThing.model_validate({"name": "x", **fields})
assert {"name", "note", *names} == set(inputs.CreateThing.__annotations__)
arguments = {name: letters[2] for name in inspect.signature(list_things.build).parameters}
query = {"state", "tags", "deleted", *parameters}
assert {name for name, _ in list_things.build(**arguments).query} == query == set(inputs.ListThingsFilters.__annotations__)
assert ListThingsQuery.model_validate(dict.fromkeys(parameters, "x")).model_dump(by_alias=True, exclude_unset=True)
assert contract.load()["components"]["schemas"]["ThingState"]["x-orion-known"] == letters
assert prose in list_things.__doc__ and prose in ThingInfo.__doc__
class Page:
    status_code, headers = 200, {"content-type": "application/json"}
    read = lambda self: b'{"next": null, "results": []}'
    __enter__ = lambda self: self
    __exit__ = lambda self, *_: None
class Client:
    send = lambda self, request: Page()
assert list_things.sync(client=Client(), **arguments).results == []
assert list_things.sync_detailed(client=Client(), **arguments).parsed.results == []
"""


def test_odd_letters_and_names_survive_the_round_trip(run: Any, contract: Path, tmp_path: Path) -> None:
    values = json.dumps([LETTERS, NAMES, PARAMETERS, PROSE])
    changed = run("-c", CHANGE, contract, values)
    assert changed.returncode == 0, changed.stderr
    # JSON writes letters beyond U+FFFF as pairs of surrogates, and other letters as they are.
    assert "\\ud83d\\ude00" in changed.stdout
    folder = tmp_path / "openapi"
    folder.mkdir()
    (folder / "common.yaml").write_bytes(changed.stdout.replace("\\u540d\\u524d", "\u540d\u524d").encode())
    # A relative directory with a blank, whose parent does not exist.
    done = run(
        "-m",
        "generator",
        "generate",
        "--contract",
        "openapi",
        "--output",
        "a b/c/odd/",
        cwd=tmp_path,
        PYTHONPATH=str(ROOT),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    used = run("-W", "error", "-c", USE, values, cwd=tmp_path / "a b" / "c")
    assert used.returncode == 0, used.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"openapi", "a b"}


@pytest.fixture
def other_generator(tmp_path: Path) -> Path:
    """Copy of the generator that a test can change."""
    shutil.copytree(ROOT / "generator", tmp_path / "copy" / "generator", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "copy"


# Template, string in it, its replacement, rule, line in the fixture, and the message.
BROKEN = [
    ("model.py", "    def to_dict", "    {{ 'missing' if model.name == 'CreateThing' }}\n    def to_dict", "    CreateThing:",
     "IMPORT CreateThing: the generated models/create_thing.py cannot be imported: NameError: name 'missing' is not defined; rename"),
    ("endpoint_module.py", "def build(", "def build({{ '(' if facts.id == 'delete_thing' }}", "    delete:",
     "IMPORT delete_thing: the generated api/things/delete_thing.py cannot be imported: '(' was never closed"),
    ("endpoint_module.py", "def build(", "{{ facts.data.absent.inner if facts.id == 'delete_thing' }}\ndef build(", "    delete:",
     "TOOL delete_thing: the template endpoint_module.py.jinja failed: 'dict object' has no attribute 'absent'; simplify"),
]  # fmt: skip


@pytest.mark.parametrize("index", range(len(BROKEN)))
def test_a_module_that_fails_is_named_with_its_place(
    run: Any, contract: Path, other_generator: Path, tmp_path: Path, index: int
) -> None:
    template, old, new, place, message = BROKEN[index]
    path = other_generator / "generator" / "templates" / f"{template}.jinja"
    assert path.read_bytes().decode().count(old) == 1
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    # The module is written without the other tools, so that the test is fast.
    script = "import pathlib, sys; from generator import build, shapes, __main__ as command\n"
    script += "shapes.write = lambda *_: None; build.format_code = lambda *_: None\n"
    script += "raise SystemExit(command.main(['generate', '--contract', sys.argv[1], '--output', sys.argv[2]]))"
    output = tmp_path / "new" / "package"
    done = run("-c", script, contract, output, cwd=other_generator, PYTHONPATH="")
    line = SOURCE.splitlines().index(place) + 1
    assert done.returncode == 1
    assert done.stderr.startswith(f"{contract.name}/common.yaml:{line}: {message}"), done.stderr
    assert done.stderr.count("\n") == 1
    assert not output.parent.exists()


def in_process(run: Any, script: str, *arguments: object) -> list[str]:
    """Run commands of the generator in one process, with a package that is only its fingerprint; return a line for each."""
    start = """
import functools, json, os, pathlib, sys
from generator import adapter, build, shapes, tools, __main__ as command
build.lint = functools.cache(build.lint)
def write(contract, api, output, pinned):
    output.mkdir()
    (output / build.FINGERPRINT).write_bytes(json.dumps(build.build_fingerprint(contract.document, pinned)).encode())
def generate(*arguments):
    sys.stderr.flush()
    print(command.main(["generate", "--contract", sys.argv[1], *arguments]), flush=True)
"""
    done = run("-c", f"{start}{script}", *arguments)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


REJECTED: list[tuple[Callable[[Path], Any], str, str]] = [
    (lambda folder: folder.mkdir(), "not-a-name", "`not-a-name` is not a valid name of a package"),
    (lambda folder: folder.mkdir(), "class", "`class` is not a valid name of a package"),
    (lambda folder: folder.mkdir(), "json", "`json` is not a valid name of a package"),
    (lambda folder: folder.write_bytes(b"mine"), "", "it is a file, not a package"),
    (
        lambda folder: (folder.mkdir(), (folder / "mine.txt").write_bytes(b"mine")),
        "",
        "it has no _generation.json, so it is not",
    ),
    (lambda folder: folder.symlink_to(folder), "", "package"),
    (lambda folder: folder.write_bytes(b"mine"), "below", "Not a directory"),
]


@pytest.fixture(scope="module")
def rejected(run: Any, contract: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, list[str]]]:
    """For each output that is rejected, its directory and the exit code and message."""
    folders = []
    for make, _, _ in REJECTED:
        folders.append(tmp_path_factory.mktemp("rejected") / "package")
        make(folders[-1])
    outputs = [str(folder / name) for folder, (_, name, _) in zip(folders, REJECTED, strict=True)]
    lines = in_process(
        run, "build.write = write\nfor each in sys.argv[2:]: generate('--output', each)", contract, *outputs
    )
    return list(zip(folders, zip(lines[: len(outputs)], lines[len(outputs) :], strict=True), strict=True))


@pytest.mark.parametrize("index", range(len(REJECTED)))
def test_an_output_that_is_not_a_package_is_not_touched(rejected: Any, index: int) -> None:
    folder, (code, line) = rejected[index]
    assert code == "1"
    assert REJECTED[index][2] in line
    if folder.is_file():
        assert folder.read_bytes() == b"mine"
    elif folder.is_dir():
        assert [path.name for path in folder.iterdir()] in ([], ["mine.txt"])
    assert [path.name for path in folder.parent.iterdir()] == ["package"]


def test_outputs_that_exist_or_not_are_written(run: Any, contract: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "old").mkdir()
    for name in ("_generation.json", "old.py"):
        (tmp_path / "old" / name).write_bytes(b"{}")
    (tmp_path / "linked").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "linked")
    script = "build.write = write; os.chdir(sys.argv[2]); os.environ['HOME'] = sys.argv[2]\n"
    script += "for each in ('empty', 'old', './new/', 'a b/c', 'link', '~/home', 'empty'): generate('--output', each)\n"
    script += "os.chdir('empty'); generate('--output', '.'); os.chdir(sys.argv[2]); os.chdir('new'); generate('--output', '../up')"
    assert in_process(run, script, contract, tmp_path) == ["0"] * 9
    assert (tmp_path / "link").is_symlink()
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    names = ("empty", "old", "new", "a b/c", "linked", "link", "home", "up")
    assert found - {"link/_generation.json"} == {f"{name}/_generation.json" for name in names} - {
        "link/_generation.json"
    }


def test_errors_of_the_tools_are_translated(run: Any, contract: Path, tmp_path: Path) -> None:
    script = """
name, fail = adapter.make_member_names, tools.run
adapter.make_member_names = lambda values: ["SAME"] * len(values)
generate("--output", sys.argv[2])
adapter.make_member_names = name
def run(module, *arguments, cwd):
    if module == "datamodel_code_generator":
        raise tools.ToolError(f"{module} failed: no model for ThingPage")
tools.run = run
generate("--output", sys.argv[2])
shapes.write = lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
generate("--output", sys.argv[2])
"""
    *codes, first, second, third = in_process(run, script, contract, tmp_path / "package")
    assert codes == ["1", "1", "1"]
    state, page = (SOURCE.splitlines().index(f"    {name}:") + 1 for name in ("ThingState", "ThingPage"))
    assert first.startswith(
        f"{contract.name}/common.yaml:{state}: TOOL ThingState: openapi-python-client failed: ValueError: Duplicate key SAME"
    )
    assert second.startswith(
        f"{contract.name}/common.yaml:{page}: TOOL ThingPage: datamodel_code_generator failed: no model for ThingPage; "
    )
    assert third == "generate failed: [Errno 28] No space left on device"
    assert not list(tmp_path.iterdir())


def test_check_reports_a_contract_that_is_not_valid(run: Any, generated: Path, tmp_path: Path) -> None:
    for name, old, new in (
        ("version", ", version: 1.2.3", ""),
        ("retry", "x-orion-retry: create", "x-orion-retry: often"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "common.yaml").write_bytes(SOURCE.replace(old, new).encode())
    script = "for each in sys.argv[2:]: print(command.main(['check', '--contract', each, '--output', sys.argv[1]]), flush=True)"
    *codes, first, second = in_process(run, script, generated, tmp_path / "version", tmp_path / "retry")
    assert codes == ["1", "1"]
    assert first == "version/common.yaml:3: OPENAPI info: 'version' is a required property; add the key"
    assert second.startswith("retry/common.yaml:49: R7 create_thing: `x-orion-retry` is `often`; set it to one of: ")
