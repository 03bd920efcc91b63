"""Suggestions for mistyped names: the closest known ones, and the full list where it is short."""

from __future__ import annotations

import difflib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MAX_SUGGESTIONS: Final = 3
_MIN_SIMILARITY: Final = 0.6
_MAX_LIST_CHARACTERS: Final = 80


def find_closest(word: str, known: Iterable[str]) -> list[str]:
    """Find the known names that are closest to a mistyped one. Case and the dashes of options are ignored.

    Args:
        word: The mistyped name.
        known: The known names.

    Returns:
        At most 3 names, the closest first; empty if none is similar.
    """
    # The time to compare strings is quadratic in their length, and no known name is this long.
    if len(word) > _MAX_LIST_CHARACTERS:
        return []
    names = {name.lower().lstrip("-"): name for name in known}
    if word.lower().lstrip("-") in names:
        return [names[word.lower().lstrip("-")]]
    found = difflib.get_close_matches(word.lower().lstrip("-"), names, _MAX_SUGGESTIONS, _MIN_SIMILARITY)
    return [names[each] for each in found]


def suggest(
    word: str,
    known: Iterable[str],
    label: str,
    *,
    listed: Iterable[str] | None = None,
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Describe the known names for the message about an unknown one.

    Args:
        word: The mistyped name.
        known: The known names.
        label: What the names are, in the plural, for example ``groups``.
        listed: The names to list, in order. Defaults to `known`.
        aliases: Other name -> the known name to suggest in its place.

    Returns:
        A question with the closest names if there are any, and the list of names if it has at most 80 characters. May be empty.
    """
    known = list(known)
    closest = list(dict.fromkeys(aliases.get(each, each) for each in find_closest(word, [*known, *aliases])))
    sentences = [f"Did you mean {' or '.join(map(repr, closest))}?"] if closest else []
    listing = ", ".join(known if listed is None else listed)
    if listing and len(listing) <= _MAX_LIST_CHARACTERS:
        sentences.append(f"Known {label}: {listing}")
    return " ".join(sentences)
