"""One session in many threads: every response is right, none is lost, and there are no more connections than threads.

The variable `ORION_NIGHTLY=1` selects the long form.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest
from connections_server import Fast
from helpers.scripted import Scripted, ScriptedResponse

from orionclient._runtime.clock import CLOCK
from orionclient._transport import exchange
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import File

# Virtual waits would advance the clock for all threads.
pytestmark = pytest.mark.usefixtures("real_time")

TOTAL = 15_000 if os.environ.get("ORION_NIGHTLY") else 3_000


class Run(NamedTuple):
    """The outcome of many requests."""

    seconds: float
    slowest: float
    lost: list[str]
    wrong: list[int]


def send_requests(session: OrionSession, threads: int, total: int) -> Run:
    """Send requests from many threads at once, each for another id."""
    numbers, start = itertools.count(1), threading.Barrier(threads + 1)
    lost: list[str] = []
    wrong: list[int] = []
    times: list[float] = []

    def work() -> None:
        start.wait()
        slowest = 0.0
        while (file_id := next(numbers)) <= total:
            began = time.perf_counter()
            try:
                file = session.get_resource(File, file_id)
            except Exception as error:  # noqa: BLE001 - any error means that the request is lost
                lost.append(repr(error))
            else:
                if (file.id, file.name) != (file_id, f"n{file_id}"):
                    wrong.append(file_id)
            slowest = max(slowest, time.perf_counter() - began)
        times.append(slowest)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for worker in workers:
        worker.start()
    start.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    return Run(time.perf_counter() - began, max(times), lost, wrong)


@pytest.mark.parametrize("threads", [16, 32, 64, 128])
def test_threads(fast: Fast, threads: int, record_property: Callable[[str, object], None]) -> None:
    session = OrionSession(SessionConfig(fast.url, "token", project=1))
    run = send_requests(session, threads, TOTAL)
    stats = fast.stats()
    record_property(
        "threads",
        f"{threads} threads, {TOTAL} requests: lost {len(run.lost)}, wrong {len(run.wrong)}, {stats['connections']} connections, "
        f"{run.seconds:.1f} s, slowest {run.slowest:.2f} s",
    )
    assert (run.lost, run.wrong) == ([], [])
    # Exactly one attempt per request: none succeeded only by a retry.
    assert stats["requests"] == TOTAL
    assert stats["connections"] <= threads


def test_a_session_for_every_call_shares_the_connections(fast: Fast) -> None:
    for file_id in range(1, 101):
        assert (
            OrionSession(SessionConfig(fast.url, f"token{file_id % 3}", project=1)).get_resource(File, file_id).id
            == file_id
        )
    assert fast.stats() == {"connections": 1, "requests": 100, "most": 1}


def test_connections_closed_while_other_threads_use_them(fast: Fast) -> None:
    session = OrionSession(SessionConfig(fast.url, "token", project=1))
    stopping = threading.Event()

    def close() -> None:
        while not stopping.wait(0.002):
            exchange.close_connections()

    closer = threading.Thread(target=close)
    closer.start()
    run = send_requests(session, 8, 800)
    stopping.set()
    closer.join()
    assert (run.lost, run.wrong) == ([], [])
    assert fast.stats()["requests"] == 800


@pytest.mark.parametrize("requests", ["again", "never again"])
def test_idle_connections_are_closed(
    fast: Fast, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, requests: str
) -> None:
    session = OrionSession(SessionConfig(fast.url, "token", project=1))
    send_requests(session, 8, 400)
    (transport,) = exchange.REGISTRY._pools.values()
    (idle,) = transport._idle.values()
    assert 1 < len(idle) <= 8
    real = time.monotonic
    for clock in (time, CLOCK):
        monkeypatch.setattr(clock, "monotonic", lambda: real() + 51)
    # Load balancers drop connections after 60 s of idle time; the client closes its own before, even those to unused
    # servers.
    if requests == "again":
        session.get_resource(File, 1)
    else:
        scripted.then(ScriptedResponse(data={"id": 1}))
        scripted.session().get_resource(File, 1)
    assert len(idle) == (requests == "again")
