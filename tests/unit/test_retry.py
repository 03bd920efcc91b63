"""The retry policy as a table, and its limits as properties."""

from __future__ import annotations

import pickle
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orionclient._requesting.limits import QUOTA_SIZE, RetryQuota
from orionclient._requesting.retry import (
    DEFAULT_RETRIES,
    CallState,
    Outcome,
    Policy,
    compute_wait,
    count_allowed_retries,
    interactive_policy,
    may_have_been_applied,
    record_retry,
    retry_after_seconds,
    retry_cost,
)
from orionclient.exceptions import ValidationError

LIBRARY, NAMED = Policy(), Policy(retry_dict={403: 5, 404: 20, 409: 45, 500: 2})
CLASSES = ("read", "write", "keyed", "create")


@pytest.mark.parametrize(
    ("outcome", "read", "write", "keyed", "create"),
    [
        (Outcome(failure="connect"), 4, 4, 4, 4),
        (Outcome(failure="lost"), 4, 4, 4, 0),
        (Outcome(failure="timeout"), 4, 4, 4, 0),
        (Outcome(200, "lost"), 4, 4, 4, 0),
        (Outcome(failure="tls"), 0, 0, 0, 0),
        (Outcome(failure="proxy"), 0, 0, 0, 0),
        (Outcome(failure="protocol"), 0, 0, 0, 0),
        (Outcome(failure="redirect"), 0, 0, 0, 0),
        (Outcome(302), 0, 0, 0, 0),
        (Outcome(304), 0, 0, 0, 0),
        (Outcome(307), 0, 0, 0, 0),
        (Outcome(400), 0, 0, 0, 0),
        (Outcome(401), 0, 0, 0, 0),
        (Outcome(403), 0, 0, 0, 0),
        (Outcome(404), 8, 8, 0, 0),
        (Outcome(404, is_final=True), 0, 0, 0, 0),
        (Outcome(404, at_prompt=True), 2, 2, 0, 0),
        (Outcome(408), 4, 4, 4, 4),
        (Outcome(409), 0, 0, 0, 0),
        (Outcome(409, retry_after="1"), 0, 0, 4, 0),
        (Outcome(409, retry_after=""), 0, 0, 0, 0),
        (Outcome(422), 0, 0, 0, 0),
        (Outcome(425), 4, 4, 4, 4),
        (Outcome(429), 45, 45, 45, 45),
        (Outcome(460), 0, 0, 0, 0),
        (Outcome(500), 4, 4, 4, 0),
        (Outcome(502), 4, 4, 4, 0),
        (Outcome(503), 4, 4, 4, 0),
        (Outcome(503, retry_after="1"), 4, 4, 4, 4),
        (Outcome(503, retry_after=""), 4, 4, 4, 0),
        (Outcome(504), 4, 4, 4, 0),
        (Outcome(507), 0, 0, 0, 0),
        (Outcome(520), 0, 0, 0, 0),
    ],
)
def test_retries_of_the_library(outcome: Outcome, read: int, write: int, keyed: int, create: int) -> None:
    assert [count_allowed_retries(LIBRARY, each, outcome) for each in CLASSES] == [read, write, keyed, create]


@pytest.mark.parametrize("retry_class", CLASSES)
def test_a_status_that_the_caller_names_is_retried_for_every_class(retry_class: str) -> None:
    for status in range(400, 600):
        expected = {403: 5, 404: 20, 409: 45, 500: 2}.get(status, 0)
        assert count_allowed_retries(NAMED, retry_class, Outcome(status)) == expected
    assert count_allowed_retries(NAMED, retry_class, Outcome(failure="connect")) == 4


def test_the_interactive_policy_is_short() -> None:
    policy = interactive_policy()
    assert policy.request_timeout == 10
    for outcome in (Outcome(404), Outcome(failure="lost"), Outcome(429)):
        assert count_allowed_retries(policy, "read", outcome) == 2
    assert count_allowed_retries(interactive_policy(max_retries=0), "read", Outcome(404)) == 0


@pytest.mark.parametrize("status", [*range(100, 600), None])
def test_only_success_is_good(status: int | None) -> None:
    assert Outcome(status).is_success is (status in range(200, 300))
    assert not Outcome(status, "lost").is_success


@pytest.mark.parametrize(
    ("outcome", "classes"),
    [
        (Outcome(failure="connect"), ()),
        (Outcome(failure="tls"), ()),
        (Outcome(failure="proxy"), ()),
        (Outcome(failure="lost"), ("write", "keyed", "create")),
        (Outcome(failure="timeout"), ("write", "keyed", "create")),
        (Outcome(failure="protocol"), ("write", "keyed", "create")),
        (Outcome(failure="redirect"), ()),
        (Outcome(301), ()),
        (Outcome(302), ("write", "keyed", "create")),
        (Outcome(303), ("write", "keyed", "create")),
        (Outcome(307), ()),
        (Outcome(200, "lost"), ("write", "keyed", "create")),
        (Outcome(500), ("write", "keyed", "create")),
        (Outcome(503, retry_after="1"), ()),
        (Outcome(503, retry_after=""), ("write", "keyed", "create")),
        (Outcome(404), ()),
        (Outcome(429), ()),
        (Outcome(200), ()),
    ],
)
def test_requests_that_may_have_been_applied(outcome: Outcome, classes: tuple[str, ...]) -> None:
    assert tuple(each for each in CLASSES if may_have_been_applied(each, outcome)) == classes


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 100),
        ("Thursday, 01-Jan-70 00:01:40 GMT", 100),
        ("Thu Jan  1 00:01:40 1970", 100),
        ("Thu, 01 Jan 1969 00:00:00 GMT", 0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999999", None),
        ("Mon, 01 Jan 2024 99999999999999999999:00:00 GMT", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("99999999999999999999", 999999999999),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, 0.0) == seconds


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="no zones on this system")
@pytest.mark.parametrize("zone", ["UTC", "XYZ-5", "XYZ+8"])
def test_a_date_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert retry_after_seconds("Thu Jan  1 00:01:40 1970", 0.0) == 100
        assert retry_after_seconds("Thu, 01 Jan 1970 00:01:40 GMT", 0.0) == 100
    finally:
        monkeypatch.undo()
        time.tzset()


@given(
    statuses=st.lists(st.sampled_from([404, 429, 500, 503, None]), max_size=60),
    remaining=st.floats(0.01, 400),
    luck=st.floats(0, 1),
    after=st.none() | st.integers(0, 500).map(str),
)
def test_no_wait_passes_the_deadline_or_the_cap(
    statuses: list[int | None], remaining: float, luck: float, after: str | None
) -> None:
    progress, left = CallState(), remaining
    for status in statuses:
        outcome = Outcome(status, None if status else "lost", after if status else None)
        wait = compute_wait(
            LIBRARY,
            progress,
            outcome,
            "read",
            remaining=left,
            now=0.0,
            uniform=lambda low, high: low + luck * (high - low),
        )
        if wait is None:
            continue
        assert 0 <= wait < left
        assert wait <= (LIBRARY.cap if after is None or not status else int(after) * 1.1)
        record_retry(progress, outcome, wait, 0)
        left -= wait
    for reason, done in progress.retries.items():
        assert done <= (4 if reason == "connection" else DEFAULT_RETRIES[int(str(reason))])


def test_deciding_changes_nothing() -> None:
    progress = CallState()
    for _ in range(3):
        compute_wait(LIBRARY, progress, Outcome(500), "read", remaining=100, now=0, uniform=lambda low, _: low)
    assert progress == CallState()


def test_waits_after_a_status_of_the_caller() -> None:
    policy = Policy(retry_dict={409: 9}, backoff_dict={409: (3.0, 4.0)})
    for luck in (0.0, 1.0):
        wait = compute_wait(
            policy,
            CallState(),
            Outcome(409),
            "read",
            remaining=100,
            now=0,
            uniform=lambda a, b, luck=luck: a + luck * (b - a),
        )
        assert wait is not None
        assert 3 <= wait <= 4


def test_the_quota_ends_the_retries_of_a_dead_service() -> None:
    quota, cost = RetryQuota(), retry_cost(LIBRARY, Outcome(500))
    retries = 0
    while quota.acquire(cost):
        retries += 1
    assert (retries, quota.remaining) == (35, 10)
    quota.release(0)
    assert quota.remaining == 11
    quota.release(cost)
    assert quota.remaining == 25
    quota.release(10_000)
    assert quota.remaining == QUOTA_SIZE


@pytest.mark.parametrize(
    ("policy", "outcome", "cost"),
    [
        (LIBRARY, Outcome(failure="lost"), 14),
        (NAMED, Outcome(failure="lost"), 14),
        (LIBRARY, Outcome(503), 14),
        (LIBRARY, Outcome(429), 0),
        (LIBRARY, Outcome(404), 0),
        (NAMED, Outcome(409), 0),
    ],
)
def test_the_cost_of_a_retry(policy: Policy, outcome: Outcome, cost: int) -> None:
    assert retry_cost(policy, outcome) == cost


def test_policies_pickle() -> None:
    policy = Policy(retry_dict={404: 3}, backoff_dict={404: (1, 2)}, request_timeout=5)
    assert pickle.loads(pickle.dumps(policy)) == policy
    with pytest.raises(ValidationError):
        Policy(retry_dict={"404": 3})


def upper(low: float, high: float) -> float:
    return high


def longest_wait(outcome: Outcome, progress: CallState | None = None, **given: Any) -> float | None:
    """Return the longest wait that the jitter allows."""
    options = {"policy": LIBRARY, "retry_class": "read", "remaining": 10_000.0, "now": 0.0, "uniform": upper, **given}
    return compute_wait(options.pop("policy"), progress or CallState(), outcome, options.pop("retry_class"), **options)


@pytest.mark.parametrize("outcome", [Outcome(404), Outcome(500), Outcome(failure="lost")])
def test_waits_grow_threefold(outcome: Outcome) -> None:
    progress, waits = CallState(), []
    for _ in range(4):
        wait = longest_wait(outcome, progress)
        assert wait is not None
        record_retry(progress, outcome, wait, 14)
        waits.append(wait)
    assert waits == pytest.approx([0.3, 0.9, 2.7, 8.1])
    assert progress.charged == 56
    assert list(progress.retries.values()) == [4]
    assert list(progress.last_wait.values()) == pytest.approx([8.1])
    assert (longest_wait(outcome, progress) is None) == (outcome.status != 404)


def test_a_shorter_retry_after_waits_at_least_a_second() -> None:
    assert longest_wait(Outcome(503), uniform=lambda low, _: low) == 1.0
    assert longest_wait(Outcome(503)) == 3.0
    slow = Policy(base=5.0)
    assert longest_wait(Outcome(503), policy=slow, uniform=lambda low, _: low) == 5.0
    # After the first 429 of a request the rate limiter throttles, so its own wait stays short, unless the caller sets
    # one.
    assert longest_wait(Outcome(429), uniform=lambda low, _: low) == 1.0
    assert longest_wait(Outcome(429), uniform=lambda _, high: high) == pytest.approx(1.1)
    again = CallState(retries={429: 1}, last_wait={429: 1.1})
    assert longest_wait(Outcome(429), again, uniform=lambda _, high: high) == pytest.approx(3.3)
    assert longest_wait(Outcome(429), policy=slow, uniform=lambda low, _: low) == 5.0
    assert longest_wait(Outcome(429), policy=Policy(backoff_dict={429: (2, 20)}), uniform=lambda _, high: high) == 6.0
    assert longest_wait(Outcome(500), policy=slow, uniform=lambda low, _: low) == 5.0


def test_no_wait_exceeds_its_share_of_the_time() -> None:
    progress = CallState(last_wait={500: 60.0})
    # Four retries are left, and the last of them needs some time too.
    assert longest_wait(Outcome(500), progress, remaining=50.0) == 10.0
    assert longest_wait(Outcome(500), progress) == LIBRARY.cap == 90.0
    # The shortest wait is used while there is time for it.
    assert longest_wait(Outcome(500), progress, remaining=0.2) == 0.1
    assert longest_wait(Outcome(500), progress, remaining=0.1) is None


@pytest.mark.parametrize("kind", ["500", "connection"])
def test_reasons_are_counted_separately(kind: str) -> None:
    outcome = Outcome(500) if kind == "500" else Outcome(failure="timeout")
    other = Outcome(502) if kind == "500" else Outcome(500)
    progress = CallState()
    for _ in range(4):
        record_retry(progress, outcome, 9.0, 1)
    assert longest_wait(outcome, progress) is None
    assert longest_wait(other, progress) == pytest.approx(0.3)
    assert progress.retries == {500 if kind == "500" else "connection": 4}


def test_the_retry_class_decides() -> None:
    assert longest_wait(Outcome(500), retry_class="create") is None
    assert longest_wait(Outcome(500), retry_class="write") is not None
    assert longest_wait(Outcome(404), retry_class="create") is None


def test_retry_after_sets_the_wait() -> None:
    assert longest_wait(Outcome(503, retry_after="20")) == 22.0
    assert longest_wait(Outcome(503, retry_after="20"), uniform=lambda low, _: low) == 20.0
    assert longest_wait(Outcome(503, retry_after="Thu, 01 Jan 1970 00:01:40 GMT"), now=60.0) == 44.0
    assert longest_wait(Outcome(503, retry_after="20"), remaining=22.0) is None
    assert longest_wait(Outcome(503, retry_after="20"), remaining=22.5) == 22.0


def test_a_wait_of_the_caller_applies_to_its_status_only() -> None:
    policy = Policy(retry_dict={500: 3, 409: 3}, backoff_dict={409: (3.0, 4.0), 1: (7.0, 7.0)})
    assert longest_wait(Outcome(409), policy=policy) == 4.0
    assert longest_wait(Outcome(500), policy=policy) == pytest.approx(0.3)
    assert longest_wait(Outcome(failure="lost"), policy=policy) == pytest.approx(0.3)


def test_a_response_without_a_status_is_not_retried() -> None:
    odd = Policy(default_retries={0: 3, 1: 3, 429: 2})
    assert count_allowed_retries(odd, "read", Outcome()) == 3
    assert count_allowed_retries(odd, "create", Outcome(408)) == 0
    assert count_allowed_retries(odd, "create", Outcome(429)) == 2
    assert count_allowed_retries(odd, "unknown", Outcome(failure="connect")) == 0


def test_retry_after_of_other_statuses_is_ignored() -> None:
    assert may_have_been_applied("create", Outcome(500, retry_after="1"))
    assert may_have_been_applied("create", Outcome(503, retry_after=""))


def test_tables_are_copied() -> None:
    given = {404: 3}
    policy = Policy(retry_dict=given, backoff_dict=None)
    given[404] = 9
    assert policy.retry_dict == {404: 3}
    for each in (policy, pickle.loads(pickle.dumps(policy))):
        with pytest.raises(TypeError):
            each.retry_dict[404] = 9
    with pytest.raises(ValidationError) as raised:
        Policy(backoff_dict={"404": (1, 2)})
    assert str(raised.value) == "the keys of retry_dict and backoff_dict must be HTTP statuses (int)"


def test_the_documented_figures() -> None:
    assert dict(DEFAULT_RETRIES) == {404: 8, 408: 4, 425: 4, 429: 45, 500: 4, 502: 4, 503: 4, 504: 4}
    policy = Policy()
    assert (policy.request_timeout, policy.retry_timeout, policy.base, policy.cap) == (60.0, 300.0, 0.1, 90.0)
    interactive = interactive_policy(timeout=3, max_retries=7)
    assert (interactive.request_timeout, interactive.connection_retries) == (3, 7)
    assert interactive.default_retries == dict.fromkeys(DEFAULT_RETRIES, 7)
