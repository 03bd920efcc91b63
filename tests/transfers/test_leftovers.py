"""Part files and journals left beside the target, with any content, and other kinds of files in their place."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transfers_stack import Stack

from orionclient.emulator import faults as steps
from orionclient.exceptions import OrionError
from orionclient.types import File

SIZE = 3 << 20
CONTENT = random.Random(9).randbytes(SIZE)
OTHER = random.Random(10).randbytes(SIZE)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="files of systems with POSIX")


@pytest.fixture
def made(simple: Stack) -> File:
    return File.upload(simple.session(), "x", CONTENT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "folder"
    path.mkdir()
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def journal(stack: Stack, made: File, **changes: Any) -> dict[str, Any]:
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    what = f"{stack.orion.url} file {made.id}"
    return {"what": what, "etag": etag, "size": SIZE, "done": None, "version": 1, **changes}


HALF = CONTENT[: SIZE // 2]
LEFT: dict[str, tuple[bytes, Callable[[Stack, File], str]]] = {
    "half": (HALF, lambda stack, made: json.dumps(journal(stack, made))),
    "whole": (CONTENT, lambda stack, made: json.dumps(journal(stack, made))),
    "half with a wrong byte": (b"\0" + HALF[1:], lambda stack, made: json.dumps(journal(stack, made))),
    "whole with a wrong byte": (CONTENT[:-1] + b"\0", lambda stack, made: json.dumps(journal(stack, made))),
    "zeros": (bytes(SIZE), lambda stack, made: json.dumps(journal(stack, made))),
    "longer than the content": (CONTENT + b"more", lambda stack, made: json.dumps(journal(stack, made))),
    "nothing": (b"", lambda stack, made: json.dumps(journal(stack, made))),
    "of another object": (OTHER[:SIZE], lambda stack, made: json.dumps(journal(stack, made, what="another"))),
    "of other content": (OTHER[: SIZE // 2], lambda stack, made: json.dumps(journal(stack, made, etag='"other"'))),
    "of another size": (HALF, lambda stack, made: json.dumps(journal(stack, made, size=SIZE + 1))),
    "of a smaller size": (HALF, lambda stack, made: json.dumps(journal(stack, made, size=SIZE - 1))),
    "of another version": (OTHER[: SIZE // 2], lambda stack, made: json.dumps(journal(stack, made, version=2))),
    "without a journal": (OTHER, lambda stack, made: ""),
    "half a journal": (OTHER, lambda stack, made: json.dumps(journal(stack, made))[:50]),
    "not JSON": (OTHER, lambda stack, made: "\0\xff garbage"),
    "JSON of another type": (OTHER, lambda stack, made: "[1, 2, 3]"),
    "JSON without fields": (OTHER, lambda stack, made: "{}"),
    "deeply nested JSON": (OTHER, lambda stack, made: "[" * 100_000),
    "two chunks": (
        HALF[:1000] + bytes(SIZE - 2000) + CONTENT[-1000:],
        lambda stack, made: json.dumps(journal(stack, made, done=[[0, 1000], [SIZE - 1000, SIZE]])),
    ),
    "chunks that are not there": (
        bytes(SIZE),
        lambda stack, made: json.dumps(journal(stack, made, done=[[0, SIZE // 2], [SIZE // 2, SIZE]])),
    ),
    "chunks beyond the file": (
        HALF, lambda stack, made: json.dumps(journal(stack, made, done=[[SIZE // 2, SIZE]])),
    ),
    "chunks behind the end": (
        HALF, lambda stack, made: json.dumps(journal(stack, made, done=[[0, SIZE * 2]])),
    ),
    "chunks of strings": (HALF, lambda stack, made: json.dumps(journal(stack, made, done=[["a", "b"]]))),
    "chunks of one integer": (HALF, lambda stack, made: json.dumps(journal(stack, made, done=[[1]]))),
    "chunks that are an integer": (HALF, lambda stack, made: json.dumps(journal(stack, made, done=7))),
    "a size that is a string": (HALF, lambda stack, made: json.dumps(journal(stack, made, size="many"))),
    "a size that is a float": (HALF, lambda stack, made: json.dumps(journal(stack, made, size=float(SIZE)))),
    "an ETag of several lines": (HALF, lambda stack, made: json.dumps(journal(stack, made, etag='"a"\r\nX-Evil: 1'))),
    "an ETag that is an integer": (HALF, lambda stack, made: json.dumps(journal(stack, made, etag=5))),
}  # fmt: skip


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("name", LEFT)
def test_a_leftover_part_file(
    simple: Stack, made: File, folder: Path, name: str, workers: int, small_sizes: None
) -> None:
    part, record = LEFT[name]
    (folder / ".target.part").write_bytes(part)
    if journal_data := record(simple, made):
        (folder / ".target.part.json").write_bytes(journal_data.encode("latin-1"))
    made.download_to_file(folder / "target", workers=workers)
    assert (folder / "target").read_bytes() == CONTENT
    assert names(folder) == ["target"]


def test_a_half_is_resumed(simple: Stack, made: File, folder: Path) -> None:
    (folder / ".target.part").write_bytes(HALF)
    (folder / ".target.part.json").write_text(json.dumps(journal(simple, made)))
    simple.orion.faults.script("download_file", [steps.status(403)])
    with pytest.raises(OrionError):
        made.download_to_file(folder / "target")
    # A rejection does not delete the part file.
    assert (folder / ".target.part").read_bytes() == HALF
    # A request for more than the missing half would break, because the response is cut behind it.
    simple.orion.faults.script("download_file", [steps.cut(SIZE - len(HALF) - 1), "pass"])
    made.download_to_file(folder / "target")
    assert (folder / "target").read_bytes() == CONTENT


@pytest.mark.parametrize("kind", ["link", "link to nothing", "hard link", "folder", "fifo"])
@pytest.mark.parametrize("which", [".target.part", ".target.part.json"])
def test_other_kinds_of_files_in_place_of_the_part_file(
    simple: Stack, made: File, folder: Path, kind: str, which: str
) -> None:
    victim = folder.parent / "victim"
    victim.write_bytes(b"precious")
    place = folder / which
    if kind == "link":
        place.symlink_to(victim)
    elif kind == "link to nothing":
        place.symlink_to(folder.parent / "nothing")
    elif kind == "hard link":
        place.hardlink_to(victim)
    elif kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    try:
        made.download_to_file(folder / "target")
    except OSError:
        assert not (folder / "target").exists()
    else:
        assert (folder / "target").read_bytes() == CONTENT
    assert victim.read_bytes() == b"precious"
    assert not (folder.parent / "nothing").exists()
    assert set(names(folder)) <= {"target", which}
