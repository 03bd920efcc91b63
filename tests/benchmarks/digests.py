"""Benchmark of variants to verify the digest of a download: after it, in its loop, in a thread by a queue, and behind the writer (ours).

    python tests/benchmarks/digests.py [ROUNDS [MIB]]

The server sends by `sendfile` from a separate process, and the file is in a memory file system if there is one. Each variant runs once per
round, in another order each time; ratios are medians of the ratios of the rounds. Prints a profile of our variant at the end.
"""

from __future__ import annotations

import base64
import cProfile
import hashlib
import io
import os
import pstats
import queue
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orionclient._transfer import digests
from orionclient.session import get_session

SERVER = """
import os, socket, sys
path, digest = sys.argv[1:]
size = os.path.getsize(path)
with socket.create_server(("127.0.0.1", 0)) as listener, open(path, "rb") as file:
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            request = connection.recv(65536)
            if not request.startswith(b"GET /"):
                break
            proof = f"Repr-Digest: {digest}\\r\\n" if b"GET /checked" in request else ""
            head = f"HTTP/1.1 200 OK\\r\\nContent-Length: {size}\\r\\nETag: \\"x\\"\\r\\n{proof}Connection: close\\r\\n\\r\\n"
            connection.sendall(head.encode())
            file.seek(0)
            connection.sendfile(file)
print(sum(os.times()[:2]), flush=True)
"""


class Other(digests.FileHasher):
    """Base of the other variants: computes nothing from the writer's buffer."""

    def take(self, start: int, chunk: memoryview) -> None:
        pass


class InTheLoop(Other):
    """Reads and computes where the writer stands."""

    def __init__(self, path: Path, hasher: Any, size: int | None) -> None:
        super().__init__(path, hasher, 0)
        self._stream = path.open("rb", buffering=0)

    def reach(self, position: int) -> None:
        self._hash(self._stream, position)


class ByQueue(Other):
    """A thread that gets copies of what was written, two chunks at most."""

    def __init__(self, path: Path, hasher: Any, size: int | None) -> None:
        super().__init__(path, hasher, 0)
        self._stream = path.open("rb", buffering=0)
        self._given = 0
        self._chunks: queue.Queue[bytes | None] = queue.Queue(2)
        self._worker = threading.Thread(target=self._work, daemon=True)
        self._worker.start()

    def _work(self) -> None:
        while chunk := self._chunks.get():
            self._hasher.update(chunk)
            self._position += len(chunk)

    def reach(self, position: int) -> None:
        while self._given < position:
            chunk = self._stream.read(min(1 << 20, position - self._given))
            self._given += len(chunk)
            self._chunks.put(chunk)

    def finish(self) -> bytes:
        self._chunks.put(None)
        self._worker.join()
        return super().finish()


class After(Other):
    """Computes all of it at the end."""

    def __init__(self, path: Path, hasher: Any, size: int | None) -> None:
        super().__init__(path, hasher, 0)


def ways() -> dict[str, tuple[str, type[digests.FileHasher]]]:
    """What is compared: name -> path on the server, what computes the digest."""
    return {
        "no digest": ("plain", digests.FileHasher),
        "after the download": ("checked", After),
        "in the loop": ("checked", InTheLoop),
        "in a thread, by queue": ("checked", ByQueue),
        "in a thread, a step behind (ours)": ("checked", digests.FileHasher),
    }


def main(rounds: int, mib: int) -> None:
    """Measure and print."""
    from orionclient._transfer import downloads

    base = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=base) as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        block = random.Random(1).randbytes(1 << 20)
        source.write_bytes(block * mib)
        proof = base64.b64encode(hashlib.sha256(block * mib).digest()).decode()
        command = [sys.executable, "-c", SERVER, str(source), f"sha-256=:{proof}:"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            http = get_session()

            def run(path: str, follower: type[digests.FileHasher]) -> tuple[float, float]:
                downloads.FileHasher = follower  # type: ignore[misc]
                wall, cpu = time.perf_counter(), time.process_time()
                http.download_to_file(f"http://127.0.0.1:{port}/{path}", target, durable=False)
                taken = time.perf_counter() - wall, time.process_time() - cpu
                target.unlink()
                return taken

            figures: dict[str, list[tuple[float, float]]] = {name: [] for name in ways()}
            for _ in range(rounds):
                for name, way in random.sample(list(ways().items()), len(ways())):
                    figures[name].append(run(*way))
            print(
                f"{mib} MiB, {rounds} rounds\n\n| way | wall s | CPU s | wall / no digest |\n| --- | ---: | ---: | ---: |"
            )
            for name, taken in figures.items():
                ratio = statistics.median(
                    one[0] / other[0] for one, other in zip(taken, figures["no digest"], strict=True)
                )
                wall, cpu = (statistics.median(column) for column in zip(*taken, strict=True))
                print(f"| {name} | {wall:.2f} | {cpu:.2f} | {ratio:.2f} |")
            alone = time.perf_counter()
            hasher = hashlib.sha256()
            for _ in range(mib):
                hasher.update(block)
            print(f"\nSHA-256 of as much in memory, alone: {time.perf_counter() - alone:.2f} s")
            profile(lambda: run("checked", digests.FileHasher))
            with socket.create_connection(("127.0.0.1", port)) as end:
                end.sendall(b"END")
            spent = float(server.stdout.readline()) / (rounds * len(figures) + 1)
            print(f"the server, a download: {spent:.2f} s of processor time")


def profile(work: Callable[[], object]) -> None:
    """Print where the time goes."""
    taken = cProfile.Profile()
    taken.runcall(work)
    out = io.StringIO()
    pstats.Stats(taken, stream=out).strip_dirs().sort_stats("tottime").print_stats(8)
    print(out.getvalue())


if __name__ == "__main__":
    main(*(int(each) for each in [*sys.argv[1:], "7", "1024"][:2]))
