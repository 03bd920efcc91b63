"""Replacing and downloading the content of files and shards."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from orionclient.emulator._http import ranges
from orionclient.emulator._http.call import Call, ContentResult, Redirect
from orionclient.emulator._problems import conflict, damaged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    # Returns the row of the file or shard in the path.
    Find = Callable[[Call, sqlite3.Connection], sqlite3.Row]


def replace(
    call: Call, find: Find, set_content: Callable[..., None], show: Callable[[sqlite3.Row], dict[str, Any]]
) -> dict[str, Any]:
    """Replace the content with the uploaded bytes; the old content is removed after the new one is committed."""
    content, blobs = call.content, call.stack.blobs
    name = blobs.commit(content)
    try:
        with call.stack.store.write_transaction() as db:
            row = find(call, db)
            set_content(db, row["id"], content.size, content.digest.hex(), name)
            shown = show(find(call, db))
    except BaseException:
        blobs.remove(name)
        raise
    blobs.remove(row["blob"])
    return shown


def download(call: Call, find: Find, name: str, *, presigned: bool = True) -> ContentResult | Redirect:
    """Return the content, or a redirect to its presigned URL unless `presigned` is False."""

    def find_with_content() -> sqlite3.Row:
        with call.stack.store.read_transaction() as db:
            row = find(call, db)
        if row["blob"] is None:
            raise conflict(f"The {name} {row['id']} has no content yet.")
        return row

    try:
        row, content = call.stack.blobs.open_current(find_with_content)
    except FileNotFoundError:
        raise damaged(f"The stored content of the {name} is missing.") from None
    if (size := os.fstat(content.fileno()).st_size) != row["size"]:
        content.close()
        raise damaged(f"The stored content of the {name} {row['id']} has {size} bytes instead of {row['size']}.")
    if presigned and call.stack.storage is not None:
        content.close()
        return Redirect(call.stack.storage.sign_content(row))
    return ranges.build_range_response(content, bytes.fromhex(row["sha256"]), row["size"], call.headers)
