"""Provides the problems of a contract: each has a file, a line, a rule, a message and a fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, order=True)
class Problem:
    """One problem of the contract.

    Attributes:
        file: File below the parent of the contract, for example `openapi/files.yaml`.
        line: Line of the YAML node, from 1.
        rule: Rule in openapi/README.md, for example `R7`.
        message: Where in the document, and what is wrong.
        fix: What to change.
    """

    file: str
    line: int
    rule: str
    message: str
    fix: str

    def __str__(self) -> str:
        return " ".join(f"{self.file}:{self.line}: {self.rule} {self.message}; {self.fix}".split())


class ContractError(Exception):
    """The contract is not valid; the message has one line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))
