"""Validates the merged document against OpenAPI 3.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from .facts import iter_operations
from .schemas import iter_schemas
from .structure import check_r15_keywords

if TYPE_CHECKING:
    from .merge import Contract, Keys
    from .problems import Problem

# Fix by keyword of the specification that an error violates.
FIXES = {
    "additionalProperties": "remove the key",
    "anyOf": "use a value of the specification",
    "enum": "use one of these values",
    "required": "add the key",
    "type": "use a value of this type",
    "unevaluatedProperties": "remove the key",
}


def find_invalid(contract: Contract) -> list[Problem]:
    """Find what OpenAPI 3.1 does not allow, and schemas that no other rule could read."""
    errors: list[Any] = []
    failure = ""
    try:
        errors.extend(OpenAPIV31SpecValidator(contract.document).iter_errors())
    except Exception as error:  # noqa: BLE001
        # The validator fails on some documents that are not valid, mostly after it has found why.
        failure = f"openapi-spec-validator failed: {type(error).__name__}: {error}"
    outside = [error for error in errors if list(error.absolute_path)[:1] in (["components"], ["info"], ["paths"])]
    if not outside and (found := list(check_r15_keywords(contract))):
        return [contract.make_problem(keys, "R15", message, fix) for keys, message, fix in found]
    if failure and not errors:
        return [contract.make_problem((), "OPENAPI", failure, "correct the structure of the document")]
    return [
        contract.make_problem(
            _find_keys(contract, error), "OPENAPI", error.message, FIXES.get(str(error.validator), "see OpenAPI 3.1")
        )
        for error in outside or errors
    ]


def _find_keys(contract: Contract, error: Any) -> Keys:
    """Find the path of an error, which is relative to a schema if it is in a schema or its default."""
    path = tuple(map(str, error.absolute_path))
    if path[:1] in {("paths",), ("components",), ("info",)}:
        return path
    if found := re.search(r"'(\w+)' operation in '(/[^']*)'", error.message):
        return "paths", found[2], found[1]
    if found := re.search(r"Duplicate parameter '(.*)'", error.message):
        for facts in iter_operations(contract.document):
            if [given["name"] for given in facts.parameters].count(found[1]) > 1:
                return (*facts.keys, "parameters")
    name = path or ("default",)
    for keys, schema in iter_schemas(contract):
        value: Any = schema
        for key in name:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None and value == error.instance:
            return (*keys, *name)
    return path
