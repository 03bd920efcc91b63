"""Renders the modules of operations and models with the templates of this package."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from .facts import get_media_types, is_binary, iter_operations
from .tools import RejectedError

if TYPE_CHECKING:
    from .adapter import Api

TEMPLATES = Path(__file__).parent / "templates"
# These templates are copied unchanged.
COPIED = ("_lazy.py", "_runtime.py", "_shared.py", "_wire.py", "client.py", "errors.py", "types.py")


def escape_docstring(prose: str) -> str:
    """Escape a description, so that it can stand in a docstring, also directly before its end."""
    prose = prose.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return re.sub(r'(?<!\\)((?:\\\\)*)"\Z', r'\1\\"', prose)


def write(document: dict[str, Any], api: Api, output: Path) -> None:
    """Write the modules to `output`, which must not exist.

    Raises:
        RejectedError: If a template fails, or the tool skips an operation.
    """
    schemas = document.get("components", {}).get("schemas", {})
    settings: dict[str, Any] = dict.fromkeys(("trim_blocks", "lstrip_blocks", "keep_trailing_newline"), True)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, **settings)  # noqa: S701 - not for HTML  # nosec B701
    environment.filters["literal"] = repr
    environment.filters["docstring"] = escape_docstring
    environment.globals["free_form"] = {
        name
        for name, schema in schemas.items()
        if schema.get("type") == "object" and not schema.get("properties") and schema.get("additionalProperties", True)
    }

    def render(template: str, path: str, *keys: str, **values: Any) -> None:
        target = output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            code = environment.get_template(f"{template}.jinja").render(values)
        except TemplateError as error:
            raise RejectedError([(keys, f"the template {template}.jinja failed: {error}")]) from None
        target.write_text(code, encoding="utf-8")

    render("package_init.py", "__init__.py", version=document["info"]["version"])
    (output / "py.typed").write_text("", encoding="utf-8")
    for name in COPIED:
        shutil.copyfile(TEMPLATES / f"{name}.jinja", output / name)
    operations = list(iter_operations(document))
    render("operations.py", "operations.py", operations=operations)
    render("models_init.py", "models/__init__.py", classes=sorted(api.models + api.enums, key=lambda each: each.name))
    for model in api.models:
        render(
            "model.py",
            f"models/{model.module}.py",
            "components",
            "schemas",
            model.name,
            model=model,
            schema=schemas[model.name],
        )
    for enum in api.enums:
        render("str_enum.py", f"models/{enum.module}.py", "components", "schemas", enum.name, enum=enum)
    render("api_init.py", "api/__init__.py")
    for tag in sorted({facts.tag for facts in operations}):
        names = sorted(facts.id for facts in operations if facts.tag == tag)
        render("endpoint_init.py", f"api/{tag}/__init__.py", tag=tag, names=names)
    for facts in operations:
        if facts.id not in api.operations:
            raise RejectedError([(facts.keys, "openapi-python-client skips the operation")])
        responses = [facts.data["responses"][str(status)] for status in facts.success]
        media = [schema for response in responses for schema in get_media_types(document, response).values()]
        body = get_media_types(document, facts.data["requestBody"]) if "requestBody" in facts.data else {}
        render(
            "endpoint_module.py",
            f"api/{facts.tag}/{facts.id}.py",
            *facts.keys,
            facts=facts,
            parsed=api.operations[facts.id],
            content="binary" if any(map(is_binary, media)) else "json" if media else "empty",
            returns=responses[0]["description"],
            media_type=next(iter(body), ""),
            descriptions={(given["in"], given["name"]): given["description"] for given in facts.parameters},
        )
