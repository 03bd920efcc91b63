"""The filters that list operations have in common, as conditions of a listing query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orionclient.emulator._http.paging import ListQuery

# How a column is compared with a value. SQLite's lower() handles only ASCII letters, as the contract documents.
_COMPARISONS = {
    "exact": "{} = ?",
    "iexact": "lower({}) = lower(?)",
    "contains": "instr({}, ?) > 0",
    "icontains": "instr(lower({}), lower(?)) > 0",
    "startswith": "instr({}, ?) = 1",
    "istartswith": "instr(lower({}), lower(?)) = 1",
}
_NAMES = {"name": "icontains", "name_contains": "contains", "name_icontains": "icontains"}


def narrow_by_name(listing: ListQuery, query: Mapping[str, Any]) -> None:
    """Apply the filters for substrings of the name, and of the title."""
    for name, comparison in _NAMES.items():
        if name in query:
            listing.narrow(_COMPARISONS[comparison].format("name"), query[name])
    if "title" in query:
        listing.narrow(_COMPARISONS["icontains"].format("title"), query["title"])


def narrow_by_path(listing: ListQuery, query: Mapping[str, Any]) -> None:
    """Apply the filter for a substring of the folder path."""
    if "path_contains" in query:
        listing.narrow("instr(coalesce(path, '/'), ?) > 0", query["path_contains"])


def narrow_to_values(listing: ListQuery, column: str, values: Iterable[Any]) -> None:
    """Select the items with one of these values in a column."""
    found = list(values)
    listing.narrow(f"{column} IN ({', '.join('?' * len(found))})", *found)


def narrow_by_tags(listing: ListQuery, query: Mapping[str, Any], tagged: str, column: str, *values: Any) -> None:
    """Apply the filters for tags.

    Args:
        listing: The listing.
        query: The query of the request.
        tagged: SQL that selects the tagged items, with `{}` for the comparison of a tag.
        column: Column of the tag in it.
        values: Values before the tags.
    """
    sets = [[tag] for tag in dict.fromkeys(query.get("tags", ()))]
    for tags in [*sets, query["tag_filters"]] if "tag_filters" in query else sets:
        narrow_to_tagged(listing, query, tagged, column, *values, tags=tags)


def narrow_to_tagged(
    listing: ListQuery, query: Mapping[str, Any], tagged: str, column: str, *values: Any, tags: list[str]
) -> None:
    """Select the items that have at least one of these tags; see `narrow_by_tags`."""
    comparison = _COMPARISONS[query.get("tag_match", "exact")].format(column)
    listing.narrow(tagged.format(f"({' OR '.join([comparison] * len(tags))})"), *values, *tags)
