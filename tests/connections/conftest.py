"""The fast server, and the figures measured by the tests of this folder."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator

import pytest
from connections_server import Fast

from orionclient._transport import exchange
from orionclient._transport.library import load_httpx


@pytest.fixture(scope="module")
def fast_server() -> Iterator[Fast]:
    """Start the server in a process of its own."""
    with Fast() as server:
        yield server


@pytest.fixture
def fast(fast_server: Fast, caplog: pytest.LogCaptureFixture) -> Iterator[Fast]:
    """Reset the counts and connections of the server, and keep no log lines of single requests."""
    for name in ("httpcore", "httpcore2"):
        caplog.set_level(logging.WARNING, logger=name)
    exchange.close_connections()
    fast_server.reset()
    yield fast_server
    exchange.close_connections()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded with `record_property`: strings unchanged, and the largest of several numbers."""
    figures: defaultdict[str, list[object]] = defaultdict(list)
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties if "connections/" in report.nodeid else ():
            figures[name].append(value)
    library = load_httpx()
    terminalreporter.section(f"figures of {library.__name__} {library.__version__}")
    for name, values in sorted(figures.items()):
        numbers = [value for value in values if isinstance(value, float)]
        for line in [f"{max(numbers):.3f}, the largest of {len(numbers)}"] if numbers else values:
            terminalreporter.line(f"{name}: {line}")
