"""Benchmark of rate limits: 2,000 requests of 32 threads to a server that allows 200 per second and rejects others with 429.

    python tests/benchmarks/throttling.py [--rounds 3] [--retry-after 1] [--changing]

Server and client are two processes, each client in a fresh one, alternating with requests and the Retry of urllib3. The ideal is the
time that the limit needs for the requests. With --changing the limit falls to a quarter from 10 s to 20 s of the run.
The benchmark prints figures and has no targets; docs/measurements.md has the results. Needs the dependency group `transfers`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

_BURST: Final = 0.1
_LATENCY: Final = 0.02
_LOW: Final = (10.0, 20.0)


def rate_at(seconds: float, rate: float, changing: bool) -> float:
    """Return the limit in requests per second, `seconds` after the first request."""
    return rate / 4 if changing and _LOW[0] <= seconds < _LOW[1] else rate


def ideal(count: int, rate: float, changing: bool) -> float:
    """Return the seconds that the limit needs for `count` requests."""
    before, low = rate * _LOW[0], rate / 4 * (_LOW[1] - _LOW[0])
    if not changing or count <= before:
        return count / rate
    return _LOW[0] + (count - before) / (rate / 4) if count <= before + low else _LOW[1] + (count - before - low) / rate


class Server(asyncio.Protocol):
    """A token bucket in front of a server that responds after 20 ms."""

    reported: dict[str, float]
    rate: float
    retry_after: str
    changing: bool
    tokens = at = start = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
            loop = asyncio.get_running_loop()
            if head.startswith(b"GET /counts"):
                self._send(b"200 OK", json.dumps(Server.reported).encode())
                Server.reported, Server.start = {"sent": 0, "rejected": 0}, 0.0
            elif self._takes(loop.time()):
                loop.call_later(_LATENCY, self._send, b"200 OK", b"{}")
            else:
                Server.reported["rejected"] += 1
                header = f"\r\nRetry-After: {self.retry_after}".encode() if self.retry_after != "none" else b""
                loop.call_later(_LATENCY, self._send, b"429 Too Many Requests" + header, b"{}")

    def _takes(self, now: float) -> bool:
        own = Server
        own.reported["sent"] += 1
        if not own.start:
            own.start = own.at = now
            own.tokens = self.rate * _BURST
        rate = rate_at(now - own.start, self.rate, self.changing)
        own.tokens, own.at = min(rate * _BURST, own.tokens + (now - own.at) * rate), now
        if own.tokens < 1:
            return False
        own.tokens -= 1
        return True

    def _send(self, status: bytes, body: bytes) -> None:
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._transport.write(head + body)


async def serve(rate: float, retry_after: str, changing: bool) -> None:
    """Serve until the standard input ends; the first line of the output is the port."""
    Server.rate, Server.retry_after, Server.changing = rate, retry_after, changing
    Server.reported = {"sent": 0, "rejected": 0}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def make_orionclient(_: int) -> Callable[[str], int]:
    """Send requests with the default session of orionclient."""
    from orionclient._transport import exchange  # noqa: F401 - loaded by the first request otherwise
    from orionclient.session import get_session

    session = get_session()
    return lambda url: int(session.get(url).status_code)


def make_requests(threads: int) -> Callable[[str], int]:
    """Send requests with requests and the Retry of urllib3."""
    import requests
    from urllib3.util import Retry

    session = requests.Session()
    retry = Retry(10, backoff_factor=0.1, status_forcelist=[429, 503])
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=threads, max_retries=retry))
    return lambda url: int(session.get(url).status_code)


SUBJECTS: Final = {"orionclient": make_orionclient, "requests + urllib3 Retry": make_requests}


def work(subject: str, url: str, count: int, threads: int) -> dict[str, Any]:
    """Send all requests from this process and return the figures."""
    get, done, failed = SUBJECTS[subject](threads), Counter[int](), 0

    def one(_: int) -> bool:
        try:
            good = get(url) == 200
        except Exception:  # noqa: BLE001 - an exception of either library
            good = False
        done[threading.get_ident()] += 1
        return good

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        failed = sum(not good for good in pool.map(one, range(count)))
    return {
        "seconds": time.perf_counter() - start,
        "failed": failed,
        "most": max(done.values()),
        "least": min(done.values()),
    }


def main() -> None:
    """Measure the clients alternately."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--retry-after", default="1", help="seconds, or none")
    parser.add_argument("--changing", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.rate, given.retry_after, given.changing))
        return
    if given.work:
        print(json.dumps(work(*given.work, given.count, given.threads)))
        return
    again = [sys.executable, __file__, *sys.argv[1:]]
    best = ideal(given.count, given.rate, given.changing)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SUBJECTS}
    with subprocess.Popen([*again, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        for _ in range(given.rounds):
            for name in SUBJECTS:
                urllib.request.urlopen(f"{url}/counts").read()
                done = subprocess.run([*again, "--work", name, f"{url}/x"], stdout=subprocess.PIPE, check=True)
                counts = json.loads(urllib.request.urlopen(f"{url}/counts").read())
                rows[name].append(json.loads(done.stdout) | counts)
        server.stdin.close()
    print(
        "| client | x ideal, median | x ideal, worst | rejected, median | failed | most and fewest requests of a thread |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name, runs in rows.items():
        ratios = [run["seconds"] / best for run in runs]
        rejected = statistics.median(run["rejected"] / run["sent"] for run in runs)
        failed = sum(run["failed"] for run in runs)
        least = min(runs, key=lambda run: run["least"] / run["most"])
        print(
            f"| {name} | {statistics.median(ratios):.2f} | {max(ratios):.2f} | {rejected:.1%} | {failed} |"
            f" {least['most']}, {least['least']} |"
        )


if __name__ == "__main__":
    main()
