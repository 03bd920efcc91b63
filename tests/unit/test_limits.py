"""The rate limiter against simulated servers in virtual time:

whole calls with their retries, and deterministic except for the seeded jitter.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, repeat

import pytest
from helpers.virtual_server import Bucket, RunResult, Virtual, Window

from orionclient._requesting.limits import FORGET_SECONDS, RateLimiter

SEEDS = range(3)
RATE = 200.0


def constant(_: float) -> float:
    return RATE


def changing(now: float) -> float:
    return 50.0 if 20 <= now < 40 else RATE


def ideal(count: int, rate: Callable[[float], float]) -> float:
    seconds, passed = 0.0, 0.0
    while passed < count:
        passed += rate(seconds) * 0.001
        seconds += 0.001
    return seconds


def simulate(
    count: int,
    rate: Callable[[float], float] = constant,
    *,
    retry_after: str | None = "1",
    threads: int = 32,
    latency: float = 0.02,
    seed: int = 1,
) -> RunResult:
    bucket = Bucket(rate)
    server = Virtual(lambda _, now: bucket.allows(now), lambda _: retry_after, latency=latency, seed=seed)
    return server.run((repeat("get_file", count), threads))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("retry_after", ["0", "1", None])
def test_a_limit_is_used_up_and_hardly_exceeded(retry_after: str | None, seed: int) -> None:
    reported = simulate(2000, retry_after=retry_after, seed=seed)
    assert reported.failed == 0
    assert reported.seconds <= 1.05 * ideal(2000, constant)
    assert reported.rejected_share <= 0.04
    # No thread starves: a rejected one waits only as long as the server requests.
    most, least = max(reported.by_worker.values()), min(reported.by_worker[worker] for worker in range(32))
    assert most <= (1.5 if retry_after == "0" else 4) * least


@pytest.mark.parametrize("seed", SEEDS)
def test_a_retry_after_of_30_seconds_costs_30_seconds_once(seed: int) -> None:
    reported = simulate(2000, retry_after="30", seed=seed)
    assert reported.failed == 0
    assert reported.rejected_share <= 0.04
    # One Retry-After with its jitter of a tenth is added to the ideal time: most threads are rejected at the start,
    # none late.
    assert reported.seconds <= 1.05 * ideal(2000, constant) + 33


def test_one_retry_after_delays_only_its_own_request() -> None:
    limiter = RateLimiter()
    for index in range(64):
        limiter.record_served("get_file", index / 100)
    limiter.record_rejected("get_file", 0.63, 0.64, 30.0)
    waits = [limiter.reserve("get_file", 0.65) for _ in range(32)]
    assert waits == sorted(waits)
    assert 0 < waits[0] < waits[-1] < 1


def test_three_rejections_in_a_row_delay_all_requests() -> None:
    limiter, now = RateLimiter(), 0.0
    for _ in range(3):
        limiter.record_rejected("get_file", now, now, 30.0)
        wait = limiter.reserve("get_file", now)
        now += 5.0
    assert wait == 30.0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("retry_after", ["0", "1", None])
def test_a_limit_that_changes_is_followed(retry_after: str | None, seed: int) -> None:
    reported = simulate(9000, changing, retry_after=retry_after, seed=seed)
    assert reported.failed == 0
    assert reported.seconds <= 1.05 * ideal(9000, changing)
    assert reported.rejected_share <= 0.04


@pytest.mark.parametrize(
    ("rate", "count", "threads", "latency"), [(1000, 10_000, 64, 0.01), (50, 1500, 32, 0.05), (200, 4000, 64, 0.1)]
)
def test_other_limits_and_latencies(rate: float, count: int, threads: int, latency: float) -> None:
    reported = simulate(count, lambda _: rate, threads=threads, latency=latency)
    assert reported.failed == 0
    assert reported.seconds <= 1.05 * count / rate
    assert reported.rejected_share <= 0.04


def test_a_bucket_of_one_token() -> None:
    reported = simulate(400, lambda _: 5.0)
    assert reported.failed == 0
    assert reported.seconds <= 1.25 * 80


def test_429s_use_no_retry_quota() -> None:
    reported = simulate(2000, threads=128, retry_after="0")
    assert reported.rejected > 100
    assert reported.failed == 0


@pytest.mark.parametrize("named", [True, False])
def test_an_unavailable_server_gets_few_requests(named: bool) -> None:
    window = Window(300, 10.0)
    server = Virtual(
        lambda _, now: window.allows(now), lambda now: str(int(window.opens_in(now)) + 1) if named else None
    )
    reported = server.run((repeat("get_file", 1500), 32))
    assert reported.failed == 0
    # The fifth window starts after 40 s; in each, every thread is rejected once or a few times.
    assert reported.seconds <= 60
    assert reported.rejected <= 300


def limited(until: float = 1e9) -> Bucket:
    return Bucket(lambda now: 10.0 if now < until else 1e6)


@pytest.mark.parametrize("retry_after", ["0", "1", "5", None])
def test_an_operation_with_its_own_limit_throttles_only_itself(retry_after: str | None) -> None:
    bucket = limited()
    server = Virtual(lambda operation, now: operation != "create_file" or bucket.allows(now), lambda _: retry_after)
    reported = server.run((repeat("create_file", 200), 4), (repeat("get_file", 8000), 8))
    assert reported.failed == 0
    # Alone, eight workers would need some 22 s; the other operations are throttled until the third 429.
    assert max(reported.done_at["get_file"]) <= 24
    first = min(reported.rejected_at)[0]
    others = [moment for moment in reported.done_at["get_file"] if moment > first + 6]
    assert len(others) >= 0.95 * 360 * (max(others) - first - 6)
    # The operation reaches its allowed rate as well.
    assert max(reported.done_at["create_file"]) <= 20 * 1.5 + (20 if retry_after == "5" else 0)


def test_an_operation_returns_to_the_shared_limit() -> None:
    limiter, now = RateLimiter(), 0.0
    for _ in range(3):
        limiter.record_served("get_file", now)
        limiter.record_rejected("create_file", now, now, 1.0)
        now += 2.0
    assert [limiter.reserve("get_file", now) for _ in range(5)] == [0.0] * 5
    limiter.reserve("create_file", now)
    assert limiter.reserve("create_file", now) > 0
    now += FORGET_SECONDS + 2
    assert [limiter.reserve("create_file", now) for _ in range(5)] == [0.0] * 5
    limiter.record_rejected("get_file", now, now, 1.0)
    assert limiter.reserve("create_file", now) > 0


def test_a_limit_on_all_operations_stays_shared() -> None:
    bucket = Bucket(constant)
    server = Virtual(lambda _, now: bucket.allows(now), lambda _: "1")
    reported = server.run((repeat("get_file", 1000), 16), (repeat("get_dataset", 1000), 16))
    assert reported.failed == 0
    assert reported.seconds <= 10.5
    assert reported.rejected_share <= 0.04


def test_nothing_waits_before_the_first_429() -> None:
    limiter = RateLimiter()
    for now in range(1000):
        assert limiter.reserve("get_file", 0.0) == 0.0
        limiter.record_served("get_file", now / 1000)


def test_requests_in_flight_throttle_once() -> None:
    limiter = RateLimiter()
    limiter.record_rejected("get_file", 0.0, 0.1, 1.0)
    once = [limiter.reserve("get_file", 0.2) for _ in range(10)]
    limiter = RateLimiter()
    for _ in range(20):
        limiter.record_rejected("get_file", 0.0, 0.1, 1.0)
    assert [limiter.reserve("get_file", 0.2) for _ in range(10)] == once


def test_reservations_are_void_after_a_429() -> None:
    limiter = RateLimiter()
    assert not limiter.is_stale("get_file", 0.0)
    limiter.record_rejected("get_file", 0.0, 0.1, 1.0)
    assert limiter.is_stale("get_file", 0.05)
    assert not limiter.is_stale("get_file", 0.1)


def test_a_limit_expires_without_requests() -> None:
    limiter = RateLimiter()
    limiter.record_rejected("get_file", 0.0, 0.0, 5.0)
    waits = [limiter.reserve("get_file", FORGET_SECONDS + 5.0) for _ in range(3)]
    assert waits[0] == 0
    assert 0 < waits[1] < waits[2]
    assert [limiter.reserve("get_file", 2 * FORGET_SECONDS + 6.0) for _ in range(3)] == [0.0] * 3


def test_the_simulation_is_deterministic() -> None:
    first, second = simulate(300), simulate(300)
    assert (first.seconds, first.rejected_at, first.done_at) == (second.seconds, second.rejected_at, second.done_at)
    assert list(islice(first.by_worker.elements(), 300)) == list(second.by_worker.elements())
