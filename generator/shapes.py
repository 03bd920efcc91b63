"""Writes the TypedDict inputs and the Pydantic models of the contract with datamodel-code-generator."""

from __future__ import annotations

import copy
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

from . import tools
from .facts import METHODS
from .merge import walk
from .render import TEMPLATES

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
    "--custom-file-header", '"""TypedDicts of request bodies and of the arguments `filters` and `params`."""',
)  # fmt: skip
PYDANTIC = (*COMMON, "--output-model-type", "pydantic_v2.BaseModel", "--use-annotated", "--collapse-root-models")
MODELS = (
    *PYDANTIC, "--openapi-scopes", "schemas", "--strict-types", "str", "int", "float", "bool",
    "--base-class", "orion_api.contract._base.ContractModel", "--field-extra-keys", "x-orion-nullable",
    "--custom-file-header", '"""Strict Pydantic models of the schemas of the contract, for servers."""',
)  # fmt: skip
# Query parameters are strings, so the models parse numbers and booleans.
QUERIES = (
    *PYDANTIC, "--openapi-scopes", "paths", "parameters", "--extra-fields", "forbid",
    "--custom-file-header", '"""Pydantic models of the query parameters of the contract, for servers; unknown parameters are rejected."""',
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
    """Write inputs.py and contract/ to `output`."""
    # The tool reads the line length from the nearest pyproject.toml, which must not be that of this project.
    (work / "pyproject.toml").write_text("[tool.black]\nline-length = 120\n", encoding="utf-8")
    contract = output / "contract"
    contract.mkdir()
    merged = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (contract / "openapi.json").write_text(merged, encoding="utf-8")
    for name in ("__init__.py", "_base.py"):
        shutil.copyfile(TEMPLATES / f"contract{name}.jinja", contract / name)
    _generate(_widen_filters(document), output / "inputs.py", INPUTS, work)
    _generate(_mark_nullable(document), contract / "models.py", MODELS, work)
    _generate(_strip_bodies(document), contract / "queries.py", QUERIES, work)


def _generate(document: dict[str, Any], output: Path, arguments: tuple[str, ...], work: Path) -> None:
    source, written = work / f"{output.stem}.json", work / output.name
    # The tool reads JSON as YAML, which does not join escaped surrogates.
    source.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    try:
        tools.run("datamodel_code_generator", "--input", str(source), "--output", str(written), *arguments, cwd=work)
    except tools.ToolError as error:
        raise tools.RejectedError([(tools.find_schema(document, str(error)), str(error))]) from None
    code = written.read_text(encoding="utf-8")
    if "pydantic_v2.BaseModel" in arguments:
        code = code.replace("from __future__ import annotations\n", GUARD, 1)
        code = code.replace(" model_config = ", " model_config: ClassVar[ConfigDict] = ")
    # Imports are relative, and TypedDict is imported from the standard library.
    code = code.replace("from orion_api.types", "from .types").replace("from orion_api.contract._base", "from ._base")
    code = code.replace("typing_extensions", "typing")
    # The argument `filters` of `list_files` is ListFilesFilters; a server parses a ListFilesQuery.
    name = r"\1Filters" if output.stem == "inputs" else r"\1Query"
    output.write_text(re.sub(r"\b(\w+)ParametersQuery\b", name, code), encoding="utf-8")


def _widen_filters(document: dict[str, Any]) -> dict[str, Any]:
    # `encode_query` takes a single value in place of a list, and omits None.
    result = copy.deepcopy(document)
    for _, value in list(walk(result)):
        if isinstance(value, dict) and value.get("in") == "query":
            schema, omitted = value["schema"], [] if value.get("required") else [{"type": "null"}]
            single = [schema["items"]] if schema.get("type") == "array" else []
            value["schema"] = {"anyOf": [*single, schema, *omitted]}
    return result


def _mark_nullable(document: dict[str, Any]) -> dict[str, Any]:
    # The models use `X | None` for nullable and for optional fields; the mark distinguishes them.
    result = copy.deepcopy(document)
    for _, value in list(walk(result)):
        if isinstance(value, dict) and (
            (isinstance(value.get("type"), list) and "null" in value["type"])
            or any({"type": "null"} in value[key] for key in ("anyOf", "oneOf") if isinstance(value.get(key), list))
        ):
            value["x-orion-nullable"] = True
    return result


def _strip_bodies(document: dict[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(document)
    for item in result["paths"].values():
        for operation in (item[method] for method in METHODS if method in item):
            operation.pop("requestBody", None)
            operation["responses"] = {"204": {"description": "Nothing."}}
    return result
