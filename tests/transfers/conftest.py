"""A local Orion whose files, shards, uploads and disk can be looked at from outside."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from transfers_stack import SMALL_PLANS, Stack

from orionclient.transfer import content, downloads, part_files, plans


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep no line for each of many requests."""
    caplog.set_level(logging.WARNING)


@pytest.fixture(params=[False, True], ids=["one-origin", "storage"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack without and with an origin of its own for storage."""
    with Stack(tmp_path_factory.mktemp("stack"), storage=request.param) as running:
        yield running


@pytest.fixture
def simple(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with one origin."""
    with Stack(tmp_path_factory.mktemp("simple"), storage=False) as running:
        yield running


@pytest.fixture
def small_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide contents of some kilobytes as if they were some gigabytes."""
    for module in (plans, content, downloads, part_files):
        for name, value in SMALL_PLANS[module.__name__.rpartition(".")[2]].items():
            monkeypatch.setattr(module, name, value)


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Stack]]:
    """Two stacks for a whole module, without and with an origin of its own for storage."""
    with (
        Stack(tmp_path_factory.mktemp("one"), storage=False) as one,
        Stack(tmp_path_factory.mktemp("two"), storage=True) as two,
    ):
        yield {False: one, True: two}
