"""Which records of a dataset a request means: ids, offset and limit as a condition that never needs to count."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orionclient.emulator.problems import not_found

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping


class ContentGoneError(RuntimeError):
    """The records were replaced or purged while they were streamed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Records of one dataset: those with `start <= id < stop`, and of these only the chosen ones if any were chosen."""

    dataset: int
    first_record: int
    start: int
    stop: int
    chosen: list[int] | None

    def rows(self, db: sqlite3.Connection, after: int) -> Iterator[sqlite3.Row]:
        """The rows behind an id, in dataset order."""
        query = "SELECT id, body FROM records WHERE dataset = ? AND id > ? AND id >= ? AND id < ?"
        values: list[Any] = [self.dataset, after, self.start, self.stop]
        if self.chosen is not None:
            query += " AND id IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(self.chosen))
        # Not `yield from`: that would close the cursor when the generator is thrown away, maybe after its database.
        for row in db.execute(f"{query} ORDER BY id", values):  # noqa: UP028
            yield row

    def check_unchanged(self, db: sqlite3.Connection) -> None:
        """Raise when the records of the selection are not there any more."""
        row = db.execute("SELECT first_record FROM datasets WHERE id = ?", (self.dataset,)).fetchone()
        if row is None or (row["first_record"] != self.first_record and self.start < self.stop):
            raise ContentGoneError(f"the records of dataset {self.dataset} were replaced while they were sent")


def select(dataset: sqlite3.Row, query: Mapping[str, Any]) -> Selection:
    """The selection of a request. Ids have no gaps, so offset and limit are a matter of arithmetic."""
    first, end = dataset["first_record"], dataset["next_record"]
    offset, limit = query["offset"], query.get("limit", end)
    chosen = query.get("record_ids")
    if chosen is None:
        start = min(first + offset, end)
        return Selection(dataset["id"], first, start, min(start + limit, end), None)
    for number in chosen:
        if not first <= number < end:
            raise not_found(f"There is no record {number} in dataset {dataset['id']}.")
    return Selection(dataset["id"], first, first, end, sorted(set(chosen))[offset:][:limit])
