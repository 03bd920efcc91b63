"""One session in many threads: every response is the right one, none is lost, and there are no more connections than threads.

The variable `ORION_NIGHTLY=1` asks for the long form.
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

from orionclient import _http
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import File

# A wait that one thread skips would make time jump for all of them.
pytestmark = pytest.mark.usefixtures("real_time")

TOTAL = 15_000 if os.environ.get("ORION_NIGHTLY") else 3_000


class Run(NamedTuple):
    """What came of many requests."""

    seconds: float
    slowest: float
    lost: list[str]
    wrong: list[int]


def hammer(session: OrionSession, threads: int, total: int) -> Run:
    """Send requests from many threads at once, each for another id."""
    numbers, start = itertools.count(1), threading.Barrier(threads + 1)
    lost: list[str] = []
    wrong: list[int] = []
    times: list[float] = []

    def work() -> None:
        start.wait()
        slowest = 0.0
        while (number := next(numbers)) <= total:
            began = time.perf_counter()
            try:
                file = session.get_resource(File, number)
            except Exception as error:  # noqa: BLE001 - whatever it is, the request is lost
                lost.append(repr(error))
            else:
                if (file.id, file.name) != (number, f"n{number}"):
                    wrong.append(number)
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
    run = hammer(session, threads, TOTAL)
    stats = fast.stats()
    record_property(
        "threads",
        f"{threads} threads, {TOTAL} requests: lost {len(run.lost)}, wrong {len(run.wrong)}, {stats['connections']} connections, "
        f"{run.seconds:.1f} s, slowest {run.slowest:.2f} s",
    )
    assert (run.lost, run.wrong) == ([], [])
    # As many requests as were asked for: none was saved by a retry.
    assert stats["requests"] == TOTAL
    assert stats["connections"] <= threads


def test_a_session_for_every_call_shares_the_connections(fast: Fast) -> None:
    for number in range(1, 101):
        assert (
            OrionSession(SessionConfig(fast.url, f"token{number % 3}", project=1)).get_resource(File, number).id
            == number
        )
    assert fast.stats() == {"connections": 1, "requests": 100, "most": 1}


def test_connections_closed_while_others_use_them(fast: Fast) -> None:
    session = OrionSession(SessionConfig(fast.url, "token", project=1))
    stopping = threading.Event()

    def close() -> None:
        while not stopping.wait(0.002):
            _http.close_connections()

    closer = threading.Thread(target=close)
    closer.start()
    run = hammer(session, 8, 800)
    stopping.set()
    closer.join()
    assert (run.lost, run.wrong) == ([], [])
    assert fast.stats()["requests"] == 800


@pytest.mark.parametrize("requests", ["again", "never again"])
def test_what_nobody_used_for_long_is_closed(
    fast: Fast, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, requests: str
) -> None:
    session = OrionSession(SessionConfig(fast.url, "token", project=1))
    hammer(session, 8, 400)
    (transport,) = _http.REGISTRY._pools.values()
    (idle,) = transport._idle.values()
    assert 1 < len(idle) <= 8
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 51)
    # Load balancers drop what was idle for 60 s; ours are gone before, also those to a server that nobody asks any more.
    if requests == "again":
        session.get_resource(File, 1)
    else:
        scripted.then(ScriptedResponse(data={"id": 1}))
        scripted.session().get_resource(File, 1)
    assert len(idle) == (requests == "again")
