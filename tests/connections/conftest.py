"""The fast server, and the figures that the tests of this folder measure."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator

import pytest
from connections_server import Fast

from orionclient import _http


@pytest.fixture(scope="module")
def fast_server() -> Iterator[Fast]:
    """A server in a process of its own."""
    with Fast() as server:
        yield server


@pytest.fixture
def fast(fast_server: Fast, caplog: pytest.LogCaptureFixture) -> Iterator[Fast]:
    """The same, with nothing counted yet and no connections; the library's twenty lines for each request are not kept."""
    for name in ("httpcore", "httpcore2"):
        caplog.set_level(logging.WARNING, logger=name)
    _http.close_connections()
    fast_server.reset()
    yield fast_server
    _http.close_connections()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests noted with `record_property`: texts as they are, of numbers the largest."""
    figures: defaultdict[str, list[object]] = defaultdict(list)
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties if "connections/" in report.nodeid else ():
            figures[name].append(value)
    library = _http.httpx
    terminalreporter.section(f"figures of {library.__name__} {library.__version__}")
    for name, values in sorted(figures.items()):
        numbers = [value for value in values if isinstance(value, float)]
        for text in [f"{max(numbers):.3f}, the largest of {len(numbers)}"] if numbers else values:
            terminalreporter.line(f"{name}: {text}")
