"""Runs datamodel-code-generator: TypedDict inputs, and the strict Pydantic models of the contract."""

from __future__ import annotations

import copy
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

from . import tools
from .endpoints import TEMPLATES
from .facts import METHODS
from .merge import walk

if TYPE_CHECKING:
    from pathlib import Path

COMMON = (
    "--input-file-type", "openapi", "--use-operation-id-as-name", "--target-python-version", "3.11",
    "--formatters", "builtin", "--disable-timestamp", "--use-schema-description", "--use-single-line-docstring",
    "--ignore-pyproject", "--disable-appending-item-suffix", "--enum-field-as-literal", "all",
)  # fmt: skip
INPUTS = (
    *COMMON, "--output-model-type", "typing.TypedDict", "--openapi-scopes", "paths", "parameters", "requestbodies",
    "--type-overrides", '{"JsonObject": "orion_api.types.JsonObject"}', "--no-use-closed-typed-dict",
    "--custom-file-header", '"""Shapes of `filters=` and `params=` and of the objects, for type checkers."""',
)  # fmt: skip
PYDANTIC = (*COMMON, "--output-model-type", "pydantic_v2.BaseModel", "--use-annotated", "--collapse-root-models")
MODELS = (
    *PYDANTIC, "--openapi-scopes", "schemas", "--strict-types", "str", "int", "float", "bool",
    "--base-class", "orion_api.contract._base.ContractModel", "--field-extra-keys", "x-orion-nullable",
    "--custom-file-header", '"""Strict models of the objects of the contract, for a server."""',
)  # fmt: skip
# A query is text, so numbers and booleans are read from it.
QUERIES = (
    *PYDANTIC, "--openapi-scopes", "paths", "parameters", "--extra-fields", "forbid",
    "--custom-file-header", '"""Models of the queries of the contract, for a server; unknown parameters are rejected."""',
)  # fmt: skip
GUARD = """from __future__ import annotations

try:
    import pydantic  # noqa: F401
except ImportError:
    raise ImportError(
        "orion_api.contract needs pydantic: pip install 'orion-platform-client[local]'"
    ) from None

from typing import ClassVar
"""


def write(document: dict[str, Any], output: Path, work: Path) -> None:
    """Write inputs.py and contract/ into `output`."""
    # The tool takes its line length from the nearest pyproject.toml, which must not be that of the surrounding project.
    (work / "pyproject.toml").write_text("[tool.black]\nline-length = 120\n", encoding="utf-8")
    contract = output / "contract"
    contract.mkdir()
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (contract / "openapi.json").write_text(text, encoding="utf-8")
    for name in ("__init__.py", "_base.py"):
        shutil.copyfile(TEMPLATES / f"contract{name}.jinja", contract / name)
    _generate(document, output / "inputs.py", INPUTS, work)
    _generate(_mark_nullable(document), contract / "models.py", MODELS, work)
    _generate(_keep_queries(document), contract / "queries.py", QUERIES, work)


def _generate(document: dict[str, Any], output: Path, arguments: tuple[str, ...], work: Path) -> None:
    source, written = work / f"{output.stem}.json", work / output.name
    source.write_text(json.dumps(document), encoding="utf-8")
    tools.run("datamodel_code_generator", "--input", str(source), "--output", str(written), *arguments, cwd=work)
    text = written.read_text(encoding="utf-8")
    if "pydantic_v2.BaseModel" in arguments:
        text = text.replace("from __future__ import annotations\n", GUARD, 1)
        text = text.replace(" model_config = ", " model_config: ClassVar[ConfigDict] = ")
    # The package does not know its own name, and Python 3.11 has its own TypedDict.
    text = text.replace("from orion_api.types", "from .types").replace("from orion_api.contract._base", "from ._base")
    text = text.replace("typing_extensions", "typing")
    # `list_files` takes ListFilesFilters as `filters=`; its server reads a ListFilesQuery.
    name = r"\1Filters" if output.stem == "inputs" else r"\1Query"
    output.write_text(re.sub(r"\b(\w+)ParametersQuery\b", name, text), encoding="utf-8")


def _mark_nullable(document: dict[str, Any]) -> dict[str, Any]:
    # The models write `X | None` for "may be null" and for "may be absent"; the mark tells them apart.
    result = copy.deepcopy(document)
    for _, value in list(walk(result)):
        if isinstance(value, dict) and (
            (isinstance(value.get("type"), list) and "null" in value["type"])
            or any({"type": "null"} in value[key] for key in ("anyOf", "oneOf") if isinstance(value.get(key), list))
        ):
            value["x-orion-nullable"] = True
    return result


def _keep_queries(document: dict[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(document)
    for item in result["paths"].values():
        for operation in (item[method] for method in METHODS if method in item):
            operation.pop("requestBody", None)
            operation["responses"] = {"204": {"description": "Nothing."}}
    return result
