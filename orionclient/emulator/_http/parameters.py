"""Strict validation of path, query and header parameters against the contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from orionclient.emulator._problems import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orionclient.emulator._http.contract import ContractParameter, Operation

# Integers as JSON writes them: no "+", no leading zeros, ASCII digits only, no whitespace.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")

Pairs = list[tuple[str, str]]


def split_query(raw: bytes) -> Pairs:
    """Split a query string into its name-value pairs, in order."""
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=2000)
    except UnicodeDecodeError:
        raise bad_parameter("The query string is not percent-encoded UTF-8.") from None
    except ValueError:
        raise bad_parameter("The query string has more than 2000 parameters.") from None


def read_path(operation: Operation, texts: Mapping[str, str]) -> dict[str, Any]:
    """Validate and convert the path parameters."""
    return {
        parameter.name: _parse_scalar(parameter, parameter.schema, texts[parameter.name])
        for parameter in operation.parameters_in("path")
    }


def read_query(operation: Operation, pairs: Pairs) -> dict[str, Any]:
    """Validate and convert the query parameters, with the contract's defaults."""
    known = operation.parameters_in("query")
    _reject_unknown([parameter.name for parameter in known], [name for name, _ in pairs])
    values: dict[str, Any] = {}
    for parameter in known:
        texts = [text for name, text in pairs if name == parameter.name]
        _collect(parameter, texts, values)
    return values


def read_headers(operation: Operation, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Validate and convert the header parameters; headers that the contract does not name are ignored."""
    found = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
    values: dict[str, Any] = {}
    for parameter in operation.parameters_in("header"):
        texts = [text for name, text in found if name == parameter.name.lower()]
        _collect(parameter, texts, values)
    return values


def _reject_unknown(known: list[str], given: list[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if not unknown:
        return
    names = ", ".join(f'"{name[:100]}"' for name in unknown[:5])
    choice = "Known parameters: " + ", ".join(known) + "." if known else "This operation has none."
    raise bad_parameter(f"Unknown query parameter {names}. {choice}")


def _collect(parameter: ContractParameter, texts: list[str], values: dict[str, Any]) -> None:
    if not texts:
        if parameter.required:
            raise bad_parameter(f'Parameter "{parameter.name}" is required.')
        if "default" in parameter.schema:
            values[parameter.name] = parameter.schema["default"]
        return
    if parameter.schema.get("type") == "array":
        values[parameter.name] = _parse_array(parameter, texts)
        return
    if len(texts) > 1:
        raise bad_parameter(f'Parameter "{parameter.name}" is given {len(texts)} times; it accepts one value.')
    values[parameter.name] = _parse_scalar(parameter, parameter.schema, texts[0])


def _parse_array(parameter: ContractParameter, texts: list[str]) -> list[Any]:
    least, most = parameter.schema.get("minItems", 0), parameter.schema.get("maxItems", len(texts))
    if not least <= len(texts) <= most:
        raise bad_parameter(f'Parameter "{parameter.name}" accepts {least} to {most} values, not {len(texts)}.')
    return [_parse_scalar(parameter, parameter.schema["items"], text) for text in texts]


def _parse_scalar(parameter: ContractParameter, schema: Mapping[str, Any], text: str) -> Any:
    kind = schema.get("type")
    if kind == "integer":
        return _parse_integer(parameter, schema, text)
    if kind == "boolean":
        if text not in {"true", "false"}:
            raise bad_parameter(f'Parameter "{parameter.name}" must be true or false.')
        return text == "true"
    return _parse_string(parameter, schema, text)


def _parse_integer(parameter: ContractParameter, schema: Mapping[str, Any], text: str) -> int:
    least, most = schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1)
    if not _INTEGER.fullmatch(text) or not least <= int(text) <= most:
        raise bad_parameter(f'Parameter "{parameter.name}" must be an integer from {least} to {most}.')
    return int(text)


def _parse_string(parameter: ContractParameter, schema: Mapping[str, Any], text: str) -> str:
    if "enum" in schema and text not in schema["enum"]:
        raise bad_parameter(f'Parameter "{parameter.name}" must be one of: {", ".join(schema["enum"])}.')
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(text))
    if not least <= len(text) <= most:
        raise bad_parameter(f'Parameter "{parameter.name}" must have {least} to {most} characters.')
    # In JSON Schema `$` matches only at the end; in Python it also matches before a trailing newline.
    if "pattern" in schema and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", schema["pattern"]), text):
        raise bad_parameter(f'Parameter "{parameter.name}" does not match the pattern {schema["pattern"]}.')
    return text
