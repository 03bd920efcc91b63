"""Waits in earnest: jobs need real time. And by how much the end of a deadline may be late."""

from __future__ import annotations

import os
import time

import pytest

from orionclient._clock import CLOCK, Clock

__all__ = ["LATE", "real_time"]

# Seconds after its deadline in which a call has to end. By day the machine may have other work, so this only tells a deadline from none.
LATE = 0.5 if os.environ.get("ORION_NIGHTLY") == "1" else 30.0


@pytest.fixture
def real_time(skipped_waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait in earnest, but never long between two looks."""
    for name in ("monotonic", "time", "virtual"):
        monkeypatch.setattr(CLOCK, name, getattr(Clock(), name))
    monkeypatch.setattr(CLOCK, "sleep", lambda seconds: time.sleep(min(seconds, 0.05)))
