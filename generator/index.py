"""Renders operations.py, the index of all operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .facts import iter_operations

if TYPE_CHECKING:
    from .facts import Facts

HEAD = '''"""All operations of the contract by id."""

from __future__ import annotations

from .types import Operation

OPERATIONS: dict[str, Operation] = {
    operation.id: operation
    for operation in (
'''


def render_operations(document: dict[str, Any]) -> str:
    """Render the source of operations.py, unformatted."""
    return HEAD + "".join(f"Operation({_render_arguments(facts)}),\n" for facts in iter_operations(document)) + ")\n}\n"


def _render_arguments(facts: Facts) -> str:
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
