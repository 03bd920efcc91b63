"""A function mapped over many items: order, limits, failures, interruption and executors."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from orionclient._runtime.cancellation import Cancelled
from orionclient._transfer.bulk import ProgressRelay, Result, TransferCancelledError, collect_results, is_local, run
from orionclient._transfer.names import UniqueNames
from orionclient._transfer.progress import Progress
from orionclient.exceptions import NotFoundResponse, OrionError, TransferErrors, ValidationError


def double(value: int) -> int:
    if value == 13:
        raise OrionError("thirteen")
    return 2 * value


def test_results_are_in_order_whatever_finishes_first() -> None:
    first = threading.Event()

    def work(value: int) -> int:
        if value == 0:
            assert first.wait(120)
        if value == 5:
            first.set()
        return value

    assert [result.value for result in run(work, range(20), workers=4)] == list(range(20))


def test_one_failure_does_not_lose_the_others() -> None:
    results = list(run(double, range(20), workers=3))
    assert [result.item for result in results] == list(range(20))
    assert [result.item for result in results if result.error] == [13]
    assert str(results[13].error) == "thirteen"
    assert results[14] == Result(14, 28)


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_than_four_times_the_workers_are_ahead(workers: int) -> None:
    pulled = taken = most = at_once = 0
    busy: set[int] = set()
    lock = threading.Lock()

    def items() -> Iterator[int]:
        nonlocal pulled
        for value in range(5000):
            pulled += 1
            yield value

    def work(value: int) -> None:
        nonlocal at_once
        with lock:
            busy.add(value)
            at_once = max(at_once, len(busy))
        with lock:
            busy.discard(value)

    for _ in run(work, items(), workers=workers):
        most = max(most, pulled - taken)
        taken += 1
    assert taken == 5000
    assert most <= 4 * workers
    assert at_once <= workers


def test_items_and_values_are_released() -> None:
    class Thing:
        pass

    alive: weakref.WeakSet[Thing] = weakref.WeakSet()

    def things() -> Iterator[Thing]:
        for _ in range(20_000):
            thing = Thing()
            alive.add(thing)
            yield thing

    most = 0

    def each(_: object) -> None:
        nonlocal most
        most = max(most, len(alive))

    assert collect_results(run(lambda thing: [thing], things(), workers=4), on_result=each) == []
    # A few more items are held by the executor.
    assert most <= 4 * 4 + 8


def test_infinite_items_may_be_abandoned() -> None:
    def endless() -> Iterator[int]:
        value = 0
        while True:
            yield value
            value += 1

    stopped: list[int] = []
    results = run(double, endless(), workers=2, stop=lambda: stopped.append(1))
    assert next(results).value == 0
    results.close()  # type: ignore[attr-defined]
    assert stopped == [1]


def broken_list() -> Iterator[int]:
    yield 1
    yield 13
    raise OrionError("no next page")


def test_an_error_of_the_items_does_not_lose_earlier_results() -> None:
    with pytest.raises(TransferErrors) as caught:
        collect_results(run(double, broken_list()))
    assert [result.value for result in caught.value.results] == [2, None]
    assert str(caught.value) == "listing the items failed after 2 transfers (1 failed): no next page"
    assert str(caught.value.__cause__) == "no next page"


def test_unreadable_items_raise_their_error() -> None:
    def rejected() -> Iterator[int]:
        raise NotFoundResponse(None)  # type: ignore[arg-type]
        yield 1

    with pytest.raises(NotFoundResponse):
        collect_results(run(double, rejected()))
    with pytest.raises(TypeError):
        collect_results(run(double, None))  # type: ignore[arg-type]


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "4", None])
def test_workers_is_an_integer(workers: Any) -> None:
    with pytest.raises(ValidationError, match="workers must be a positive integer"):
        next(run(double, [1], workers=workers))


# ---------------------------------------------------------------- executors


class Elsewhere(Executor):
    """An executor like that of a cluster: it pickles everything, and offers only `submit`."""

    def __init__(self) -> None:
        self.sent = 0

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent += 1
        again, values = pickle.loads(pickle.dumps((function, args)))
        future: Future[Any] = Future()
        try:
            future.set_result(pickle.loads(pickle.dumps(again(*values))))
        except Exception as error:  # noqa: BLE001
            future.set_exception(pickle.loads(pickle.dumps(error)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        raise AssertionError("it is not ours to close")


def test_any_executor_is_accepted_and_stays_open() -> None:
    executor = Elsewhere()
    assert [result.value for result in run(double, range(14), executor=executor)] == [*range(0, 26, 2), None]
    assert executor.sent == 14


def test_an_executor_of_threads_stays_open() -> None:
    with ThreadPoolExecutor(2) as executor:
        assert [result.value for result in run(double, [1, 2], executor=executor)] == [2, 4]
        assert executor.submit(double, 3).result() == 6


def test_an_executor_of_processes() -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        results = list(run(double, range(15), workers=2, executor=executor))
    assert [result.value for result in results] == [*range(0, 26, 2), None, 28]
    assert str(results[13].error) == "thirteen"


def test_a_closed_executor_is_an_error_of_each_item() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    results = list(run(double, range(3), executor=executor))
    assert [type(result.error) for result in results] == [RuntimeError] * 3


def test_executors_of_this_process() -> None:
    assert is_local(None)
    with ThreadPoolExecutor(1) as threads:
        assert is_local(threads)
    assert not is_local(Elsewhere())


# ---------------------------------------------------------------- interruption


def test_an_interrupt_cancels_pending_items() -> None:
    started: list[int] = []
    go = threading.Event()

    def work(value: int) -> None:
        started.append(value)
        assert go.wait(120)

    def items() -> Iterator[int]:
        yield from range(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run(work, items(), workers=1, stop=go.set))
    assert started in ([0], [])


SCRIPT = r"""
    import signal, threading
    from orionclient._transfer.bulk import run

    # A shell without a terminal starts what runs in the background with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    go = threading.Event()

    def work(value):
        print("started\n", end="", flush=True)
        go.wait(60)
        print("ended\n", end="", flush=True)

    try:
        for result in run(work, range(1000), workers=2, stop=go.set):
            pass
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def test_ctrl_c_is_quiet() -> None:
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["started\n"] * 2
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert err == ""
    # The interrupt may be handled before the last of the others.
    assert sorted(out.splitlines()) == ["ended", "ended", "interrupted"]
    assert process.returncode == 0


IGNORED = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
import conftest
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


def test_ctrl_c_is_not_ignored_in_the_tests() -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    done = subprocess.run([sys.executable, "-c", IGNORED], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# ---------------------------------------------------------------- results


def test_errors_are_raised_together_in_one_line() -> None:
    with pytest.raises(TransferErrors) as caught:
        collect_results(run(double, [12, 13, 13, 14]))
    error = caught.value
    assert str(error) == "2 of 4 transfers failed; the first, 13: thirteen"
    assert [result.value for result in error.results] == [24, None, None, 28]
    assert [result.item for result in error.failed] == [13, 13]
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert [result.value for result in again.results] == [24, None, None, 28]


def test_an_error_of_another_kind_is_named() -> None:
    def fails(_: str) -> None:
        raise PermissionError("no\nentry")

    with pytest.raises(TransferErrors) as caught:
        collect_results(run(fails, ["line\nbreak"]))
    assert str(caught.value) == "1 of 1 transfers failed; the first, line break: PermissionError: no entry"


def test_errors_may_be_returned() -> None:
    results = collect_results(run(double, [12, 13]), return_exceptions=True)
    assert [(result.value, str(result.error)) for result in results] == [(24, "None"), (None, "thirteen")]


def test_results_may_be_consumed_one_by_one_and_only_failures_are_returned() -> None:
    seen: list[Result[int, int]] = []
    failures = collect_results(run(double, range(20)), on_result=seen.append, return_exceptions=True)
    assert [result.item for result in seen] == list(range(20))
    assert [result.item for result in failures] == [13]
    with pytest.raises(TransferErrors, match="^1 of 20 transfers failed"):
        collect_results(run(double, range(20)), on_result=seen.append)


def test_an_error_of_the_consumer_is_raised() -> None:
    def reject(_: object) -> None:
        raise KeyError("enough")

    stopped: list[int] = []
    with pytest.raises(KeyError):
        collect_results(run(double, range(100), stop=lambda: stopped.append(1)), on_result=reject)
    assert stopped == [1]


# ---------------------------------------------------------------- progress


def test_the_progress_relay_passes_reports_on_and_adds_names() -> None:
    reported: list[Progress] = []
    ProgressRelay(reported.append).for_item("a")(Progress("?", 1, 2, 3.0, False))
    assert reported == [Progress("a", 1, 2, 3.0, False)]
    ProgressRelay().for_item("a")(Progress("?", 1, 2, 3.0, False))


def test_an_error_of_the_callback_stops_the_run() -> None:
    watch = ProgressRelay(lambda _: {}["enough"])

    def work(value: int) -> None:
        watch(Progress(str(value), 1, 1, 0.0, True))

    with pytest.raises(KeyError):
        collect_results(run(work, range(1000), workers=2, stop=watch.stop), relay=watch)
    with pytest.raises(TransferCancelledError):
        watch(Progress("a", 1, 1, 0.0, True))


def test_the_progress_relay_of_an_abandoned_run_cancels_transfers() -> None:
    watch = ProgressRelay()
    watch.stop()
    # Not an error, after which an upload would delete its resource.
    with pytest.raises(Cancelled):
        watch(Progress("a", 1, 1, 0.0, True))


def test_repeated_names_get_a_counter() -> None:
    names = UniqueNames()
    assert [names.add(name) for name in ("a.sdf", "a.sdf", "A.sdf", "a-2.sdf", "a.sdf", "x", "x")] == [
        "a.sdf", "a-2.sdf", "A.sdf", "a-2-2.sdf", "a-3.sdf", "x", "x-2",
    ]  # fmt: skip
    assert names.add("not utf-8 \udcff") == "not utf-8 �"
