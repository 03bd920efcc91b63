"""Checks and lists the evidence marks of the contract and their sources (R12, R20); each rule yields (keys, message, fix)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .facts import iter_operations
from .schemas import iter_components, iter_parameters, iter_properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .merge import Contract, Keys

    Violation = tuple[Keys, str, str]

EVIDENCE = ("documented", "listed", "observed", "assumed")
MARK, SOURCE, SOURCES = "x-orion-evidence", "x-orion-source", "x-orion-sources"
# What the table of sources says about each of them.
COLUMNS = ("title", "address", "date")


@dataclass(frozen=True)
class Mark:
    """How something is known, and the key of its source; None for an assumption."""

    evidence: str
    source: str | None


def get_mark(contract: Contract, keys: Keys) -> Mark:
    """Return the mark of an operation, schema or property; a property without one has that of its schema."""
    value = _get(contract, keys)
    if keys[-2] == "properties" and MARK not in value:
        value = _get(contract, keys[:-2])
    return Mark(value[MARK], value.get(SOURCE))


def check_r12_evidence(contract: Contract) -> Iterator[Violation]:
    """Operations, parameters and schemas have an evidence mark; a field may have its own."""
    for keys, value in _iter_marked(contract):
        evidence = value.get(MARK)
        if evidence not in EVIDENCE and (MARK in value or keys[-2] != "properties"):
            found = "missing" if evidence is None else f"`{evidence!s:.60}`"
            yield (*keys, MARK), f"`{MARK}` is {found}", f"set it to one of: {', '.join(EVIDENCE)}"


def check_r20_sources(contract: Contract) -> Iterator[Violation]:
    """Each mark names its source, except that of an assumption; each source is described and used."""
    sources = contract.document.get(SOURCES, {})
    if not isinstance(sources, dict):
        yield (SOURCES,), "the table of sources is not a mapping", "map each key to its title, address and date"
        return
    used = set()
    for keys, value in _iter_marked(contract):
        source, evidence = value.get(SOURCE), value.get(MARK, EVIDENCE[-1])
        used.add(str(source))
        if evidence == EVIDENCE[-1] and SOURCE in value:
            fix = f"remove it, or set `{MARK}` beside it to documented, listed or observed"
            yield (*keys, SOURCE), "an assumption has no source", fix
        elif evidence in EVIDENCE[:-1] and str(source) not in sources:
            found = "missing" if source is None else f"`{source!s:.60}`, which is not in the table of sources"
            fix = f"use a key of `{SOURCES}` in common.yaml: {', '.join(sources) or 'none'}"
            yield (*keys, SOURCE), f"`{SOURCE}` is {found}", fix
    for key, source in sources.items():
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
            yield (SOURCES, key), "the key of the source is not valid", "use lower-case words joined by hyphens"
        described = isinstance(source, dict) and tuple(source) == COLUMNS
        if not described or not all(isinstance(each, str) and each for each in source.values()):
            yield (SOURCES, key), "the source is not described", f"give it these strings: {', '.join(COLUMNS)}"
        if key not in used:
            yield (SOURCES, key), "the source is not used", f"name it in `{SOURCE}`, or remove it"


def render_table(contract: Contract) -> str:
    """Render the marks of all operations, parameters and fields, and the sources, as Markdown."""
    lines = [*_HEAD, "", "| key | source | address | date |", "| --- | --- | --- | --- |"]
    for key, source in contract.document[SOURCES].items():
        lines.append(f"| `{key}` | {' | '.join(source[column] for column in COLUMNS)} |")
    lines += ["", "## Operations", "", "| operation | evidence | parameters |", "| --- | --- | --- |"]
    for facts in sorted(iter_operations(contract.document), key=lambda facts: (facts.tag, facts.id)):
        marks = {given["name"]: Mark(given[MARK], given.get(SOURCE)) for given in facts.parameters}
        lines.append(f"| `{facts.id}` | {_show(get_mark(contract, facts.keys))} | {_group(marks)} |")
    lines += ["", "## Fields", "", "| schema | fields |", "| --- | --- |"]
    for keys, schema in sorted(iter_components(contract, "schemas")):
        marks = {name: get_mark(contract, (*keys, "properties", name)) for name in schema.get("properties", {})}
        lines.append(f"| `{keys[-1]}` | {_group(marks) if marks else _show(get_mark(contract, keys))} |")
    return "\n".join([*lines, ""])


_HEAD = """# Evidence

Made from `openapi/*.yaml` by `nox -s generate`; do not edit it. Orion's REST reference is not public, so each operation, parameter and
field states how it is known. [The rules](../openapi/README.md) define the marks:

- `documented`: published by the vendor
- `listed`: name and purpose are published, the wire format was chosen here
- `observed`: used by public code
- `assumed`: not published

The key behind a mark names its source.

## Sources
""".splitlines()


def _iter_marked(contract: Contract) -> Iterator[tuple[Keys, dict[str, Any]]]:
    for facts in iter_operations(contract.document):
        yield facts.keys, facts.data
    yield from iter_parameters(contract)
    yield from iter_components(contract, "schemas")
    yield from iter_properties(contract)


def _get(contract: Contract, keys: Keys) -> dict[str, Any]:
    found: Any = contract.document
    for key in keys:
        found = found[key]
    value: dict[str, Any] = found
    return value


def _show(mark: Mark) -> str:
    return f"{mark.evidence} `{mark.source}`" if mark.source else mark.evidence


def _group(marks: dict[str, Mark]) -> str:
    """Show names by their mark, the best evidence first."""
    order = sorted(set(marks.values()), key=lambda mark: (EVIDENCE.index(mark.evidence), mark.source or ""))
    groups = [(mark, [f"`{name}`" for name in marks if marks[name] == mark]) for mark in order]
    return "; ".join(f"{_show(mark)}: {', '.join(names)}" for mark, names in groups)
