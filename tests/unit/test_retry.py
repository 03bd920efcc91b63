"""The policy of repeating as a table, and its limits as properties."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orionclient._limits import QUOTA, Pace, Quota
from orionclient._retry import (
    DEFAULT_REPEATS,
    Outcome,
    Policy,
    Progress,
    allowed_repeats,
    cost_of,
    interactive_policy,
    may_have_been_applied,
    next_wait,
    noted,
    retry_after_seconds,
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
        (Outcome(400), 0, 0, 0, 0),
        (Outcome(401), 0, 0, 0, 0),
        (Outcome(403), 0, 0, 0, 0),
        (Outcome(404), 8, 8, 0, 0),
        (Outcome(408), 4, 4, 4, 4),
        (Outcome(409), 0, 0, 0, 0),
        (Outcome(409, retry_after="1"), 0, 0, 4, 0),
        (Outcome(422), 0, 0, 0, 0),
        (Outcome(425), 4, 4, 4, 4),
        (Outcome(429), 45, 45, 45, 45),
        (Outcome(460), 0, 0, 0, 0),
        (Outcome(500), 4, 4, 4, 0),
        (Outcome(502), 4, 4, 4, 0),
        (Outcome(503), 4, 4, 4, 0),
        (Outcome(503, retry_after="1"), 4, 4, 4, 4),
        (Outcome(504), 4, 4, 4, 0),
        (Outcome(507), 0, 0, 0, 0),
        (Outcome(520), 0, 0, 0, 0),
    ],
)
def test_repeats_of_the_library(outcome: Outcome, read: int, write: int, keyed: int, create: int) -> None:
    assert [allowed_repeats(LIBRARY, each, outcome) for each in CLASSES] == [read, write, keyed, create]


@pytest.mark.parametrize("retry_class", CLASSES)
def test_a_status_that_the_caller_names_is_repeated_for_every_class(retry_class: str) -> None:
    for status in range(400, 600):
        expected = {403: 5, 404: 20, 409: 45, 500: 2}.get(status, 0)
        assert allowed_repeats(NAMED, retry_class, Outcome(status)) == expected
    assert allowed_repeats(NAMED, retry_class, Outcome(failure="connect")) == 4


def test_the_interactive_policy_is_short() -> None:
    policy = interactive_policy()
    assert policy.request_timeout == 10
    for outcome in (Outcome(404), Outcome(failure="lost"), Outcome(429)):
        assert allowed_repeats(policy, "read", outcome) == 2
    assert allowed_repeats(interactive_policy(max_retries=0), "read", Outcome(404)) == 0


@pytest.mark.parametrize(
    ("outcome", "classes"),
    [
        (Outcome(failure="connect"), ()),
        (Outcome(failure="tls"), ()),
        (Outcome(failure="proxy"), ()),
        (Outcome(failure="lost"), ("write", "keyed", "create")),
        (Outcome(failure="timeout"), ("write", "keyed", "create")),
        (Outcome(failure="protocol"), ("write", "keyed", "create")),
        (Outcome(200, "lost"), ("write", "keyed", "create")),
        (Outcome(500), ("write", "keyed", "create")),
        (Outcome(503, retry_after="1"), ()),
        (Outcome(404), ()),
        (Outcome(429), ()),
        (Outcome(200), ()),
    ],
)
def test_what_may_have_been_applied(outcome: Outcome, classes: tuple[str, ...]) -> None:
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
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("99999999999999999999", 999999999999),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, 0.0) == seconds


@given(
    statuses=st.lists(st.sampled_from([404, 429, 500, 503, None]), max_size=60),
    remaining=st.floats(0.01, 400),
    luck=st.floats(0, 1),
    after=st.none() | st.integers(0, 500).map(str),
)
def test_no_wait_passes_the_deadline_or_the_cap(
    statuses: list[int | None], remaining: float, luck: float, after: str | None
) -> None:
    progress, left = Progress(), remaining
    for status in statuses:
        outcome = Outcome(status, None if status else "lost", after if status else None)
        wait = next_wait(
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
        noted(progress, outcome, wait, 0)
        left -= wait
    for reason, done in progress.repeats.items():
        assert done <= (4 if reason == "connection" else DEFAULT_REPEATS[int(str(reason))])


def test_deciding_changes_nothing() -> None:
    progress = Progress()
    for _ in range(3):
        next_wait(LIBRARY, progress, Outcome(500), "read", remaining=100, now=0, uniform=lambda low, _: low)
    assert progress == Progress()


def test_waits_after_a_status_of_ones_own() -> None:
    policy = Policy(retry_dict={409: 9}, backoff_dict={409: (3.0, 4.0)})
    for luck in (0.0, 1.0):
        wait = next_wait(
            policy,
            Progress(),
            Outcome(409),
            "read",
            remaining=100,
            now=0,
            uniform=lambda a, b, luck=luck: a + luck * (b - a),
        )
        assert wait is not None
        assert 3 <= wait <= 4


def test_the_quota_ends_the_repeats_of_a_dead_service() -> None:
    quota, cost = Quota(), cost_of(LIBRARY, Outcome(500))
    repeats = 0
    while quota.spend(cost):
        repeats += 1
    assert (repeats, quota.left) == (35, 10)
    quota.earn(0)
    assert quota.left == 11
    quota.earn(cost)
    assert quota.left == 25
    quota.earn(10_000)
    assert quota.left == QUOTA


@pytest.mark.parametrize(
    ("policy", "outcome", "cost"),
    [
        (LIBRARY, Outcome(failure="lost"), 14),
        (NAMED, Outcome(failure="lost"), 14),
        (LIBRARY, Outcome(503), 14),
        (LIBRARY, Outcome(429), 5),
        (LIBRARY, Outcome(404), 0),
        (NAMED, Outcome(409), 0),
    ],
)
def test_what_a_repeat_costs(policy: Policy, outcome: Outcome, cost: int) -> None:
    assert cost_of(policy, outcome) == cost


def test_the_pace_holds_all_and_recovers() -> None:
    pace = Pace()
    assert pace.reserve(0.0) == 0
    pace.slow_down(0.0, 5.0)
    pace.slow_down(0.0, 2.0)
    waits = [pace.reserve(1.0) for _ in range(3)]
    assert waits == pytest.approx([4.0, 4.01, 4.02])
    pace.slow_down(10.0, 1.0)
    assert [pace.reserve(12.0) for _ in range(2)] == pytest.approx([0, 0.02])
    for _ in range(100):
        pace.recover()
    assert [pace.reserve(100.0) for _ in range(5)] == [0] * 5


def test_policies_pickle() -> None:
    policy = Policy(retry_dict={404: 3}, backoff_dict={404: (1, 2)}, request_timeout=5)
    assert pickle.loads(pickle.dumps(policy)) == policy
    with pytest.raises(ValidationError):
        Policy(retry_dict={"404": 3})
