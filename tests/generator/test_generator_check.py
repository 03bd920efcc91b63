"""Test the merge, reproducible output and the check for outdated output."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from generator_paths import FIXTURE, ROOT

if TYPE_CHECKING:
    from pathlib import Path


def files(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def copied(contract: Path, generated: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Copies of the contract and its package that a test can change."""
    shutil.copytree(contract, tmp_path / "openapi")
    shutil.copytree(generated, tmp_path / "fixture_ours", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "openapi", tmp_path / "fixture_ours"


def check(run: Any, folders: tuple[Path, Path], **where: Any) -> tuple[int, list[str]]:
    done = run("-m", "generator", "check", "--contract", folders[0], "--output", folders[1], **where)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()


def test_check_accepts_generated_output(run: Any, copied: tuple[Path, Path]) -> None:
    assert check(run, copied) == (0, [])


def test_check_reports_edited_extra_and_missing_files(run: Any, copied: tuple[Path, Path]) -> None:
    package = copied[1]
    with (package / "types.py").open("a") as file:
        file.write("# better\n")
    (package / "api" / "things" / "own.py").write_text("")
    (package / "models" / "problem.py").unlink()
    assert check(run, copied) == (
        1,
        [
            "fixture_ours/api/things/own.py is not generated; remove it",
            "fixture_ours/models/problem.py is missing",
            "fixture_ours/types.py differs from the generated file",
            "run: nox -s generate",
        ],
    )


def test_check_reports_a_changed_contract(run: Any, copied: tuple[Path, Path]) -> None:
    contract = copied[0] / "common.yaml"
    contract.write_text(contract.read_text().replace("Deletes a thing.", "Deletes a thing permanently."))
    assert check(run, copied) == (1, ["fixture_ours is out of date: the contract changed", "run: nox -s generate"])


def test_a_comment_in_the_contract_is_no_change(run: Any, copied: tuple[Path, Path]) -> None:
    with (copied[0] / "common.yaml").open("a") as file:
        file.write("# A comment.\n")
    assert check(run, copied) == (0, [])


@pytest.fixture
def other_generator(tmp_path: Path) -> Path:
    """Copy of the generator that a test can change."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "generator", tmp_path / "copy" / "generator", ignore=ignored)
    return tmp_path / "copy"


def test_check_reports_a_changed_template(run: Any, copied: tuple[Path, Path], other_generator: Path) -> None:
    with (other_generator / "generator" / "templates" / "model.py.jinja").open("a") as file:
        file.write("# better\n")
    expected = ["fixture_ours is out of date: the generator or a template changed", "run: nox -s generate"]
    assert check(run, copied, cwd=other_generator, PYTHONPATH="") == (1, expected)


def test_another_tool_version_is_rejected(run: Any, copied: tuple[Path, Path], other_generator: Path) -> None:
    pins = other_generator / "generator" / "requirements.txt"
    before = next(line for line in pins.read_text().splitlines() if line.startswith("ruff=="))
    pins.write_text(pins.read_text().replace(before, "ruff==0.0.1"))
    expected = [f"fixture_ours is out of date: ruff {before[6:]} became 0.0.1", "run: nox -s generate"]
    assert check(run, copied, cwd=other_generator, PYTHONPATH="") == (1, expected)
    old = files(copied[1])
    arguments = ["--contract", copied[0], "--output", copied[1]]
    done = run("-m", "generator", "generate", *arguments, cwd=other_generator, PYTHONPATH="")
    rejection = f"generator/requirements.txt pins ruff 0.0.1, but {before[6:]} is installed; run: nox -s generate\n"
    assert (done.returncode, done.stderr) == (1, rejection)
    assert files(copied[1]) == old


def test_output_is_reproducible(run: Any, contract: Path, generated: Path, tmp_path: Path) -> None:
    # Independent of the hash seed, the settings of a surrounding project and the output of an earlier run.
    (tmp_path / "ruff.toml").write_text('line-length = 40\n[format]\nquote-style = "single"\n')
    settings = "[tool.ruff]\nline-length = 40\n[tool.datamodel-codegen]\nuse-union-operator = false\n"
    (tmp_path / "pyproject.toml").write_text(settings)
    output = tmp_path / "fixture_ours"
    (output / "models").mkdir(parents=True)
    (output / "models" / "old.py").write_text("")
    (output / "_generation.json").write_text("{}")
    arguments = ["--contract", contract, "--output", output]
    done = run("-m", "generator", "generate", *arguments, PYTHONHASHSEED="7", LC_ALL="C")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert files(output) == files(generated)
    assert {path.name for path in tmp_path.iterdir()} == {"ruff.toml", "pyproject.toml", "fixture_ours"}


def test_the_merged_document_is_in_the_package(run: Any, contract: Path, generated: Path) -> None:
    done = run("-m", "generator", "merge", "--contract", contract)
    assert done.stdout == (generated / "contract" / "openapi.json").read_text()
    fingerprint = json.loads((generated / "_generation.json").read_text())
    assert fingerprint["contract_version"] == "1.2.3"
    assert fingerprint["tools"]["openapi-python-client"] == "0.29.1"


# Partial document, line, rule, message and fix.
INVALID = [
    ("paths: {/api/v1/tokens/: {}}", "1: MERGE paths: `/api/v1/tokens/` is already defined in {}/common.yaml:"),
    ("components:\n  schemas: {Problem: {}}", "2: MERGE components/schemas: `Problem` is already defined in {}/common.yaml:"),
    ("paths:\n  /x/: {get: {operationId: get_thing}}", "2: MERGE get_thing: the operation is already defined in {}/common.yaml:"),
    ("info: {title: x}", "1: MERGE `info` is only allowed in common.yaml; move it to common.yaml"),
    ("inf: {title: x}", "1: MERGE `inf` is not known; use paths and components"),
    ("paths:", "1: MERGE `paths` is not a mapping; make it a mapping"),
    ("components:\n  schemas:", "2: MERGE `components/schemas` is not a mapping; make it a mapping"),
    ("paths: {}\ncomponents:", "2: MERGE `components` is not a mapping; make it a mapping"),
    ("paths:\n  /x/: {get: {$ref: 'other.yaml#/x'}}", "2: MERGE GET /x/: reference `other.yaml#/x` is not local; start it"),
    ("paths: {/x/: {get: {$ref: '#/components/schemas/No'}}}",
     "1: MERGE GET /x/: reference `#/components/schemas/No` cannot be resolved; define the component"),
    ("components: {schemas: {A: {$ref: '#/components/schemas/A'}}}",
     "1: MERGE A: reference `#/components/schemas/A` cannot be resolved"),
    ("paths: {/x/: {get: {responses: {200: {}}}}}", "1: YAML the key `200` is not a string; quote it"),
    ("paths:\n  /x/: {}\n  /x/: {}", "3: YAML the key `/x/` is duplicated; remove one of them"),
    ("paths: {", "1: YAML not valid YAML: expected the node content, but found '<stream end>'; correct it"),
    ("paths: {}\n\tx: 1", "2: YAML not valid YAML: found character '\\t' that cannot start any token; correct it"),
    ("paths: {}\n---\npaths: {}", "2: YAML not valid YAML: but found another document; correct it"),
    ("", "1: YAML the document is not a mapping"),
    ("- paths", "1: YAML the document is not a mapping; start with `paths:` or `components:`"),
    ("paths:\n  x: &a [*a]", "2: YAML an alias contains itself; write the value out"),
    ("paths:\n  x: !!python/name:os.system ''", "2: YAML `` has the tag tag:yaml.org,2002:python/name:os.system; remove the tag"),
    ("paths:\n  x: !!set {a}", "2: YAML the tag tag:yaml.org,2002:set is not supported; remove the tag"),
    ("paths:\n  x: !!int a", "2: YAML `a` has the tag tag:yaml.org,2002:int; remove the tag"),
    ("paths:\n  x: 1e999", "2: YAML the value `1e999` is too large; use a number that JSON can hold"),
    (f"paths:\n  x: {'9' * 5000}", "2: YAML the "),
    ('paths:\n  x: "\\ud83d"', "2: YAML half of a surrogate pair; write the character itself, or both halves"),
    ('paths:\n  x: "\\0"', "2: YAML the control character U+0000; remove it"),
    ("paths:\n  x: \x0b", "2: YAML not valid YAML: character 0xb; remove it"),
    ("paths:\n  x: " + "[" * 3000, "1: YAML the document is nested too deeply; use references"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rejections(run: Any, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Message for each invalid partial document, from one run of the generator."""
    folders = [tmp_path_factory.mktemp("invalid") for _ in (*INVALID, "bytes")]
    for folder, (document, _) in zip(folders[:-1], INVALID, strict=True):
        (folder / "other.yaml").write_text(document)
    (folders[-1] / "other.yaml").write_bytes(b"paths:\n  x: \xff")
    for folder in folders:
        shutil.copyfile(FIXTURE, folder / "common.yaml")
    script = "import json, pathlib, sys\nfrom generator import merge, problems\nfound = []\nfor name in sys.argv[1:]:\n"
    script += "    try: merge.merge(pathlib.Path(name))\n    except problems.ContractError as error: found.append(str(error))\n"
    done = run("-c", f"{script}print(json.dumps(found))", *folders)
    assert done.returncode == 0, done.stderr
    return [line.replace(folder.name, "{}") for folder, line in zip(folders, json.loads(done.stdout), strict=True)]


@pytest.mark.parametrize("index", range(len(INVALID)), ids=[f"{document:.40}" for document, _ in INVALID])
def test_an_invalid_partial_document_is_rejected(rejections: list[str], index: int) -> None:
    assert rejections[index].startswith(f"{{}}/other.yaml:{INVALID[index][1]}"), rejections[index]
    assert "; " in rejections[index]
    assert "\n" not in rejections[index]


def test_a_document_in_another_encoding_is_rejected(rejections: list[str]) -> None:
    assert rejections[-1] == "{}/other.yaml:2: YAML not UTF-8: byte 0xff; save it as UTF-8"


def test_merge_prints_each_problem_in_one_line(run: Any, tmp_path: Path) -> None:
    shutil.copyfile(FIXTURE, tmp_path / "common.yaml")
    (tmp_path / "other.yaml").write_text("info: {}\nservers: []")
    done = run("-m", "generator", "merge", "--contract", ".", cwd=tmp_path, PYTHONPATH=str(ROOT))
    lines = [
        f"{tmp_path.name}/other.yaml:1: MERGE `info` is only allowed in common.yaml; move it to common.yaml",
        f"{tmp_path.name}/other.yaml:2: MERGE `servers` is only allowed in common.yaml; move it to common.yaml",
    ]
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (1, "", lines)


def test_documents_are_merged_in_order_with_yaml_1_2_scalars(run: Any, tmp_path: Path) -> None:
    (tmp_path / "common.yaml").write_text("openapi: 3.1.0\ncomponents: {schemas: {Common: {}}}")
    (tmp_path / "b.yaml").write_text("paths: {/b2/: {}, /b1/: {}}")
    (tmp_path / "a.yaml").write_text("paths: {/a/: {}}\ncomponents: {schemas: {On: {on: no, at: 2026-01-01, n: 010}}}")
    document = json.loads(run("-m", "generator", "merge", "--contract", tmp_path).stdout)
    assert list(document) == ["openapi", "paths", "components"]
    assert list(document["paths"]) == ["/a/", "/b2/", "/b1/"]
    assert document["components"]["schemas"] == {"Common": {}, "On": {"on": "no", "at": "2026-01-01", "n": "010"}}


def test_a_contract_without_a_head_is_rejected(run: Any, tmp_path: Path) -> None:
    done = run("-m", "generator", "lint", "--contract", tmp_path)
    message = f"{tmp_path.name}/common.yaml:1: MERGE not found; add it with the head of the document\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_an_invalid_openapi_document_is_rejected(run: Any, copied: tuple[Path, Path]) -> None:
    contract = copied[0] / "common.yaml"
    contract.write_text(contract.read_text().replace("in: query", "in: body", 1))
    done = run("-m", "generator", "generate", "--contract", copied[0], "--output", copied[1])
    message = "openapi/common.yaml:20: OPENAPI list_things, parameter state: 'body' is not one of ['query', 'header', 'path', 'cookie']"
    assert (done.returncode, done.stderr) == (1, f"{message}; use one of these values\n")


def test_an_operation_without_a_module_is_an_error(run: Any, tmp_path: Path) -> None:
    script = "import sys, pathlib; from generator import adapter, render, tools\n"
    script += "operation = {'operationId': 'get_x', 'tags': ['xs'], 'responses': {}, 'x-orion-retry': 'read', 'x-orion-evidence': 'x'}\n"
    script += "document = {'info': {'version': '1'}, 'paths': {'/x/': {'get': operation}}}\n"
    script += "try: render.write(document, adapter.Api((), (), {}), pathlib.Path(sys.argv[1]))\n"
    script += "except tools.ToolError as error: print(error)"
    done = run("-c", script, tmp_path)
    assert done.stdout == "openapi-python-client skips the operation\n", done.stderr


def test_missing_tools_are_reported_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "generator", "lint"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    message = "module 'yaml' not found; install generator/requirements.txt, or run: nox -s generate\n"
    assert (done.returncode, done.stderr) == (1, message)
