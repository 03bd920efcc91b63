"""Writes operations.py, the index of all operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .facts import operations

if TYPE_CHECKING:
    from .facts import Facts

HEAD = '''"""Every operation of the contract by its id."""

from __future__ import annotations

from .types import Operation

OPERATIONS: dict[str, Operation] = {
    operation.id: operation
    for operation in (
'''


def operations_module(document: dict[str, Any]) -> str:
    """Return the text of operations.py, not yet formatted."""
    return HEAD + "".join(f"Operation({_arguments(facts)}),\n" for facts in operations(document)) + ")\n}\n"


def _arguments(facts: Facts) -> str:
    values = {
        "id": facts.id,
        "method": facts.method,
        "route": facts.route,
        "retry": facts.data["x-orion-retry"],
        "paging": facts.data.get("x-orion-paging"),
        "largest_page": facts.largest_page,
        "offset": facts.offset,
        "stream": facts.stream,
        "auth": facts.auth,
        "success": facts.success,
        "evidence": facts.data["x-orion-evidence"],
        "tag": facts.tag,
        "version": facts.version,
    }
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
