"""Time and chance, in one place so that tests can replace them."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final

from attrs import define

if TYPE_CHECKING:
    from collections.abc import Callable


@define
class Clock:
    """What waits, deadlines and jitter are made of.

    Attributes:
        sleep: Waits for a number of seconds.
        monotonic: Seconds on a clock that never goes back.
        time: Seconds since 1970.
        uniform: A number between two numbers.
        virtual: True while waits are skipped.
    """

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    time: Callable[[], float] = time.time
    uniform: Callable[[float, float], float] = random.uniform
    virtual: bool = False


CLOCK: Final = Clock()
