"""The fast server."""

from __future__ import annotations

import logging
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
