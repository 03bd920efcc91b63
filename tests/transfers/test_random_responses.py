"""Downloads of responses with random status, range, length, validator and digest: each ends with the whole content or with an error.

The message of a failure has the seed of its run. `ORION_NIGHTLY=1` selects 6,000 runs, whose seeds depend on the seed printed by
pytest-randomly.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.canary import CANARY
from orion_api import AuthenticatedClient
from orion_api.api.files import download_file
from orion_api.errors import OrionApiError
from transfers_faulty_server import FaultyServer, Script

from orionclient.config import SessionConfig
from orionclient.exceptions import OrionError
from orionclient.session import OrionSession, get_session
from orionclient.types import File

NIGHTLY = bool(os.environ.get("ORION_NIGHTLY"))
CHUNKS = 5
EACH = 1200 if NIGHTLY else 100
NOISE = random.Random(16).randbytes(1 << 17)
WAYS = ["iterate", "path", "path", "workers", "object", "address", "raw", "raw async", "bare", "bare async"]
RESUMING = {"iterate", "path", "workers", "object", "address"}
# These compare no digest, so their responses must not need one.
WITHOUT_PROOF = {"bare", "bare async"}

pytestmark = pytest.mark.timeout(1800 if NIGHTLY else 300)


@pytest.fixture(scope="module")
def faulty_server() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


def random_content(chance: random.Random, *, compressed: bool) -> bytes:
    size = chance.choice([chance.randrange(1, 4), 300, 5000, chance.randrange(1, 60_000)])
    start = chance.randrange(len(NOISE) - size)
    content = NOISE[start : start + size]
    return gzip.compress(content, 1, mtime=0) if compressed else content


class Run:
    """One download, determined by its seed."""

    def __init__(self, faulty_server: FaultyServer, folder: Path, seed: str) -> None:
        chance = random.Random(seed)
        self.faulty_server, self.folder = faulty_server, folder
        self.way = chance.choice(WAYS)
        resumed = self.way in RESUMING and chance.random() < 0.6
        # Whether the resource is loaded, with its size and digest. A final check would hide earlier errors.
        self.known = self.way in RESUMING - {"address"} and chance.random() < (0.1 if resumed else 0.5)
        labelled = self.known and chance.random() < 0.15
        digest = chance.choice(["", "repr", "md5", "amazon", "google", "wrong"])
        if resumed and chance.random() < 0.8:
            digest = ""
        etag = chance.choice(["none", "weak", "strong", "strong", "changing"])
        contents = (random_content(chance, compressed=labelled), random_content(chance, compressed=labelled))
        # Only this header has the digest of the whole content in a partial response; otherwise a later response may be
        # about other content.
        proof = self.known or (digest == "repr" and self.way not in WITHOUT_PROOF)
        self.script = Script(
            chance, contents, chance.choice([99, 99, 99, 99, 0, 1, 2]), "strong" if resumed else etag, digest, lies=proof,
            faults=chance.choice([2, 2, 2, 3, 5] if resumed else [1, 2, 3, 5, 8, 20]), labelled=labelled, resumed=resumed,
            ranges=chance.random() < 0.85,
        )  # fmt: skip
        self.old = chance.choice([None, b"old"])
        self.title = (
            f"seed {seed}: {self.way}, known {self.known}, etag {self.script.etag}, digest {digest}, labelled {labelled},"
            f" resumed {resumed}"
        )

    def run(self) -> str:
        """Run the download, and return its outcome."""
        self.faulty_server.script = self.script
        session = OrionSession(
            SessionConfig(url=self.faulty_server.url, token=CANARY), requests_session=get_session({}, 10, 30)
        )
        self.file = session.get_resource(File, 1) if self.known else File(id=1, session=session)
        target = self.folder / "target"
        if self.old is not None:
            target.write_bytes(self.old)
        try:
            got, ended = self.fetch(session, target), "whole"
        except (OrionError, OrionApiError) as error:
            got, ended = b"", type(error).__name__
        left = set(os.listdir(self.folder))
        if ended == "whole":
            assert got in self.script.contents, (self.title, len(got), self.script.seen)
            assert left <= {"target"}, self.title
            return ended
        assert (target.read_bytes() if target.exists() else None) == self.old, (self.title, self.script.seen)
        assert left <= {"target", ".target.part", ".target.part.json"}, self.title
        if self.way in {"path", "workers", "address"} and self.script.digest != "wrong":
            # Whatever part file is left does not harm the next run.
            self.script.stop_faults()
            assert self.fetch(session, target) == self.script.content, (self.title, self.script.seen)
        return ended

    def fetch(self, session: OrionSession, target: Path) -> bytes:
        if self.way == "iterate":
            return b"".join(self.file.download())
        if self.way == "object":
            stream = io.BytesIO()
            self.file.download_to_file(stream)
            return stream.getvalue()
        if self.way == "raw":
            with download_file.sync(1, client=session.raw) as response:
                return response.read()
        if self.way == "raw async":
            return asyncio.run(self.fetch_async(session.raw_async))
        if self.way.startswith("bare"):
            client = AuthenticatedClient(self.faulty_server.url, CANARY)
            if self.way == "bare async":
                return asyncio.run(self.fetch_async(client))
            with client, download_file.sync(1, client=client) as response:
                return response.read()
        if self.way == "address":
            get_session({}, 10, 30).download_to_file(f"{self.faulty_server.url}/download", target, durable=False)
        else:
            self.file.download_to_file(target, durable=False, workers=4 if self.way == "workers" else 1)
        return target.read_bytes()

    async def fetch_async(self, client: object) -> bytes:
        async with client, await download_file.asyncio(1, client=client) as response:  # type: ignore[attr-defined,arg-type]
            return await response.aread()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_each_download_ends_equal_or_with_an_error(
    faulty_server: FaultyServer,
    tmp_path: Path,
    chunk: int,
    small_sizes: None,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
) -> None:
    base = pytestconfig.getoption("randomly_seed") if NIGHTLY else 0
    ends: Counter[str] = Counter()
    for index in range(EACH):
        run = Run(faulty_server, tmp_path, f"{base}/{chunk}/{index}")
        try:
            ended = run.run()
        except BaseException as error:
            error.add_note(run.title)
            raise
        ends[ended] += 1
        for path in tmp_path.iterdir():
            path.unlink()
    record_property("random responses", f"base seed {base}, chunk {chunk}: {dict(ends)}")
    # Both outcomes occur, so that neither is the only one.
    assert EACH // 10 <= ends["whole"] <= EACH * 9 // 10, ends
