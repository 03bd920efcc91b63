"""End a call of `ocli` after Ctrl-C or SIGTERM."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM was received. The call ends as after Ctrl-C, with another exit code."""


@contextlib.contextmanager
def install_signal_handlers() -> Iterator[None]:
    """Let SIGTERM end a call as Ctrl-C does. A second signal exits immediately, without waiting for threads to finish the current chunk."""
    received = False

    def interrupt(signum: int, _frame: FrameType | None) -> None:
        nonlocal received
        if received:
            os._exit(128 + signum)
        received = True
        raise Terminated if signum == signal.SIGTERM else KeyboardInterrupt

    replaced = {}
    for each, default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        # A handler of the calling program, or an ignored signal, stays in place.
        if signal.getsignal(each) is default:
            # Only the main thread can set a handler.
            with contextlib.suppress(ValueError):
                replaced[each] = signal.signal(each, interrupt)
    try:
        yield
    finally:
        # After a signal the process is exiting, and a second one must still end it while threads finish.
        if not received:
            for each, handler in replaced.items():
                signal.signal(each, handler)
