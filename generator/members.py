"""Makes the member names of enumerations."""

from __future__ import annotations

import re
import unicodedata

# The delimiters of openapi-python-client.
DELIMITERS = re.compile(r"[. _-]+")


def make_member_names(values: list[str]) -> list[str]:
    """Make the name of the member of an enumeration for each value: `IN_USE` for `in-use`, `VALUE_1` if it does not start with a letter."""
    names = []
    for index, value in enumerate(values):
        letters = "".join(each for each in value.upper() if each.isidentifier() or each.isdecimal() or each in ". _-")
        # Python compares identifiers in this form.
        name = unicodedata.normalize("NFKC", DELIMITERS.sub("_", letters).strip("_")).upper()
        names.append(name if value[0].isalpha() and name.isidentifier() else f"VALUE_{index}")
    return names
