"""The reference page of the docs matches the commands."""

from __future__ import annotations

import re
from pathlib import Path

from orionclient.cli._core import errors
from orionclient.cli._core.reference import render_page
from orionclient.cli._core.root import LISTED

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_current() -> None:
    assert DOCS.read_text("utf-8") == render_page(), "run: python -m orionclient.cli._core.reference > docs/cli.md"


def test_the_page_has_all_groups_and_codes() -> None:
    text = DOCS.read_text("utf-8")
    assert re.findall(r"^## ocli ([\w-]+)$", text, re.MULTILINE) == list(LISTED)
    assert [int(code) for code in re.findall(r"^\| (\d+) \| ", text, re.MULTILINE)] == list(errors.CODES)


def test_help_has_no_evidence_marks() -> None:
    # The marks of the contract and their sources are in docs/evidence.md, not in the help texts.
    assert re.findall(r"x-orion-\w+|[Ee]vidence|\(source", render_page()) == []
