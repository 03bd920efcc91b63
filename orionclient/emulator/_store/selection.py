"""Selection of records of a dataset by ids, offset and limit, without counting rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orionclient.emulator._problems import not_found

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping


class ContentGoneError(RuntimeError):
    """The records were replaced or purged while they were being streamed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Records of one dataset: those with `start <= id < stop`, restricted to `chosen` if given."""

    dataset: int
    first_record: int
    start: int
    stop: int
    chosen: list[int] | None

    def rows(self, db: sqlite3.Connection, after: int) -> Iterator[sqlite3.Row]:
        """Yield the rows after an id, in dataset order."""
        query = "SELECT id, body FROM records WHERE dataset = ? AND id > ? AND id >= ? AND id < ?"
        values: list[Any] = [self.dataset, after, self.start, self.stop]
        if self.chosen is not None:
            query += " AND id IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(self.chosen))
        # `yield from` would close the cursor when the generator is discarded, possibly after its database is closed.
        for row in db.execute(f"{query} ORDER BY id", values):  # noqa: UP028
            yield row

    def check_unchanged(self, db: sqlite3.Connection) -> None:
        """Raise `ContentGoneError` if the selected records no longer exist."""
        row = db.execute("SELECT first_record FROM datasets WHERE id = ?", (self.dataset,)).fetchone()
        if row is None or (row["first_record"] != self.first_record and self.start < self.stop):
            raise ContentGoneError(f"the records of dataset {self.dataset} were replaced while they were being sent")


def select(dataset: sqlite3.Row, query: Mapping[str, Any]) -> Selection:
    """Return the selection of a request. Ids have no gaps, so offset and limit are computed arithmetically."""
    first, end = dataset["first_record"], dataset["next_record"]
    offset, limit = query["offset"], query.get("limit", end)
    chosen = query.get("record_ids")
    if chosen is None:
        start = min(first + offset, end)
        return Selection(dataset["id"], first, start, min(start + limit, end), None)
    for record_id in chosen:
        if not first <= record_id < end:
            raise not_found(f"The record {record_id} of dataset {dataset['id']} does not exist.")
    return Selection(dataset["id"], first, first, end, sorted(set(chosen))[offset:][:limit])
