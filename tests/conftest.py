"""Fixtures for all tests: a local Orion over real HTTP, no waits, no network, no settings of the person's own, no leaked token."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import foreign
from helpers.canary import pytest_runtest_makereport
from helpers.foreign import closed_transport, pytest_collection_modifyitems
from helpers.operation_coverage import (
    pytest_runtest_call,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)
from helpers.plain import Plain
from helpers.real_time import real_time
from helpers.scripted import Scripted
from hypothesis import HealthCheck, settings
from orion_api import _runtime

from orionclient._requesting import calls
from orionclient._runtime.clock import CLOCK, Clock
from orionclient._transport import addresses
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.testing import set_testing

__all__ = [
    "closed_transport", "pytest_collection_modifyitems", "pytest_runtest_call", "pytest_runtest_makereport", "pytest_sessionfinish",
    "pytest_terminal_summary", "pytest_testnodedown", "real_time",
]  # fmt: skip

# Examples have no deadline, since on a busy machine any of them may take long.
settings.register_profile("tests", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

# A shell without a terminal starts background processes with SIGINT ignored, which child processes inherit; the tests need Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Settings of the test run; all others belong to the user.
_KEPT = {"ORION_GENERATOR_PYTHON", "ORION_HTTP_LIBRARY", "ORION_NIGHTLY", "ORION_TEST_TRANSPORT"}
for name in [name for name in os.environ if name.startswith("ORION_") and name not in _KEPT]:
    del os.environ[name]


if foreign.TRANSPORT is not None:
    foreign.install()


@pytest.fixture(autouse=True)
def skipped_waits() -> Iterator[list[float]]:
    """Skip the waits between attempts and yield them, in seconds."""
    with set_testing() as waits:
        yield waits
    # Otherwise the fixtures of a module, which are set up before this one, would wait on a clock that skips.
    assert Clock() == CLOCK


@pytest.fixture(autouse=True)
def own_home(
    skipped_waits: list[float], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give every test its own home directory, so that no profile of the user is read or written.

    `monkeypatch` comes after `skipped_waits`, so that changes of the clock by a test are undone first.
    """
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return home


@pytest.fixture(autouse=True)
def cleared_caches() -> None:
    """Clear what is cached about servers, since the server of another test may have used the same port."""
    calls._SERVER_VERSIONS.clear()
    calls._PAGE_SIZES.clear()
    calls._LOGGED_STATUSES.clear()
    addresses._PREFERRED.clear()
    _runtime._LOGGED.clear()


@pytest.fixture
def orion(tmp_path: Path) -> Iterator[LocalOrion]:
    """Start a local Orion with the demo seed for this test."""
    with LocalOrion(tmp_path / "orion", seed="demo", durable=False) as running:
        yield running


@pytest.fixture
def session(orion: LocalOrion) -> OrionSession:
    """Open a session of the user ada with the default retry policy."""
    return orion.session()


@pytest.fixture
def plain(orion: LocalOrion) -> Plain:
    """Return a plain HTTP client of the server, independent of orionclient."""
    return Plain(orion.url, orion.token)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """Start a server with scripted responses."""
    with Scripted() as server:
        yield server


@pytest.fixture(autouse=True)
def every_log(caplog: pytest.LogCaptureFixture) -> None:
    """Capture the logs of every library, so that the search for tokens sees them."""
    caplog.set_level(logging.DEBUG)
