"""Runs the rounds: each client once per round, in random order and in a separate process, with a check of the transferred bytes."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rows import SHARD, SHARDS, Entry, Figures, Place, Row
from servers import MIB

_SUBJECTS: Final = Path(__file__).with_name("subjects.py")
# Settings of the user that would influence a client.
_USER_SETTINGS: Final = ("_PROXY", "CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


class Failed(Exception):
    """A client failed; the message gives the reason."""


def measure(row: Row, place: Place, rounds: int) -> tuple[dict[str, list[Figures]], dict[str, str]]:
    """Run a row.

    Args:
        row: The row.
        place: The servers and folders.
        rounds: Maximum of rounds; a row may need fewer.

    Returns:
        The figures of each client in the order of the rounds, and the errors of failed clients.
    """
    results: dict[str, list[Figures]] = {entry.label: [] for entry in row.entries}
    failed: dict[str, str] = {}
    order = list(row.entries)
    # The first of several rounds is a warm-up that is not counted.
    count = min(rounds, row.rounds)
    for turn in range(count + 1 if count > 1 else 1):
        random.shuffle(order)
        for entry in order:
            if entry.label in failed:
                continue
            try:
                figures = _run(row, entry, place, first=turn == 0)
            except Failed as error:
                failed[entry.label] = str(error)
                continue
            if turn or count == 1:
                results[entry.label].append(figures)
    return {label: runs for label, runs in results.items() if label not in failed}, failed


def _run(row: Row, entry: Entry, place: Place, *, first: bool) -> Figures:
    _clean(place)
    if row.server is not None:
        row.server.counts()
    environ = {name: value for name, value in os.environ.items() if not name.upper().endswith(_USER_SETTINGS)}
    environ |= {"SSL_CERT_FILE": entry.task["ca"], "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(_SUBJECTS), entry.program, json.dumps({**entry.task, "first": first})]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    try:
        if done.returncode:
            raise Failed(_last_line(done.stderr) or f"exit {done.returncode}")
        figures: Figures = json.loads(done.stdout.splitlines()[-1])
        if row.server is not None:
            figures |= row.server.counts()
        _check(entry, figures, place, whole=first)
    finally:
        _clean(place)
    return figures


def _last_line(output: str) -> str:
    return output.strip().rpartition("\n")[2][:300]


def _clean(place: Place) -> None:
    for folder in (place.out, place.web.received):
        for found in folder.iterdir():
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def _check(entry: Entry, figures: Figures, place: Place, *, whole: bool) -> None:
    """Check the transferred bytes: by digest in the first round, by size in the others."""
    got, put = place.out / "got", place.web.received
    match entry.check.split():
        case ["file"]:
            _same([got], [place.web.source], whole=whole)
        case ["put"]:
            _same([put / "x"], [place.web.source], whole=whole)
        case ["parts"]:
            _same(sorted(put.iterdir()), [place.web.source], whole=whole)
        case ["many" | "eight" as what, way]:
            sources = sorted((place.web.root / "www" / what).iterdir())
            folder = place.out if way == "down" else put
            for source in sources:
                _same([folder / source.name], [source], whole=whole)
        case ["size", size]:
            _sized(got, int(size))
        case ["put", "size", size]:
            _sized(put / "x", int(size))
        case ["shards"] if not figures["lost"]:
            reported = (figures["ready"], figures["bytes"], figures["rejected"])
            if reported != (SHARDS, SHARDS * SHARD, 0):
                raise Failed(f"unexpected counts of the server (ready, bytes, rejected): {reported}")


def _same(got: list[Path], wanted: list[Path], *, whole: bool) -> None:
    try:
        sizes = [sum(path.stat().st_size for path in paths) for paths in (got, wanted)]
        if sizes[0] != sizes[1] or (whole and _digest(got) != _digest(wanted)):
            raise Failed(f"wrong content: {sizes[0]} of {sizes[1]} bytes")
    except FileNotFoundError as error:
        raise Failed(f"missing file: {error.filename}") from None


def _sized(path: Path, size: int) -> None:
    found = path.stat().st_size if path.exists() else 0
    if found != size:
        raise Failed(f"{found} of {size} bytes received")


def _digest(paths: Iterable[Path]) -> bytes:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while chunk := stream.read(MIB):
                digest.update(chunk)
    return digest.digest()
