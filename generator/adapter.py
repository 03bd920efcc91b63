"""Parses the contract with openapi-python-client. No other module and no template uses names of the tool.

The templates get the classes of this module. If a release of the tool renames what this module uses, `parse` raises a ToolError that
names it.
"""

from __future__ import annotations

import builtins
import copy
import importlib
import keyword
import re
import traceback
import unicodedata
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .members import make_member_names
from .merge import Keys, walk
from .tools import RejectedError, ToolError, find_schema, read_pins

if TYPE_CHECKING:
    from collections.abc import Iterable

TOOL = "openapi-python-client"
# The tool does not support NDJSON; such bodies are bytes.
CONTENT_TYPES = {"application/x-ndjson": "application/octet-stream"}
# The tool appends `_` to all names of builtins; only these would shadow a builtin that the generated code uses.
SHADOWING = {"str", "int", "float", "bool", "bytes", "dict", "list", "tuple", "set", "object", "range", "classmethod"}
RENAMED = {f"{name}_" for name in {*dir(builtins)} - SHADOWING if name.islower() and not keyword.iskeyword(name)}
# Names of the generated functions; a parameter of this name gets an `_` too.
FUNCTIONS = {"build", "check", "encode_query", "parse"}
# Class of the tool -> kind of a field, and its type with a placeholder for the class or the inner type.
KINDS = {
    "AnyProperty": ("any", "Any"), "BooleanProperty": ("boolean", "bool"), "DateTimeProperty": ("datetime", "datetime.datetime"),
    "EnumProperty": ("enum", "{}"), "FileProperty": ("binary", "bytes"), "FloatProperty": ("number", "float"),
    "IntProperty": ("integer", "int"), "ListProperty": ("list", "list[{}]"), "ModelProperty": ("model", "{}"),
    "StringProperty": ("string", "str"), "UnionProperty": ("nullable", "{} | None"),
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field of a model, a parameter, a body or a response.

    Attributes:
        name: Name in JSON, or of the parameter.
        python_name: Name in Python.
        kind: One of the kinds of KINDS.
        type: Type annotation of a value.
        required: Whether it is required.
        class_name: Model or enumeration that the type uses; empty if none.
        module: Module of that class.
        inner: Item of a list, or what may be null.
    """

    name: str
    python_name: str
    kind: str
    type: str
    required: bool
    class_name: str
    module: str
    inner: Field | None

    @property
    def parameter_type(self) -> str:
        """Type annotation of a parameter: wider, so that strings are accepted for states and dates."""
        if self.kind == "list" and self.inner:
            return f"Sequence[{self.inner.parameter_type}]"
        return f"{self.type} | str" if self.kind in {"enum", "datetime"} else self.type


@dataclass(frozen=True)
class Model:
    """A class of objects; `extensible` if it keeps fields that are not in the contract."""

    name: str
    module: str
    fields: list[Field]
    extensible: bool

    @property
    def imports(self) -> list[tuple[str, str]]:
        """Modules and classes to import for the fields."""
        return [found for found in _list_imports(self.fields) if found[1] != self.name]


@dataclass(frozen=True)
class Enum:
    """An open enumeration; `members` maps names to values."""

    name: str
    module: str
    description: str
    members: dict[str, str]


@dataclass(frozen=True)
class Operation:
    """Parameters, body and the responses by status of an operation."""

    path: list[Field]
    query: list[Field]
    headers: list[Field]
    body: Field | None
    responses: dict[int, Field]

    @property
    def imports(self) -> list[tuple[str, str]]:
        """Modules and classes to import for the types of all of them."""
        body = [self.body] if self.body else []
        return _list_imports([*self.path, *self.query, *self.headers, *body, *self.responses.values()])


@dataclass(frozen=True)
class Api:
    """The parsed contract; operations by id."""

    models: list[Model]
    enums: list[Enum]
    operations: dict[str, Operation]


def _list_imports(fields: Iterable[Field]) -> list[tuple[str, str]]:
    return sorted({(field.module, field.class_name) for field in fields if field.class_name})


def prepare_contract(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the document in which open states are enumerations, so that each gets a class."""
    result = copy.deepcopy(document)
    for _, value in list(walk(result)):
        if isinstance(value, dict) and isinstance(value.get("x-orion-known"), list):
            nullable = isinstance(value.get("type"), list) and "null" in value["type"]
            value["enum"] = [*value["x-orion-known"], None] if nullable else list(value["x-orion-known"])
    return result


def make_identifier(name: str) -> str:
    """Make the name of a property or parameter in Python."""
    strings = importlib.import_module("openapi_python_client.strings")
    return _normalize(strings.PythonIdentifier(name, "field_"))


def parse(document: dict[str, Any]) -> Api:
    """Parse a contract.

    Raises:
        RejectedError: If the tool rejects a part of the contract.
        ToolError: If the tool is a release that lacks a name used here.
    """
    try:
        return _parse(_encode_enumerations(prepare_contract(document)))
    except ToolError:
        raise
    except Exception as error:
        reason, pinned = f"{type(error).__name__}: {error}", read_pins()[TOOL]
        if any("openapi_python_client" in frame.filename for frame in traceback.extract_tb(error.__traceback__)):
            raise _make_error(document, [reason]) from error
        raise ToolError(
            f"{TOOL} {version(TOOL)} differs in a name that generator/adapter.py uses ({reason}); install {pinned}"
        ) from error


def _encode_enumerations(document: dict[str, Any]) -> dict[str, Any]:
    """Encode the values of enumerations, because the tool drops characters such as joiners of emoji, and name the members."""
    for _, value in walk(document):
        if isinstance(value, dict) and isinstance(value.get("enum"), list):
            values = [each for each in value["enum"] if each is not None]
            value["x-enum-varnames"] = make_member_names(values)
            value["enum"] = [None if each is None else f"v{each.encode().hex()}" for each in value["enum"]]
            value.pop("default", None)
    return document


def _make_error(document: dict[str, Any], messages: list[str]) -> RejectedError:
    """Make an error with the part of the contract that each message of the tool names."""
    rejections: list[tuple[Keys, str]] = []
    for message in messages:
        found = re.search(r"parsing ([A-Z]+) (\S+) within", message)
        keys = ("paths", found[2], found[1].lower()) if found else find_schema(document, message)
        # The tool prints some names as objects.
        rejections.append((keys, f"{TOOL} failed: {re.sub(r'<[^ ]+ object at [^ ]+>', '...', message)}"))
    return RejectedError(rejections)


def _parse(document: dict[str, Any]) -> Api:
    config, parser = (importlib.import_module(f"openapi_python_client.{name}") for name in ("config", "parser"))
    settings = config.Config.from_sources(
        config.ConfigFile(content_type_overrides=CONTENT_TYPES), config.MetaType.NONE, document_source="",
        file_encoding="utf-8", overwrite=False, output_path=Path(),
    )  # fmt: skip
    data = parser.GeneratorData.from_dict(document, config=settings)
    errors = [data] if isinstance(data, parser.errors.GeneratorError) else list(data.errors)
    collections = [] if errors else list(data.endpoint_collections_by_tag.values())
    if errors := [*errors, *(error for each in collections for error in each.parse_errors)]:
        raise _make_error(document, [f"{error.header} {error.detail}" for error in errors])
    operations = {str(each.name): _read_operation(each) for collection in collections for each in collection.endpoints}
    return Api([_read_model(each) for each in data.models], [_read_enum(each) for each in data.enums], operations)


def _read_operation(endpoint: Any) -> Operation:
    return Operation(
        path=[_read_parameter(each) for each in endpoint.path_parameters],
        query=[_read_parameter(each) for each in endpoint.query_parameters],
        headers=[_read_parameter(each) for each in endpoint.header_parameters],
        body=next((_read_field(body.prop) for body in endpoint.bodies), None),
        responses={each.status_code.range[0]: _read_field(each.prop) for each in endpoint.responses.patterns},
    )


def _read_parameter(prop: Any) -> Field:
    field = _read_field(prop)
    return replace(field, python_name=f"{field.python_name}_") if field.python_name in FUNCTIONS else field


def _read_model(model: Any) -> Model:
    fields = [_read_field(each) for each in (*model.required_properties, *model.optional_properties)]
    return Model(
        model.class_info.name, model.class_info.module_name, fields, extensible=bool(model.additional_properties)
    )


def _read_enum(enum: Any) -> Enum:
    description = enum.description.get_untrusted_value() if enum.description else ""
    members = {name: _decode(value) for name, value in enum.values.items()}
    return Enum(enum.class_info.name, enum.class_info.module_name, description, members)


def _read_field(prop: Any) -> Field:
    kind, annotation = KINDS[type(prop).__name__]
    inner, class_name, module = None, "", ""
    if kind in {"enum", "model"}:
        class_name, module = prop.class_info.name, prop.class_info.module_name
    elif kind == "list":
        inner = _read_field(prop.inner_property)
    elif kind == "nullable":
        [inner] = [_read_field(each) for each in prop.inner_properties if type(each).__name__ != "NoneProperty"]
    if inner:
        class_name, module = inner.class_name, inner.module
    annotation = annotation.format(inner.type if inner else class_name)
    name, python_name = prop.name.get_untrusted_value(), _normalize(prop.python_name)
    return Field(name, python_name, kind, annotation, prop.required, class_name, module, inner)


def _decode(value: str) -> str:
    return bytes.fromhex(value[1:]).decode()


def _normalize(name: str) -> str:
    """Return a name of the tool as Python reads it, without an `_` that is not needed."""
    name = unicodedata.normalize("NFKC", name)
    return name.removesuffix("_") if name in RENAMED else name
