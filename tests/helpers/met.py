"""Which operations the tests meet: pytest's hooks that count the requests which a local Orion carried out, and what is missing.

A request counts where its operation ran to a good response during a test that passed, outside tests/conformance, whose table runs
everything. A name in a text, a comment or a rejected request counts for nothing. A run of the whole suite that meets too little fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from orion_api.operations import OPERATIONS

from orionclient.emulator.faults import Faults, RecordedRequest

MET: set[str] = set()
_ARRIVED: list[RecordedRequest] = []
_TITLE = "no test outside tests/conformance meets"


def missing() -> list[str]:
    """The operations that no test has met so far, in this process and in the workers that ended."""
    return sorted(set(OPERATIONS) - MET)


def _listen() -> None:
    arrive = Faults._record_request

    def heard(self: Faults, seen: RecordedRequest) -> None:
        _ARRIVED.append(seen)
        arrive(self, seen)

    Faults._record_request = heard  # type: ignore[method-assign]


_listen()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Note what was carried out during a test that passes."""
    _ARRIVED.clear()
    yield
    if "conformance" not in item.path.parts:
        MET.update(seen.operation for seen in _ARRIVED if seen.ran)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of pytest-xdist noted."""
    MET.update(getattr(node, "workeroutput", {}).get("met", ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand on what this worker noted; at the end of the whole suite, fail where something is missing."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["met"] = sorted(MET)
    elif session.exitstatus == pytest.ExitCode.OK and _whole(session.config) and missing():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what is missing."""
    if _whole(config) and missing():
        terminalreporter.section(_TITLE, red=True)
        terminalreporter.line(", ".join(missing()))


def _whole(config: pytest.Config) -> bool:
    chosen = ("keyword", "markexpr", "deselect", "lf", "last_failed", "collectonly", "maxfail", "stepwise")
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return whole and not any(getattr(config.option, name, None) for name in chosen)
