"""What the tests of the session share."""

from __future__ import annotations

import pytest

from orionclient._clock import CLOCK, Clock


@pytest.fixture
def real_time(skipped_waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait in earnest: the local Orion needs real time to process a collection."""
    for name in ("sleep", "monotonic", "time", "virtual"):
        monkeypatch.setattr(CLOCK, name, getattr(Clock(), name))
