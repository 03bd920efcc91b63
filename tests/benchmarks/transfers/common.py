"""Helpers that the programs share: their task, threads over many items, and the three requests of a shard."""

from __future__ import annotations

import json
import os
import ssl
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

T = TypeVar("T")
Task = dict[str, Any]
Run = Callable[[], dict[str, float] | None]
MIB: Final = 1 << 20
PART: Final = 16 * MIB
_SLOW: Final = 1.0


def check_status(status: int) -> None:
    """Exit if the server rejected the request."""
    if not 200 <= status < 300:
        raise SystemExit(f"the server responded {status}")


def context(task: Task) -> ssl.SSLContext:
    """Return a TLS context that trusts the servers of the benchmark."""
    return ssl.create_default_context(cafile=task["ca"])


def parts(size: int, part: int = PART) -> list[tuple[int, int, int]]:
    """List number, first byte and end of each part."""
    return [(number, start, min(start + part, size)) for number, start in enumerate(range(0, size, part))]


def spread(one: Callable[[T], object], items: Iterable[T], workers: int) -> None:
    """Call a function with each item in a pool of threads; the first error is raised.

    Args:
        one: The function.
        items: The items.
        workers: Count of threads.
    """
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(one, items):
            pass


def run_counted(one: Callable[[int], None], numbers: Iterable[int], workers: int) -> dict[str, float]:
    """Call a function with each index in a pool of threads, and count lost and slow calls. Prints the first error on standard error.

    Args:
        one: The function.
        numbers: The indices.
        workers: Count of threads.

    Returns:
        The counts.
    """
    errors: list[str] = []
    slowest = [0.0]
    slow: list[int] = []

    def guarded(number: int) -> None:
        start = time.perf_counter()
        try:
            one(number)
        except Exception as error:  # noqa: BLE001 - any error counts as a lost item
            errors.append(f"{type(error).__name__}: {error}")
        taken = time.perf_counter() - start
        slowest[0] = max(slowest[0], taken)
        if taken > _SLOW:
            slow.append(number)

    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(guarded, numbers):
            pass
    if errors:
        print(f"{len(errors)} lost, the first: {errors[0]}", file=sys.stderr)
    return {"lost": len(errors), "slow": len(slow), "slowest": slowest[0]}


def shards(task: Task, send: Callable[[str, str, bytes], Any]) -> Run:
    """Create, upload and close shards with the same requests as the client."""
    path, data = "/api/v1/storage/collections/1/shards/", os.urandom(task["size"])

    def one(number: int) -> None:
        body = json.dumps({"name": f"shard {number}", "metadata": {"index": number}}).encode()
        made = send("POST", path, body)
        send("PUT", f"{path}{made['id']}/upload/", data)
        send("POST", f"{path}{made['id']}/close/", b"")

    return lambda: run_counted(one, range(task["count"]), task["workers"])
