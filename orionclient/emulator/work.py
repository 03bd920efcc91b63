"""Work in the background: what takes longer than a request may, in one thread of the stack."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger("orionclient.emulator")


class BackgroundWork:
    """Runs functions one after the other; what is not done when it stops is found again by the next start."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Callable[..., None], tuple[Any, ...]] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def stopping(self) -> bool:
        """Whether the server stops; long work looks at it now and then and leaves the rest."""
        return self._stopping.is_set()

    def submit(self, function: Callable[..., None], *args: Any) -> None:
        """Run a function soon; call it after the transaction that makes the work necessary."""
        with self._lock:
            if self.stopping:
                return
            self._waiting.put((function, args))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="local-orion work", daemon=True)
                self._thread.start()

    def pause(self, seconds: float) -> bool:
        """Wait, in the background thread; False where the server stops meanwhile."""
        return not self._stopping.wait(seconds)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None and not self.stopping:
            function, args = item
            try:
                function(*args)
            except Exception:  # noqa: BLE001 - the next chunk of work must not suffer; the log has it
                _LOG.exception("work in the background failed")

    def close(self) -> None:
        """Stop after what runs now."""
        with self._lock:
            self._stopping.set()
            self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()
