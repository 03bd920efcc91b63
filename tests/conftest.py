"""Fixtures for all tests: a local Orion over real HTTP, no waits, no network, no settings of the person's own, no leaked token."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.canary import pytest_runtest_makereport
from helpers.operation_coverage import (
    pytest_runtest_call,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)
from helpers.plain import Plain
from helpers.real_time import real_time
from helpers.scripted import Scripted
from orion_api import _runtime

from orionclient import _calls
from orionclient._clock import CLOCK, Clock
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.testing import set_testing

__all__ = [
    "pytest_runtest_call", "pytest_runtest_makereport", "pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown",
    "real_time",
]  # fmt: skip

# A shell without a terminal starts what runs in the background with Ctrl-C ignored, and that is inherited; here it is to be tested.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What the tests are run with; the rest is the person's own.
_KEPT = {"ORION_GENERATOR_PYTHON", "ORION_HTTP_LIBRARY", "ORION_NIGHTLY"}
for name in [name for name in os.environ if name.startswith("ORION_") and name not in _KEPT]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def skipped_waits() -> Iterator[list[float]]:
    """Skip the waits between attempts and tell which they were, in seconds."""
    with set_testing() as waits:
        yield waits
    # Otherwise the fixtures of a module, which are set up before this one, would wait on a clock that skips.
    assert Clock() == CLOCK


@pytest.fixture(autouse=True)
def own_home(
    skipped_waits: list[float], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give every test a home of its own, so that no profile of the person is read or written.

    `monkeypatch` comes after `skipped_waits`, so that what a test changes of the clock is undone first.
    """
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return home


@pytest.fixture(autouse=True)
def forgotten_servers() -> None:
    """Forget what was learned of servers: that of another test may have had the same port."""
    _calls._SERVER_VERSIONS.clear()
    _calls._PAGE_SIZES.clear()
    _calls._LOGGED_STATUSES.clear()
    _runtime._LOGGED.clear()


@pytest.fixture
def orion(tmp_path: Path) -> Iterator[LocalOrion]:
    """A local Orion with the demo seed, alone for this test."""
    with LocalOrion(tmp_path / "orion", seed="demo", durable=False) as running:
        yield running


@pytest.fixture
def session(orion: LocalOrion) -> OrionSession:
    """A session of the user ada, with the library's own policy."""
    return orion.session()


@pytest.fixture
def plain(orion: LocalOrion) -> Plain:
    """A look at the server that does not go through the client."""
    return Plain(orion.url, orion.token)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """A server that responds to what the test tells it to."""
    with Scripted() as server:
        yield server


@pytest.fixture(autouse=True)
def every_log(caplog: pytest.LogCaptureFixture) -> None:
    """Capture the logs of every library, so that the search for tokens sees them."""
    caplog.set_level(logging.DEBUG)
