"""The programs of all clients. Each runs in a fresh process, prepares before the timer starts, and prints its figures.

    python subjects.py PROGRAM TASK

The task and the figures are JSON objects. The figures are seconds, CPU seconds, and the peak of memory in MiB above its value at the
start of the timer, after all imports.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any, Final

import limits
import peers
import tools
from common import Run, Task, run_counted, spread


def _imported() -> None:
    """Import the modules that the client imports at its first request, so that imports are not measured."""
    import orionclient._transfer
    import orionclient.types

    for package in (orionclient._transfer, orionclient.types):
        for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            importlib.import_module(found.name)
    importlib.import_module("orionclient._transport.exchange")


def _method(name: str) -> Callable[..., Any]:
    """Return a method of the session for any URL."""
    _imported()
    from orionclient.session import get_session

    method: Callable[..., Any] | None = getattr(get_session(), name, None)
    if method is None:
        raise SystemExit(f"HttpSession.{name} does not exist")
    return method


def _download(task: Task) -> Run:
    download = _method("download_to_file")
    options = {"workers": task["workers"]} if "workers" in task else {}

    def run() -> None:
        download(task["url"], task["target"], **options)

    return run


def _download_checked(task: Task) -> Run:
    """Download with a digest; in the first round also check that a wrong digest is detected."""
    from orionclient.exceptions import OrionError
    from orionclient.session import get_session

    run = _download(task)
    if task["first"]:
        wrong = Path(task["target"] + ".wrong")
        try:
            get_session(retry_timeout=2).download_to_file(task["wrong"], wrong)
        except OrionError:
            pass
        else:
            raise SystemExit(f"a wrong digest is not detected: {task['wrong']}")
        finally:
            wrong.unlink(missing_ok=True)
    return run


def _upload(task: Task) -> Run:
    upload = _method("upload_file")

    def run() -> None:
        upload(task["url"], task["source"])

    return run


def _many_down(task: Task) -> Run:
    download = _method("download_to_file")

    def one(name: str) -> None:
        download(f"{task['url']}/{name}", f"{task['target']}/{name}")

    return lambda: spread(one, task["names"], task["workers"])


def _many_up(task: Task) -> Run:
    upload = _method("upload_file")

    def one(name: str) -> None:
        upload(f"{task['url']}/{name}", f"{task['source']}/{name}")

    return lambda: spread(one, task["names"], task["workers"])


def _collection(task: Task) -> Any:
    _imported()
    from orionclient.session import OrionSession, SessionConfig
    from orionclient.types import ShardCollection

    return OrionSession(SessionConfig(task["url"], "token")).get_resource(ShardCollection, 1)


def _shards(task: Task) -> Run:
    from orionclient.types import Shard

    collection, data = _collection(task), os.urandom(task["size"])

    def one(number: int) -> None:
        Shard.create(collection, f"shard {number}", {"index": number}, file=data)

    return lambda: run_counted(one, range(task["count"]), task["workers"])


def _threads(task: Task) -> Run:
    from orionclient.types import Shard

    collection = _collection(task)
    session, template = collection.session, Shard(collection=collection)
    wrong: list[int] = []

    def one(number: int) -> None:
        if session.get_resource(template, number + 1).id != number + 1:
            wrong.append(number)

    def run() -> dict[str, float]:
        return {**run_counted(one, range(task["count"]), task["workers"]), "wrong": len(wrong)}

    return run


def _listed(task: Task) -> Run:
    """List shards and pass each to one of the workers through a bounded queue."""
    collection = _collection(task)
    done: list[int] = []

    def work(queue: Queue[Any]) -> None:
        number = 0
        while (shard := queue.get()) is not None:
            number += shard.id > 0
        done.append(number)

    def run() -> dict[str, float]:
        queue: Queue[Any] = Queue(4 * task["workers"])
        workers = [threading.Thread(target=work, args=(queue,)) for _ in range(task["workers"])]
        for each in workers:
            each.start()
        for shard in collection.list_shards():
            queue.put(shard)
        for _ in workers:
            queue.put(None)
        for each in workers:
            each.join()
        return {"items": sum(done), "lost": task["count"] - sum(done)}

    return run


def _pages(task: Task) -> Run:
    """List shards and read the id of each."""
    collection = _collection(task)

    def run() -> dict[str, float]:
        found = sum(shard.id > 0 for shard in collection.list_shards(limit=task["count"]))
        return {"items": found, "lost": task["count"] - found}

    return run


PROGRAMS: Final[dict[str, Callable[[Task], Run]]] = {
    "download": _download,
    "download checked": _download_checked,
    "upload": _upload,
    "many down": _many_down,
    "many up": _many_up,
    "shards": _shards,
    "threads": _threads,
    "listed": _listed,
    "pages": _pages,
    **limits.PROGRAMS,
    **peers.PROGRAMS,
    **tools.PROGRAMS,
}


def _memory(field: str) -> float:
    """Return a field of /proc/self/status in MiB; 0 if it is missing."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field + ":")), 0.0)


def _forget_peak() -> None:
    """Reset the peak of memory to its current use."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        print("the peak of memory includes that of the imports", file=sys.stderr)


def main() -> None:
    """Run one program."""
    name, arguments = sys.argv[1:]
    task: Task = json.loads(arguments)
    run = PROGRAMS[name](task)
    _forget_peak()
    before, times, start = _memory("VmRSS"), os.times(), time.perf_counter()
    more = run() or {}
    wall, after = time.perf_counter() - start, os.times()
    cpu = sum(after[:4]) - sum(times[:4])
    peak = _memory("VmHWM")
    print(json.dumps({"wall": wall, "cpu": cpu, "memory": peak - before, "process": peak, **more}))


if __name__ == "__main__":
    main()
