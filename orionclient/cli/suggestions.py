"""Suggestions for mistyped names: the closest known ones, and the full list where it is short."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_SUGGESTIONS: Final = 3
_MIN_SIMILARITY: Final = 0.6
_MAX_LIST_CHARACTERS: Final = 80


def find_closest(word: str, known: Iterable[str]) -> list[str]:
    """Find the known names that are closest to a mistyped one, regardless of case.

    Args:
        word: The mistyped name.
        known: The known names.

    Returns:
        At most 3 names, the closest first; empty if none is similar.
    """
    # The similarity of strings is quadratic in their length, and no known name is this long.
    if len(word) > _MAX_LIST_CHARACTERS:
        return []
    names = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), names, _MAX_SUGGESTIONS, _MIN_SIMILARITY)
    return [names[each] for each in found]


def suggest(word: str, known: Iterable[str], label: str) -> str:
    """Describe the known names for the message about an unknown one.

    Args:
        word: The mistyped name.
        known: The known names, in the order in which they are listed.
        label: What the names are, in the plural, for example ``groups``.

    Returns:
        One or two sentences with the closest names, and with all of them if the list is short or no name is close; empty if neither
        applies.
    """
    names = list(known)
    closest = find_closest(word, names)
    sentences = [f"Did you mean {' or '.join(map(repr, closest))}?"] if closest else []
    listed = ", ".join(names)
    if names and len(listed) <= _MAX_LIST_CHARACTERS:
        sentences.append(f"Known {label}: {listed}")
    return " ".join(sentences)
