"""Fixtures of the transfer tests: local Orions whose files, shards, uploads and disk can be inspected."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from transfers_stack import SMALL_SIZES, Stack

from orionclient._transfer import content, downloads, part_files, plans


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Record no log lines of single requests."""
    caplog.set_level(logging.WARNING)


@pytest.fixture(params=[False, True], ids=["one-origin", "storage"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start a local Orion without and with a separate storage origin."""
    with Stack(tmp_path_factory.mktemp("stack"), storage=request.param) as running:
        yield running


@pytest.fixture
def simple(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start a local Orion with one origin."""
    with Stack(tmp_path_factory.mktemp("simple"), storage=False) as running:
        yield running


@pytest.fixture
def small_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split content of some kilobytes like content of some gigabytes."""
    for module in (plans, content, downloads, part_files):
        for name, value in SMALL_SIZES[module.__name__.rpartition(".")[2]].items():
            monkeypatch.setattr(module, name, value)


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Stack]]:
    """Start two local Orions for a module, without and with a separate storage origin."""
    with (
        Stack(tmp_path_factory.mktemp("one"), storage=False) as one,
        Stack(tmp_path_factory.mktemp("two"), storage=True) as two,
    ):
        yield {False: one, True: two}
