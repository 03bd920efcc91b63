"""Transfers of random size under random faults: each ends with equal content or with an error, and leaves nothing behind.

The message of a failure has the seed of its transfer. `ORION_NIGHTLY=1` selects the long form, whose seeds depend on the seed
printed by pytest-randomly (`-p randomly -p "randomly_seed=..."` reproduces it).
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import SMALL_SIZES, Stack, digest_of

from orionclient._transfer import content, downloads, part_files, plans
from orionclient.emulator import faults as steps
from orionclient.exceptions import OrionError
from orionclient.session import OrionSession
from orionclient.types import File, Shard

LARGEST = 64 << 20
CHUNKS = 5
EACH = 200 if os.environ.get("ORION_NIGHTLY") else 20
NOISE = random.Random(6).randbytes(LARGEST)
# The timeout for a server that stalls, in seconds.
LIMIT_SECONDS = 0.6

pytestmark = pytest.mark.timeout(1800 if os.environ.get("ORION_NIGHTLY") else 900)


def size_of(chance: random.Random) -> int:
    return round(math.exp(chance.uniform(0, math.log(LARGEST))))


def somewhere(chance: random.Random, size: int) -> int:
    return chance.choice([0, 1, chance.randrange(size), size - 1]) if size > 1 else 0


def common_faults(chance: random.Random) -> Any:
    """List faults of any request."""
    return chance.choice(
        [
            500, 502, 503, 504, 429, 408, 425, 404,
            "reset", "close", "reset_after", "close_after", "hints",
            steps.status(503, headers={"Retry-After": "1"}), steps.status(500, applied=True), steps.stall(2 * LIMIT_SECONDS),
        ]
    )  # fmt: skip


def request_faults(chance: random.Random, size: int) -> Any:
    """List faults of a request with a body."""
    read = somewhere(chance, size)
    return chance.choice(
        [
            steps.reset(read=read), steps.close(read=read), steps.status(503, read=read), steps.status(500, read=read),
            steps.stall(2 * LIMIT_SECONDS, read=read), "garbage", "html", 400, 403, 409, 422, 507,
            steps.redirect(chance.choice(["self", None]), code=chance.randint(300, 308)),
        ]
    )  # fmt: skip


def response_faults(chance: random.Random, size: int) -> Any:
    """List faults of a response with content."""
    sent = somewhere(chance, size)
    cut = [
        steps.cut(sent, how=how, framing=framing)
        for how in ("reset", "close")
        for framing in ("real", "length", "chunked", "close")
    ]
    by = chance.choice([1, -1, size, -size, chance.randint(1, size), -chance.randint(1, size)])
    return chance.choice(
        [
            *cut, *cut, steps.length(by), "digest", steps.gzip_cut(), steps.gzip_cut("crc"), "garbage", "html",
            steps.headers({"ETag": '"other"'}), steps.headers({"ETag": None}), steps.headers({"ETag": 'W/"weak"'}),
            steps.headers({"Content-Range": "bytes 1-2/3"}), steps.headers({"Content-Range": None}),
            steps.headers({"Accept-Ranges": None}), steps.strip("range"), steps.strip("range", "if-range"), 416, 412, 403,
            steps.stall(2 * LIMIT_SECONDS, sent=sent), steps.unasked_range(sent), steps.unasked_range(sent, chance.randint(1, size)),
            steps.resize(max(by, -size), chance.choice(["length", "chunked", "close"])),
        ]
    )  # fmt: skip


def parts_faults(chance: random.Random) -> Any:
    """List further faults of responses of the multipart protocol."""
    fields = [
        "id",
        "size",
        "part_size",
        "presigned",
        "state",
        "targets",
        "targets.*.url",
        "targets.*.number",
        "targets.*.expires",
    ]
    return chance.choice(
        [steps.null_field(chance.choice(fields)), steps.set_field("part_size", chance.choice([0, 1, 1 << 60]))]
    )


def fault_script(
    chance: random.Random, size: int, special: Callable[[random.Random, int], Any], most: int = 6
) -> list[Any]:
    """Make a fault script: fault_script requests get a fault, others none."""
    return [
        "pass" if chance.random() < 0.3 else special(chance, size) if chance.random() < 0.7 else common_faults(chance)
        for _ in range(chance.randint(1, most))
    ]


class Transfer:
    """One transfer, determined by its seed."""

    def __init__(self, stack: Stack, folder: Path, seed: str) -> None:
        chance = self.chance = random.Random(seed)
        self.stack, self.folder = stack, folder
        self.size = size_of(chance)
        start = chance.randrange(LARGEST - self.size + 1)
        self.content = memoryview(NOISE)[start : start + self.size]
        self.digest = hashlib.sha256(self.content).hexdigest()
        self.kind: type = chance.choice([File, Shard])
        self.up = chance.random() < 0.5
        self.small_sizes = chance.random() < 0.6
        self.workers = chance.choice([1, 4])
        self.end = chance.choice(["path", "path", "object", "iterator"])
        self.title = (
            f"seed {seed}: {self.kind.__name__} of {self.size} bytes {'up' if self.up else 'down'}, {self.end}, workers {self.workers}, "
            f"storage {stack.storage}, small plans {self.small_sizes}"
        )

    def run(self) -> str:
        """Run the transfer, and return its outcome."""
        with pytest.MonkeyPatch.context() as patch:
            if self.small_sizes:
                for module in (plans, content, downloads, part_files):
                    for name, value in SMALL_SIZES[module.__name__.rpartition(".")[2]].items():
                        patch.setattr(module, name, value)
            ended = self.send() if self.up else self.fetch()
        self.stack.wait_until_empty()
        return ended

    def session(self) -> OrionSession:
        return self.stack.session(timeout=LIMIT_SECONDS)

    def source(self) -> Any:
        path = self.folder / "source"
        if self.end == "path":
            path.write_bytes(self.content)
            return path
        if self.end == "object":
            return io.BytesIO(self.content)
        return (self.content[start : start + 10_000] for start in range(0, self.size, 10_000))

    def send(self) -> str:
        chance, faults = self.chance, self.stack.orion.faults
        kind = self.kind.__name__.lower()
        part = -(-self.size // 16)
        faults.script(f"upload_{kind}_content", fault_script(chance, self.size, request_faults))
        faults.script("upload_part", fault_script(chance, part, request_faults))
        if self.stack.storage:
            self.stack.orion.storage.faults.script("put_part", fault_script(chance, part, request_faults))
        for operation in ("create_upload", "complete_upload", "obtain_upload_targets"):
            if chance.random() < 0.5:
                faults.script(operation, [chance.choice([common_faults, parts_faults])(chance)])
        made = None
        try:
            made = self.stack.upload(self.session(), self.kind, self.source())
        except OrionError as error:
            ended = type(error).__name__
        else:
            ended = "equal"
        self.stack.clear_faults()
        if made is not None:
            assert self.stack.digest(made) == self.digest, self.title
            self.stack.remove(made)
        assert set(os.listdir(self.folder)) <= {"source"}
        return ended

    def fetch(self) -> str:
        chance, faults = self.chance, self.stack.orion.faults
        # Only requests under faults have a short timeout, because a busy machine is slow.
        made = self.stack.upload(self.stack.session(), self.kind, self.content)
        made.session = self.session()
        faults.script(f"download_{self.kind.__name__.lower()}", fault_script(chance, self.size, response_faults, 8))
        if self.stack.storage:
            self.stack.orion.storage.faults.script("get_content", fault_script(chance, self.size, response_faults, 8))
        target = self.folder / "target"
        old = chance.choice([None, b"old"])
        if old is not None and self.end == "path":
            target.write_bytes(old)
        got, ended = None, "equal"
        try:
            got = self.pull(made, target)
        except OrionError as error:
            ended = type(error).__name__
        self.stack.clear_faults()
        if ended == "equal":
            assert got == self.digest, self.title
            assert set(os.listdir(self.folder)) <= {"target"}, self.title
        elif self.end == "path":
            assert (target.read_bytes() if target.exists() else None) == old, self.title
            assert set(os.listdir(self.folder)) <= {"target", ".target.part", ".target.part.json"}, self.title
            # Whatever part file is left is resumed.
            made.session = self.stack.session()
            assert self.pull(made, target) == self.digest, self.title
            assert os.listdir(self.folder) == ["target"], self.title
        self.stack.remove(made)
        return ended

    def pull(self, made: File | Shard, target: Path) -> str:
        if self.end == "iterator":
            hasher = hashlib.sha256()
            for chunk in made.download():
                hasher.update(chunk)
            return hasher.hexdigest()
        if self.end == "object":
            stream = io.BytesIO()
            made.download_to_file(stream)
            return hashlib.sha256(stream.getbuffer()).hexdigest()
        made.download_to_file(target, workers=self.workers)
        return digest_of(target)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_each_transfer_ends_equal_or_with_an_error(
    stack: Stack,
    tmp_path: Path,
    chunk: int,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
) -> None:
    base = pytestconfig.getoption("randomly_seed") if os.environ.get("ORION_NIGHTLY") else 0
    ends: Counter[str] = Counter()
    for index in range(EACH):
        folder = tmp_path / str(index)
        folder.mkdir()
        transfer = Transfer(stack, folder, f"{base}/{stack.storage}/{chunk}/{index}")
        print(transfer.title)
        try:
            ended = transfer.run()
        except BaseException as error:
            error.add_note(transfer.title)
            raise
        print("   ", ended)
        ends[ended] += 1
        for path in folder.iterdir():
            path.unlink()
    record_property("random transfers", f"base seed {base}, chunk {chunk}, storage {stack.storage}: {dict(ends)}")
    # Most faults are survived.
    assert ends["equal"] >= EACH // 3, ends
