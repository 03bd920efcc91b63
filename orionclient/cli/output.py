"""What goes to standard output: the documented table, JSON, JSON lines, CSV or ids, with nothing in it that moves a terminal."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.exceptions import UNSAFE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_UNSAFE: Final = re.compile(f"[{UNSAFE}]")
# The line breaks of a document are its own; those in its texts have their escapes already.
_UNSAFE_IN_JSON: Final = re.compile(f"(?!\n)[{UNSAFE}]")
_GOOD: Final = frozenset({"ready", "complete", "SUCCESS", "LOADED", "ok"})
_BAD: Final = frozenset({"error", "ERROR", "deleting", "failed"})
_MIN_WIDTH: Final = 8


def escape_control_characters(text: str) -> str:
    """Make a text harmless for a terminal; what would move it shows as an escape of Python's.

    Args:
        text: Any text, also one that a server chose.

    Returns:
        The text, in one line.
    """
    return _UNSAFE.sub(lambda found: found.group().encode("unicode_escape", "surrogatepass").decode(), text)


def to_json(value: Any, indent: int | None = 2) -> str:
    """Write a JSON document that a terminal may show.

    Args:
        value: What JSON can hold.
        indent: Blanks for each level; None for one line.

    Returns:
        The document.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def format_cell(value: Any) -> str:
    """Write a value into a table.

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


def display_width(text: str) -> int:
    """Count the columns that a text takes on a terminal.

    Args:
        text: One line.

    Returns:
        The number.
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def format_table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, width: int | None = None, colors: bool = False
) -> list[str]:
    """Lay out a table as the original documents it: two blanks between columns, numbers to the right, dashes under the names.

    Args:
        rows: The rows.
        columns: Names of the columns, in order.
        width: Columns of the terminal; None where nothing may be cut.
        colors: True colours states.

    Returns:
        The lines.
    """
    right = [_is_number([row.get(name) for row in rows]) for name in columns]
    texts = [[format_cell(row.get(name)) for name in columns] for row in rows]
    heads = [escape_control_characters(name) for name in columns]
    widths = [
        max([display_width(name) + 2, *(display_width(line[place]) for line in texts)])
        for place, name in enumerate(heads)
    ]
    if width is not None:
        widths = _fit(widths, right, width)
    lines = [_line(heads, widths, right), "  ".join("-" * each for each in widths)]
    lines += [_line(line, widths, right) for line in texts]
    if colors:
        lines[2:] = [_colorize(line, row) for line, row in zip(lines[2:], rows, strict=True)]
    return lines


def _is_number(values: Sequence[Any]) -> bool:
    found = [value for value in values if value is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _fit(widths: list[int], right: Sequence[bool], space: int) -> list[int]:
    """Cut the widest columns of text until the table fits, or nothing is left to cut."""
    widths = list(widths)
    while sum(widths) + 2 * (len(widths) - 1) > space:
        able = [place for place, each in enumerate(widths) if not right[place] and each > _MIN_WIDTH]
        if not able:
            break
        widths[max(able, key=lambda place: widths[place])] -= 1
    return widths


def _line(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = []
    for text, width, to_right in zip(texts, widths, right, strict=True):
        shown = text
        if display_width(text) > width:
            while display_width(shown) > width - 1:
                shown = shown[:-1]
            shown += "…"
        blanks = " " * (width - display_width(shown))
        cells.append(blanks + shown if to_right else shown + blanks)
    return "  ".join(cells).rstrip()


def _colorize(line: str, row: Mapping[str, Any]) -> str:
    state = row.get("state")
    if not isinstance(state, str) or not state or not line.endswith(state):
        return line
    color = "green" if state in _GOOD else "red" if state in _BAD else "yellow"
    return line[: -len(state)] + click.style(state, fg=color)


class Output:
    """Prints what a command has found or done, in the form that was asked for.

    Args:
        form: `table`, `json`, `jsonl`, `csv` or `ids`.
        colors: True where colour may be used.

    Attributes:
        form: The form.
    """

    def __init__(self, form: str, *, colors: bool = False) -> None:
        self.form = form
        self._colors = colors

    def write(self, text: str) -> None:
        """Print text as it is.

        Args:
            text: The text; a line break follows.
        """
        click.echo(text, color=self._colors)

    def rows(self, items: Iterable[Mapping[str, Any]], columns: Sequence[str], *, key: str = "id") -> None:
        """Print a list.

        Args:
            items: The items; what has no end is printed as it comes where the form allows it.
            columns: Columns of the table.
            key: What stands for an item in the form `ids`.
        """
        if self.form == "table":
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            for line in format_table(list(items), columns, width=width, colors=self._colors):
                self.write(line)
        elif self.form == "json":
            self.write(to_json(list(items)))
        elif self.form == "csv":
            self._csv(items, columns)
        else:
            for item in items:
                self.write(to_json(item, None) if self.form == "jsonl" else format_cell(item.get(key)))

    def one(self, item: Mapping[str, Any], *, sentence: str | None = None, key: str = "id") -> None:
        """Print one thing.

        Args:
            item: The thing.
            sentence: What a person reads in place of all its fields.
            key: What stands for it in the form `ids`.
        """
        if self.form == "table" and sentence is not None:
            self.write(escape_control_characters(sentence))
        elif self.form == "table":
            heads = {name: escape_control_characters(name) for name in sorted(item)}
            width = max(map(display_width, heads.values()), default=0)
            for name, head in heads.items():
                self.write(f"{head}{' ' * (width - display_width(head))}  {format_cell(item[name])}".rstrip())
        elif self.form == "json":
            self.write(to_json(dict(item)))
        else:
            self.rows([item], sorted(item), key=key)

    def done(self, items: Sequence[Mapping[str, Any]], sentences: Sequence[str], *, key: str = "id") -> None:
        """Print what was done to several things.

        Args:
            items: The things.
            sentences: What a person reads, one for each.
            key: What stands for one in the form `ids`.
        """
        if self.form == "table":
            for sentence in sentences:
                self.write(escape_control_characters(sentence))
        else:
            columns = sorted({name for item in items for name in item})
            self.rows(items, columns, key=key)

    def _csv(self, items: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
        writer = csv.writer(_LineWriter(self), lineterminator="")
        heads = [escape_control_characters(name) for name in columns]
        started = False
        for item in items:
            if not started:
                # What cannot be listed leaves nothing on standard output.
                writer.writerow(heads)
                started = True
            writer.writerow([format_cell(item.get(name)) for name in columns])
        if not started:
            writer.writerow(heads)


class _LineWriter:
    """Takes what a csv.writer writes, a line at a time."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def write(self, text: str) -> int:
        self._out.write(text)
        return len(text)
