"""Coverage of API operations: pytest hooks that record the operations which local Orions ran, and report those without a test.

An operation is covered if it ran successfully in a test that passed, outside tests/conformance, whose table runs all operations. A
name in a string, a comment or a rejected request does not count. A run of the whole suite that leaves an operation uncovered fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from orion_api.operations import OPERATIONS

from orionclient.emulator.faults import Faults, RecordedRequest

COVERED: set[str] = set()
_ARRIVED: list[RecordedRequest] = []
_TITLE = "operations without a test outside tests/conformance"


def find_uncovered() -> list[str]:
    """List the operations that no test has covered so far, in this process and in the workers that ended."""
    return sorted(set(OPERATIONS) - COVERED)


def _install() -> None:
    arrive = Faults._record_request

    def record(self: Faults, request: RecordedRequest) -> None:
        _ARRIVED.append(request)
        arrive(self, request)

    Faults._record_request = record  # type: ignore[method-assign]


_install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Record the operations that ran in a test that passes."""
    _ARRIVED.clear()
    yield
    if "conformance" not in item.path.parts:
        COVERED.update(request.operation for request in _ARRIVED if request.ran)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add the operations that a worker of pytest-xdist recorded."""
    COVERED.update(getattr(node, "workeroutput", {}).get("covered", ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Pass the operations of this worker on; at the end of the whole suite, fail if an operation is not covered."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["covered"] = sorted(COVERED)
    elif session.exitstatus == pytest.ExitCode.OK and _is_whole_suite(session.config) and find_uncovered():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report the operations that are not covered."""
    if _is_whole_suite(config) and find_uncovered():
        terminalreporter.section(_TITLE, red=True)
        terminalreporter.line(", ".join(find_uncovered()))


def _is_whole_suite(config: pytest.Config) -> bool:
    chosen = ("keyword", "markexpr", "deselect", "lf", "last_failed", "collectonly", "maxfail", "stepwise")
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return whole and not any(getattr(config.option, name, None) for name in chosen)
