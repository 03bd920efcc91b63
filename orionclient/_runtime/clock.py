"""Clock and randomness of the package, which tests can replace."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final

from attrs import define

if TYPE_CHECKING:
    from collections.abc import Callable


@define
class Clock:
    """Source of waits, deadlines and jitter.

    Attributes:
        sleep: Waits for the given seconds.
        monotonic: Returns seconds on a monotonic clock.
        time: Returns seconds since 1970.
        uniform: Draws a random float between two bounds.
        virtual: True while waits are skipped.
    """

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    time: Callable[[], float] = time.time
    uniform: Callable[[float, float], float] = random.uniform
    virtual: bool = False


CLOCK: Final = Clock()
