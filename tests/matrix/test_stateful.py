"""Random faults at random points of a session: nothing is created twice, changed silently or returned incompletely.

A model holds the expected state; after every call it is compared with the server without the client. A successful call was applied exactly
once. A call that raises was applied at most once, and not at all unless its error has `may_have_been_applied`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.canary import CANARIES
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from matrix_model import Model, Server

from orionclient._transfer import plans
from orionclient.emulator._http import envelope
from orionclient.emulator._http.idempotency import FEATURES
from orionclient.local import LocalOrion

NIGHTLY = os.environ.get("ORION_NIGHTLY") == "1"
SCHEDULES = 2_000 if NIGHTLY else 200
STEPS = 25
# Schedules per test; each test has its own seed.
_SHARE = 50


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with (
        LocalOrion(tmp_path_factory.mktemp("orion"), seed="demo", jobs=0, durable=False) as orion,
        tempfile.TemporaryDirectory() as folder,
    ):
        CANARIES.add(orion.token)
        yield Server(orion, Path(folder))


@pytest.mark.timeout(1800 if NIGHTLY else 900)
@pytest.mark.parametrize("keyed", [False, True], ids=["no keys", "keys"])
@pytest.mark.parametrize("index", range(SCHEDULES // _SHARE // 2))
def test_schedules(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    index: int,
    keyed: bool,
) -> None:
    monkeypatch.setattr(envelope, "FEATURES", FEATURES if keyed else ())
    # Upload content of more than a few kilobytes in parts.
    monkeypatch.setattr(plans, "_SINGLE_REQUEST_SIZE", 32 * 1024)
    monkeypatch.setattr(plans, "MIN_PART_SIZE", 32 * 1024)
    before = server.schedules
    model = type("Session", (Model,), {"server": server, "keyed": keyed})
    limits = settings(
        max_examples=_SHARE, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(seed(1000 * index + keyed)(model), settings=limits)
    record_property("schedules", server.schedules - before)
    record_property("calls", server.calls)
    assert server.met > server.calls / 4
