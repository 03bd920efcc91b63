"""A local Orion as the tests of transfers see it: what lies on it, and what is left on its disk."""

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
# Plans for contents of some kilobytes, by module of orionclient.transfer.
SMALL_PLANS = {
    "plans": {"MIB": 4096, "MIN_PART_SIZE": 8192, "_SINGLE_REQUEST_SIZE": 16384},
    "content": {"_PROGRESS_SIZE": 4096},
    "downloads": {"_RANGES_THRESHOLD": 16384},
    "part_files": {"_MIN_KEPT_SIZE": 1},
}


def eventually(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Look again until it holds, as what a server cleans up after a broken connection does a moment later."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, condition
        time.sleep(0.005)
    return found


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Stack:
    """A local Orion that is looked at without the client."""

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
        """Upload content of a kind."""
        if kind is File:
            return File.upload(session, name, source)
        collection: ShardCollection = session.get_resource(ShardCollection, self.collection)
        return Shard.create(collection, name, file=source)

    def path_of(self, made: File | Shard) -> str:
        return f"{FILES if isinstance(made, File) else self.shards}{made.id}/"

    def digest(self, made: File | Shard) -> str:
        """SHA-256 of the content that the server gives out, which is what it says it has."""
        address = f"{self.path_of(made)}download{'' if isinstance(made, File) else '/'}"
        request = urllib.request.Request(self.orion.url + address)
        # Not to another origin, which takes no token.
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
        status, text = self.plain.request(
            "DELETE", f"{self.path_of(made)}?immediate=true"[: None if isinstance(made, File) else -15]
        )
        assert status == 204, text

    def held(self) -> dict[str, int]:
        """What lies on the server: files, files in the trash, shards, open uploads, contents on its disk."""
        numbers = {
            path: self.plain.get(path)["count"]
            for path in (FILES, f"{FILES}?deleted=true", self.shards, f"{UPLOADS}?state=open")
        }
        blobs = self.orion.folder / "blobs"
        return {**numbers, "blobs": sum(path.is_file() for path in blobs.rglob("*"))}

    def wait_until_empty(self) -> None:
        """Look again until nothing is left, as what a server cleans up comes a moment later; a failure tells what is left."""
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
