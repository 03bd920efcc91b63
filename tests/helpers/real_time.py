"""The fixture `real_time` for tests that need real waits, and the tolerance of deadlines."""

from __future__ import annotations

import os
import time

import pytest

from orionclient._runtime.clock import CLOCK, Clock

__all__ = ["LATE", "real_time"]

# Seconds that a call may end after its deadline. The machine may be busy, so the default only distinguishes a deadline from none.
LATE = 0.5 if os.environ.get("ORION_NIGHTLY") == "1" else 30.0


@pytest.fixture
def real_time(skipped_waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the real clock, with poll intervals of at most 0.05 s."""
    for name in ("monotonic", "time", "virtual"):
        monkeypatch.setattr(CLOCK, name, getattr(Clock(), name))
    monkeypatch.setattr(CLOCK, "sleep", lambda seconds: time.sleep(min(seconds, 0.05)))
