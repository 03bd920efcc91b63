"""Finds generated names that collide (R14)."""

from __future__ import annotations

import builtins
import keyword
import typing
import unicodedata
from typing import TYPE_CHECKING

from .facts import iter_operations
from .schemas import iter_components

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .adapter import Api
    from .merge import Contract, Keys

# Names that the generated modules import or define; a class of that name would replace them.
RESERVED_CLASSES = {
    *dir(builtins), *typing.__all__,
    "Annotated", "AnyUrl", "AsyncPayload", "AsyncRawResponse", "AsyncSender", "AuthenticatedClient", "AwareDatetime", "BaseModel", "Client",
    "ConfigDict", "Content", "ContractModel", "Decimal", "Enum", "Error", "Field", "File", "Json", "Mapping", "Model", "Operation",
    "Payload", "RawResponse", "Request", "Response", "RootModel", "Sender", "Sequence", "Unset",
}  # fmt: skip
RESERVED_FIELDS = {"to_dict", "from_dict", "additional_properties"}
RESERVED_PARAMETERS = {"body", "client"}


def make_class_name(operation: str) -> str:
    """Make the name that datamodel-code-generator gives to the classes of an operation."""
    return "".join(word.capitalize() for word in operation.split("_"))


def check_identifiers(contract: Contract, make_identifier: Callable[[str], str]) -> Iterator[tuple[Keys, str, str]]:
    """The properties of a schema and the parameters of an operation have different names in Python, which replace no other name."""
    for keys, schema in iter_components(contract, "schemas"):
        fields = [((*keys, "properties", name), name, make_identifier(name)) for name in schema.get("properties", {})]
        yield from _check_names(fields, RESERVED_FIELDS, "property")
    for facts in iter_operations(contract.document):
        for place in ("path", "query", "header"):
            fields = [
                ((*facts.keys, "parameters", str(index)), given["name"], make_identifier(given["name"]))
                for index, given in enumerate(facts.parameters)
                if given["in"] == place
            ]
            yield from _check_names(fields, set(), "parameter")


def check_classes_and_parameters(contract: Contract, api: Api) -> Iterator[tuple[Keys, str, str]]:
    """Operations have classes of different names, and parameters do not replace names of the generated functions."""
    yield from _check_classes(contract)
    for facts in iter_operations(contract.document):
        operation = api.operations[facts.id]
        places = {(given["name"], given["in"]): str(index) for index, given in enumerate(facts.parameters)}
        found = [("path", operation.path), ("query", operation.query), ("header", operation.headers)]
        fields = [
            ((*facts.keys, "parameters", places[each.name, place]), each.name, each.python_name)
            for place, listed in found
            for each in listed
        ]
        yield from _check_names(fields, RESERVED_PARAMETERS, "parameter")


def _check_classes(contract: Contract) -> Iterator[tuple[Keys, str, str]]:
    # datamodel-code-generator names the filters and the query of an operation after it.
    schemas = contract.document.get("components", {}).get("schemas", {})
    made: dict[str, str] = {}
    for facts in iter_operations(contract.document):
        name = make_class_name(facts.id)
        if name in made:
            message = f"{made[name]} and {facts.id} have the same class name {name}"
            yield (*facts.keys, "operationId"), message, "use another operationId"
        made[name] = facts.id
        for clash in {f"{name}Filters", f"{name}Query"} & {*schemas}:
            message = f"the name {clash} is that of the parameters of {facts.id}"
            yield ("components", "schemas", clash), message, "rename the schema"


def _check_names(fields: list[tuple[Keys, str, str]], taken: set[str], kind: str) -> Iterator[tuple[Keys, str, str]]:
    seen: dict[str, str] = {}
    for keys, given, name in fields:
        if name in seen:
            message = f"the {kind} names `{seen[name]}` and `{given}` are both {name} in Python"
            yield keys, message, f"rename or remove one {kind}"
        elif unicodedata.normalize("NFKC", given) != given:
            yield keys, f"the {kind} name `{given}` has letters that Python replaces", f"rename the {kind}"
        elif name in taken or keyword.iskeyword(name) or not name.isidentifier():
            message = f"the {kind} name `{given}` is {name} in Python, which the generated code uses"
            yield keys, message, f"rename the {kind}"
        seen[name] = given
