"""Cursor pagination of listings by key position; an offset applies to the first page only.

In the order of the key every page costs the same; for another order the database sorts the selected rows.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from orionclient.emulator import _strictjson
from orionclient.emulator._problems import bad_parameter

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from orionclient.emulator._http.call import Call
    from orionclient.emulator._store.store import StoreConnection


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A listing query: a table, conditions with their values, and the unique key that defines the default order.

    `columns` are the columns of values of `order_by` that are not themselves names of columns. Tables, conditions, keys and columns are
    constants of this package; all external input is in `values`.
    """

    table: str
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    key: tuple[str, ...] = ("id",)
    key_types: tuple[type, ...] = (int,)
    columns: Mapping[str, str] = field(default_factory=dict)

    def narrow(self, condition: str, *values: Any) -> None:
        """Add a condition."""
        self.conditions.append(condition)
        self.values.extend(values)

    def where(self, *more: str) -> str:
        """Return the WHERE clause."""
        conditions = [*self.conditions, *more]
        return "WHERE " + " AND ".join(conditions) if conditions else ""


def build_page(
    call: Call,
    db: StoreConnection,
    listing: ListQuery,
    show: Callable[[sqlite3.Row], dict[str, Any]],
    count: int | None = None,
) -> dict[str, Any]:
    """Return one page of a listing as the contract defines it.

    Args:
        call: The request with its limit, offset and cursor.
        db: The connection.
        listing: The query.
        show: Converts a row to its JSON object.
        count: The total number of items. If omitted, they are counted.
    """
    limit, offset = call.query["limit"], call.query.get("offset", 0)
    # These statements are built from constants of this package only.
    if count is None:
        count = db.count(f"SELECT count(*) FROM {listing.table} {listing.where()}", listing.values)  # noqa: S608 - constants  # nosec B608
    order = call.query.get("order_by", "")
    name, descending = order.removeprefix("-"), order.startswith("-")
    # The contract allows only the orders that the table has a column for.
    key, types = listing.key, listing.key_types
    if name not in {"", *key}:
        key, types = (listing.columns.get(name, name), *key), (int if name == "recently_used" else str, *types)
    # A cursor is valid for one order.
    scope = f"{call.operation.id} {order}".rstrip()
    after, start = [], []
    if "cursor" in call.query:
        start = decode_cursor(scope, call.query["cursor"], types)
        after = [f"({', '.join(key)}) {'<' if descending else '>'} ({', '.join('?' * len(key))})"]
    direction = " DESC" if descending else ""
    rows = db.execute(
        f"SELECT * FROM {listing.table} {listing.where(*after)}"  # noqa: S608 - constants  # nosec B608
        f" ORDER BY {', '.join(f'{each}{direction}' for each in key)} LIMIT ? OFFSET ?",
        [*listing.values, *start, limit + 1, 0 if after else offset],
    ).fetchall()
    more = len(rows) > limit
    return {
        "count": count,
        "next": build_next_link(call, encode_cursor(scope, [rows[limit - 1][each] for each in key])) if more else None,
        "results": [show(row) for row in rows[:limit]],
    }


def encode_cursor(scope: str, position: Sequence[Any]) -> str:
    """Encode a position as an opaque cursor that only the same operation in the same order accepts."""
    return base64.urlsafe_b64encode(_strictjson.dumps([scope, *position]).encode()).rstrip(b"=").decode()


def decode_cursor(scope: str, cursor: str, types: Sequence[type]) -> list[Any]:
    """Decode the position in a cursor.

    Raises:
        ProblemError: 400, the cursor is not valid for this operation and order.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position = _strictjson.loads(base64.b64decode(padded.encode("ascii"), b"-_", validate=True).decode())
    except ValueError:
        raise _cursor_problem() from None
    if not isinstance(position, list) or [type(part) for part in position[1:]] != list(types) or position[0] != scope:
        raise _cursor_problem()
    if any(isinstance(part, int) and not 0 <= part < 2**63 for part in position):
        raise _cursor_problem()
    return position[1:]


def _cursor_problem() -> Exception:
    return bad_parameter('Parameter "cursor" is not valid; use the "next" link of the previous page.')


def build_next_link(call: Call, cursor: str) -> str:
    """Return the link to the page after a cursor."""
    pairs = [(name, value) for name, value in call.pairs if name not in {"cursor", "offset"}]
    return f"{call.route}?{urlencode([*pairs, ('cursor', cursor)])}"
