"""Waits in earnest: jobs need real time."""

from __future__ import annotations

import time

import pytest

from orionclient._clock import CLOCK, Clock

__all__ = ["real_time"]


@pytest.fixture
def real_time(skipped_waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait in earnest, but never long between two looks."""
    for name in ("monotonic", "time", "virtual"):
        monkeypatch.setattr(CLOCK, name, getattr(Clock(), name))
    monkeypatch.setattr(CLOCK, "sleep", lambda seconds: time.sleep(min(seconds, 0.05)))
