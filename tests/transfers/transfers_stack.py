"""A local Orion for transfer tests: its resources, and the files left on its disk."""

from __future__ import annotations

import hashlib
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from helpers.canary import CANARIES
from helpers.plain import Plain

from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import File, Shard, ShardCollection

FILES = "/api/v3/storage/files/"
UPLOADS = "/api/v3/storage/uploads/"
# Sizes for content of some kilobytes, by module of orionclient._transfer.
SMALL_SIZES = {
    "plans": {"MIB": 4096, "MIN_PART_SIZE": 8192, "_SINGLE_REQUEST_SIZE": 16384},
    "content": {"_PROGRESS_SIZE": 4096},
    "downloads": {"_RANGES_THRESHOLD": 16384},
    "part_files": {"_MIN_KEPT_SIZE": 1},
}


def eventually(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Poll until the condition holds, because a server cleans up after a broken connection a moment later."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, condition
        time.sleep(0.005)
    return found


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Stack:
    """A local Orion that is inspected without the client."""

    def __init__(self, folder: Path, *, storage: bool) -> None:
        self.orion = LocalOrion(folder, seed="demo", storage=storage, jobs=0, durable=False)
        self.storage = storage

    def __enter__(self) -> Self:
        self.orion.start()
        CANARIES.add(self.orion.token)
        self.plain = Plain(self.orion.url, self.orion.token)
        self.collection = ShardCollection.create(self.orion.session(), "x").id
        self.shards = f"/api/v1/storage/collections/{self.collection}/shards/"
        return self

    def __exit__(self, *_: object) -> None:
        self.orion.stop()

    def session(self, timeout: float = 60.0, retry_timeout: float = 300.0) -> OrionSession:
        http = get_session(request_timeout=timeout, retry_timeout=retry_timeout)
        return OrionSession(self.orion.config(), requests_session=http)

    def upload(self, session: OrionSession, kind: type, source: Any, name: str = "x") -> File | Shard:
        """Upload content as a file or a shard."""
        if kind is File:
            return File.upload(session, name, source)
        collection: ShardCollection = session.get_resource(ShardCollection, self.collection)
        return Shard.create(collection, name, file=source)

    def path_of(self, made: File | Shard) -> str:
        return f"{FILES if isinstance(made, File) else self.shards}{made.id}/"

    def digest(self, made: File | Shard) -> str:
        """Return the SHA-256 of the content that the server sends, after comparing it with the one of the resource."""
        address = f"{self.path_of(made)}download{'' if isinstance(made, File) else '/'}"
        request = urllib.request.Request(self.orion.url + address)
        # Another origin gets no token.
        request.add_unredirected_header("Authorization", f"Token {self.orion.token}")
        hasher, count = hashlib.sha256(), 0
        with urllib.request.urlopen(request, timeout=60) as response:
            while chunk := response.read(1 << 20):
                hasher.update(chunk)
                count += len(chunk)
        message = self.plain.get(self.path_of(made))
        assert (message["state"], message["size"], message["sha256"]) == ("ready", count, hasher.hexdigest())
        return hasher.hexdigest()

    def remove(self, made: File | Shard) -> None:
        status, body = self.plain.request(
            "DELETE", f"{self.path_of(made)}?immediate=true"[: None if isinstance(made, File) else -15]
        )
        assert status == 204, body

    def held(self) -> dict[str, int]:
        """Return what the server stores: files, files in the trash, shards, open uploads, and content on its disk."""
        numbers = {
            path: self.plain.get(path)["count"]
            for path in (FILES, f"{FILES}?deleted=true", self.shards, f"{UPLOADS}?state=open")
        }
        blobs = self.orion.folder / "blobs"
        return {**numbers, "blobs": sum(path.is_file() for path in blobs.rglob("*"))}

    def wait_until_empty(self) -> None:
        """Poll until nothing is left, because a server cleans up a moment later; a failure lists the rest."""
        try:
            eventually(lambda: not any(self.held().values()))
        except AssertionError:
            left = {"held": self.held(), "uploads": self.plain.get(UPLOADS)["results"]}
            left |= {"files": self.plain.get(FILES)["results"], "shards": self.plain.get(self.shards)["results"]}
            raise AssertionError(left) from None

    def clear_faults(self) -> None:
        self.orion.faults.clear()
        if self.storage:
            self.orion.storage.clear()
