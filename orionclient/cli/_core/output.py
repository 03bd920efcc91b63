"""Print the result of a command as a table, JSON, JSON lines, CSV or ids, with control characters escaped."""

from __future__ import annotations

import csv
import functools
import itertools
import json
import re
import shutil
import sys
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._runtime.clock import CLOCK
from orionclient.cli._core.streams import can_encode, echo, escape_unencodable
from orionclient.exceptions import UNSAFE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

_UNSAFE: Final = re.compile(f"[{UNSAFE}]")
# Line breaks between the lines of a document stay; those within its strings are escaped already.
_UNSAFE_IN_JSON: Final = re.compile(f"(?!\n)[{UNSAFE}]")
_GOOD: Final = frozenset({"ready", "complete", "SUCCESS", "LOADED", "ok", "succeeded"})
_COLORED: Final = frozenset({"state", "outcome"})
_BAD: Final = frozenset({"error", "ERROR", "deleting", "failed"})
_FIRST_COLUMNS: Final = ("id", "name", "state", "owner", "created")
_IDS: Final = frozenset({"id", "id_str", "uuid", "target_id"})
_NAMES: Final = frozenset({"name", "path", "title", "username"})
_TIMES: Final = frozenset({"changed", "created", "finished", "started", "updated"})
# Columns of strings become no narrower than this, or than their heads, before others are left out.
_MIN_WIDTH: Final = 8
_MIN_NAME_WIDTH: Final = 16
_MIN_FOLDED_WIDTH: Final = 10
# Fields whose numbers the API sends as strings.
_DECIMALS: Final = frozenset({"amount", "cost", "id_str"})
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_UNITS: Final = ((365 * 86400, "y"), (30 * 86400, "mo"), (86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def escape_control_characters(text: str) -> str:
    """Escape the characters that could change a terminal or that standard output cannot encode, as Python does in string literals.

    Args:
        text: Any string, also one that a server sent.

    Returns:
        The string, in one line.
    """
    safe = _UNSAFE.sub(lambda found: found.group().encode("unicode_escape", "surrogatepass").decode(), text)
    return escape_unencodable(safe, sys.stdout)


def to_json(value: Any, indent: int | None = 2) -> str:
    """Write a JSON document that is safe to show on a terminal, and that standard output can encode.

    Args:
        value: A value that JSON can represent.
        indent: Spaces for each level, or None for one line. Defaults to 2.

    Returns:
        The document.
    """
    document = json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    if not can_encode(document, sys.stdout):
        document = json.dumps(value, indent=indent, default=str)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", document)


def format_cell(value: Any) -> str:
    """Format a value for a cell of a table.

    Args:
        value: The value.

    Returns:
        One line.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape_control_characters(
        value if isinstance(value, str) else to_json(value, None) if isinstance(value, dict | list) else str(value)
    )


def parse_time(value: Any) -> datetime:
    """Parse a point in time.

    Args:
        value: The time in ISO 8601; UTC if it has no offset.

    Returns:
        The time.

    Raises:
        ValueError: The value is not a valid time.
    """
    try:
        moment = datetime.fromisoformat(value)
    except TypeError:
        raise ValueError(f"{value!r} is not a time") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def format_age(value: Any) -> Any:
    """Format a point in time relative to now.

    Args:
        value: The time in ISO 8601; UTC if it has no offset.

    Returns:
        The time in its largest unit, for example ``"3m ago"``; the value itself if it is not a valid time.
    """
    try:
        seconds = int(CLOCK.time() - parse_time(value).timestamp())
    except (ValueError, OverflowError):
        return value
    # The clocks of client and server may differ a little.
    if -60 < seconds <= 0:
        return "now"
    count, unit = next((abs(seconds) // length, unit) for length, unit in _UNITS if abs(seconds) >= length)
    return f"{count}{unit} ago" if seconds > 0 else f"in {count}{unit}"


def display_width(line: str) -> int:
    """Count the columns that a string takes on a terminal.

    Args:
        line: One line.

    Returns:
        The count: two for each wide character, none for combining and invisible ones.
    """
    if line.isascii():
        return len(line)
    return sum(map(_character_width, line))


def _character_width(character: str) -> int:
    # The soft hyphen is the one format character that terminals show.
    if character != "\xad" and unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def order_columns(names: Iterable[str]) -> list[str]:
    """Sort the names of columns for a table: id, name, state, owner and created, then the others by name.

    Args:
        names: The names.

    Returns:
        The names, in order.
    """
    known = set(names)
    first = [name for name in _FIRST_COLUMNS if name in known]
    return [*first, *sorted(known.difference(first))]


def format_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    width: int | None = None,
    colors: bool = False,
    advice: str = "",
) -> list[str]:
    """Lay out a table as the original documents it: two spaces between columns, numbers to the right, dashes under the names.

    Args:
        rows: The rows.
        columns: Names of the columns, in order.
        width: Columns of the terminal: no line becomes longer, unless ids alone are. If None, nothing is shortened.
        colors: True colours states.
        advice: Added to the footer that names the columns left out.

    Returns:
        The lines.
    """
    cells = {name: [format_cell(row.get(name)) for row in rows] for name in columns}
    heads = {name: escape_control_characters(name) for name in columns}
    right = {name for name in columns if _is_numeric([row.get(name) for row in rows])}
    widths = {name: max([display_width(heads[name]) + 2, *map(display_width, each)]) for name, each in cells.items()}
    if width is not None and _total(widths.values()) > width:
        # The padding of the heads is the first to go.
        widths = {name: max(map(display_width, [heads[name], *each])) for name, each in cells.items()}
        widths = _fit(widths, rigid=right | _IDS, heads=heads, space=width)
    fitting = list(widths)
    lines = [_join([_align(heads[name], widths[name], right=name in right) for name in fitting])]
    lines.append("  ".join("-" * widths[name] for name in fitting))
    for place in range(len(rows)):
        shown = []
        for name in fitting:
            cell = _align(cells[name][place], widths[name], right=name in right)
            shown.append(_colorize(cell, rows[place]) if colors and name in _COLORED else cell)
        lines.append(_join(shown))
    if len(fitting) < len(columns) and width is not None:
        left_out = ", ".join(heads[name] for name in columns if name not in widths)
        lines += ["", _shorten(f"Not shown: {left_out}{advice}", width)]
    return lines


def _is_numeric(values: Sequence[Any]) -> bool:
    found = [value for value in values if value is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _total(widths: Collection[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _fit(widths: Mapping[str, int], *, rigid: Collection[str], heads: Mapping[str, str], space: int) -> dict[str, int]:
    """Shorten columns of strings, the widest first, and leave out the last columns if that is not enough."""
    fitted = dict(widths)
    least = {
        name: each
        if name in rigid
        else min(each, max(_MIN_NAME_WIDTH if name in _NAMES else _MIN_WIDTH, display_width(heads[name])))
        for name, each in widths.items()
    }
    while len(fitted) > 2 and _total([least[name] for name in fitted]) > space:
        fitted.popitem()
    if _total([least[name] for name in fitted]) > space:
        least = {name: each if name in rigid else 1 for name, each in widths.items()}
    while len(fitted) > 1 and _total([least[name] for name in fitted]) > space:
        fitted.popitem()
    while (excess := _total(fitted.values()) - space) > 0:
        flexible = sorted((name for name in fitted if fitted[name] > least[name]), key=fitted.__getitem__)
        if not flexible:
            break
        widest = flexible[-1]
        lower = max(least[widest], fitted[flexible[-2]] if len(flexible) > 1 else 0)
        fitted[widest] = max(lower, fitted[widest] - excess) if lower < fitted[widest] else fitted[widest] - 1
    return fitted


def _shorten(value: str, width: int) -> str:
    if display_width(value) <= width:
        return value
    ellipsis = escape_unencodable("…", sys.stdout)[:width]
    used, end = 0, 0
    for end, character in enumerate(value):  # noqa: B007 - where the loop stops is the result
        used += _character_width(character)
        if used > width - len(ellipsis):
            break
    return value[:end] + ellipsis


def _align(value: str, width: int, *, right: bool) -> str:
    shown = _shorten(value, width)
    spaces = " " * (width - display_width(shown))
    return spaces + shown if right else shown + spaces


def _join(cells: Sequence[str]) -> str:
    return "  ".join(cells).rstrip()


def _colorize(cell: str, row: Mapping[str, Any]) -> str:
    state = cell.rstrip()
    if not state:
        return cell
    # The state of a failed job is `complete`.
    bad = state in _BAD or row.get("outcome") in _BAD
    color = "red" if bad else "green" if state in _GOOD else "yellow"
    return click.style(state, fg=color) + cell[len(state) :]


def _fold(line: str, width: int) -> list[str]:
    """Break a line at spaces where there are some, so that no line is wider than the terminal."""
    lines = []
    while display_width(line) > width:
        used, end = 0, 0
        while used + _character_width(line[end]) <= width:
            used += _character_width(line[end])
            end += 1
        space = line.rfind(" ", 1, end + 1)
        lines.append(line[: space if space > 0 else end])
        line = line[space + 1 if space > 0 else end :]
    return [*lines, line]


def sort_rows(rows: Iterable[Mapping[str, Any]], column: str) -> list[Mapping[str, Any]]:
    """Sort rows by a column: numbers as numbers, before strings, which are compared without case; missing values last.

    Args:
        rows: The rows.
        column: Name of the column; with ``-`` before it in descending order.

    Returns:
        The rows, in order; those with equal values stay in theirs.
    """
    name = column.removeprefix("-")
    present: list[Mapping[str, Any]] = []
    missing: list[Mapping[str, Any]] = []
    for row in rows:
        (missing if row.get(name) in (None, "") else present).append(row)
    key = functools.partial(_sort_key, decimal=name in _DECIMALS)
    return [*sorted(present, key=lambda row: key(row[name]), reverse=column.startswith("-")), *missing]


def _sort_key(value: Any, *, decimal: bool) -> tuple[int, float | Decimal, str, str]:
    if isinstance(value, int | float):
        return 0, value, "", ""
    if decimal and isinstance(value, str) and _DECIMAL.fullmatch(value):
        return 0, Decimal(value), "", ""
    string = value if isinstance(value, str) else to_json(value, None)
    return 1, 0, string.casefold(), string


class Output:
    """Prints the results of a command in the form that was asked for.

    Args:
        form: `table`, `json`, `jsonl`, `csv` or `ids`.
        colors: True where colour may be used.
        columns: Columns to print in place of those of the command. If None, those of the command.
        sort: Column to sort lists by, with ``-`` before it in descending order. If None, lists stay in their order.
        has_columns: True for a command with the option --columns.
        find_owners: Finds the names of users by their ids. If None, tables show ids.

    Attributes:
        form: The form.
    """

    def __init__(
        self,
        form: str,
        *,
        colors: bool = False,
        columns: Sequence[str] | None = None,
        sort: str | None = None,
        has_columns: bool = False,
        find_owners: Callable[[Collection[int]], Mapping[int, str]] | None = None,
    ) -> None:
        self.form = form
        self._colors = colors
        self._columns = columns
        self._sort = sort
        self._advice = " (choose with --columns)" if has_columns else ""
        self._find_owners = find_owners

    def write(self, text: str) -> None:
        """Print a string as it is.

        Args:
            text: The string; a line break follows.
        """
        echo(text, color=self._colors)

    def print_rows(
        self,
        items: Iterable[Mapping[str, Any]],
        columns: Sequence[str],
        *,
        key: str = "id",
        published: Sequence[str] = (),
        full: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> None:
        """Print a list.

        Args:
            items: The items. Where form and sorting allow it, each is printed as soon as it is received.
            columns: Columns of the table.
            key: Field that the form `ids` prints.
            published: Columns of the table that the original prints. If given, a table in a pipe has these, and ids of owners.
            full: True shortens nothing on a terminal and leaves no column out.
            limit: Maximum number of rows after sorting. Defaults to all.
            offset: Count of rows to skip after sorting.
        """
        chosen = self._columns or columns
        offset = min(offset, sys.maxsize)
        shown = slice(offset, None if limit is None else min(offset + limit, sys.maxsize))
        if self.form == "table" and full:
            for line in format_table(list(items), chosen, colors=self._colors):
                self.write(line)
            return
        if self.form == "table":
            self._table(list(items), chosen, () if self._columns else published, shown)
            return
        if self._sort:
            items = sort_rows(items, self._sort)
        items = itertools.islice(items, shown.start, shown.stop)
        if self.form == "csv":
            self._csv(items, chosen)
            return
        if self._columns and self.form != "ids":
            items = ({name: item.get(name) for name in chosen} for item in items)
        if self.form == "json":
            self.write(to_json(list(items)))
        else:
            for item in items:
                self.write(to_json(item, None) if self.form == "jsonl" else format_cell(item.get(key)))

    def _table(
        self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], published: Sequence[str], shown: slice
    ) -> None:
        width = _terminal_width()
        if published and width is None:
            columns = published
        elif "owner" in columns or (self._sort or "").removeprefix("-") == "owner":
            rows = self._name_owners(rows)
        if self._sort:
            rows = sort_rows(rows, self._sort)
        rows = rows[shown]
        if width is not None:
            rows = [_with_ages(row) for row in rows]
        for line in format_table(rows, columns, width=width, colors=self._colors, advice=self._advice):
            self.write(line)

    def _name_owners(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Put the names of owners in place of their ids; an id without a known name stays."""
        ids = {row["owner"] for row in rows if isinstance(row.get("owner"), int)}
        names = self._find_owners(ids) if ids and self._find_owners is not None else {}
        return [
            {**row, "owner": names.get(row["owner"], row["owner"])} if isinstance(row.get("owner"), int) else row
            for row in rows
        ]

    def print_item(self, item: Mapping[str, Any], *, sentence: str | None = None, key: str = "id") -> None:
        """Print one item.

        Args:
            item: The item.
            sentence: Printed in place of a table of all fields.
            key: Field that the form `ids` prints.
        """
        if self.form == "table" and sentence is not None:
            self.write(escape_control_characters(sentence))
        elif self.form == "table":
            self._fields(item)
        elif self.form == "json":
            self.write(to_json(dict(item)))
        else:
            self.print_rows([item], order_columns(item), key=key)

    def _fields(self, item: Mapping[str, Any]) -> None:
        width = _terminal_width()
        (item,) = self._name_owners([item])
        if width is not None:
            item = _with_ages(item)
        heads = {name: escape_control_characters(name) for name in order_columns(item)}
        indent = max(map(display_width, heads.values()), default=0) + 2
        for name, head in heads.items():
            lines = [format_cell(item[name])]
            if width is not None and name not in _IDS:
                lines = _fold(lines[0], max(width - indent, _MIN_FOLDED_WIDTH))
            for label, line in zip([head] + [""] * len(lines), lines, strict=False):
                self.write(f"{label}{' ' * (indent - display_width(label))}{line}".rstrip())

    def print_results(self, items: Sequence[Mapping[str, Any]], sentences: Sequence[str], *, key: str = "id") -> None:
        """Print what was done to several items.

        Args:
            items: The items.
            sentences: Printed in place of a table, one for each item.
            key: Field that the form `ids` prints.
        """
        if self.form == "table":
            for sentence in sentences:
                self.write(escape_control_characters(sentence))
        else:
            self.print_rows(items, order_columns({name for item in items for name in item}), key=key)

    def _csv(self, items: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
        writer = csv.writer(_LineWriter(self), lineterminator="")
        heads = [escape_control_characters(name) for name in columns]
        started = False
        for item in items:
            if not started:
                # A listing that fails prints no header either.
                writer.writerow(heads)
                started = True
            writer.writerow([format_cell(item.get(name)) for name in columns])
        if not started:
            writer.writerow(heads)


def _terminal_width() -> int | None:
    """The columns of the terminal on standard output; None for a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _with_ages(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: format_age(value) if name in _TIMES else value for name, value in row.items()}


class _LineWriter:
    """The stream of a csv.writer, which writes one line at a time."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def write(self, text: str) -> int:
        self._out.write(text)
        return len(text)
