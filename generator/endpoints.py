"""Writes the operation and model modules with openapi-python-client and the templates of this package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from . import tools
from .facts import iter_operations
from .prepare import CONFIG, build_template_data, prepare_contract

TEMPLATES = Path(__file__).parent / "templates"
# Modules that openapi-python-client does not render; their templates are copied unchanged.
COPIED_MODULES = ("_runtime.py", "_shared.py", "_wire.py")


def write(document: dict[str, Any], output: Path, work: Path) -> None:
    """Write the package to `output`, which must not exist; `work` is a temporary directory for the input of the tool."""
    templates = work / "templates"
    shutil.copytree(TEMPLATES, templates)
    (templates / "ops.jinja").write_text(build_template_data(document), encoding="utf-8")
    source, config = work / "prepared.json", work / "config.json"
    source.write_text(json.dumps(prepare_contract(document)), encoding="utf-8")
    config.write_text(json.dumps(CONFIG), encoding="utf-8")
    arguments = ["--path", str(source), "--config", str(config), "--custom-template-path", str(templates)]
    arguments += ["--meta", "none", "--fail-on-warning", "--output-path", str(output)]
    tools.run("openapi_python_client", "generate", *arguments, cwd=work)
    for name in COPIED_MODULES:
        shutil.copyfile(TEMPLATES / f"{name}.jinja", output / name)
    (output / "py.typed").write_text("", encoding="utf-8")
    reject_missing_modules(document, output)


def reject_missing_modules(document: dict[str, Any], output: Path) -> None:
    """Raise ToolError if an operation has no module, because the tool may skip an operation without a warning."""
    wanted = {f"{facts.tag}/{facts.id}.py" for facts in iter_operations(document)}
    found = {path.relative_to(output / "api").as_posix() for path in (output / "api").glob("*/*.py")}
    missing = sorted(wanted - found)
    if missing:
        raise tools.ToolError(f"openapi-python-client wrote no module for {', '.join(missing)}")
