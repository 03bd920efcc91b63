"""The progress meter of a transfer, and the bars of rich and tqdm."""

from __future__ import annotations

import io
import pickle
import sys
import threading
from types import ModuleType
from typing import Any, ClassVar

import pytest
import rich.console

from orionclient._runtime.clock import CLOCK
from orionclient._transfer.progress import Meter, Progress
from orionclient.exceptions import OrionError
from orionclient.helpers.progress import rich_progress, tqdm_progress


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(CLOCK, "monotonic", clock)
    return clock


def test_the_callback_is_called_at_most_every_tenth_of_a_second_and_at_the_end(time: Time) -> None:
    reported: list[Progress] = []
    meter = Meter("a", 100, reported.append)
    for _ in range(50):
        meter.add(1)
        time.now += 0.01
    meter.add(50)
    meter.finish()
    meter.finish()
    assert [each.done for each in reported] == [False] * (len(reported) - 1) + [True]
    assert 4 <= len(reported) - 1 <= 6
    assert (reported[-1].item, reported[-1].bytes, reported[-1].total) == ("a", 100, 100)
    assert [each.bytes for each in reported] == sorted(each.bytes for each in reported)


def test_the_callback_is_called_from_a_tenth_of_a_second_on(time: Time) -> None:
    time.now = 0.0
    reported: list[Progress] = []
    meter = Meter("a", None, reported.append)
    for now in (0.0625, 0.0999, 0.1, 0.15, 0.1999, 0.2):
        time.now = now
        meter.add(1)
    assert [each.bytes for each in reported] == [3, 6]


def test_the_rate_covers_the_last_three_seconds(time: Time) -> None:
    reported: list[Progress] = []
    meter = Meter("a", None, reported.append)
    for now, count in ((1, 100), (3, 0), (4, 0), (5, 0)):
        time.now = 100.0 + now
        meter.add(count)
    # At 4 s the window starts with the first second, which ended 3 s before; earlier bytes no longer count.
    assert [each.rate for each in reported] == pytest.approx([100, 100 / 3, 25, 0])


def test_no_thread_waits_for_a_running_callback(time: Time) -> None:
    inside, leave = threading.Event(), threading.Event()
    reported: list[Progress] = []

    def callback(progress: Progress) -> None:
        reported.append(progress)
        inside.set()
        assert leave.wait(120)

    meter = Meter("a", None, callback)
    time.now += 1
    telling = threading.Thread(target=meter.add, args=(1,), daemon=True)
    telling.start()
    assert inside.wait(120)
    time.now += 1
    others = [threading.Thread(target=meter.add, args=(1,), daemon=True) for _ in range(3)]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join(10)
    assert not any(thread.is_alive() for thread in others)
    assert (meter.bytes, len(reported)) == (4, 1)
    leave.set()
    telling.join(30)


def test_nothing_is_reported_after_the_end(time: Time) -> None:
    reported: list[Progress] = []
    meter = Meter("a", 1, reported.append)
    meter.finish()
    time.now += 1
    meter.add(1)
    assert [each.done for each in reported] == [True]


def test_the_rate_follows_the_last_seconds_and_is_the_mean_at_the_end(time: Time) -> None:
    reported: list[Progress] = []
    meter = Meter("a", None, reported.append)
    for step in range(100):
        time.now += 0.1
        meter.add(100 if step < 50 else 10)
    assert reported[20].rate == pytest.approx(1000)
    assert reported[-1].rate == pytest.approx(100)
    meter.finish()
    assert reported[-1].rate == pytest.approx(550)


def test_repeated_bytes_are_subtracted_and_resumed_bytes_do_not_count_for_the_rate(time: Time) -> None:
    reported: list[Progress] = []
    meter = Meter("a", 30, reported.append)
    meter.add(20, moved=False)
    time.now += 1
    meter.add(10)
    meter.rewind(5)
    assert meter.bytes == 25
    meter.add(5)
    meter.rewind(1000)
    assert meter.bytes == 0
    meter.add(30, moved=False)
    meter.finish()
    assert (reported[0].bytes, reported[0].rate) == (30, 10)
    assert reported[-1].bytes == 30


def test_no_elapsed_time_is_no_rate(time: Time) -> None:
    reported: list[Progress] = []
    meter = Meter("a", 1, reported.append)
    meter.add(1)
    meter.finish()
    assert reported == [Progress("a", 1, 1, 0.0, True)]


def test_an_error_of_the_callback_ends_the_transfer(time: Time) -> None:
    def reject(_: Progress) -> None:
        raise KeyError("enough")

    meter = Meter("a", 2, reject)
    meter.add(1)
    time.now += 1
    with pytest.raises(KeyError):
        meter.add(1)
    with pytest.raises(KeyError):
        meter.finish()


def test_without_a_callback_it_counts() -> None:
    meter = Meter("a", None, None)
    meter.add(3)
    meter.finish()
    assert meter.bytes == 3


def test_concurrent_threads_lose_no_byte_and_report_one_after_the_other() -> None:
    inside, most, reported = 0, 0, []

    def callback(progress: Progress) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        reported.append(progress.bytes)
        inside -= 1

    meter = Meter("a", 80_000, callback)
    threads = [threading.Thread(target=lambda: [meter.add(1) for _ in range(10_000)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meter.finish()
    assert (meter.bytes, reported[-1], most) == (80_000, 80_000, 1)
    assert reported == sorted(reported)


def test_progress_pickles() -> None:
    progress = Progress("a", 1, None, 2.0, False)
    assert pickle.loads(pickle.dumps(progress)) == progress


# ---------------------------------------------------------------- bars


def two_items(reported: Any) -> None:
    reported(Progress("[bold]a", 1, 10, 1.0, False))
    reported(Progress("b", 5, None, 1.0, False))
    reported(Progress("[bold]a", 0, 10, 1.0, False))
    reported(Progress("b", 7, 7, 1.0, True))
    reported(Progress("[bold]a", 10, 10, 1.0, True))


def test_rich_shows_several_items_at_once() -> None:
    shown = io.StringIO()
    with rich_progress(console=rich.console.Console(file=shown, force_terminal=True, width=120)) as reported:
        two_items(reported)
    # A name is not markup.
    assert "[bold]a" in shown.getvalue()
    assert "10/10 bytes" in shown.getvalue()


class Bar:
    made: ClassVar[list[Bar]] = []

    def __init__(self, total: int | None, desc: str, **options: Any) -> None:
        self.total, self.desc, self.options, self.n, self.closed = total, desc, options, 0, False
        Bar.made.append(self)

    def update(self, count: int) -> None:
        self.n += count

    def close(self) -> None:
        self.closed = True


def test_tqdm_shows_several_items_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("tqdm")
    module.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", module)
    Bar.made = []
    with tqdm_progress(leave=True) as reported:
        two_items(reported)
        reported(Progress("broken", 1, 2, 1.0, False))
    assert [(bar.desc, bar.n, bar.total, bar.closed) for bar in Bar.made] == [
        ("[bold]a", 10, 10, True), ("b", 7, 7, True), ("broken", 1, 2, True)
    ]  # fmt: skip
    assert Bar.made[0].options["leave"] is True


@pytest.mark.parametrize(("bar", "package"), [(rich_progress, "rich"), (tqdm_progress, "tqdm")])
def test_a_missing_package_is_named(bar: Any, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.progress", None)
    with pytest.raises(OrionError) as caught, bar():
        pass
    assert (
        str(caught.value)
        == f"{package}_progress requires the package {package}; install it with: pip install {package}"
    )
