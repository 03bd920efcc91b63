"""The published commands of the original: rows of `published.json`, and the claim of the README that is made from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("published.json")
TABLE: dict[str, Any] = json.loads(PATH.read_bytes())
ROWS: list[dict[str, Any]] = TABLE["rows"]


def get_words(row: dict[str, Any]) -> list[str]:
    """Return the words of a command behind `ocli`."""
    return [*(row["group"].split() if row["group"] != "top level" else []), *row["command"].split()]


def format_claim() -> str:
    """Format the sentence of the README."""
    counts = {status: sum(row["status"] == status for row in ROWS) for status in TABLE["meanings"]}
    return (
        f"Of the {len(ROWS)} published commands of `ocli`, {counts['real'] + counts['modelled']} work ({counts['real']} real, "
        f"{counts['modelled']} modelled), and\n{counts['rejected']} is rejected "
        "([table with their meanings and tests](tests/compat/published.json))."
    )


if __name__ == "__main__":
    print(format_claim())
